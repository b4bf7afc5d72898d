//! Questions about the history of one device.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::sync::Arc;

use data_encoding::BASE64URL_NOPAD;
use declic_common::api::{Bucket, HistoryDay, HistoryRow, Page, Point};
use declic_common::envelope::Number;
use declic_common::limits::TIME_MAX_MS;
use declic_common::{DeviceId, InstallId};
use jiff::tz::TimeZone;

use super::read::{Block, Wanted, block, each_open};
use super::{days, id, steady};
use crate::app::App;
use crate::app::device::{POINTS_MAX, QueryError, check_limit, time};
use crate::app::registry::Entry;
use crate::app::timeline::seen_from;
use crate::domain::buckets::{Buckets, Sum};
use crate::domain::days::{Day, paris};
use crate::domain::metric::{self, Metric};
use crate::store::chunk::RowId;
use crate::store::records::history::MetricSum;
use crate::store::{Key, Store, StoreError, keys, read};

/// Reports that one page may look at: a metric that is rarely there must not hold the
/// reader for ever. The page then ends early, and its cursor goes on.
const REPORTS_PER_PAGE: usize = 50_000;
/// Most metrics of one question.
pub const METRICS_MAX: usize = 64;
/// Most buckets of one chart.
pub const BUCKETS_MAX: usize = 10_000;

/// A period of one device. `to` is not included; times are ms UTC.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Period {
    pub device: DeviceId,
    pub from: i64,
    pub to: i64,
}

impl Period {
    /// The device, and the part of the period that may be seen; it may be empty.
    fn seen(&self, app: &App, now: i64) -> Result<(Arc<Entry>, i64), QueryError> {
        check_period(self.from, self.to)?;
        let entry = app.registry.get(self.device);
        let entry = entry.ok_or(QueryError::UnknownDevice)?;
        let from = seen_from(&entry, Some(self.from), now, &paris())?;
        Ok((entry, from))
    }
}

pub(super) fn check_period(from: i64, to: i64) -> Result<(), QueryError> {
    let in_time = |ms: i64| (0..=TIME_MAX_MS).contains(&ms);
    match from < to && in_time(from) && in_time(to) {
        true => Ok(()),
        false => Err(QueryError::BadPeriod),
    }
}

/// The metric of this name, or the problem that lists them all.
pub fn find(name: &str) -> Result<&'static Metric, QueryError> {
    metric::find(name).ok_or_else(|| QueryError::UnknownMetric {
        asked: name.chars().take(64).collect(),
    })
}

/// The metrics of a list such as `cpu_mean_permille,load1_centi`.
pub fn find_all(names: &str) -> Result<Vec<&'static Metric>, QueryError> {
    let names: Vec<&str> = names.split(',').collect();
    if names.len() > METRICS_MAX {
        return Err(QueryError::TooManyMetrics);
    }
    names.into_iter().map(find).collect()
}

/// Raw points of one metric, oldest first.
pub async fn points(
    app: &Arc<App>,
    period: Period,
    metric: &str,
    limit: usize,
    cursor: Option<String>,
    now: i64,
) -> Result<Page<Point>, QueryError> {
    let item = |at, values: &[Vec<Option<i64>>], n: usize| {
        let (at, value) = (time(at), values.first()?[n]?);
        Some(Point { at, value })
    };
    page_of(app, period, vec![find(metric)?], (limit, cursor), now, item).await
}

/// Several metrics side by side, oldest first; a report that has none of them is left out.
pub async fn rows(
    app: &Arc<App>,
    period: Period,
    metrics: &str,
    limit: usize,
    cursor: Option<String>,
    now: i64,
) -> Result<Page<HistoryRow>, QueryError> {
    let item = |at, values: &[Vec<Option<i64>>], n: usize| {
        let values: Vec<_> = values.iter().map(|column| column[n]).collect();
        let at = time(at);
        let there = values.iter().any(Option::is_some);
        there.then_some(HistoryRow { at, values })
    };
    page_of(app, period, find_all(metrics)?, (limit, cursor), now, item).await
}

