//! Local days and their kinds: weekdays, Saturdays, Sundays and public holidays,
//! school holidays.
//!
//! Public holidays of France are computed. School holidays are only known where a
//! ministerial order has fixed them; for other years the silence of the rest of
//! the fleet tells the same without a table.

use jiff::Timestamp;
use jiff::civil::{Date, Weekday};
use jiff::tz::TimeZone;

/// A day of the local calendar, counted from 1 January 1970.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LocalDay(pub i32);

impl LocalDay {
    pub fn of_date(date: Date) -> Self {
        let days = EPOCH.until(date).expect("both dates are in the calendar");
        LocalDay(days.get_days())
    }

    pub fn date(self) -> Date {
        EPOCH.saturating_add(jiff::Span::new().days(self.0))
    }

    pub fn plus(self, days: i32) -> Self {
        LocalDay(self.0 + days)
    }

    /// 0 for Monday to 6 for Sunday.
    pub fn weekday(self) -> usize {
        // 1 January 1970 was a Thursday.
        (self.0 + 3).rem_euclid(7) as usize
    }

    /// Days from `earlier` to this one.
    pub fn since(self, earlier: LocalDay) -> i32 {
        self.0 - earlier.0
    }
}

const EPOCH: Date = Date::constant(1970, 1, 1);

/// What sets one day apart from another in a home.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DayKind {
    Weekday,
    Saturday,
    /// Sundays and public holidays.
    Sunday,
    /// A weekday on which the children are at home.
    SchoolHoliday,
}

impl DayKind {
    pub const COUNT: usize = 4;
}

/// When people leave, they leave in the school holidays, weekends included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Season {
    Ordinary,
    SchoolHolidays,
    /// The first days of a school holiday.
    HolidaysBegin,
    /// July and August.
    Summer,
}

impl Season {
    pub const COUNT: usize = 4;
}

/// School holidays of zone A (Bordeaux), first and last day without school. Order of
/// 7 December 2022 on the school calendars 2023–2024 to 2025–2026 (Journal officiel); it
/// fixes no return to school for 2026, so that summer ends here with August.
const SCHOOL_HOLIDAYS: [(Date, Date); 8] = [
    (Date::constant(2025, 2, 22), Date::constant(2025, 3, 9)),
    (Date::constant(2025, 4, 19), Date::constant(2025, 5, 4)),
    (Date::constant(2025, 7, 5), Date::constant(2025, 8, 31)),
    (Date::constant(2025, 10, 18), Date::constant(2025, 11, 2)),
    (Date::constant(2025, 12, 20), Date::constant(2026, 1, 4)),
    (Date::constant(2026, 2, 7), Date::constant(2026, 2, 22)),
    (Date::constant(2026, 4, 4), Date::constant(2026, 4, 19)),
    (Date::constant(2026, 7, 4), Date::constant(2026, 8, 31)),
];

/// Days that count as the beginning of a school holiday.
const BEGIN_DAYS: i32 = 3;

/// Turns instants into local days and back.
#[derive(Clone, Debug)]
pub struct Calendar {
    zone: TimeZone,
}

impl Calendar {
    pub fn new(zone: TimeZone) -> Self {
        Calendar { zone }
    }

    /// The days of the programme: Europe/Paris.
    pub fn paris() -> Self {
        Self::new(TimeZone::get("Europe/Paris").expect("the zones are built in"))
    }

    /// The local day and hour (0 to 23) of an instant (ms UTC).
    pub fn day_and_hour(&self, ms: i64) -> (LocalDay, u8) {
        let at = Timestamp::from_millisecond(ms).unwrap_or(Timestamp::UNIX_EPOCH);
        let local = self.zone.to_datetime(at);
        let hour = u8::try_from(local.hour()).expect("hours are 0 to 23");
        (LocalDay::of_date(local.date()), hour)
    }

    pub fn day_of(&self, ms: i64) -> LocalDay {
        self.day_and_hour(ms).0
    }

    /// When an hour of a local day begins (ms UTC); hour 24 is the end of the day. An hour that a
    /// clock change skips begins with the one after it.
    pub fn hour_start(&self, day: LocalDay, hour: u8) -> i64 {
        let (day, hour) = match hour {
            0..24 => (day, hour),
            _ => (day.plus(1), 0),
        };
        let local = day.date().at(hour.cast_signed(), 0, 0, 0);
        let zoned = self.zone.to_ambiguous_timestamp(local).compatible();
        zoned.map_or(0, |at| at.as_millisecond())
    }

