//! Adds reports to the sealed parts of one local day.
//!
//! A day is one part, unless it has very many reports. A part lies under the time of its
//! first report, with its sums by hour and by day under the same time.

use declic_common::DeviceId;
use jiff::tz::TimeZone;

use crate::domain::days::Day;
use crate::store::chunk::{Reader, Row, Table, encode as columns, hours};
use crate::store::record::{decode, encode};
use crate::store::records::history::{ChunkRow, HoursRow, MetricSum, RollupRow};
use crate::store::{Batch, Key, Range, Space, Store, StoreError, Value, keys};

/// Most reports of one part: a report every 84 seconds all day.
pub const PART_ROWS: usize = 1_024;
/// Largest columns of one part; with what stands round them they fit into a value.
const PART_BYTES: usize = 60 * 1024;
/// Parts that one batch writes anew, so that it stays small.
const PARTS_AT_ONCE: usize = 8;
/// Parts read at once.
const PAGE: usize = 16;

/// A part as it is stored.
struct Stored {
    key: Key,
    first: i64,
    last: i64,
    /// Kept only while it may have to be written anew.
    value: Value,
}

/// Adds reports of one local day, ascending, to a batch; gives back how many of them, from
/// the first one, were taken: all, unless they are scattered over very many parts. Sums
/// leave out what was before `since`: another household may have lived it. Blocks.
pub fn add(
    store: &dyn Store,
    device: DeviceId,
    day: Day,
    since: i64,
    zone: &TimeZone,
    rows: Vec<Row>,
    batch: &mut Batch,
) -> Result<usize, StoreError> {
    let mut groups = groups(stored(store, device, day, zone)?);
    if groups.is_empty() {
        groups.push(Vec::new());
    }
    // The first group also takes what was before it, the last one what came after.
    let ends: Vec<i64> = groups
        .iter()
        .skip(1)
        .map(|group| group[0].first)
        .chain([i64::MAX])
        .collect();
    let mut rows = rows.into_iter().peekable();
    let (mut taken, mut written) = (0, 0);
    for (group, end) in groups.into_iter().zip(ends) {
        let mut own = Vec::new();
        while let Some(row) = rows.next_if(|row| row.id.at < end) {
            own.push(row);
        }
        if own.is_empty() {
            continue;
        }
        if written >= PARTS_AT_ONCE {
            break;
        }
        taken += own.len();
        written += group.len().max(1);
        rewrite(device, day, since, group, own, batch)?;
    }
    Ok(taken)
}

/// The parts of a day, the earliest first.
fn stored(
    store: &dyn Store,
    device: DeviceId,
    day: Day,
    zone: &TimeZone,
) -> Result<Vec<Stored>, StoreError> {
    let mut range = Range {
        space: Space::Chunk,
        from: keys::sealed(keys::chunk::REPORTS, device, day.begins(zone)),
        to: Some(keys::sealed(
            keys::chunk::REPORTS,
            device,
            day.next().begins(zone),
        )),
        descending: false,
        limit: PAGE,
    };
    let mut found = Vec::new();
    loop {
        let page = store.range(&range)?;
        let full = page.len() == PAGE;
        for (key, value) in page {
            let row: ChunkRow = decode(&value)?;
            range.from = [&key[..], &[0]].concat();
            found.push(Stored {
                key,
                first: row.first,
                last: row.last,
                value,
            });
        }
        if !full {
            return Ok(found);
        }
    }
}

/// Parts that overlap go together. They only come of two writers that made the first
/// part of a day at once; writing them anew puts that right.
fn groups(parts: Vec<Stored>) -> Vec<Vec<Stored>> {
    let mut groups: Vec<Vec<Stored>> = Vec::new();
    let mut end = i64::MIN;
    for part in parts {
        let joins = part.first <= end;
        end = end.max(part.last);
        match groups.last_mut().filter(|_| joins) {
            Some(group) => group.push(part),
            None => groups.push(vec![part]),
        }
    }
    groups
}

