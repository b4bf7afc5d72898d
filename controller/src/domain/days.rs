//! Local days (Europe/Paris): the only ones in which people count.

use std::collections::BTreeMap;

use declic_common::timeline::Activity;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};

use super::timeline::{Interval, most_alive};

const MINUTE_MS: i64 = 60_000;

/// A local day, counted from 1970-01-01.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(pub i32);

const EPOCH: Date = Date::constant(1970, 1, 1);

/// The zone in which days are counted.
pub fn paris() -> TimeZone {
    TimeZone::get("Europe/Paris").expect("the zones are built in")
}

impl Day {
    /// The day of a moment (ms UTC). One that no calendar holds is on its nearest end.
    pub fn of(ms: i64, zone: &TimeZone) -> Self {
        let nearest = if ms < 0 {
            Timestamp::MIN
        } else {
            Timestamp::MAX
        };
        let at = Timestamp::from_millisecond(ms).unwrap_or(nearest);
        Day::of_date(at.to_zoned(zone.clone()).date())
    }

    pub fn of_date(date: Date) -> Self {
        let days = EPOCH.until(date).map_or(0, |span| span.get_days());
        Day(days)
    }

    pub fn date(self) -> Date {
        let nearest = if self.0 < 0 { Date::MIN } else { Date::MAX };
        let span = Span::new().try_days(self.0);
        span.and_then(|span| EPOCH.checked_add(span))
            .unwrap_or(nearest)
    }

    /// When it begins, ms UTC.
    pub fn begins(self, zone: &TimeZone) -> i64 {
        let midnight = self.date().to_zoned(zone.clone());
        midnight.map_or(i64::MAX, |midnight| midnight.timestamp().as_millisecond())
    }

    pub fn before(self, days: i32) -> Self {
        Day(self.0.saturating_sub(days))
    }

    pub fn next(self) -> Self {
        Day(self.0.saturating_add(1))
    }
}

/// What one day saw.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DaySum {
    pub day: Day,
    pub most_alive: Activity,
    /// Whole minutes of each activity, together exactly as many as were looked at.
    pub minutes: BTreeMap<Activity, u32>,
}

/// Sums intervals by day. They follow each other without a gap.
pub fn by_day(intervals: &[Interval], zone: &TimeZone) -> Vec<DaySum> {
    let mut days: Vec<DaySum> = Vec::new();
    for interval in intervals {
        let mut day = Day::of(interval.from, zone);
        let mut begins = day.begins(zone);
        while begins < interval.to {
            let ends = day.next().begins(zone);
            let (from, to) = (interval.from.max(begins), interval.to.min(ends));
            if from < to {
                add(
                    &mut days,
                    day,
                    interval.activity,
                    minute(to - begins) - minute(from - begins),
                );
            }
            (day, begins) = (day.next(), ends);
        }
    }
    days
}

fn add(days: &mut Vec<DaySum>, day: Day, activity: Activity, minutes: i64) {
    if days.last().is_none_or(|last| last.day != day) {
        days.push(DaySum {
            day,
            most_alive: activity,
            minutes: Activity::ALL.iter().map(|one| (*one, 0)).collect(),
        });
    }
    let sum = days.last_mut().expect("just pushed");
    sum.most_alive = most_alive(sum.most_alive, activity);
    *sum.minutes.entry(activity).or_default() += u32::try_from(minutes).unwrap_or(0);
}

/// To the nearest minute, so that what one interval loses its neighbour gains.
fn minute(ms: i64) -> i64 {
    (ms + MINUTE_MS / 2).div_euclid(MINUTE_MS)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ms(text: &str) -> i64 {
        text.parse::<Timestamp>().unwrap().as_millisecond()
    }

    #[test]
    fn the_days_on_which_the_clocks_change_have_23_and_25_hours() {
        let zone = paris();
        for (from, to, hours) in [
            ("2026-03-28T23:00:00Z", "2026-03-29T22:00:00Z", 23),
            ("2026-10-24T22:00:00Z", "2026-10-25T23:00:00Z", 25),
            ("2026-07-01T22:00:00Z", "2026-07-02T22:00:00Z", 24),
        ] {
            let whole = Interval {
                from: ms(from),
                to: ms(to),
                activity: Activity::On,
            };
            let days = by_day(&[whole], &zone);
            assert_eq!(days.len(), 1, "{days:?}");
            assert_eq!(days[0].minutes[&Activity::On], hours * 60);
            assert_eq!(days[0].day.begins(&zone), ms(from));
            assert_eq!(days[0].day.next().begins(&zone), ms(to));
        }
    }

    #[test]
    fn no_minute_is_lost_between_two_intervals_and_the_most_alive_stands_for_the_day() {
        let zone = paris();
        let midnight = ms("2026-11-24T23:00:00Z");
        let at = [0, 29_000, 61_000, 3_599_999, 90_000_000];
        let activities = [
            Activity::Off,
            Activity::On,
            Activity::Asleep,
            Activity::Unknown,
        ];
        let parts: Vec<Interval> = at
            .windows(2)
            .zip(activities)
            .map(|(at, activity)| Interval {
                from: midnight + at[0],
                to: midnight + at[1],
                activity,
            })
            .collect();
        let days = by_day(&parts, &zone);
        assert_eq!(days.len(), 2);
        assert_eq!(days[0].minutes.values().sum::<u32>(), 1_440);
        assert_eq!(days[0].most_alive, Activity::On);
        assert_eq!(days[1].minutes[&Activity::Unknown], 60);
    }

    #[test]
    fn a_day_is_read_back_from_its_number() {
        let zone = paris();
        for text in ["1969-12-31T12:00:00Z", "2026-11-25T23:30:00Z"] {
            let day = Day::of(ms(text), &zone);
            assert_eq!(Day::of(day.begins(&zone), &zone), day);
            assert_eq!(Day::of(day.begins(&zone) - 1, &zone), day.before(1));
        }
        assert_eq!(
            Day::of(ms("2026-11-25T23:30:00Z"), &zone)
                .date()
                .to_string(),
            "2026-11-26"
        );
    }
}
