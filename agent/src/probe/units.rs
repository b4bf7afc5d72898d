//! Failed system units, and whether the whole system is going down.

use std::time::Duration;

use declic_common::report::Unit;

use super::Sources;
use super::sources::Question;

/// Failed units whose names the protocol knows; any other name is dropped here.
pub(super) fn failed(sources: &Sources) -> Option<Vec<Unit>> {
    let answer = sources.ask(&Question {
        file: "failed-units",
        program: "systemctl",
        args: &[
            "list-units",
            "--failed",
            "--plain",
            "--no-legend",
            "--no-pager",
        ],
        within: Duration::from_secs(5),
        must_succeed: true,
    })?;
    let mut units: Vec<Unit> = answer
        .lines()
        .filter_map(|line| Unit::from_word(line.split_ascii_whitespace().next()?))
        .collect();
    units.sort_unstable();
    units.dedup();
    Some(units)
}

/// Whether a shutdown or restart of the machine is under way (systemctl(1),
/// `is-system-running`: `stopping` as soon as the job is queued).
pub(super) fn going_down(sources: &Sources) -> bool {
    let answer = sources.ask(&Question {
        file: "is-system-running",
        program: "systemctl",
        args: &["is-system-running"],
        within: Duration::from_secs(1),
        // Every state but `running` is a failure to systemctl.
        must_succeed: false,
    });
    answer.is_some_and(|state| state.trim() == "stopping")
}
