//! What waits for the writer: bounded, in order, taken many at a time.

use std::collections::VecDeque;
use std::path::PathBuf;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError, mpsc};

use tokio::sync::oneshot;

use super::total::Total;
use crate::store::{Batch, StoreError};

pub(super) type Answer = oneshot::Sender<Result<(), StoreError>>;
pub(super) type CopyAnswer = mpsc::SyncSender<Result<Total, StoreError>>;

/// Above either bound, the caller waits: a disk that cannot follow slows the
/// door down instead of filling the memory.
const WAITING_MAX: usize = 4096;
const WAITING_BYTES_MAX: usize = 32 * 1024 * 1024;

/// What one flush may carry.
const GROUP_MAX: usize = 512;
const GROUP_BYTES_MAX: usize = 1024 * 1024;

/// A batch, its size, and who waits for it.
#[derive(Debug)]
pub(super) struct Waiting {
    pub(super) batch: Batch,
    pub(super) bytes: usize,
    pub(super) answer: Answer,
}

#[derive(Debug)]
pub(super) enum Work {
    Commit(Waiting),
    Backup { into: PathBuf, answer: CopyAnswer },
}

/// What the writer does next.
#[derive(Debug)]
pub(super) enum Next {
    Group(Vec<Waiting>),
    Backup { into: PathBuf, answer: CopyAnswer },
}

#[derive(Debug, Default)]
pub(super) struct Queue {
    inner: Mutex<Inner>,
    /// Told when work comes, or when there is no more.
    work: Condvar,
    /// Told when there is room again.
    room: Condvar,
}

#[derive(Debug, Default)]
struct Inner {
    waiting: VecDeque<Work>,
    bytes: usize,
    /// Why nothing more is taken.
    shut: Option<StoreError>,
}

impl Work {
    fn bytes(&self) -> usize {
        match self {
            Work::Commit(waiting) => waiting.bytes,
            Work::Backup { .. } => 0,
        }
    }

    fn answer(self, error: StoreError) {
        // Where nobody waits any more, that is fine.
        match self {
            Work::Commit(waiting) => drop(waiting.answer.send(Err(error))),
            Work::Backup { answer, .. } => drop(answer.send(Err(error))),
        }
    }
}

impl Queue {
    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds work at the end; answers it at once if the queue is shut.
    pub(super) fn push(&self, work: Work) {
        let mut inner = self.lock();
        while inner.shut.is_none()
            && (inner.waiting.len() >= WAITING_MAX || inner.bytes >= WAITING_BYTES_MAX)
        {
            inner = self
                .room
                .wait(inner)
                .unwrap_or_else(PoisonError::into_inner);
        }
        if let Some(error) = inner.shut.clone() {
            drop(inner);
            return work.answer(error);
        }
        inner.bytes += work.bytes();
        inner.waiting.push_back(work);
        let first = inner.waiting.len() == 1;
        drop(inner);
        if first {
            self.work.notify_one();
        }
    }

    /// Waits for work and takes all that may share one flush. `None` once the
    /// queue is shut and empty.
    pub(super) fn take(&self) -> Option<Next> {
        let mut inner = self.lock();
        while inner.waiting.is_empty() {
            if inner.shut.is_some() {
                return None;
            }
            inner = self
                .work
                .wait(inner)
                .unwrap_or_else(PoisonError::into_inner);
        }
        let mut group = Vec::with_capacity(inner.waiting.len().min(GROUP_MAX));
        let mut bytes = 0;
        let mut next = None;
        while group.len() < GROUP_MAX && bytes < GROUP_BYTES_MAX {
            match inner.waiting.pop_front() {
                Some(Work::Commit(waiting)) => {
                    bytes += waiting.bytes;
                    group.push(waiting);
                }
                Some(Work::Backup { into, answer }) if group.is_empty() => {
                    next = Some(Next::Backup { into, answer });
                    break;
                }
                Some(backup) => {
                    inner.waiting.push_front(backup);
                    break;
                }
                None => break,
            }
        }
        inner.bytes -= bytes;
        drop(inner);
        self.room.notify_all();
        Some(next.unwrap_or(Next::Group(group)))
    }

    /// Takes nothing more; what waits is still done.
    pub(super) fn close(&self) {
        self.lock().shut = Some(StoreError::Closed);
        self.work.notify_all();
        self.room.notify_all();
    }

    /// Takes nothing more, and gives all that waits this error.
    pub(super) fn fail(&self, error: &StoreError) {
        let mut inner = self.lock();
        inner.shut = Some(error.clone());
        inner.bytes = 0;
        let waiting = std::mem::take(&mut inner.waiting);
        drop(inner);
        self.work.notify_all();
        self.room.notify_all();
        for work in waiting {
            work.answer(error.clone());
        }
    }
}
