//! Backups: the store and the certificate authority of a controller in one file, taken while
//! it runs, read back before it counts, and restored by one command.
//!
//! A backup is a tar archive packed by zstd, so that it can be looked into without us. Its
//! first entry says what must follow, with the SHA-256 of each file. Whoever holds it
//! can be the controller: it contains the key of the authority, and only its owner may read it.

mod archive;
mod manifest;
mod restore;
#[cfg(test)]
mod tests;

use std::fs::{self, DirBuilder, File};
use std::io;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use jiff::tz::TimeZone;

pub use self::manifest::Manifest;
pub use self::restore::{Restored, none_under_way, restore};
use crate::store::check::{self, Checked};
use crate::store::sled::{OpenError, Options, SledStore};
use crate::store::{Store, StoreError};

/// What the name of a backup ends with.
pub const SUFFIX: &str = ".tar.zst";
const PREFIX: &str = "declic-";
const STAMP: &str = "%Y%m%dT%H%M%SZ";
/// Where one is made. A name that no backup has.
const MAKING: &str = ".making";

/// The folders of a data directory that go into a backup. The keys of households never do.
const STORE: &str = "store";
const PKI: &str = "pki";

#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    #[error("{what}: {source}")]
    Io { what: String, source: io::Error },
    #[error(transparent)]
    Store(#[from] StoreError),
    /// It is no backup, or no longer what was written.
    #[error("this backup is damaged ({0}); use another one")]
    Damaged(String),
    #[error(
        "this backup was made by a newer version of Déclic ({0}); install that version to restore it"
    )]
    Newer(String),
    #[error("a controller is running on {0}; stop it first")]
    Running(PathBuf),
    #[error("there is data in {0} already; --replace puts it aside and takes the backup instead")]
    Taken(PathBuf),
    /// Its folders may be of two states, or missing.
    #[error(
        "a restore was cut short in {0}: nothing is lost, but what is there is not whole; run the \
         same `declic backup restore` again, with --replace"
    )]
    UnderWay(PathBuf),
}

impl BackupError {
    fn io(what: impl Into<String>) -> impl FnOnce(io::Error) -> Self {
        let what = what.into();
        move |source| BackupError::Io { what, source }
    }
}

/// A backup in its folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    pub name: String,
    pub made_at: Timestamp,
    pub bytes: u64,
}

/// What a backup was found to hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified {
    pub manifest: Manifest,
    pub rows: u64,
    pub bytes: u64,
}

/// The name of a backup made at this moment.
pub fn name_of(at: Timestamp) -> String {
    format!("{PREFIX}{}{SUFFIX}", at.strftime(STAMP))
}

/// When a backup of this name was made; `None` for any other file.
pub fn made_at(name: &str) -> Option<Timestamp> {
    let stamp = name.strip_prefix(PREFIX)?.strip_suffix(SUFFIX)?;
    let civil = jiff::civil::DateTime::strptime(STAMP, stamp).ok()?;
    Some(civil.to_zoned(TimeZone::UTC).ok()?.timestamp())
}

/// The backups of a folder, newest first; none where there is no folder. Blocks.
pub fn list(folder: &Path) -> io::Result<Vec<Listed>> {
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries?,
    };
    let mut found = Vec::new();
    for entry in entries {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if let Some(made_at) = made_at(&name) {
            let bytes = entry.metadata()?.len();
            found.push(Listed {
                name,
                made_at,
                bytes,
            });
        }
    }
    found.sort_by_key(|listed| std::cmp::Reverse(listed.made_at));
    Ok(found)
}

/// Makes a backup of a running controller and reads all of it back. One at a time. Blocks;
/// commits wait while the rows are copied.
pub fn create(
    store: &dyn Store,
    data_dir: &Path,
    folder: &Path,
    at: Timestamp,
) -> Result<Listed, BackupError> {
    make_folder(folder)?;
    let making = folder.join(MAKING);
    clear(&making)?;
    make_folder(&making)?;
    let made = make(store, data_dir, &making, at);
    let named = made.and_then(|archive| {
        let name = name_of(at);
        let place = folder.join(&name);
        fs::rename(&archive, &place).map_err(BackupError::io("failed to name the backup"))?;
        sync(folder)?;
        let bytes = fs::metadata(&place).map_err(BackupError::io("failed to read the backup"))?;
        Ok(Listed {
            name,
            made_at: at,
            bytes: bytes.len(),
        })
    });
    // Also after a failure: what is left of it takes room that may be what lacked.
    clear(&making)?;
    named
}

