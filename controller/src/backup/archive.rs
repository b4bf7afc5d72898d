//! Packs the folders of a backup into one file, and unpacks it: exactly the files that its
//! manifest names, wherever the archive came from.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufReader, Read, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Component, Path, PathBuf};

use data_encoding::HEXLOWER;
use jiff::Timestamp;
use ring::digest::{Context, SHA256};

use super::manifest::{BYTES_MAX, FORMAT, FileSum, Manifest, NAME};
use super::{BackupError, PKI, STORE, make_folder};

/// Of zstd: packs a store to a third, at the speed of the disk.
const LEVEL: i32 = 3;
const CHUNK: usize = 64 * 1024;

fn failed<E: Into<io::Error>>(error: E) -> BackupError {
    BackupError::Io {
        what: "failed to write the backup".to_owned(),
        source: error.into(),
    }
}

/// Packs all files below `folder` and waits until they are on the disk.
pub(super) fn pack(folder: &Path, archive: &Path, at: Timestamp) -> Result<(), BackupError> {
    let mut files = Vec::new();
    for top in [STORE, PKI] {
        find(folder, &PathBuf::from(top), &mut files).map_err(failed)?;
    }
    files.sort();
    let sums = files
        .iter()
        .map(|name| sum(folder, name))
        .collect::<io::Result<Vec<_>>>()
        .map_err(failed)?;
    let manifest = Manifest {
        format: FORMAT,
        version: env!("CARGO_PKG_VERSION").to_owned(),
        made_at: at,
        files: sums,
    };
    let text = serde_json::to_vec_pretty(&manifest).map_err(failed)?;
    let file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(archive)
        .map_err(failed)?;
    let packed = zstd::Encoder::new(file, LEVEL).map_err(failed)?;
    let mut tar = tar::Builder::new(packed);
    let when = at.as_second().max(0).unsigned_abs();
    append(
        &mut tar,
        NAME,
        text.len() as u64,
        0o600,
        when,
        text.as_slice(),
    )
    .map_err(failed)?;
    for found in &manifest.files {
        let source = File::open(folder.join(&found.name)).map_err(failed)?;
        let mode = source.metadata().map_err(failed)?.permissions().mode() & 0o777;
        append(&mut tar, &found.name, found.bytes, mode, when, source).map_err(failed)?;
    }
    let packed = tar.into_inner().map_err(failed)?;
    let file = packed.finish().map_err(failed)?;
    file.sync_all().map_err(failed)
}

fn append(
    tar: &mut tar::Builder<impl Write>,
    name: &str,
    bytes: u64,
    mode: u32,
    when: u64,
    source: impl Read,
) -> io::Result<()> {
    let mut header = tar::Header::new_gnu();
    header.set_size(bytes);
    header.set_mode(mode);
    header.set_mtime(when);
    header.set_entry_type(tar::EntryType::Regular);
    tar.append_data(&mut header, name, source)
}

fn find(folder: &Path, below: &Path, files: &mut Vec<String>) -> io::Result<()> {
    for entry in fs::read_dir(folder.join(below))? {
        let entry = entry?;
        let name = below.join(entry.file_name());
        match entry.file_type()? {
            kind if kind.is_dir() => find(folder, &name, files)?,
            _ => files.push(name.to_string_lossy().into_owned()),
        }
    }
    Ok(())
}

fn sum(folder: &Path, name: &str) -> io::Result<FileSum> {
    let mut hashed = Hashed::new(io::sink());
    let bytes = io::copy(&mut File::open(folder.join(name))?, &mut hashed)?;
    Ok(FileSum {
        name: name.to_owned(),
        bytes,
        sha256: hashed.end(),
    })
}

