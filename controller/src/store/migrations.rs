//! Brings stored data to the schema of this version, one numbered step at a time, from a copy of
//! what was there before.

use std::fs::{self, File};
use std::io;
use std::path::Path;

use super::record::{self, Record};
use super::records::Meta;
use super::{Batch, Space, Store, StoreError, keys};

/// Name of the fact that holds the schema's number.
pub const SCHEMA: &str = "schema";

/// The schema before any migration.
const FIRST: u64 = 1;

/// One step. It may be interrupted and run again, so it must not mind data that
/// it has already changed.
#[derive(Clone, Copy, Debug)]
pub struct Migration {
    /// The schema that it leads to, from the one before.
    pub to: u64,
    pub run: fn(&dyn Store) -> Result<(), StoreError>,
}

/// Every migration there ever was, in order: 2, 3, 4 …
pub const ALL: &[Migration] = &[];

/// Why the data cannot be brought to the schema of this version.
#[derive(Debug, thiserror::Error)]
pub enum MigrateError {
    #[error(
        "this data was written by a newer version (schema {found}, this version knows {known}); \
         install that version again"
    )]
    Newer { found: u64, known: u64 },
    /// There is data, and no word about its schema.
    #[error("the data does not say which schema it has; restore a backup")]
    Unmarked,
    #[error("failed to read the schema of the data")]
    Unreadable(#[source] StoreError),
    /// Nothing was changed.
    #[error(
        "failed to copy the data into {place} before bringing it to schema {to}; make room or \
         remove what is there, then start again"
    )]
    Copy {
        to: u64,
        place: String,
        #[source]
        source: StoreError,
    },
    /// The next start takes it up again.
    #[error("failed to bring the data to schema {to}")]
    Step {
        to: u64,
        #[source]
        source: StoreError,
    },
}

/// What a new store says of its schema.
pub fn newest(steps: &[Migration]) -> Meta {
    Meta {
        number: steps.last().map_or(FIRST, |step| step.to),
        text: None,
    }
}

/// Runs the steps that the data still needs, once a copy of it lies in `before`: if the new
/// version disappoints, the old one starts on that copy. Blocks.
pub fn run(store: &dyn Store, steps: &[Migration], before: &Path) -> Result<(), MigrateError> {
    let known = newest(steps).number;
    let key = keys::meta(SCHEMA);
    let value = store
        .get(Space::Core, &key)
        .map_err(MigrateError::Unreadable)?;
    let mut value = value.ok_or(MigrateError::Unmarked)?;
    // A later version of the record itself is a newer program, not damage.
    if record::is_whole(&value) && value[0] == Meta::KIND && value[1] > Meta::VERSION {
        let found = known + 1;
        return Err(MigrateError::Newer { found, known });
    }
    let schema: Meta = record::decode(&value).map_err(MigrateError::Unreadable)?;
    if schema.number > known {
        let found = schema.number;
        return Err(MigrateError::Newer { found, known });
    }
    let due = steps.iter().filter(|step| step.to > schema.number);
    if let Some(last) = due.clone().next_back() {
        copy(store, before).map_err(|source| MigrateError::Copy {
            to: last.to,
            place: before.display().to_string(),
            source,
        })?;
    }
    for step in due {
        let to = step.to;
        let failed = |source| MigrateError::Step { to, source };
        (step.run)(store).map_err(failed)?;
        let done = record::encode(&Meta {
            number: to,
            ..schema.clone()
        });
        let mut batch = Batch::default();
        batch
            .equals(Space::Core, key.clone(), value)
            .put(Space::Core, key.clone(), done.clone());
        store.commit(batch).wait().map_err(failed)?;
        value = done;
    }
    Ok(())
}

