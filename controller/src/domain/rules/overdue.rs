//! A home that is silent for longer than its rhythm allows. What that is, presence says.

use declic_common::api::Presence;

use super::thresholds::Thresholds;
use super::{Reading, View};

pub(super) fn read(view: &View<'_>, thresholds: &Thresholds) -> Reading {
    let at = view.now;
    match view.presence {
        Presence::Overdue if !view.is_in_use() => Reading::Good { at },
        Presence::Overdue if view.hears(thresholds) => Reading::Bad {
            at,
            facts: Vec::new(),
        },
        Presence::Overdue => Reading::Unsure,
        // Unreachable is no sign of life: what was overdue stays so.
        Presence::Unreachable => Reading::Unsure,
        _ => Reading::Good { at },
    }
}
