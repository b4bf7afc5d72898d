//! Puts reports of the past into sealed history, without a row in between.
//!
//! What is imported has no number of its own: the same device and moment, imported
//! twice, is one report.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::Arc;

use declic_common::DeviceId;
use declic_common::api::{BadLine, HistoryLine, ImportHistory, Imported};

use super::parts;
use super::seal::placed_on;
use crate::app::App;
use crate::app::audit::{self, Note};
use crate::app::minimise;
use crate::app::registry::Entry;
use crate::domain::days::{Day, paris};
use crate::domain::metric::{self, Unit};
use crate::domain::retention::kept_from;
use crate::store::chunk::{Row, RowId};
use crate::store::{Batch, Op, Store, StoreError, read};

/// Most lines of one request.
pub const LINES_MAX: usize = 5_000;
/// No reading is larger: it is what the protocol bounds bytes to.
const VALUE_MAX: i64 = 1 << 60;
/// Times that a day is merged again because it changed meanwhile.
const ATTEMPTS: usize = 16;
/// From this size on a batch is written, in bytes.
const BATCH_BYTES: usize = 400 * 1024;
/// Reports of one day that are merged at once.
const AT_ONCE: usize = 2_000;

#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    #[error("at most {LINES_MAX} lines at once")]
    TooMany,
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Why a line cannot be taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
enum Bad {
    #[error("no device is called {0:?}")]
    UnknownDevice(String),
    #[error("several devices carry the tag {0:?}; give the name (d-…)")]
    SameTag(String),
    #[error("the time is still to come")]
    Future,
    #[error("the device joined later, on {0}")]
    BeforeEnrolment(String),
    #[error("reports are kept from {0} on; raise history-days to keep older ones")]
    TooOld(String),
    #[error("no metric is called {0:?}")]
    UnknownMetric(String),
    #[error("{0} cannot be {1}")]
    Impossible(&'static str, i64),
    #[error("the line has no value")]
    Empty,
}

/// Checks lines, and takes those that are good unless it is a dry run.
pub async fn lines(
    app: &Arc<App>,
    asked: ImportHistory,
    who: &str,
    now: i64,
) -> Result<Imported, ImportError> {
    if asked.lines.len() > LINES_MAX {
        return Err(ImportError::TooMany);
    }
    let mut answer = Imported::default();
    let mut good: BTreeMap<DeviceId, Vec<Row>> = BTreeMap::new();
    let names = Names::of(app);
    for (n, line) in asked.lines.iter().enumerate() {
        match check(app, &names, line, now) {
            Ok((device, row)) => {
                let folded = minimise::is_folded(&app.registry, device, row.id.at, now);
                answer.folded += u64::from(folded);
                if !folded {
                    answer.taken += 1;
                    good.entry(device).or_default().push(row);
                }
            }
            Err(bad) => answer.bad.push(BadLine {
                line: n as u64,
                why: bad.to_string(),
            }),
        }
    }
    if asked.dry_run || good.is_empty() {
        return Ok(answer);
    }
    app.counters.imported.add(answer.taken);
    let devices = good.len();
    let reader = Arc::clone(app);
    read(&app.store, move |store| {
        for (device, rows) in good {
            if let Some(entry) = reader.registry.get(device) {
                take(store, &entry, rows)?;
            }
        }
        Ok(())
    })
    .await?;
    let (who, taken) = (who.to_owned(), answer.taken);
    audit::with(app, now, move |_, change| {
        change.note(Note {
            who: &who,
            what: "history.import",
            subject: "history",
            detail: Some(format!("{taken} reports of {devices} devices")),
        });
        Ok::<_, StoreError>(())
    })
    .await?;
    Ok(answer)
}

/// Devices by asset tag; `None` where several carry it.
struct Names(HashMap<String, Option<DeviceId>>);

impl Names {
    fn of(app: &App) -> Self {
        let mut names = HashMap::new();
        for entry in app.registry.all() {
            let Some(asset) = &entry.device.asset else {
                continue;
            };
            let device = entry.device.id;
            names
                .entry(asset.to_lowercase())
                .and_modify(|known| *known = None)
                .or_insert(Some(device));
        }
        Names(names)
    }

