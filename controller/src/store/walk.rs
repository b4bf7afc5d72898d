//! Reads many rows, a page at a time, so that no reader holds the store for long.

use super::{Key, Range, Space, Store, StoreError};

/// Shows every row of a space from a key on, ascending, up to `to` (not included) or to the end.
/// `page` rows are read at once. Blocks.
pub fn walk(
    store: &dyn Store,
    space: Space,
    (from, to): (Key, Option<Key>),
    page: usize,
    mut each: impl FnMut(&[u8], &[u8]) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    let mut range = Range {
        space,
        from,
        to,
        descending: false,
        limit: page,
    };
    loop {
        let rows = store.range(&range)?;
        for (key, value) in &rows {
            each(key, value)?;
        }
        match rows.last() {
            Some((last, _)) if rows.len() == page => {
                // The smallest key after `last`.
                range.from = last.clone();
                range.from.push(0);
            }
            _ => return Ok(()),
        }
    }
}
