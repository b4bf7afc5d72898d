//! A copy of the store, row by row into a new one, read back before it counts.
//!
//! Copying sled's files is no backup, even while our writer rests: sled moves
//! pages in its own time, and a page may leave the part that is not copied yet
//! for the part that is. Copying the rows also leaves behind the room that sled
//! never gives back.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use rustix::fs::{CWD, RenameFlags, renameat_with, statvfs};

use super::engine::{Engine, EngineError};
use super::open;
use crate::store::StoreError;

/// Rows that are copied between two flushes.
const STEP_ROWS: usize = 512;
const STEP_BYTES: usize = 512 * 1024;

/// What the rows of a store add up to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Sum {
    rows: u64,
    crc: u32,
}

impl Sum {
    fn add(&mut self, key: &[u8], value: &[u8]) {
        self.rows += 1;
        let lengths = [key.len() as u32, value.len() as u32].map(u32::to_be_bytes);
        for part in [lengths.as_flattened(), key, value] {
            self.crc = crc32c::crc32c_append(self.crc, part);
        }
    }

    /// Reads all rows of an engine.
    fn of(engine: &Engine) -> Result<Self, EngineError> {
        engine.call(|tree| {
            let mut sum = Sum::default();
            for row in tree {
                let (key, value) = row?;
                sum.add(&key, &value);
            }
            Ok(sum)
        })
    }
}

/// The copy has this name until it is verified.
fn partial(into: &Path) -> PathBuf {
    let mut name = into.as_os_str().to_owned();
    name.push(".partial");
    name.into()
}

fn failed(what: &str) -> impl Fn(std::io::Error) -> StoreError {
    move |error| StoreError::Backup(format!("{what}: {error}"))
}

fn engine_failed(error: EngineError) -> StoreError {
    StoreError::Backup(error.to_string())
}

/// Makes the folder of the copy.
pub(super) fn prepare(into: &Path) -> Result<(), StoreError> {
    if into.symlink_metadata().is_ok() {
        let why = format!("{} is already there", into.display());
        return Err(StoreError::Backup(why));
    }
    let partial = partial(into);
    if partial.exists() {
        // What an interrupted backup left.
        fs::remove_dir_all(&partial).map_err(failed("an unfinished backup is in the way"))?;
    }
    open::make_folder(&partial).map_err(failed("its folder cannot be made"))
}

/// Copies all rows. Nothing may be applied meanwhile.
pub(super) fn copy(from: &Engine, into: &Path) -> Result<Sum, StoreError> {
    let folder = partial(into);
    let disk = statvfs(&folder).map_err(|e| failed("its disk cannot be read")(e.into()))?;
    if disk.f_bavail.saturating_mul(disk.f_frsize) < from.file_bytes() {
        let why = "its disk has less free room than the data takes";
        return Err(StoreError::Backup(why.to_owned()));
    }
    let to = Engine::open(&folder).map_err(engine_failed)?;
    let mut sum = Sum::default();
    let copied = from.call(|tree| {
        let mut batch = sled::Batch::default();
        let (mut rows, mut bytes) = (0, 0);
        for row in tree {
            let (key, value) = row?;
            sum.add(&key, &value);
            rows += 1;
            bytes += key.len() + value.len();
            batch.insert(key, value);
            if rows >= STEP_ROWS || bytes >= STEP_BYTES {
                to.tree().apply_batch(std::mem::take(&mut batch))?;
                to.tree().flush()?;
                (rows, bytes) = (0, 0);
            }
        }
        to.tree().apply_batch(batch)
    });
    let copied = copied.and_then(|()| to.sync());
    let closed = to.close();
    copied.map_err(engine_failed)?;
    if !closed {
        let why = "the copy could not be closed";
        return Err(StoreError::Backup(why.to_owned()));
    }
    Ok(sum)
}

/// Reads the copy back and gives it its name, or removes it.
pub(super) fn finish(into: &Path, copied: Result<Sum, StoreError>) -> Result<(), StoreError> {
    let folder = partial(into);
    let finished = copied.and_then(|sum| {
        let group = verify(&folder, sum)?;
        name(&folder, into, group).map_err(failed("it cannot be put in its place"))
    });
    if finished.is_err() && folder.exists() {
        fs::remove_dir_all(&folder).map_err(failed("what is left of it cannot be removed"))?;
    }
    finished
}

/// Reads the copy; returns the number of its last group.
fn verify(folder: &Path, sum: Sum) -> Result<u64, StoreError> {
    let copy = Engine::open(folder).map_err(engine_failed)?;
    let found = Sum::of(&copy);
    let group = open::last_group(&copy);
    let closed = copy.close();
    if !closed || found.map_err(engine_failed)? != sum {
        let why = "the copy does not hold what the store holds";
        return Err(StoreError::Backup(why.to_owned()));
    }
    group.map_err(|error| StoreError::Backup(error.to_string()))
}

fn name(folder: &Path, into: &Path, group: u64) -> std::io::Result<()> {
    open::mark_copy(folder, group)?;
    renameat_with(CWD, folder, CWD, into, RenameFlags::NOREPLACE)?;
    match into.parent() {
        Some(parent) if parent != Path::new("") => File::open(parent)?.sync_all(),
        _ => File::open(".")?.sync_all(),
    }
}
