//! When a household is not at home.

use jiff::civil::{Date, Weekday};

use super::super::home::Absence;
use super::super::noise::Noise;
use super::character::{Character, Kind};
use crate::domain::rhythm::{Calendar, LocalDay};

/// Days away, first and last.
#[derive(Clone, Copy, Debug)]
pub(super) struct Trip {
    pub(super) first: LocalDay,
    pub(super) last: LocalDay,
    declared: bool,
}

/// School holidays of zone A in the simulated year (order of 7 December 2022): first
/// Saturday and last Sunday. The summer is drawn apart.
const SMALL_HOLIDAYS: [(Date, Date); 4] = [
    (Date::constant(2025, 10, 18), Date::constant(2025, 11, 2)),
    (Date::constant(2025, 12, 20), Date::constant(2026, 1, 4)),
    (Date::constant(2026, 2, 7), Date::constant(2026, 2, 22)),
    (Date::constant(2026, 4, 4), Date::constant(2026, 4, 19)),
];
const SUMMER: (Date, Date) = (Date::constant(2026, 7, 4), Date::constant(2026, 8, 31));

/// All trips of a home, in order and apart.
pub(super) fn draw(
    noise: &mut Noise,
    character: &Character,
    from: LocalDay,
    to: LocalDay,
) -> Vec<Trip> {
    let mut trips: Vec<(LocalDay, i32)> = Vec::new();
    holidays(noise, character, &mut trips);
    let year = f64::from(to.since(from)) / 365.0;
    // A weekend elsewhere.
    let weekends = if character.travels { 1.0 } else { 0.1 };
    for _ in 0..noise.times(weekends * year) {
        let start = from.plus(noise.whole(1, to.since(from)));
        trips.push((saturday(start), noise.pick(&[(0.8, 2), (0.2, 3)])));
    }
    // A family matter, a stay in hospital: at any time, rarely told to anybody.
    for _ in 0..noise.times(0.04 * year) {
        let start = from.plus(noise.whole(1, to.since(from)));
        trips.push((start, days(noise, 6.0, 0.6)));
    }
    if character.kind == Kind::WeeksAway {
        for _ in 0..noise.times(3.0 * year) {
            let start = from.plus(noise.whole(1, to.since(from)));
            trips.push((towards_weekend(noise, start), days(noise, 9.0, 0.4)));
        }
    }
    if character.kind == Kind::Student {
        for n in from.0..to.0 {
            let friday = LocalDay(n).date().weekday() == Weekday::Friday;
            if friday && noise.happens(0.35) {
                trips.push((LocalDay(n + 1), 2));
            }
        }
    }
    trips.sort_unstable();
    let mut apart: Vec<Trip> = Vec::new();
    for (first, length) in trips {
        let last = first.plus(length - 1);
        let overlaps = apart.last().is_some_and(|trip| first <= trip.last);
        if !overlaps && first > from && first < to {
            let told = length > 2 && character.kind != Kind::WeeksAway;
            let declared = told && noise.happens(character.declares);
            apart.push(Trip {
                first,
                last,
                declared,
            });
        }
    }
    apart
}

fn holidays(noise: &mut Noise, character: &Character, trips: &mut Vec<(LocalDay, i32)>) {
    let student = character.kind == Kind::Student;
    for (first, last) in SMALL_HOLIDAYS {
        let (first, last) = (LocalDay::of_date(first), LocalDay::of_date(last));
        if student && noise.happens(0.85) {
            trips.push((first, last.since(first) + 1 - noise.whole(0, 2)));
        } else if character.travels && noise.happens(0.08) {
            let start = first.plus(noise.pick(&[(0.6, 0), (0.3, 7), (0.1, 3)]));
            trips.push((start, days(noise, 6.0, 0.4).min(14)));
        }
    }
    let (first, last) = (LocalDay::of_date(SUMMER.0), LocalDay::of_date(SUMMER.1));
    if student {
        trips.push((first.plus(noise.whole(-7, 7)), noise.whole(30, 60)));
    } else if character.travels && noise.happens(0.75) {
        let start = first.plus(noise.whole(0, last.since(first) - 7));
        // Some spend the summer with their family in another country.
        let length = if noise.happens(0.2) {
            noise.whole(28, 56)
        } else {
            days(noise, 13.0, 0.4)
        };
        trips.push((towards_weekend(noise, start), length));
    }
}

/// Most people leave at the end of a week.
fn towards_weekend(noise: &mut Noise, day: LocalDay) -> LocalDay {
    if noise.happens(0.6) {
        saturday(day)
    } else {
        day
    }
}

/// The Saturday of a day's week.
fn saturday(day: LocalDay) -> LocalDay {
    day.plus(5 - i32::from(day.date().weekday().to_monday_zero_offset()))
}

fn days(noise: &mut Noise, median: f64, spread: f64) -> i32 {
    (noise.around(median, spread).round() as i32).clamp(2, 60)
}

pub(super) fn declared(trips: &[Trip], calendar: &Calendar) -> Vec<Absence> {
    let declared = trips.iter().filter(|trip| trip.declared);
    declared
        .map(|trip| Absence {
            from: calendar.start_of(trip.first),
            to: calendar.hour_start(trip.last, 24),
        })
        .collect()
}
