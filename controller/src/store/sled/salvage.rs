//! Saves what reads of a damaged store into a new one.
//!
//! The damaged one is not repaired: where sled's log has a hole, more rows may
//! go missing at each opening, so nothing may live there any more. Not even
//! salvaging opens it: a copy of its files is what is read.

use std::fs;
use std::io;
use std::path::Path;

use sled::IVec;
use tempfile::TempDir;

use super::copy::{self, Copy};
use super::engine::{self, Engine};
use super::mark::Mark;
use super::open::{self, Missing, OpenError};
use super::rows::{self, Row};
use super::total::Total;
use crate::store::{Space, StoreError, keys, migrations};

/// What was saved, and what could not be.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Salvaged {
    /// Values saved. Some may be older than the last that was written.
    pub values: u64,
    /// Values that are there in part only.
    pub broken_values: u64,
    /// Kinds of keys that could not be read from end to end.
    pub broken_kinds: u32,
    /// `None`: all that was ever acknowledged was saved.
    pub missing: Option<Missing>,
}

#[derive(Debug, thiserror::Error)]
pub enum SalvageError {
    #[error(transparent)]
    Open(#[from] OpenError),
    #[error("failed to save what reads")]
    Copy(#[from] StoreError),
    /// Not even the schema of the data could be read, so nothing says how to read
    /// the rest.
    #[error("too little is left to be saved; restore a backup")]
    TooLittle,
}

/// Copies every row that reads into a folder that does not exist yet, which is
/// then a sound store. The damaged one stays as it is. Blocks.
pub fn salvage(from: &Path, into: &Path) -> Result<Salvaged, SalvageError> {
    let mark = Mark::take(from)
        .map_err(OpenError::from)?
        .ok_or(OpenError::Locked)?;
    if !engine::released(from, open::PATIENCE) {
        return Err(OpenError::Locked.into());
    }
    copy::prepare(into)?;
    let mut salvaged = Salvaged::default();
    match read_copy(from, into, mark.read().unwrap_or(0), &mut salvaged) {
        Ok(total) => {
            copy::finish(into, Ok(total))?;
            Ok(salvaged)
        }
        Err(error) => {
            // Removes what was written of it.
            copy::finish(into, Err(copy::unlike("not all of it was written"))).ok();
            Err(error)
        }
    }
}

fn read_copy(
    from: &Path,
    into: &Path,
    marked: u64,
    salvaged: &mut Salvaged,
) -> Result<Total, SalvageError> {
    let files = copy_files(from, into).map_err(copy::failed("the store cannot be copied"))?;
    let engine =
        Engine::open(files.path()).map_err(|error| OpenError::Damaged(error.to_string()))?;
    let copied = save(&engine, into, marked, salvaged);
    engine.close();
    copied
}

/// The files of the engine, in a folder beside `into` that goes with the value.
fn copy_files(from: &Path, into: &Path) -> io::Result<TempDir> {
    let beside = match into.parent() {
        Some(parent) if parent != Path::new("") => parent,
        _ => Path::new("."),
    };
    let files = tempfile::Builder::new()
        .prefix(".salvage-")
        .tempdir_in(beside)?;
    let blobs = Path::new("blobs");
    fs::create_dir(files.path().join(blobs))?;
    for folder in [Path::new(""), blobs] {
        let entries = match fs::read_dir(from.join(folder)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            entries => entries?,
        };
        for entry in entries {
            let entry = entry?;
            if entry.file_type()?.is_file() {
                let to = files.path().join(folder).join(entry.file_name());
                fs::copy(entry.path(), to)?;
            }
        }
    }
    Ok(files)
}

fn save(
    engine: &Engine,
    into: &Path,
    marked: u64,
    salvaged: &mut Salvaged,
) -> Result<Total, SalvageError> {
    let mut copy = Copy::begin(into, engine.file_bytes())?;
    for space in rows::SPACES {
        for kind in 0..=u8::MAX {
            save_kind(engine, &mut copy, (space as u8, kind), salvaged)?;
        }
    }
    let stored = Total::stored(engine).ok().flatten();
    let copied = copy.end(stored.map_or(0, |total| total.group))?;
    salvaged.missing = open::whole(stored, &copied, marked).err();
    let schema = rows::key(Space::Core, &keys::meta(migrations::SCHEMA));
    match engine.get(&schema) {
        Ok(Some(_)) => Ok(copied),
        _ => Err(SalvageError::TooLittle),
    }
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
