//! The evidence of old days becomes one activity for each day.

use std::collections::BTreeMap;

use declic_common::timeline::Activity;
use declic_common::{DeviceId, InstallId};
use jiff::tz::TimeZone;

use super::Plan;
use crate::app::evidence;
use crate::app::life;
use crate::app::registry::{Entry, for_each};
use crate::domain::days::{Day, by_day};
use crate::domain::timeline::{
    Boot, Carried, Evidence, Facts, Interval, Live, derive, most_alive, zeros,
};
use crate::store::record::{decode, encode};
use crate::store::records::{DayRow, Folded, Mark};
use crate::store::{Space, Store, StoreError, keys};

/// Changes of one batch; the next one goes on.
const CHANGES_MAX: usize = 4_000;

/// When each boot began.
pub(super) type Zeros = BTreeMap<(InstallId, u32), i64>;

/// Folds the days before `cut`; those before `before` were folded already. Gives the
/// beginnings of the boots as they were known.
#[allow(clippy::too_many_arguments)] // one step of one plan
pub(super) fn fold(
    store: &dyn Store,
    entry: &Entry,
    before: Option<Day>,
    cut: Day,
    now: i64,
    zone: &TimeZone,
    folded: &mut Folded,
    plan: &mut Plan,
) -> Result<Zeros, StoreError> {
    let device = entry.device.id;
    let boots = evidence::boots(store, device)?;
    let zeros = zeros(&boots);
    let cut_at = cut.begins(zone);
    let before_at = before.map(|before| before.begins(zone));
    let carried = folded.carried.zip(before_at);
    let mut evidence = Evidence {
        since: 0,
        now,
        boots,
        absences: life::absences(store)?,
        carried: carried.map(|(activity, at)| Carried { at, activity }),
        live: Live::default(),
    };
    for (begin, end) in segments(entry) {
        let end = end.min(cut_at);
        if begin >= end {
            continue;
        }
        let mut days = Days::load(store, device, begin)?;
        evidence.since = before_at.map_or(begin, |at| at.max(begin));
        for (day, activity) in states(&evidence, evidence.since, end, zone) {
            days.join(day, activity);
        }
        if let Some(before_at) = before_at.filter(|at| *at > begin) {
            let late = Evidence {
                since: begin,
                boots: until(&evidence.boots, &zeros, before_at),
                carried: None,
                ..evidence.clone()
            };
            let known = states(&late, begin, end.min(before_at), zone)
                .into_iter()
                .filter(|(_, activity)| *activity != Activity::Unknown);
            for (day, activity) in known {
                days.join(day, activity);
            }
        }
        days.save(device, begin, plan);
    }
    evidence.since = entry.device.enrolled_at.max(before_at.unwrap_or(i64::MIN));
    folded.carried = at(&evidence, cut_at);
    trim(store, device, &zeros, cut_at, folded, plan)?;
    Ok(zeros)
}

/// The times between two placements: what is known of one is not joined to the other.
fn segments(entry: &Entry) -> Vec<(i64, i64)> {
    let periods = &entry.placements.periods;
    let begins =
        std::iter::once(entry.device.enrolled_at).chain(periods.iter().map(|period| period.from));
    let begins: Vec<i64> = begins.collect();
    let ends = begins[1..].iter().copied().chain([i64::MAX]);
    begins.iter().copied().zip(ends).collect()
}

/// The activity of each day between two moments.
fn states(evidence: &Evidence, from: i64, to: i64, zone: &TimeZone) -> Vec<(Day, Activity)> {
    let clip = |part: Interval| Interval {
        from: part.from.max(from),
        to: part.to.min(to),
        ..part
    };
    let parts = derive(evidence).into_iter().map(clip);
    let parts: Vec<Interval> = parts.filter(|part| part.from < part.to).collect();
    let days = by_day(&parts, zone).into_iter();
    days.map(|sum| (sum.day, sum.most_alive)).collect()
}

/// What was known to be going on at a moment.
fn at(evidence: &Evidence, moment: i64) -> Option<Activity> {
    let parts = derive(evidence).into_iter();
    let mut there = parts.filter(|part| part.from <= moment && moment < part.to);
    there
        .next()
        .map(|part| part.activity)
        .filter(|activity| *activity != Activity::Unknown)
}

/// Only what was told of the time before a moment: what was folded at that moment is
/// said again there, and tells nothing of the days before.
fn until(boots: &[Boot], zeros: &Zeros, moment: i64) -> Vec<Boot> {
    let early = |boot: &Boot| {
        let zero = *zeros.get(&(boot.install, boot.boot))?;
        let end = moment.saturating_sub(zero);
        let told = boot.facts.told.iter().filter(|told| (told.at as i64) < end);
        let runs = boot.facts.runs.iter().filter(|run| run.from < end);
        let facts = Facts {
            runs: runs.copied().collect(),
            told: told.copied().collect(),
        };
        Some(Boot {
            facts,
            zero: Some(zero),
            ..boot.clone()
        })
    };
    boots.iter().filter_map(early).collect()
}

