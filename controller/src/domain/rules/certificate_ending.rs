//! A certificate near its end: the PC did not renew it, although it does so by itself
//! at half its life.

use declic_common::ticket::Fact;

use super::thresholds::Thresholds;
use super::{DAY_MS, Reading, View};

pub(super) fn read(view: &View<'_>, thresholds: &Thresholds) -> Reading {
    let limit = i64::from(thresholds.certificate_ending.ends_within_days);
    let left_ms = view.certificate_ends_at.saturating_sub(view.now);
    if left_ms >= limit * DAY_MS {
        return Reading::Good { at: view.now };
    }
    // With our own clock years ahead, every certificate would end.
    match view.hears(thresholds) {
        true => Reading::Bad {
            at: view.now,
            facts: vec![Fact::new("certificate_days_left", left_ms / DAY_MS).limit(limit)],
        },
        false => Reading::Unsure,
    }
}
