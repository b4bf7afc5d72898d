//! A drive with a volatile write cache, in memory: what was written since the last flush is
//! only kept by luck when the power is cut.

use std::collections::HashMap;
use std::sync::Arc;

use declic_tests::Dice;

/// What is written as a whole or not at all, in bytes: a sector of a drive.
pub(crate) const SECTOR: usize = 512;

type Sector = Arc<[u8; SECTOR]>;

/// A drive. Sectors that were never written are zeros.
#[derive(Debug, Default)]
pub(crate) struct Drive {
    durable: HashMap<u64, Sector>,
    /// In the order in which they were written.
    cached: Vec<Vec<(u64, Sector)>>,
    /// What a reader sees: the last of each.
    seen: HashMap<u64, Sector>,
}

/// What a cut did to the writes that were not flushed, in sectors.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Cut {
    pub(crate) kept: u64,
    pub(crate) dropped: u64,
}

impl Drive {
    pub(crate) fn read(&self, offset: u64, bytes: &mut [u8]) {
        for (number, at, within, length) in sectors(offset, bytes.len()) {
            let piece = &mut bytes[at..at + length];
            match self.seen.get(&number) {
                Some(sector) => piece.copy_from_slice(&sector[within..within + length]),
                None => piece.fill(0),
            }
        }
    }

    /// Into the cache.
    pub(crate) fn write(&mut self, offset: u64, bytes: &[u8]) {
        let mut written = Vec::with_capacity(bytes.len() / SECTOR + 1);
        for (number, at, within, length) in sectors(offset, bytes.len()) {
            let mut sector = match self.seen.get(&number) {
                Some(sector) if length < SECTOR => **sector,
                _ => [0; SECTOR],
            };
            sector[within..within + length].copy_from_slice(&bytes[at..at + length]);
            let sector = Arc::new(sector);
            self.seen.insert(number, Arc::clone(&sector));
            written.push((number, sector));
        }
        self.cached.push(written);
    }

    /// From the cache to where it stays.
    pub(crate) fn flush(&mut self) {
        for (number, sector) in self.cached.drain(..).flatten() {
            self.durable.insert(number, sector);
        }
    }

    /// Whether a cut now may drop something.
    pub(crate) fn has_unflushed(&self) -> bool {
        !self.cached.is_empty()
    }

    /// The drive as it comes back after a power cut now. Of what was not flushed, any part may
    /// be there, in any order: each cut has its own luck, from nothing to everything, and is
    /// torn between writes, between blocks of a file system, or between sectors.
    pub(crate) fn after_cut(&self, dice: &mut Dice) -> (Drive, Cut) {
        let mut durable = self.durable.clone();
        let mut cut = Cut::default();
        let luck = [0, 10, 50, 90, 100][dice.below(5) as usize];
        // Sectors that share a fate, as a power of two.
        let grain = [0, 3, 63][dice.below(3) as usize];
        for write in &self.cached {
            let mut fate = (u64::MAX, false);
            for (number, sector) in write {
                let group = if grain == 63 { 0 } else { number >> grain };
                if fate.0 != group {
                    fate = (group, dice.below(100) < luck);
                }
                if fate.1 {
                    cut.kept += 1;
                    durable.insert(*number, Arc::clone(sector));
                } else {
                    cut.dropped += 1;
                }
            }
        }
        let seen = durable.clone();
        let after = Drive {
            durable,
            cached: Vec::new(),
            seen,
        };
        (after, cut)
    }
}

/// Cuts a range into sectors: number, place in the range, place in the sector, length.
fn sectors(offset: u64, length: usize) -> impl Iterator<Item = (u64, usize, usize, usize)> {
    let mut at = 0;
    std::iter::from_fn(move || {
        if at == length {
            return None;
        }
        let place = offset + at as u64;
        let within = (place % SECTOR as u64) as usize;
        let piece = (SECTOR - within).min(length - at);
        let found = (place / SECTOR as u64, at, within, piece);
        at += piece;
        Some(found)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(drive: &Drive, offset: u64, length: usize) -> Vec<u8> {
        let mut bytes = vec![9; length];
        drive.read(offset, &mut bytes);
        bytes
    }

    #[test]
    fn what_was_flushed_outlives_every_cut_and_the_rest_is_old_or_new() {
        let mut dice = Dice::new(1);
        let (mut kept, mut dropped) = (0, 0);
        for _ in 0..200 {
            let mut drive = Drive::default();
            drive.write(100, &[1; 2000]);
            drive.flush();
            drive.write(1024, &[2; 1024]);
            drive.write(5000, &[3; 10]);
            assert_eq!(read(&drive, 1024, 1024), vec![2; 1024]);
            let (after, cut) = drive.after_cut(&mut dice);
            assert_eq!(read(&after, 100, 924), vec![1; 924]);
            assert_eq!(read(&after, 0, 100), vec![0; 100]);
            // A sector is there whole or not at all.
            for sector in 2..4 {
                let bytes = read(&after, sector * 512, 512);
                let old = read(&drive.before(), sector * 512, 512);
                assert!(bytes == vec![2; 512] || bytes == old, "torn");
            }
            kept += cut.kept;
            dropped += cut.dropped;
            assert_eq!(cut.kept + cut.dropped, 2 + 1);
            assert!(drive.has_unflushed() && !after.has_unflushed());
        }
        assert!(kept > 100 && dropped > 100, "{kept} {dropped}");
    }

    impl Drive {
        fn before(&self) -> Drive {
            Drive {
                durable: HashMap::new(),
                cached: Vec::new(),
                seen: self.durable.clone(),
            }
        }
    }
}