/// A page of what `item` makes of a report: its time, all columns of values, and its place
/// in them; `None` leaves it out.
async fn page_of<T: Send + 'static>(
    app: &Arc<App>,
    period: Period,
    metrics: Vec<&'static Metric>,
    (limit, cursor): (usize, Option<String>),
    now: i64,
    item: impl Fn(i64, &[Vec<Option<i64>>], usize) -> Option<T> + Send + 'static,
) -> Result<Page<T>, QueryError> {
    check_limit(limit, POINTS_MAX)?;
    let (_, from) = period.seen(app, now)?;
    let mut start = Start { at: from, id: None };
    if let Some(cursor) = &cursor {
        let begin = keys::of_device_between(keys::health::REPORT, period.device, from, period.to);
        start = Start::read(cursor, begin).ok_or(QueryError::BadCursor)?;
    }
    let found = read(&app.store, move |store| {
        page(store, &period, &metrics, start, limit, item)
    });
    Ok(found.await?)
}

/// Where a page begins: the report of the cursor is on it.
#[derive(Clone, Copy, Debug)]
struct Start {
    at: i64,
    id: Option<RowId>,
}

impl Start {
    fn read(cursor: &str, (from, to): (Key, Key)) -> Option<Self> {
        let key = BASE64URL_NOPAD.decode(cursor.as_bytes()).ok()?;
        if !(&from..&to).contains(&&key) {
            return None;
        }
        let at = keys::time_of(&key)?;
        let number = keys::number_of(&key);
        Some(Start {
            at,
            id: number.map(|number| id(at, number)),
        })
    }
}

fn cursor(device: DeviceId, id: RowId) -> String {
    let number = Number {
        install: InstallId::from_bits(id.install),
        boot: id.boot,
        seq: id.seq,
    };
    BASE64URL_NOPAD.encode(&keys::health(device, id.at, number))
}

