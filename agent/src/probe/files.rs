//! Reads the small files of a machine: bounded, and absent rather than wrong.

use std::fs::{self, File};
use std::io::{self, Read};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::UNIX_EPOCH;

use super::{Answers, Sources};

/// No file that we read is larger; a larger one is not what it says it is.
const FILE_BYTES: usize = 1 << 20;
/// Beyond this the buffer is given back rather than kept.
const KEPT_BYTES: usize = 32 * 1024;

/// Files of the kernel that each sample or report reads. On a real machine they stay open, which
/// saves half of what it costs to read them: they tell what is true at each reading.
const OFTEN: [&str; 7] = [
    "proc/uptime",
    "proc/stat",
    "proc/loadavg",
    "proc/meminfo",
    "proc/net/route",
    "proc/net/ipv6_route",
    "proc/self/mountinfo",
];

/// Reads files below the root of a [`Sources`], into one buffer used again and again.
///
/// Paths are relative to the root (`proc/stat`); an absolute one stands for itself.
#[derive(Debug)]
pub(super) struct Files {
    pub(super) sources: Sources,
    buffer: Vec<u8>,
    /// Those of [`OFTEN`] that were read.
    open: [Option<File>; OFTEN.len()],
}

impl Files {
    pub(super) fn new(sources: Sources) -> Self {
        Self {
            sources,
            buffer: Vec::with_capacity(4096),
            open: Default::default(),
        }
    }

    pub(super) fn path(&self, path: impl AsRef<Path>) -> PathBuf {
        self.sources.root.join(path)
    }

    /// A whole file, if it can be read and has a believable size.
    pub(super) fn bytes(&mut self, path: impl AsRef<Path>) -> Option<&[u8]> {
        if self.buffer.capacity() > KEPT_BYTES {
            self.buffer = Vec::with_capacity(4096);
        }
        self.buffer.clear();
        let path = path.as_ref();
        let often = match self.sources.answers {
            Answers::Machine => OFTEN.iter().position(|often| Path::new(often) == path),
            // Files of a test are replaced by others.
            Answers::Files => None,
        };
        match often {
            Some(place) => self.again(place)?,
            None => {
                let file = File::open(self.path(path)).ok()?;
                // Size hints mean nothing in /proc and /sys: the buffer grows by itself.
                file.take(FILE_BYTES as u64 + 1)
                    .read_to_end(&mut self.buffer)
                    .ok()?;
            }
        }
        let believable = !self.buffer.is_empty() && self.buffer.len() <= FILE_BYTES;
        believable.then_some(&self.buffer)
    }

    /// Reads one of [`OFTEN`] from its beginning.
    fn again(&mut self, place: usize) -> Option<()> {
        if let Some(file) = &self.open[place]
            && whole(file, &mut self.buffer).is_ok()
        {
            return Some(());
        }
        self.buffer.clear();
        let file = File::open(self.path(OFTEN[place])).ok()?;
        whole(&file, &mut self.buffer).ok()?;
        self.open[place] = Some(file);
        Some(())
    }

    /// The lines that are text; a damaged line does not spoil the others.
    pub(super) fn lines(
        &mut self,
        path: impl AsRef<Path>,
    ) -> Option<impl DoubleEndedIterator<Item = &str> + Clone> {
        let bytes = self.bytes(path)?;
        Some(
            bytes
                .split(|byte| *byte == b'\n')
                .filter_map(|line| str::from_utf8(line).ok())
                .filter(|line| !line.is_empty()),
        )
    }

    /// The one line of a file that holds one value.
    pub(super) fn word(&mut self, path: impl AsRef<Path>) -> Option<&str> {
        let bytes = self.bytes(path)?;
        let line = bytes.split(|byte| *byte == b'\n').next()?;
        let word = str::from_utf8(line).ok()?.trim();
        (!word.is_empty()).then_some(word)
    }

    pub(super) fn number<T: FromStr>(&mut self, path: impl AsRef<Path>) -> Option<T> {
        self.word(path)?.parse().ok()
    }

    /// The value of `key` in lines of the form `KEY=value`, quotes taken off.
    pub(super) fn value(&mut self, path: impl AsRef<Path>, key: &str) -> Option<String> {
        self.lines(path)?.find_map(|line| {
            let value = line.strip_prefix(key)?.strip_prefix('=')?.trim();
            let value = value.trim_matches(['"', '\'']);
            (!value.is_empty()).then(|| value.to_owned())
        })
    }

    /// Names in a folder, sorted; empty if it cannot be read.
    pub(super) fn names(&self, path: impl AsRef<Path>) -> Vec<String> {
        let mut names: Vec<String> = fs::read_dir(self.path(path))
            .into_iter()
            .flatten()
            .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
            .collect();
        names.sort_unstable();
        names
    }

    pub(super) fn exists(&self, path: impl AsRef<Path>) -> bool {
        self.path(path).exists()
    }

    /// The last name of what a link points to.
    pub(super) fn link_name(&self, path: impl AsRef<Path>) -> Option<String> {
        let target = fs::read_link(self.path(path)).ok()?;
        Some(target.file_name()?.to_str()?.to_owned())
    }

    /// When a file or folder was last changed, ms UTC.
    pub(super) fn modified_ms(&self, path: impl AsRef<Path>) -> Option<i64> {
        let modified = fs::metadata(self.path(path)).ok()?.modified().ok()?;
        let ms = match modified.duration_since(UNIX_EPOCH) {
            Ok(after) => i64::try_from(after.as_millis()).ok()?,
            Err(before) => -i64::try_from(before.duration().as_millis()).ok()?,
        };
        Some(ms)
    }
}

/// All of an open file, or a byte more than we take.
fn whole(file: &File, buffer: &mut Vec<u8>) -> io::Result<()> {
    let mut part = [0; 4096];
    while buffer.len() <= FILE_BYTES {
        match file.read_at(&mut part, buffer.len() as u64)? {
            0 => return Ok(()),
            read => buffer.extend_from_slice(&part[..read]),
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_of_the_kernel_that_stays_open_tells_what_is_true_now() {
        let mut files = Files::new(Sources::machine("/nowhere"));
        let first = files.word("proc/uptime").unwrap().to_owned();
        let later = || std::thread::sleep(std::time::Duration::from_millis(10));
        // A hundredth of a second is its step; it comes, however slow the machine.
        while files.word("proc/uptime").unwrap() == first {
            later();
        }
        let direct = fs::read("/proc/self/mountinfo").unwrap();
        for _ in 0..2 {
            assert_eq!(files.bytes("proc/self/mountinfo").unwrap(), direct);
        }
    }
}
