//! The one thread that writes: takes all that waits, checks, applies, syncs, answers.

use std::collections::HashMap;
use std::sync::PoisonError;
use std::sync::atomic::Ordering;

use sled::IVec;
use tracing::{error, warn};

use super::engine::{Engine, EngineError};
use super::mark::Mark;
use super::queue::{Answer, Next, Waiting};
use super::rows::{self, LargeKinds, Row};
use super::space::Room;
use super::total::Total;
use super::{Shared, backup, read_failed};
use crate::store::{Batch, Op, Pre, Space, StoreError};

/// Works until the queue is closed and empty. `total` is what the tree holds.
pub(super) fn run(shared: &Shared, large: LargeKinds, mark: &Mark, total: Total) {
    let mut writer = Writer {
        shared,
        large,
        mark,
        total,
        group: HashMap::new(),
        scratch: Vec::new(),
        full: false,
    };
    let _answers = AnswersOnPanic(shared);
    while let Some(next) = shared.queue.take() {
        match next {
            Next::Group(waiting) => writer.commit(waiting),
            Next::Backup { into, answer } => {
                let copied = shared.with(|engine| backup::write(engine, &into));
                let _ = answer.send(copied);
            }
        }
    }
    if let Err(error) = mark.sync() {
        warn!(%error, "the mark of the store is not synced");
    }
}

/// A panic of the writer itself must not leave anybody waiting.
struct AnswersOnPanic<'a>(&'a Shared);

impl Drop for AnswersOnPanic<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let error = EngineError::Other("the writer panicked".to_owned());
            self.0.poison(&error);
        }
    }
}

struct Writer<'a> {
    shared: &'a Shared,
    large: LargeKinds,
    mark: &'a Mark,
    /// What the tree holds after the last group.
    total: Total,
    /// The rows that this group writes, over those of the tree; `None` deletes.
    group: HashMap<IVec, Option<IVec>>,
    scratch: Vec<u8>,
    /// Whether the last word about the disk was that it is full.
    full: bool,
}