fn make(
    store: &dyn Store,
    data_dir: &Path,
    making: &Path,
    at: Timestamp,
) -> Result<PathBuf, BackupError> {
    let copy = making.join("copy");
    make_folder(&copy)?;
    store.backup(&copy.join(STORE))?;
    copy_keys(&data_dir.join(PKI), &copy.join(PKI))?;
    let archive = making.join("archive");
    archive::pack(&copy, &archive, at)?;
    clear(&copy)?;
    verify_in(&archive, &making.join("again"))?;
    Ok(archive)
}

/// The files of the authority, which are written once and never changed.
fn copy_keys(from: &Path, into: &Path) -> Result<(), BackupError> {
    make_folder(into)?;
    let failed = || BackupError::io("failed to copy the certificate authority");
    for entry in fs::read_dir(from).map_err(failed())? {
        let entry = entry.map_err(failed())?;
        if entry.file_type().map_err(failed())?.is_file() {
            // The modes of the files come along.
            fs::copy(entry.path(), into.join(entry.file_name())).map_err(failed())?;
        }
    }
    Ok(())
}

/// Unpacks a backup beside itself, opens its store and reads every row. Blocks.
pub fn verify(file: &Path) -> Result<Verified, BackupError> {
    let beside = file.parent().filter(|parent| *parent != Path::new(""));
    let prefix = ".verifying-";
    let builder = || {
        let mut builder = tempfile::Builder::new();
        builder.prefix(prefix);
        builder
    };
    // A backup may lie where nothing can be written: on a disk that is mounted to be read.
    let place = builder()
        .tempdir_in(beside.unwrap_or(Path::new(".")))
        .or_else(|_| builder().tempdir())
        .map_err(BackupError::io("failed to make a folder to unpack it"))?;
    verify_in(file, &place.path().join("unpacked"))
}

fn verify_in(file: &Path, folder: &Path) -> Result<Verified, BackupError> {
    make_folder(folder)?;
    let verified = unpack_and_read(file, folder);
    clear(folder)?;
    verified
}

fn unpack_and_read(file: &Path, folder: &Path) -> Result<Verified, BackupError> {
    let manifest = archive::unpack(file, folder)?;
    let read = open(&folder.join(STORE))?;
    Ok(Verified {
        manifest,
        rows: read.rows,
        bytes: read.bytes,
    })
}

/// Opens a store that was unpacked and reads every row of it.
fn open(place: &Path) -> Result<Checked, BackupError> {
    let damaged = |why: String| BackupError::Damaged(why);
    let store = SledStore::open(place, Options::default()).map_err(|error| match error {
        OpenError::Io(source) => BackupError::Io {
            what: "failed to open the unpacked store".to_owned(),
            source,
        },
        other => damaged(other.to_string()),
    })?;
    let read = check::check(&store);
    store.close();
    let read = read?;
    match read.damaged.len() {
        0 => Ok(read),
        n => Err(damaged(format!("{n} records are not what was written"))),
    }
}

/// Removes what an interrupted work left.
fn clear(place: &Path) -> Result<(), BackupError> {
    match fs::remove_dir_all(place) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(BackupError::Io {
            what: format!("failed to remove {}", place.display()),
            source: error,
        }),
        _ => Ok(()),
    }
}

/// Makes a folder that only its owner may enter, unless it is there.
fn make_folder(place: &Path) -> Result<(), BackupError> {
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(place)
        .map_err(BackupError::io(format!(
            "failed to make {}",
            place.display()
        )))
}

fn sync(folder: &Path) -> Result<(), BackupError> {
    File::open(folder)
        .and_then(|folder| folder.sync_all())
        .map_err(BackupError::io(format!(
            "failed to sync {}",
            folder.display()
        )))
}
