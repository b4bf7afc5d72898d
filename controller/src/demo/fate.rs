//! Which homes of a demonstration fail, at what, and when.
//!
//! The controller is told nothing of it: it finds them, and none of the others.

use declic_common::ticket::Cause;

use super::household::Present;
use super::script::{Act, Script};

const HOUR_MS: i64 = 3_600_000;
const DAY_MS: i64 = 24 * HOUR_MS;
/// Of what a home was before, so much tells who is at the PC every day.
const WATCHED_DAYS: i64 = 28;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    DiskFull,
    DiskFailing,
    InternetDown,
    /// Does not start again.
    Dead,
    /// The PC runs and is not heard.
    Cut,
}

/// What fails, in order, and when: in ms after the live part begins.
type Kinds = [(Kind, i64); 7];

/// Before our eyes. A silence is no alarm in a home that is used every day before some five
/// days, so two of them begin before it.
const FAST: Kinds = [
    (Kind::DiskFailing, HOUR_MS),
    (Kind::InternetDown, HOUR_MS),
    (Kind::DiskFull, HOUR_MS),
    (Kind::Dead, -5 * DAY_MS),
    (Kind::Cut, -5 * DAY_MS),
    (Kind::Dead, 2 * HOUR_MS),
    (Kind::Cut, 2 * HOUR_MS),
];
/// Nobody waits for days before a demonstration at our speed: there it has happened.
const AT_OUR_SPEED: Kinds = [
    (Kind::DiskFailing, -8 * DAY_MS),
    (Kind::InternetDown, -8 * DAY_MS),
    (Kind::DiskFull, -8 * DAY_MS),
    (Kind::Dead, -16 * DAY_MS),
    (Kind::Cut, -16 * DAY_MS),
    (Kind::Dead, -5 * DAY_MS),
    (Kind::Cut, -5 * DAY_MS),
];
/// What dies or is cut is in use, since so many ms: nobody says goodbye.
const IN_USE_MS: i64 = 120_000;
/// Of so many homes, at most one in so many fails.
const ONE_IN: usize = 4;

/// What will be wrong with a home.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Fate {
    /// From then on, ms UTC.
    pub(super) at: i64,
    /// What the ticket will say.
    pub(super) cause: Cause,
}

/// Changes what will happen to some of the homes, whose live part begins at `begins_at` (ms
/// UTC). Those fail that are at their PC every day, the busiest first: there, something can be
/// noticed within a day.
pub(super) fn decide(
    scripts: &mut [Script],
    present: Present,
    begins_at: i64,
) -> Vec<Option<Fate>> {
    let kinds = match present {
        Present::AtOurSpeed => AT_OUR_SPEED,
        Present::Fast => FAST,
    };
    let from = begins_at - WATCHED_DAYS * DAY_MS;
    let mut busy: Vec<usize> = (0..scripts.len())
        .filter(|n| scripts[*n].next_use(begins_at).is_some())
        .collect();
    busy.sort_by_key(|n| {
        let script = &scripts[*n];
        let days = script.days_used(from, begins_at, DAY_MS);
        // Counted by the quarter: who is there four weeks out of four, then for how long.
        std::cmp::Reverse((days / 7, script.runs_between(from, begins_at)))
    });
    let mut fates = vec![None; scripts.len()];
    let failing = scripts.len().div_ceil(ONE_IN);
    for (n, (kind, after)) in busy.into_iter().zip(kinds).take(failing) {
        let mut at = begins_at + after;
        if matches!(kind, Kind::Dead | Kind::Cut) {
            at = scripts[n].next_use(at).map_or(at, |used| used + IN_USE_MS);
        }
        let cause = strike(&mut scripts[n], kind, at);
        fates[n] = Some(Fate { at, cause });
    }
    fates
}

fn strike(script: &mut Script, kind: Kind, at: i64) -> Cause {
    match kind {
        Kind::DiskFull => {
            script.insert(at, Act::FillDisk);
            Cause::DiskFull
        }
        Kind::DiskFailing => {
            script.insert(at, Act::LoseSectors);
            Cause::DiskFailing
        }
        Kind::InternetDown => {
            script.lose_line(at, Act::LoseInternet);
            Cause::InternetDown
        }
        Kind::Dead => {
            script.die(at);
            Cause::Overdue
        }
        Kind::Cut => {
            script.lose_line(at, Act::Line(Some(1)));
            Cause::Overdue
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::rhythm::{Calendar, LocalDay};
    use crate::rhythm::world::where_all_is_well;

    /// Forty homes, and when their live part begins.
    fn quarter() -> (Vec<Script>, i64) {
        let first = LocalDay::of_date(jiff::civil::date(2026, 1, 13));
        let homes = where_all_is_well(7, 40, first, 80);
        let scripts = homes.iter().map(|home| Script::of(&home.intervals));
        (
            scripts.collect(),
            Calendar::paris().start_of(first.plus(56)),
        )
    }

    #[test]
    fn each_kind_of_failure_meets_a_home_that_is_used_every_day() {
        let (mut scripts, begins_at) = quarter();
        let before = scripts.clone();
        let fates = decide(&mut scripts, Present::Fast, begins_at);
        assert_eq!(fates.iter().flatten().count(), FAST.len());
        for (n, fate) in fates.iter().enumerate() {
            assert_eq!(fate.is_some(), before[n] != scripts[n], "home {n}");
            if fate.is_some() {
                let from = begins_at - 28 * DAY_MS;
                let days = before[n].days_used(from, begins_at, DAY_MS);
                assert!(days >= 21, "home {n} was used on {days} days of 28");
            }
        }
    }

    #[test]
    fn nobody_waits_at_our_speed_for_what_has_failed_already() {
        let (mut scripts, begins_at) = quarter();
        let fates = decide(&mut scripts, Present::AtOurSpeed, begins_at);
        assert_eq!(fates.iter().flatten().count(), AT_OUR_SPEED.len());
        assert!(fates.iter().flatten().all(|fate| fate.at < begins_at));
    }

    #[test]
    fn of_few_homes_few_fail() {
        let (mut scripts, begins_at) = quarter();
        scripts.truncate(5);
        let fates = decide(&mut scripts, Present::Fast, begins_at);
        assert_eq!(fates.iter().flatten().count(), 2);
    }
}
