//! A PC whose clock is off: most often a battery to change.

use declic_common::ticket::Fact;

use super::thresholds::Thresholds;
use super::{MINUTE_MS, Reading, View};
use crate::domain::dating::{self, clock_is_wrong};

pub(super) fn read(view: &View<'_>, thresholds: &Thresholds) -> Reading {
    let Some(told) = view.told.filter(|told| !told.estimated) else {
        return Reading::Unsure;
    };
    // When most PCs are wrong by the same token, it is ours that is.
    if !view.clocks_agree {
        return Reading::Unsure;
    }
    let off = dating::clock_offset(told.observed_at, told.at);
    let limit = i64::from(thresholds.clock_wrong.minutes_off) * MINUTE_MS;
    if off.saturating_abs() > limit {
        let fact = Fact::new("clock_offset_ms", off).limit(limit);
        return Reading::Bad {
            at: told.at,
            facts: vec![fact],
        };
    }
    match clock_is_wrong(off) {
        true => Reading::Unsure,
        false => Reading::Good { at: told.at },
    }
}
