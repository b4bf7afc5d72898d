//! Too little room on the disk of the system or of the household.

use declic_common::report::{Disk, DiskClass};
use declic_common::ticket::Fact;

use super::thresholds::{DiskFull, Thresholds};
use super::{Reading, View, permille, signed};

pub(super) fn read(view: &View<'_>, thresholds: &Thresholds) -> Reading {
    let wanted = &thresholds.disk_full;
    let Some(told) = view.told else {
        return Reading::Unsure;
    };
    let at = told.at;
    // The agent itself could not write: no share of anything says it better.
    let agent_full = told.report.agent.as_ref().and_then(|agent| agent.disk_full);
    let mut facts = Vec::new();
    if agent_full == Some(true) {
        facts.push(Fact::new("agent_disk_full", 1));
    }
    let mut good = agent_full == Some(false);
    let mut between = false;
    for (name, free, total) in told.report.disks.iter().flatten().filter_map(room) {
        if is_full(free, total, wanted) {
            let fact = Fact::new(&format!("disk_{name}_free_bytes"), signed(free));
            facts.push(fact.limit(signed(limit_bytes(total, wanted))));
        } else if is_roomy(free, total, wanted) {
            good = true;
        } else {
            between = true;
        }
    }
    match (facts.is_empty(), good && !between) {
        (false, _) => Reading::Bad { at, facts },
        (true, true) => Reading::Good { at },
        (true, false) => Reading::Unsure,
    }
}

/// Name, free and total bytes of a disk that people fill.
fn room(disk: &Disk) -> Option<(&'static str, u64, u64)> {
    let name = match disk.class? {
        DiskClass::System => "system",
        DiskClass::Home => "home",
        // Such as /boot, which is small and full by design.
        DiskClass::Other => return None,
    };
    Some((name, disk.free_bytes?, disk.total_bytes?))
}

fn is_full(free: u64, total: u64, wanted: &DiskFull) -> bool {
    free < wanted.ample_bytes
        && (free < wanted.full_bytes
            || permille(free, total).is_some_and(|share| share < wanted.full_permille))
}

fn is_roomy(free: u64, total: u64, wanted: &DiskFull) -> bool {
    free >= wanted.ample_bytes
        || (free >= wanted.clear_bytes
            && permille(free, total).is_some_and(|share| share >= wanted.clear_permille))
}

/// The room below which this disk is full.
fn limit_bytes(total: u64, wanted: &DiskFull) -> u64 {
    let share = u128::from(total) * u128::from(wanted.full_permille) / 1000;
    let share = u64::try_from(share).unwrap_or(u64::MAX);
    share.max(wanted.full_bytes).min(wanted.ample_bytes)
}
