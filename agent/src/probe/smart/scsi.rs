//! SCSI and SAS disks: the grown defect list and the error counter logs (SPC-5, SBC-4).

use declic_common::report::Smart;
use serde::Deserialize;

use super::{Output, lenient, percent};

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct ErrorCounters {
    read: Counter,
    write: Counter,
    verify: Counter,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Counter {
    #[serde(deserialize_with = "lenient")]
    total_uncorrected_errors: Option<u64>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Count {
    #[serde(deserialize_with = "lenient")]
    count: Option<u64>,
}

/// Reallocated is the grown defect list; uncorrectable is the uncorrected errors
/// of reading, writing and verifying together.
pub(super) fn summary(output: &Output) -> Smart {
    let log = &output.scsi_error_counter_log;
    let uncorrected = [&log.read, &log.write, &log.verify]
        .into_iter()
        .filter_map(|counter| counter.total_uncorrected_errors)
        .reduce(u64::saturating_add);
    let believable = |count: &u64| *count <= 1 << 60;
    Smart {
        reallocated: output.scsi_grown_defect_list.filter(believable),
        pending: output.scsi_pending_defects.count.filter(believable),
        uncorrectable: uncorrected.filter(believable),
        wear_percent: output
            .scsi_percentage_used_endurance_indicator
            .and_then(percent),
        ..Smart::default()
    }
}
