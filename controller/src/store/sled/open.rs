//! Opens the store of a folder, or says why not and what to do.

use std::fs::{self, DirBuilder, File};
use std::io;
use std::os::unix::fs::DirBuilderExt;
use std::path::Path;
use std::sync::{Arc, Mutex, OnceLock, RwLock};
use std::thread;
use std::time::Duration;

use super::engine::{self, Engine, EngineError};
use super::mark::Mark;
use super::queue::Queue;
use super::rows::{self, LargeKinds};
use super::space::Space;
use super::total::Total;
use super::{Counters, Running, Shared, SledStore, writer};
use crate::store::migrations::{self, MigrateError};
use crate::store::{self, keys, record};

/// How long another sled may take to let go of the files.
pub(super) const PATIENCE: Duration = Duration::from_secs(1);

/// How a store is opened.
#[derive(Clone, Copy, Debug, Default)]
pub struct Options {
    /// Free room to keep on the disk, in bytes; below it, writing stops. `None`:
    /// 256 MiB or 5 % of the disk, whichever is less.
    pub reserve_bytes: Option<u64>,
}

/// Why a store cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    #[error("failed to open the store: another controller is running on this data directory")]
    Locked,
    #[error(
        "failed to open the store: its files cannot be used (is this the controller's account?)"
    )]
    Io(#[from] io::Error),
    /// Opening it again would fail again.
    #[error(
        "failed to open the store: its data is damaged ({0}); keep a copy of the data directory, \
         then restore a backup, or try `declic store salvage --data-dir DIR --into NEW_DIR`"
    )]
    Damaged(String),
    /// Not all that was acknowledged is there, or not its newest value.
    #[error(
        "failed to open the store: data is missing ({0}); keep a copy of the data directory, \
         then restore a backup, or save what is left with \
         `declic store salvage --data-dir DIR --into NEW_DIR`"
    )]
    Lost(Missing),
    #[error(transparent)]
    Migrate(#[from] MigrateError),
}

/// What a store lacks of what was acknowledged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Missing {
    #[error("all that told what was stored")]
    Everything,
    #[error("the last {0} groups of changes")]
    Groups(u64),
    /// Of the engine: a large value has several.
    #[error("some rows, or their newest values: {left} rows of {written} are left")]
    Rows { left: u64, written: u64 },
}

impl SledStore {
    /// Opens the store of a folder, or makes a new one. Blocks, for as long as it
    /// takes to recover what was written last.
    pub fn open(folder: &Path, options: Options) -> Result<Self, OpenError> {
        let store = Self::start(folder, options)?;
        // Beside the store: `store.before-2` is the data as it was before schema 2.
        let newest = migrations::newest(migrations::ALL).number;
        let mut before = folder.as_os_str().to_owned();
        before.push(format!(".before-{newest}"));
        let before = Path::new(&before);
        // On a thread of its own: migrations wait for their commits, which the
        // threads of an async runtime refuse.
        thread::scope(|scope| {
            scope
                .spawn(|| migrations::run(&store, migrations::ALL, before))
                .join()
                .unwrap_or_else(|panic| std::panic::resume_unwind(panic))
        })?;
        Ok(store)
    }

    pub(super) fn start(folder: &Path, options: Options) -> Result<Self, OpenError> {
        make_folder(folder)?;
        let mark = Arc::new(Mark::take(folder)?.ok_or(OpenError::Locked)?);
        if !engine::released(folder, PATIENCE) {
            return Err(OpenError::Locked);
        }
        let space = Space::watch(folder, options.reserve_bytes)?;
        let engine = Engine::open(folder).map_err(refused)?;
        let (total, large) = match begin(&engine, folder, &mark) {
            Ok(begun) => begun,
            Err(error) => {
                engine.close();
                return Err(error);
            }
        };
        let shared = Arc::new(Shared {
            engine: RwLock::new(Some(engine)),
            queue: Queue::default(),
            space,
            poison: OnceLock::new(),
            stats: Counters::default(),
        });
        let writer = thread::Builder::new()
            .name("store-writer".to_owned())
            .spawn({
                let shared = Arc::clone(&shared);
                let mark = Arc::clone(&mark);
                move || writer::run(&shared, large, &mark, total)
            })?;
        Ok(Self {
            shared,
            running: Mutex::new(Some(Running {
                writer,
                _lock: mark,
            })),
        })
    }
}

/// Makes sure that a whole store is there: a new one if nothing was, and never
/// instead of one that is gone.
fn begin(engine: &Engine, folder: &Path, mark: &Mark) -> Result<(Total, LargeKinds), OpenError> {
    let marked = mark.read();
    let mut large = LargeKinds::default();
    let mut found = Total::count(engine, |key| large.see(key)).map_err(refused)?;
    engine.keep_small_rows().map_err(refused)?;
    let stored = Total::stored(engine).map_err(refused)?;
    if found.rows == 0 && stored.is_none() && marked.is_none() {
        found = create(engine).map_err(refused)?;
    } else {
        let whole = whole(stored, &found, marked.unwrap_or(0));
        found = whole.map_err(OpenError::Lost)?;
    }
    if marked != Some(found.group) {
        mark.write(found.group)?;
        sync_folder(folder)?;
    }
    Ok((found, large))
}

/// What the store says of itself, or what is missing of it.
pub(super) fn whole(stored: Option<Total>, found: &Total, marked: u64) -> Result<Total, Missing> {
    let stored = stored.ok_or(Missing::Everything)?;
    if stored.group < marked {
        return Err(Missing::Groups(marked - stored.group));
    }
    if !stored.same_rows(found) {
        return Err(Missing::Rows {
            left: found.rows,
            written: stored.rows,
        });
    }
    Ok(stored)
}

/// Writes what a new store begins with.
fn create(engine: &Engine) -> Result<Total, EngineError> {
    let key = rows::key(store::Space::Core, &keys::meta(migrations::SCHEMA));
    let schema = record::encode(&migrations::newest(migrations::ALL));
    let row = rows::whole(&schema, &mut Vec::new());
    let mut total = Total::default();
    total.add(&key, &row);
    let mut batch = sled::Batch::default();
    batch.insert(key, row);
    batch.insert(rows::TOTAL, &total.to_row());
    engine.call(|tree| tree.apply_batch(batch))?;
    engine.sync()?;
    Ok(total)
}

fn refused(error: EngineError) -> OpenError {
    use io::ErrorKind::{NotFound, PermissionDenied, ReadOnlyFilesystem, StorageFull};
    match error {
        EngineError::Io(
            kind @ (NotFound | PermissionDenied | ReadOnlyFilesystem | StorageFull),
            text,
        ) => OpenError::Io(io::Error::new(kind, text)),
        other => OpenError::Damaged(other.to_string()),
    }
}

/// A folder that only its owner may read.
pub(super) fn make_folder(folder: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(folder)
}

/// Syncs the files of a folder, and that they are in it.
pub(super) fn sync_folder(folder: &Path) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_type()?.is_file() {
            File::open(entry.path())?.sync_all()?;
        }
    }
    File::open(folder)?.sync_all()
}
