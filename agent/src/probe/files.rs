//! Reads the small files of a machine: bounded, and absent rather than wrong.

use std::fs::{self, File};
use std::io;
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

/// Bytes that are asked for at once.
const PART: usize = 8192;

/// As much as a file of /sys gives at once: all that it holds, or a part of this size.
const PAGE: usize = 4096;

/// Longest line of the files that stay open, but for mounts. The kernel gives as many whole lines
/// as fit: where more room than this is left, the end was reached, and need not be asked for.
const LINE: usize = 1024;

/// Reads files below the root of a [`Sources`], into one buffer used again and again.
///
/// Paths are relative to the root (`proc/stat`); an absolute one stands for itself.
#[derive(Debug)]
pub(super) struct Files {
    pub(super) sources: Sources,
    buffer: Vec<u8>,
    /// Where the kernel puts a part of a file.
    part: Vec<u8>,
    /// Those of [`OFTEN`] that were read.
    open: [Option<File>; OFTEN.len()],
}

impl Files {
    pub(super) fn new(sources: Sources) -> Self {
        Self {
            sources,
            buffer: Vec::new(),
            part: Vec::new(),
            open: Default::default(),
        }
    }

    pub(super) fn path(&self, path: impl AsRef<Path>) -> PathBuf {
        self.sources.root.join(path)
    }

    /// A whole file, if it can be read and has a believable size.
    pub(super) fn bytes(&mut self, path: impl AsRef<Path>) -> Option<&[u8]> {
        if self.buffer.capacity() > KEPT_BYTES {
            self.buffer = Vec::new();
        }
        self.buffer.clear();
        let path = path.as_ref();
        let often = match self.sources.answers {
            Answers::Machine => OFTEN.iter().position(|often| path.as_os_str() == *often),
            // Files of a test are replaced by others.
            Answers::Files => None,
        };
        match often {
            Some(place) => self.again(place)?,
            None => {
                let file = File::open(self.path(path)).ok()?;
                let line = match path.starts_with("sys") {
                    true => PART - PAGE,
                    // Size hints mean nothing in /proc, and a line may be long.
                    false => PART,
                };
                self.whole(&file, line).ok()?;
            }
        }
        let believable = !self.buffer.is_empty() && self.buffer.len() <= FILE_BYTES;
        believable.then_some(&self.buffer)
    }

    /// Reads one of [`OFTEN`] from its beginning.
    fn again(&mut self, place: usize) -> Option<()> {
        let line = match OFTEN[place] {
            "proc/self/mountinfo" => PART,
            _ => LINE,
        };
        let mut kept = self.open[place].take();
        let read = self.read_again(&mut kept, OFTEN[place], line);
        self.open[place] = kept;
        read
    }

    /// Reads a file that stays open, from its beginning; opens it if it is not, or is gone.
    fn read_again(
        &mut self,
        kept: &mut Option<File>,
        path: impl AsRef<Path>,
        line: usize,
    ) -> Option<()> {
        if let Some(file) = kept
            && self.whole(file, line).is_ok()
        {
            return Some(());
        }
        self.buffer.clear();
        *kept = None;
        let file = File::open(self.path(path)).ok()?;
        self.whole(&file, line).ok()?;
        *kept = Some(file);
        Some(())
    }

    /// All of an open file, or a byte more than we take. None of its lines is longer than `line`.
    fn whole(&mut self, file: &File, line: usize) -> io::Result<()> {
        // Made once: to clear it for each file would cost more than most of them.
        self.part.resize(PART, 0);
        while self.buffer.len() <= FILE_BYTES {
            match file.read_at(&mut self.part, self.buffer.len() as u64)? {
                0 => return Ok(()),
                read => {
                    self.buffer.extend_from_slice(&self.part[..read]);
                    if read + line < PART {
                        return Ok(());
                    }
                }
            }
        }
        Ok(())
    }

    /// The one line of a file of the kernel that its reader keeps open from one look to the next.
    pub(super) fn word_again(
        &mut self,
        kept: &mut Option<File>,
        path: impl AsRef<Path>,
    ) -> Option<&str> {
        if self.sources.answers == Answers::Files {
            return self.word(path);
        }
        self.buffer.clear();
        self.read_again(kept, path, LINE)?;
        word_of(&self.buffer)
    }

    /// The lines that are text; a damaged line does not spoil the others.
    pub(super) fn lines(
        &mut self,
        path: impl AsRef<Path>,
    ) -> Option<impl DoubleEndedIterator<Item = &str> + Clone> {
        Some(lines_of(self.bytes(path)?))
    }

    /// The one line of a file that holds one value.
    pub(super) fn word(&mut self, path: impl AsRef<Path>) -> Option<&str> {
        word_of(self.bytes(path)?)
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

/// The lines of a text that are text.
pub(super) fn lines_of(bytes: &[u8]) -> impl DoubleEndedIterator<Item = &str> + Clone {
    bytes
        .split(|byte| *byte == b'\n')
        .filter_map(|line| str::from_utf8(line).ok())
        .filter(|line| !line.is_empty())
}

fn word_of(bytes: &[u8]) -> Option<&str> {
    let line = bytes.split(|byte| *byte == b'\n').next()?;
    let word = str::from_utf8(line).ok()?.trim();
    (!word.is_empty()).then_some(word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_of_any_size_is_read_to_its_end() {
        let root = tempfile::TempDir::new().unwrap();
        fs::create_dir(root.path().join("sys")).unwrap();
        let mut files = Files::new(Sources::tree(root.path()));
        for size in [1, 4095, 4096, 4097, 8191, 8192, 8193, 20_000, FILE_BYTES] {
            let content: Vec<u8> = (0..size).map(|n| n as u8).collect();
            fs::write(root.path().join("sys/value"), &content).unwrap();
            assert_eq!(files.bytes("sys/value"), Some(&content[..]), "{size}");
        }
        fs::write(root.path().join("sys/value"), vec![0; FILE_BYTES + 1]).unwrap();
        assert_eq!(files.bytes("sys/value"), None);
    }

    #[test]
    fn a_file_of_the_kernel_that_stays_open_tells_what_is_true_now() {
        let mut files = Files::new(Sources::machine("/nowhere"));
        let first = files.bytes("proc/stat").unwrap().to_owned();
        let later = || std::thread::sleep(std::time::Duration::from_millis(10));
        // A hundredth of a second is its step; it comes, however slow the machine.
        while files.bytes("proc/stat").unwrap() == first {
            later();
        }
        for path in [
            "proc/self/mountinfo",
            "proc/net/route",
            "proc/net/ipv6_route",
        ] {
            let direct = fs::read(Path::new("/").join(path)).unwrap();
            for _ in 0..2 {
                assert_eq!(files.bytes(path).unwrap(), direct, "{path}");
            }
        }
    }
}
