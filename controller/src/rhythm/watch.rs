//! Lives through a world day by day, and notes when the rule would have called.
//!
//! It is the replay that teaches a running controller; what failed is never known to it.

use super::home::Home;
use crate::domain::rhythm::Calendar;
use crate::domain::rhythm::replay::{Known, Lived, replay};

/// When nothing more is known of a home: the end of its timeline; the end of the world if
/// its timeline stops with what failed.
fn end_of(home: &Home, world_end: i64) -> i64 {
    let last = home.intervals.last().map_or(home.handover, |last| last.to);
    match home.failure {
        Some(_) => world_end,
        None => last,
    }
}

/// The end of all that is told of a world.
pub fn world_end(homes: &[Home]) -> i64 {
    let ends = homes
        .iter()
        .flat_map(|home| home.intervals.last())
        .map(|last| last.to);
    ends.max().unwrap_or(0)
}

/// Lives through a world.
pub fn watch(homes: &[Home], calendar: &Calendar) -> Vec<Lived> {
    let world_end = world_end(homes);
    let known: Vec<Known> = homes
        .iter()
        .map(|home| Known {
            detail: home.detail(),
            intervals: home.timeline(),
            absences: home
                .absences
                .iter()
                .map(|away| (away.from, away.to))
                .collect(),
            end: end_of(home, world_end),
        })
        .collect();
    let first = homes.iter().map(|home| home.handover).min().unwrap_or(0);
    let (first, last) = (calendar.day_of(first), calendar.day_of(world_end));
    let learnt = replay(&known, first, last, calendar);
    learnt.homes.into_iter().map(|(lived, _)| lived).collect()
}
