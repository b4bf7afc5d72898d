//! Taking a message: which number it gets, and where it waits.

use declic_common::UpKind;
use declic_common::envelope::{self, Number};
use declic_common::limits::JSON_INT_MAX;
use serde::Serialize;

use super::frame::Label;
use super::shelf::Unwritten;
use super::{Spool, load};
use crate::life::Life;
use crate::probe::Clocks;

/// What `envelope::address` may write in front of a stored message, in bytes.
pub(super) const ADDRESS_BYTES: usize = 80;

/// The message will never fit, and was not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a message of kind {kind} may have {max} bytes to travel, this one needs {bytes}")]
pub struct TooLarge {
    pub kind: UpKind,
    pub bytes: usize,
    pub max: usize,
}

impl Spool {
    /// Takes a message. When this returns its number it may be sent: it is on
    /// disk, or the disk takes nothing and it waits in memory.
    pub fn append<B: Serialize>(
        &mut self,
        kind: UpKind,
        now: &Clocks,
        life: &Life,
        body: &B,
    ) -> Result<Number, TooLarge> {
        self.drop_old(now, life);
        self.write_again(life);
        let kept = life.kept().filter(|_| self.shelf.unwritten.is_empty());
        let message = Message { kind, now, body };
        let number = kept.map_or_else(
            || self.memory_number(life),
            |install| Number {
                install,
                boot: life.boot(),
                seq: self.next_seq,
            },
        );
        let unwritten = message.number(number, life)?;
        if self.shelf.unwritten.is_empty() {
            self.make_room(unwritten.stored.len());
            let next_seq = self.next_seq + u64::from(kept.is_some());
            match self.write(&unwritten, life, next_seq) {
                Ok(place) => {
                    self.count_number(kept.is_some());
                    let length = unwritten.stored.len() as u32;
                    self.shelf.index.push(&unwritten.label, place, length);
                    self.sweep();
                    return Ok(number);
                }
                // A frame that may still be there must keep its number to itself.
                Err(failed) if kept.is_some() && !failed.undone => self.next_seq += 1,
                Err(_) => {}
            }
        }
        let number = self.memory_number(life);
        let unwritten = message.number(number, life)?;
        self.count_number(false);
        self.hold(unwritten);
        self.sweep();
        Ok(number)
    }

    /// Tries to bring to disk what waits in memory. Cheap when nothing does.
    pub fn write_again(&mut self, life: &Life) {
        while let Some(first) = self.shelf.unwritten.pop_front() {
            self.make_room(first.stored.len());
            match self.write(&first, life, self.next_seq) {
                Ok(place) => self.shelf.index.settle_down(first.label.number, place),
                Err(_) => {
                    self.shelf.unwritten.push_front(first);
                    break;
                }
            }
        }
        self.sweep();
    }

    fn memory_number(&self, life: &Life) -> Number {
        Number {
            install: self.in_memory,
            boot: life.boot(),
            seq: self.next_in_memory,
        }
    }

    fn count_number(&mut self, kept: bool) {
        if kept {
            self.next_seq += 1;
        } else {
            self.next_in_memory += 1;
        }
    }
}

/// A message that has no number yet.
struct Message<'a, B> {
    kind: UpKind,
    now: &'a Clocks,
    body: &'a B,
}

impl<B: Serialize> Message<'_, B> {
    fn number(&self, number: Number, life: &Life) -> Result<Unwritten, TooLarge> {
        let bound = JSON_INT_MAX as i64;
        let observed_at = self.now.wall_ms.clamp(-bound, bound);
        let uptime_ms = self.now.uptime_ms.min(JSON_INT_MAX);
        let stored = envelope::store(number, observed_at, uptime_ms, self.body);
        let (bytes, max) = (stored.len() + ADDRESS_BYTES, self.kind.max_bytes());
        if bytes > max {
            let kind = self.kind;
            return Err(TooLarge { kind, bytes, max });
        }
        let label = Label {
            kind: self.kind,
            number,
            start: life.start(),
            uptime_ms,
        };
        Ok(Unwritten { label, stored })
    }
}

impl load::Found {
    /// The next number of the installation on disk. Where it is not certain
    /// which numbers of this boot were given, a new installation begins at 1.
    pub(super) fn next_seq(&self, life: &mut Life) -> u64 {
        if !life.continued() {
            return 1;
        }
        match self.newest {
            Some((label, _)) if self.clean && label.start != life.start() => 1,
            Some((_, standing)) if self.clean && standing.install == life.install() => {
                standing.next_seq
            }
            _ => {
                life.renew();
                1
            }
        }
    }
}
