//! Reads a table, whole or by the column.

use std::collections::BTreeMap;

use super::bytes::Input;
use super::{
    AT, BOOT, COLUMNS_MAX, ChunkError, Column, ESTIMATED, FIRST_METRIC, INSTALL, ROWS_MAX, RowId,
    SCHEMA, SEQ, Table, column,
};

/// A chunk whose directory was read; columns are read when they are asked for.
#[derive(Clone, Debug)]
pub struct Reader<'a> {
    rows: usize,
    patterns: Vec<&'a [u8]>,
    /// By number, ascending.
    columns: Vec<(u16, Place)>,
    bodies: Vec<&'a [u8]>,
}

#[derive(Clone, Copy, Debug)]
struct Place {
    unit: u8,
    pattern: usize,
    body: usize,
}

impl<'a> Reader<'a> {
    pub fn open(bytes: &'a [u8]) -> Result<Self, ChunkError> {
        let mut input = Input(bytes);
        let schema = input.byte()?;
        if schema != SCHEMA {
            return Err(ChunkError::Schema(schema));
        }
        let rows = input.count(ROWS_MAX)?;
        let patterns = input.count(COLUMNS_MAX)?;
        let patterns = (0..patterns).map(|_| input.take(rows.div_ceil(8)));
        let patterns = patterns.collect::<Result<Vec<_>, _>>()?;
        let count = input.count(COLUMNS_MAX)?;
        let mut columns = Vec::with_capacity(count);
        let mut number = 0_u16;
        for _ in 0..count {
            let step = u16::try_from(input.count(u16::MAX.into())?).unwrap_or(u16::MAX);
            // Ascending: no column is there twice.
            let next = number.checked_add(step).filter(|next| *next > number);
            number = next.ok_or(ChunkError::Damaged("columns are out of order"))?;
            let place = Place {
                unit: input.byte()?,
                pattern: input.count(patterns.len())?,
                body: input.count(COLUMNS_MAX)?,
            };
            columns.push((number, place));
        }
        let bodies = input.count(COLUMNS_MAX)?;
        let bodies = (0..bodies).map(|_| {
            let len = input.count(bytes.len())?;
            input.take(len)
        });
        let bodies = bodies.collect::<Result<Vec<_>, _>>()?;
        if !input.0.is_empty() {
            return Err(ChunkError::Damaged("it goes on after its end"));
        }
        Ok(Reader {
            rows,
            patterns,
            columns,
            bodies,
        })
    }

    pub fn rows(&self) -> usize {
        self.rows
    }

    /// Dated times, ascending.
    pub fn times(&self) -> Result<Vec<i64>, ChunkError> {
        let times = self.full(AT)?;
        match times.is_sorted() {
            true => Ok(times),
            false => Err(ChunkError::Damaged("rows are out of order")),
        }
    }

    /// Which report each row is.
    pub fn ids(&self) -> Result<Vec<RowId>, ChunkError> {
        let (times, installs) = (self.times()?, self.full(INSTALL)?);
        let (boots, seqs) = (self.full(BOOT)?, self.full(SEQ)?);
        let rest = installs.into_iter().zip(boots).zip(seqs);
        let ids = times.into_iter().zip(rest);
        let ids = ids.map(|(at, ((install, boot), seq))| {
            let boot = u32::try_from(boot).map_err(|_| ChunkError::Damaged("a boot"))?;
            Ok(RowId {
                at,
                install: install as u64,
                boot,
                seq: seq as u64,
            })
        });
        let ids = ids.collect::<Result<Vec<_>, _>>()?;
        match ids.is_sorted_by(|a, b| a < b) {
            true => Ok(ids),
            false => Err(ChunkError::Damaged("rows are out of order")),
        }
    }

    pub fn estimated(&self) -> Result<Vec<bool>, ChunkError> {
        let flags = self.full(ESTIMATED)?;
        Ok(flags.into_iter().map(|flag| flag != 0).collect())
    }

    /// The numbers of the metrics that are there.
    pub fn metrics(&self) -> impl Iterator<Item = u16> {
        let first = self.columns.partition_point(|(n, _)| *n < FIRST_METRIC);
        self.columns[first..].iter().map(|(number, _)| *number)
    }

    fn place(&self, number: u16) -> Option<&Place> {
        let at = self.columns.binary_search_by_key(&number, |(n, _)| *n);
        at.ok().map(|at| &self.columns[at].1)
    }

    /// How many rows have a value of a metric.
    pub fn count(&self, number: u16) -> Result<u64, ChunkError> {
        let place = self.place(number);
        match place.map(|place| self.pattern(place.pattern)) {
            None => Ok(0),
            Some(None) => Ok(self.rows as u64),
            Some(Some(bits)) => Ok(count(bits, self.rows)? as u64),
        }
    }

    /// One metric; `None` if no row has a value of it.
    pub fn column(&self, number: u16) -> Result<Option<Column>, ChunkError> {
        let Some(place) = self.place(number) else {
            return Ok(None);
        };
        let there = self.pattern(place.pattern);
        let count = match there {
            None => self.rows,
            Some(bits) => count(bits, self.rows)?,
        };
        let dense = self.dense(*place, count)?;
        let values = match there {
            None => dense.into_iter().map(Some).collect(),
            Some(bits) => {
                let mut dense = dense.into_iter();
                let value = |n: usize| is_set(bits, n).then(|| dense.next()).flatten();
                (0..self.rows).map(value).collect()
            }
        };
        let unit = place.unit;
        Ok(Some(Column { unit, values }))
    }

    pub fn table(&self) -> Result<Table, ChunkError> {
        let mut columns = BTreeMap::new();
        for number in self.metrics() {
            if let Some(column) = self.column(number)? {
                columns.insert(number, column);
            }
        }
        Ok(Table {
            ids: self.ids()?,
            estimated: self.estimated()?,
            columns,
        })
    }

    /// A column with a value in every row.
    fn full(&self, number: u16) -> Result<Vec<i64>, ChunkError> {
        if self.rows == 0 {
            return Ok(Vec::new());
        }
        let place = self.place(number);
        match place.filter(|place| place.pattern == 0) {
            Some(place) => self.dense(*place, self.rows),
            None => Err(ChunkError::Damaged("rows without a number")),
        }
    }

    fn pattern(&self, n: usize) -> Option<&'a [u8]> {
        // Checked when the directory was read.
        n.checked_sub(1).map(|n| self.patterns[n])
    }

    fn dense(&self, place: Place, count: usize) -> Result<Vec<i64>, ChunkError> {
        let body = self.bodies.get(place.body);
        let body = body.ok_or(ChunkError::Damaged("a column without a body"))?;
        column::decode(body, count)
    }
}

fn is_set(bits: &[u8], n: usize) -> bool {
    bits[n / 8] & (1 << (n % 8)) != 0
}

/// How many rows a pattern names: one at least, and none that is not there.
fn count(bits: &[u8], rows: usize) -> Result<usize, ChunkError> {
    let set: u32 = bits.iter().map(|byte| byte.count_ones()).sum();
    let beyond = (rows..bits.len() * 8).any(|n| is_set(bits, n));
    match set > 0 && !beyond {
        true => Ok(set as usize),
        false => Err(ChunkError::Damaged(
            "a pattern names rows that are not there",
        )),
    }
}
