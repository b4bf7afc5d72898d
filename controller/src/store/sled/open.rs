//! Opens the store of a folder, or says why not and what to do.

use std::fs::{self, DirBuilder, File};
use std::io;
use std::os::unix::fs::DirBuilderExt;
use std::path::Path;
use std::sync::{Arc, Mutex, OnceLock, RwLock};
use std::thread;

use super::engine::{self, Engine, EngineError};
use super::mark::Mark;
use super::queue::Queue;
use super::rows::{self, LargeKinds};
use super::space::Space;
use super::{Counters, Running, Shared, SledStore, writer};
use crate::store::migrations::{self, MigrateError};
use crate::store::{self, keys, record};

/// How a store is opened.
#[derive(Clone, Copy, Debug, Default)]
pub struct Options {
    /// Free room to keep on the disk, in bytes; below it, writing stops. `None`:
    /// 256 MiB or 5 % of the disk, whichever is less.
    pub reserve_bytes: Option<u64>,
    /// Open even if the newest data is missing, and go on from what is there.
    pub accept_loss: bool,
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
    /// What is there is sound, and older than what was acknowledged. Refused
    /// until somebody decides: see [`Options::accept_loss`].
    #[error(
        "failed to open the store: its newest changes are missing ({groups} groups), its files \
         were damaged or replaced; restore a backup, or accept the loss with \
         `declic store check --accept-loss`"
    )]
    Lost { groups: u64 },
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
        let mark = Mark::take(folder)?.ok_or(OpenError::Locked)?;
        if !engine::is_free(folder) {
            return Err(OpenError::Locked);
        }
        let space = Space::watch(folder, options.reserve_bytes)?;
        let engine = Engine::open(folder).map_err(refused)?;
        let begun = begin(&engine, folder, &mark, options.accept_loss)
            .and_then(|group| Ok((group, engine.call(LargeKinds::find).map_err(refused)?)));
        let (group, large) = match begun {
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
                let mark = mark.share()?;
                move || writer::run(&shared, large, &mark, group)
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
/// instead of one that is gone. Returns the number of its last group.
fn begin(engine: &Engine, folder: &Path, mark: &Mark, accept_loss: bool) -> Result<u64, OpenError> {
    let marked = mark.read();
    if engine.call(|tree| Ok(tree.is_empty())).map_err(refused)? {
        if marked.is_some() && !accept_loss {
            let why = "a store was made here, and it is empty".to_owned();
            return Err(OpenError::Damaged(why));
        }
        let key = rows::key(store::Space::Core, &keys::meta(migrations::SCHEMA));
        let schema = record::encode(&migrations::newest(migrations::ALL));
        let row = rows::whole(&schema, &mut Vec::new());
        engine.call(|tree| tree.insert(key, row)).map_err(refused)?;
        engine.sync().map_err(refused)?;
    }
    let group = last_group(engine)?;
    match marked {
        Some(marked) if marked > group && !accept_loss => {
            let groups = marked - group;
            return Err(OpenError::Lost { groups });
        }
        Some(marked) if marked <= group => {}
        _ => {
            mark.write(group)?;
            sync_folder(folder)?;
        }
    }
    Ok(group)
}

pub(super) fn last_group(engine: &Engine) -> Result<u64, OpenError> {
    let row = engine.call(|tree| tree.get(rows::GROUP)).map_err(refused)?;
    row.map_or(Ok(0), |row| {
        let bytes = row.as_ref().try_into();
        let damaged = |_| OpenError::Damaged("unreadable group".to_owned());
        bytes.map(u64::from_be_bytes).map_err(damaged)
    })
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

/// Marks a copy as a store of its own, as far as the tree in it.
pub(super) fn mark_copy(folder: &Path, group: u64) -> io::Result<()> {
    let mark = Mark::take(folder)?.ok_or_else(|| io::Error::other("the folder is taken"))?;
    mark.write(group)?;
    sync_folder(folder)
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
