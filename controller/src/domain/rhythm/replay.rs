//! Lives through the past of a programme day by day, as a controller would have: what all
//! homes have in common, how silent they are together and how sure one must be, learnt
//! from what was known at each moment.
//!
//! At each moment the rule is given the timeline up to the last sign of life, how that life
//! ended, absences that have begun, and how many other homes were heard of. What a
//! journal tells later is known only once the home is back.

use declic_common::timeline::Activity;

use super::{
    Calendar, Caution, Day, Detail, End, Fleet, Hints, LocalDay, Programme, Rhythm, Silence, Tally,
    Told, day, fleet,
};
use crate::domain::timeline::Interval;

/// Days between two looks at what all homes have in common.
const PROGRAMME_EVERY_DAYS: i32 = 7;

/// A mean month, in days.
const MONTH_DAYS: f64 = 30.436_875;

/// A controller that was not there for so long (ms) excuses the days of its absence.
pub const OUTAGE_MS: i64 = 6 * 3_600_000;

/// What is known of a home by the end of the past that is lived through. Times are ms UTC.
#[derive(Clone, Debug, Default)]
pub struct Known {
    pub detail: Detail,
    /// In order, without overlap; a gap between two is a time of which nothing is known.
    pub intervals: Vec<Interval>,
    /// Absences that were declared, `[from, to)`, in order.
    pub absences: Vec<(i64, i64)>,
    /// When the home was last looked at.
    pub end: i64,
}

/// A silence of a home that had been heard of before. Times are ms UTC.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gap {
    /// The last sign of life, and the next one or the end of what is known.
    pub since: i64,
    pub until: i64,
    pub end: End,
    /// When the rule called, if it did.
    pub called_at: Option<i64>,
}

/// What a home went through.
#[derive(Clone, Debug)]
pub struct Lived {
    pub gaps: Vec<Gap>,
    /// Absences, pauses and long outages of the controller, in order.
    pub excuses: Vec<(i64, i64)>,
    /// When the home was last looked at.
    pub end: i64,
}

/// What a past has taught.
#[derive(Clone, Debug)]
pub struct Learnt {
    pub programme: Programme,
    pub fleet: Fleet,
    pub caution: Caution,
    /// How each home lived and what its rhythm is, in the order in which they were given.
    pub homes: Vec<(Lived, Rhythm)>,
}

impl Lived {
    fn new(home: &Known) -> Self {
        let mut gaps: Vec<Gap> = Vec::new();
        let mut excuses = home.absences.clone();
        for (at, stretch) in home.intervals.iter().enumerate() {
            match stretch.activity {
                Activity::Paused => excuses.push((stretch.from, stretch.to)),
                Activity::ControllerDown if stretch.to - stretch.from >= OUTAGE_MS => {
                    excuses.push((stretch.from, stretch.to));
                }
                Activity::On => {
                    if let Some(gap) = gaps.last_mut() {
                        gap.until = stretch.from;
                    }
                    let next = home.intervals.get(at + 1);
                    let end_of_life = match next {
                        Some(next) if next.from == stretch.to => End::seen(next.activity),
                        _ => End::Cut,
                    };
                    gaps.push(Gap {
                        since: stretch.to,
                        until: home.end.max(stretch.to),
                        end: end_of_life,
                        called_at: None,
                    });
                }
                _ => {}
            }
        }
        gaps.retain(|gap| gap.since < gap.until);
        excuses.sort_unstable();
        Lived {
            gaps,
            excuses,
            end: home.end,
        }
    }
}

/// A home while it is watched.
struct Watched {
    detail: Detail,
    days: Vec<Day>,
    tally: Tally,
    rhythm: Rhythm,
    lived: Lived,
    /// The gap that is open, or the next one to come.
    gap: usize,
    /// Its first sign of life, ms UTC.
    heard_first: Option<i64>,
}

/// Lives through the days from `first` to `last`, the last one at its beginning.
pub fn replay(homes: &[Known], first: LocalDay, last: LocalDay, calendar: &Calendar) -> Learnt {
    let mut programme = Programme::default();
    let mut fleet = Fleet::default();
    let mut caution = Caution::default();
    let mut all: Vec<Watched> = homes
        .iter()
        .map(|home| Watched::new(home, calendar, &programme))
        .collect();
    for n in first.0..=last.0 {
        let today = LocalDay(n);
        let (midnight, next) = (calendar.start_of(today), calendar.hour_start(today, 24));
        let yesterday = today.plus(-1);
        for home in &mut all {
            for doubt in home.move_to(midnight, &fleet, calendar) {
                caution.came_back(doubt);
            }
        }
        let counted: Vec<_> = all
            .iter()
            .filter_map(|home| home.counted(yesterday, midnight))
            .collect();
        caution.watched(counted.len() as f64 / MONTH_DAYS);
        fleet.add(yesterday, counted);
        for home in &mut all {
            home.learn(today, &programme);
        }
        if n % PROGRAMME_EVERY_DAYS == 0 {
            programme = Programme::of(all.iter().map(|home| &home.tally));
        }
        for home in &mut all {
            home.judge(midnight, next, &fleet, calendar, caution.call_at());
        }
    }
    Learnt {
        programme,
        fleet,
        caution,
        homes: all
            .into_iter()
            .map(|home| (home.lived, home.rhythm))
            .collect(),
    }
}

