use std::fs;
use std::path::Path;

use super::*;
use crate::store::migrations::MigrateError;
use crate::store::records::Meta;
use crate::store::suite::suite;
use crate::store::{keys, migrations, record};

mod damage;
mod kill;

suite!(|folder| Arc::new(open(folder)));

/// Whatever room the disk of the tests has.
const NO_RESERVE: Options = Options {
    reserve_bytes: Some(0),
};

fn open(folder: &Path) -> SledStore {
    SledStore::open(folder, NO_RESERVE).unwrap()
}

fn put(n: u32, value: &[u8]) -> Batch {
    let mut batch = Batch::default();
    batch.put(Space::Core, key(n), value.to_vec());
    batch
}

fn key(n: u32) -> Key {
    [&[0x70][..], &n.to_be_bytes()].concat()
}

#[test]
fn batches_that_wait_together_share_a_flush() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    let commits: Vec<_> = (0..2000).map(|n| store.commit(put(n, b"report"))).collect();
    for commit in commits {
        commit.wait().unwrap();
    }
    let Stats { commits, flushes } = store.stats();
    assert_eq!(commits, 2000);
    assert!((1..=commits / 4).contains(&flushes), "{flushes} flushes");
    // A batch alone is not kept waiting for company.
    store.commit(put(0, b"alone")).wait().unwrap();
    assert_eq!(store.stats().flushes, flushes + 1);
}

#[test]
fn a_refused_batch_costs_no_flush() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    let mut batch = put(1, b"");
    batch.equals(Space::Core, key(2), vec![]);
    assert_eq!(store.commit(batch).wait(), Err(StoreError::Conflict));
    assert_eq!(
        store.stats(),
        Stats {
            commits: 1,
            flushes: 0
        }
    );
}

#[test]
fn a_nearly_full_disk_stops_writing_and_resumes_by_itself() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    store.commit(put(1, b"before")).wait().unwrap();

    store.shared.space.set_reserve(u64::MAX);
    assert_eq!(store.commit(put(2, b"more")).wait(), Err(StoreError::Full));
    assert!(matches!(store.state(), StoreState::Full { free_bytes } if free_bytes > 0));
    assert_eq!(
        store.get(Space::Core, &key(1)).unwrap(),
        Some(b"before".to_vec())
    );

    // Half of the reserve is for deletes: a full disk never stops an erasure.
    let free = store.free_bytes().unwrap();
    store.shared.space.set_reserve(free + free / 2);
    assert_eq!(store.commit(put(2, b"more")).wait(), Err(StoreError::Full));
    let mut erasure = Batch::default();
    erasure.del(Space::Core, key(1));
    assert_eq!(store.commit(erasure).wait(), Ok(()));
    assert_eq!(store.get(Space::Core, &key(1)).unwrap(), None);

    store.shared.space.set_reserve(0);
    assert_eq!(store.state(), StoreState::Ready);
    assert_eq!(store.commit(put(2, b"after")).wait(), Ok(()));
}

#[test]
fn a_second_controller_is_told_that_one_is_running() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    let error = SledStore::open(folder.path(), NO_RESERVE).unwrap_err();
    assert!(matches!(error, OpenError::Locked), "{error}");
    assert!(error.to_string().contains("another controller is running"));
    drop(store);
    open(folder.path()).commit(put(1, b"")).wait().unwrap();
}

#[test]
fn reopening_at_once_works_every_time() {
    let folder = tempfile::tempdir().unwrap();
    for n in 0..20 {
        let store = open(folder.path());
        store.commit(put(n, b"row")).wait().unwrap();
        assert_eq!(check(&store).rows, u64::from(n) + 2);
    }
}

fn check(store: &SledStore) -> crate::store::check::Checked {
    crate::store::check::check(store).unwrap()
}

