//! Where everything is kept: a small, engine-neutral store of ordered keys.
//!
//! A [`Batch`] is all or nothing and durable once its [`Commit`] is resolved.
//! There is no transaction with a closure, no open cursor and no clock. Reading
//! calls block for as long as the disk does: async code goes through [`read`].

pub mod check;
pub mod chunk;
#[cfg(test)]
mod fuzz;
#[cfg(test)]
mod golden;
pub mod keys;
pub mod migrations;
pub mod record;
pub mod records;
pub mod sizes;
pub mod sled;
#[cfg(test)]
pub(crate) mod suite;
mod walk;

pub use self::walk::walk;
use std::future::Future;
use std::path::Path;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use tokio::sync::oneshot;

/// Greatest size of a value, in bytes.
pub const VALUE_BYTES_MAX: usize = 64 * 1024;
/// Greatest size of a key, in bytes.
pub const KEY_BYTES_MAX: usize = 256;
/// Greatest count of preconditions and operations of a batch.
pub const BATCH_OPS_MAX: usize = 8192;
/// Greatest size of all keys and values of a batch, in bytes.
pub const BATCH_BYTES_MAX: usize = 1024 * 1024;

/// The parts of the store; the first byte of every key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u8)]
pub enum Space {
    /// Devices, their state, tickets, people: what is looked up.
    Core = 1,
    /// One row per report, for at most 36 hours.
    Health = 2,
    /// Sealed history.
    Chunk = 3,
    /// The hash-chained audit.
    Audit = 4,
}

pub type Key = Vec<u8>;
pub type Value = Vec<u8>;

/// What must be true for a batch to be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Pre {
    Absent(Space, Key),
    Equals(Space, Key, Value),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Op {
    Put(Space, Key, Value),
    Del(Space, Key),
}

/// Changes that happen together or not at all. Operations are applied in order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Batch {
    pub pre: Vec<Pre>,
    pub ops: Vec<Op>,
}

impl Batch {
    /// Adds a value.
    pub fn put(&mut self, space: Space, key: Key, value: Value) -> &mut Self {
        self.ops.push(Op::Put(space, key, value));
        self
    }

    /// Removes a value, if it is there.
    pub fn del(&mut self, space: Space, key: Key) -> &mut Self {
        self.ops.push(Op::Del(space, key));
        self
    }

    /// Refuses the batch with [`StoreError::Conflict`] unless the key is free.
    pub fn absent(&mut self, space: Space, key: Key) -> &mut Self {
        self.pre.push(Pre::Absent(space, key));
        self
    }

    /// Refuses the batch with [`StoreError::Conflict`] unless the value is still this one.
    pub fn equals(&mut self, space: Space, key: Key, value: Value) -> &mut Self {
        self.pre.push(Pre::Equals(space, key, value));
        self
    }
}

/// Keys from `from` (included) to `to` (excluded) of one space, at most `limit`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Range {
    pub space: Space,
    pub from: Key,
    /// `None`: to the end of the space.
    pub to: Option<Key>,
    /// From the last key backwards.
    pub descending: bool,
    pub limit: usize,
}

/// Why the store did not do what was asked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// A precondition did not hold: read again and decide again. Nothing was written.
    #[error("the data changed meanwhile")]
    Conflict,
    /// Nothing was written; reading still works.
    #[error(
        "the disk that holds the data is nearly full; free some space, writing resumes by itself"
    )]
    Full,
    /// The bytes are there and are not what was written.
    #[error(
        "stored data is damaged ({0}); stop the controller, then run \
         `declic store check --data-dir DIR`, or restore a backup"
    )]
    Corrupt(String),
    /// A value, key or batch that this store never takes; a mistake of ours.
    #[error("refused by the store: {0}")]
    Refused(String),
    #[error("failed to write the backup: {0}")]
    Backup(String),
    /// The engine gave up; nothing is acknowledged until it is opened again.
    #[error("the store stopped after an error ({0}); restart the controller")]
    Poisoned(String),
    #[error("the store is closed")]
    Closed,
}

/// A batch under way. Resolves when the batch is durable, or was refused.
/// Dropping it does not take the batch back.
#[derive(Debug)]
pub struct Commit(oneshot::Receiver<Result<(), StoreError>>);

impl Commit {
    /// A commit and the end that an engine resolves.
    pub fn pair() -> (oneshot::Sender<Result<(), StoreError>>, Self) {
        let (sender, receiver) = oneshot::channel();
        (sender, Self(receiver))
    }

    /// Waits on a thread that may block.
    pub fn wait(self) -> Result<(), StoreError> {
        self.0.blocking_recv().unwrap_or(Err(StoreError::Closed))
    }
}

impl Future for Commit {
    type Output = Result<(), StoreError>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        Pin::new(&mut self.0)
            .poll(cx)
            .map(|answer| answer.unwrap_or(Err(StoreError::Closed)))
    }
}

/// Whether new work is taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StoreState {
    Ready,
    /// Nearly out of room: reading goes on, writing resumes by itself.
    Full {
        free_bytes: u64,
    },
    Poisoned(String),
}

/// An ordered store of bytes. Every backend passes `store::suite`.
pub trait Store: Send + Sync + std::fmt::Debug + 'static {
    /// Queues a batch; batches that wait together share one flush. Batches of one
    /// caller are applied in the order of their calls. A batch may be read a
    /// little before it is durable. Blocks only while thousands of batches wait.
    fn commit(&self, batch: Batch) -> Commit;

    /// Blocks while the disk does.
    fn get(&self, space: Space, key: &[u8]) -> Result<Option<Value>, StoreError>;

    /// Shows every batch whole or not at all. Blocks while the disk does.
    fn range(&self, range: &Range) -> Result<Vec<(Key, Value)>, StoreError>;

    /// Writes a consistent copy into a folder that does not exist yet, and reads it
    /// back. Commits wait while it is written. Blocks.
    fn backup(&self, into: &Path) -> Result<(), StoreError>;

    fn state(&self) -> StoreState;

    /// Free room on the disk that holds the data, in bytes.
    fn free_bytes(&self) -> Option<u64>;

    /// Finishes what was queued and lets go of the files. Blocks. Later calls
    /// answer [`StoreError::Closed`].
    fn close(&self);
}

/// Runs a reading of the store where blocking is allowed.
pub async fn read<T: Send + 'static>(
    store: &Arc<dyn Store>,
    reading: impl FnOnce(&dyn Store) -> Result<T, StoreError> + Send + 'static,
) -> Result<T, StoreError> {
    let store = Arc::clone(store);
    tokio::task::spawn_blocking(move || reading(store.as_ref()))
        .await
        .unwrap_or(Err(StoreError::Closed))
}
