//! Reads history across rows and chunks without a seam, a block of time at a time.
//!
//! Sealing moves reports from rows to chunks while somebody reads. So the rows of a block
//! are read first and its chunks after them: what is moved in between is found twice, and
//! counts once by the number of its report.

use declic_common::DeviceId;
use jiff::tz::TimeZone;

use super::id;
use crate::domain::days::Day;
use crate::domain::metric::Metric;
use crate::store::chunk::{Reader, RowId};
use crate::store::record::decode;
use crate::store::records::HealthRow;
use crate::store::records::history::ChunkRow;
use crate::store::{Range, Space, Store, StoreError, Value, keys, walk};

/// Rows of one block.
const ROWS: usize = 1_000;
/// Parts of one block.
const PARTS: usize = 32;
/// How a block that holds nothing but one moment grows.
const GROW: usize = 8;

/// What is read of a device.
#[derive(Clone, Copy, Debug)]
pub struct Wanted<'a> {
    pub device: DeviceId,
    pub metrics: &'a [&'static Metric],
    /// The end, not included; ms UTC.
    pub to: i64,
    /// With the number of each report.
    pub ids: bool,
}

/// Reports between two moments, ascending. A column of values has one place per report.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Block {
    pub times: Vec<i64>,
    /// As long as `times`, or empty where nobody asked.
    pub ids: Vec<RowId>,
    pub estimated: Vec<bool>,
    /// As long as the metrics that were asked for.
    pub values: Vec<Vec<Option<i64>>>,
    /// Where the next block begins.
    pub next: Option<i64>,
}

/// One row or one part of sealed history, with all that was asked of it.
#[derive(Default)]
struct Source {
    times: Vec<i64>,
    ids: Vec<RowId>,
    estimated: Vec<bool>,
    values: Vec<Vec<Option<i64>>>,
}

/// Reads on from a moment. Blocks.
pub fn block(
    store: &dyn Store,
    wanted: &Wanted<'_>,
    from: i64,
    zone: &TimeZone,
) -> Result<Block, StoreError> {
    let mut end = wanted.to;
    let rows = rows(store, wanted, from, &mut end)?;
    let parts = parts(store, wanted, from, &mut end, zone)?;
    let next = (end < wanted.to).then_some(end);
    let within = |source: Source| source.within(from, end);
    let gather = |ids: bool| -> Result<Vec<Source>, StoreError> {
        let wanted = Wanted { ids, ..*wanted };
        let mut sources = Vec::with_capacity(parts.len() + 1);
        for part in &parts {
            sources.push(within(sealed(part, &wanted)?));
        }
        sources.push(within(open(&rows, &wanted)?));
        sources.retain(|source| !source.times.is_empty());
        sources.sort_by_key(|source| source.times.first().copied());
        Ok(sources)
    };
    let mut sources = gather(wanted.ids)?;
    let overlap = sources
        .windows(2)
        .any(|pair| pair[0].times.last() >= pair[1].times.first());
    if overlap && !wanted.ids {
        // Only the numbers tell what is the same report.
        sources = gather(true)?;
    }
    let joined = join(sources, wanted.metrics.len());
    let joined = match overlap {
        true => joined.sorted(),
        false => joined,
    };
    Ok(Block {
        times: joined.times,
        ids: joined.ids,
        estimated: joined.estimated,
        values: joined.values,
        next,
    })
}

type Rows = Vec<(RowId, Value)>;

/// Shows the values of one metric that are in rows, not sealed yet, ascending. Blocks.
pub fn each_open(
    store: &dyn Store,
    device: DeviceId,
    metric: &Metric,
    (from, to): (i64, i64),
    mut each: impl FnMut(i64, i64),
) -> Result<(), StoreError> {
    let kind = keys::health::REPORT;
    let (from, to) = keys::of_device_between(kind, device, from, to);
    walk(
        store,
        Space::Health,
        (from, Some(to)),
        ROWS,
        |key, value| {
            let at = keys::time_of(key).ok_or_else(|| StoreError::Corrupt("health key".into()))?;
            let row: HealthRow = decode(value)?;
            if let Some(value) = (metric.read)(&row.report) {
                each(at, value);
            }
            Ok(())
        },
    )
}

/// The rows from a moment on; `end` becomes earlier where there are more.
fn rows(
    store: &dyn Store,
    wanted: &Wanted<'_>,
    begin: i64,
    end: &mut i64,
) -> Result<Rows, StoreError> {
    let kind = keys::health::REPORT;
    let (from, to) = keys::of_device_between(kind, wanted.device, begin, *end);
    let mut range = Range {
        space: Space::Health,
        from,
        to: Some(to),
        descending: false,
        limit: ROWS,
    };
    loop {
        let found = store.range(&range)?;
        let full = found.len() == range.limit;
        let named = found.into_iter().map(|(key, value)| {
            let named = keys::time_of(&key).zip(keys::number_of(&key));
            let (at, number) = named.ok_or_else(|| StoreError::Corrupt("health key".to_owned()))?;
            Ok((id(at, number), value))
        });
        let named = named.collect::<Result<Rows, StoreError>>()?;
        let last = named.last().map(|(id, _)| id.at).filter(|_| full);
        match last {
            Some(last) if last <= begin => range.limit *= GROW,
            Some(last) => {
                *end = last;
                return Ok(named);
            }
            None => return Ok(named),
        }
    }
}

