//! The timeline of a device as people see it: since it was put where it is, no finer
//! and no longer than its household agreed to.

use std::sync::Arc;

use data_encoding::BASE64URL_NOPAD;
use declic_common::DeviceId;
use declic_common::api::{Page, TimelineDay, TimelineInterval};
use declic_common::limits::TIME_MAX_MS;
use declic_common::status::State;
use jiff::tz::TimeZone;

use super::device::{QueryError, time};
use super::registry::{Entry, for_each};
use super::{App, evidence, life};
use crate::domain::days::{Day, by_day, paris};
use crate::domain::timeline::{Carried, Evidence, Interval, Live, derive};
use crate::store::record::decode;
use crate::store::records::{DayRow, Folded};
use crate::store::{Space, Store, StoreError, keys, read};

/// Local days before today that are seen, and kept in detail, without consent to
/// usage data.
pub const SEEN_DAYS: i32 = 14;

/// Which part of a timeline. `to` is not included; times are ms UTC.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TimelineQuery {
    pub device: DeviceId,
    /// As far back as may be seen, and 14 days at most, when absent.
    pub from: Option<i64>,
    pub to: i64,
}

/// What is known of a device since it was put where it is.
#[derive(Clone, Debug)]
struct Known {
    /// Days of which one state is kept, oldest first.
    folded: Vec<(Day, DayRow)>,
    /// What followed, in detail.
    intervals: Vec<Interval>,
}

impl Known {
    /// All of it as intervals; a day of which one state is kept is a whole day of it.
    fn whole(self, zone: &TimeZone) -> Vec<Interval> {
        let folded = self.folded.into_iter().map(|(day, row)| Interval {
            from: day.begins(zone),
            to: day.next().begins(zone),
            activity: row.activity,
        });
        folded.chain(self.intervals).collect()
    }
}

/// The whole timeline of a device since it was put where it is. Blocks.
pub(super) fn since_placed(
    app: &App,
    store: &dyn Store,
    entry: &Entry,
    now: i64,
) -> Result<Vec<Interval>, StoreError> {
    let live = live(app, entry);
    let known = look(store, entry.device.id, entry.seen_from(), now, live)?;
    Ok(known.whole(&paris()))
}

/// A page of intervals, oldest first; they follow each other without a gap.
pub async fn intervals(
    app: &Arc<App>,
    query: &TimelineQuery,
    limit: usize,
    cursor: Option<&str>,
    now: i64,
) -> Result<Page<TimelineInterval>, QueryError> {
    super::device::check_limit(limit, super::device::POINTS_MAX)?;
    let zone = paris();
    let entry = app.registry.get(query.device);
    let entry = entry.ok_or(QueryError::UnknownDevice)?;
    let (mut from, to) = period(&entry, query, now, &zone)?;
    if let Some(cursor) = cursor {
        let at = read_cursor(cursor).filter(|at| (from..to).contains(at));
        from = at.ok_or(QueryError::BadCursor)?;
    }
    let known = known(app, &entry, now).await?;
    let mut items: Vec<TimelineInterval> = known
        .whole(&zone)
        .into_iter()
        .filter(|part| part.from < to && part.to > from)
        .take(limit + 1)
        .map(|part| TimelineInterval {
            from: time(part.from.max(from)),
            to: time(part.to.min(to)),
            activity: part.activity,
        })
        .collect();
    let next = items.get(limit).map(|next| next.from.as_millisecond());
    items.truncate(limit);
    Ok(Page {
        items,
        next: next.map(|at| BASE64URL_NOPAD.encode(&at.to_be_bytes())),
    })
}

fn read_cursor(cursor: &str) -> Option<i64> {
    let bytes = BASE64URL_NOPAD.decode(cursor.as_bytes()).ok()?;
    Some(i64::from_be_bytes(bytes.try_into().ok()?))
}

