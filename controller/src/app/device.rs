//! What is known of the devices: the list, and one device.

use std::collections::BTreeSet;

use data_encoding::BASE64URL_NOPAD;
use declic_common::DeviceId;
use declic_common::api::{
    CertificateInfo, DeviceDetail, DeviceSort, DeviceSummary, Latest, Page, Presence,
};
use jiff::Timestamp;

use super::presence::{self, Judge};
use super::registry::Entry;
use super::timeline::SEEN_DAYS;
use super::{App, placement};
use crate::domain::rights::Reach;
use crate::domain::{dating, metric};
use crate::store::record::decode;
use crate::store::records::Inventory;
use crate::store::{Space, Store, StoreError, keys, read};

/// Items of a page of devices when nothing else is said.
pub const LIMIT_DEFAULT: usize = 100;
/// Most items of a page of devices.
pub const LIMIT_MAX: usize = 500;
/// Points of a page of history when nothing else is said.
pub const POINTS_DEFAULT: usize = 1_000;
/// Most points of a page of history.
pub const POINTS_MAX: usize = 10_000;

/// Which devices, in which order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeviceQuery {
    /// Where whoever asks may look.
    pub reach: Reach,
    pub presence: Option<Presence>,
    /// Exactly this site.
    pub site: Option<String>,
    /// Part of the asset tag or of the device's name, capitals or not.
    pub text: Option<String>,
    /// Only those that may be given to somebody: in stock or on the bench, those of no
    /// site and the whole stock too.
    pub spare: bool,
    /// Only these, when they are given.
    pub among: Option<BTreeSet<DeviceId>>,
    pub sort: DeviceSort,
    pub descending: bool,
    pub limit: usize,
    pub cursor: Option<String>,
}

impl Default for DeviceQuery {
    fn default() -> Self {
        DeviceQuery {
            reach: Reach::Everywhere,
            presence: None,
            site: None,
            text: None,
            spare: false,
            among: None,
            sort: DeviceSort::Asset,
            descending: false,
            limit: LIMIT_DEFAULT,
            cursor: None,
        }
    }
}

/// Why a question has no answer.
#[derive(Debug, thiserror::Error)]
pub enum QueryError {
    #[error("no such device")]
    UnknownDevice,
    #[error("no metric is called {asked:?}; the metrics are {}", names())]
    UnknownMetric { asked: String },
    #[error("the cursor does not belong to this list; start again without it")]
    BadCursor,
    #[error("limit must be 1 to {max}")]
    BadLimit { max: usize },
    #[error(
        "this household has not agreed to usage data, so nobody sees more than its last \
         {SEEN_DAYS} days; ask from {0} on"
    )]
    WithoutConsent(String),
    #[error("at most 64 metrics at once")]
    TooManyMetrics,
    #[error("by the hour a period has at most 400 days; ask by the day, or for less")]
    TooLong,
    #[error("the period must end after it begins, both between 1970 and 9999")]
    BadPeriod,
    #[error(transparent)]
    Store(#[from] StoreError),
}

fn names() -> String {
    let names: Vec<_> = metric::METRICS.iter().map(|metric| metric.name).collect();
    names.join(", ")
}

/// A page of devices. Pages never repeat or skip a device that was there all the
/// time and kept its place, whatever appears meanwhile.
pub fn list(
    app: &App,
    query: &DeviceQuery,
    now: Timestamp,
) -> Result<Page<DeviceSummary>, QueryError> {
    check_limit(query.limit, LIMIT_MAX)?;
    let after = match &query.cursor {
        Some(cursor) => Some(Place::read(cursor, query).ok_or(QueryError::BadCursor)?),
        None => None,
    };
    let judge = Judge::at(app, now.as_millisecond());
    let mut found: Vec<(Place, DeviceSummary)> = app
        .registry
        .all()
        .iter()
        .filter(|entry| query.reaches(entry))
        .map(|entry| summary(&judge, app, entry))
        .filter(|device| query.admits(device))
        .map(|device| (Place::of(&device, query.sort), device))
        .filter(|(place, _)| match &after {
            Some(after) if query.descending => place < after,
            Some(after) => place > after,
            None => true,
        })
        .collect();
    found.sort_unstable_by(|a, b| a.0.cmp(&b.0));
    if query.descending {
        found.reverse();
    }
    let more = found.len() > query.limit;
    found.truncate(query.limit);
    let next = found.last().filter(|_| more);
    Ok(Page {
        next: next.map(|(place, _)| place.write(query)),
        items: found.into_iter().map(|(_, device)| device).collect(),
    })
}

impl DeviceQuery {
    fn reaches(&self, entry: &Entry) -> bool {
        let is_among = |among: &BTreeSet<DeviceId>| among.contains(&entry.device.id);
        self.among.as_ref().is_none_or(is_among) && self.is_within(entry)
    }

    fn is_within(&self, entry: &Entry) -> bool {
        match self.spare {
            true => entry.is_spare_for(&self.reach),
            false => self.reach.admits(entry.site()),
        }
    }

    fn admits(&self, device: &DeviceSummary) -> bool {
        let text_is_in = |text: &String| {
            let text = text.to_lowercase();
            let asset = device.asset.as_deref().unwrap_or_default();
            asset.to_lowercase().contains(&text) || device.device.to_string().contains(&text)
        };
        self.presence.is_none_or(|p| p == device.presence)
            && (self.site.is_none() || self.site == device.site)
            && self.text.as_ref().is_none_or(text_is_in)
    }

    fn order(&self) -> [u8; 2] {
        [self.sort as u8, self.descending.into()]
    }
}

