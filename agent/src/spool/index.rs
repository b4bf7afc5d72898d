//! Where each waiting message is: 32 bytes for each, and nothing of its content.
//!
//! Messages stand in queues, one for each (install, boot), in the order of their
//! numbers, which is also their order on disk.

use std::collections::VecDeque;
use std::ops::RangeInclusive;

use declic_common::envelope::Number;
use declic_common::{InstallId, UpKind};

use super::frame::{Label, Position};
use crate::life::Start;

/// One waiting message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) seq: u64,
    pub(super) uptime_ms: u64,
    pub(super) place: Place,
    pub(super) length: u32,
    pub(super) kind: UpKind,
}

/// Where a message is kept. Files of the spool are numbered from 1; 0 is memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Place(Position);

impl Place {
    pub(super) const MEMORY: Place = Place(Position {
        segment: 0,
        offset: 0,
    });

    pub(super) fn on_disk(position: Position) -> Self {
        Place(position)
    }

    pub(super) fn position(self) -> Option<Position> {
        (self.0.segment != 0).then_some(self.0)
    }
}

/// The waiting messages of one boot of one installation.
#[derive(Debug)]
pub(super) struct Queue {
    /// Raised with each queue: tells which is older.
    pub(super) order: u32,
    pub(super) install: InstallId,
    pub(super) boot: u32,
    pub(super) start: Start,
    pub(super) entries: VecDeque<Entry>,
}

impl Queue {
    pub(super) fn label(&self, entry: &Entry) -> Label {
        Label {
            kind: entry.kind,
            number: Number {
                install: self.install,
                boot: self.boot,
                seq: entry.seq,
            },
            start: self.start,
            uptime_ms: entry.uptime_ms,
        }
    }

    /// Takes the entries with these numbers out, passing each one on.
    fn take(&mut self, seqs: &RangeInclusive<u64>, mut each: impl FnMut(Label, Entry)) -> u64 {
        let from = self.entries.partition_point(|e| e.seq < *seqs.start());
        let to = self.entries.partition_point(|e| e.seq <= *seqs.end());
        if from >= to {
            return 0;
        }
        for entry in self.entries.range(from..to) {
            each(self.label(entry), *entry);
        }
        if from == 0 {
            for _ in 0..to {
                self.entries.pop_front();
            }
        } else {
            self.entries.drain(from..to);
        }
        (to - from) as u64
    }
}

/// A file of the spool.
#[derive(Clone, Copy, Debug)]
pub(super) struct Segment {
    pub(super) id: u32,
    pub(super) bytes: u32,
    /// Messages in it that wait.
    pub(super) waiting: u32,
}

#[derive(Debug, Default)]
pub(super) struct Index {
    pub(super) queues: VecDeque<Queue>,
    next_order: u32,
    /// Oldest first; the last one is written to.
    pub(super) segments: VecDeque<Segment>,
    /// Bytes of all files.
    pub(super) bytes: u64,
    pub(super) waiting: u64,
    /// Files that hold nothing that waits, to be deleted.
    pub(super) emptied: Vec<u32>,
}

impl Index {
    /// Adds a message behind all others of its boot.
    pub(super) fn push(&mut self, label: &Label, place: Place, length: u32) {
        let number = label.number;
        let at = self
            .find(number.install, number.boot)
            .unwrap_or_else(|| self.open_queue(label));
        self.queues[at].entries.push_back(Entry {
            seq: number.seq,
            uptime_ms: label.uptime_ms,
            place,
            length,
            kind: label.kind,
        });
        self.waiting += 1;
        self.count_in(place);
    }

    fn open_queue(&mut self, label: &Label) -> usize {
        self.queues.push_back(Queue {
            order: self.next_order,
            install: label.number.install,
            boot: label.number.boot,
            start: label.start,
            entries: VecDeque::new(),
        });
        self.next_order += 1;
        self.queues.len() - 1
    }

    /// The queue of a boot; the newest is looked at first.
    pub(super) fn find(&self, install: InstallId, boot: u32) -> Option<usize> {
        self.queues
            .iter()
            .rposition(|queue| queue.install == install && queue.boot == boot)
    }