/// The folded days of one placement.
struct Days {
    stored: BTreeMap<Day, Activity>,
    days: BTreeMap<Day, Activity>,
}

impl Days {
    fn load(store: &dyn Store, device: DeviceId, begin: i64) -> Result<Self, StoreError> {
        let mut stored = BTreeMap::new();
        for_each(store, keys::days_of(device, begin), |key, value| {
            let day = keys::day_of(key);
            let day = day.ok_or_else(|| StoreError::Corrupt("key of a day".to_owned()))?;
            stored.insert(Day(day), decode::<DayRow>(value)?.activity);
            Ok(())
        })?;
        let days = stored.clone();
        Ok(Days { stored, days })
    }

    /// The most alive wins, so that a late journal changes a day and none comes too late.
    fn join(&mut self, day: Day, activity: Activity) {
        let known = self.days.entry(day).or_insert(activity);
        *known = most_alive(*known, activity);
    }

    fn save(self, device: DeviceId, begin: i64, plan: &mut Plan) {
        for (day, activity) in self.days {
            if self.stored.get(&day) != Some(&activity) {
                let key = keys::day(device, begin, day.0);
                plan.batch
                    .put(Space::Core, key, encode(&DayRow { activity }));
            }
        }
    }
}

/// One boot as it is stored.
#[derive(Default)]
struct Stored {
    mark: Option<Mark>,
    slices: BTreeMap<u32, Facts>,
}

/// Removes what is known of the time before a moment.
fn trim(
    store: &dyn Store,
    device: DeviceId,
    zeros: &Zeros,
    cut_at: i64,
    folded: &mut Folded,
    plan: &mut Plan,
) -> Result<(), StoreError> {
    for (boot, stored) in stored(store, device)? {
        let told = stored
            .mark
            .as_ref()
            .and_then(|mark| mark.zero.or(mark.guess));
        let Some(zero) = zeros.get(&boot).copied().or(told) else {
            continue;
        };
        let cut = cut_at.saturating_sub(zero);
        if cut <= 0 {
            continue;
        }
        if plan.batch.ops.len() > CHANGES_MAX {
            plan.more = true;
            return Ok(());
        }
        shorten(device, boot, stored, cut, folded, plan);
    }
    Ok(())
}

fn stored(
    store: &dyn Store,
    device: DeviceId,
) -> Result<BTreeMap<(InstallId, u32), Stored>, StoreError> {
    let mut boots: BTreeMap<(InstallId, u32), Stored> = BTreeMap::new();
    for_each(
        store,
        keys::of_device(keys::core::MARK, device),
        |key, value| {
            if let Some(boot) = keys::boot_of(key) {
                boots.entry(boot).or_default().mark = Some(decode(value)?);
            }
            Ok(())
        },
    )?;
    for_each(
        store,
        keys::of_device(keys::core::FACTS, device),
        |key, value| {
            if let Some((boot, slice)) = keys::boot_of(key).zip(keys::slice_of(key)) {
                let facts = evidence::from_row(decode(value)?);
                boots.entry(boot).or_default().slices.insert(slice, facts);
            }
            Ok(())
        },
    )?;
    Ok(boots)
}

/// Keeps of one boot what is known from `cut` (ms since boot) on. A boot that ended
/// before it also loses its beginning; one that goes on needs it, and tells it with
/// each of its reports.
fn shorten(
    device: DeviceId,
    (install, boot): (InstallId, u32),
    stored: Stored,
    cut: i64,
    folded: &mut Folded,
    plan: &mut Plan,
) {
    let mut whole = Facts::default();
    stored
        .slices
        .values()
        .for_each(|slice| whole.merge(slice.clone()));
    let run = stored.mark.as_ref().and_then(|mark| mark.run);
    whole.runs.extend(run.map(evidence::run));
    let kept = whole.after(cut);
    let slices = kept.slices();
    for slice in stored
        .slices
        .keys()
        .filter(|slice| !slices.contains_key(slice))
    {
        folded.facts += 1;
        let key = keys::facts(device, install, boot, *slice);
        plan.batch.del(Space::Core, key);
    }
    for (slice, facts) in &slices {
        if stored.slices.get(slice) != Some(facts) {
            let key = keys::facts(device, install, boot, *slice);
            plan.batch
                .put(Space::Core, key, encode(&evidence::row(facts)));
        }
    }
    let Some(mark) = stored.mark else {
        return;
    };
    let mut after = Mark {
        // It is among the slices now.
        run: None,
        ..mark.clone()
    };
    if kept.is_empty() {
        (after.zero, after.guess) = (None, None);
    }
    if after != mark {
        let key = keys::mark(device, install, boot);
        plan.batch.put(Space::Core, key, encode(&after));
    }
}
