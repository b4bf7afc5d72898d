//! The timeline of a device: intervals that never overlap and leave no gap.

use declic_common::timeline::Activity;

/// One stretch of a timeline. Times are ms UTC, controller clock; `from` is inside,
/// `to` is not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Interval {
    pub from: i64,
    pub to: i64,
    pub activity: Activity,
}
