//! What disks say of their own health, from the files that a privileged program
//! writes with `smartctl -j`.
//!
//! Serial numbers go no further than the eight digits of [`digits`].

mod ata;
mod nvme;
mod scsi;
#[cfg(test)]
mod tests;

use declic_common::reading::Reading;
use declic_common::report::{DiskForm, DiskKind, Smart};
use serde::{Deserialize, Deserializer};

use super::clocks;
use super::files::Files;

/// A file older than this tells of another day.
const STALE_MS: i64 = 2 * 24 * 3_600 * 1_000;

const MOST: usize = 16;

/// The parts of smartctl's JSON (format 1.0) that we read; the rest is skipped.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Output {
    device: Device,
    #[serde(deserialize_with = "lenient")]
    pub(super) model_name: Option<String>,
    #[serde(deserialize_with = "lenient")]
    model_family: Option<String>,
    /// Older versions name SCSI disks apart.
    #[serde(deserialize_with = "lenient")]
    scsi_model_name: Option<String>,
    #[serde(deserialize_with = "lenient")]
    pub(super) serial_number: Option<String>,
    #[serde(deserialize_with = "lenient")]
    pub(super) firmware_version: Option<String>,
    form_factor: FormFactor,
    #[serde(deserialize_with = "lenient")]
    in_smartctl_database: Option<bool>,
    smart_status: Status,
    power_on_time: PowerOn,
    temperature: Temperature,
    /// Since smartctl 7.5: what it makes of the wear itself.
    endurance_used: Percent,
    ata_smart_attributes: ata::Attributes,
    ata_device_statistics: ata::Statistics,
    nvme_smart_health_information_log: nvme::HealthLog,
    #[serde(deserialize_with = "lenient")]
    scsi_grown_defect_list: Option<u64>,
    scsi_pending_defects: scsi::Count,
    #[serde(deserialize_with = "lenient")]
    scsi_percentage_used_endurance_indicator: Option<u64>,
    scsi_error_counter_log: scsi::ErrorCounters,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Device {
    #[serde(deserialize_with = "lenient")]
    name: Option<String>,
    #[serde(deserialize_with = "lenient")]
    protocol: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct FormFactor {
    #[serde(deserialize_with = "lenient")]
    name: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Status {
    #[serde(deserialize_with = "lenient")]
    passed: Option<bool>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct PowerOn {
    #[serde(deserialize_with = "lenient")]
    hours: Option<u64>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Temperature {
    #[serde(deserialize_with = "lenient")]
    current: Option<i64>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Percent {
    #[serde(deserialize_with = "lenient")]
    current_percent: Option<u64>,
}

/// A value that may be missing or of another type without spoiling its neighbours.
fn lenient<'de, D: Deserializer<'de>, T: Reading>(deserializer: D) -> Result<Option<T>, D::Error> {
    T::read(deserializer)
}

/// Reads one output of smartctl; anything that is no JSON object is nothing.
pub(super) fn parse(json: &[u8]) -> Option<Output> {
    serde_json::from_slice(json).ok()
}

impl Output {
    pub(super) fn kind(&self) -> Option<DiskKind> {
        match self.device.protocol.as_deref()? {
            "ATA" => Some(DiskKind::Ata),
            "NVMe" => Some(DiskKind::Nvme),
            "SCSI" => Some(DiskKind::Scsi),
            _ => None,
        }
    }

    /// The shape, in the words of smartctl; those of disks that no PC of ours has are
    /// left out.
    pub(super) fn form(&self) -> Option<DiskForm> {
        match self.form_factor.name.as_deref()? {
            "3.5 inches" => Some(DiskForm::Inch3And5),
            "2.5 inches" => Some(DiskForm::Inch2And5),
            "1.8 inches" => Some(DiskForm::Inch1And8),
            "M.2" => Some(DiskForm::M2),
            "mSATA" => Some(DiskForm::Msata),
            _ => None,
        }
    }

    pub(super) fn model(&self) -> Option<&str> {
        self.model_name
            .as_deref()
            .or(self.scsi_model_name.as_deref())
    }

    /// Whether this is the disk that the kernel calls `name` (`sda`, `nvme0n1`):
    /// smartctl may have been given the controller, `nvme0`.
    pub(super) fn is_device(&self, name: &str) -> bool {
        let Some(device) = self.device.name.as_deref() else {
            return false;
        };
        let device = device.rsplit('/').next().unwrap_or(device);
        match name.strip_prefix(device) {
            Some("") => true,
            Some(rest) => device.starts_with("nvme") && rest.starts_with('n'),
            None => false,
        }
    }

    /// By the family that smartctl found, else by the start of the model.
    fn is_made_by(&self, maker: &str) -> bool {
        let starts = |text: &Option<String>| {
            text.as_deref()
                .and_then(|text| text.get(..maker.len()))
                .is_some_and(|start| start.eq_ignore_ascii_case(maker))
        };
        starts(&self.model_family) || starts(&self.model_name)
    }

    /// The summary for a report; `None` if the disk said nothing.
    pub(super) fn summary(&self) -> Option<Smart> {
        let kind = self.kind()?;
        let mut smart = match kind {
            DiskKind::Ata => ata::summary(self),
            DiskKind::Nvme => nvme::summary(self),
            DiskKind::Scsi => scsi::summary(self),
        };
        smart.passed = self.smart_status.passed;
        let hours = self
            .power_on_time
            .hours
            .or(smart.power_on_hours.map(u64::from));
        smart.power_on_hours = hours
            .and_then(|hours| u32::try_from(hours).ok())
            .filter(|hours| *hours <= 2_000_000);
        let celsius = self.temperature.current.or(smart.celsius.map(i64::from));
        smart.celsius = celsius
            .and_then(|celsius| i16::try_from(celsius).ok())
            .filter(|celsius| (-60..=150).contains(celsius));
        smart.wear_percent = self
            .endurance_used
            .current_percent
            .and_then(percent)
            .or(smart.wear_percent);
        if smart == Smart::default() {
            return None;
        }
        smart.kind = Some(kind);
        smart.disk = self
            .model()
            .zip(self.serial_number.as_deref())
            .and_then(|(m, s)| digits(m, s));
        Some(smart)
    }
}

/// A share that disks count from 0 to 255 (NVMe base specification, Percentage Used).
fn percent(value: u64) -> Option<u8> {
    u8::try_from(value).ok()
}

/// Eight hexadecimal digits that tell one disk from another: the start of
/// SHA-256 (FIPS 180-4) of model, a zero byte and serial number, both trimmed.
pub(super) fn digits(model: &str, serial: &str) -> Option<String> {
    let (model, serial) = (model.trim(), serial.trim());
    if model.is_empty() || serial.is_empty() {
        return None;
    }
    let mut bytes = Vec::with_capacity(model.len() + serial.len() + 1);
    bytes.extend_from_slice(model.as_bytes());
    bytes.push(0);
    bytes.extend_from_slice(serial.as_bytes());
    let hash = ring::digest::digest(&ring::digest::SHA256, &bytes);
    Some(data_encoding::HEXLOWER.encode(&hash.as_ref()[..4]))
}

/// Every output that the helper left and that is of these days, in the order of
/// the files' names.
pub(super) fn outputs(files: &mut Files) -> Vec<Output> {
    let folder = files.sources.helper.join("smart");
    let now = clocks::device_ms(files);
    let mut outputs = Vec::new();
    for name in files.names(&folder) {
        let path = folder.join(&name);
        let age = now
            .zip(files.modified_ms(&path))
            .map(|(now, then)| now.saturating_sub(then));
        // From the future is from before the clock was lost: nobody knows its age.
        let recent = age.is_some_and(|age| (-STALE_MS..=STALE_MS).contains(&age));
        if name.ends_with(".json") && recent {
            outputs.extend(files.bytes(&path).and_then(parse));
        }
    }
    outputs
}

/// The summaries for a report; `None` when the helper left nothing of use.
pub(super) fn read(files: &mut Files) -> Option<Vec<Smart>> {
    let mut list: Vec<Smart> = Vec::new();
    for smart in outputs(files).iter().filter_map(Output::summary) {
        let known = smart.disk.is_some() && list.iter().any(|other| other.disk == smart.disk);
        if !known {
            list.push(smart);
        }
    }
    list.truncate(MOST);
    (!list.is_empty()).then_some(list)
}
