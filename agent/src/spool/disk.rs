//! The few things that spool and life do to a disk, each whole or undone.
//!
//! One directory, plain file names. In tests the same code can be told that the
//! disk is full, read-only, or that the process dies at the nth byte.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt, FileExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

#[cfg(test)]
pub(crate) use faults::Faults;

/// A directory of files that belong to the agent alone.
#[derive(Clone, Debug)]
pub(crate) struct Disk {
    dir: PathBuf,
    /// What is written is on the disk itself, and not only on its way there.
    synced: bool,
    #[cfg(test)]
    faults: Faults,
}

impl Disk {
    pub(crate) fn at(dir: &Path) -> Self {
        Disk {
            dir: dir.to_owned(),
            synced: true,
            #[cfg(test)]
            faults: Faults::default(),
        }
    }

    /// One whose content a power cut may take: only for simulated homes.
    pub(crate) fn unsynced(dir: &Path) -> Self {
        Disk {
            synced: false,
            ..Self::at(dir)
        }
    }

    #[cfg(test)]
    pub(crate) fn failing(dir: &Path, faults: &Faults) -> Self {
        Disk {
            dir: dir.to_owned(),
            synced: true,
            faults: faults.clone(),
        }
    }

    /// Makes the directory, for this account only, if it is missing.
    pub(crate) fn prepare(&self) -> io::Result<()> {
        if self.dir.is_dir() {
            return Ok(());
        }
        self.step()?;
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(&self.dir)
    }

    /// The directory itself, opened: something to lock that needs no room.
    pub(crate) fn handle(&self) -> io::Result<File> {
        File::open(&self.dir)
    }

    /// Names of the files in it; none if it cannot be read.
    pub(crate) fn names(&self) -> Vec<String> {
        let Ok(entries) = fs::read_dir(&self.dir) else {
            return Vec::new();
        };
        entries
            .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
            .collect()
    }

    pub(crate) fn open(&self, name: &str) -> io::Result<File> {
        File::open(self.dir.join(name))
    }

    /// Puts the file's content into `bytes`. Blocks that the disk cannot give
    /// back are read as zeros, so that one bad sector costs what stood on it.
    pub(crate) fn read(&self, name: &str, bytes: &mut Vec<u8>) -> io::Result<()> {
        const BLOCK: usize = 4096;
        bytes.clear();
        let mut file = self.open(name)?;
        if file.read_to_end(bytes).is_ok() {
            return Ok(());
        }
        let length = usize::try_from(file.metadata()?.len()).unwrap_or(usize::MAX);
        bytes.clear();
        bytes.try_reserve_exact(length).map_err(io::Error::other)?;
        bytes.resize(length, 0);
        for (n, block) in bytes.chunks_mut(BLOCK).enumerate() {
            if file.read_exact_at(block, (n * BLOCK) as u64).is_err() {
                block.fill(0);
            }
        }
        Ok(())
    }

    /// A new empty file, for reading and writing.
    pub(crate) fn create(&self, name: &str) -> io::Result<File> {
        self.step()?;
        OpenOptions::new()
            .read(true)
            .append(true)
            .create_new(true)
            .mode(0o600)
            .open(self.dir.join(name))
    }

    /// An existing file, for reading and for writing at its end.
    pub(crate) fn reopen(&self, name: &str) -> io::Result<File> {
        self.step()?;
        OpenOptions::new()
            .read(true)
            .append(true)
            .open(self.dir.join(name))
    }

    /// Adds bytes at the end; they are on the disk when this returns `Ok`.
    pub(crate) fn append(&self, file: &mut File, bytes: &[u8]) -> io::Result<()> {
        self.write(file, bytes)?;
        self.step()?;
        self.sync(file)
    }

    /// Cuts a file back, durably.
    pub(crate) fn cut(&self, file: &File, length: u64) -> io::Result<()> {
        self.step()?;
        file.set_len(length)?;
        self.step()?;
        self.sync(file)
    }

