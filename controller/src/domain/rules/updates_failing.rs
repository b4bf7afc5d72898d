//! Updates that fail, whose lists are old, or that wait although they are for security.

use declic_common::report::Unit;
use declic_common::ticket::Fact;

use super::thresholds::Thresholds;
use super::{DAY_MS, Reading, View, signed};

/// The units that bring updates.
const UNITS: [Unit; 3] = [
    Unit::AptDaily,
    Unit::AptDailyUpgrade,
    Unit::UnattendedUpgrades,
];

pub(super) fn read(view: &View<'_>, thresholds: &Thresholds) -> Reading {
    let wanted = &thresholds.updates_failing;
    let slow = view.told.as_ref().and_then(super::Told::slow);
    let Some((slow, at)) = slow else {
        return Reading::Unsure;
    };
    let mut facts = Vec::new();
    let failed = slow.failed_units.iter().flatten();
    let failed = failed.filter(|unit| UNITS.contains(unit)).count();
    if failed > 0 {
        facts.push(Fact::new("failed_units", failed as i64));
    }
    if let Some(updates) = &slow.updates {
        let oldest = i64::from(wanted.lists_days) * DAY_MS / 1000;
        if let Some(age) = updates.lists_age_s.map(signed)
            && age > oldest
        {
            facts.push(Fact::new("updates_lists_age_s", age).limit(oldest));
        }
        if let Some(security) = updates.security
            && security >= wanted.security_pending
        {
            let limit = i64::from(wanted.security_pending);
            facts.push(Fact::new("updates_security", security.into()).limit(limit));
        }
    }
    match (facts.is_empty(), &slow.updates) {
        (false, _) => Reading::Bad { at, facts },
        (true, Some(_)) => Reading::Good { at },
        // No unit failed, and nobody knows how the updates are.
        (true, None) => Reading::Unsure,
    }
}