/// Unpacks a backup into a folder. Every file is what the manifest says, or this fails.
pub(super) fn unpack(archive: &Path, folder: &Path) -> Result<Manifest, BackupError> {
    let open = |error: io::Error| BackupError::Io {
        what: format!("failed to open {}", archive.display()),
        source: error,
    };
    let file = File::open(archive).map_err(open)?;
    let damaged = |error: io::Error| BackupError::Damaged(error.to_string());
    let unpacked = zstd::Decoder::new(BufReader::new(file)).map_err(damaged)?;
    let mut tar = tar::Archive::new(unpacked);
    let mut entries = tar.entries().map_err(damaged)?;
    let first = entries.next().transpose().map_err(damaged)?;
    let manifest = first
        .ok_or_else(|| BackupError::Damaged("it is empty".to_owned()))
        .and_then(read_manifest)?;
    let mut awaited = manifest.files.iter();
    for entry in entries {
        let mut entry = entry.map_err(damaged)?;
        let wanted = awaited
            .next()
            .ok_or_else(|| BackupError::Damaged("it holds more than it says".to_owned()))?;
        let name = entry.path().map_err(damaged)?.into_owned();
        if name != Path::new(&wanted.name) || entry.size() != wanted.bytes || !is_ours(&name) {
            let name = name.display();
            return Err(BackupError::Damaged(format!(
                "{name} does not belong there"
            )));
        }
        let mode = entry.header().mode().map_err(damaged)?;
        let sha256 = write(&mut entry, &folder.join(&name), mode)?;
        if sha256 != wanted.sha256 {
            let name = &wanted.name;
            return Err(BackupError::Damaged(format!(
                "{name} is not what was written"
            )));
        }
    }
    match awaited.next() {
        None => Ok(manifest),
        Some(missing) => Err(BackupError::Damaged(format!("{} is missing", missing.name))),
    }
}

fn read_manifest(mut entry: tar::Entry<'_, impl Read>) -> Result<Manifest, BackupError> {
    let unreadable = || BackupError::Damaged("it does not say what it holds".to_owned());
    let path = entry.path().map_err(|_| unreadable())?;
    if path != Path::new(NAME) || entry.size() > BYTES_MAX {
        return Err(unreadable());
    }
    drop(path);
    let mut text = Vec::new();
    entry.read_to_end(&mut text).map_err(|_| unreadable())?;
    let value: serde_json::Value = serde_json::from_slice(&text).map_err(|_| unreadable())?;
    if value["format"]
        .as_u64()
        .is_some_and(|n| n > u64::from(FORMAT))
    {
        let version = value["version"].as_str().unwrap_or("?");
        return Err(BackupError::Newer(version.chars().take(32).collect()));
    }
    serde_json::from_value(value).map_err(|_| unreadable())
}

/// Below `store/` or `pki/`, by plain names only.
fn is_ours(name: &Path) -> bool {
    let mut parts = name.components();
    let top = parts.next();
    let is_top = |word: &str| top == Some(Component::Normal(word.as_ref()));
    (is_top(STORE) || is_top(PKI)) && parts.all(|part| matches!(part, Component::Normal(_)))
}

/// Writes one file, synced; returns its SHA-256.
fn write(entry: &mut impl Read, place: &Path, mode: u32) -> Result<String, BackupError> {
    if let Some(parent) = place.parent() {
        make_folder(parent)?;
    }
    let failed = |error| BackupError::Io {
        what: format!("failed to write {}", place.display()),
        source: error,
    };
    let file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(mode & 0o700 | 0o600)
        .open(place)
        .map_err(failed)?;
    let mut hashed = Hashed::new(file);
    let mut chunk = vec![0; CHUNK];
    loop {
        // What cannot be read is damage; what cannot be written is not.
        let n = entry
            .read(&mut chunk)
            .map_err(|error| BackupError::Damaged(error.to_string()))?;
        if n == 0 {
            break;
        }
        hashed.write_all(&chunk[..n]).map_err(failed)?;
    }
    hashed.inner.sync_all().map_err(failed)?;
    Ok(hashed.end())
}

/// Passes bytes on, and hashes them.
struct Hashed<W> {
    inner: W,
    hash: Context,
}

impl<W> Hashed<W> {
    fn new(inner: W) -> Self {
        let hash = Context::new(&SHA256);
        Hashed { inner, hash }
    }

    fn end(self) -> String {
        HEXLOWER.encode(self.hash.finish().as_ref())
    }
}

impl<W: Write> Write for Hashed<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let n = self.inner.write(bytes)?;
        self.hash.update(&bytes[..n]);
        Ok(n)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}
