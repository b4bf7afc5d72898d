//! NVMe disks: the SMART / health information log (NVMe base specification, log 02h).

use declic_common::report::Smart;
use serde::Deserialize;

use super::{Output, lenient, percent};

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct HealthLog {
    #[serde(deserialize_with = "lenient")]
    percentage_used: Option<u64>,
    #[serde(deserialize_with = "lenient")]
    media_errors: Option<u64>,
    #[serde(deserialize_with = "lenient")]
    power_on_hours: Option<u64>,
    /// Already in degrees Celsius.
    #[serde(deserialize_with = "lenient")]
    temperature: Option<i64>,
}

/// Uncorrectable is Media and Data Integrity Errors: data that came back wrong.
/// NVMe counts no reallocated and no pending sectors.
pub(super) fn summary(output: &Output) -> Smart {
    let log = &output.nvme_smart_health_information_log;
    Smart {
        uncorrectable: log.media_errors.filter(|errors| *errors <= 1 << 60),
        power_on_hours: log.power_on_hours.and_then(|h| u32::try_from(h).ok()),
        wear_percent: log.percentage_used.and_then(percent),
        celsius: log.temperature.and_then(|c| i16::try_from(c).ok()),
        ..Smart::default()
    }
}