impl Writer<'_> {
    /// Writes what may be written of a group, then answers everybody.
    fn commit(&mut self, waiting: Vec<Waiting>) {
        let mut answers = Vec::with_capacity(waiting.len());
        match self.write(waiting, &mut answers) {
            Ok(()) => {
                let stats = &self.shared.stats;
                stats
                    .commits
                    .fetch_add(answers.len() as u64, Ordering::Relaxed);
                for (answer, result) in answers {
                    // Nobody waits any more: fine, the batch stays.
                    let _ = answer.send(result);
                }
            }
            Err(error) => {
                error!(%error, "the store stops");
                let error = self.shared.poison(&error);
                for (answer, _) in answers {
                    let _ = answer.send(Err(error.clone()));
                }
            }
        }
    }

    /// Fails only if the engine does: then nothing of the group may be acknowledged.
    fn write(
        &mut self,
        waiting: Vec<Waiting>,
        answers: &mut Vec<(Answer, Result<(), StoreError>)>,
    ) -> Result<(), EngineError> {
        let shared = self.shared;
        let bytes = waiting.iter().map(|w| w.bytes as u64).sum();
        let room = self.room(bytes);
        let engine = shared.engine.read().unwrap_or_else(PoisonError::into_inner);
        let mut failed = None;
        for Waiting { batch, answer, .. } in waiting {
            let result = match (&*engine, &failed) {
                (None, _) => Err(StoreError::Closed),
                // Answered with the others, once the engine is known to have failed.
                (_, Some(_)) => Ok(()),
                (Some(engine), None) => match self.take(engine, batch, room) {
                    Ok(result) => result,
                    Err(error) => {
                        failed = Some(error);
                        Ok(())
                    }
                },
            };
            answers.push((answer, result));
        }
        if let Some(error) = failed {
            return Err(error);
        }
        let Some(open) = engine.as_ref().filter(|_| !self.group.is_empty()) else {
            return Ok(());
        };
        let batch = self.batch(open)?;
        drop(engine);
        // Readers are kept out while the batch is applied, so that nobody sees
        // half of one; they read on while it is synced.
        let engine = shared
            .engine
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        if let Some(engine) = &*engine {
            engine.call(|tree| tree.apply_batch(batch))?;
        }
        drop(engine);
        let engine = shared.engine.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(engine) = &*engine {
            engine.sync()?;
        }
        // Only now: the mark is never ahead of what is synced.
        if let Err(error) = self.mark.write(self.total.group) {
            warn!(%error, "the mark of the store stays behind");
        }
        shared.stats.flushes.fetch_add(1, Ordering::Relaxed);
        Ok(())
    }

    /// The group as one batch of sled, with the total that it leads to.
    fn batch(&mut self, engine: &Engine) -> Result<sled::Batch, EngineError> {
        let mut batch = sled::Batch::default();
        for (row, value) in self.group.drain() {
            if let Some(old) = engine.get(&row)? {
                self.total.remove(&row, &old);
            }
            match value {
                Some(value) => {
                    self.total.add(&row, &value);
                    batch.insert(row, value);
                }
                None => batch.remove(row),
            }
        }
        self.total.group += 1;
        batch.insert(rows::TOTAL, &self.total.to_row());
        Ok(batch)
    }

    fn room(&mut self, bytes: u64) -> Room {
        let room = self.shared.space.room(bytes);
        match room {
            Room::Enough if self.full => warn!("there is room on the disk again: writing resumes"),
            Room::DeletesOnly { free_bytes } | Room::None { free_bytes } if !self.full => warn!(
                free_bytes,
                reserve_bytes = self.shared.space.reserve_bytes(),
                "the disk is nearly full: writing stops"
            ),
            _ => {}
        }
        self.full = room != Room::Enough;
        room
    }

    /// Adds a batch to the group if it may be written.
    fn take(
        &mut self,
        engine: &Engine,
        batch: Batch,
        room: Room,
    ) -> Result<Result<(), StoreError>, EngineError> {
        let fits = match room {
            Room::Enough => true,
            Room::DeletesOnly { .. } => batch.ops.iter().all(|op| matches!(op, Op::Del(..))),
            Room::None { .. } => batch.ops.is_empty(),
        };
        if !fits {
            return Ok(Err(StoreError::Full));
        }
        for pre in &batch.pre {
            match self.holds(engine, pre) {
                Ok(true) => {}
                Ok(false) => return Ok(Err(StoreError::Conflict)),
                Err(error) => return Ok(Err(error)),
            }
        }
        for op in batch.ops {
            match op {
                Op::Put(space, key, value) => self.put(engine, space, &key, &value)?,
                Op::Del(space, key) => self.del(engine, space, &key)?,
            }
        }
        Ok(Ok(()))
    }

    fn holds(&mut self, engine: &Engine, pre: &Pre) -> Result<bool, StoreError> {
        match pre {
            Pre::Absent(space, key) => {
                rows::write_key(&mut self.scratch, *space, key);
                let found = self.row(engine, &self.scratch);
                Ok(found.map_err(read_failed)?.is_none())
            }
            Pre::Equals(space, key, expected) => {
                rows::write_key(&mut self.scratch, *space, key);
                let found = self.row(engine, &self.scratch).map_err(read_failed)?;
                let Some(found) = found else {
                    return Ok(false);
                };
                if let Row::Whole(value) = rows::parse(&found)? {
                    return Ok(value == expected);
                }
                let lookup = |piece: &[u8]| self.row(engine, piece).map_err(read_failed);
                Ok(rows::value(&self.scratch, &found, lookup)? == *expected)
            }
        }
    }

    /// A row as this group leaves it so far.
    fn row(&self, engine: &Engine, row: &[u8]) -> Result<Option<IVec>, EngineError> {
        match self.group.get(row) {
            Some(written) => Ok(written.clone()),
            None => engine.get(row),
        }
    }

    fn put(
        &mut self,
        engine: &Engine,
        space: Space,
        key: &[u8],
        value: &[u8],
    ) -> Result<(), EngineError> {
        let row = self.replace(engine, space, key)?;
        if value.len() <= rows::PIECE_BYTES {
            let value = rows::whole(value, &mut self.scratch);
            self.group.insert(row, Some(value));
            return Ok(());
        }
        self.large.insert(space, key);
        let (head, pieces) = rows::head(value);
        for (n, piece) in pieces.enumerate() {
            self.group.insert(rows::piece_key(&row, n), Some(piece));
        }
        self.group.insert(row, Some(head));
        Ok(())
    }

    fn del(&mut self, engine: &Engine, space: Space, key: &[u8]) -> Result<(), EngineError> {
        let row = self.replace(engine, space, key)?;
        self.group.insert(row, None);
        Ok(())
    }

    /// The row of a key, freed of the pieces of the value that it had.
    fn replace(&mut self, engine: &Engine, space: Space, key: &[u8]) -> Result<IVec, EngineError> {
        rows::write_key(&mut self.scratch, space, key);
        let row = IVec::from(self.scratch.as_slice());
        if self.large.contains(space, key)
            && let Some(found) = self.row(engine, &row)?
        {
            let pieces = match rows::parse(&found) {
                Ok(Row::Whole(_)) => 0,
                Ok(Row::InPieces { pieces, .. }) => pieces,
                // A damaged row may be written over: that repairs it.
                Err(_) => rows::PIECES_MAX,
            };
            for n in 0..pieces {
                self.group.insert(rows::piece_key(&row, n), None);
            }
        }
        Ok(row)
    }
}
