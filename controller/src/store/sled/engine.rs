//! One open sled database, and what it takes to trust it.

use std::cell::{Cell, RefCell};
use std::fs::File;
use std::io;
use std::panic::{self, AssertUnwindSafe};
use std::path::{Path, PathBuf};
use std::sync::Once;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use rustix::fs::{FlockOperation, flock};
use sled::IVec;

use super::rows;

/// Larger does not bound memory, and smaller costs reads.
const CACHE_BYTES: u64 = 8 * 1024 * 1024;

/// Bytes read that are worth one more access in the cache's books.
const BYTES_PER_ACCESS: usize = 1024;

/// Rows read lately that are remembered, so that they are not counted again and again.
const AGED_ROWS: usize = 4096;

/// How long sled may take to let go of its file after it was dropped.
const RELEASE: Duration = Duration::from_secs(10);

/// What went wrong in sled.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum EngineError {
    #[error("the storage engine found damage")]
    Damage,
    /// Only the place: the message of a panic of sled may hold stored data.
    #[error("the storage engine panicked at {0}")]
    Panic(String),
    #[error("{1}")]
    Io(io::ErrorKind, String),
    #[error("the storage engine refused: {0}")]
    Other(String),
}

impl From<sled::Error> for EngineError {
    fn from(error: sled::Error) -> Self {
        match error {
            sled::Error::Corruption { .. } => EngineError::Damage,
            sled::Error::Io(error) => error.into(),
            other => EngineError::Other(other.to_string()),
        }
    }
}

impl From<io::Error> for EngineError {
    fn from(error: io::Error) -> Self {
        EngineError::Io(error.kind(), error.to_string())
    }
}

pub(super) struct Engine {
    db: sled::Db,
    /// Sled's own file, opened a second time: sled's flush ends in
    /// `sync_file_range`, after which a power cut still loses rows.
    file: File,
    folder: PathBuf,
    aged: Aged,
}

/// Marks of the rows that were aged last, each in the place that its mark says.
struct Aged([AtomicU32; AGED_ROWS]);

impl Engine {
    /// Opens or creates the database of a folder that exists.
    pub(super) fn open(folder: &Path) -> Result<Self, EngineError> {
        let config = sled::Config::new()
            .path(folder)
            .cache_capacity(CACHE_BYTES)
            .mode(sled::Mode::LowSpace);
        let db = guarded(|| Ok(config.open()?)).inspect_err(|_| {
            // What sled had begun lets go of the file a little later, on a busy machine much
            // later: whoever opens next would be told of another controller.
            released(folder, RELEASE);
        })?;
        let file = File::open(folder.join("db"))?;
        Ok(Self {
            db,
            file,
            folder: folder.to_owned(),
            aged: Aged([const { AtomicU32::new(0) }; AGED_ROWS]),
        })
    }

    /// The one tree.
    pub(super) fn tree(&self) -> &sled::Tree {
        &self.db
    }

    /// Calls sled; a panic of its own becomes an error.
    pub(super) fn call<T>(
        &self,
        work: impl FnOnce(&sled::Tree) -> Result<T, sled::Error>,
    ) -> Result<T, EngineError> {
        guarded(|| Ok(work(&self.db)?))
    }

    /// Returns once all that was applied survives a power cut.
    pub(super) fn sync(&self) -> Result<(), EngineError> {
        self.call(|tree| tree.flush().map(drop))?;
        Ok(self.file.sync_data()?)
    }

    /// A row of the tree.
    pub(super) fn get(&self, row: &[u8]) -> Result<Option<IVec>, EngineError> {
        self.call(|tree| {
            let value = tree.get(row)?;
            if let Some(value) = &value {
                self.aged.age(tree, row, value)?;
            }
            Ok(value)
        })
    }

    /// Shows every row of the tree, in order.
    pub(super) fn walk<E: From<EngineError>>(
        &self,
        mut see: impl FnMut(IVec, IVec) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut rows = self.db.iter();
        let mut next = || {
            self.call(|tree| {
                let row = rows.next().transpose()?;
                if let Some((key, value)) = &row {
                    self.aged.age(tree, key, value)?;
                }
                Ok(row)
            })
        };
        while let Some((key, value)) = next()? {
            see(key, value)?;
        }
        Ok(())
    }

