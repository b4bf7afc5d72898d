//! Local days: every period of an evaluation is counted in days of Europe/Paris.
//!
//! A day of this calendar has 23, 24 or 25 hours. Rows of a dataset hold days and
//! lengths, never moments, so that nothing here depends on where it is computed.

use jiff::Timestamp;
use jiff::civil::{Date, Weekday};
use jiff::tz::TimeZone;
use jiff::{Span, ToSpan};

/// The zone in which a programme lives.
pub const ZONE: &str = "Europe/Paris";

/// The local day of a moment.
pub fn day_of(moment: Timestamp) -> Date {
    moment.to_zoned(zone()).date()
}

/// How many minutes a local day has: 1380, 1440 or 1500.
pub fn minutes_in(day: Date) -> u32 {
    let starts = |day: Date| {
        day.to_zoned(zone())
            .expect("midnight of Europe/Paris exists on every day of the calendar")
            .timestamp()
    };
    let next = day.tomorrow().expect("no programme lasts until 9999");
    let seconds = starts(next).duration_since(starts(day)).as_secs();
    u32::try_from(seconds / 60).expect("a day ends after it began")
}

fn zone() -> TimeZone {
    TimeZone::get(ZONE).expect("the time zones are built into the program")
}

/// A half-open stretch of local days: `from` is in it, `to` is not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Period {
    pub from: Date,
    pub to: Date,
}

impl Period {
    pub fn new(from: Date, to: Date) -> Self {
        Period { from, to }
    }

    pub fn holds(&self, day: Date) -> bool {
        self.from <= day && day < self.to
    }

    /// Whether an event that may not have happened, or not on a known day, is in it.
    pub fn holds_some(&self, day: Option<Date>) -> bool {
        day.is_some_and(|day| self.holds(day))
    }

    /// The days of both; an empty period where there are none.
    pub fn and(&self, other: Period) -> Period {
        let from = self.from.max(other.from);
        Period {
            from,
            to: self.to.min(other.to).max(from),
        }
    }

    pub fn is_empty(&self) -> bool {
        self.to <= self.from
    }

    /// How many days it has.
    pub fn days(&self) -> u64 {
        u64::try_from(days_between(self.from, self.to)).unwrap_or(0)
    }

    pub fn each_day(&self) -> impl Iterator<Item = Date> + use<> {
        let to = self.to;
        self.from.series(1.day()).take_while(move |day| *day < to)
    }
}

/// Days from one to another, negative if the second is earlier.
pub fn days_between(from: Date, to: Date) -> i64 {
    i64::from(from.duration_until(to).as_hours() as i32 / 24)
}

/// The same day of the month `n` months later; the last day of a shorter month.
pub fn months_after(day: Date, n: i32) -> Date {
    day.saturating_add(Span::new().months(n))
}

pub fn days_after(day: Date, n: i32) -> Date {
    day.saturating_add(Span::new().days(n))
}

/// The Monday of the ISO week of a day.
pub fn monday_of(day: Date) -> Date {
    let since = day.weekday().since(Weekday::Monday);
    days_after(day, -i32::from(since))
}

/// The ISO week of a day, as `2026-W53`.
pub fn week_of(day: Date) -> String {
    let week = day.iso_week_date();
    format!("{}-W{:02}", week.year(), week.week())
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn the_days_of_the_clock_changes_have_23_and_25_hours() {
        assert_eq!(minutes_in(date(2026, 3, 29)), 1380);
        assert_eq!(minutes_in(date(2026, 10, 25)), 1500);
        assert_eq!(minutes_in(date(2026, 7, 14)), 1440);
    }

    #[test]
    fn a_moment_late_in_the_evening_of_london_is_the_next_day_of_paris() {
        let late: Timestamp = "2026-07-14T22:30:00Z".parse().unwrap();
        assert_eq!(day_of(late), date(2026, 7, 15));
    }

    #[test]
    fn a_period_counts_its_first_day_and_not_its_last() {
        let march = Period::new(date(2026, 3, 1), date(2026, 4, 1));
        assert_eq!(march.days(), 31);
        assert_eq!(march.each_day().count(), 31);
        assert!(march.holds(march.from) && !march.holds(march.to));
        let april = Period::new(date(2026, 4, 1), date(2026, 5, 1));
        assert!(march.and(april).is_empty());
    }

    #[test]
    fn a_month_after_the_31st_of_january_is_the_last_of_february() {
        assert_eq!(months_after(date(2027, 1, 31), 1), date(2027, 2, 28));
    }

    #[test]
    fn the_first_days_of_2027_are_of_week_53() {
        assert_eq!(week_of(date(2027, 1, 1)), "2026-W53");
        assert_eq!(monday_of(date(2027, 1, 1)), date(2026, 12, 28));
    }
}
