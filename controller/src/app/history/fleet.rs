//! Questions about all devices at once.

use std::collections::BTreeMap;
use std::sync::Arc;

use declic_common::api::{FleetBucket, FleetHistory, FleetLatest};
use jiff::tz::TimeZone;

use super::query::{check_period, daily, find, find_all};
use super::read::each_open;
use super::{days, steady};
use crate::app::App;
use crate::app::counters::Counters;
use crate::app::device::{QueryError, time};
use crate::app::registry::Entry;
use crate::app::timeline::SEEN_DAYS;
use crate::domain::days::{Day, paris};
use crate::domain::metric::{METRICS, Metric};
use crate::domain::rights::Reach;
use crate::store::chunk::hours::{self, hour_of};
use crate::store::record::decode;
use crate::store::records::history::HoursRow;
use crate::store::{Store, StoreError, keys, read};

/// Longest period of a question by the hour, in ms.
const HOURLY_MS: i64 = 400 * 86_400_000;

/// The length of a bucket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    Hour,
    /// Local days.
    Day,
}

/// One metric of all devices within reach. `to` is not included; times are ms UTC.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FleetQuery {
    pub reach: Reach,
    /// Exactly this site.
    pub site: Option<String>,
    pub metric: String,
    pub from: i64,
    pub to: i64,
    pub by: By,
}

/// What one device came to in one bucket.
#[derive(Clone, Copy, Debug, Default)]
struct Part {
    count: u64,
    sum: f64,
}

/// What all devices came to in one bucket.
#[derive(Clone, Copy, Debug)]
struct Whole {
    devices: u64,
    count: u64,
    sum: f64,
    /// Of the means of devices.
    lowest: f64,
    highest: f64,
}

/// One metric, by hour or by day. What a household that has not agreed to usage data did
/// more than 14 days ago is missing, and so is what devices did before they were where
/// they are.
pub async fn history(
    app: &Arc<App>,
    query: FleetQuery,
    now: i64,
) -> Result<FleetHistory, QueryError> {
    check_period(query.from, query.to)?;
    if query.by == By::Hour && query.to - query.from > HOURLY_MS {
        return Err(QueryError::TooLong);
    }
    let metric = find(&query.metric)?;
    let entries = within(app, &query.reach, query.site.as_deref());
    let devices = entries.len() as u64;
    let counters = Arc::clone(&app.counters);
    let found = read(&app.store, move |store| {
        let zone = paris();
        let mut all: BTreeMap<i64, Whole> = BTreeMap::new();
        for entry in &entries {
            let from = seen_from(entry, query.from, now, &zone);
            if from >= query.to {
                continue;
            }
            let parts = parts(store, &counters, entry, metric, from, &query, &zone)?;
            for (at, part) in parts {
                add(&mut all, at, part);
            }
        }
        Ok(all)
    })
    .await?;
    let items = found.into_iter().map(|(at, whole)| FleetBucket {
        at: time(at),
        mean: whole.sum / whole.count as f64,
        lowest: whole.lowest,
        highest: whole.highest,
        devices: whole.devices,
        count: whole.count,
    });
    Ok(FleetHistory {
        items: items.collect(),
        devices,
    })
}

/// The devices whose site is within reach, and this one if one is named.
pub(super) fn within(app: &App, reach: &Reach, site: Option<&str>) -> Vec<Arc<Entry>> {
    let mut entries = app.registry.all();
    entries.retain(|entry| {
        let own = site_of(entry);
        reach.admits(own) && (site.is_none() || site == own)
    });
    entries
}

fn site_of(entry: &Entry) -> Option<&str> {
    let placed = entry
        .placement()
        .and_then(|placement| placement.site.as_deref());
    placed.or(entry.device.site.as_deref())
}

