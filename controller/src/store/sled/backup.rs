//! A copy of the store, row by row into a new one, read back before it counts.
//!
//! Copying sled's files is no backup, even while our writer rests: sled moves
//! pages in its own time, and a page may leave the part that is not copied yet
//! for the part that is. Copying the rows also leaves behind the room that sled
//! never gives back.

use std::path::Path;

use super::copy::{Copy, engine_failed, unlike};
use super::engine::Engine;
use super::rows;
use super::total::Total;
use crate::store::StoreError;

/// Copies all rows into a folder that was prepared. Nothing may be applied
/// meanwhile.
pub(super) fn write(from: &Engine, into: &Path) -> Result<Total, StoreError> {
    let mut copy = Copy::begin(into, from.file_bytes())?;
    from.walk(|key, value| match *key == *rows::TOTAL {
        true => Ok(()),
        false => copy.push(key, value),
    })
    .map_err(engine_failed)?;
    let stored = Total::stored(from).map_err(engine_failed)?;
    let copied = copy.end(stored.map_or(0, |stored| stored.group))?;
    // A copy of a store that lost rows must never stand among good ones.
    match stored == Some(copied) {
        true => Ok(copied),
        false => Err(unlike("the store does not hold what was written to it")),
    }
}
