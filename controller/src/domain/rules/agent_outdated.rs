//! An agent older than it should be.

use declic_common::ticket::Fact;

use super::thresholds::Thresholds;
use super::{Reading, View};

pub(super) fn read(view: &View<'_>, thresholds: &Thresholds) -> Reading {
    let Some(told) = view.told else {
        return Reading::Unsure;
    };
    let agent = told.report.agent.as_ref();
    let version = agent.and_then(|agent| parse(agent.version.as_ref()?));
    let oldest = match thresholds.agent_outdated.oldest_version.as_str() {
        "" => parse(view.version),
        wanted => parse(wanted),
    };
    match (version, oldest) {
        (Some(version), Some(oldest)) if version < oldest => Reading::Bad {
            at: told.at,
            facts: vec![Fact::new("agent_version", number(version)).limit(number(oldest))],
        },
        (Some(_), Some(_)) => Reading::Good { at: told.at },
        _ => Reading::Unsure,
    }
}

/// The three numbers of a version; what comes after them (`-rc1`) is left out.
pub(super) fn parse(version: &str) -> Option<[u16; 3]> {
    let numbers = version.split(['-', '+']).next()?;
    let numbers: Option<Vec<u16>> = numbers.split('.').map(|n| n.parse().ok()).collect();
    numbers?.try_into().ok()
}

/// A version as one number that sorts like it: 1.2.3 is 1002003.
fn number([major, minor, patch]: [u16; 3]) -> i64 {
    (i64::from(major) * 1000 + i64::from(minor)) * 1000 + i64::from(patch)
}
