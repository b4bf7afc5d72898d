//! What is known of one start of a machine, as a set: joined with another one in any
//! order, twice or once, it comes out the same.

use std::collections::BTreeSet;

use declic_common::limits::INTERVAL_DEFAULT_S;
use declic_common::timeline::Activity;

use super::told::Told;

/// Facts are stored by day of time since boot, so that a PC that is never switched
/// off has no record that grows for ever.
pub const SLICE_MS: u64 = 86_400_000;
/// Things said in one slice that are kept; a PC that works well says a dozen.
const TOLD_MAX: usize = 512;
/// Runs of one slice that are kept.
const RUNS_MAX: usize = 512;
/// Time that a report may take to be made and still follow the one before, in ms.
const GRACE_MS: u64 = 90_000;

/// The slice of a moment.
pub fn slice_of(uptime_ms: u64) -> u32 {
    u32::try_from(uptime_ms / SLICE_MS).unwrap_or(u32::MAX)
}

/// Reports that followed each other without a gap and found the same rung. Times are
/// ms since boot.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Run {
    pub rung: Activity,
    /// One interval before the first report; may be before the boot.
    pub from: i64,
    /// The last report.
    pub to: i64,
    /// How far a report of this run speaks for the time before it.
    pub reach_ms: u64,
}

impl Run {
    /// One report: it speaks for the interval before it.
    pub fn of_report(uptime_ms: u64, interval_s: Option<u32>, rung: Activity) -> Self {
        let interval_s = interval_s.unwrap_or(INTERVAL_DEFAULT_S);
        let reach_ms = u64::from(interval_s) * 1_000 + GRACE_MS;
        let to = i64::try_from(uptime_ms).unwrap_or(i64::MAX);
        Run {
            rung,
            from: to.saturating_sub_unsigned(reach_ms),
            to,
            reach_ms,
        }
    }

    /// Takes in another run, if nothing lies between them.
    pub fn join(&mut self, other: &Run) -> bool {
        let touch = self.rung == other.rung && self.from <= other.to && other.from <= self.to;
        if touch {
            self.from = self.from.min(other.from);
            self.to = self.to.max(other.to);
            self.reach_ms = self.reach_ms.max(other.reach_ms);
        }
        touch
    }

    /// The slice that keeps it.
    pub fn slice(&self) -> u32 {
        slice_of(u64::try_from(self.from).unwrap_or(0))
    }
}

/// How far a report or an event speaks for the time before it, when no report said.
pub(super) fn reach_default_ms() -> u64 {
    u64::from(INTERVAL_DEFAULT_S) * 1_000 + GRACE_MS
}

/// What one boot, or one slice of it, is known to have done.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    /// Ascending; those that touch are one.
    pub runs: Vec<Run>,
    pub told: BTreeSet<Told>,
}

impl Facts {
    pub fn is_empty(&self) -> bool {
        self.runs.is_empty() && self.told.is_empty()
    }

    pub fn add_run(&mut self, run: Run) {
        self.runs.push(run);
        coalesce(&mut self.runs);
        self.runs.truncate(RUNS_MAX);
    }

    /// Says whether it was new.
    pub fn add_told(&mut self, told: Told) -> bool {
        let new = self.told.insert(told);
        while self.told.len() > TOLD_MAX {
            // Always the last: so the order of arrival makes no difference.
            self.told.pop_last();
        }
        new
    }

    /// Takes in another slice of the same boot.
    pub fn merge(&mut self, mut other: Facts) {
        self.runs.append(&mut other.runs);
        coalesce(&mut self.runs);
        self.told.append(&mut other.told);
    }
}

/// Sorts, and makes one of those that touch.
fn coalesce(runs: &mut Vec<Run>) {
    runs.sort_unstable();
    runs.dedup_by(|next, before| before.join(next));
}