/// Reads until the page is full; its cursor is the first report not looked at.
fn page<T>(
    store: &dyn Store,
    period: &Period,
    metrics: &[&'static Metric],
    start: Start,
    limit: usize,
    item: impl Fn(i64, &[Vec<Option<i64>>], usize) -> Option<T>,
) -> Result<Page<T>, StoreError> {
    let zone = paris();
    let mut items = Vec::new();
    let mut looked_at = 0;
    let mut wanted = Wanted {
        device: period.device,
        metrics,
        to: period.to,
        ids: start.id.is_some(),
    };
    let mut from = start.at;
    while from < period.to {
        let found = block(store, &wanted, from, &zone)?;
        let skipped = match start.id.filter(|_| from == start.at) {
            Some(first) => found.ids.partition_point(|id| *id < first),
            None => 0,
        };
        let before = items.len();
        items.reserve(found.times.len().min(limit - before));
        for n in skipped..found.times.len() {
            if items.len() == limit {
                if found.ids.is_empty() {
                    break;
                }
                let next = Some(cursor(period.device, found.ids[n]));
                return Ok(Page { items, next });
            }
            items.extend(item(found.times[n], &found.values, n));
        }
        if items.len() == limit && !wanted.ids && !found.times.is_empty() {
            // Again, with the numbers that a cursor is made of.
            items.truncate(before);
            wanted.ids = true;
            continue;
        }
        looked_at += found.times.len();
        let Some(next) = found.next else {
            break;
        };
        from = next;
        if looked_at >= REPORTS_PER_PAGE {
            let next = RowId {
                at: from,
                ..RowId::default()
            };
            let next = Some(cursor(period.device, next));
            return Ok(Page { items, next });
        }
    }
    Ok(Page { items, next: None })
}

/// Shows every report of a period, block by block, until told to stop. Blocks.
pub(super) fn each_block(
    store: &dyn Store,
    wanted: &Wanted<'_>,
    mut from: i64,
    mut each: impl FnMut(&Block) -> ControlFlow<()>,
) -> Result<(), StoreError> {
    let zone = paris();
    while from < wanted.to {
        let found = block(store, wanted, from, &zone)?;
        if each(&found).is_break() {
            return Ok(());
        }
        match found.next {
            Some(next) => from = next,
            None => return Ok(()),
        }
    }
    Ok(())
}

/// One metric for a chart: at most `count` buckets of equal length, each with its least and
/// its greatest value, so that no peak is lost. A bucket without a value is left out.
pub async fn buckets(
    app: &Arc<App>,
    period: Period,
    metric: &str,
    count: usize,
    now: i64,
) -> Result<Vec<Bucket>, QueryError> {
    check_limit(count, BUCKETS_MAX)?;
    let metric = find(metric)?;
    let (_, from) = period.seen(app, now)?;
    let filled = read(&app.store, move |store| {
        let mut buckets = Buckets::new(period.from, period.to, count);
        let wanted = Wanted {
            device: period.device,
            metrics: &[metric],
            to: period.to,
            ids: false,
        };
        each_block(store, &wanted, from, |found| {
            for (at, value) in found.times.iter().zip(&found.values[0]) {
                if let Some(value) = value {
                    buckets.add(*at, *value);
                }
            }
            ControlFlow::Continue(())
        })?;
        Ok(buckets.finish())
    })
    .await?;
    let bucket = |sum: Sum| Bucket {
        from: time(sum.from),
        to: time(sum.to),
        least: sum.least,
        least_at: time(sum.least_at),
        greatest: sum.greatest,
        greatest_at: time(sum.greatest_at),
        mean: sum.mean(),
        count: sum.count,
    };
    Ok(filled.into_iter().map(bucket).collect())
}

/// One metric and the minutes of the timeline by local day, oldest first: every day that
/// the period touches, since the device was put where it is. A day that is not sealed yet
/// has no minutes.
pub async fn by_day(
    app: &Arc<App>,
    period: Period,
    metric: &str,
    now: i64,
) -> Result<Vec<HistoryDay>, QueryError> {
    let metric = find(metric)?;
    let (entry, from) = period.seen(app, now)?;
    if from >= period.to {
        return Ok(Vec::new());
    }
    let counters = Arc::clone(&app.counters);
    let (sums, minutes) = read(&app.store, move |store| {
        let zone = paris();
        let first = Day::of(from, &zone);
        let end = Day::of(period.to - 1, &zone).next();
        let device = period.device;
        let sums = steady(&counters, || {
            daily(store, &entry, metric, from, end.begins(&zone), &zone)
        })?;
        let minutes = days::minutes(store, device, first, end)?;
        Ok((sums, minutes))
    })
    .await?;
    let mut all: BTreeMap<Day, HistoryDay> = BTreeMap::new();
    let empty = |day: &Day| HistoryDay {
        day: day.date().to_string(),
        ..HistoryDay::default()
    };
    for (day, sum) in sums {
        let row = all.entry(day).or_insert_with(|| empty(&day));
        row.count = sum.count.into();
        row.least = Some(sum.least);
        row.greatest = Some(sum.greatest());
        row.mean = Some(sum.mean());
    }
    for (day, kept) in minutes {
        let row = all.entry(day).or_insert_with(|| empty(&day));
        row.active_minutes = Some(kept.active);
        row.connected_minutes = Some(kept.connected);
        row.known_minutes = Some(kept.known);
    }
    Ok(all.into_values().collect())
}

/// One metric by local day, of each day that the period touches: the sums of what is
/// sealed, and what is still in rows. Blocks.
pub fn daily(
    store: &dyn Store,
    entry: &Entry,
    metric: &'static Metric,
    from: i64,
    to: i64,
    zone: &TimeZone,
) -> Result<BTreeMap<Day, MetricSum>, StoreError> {
    let device = entry.device.id;
    let begins = Day::of(from, zone).begins(zone);
    let mut days = days::sums(store, device, metric.number, begins, to)?;
    // Not what was before the handover on its own day.
    let from = begins.max(entry.seen_from());
    let mut here = Day::of(from, zone);
    let mut until = here.next().begins(zone);
    each_open(store, device, metric, (from, to), |at, value| {
        while at >= until {
            here = Day::of(at, zone);
            until = here.next().begins(zone);
        }
        let one = MetricSum::of(metric.number, [value].into_iter());
        let one = one.expect("there is one");
        days.entry(here)
            .and_modify(|sum: &mut MetricSum| sum.join(&one))
            .or_insert(one);
    })?;
    Ok(days)
}
