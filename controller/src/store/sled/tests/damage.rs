//! Copies of a store, damaged in its files: an error or the truth, never a lie.
//!
//! A few in every run of the tests; `cargo xtask damage` tries hundreds and prints the table.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::PathBuf;

use declic_tests::Dice;
use declic_tests::damage::{Harm, Table, variants};

use super::*;
use crate::store::records::{AuditHead, Enrolment};

/// The row `n` as a batch wrote it.
fn record_of(n: u32, batch: u32) -> Value {
    if n.is_multiple_of(5) {
        return record::encode(&AuditHead {
            n: u64::from(batch),
            hash: vec![n as u8; n as usize * 3],
        });
    }
    record::encode(&Enrolment {
        id: format!("enrolment {n}"),
        asset: Some("x".repeat(n as usize % 90)),
        site: None,
        created_at: i64::from(batch),
        expires_at: 0,
        used_by: None,
        used_at: None,
        cancelled_at: None,
        rebind: None,
        certificate_pem: None,
    })
}

/// Writes `batches` batches, most rows more than once.
fn fill(store: &SledStore, batches: u32) -> BTreeMap<Key, Value> {
    let mut rows = BTreeMap::new();
    let mut commits = Vec::new();
    for batch in 0..batches {
        let mut change = Batch::default();
        for n in [batch % 700, batch % 100 + 700, batch % 300 + 800, batch / 2] {
            change.put(Space::Core, key(n), record_of(n, batch));
            rows.insert(key(n), record_of(n, batch));
        }
        commits.push(store.commit(change));
        // Small groups, as on a quiet day.
        if batch % 3 == 0 {
            commits.drain(..).for_each(|commit| commit.wait().unwrap());
        }
    }
    commits.drain(..).for_each(|commit| commit.wait().unwrap());
    rows
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|e| e.unwrap().path());
    let mut files: Vec<_> = entries.filter(|path| path.is_file()).collect();
    files.sort();
    files
}

fn contents(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let files = files(folder).into_iter();
    files
        .map(|file| (file.clone(), fs::read(file).unwrap()))
        .collect()
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to.join("blobs")).unwrap();
    for file in files(from) {
        fs::copy(&file, to.join(file.file_name().unwrap())).unwrap();
    }
}

fn harm(folder: &Path, dice: &mut Dice) -> (Harm, String) {
    let files: Vec<_> = files(folder)
        .into_iter()
        .filter(|f| f.metadata().unwrap().len() > 0 && !f.ends_with("lock"))
        .collect();
    // The file with the data, most of the time.
    let db = files.iter().find(|f| f.ends_with("db")).unwrap();
    let file = match dice.below(4) {
        0 => &files[dice.index(files.len())],
        _ => db,
    };
    let harm = Harm::any(dice);
    harm.to(file, dice).unwrap();
    let name = file.file_name().unwrap().to_string_lossy();
    (harm, format!("{name} {}", harm.word()))
}

/// Damages copies of a folder in many ways and opens each.
fn try_copies(
    whole: &Path,
    rows: &BTreeMap<Key, Value>,
    seeds: std::ops::Range<u64>,
    table: &mut Table,
) {
    for seed in seeds {
        let folder = tempfile::tempdir().unwrap();
        copy(whole, folder.path());
        let (harm, how) = harm(folder.path(), &mut Dice::new(seed));
        let how = format!("seed {seed}, {how}");
        let outcome = match SledStore::open(folder.path(), NO_RESERVE) {
            Ok(store) => match truth(&store, rows, &how) {
                0 => "every row right",
                _ => "told in reading",
            },
            Err(OpenError::Damaged(_)) => "clear error",
            Err(OpenError::Lost(_)) => match save(folder.path(), rows, &how) {
                true => "salvaged",
                false => "clear error",
            },
            Err(error) => panic!("{how}: {error}"),
        };
        table.count(harm, outcome);
    }
}

/// How many rows the store says it cannot read; all others are what was written last.
fn truth(store: &SledStore, rows: &BTreeMap<Key, Value>, how: &str) -> usize {
    let mut told = 0;
    for (key, expected) in rows {
        match store.get(Space::Core, key) {
            Err(StoreError::Corrupt(_)) => told += 1,
            found => assert_eq!(found, Ok(Some(expected.clone())), "{how}"),
        }
    }
    told
}

/// A row that was saved is one that was written, if not the last under its key.
fn was_written(key: &[u8], value: &Value) -> bool {
    let n = u32::from_be_bytes(key[1..].try_into().unwrap());
    let batch = match record::decode::<Enrolment>(value) {
        Ok(enrolment) => enrolment.created_at,
        Err(_) => record::decode::<AuditHead>(value).unwrap().n as i64,
    };
    *value == record_of(n, u32::try_from(batch).unwrap())
}

/// The way out: what is left is right, and lives on in a sound store. False if too little is left.
fn save(folder: &Path, rows: &BTreeMap<Key, Value>, how: &str) -> bool {
    let again = SledStore::open(folder, NO_RESERVE);
    assert!(again.is_err(), "{how}");
    let beside = tempfile::tempdir().unwrap();
    let saved = beside.path().join("saved");
    let before = contents(folder);
    let result = salvage(folder, &saved);
    assert!(contents(folder) == before, "{how}: the damaged one changed");
    let left = fs::read_dir(beside.path()).unwrap().count();
    assert_eq!(
        left,
        usize::from(result.is_ok()),
        "{how}: something lies about"
    );
    let salvaged = match result {
        Ok(salvaged) => salvaged,
        // Opened before, and sled may find worse each time.
        Err(SalvageError::Open(OpenError::Damaged(_)) | SalvageError::TooLittle) => return false,
        Err(SalvageError::Copy(error)) => panic!("{how}: {error} (is the disk of the tests full?)"),
        Err(error) => panic!("{how}: {error}"),
    };
    assert!(salvaged.missing.is_some(), "{how}");
    let store = open(&saved);
    assert_eq!(check(&store).damaged, [], "{how}");
    assert_eq!(check(&store).rows, salvaged.values, "{how}");
    for key in rows.keys() {
        let value = store.get(Space::Core, key).unwrap();
        assert!(value.is_none_or(|value| was_written(key, &value)), "{how}");
    }
    for n in 0..50 {
        store.commit(put(u32::MAX - n, b"new")).wait().unwrap();
    }
    drop(store);
    let found = open(&saved).get(Space::Core, &key(u32::MAX)).unwrap();
    assert_eq!(found, Some(b"new".to_vec()), "{how}");
    true
}

#[test]
fn a_damaged_store_gives_an_error_or_the_truth() {
    let mut table = Table::default();
    let each = variants(60) / 4;
    for (set, batches) in (0..).zip([100, 2000]) {
        let folder = tempfile::tempdir().unwrap();
        let store = open(folder.path());
        let rows = fill(&store, batches);
        // As kill -9 leaves it: all is acknowledged, nothing is closed.
        let killed = tempfile::tempdir().unwrap();
        copy(folder.path(), killed.path());
        drop(store);
        for (half, whole) in (0..).zip([folder, killed]) {
            let first = (2 * set + half) * each;
            try_copies(whole.path(), &rows, first..first + each, &mut table);
        }
    }
    let _ = writeln!(std::io::stderr(), "the controller's store\n{table}");
    assert!(table.all("salvaged") > 5, "{table}");
    assert!(table.all("clear error") > 0, "{table}");
}
