//! For how long each kind of data is kept.

use jiff::tz::TimeZone;

use super::days::Day;

/// Longest time that anything is kept, in days: ten years.
pub const DAYS_MAX: u32 = 3_660;

/// Local days that each kind of data outlives the day it tells of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Retention {
    /// Single reports, sealed or not, and their sums by hour.
    pub history_days: u32,
    /// Sums and minutes by day.
    pub rollup_days: u32,
    /// Journals as they came; the timeline that was worked out of them stays.
    pub journal_days: u32,
}

impl Default for Retention {
    fn default() -> Self {
        Retention {
            history_days: 90,
            // A programme of a year, its extension, and the evaluation after it.
            rollup_days: 1_095,
            journal_days: 365,
        }
    }
}

/// Retention that nobody can mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "history-days, rollup-days and journal-days are 2 to {DAYS_MAX}, and days are kept at least \
     as long as the reports that they sum up"
)]
pub struct BadRetention;

impl Retention {
    /// Sealing takes a day and a half: less than two days would purge what is not sealed.
    pub fn check(self) -> Result<Self, BadRetention> {
        let all = [self.history_days, self.rollup_days, self.journal_days];
        let bounded = all.iter().all(|days| (2..=DAYS_MAX).contains(days));
        match bounded && self.rollup_days >= self.history_days {
            true => Ok(self),
            false => Err(BadRetention),
        }
    }
}

/// The first local day that is still kept.
pub fn kept_from(now: i64, days: u32, zone: &TimeZone) -> Day {
    let days = i32::try_from(days).unwrap_or(i32::MAX);
    Day::of(now, zone).before(days)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::days::paris;

    #[test]
    fn what_nobody_can_mean_is_refused() {
        let usual = Retention::default();
        assert_eq!(usual.check(), Ok(usual));
        for (history_days, rollup_days) in [(1, 90), (90, 89), (90, 4_000)] {
            let odd = Retention {
                history_days,
                rollup_days,
                ..usual
            };
            assert_eq!(odd.check(), Err(BadRetention));
        }
    }

    #[test]
    fn a_day_is_kept_whole_or_not_at_all() {
        let zone = paris();
        let at = |text: &str| text.parse::<jiff::Timestamp>().unwrap().as_millisecond();
        let morning = kept_from(at("2026-11-26T06:00:00Z"), 90, &zone);
        assert_eq!(morning, kept_from(at("2026-11-26T22:59:59Z"), 90, &zone));
        assert_eq!(morning.date().to_string(), "2026-08-28");
    }
}
