//! Writing: each message with its header in one write, synced or undone.

use std::fs::File;
use std::io;

use tracing::{info, warn};

use super::disk::Disk;
use super::frame::{self, HEADER, Position, Standing};
use super::index::{Index, Place};
use super::shelf::Unwritten;
use super::{Spool, load};
use crate::life::Life;
use crate::probe::Clocks;

/// The file that is written to.
#[derive(Debug)]
pub(super) struct Tail {
    segment: u32,
    file: File,
    bytes: u32,
}

/// A message could not be written.
#[derive(Debug)]
pub(super) struct Failed {
    /// Nothing of it is left on the disk.
    pub(super) undone: bool,
}

impl Tail {
    /// Goes on with the newest file.
    pub(super) fn reopen(disk: &Disk, index: &Index) -> Option<Self> {
        let last = index.segments.back()?;
        let file = disk.reopen(&load::name(last.id)).ok()?;
        Some(Tail {
            segment: last.id,
            file,
            bytes: last.bytes,
        })
    }
}

impl Spool {
    /// Writes a message durably. `next_seq` is the number after it, for whoever
    /// opens this spool next.
    pub(super) fn write(
        &mut self,
        message: &Unwritten,
        life: &Life,
        next_seq: u64,
    ) -> Result<Place, Failed> {
        match self.try_write(message, life, next_seq) {
            Ok(place) => {
                if self.failing {
                    info!("the disk takes messages again");
                }
                self.failing = false;
                Ok(place)
            }
            Err(error) => {
                if !self.failing {
                    warn!(%error, "the disk takes no messages: they wait in memory");
                }
                self.failing = true;
                Err(Failed {
                    undone: self.undo(),
                })
            }
        }
    }

    fn try_write(&mut self, message: &Unwritten, life: &Life, next_seq: u64) -> io::Result<Place> {
        let length = (HEADER + message.stored.len()) as u32;
        let limit = self.limits.segment_bytes;
        self.tail
            .take_if(|tail| tail.bytes > 0 && tail.bytes.saturating_add(length) > limit);
        let tail = match &mut self.tail {
            Some(tail) => tail,
            None => {
                let segment = self.next_segment;
                let file = self.shelf.disk.create(&load::name(segment))?;
                self.next_segment += 1;
                self.tail.insert(Tail {
                    segment,
                    file,
                    bytes: 0,
                })
            }
        };
        let at = Position {
            segment: tail.segment,
            offset: tail.bytes,
        };
        let oldest = self.shelf.index.oldest().unwrap_or(at);
        // Nothing before the oldest message is read again: count it for good.
        let passed = self.damage.partition_point(|damaged| *damaged < oldest);
        self.damaged += self.damage.drain(..passed).len() as u64;
        let standing = Standing {
            install: life.install(),
            next_seq,
            oldest,
            dropped: self.dropped,
            refused: self.refused,
            damaged: self.damaged,
        };
        let bytes = frame::encode(&message.label, &standing, &message.stored);
        self.shelf.disk.append(&mut tail.file, &bytes)?;
        if tail.bytes == 0 {
            self.shelf.disk.sync_names()?;
            self.shelf.index.open_segment(tail.segment);
        }
        self.uncounted = false;
        tail.bytes += length;
        self.shelf.index.grew(length);
        Ok(Place::on_disk(at))
    }

    /// Takes back a write that failed. Where even that fails, the file is left
    /// as it is, and never written to again.
    fn undo(&mut self) -> bool {
        let Some(tail) = self.tail.take() else {
            return true;
        };
        let disk = &self.shelf.disk;
        if tail.bytes == 0 {
            return disk.remove(&load::name(tail.segment)).is_ok();
        }
        let undone = disk.cut(&tail.file, tail.bytes.into()).is_ok();
        if undone {
            self.tail = Some(tail);
        }
        undone
    }

    /// Drops the oldest files until a message of this length fits.
    pub(super) fn make_room(&mut self, stored: usize) {
        let index = &mut self.shelf.index;
        // A message is written before the files that it displaces are deleted,
        // and may stay there cut short: room for one file is never used.
        let limit = self
            .limits
            .bytes
            .saturating_sub(self.limits.segment_bytes.into());
        let length = (HEADER + stored) as u64;
        let mut bytes = index.bytes;
        let mut dropped = 0;
        for at in 0..index.segments.len().saturating_sub(1) {
            if bytes + length <= limit {
                break;
            }
            let oldest = index.segments[at];
            dropped += index.take_segment(oldest.id);
            bytes -= u64::from(oldest.bytes);
        }
        if dropped > 0 {
            warn!(dropped, "the spool is full: its oldest messages are lost");
            self.count_dropped(dropped);
        }
    }

    /// Drops what is surely too old; the device clock has no say in it.
    pub(super) fn drop_old(&mut self, now: &Clocks, life: &Life) {
        while let Some(front) = self.shelf.index.front() {
            if life.age(front.start, front.uptime_ms, now).at_least_ms <= self.limits.age_ms {
                break;
            }
            let number = front.number;
            self.shelf.index.take(
                number.install,
                number.boot,
                &(number.seq..=number.seq),
                |_, _| (),
            );
            self.shelf.unwritten.retain(|u| u.label.number != number);
            self.count_dropped(1);
        }
    }

    /// Holds a message in memory until the disk takes it.
    pub(super) fn hold(&mut self, message: Unwritten) {
        if self.shelf.unwritten.len() >= self.limits.unwritten
            && let Some(oldest) = self.shelf.unwritten.pop_front()
        {
            let number = oldest.label.number;
            self.shelf.index.take(
                number.install,
                number.boot,
                &(number.seq..=number.seq),
                |_, _| (),
            );
            self.count_dropped(1);
        }
        let length = message.stored.len() as u32;
        self.shelf.index.push(&message.label, Place::MEMORY, length);
        self.shelf.unwritten.push_back(message);
    }

    fn count_dropped(&mut self, messages: u64) {
        self.dropped += messages;
        self.uncounted = true;
    }

    /// Deletes files in which nothing waits; after a loss only once it is
    /// counted on disk, unless the disk needs the room to take anything at all.
    pub(super) fn sweep(&mut self) {
        if self.shelf.index.emptied.is_empty() || (self.uncounted && !self.failing) {
            return;
        }
        for segment in std::mem::take(&mut self.shelf.index.emptied) {
            match self.shelf.disk.remove(&load::name(segment)) {
                Ok(()) => self.shelf.close(segment),
                // Tried again with the next one.
                Err(_) => self.shelf.index.emptied.push(segment),
            }
        }
    }
}
