//! What takes the room: rows and bytes of each kind of data.

use std::collections::BTreeMap;

use super::chunk::Reader;
use super::record::decode;
use super::records::history::ChunkRow;
use super::{Space, Store, StoreError, keys, walk};

/// Rows read at a time.
const PAGE: usize = 256;

/// Rows of one kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Size {
    pub rows: u64,
    /// Of keys and values, without what the engine adds.
    pub bytes: u64,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sizes {
    /// By space and kind byte.
    pub kinds: BTreeMap<(u8, u8), Size>,
    /// Reports in sealed history.
    pub reports: u64,
    /// Values in sealed history: a report has one for each reading that it brought.
    pub samples: u64,
}

impl Sizes {
    /// Of the sealed reports alone, without their sums.
    pub fn sealed(&self) -> Size {
        let kind = (Space::Chunk as u8, keys::chunk::REPORTS);
        self.kinds.get(&kind).copied().unwrap_or_default()
    }

    pub fn all(&self) -> Size {
        let all = self.kinds.values();
        all.fold(Size::default(), |sum, size| Size {
            rows: sum.rows + size.rows,
            bytes: sum.bytes + size.bytes,
        })
    }
}

/// Reads every row. Blocks.
pub fn sizes(store: &dyn Store) -> Result<Sizes, StoreError> {
    let mut sizes = Sizes::default();
    for space in [Space::Core, Space::Health, Space::Chunk, Space::Audit] {
        walk(store, space, (Vec::new(), None), PAGE, |key, value| {
            let kind = key.first().copied().unwrap_or_default();
            let size = sizes.kinds.entry((space as u8, kind)).or_default();
            size.rows += 1;
            size.bytes += (key.len() + value.len()) as u64;
            if (space, kind) == (Space::Chunk, keys::chunk::REPORTS) {
                let row: ChunkRow = decode(value)?;
                sizes.reports += u64::from(row.rows);
                sizes.samples += samples(&row)?;
            }
            Ok(())
        })?;
    }
    Ok(sizes)
}

fn samples(row: &ChunkRow) -> Result<u64, StoreError> {
    let reader = Reader::open(&row.columns)?;
    let counts = reader.metrics().map(|metric| reader.count(metric));
    Ok(counts.sum::<Result<u64, _>>()?)
}