/// Copies the store, unless that was done: steps that were cut short have begun from there.
fn copy(store: &dyn Store, into: &Path) -> Result<(), StoreError> {
    if into.exists() {
        return Ok(());
    }
    let failed = |error: io::Error| StoreError::Backup(error.to_string());
    // Under its name only once it is whole.
    let mut making = into.as_os_str().to_owned();
    making.push(".making");
    let making = Path::new(&making);
    match fs::remove_dir_all(making) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(failed(error)),
        _ => {}
    }
    store.backup(making)?;
    fs::rename(making, into).map_err(failed)?;
    let folder = into.parent().unwrap_or(Path::new("/"));
    File::open(folder)
        .and_then(|folder| folder.sync_all())
        .map_err(failed)?;
    tracing::info!(place = %into.display(), "copied the data as it was before this version");
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::sled::{Options, SledStore};

    const KEY: &[u8] = &[0x70];

    fn open(folder: &std::path::Path) -> SledStore {
        let options = Options {
            reserve_bytes: Some(0),
        };
        SledStore::open(folder, options).unwrap()
    }

    /// Beside the store, not in it.
    fn before(folder: &tempfile::TempDir) -> std::path::PathBuf {
        folder.path().join("before")
    }

    fn schema(store: &dyn Store) -> u64 {
        let value = store.get(Space::Core, &keys::meta(SCHEMA)).unwrap();
        record::decode::<Meta>(&value.unwrap()).unwrap().number
    }

    fn append(store: &dyn Store, byte: u8) -> Result<(), StoreError> {
        let mut value = store.get(Space::Core, KEY)?.unwrap_or_default();
        value.push(byte);
        let mut batch = Batch::default();
        batch.put(Space::Core, KEY.to_vec(), value);
        store.commit(batch).wait()
    }

    const TO_2: Migration = Migration {
        to: 2,
        run: |store| append(store, 2),
    };
    const TO_3: Migration = Migration {
        to: 3,
        run: |store| append(store, 3),
    };
    const BROKEN_TO_3: Migration = Migration {
        to: 3,
        run: |_| Err(StoreError::Full),
    };

    #[test]
    fn a_new_store_has_the_schema_of_this_version() {
        let folder = tempfile::tempdir().unwrap();
        let store = open(&folder.path().join("store"));
        assert_eq!(schema(&store), newest(ALL).number);
        run(&store, ALL, &before(&folder)).unwrap();
    }

    #[test]
    fn migrations_are_numbered_without_a_gap() {
        for (n, step) in ALL.iter().enumerate() {
            assert_eq!(step.to, FIRST + 1 + n as u64);
        }
    }

    #[test]
    fn each_step_runs_once_and_in_order() {
        let folder = tempfile::tempdir().unwrap();
        let store = open(&folder.path().join("store"));
        run(&store, &[TO_2], &before(&folder)).unwrap();
        run(&store, &[TO_2, TO_3], &before(&folder)).unwrap();
        run(&store, &[TO_2, TO_3], &before(&folder)).unwrap();
        assert_eq!(store.get(Space::Core, KEY).unwrap(), Some(vec![2, 3]));
        assert_eq!(schema(&store), 3);
    }

    #[test]
    fn a_step_that_failed_is_taken_up_again() {
        let folder = tempfile::tempdir().unwrap();
        let store = open(&folder.path().join("store"));
        let error = run(&store, &[TO_2, BROKEN_TO_3], &before(&folder)).unwrap_err();
        assert!(matches!(error, MigrateError::Step { to: 3, .. }), "{error}");
        assert_eq!(schema(&store), 2);
        run(&store, &[TO_2, TO_3], &before(&folder)).unwrap();
        assert_eq!(store.get(Space::Core, KEY).unwrap(), Some(vec![2, 3]));
    }

    #[test]
    fn what_was_there_before_a_migration_stays_beside_it() {
        let place = tempfile::tempdir().unwrap();
        let (folder, before) = (place.path().join("store"), place.path().join("before"));
        let store = open(&folder);
        run(&store, &[TO_2], &before).unwrap();
        assert_eq!(store.get(Space::Core, KEY).unwrap(), Some(vec![2]));
        let old = open(&before);
        assert_eq!(old.get(Space::Core, KEY).unwrap(), None);
        assert_eq!(schema(&old), 1);
        drop(old);
        // Steps that were cut short go on from the same copy; none are due without one.
        run(&store, &[TO_2, BROKEN_TO_3], &before).unwrap_err();
        assert_eq!(schema(&open(&before)), 1);
        let other = place.path().join("other");
        run(&store, &[TO_2], &other).unwrap();
        assert!(!other.exists());
    }

    #[test]
    fn a_migration_without_a_copy_does_not_begin() {
        let place = tempfile::tempdir().unwrap();
        let store = open(&place.path().join("store"));
        std::fs::write(place.path().join("no folder"), "").unwrap();
        let nowhere = place.path().join("no folder/before");
        let error = run(&store, &[TO_2], &nowhere).unwrap_err();
        assert!(matches!(error, MigrateError::Copy { to: 2, .. }), "{error}");
        assert_eq!(store.get(Space::Core, KEY).unwrap(), None);
    }

    #[test]
    fn data_of_a_newer_version_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let store = open(&folder.path().join("store"));
        run(&store, &[TO_2], &before(&folder)).unwrap();
        let error = run(&store, ALL, &before(&folder)).unwrap_err();
        assert!(
            matches!(error, MigrateError::Newer { found: 2, known: 1 }),
            "{error}"
        );
        assert!(error.to_string().contains("newer version"));
    }

    #[test]
    fn data_without_a_schema_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let store = open(&folder.path().join("store"));
        let mut batch = Batch::default();
        batch.del(Space::Core, keys::meta(SCHEMA));
        store.commit(batch).wait().unwrap();
        assert!(matches!(
            run(&store, ALL, &before(&folder)),
            Err(MigrateError::Unmarked)
        ));
    }
}