    pub fn start_of(&self, day: LocalDay) -> i64 {
        self.hour_start(day, 0)
    }

    pub fn kind(&self, day: LocalDay) -> DayKind {
        kind(day.date())
    }

    pub fn season(&self, day: LocalDay) -> Season {
        if matches!(day.date().month(), 7 | 8) {
            Season::Summer
        } else if !is_school_holiday(day.date()) {
            Season::Ordinary
        } else if is_school_holiday(day.plus(-BEGIN_DAYS).date()) {
            Season::SchoolHolidays
        } else {
            Season::HolidaysBegin
        }
    }
}

fn kind(date: Date) -> DayKind {
    if is_public_holiday(date) {
        return DayKind::Sunday;
    }
    match date.weekday() {
        Weekday::Saturday => DayKind::Saturday,
        Weekday::Sunday => DayKind::Sunday,
        _ if is_school_holiday(date) => DayKind::SchoolHoliday,
        _ => DayKind::Weekday,
    }
}

fn is_school_holiday(date: Date) -> bool {
    SCHOOL_HOLIDAYS
        .iter()
        .any(|(first, last)| (*first..=*last).contains(&date))
}

/// The eleven public holidays (Code du travail, L3133-1).
fn is_public_holiday(date: Date) -> bool {
    const FIXED: [(i8, i8); 8] = [
        (1, 1),
        (5, 1),
        (5, 8),
        (7, 14),
        (8, 15),
        (11, 1),
        (11, 11),
        (12, 25),
    ];
    // Easter Monday, Ascension, Whit Monday.
    let moving = [1, 39, 50];
    let easter = LocalDay::of_date(easter(date.year()));
    FIXED.contains(&(date.month(), date.day()))
        || moving.contains(&LocalDay::of_date(date).since(easter))
}

/// Easter Sunday of a year (Meeus, Jones and Butcher's algorithm).
fn easter(year: i16) -> Date {
    let y = i32::from(year);
    let (a, b, c) = (y % 19, y / 100, y % 100);
    let g = (b - (b + 8) / 25 + 1) / 3;
    let h = (19 * a + b - b / 4 - g + 15) % 30;
    let l = (32 + 2 * (b % 4) + 2 * (c / 4) - h - c % 4) % 7;
    let m = (a + 11 * h + 22 * l) / 451;
    let n = h + l - 7 * m + 114;
    let part = |n: i32| i8::try_from(n).expect("months and days are small");
    Date::new(year, part(n / 31), part(n % 31 + 1)).expect("Easter is in the calendar")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn easter_falls_where_the_tables_say() {
        for (year, month, day) in [
            (2019, 4, 21),
            (2024, 3, 31),
            (2025, 4, 20),
            (2026, 4, 5),
            (2027, 3, 28),
            (2038, 4, 25),
        ] {
            assert_eq!(easter(year), Date::constant(year, month, day));
        }
    }

    #[test]
    fn a_public_holiday_is_a_sunday_and_a_weekday_of_the_school_holidays_is_its_own_kind() {
        let kind = |y, m, d| kind(Date::constant(y, m, d));
        assert_eq!(kind(2026, 5, 14), DayKind::Sunday, "Ascension");
        assert_eq!(kind(2026, 5, 25), DayKind::Sunday, "Whit Monday");
        assert_eq!(kind(2026, 7, 14), DayKind::Sunday);
        assert_eq!(kind(2026, 7, 15), DayKind::SchoolHoliday);
        assert_eq!(kind(2026, 7, 18), DayKind::Saturday);
        assert_eq!(kind(2026, 2, 23), DayKind::Weekday, "school again");
        assert_eq!(kind(2029, 7, 16), DayKind::Weekday, "no order fixes it yet");
    }

    #[test]
    fn days_are_those_of_paris_on_both_days_on_which_the_clock_changes() {
        let calendar = Calendar::paris();
        for (date, hours) in [
            (Date::constant(2026, 3, 29), 23),
            (Date::constant(2026, 10, 25), 25),
            (Date::constant(2026, 7, 1), 24),
        ] {
            let day = LocalDay::of_date(date);
            let (from, to) = (calendar.start_of(day), calendar.hour_start(day, 24));
            assert_eq!((to - from) / 3_600_000, hours);
            assert_eq!(calendar.day_of(from), day);
            assert_eq!(calendar.day_of(from - 1), day.plus(-1));
            assert_eq!(calendar.day_and_hour(to - 1), (day, 23));
            assert_eq!(day.date(), date);
        }
    }
}