    pub(super) fn get(&self, number: Number) -> Option<&Entry> {
        let queue = &self.queues[self.find(number.install, number.boot)?];
        let at = queue.entries.binary_search_by_key(&number.seq, |e| e.seq);
        queue.entries.get(at.ok()?)
    }

    /// A message that was held in memory is on disk now.
    pub(super) fn settle_down(&mut self, number: Number, place: Place) {
        let Some(queue) = self.find(number.install, number.boot) else {
            return;
        };
        let entries = &mut self.queues[queue].entries;
        if let Ok(at) = entries.binary_search_by_key(&number.seq, |e| e.seq) {
            entries[at].place = place;
            self.count_in(place);
        }
    }

    /// Takes out the messages of a boot with these numbers, passing each one on.
    /// Says how many there were.
    pub(super) fn take(
        &mut self,
        install: InstallId,
        boot: u32,
        seqs: &RangeInclusive<u64>,
        mut each: impl FnMut(Label, Entry),
    ) -> u64 {
        let Some(at) = self.find(install, boot) else {
            return 0;
        };
        let (segments, emptied) = (&mut self.segments, &mut self.emptied);
        let taken = self.queues[at].take(seqs, |label, entry| {
            count_out(segments, emptied, entry.place);
            each(label, entry);
        });
        self.waiting -= taken;
        let entries = &mut self.queues[at].entries;
        if entries.is_empty() {
            self.queues.remove(at);
        } else if entries.capacity() > 1024 && entries.len() < entries.capacity() / 4 {
            entries.shrink_to(entries.len() * 2);
        }
        taken
    }

    /// Takes out everything that waits in the oldest file. Says how much that was.
    pub(super) fn take_segment(&mut self, id: u32) -> u64 {
        let mut taken = 0;
        let fronts: Vec<(InstallId, u32, u64)> = self
            .queues
            .iter()
            .filter_map(|queue| {
                let last = queue
                    .entries
                    .iter()
                    .take_while(|e| e.place.position().is_some_and(|p| p.segment <= id))
                    .last()?;
                Some((queue.install, queue.boot, last.seq))
            })
            .collect();
        for (install, boot, last) in fronts {
            taken += self.take(install, boot, &(0..=last), |_, _| ());
        }
        taken
    }

    /// The first message that waits on disk. Everything before it may be forgotten.
    pub(super) fn oldest(&self) -> Option<Position> {
        self.queues
            .iter()
            .filter_map(|queue| queue.entries.front()?.place.position())
            .min()
    }

    /// The message that waits longest.
    pub(super) fn front(&self) -> Option<Label> {
        let queue = self.queues.front()?;
        Some(queue.label(queue.entries.front()?))
    }

    /// A new file, to be written to from now on.
    pub(super) fn open_segment(&mut self, id: u32) {
        if let Some(last) = self.segments.back().filter(|last| last.waiting == 0) {
            self.emptied.push(last.id);
        }
        self.segments.push_back(Segment {
            id,
            bytes: 0,
            waiting: 0,
        });
    }

    /// The file that is written to has grown.
    pub(super) fn grew(&mut self, by: u32) {
        if let Some(last) = self.segments.back_mut() {
            last.bytes += by;
            self.bytes += u64::from(by);
        }
    }

    /// The file is deleted.
    pub(super) fn close_segment(&mut self, id: u32) {
        if let Ok(at) = self.segments.binary_search_by_key(&id, |s| s.id)
            && let Some(segment) = self.segments.remove(at)
        {
            self.bytes -= u64::from(segment.bytes);
        }
    }

    fn count_in(&mut self, place: Place) {
        let Some(position) = place.position() else {
            return;
        };
        if let Ok(at) = self
            .segments
            .binary_search_by_key(&position.segment, |s| s.id)
        {
            self.segments[at].waiting += 1;
        }
    }
}

/// One message less waits in its file. The newest file is never emptied: it
/// holds the spool's standing.
fn count_out(segments: &mut VecDeque<Segment>, emptied: &mut Vec<u32>, place: Place) {
    let Some(position) = place.position() else {
        return;
    };
    let Ok(at) = segments.binary_search_by_key(&position.segment, |s| s.id) else {
        return;
    };
    segments[at].waiting -= 1;
    if segments[at].waiting == 0 && at + 1 < segments.len() {
        emptied.push(position.segment);
    }
}
