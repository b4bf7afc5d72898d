//! The bounded queue on disk: what the controller has not confirmed.
//!
//! A message may be sent once it is on disk, and leaves when a receipt covers
//! it. Files of a few hundred messages are only ever added to, and deleted as a
//! whole. A number is given only when its message is on disk; where the disk
//! does not take it, the message waits in memory under an installation that no
//! file knows. So a number is never given twice, whatever happens to the disk.

mod append;
pub(crate) mod disk;
mod frame;
mod index;
mod load;
mod look;
#[cfg(test)]
mod model;
mod settle;
mod shelf;
#[cfg(test)]
mod tests;
mod write;

use std::collections::HashSet;
use std::path::Path;

use declic_common::InstallId;
use declic_common::envelope::{self, Number};
use declic_common::limits::{SPOOL_BYTES, SPOOL_DAYS};
use tracing::warn;

use crate::life::{self, Life, Start};
use crate::probe::Clocks;
pub use append::TooLarge;
use disk::Disk;
use frame::Position;
pub use look::Look;
pub use settle::Settled;
pub use shelf::{Cursor, Held};
use shelf::{Shelf, Step, Stored};
use write::Tail;

/// The directory of the spool inside the agent's state.
pub(crate) const DIR: &str = "spool";

/// Bounds of a spool.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Of all files, at any moment; much more than one file.
    pub bytes: u64,
    /// A message that is surely older is dropped.
    pub age_ms: u64,
    /// Of one file; more than one message.
    pub segment_bytes: u32,
    /// Messages held in memory while the disk takes nothing.
    pub unwritten: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            bytes: SPOOL_BYTES,
            age_ms: u64::from(SPOOL_DAYS) * 86_400_000,
            segment_bytes: 256 * 1024,
            unwritten: 256,
        }
    }
}

/// How the spool is. Counts are since the spool's files began.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stats {
    /// Messages that wait for a receipt.
    pub waiting: u64,
    /// Lost: there was no room for them, or they were too old.
    pub dropped: u64,
    /// That the controller will never take.
    pub refused: u64,
    /// Skipped because they could not be read back.
    pub damaged: u64,
    /// On disk.
    pub bytes: u64,
    /// The disk takes nothing; messages wait in memory.
    pub disk_full: bool,
}

/// The spool of a running agent.
#[derive(Debug)]
pub struct Spool {
    shelf: Shelf,
    limits: Limits,
    /// The file that is written to.
    tail: Option<Tail>,
    next_segment: u32,
    /// The next number of the installation that is on disk.
    next_seq: u64,
    /// Numbers what could not be written; made at random by each process.
    in_memory: InstallId,
    next_in_memory: u64,
    dropped: u64,
    refused: u64,
    /// Damaged messages of which no file has a trace left.
    damaged: u64,
    /// Damaged messages still standing in a file, in order.
    damage: Vec<Position>,
    /// A count has changed since it was last written.
    uncounted: bool,
    /// The disk did not take the last message.
    failing: bool,
}

impl Spool {
    /// Opens the spool in the agent's state directory. Whatever is wrong with
    /// the disk, there is a spool: at worst in memory.
    pub fn open(state_dir: &Path, limits: Limits, life: &mut Life) -> Self {
        Self::open_on(Disk::at(&state_dir.join(DIR)), limits, life)
    }

    pub(crate) fn open_on(disk: Disk, limits: Limits, life: &mut Life) -> Self {
        let made = disk.prepare();
        let found = load::load(&disk);
        let next_seq = found.next_seq(life);
        let needed: HashSet<Start> = found.index.queues.iter().map(|q| q.start).collect();
        life.remember_only(&needed);
        let standing = found.newest.map(|(_, standing)| standing);
        let counts = standing.map_or((0, 0, 0), |s| (s.dropped, s.refused, s.damaged));
        let tail = found
            .clean
            .then(|| Tail::reopen(&disk, &found.index))
            .flatten();
        let mut spool = Spool {
            shelf: Shelf::new(disk, found.index, found.recent),
            limits,
            tail,
            next_segment: found.next_segment,
            next_seq,
            in_memory: InstallId::from_bits(life::random()),
            next_in_memory: 1,
            dropped: counts.0,
            refused: counts.1,
            damaged: counts.2,
            damage: found.damage,
            uncounted: false,
            failing: made.is_err(),
        };
        spool.sweep();
        spool
    }

    /// The newest messages that wait, newest first.
    pub fn newest(&mut self, n: usize) -> Vec<Held> {
        self.collect(n, None, Shelf::previous)
    }

    /// Messages that wait behind `after` (from the oldest on without it), oldest first.
    pub fn oldest_after(&mut self, after: Option<Cursor>, n: usize) -> Vec<Held> {
        self.collect(n, after, Shelf::next)
    }

    /// One message, if it still waits.
    pub fn get(&mut self, number: Number) -> Option<Held> {
        let (stored, cursor) = self.shelf.find(number)?;
        self.read(&stored, cursor)
    }

    /// Whether a message still waits.
    pub fn holds(&self, number: Number) -> bool {
        self.shelf.find(number).is_some()
    }

    /// The lowest number of this message's boot that is still held.
    pub fn first_seq(&self, number: Number) -> u64 {
        self.shelf
            .index
            .find(number.install, number.boot)
            .and_then(|at| self.shelf.index.queues[at].entries.front())
            .map_or(number.seq, |first| first.seq.min(number.seq))
    }

    /// The bytes that travel, if the message is sent now.
    pub fn address(&self, held: &Held, life: &Life, now: &Clocks) -> Vec<u8> {
        let age = life.age(held.start, held.uptime_ms, now);
        let first_seq = self.first_seq(held.number);
        envelope::address(&held.stored, first_seq, Some(age.ms), age.estimated)
    }

    /// The last messages that the controller confirmed, oldest first, as far as
    /// their files still stand.
    pub fn last_settled(&mut self, n: usize) -> Vec<Held> {
        self.shelf.settled(n)
    }

    pub fn stats(&self) -> Stats {
        Stats {
            waiting: self.shelf.index.waiting,
            dropped: self.dropped,
            refused: self.refused,
            damaged: self.damaged + self.damage.len() as u64,
            bytes: self.shelf.index.bytes,
            disk_full: self.failing,
        }
    }

    fn collect(&mut self, n: usize, mut from: Option<Cursor>, step: Step) -> Vec<Held> {
        let mut all = Vec::new();
        while all.len() < n {
            let Some((stored, cursor)) = step(&self.shelf, from) else {
                break;
            };
            all.extend(self.read(&stored, cursor));
            from = Some(cursor);
        }
        all
    }

    /// Reads a message; one that is damaged leaves the queue and is counted.
    fn read(&mut self, stored: &Stored, cursor: Cursor) -> Option<Held> {
        match self.shelf.read(stored) {
            Ok(Some(bytes)) => Some(Shelf::held(stored, Some(cursor), bytes)),
            Ok(None) => {
                warn!(
                    seq = stored.label.number.seq,
                    "a message on disk is damaged"
                );
                self.lose(stored);
                None
            }
            Err(error) => {
                warn!(%error, "cannot open a file of the spool");
                None
            }
        }
    }

    fn lose(&mut self, stored: &Stored) {
        let Number { install, boot, seq } = stored.label.number;
        self.shelf
            .index
            .take(install, boot, &(seq..=seq), |_, _| ());
        match stored.place.position() {
            Some(position) => {
                let at = self.damage.partition_point(|p| *p < position);
                self.damage.insert(at, position);
            }
            None => self.damaged += 1,
        }
        self.uncounted = true;
        self.sweep();
    }
}
