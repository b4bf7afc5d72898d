//! What the six words that a resident reads over the phone make of a ticket.

use declic_common::six_words::{Between, Diagnosis, Fault};
use declic_common::ticket::{Bound, Category, Fact};

/// How worn a disk is at least that calls itself worn, in percent of its rated life.
const WORN_PERCENT: u64 = 90;

/// The readings that are wrong, gravest first. They came in coarse classes, so each
/// says on which side of a value it lies.
pub fn facts(diagnosis: &Diagnosis) -> Vec<Fact> {
    let faults = diagnosis.faults().into_iter();
    faults.filter_map(|fault| fact(diagnosis, fault)).collect()
}

/// The kind of work that the gravest fault is; `None` if nothing is wrong.
pub fn category(diagnosis: &Diagnosis) -> Option<Category> {
    Some(match diagnosis.faults().first()? {
        Fault::DiskFailing
        | Fault::DiskFull
        | Fault::DiskWorn
        | Fault::SystemRoom
        | Fault::HomeRoom => Category::Storage,
        Fault::Link | Fault::Gateway | Fault::Dns | Fault::Internet | Fault::Controller => {
            Category::Network
        }
        Fault::Memory => Category::Hardware,
        Fault::Updates | Fault::Restart => Category::System,
    })
}

fn fact(d: &Diagnosis, fault: Fault) -> Option<Fact> {
    let under = |name, room: Option<Between>| Some(Fact::bounded(name, room?.below?, Bound::Under));
    match fault {
        Fault::DiskFailing => Some(Fact::new("smart_passed", 0)),
        Fault::DiskFull => Some(Fact::new("agent_disk_full", 1)),
        Fault::Link => Some(Fact::new("ladder_link", 0)),
        Fault::Gateway => Some(Fact::new("ladder_gateway", 0)),
        Fault::Dns => Some(Fact::new("ladder_dns", 0)),
        Fault::Internet => Some(Fact::new("ladder_internet", 0)),
        Fault::Controller => Some(Fact::new("ladder_controller", 0)),
        Fault::DiskWorn => Some(match d.bad_sectors.filter(|bad| bad.from > 0) {
            Some(bad) => Fact::bounded("smart_bad_sectors", bad.from, Bound::AtLeast),
            None => Fact::bounded("smart_wear_percent", WORN_PERCENT, Bound::AtLeast),
        }),
        Fault::SystemRoom => under("disk_system_free_bytes", d.system_free),
        Fault::HomeRoom => under("disk_home_free_bytes", d.home_free),
        Fault::Memory => under("memory_available_bytes", d.memory_available),
        Fault::Updates => {
            let waiting = d.security_updates?.from;
            Some(Fact::bounded("updates_security", waiting, Bound::AtLeast))
        }
        Fault::Restart => Some(Fact::new("reboot_required", 1)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use declic_common::report::HealthReport;
    use serde_json::json;

    fn diagnosis(report: serde_json::Value) -> Diagnosis {
        let report: HealthReport = serde_json::from_value(report).unwrap();
        Diagnosis::of(&report, report.slow.as_ref(), None, false)
    }

    #[test]
    fn what_is_wrong_is_told_as_coarsely_as_it_was_heard() {
        let d = diagnosis(json!({
            "disks": [{"class": "system", "free_bytes": 1_500_000_000}],
            "memory": {"available_bytes": 1},
            "ladder": {"link": true, "gateway": false},
            "slow": {"slow_at": 0, "updates": {"security": 7}, "reboot_required": true,
                "smart": [{"passed": true, "pending": 15}]}
        }));
        let told: Vec<_> = facts(&d)
            .into_iter()
            .map(|fact| (fact.name, fact.value, fact.bound))
            .collect();
        let expected = [
            ("ladder_gateway", 0, None),
            ("smart_bad_sectors", 10, Some(Bound::AtLeast)),
            ("disk_system_free_bytes", 2_000_000_000, Some(Bound::Under)),
            ("memory_available_bytes", 64 << 20, Some(Bound::Under)),
            ("updates_security", 5, Some(Bound::AtLeast)),
            ("reboot_required", 1, None),
        ];
        assert_eq!(
            told,
            expected.map(|(name, n, bound)| (name.to_owned(), n, bound))
        );
        assert_eq!(category(&d), Some(Category::Network));
    }

    #[test]
    fn a_pc_that_is_well_gives_no_fact_and_no_category() {
        let d = diagnosis(json!({"memory": {"available_bytes": 4_000_000_000_u64}}));
        assert_eq!((facts(&d), category(&d)), (Vec::new(), None));
    }

    #[test]
    fn a_worn_disk_without_bad_sectors_tells_its_wear() {
        let d = diagnosis(
            json!({"slow": {"slow_at": 0, "smart": [{"wear_percent": 95, "pending": 0}]}}),
        );
        let worn = Fact::bounded("smart_wear_percent", 90, Bound::AtLeast);
        assert_eq!(facts(&d), [worn]);
    }
}
