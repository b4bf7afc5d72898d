//! How keys and values lie in sled's one tree.
//!
//! A row is `[space][escaped key] → [tag][value]`. Two faults of sled 0.34 are
//! kept out of reach here:
//!
//! - walking backwards, it looks for the page before `[… b]` at
//!   `[… b-1 FF FF FF FF]`. A key that goes on with more bytes `FF` than that makes
//!   it loop a million times and panic. So no byte `FF` is ever written: `FE` is
//!   written `FE 00` and `FF` is written `FE 01`, which keeps order and prefixes;
//! - a page of up to about twenty rows that outgrows 128 KiB is moved to a file
//!   of its own, which is never synced and not given back. So a value above
//!   [`PIECE_BYTES`] is cut in pieces that lie apart, and a page stays below half of it.

use std::collections::BTreeSet;

use sled::IVec;

use crate::store::{Key, Space, StoreError, VALUE_BYTES_MAX, Value};

/// Largest part of a value that lies in one row.
pub(super) const PIECE_BYTES: usize = 4 * 1024;

pub(super) const PIECES_MAX: usize = VALUE_BYTES_MAX.div_ceil(PIECE_BYTES);

const WHOLE: u8 = 0;
const IN_PIECES: u8 = 1;
/// Added to the space for the rows that hold pieces.
const PIECES: u8 = 0x80;
const ESCAPE: u8 = 0xFE;

/// The row, before all spaces, that holds the total of all others.
pub(super) const TOTAL: &[u8] = &[0];

pub(super) const SPACES: [Space; 4] = [Space::Core, Space::Health, Space::Chunk, Space::Audit];

/// Writes the key of a row into `row`, which is emptied first.
pub(super) fn write_key(row: &mut Vec<u8>, space: Space, key: &[u8]) {
    row.clear();
    row.push(space as u8);
    escape(row, key);
}

pub(super) fn key(space: Space, key: &[u8]) -> Vec<u8> {
    let mut row = Vec::with_capacity(key.len() + 2);
    write_key(&mut row, space, key);
    row
}

/// The first key of a piece: all other rows lie before it.
pub(super) fn pieces_begin() -> [u8; 1] {
    [PIECES]
}

/// The first key after all rows of a space.
pub(super) fn end(space: Space) -> Vec<u8> {
    vec![space as u8 + 1]
}

/// The key that a row was written for.
pub(super) fn key_of(row: &[u8]) -> Result<Key, StoreError> {
    unescape(row.get(1..).unwrap_or_default()).ok_or_else(|| damaged("unreadable key"))
}

fn escape(row: &mut Vec<u8>, key: &[u8]) {
    for &byte in key {
        match byte {
            ESCAPE.. => row.extend([ESCAPE, byte - ESCAPE]),
            _ => row.push(byte),
        }
    }
}

fn unescape(bytes: &[u8]) -> Option<Key> {
    let mut key = Vec::with_capacity(bytes.len());
    let mut bytes = bytes.iter();
    while let Some(&byte) = bytes.next() {
        key.push(match byte {
            ESCAPE => ESCAPE + bytes.next().filter(|low| **low <= 1)?,
            0xFF => return None,
            _ => byte,
        });
    }
    Some(key)
}

/// The key of the `n`th piece of the value at `row`.
pub(super) fn piece_key(row: &[u8], n: usize) -> IVec {
    let mut piece = Vec::with_capacity(row.len() + 1);
    piece.extend_from_slice(row);
    piece[0] |= PIECES;
    piece.push(n as u8);
    IVec::from(piece)
}

/// The row of a value that fits in one.
pub(super) fn whole(value: &[u8], scratch: &mut Vec<u8>) -> IVec {
    scratch.clear();
    scratch.push(WHOLE);
    scratch.extend_from_slice(value);
    IVec::from(scratch.as_slice())
}

/// The row that stands for a value in pieces, and its pieces.
pub(super) fn head(value: &[u8]) -> (IVec, impl Iterator<Item = IVec>) {
    let len = u32::try_from(value.len()).expect("values are bounded");
    let mut head = vec![IN_PIECES];
    head.extend(len.to_be_bytes());
    (IVec::from(head), value.chunks(PIECE_BYTES).map(IVec::from))
}

/// What a row says about its value.
pub(super) enum Row<'a> {
    Whole(&'a [u8]),
    /// Cut in `pieces` pieces, `bytes` bytes in all.
    InPieces {
        pieces: usize,
        bytes: usize,
    },
}

