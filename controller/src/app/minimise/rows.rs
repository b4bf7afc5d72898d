//! Rows of single moments that must go with the days they tell of.

use declic_common::DeviceId;
use declic_common::journal::Event;
use jiff::tz::TimeZone;

use super::Plan;
use super::days::Zeros;
use crate::app::command;
use crate::app::history::purge::minutes_before;
use crate::app::registry::{Entry, for_each};
use crate::domain::days::{Day, paris};
use crate::store::record::{decode, encode};
use crate::store::records::history::ChunkRow;
use crate::store::records::{Folded, Inventory, JournalRow, Latest};
use crate::store::{Range, Space, Store, StoreError, keys};

/// Rows that one part removes.
const ROWS: usize = 1_000;

/// Rows of sealed history that one part removes: each may be large.
const PARTS: usize = 100;

/// Removes reports and journals made before a moment, sealed reports as well.
pub(super) fn remove(
    store: &dyn Store,
    device: DeviceId,
    at: i64,
    folded: &mut Folded,
    plan: &mut Plan,
) -> Result<(), StoreError> {
    let kinds = [
        (Space::Health, keys::health::REPORT, &mut folded.reports),
        (Space::Core, keys::core::JOURNAL, &mut folded.journals),
    ];
    for (space, kind, removed) in kinds {
        let (from, to) = keys::of_device_between(kind, device, i64::MIN, at);
        let range = Range {
            space,
            from,
            to: Some(to),
            descending: false,
            limit: ROWS,
        };
        let rows = store.range(&range)?;
        plan.more |= rows.len() == ROWS;
        *removed += rows.len() as u64;
        for (key, _) in rows {
            plan.batch.del(space, key);
        }
    }
    remove_sealed(store, device, at, folded, plan)
}

/// Removes the sealed days before a moment, which is a midnight: the reports, and what
/// they came to by hour and by day. The activity of a day is all that is kept of it.
fn remove_sealed(
    store: &dyn Store,
    device: DeviceId,
    at: i64,
    folded: &mut Folded,
    plan: &mut Plan,
) -> Result<(), StoreError> {
    use keys::chunk::{HOURS, REPORTS, ROLLUP};
    let of_time = |kind| keys::of_device_between(kind, device, i64::MIN, at);
    let day = Day::of(at, &paris());
    let ranges = [
        (true, of_time(REPORTS)),
        (false, of_time(HOURS)),
        (false, of_time(ROLLUP)),
        (false, minutes_before(device, day)),
    ];
    for (counts, (from, to)) in ranges {
        let range = Range {
            space: Space::Chunk,
            from,
            to: Some(to),
            descending: false,
            limit: PARTS,
        };
        let rows = store.range(&range)?;
        plan.more |= rows.len() == PARTS;
        for (key, value) in rows {
            if counts {
                folded.reports += u64::from(decode::<ChunkRow>(&value)?.rows);
            }
            plan.batch.del(Space::Chunk, key);
        }
    }
    Ok(())
}

/// Takes out of the journals that stay what they tell of the time before a moment: a
/// power cut is told by the boot after it, a sleep by the waking.
pub(super) fn scrub(
    store: &dyn Store,
    device: DeviceId,
    at: i64,
    zeros: &Zeros,
    plan: &mut Plan,
) -> Result<(), StoreError> {
    let journals = keys::of_device_between(keys::core::JOURNAL, device, at, i64::MAX);
    for_each(store, journals, |key, value| {
        let row: JournalRow = decode(value)?;
        let Some(made_at) = keys::time_of(key) else {
            return Ok(());
        };
        let own = made_at.saturating_sub_unsigned(row.uptime_ms);
        let zero = |boot: u32| match boot == row.boot {
            true => Some(own),
            false => zeros.get(&(row.install, boot)).copied(),
        };
        let events = row.events.iter();
        let kept: Vec<Event> = events.filter_map(|event| recent(event, at, zero)).collect();
        if kept != row.events {
            let row = JournalRow {
                events: kept,
                ..row
            };
            plan.batch.put(Space::Core, key.to_vec(), encode(&row));
        }
        Ok(())
    })
}

/// The part of an event that is not before a moment.
fn recent(event: &Event, at: i64, zero: impl Fn(u32) -> Option<i64>) -> Option<Event> {
    let happened = zero(event.boot?)?.saturating_add_unsigned(event.uptime_ms?);
    let slept = event.slept_ms.unwrap_or(0);
    let mut event = event.clone();
    if happened.saturating_sub_unsigned(slept) < at {
        event.slept_ms = None;
    }
    (happened >= at).then_some(event)
}

/// Makes days of the moments that single rows still hold: of outcomes, of the
/// inventory, and of the newest state of a device that has been silent since.
pub(super) fn coarsen(
    store: &dyn Store,
    entry: &Entry,
    at: i64,
    zone: &TimeZone,
    plan: &mut Plan,
) -> Result<(), StoreError> {
    let device = entry.device.id;
    let day = |ms: i64| match ms < at {
        true => Day::of(ms, zone).begins(zone),
        false => ms,
    };
    for (key, row) in command::all(store, device)? {
        let mut after = row.clone();
        after.sent_at = row.sent_at.map(day);
        after.ended_at = row.ended_at.map(day);
        if after != row {
            plan.batch.put(Space::Core, key, encode(&after));
        }
    }
    if let Some(value) = store.get(Space::Core, &keys::inventory(device))? {
        let row: Inventory = decode(&value)?;
        let after = Inventory {
            received_at: day(row.received_at),
            dated_at: day(row.dated_at),
            ..row.clone()
        };
        if after != row {
            let key = keys::inventory(device);
            plan.batch.put(Space::Core, key, encode(&after));
        }
    }
    let after = newest(&entry.latest, day);
    if after != *entry.latest {
        let key = keys::latest(device);
        plan.batch.put(Space::Core, key, encode(&after));
        plan.latest = Some(after);
    }
    Ok(())
}

fn newest(latest: &Latest, day: impl Fn(i64) -> i64) -> Latest {
    let mut after = latest.clone();
    after.last_seen = latest.last_seen.map(&day);
    after.last_state_at = latest.last_state_at.map(&day);
    after.reported_at = latest.reported_at.map(&day);
    if let (Some(row), Some(made_at), Some(shown_at)) =
        (&mut after.report, latest.reported_at, after.reported_at)
        && made_at != shown_at
    {
        // The offset of its clock stays, and nothing else of its time.
        row.observed_at = row.observed_at.saturating_add(shown_at - made_at);
        row.received_at = day(row.received_at);
        row.uptime_ms = 0;
    }
    after
}
