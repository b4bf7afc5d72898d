//! Writes a table.

use std::collections::HashMap;

use super::bytes::put;
use super::{AT, BOOT, ESTIMATED, INSTALL, SCHEMA, SEQ, Table, column};

/// Writes a table of at most [`super::ROWS_MAX`] rows; the same table always gives the
/// same bytes.
pub fn encode(table: &Table) -> Vec<u8> {
    debug_assert!(table.len() <= super::ROWS_MAX);
    let mut writer = Writer::default();
    let every = vec![true; table.len()];
    let mut add = |number: u16, values: Vec<i64>| writer.add(number, 0, &every, &values);
    add(AT, table.ids.iter().map(|id| id.at).collect());
    add(
        INSTALL,
        table.ids.iter().map(|id| id.install as i64).collect(),
    );
    add(BOOT, table.ids.iter().map(|id| id.boot.into()).collect());
    add(SEQ, table.ids.iter().map(|id| id.seq as i64).collect());
    add(
        ESTIMATED,
        table.estimated.iter().map(|e| i64::from(*e)).collect(),
    );
    for (number, column) in &table.columns {
        let there: Vec<bool> = column.values.iter().map(Option::is_some).collect();
        let values: Vec<i64> = column.values.iter().copied().flatten().collect();
        writer.add(*number, column.unit, &there, &values);
    }
    writer.finish(table.len())
}

#[derive(Default)]
struct Writer {
    /// Of each pattern but the one of a full column, which is 0.
    patterns: HashMap<Vec<u8>, u64>,
    pattern_bytes: Vec<u8>,
    bodies: HashMap<Vec<u8>, u64>,
    body_bytes: Vec<u8>,
    directory: Vec<u8>,
    columns: u64,
    before: u16,
}

impl Writer {
    /// Columns come in ascending order of their numbers.
    fn add(&mut self, number: u16, unit: u8, there: &[bool], values: &[i64]) {
        if values.is_empty() {
            return;
        }
        let pattern = match there.iter().all(|there| *there) {
            true => 0,
            false => self.pattern(there),
        };
        let body = self.body(column::encode(values));
        put(&mut self.directory, (number - self.before).into());
        self.directory.push(unit);
        put(&mut self.directory, pattern);
        put(&mut self.directory, body);
        self.before = number;
        self.columns += 1;
    }

    fn pattern(&mut self, there: &[bool]) -> u64 {
        let mut bits = vec![0; there.len().div_ceil(8)];
        for (n, _) in there.iter().enumerate().filter(|(_, there)| **there) {
            bits[n / 8] |= 1 << (n % 8);
        }
        let next = self.patterns.len() as u64 + 1;
        *self.patterns.entry(bits).or_insert_with_key(|bits| {
            self.pattern_bytes.extend(bits);
            next
        })
    }

    fn body(&mut self, body: Vec<u8>) -> u64 {
        let next = self.bodies.len() as u64;
        *self.bodies.entry(body).or_insert_with_key(|body| {
            put(&mut self.body_bytes, body.len() as u64);
            self.body_bytes.extend(body);
            next
        })
    }

    fn finish(self, rows: usize) -> Vec<u8> {
        let mut bytes = vec![SCHEMA];
        put(&mut bytes, rows as u64);
        put(&mut bytes, self.patterns.len() as u64);
        bytes.extend(self.pattern_bytes);
        put(&mut bytes, self.columns);
        bytes.extend(self.directory);
        put(&mut bytes, self.bodies.len() as u64);
        bytes.extend(self.body_bytes);
        bytes
    }
}