#[test]
fn large_values_never_become_files_of_their_own() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    for n in 0..150u32 {
        let size = [7_000, 40_000, VALUE_BYTES_MAX][n as usize % 3];
        let scattered = n.wrapping_mul(0x9E37_79B9);
        store
            .commit(put(scattered, &vec![n as u8; size]))
            .wait()
            .unwrap();
    }
    assert_eq!(
        fs::read_dir(folder.path().join("blobs")).unwrap().count(),
        0
    );
}

#[test]
fn a_store_whose_file_is_gone_does_not_pass_for_a_new_one() {
    let folder = tempfile::tempdir().unwrap();
    open(folder.path()).commit(put(1, b"row")).wait().unwrap();
    fs::remove_file(folder.path().join("db")).unwrap();
    for entry in fs::read_dir(folder.path()).unwrap() {
        let path = entry.unwrap().path();
        if path.to_string_lossy().contains("snap") {
            fs::remove_file(path).unwrap();
        }
    }
    for _ in 0..2 {
        let error = SledStore::open(folder.path(), NO_RESERVE).unwrap_err();
        assert!(matches!(error, OpenError::Lost(_)), "{error}");
        assert!(
            error.to_string().contains("declic store salvage"),
            "{error}"
        );
    }
}

#[test]
fn data_of_a_newer_version_is_refused_and_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    let newer = record::encode(&Meta {
        number: 9,
        text: None,
    });
    let mut batch = Batch::default();
    batch.put(Space::Core, keys::meta(migrations::SCHEMA), newer);
    store.commit(batch).wait().unwrap();
    drop(store);
    for _ in 0..2 {
        let error = SledStore::open(folder.path(), NO_RESERVE).unwrap_err();
        let OpenError::Migrate(MigrateError::Newer { found: 9, known: 1 }) = error else {
            panic!("{error}");
        };
    }
}

#[test]
fn a_folder_that_cannot_be_written_is_no_damage() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    fs::write(&file, "").unwrap();
    let error = SledStore::open(&file, NO_RESERVE).unwrap_err();
    assert!(matches!(error, OpenError::Io(_)), "{error}");
}

#[test]
fn an_interrupted_backup_is_in_nobodys_way() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder.path().join("store"));
    store.commit(put(1, b"row")).wait().unwrap();
    let copy = folder.path().join("copy");
    fs::create_dir(folder.path().join("copy.partial")).unwrap();
    fs::write(folder.path().join("copy.partial/db"), "half").unwrap();
    store.backup(&copy).unwrap();
    assert!(!folder.path().join("copy.partial").exists());
    assert_eq!(check(&open(&copy)).rows, 2);
}

#[test]
fn no_data_shows_in_the_debug_text() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    store.commit(put(1, b"secret")).wait().unwrap();
    let text = format!("{store:?}");
    assert!(!text.contains("115"), "{text}");
    assert!(text.contains("flushes: 1"), "{text}");
}

#[test]
fn a_sound_store_is_salvaged_to_the_last_row() {
    let folder = tempfile::tempdir().unwrap();
    let (from, into) = (folder.path().join("store"), folder.path().join("saved"));
    let store = open(&from);
    for n in 0..100 {
        let mut batch = put(n, &vec![n as u8; n as usize * 100]);
        batch.put(Space::Audit, vec![0xFF; n as usize], vec![n as u8]);
        store.commit(batch).wait().unwrap();
    }
    let locked = salvage(&from, &into).unwrap_err();
    assert!(
        matches!(locked, SalvageError::Open(OpenError::Locked)),
        "{locked}"
    );
    let before = check(&store);
    drop(store);
    let salvaged = salvage(&from, &into).unwrap();
    let all = Salvaged {
        values: 201,
        broken_values: 0,
        broken_kinds: 0,
        missing: None,
    };
    assert_eq!(salvaged, all);
    let saved = open(&into);
    assert_eq!(check(&saved), before);
    let last = saved.get(Space::Core, &key(99)).unwrap();
    assert_eq!(last, Some(vec![99; 9_900]));
}
