//! Updates that wait for a restart for too long.

use declic_common::ticket::Fact;

use super::thresholds::Thresholds;
use super::{Reading, View};

pub(super) fn read(view: &View<'_>, _: &Thresholds) -> Reading {
    let slow = view.told.as_ref().and_then(super::Told::slow);
    match slow.and_then(|(slow, at)| Some((slow.reboot_required?, at))) {
        Some((true, at)) => Reading::Bad {
            at,
            facts: vec![Fact::new("reboot_required", 1)],
        },
        Some((false, at)) => Reading::Good { at },
        None => Reading::Unsure,
    }
}
