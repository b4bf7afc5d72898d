//! The embedded backend: sled, made durable and kept away from its faults.
//!
//! One tree, one writing thread, one `apply_batch`, one flush and one
//! `fdatasync` for all batches that wait together. `docs/decisions/0002-store.md`
//! tells which fault each of these answers.

mod backup;
mod copy;
mod engine;
mod mark;
mod open;
mod queue;
mod rows;
mod salvage;
mod space;
mod total;
mod writer;

use std::fmt;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError, RwLock, mpsc};
use std::thread::JoinHandle;

pub use open::{Missing, OpenError, Options};
pub use salvage::{SalvageError, Salvaged, salvage};
use tracing::error;

use self::engine::{Engine, EngineError};
use self::mark::Mark;
use self::queue::{Queue, Waiting, Work};
use self::space::Room;
use super::{
    BATCH_BYTES_MAX, BATCH_OPS_MAX, Batch, Commit, KEY_BYTES_MAX, Key, Op, Pre, Range, Space,
    Store, StoreError, StoreState, VALUE_BYTES_MAX, Value,
};

/// Whether a running controller has this folder.
pub fn is_locked(folder: &Path) -> bool {
    matches!(Mark::take(folder), Ok(None))
}

/// A store in one folder of this machine. Dropping it closes it, which blocks.
pub struct SledStore {
    shared: Arc<Shared>,
    /// Held for as long as closing takes; `None` once it is closed.
    running: Mutex<Option<Running>>,
}

struct Running {
    writer: JoinHandle<()>,
    /// Tells another controller that this folder is taken.
    _lock: Arc<Mark>,
}

/// What the callers and the writer share.
struct Shared {
    engine: RwLock<Option<Engine>>,
    queue: Queue,
    space: space::Space,
    poison: OnceLock<String>,
    stats: Counters,
}

#[derive(Debug, Default)]
struct Counters {
    commits: AtomicU64,
    flushes: AtomicU64,
}

/// What the writer did since the store was opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stats {
    /// Batches that were answered, refused ones included.
    pub commits: u64,
    /// Flushes that made them durable.
    pub flushes: u64,
}

impl SledStore {
    pub fn stats(&self) -> Stats {
        let stats = &self.shared.stats;
        Stats {
            commits: stats.commits.load(Ordering::Relaxed),
            flushes: stats.flushes.load(Ordering::Relaxed),
        }
    }
}

impl Shared {
    /// Runs something on the open engine; the writer applies nothing meanwhile.
    fn with<T>(
        &self,
        work: impl FnOnce(&Engine) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let engine = self.engine.read().unwrap_or_else(PoisonError::into_inner);
        work(engine.as_ref().ok_or(StoreError::Closed)?)
    }

    /// Stops the store for good; what waits is answered with the error.
    fn poison(&self, error: &EngineError) -> StoreError {
        let error = StoreError::Poisoned(self.poison.get_or_init(|| error.to_string()).clone());
        self.queue.fail(&error);
        error
    }
}

/// A reading that failed says nothing of the rest of the data.
fn read_failed(error: EngineError) -> StoreError {
    StoreError::Corrupt(error.to_string())
}

fn get(engine: &Engine, row: &[u8]) -> Result<Option<sled::IVec>, StoreError> {
    engine.get(row).map_err(read_failed)
}

impl Store for SledStore {
    fn commit(&self, batch: Batch) -> Commit {
        let (answer, commit) = Commit::pair();
        match size(&batch) {
            Ok(bytes) => self.shared.queue.push(Work::Commit(Waiting {
                batch,
                bytes,
                answer,
            })),
            Err(why) => drop(answer.send(Err(StoreError::Refused(why)))),
        }
        commit
    }

    fn get(&self, space: Space, key: &[u8]) -> Result<Option<Value>, StoreError> {
        let key = rows::key(space, key);
        self.shared.with(|engine| {
            get(engine, &key)?
                .map(|row| rows::value(&key, &row, |piece| get(engine, piece)))
                .transpose()
        })
    }

