//! Writes rows into a new store, in steps, and gives it its name when it is whole.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use rustix::fs::{CWD, RenameFlags, renameat_with, statvfs};
use sled::IVec;

use super::engine::{Engine, EngineError};
use super::mark::Mark;
use super::total::Total;
use super::{open, rows};
use crate::store::StoreError;

/// Rows that are written between two flushes.
const STEP_ROWS: usize = 512;
const STEP_BYTES: usize = 512 * 1024;

pub(super) fn failed(what: &str) -> impl Fn(io::Error) -> StoreError {
    move |error| StoreError::Backup(format!("{what}: {error}"))
}

pub(super) fn engine_failed(error: EngineError) -> StoreError {
    StoreError::Backup(error.to_string())
}

pub(super) fn unlike(why: &str) -> StoreError {
    StoreError::Backup(why.to_owned())
}

/// The copy has this name until it is verified.
fn partial(into: &Path) -> PathBuf {
    let mut name = into.as_os_str().to_owned();
    name.push(".partial");
    name.into()
}

/// Makes the folder of a copy; nothing may be there.
pub(super) fn prepare(into: &Path) -> Result<(), StoreError> {
    if into.symlink_metadata().is_ok() {
        return Err(unlike(&format!("{} is already there", into.display())));
    }
    let partial = partial(into);
    if partial.exists() {
        // What an interrupted copy left.
        fs::remove_dir_all(&partial).map_err(failed("an unfinished copy is in the way"))?;
    }
    open::make_folder(&partial).map_err(failed("its folder cannot be made"))
}

/// A copy that is being written.
pub(super) struct Copy {
    engine: Engine,
    batch: sled::Batch,
    keys: Vec<IVec>,
    bytes: usize,
    total: Total,
}

impl Copy {
    /// Begins a copy of `bytes` bytes in a folder that was prepared.
    pub(super) fn begin(into: &Path, bytes: u64) -> Result<Self, StoreError> {
        let folder = partial(into);
        let disk = statvfs(&folder).map_err(|e| failed("its disk cannot be read")(e.into()))?;
        if disk.f_bavail.saturating_mul(disk.f_frsize) < bytes {
            return Err(unlike("its disk has less free room than the data takes"));
        }
        Ok(Self {
            engine: Engine::open(&folder).map_err(engine_failed)?,
            batch: sled::Batch::default(),
            keys: Vec::new(),
            bytes: 0,
            total: Total::default(),
        })
    }

    pub(super) fn push(&mut self, key: IVec, value: IVec) -> Result<(), EngineError> {
        self.total.add(&key, &value);
        self.keys.push(key.clone());
        self.bytes += key.len() + value.len();
        self.batch.insert(key, value);
        if self.keys.len() >= STEP_ROWS || self.bytes >= STEP_BYTES {
            self.apply()?;
        }
        Ok(())
    }

    fn apply(&mut self) -> Result<(), EngineError> {
        let batch = std::mem::take(&mut self.batch);
        self.bytes = 0;
        self.engine.call(|tree| tree.apply_batch(batch))?;
        self.engine.call(|tree| tree.flush().map(drop))?;
        // Read back, or all of the copy would stay in sled's cache.
        for key in self.keys.drain(..) {
            self.engine.get(&key)?;
        }
        Ok(())
    }

    /// Writes the rest. Whatever was missed, the copy is a whole store of its own.
    pub(super) fn end(mut self, group: u64) -> Result<Total, StoreError> {
        self.total.group = group;
        self.batch.insert(rows::TOTAL, &self.total.to_row());
        let written = self.apply().and_then(|()| self.engine.sync());
        let closed = self.engine.close();
        written.map_err(engine_failed)?;
        match closed {
            true => Ok(self.total),
            false => Err(unlike("the copy could not be closed")),
        }
    }
}

/// Reads a copy back and gives it its name, or removes it.
pub(super) fn finish(into: &Path, copied: Result<Total, StoreError>) -> Result<Total, StoreError> {
    let folder = partial(into);
    let finished = copied.and_then(|total| {
        verify(&folder, total)?;
        name(&folder, into, total.group).map_err(failed("it cannot be put in its place"))?;
        Ok(total)
    });
    if finished.is_err() && folder.exists() {
        fs::remove_dir_all(&folder).map_err(failed("what is left of it cannot be removed"))?;
    }
    finished
}

fn verify(folder: &Path, total: Total) -> Result<(), StoreError> {
    let copy = Engine::open(folder).map_err(engine_failed)?;
    let found = Total::count(&copy, |_| ());
    let stored = Total::stored(&copy);
    let closed = copy.close();
    let found = found.map_err(engine_failed)?;
    let stored = stored.map_err(engine_failed)?;
    if !closed || stored != Some(total) || !total.same_rows(&found) {
        return Err(unlike("the copy does not hold what was written to it"));
    }
    Ok(())
}

fn name(folder: &Path, into: &Path, group: u64) -> io::Result<()> {
    let mark = Mark::take(folder)?.ok_or_else(|| io::Error::other("the folder is taken"))?;
    mark.write(group)?;
    open::sync_folder(folder)?;
    renameat_with(CWD, folder, CWD, into, RenameFlags::NOREPLACE)?;
    match into.parent() {
        Some(parent) if parent != Path::new("") => File::open(parent)?.sync_all(),
        _ => File::open(".")?.sync_all(),
    }
}
