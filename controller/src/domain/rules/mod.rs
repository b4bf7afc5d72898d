//! Rules turn readings into tickets: one file per cause, each a plain function from
//! what is known of a device to bad, good or unsure.
//!
//! [`watch`] counts readings in a row, [`action`] says what becomes of the ticket,
//! `rules.toml` holds every threshold.

pub mod action;
pub mod agent_outdated;
pub mod baseline;
mod certificate_ending;
mod clock_wrong;
mod disk_failing;
mod disk_full;
mod internet_down;
mod memory_starving;
mod never_started;
mod overdue;
mod overheating;
mod reboot_pending;
#[cfg(test)]
mod tests;
pub mod thresholds;
mod updates_failing;
pub mod watch;

pub use declic_common::api::Place;
use declic_common::api::Presence;
use declic_common::report::{HealthReport, Slow};
use declic_common::ticket::{Cause, Fact};

use self::baseline::Baseline;
use self::thresholds::{Hysteresis, Thresholds};
use self::watch::{Pace, Trend, Watch};
pub use super::ticket::Evidence;

pub(crate) const MINUTE_MS: i64 = 60_000;
pub(crate) const HOUR_MS: i64 = 60 * MINUTE_MS;
pub(crate) const DAY_MS: i64 = 24 * HOUR_MS;

/// A device in a place, for a time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Placement {
    pub place: Place,
    /// Code of the household, at home.
    pub household: Option<String>,
    /// The handover; ms UTC.
    pub since: i64,
}

/// The newest report of a device.
#[derive(Clone, Copy, Debug)]
pub struct Told<'a> {
    /// Dated by the controller, ms UTC.
    pub at: i64,
    /// Device clock, ms UTC.
    pub observed_at: i64,
    /// `at` crosses a boot without an anchor.
    pub estimated: bool,
    pub report: &'a HealthReport,
}

impl<'a> Told<'a> {
    /// The slow readings, and when they were made by the controller's clock.
    fn slow(&self) -> Option<(&'a Slow, i64)> {
        let slow = self.report.slow.as_ref()?;
        let before = self.observed_at.saturating_sub(slow.slow_at?).max(0);
        Some((slow, self.at.saturating_sub(before)))
    }
}

/// All that is known of a device at one moment. Times are ms UTC, controller clock.
#[derive(Clone, Copy, Debug)]
pub struct View<'a> {
    pub now: i64,
    /// Since when the controller listens, its clock steady.
    pub listening_since: i64,
    /// The clocks of most PCs agree with the controller's, as far as anybody can tell.
    pub clocks_agree: bool,
    pub told: Option<Told<'a>>,
    pub baseline: &'a Baseline,
    pub presence: Presence,
    /// It is the network that fell, as far as anybody can tell, and not the PC or its power.
    pub network_fell: bool,
    pub placement: Option<&'a Placement>,
    pub certificate_ends_at: i64,
    /// The controller's own version.
    pub version: &'a str,
}

/// What a rule sees. `at` is when what it saw was so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reading {
    Bad {
        at: i64,
        facts: Vec<Fact>,
    },
    Good {
        at: i64,
    },
    /// Absent, too old, or between bad and good: nothing changes.
    Unsure,
}

/// What becomes of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    Raise(Evidence),
    Clear,
    Hold,
}

