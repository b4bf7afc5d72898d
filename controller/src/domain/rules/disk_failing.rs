//! A disk that gets worse than it was at the handover, or says itself that it fails.

use declic_common::report::Smart;
use declic_common::ticket::Fact;

use super::thresholds::{DiskFailing, Thresholds};
use super::{Reading, View, signed};

pub(super) fn read(view: &View<'_>, thresholds: &Thresholds) -> Reading {
    let wanted = &thresholds.disk_failing;
    let slow = view.told.as_ref().and_then(super::Told::slow);
    let Some((slow, at)) = slow else {
        return Reading::Unsure;
    };
    let Some(disks) = slow.smart.as_ref().filter(|disks| !disks.is_empty()) else {
        return Reading::Unsure;
    };
    let facts: Vec<Fact> = disks
        .iter()
        .flat_map(|disk| faults(disk, view.baseline.of(disk), wanted))
        .collect();
    match facts.is_empty() {
        false => Reading::Bad { at, facts },
        true => Reading::Good { at },
    }
}

/// What is wrong with one disk; nothing if it is as it was.
fn faults(disk: &Smart, before: Option<&Smart>, wanted: &DiskFailing) -> Vec<Fact> {
    let mut facts = Vec::new();
    if disk.passed == Some(false) {
        facts.push(Fact::new("smart_passed", 0));
    }
    let grown = [
        (
            "smart_reallocated",
            disk.reallocated,
            before.and_then(|b| b.reallocated),
            wanted.reallocated_growth,
        ),
        (
            "smart_pending",
            disk.pending,
            before.and_then(|b| b.pending),
            wanted.pending_growth,
        ),
        (
            "smart_uncorrectable",
            disk.uncorrectable,
            before.and_then(|b| b.uncorrectable),
            wanted.uncorrectable_growth,
        ),
    ];
    for (name, now, before, growth) in grown {
        let (Some(now), Some(before)) = (now, before) else {
            continue;
        };
        let limit = before.saturating_add(growth);
        if now >= limit {
            facts.push(Fact {
                before: Some(signed(before)),
                ..Fact::new(name, signed(now)).limit(signed(limit))
            });
        }
    }
    let worn_before = before.and_then(|b| b.wear_percent);
    if let (Some(worn), Some(before)) = (disk.wear_percent, worn_before)
        && worn >= wanted.worn_percent
        && before < wanted.worn_percent
    {
        facts.push(Fact {
            before: Some(before.into()),
            ..Fact::new("smart_wear_percent", worn.into()).limit(wanted.worn_percent.into())
        });
    }
    for fact in &mut facts {
        fact.disk.clone_from(&disk.disk);
    }
    facts
}
