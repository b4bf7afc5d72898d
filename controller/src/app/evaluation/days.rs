//! What one stay of a PC in a home was like, day by day: from what is still known in detail,
//! and from the one activity that is kept of older days.

use std::collections::BTreeMap;

use declic_common::timeline::Activity;
use jiff::tz::TimeZone;

use super::Source;
use super::words::rung;
use crate::app::registry::{Entry, for_each};
use crate::app::timeline;
use crate::domain::days::{Day, by_day};
use crate::domain::timeline::{Interval, Live, derive};
use crate::store::record::decode;
use crate::store::records::{DayRow, Placement};
use crate::store::{StoreError, keys};

const MINUTE_MS: i64 = 60_000;

/// One stay.
pub(super) struct Stay {
    /// By day. A folded one has no minutes.
    pub(super) days: BTreeMap<Day, Seen>,
    /// What is known in detail, in order.
    pub(super) intervals: Vec<Interval>,
}

/// One local day of a stay.
pub(super) struct Seen {
    pub(super) most_alive: Activity,
    pub(super) minutes: Option<BTreeMap<Activity, u32>>,
    /// Minutes of the longest stretch of which nothing is known.
    pub(super) longest_unknown: Option<u32>,
}

impl Seen {
    /// A day on which the PC spoke to the controller.
    pub(super) fn connected(&self) -> Option<bool> {
        match self.most_alive {
            Activity::On => Some(true),
            Activity::Unknown => None,
            _ => Some(false),
        }
    }

    fn of(&self, activity: Activity) -> Option<u32> {
        let minutes = self.minutes.as_ref()?;
        Some(minutes.get(&activity).copied().unwrap_or(0))
    }

    /// As a row of a dataset has it.
    pub(super) fn minutes_of(&self, activity: Activity) -> Option<u16> {
        self.of(activity).and_then(|n| u16::try_from(n).ok())
    }

    /// Minutes powered: its agent ran, whatever its network reached.
    pub(super) fn on_minutes(&self) -> Option<u16> {
        let minutes = self.minutes.as_ref()?;
        let on = minutes
            .iter()
            .filter(|(activity, _)| **activity == Activity::On || rung(**activity).is_some());
        u16::try_from(on.map(|(_, n)| n).sum::<u32>()).ok()
    }
}

/// Works out a stay up to the end of the period. Blocks.
pub(super) fn stay(
    source: &Source<'_>,
    entry: &Entry,
    placement: &Placement,
    zone: &TimeZone,
) -> Result<Stay, StoreError> {
    let device = entry.device.id;
    let last = Day::of_date(source.period.to).begins(zone);
    let end = placement.to.unwrap_or(i64::MAX).min(source.now).min(last);
    let mut days = BTreeMap::new();
    for_each(
        source.store,
        keys::days_of(device, placement.from),
        |key, value| {
            let day = keys::day_of(key);
            let day = Day(day.ok_or_else(|| StoreError::Corrupt("key of a day".to_owned()))?);
            let row: DayRow = decode(value)?;
            if day.begins(zone) < end {
                let seen = Seen {
                    most_alive: row.activity,
                    minutes: None,
                    longest_unknown: None,
                };
                days.insert(day, seen);
            }
            Ok(())
        },
    )?;
    let mut intervals = Vec::new();
    if placement.from < end {
        // What a session that goes on tells is what its reports tell within the hour.
        let live = Live::default();
        let evidence = timeline::gather(source.store, device, placement.from, end, live, zone)?;
        intervals = derive(&evidence);
    }
    let unknown = longest_unknown(&intervals, zone);
    for sum in by_day(&intervals, zone) {
        // A folded day is what is left of the whole of it.
        days.entry(sum.day).or_insert_with(|| Seen {
            most_alive: sum.most_alive,
            minutes: Some(sum.minutes),
            longest_unknown: Some(unknown.get(&sum.day).copied().unwrap_or(0)),
        });
    }
    Ok(Stay { days, intervals })
}

/// Minutes of the longest stretch of nothing known, by local day.
fn longest_unknown(intervals: &[Interval], zone: &TimeZone) -> BTreeMap<Day, u32> {
    let mut longest: BTreeMap<Day, u32> = BTreeMap::new();
    for part in intervals
        .iter()
        .filter(|part| part.activity == Activity::Unknown)
    {
        let mut day = Day::of(part.from, zone);
        while day.begins(zone) < part.to {
            let from = part.from.max(day.begins(zone));
            let to = part.to.min(day.next().begins(zone));
            let minutes = u32::try_from((to - from) / MINUTE_MS).unwrap_or(0);
            let kept = longest.entry(day).or_default();
            *kept = minutes.max(*kept);
            day = day.next();
        }
    }
    longest
}
