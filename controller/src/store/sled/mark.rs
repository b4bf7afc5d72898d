//! A small file beside sled's: it locks the folder, and remembers how far the
//! store had come.
//!
//! Where sled finds damage in its log, it takes what is before it for the whole
//! and says nothing: rows that were acknowledged are gone. So every group of
//! batches writes its number into the tree, and, once it is synced, into this
//! file. A tree with a lower number than the file has lost its newest data.
//! The file itself is not synced each time: it may stay behind, never ahead.

use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::{FileExt, OpenOptionsExt};
use std::path::Path;

use rustix::fs::{FlockOperation, flock};
use rustix::io::Errno;

const NAME: &str = "lock";
const WORDS: &str = "declic store, group ";
const DIGITS: usize = 20;

#[derive(Debug)]
pub(super) struct Mark(File);

impl Mark {
    /// Takes the folder; `None` if somebody else has it.
    pub(super) fn take(folder: &Path) -> io::Result<Option<Self>> {
        let file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .mode(0o600)
            .open(folder.join(NAME))?;
        match flock(&file, FlockOperation::NonBlockingLockExclusive) {
            Err(Errno::WOULDBLOCK) => Ok(None),
            taken => taken.map(|()| Some(Self(file))).map_err(io::Error::from),
        }
    }

    /// The last group that was synced before this was written. `None` if no
    /// store was made here; 0 if the file cannot be read.
    pub(super) fn read(&self) -> Option<u64> {
        let mut bytes = [0; WORDS.len() + DIGITS];
        if self.0.metadata().is_ok_and(|file| file.len() == 0) {
            return None;
        }
        self.0.read_exact_at(&mut bytes, 0).ok();
        let text = std::str::from_utf8(&bytes).unwrap_or_default();
        let number = text.strip_prefix(WORDS).unwrap_or_default();
        Some(number.parse().unwrap_or(0))
    }

    pub(super) fn write(&self, group: u64) -> io::Result<()> {
        let text = format!("{WORDS}{group:0DIGITS$}\n");
        self.0.write_all_at(text.as_bytes(), 0)
    }

    pub(super) fn sync(&self) -> io::Result<()> {
        self.0.sync_all()
    }
}

impl Drop for Mark {
    fn drop(&mut self) {
        // Closing alone leaves the lock with a process that is just being started.
        flock(&self.0, FlockOperation::Unlock).ok();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_is_read_as_it_was_written() {
        let folder = tempfile::tempdir().unwrap();
        let mark = Mark::take(folder.path()).unwrap().unwrap();
        assert_eq!(mark.read(), None);
        for group in [u64::MAX, 0, 42] {
            mark.write(group).unwrap();
            assert_eq!(mark.read(), Some(group));
        }
        std::fs::write(folder.path().join(NAME), "noise").unwrap();
        assert_eq!(mark.read(), Some(0));
    }

    #[test]
    fn a_folder_is_taken_once_at_a_time() {
        let folder = tempfile::tempdir().unwrap();
        let mark = Mark::take(folder.path()).unwrap().unwrap();
        assert!(Mark::take(folder.path()).unwrap().is_none());
        drop(mark);
        assert!(Mark::take(folder.path()).unwrap().is_some());
    }
}
