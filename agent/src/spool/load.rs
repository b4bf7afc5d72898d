//! Reads the spool's directory back, changing nothing.

use std::collections::VecDeque;

use super::disk::Disk;
use super::frame::{Header, Label, Piece, Position, Standing, pieces};
use super::index::{Index, Place};
use super::shelf::{RECENT, Stored};

/// What was found on disk.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) index: Index,
    /// The newest message that is whole, and how the spool stood then.
    pub(super) newest: Option<(Label, Standing)>,
    /// The newest file ends with a whole message: no number was given after it.
    pub(super) clean: bool,
    /// Damaged messages that nothing older explains away.
    pub(super) damage: Vec<Position>,
    /// The last messages that are known to be settled.
    pub(super) recent: VecDeque<Stored>,
    /// No file has this number or a higher one.
    pub(super) next_segment: u32,
}

/// The name of a file of the spool.
pub(super) fn name(segment: u32) -> String {
    format!("{segment:08x}.spool")
}

fn number(name: &str) -> Option<u32> {
    let digits = name.strip_suffix(".spool")?;
    (digits.len() == 8)
        .then(|| u32::from_str_radix(digits, 16).ok())
        .flatten()
        .filter(|id| *id != 0)
}

pub(super) fn load(disk: &Disk) -> Found {
    let mut ids: Vec<u32> = disk.names().iter().filter_map(|n| number(n)).collect();
    ids.sort_unstable();
    let mut bytes = Vec::new();
    let (newest, clean) = last_standing(disk, &ids, &mut bytes);
    let oldest = newest.map_or(
        Position {
            segment: 0,
            offset: 0,
        },
        |header| header.standing.oldest,
    );
    let mut found = Found {
        index: Index::default(),
        newest: newest.map(|header| (header.label, header.standing)),
        clean,
        damage: Vec::new(),
        recent: VecDeque::new(),
        next_segment: ids.last().map_or(1, |last| last.saturating_add(1)),
    };
    for id in ids {
        if disk.read(&name(id), &mut bytes).is_err() {
            continue;
        }
        found.index.open_segment(id);
        found
            .index
            .grew(u32::try_from(bytes.len()).unwrap_or(u32::MAX));
        for (offset, piece) in pieces(&bytes) {
            let position = Position {
                segment: id,
                offset,
            };
            match piece {
                Piece::Whole(header) => found.take_in(&header, position, position < oldest),
                Piece::Damaged if position >= oldest => found.damage.push(position),
                Piece::Damaged | Piece::Torn => {}
            }
        }
    }
    found
}

/// The last whole header of the spool, and whether its file ends there.
fn last_standing(disk: &Disk, ids: &[u32], bytes: &mut Vec<u8>) -> (Option<Header>, bool) {
    for id in ids.iter().rev() {
        if disk.read(&name(*id), bytes).is_err() {
            continue;
        }
        let (mut last, mut clean) = (None, false);
        for (_, piece) in pieces(bytes) {
            clean = matches!(piece, Piece::Whole(_));
            if let Piece::Whole(header) = piece {
                last = Some(header);
            }
        }
        if last.is_some() {
            return (last, clean && ids.last() == Some(id));
        }
    }
    (None, false)
}

impl Found {
    fn take_in(&mut self, header: &Header, position: Position, settled: bool) {
        let place = Place::on_disk(position);
        if settled {
            if self.recent.len() == RECENT {
                self.recent.pop_front();
            }
            self.recent.push_back(Stored {
                label: header.label,
                place,
                length: header.length,
            });
            return;
        }
        // A message whose first writing seemed to fail may stand there twice.
        let number = header.label.number;
        let twice = self
            .index
            .find(number.install, number.boot)
            .and_then(|at| self.index.queues[at].entries.back())
            .is_some_and(|last| last.seq >= number.seq);
        if !twice {
            self.index.push(&header.label, place, header.length);
        }
    }
}
