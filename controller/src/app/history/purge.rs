//! Removes what was kept for long enough, and leaves the proof of it in the audit.

use std::sync::Arc;

use declic_common::DeviceId;

use crate::app::App;
use crate::app::audit::{self, Note};
use crate::app::registry::Entry;
use crate::domain::days::{Day, paris};
use crate::domain::retention::{Retention, kept_from};
use crate::store::record::decode;
use crate::store::records::history::ChunkRow;
use crate::store::{Batch, Key, Range, Space, Store, StoreError, keys};

/// Rows that one batch removes, and one entry of the audit tells.
const ROWS: usize = 2_000;

/// The day on which a purge was last made.
#[derive(Debug, Default)]
pub struct Rounds(Option<Day>);

/// What a purge removed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Purged {
    pub reports: u64,
    /// Sums and minutes of days.
    pub days: u64,
    pub journals: u64,
}

impl Purged {
    pub fn is_nothing(&self) -> bool {
        *self == Purged::default()
    }
}

/// Since when each kind is kept.
#[derive(Clone, Copy, Debug)]
struct Kept {
    history: Day,
    rollups: Day,
    journals: Day,
}

/// Removes what is due, once a day and at the start. Running it twice is harmless.
pub async fn round(app: &Arc<App>, rounds: &mut Rounds, now: i64) -> Result<Purged, StoreError> {
    let today = Day::of(now, &paris());
    let mut all = Purged::default();
    if rounds.0 == Some(today) {
        return Ok(all);
    }
    loop {
        let purged = audit::with(app, now, move |app, change| purge(app, change, now)).await?;
        if purged.is_nothing() {
            break;
        }
        all.reports += purged.reports;
        all.days += purged.days;
        all.journals += purged.journals;
    }
    rounds.0 = Some(today);
    Ok(all)
}

/// One batch and its entry.
fn purge(app: &App, change: &mut audit::Change, now: i64) -> Result<Purged, StoreError> {
    let zone = paris();
    let Retention {
        history_days,
        rollup_days,
        journal_days,
    } = app.programme.retention;
    let kept = Kept {
        history: kept_from(now, history_days, &zone),
        rollups: kept_from(now, rollup_days, &zone),
        journals: kept_from(now, journal_days, &zone),
    };
    let mut purged = Purged::default();
    for entry in app.registry.all() {
        if change.batch.ops.len() >= ROWS {
            break;
        }
        of_device(
            app.store.as_ref(),
            &entry,
            kept,
            &mut change.batch,
            &mut purged,
        )?;
    }
    if !purged.is_nothing() {
        let Purged {
            reports,
            days,
            journals,
        } = purged;
        let (history, rollups) = (kept.history.date(), kept.rollups.date());
        let since = kept.journals.date();
        change.note(Note {
            who: "rule",
            what: "history.purge",
            subject: "history",
            detail: Some(format!(
                "{reports} reports before {history}, {days} sums of days before {rollups}, \
                 {journals} journals before {since}"
            )),
        });
    }
    Ok(purged)
}

fn of_device(
    store: &dyn Store,
    entry: &Entry,
    kept: Kept,
    batch: &mut Batch,
    purged: &mut Purged,
) -> Result<(), StoreError> {
    let device = entry.device.id;
    let zone = paris();
    let history = kept.history.begins(&zone);
    let before = |kind: u8, at: i64| keys::of_device_between(kind, device, i64::MIN, at);

    let rows = before(keys::health::REPORT, history);
    purged.reports += remove(store, Space::Health, rows, batch, |_| Ok(1))?;
    let parts = before(keys::chunk::REPORTS, history);
    purged.reports += remove(store, Space::Chunk, parts, batch, |value| {
        Ok(decode::<ChunkRow>(value)?.rows.into())
    })?;
    let hours = before(keys::chunk::HOURS, history);
    remove(store, Space::Chunk, hours, batch, |_| Ok(0))?;

    let sums = before(keys::chunk::ROLLUP, kept.rollups.begins(&zone));
    purged.days += remove(store, Space::Chunk, sums, batch, |_| Ok(1))?;
    let minutes = minutes_before(device, kept.rollups);
    purged.days += remove(store, Space::Chunk, minutes, batch, |_| Ok(1))?;

    let journals = before(keys::core::JOURNAL, kept.journals.begins(&zone));
    purged.journals += remove(store, Space::Core, journals, batch, |_| Ok(1))?;
    Ok(())
}

/// The minutes of the days before this one: (from, to).
pub fn minutes_before(device: DeviceId, day: Day) -> (Key, Key) {
    (
        keys::minutes(device, i32::MIN),
        keys::minutes(device, day.0),
    )
}

/// Removes the first rows of a range; counts what each was worth.
fn remove(
    store: &dyn Store,
    space: Space,
    (from, to): (Key, Key),
    batch: &mut Batch,
    worth: impl Fn(&[u8]) -> Result<u64, StoreError>,
) -> Result<u64, StoreError> {
    let room = ROWS.saturating_sub(batch.ops.len());
    if room == 0 {
        return Ok(0);
    }
    let rows = store.range(&Range {
        space,
        from,
        to: Some(to),
        descending: false,
        // Small pages: a part of history may be large.
        limit: room.min(200),
    })?;
    let mut total = 0;
    for (key, value) in rows {
        // What is damaged goes as well; it counts for nothing.
        total += worth(&value).unwrap_or(0);
        batch.del(space, key);
    }
    Ok(total)
}
