//! Counts readings in a row, so that one odd value opens no ticket and one good
//! value closes none.
//!
//! What counts is when a reading was made, never when it was looked at: a report
//! that comes twice, a controller that starts again or was away change nothing.

use super::thresholds::{Hysteresis, Streak};

const HOUR_MS: u64 = 3_600_000;

/// How readings of a rule follow each other, in ms.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace {
    /// Readings closer than this to the one before are the same one.
    pub apart_ms: i64,
    /// The most that the time between two readings counts for. So a PC that is on
    /// once a week is counted, and a clock that jumps by years counts for little.
    pub gap_max_ms: i64,
}

/// How it has been for a device and a cause of late. Times are ms UTC, controller clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Watch {
    pub bad: bool,
    /// The first reading of this kind in a row.
    pub since: i64,
    /// The last one that counted.
    pub last: i64,
    pub count: u32,
    /// The time that they cover, in ms.
    pub covered_ms: u64,
}

/// What readings in a row say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trend {
    Bad,
    Good,
    /// Not long enough.
    Unsure,
}

impl Watch {
    pub fn begin(bad: bool, at: i64) -> Self {
        Watch {
            bad,
            since: at,
            last: at,
            count: 1,
            covered_ms: 0,
        }
    }

    /// Takes in a reading made at `at`.
    pub fn follow(self, bad: bool, at: i64, now: i64, pace: Pace, needed: Hysteresis) -> Self {
        // Counted while the controller's clock was ahead: time goes on from here.
        let ahead = self.last > now;
        if self.bad != bad {
            let newer = at > self.last || ahead;
            return if newer { Watch::begin(bad, at) } else { self };
        }
        if ahead {
            return Watch { last: at, ..self };
        }
        let gap = at.saturating_sub(self.last);
        if gap < pace.apart_ms.max(1) || self.reaches(needed) {
            return self;
        }
        Watch {
            last: at,
            count: self.count.saturating_add(1),
            covered_ms: self.covered_ms + gap.min(pace.gap_max_ms).unsigned_abs(),
            ..self
        }
    }

    pub fn trend(self, needed: Hysteresis) -> Trend {
        match (self.reaches(needed), self.bad) {
            (false, _) => Trend::Unsure,
            (true, true) => Trend::Bad,
            (true, false) => Trend::Good,
        }
    }

    fn reaches(self, needed: Hysteresis) -> bool {
        let Streak { reports, hours } = match self.bad {
            true => needed.raise,
            false => needed.clear,
        };
        self.count >= reports && self.covered_ms >= u64::from(hours) * HOUR_MS
    }
}