pub(super) fn parse(row: &[u8]) -> Result<Row<'_>, StoreError> {
    match row {
        [WHOLE, value @ ..] => Ok(Row::Whole(value)),
        [IN_PIECES, len @ ..] => {
            let len: [u8; 4] = len.try_into().map_err(|_| damaged("unreadable row"))?;
            let bytes = u32::from_be_bytes(len) as usize;
            if bytes > VALUE_BYTES_MAX {
                return Err(damaged("unreadable row"));
            }
            Ok(Row::InPieces {
                pieces: bytes.div_ceil(PIECE_BYTES),
                bytes,
            })
        }
        _ => Err(damaged("unreadable row")),
    }
}

/// The value of a row; `lookup` finds its pieces.
pub(super) fn value(
    key: &[u8],
    row: &[u8],
    lookup: impl Fn(&[u8]) -> Result<Option<IVec>, StoreError>,
) -> Result<Value, StoreError> {
    match parse(row)? {
        Row::Whole(value) => Ok(value.to_vec()),
        Row::InPieces { pieces, bytes } => {
            let mut value = Vec::with_capacity(bytes);
            for n in 0..pieces {
                let piece = lookup(&piece_key(key, n))?;
                value.extend_from_slice(&piece.ok_or_else(|| damaged("a piece is missing"))?);
            }
            match value.len() == bytes {
                true => Ok(value),
                false => Err(damaged("a piece has another length")),
            }
        }
    }
}

fn damaged(what: &str) -> StoreError {
    StoreError::Corrupt(what.to_owned())
}

/// The kinds of keys (space, first byte) that ever had a value in pieces.
///
/// Only these must be read before they are written, to clear the pieces of the
/// value before. Reports, states and marks never are: they stay free of it.
#[derive(Debug, Default)]
pub(super) struct LargeKinds(BTreeSet<(u8, u8)>);

impl LargeKinds {
    /// Learns from the key of a row that is there.
    pub(super) fn see(&mut self, row: &[u8]) {
        if let [space, key @ ..] = row
            && space & PIECES != 0
        {
            let first = match key {
                [ESCAPE, low, ..] => ESCAPE.saturating_add(*low),
                _ => key.first().copied().unwrap_or_default(),
            };
            self.0.insert((space & !PIECES, first));
        }
    }

    pub(super) fn contains(&self, space: Space, key: &[u8]) -> bool {
        self.0.contains(&Self::kind(space, key))
    }

    pub(super) fn insert(&mut self, space: Space, key: &[u8]) {
        self.0.insert(Self::kind(space, key));
    }

    fn kind(space: Space, key: &[u8]) -> (u8, u8) {
        (space as u8, key.first().copied().unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_row_never_holds_the_byte_that_makes_sled_loop() {
        let row = key(Space::Core, &[0xFD, 0xFE, 0xFF, 0]);
        assert_eq!(row, [1, 0xFD, 0xFE, 0, 0xFE, 1, 0]);
        assert_eq!(key_of(&row).unwrap(), [0xFD, 0xFE, 0xFF, 0]);
    }

    #[test]
    fn a_row_that_nobody_wrote_is_damage_and_no_key() {
        for row in [&[1u8, 0xFE][..], &[1, 0xFE, 2], &[1, 0xFF], &[1, 5, 0xFE]] {
            assert!(matches!(key_of(row), Err(StoreError::Corrupt(_))));
        }
        for row in [&[][..], &[2], &[1, 0, 0], &[1, 0xFF, 0, 0, 0]] {
            assert!(matches!(parse(row), Err(StoreError::Corrupt(_))));
        }
    }

    proptest! {
        #[test]
        fn keys_keep_their_order_in_the_tree(
            a in proptest::collection::vec(prop_oneof![Just(0xFE), Just(0xFF), any::<u8>()], 0..8),
            b in proptest::collection::vec(prop_oneof![Just(0xFE), Just(0xFF), any::<u8>()], 0..8),
        ) {
            let (in_tree_a, in_tree_b) = (key(Space::Core, &a), key(Space::Core, &b));
            prop_assert_eq!(a.cmp(&b), in_tree_a.cmp(&in_tree_b));
            prop_assert_eq!(in_tree_b.starts_with(&in_tree_a), b.starts_with(&a));
            prop_assert_eq!(key_of(&in_tree_a).unwrap(), a);
        }
    }
}
