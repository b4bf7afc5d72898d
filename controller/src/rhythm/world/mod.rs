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

/// A world of `homes` homes; the same seed makes the same world.
pub fn world(seed: u64, homes: u32) -> Vec<Home> {
    let calendar = Calendar::paris();
    let first = LocalDay::of_date(FIRST_DAY);
    let mut common = Noise::new(seed, u64::MAX);
    let storms = life::storms(&mut common, first, DAYS);
    (0..homes)
        .map(|n| {
            let mut noise = Noise::new(seed, n.into());
            home(n, &mut noise, first, &storms, &calendar)
        })
        .collect()
}

fn home(
    n: u32,
    noise: &mut Noise,
    first: LocalDay,
    storms: &[life::Storm],
    calendar: &Calendar,
) -> Home {
    let character = Character::draw(noise);
    let from = first.plus(noise.whole(0, JOIN_DAYS));
    let to = first.plus(DAYS);
    let consent = if noise.happens(CONSENT) {
        Consent::Usage
    } else {
        Consent::Maintenance
    };
    let trips = trips::draw(noise, &character, from, to);
    let plan = failure::Plan::draw(noise, from, to);
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