    fn find(&self, asked: &str) -> Result<DeviceId, Bad> {
        if let Ok(device) = asked.parse() {
            return Ok(device);
        }
        let shown = || asked.chars().take(64).collect::<String>();
        match self.0.get(&asked.to_lowercase()) {
            Some(Some(device)) => Ok(*device),
            Some(None) => Err(Bad::SameTag(shown())),
            None => Err(Bad::UnknownDevice(shown())),
        }
    }
}

fn check(app: &App, names: &Names, line: &HistoryLine, now: i64) -> Result<(DeviceId, Row), Bad> {
    let device = names.find(&line.device)?;
    let entry = app.registry.get(device);
    let entry = entry.ok_or_else(|| Bad::UnknownDevice(device.to_string()))?;
    let zone = paris();
    let at = line.at.as_millisecond();
    let day = |day: Day| day.date().to_string();
    if at > now {
        return Err(Bad::Future);
    }
    let joined = entry.device.enrolled_at;
    if at < joined {
        return Err(Bad::BeforeEnrolment(day(Day::of(joined, &zone))));
    }
    let kept = kept_from(now, app.programme.retention.history_days, &zone);
    if at < kept.begins(&zone) {
        return Err(Bad::TooOld(day(kept)));
    }
    let mut values = Vec::with_capacity(line.values.len());
    for (name, value) in &line.values {
        let found = metric::find(name);
        let metric = found.ok_or_else(|| Bad::UnknownMetric(name.chars().take(64).collect()))?;
        let signed = matches!(metric.unit, Unit::Millicelsius | Unit::Dbm);
        let least = if signed { -VALUE_MAX } else { 0 };
        if !(least..=VALUE_MAX).contains(value) {
            return Err(Bad::Impossible(metric.name, *value));
        }
        values.push((metric.number, metric.unit as u8, *value));
    }
    if values.is_empty() {
        return Err(Bad::Empty);
    }
    values.sort_unstable_by_key(|(number, ..)| *number);
    let row = Row {
        id: imported(at),
        estimated: line.estimated,
        values,
    };
    Ok((device, row))
}

/// The number of what no agent numbered.
pub fn imported(at: i64) -> RowId {
    RowId {
        at,
        ..RowId::default()
    }
}

/// Adds reports of one device, in any order. What is written in one batch is written whole;
/// a failure leaves the days before it, and the same import may be made again. Blocks.
pub fn take(store: &dyn Store, entry: &Entry, mut rows: Vec<Row>) -> Result<(), StoreError> {
    let zone = paris();
    rows.sort_by_key(|row| row.id);
    let mut days: VecDeque<(Day, Vec<Row>)> = VecDeque::new();
    let mut until = i64::MIN;
    for row in rows {
        let crowded = days.back().is_some_and(|(_, rows)| rows.len() >= AT_ONCE);
        if row.id.at >= until || crowded {
            let day = Day::of(row.id.at, &zone);
            until = day.next().begins(&zone);
            days.push_back((day, Vec::new()));
        }
        days.back_mut().expect("just pushed").1.push(row);
    }
    while !days.is_empty() {
        write(store, entry, &mut days)?;
    }
    Ok(())
}

/// Writes one batch of the first days, and takes them off the list.
fn write(
    store: &dyn Store,
    entry: &Entry,
    days: &mut VecDeque<(Day, Vec<Row>)>,
) -> Result<(), StoreError> {
    let zone = paris();
    let device = entry.device.id;
    for _ in 0..ATTEMPTS {
        let mut batch = Batch::default();
        let (mut whole, mut part) = (0, 0);
        let mut before = None;
        for (day, rows) in days.iter() {
            // One day twice in a batch would not see its first half.
            if bytes(&batch) > BATCH_BYTES || before == Some(*day) {
                break;
            }
            let since = placed_on(entry, *day, &zone);
            part = parts::add(store, device, *day, since, &zone, rows.clone(), &mut batch)?;
            if part < rows.len() {
                break;
            }
            (whole, part, before) = (whole + 1, 0, Some(*day));
        }
        match store.commit(batch).wait() {
            Err(StoreError::Conflict) => continue,
            written => written?,
        }
        days.drain(..whole);
        if let Some((_, rows)) = days.front_mut() {
            rows.drain(..part);
        }
        return Ok(());
    }
    Err(StoreError::Conflict)
}

fn bytes(batch: &Batch) -> usize {
    let size = |op: &Op| match op {
        Op::Put(_, key, value) => key.len() + value.len(),
        Op::Del(_, key) => key.len(),
    };
    batch.ops.iter().map(size).sum()
}
