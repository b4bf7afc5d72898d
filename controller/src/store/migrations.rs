//! Brings stored data to the schema of this version, one numbered step at a time.

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

/// Runs the steps that the data still needs. Blocks.
pub fn run(store: &dyn Store, steps: &[Migration]) -> Result<(), MigrateError> {
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
    for step in steps.iter().filter(|step| step.to > schema.number) {
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
        let store = open(folder.path());
        assert_eq!(schema(&store), newest(ALL).number);
        run(&store, ALL).unwrap();
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
        let store = open(folder.path());
        run(&store, &[TO_2]).unwrap();
        run(&store, &[TO_2, TO_3]).unwrap();
        run(&store, &[TO_2, TO_3]).unwrap();
        assert_eq!(store.get(Space::Core, KEY).unwrap(), Some(vec![2, 3]));
        assert_eq!(schema(&store), 3);
    }

    #[test]
    fn a_step_that_failed_is_taken_up_again() {
        let folder = tempfile::tempdir().unwrap();
        let store = open(folder.path());
        let error = run(&store, &[TO_2, BROKEN_TO_3]).unwrap_err();
        assert!(matches!(error, MigrateError::Step { to: 3, .. }), "{error}");
        assert_eq!(schema(&store), 2);
        run(&store, &[TO_2, TO_3]).unwrap();
        assert_eq!(store.get(Space::Core, KEY).unwrap(), Some(vec![2, 3]));
    }

    #[test]
    fn data_of_a_newer_version_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let store = open(folder.path());
        run(&store, &[TO_2]).unwrap();
        let error = run(&store, ALL).unwrap_err();
        assert!(
            matches!(error, MigrateError::Newer { found: 2, known: 1 }),
            "{error}"
        );
        assert!(error.to_string().contains("newer version"));
    }

    #[test]
    fn data_without_a_schema_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let store = open(folder.path());
        let mut batch = Batch::default();
        batch.del(Space::Core, keys::meta(SCHEMA));
        store.commit(batch).wait().unwrap();
        assert!(matches!(run(&store, ALL), Err(MigrateError::Unmarked)));
    }
}