/// The parts that hold something from a moment on; `end` becomes earlier where there are
/// more. All parts of a day are looked at from its beginning: a late report may give one
/// of them an earlier key.
fn parts(
    store: &dyn Store,
    wanted: &Wanted<'_>,
    begin: i64,
    end: &mut i64,
    zone: &TimeZone,
) -> Result<Vec<ChunkRow>, StoreError> {
    let day = Day::of(begin, zone).begins(zone);
    let kind = keys::chunk::REPORTS;
    let mut range = Range {
        space: Space::Chunk,
        from: keys::sealed(kind, wanted.device, day),
        to: Some(keys::sealed(kind, wanted.device, *end)),
        descending: false,
        limit: PARTS,
    };
    let mut parts = Vec::new();
    loop {
        let found = store.range(&range)?;
        let full = found.len() == range.limit;
        for (key, value) in found {
            range.from = [&key[..], &[0]].concat();
            let part: ChunkRow = decode(&value)?;
            if part.last < begin {
                continue;
            }
            if parts.len() >= PARTS && part.first > begin {
                *end = part.first;
                return Ok(parts);
            }
            parts.push(part);
        }
        if !full {
            return Ok(parts);
        }
    }
}

fn sealed(part: &ChunkRow, wanted: &Wanted<'_>) -> Result<Source, StoreError> {
    let reader = Reader::open(&part.columns)?;
    let mut source = Source {
        times: reader.times()?,
        ..Source::default()
    };
    if wanted.ids {
        source.ids = reader.ids()?;
        source.estimated = reader.estimated()?;
    }
    for metric in wanted.metrics {
        let column = reader.column(metric.number)?;
        source.values.push(match column {
            Some(column) => column.values,
            None => vec![None; reader.rows()],
        });
    }
    Ok(source)
}

fn open(rows: &Rows, wanted: &Wanted<'_>) -> Result<Source, StoreError> {
    let mut source = Source {
        values: vec![Vec::with_capacity(rows.len()); wanted.metrics.len()],
        ..Source::default()
    };
    for (id, value) in rows {
        let row: HealthRow = decode(value)?;
        source.times.push(id.at);
        if wanted.ids {
            source.ids.push(*id);
            source.estimated.push(row.estimated);
        }
        for (metric, values) in wanted.metrics.iter().zip(&mut source.values) {
            values.push((metric.read)(&row.report));
        }
    }
    Ok(source)
}

impl Source {
    /// What lies between two moments, the end not included.
    fn within(mut self, from: i64, to: i64) -> Source {
        let begin = self.times.partition_point(|at| *at < from);
        let end = self.times.partition_point(|at| *at < to).max(begin);
        if (begin, end) == (0, self.times.len()) {
            return self;
        }
        clip(&mut self.times, begin, end);
        clip(&mut self.ids, begin, end);
        clip(&mut self.estimated, begin, end);
        for values in &mut self.values {
            clip(values, begin, end);
        }
        self
    }

    /// In the order of the reports, each once; what comes first stays.
    fn sorted(self) -> Source {
        let mut order: Vec<usize> = (0..self.times.len()).collect();
        order.sort_by_key(|n| self.ids[*n]);
        order.dedup_by_key(|n| self.ids[*n]);
        fn pick<T: Copy>(all: &[T], order: &[usize]) -> Vec<T> {
            order.iter().map(|n| all[*n]).collect()
        }
        let values = self.values.iter();
        Source {
            times: pick(&self.times, &order),
            ids: pick(&self.ids, &order),
            estimated: pick(&self.estimated, &order),
            values: values.map(|values| pick(values, &order)).collect(),
        }
    }
}

fn clip<T>(all: &mut Vec<T>, begin: usize, end: usize) {
    all.truncate(end);
    all.drain(..begin.min(all.len()));
}

fn join(sources: Vec<Source>, metrics: usize) -> Source {
    let mut sources = sources.into_iter();
    let mut joined = sources.next().unwrap_or_else(|| Source {
        values: vec![Vec::new(); metrics],
        ..Source::default()
    });
    let rest = sources
        .as_slice()
        .iter()
        .map(|source| source.times.len())
        .sum();
    joined.times.reserve(rest);
    joined
        .values
        .iter_mut()
        .for_each(|values| values.reserve(rest));
    for source in sources {
        joined.times.extend(source.times);
        joined.ids.extend(source.ids);
        joined.estimated.extend(source.estimated);
        for (all, values) in joined.values.iter_mut().zip(source.values) {
            all.extend(values);
        }
    }
    joined
}