    fn range(&self, range: &Range) -> Result<Vec<(Key, Value)>, StoreError> {
        let from = rows::key(range.space, &range.from);
        let to = match &range.to {
            Some(to) => rows::key(range.space, to),
            None => rows::end(range.space),
        };
        if from >= to {
            return self.shared.with(|_| Ok(Vec::new()));
        }
        self.shared.with(|engine| {
            let found = engine.call(|tree| {
                let rows = tree.range(from..to);
                if range.descending {
                    rows.rev().take(range.limit).collect::<Result<Vec<_>, _>>()
                } else {
                    rows.take(range.limit).collect()
                }
            });
            found
                .map_err(read_failed)?
                .into_iter()
                .map(|(key, row)| {
                    let value = rows::value(&key, &row, |piece| get(engine, piece))?;
                    Ok((rows::key_of(&key)?, value))
                })
                .collect()
        })
    }

    fn backup(&self, into: &Path) -> Result<(), StoreError> {
        copy::prepare(into)?;
        let (answer, copied) = mpsc::sync_channel(1);
        self.shared.queue.push(Work::Backup {
            into: into.to_owned(),
            answer,
        });
        let copied = copied.recv().unwrap_or(Err(StoreError::Closed));
        copy::finish(into, copied).map(drop)
    }

    fn state(&self) -> StoreState {
        if let Some(why) = self.shared.poison.get() {
            return StoreState::Poisoned(why.clone());
        }
        match self.shared.space.room(0) {
            Room::Enough => StoreState::Ready,
            Room::DeletesOnly { free_bytes } | Room::None { free_bytes } => {
                StoreState::Full { free_bytes }
            }
        }
    }

    fn free_bytes(&self) -> Option<u64> {
        self.shared.space.free_bytes()
    }

    fn close(&self) {
        let mut running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(Running { writer, _lock }) = running.take() else {
            return;
        };
        self.shared.queue.close();
        if writer.join().is_err() {
            error!("the writer of the store had panicked");
        }
        let mut engine = self
            .shared
            .engine
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        if let Some(engine) = engine.take()
            && !engine.close()
        {
            error!("the storage engine did not let go of its files");
        }
    }
}

impl Drop for SledStore {
    fn drop(&mut self) {
        self.close();
    }
}

impl fmt::Debug for SledStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Never sled's own: it prints the data.
        f.debug_struct("SledStore")
            .field("stats", &self.stats())
            .field("poison", &self.shared.poison)
            .finish_non_exhaustive()
    }
}

/// The bytes of a batch, or why it is never taken.
fn size(batch: &Batch) -> Result<usize, String> {
    let count = batch.pre.len() + batch.ops.len();
    if count > BATCH_OPS_MAX {
        return Err(format!(
            "a batch of {count} operations, {BATCH_OPS_MAX} at most"
        ));
    }
    let checks = batch.pre.iter().map(|pre| match pre {
        Pre::Absent(_, key) => (key.len(), 0),
        Pre::Equals(_, key, value) => (key.len(), value.len()),
    });
    let changes = batch.ops.iter().map(|op| match op {
        Op::Put(_, key, value) => (key.len(), value.len()),
        Op::Del(_, key) => (key.len(), 0),
    });
    let mut bytes = 0;
    for (key, value) in checks.chain(changes) {
        if key > KEY_BYTES_MAX {
            return Err(format!("a key of {key} bytes, {KEY_BYTES_MAX} at most"));
        }
        if value > VALUE_BYTES_MAX {
            return Err(format!(
                "a value of {value} bytes, {VALUE_BYTES_MAX} at most"
            ));
        }
        bytes += key + value;
    }
    if bytes > BATCH_BYTES_MAX {
        return Err(format!(
            "a batch of {bytes} bytes, {BATCH_BYTES_MAX} at most"
        ));
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests;
