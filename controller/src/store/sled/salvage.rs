//! Saves what reads of a damaged store into a new one.
//!
//! The damaged one is not repaired: where sled's log has a hole, more rows may
//! go missing at each opening, so nothing may live there any more.

use std::path::Path;

use sled::IVec;

use super::copy::{self, Copy};
use super::engine::{self, Engine};
use super::mark::Mark;
use super::open::{self, OpenError};
use super::rows::{self, Row};
use super::total::Total;
use crate::store::StoreError;

/// What was saved, and what could not be.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Salvaged {
    /// Values saved. Some may be older than the last that was written.
    pub values: u64,
    /// Values that are there in part only.
    pub broken_values: u64,
    /// Kinds of keys that could not be read from end to end.
    pub broken_kinds: u32,
}

#[derive(Debug, thiserror::Error)]
pub enum SalvageError {
    #[error(transparent)]
    Open(#[from] OpenError),
    #[error("failed to save what reads")]
    Copy(#[from] StoreError),
}

/// Copies every row that reads into a folder that does not exist yet, which is
/// then a sound store. Work on a copy of the damaged folder: opening it changes
/// it. Blocks.
pub fn salvage(from: &Path, into: &Path) -> Result<Salvaged, SalvageError> {
    let _mark = Mark::take(from)
        .map_err(OpenError::from)?
        .ok_or(OpenError::Locked)?;
    if !engine::released(from, open::PATIENCE) {
        return Err(OpenError::Locked.into());
    }
    copy::prepare(into)?;
    let engine = match Engine::open(from) {
        Ok(engine) => engine,
        Err(error) => {
            let refused = StoreError::Backup(error.to_string());
            copy::finish(into, Err(refused)).ok();
            return Err(OpenError::Damaged(error.to_string()).into());
        }
    };
    let mut salvaged = Salvaged::default();
    let copied = save(&engine, into, &mut salvaged);
    engine.close();
    copy::finish(into, copied)?;
    Ok(salvaged)
}

fn save(engine: &Engine, into: &Path, salvaged: &mut Salvaged) -> Result<Total, StoreError> {
    let mut copy = Copy::begin(into, engine.file_bytes())?;
    for space in rows::SPACES {
        for kind in 0..=u8::MAX {
            save_kind(engine, &mut copy, (space as u8, kind), salvaged)?;
        }
    }
    let group = Total::stored(engine).ok().flatten();
    copy.end(group.map_or(0, |total| total.group))
}

/// Copies the values of one kind: forwards, and where that fails, backwards from
/// the end.
fn save_kind(
    engine: &Engine,
    copy: &mut Copy,
    (space, kind): (u8, u8),
    salvaged: &mut Salvaged,
) -> Result<(), StoreError> {
    let from = match kind {
        // The empty key as well.
        0 => vec![space],
        _ => vec![space, kind],
    };
    let to = kind
        .checked_add(1)
        .map_or(vec![space + 1], |next| vec![space, next]);
    let mut reached = None;
    let mut walk = engine.tree().range(from..to);
    loop {
        match engine.call(|_| walk.next().transpose()) {
            Ok(Some((key, row))) => {
                reached = Some(key.clone());
                save_value(engine, copy, key, row, salvaged)?;
            }
            Ok(None) => return Ok(()),
            Err(_) => break,
        }
    }
    salvaged.broken_kinds += 1;
    while let Ok(Some((key, row))) = engine.call(|_| walk.next_back().transpose()) {
        if reached.as_ref().is_some_and(|reached| key <= *reached) {
            break;
        }
        save_value(engine, copy, key, row, salvaged)?;
    }
    Ok(())
}

/// Copies a value with all its pieces, or none of it.
fn save_value(
    engine: &Engine,
    copy: &mut Copy,
    key: IVec,
    row: IVec,
    salvaged: &mut Salvaged,
) -> Result<(), StoreError> {
    let lookup = |piece: &[u8]| super::get(engine, piece);
    if rows::key_of(&key).is_err() || rows::value(&key, &row, lookup).is_err() {
        salvaged.broken_values += 1;
        return Ok(());
    }
    if let Row::InPieces { pieces, .. } = rows::parse(&row)? {
        for n in 0..pieces {
            let piece = rows::piece_key(&key, n);
            if let Some(value) = lookup(&piece)? {
                copy.push(piece, value).map_err(copy::engine_failed)?;
            }
        }
    }
    copy.push(key, row).map_err(copy::engine_failed)?;
    salvaged.values += 1;
    Ok(())
}
