//! Reads everything that is stored, and tells what is damaged.

use super::{Space, Store, StoreError, record, walk};

/// Rows read at a time.
const PAGE: usize = 256;

/// What was found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Checked {
    pub rows: u64,
    pub bytes: u64,
    /// Values that are not what was written: space and key.
    pub damaged: Vec<(Space, Vec<u8>)>,
}

/// Reads every row. Fails where the engine cannot even walk through them. Blocks.
pub fn check(store: &dyn Store) -> Result<Checked, StoreError> {
    let mut checked = Checked::default();
    for space in [Space::Core, Space::Health, Space::Chunk, Space::Audit] {
        walk(store, space, (Vec::new(), None), PAGE, |key, value| {
            checked.rows += 1;
            checked.bytes += (key.len() + value.len()) as u64;
            if !record::is_whole(value) {
                checked.damaged.push((space, key.to_vec()));
            }
            Ok(())
        })?;
    }
    Ok(checked)
}
