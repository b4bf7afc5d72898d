//! Seals the days of a device that are older than a day and a half.
//!
//! A plan reads how things are and seals a part of what is due: a batch puts the chunk
//! and deletes its rows. So it may be interrupted anywhere and made twice, and a report
//! that comes late is a row of a sealed day, which the next plan puts where it belongs.

use std::collections::HashMap;
use std::sync::Arc;

use declic_common::DeviceId;
use jiff::tz::TimeZone;

use super::{days, id, parts, row};
use crate::app::App;
use crate::app::recorder::RecordError;
use crate::app::registry::Entry;
use crate::domain::days::{Day, paris};
use crate::store::record::decode;
use crate::store::records::HealthRow;
use crate::store::{Batch, Key, Range, Space, Store, StoreError, keys};

/// How long a report stays a row, in ms.
pub const ROWS_MS: i64 = 36 * 3_600_000;
/// Rows that one part of the work looks at.
const ROWS: usize = 1_000;
/// What came late is sealed within this time, in ms.
const LATE_MS: u64 = 3_600_000;

/// A part of the work.
#[derive(Debug, Default)]
pub struct Plan {
    pub batch: Batch,
    /// Reports that it seals.
    pub reports: usize,
    /// There is more to do.
    pub more: bool,
}

/// The first local day that is not to be sealed yet.
pub fn open_day(now: i64, zone: &TimeZone) -> Day {
    Day::of(now.saturating_sub(ROWS_MS), zone).next()
}

/// What is to be done for one device; the minutes of its days only when asked for, because
/// its whole timeline is worked out for them. Blocks.
pub fn plan(store: &dyn Store, entry: &Entry, minutes: bool, now: i64) -> Result<Plan, StoreError> {
    let zone = paris();
    let open = open_day(now, &zone);
    let mut plan = reports(store, entry, open, &zone)?;
    // The minutes last, when no reports are left.
    match plan.reports {
        0 => {
            // Nothing can be sealed, whatever the rows are.
            plan.more = false;
            if minutes {
                days::put_right(store, entry, open, now, &zone, &mut plan.batch)?;
            }
        }
        _ => plan.more |= minutes,
    }
    Ok(plan)
}

/// Seals reports of the earliest day that has some.
fn reports(
    store: &dyn Store,
    entry: &Entry,
    open: Day,
    zone: &TimeZone,
) -> Result<Plan, StoreError> {
    let device = entry.device.id;
    let kind = keys::health::REPORT;
    let (from, to) = keys::of_device_between(kind, device, i64::MIN, open.begins(zone));
    let found = store.range(&Range {
        space: Space::Health,
        from,
        to: Some(to),
        descending: false,
        limit: ROWS,
    })?;
    let mut plan = Plan {
        more: found.len() == ROWS,
        ..Plan::default()
    };
    let mut day = None;
    let (mut taken, mut sealed): (Vec<Key>, Vec<_>) = (Vec::new(), Vec::new());
    for (key, value) in found {
        let named = keys::time_of(&key).zip(keys::number_of(&key));
        let (at, number) = named.ok_or_else(|| StoreError::Corrupt("health key".to_owned()))?;
        // A damaged row stays where `declic store check` finds it.
        let Ok(report) = decode::<HealthRow>(&value) else {
            tracing::warn!(%device, "a damaged report cannot be sealed");
            continue;
        };
        let its_day = *day.get_or_insert_with(|| Day::of(at, zone));
        if at >= its_day.next().begins(zone) {
            plan.more = true;
            break;
        }
        sealed.push(row(id(at, number), report.estimated, &report.report));
        taken.push(key);
    }
    let Some(day) = day else {
        return Ok(plan);
    };
    let since = placed_on(entry, day, zone);
    let added = parts::add(store, device, day, since, zone, sealed, &mut plan.batch)?;
    plan.more |= added < taken.len();
    plan.reports = added;
    for key in taken.into_iter().take(added) {
        plan.batch.del(Space::Health, key);
    }
    Ok(plan)
}

/// When the device was put, on that day, where it was at its end.
pub fn placed_on(entry: &Entry, day: Day, zone: &TimeZone) -> i64 {
    let (begins, ends) = (day.begins(zone), day.next().begins(zone));
    let periods = entry.placements.periods.iter().map(|period| period.from);
    let that_day = periods.filter(|from| (begins..ends).contains(from)).max();
    that_day.unwrap_or(i64::MIN)
}

/// Which devices were looked at: for which day, and when.
#[derive(Debug, Default)]
pub struct Rounds(HashMap<DeviceId, (Day, i64)>);

/// Seals what is due. Run it every minute; running it twice is harmless. Returns how
/// many reports were sealed.
pub async fn round(app: &Arc<App>, rounds: &mut Rounds, now: i64) -> Result<usize, RecordError> {
    let open = open_day(now, &paris());
    let mut sealed = 0;
    for entry in app.registry.all() {
        let device = entry.device.id;
        let heard = entry.latest.last_seen;
        let known = rounds.0.get(&device);
        let new_day = known.is_none_or(|(day, _)| *day != open);
        let late = known.is_some_and(|(_, looked_at)| {
            heard >= Some(*looked_at) && now.abs_diff(*looked_at) >= LATE_MS
        });
        if !new_day && !late {
            continue;
        }
        // A part at a time, so that messages are not kept waiting.
        loop {
            let done = app.recorder.seal(device, new_day, now).await?;
            sealed += done.reports;
            if !done.more {
                break;
            }
        }
        rounds.0.insert(device, (open, now));
    }
    Ok(sealed)
}