/// One cause and how it is found.
#[derive(Clone, Copy, Debug)]
pub struct Rule {
    pub cause: Cause,
    pub pace: Pace,
    read: fn(&View<'_>, &Thresholds) -> Reading,
    pub hysteresis: fn(&Thresholds) -> Hysteresis,
}

/// Readings of every report.
const REPORTS: Pace = Pace {
    apart_ms: 1,
    gap_max_ms: 6 * HOUR_MS,
};
/// Slow readings, at most hourly. The moment at which one was made is known to the
/// second only, so it must not count again with each report.
const SLOW: Pace = Pace {
    apart_ms: 30 * MINUTE_MS,
    gap_max_ms: DAY_MS,
};
/// Slow readings of what may last for weeks on a PC that is seldom on.
const SELDOM: Pace = Pace {
    gap_max_ms: 7 * DAY_MS,
    ..SLOW
};
/// Looks of the controller itself: only those hours count in which it was there.
const LOOKS: Pace = Pace {
    apart_ms: HOUR_MS,
    gap_max_ms: 2 * HOUR_MS,
};

macro_rules! rules {
    ($( $cause:ident, $rule:ident, $pace:ident; )*) => {
        /// Every rule, worst first.
        pub const RULES: &[Rule] = &[$(
            Rule {
                cause: Cause::$cause,
                pace: $pace,
                read: $rule::read,
                hysteresis: |thresholds| thresholds.$rule.hysteresis(),
            },
        )*];
    };
}

rules! {
    DiskFailing, disk_failing, SLOW;
    Overheating, overheating, REPORTS;
    DiskFull, disk_full, REPORTS;
    NeverStarted, never_started, LOOKS;
    InternetDown, internet_down, REPORTS;
    Overdue, overdue, LOOKS;
    MemoryStarving, memory_starving, REPORTS;
    UpdatesFailing, updates_failing, SLOW;
    CertificateEnding, certificate_ending, LOOKS;
    ClockWrong, clock_wrong, REPORTS;
    RebootPending, reboot_pending, SELDOM;
    AgentOutdated, agent_outdated, REPORTS;
}

impl Rule {
    /// Judges a device. `watch` is what was counted so far, and `settled_at` when
    /// somebody last said that the matter is done: what was counted before it does
    /// not count again. With an open ticket, good readings are counted too.
    pub fn judge(
        &self,
        view: &View<'_>,
        thresholds: &Thresholds,
        watch: Option<Watch>,
        settled_at: Option<i64>,
        has_ticket: bool,
    ) -> (Option<Watch>, Verdict) {
        let needed = (self.hysteresis)(thresholds);
        if !needed.enabled {
            return (None, Verdict::Clear);
        }
        let settled_at = settled_at.filter(|at| *at <= view.now);
        let watch = watch.filter(|watch| settled_at.is_none_or(|at| watch.since > at));
        let (bad, at, facts) = match self.fresh(view, thresholds) {
            Reading::Bad { at, facts } => (true, at, facts),
            Reading::Good { at } => (false, at, Vec::new()),
            Reading::Unsure => return (watch, Verdict::Hold),
        };
        if settled_at.is_some_and(|settled| at <= settled) {
            return (watch, Verdict::Hold);
        }
        let watch = match watch {
            Some(watch) => watch.follow(bad, at, view.now, self.pace, needed),
            None if bad || has_ticket => Watch::begin(bad, at),
            None => return (None, Verdict::Clear),
        };
        match watch.trend(needed) {
            Trend::Bad if bad => (Some(watch), Verdict::Raise(Evidence { at, facts })),
            Trend::Good if !bad => (None, Verdict::Clear),
            _ => (Some(watch), Verdict::Hold),
        }
    }

    /// What the rule reads, unless it is of another day or of a time to come.
    fn fresh(&self, view: &View<'_>, thresholds: &Thresholds) -> Reading {
        let oldest = i64::from(thresholds.tickets.stale_days) * DAY_MS;
        match (self.read)(view, thresholds) {
            Reading::Bad { at, .. } | Reading::Good { at }
                if view.now.saturating_sub(at) > oldest || at > view.now + MINUTE_MS =>
            {
                Reading::Unsure
            }
            reading => reading,
        }
    }
}

impl View<'_> {
    /// Whether silence may say something of the home, and not of ourselves.
    fn hears(&self, thresholds: &Thresholds) -> bool {
        let settle = i64::from(thresholds.tickets.settle_minutes) * MINUTE_MS;
        let listened = self.now.saturating_sub(self.listening_since);
        listened >= settle && self.clocks_agree
    }

    /// Bench and stock are no homes: a PC that is silent there is where it belongs.
    fn is_in_use(&self) -> bool {
        self.placement
            .is_none_or(|placement| matches!(placement.place, Place::Home | Place::Seat))
    }
}

/// Parts of a whole, in thousandths; `None` of nothing.
fn permille(part: u64, whole: u64) -> Option<u64> {
    let share = u128::from(part) * 1000 / u128::from(std::num::NonZeroU64::new(whole)?.get());
    u64::try_from(share).ok()
}

fn signed(n: u64) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}
