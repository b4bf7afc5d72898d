//! Which backups are kept: many young ones, few old ones.

use super::days::Day;

/// Backups that stay: the newest of each of the last local days, weeks and months that have one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Keep {
    pub days: usize,
    pub weeks: usize,
    pub months: usize,
}

impl Default for Keep {
    fn default() -> Self {
        Keep {
            days: 7,
            weeks: 4,
            months: 6,
        }
    }
}

/// The places of those that may go. `made` are the local days of the backups, newest first; the
/// newest one always stays.
pub fn may_go(made: &[Day], keep: Keep) -> Vec<usize> {
    let mut stays = vec![false; made.len()];
    let month = |day: Day| {
        let date = day.date();
        i64::from(date.year()) * 12 + i64::from(date.month())
    };
    // 1 January 1970 was a Thursday; weeks begin on Monday.
    let week = |day: Day| i64::from(day.0 + 3).div_euclid(7);
    let day = |day: Day| i64::from(day.0);
    let kinds: [(usize, &dyn Fn(Day) -> i64); 3] = [
        (keep.days.max(1), &day),
        (keep.weeks, &week),
        (keep.months, &month),
    ];
    for (most, span) in kinds {
        let mut kept = 0;
        let mut last = None;
        for (at, made) in made.iter().enumerate() {
            if kept == most {
                break;
            }
            if last != Some(span(*made)) {
                last = Some(span(*made));
                stays[at] = true;
                kept += 1;
            }
        }
    }
    (0..made.len()).filter(|at| !stays[*at]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Lives for so many days with one backup a day; returns the ages of those that are left.
    fn after(days: i32) -> Vec<i32> {
        let mut made: Vec<Day> = Vec::new();
        let first = Day::of_date(jiff::civil::date(2026, 1, 1)).0;
        for today in first..first + days {
            made.insert(0, Day(today));
            for at in may_go(&made, Keep::default()).into_iter().rev() {
                made.remove(at);
            }
        }
        made.iter().map(|day| first + days - 1 - day.0).collect()
    }

    #[test]
    fn after_a_year_there_is_one_of_each_day_week_and_month_and_no_more() {
        let ages = after(365);
        assert_eq!(ages[..7], [0, 1, 2, 3, 4, 5, 6]);
        assert!(ages.len() <= 7 + 4 + 6, "{ages:?}");
        assert!(*ages.last().unwrap() > 120, "five months back: {ages:?}");
        assert!(ages.iter().any(|age| (14..28).contains(age)), "{ages:?}");
    }

    #[test]
    fn the_newest_stays_whatever_is_asked() {
        let none = Keep {
            days: 0,
            weeks: 0,
            months: 0,
        };
        assert_eq!(may_go(&[Day(3), Day(2)], none), [1]);
        assert!(may_go(&[], none).is_empty());
    }

    #[test]
    fn of_several_a_day_the_newest_stays_once_the_day_is_over() {
        let keep = Keep {
            days: 2,
            weeks: 0,
            months: 0,
        };
        assert_eq!(may_go(&[Day(9), Day(9), Day(8), Day(8)], keep), [1, 3]);
    }
}
