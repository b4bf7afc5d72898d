//! One silence of one home: when it stops being ordinary.

use super::belief::{Beginning, Belief};
use super::calendar::{Calendar, LocalDay};
use super::fleet::{COUNTED_DAYS, Fleet};
use super::tally::Rhythm;

/// No silence is looked at for longer (days): by then every one is overdue.
const HORIZON_DAYS: i32 = 400;

/// What was known when the silence began, beyond the silence itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Hints {
    /// The session ended without `off`, `asleep` or `stopped`.
    pub cut: bool,
    /// The last ladder that was heard of had a failing rung.
    pub ladder_failing: bool,
    /// Other homes of the same building or site fell at the same time.
    pub neighbours_fell: bool,
    /// A disk had warned.
    pub disk_warned: bool,
}

/// A silence that goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Silence<'a> {
    /// The last sign of life, ms UTC.
    pub since: i64,
    pub hints: Hints,
    /// Absences that were declared and pauses, `[from, to)` in ms UTC, in order.
    pub excuses: &'a [(i64, i64)],
}

impl Silence<'_> {
    /// The moment (ms UTC) from which somebody should call if the silence goes on
    /// and the fleet stays as it was last seen; `None` if that is not in sight. `call_at` is the
    /// chance of a failure that is enough ([`super::Caution`]).
    ///
    /// It is the start of a local hour, or of a local day for a home that is judged on days alone.
    pub fn overdue_at(
        &self,
        rhythm: &Rhythm,
        fleet: &Fleet,
        calendar: &Calendar,
        call_at: f64,
    ) -> Option<i64> {
        self.walk(rhythm, fleet, calendar, |day, belief, chance| {
            let enough = belief.failed(chance) >= call_at;
            enough.then(|| {
                let hour = first_hour(belief, rhythm, chance, call_at);
                calendar.hour_start(day, hour)
            })
        })
    }

    /// The greatest chance of a failure that this silence had before it ended.
    pub fn doubt(&self, until: i64, rhythm: &Rhythm, fleet: &Fleet, calendar: &Calendar) -> f64 {
        let last = calendar.day_of(until);
        let mut greatest = 0.0_f64;
        self.walk(rhythm, fleet, calendar, |day, belief, chance| {
            let so_far = if day < last { chance } else { 0.0 };
            greatest = greatest.max(belief.failed(so_far));
            (day >= last).then_some(())
        });
        greatest
    }

    /// Goes through the days after the last sign of life. `stop` sees each one with what is believed
    /// before it and its chance of life.
    fn walk<T>(
        &self,
        rhythm: &Rhythm,
        fleet: &Fleet,
        calendar: &Calendar,
        mut stop: impl FnMut(LocalDay, &Belief, f64) -> Option<T>,
    ) -> Option<T> {
        let start = calendar.day_of(self.since);
        let mut belief = Belief::new(Beginning {
            cut: self.hints.cut,
            ladder_failing: self.hints.ladder_failing,
            neighbours_fell: self.hints.neighbours_fell,
            disk_warned: self.hints.disk_warned,
            unclean: rhythm.unclean,
        });
        let mut was_excused = false;
        let mut counted = 0;
        for n in 1..=HORIZON_DAYS {
            let day = start.plus(n);
            if self.is_excused(day, calendar) {
                belief.excused();
                was_excused = true;
                continue;
            }
            if std::mem::take(&mut was_excused) {
                belief.back_from_absence();
            }
            counted += 1;
            let (kind, season) = (calendar.kind(day), calendar.season(day));
            let own = if n <= COUNTED_DAYS {
                rhythm.chance(kind)
            } else {
                0.0
            };
            let usual = rhythm.usual_away[season as usize];
            let leaves = rhythm.leaves[season as usize]
                * rhythm.leaves_on[day.weekday()]
                * fleet.away_factor(day, usual, own);
            belief.night(leaves.min(0.5), rhythm.stay[season as usize]);
            let chance = rhythm.chance_after(kind, counted);
            if let Some(found) = stop(day, &belief, chance) {
                return Some(found);
            }
            belief.silent(chance);
        }
        None
    }

    fn is_excused(&self, day: LocalDay, calendar: &Calendar) -> bool {
        if self.excuses.is_empty() {
            return false;
        }
        let (from, to) = (calendar.start_of(day), calendar.hour_start(day, 24));
        self.excuses
            .iter()
            .any(|excuse| excuse.0 < to && from < excuse.1)
    }
}

/// The hour of a day at whose start the silence has lasted long enough, given that
/// it has at the end of the day.
fn first_hour(belief: &Belief, rhythm: &Rhythm, chance: f64, call_at: f64) -> u8 {
    if belief.failed(0.0) >= call_at {
        return 0;
    }
    let Some(begun) = &rhythm.begun else {
        return 24;
    };
    (1..24)
        .find(|hour| belief.failed(chance * begun[usize::from(hour - 1)]) >= call_at)
        .unwrap_or(24)
}
