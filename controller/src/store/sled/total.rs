//! What all rows add up to, so that a row that is gone or old is noticed.
//!
//! Sled passes over a damaged part of its log without a word, and then lacks
//! some rows or shows an older value. The writer therefore keeps a sum over all
//! rows, in the tree with each group; opening and backing up read every row and
//! compare.

use super::engine::{Engine, EngineError};
use super::rows;

/// The last group, and what the rows were after it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Total {
    /// Raised by one for each group of batches.
    pub(super) group: u64,
    pub(super) rows: u64,
    /// Of the marks of all rows, in any order.
    sum: u64,
}

const BYTES: usize = 24;

impl Total {
    pub(super) fn add(&mut self, key: &[u8], value: &[u8]) {
        self.rows = self.rows.wrapping_add(1);
        self.sum = self.sum.wrapping_add(mark(key, value));
    }

    pub(super) fn remove(&mut self, key: &[u8], value: &[u8]) {
        self.rows = self.rows.wrapping_sub(1);
        self.sum = self.sum.wrapping_sub(mark(key, value));
    }

    /// The value of the row [`rows::TOTAL`]: three numbers, big-endian.
    pub(super) fn to_row(self) -> [u8; BYTES] {
        let numbers = [self.group, self.rows, self.sum].map(u64::to_be_bytes);
        let mut row = [0; BYTES];
        row.copy_from_slice(numbers.as_flattened());
        row
    }

    /// What the tree says of itself; `None` if it says nothing readable.
    pub(super) fn stored(engine: &Engine) -> Result<Option<Self>, EngineError> {
        let row = engine.get(rows::TOTAL)?;
        Ok(row.and_then(|row| {
            let (numbers, rest) = row.as_chunks::<8>();
            match (numbers, rest) {
                ([group, rows, sum], []) => Some(Self {
                    group: u64::from_be_bytes(*group),
                    rows: u64::from_be_bytes(*rows),
                    sum: u64::from_be_bytes(*sum),
                }),
                _ => None,
            }
        }))
    }

    /// Reads every row of the tree, and shows its key to `see`.
    pub(super) fn count(engine: &Engine, mut see: impl FnMut(&[u8])) -> Result<Self, EngineError> {
        let mut total = Total::default();
        engine.walk(|key, value| {
            if *key != *rows::TOTAL {
                see(&key);
                total.add(&key, &value);
            }
            Ok::<_, EngineError>(())
        })?;
        Ok(total)
    }

    /// Whether the rows are the same, whatever the group.
    pub(super) fn same_rows(&self, other: &Self) -> bool {
        (self.rows, self.sum) == (other.rows, other.sum)
    }
}

/// A number that stands for a row. Stored in sums, so it never changes.
fn mark(key: &[u8], value: &[u8]) -> u64 {
    let key = crc32c::crc32c(key);
    let both = crc32c::crc32c_append(key, value);
    // CRCs are linear: mixed (the finalizer of SplitMix64), their sums are not.
    let mut x = u64::from(key) << 32 | u64::from(both);
    x = (x ^ (x >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    x ^ (x >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_total_forgets_what_is_removed_and_sees_what_is_changed() {
        let mut total = Total::default();
        total.add(b"a", b"1");
        let one = total;
        total.add(b"b", b"2");
        total.add(b"c", b"");
        assert_eq!(total.rows, 3);
        let mut changed = total;
        changed.remove(b"b", b"2");
        changed.add(b"b", b"3");
        assert!(!changed.same_rows(&total));
        // A row for another with the same bytes in it.
        let mut shifted = total;
        shifted.remove(b"b", b"2");
        shifted.add(b"b2", b"");
        assert!(!shifted.same_rows(&total));
        total.remove(b"c", b"");
        total.remove(b"b", b"2");
        assert!(total.same_rows(&one));
    }

    #[test]
    fn the_mark_of_a_row_never_changes() {
        assert_eq!(mark(b"key", b"value"), MARK_OF_KEY_VALUE);
    }

    const MARK_OF_KEY_VALUE: u64 = 4_079_105_359_853_376_289;
}
