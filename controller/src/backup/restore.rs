//! Puts a backup in the place of a data directory. Nothing is thrown away: what was there is
//! put aside.

use std::fs::{self, File};
use std::os::unix::fs::{MetadataExt, chown};
use std::path::{Path, PathBuf};

use jiff::Timestamp;

use super::{BackupError, PKI, STORE, Verified, clear, make_folder, name_of, sync};
use crate::store::sled::is_locked;

/// Where a backup is unpacked before it takes its place.
const RESTORING: &str = ".restoring";
/// There from before the first folder is moved until all are in place. What stands beside it may be
/// half of one state and half of another, or nothing at all.
const UNDER_WAY: &str = ".restore-under-way";

/// What a restore has done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Restored {
    pub verified: Verified,
    /// Where the former folders are now.
    pub aside: Vec<PathBuf>,
}

/// An error where a restore was cut short between two moves: a controller would begin there with
/// an empty store, and answer devices as if it had never known them.
pub fn none_under_way(data_dir: &Path) -> Result<(), BackupError> {
    match data_dir.join(UNDER_WAY).symlink_metadata() {
        Ok(_) => Err(BackupError::UnderWay(data_dir.to_owned())),
        Err(_) => Ok(()),
    }
}

/// Restores a backup into a data directory whose controller is stopped. Data that is there is only
/// put aside if `replace` says so. A restore that was interrupted is done again; until it ends well,
/// [`none_under_way`] keeps controllers away. Blocks.
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
    for folder in [STORE, PKI] {
        sync(&restoring.join(folder))?;
    }
    sync(&restoring)?;
    // Everything is here and sound: only now is what was there moved.
    let under_way = data_dir.join(UNDER_WAY);
    File::create(&under_way)
        .and_then(|file| file.sync_all())
        .map_err(BackupError::io(
            "failed to note that a restore is under way",
        ))?;
    sync(data_dir)?;
    let mut aside = Vec::new();
    for place in &places {
        let failed = |what: &Path| BackupError::io(format!("failed to move {}", what.display()));
        if place.symlink_metadata().is_ok() {
            let old = free_name(place, now);
            fs::rename(place, &old).map_err(failed(place))?;
            aside.push(old);
        }
        let new = restoring.join(place.file_name().unwrap_or_default());
        fs::rename(&new, place).map_err(failed(&new))?;
        sync(data_dir)?;
    }
    clear(&restoring)?;
    fs::remove_file(&under_way).map_err(BackupError::io("failed to end the restore"))?;
    sync(data_dir)?;
    Ok(Restored { verified, aside })
}

/// Where a folder is put aside. One that is aside already, from a restore that was cut short in
/// this very second, stays as it is.
fn free_name(place: &Path, now: Timestamp) -> PathBuf {
    let stamp = name_of(now);
    let stamp = stamp
        .trim_start_matches(super::PREFIX)
        .trim_end_matches(super::SUFFIX);
    let named = |end: &str| {
        let mut name = place.as_os_str().to_owned();
        name.push(format!(".before-{stamp}{end}"));
        PathBuf::from(name)
    };
    let mut name = named("");
    let mut n = 2;
    while name.symlink_metadata().is_ok() {
        name = named(&format!("-{n}"));
        n += 1;
    }
    name
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
