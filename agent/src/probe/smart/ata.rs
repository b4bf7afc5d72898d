//! ATA disks: attributes by the meaning that smartctl gives them, then the
//! standard device statistics (ACS-4, log 04h).

use declic_common::report::Smart;
use serde::Deserialize;

use super::{Output, lenient, percent};

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Attributes {
    table: Vec<Attribute>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Attribute {
    #[serde(deserialize_with = "lenient")]
    id: Option<u64>,
    #[serde(deserialize_with = "lenient")]
    name: Option<String>,
    /// Normalized: 100 (or 200, 253) when new, less when worn.
    #[serde(deserialize_with = "lenient")]
    value: Option<u64>,
    raw: Raw,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Raw {
    /// The 48 bits as smartctl understands them for this drive.
    #[serde(deserialize_with = "lenient")]
    string: Option<String>,
}

impl Attribute {
    /// The first number that smartctl reads in the raw bits; makers pack minutes,
    /// minima or other counters above it (`1 (2000 15)`).
    fn count(&self) -> Option<u64> {
        let text = self.raw.string.as_deref()?;
        let (number, rest) = text.split_at(
            text.find(|c: char| !c.is_ascii_digit())
                .unwrap_or(text.len()),
        );
        let alone = rest.is_empty() || rest.starts_with(' ');
        number
            .parse()
            .ok()
            .filter(|number| alone && *number <= 1 << 48)
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Statistics {
    pages: Vec<Page>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Page {
    #[serde(deserialize_with = "lenient")]
    number: Option<u64>,
    table: Vec<Statistic>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Statistic {
    #[serde(deserialize_with = "lenient")]
    offset: Option<u64>,
    #[serde(deserialize_with = "lenient")]
    value: Option<u64>,
    flags: Flags,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Flags {
    #[serde(deserialize_with = "lenient")]
    valid: Option<bool>,
}

impl Statistics {
    fn get(&self, page: u64, offset: u64) -> Option<u64> {
        let mut pages = self.pages.iter().filter(|p| p.number == Some(page));
        pages.find_map(|page| {
            let found = page.table.iter().find(|s| s.offset == Some(offset))?;
            found.value.filter(|_| found.flags.valid == Some(true))
        })
    }
}

/// Reallocated is attribute 5, pending is 197. Uncorrectable is the greater of
/// 187 (errors that the PC was told of) and 198 (sectors that a scan could not
/// read): a disk that is ill by one of the two is ill.
pub(super) fn summary(output: &Output) -> Smart {
    let table = &output.ata_smart_attributes.table;
    let statistics = &output.ata_device_statistics;
    // The number alone means nothing: the name is what smartctl knows of this drive.
    let count = |id, names: &[&str]| {
        table
            .iter()
            .filter(|a| a.id == Some(id))
            .find(|a| {
                let name = a.name.as_deref().unwrap_or_default();
                names.iter().any(|part| name.contains(part))
            })
            .and_then(Attribute::count)
    };
    let reported = count(187, &["Uncorrect"]).or_else(|| statistics.get(4, 8));
    let offline = count(198, &["Uncorrect"]);
    Smart {
        reallocated: count(5, &["Realloc", "Retired"]).or_else(|| statistics.get(3, 0x20)),
        pending: count(197, &["Pending"]).or_else(|| statistics.get(3, 0x38)),
        uncorrectable: reported.max(offline),
        power_on_hours: statistics.get(1, 0x10).and_then(|h| u32::try_from(h).ok()),
        wear_percent: statistics
            .get(7, 8)
            .and_then(percent)
            .or_else(|| wear(output)),
        ..Smart::default()
    }
}

/// Wear from the attributes whose scale we are sure of; a maker that counts
/// otherwise under the same number is absent rather than wrong.
fn wear(output: &Output) -> Option<u8> {
    output.ata_smart_attributes.table.iter().find_map(|a| {
        let left = match (a.id?, a.name.as_deref()?) {
            // Intel and Solidigm: normalized, from 100 down to 1.
            (233, "Media_Wearout_Indicator") if output.is_made_by("Intel") => a.value,
            // Samsung: normalized, against the rated erase cycles.
            (177, "Wear_Leveling_Count") if output.is_made_by("Samsung") => a.value,
            // Crucial and Micron: normalized; the raw value is the share used.
            (202, "Percent_Lifetime_Remain" | "Percent_Lifetime_Used") => a.value,
            // Silicon Motion: raw, in percent; the normalized value never moves.
            (169, "Remaining_Lifetime_Perc") => a.count().filter(|raw| {
                (1..=100).contains(raw) && (a.value == Some(100) || a.value == Some(*raw))
            }),
            // Phison counts in the raw value, SandForce in the normalized one.
            (231, "SSD_Life_Left") => match (a.value?, a.count()) {
                (value, Some(raw)) if value == raw => Some(value),
                (_, Some(raw)) if output.is_made_by("Phison") => {
                    Some(raw).filter(|raw| (1..=100).contains(raw))
                }
                (value, _) if output.is_made_by("SandForce") => Some(value),
                _ => None,
            },
            _ => None,
        };
        // A name that is only a guess by number is no ground, but for makers whose
        // every drive counts alike.
        let sure = output.in_smartctl_database == Some(true)
            || output.is_made_by("Samsung")
            || output.is_made_by("Intel");
        left.filter(|left| *left <= 100 && sure)
            .map(|left| 100 - left as u8)
    })
}
