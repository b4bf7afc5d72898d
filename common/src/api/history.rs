//! Bodies of history: of one device, of the fleet, and in bulk.

use std::borrow::Cow;
use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::Page;
use crate::device::DeviceId;

/// One point of a metric's history.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Point {
    #[serde(serialize_with = "super::moment::serialize")]
    pub at: Timestamp,
    pub value: i64,
}

/// A page of points as JSON, byte for byte as `serde_json` writes it, for less: a month is nine
/// thousand of them, and writing them was a third of what asking for it cost.
pub fn points_json(page: &Page<Point>) -> Vec<u8> {
    let mut json = Vec::with_capacity(64 + page.items.len() * 56);
    let mut digits = itoa::Buffer::new();
    json.extend_from_slice(b"{\"items\":[");
    for (n, point) in page.items.iter().enumerate() {
        if n > 0 {
            json.push(b',');
        }
        json.extend_from_slice(b"{\"at\":\"");
        super::moment::push(point.at, &mut json);
        json.extend_from_slice(b"\",\"value\":");
        json.extend_from_slice(digits.format(point.value).as_bytes());
        json.push(b'}');
    }
    json.extend_from_slice(b"],\"next\":");
    let next = serde_json::to_string(&page.next).expect("a text always has a JSON form");
    json.extend_from_slice(next.as_bytes());
    json.push(b'}');
    json
}

/// Several metrics at one moment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct HistoryRow {
    #[serde(serialize_with = "super::moment::serialize")]
    pub at: Timestamp,
    /// In the order in which the metrics were asked for; null where the reading was absent.
    pub values: Vec<Option<i64>>,
}

/// A stretch of a metric's history for a chart.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Bucket {
    #[serde(serialize_with = "super::moment::serialize")]
    pub from: Timestamp,
    /// Not included.
    #[serde(serialize_with = "super::moment::serialize")]
    pub to: Timestamp,
    pub least: i64,
    #[serde(serialize_with = "super::moment::serialize")]
    pub least_at: Timestamp,
    pub greatest: i64,
    #[serde(serialize_with = "super::moment::serialize")]
    pub greatest_at: Timestamp,
    pub mean: f64,
    pub count: u64,
}

/// What one metric, and the device, came to in one local day.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct HistoryDay {
    /// Such as `2026-11-25`, in Europe/Paris.
    pub day: String,
    pub least: Option<i64>,
    pub greatest: Option<i64>,
    pub mean: Option<f64>,
    /// Reports that had a value.
    pub count: u64,
    /// Minutes in which the agent ran, whatever the network did. The three are absent
    /// until the day is sealed, a day and a half after it began.
    pub active_minutes: Option<u32>,
    /// Minutes in which it ran and the internet was in reach.
    pub connected_minutes: Option<u32>,
    /// Minutes of which it is known what the device did; the others are missing, not zero.
    pub known_minutes: Option<u32>,
}

/// One metric of all devices.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FleetHistory {
    /// Oldest first; hours or days without a value are left out.
    pub items: Vec<FleetBucket>,
    /// Devices that were asked: those that have no value in an item are missing there.
    pub devices: u64,
}

/// An hour or a local day of the fleet.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FleetBucket {
    /// When it begins.
    #[serde(serialize_with = "super::moment::serialize")]
    pub at: Timestamp,
    /// Of all values.
    pub mean: f64,
    /// The lowest mean of a single device.
    pub lowest: f64,
    /// The highest mean of a single device.
    pub highest: f64,
    /// Devices that had a value.
    pub devices: u64,
    /// Values.
    pub count: u64,
}

/// The newest values of one device.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FleetLatest {
    pub device: DeviceId,
    pub asset: Option<String>,
    /// When they were reported; null before the first report.
    pub at: Option<Timestamp>,
    /// By name of the metric; a reading that was absent is left out.
    #[cfg_attr(feature = "openapi", schema(value_type = BTreeMap<String, i64>))]
    pub values: BTreeMap<Cow<'static, str>, i64>,
}

/// One report, as history is exported and imported.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct HistoryLine {
    /// Name (`d-…`) or asset tag.
    pub device: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asset: Option<String>,
    #[serde(serialize_with = "super::moment::serialize")]
    pub at: Timestamp,
    /// Its time crosses a start of the PC that nothing dates.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub estimated: bool,
    /// By name of the metric.
    #[cfg_attr(feature = "openapi", schema(value_type = BTreeMap<String, i64>))]
    pub values: BTreeMap<Cow<'static, str>, i64>,
}

/// Reports to be put into history.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ImportHistory {
    /// Only say what would be wrong.
    #[serde(default)]
    pub dry_run: bool,
    /// At most 5,000.
    pub lines: Vec<HistoryLine>,
}

/// What an import came to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Imported {
    /// Lines that are in history now, or would be.
    pub taken: u64,
    /// Lines of days of which nothing finer than one state is kept, without consent to
    /// usage data; they are left out.
    pub folded: u64,
    pub bad: Vec<BadLine>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BadLine {
    /// Counted from 0 in what was sent.
    pub line: u64,
    pub why: String,
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_page_of_points_is_written_as_serde_does(
            points in proptest::collection::vec((-2_000_000_000_000_i64..4_000_000_000_000, any::<i64>()), 0..20),
            next in proptest::option::of("[\\PC\"\\\\]{0,12}"),
        ) {
            let items = points.into_iter().map(|(ms, value)| Point {
                at: Timestamp::from_millisecond(ms).unwrap(),
                value,
            });
            let page = Page { items: items.collect(), next };
            let written = String::from_utf8(points_json(&page)).unwrap();
            prop_assert_eq!(written, serde_json::to_string(&page).unwrap());
        }
    }
}
