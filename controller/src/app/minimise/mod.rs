//! Of a home that did not agree to usage data, days older than 14 local days keep one
//! activity each, and nothing finer remains in any row: late journals included.
//!
//! A plan reads how things are and puts them right, a bounded part at a time: so it may
//! be interrupted anywhere, and made twice.

mod days;
mod rows;
#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::sync::Arc;

use declic_common::DeviceId;
use declic_common::api::Place;
use jiff::tz::TimeZone;

use super::App;
use super::recorder::RecordError;
use super::registry::{Entry, Registry};
use super::timeline::{self, SEEN_DAYS};
use crate::domain::days::{Day, paris};
use crate::store::record::encode;
use crate::store::records::{Folded, Latest};
use crate::store::{Batch, Space, Store, StoreError, keys};

/// What came late is folded within this time, in ms.
const LATE_MS: i64 = 600_000;

/// No local day is longer than an hour more.
const DAY_MS: i64 = 86_400_000;

/// A part of the work.
#[derive(Debug, Default)]
pub struct Plan {
    pub batch: Batch,
    /// The newest state of the device, if it is so old that its moments must go.
    pub latest: Option<Latest>,
    /// There is more to do.
    pub more: bool,
}

/// The first local day of which the moments of a device are kept; `None` for a device
/// that was never in a home.
pub fn kept_from(entry: &Entry, now: i64, zone: &TimeZone) -> Option<Day> {
    let periods = entry.placements.periods.iter();
    let homes = periods.filter(|at| at.place == Place::Home).count();
    let recent = Day::of(now, zone).before(SEEN_DAYS);
    if !entry.is_at_home() || !entry.agrees_to_usage() {
        return (homes > 0).then_some(recent);
    }
    // Only what was before this home: another household may have lived it.
    let began = Day::of(entry.seen_from(), zone);
    (homes > 1).then_some(began.min(recent))
}

/// Whether a moment is of a day that keeps one state; asked for every message.
pub fn is_folded(registry: &Registry, device: DeviceId, at: i64, now: i64) -> bool {
    let young = now.saturating_sub(at) < i64::from(SEEN_DAYS - 1) * DAY_MS;
    if young {
        return false;
    }
    let zone = paris();
    let kept_from = registry
        .get(device)
        .and_then(|entry| kept_from(&entry, now, &zone));
    kept_from.is_some_and(|day| at < day.begins(&zone))
}

/// What is to be done for one device. Blocks.
pub fn plan(store: &dyn Store, entry: &Entry, now: i64) -> Result<Plan, StoreError> {
    let zone = paris();
    let Some(due) = kept_from(entry, now, &zone) else {
        return Ok(Plan::default());
    };
    let device = entry.device.id;
    let known = timeline::folded(store, device)?;
    let before = known.as_ref().map(|known| Day(known.before));
    let cut = before.map_or(due, |before| before.max(due));
    let mut folded = Folded {
        before: cut.0,
        ..known.clone().unwrap_or(Folded {
            before: cut.0,
            carried: None,
            reports: 0,
            journals: 0,
            facts: 0,
        })
    };
    let mut plan = Plan::default();
    let at = cut.begins(&zone);
    let dated = days::fold(
        store,
        entry,
        before,
        cut,
        now,
        &zone,
        &mut folded,
        &mut plan,
    )?;
    rows::remove(store, device, at, &mut folded, &mut plan)?;
    rows::scrub(store, device, at, &dated, &mut plan)?;
    rows::coarsen(store, entry, at, &zone, &mut plan)?;
    if known.as_ref() != Some(&folded) {
        let key = keys::folded(device);
        plan.batch.put(Space::Core, key, encode(&folded));
    }
    Ok(plan)
}

/// Which devices were looked at, and when.
#[derive(Debug, Default)]
pub struct Rounds(HashMap<DeviceId, (Day, i64)>);

/// Folds what is due. Run it every minute; running it twice is harmless.
pub async fn round(app: &Arc<App>, rounds: &mut Rounds, now: i64) -> Result<usize, RecordError> {
    let zone = paris();
    let today = Day::of(now, &zone);
    let mut folded = 0;
    for entry in app.registry.all() {
        let device = entry.device.id;
        let heard = entry.latest.last_seen;
        if let Some((day, looked_at)) = rounds.0.get(&device)
            && *day == today
            && (heard < Some(*looked_at) || now.abs_diff(*looked_at) < LATE_MS.unsigned_abs())
        {
            continue;
        }
        let mut changed = false;
        // A part at a time, so that messages are not kept waiting.
        loop {
            let done = app.recorder.minimise(device, now).await?;
            changed |= done.changed;
            if !done.more {
                break;
            }
        }
        folded += usize::from(changed);
        rounds.0.insert(device, (today, now));
    }
    Ok(folded)
}
