//! `declic store`: reads the whole store of a data directory in this process, and
//! saves what is left of a damaged one. No controller may run there.

use std::path::{Path, PathBuf};

use anyhow::{bail, ensure};

use crate::store::Store;
use crate::store::check::{Checked, check};
use crate::store::sled::{OpenError, Options, SalvageError, Salvaged, SledStore, salvage};

/// Reads every row of the store in `data_dir`. Blocks.
pub fn run(data_dir: &Path) -> anyhow::Result<Checked> {
    let store = SledStore::open(&folder(data_dir)?, Options::default())?;
    let checked = check(&store);
    store.close();
    Ok(checked?)
}

/// Copies what reads into a new store, `into`, which must not exist yet. The
/// damaged one is changed by being opened: work on a copy. Blocks.
pub fn save(data_dir: &Path, into: &Path) -> anyhow::Result<Salvaged> {
    match salvage(&folder(data_dir)?, into) {
        Ok(salvaged) => Ok(salvaged),
        Err(SalvageError::Open(OpenError::Damaged(why))) => {
            bail!("nothing can be read of this store ({why}); only a backup helps")
        }
        Err(error) => Err(error.into()),
    }
}

/// Opening a folder that is not there would make an empty store.
fn folder(data_dir: &Path) -> anyhow::Result<PathBuf> {
    let folder = data_dir.join("store");
    ensure!(
        folder.is_dir(),
        "there is no store in {}",
        data_dir.display()
    );
    Ok(folder)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_store_is_read_and_saved_and_a_missing_one_is_not_made() {
        let dir = tempfile::tempdir().unwrap();
        let saved = dir.path().join("saved/store");
        assert!(run(dir.path()).is_err() && save(dir.path(), &saved).is_err());
        assert!(!dir.path().join("store").exists());
        let store = SledStore::open(&dir.path().join("store"), Options::default()).unwrap();
        assert!(run(dir.path()).is_err(), "a controller runs");
        store.close();
        let whole = run(dir.path()).unwrap();
        assert!(whole.rows > 0 && whole.damaged.is_empty());
        std::fs::create_dir(dir.path().join("saved")).unwrap();
        let salvaged = save(dir.path(), &saved).unwrap();
        assert_eq!((salvaged.values, salvaged.broken_values), (whole.rows, 0));
        assert_eq!(run(&dir.path().join("saved")).unwrap(), whole);
        std::fs::write(dir.path().join("store/db"), [7; 4096]).unwrap();
        let refused = save(dir.path(), &dir.path().join("again")).unwrap_err();
        assert!(refused.to_string().contains("backup"), "{refused:#}");
    }
}
