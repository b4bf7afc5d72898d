//! Copies of a store, damaged in its files: an error or the truth, never a lie.

use std::collections::BTreeMap;
use std::path::PathBuf;

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

/// The same numbers in the same order at every run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: u64) -> u64 {
        // An LCG (Knuth's MMIX constants); the high bits are the good ones.
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % bound.max(1)
    }
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

fn harm(folder: &Path, dice: &mut Dice) -> String {
    let files: Vec<_> = files(folder)
        .into_iter()
        .filter(|f| f.metadata().unwrap().len() > 0 && !f.ends_with("lock"))
        .collect();
    // The file with the data, most of the time.
    let db = files.iter().find(|f| f.ends_with("db")).unwrap();
    let file = match dice.below(4) {
        0 => &files[dice.below(files.len() as u64) as usize],
        _ => db,
    };
    let mut bytes = fs::read(file).unwrap();
    let len = bytes.len() as u64;
    let what = match dice.below(3) {
        0 => {
            bytes.truncate(dice.below(len) as usize);
            "cut"
        }
        1 => {
            for _ in 0..=dice.below(8) {
                bytes[dice.below(len) as usize] ^= 1 << dice.below(8);
            }
            "bits flipped"
        }
        _ => {
            let start = dice.below(len) as usize;
            let end = (start + 1 + dice.below(4096) as usize).min(bytes.len());
            for byte in &mut bytes[start..end] {
                *byte = dice.below(256) as u8;
            }
            "garbage"
        }
    };
    fs::write(file, bytes).unwrap();
    format!("{} {what}", file.file_name().unwrap().to_string_lossy())
}

/// What came of opening damaged copies.
#[derive(Debug, Default)]
struct Outcomes {
    sound: u32,
    damaged: u32,
    lost: u32,
}

/// Damages copies of a folder in many ways and opens each.
fn try_copies(whole: &Path, rows: &BTreeMap<Key, Value>, seeds: std::ops::Range<u64>) -> Outcomes {
    let mut outcomes = Outcomes::default();
    for seed in seeds {
        let folder = tempfile::tempdir().unwrap();
        copy(whole, folder.path());
        let how = format!("seed {seed}, {}", harm(folder.path(), &mut Dice(seed)));
        match SledStore::open(folder.path(), NO_RESERVE) {
            Ok(store) => {
                outcomes.sound += 1;
                for (key, expected) in rows {
                    let found = store.get(Space::Core, key);
                    assert!(
                        matches!(found, Err(StoreError::Corrupt(_)))
                            || found == Ok(Some(expected.clone())),
                        "{how}: {found:?}"
                    );
                }
            }
            Err(OpenError::Damaged(_)) => outcomes.damaged += 1,
            Err(OpenError::Lost(_)) => {
                outcomes.lost += 1;
                save(folder.path(), rows, &how);
            }
            Err(error) => panic!("{how}: {error}"),
        }
    }
    outcomes
}

/// The way out: what is left is right, and lives on in a sound store.
fn save(folder: &Path, rows: &BTreeMap<Key, Value>, how: &str) {
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
        Err(SalvageError::Open(OpenError::Damaged(_)) | SalvageError::TooLittle) => return,
        Err(error) => panic!("{how}: {error}"),
    };
    assert!(salvaged.missing.is_some(), "{how}");
    let store = open(&saved);
    assert_eq!(check(&store).damaged, [], "{how}");
    assert_eq!(check(&store).rows, salvaged.values, "{how}");
    for key in rows.keys() {
        store.get(Space::Core, key).unwrap();
    }
    for n in 0..50 {
        store.commit(put(u32::MAX - n, b"new")).wait().unwrap();
    }
    drop(store);
    let found = open(&saved).get(Space::Core, &key(u32::MAX)).unwrap();
    assert_eq!(found, Some(b"new".to_vec()), "{how}");
}

#[test]
fn a_damaged_store_gives_an_error_or_the_truth() {
    for (batches, seeds) in [(100, 0..30), (2000, 30..60)] {
        let folder = tempfile::tempdir().unwrap();
        let store = open(folder.path());
        let rows = fill(&store, batches);
        drop(store);
        let outcomes = try_copies(folder.path(), &rows, seeds);
        assert!(outcomes.lost > 5, "{outcomes:?}");
        assert!(outcomes.damaged > 0, "{outcomes:?}");
    }
}
