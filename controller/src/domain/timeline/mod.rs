//! The timeline of a device: intervals that never overlap and leave no gap.
//!
//! It is worked out of evidence whenever somebody reads it, and never stored. What
//! is stored is what was heard, as sets that can be joined in any order: so a journal
//! that comes days late changes the answer without rewriting anything, and nothing
//! counts twice.

mod boot;
mod derive;
mod facts;
mod fold;
mod strip;
mod told;

#[cfg(test)]
mod tests;

use declic_common::timeline::Activity;

pub use derive::{Absence, Boot, Carried, Evidence, Live, derive, zeros};
pub use facts::{Facts, Run, SLICE_MS, slice_of};
pub use told::{Told, What, lowest_failing, of_event, of_status};

/// One stretch of a timeline. Times are ms UTC, controller clock; `from` is inside,
/// `to` is not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Interval {
    pub from: i64,
    pub to: i64,
    pub activity: Activity,
}

/// How alive an activity is: of all that a day saw, the greatest stands for the day.
pub fn rank(activity: Activity) -> u8 {
    match activity {
        Activity::On => 11,
        Activity::ControllerDown => 10,
        Activity::InternetDown => 9,
        Activity::DnsDown => 8,
        Activity::GatewayDown => 7,
        Activity::LinkDown => 6,
        Activity::Stopped => 5,
        Activity::Asleep => 4,
        Activity::Paused => 3,
        Activity::PowerCut => 2,
        Activity::Off => 1,
        Activity::Unknown => 0,
    }
}

/// The more alive of two activities.
pub fn most_alive(one: Activity, other: Activity) -> Activity {
    if rank(one) >= rank(other) { one } else { other }
}