fn rewrite(
    device: DeviceId,
    day: Day,
    since: i64,
    group: Vec<Stored>,
    rows: Vec<Row>,
    batch: &mut Batch,
) -> Result<(), StoreError> {
    let mut table = Table::default();
    for part in &group {
        let row: ChunkRow = decode(&part.value)?;
        let known = Reader::open(&row.columns)?.table()?;
        table = match table.is_empty() {
            true => known,
            false => table.merged(known.rows()),
        };
    }
    let table = table.merged(rows);
    let mut known = Vec::new();
    for part in group {
        for kind in [keys::chunk::HOURS, keys::chunk::ROLLUP] {
            batch.del(Space::Chunk, keys::sealed(kind, device, part.first));
        }
        batch.equals(Space::Chunk, part.key.clone(), part.value);
        batch.del(Space::Chunk, part.key.clone());
        known.push(part.key);
    }
    for (table, bytes) in cut(device, table) {
        let (Some(first), Some(last)) = (table.ids.first(), table.ids.last()) else {
            continue;
        };
        let (first, last) = (first.at, last.at);
        let key = keys::sealed(keys::chunk::REPORTS, device, first);
        if !known.contains(&key) {
            batch.absent(Space::Chunk, key.clone());
        }
        let row = ChunkRow {
            rows: u32::try_from(table.len()).unwrap_or(u32::MAX),
            first,
            last,
            columns: bytes,
        };
        batch.put(Space::Chunk, key, encode(&row));
        sums(device, day, first, since, table, batch);
    }
    Ok(())
}

/// Adds the sums of one part, under the time of its first report.
fn sums(device: DeviceId, day: Day, first: i64, since: i64, table: Table, batch: &mut Batch) {
    let before = table.ids.partition_point(|id| id.at < since);
    let table = match before {
        0 => table,
        before => table.split(before).1,
    };
    let Some((hour, sums)) = hours::encode(&table) else {
        return;
    };
    let row = HoursRow { first: hour, sums };
    let key = keys::sealed(keys::chunk::HOURS, device, first);
    batch.put(Space::Chunk, key, encode(&row));
    let metrics = table.columns.iter().filter_map(|(metric, column)| {
        let values = column.values.iter().copied().flatten();
        MetricSum::of(*metric, values)
    });
    let row = RollupRow {
        day: day.0,
        metrics: metrics.collect(),
    };
    let key = keys::sealed(keys::chunk::ROLLUP, device, first);
    batch.put(Space::Chunk, key, encode(&row));
}

/// Cuts a table so that each part fits into a value.
fn cut(device: DeviceId, table: Table) -> Vec<(Table, Vec<u8>)> {
    let mut parts = Vec::new();
    let mut rest = vec![table];
    while let Some(table) = rest.pop() {
        let bytes = match table.len() <= PART_ROWS {
            true => columns(&table),
            false => Vec::new(),
        };
        if table.len() <= PART_ROWS && bytes.len() <= PART_BYTES {
            parts.push((table, bytes));
            continue;
        }
        // Full parts, so that a day that grows leaves whole ones behind.
        let wanted = match table.len() > PART_ROWS {
            true => PART_ROWS,
            false => table.len() / 2,
        };
        let at = match edge(&table, wanted) {
            Some(at) => at,
            None => {
                // So many reports of one millisecond are no reports.
                tracing::warn!(%device, rows = table.len(), kept = wanted, "reports at one moment");
                rest.push(table.split(wanted).0);
                continue;
            }
        };
        let (early, late) = table.split(at);
        rest.push(late);
        rest.push(early);
    }
    parts
}

/// The nearest place to cut at which the time differs: parts lie under their first time.
fn edge(table: &Table, wanted: usize) -> Option<usize> {
    let differs = |at: &usize| table.ids[*at].at != table.ids[*at - 1].at;
    let before = (1..=wanted).rev().find(differs);
    before.or_else(|| (wanted + 1..table.len()).find(differs))
}