/// The earliest moment that may be seen of a device.
pub(super) fn seen_from(entry: &Entry, asked: i64, now: i64, zone: &TimeZone) -> i64 {
    let from = asked.max(entry.seen_from());
    match entry.is_at_home() && !entry.agrees_to_usage() {
        true => from.max(Day::of(now, zone).before(SEEN_DAYS).begins(zone)),
        false => from,
    }
}

fn parts(
    store: &dyn Store,
    counters: &Counters,
    entry: &Entry,
    metric: &'static Metric,
    from: i64,
    query: &FleetQuery,
    zone: &TimeZone,
) -> Result<BTreeMap<i64, Part>, StoreError> {
    steady(counters, || match query.by {
        By::Hour => hourly(store, entry, metric, (from, query.to), zone),
        By::Day => {
            let days = daily(store, entry, metric, from, query.to, zone)?;
            let part = |sum: f64, count: u32| Part {
                count: count.into(),
                sum: sum * f64::from(count),
            };
            let days = days.into_iter();
            Ok(days
                .map(|(day, sum)| (day.begins(zone), part(sum.mean(), sum.count)))
                .collect())
        }
    })
}

/// Every hour that the period touches: the sums of what is sealed, and what is still in
/// rows.
fn hourly(
    store: &dyn Store,
    entry: &Entry,
    metric: &Metric,
    (from, to): (i64, i64),
    zone: &TimeZone,
) -> Result<BTreeMap<i64, Part>, StoreError> {
    let device = entry.device.id;
    let mut parts: BTreeMap<i64, Part> = BTreeMap::new();
    let kind = keys::chunk::HOURS;
    // The part of a day lies under its first report, which may be before the period.
    let begins = Day::of(from, zone).begins(zone);
    let range = (
        keys::sealed(kind, device, begins),
        keys::sealed(kind, device, to),
    );
    days::each(store, range, |_, value| {
        let row: HoursRow = decode(value)?;
        hours::read(row.first, &row.sums, metric.number, |hour| {
            if (hour_of(from)..to).contains(&hour.at) {
                let part = parts.entry(hour.at).or_default();
                part.count += u64::from(hour.count);
                part.sum += hour.sum;
            }
        })?;
        Ok(())
    })?;
    // Not what was before the handover in its own hour.
    let from = hour_of(from).max(entry.seen_from());
    each_open(store, device, metric, (from, to), |at, value| {
        let part = parts.entry(hour_of(at)).or_default();
        part.count += 1;
        part.sum += value as f64;
    })?;
    Ok(parts)
}

fn add(all: &mut BTreeMap<i64, Whole>, at: i64, part: Part) {
    let mean = part.sum / part.count as f64;
    let whole = all.entry(at).or_insert(Whole {
        devices: 0,
        count: 0,
        sum: 0.0,
        lowest: mean,
        highest: mean,
    });
    whole.devices += 1;
    whole.count += part.count;
    whole.sum += part.sum;
    whole.lowest = whole.lowest.min(mean);
    whole.highest = whole.highest.max(mean);
}

/// The newest value of each metric of every device within reach, by name of the device;
/// all metrics where none is named.
pub fn latest(
    app: &App,
    reach: &Reach,
    site: Option<&str>,
    metrics: Option<&str>,
) -> Result<Vec<FleetLatest>, QueryError> {
    let metrics: Vec<&'static Metric> = match metrics {
        Some(names) => find_all(names)?,
        None => METRICS.iter().collect(),
    };
    let entries = within(app, reach, site);
    let item = |entry: &Arc<Entry>| {
        let row = entry.report();
        let values = metrics.iter().filter_map(|metric| {
            let value = (metric.read)(&row?.report)?;
            Some((metric.name, value))
        });
        FleetLatest {
            device: entry.device.id,
            asset: entry.device.asset.clone(),
            at: row.and(entry.latest.reported_at).map(time),
            values: values.map(|(name, value)| (name.into(), value)).collect(),
        }
    };
    Ok(entries.iter().map(item).collect())
}
