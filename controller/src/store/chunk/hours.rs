//! What each metric came to in each hour: small enough for a look at the whole fleet.
//!
//! ```text
//! [schema][hours][sets of counts] [columns: number, set, length, body …]
//! body: [least][divisor][per hour with values: (sum - count × least) / divisor]
//! ```
//! A metric that stands still all day has no numbers after its divisor.

use std::collections::BTreeMap;

use super::bytes::{Input, fold, put};
use super::column::gcd;
use super::{ChunkError, Table};

const SCHEMA: u8 = 1;
/// A local day has 25 at most.
const HOURS_MAX: usize = 32;
const SETS_MAX: usize = 512;
const HOUR_MS: i64 = 3_600_000;

/// The samples of one hour.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Hour {
    /// When it begins, ms UTC.
    pub at: i64,
    pub count: u32,
    /// Exact up to 2^53; a fleet is looked at, not audited, in larger ones.
    pub sum: f64,
}

/// When the hour of a moment begins. Local hours of Europe/Paris are the same ones.
pub fn hour_of(at: i64) -> i64 {
    at.div_euclid(HOUR_MS) * HOUR_MS
}

/// Sums the metrics of a table whose rows lie within one local day. Gives the first hour
/// and the bytes; `None` for a table without rows.
pub fn encode(table: &Table) -> Option<(i64, Vec<u8>)> {
    let first = hour_of(table.ids.first()?.at);
    let place = |at: i64| usize::try_from((at - first) / HOUR_MS).unwrap_or(0);
    let hours = place(table.ids.last()?.at) + 1;
    let mut sets: BTreeMap<Vec<u32>, u64> = BTreeMap::new();
    let mut set_bytes = Vec::new();
    let mut columns = Vec::new();
    let mut before = 0;
    for (number, column) in &table.columns {
        let values = column.values.iter().zip(&table.ids);
        let values: Vec<(usize, i64)> = values
            .filter_map(|(value, id)| Some((place(id.at), (*value)?)))
            .collect();
        let least = values.iter().map(|(_, value)| *value).min()?;
        let mut counts = vec![0_u32; hours];
        let mut sums = vec![0_u64; hours];
        for (hour, value) in values {
            counts[hour] += 1;
            let above = value.wrapping_sub(least) as u64;
            sums[hour] = sums[hour].saturating_add(above);
        }
        let divisor = sums.iter().copied().fold(0, gcd);
        let mut body = Vec::new();
        put(&mut body, fold(least));
        put(&mut body, divisor);
        let there = sums.iter().zip(&counts).filter(|(_, count)| **count > 0);
        // Nothing above the least: the divisor is zero, and says it all.
        for (sum, _) in there.filter(|_| divisor > 0) {
            put(&mut body, sum / divisor);
        }
        let next = sets.len() as u64;
        let set = *sets.entry(counts).or_insert_with_key(|counts| {
            counts.iter().for_each(|n| put(&mut set_bytes, (*n).into()));
            next
        });
        put(&mut columns, u64::from(number - before));
        put(&mut columns, set);
        put(&mut columns, body.len() as u64);
        columns.extend(body);
        before = *number;
    }
    let mut bytes = vec![SCHEMA];
    put(&mut bytes, hours as u64);
    put(&mut bytes, sets.len() as u64);
    bytes.extend(set_bytes);
    bytes.extend(columns);
    Some((first, bytes))
}

/// Shows the hours of one metric, oldest first; none where it has no value.
pub fn read(
    first: i64,
    bytes: &[u8],
    wanted: u16,
    mut each: impl FnMut(Hour),
) -> Result<(), ChunkError> {
    let mut input = Input(bytes);
    let schema = input.byte()?;
    if schema != SCHEMA {
        return Err(ChunkError::Schema(schema));
    }
    let hours = input.count(HOURS_MAX)?;
    let sets = input.count(SETS_MAX)?;
    let set_bytes = input;
    for _ in 0..sets * hours {
        input.number()?;
    }
    let mut number = 0_u64;
    while !input.0.is_empty() {
        number = number.saturating_add(input.number()?);
        let set = input.count(SETS_MAX)?;
        let len = input.count(bytes.len())?;
        let body = input.take(len)?;
        if number > u64::from(wanted) {
            return Ok(());
        }
        if number == u64::from(wanted) {
            if set >= sets {
                return Err(ChunkError::Damaged("an hour without a count"));
            }
            let mut counts = set_bytes;
            for _ in 0..set * hours {
                counts.number()?;
            }
            return body_of(first, hours, counts, Input(body), &mut each);
        }
    }
    Ok(())
}

fn body_of(
    first: i64,
    hours: usize,
    mut counts: Input<'_>,
    mut body: Input<'_>,
    each: &mut impl FnMut(Hour),
) -> Result<(), ChunkError> {
    let (least, divisor) = (body.signed()?, body.number()?);
    for hour in 0..hours {
        let count = counts.count(u32::MAX as usize)? as u32;
        if count == 0 {
            continue;
        }
        let above = match divisor {
            0 => 0.0,
            divisor => body.number()? as f64 * divisor as f64,
        };
        each(Hour {
            at: first.saturating_add(hour as i64 * HOUR_MS),
            count,
            sum: above + least as f64 * f64::from(count),
        });
    }
    Ok(())
}
