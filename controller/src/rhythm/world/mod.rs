//! A simulated quarter: homes of different kinds live through a year, and some of
//! them fail. What it assumes, and from which sources, is in `docs/rhythm.md`.
//!
//! The rule never reads anything of this; it sees what a home's timeline shows.

mod character;
mod failure;
mod life;
mod trips;

use jiff::civil::Date;

use self::character::Character;
use super::home::{Consent, Home};
use super::noise::Noise;
use crate::domain::rhythm::{Calendar, LocalDay};

const FIRST_DAY: Date = Date::constant(2025, 9, 1);
/// Homes join over the first weeks and are watched for a year at least.
const JOIN_DAYS: i32 = 42;
const DAYS: i32 = 365 + JOIN_DAYS;
/// Share of the households that agreed to usage data.
const CONSENT: f64 = 0.6;
/// The longest that nobody is at home where all is well, in days.
const WEEKEND_DAYS: i32 = 3;

/// When a world is lived, and what may happen in it.
#[derive(Clone, Copy, Debug)]
struct Frame {
    first: LocalDay,
    join_days: i32,
    days: i32,
    /// Homes fail, and households go away.
    eventful: bool,
}

/// A world of `homes` homes; the same seed makes the same world.
pub fn world(seed: u64, homes: u32) -> Vec<Home> {
    let frame = Frame {
        first: LocalDay::of_date(FIRST_DAY),
        join_days: JOIN_DAYS,
        days: DAYS,
        eventful: true,
    };
    live(seed, homes, frame)
}

/// The same homes with `days` days from `first` on, in which none fails and nobody goes away
/// for longer than a weekend: what a demonstration adds to stands out.
pub(crate) fn where_all_is_well(seed: u64, homes: u32, first: LocalDay, days: i32) -> Vec<Home> {
    let frame = Frame {
        first,
        join_days: 5,
        days,
        eventful: false,
    };
    live(seed, homes, frame)
}

fn live(seed: u64, homes: u32, frame: Frame) -> Vec<Home> {
    let calendar = Calendar::paris();
    let mut common = Noise::new(seed, u64::MAX);
    let storms = life::storms(&mut common, frame.first, frame.days);
    (0..homes)
        .map(|n| {
            let mut noise = Noise::new(seed, n.into());
            home(n, &mut noise, frame, &storms, &calendar)
        })
        .collect()
}

fn home(
    n: u32,
    noise: &mut Noise,
    frame: Frame,
    storms: &[life::Storm],
    calendar: &Calendar,
) -> Home {
    let character = Character::draw(noise);
    let from = frame.first.plus(noise.whole(0, frame.join_days));
    let to = frame.first.plus(frame.days);
    let consent = if noise.happens(CONSENT) {
        Consent::Usage
    } else {
        Consent::Maintenance
    };
    let mut trips = trips::draw(noise, &character, from, to);
    let mut plan = failure::Plan::draw(noise, from, to);
    if !frame.eventful {
        trips.retain(|trip| trip.last.since(trip.first) < WEEKEND_DAYS);
        plan = plan.called_off();
    }
    let mut life = life::Life::draw(noise, &character, &trips, &plan, from, to, calendar);
    life.outages(noise, character.outages, storms);
    let failure = plan.strike(noise, &mut life, calendar.start_of(plan.day));
    Home {
        home: format!("{}-{n:04}", character.kind.name()),
        consent,
        handover: calendar.hour_start(from, 10),
        intervals: life.intervals(),
        absences: trips::declared(&trips, calendar),
        failure,
    }
}
