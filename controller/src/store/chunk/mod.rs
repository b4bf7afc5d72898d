//! Reports of one device and day as columns: the codec of sealed history, and the one
//! home of `pco`.
//!
//! ```text
//! [schema][rows]
//! [patterns]  (which rows have a value; each pattern once)
//! [columns]   (number, unit, pattern, body: 4 small numbers each)
//! [bodies]    (line, steps or packed; equal bodies once)
//! ```
//!
//! Reading one column touches that column alone. The numbers of columns and units are
//! given by the caller, and never reused: a chunk of any age keeps columns that this
//! version does not know. What is read is bounded before anything is allocated, so that
//! bytes nobody wrote end in [`ChunkError`].

mod bytes;
mod column;
mod decode;
mod encode;
pub mod hours;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

pub use decode::Reader;
pub use encode::encode;

/// The layout that [`encode`] writes; the first byte of every chunk.
const SCHEMA: u8 = 1;
/// Most rows of one chunk.
pub const ROWS_MAX: usize = 4_096;
/// Most columns of one chunk, those that say which report a row is included.
const COLUMNS_MAX: usize = 512;

/// Columns below this number say which report a row is.
pub const FIRST_METRIC: u16 = 16;
const AT: u16 = 1;
const INSTALL: u16 = 2;
const BOOT: u16 = 3;
const SEQ: u16 = 4;
const ESTIMATED: u16 = 5;

/// Bytes that are no chunk of this version.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ChunkError {
    #[error("a chunk of schema {0}, which this version does not know")]
    Schema(u8),
    #[error("a chunk is damaged: {0}")]
    Damaged(&'static str),
}

/// Which report a row is: its dated time (ms UTC), then its number.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RowId {
    pub at: i64,
    pub install: u64,
    pub boot: u32,
    pub seq: u64,
}

/// One report on its way into a table: number of the column, unit, value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    pub id: RowId,
    /// Its time crosses a boot without an anchor.
    pub estimated: bool,
    pub values: Vec<(u16, u8, i64)>,
}

/// Reports as columns. Rows ascend and are distinct; a column has one place per row, and
/// at least one value.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Table {
    pub ids: Vec<RowId>,
    pub estimated: Vec<bool>,
    pub columns: BTreeMap<u16, Column>,
}

/// The values of one metric; a reading that was absent is `None`, never zero.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Column {
    pub unit: u8,
    pub values: Vec<Option<i64>>,
}

impl Table {
    pub fn len(&self) -> usize {
        self.ids.len()
    }

    pub fn is_empty(&self) -> bool {
        self.ids.is_empty()
    }

    /// Takes in reports in any order. One that is there already is replaced, so that the
    /// same report twice is one.
    pub fn merged(self, rows: Vec<Row>) -> Table {
        let after_all = |first: &Row| self.ids.last().is_none_or(|last| *last < first.id);
        let ascends = rows.is_sorted_by(|a, b| a.id < b.id);
        if ascends && rows.first().is_none_or(after_all) {
            return self.extended(rows);
        }
        let mut places: BTreeMap<RowId, Row> =
            self.rows().into_iter().map(|row| (row.id, row)).collect();
        places.extend(rows.into_iter().map(|row| (row.id, row)));
        Table::default().extended(places.into_values().collect())
    }

    /// Takes in reports that follow, in order.
    fn extended(mut self, rows: Vec<Row>) -> Table {
        let total = self.len() + rows.len();
        for (n, row) in (self.len()..).zip(rows) {
            self.ids.push(row.id);
            self.estimated.push(row.estimated);
            for (number, unit, value) in row.values {
                let column = self.columns.entry(number).or_insert_with(|| Column {
                    unit,
                    values: Vec::with_capacity(total),
                });
                column.values.resize(n, None);
                column.values.push(Some(value));
            }
        }
        for column in self.columns.values_mut() {
            column.values.resize(total, None);
        }
        self
    }

    /// The reports again, in order.
    pub fn rows(&self) -> Vec<Row> {
        let row = |(n, id): (usize, &RowId)| {
            let values = self.columns.iter().filter_map(|(number, column)| {
                let value = column.values[n]?;
                Some((*number, column.unit, value))
            });
            Row {
                id: *id,
                estimated: self.estimated[n],
                values: values.collect(),
            }
        };
        self.ids.iter().enumerate().map(row).collect()
    }

    /// Cuts in two before the `at`th row.
    pub fn split(mut self, at: usize) -> (Table, Table) {
        let mut rest = Table {
            ids: self.ids.split_off(at),
            estimated: self.estimated.split_off(at),
            columns: BTreeMap::new(),
        };
        for (number, column) in &mut self.columns {
            let values = column.values.split_off(at);
            let unit = column.unit;
            rest.columns.insert(*number, Column { unit, values });
        }
        let some = |column: &Column| column.values.iter().any(Option::is_some);
        self.columns.retain(|_, column| some(column));
        rest.columns.retain(|_, column| some(column));
        (self, rest)
    }
}
