//! Puts a backup in the place of a data directory. Nothing is thrown away: what was there is
//! put aside.

use std::fs;
use std::os::unix::fs::{MetadataExt, chown};
use std::path::{Path, PathBuf};

use jiff::Timestamp;

use super::{BackupError, PKI, STORE, Verified, clear, make_folder, name_of, sync};
use crate::store::sled::is_locked;

/// Where a backup is unpacked before it takes its place.
const RESTORING: &str = ".restoring";

/// What a restore has done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Restored {
    pub verified: Verified,
    /// Where the former folders are now.
    pub aside: Vec<PathBuf>,
}

/// Restores a backup into a data directory whose controller is stopped. Data that is there is only
/// put aside if `replace` says so. A restore that was interrupted is done again. Blocks.
pub fn restore(
    file: &Path,
    data_dir: &Path,
    replace: bool,
    now: Timestamp,
) -> Result<Restored, BackupError> {
    let there = data_dir.symlink_metadata().is_ok();
    make_folder(data_dir)?;
    let places = [STORE, PKI].map(|name| data_dir.join(name));
    let taken: Vec<_> = places
        .iter()
        .filter(|place| place.symlink_metadata().is_ok())
        .collect();
    if places[0].is_dir() && is_locked(&places[0]) {
        return Err(BackupError::Running(data_dir.to_owned()));
    }
    if let (Some(place), false) = (taken.first(), replace) {
        return Err(BackupError::Taken((*place).clone()));
    }
    let restoring = data_dir.join(RESTORING);
    clear(&restoring)?;
    make_folder(&restoring)?;
    let verified = super::unpack_and_read(file, &restoring).inspect_err(|_| {
        let _ = clear(&restoring);
    })?;
    if there {
        give_to_owner_of(data_dir, &restoring)?;
    }
    // Everything is here and sound: only now is what was there moved.
    let stamp = name_of(now);
    let stamp = stamp
        .trim_start_matches("declic-")
        .trim_end_matches(super::SUFFIX);
    let mut aside = Vec::new();
    for place in &places {
        let failed = |what: &Path| BackupError::io(format!("failed to move {}", what.display()));
        if place.symlink_metadata().is_ok() {
            let mut name = place.clone().into_os_string();
            name.push(format!(".before-{stamp}"));
            let old = PathBuf::from(name);
            fs::rename(place, &old).map_err(failed(place))?;
            aside.push(old);
        }
        let new = restoring.join(place.file_name().unwrap_or_default());
        fs::rename(&new, place).map_err(failed(&new))?;
        sync(data_dir)?;
    }
    clear(&restoring)?;
    Ok(Restored { verified, aside })
}

/// Run as root, for a controller that is not.
fn give_to_owner_of(data_dir: &Path, folder: &Path) -> Result<(), BackupError> {
    let failed = || BackupError::io("failed to give the files to the owner of the data directory");
    let owner = fs::metadata(data_dir).map_err(failed())?;
    let is = fs::metadata(folder).map_err(failed())?;
    if (owner.uid(), owner.gid()) == (is.uid(), is.gid()) {
        return Ok(());
    }
    let mut waiting = vec![folder.to_owned()];
    while let Some(place) = waiting.pop() {
        chown(&place, Some(owner.uid()), Some(owner.gid())).map_err(failed())?;
        if place.is_dir() {
            for entry in fs::read_dir(&place).map_err(failed())? {
                waiting.push(entry.map_err(failed())?.path());
            }
        }
    }
    Ok(())
}
