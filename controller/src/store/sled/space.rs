//! Watches the room on the disk, so that writing stops before it ends.
//!
//! A full disk poisons sled until it is opened again, and opening it needs room
//! too: a reserve is kept for that.

use std::fs::File;
use std::io;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use rustix::fs::fstatvfs;

const RESERVE_BYTES: u64 = 256 * 1024 * 1024;
/// Of the whole disk, where that is less.
const RESERVE_PERCENT: u64 = 5;

/// A measure is good for this long, or for this many bytes written.
const GOOD_FOR: Duration = Duration::from_millis(250);
const GOOD_FOR_BYTES: u64 = 4 * 1024 * 1024;

/// What may still be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Room {
    Enough,
    /// Below the reserve: what only deletes may use half of it, because a
    /// full disk must not stop an erasure.
    DeletesOnly {
        free_bytes: u64,
    },
    None {
        free_bytes: u64,
    },
}

#[derive(Debug)]
pub(super) struct Space {
    folder: File,
    reserve: AtomicU64,
    last: Mutex<Measure>,
}

#[derive(Clone, Copy, Debug)]
struct Measure {
    at: Instant,
    /// `None`: the file system does not say.
    free: Option<u64>,
    written: u64,
}

impl Space {
    /// `reserve`: bytes to keep free, or `None` for 256 MiB or 5 % of the disk,
    /// whichever is less.
    pub(super) fn watch(folder: &Path, reserve: Option<u64>) -> io::Result<Self> {
        let folder = File::open(folder)?;
        let disk = fstatvfs(&folder)?;
        let share = (disk.f_blocks.saturating_mul(disk.f_frsize) / 100) * RESERVE_PERCENT;
        let reserve = reserve.unwrap_or(RESERVE_BYTES.min(share));
        let space = Self {
            folder,
            reserve: AtomicU64::new(reserve),
            last: Mutex::new(Measure {
                at: Instant::now(),
                free: None,
                written: GOOD_FOR_BYTES,
            }),
        };
        Ok(space)
    }

    /// Free room for this process, measured now.
    pub(super) fn free_bytes(&self) -> Option<u64> {
        let disk = fstatvfs(&self.folder).ok()?;
        Some(disk.f_bavail.saturating_mul(disk.f_frsize))
    }

    pub(super) fn reserve_bytes(&self) -> u64 {
        self.reserve.load(Ordering::Relaxed)
    }

    /// Whether `bytes` more may be written. Measures only now and then.
    pub(super) fn room(&self, bytes: u64) -> Room {
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        if last.written >= GOOD_FOR_BYTES || last.at.elapsed() >= GOOD_FOR {
            *last = Measure {
                at: Instant::now(),
                free: self.free_bytes(),
                written: 0,
            };
        }
        // Unknown is not full: sled will tell.
        let room = last.free.map_or(Room::Enough, |free| {
            judge(
                free,
                last.written.saturating_add(bytes),
                self.reserve_bytes(),
            )
        });
        if room == Room::Enough {
            last.written = last.written.saturating_add(bytes);
        }
        room
    }

    #[cfg(test)]
    pub(super) fn set_reserve(&self, bytes: u64) {
        self.reserve.store(bytes, Ordering::Relaxed);
    }
}

fn judge(free_bytes: u64, written: u64, reserve: u64) -> Room {
    let left = free_bytes.saturating_sub(written);
    if left >= reserve {
        Room::Enough
    } else if left >= reserve / 2 {
        Room::DeletesOnly { free_bytes }
    } else {
        Room::None { free_bytes }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_reserve_is_kept_for_recovery_and_half_of_it_for_deletes() {
        assert_eq!(judge(1000, 0, 1000), Room::Enough);
        assert_eq!(judge(1000, 1, 1000), Room::DeletesOnly { free_bytes: 1000 });
        assert_eq!(judge(500, 0, 1000), Room::DeletesOnly { free_bytes: 500 });
        assert_eq!(judge(499, 0, 1000), Room::None { free_bytes: 499 });
        assert_eq!(judge(0, 0, 0), Room::Enough);
    }

    #[test]
    fn the_room_of_a_real_disk_is_known() {
        let folder = tempfile::tempdir().unwrap();
        let space = Space::watch(folder.path(), None).unwrap();
        assert!(space.free_bytes().is_some_and(|free| free > 0));
        assert!((1..=RESERVE_BYTES).contains(&space.reserve_bytes()));
        let greedy = Space::watch(folder.path(), Some(u64::MAX)).unwrap();
        assert!(matches!(greedy.room(1), Room::None { .. }));
    }
}