impl Watched {
    fn new(home: &Known, calendar: &Calendar, programme: &Programme) -> Self {
        let detail = home.detail;
        let tally = Tally::default();
        let days = day::days(&home.intervals, calendar);
        Watched {
            rhythm: Rhythm::of(&tally, detail, programme),
            detail,
            days,
            tally,
            lived: Lived::new(home),
            gap: 0,
            heard_first: home
                .intervals
                .iter()
                .find(|interval| interval.activity == Activity::On)
                .map(|interval| interval.from),
        }
    }

    /// Forgets the gaps that are over, and tells how doubtful they had been.
    fn move_to(&mut self, now: i64, fleet: &Fleet, calendar: &Calendar) -> Vec<f64> {
        let mut doubts = Vec::new();
        while let Some(gap) = self.lived.gaps.get(self.gap).filter(|gap| gap.until <= now) {
            // A night is no matter of doubt.
            if gap.until < self.lived.end && gap.until - gap.since > 86_400_000 {
                let silence = self.ask(gap, gap.until);
                doubts.push(silence.doubt(gap.until, &self.rhythm, fleet, calendar));
            }
            self.gap += 1;
        }
        doubts
    }

    /// What is known of a gap by `now`: an absence once it has begun, if it is not over before the
    /// silence.
    fn ask(&self, gap: &Gap, now: i64) -> Silence<'_> {
        let excuses = &self.lived.excuses;
        let from = excuses.partition_point(|excuse| excuse.1 <= gap.since);
        let to = excuses.partition_point(|excuse| excuse.0 < now).max(from);
        Silence {
            since: gap.since,
            hints: Hints {
                cut: gap.end == End::Cut,
                ..Hints::default()
            },
            excuses: &excuses[from..to],
        }
    }

    /// The silence that goes on at `now`.
    fn silence(&self, now: i64) -> Option<&Gap> {
        self.lived.gaps.get(self.gap).filter(|gap| gap.since <= now)
    }

    fn day(&self, day: LocalDay) -> Option<&Day> {
        let first = self.days.first()?.day;
        self.days.get(usize::try_from(day.since(first)).ok()?)
    }

    /// What this home adds to the fleet for a day that is over.
    fn counted(&self, yesterday: LocalDay, midnight: i64) -> Option<(f64, bool)> {
        if self.heard_first? > midnight || self.lived.end < midnight {
            return None;
        }
        let alive = self
            .day(yesterday)
            .is_some_and(|day| day.told == Told::Life);
        let long = i64::from(fleet::COUNTED_DAYS) * 86_400_000;
        if let Some(gap) = self.silence(midnight)
            && !alive
            && (midnight - gap.since > long || gap.called_at.is_some())
        {
            return None;
        }
        let kind = self.day(yesterday).map(|day| day.kind)?;
        Some((self.rhythm.chance(kind), alive))
    }

    /// Learns from the days before `today`, once the home is known to live.
    fn learn(&mut self, today: LocalDay, programme: &Programme) {
        let Some(yesterday) = self.day(today.plus(-1)) else {
            return;
        };
        if yesterday.told != Told::Life {
            return;
        }
        let known = today.since(self.days[0].day) as usize;
        self.tally = Tally::of(&self.days[..known], self.detail, today, programme);
        self.rhythm = Rhythm::of(&self.tally, self.detail, programme);
    }

    fn judge(
        &mut self,
        midnight: i64,
        next: i64,
        fleet: &Fleet,
        calendar: &Calendar,
        call_at: f64,
    ) {
        let Some(gap) = self.silence(midnight) else {
            return;
        };
        if gap.called_at.is_some() {
            return;
        }
        let silence = self.ask(gap, next);
        let Some(at) = silence.overdue_at(&self.rhythm, fleet, calendar, call_at) else {
            return;
        };
        // What the fleet shows today may make an earlier moment too quiet to bear;
        // nobody calls in the past.
        let at = at.max(midnight);
        if at < next && at < gap.until {
            self.lived.gaps[self.gap].called_at = Some(at);
        }
    }
}
