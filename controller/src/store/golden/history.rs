//! The records of sealed history.

use super::check_in;
use crate::store::records::history::*;

#[test]
fn records_of_sealed_history_read_and_are_written_the_same() {
    let chunk = ChunkRow {
        rows: 2,
        first: 1_790_000_000_000,
        last: 1_790_000_300_000,
        columns: vec![1, 2, 0, 0, 0],
    };
    check_in("v3", "chunk", &chunk);
    let hours = HoursRow {
        first: 1_789_999_200_000,
        sums: vec![1, 1, 0],
    };
    check_in("v3", "hours", &hours);
    let sum = |metric, least| MetricSum {
        metric,
        count: 288,
        least,
        span: 40,
        above: 5_000,
    };
    let rollup = RollupRow {
        day: 20_782,
        metrics: vec![sum(16, 0), sum(29, -61), sum(18, 1 << 60)],
    };
    check_in("v3", "rollup", &rollup);
    let minutes = MinutesRow {
        active: 300,
        connected: 290,
        known: 1_440,
    };
    check_in("v3", "minutes", &minutes);
}

#[test]
fn parts_of_a_day_add_up() {
    let part = |count, least, span, above| MetricSum {
        metric: 16,
        count,
        least,
        span,
        above,
    };
    // 3 and 5; then -4 and 4.
    let (mut one, other) = (part(2, 3, 2, 2), part(2, -4, 8, 8));
    one.join(&other);
    assert_eq!((one.least, one.greatest(), one.count), (-4, 5, 4));
    assert_eq!(one.mean(), 2.0);
}
