//! Questions about all devices at once.

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

const HOUR_MS: i64 = 3_600_000;
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
        let mut all: Vec<(i64, Whole)> = Vec::new();
        for entry in &entries {
            let from = seen_from(entry, query.from, now, &zone);
            if from >= query.to {
                continue;
            }
            let parts = parts(store, &counters, entry, metric, from, &query, &zone)?;
            add(&mut all, parts);
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
) -> Result<Vec<(i64, Part)>, StoreError> {
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

/// Every hour that the period touches, oldest first: the sums of what is sealed, and what is
/// still in rows.
fn hourly(
    store: &dyn Store,
    entry: &Entry,
    metric: &Metric,
    (from, to): (i64, i64),
    zone: &TimeZone,
) -> Result<Vec<(i64, Part)>, StoreError> {
    let device = entry.device.id;
    // A place for each hour: a map would cost more than all else.
    let first = hour_of(from);
    let places = (hour_of(to - 1) - first) / HOUR_MS + 1;
    let mut parts = vec![Part::default(); usize::try_from(places).unwrap_or(0)];
    let place = |at: i64| usize::try_from((hour_of(at) - first) / HOUR_MS).unwrap_or(usize::MAX);
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
            if hour.at >= first
                && let Some(part) = parts.get_mut(place(hour.at))
            {
                part.count += u64::from(hour.count);
                part.sum += hour.sum;
            }
        })?;
        Ok(())
    })?;
    // Not what was before the handover in its own hour.
    let open = first.max(entry.seen_from());
    each_open(store, device, metric, (open, to), |at, value| {
        if let Some(part) = parts.get_mut(place(at)) {
            part.count += 1;
            part.sum += value as f64;
        }
    })?;
    let hours = (first..).step_by(HOUR_MS as usize).zip(parts);
    Ok(hours.filter(|(_, part)| part.count > 0).collect())
}

/// Adds the buckets of one device. Both ascend, so that nothing is searched for.
fn add(all: &mut Vec<(i64, Whole)>, parts: Vec<(i64, Part)>) {
    let mut place = 0;
    for (at, part) in parts {
        while all.get(place).is_some_and(|(known, _)| *known < at) {
            place += 1;
        }
        let mean = part.sum / part.count as f64;
        if all.get(place).is_none_or(|(known, _)| *known > at) {
            let none = Whole {
                devices: 0,
                count: 0,
                sum: 0.0,
                lowest: mean,
                highest: mean,
            };
            all.insert(place, (at, none));
        }
        let whole = &mut all[place].1;
        whole.devices += 1;
        whole.count += part.count;
        whole.sum += part.sum;
        whole.lowest = whole.lowest.min(mean);
        whole.highest = whole.highest.max(mean);
    }
}

/// The newest value of each metric of every device within reach, by name of the device;
/// all metrics where none is named.
pub fn latest(
    app: &App,
    reach: &Reach,
    site: Option<&str>,
    metrics: Option<&str>,
) -> Result<Vec<FleetLatest>, QueryError> {
    let mut metrics: Vec<&'static Metric> = match metrics {
        Some(names) => find_all(names)?,
        None => METRICS.iter().collect(),
    };
    // In the order of the answer: what is sorted already need not be sorted for each device.
    metrics.sort_unstable_by_key(|metric| metric.name);
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
