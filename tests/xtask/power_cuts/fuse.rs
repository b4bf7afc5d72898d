//! One file served by this process over the kernel's FUSE door, so that a loop device can be
//! put on a [`Drive`]. Only what a loop device and `mkfs` need of the protocol (7.31).

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use anyhow::{Context, bail};
use tempfile::TempDir;

use super::cache::Drive;

/// The name of the file.
const NAME: &[u8] = b"drive";
const ROOT: u64 = 1;
const FILE: u64 = 2;
/// Bytes of one request: a write, its headers and more.
const REQUEST: usize = 160 * 1024;
const WRITE_MAX: u32 = 128 * 1024;

/// What a flush takes on a drive that turns. Without it the cache would hardly ever hold
/// anything when the power goes.
const FLUSH: Duration = Duration::from_millis(6);

const FSYNC: u32 = 20;
const ENOENT: i32 = -2;
const ENOSYS: i32 = -38;

/// A file system with one file, on a drive; unmounted when it is dropped.
#[derive(Debug)]
pub(crate) struct Served {
    dir: TempDir,
    drive: Arc<Mutex<Drive>>,
    server: Option<JoinHandle<()>>,
}

impl Served {
    /// Serves `drive` as a file of this many bytes.
    pub(crate) fn mount(drive: Drive, bytes: u64) -> anyhow::Result<Self> {
        let door = OpenOptions::new()
            .read(true)
            .write(true)
            .open("/dev/fuse")
            .context("/dev/fuse cannot be opened")?;
        let dir = tempfile::tempdir()?;
        let drive = Arc::new(Mutex::new(drive));
        // The kernel takes the door as a number: it is the standard input of mount.
        let output = Command::new("mount")
            .args(["-i", "-t", "fuse", "-o"])
            .arg("fd=0,rootmode=40000,user_id=0,group_id=0")
            .arg("declic-drive")
            .arg(dir.path())
            .stdin(Stdio::from(door.try_clone()?))
            .output()
            .context("mount could not be started")?;
        if !output.status.success() {
            let why = String::from_utf8_lossy(&output.stderr);
            bail!("FUSE cannot be mounted: {}", why.trim());
        }
        let server = std::thread::spawn({
            let drive = Arc::clone(&drive);
            move || serve(door, &drive, bytes)
        });
        Ok(Served {
            dir,
            drive,
            server: Some(server),
        })
    }

    pub(crate) fn file(&self) -> PathBuf {
        self.dir.path().join("drive")
    }

    /// The drive, at rest for as long as it is held.
    pub(crate) fn drive(&self) -> MutexGuard<'_, Drive> {
        self.drive.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        unmount(self.dir.path());
        // The door answers no more, and the server ends.
        let _ = self.server.take().map(JoinHandle::join);
    }
}

/// Lazily where it must be: a process that is being killed may still hold a file.
fn unmount(place: &Path) {
    let quietly = |args: &[&str]| {
        let mut umount = Command::new("umount");
        umount.args(args).arg(place).stderr(Stdio::null());
        umount.status().is_ok_and(|status| status.success())
    };
    if !quietly(&[]) {
        quietly(&["-l"]);
    }
}

/// Answers until the file system is unmounted.
fn serve(mut door: File, drive: &Mutex<Drive>, bytes: u64) {
    let mut request = vec![0; REQUEST];
    loop {
        let length = match door.read(&mut request) {
            Ok(length) => length,
            // A request was taken back, or interrupted.
            Err(error) if matches!(error.raw_os_error(), Some(2 | 4 | 11)) => continue,
            Err(_) => return,
        };
        let Some(asked) = Asked::read(&request[..length]) else {
            return;
        };
        if asked.opcode == FSYNC {
            // The power may go now, with all of it still in the cache.
            std::thread::sleep(FLUSH);
        }
        let answer = {
            let mut drive = drive.lock().unwrap_or_else(PoisonError::into_inner);
            answer(&asked, &mut drive, bytes)
        };
        let Some(answer) = answer else { continue };
        if reply(&mut door, asked.unique, answer).is_err() {
            return;
        }
    }
}

struct Asked<'a> {
    opcode: u32,
    unique: u64,
    node: u64,
    body: &'a [u8],
}

