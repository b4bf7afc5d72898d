//! The two files of the authority: `ca.pem` and `ca.key`, in a folder of their own.
//!
//! They are made together, in a folder that takes its name last, so that no power
//! cut leaves one without the other. A half that is missing is therefore damage.

use std::fs::{self, DirBuilder, File, OpenOptions, Permissions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::Path;

use super::PkiError;
use super::ca::Ca;

const CERTIFICATE: &str = "ca.pem";
const KEY: &str = "ca.key";

/// The authority in `folder`; `None` if there is no such folder.
pub(super) fn load(folder: &Path) -> Result<Option<Ca>, PkiError> {
    match fs::symlink_metadata(folder) {
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(e) => return Err(failed(folder)(e)),
        Ok(_) => {}
    }
    let certificate = read(&folder.join(CERTIFICATE))?;
    let key_path = folder.join(KEY);
    let key = read(&key_path)?;
    close_to_others(folder, 0o700)?;
    close_to_others(&key_path, 0o600)?;
    Ca::from_pem(&certificate, &key)
        .map(Some)
        .map_err(|what| damaged(folder, what))
}

/// Writes a new authority; `folder` must not exist yet.
pub(super) fn save(folder: &Path, ca: &Ca) -> Result<(), PkiError> {
    let parent = folder.parent().unwrap_or(Path::new("."));
    let new = folder.with_extension("new");
    // Left by a start that was cut short: nobody has trusted it yet.
    if new.exists() {
        fs::remove_dir_all(&new).map_err(failed(&new))?;
    }
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(&new)
        .map_err(failed(&new))?;
    write(&new.join(KEY), &ca.key_pem(), 0o600)?;
    write(&new.join(CERTIFICATE), ca.pem(), 0o644)?;
    sync(&new)?;
    fs::rename(&new, folder).map_err(failed(folder))?;
    sync(parent)
}

fn read(path: &Path) -> Result<String, PkiError> {
    fs::read_to_string(path).map_err(|source| match source.kind() {
        io::ErrorKind::NotFound => damaged(path, "no such file"),
        io::ErrorKind::InvalidData => damaged(path, "not a text"),
        _ => failed(path)(source),
    })
}

fn write(path: &Path, text: &str, mode: u32) -> Result<(), PkiError> {
    let write = || {
        let mut file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(mode)
            .open(path)?;
        file.write_all(text.as_bytes())?;
        file.sync_all()
    };
    write().map_err(failed(path))
}

fn sync(folder: &Path) -> Result<(), PkiError> {
    File::open(folder)
        .and_then(|f| f.sync_all())
        .map_err(failed(folder))
}

/// A restored backup may have come back open to everybody.
fn close_to_others(path: &Path, mode: u32) -> Result<(), PkiError> {
    let found = fs::metadata(path).map_err(failed(path))?.permissions();
    if found.mode() & 0o077 != 0 {
        tracing::warn!(path = %path.display(), "others could read this; closed it");
        fs::set_permissions(path, Permissions::from_mode(mode)).map_err(failed(path))?;
    }
    Ok(())
}

fn damaged(path: &Path, what: &str) -> PkiError {
    PkiError::Damaged {
        path: path.to_owned(),
        what: what.to_owned(),
    }
}

fn failed(path: &Path) -> impl FnOnce(io::Error) -> PkiError {
    let path = path.to_owned();
    move |source| PkiError::Io { path, source }
}