/// Minutes by activity of each local day that the period touches; a day that has only
/// begun, or in which the device was handed over, has fewer minutes.
pub async fn days(
    app: &Arc<App>,
    query: &TimelineQuery,
    now: i64,
) -> Result<Vec<TimelineDay>, QueryError> {
    let zone = paris();
    let entry = app.registry.get(query.device);
    let entry = entry.ok_or(QueryError::UnknownDevice)?;
    let (from, to) = period(&entry, query, now, &zone)?;
    if from >= to {
        return Ok(Vec::new());
    }
    let (first, last) = (Day::of(from, &zone), Day::of(to - 1, &zone));
    let known = known(app, &entry, now).await?;
    let folded = known.folded.into_iter().map(|(day, row)| {
        let day_only = TimelineDay {
            day: day.date().to_string(),
            activity: row.activity,
            minutes: None,
        };
        (day, day_only)
    });
    let detailed = by_day(&known.intervals, &zone).into_iter().map(|sum| {
        let whole = TimelineDay {
            day: sum.day.date().to_string(),
            activity: sum.most_alive,
            minutes: Some(sum.minutes),
        };
        (sum.day, whole)
    });
    let days = folded.chain(detailed);
    Ok(days
        .filter(|(day, _)| (first..=last).contains(day))
        .map(|(_, day)| day)
        .collect())
}

/// The part that is asked for and may be seen.
fn period(
    entry: &Entry,
    query: &TimelineQuery,
    now: i64,
    zone: &TimeZone,
) -> Result<(i64, i64), QueryError> {
    let in_time = |ms: i64| (0..=TIME_MAX_MS).contains(&ms);
    if !in_time(query.to)
        || query
            .from
            .is_some_and(|from| !in_time(from) || from >= query.to)
    {
        return Err(QueryError::BadPeriod);
    }
    let from = seen_from(entry, query.from, now, zone)?;
    Ok((from, query.to.min(now)))
}

/// From when on people may see what a device did, when they ask for it from `asked` on,
/// or for as much as may be seen without consent.
pub fn seen_from(
    entry: &Entry,
    asked: Option<i64>,
    now: i64,
    zone: &TimeZone,
) -> Result<i64, QueryError> {
    let first = Day::of(now, zone).before(SEEN_DAYS);
    let earliest = first.begins(zone);
    let from = asked.unwrap_or(earliest).max(entry.seen_from());
    if from < earliest && entry.is_at_home() && !entry.agrees_to_usage() {
        return Err(QueryError::WithoutConsent(first.date().to_string()));
    }
    Ok(from)
}

/// What the line itself tells of a device.
fn live(app: &App, entry: &Entry) -> Live {
    let latest = &entry.latest;
    let lost = latest.last_state.as_deref() == Some(State::Lost.as_str());
    Live {
        connected_since: app.hub.connected_since(entry.device.id),
        lost_at: latest.last_state_at.filter(|_| lost),
    }
}

async fn known(app: &App, entry: &Entry, now: i64) -> Result<Known, StoreError> {
    let device = entry.device.id;
    let since = entry.seen_from();
    let live = live(app, entry);
    read(&app.store, move |store| {
        look(store, device, since, now, live)
    })
    .await
}

fn look(
    store: &dyn Store,
    device: DeviceId,
    since: i64,
    now: i64,
    live: Live,
) -> Result<Known, StoreError> {
    let zone = paris();
    let mut folded = Vec::new();
    for_each(store, keys::days_of(device, since), |key, value| {
        let day = keys::day_of(key).ok_or_else(|| StoreError::Corrupt("key of a day".into()))?;
        folded.push((Day(day), decode::<DayRow>(value)?));
        Ok(())
    })?;
    let evidence = gather(store, device, since, now, live, &zone)?;
    Ok(Known {
        folded,
        intervals: derive(&evidence),
    })
}

/// Everything that is known in detail of a device since a moment. Blocks.
pub fn gather(
    store: &dyn Store,
    device: DeviceId,
    since: i64,
    now: i64,
    live: Live,
    zone: &TimeZone,
) -> Result<Evidence, StoreError> {
    let folded = folded(store, device)?;
    let before = folded
        .as_ref()
        .map(|folded| Day(folded.before).begins(zone));
    let carried = folded.and_then(|folded| folded.carried).zip(before);
    Ok(Evidence {
        since: before.map_or(since, |before| before.max(since)),
        now,
        boots: evidence::boots(store, device)?,
        absences: life::absences(store)?,
        carried: carried.map(|(activity, at)| Carried { at, activity }),
        live,
    })
}

/// How far the days of a device were folded. Blocks.
pub fn folded(store: &dyn Store, device: DeviceId) -> Result<Option<Folded>, StoreError> {
    let value = store.get(Space::Core, &keys::folded(device))?;
    value.as_deref().map(decode).transpose()
}
