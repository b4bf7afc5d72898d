//! Opens the store of a folder, or says why not and what to do.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::Path;
use std::sync::{Arc, Mutex, OnceLock, RwLock};
use std::thread;

use rustix::fs::{FlockOperation, flock};
use rustix::io::Errno;

use super::engine::{self, Engine, EngineError};
use super::queue::Queue;
use super::rows::{self, LargeKinds};
use super::space::Space;
use super::{Counters, Running, Shared, SledStore, writer};
use crate::store::migrations::{self, MigrateError};
use crate::store::{self, keys, record};

/// Held while a controller runs on the folder. It also tells, by its content,
/// that a store was made here: sled opens as empty when its file is gone, and that
/// must not pass for a new store.
const LOCK: &str = "lock";
const MARK: &str = "declic store\n";

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
    #[error("failed to open the store: its files cannot be used")]
    Io(#[from] io::Error),
    /// Opening it again would fail again.
    #[error(
        "failed to open the store: its data is damaged ({0}); keep a copy of the folder, run \
         `declic store check`, or restore a backup"
    )]
    Damaged(String),
    #[error(transparent)]
    Migrate(#[from] MigrateError),
}

impl SledStore {
    /// Opens the store of a folder, or makes a new one. Blocks, for as long as it
    /// takes to recover what was written last.
    pub fn open(folder: &Path, options: Options) -> Result<Self, OpenError> {
        let store = Self::start(folder, options)?;
        // On a thread of its own: migrations wait for their commits, which the
        // threads of an async runtime refuse.
        thread::scope(|scope| {
            scope
                .spawn(|| migrations::run(&store, migrations::ALL))
                .join()
                .unwrap_or_else(|panic| std::panic::resume_unwind(panic))
        })?;
        Ok(store)
    }

    fn start(folder: &Path, options: Options) -> Result<Self, OpenError> {
        make_folder(folder)?;
        let mut lock = lock_file(folder)?;
        match flock(&lock, FlockOperation::NonBlockingLockExclusive) {
            Err(Errno::WOULDBLOCK) => return Err(OpenError::Locked),
            locked => locked.map_err(io::Error::from)?,
        }
        if !engine::is_free(folder) {
            return Err(OpenError::Locked);
        }
        let mut mark = String::new();
        let marked = lock.read_to_string(&mut mark).is_ok_and(|read| read > 0);

        let space = Space::watch(folder, options.reserve_bytes)?;
        let engine = Engine::open(folder).map_err(refused)?;
        let large = match begin(&engine, folder, marked) {
            Ok(large) => large,
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
                move || writer::run(&shared, large)
            })?;
        Ok(Self {
            shared,
            running: Mutex::new(Some(Running {
                writer,
                _lock: lock,
            })),
        })
    }
}

/// Makes sure that a store is there: a new one if nothing was, and never
/// instead of one that is gone.
fn begin(engine: &Engine, folder: &Path, marked: bool) -> Result<LargeKinds, OpenError> {
    if engine.call(|tree| Ok(tree.is_empty())).map_err(refused)? {
        if marked {
            let why = "a store was made here, and it is empty".to_owned();
            return Err(OpenError::Damaged(why));
        }
        let key = rows::key(store::Space::Core, &keys::meta(migrations::SCHEMA));
        let schema = record::encode(&migrations::newest(migrations::ALL));
        let row = rows::whole(&schema, &mut Vec::new());
        engine.call(|tree| tree.insert(key, row)).map_err(refused)?;
        engine.sync().map_err(refused)?;
    }
    if !marked {
        mark(folder)?;
        sync_folder(folder)?;
    }
    engine.call(LargeKinds::find).map_err(refused)
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

fn lock_file(folder: &Path) -> io::Result<File> {
    OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .mode(0o600)
        .open(folder.join(LOCK))
}

/// Says that a store was made in this folder.
pub(super) fn mark(folder: &Path) -> io::Result<()> {
    lock_file(folder)?.write_all(MARK.as_bytes())
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
