//! Absences that a household, or a whole site, declared: whole local days, both ends included.

use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::days::Day;

/// Longest absence, in days: a summer and more.
pub const DAYS_MAX: i32 = 120;
/// How far ahead one may be declared, in days.
pub const AHEAD_MAX: i32 = 400;
/// Days for which an absence that is over still explains a silence that goes on.
pub const EXPLAINS_DAYS: i32 = 30;

/// First and last local day of an absence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Span {
    pub first: Day,
    pub last: Day,
}

/// Why a span is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadSpan {
    #[error("an absence ends on or after the day on which it begins")]
    Backwards,
    #[error("this absence is over already; declare one that ends today or later")]
    Over,
    #[error("an absence lasts at most {DAYS_MAX} days")]
    TooLong,
    #[error("an absence begins at most {AHEAD_MAX} days from now")]
    TooFar,
}

impl Span {
    /// A span that somebody declares on `today`.
    pub fn declared(first: Date, last: Date, today: Day) -> Result<Self, BadSpan> {
        let (first, last) = (Day::of_date(first), Day::of_date(last));
        if last < first {
            return Err(BadSpan::Backwards);
        }
        if last < today {
            return Err(BadSpan::Over);
        }
        if last.0 - first.0 >= DAYS_MAX {
            return Err(BadSpan::TooLong);
        }
        if first.0 - today.0 > AHEAD_MAX {
            return Err(BadSpan::TooFar);
        }
        Ok(Span { first, last })
    }

    /// `[from, to)` in ms UTC.
    pub fn moments(&self, zone: &TimeZone) -> (i64, i64) {
        (self.first.begins(zone), self.last.next().begins(zone))
    }

    /// Nobody is told of it any more.
    pub fn is_over(&self, today: Day) -> bool {
        self.last < today
    }

    /// Whether nothing of it need be kept: it is over, and the home was heard of since, or
    /// has been silent for so long that it explains nothing any more. `heard` is the day of the last
    /// sign of life; a whole site has none.
    pub fn may_go(&self, today: Day, heard: Option<Day>) -> bool {
        let came_back = heard.is_none_or(|heard| heard > self.last);
        self.is_over(today) && (came_back || today.0 - self.last.0 > EXPLAINS_DAYS)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::days::paris;

    fn day(text: &str) -> Day {
        Day::of_date(text.parse().unwrap())
    }

    fn declared(first: &str, last: &str, today: &str) -> Result<Span, BadSpan> {
        Span::declared(first.parse().unwrap(), last.parse().unwrap(), day(today))
    }

    #[test]
    fn only_an_absence_that_makes_sense_is_taken() {
        let today = "2026-07-01";
        assert!(declared("2026-07-01", "2026-07-01", today).is_ok());
        assert!(
            declared("2026-06-20", "2026-07-01", today).is_ok(),
            "already gone"
        );
        for (first, last, why) in [
            ("2026-07-05", "2026-07-04", BadSpan::Backwards),
            ("2026-06-01", "2026-06-30", BadSpan::Over),
            ("2026-07-01", "2026-12-01", BadSpan::TooLong),
            ("2028-07-01", "2028-07-02", BadSpan::TooFar),
        ] {
            assert_eq!(declared(first, last, today), Err(why));
        }
    }

    #[test]
    fn days_are_whole_even_when_the_clock_changes() {
        let span = declared("2026-10-25", "2026-10-25", "2026-10-01").unwrap();
        let (from, to) = span.moments(&paris());
        assert_eq!((to - from) / 3_600_000, 25);
    }

    #[test]
    fn it_vanishes_the_day_after_unless_the_home_is_still_silent() {
        let span = declared("2026-07-05", "2026-07-20", "2026-07-01").unwrap();
        let gone = |today: &str, heard: &str| span.may_go(day(today), Some(day(heard)));
        assert!(!span.is_over(day("2026-07-20")));
        assert!(span.is_over(day("2026-07-21")));
        assert!(!gone("2026-07-20", "2026-07-20"), "not over");
        assert!(!gone("2026-07-21", "2026-07-04"), "not back yet");
        assert!(gone("2026-07-22", "2026-07-21"));
        assert!(
            gone("2026-08-20", "2026-07-04"),
            "it explains nothing any more"
        );
        assert!(span.may_go(day("2026-07-21"), None), "of a site");
    }
}