/// Where a device stands in a sorted list: the sort key as bytes that sort like
/// it, then the name, so that no two devices share a place.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Place {
    key: Vec<u8>,
    device: u64,
}

impl Place {
    fn of(device: &DeviceSummary, sort: DeviceSort) -> Self {
        let key = match sort {
            // Devices without an asset tag come last: they are the ones to label.
            DeviceSort::Asset => match &device.asset {
                Some(asset) => [&[0], asset.as_bytes()].concat(),
                None => vec![1],
            },
            DeviceSort::Device => Vec::new(),
            DeviceSort::LastSeen => match device.last_seen {
                Some(at) => {
                    let ms = (at.as_millisecond() as u64) ^ (1 << 63);
                    [&[1][..], &ms.to_be_bytes()].concat()
                }
                None => vec![0],
            },
        };
        Place {
            key,
            device: device.device.to_bits(),
        }
    }

    /// The cursor also says which order it belongs to.
    fn write(&self, query: &DeviceQuery) -> String {
        let mut bytes = query.order().to_vec();
        bytes.extend(self.device.to_be_bytes());
        bytes.extend(&self.key);
        BASE64URL_NOPAD.encode(&bytes)
    }

    fn read(cursor: &str, query: &DeviceQuery) -> Option<Self> {
        let bytes = BASE64URL_NOPAD.decode(cursor.as_bytes()).ok()?;
        let rest = bytes.strip_prefix(&query.order())?;
        let (device, key) = rest.split_first_chunk::<8>()?;
        Some(Place {
            key: key.to_vec(),
            device: u64::from_be_bytes(*device),
        })
    }
}

pub(super) fn check_limit(limit: usize, max: usize) -> Result<(), QueryError> {
    if (1..=max).contains(&limit) {
        Ok(())
    } else {
        Err(QueryError::BadLimit { max })
    }
}

/// One line of the list.
pub fn summary(judge: &Judge<'_>, app: &App, entry: &Entry) -> DeviceSummary {
    let Entry { device, latest, .. } = entry;
    let report = entry.report().map(|row| &row.report);
    let judgement = judge.of(entry);
    DeviceSummary {
        device: device.id,
        asset: device.asset.clone(),
        site: entry.site().map(str::to_owned),
        placement: entry.placement().map(placement::info),
        presence: judgement.presence,
        reason: presence::told(judgement.reason),
        overdue_at: judgement.overdue_at.map(time),
        revoked: device.revoked_at.is_some(),
        connected: app.hub.is_connected(device.id),
        enrolled_at: time(device.enrolled_at),
        last_seen: latest.last_seen.map(time),
        reported_at: entry.report().and(latest.reported_at).map(time),
        reports: latest.reports,
        messages: latest.messages,
        lost: latest.lost,
        consent: report.and_then(|report| report.consent),
        agent_version: report
            .and_then(|report| report.agent.as_ref())
            .and_then(|agent| agent.version.clone()),
    }
}

/// All about one device.
pub async fn detail(app: &App, id: DeviceId, now: Timestamp) -> Result<DeviceDetail, QueryError> {
    let entry = app.registry.get(id).ok_or(QueryError::UnknownDevice)?;
    let inventory = read(&app.store, move |store| inventory(store, id)).await?;
    let certificate = &entry.device.certificate;
    Ok(DeviceDetail {
        summary: summary(&Judge::at(app, now.as_millisecond()), app, &entry),
        certificate: CertificateInfo {
            serial: certificate.serial.clone(),
            issued_at: time(certificate.issued_at),
            expires_at: time(certificate.expires_at),
            revoked: entry.device.revoked_at.is_some(),
        },
        latest: latest(&entry),
        inventory: inventory.map(|row| row.inventory),
    })
}

/// What a device is made of; `None` before it said so. Blocks.
pub fn inventory(store: &dyn Store, id: DeviceId) -> Result<Option<Inventory>, StoreError> {
    let value = store.get(Space::Core, &keys::inventory(id))?;
    value.as_deref().map(decode).transpose()
}

/// The newest report of a device; `None` before its first one.
pub fn latest(entry: &Entry) -> Option<Latest> {
    let latest = &entry.latest;
    let row = entry.report()?;
    let reported_at = latest.reported_at?;
    let offset = dating::clock_offset(row.observed_at, reported_at);
    Some(Latest {
        reported_at: time(reported_at),
        estimated: row.estimated,
        received_at: time(row.received_at),
        observed_at: time(row.observed_at),
        clock_offset_ms: offset,
        clock_wrong: dating::clock_is_wrong(offset),
        uptime_ms: row.uptime_ms,
        boot: latest.boot?,
        seq: latest.seq?,
        report: row.report.clone(),
    })
}

/// The sites that have a device within reach, by name.
pub fn sites(app: &App, reach: &Reach) -> Vec<String> {
    let entries = app.registry.all();
    let sites: BTreeSet<&str> = entries
        .iter()
        .filter_map(|entry| entry.site())
        .filter(|site| reach.admits(Some(site)))
        .collect();
    sites.into_iter().map(str::to_owned).collect()
}

/// Whether there is such a device, at a site within reach.
pub fn is_within(app: &App, reach: &Reach, device: DeviceId) -> bool {
    let entry = app.registry.get(device);
    entry.is_some_and(|entry| reach.admits(entry.site()))
}

/// A stored time; one that no calendar holds shows as its nearest end.
pub fn time(ms: i64) -> Timestamp {
    Timestamp::from_millisecond(ms).unwrap_or(if ms < 0 {
        Timestamp::MIN
    } else {
        Timestamp::MAX
    })
}
