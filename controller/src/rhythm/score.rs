//! Holds what a rule said against what had failed. `docs/rhythm.md` defines every figure.

use serde::Serialize;

use super::home::{FailureKind, Home};
use crate::domain::rhythm::replay::{Gap, Lived};

/// A mean month, in days.
const MONTH_DAYS: f64 = 30.436_875;
const DAY_MS: f64 = 86_400_000.0;

/// One line of the table.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Row {
    pub rule: &'static str,
    pub kind: &'static str,
    /// Months of all homes together in which nothing had failed.
    pub device_months: f64,
    /// False alarms belong to no kind of failure: the same figure stands in each row of a rule.
    pub false_alarms_per_100_device_months: f64,
    pub failures: usize,
    pub found: usize,
    /// Days from the failure to the call; absent when fewer than half were found.
    pub median_delay_days: Option<f64>,
    pub p90_delay_days: Option<f64>,
    /// The threshold of a fixed rule, in days.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub threshold_days: Option<f64>,
}

/// The calls of one rule in one home, by its gaps: when it called, if it did.
type Calls = Vec<Option<i64>>;

/// All rows: our rule and the fixed ones beside it.
pub fn score(homes: &[Home], lived: &[Lived]) -> Vec<Row> {
    let ours: Vec<Calls> = lived
        .iter()
        .map(|lived| lived.gaps.iter().map(|gap| gap.called_at).collect())
        .collect();
    let our_false = false_alarms(homes, &ours);
    let same_rate = threshold_of_rate(homes, lived, our_false);
    let mut rows = rows("declic", None, homes, lived, &ours);
    for (rule, threshold_ms) in [
        ("fixed_30m", 30 * 60_000),
        ("fixed_24h", 86_400_000),
        ("fixed_7d", 7 * 86_400_000),
        ("fixed_same_rate", same_rate),
    ] {
        let calls: Vec<Calls> = lived
            .iter()
            .map(|lived| fixed(lived, threshold_ms))
            .collect();
        rows.extend(self::rows(rule, Some(threshold_ms), homes, lived, &calls));
    }
    rows
}

/// The calls of a fixed threshold. It knows declared absences as well: the time
/// of one counts for nothing.
fn fixed(lived: &Lived, threshold_ms: i64) -> Calls {
    let call = |gap: &Gap| {
        let at = quiet_end(gap.since, threshold_ms, &lived.excuses);
        (at < gap.until).then_some(at)
    };
    lived.gaps.iter().map(call).collect()
}

/// When `length` ms outside all excuses have passed since `since`.
fn quiet_end(since: i64, length: i64, excuses: &[(i64, i64)]) -> i64 {
    let (mut at, mut left) = (since, length);
    for &(from, to) in excuses.iter().filter(|excuse| excuse.1 > since) {
        if at + left < from {
            break;
        }
        left -= (from - at).max(0);
        at = at.max(to);
    }
    at + left
}

/// Time of `[since, until)` outside all excuses, in ms.
fn quiet_length(since: i64, until: i64, excuses: &[(i64, i64)]) -> i64 {
    let excused: i64 = excuses
        .iter()
        .map(|excuse| (excuse.1.min(until) - excuse.0.max(since)).max(0))
        .sum();
    until - since - excused
}

fn failed_at(home: &Home) -> i64 {
    home.failure.map_or(i64::MAX, |failure| failure.at)
}

/// Calls before anything had failed.
fn false_alarms(homes: &[Home], calls: &[Calls]) -> usize {
    homes
        .iter()
        .zip(calls)
        .map(|(home, calls)| {
            let failed = failed_at(home);
            calls.iter().flatten().filter(|at| **at < failed).count()
        })
        .sum()
}

/// The smallest threshold (ms) that makes no more false alarms than `allowed`.
fn threshold_of_rate(homes: &[Home], lived: &[Lived], allowed: usize) -> i64 {
    let mut lengths: Vec<i64> = homes
        .iter()
        .zip(lived)
        .flat_map(|(home, lived)| {
            let failed = failed_at(home);
            lived
                .gaps
                .iter()
                .filter(move |gap| gap.since < failed)
                .map(move |gap| quiet_length(gap.since, gap.until.min(failed), &lived.excuses))
        })
        .collect();
    lengths.sort_unstable_by(|a, b| b.cmp(a));
    lengths.get(allowed).copied().unwrap_or(0)
}

fn rows(
    rule: &'static str,
    threshold_ms: Option<i64>,
    homes: &[Home],
    lived: &[Lived],
    calls: &[Calls],
) -> Vec<Row> {
    let well_ms: i64 = homes
        .iter()
        .zip(lived)
        .map(|(home, lived)| (failed_at(home).min(lived.end) - home.handover).max(0))
        .sum();
    let device_months = well_ms as f64 / DAY_MS / MONTH_DAYS;
    let rate = 100.0 * false_alarms(homes, calls) as f64 / device_months;
    [
        ("dead", Some(FailureKind::Dead)),
        ("cut", Some(FailureKind::Cut)),
        ("gave_up", Some(FailureKind::GaveUp)),
        ("all", None),
    ]
    .into_iter()
    .map(|(name, kind)| {
        let delays = delays(kind, homes, lived, calls);
        let days = |quantile| survival_quantile(&delays, quantile).map(|ms| ms as f64 / DAY_MS);
        Row {
            rule,
            kind: name,
            device_months,
            false_alarms_per_100_device_months: rate,
            failures: delays.len(),
            found: delays.iter().filter(|delay| delay.found).count(),
            median_delay_days: days(0.5),
            p90_delay_days: days(0.9),
            threshold_days: threshold_ms.map(|ms| ms as f64 / DAY_MS),
        }
    })
    .collect()
}

/// How long a failure went unnoticed; at least so long, if it was not found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Delay {
    ms: i64,
    found: bool,
}

fn delays(
    kind: Option<FailureKind>,
    homes: &[Home],
    lived: &[Lived],
    calls: &[Calls],
) -> Vec<Delay> {
    let mut delays = Vec::new();
    for ((home, lived), calls) in homes.iter().zip(lived).zip(calls) {
        let Some(failure) = home.failure else {
            continue;
        };
        if kind.is_some_and(|kind| kind != failure.kind) || failure.at >= lived.end {
            continue;
        }
        // A call that stands when something fails finds it at that moment.
        let found = lived
            .gaps
            .iter()
            .zip(calls)
            .filter(|(gap, _)| gap.until > failure.at)
            .find_map(|(_, call)| *call);
        let at = found.unwrap_or(lived.end).max(failure.at);
        delays.push(Delay {
            ms: at - failure.at,
            found: found.is_some(),
        });
    }
    delays
}

/// The delay by which this share of the failures is found (Kaplan and Meier, 1958):
/// one that was not found counts as unfound for as long as it was watched, and is
/// never left out. `None` if that share was never reached.
fn survival_quantile(delays: &[Delay], share: f64) -> Option<i64> {
    let mut delays = delays.to_vec();
    // At equal times, what was found comes first.
    delays.sort_unstable_by_key(|delay| (delay.ms, !delay.found));
    let mut unfound = 1.0;
    for (at, delay) in delays.iter().enumerate() {
        if delay.found {
            let watched = (delays.len() - at) as f64;
            unfound *= 1.0 - 1.0 / watched;
            if unfound <= 1.0 - share + 1e-9 {
                return Some(delay.ms);
            }
        }
    }
    None
}
