//! A PC that was handed over and never came.

use declic_common::api::Presence;

use super::thresholds::Thresholds;
use super::{Reading, View};

/// How long it has been so is counted in hours in which the controller listened.
pub(super) fn read(view: &View<'_>, thresholds: &Thresholds) -> Reading {
    let at = view.now;
    match view.presence {
        Presence::NeverStarted if !view.is_in_use() => Reading::Good { at },
        Presence::NeverStarted if view.hears(thresholds) => Reading::Bad {
            at,
            facts: Vec::new(),
        },
        Presence::NeverStarted => Reading::Unsure,
        _ => Reading::Good { at },
    }
}
