//! Reading messages back: from their file, or from memory while the disk is full.

use std::collections::VecDeque;
use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;

use declic_common::UpKind;
use declic_common::envelope::Number;

use super::disk::Disk;
use super::frame::{self, HEADER, Label};
use super::index::{Index, Place};
use super::load;
use crate::life::Start;

/// How many settled messages can still be shown.
pub(super) const RECENT: usize = 20;

/// A message of the spool, read back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
    pub number: Number,
    pub kind: UpKind,
    /// Which start of the machine made it, and when in it: for its age.
    pub start: Start,
    pub uptime_ms: u64,
    /// JSON from `install` on, as it will travel.
    pub stored: Vec<u8>,
    pub(super) cursor: Option<Cursor>,
}

impl Held {
    /// Where it stands in the queue, to read on behind it.
    pub fn cursor(&self) -> Option<Cursor> {
        self.cursor
    }
}

/// A place in the queue. Stays good when messages before or after it leave.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Cursor {
    order: u32,
    seq: u64,
}

/// From one waiting message to its neighbour.
pub(super) type Step = fn(&Shelf, Option<Cursor>) -> Option<(Stored, Cursor)>;

/// A message that could not be written yet.
#[derive(Clone, Debug)]
pub(super) struct Unwritten {
    pub(super) label: Label,
    pub(super) stored: Vec<u8>,
}

/// Where a message is, waiting or settled.
#[derive(Clone, Copy, Debug)]
pub(super) struct Stored {
    pub(super) label: Label,
    pub(super) place: Place,
    pub(super) length: u32,
}

/// Everything that is needed to read.
#[derive(Debug)]
pub(super) struct Shelf {
    pub(super) disk: Disk,
    pub(super) index: Index,
    pub(super) unwritten: VecDeque<Unwritten>,
    /// The last settled messages, oldest first.
    pub(super) recent: VecDeque<Stored>,
    /// The file that was read last.
    reader: Option<(u32, File)>,
}

impl Shelf {
    pub(super) fn new(disk: Disk, index: Index, recent: VecDeque<Stored>) -> Self {
        Shelf {
            disk,
            index,
            unwritten: VecDeque::new(),
            recent,
            reader: None,
        }
    }

    /// The first message that waits behind `after`.
    pub(super) fn next(&self, after: Option<Cursor>) -> Option<(Stored, Cursor)> {
        let queues = &self.index.queues;
        let Some(after) = after else {
            return self.at(0, 0);
        };
        let queue = queues.partition_point(|q| q.order < after.order);
        let entry = match queues.get(queue) {
            Some(q) if q.order == after.order => q.entries.partition_point(|e| e.seq <= after.seq),
            _ => 0,
        };
        self.at(queue, entry).or_else(|| self.at(queue + 1, 0))
    }

    /// The last message that waits before `before`.
    pub(super) fn previous(&self, before: Option<Cursor>) -> Option<(Stored, Cursor)> {
        let queues = &self.index.queues;
        let before = before.unwrap_or(Cursor {
            order: u32::MAX,
            seq: u64::MAX,
        });
        let queue = queues.partition_point(|q| q.order < before.order);
        let within = queues
            .get(queue)
            .filter(|q| q.order == before.order)
            .map_or(0, |q| q.entries.partition_point(|e| e.seq < before.seq));
        if within > 0 {
            return self.at(queue, within - 1);
        }
        let queue = queue.checked_sub(1)?;
        self.at(queue, queues[queue].entries.len().checked_sub(1)?)
    }

    pub(super) fn find(&self, number: Number) -> Option<(Stored, Cursor)> {
        let queue = self.index.find(number.install, number.boot)?;
        let entries = &self.index.queues[queue].entries;
        let entry = entries.binary_search_by_key(&number.seq, |e| e.seq).ok()?;
        self.at(queue, entry)
    }

    fn at(&self, queue: usize, entry: usize) -> Option<(Stored, Cursor)> {
        let queue = self.index.queues.get(queue)?;
        let entry = queue.entries.get(entry)?;
        let stored = Stored {
            label: queue.label(entry),
            place: entry.place,
            length: entry.length,
        };
        let cursor = Cursor {
            order: queue.order,
            seq: entry.seq,
        };
        Some((stored, cursor))
    }

    /// Reads a message. `Ok(None)`: it is damaged, for good.
    pub(super) fn read(&mut self, stored: &Stored) -> io::Result<Option<Vec<u8>>> {
        let number = stored.label.number;
        let Some(position) = stored.place.position() else {
            let held = self.unwritten.iter().find(|u| u.label.number == number);
            return Ok(held.map(|u| u.stored.clone()));
        };
        let Some(file) = self.file(position.segment)? else {
            return Ok(None);
        };
        let mut bytes = vec![0; HEADER + stored.length as usize];
        // A file that opens and does not give its bytes has lost them.
        if file
            .read_exact_at(&mut bytes, position.offset.into())
            .is_err()
        {
            return Ok(None);
        }
        let whole = frame::open(&bytes).is_some_and(|(header, _)| header.label == stored.label);
        Ok(whole.then(|| bytes.split_off(HEADER)))
    }

    /// The file, if it exists.
    fn file(&mut self, segment: u32) -> io::Result<Option<&File>> {
        if self.reader.as_ref().is_none_or(|(id, _)| *id != segment) {
            self.reader = match self.disk.open(&load::name(segment)) {
                Ok(file) => Some((segment, file)),
                Err(error) if error.kind() == io::ErrorKind::NotFound => None,
                Err(error) => return Err(error),
            };
        }
        Ok(self.reader.as_ref().map(|(_, file)| file))
    }

    /// The file is deleted: let its blocks go.
    pub(super) fn close(&mut self, segment: u32) {
        self.reader.take_if(|(id, _)| *id == segment);
        self.index.close_segment(segment);
    }

    /// A message as it is handed out.
    pub(super) fn held(stored: &Stored, cursor: Option<Cursor>, bytes: Vec<u8>) -> Held {
        Held {
            number: stored.label.number,
            kind: stored.label.kind,
            start: stored.label.start,
            uptime_ms: stored.label.uptime_ms,
            stored: bytes,
            cursor,
        }
    }

    /// The last settled messages that can still be read, oldest first.
    pub(super) fn settled(&mut self, n: usize) -> Vec<Held> {
        let from = self.recent.len().saturating_sub(n);
        let recent: Vec<Stored> = self.recent.range(from..).copied().collect();
        recent
            .iter()
            .filter_map(|stored| {
                let bytes = self.read(stored).ok().flatten()?;
                Some(Self::held(stored, None, bytes))
            })
            .collect()
    }
}
