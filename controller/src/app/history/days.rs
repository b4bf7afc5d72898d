//! Days as they are kept for long: what each metric came to, and the minutes of the
//! timeline.

use std::collections::BTreeMap;

use declic_common::DeviceId;
use declic_common::timeline::Activity;
use jiff::tz::TimeZone;

use crate::app::registry::Entry;
use crate::app::timeline;
use crate::domain::days::{Day, DaySum, by_day};
use crate::domain::timeline::{Live, derive};
use crate::store::record::{decode, encode};
use crate::store::records::history::{MetricSum, MinutesRow, RollupRow};
use crate::store::{Batch, Space, Store, StoreError, keys, walk};

/// Days that a journal may still change: a PC keeps what it has to tell for so long.
const CHANGING_DAYS: i32 = 90;
/// Rows read at once.
const PAGE: usize = 400;

/// Puts the minutes of the days before `open` right, as the timeline tells them by now:
/// journals come late.
pub(super) fn put_right(
    store: &dyn Store,
    entry: &Entry,
    open: Day,
    now: i64,
    zone: &TimeZone,
    batch: &mut Batch,
) -> Result<(), StoreError> {
    let device = entry.device.id;
    let from = open.before(CHANGING_DAYS);
    let since = entry.seen_from();
    let evidence = timeline::gather(store, device, since, now, Live::default(), zone)?;
    if evidence.boots.is_empty() {
        return Ok(());
    }
    let known = minutes(store, device, from, open)?;
    for sum in by_day(&derive(&evidence), zone) {
        let row = minutes_of(&sum);
        let wanted = (from..open).contains(&sum.day) && row.known > 0;
        if wanted && known.get(&sum.day) != Some(&row) {
            let key = keys::minutes(device, sum.day.0);
            batch.put(Space::Chunk, key, encode(&row));
        }
    }
    Ok(())
}

/// What of a day is active, connected and known.
pub fn minutes_of(sum: &DaySum) -> MinutesRow {
    use Activity::*;
    let of = |wanted: &[Activity]| wanted.iter().filter_map(|one| sum.minutes.get(one)).sum();
    let total: u32 = sum.minutes.values().sum();
    let unknown: u32 = of(&[Unknown, Paused]);
    MinutesRow {
        active: of(&[
            On,
            ControllerDown,
            InternetDown,
            DnsDown,
            GatewayDown,
            LinkDown,
        ]),
        connected: of(&[On, ControllerDown]),
        known: total - unknown,
    }
}

/// The minutes that are kept of a device, by day. Blocks.
pub fn minutes(
    store: &dyn Store,
    device: DeviceId,
    from: Day,
    to: Day,
) -> Result<BTreeMap<Day, MinutesRow>, StoreError> {
    let mut days = BTreeMap::new();
    let range = (keys::minutes(device, from.0), keys::minutes(device, to.0));
    each(store, range, |key, value| {
        let day = keys::minutes_day_of(key);
        let day = day.ok_or_else(|| StoreError::Corrupt("key of minutes".to_owned()))?;
        days.insert(Day(day), decode(value)?);
        Ok(())
    })?;
    Ok(days)
}

/// What one metric came to, by day, of the days between two moments. Blocks.
pub fn sums(
    store: &dyn Store,
    device: DeviceId,
    metric: u16,
    from: i64,
    to: i64,
) -> Result<BTreeMap<Day, MetricSum>, StoreError> {
    let mut days: BTreeMap<Day, MetricSum> = BTreeMap::new();
    let kind = keys::chunk::ROLLUP;
    let range = (
        keys::sealed(kind, device, from),
        keys::sealed(kind, device, to),
    );
    each(store, range, |_, value| {
        let row: RollupRow = decode(value)?;
        let found = row.metrics.iter().find(|sum| sum.metric == metric);
        if let Some(sum) = found {
            days.entry(Day(row.day))
                .and_modify(|known| known.join(sum))
                .or_insert(*sum);
        }
        Ok(())
    })?;
    Ok(days)
}

/// Shows every row of sealed history between two keys. Blocks.
pub(super) fn each(
    store: &dyn Store,
    (from, to): (Vec<u8>, Vec<u8>),
    each: impl FnMut(&[u8], &[u8]) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    walk(store, Space::Chunk, (from, Some(to)), PAGE, each)
}