    /// Reads the small rows once more, after all rows were read.
    ///
    /// The cache keeps a page at least in each of its 256 parts: those that were read last, which
    /// are of sealed days, as they lie at the end of the tree. These are large, and nobody asks
    /// for them after a start.
    pub(super) fn keep_small_rows(&self) -> Result<(), EngineError> {
        let mut rows = self.db.range(..rows::pieces_begin());
        let mut more = true;
        while more {
            more = self.call(|tree| match rows.next().transpose()? {
                Some((key, _)) => tree.get(&key).map(|_| true),
                None => Ok(false),
            })?;
        }
        drop(rows);
        // Pages that the cache let go of wait in a bag of this thread, which may not come back.
        crossbeam_epoch::pin().flush();
        Ok(())
    }

    pub(super) fn file_bytes(&self) -> u64 {
        self.file.metadata().map_or(0, |file| file.len())
    }

    /// Closes, and returns once the folder can be opened again. False if sled
    /// holds on to it.
    pub(super) fn close(self) -> bool {
        let Self {
            db, file, folder, ..
        } = self;
        // Sled's last sync may panic; what was acknowledged is synced already.
        let dropped = guarded(|| {
            drop(db);
            Ok(())
        });
        drop(file);
        dropped.is_ok() & released(&folder, RELEASE)
    }
}

impl Aged {
    /// Lets sled's cache forget other pages for the one of this row.
    ///
    /// The cache counts what it holds only after 64 accesses to one of its 256 parts;
    /// until then all that is read stays in memory, however large. So a row is looked
    /// up as often as its size deserves: reading everything then takes 20 MB instead
    /// of all the data. A row that was counted lately is in the cache's books already:
    /// whoever asks for the same month again does not pay for it.
    fn age(&self, tree: &sled::Tree, row: &[u8], value: &[u8]) -> Result<(), sled::Error> {
        let accesses = value.len() / BYTES_PER_ACCESS;
        if accesses == 0 {
            return Ok(());
        }
        let mark = crc32c::crc32c(row);
        let place = &self.0[mark as usize % AGED_ROWS];
        if place.swap(mark, Ordering::Relaxed) == mark {
            return Ok(());
        }
        for _ in 0..accesses {
            tree.get(row)?;
        }
        Ok(())
    }
}

/// Waits until no sled has the file of a folder open; false if one still has.
///
/// A process that we start holds our files for the moment between its fork and
/// its exec, so one look is not enough.
pub(super) fn released(folder: &Path, patience: Duration) -> bool {
    let end = Instant::now() + patience;
    while !is_free(folder) {
        if Instant::now() > end {
            return false;
        }
        std::thread::sleep(Duration::from_millis(1));
    }
    true
}

fn is_free(folder: &Path) -> bool {
    let Ok(file) = File::open(folder.join("db")) else {
        return true;
    };
    // Unlocked by name: closing alone leaves the lock with a process that is
    // just being started.
    flock(&file, FlockOperation::NonBlockingLockExclusive)
        .and_then(|()| flock(&file, FlockOperation::Unlock))
        .is_ok()
}

thread_local! {
    static GUARDED: Cell<bool> = const { Cell::new(false) };
    static PLACE: RefCell<Option<String>> = const { RefCell::new(None) };
}
static HOOK: Once = Once::new();

/// Runs a call of sled and turns its panic into an error.
///
/// While it runs on this thread, the panic hook keeps the place only: sled
/// prints whole pages of data in its messages. Other threads keep the hook that
/// they had.
pub(super) fn guarded<T>(work: impl FnOnce() -> Result<T, EngineError>) -> Result<T, EngineError> {
    HOOK.call_once(|| {
        let before = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            if GUARDED.get() {
                PLACE.set(info.location().map(|place| {
                    let file = place.file();
                    let from = file.find("sled").unwrap_or(0);
                    format!("{}:{}", &file[from..], place.line())
                }));
            } else {
                before(info);
            }
        }));
    });
    let before = GUARDED.replace(true);
    let result = panic::catch_unwind(AssertUnwindSafe(work));
    GUARDED.set(before);
    result.unwrap_or_else(|_| {
        let place = PLACE
            .take()
            .unwrap_or_else(|| "an unknown place".to_owned());
        Err(EngineError::Panic(place))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_of_the_engine_becomes_an_error_without_its_message() {
        let secret = "a household's words";
        let error = guarded::<()>(|| panic!("{secret}")).unwrap_err();
        let EngineError::Panic(place) = &error else {
            panic!("{error}");
        };
        assert!(place.contains("engine.rs:"), "{place}");
        assert!(!error.to_string().contains(secret));
    }
}