    fn sync(&self, file: &File) -> io::Result<()> {
        match self.synced {
            true => file.sync_data(),
            false => Ok(()),
        }
    }

    /// Removes a file; one that is not there is removed already.
    pub(crate) fn remove(&self, name: &str) -> io::Result<()> {
        self.step()?;
        match fs::remove_file(self.dir.join(name)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }

    /// Makes the names in the directory durable.
    pub(crate) fn sync_names(&self) -> io::Result<()> {
        self.step()?;
        match self.synced {
            true => self.handle()?.sync_all(),
            false => Ok(()),
        }
    }

    /// Writes a whole file under a name: after any accident the old content is
    /// there or the new one.
    pub(crate) fn replace(&self, name: &str, bytes: &[u8]) -> io::Result<()> {
        let aside = format!("{name}.new");
        self.remove(&aside)?;
        let written = self
            .create(&aside)
            .and_then(|mut file| self.append(&mut file, bytes))
            .and_then(|()| self.step())
            .and_then(|()| fs::rename(self.dir.join(&aside), self.dir.join(name)));
        if let Err(error) = written {
            // Not worth a second error: it is overwritten the next time.
            let _ = self.remove(&aside);
            return Err(error);
        }
        self.sync_names()
    }

    #[cfg(not(test))]
    fn write(&self, file: &mut File, bytes: &[u8]) -> io::Result<()> {
        file.write_all(bytes)
    }

    #[cfg(not(test))]
    #[allow(clippy::unused_self, clippy::unnecessary_wraps)] // fails in tests
    fn step(&self) -> io::Result<()> {
        Ok(())
    }

    #[cfg(test)]
    fn write(&self, file: &mut File, bytes: &[u8]) -> io::Result<()> {
        let (written, fate) = self.faults.write(bytes.len());
        file.write_all(&bytes[..written])?;
        fate
    }

    #[cfg(test)]
    fn step(&self) -> io::Result<()> {
        self.faults.step()
    }
}

#[cfg(test)]
mod faults {
    use std::io;
    use std::sync::{Arc, Mutex};

    /// What goes wrong with the disk of a test, changed while it runs.
    #[derive(Clone, Debug, Default)]
    pub(crate) struct Faults(Arc<Mutex<Kinds>>);

    #[derive(Debug, Default)]
    struct Kinds {
        /// Bytes that still fit; `None` when there is always room.
        room: Option<usize>,
        read_only: bool,
        /// Bytes and steps until the process is killed.
        life: Option<usize>,
    }

    impl Faults {
        pub(crate) fn full_after(&self, room: Option<usize>) {
            self.0.lock().unwrap().room = room;
        }

        pub(crate) fn read_only(&self, read_only: bool) {
            self.0.lock().unwrap().read_only = read_only;
        }

        pub(crate) fn die_after(&self, life: Option<usize>) {
            self.0.lock().unwrap().life = life;
        }

        /// How many of these bytes reach the file, and what the writer is told.
        pub(super) fn write(&self, wanted: usize) -> (usize, io::Result<()>) {
            let mut kinds = self.0.lock().unwrap();
            if kinds.read_only {
                return (0, Err(io::Error::from_raw_os_error(30)));
            }
            let mut written = wanted;
            let mut fate = Ok(());
            if let Some(room) = &mut kinds.room {
                if *room < written {
                    written = *room;
                    fate = Err(io::Error::from_raw_os_error(28));
                }
                *room -= written;
            }
            if let Some(life) = &mut kinds.life {
                if *life < written {
                    written = *life;
                    fate = Err(io::Error::other("killed"));
                }
                *life -= written;
            }
            (written, fate)
        }

        pub(super) fn step(&self) -> io::Result<()> {
            let mut kinds = self.0.lock().unwrap();
            if kinds.read_only {
                return Err(io::Error::from_raw_os_error(30));
            }
            match &mut kinds.life {
                Some(0) => Err(io::Error::other("killed")),
                Some(life) => {
                    *life -= 1;
                    Ok(())
                }
                None => Ok(()),
            }
        }
    }
}
