//! A look at the spool while no agent runs, for the household: changes nothing.

use std::path::Path;

use super::disk::Disk;
use super::frame::Position;
use super::shelf::{Held, Shelf, Step};
use super::{DIR, Stats, load};

/// The spool as it stands on disk.
#[derive(Debug)]
pub struct Look {
    shelf: Shelf,
    stats: Stats,
}

impl Look {
    /// Reads the spool in the agent's state directory; without one it is empty.
    pub fn at(state_dir: &Path) -> Self {
        let disk = Disk::at(&state_dir.join(DIR));
        let found = load::load(&disk);
        let standing = found.newest.map(|(_, standing)| standing);
        let damage: &[Position] = &found.damage;
        let stats = Stats {
            waiting: found.index.waiting,
            dropped: standing.map_or(0, |s| s.dropped),
            refused: standing.map_or(0, |s| s.refused),
            damaged: standing.map_or(0, |s| s.damaged) + damage.len() as u64,
            bytes: found.index.bytes,
            disk_full: false,
        };
        Look {
            shelf: Shelf::new(disk, found.index, found.recent),
            stats,
        }
    }

    /// The oldest messages that wait, oldest first.
    pub fn oldest(&mut self, n: usize) -> Vec<Held> {
        self.walk(n, Shelf::next)
    }

    /// The newest messages that wait, newest first.
    pub fn newest(&mut self, n: usize) -> Vec<Held> {
        self.walk(n, Shelf::previous)
    }

    /// The last messages that are known to be settled, oldest first.
    pub fn last_settled(&mut self, n: usize) -> Vec<Held> {
        self.shelf.settled(n)
    }

    pub fn stats(&self) -> Stats {
        self.stats
    }

    fn walk(&mut self, n: usize, step: Step) -> Vec<Held> {
        let mut all = Vec::new();
        let mut from = None;
        while all.len() < n {
            let Some((stored, cursor)) = step(&self.shelf, from) else {
                break;
            };
            let bytes = self.shelf.read(&stored).ok().flatten();
            all.extend(bytes.map(|bytes| Shelf::held(&stored, Some(cursor), bytes)));
            from = Some(cursor);
        }
        all
    }
}