impl<'a> Asked<'a> {
    fn read(request: &'a [u8]) -> Option<Self> {
        Some(Asked {
            opcode: u32_at(request, 4)?,
            unique: u64_at(request, 8)?,
            node: u64_at(request, 16)?,
            body: request.get(40..)?,
        })
    }
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_ne_bytes(bytes.get(at..at + 4)?.try_into().ok()?))
}

fn u64_at(bytes: &[u8], at: usize) -> Option<u64> {
    Some(u64::from_ne_bytes(bytes.get(at..at + 8)?.try_into().ok()?))
}

/// The answer to one request; `None` where the kernel expects none.
fn answer(asked: &Asked<'_>, drive: &mut Drive, bytes: u64) -> Option<Result<Vec<u8>, i32>> {
    let body = asked.body;
    Some(match asked.opcode {
        // LOOKUP
        1 if body.strip_suffix(b"\0") == Some(NAME) => Ok(Words::default()
            .long(&[FILE, 0, 3600, 3600])
            .short(&[0, 0])
            .attributes(FILE, bytes)
            .0),
        1 => Err(ENOENT),
        // FORGET, INTERRUPT, BATCH_FORGET
        2 | 36 | 42 => return None,
        // GETATTR, SETATTR: its size and mode stay.
        3 | 4 => Ok(Words::default()
            .long(&[3600])
            .short(&[0, 0])
            .attributes(asked.node, bytes)
            .0),
        // OPEN, OPENDIR: nothing of it is cached by the kernel (FOPEN_DIRECT_IO).
        14 | 27 => Ok(Words::default().long(&[0]).short(&[1, 0]).0),
        // READ
        15 => {
            let mut read = vec![0; u32_at(body, 16)? as usize];
            drive.read(u64_at(body, 8)?, &mut read);
            Ok(read)
        }
        // WRITE
        16 => {
            let length = u32_at(body, 16)?;
            drive.write(u64_at(body, 8)?, body.get(40..40 + length as usize)?);
            Ok(Words::default().short(&[length, 0]).0)
        }
        // STATFS
        17 => Ok(Words::default()
            .long(&[bytes / 4096, 0, 0, 1, 0])
            .short(&[4096, 255, 4096, 0, 0, 0, 0, 0, 0, 0])
            .0),
        FSYNC => {
            drive.flush();
            Ok(Vec::new())
        }
        // INIT
        26 => Ok(Words::default()
            .short(&[7, 31, 0, 0, 16 | 12 << 16, WRITE_MAX, 1, 0])
            .short(&[0; 8])
            .0),
        // RELEASE, FLUSH (of a descriptor, not of the drive), RELEASEDIR, DESTROY
        18 | 25 | 29 | 38 => Ok(Vec::new()),
        _ => Err(ENOSYS),
    })
}

fn reply(door: &mut File, unique: u64, answer: Result<Vec<u8>, i32>) -> io::Result<()> {
    let (error, body) = match answer {
        Ok(body) => (0, body),
        Err(error) => (error, Vec::new()),
    };
    let mut bytes = Words::default().short(&[16 + body.len() as u32]).0;
    bytes.extend(error.to_ne_bytes());
    bytes.extend(unique.to_ne_bytes());
    bytes.extend(body);
    // In one write: that is how the door takes it.
    match door.write(&bytes) {
        // The one who asked does not wait any more.
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        written => written.map(drop),
    }
}

/// The kernel's structures, word by word.
#[derive(Default)]
struct Words(Vec<u8>);

impl Words {
    fn long(mut self, words: &[u64]) -> Self {
        self.0
            .extend(words.iter().flat_map(|word| word.to_ne_bytes()));
        self
    }

    fn short(mut self, words: &[u32]) -> Self {
        self.0
            .extend(words.iter().flat_map(|word| word.to_ne_bytes()));
        self
    }

    /// `struct fuse_attr`
    fn attributes(self, node: u64, bytes: u64) -> Self {
        let (mode, size) = match node {
            ROOT => (0o040_700, 0),
            _ => (0o100_600, bytes),
        };
        self.long(&[node, size, size / 512, 0, 0, 0])
            .short(&[0, 0, 0, mode, 1, 0, 0, 0, 4096, 0])
    }
}
