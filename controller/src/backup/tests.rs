//! What a backup must stand.

use std::fs::OpenOptions;
use std::io::{Read, Seek, SeekFrom, Write};
use std::os::unix::fs::PermissionsExt;
use std::sync::Arc;

use super::*;
use crate::store::Batch;
use crate::store::record::encode;
use crate::store::records::Meta;
use crate::store::{Space, keys};

const ROWS: u64 = 500;

struct House {
    dir: tempfile::TempDir,
    store: Arc<SledStore>,
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

impl House {
    fn open() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let data = dir.path().join("data");
        make_folder(&data.join(PKI)).unwrap();
        fs::write(data.join("pki/ca.pem"), "a certificate").unwrap();
        fs::write(data.join("pki/ca.key"), "a key").unwrap();
        let store = SledStore::open(&data.join(STORE), Options::default()).unwrap();
        let store = Arc::new(store);
        for n in 0..ROWS {
            let text = Some(format!("the row {n}, as long as a row is"));
            let row = encode(&Meta { number: n, text });
            let mut batch = Batch::default();
            batch.put(Space::Core, keys::meta(&format!("row {n:04}")), row);
            store.commit(batch).wait().unwrap();
        }
        House { dir, store }
    }

    fn data(&self) -> PathBuf {
        self.dir.path().join("data")
    }

    fn folder(&self) -> PathBuf {
        self.dir.path().join("backups")
    }

    fn back_up(&self, text: &str) -> PathBuf {
        let store = self.store.as_ref();
        let made = create(store, &self.data(), &self.folder(), at(text)).unwrap();
        self.folder().join(made.name)
    }
}

#[test]
fn a_backup_is_listed_closed_to_others_and_reads_whole() {
    let house = House::open();
    let file = house.back_up("2026-11-26T02:03:04Z");
    assert!(file.ends_with("declic-20261126T020304Z.tar.zst"));
    let mode = file.metadata().unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600, "it holds the key of the authority");
    house.back_up("2026-11-27T02:03:04Z");
    let listed = list(&house.folder()).unwrap();
    let times: Vec<_> = listed.iter().map(|made| made.made_at.to_string()).collect();
    assert_eq!(times, ["2026-11-27T02:03:04Z", "2026-11-26T02:03:04Z"]);
    let verified = verify(&file).unwrap();
    // The schema of the data is a row as well.
    assert_eq!(verified.rows, ROWS + 1);
    let left = fs::read_dir(house.folder()).unwrap().count();
    assert_eq!(left, 2, "nothing else is left there");
}

#[test]
fn what_is_committed_while_it_is_made_is_in_it_whole_or_not_at_all() {
    let house = House::open();
    let writing = Arc::clone(&house.store);
    let writer = std::thread::spawn(move || {
        for n in 0..400_u64 {
            let mut batch = Batch::default();
            for half in ["a", "b"] {
                let row = encode(&Meta {
                    number: n,
                    text: None,
                });
                batch.put(Space::Core, keys::meta(&format!("pair {half}")), row);
            }
            writing.commit(batch).wait().unwrap();
        }
    });
    let file = house.back_up("2026-11-26T02:00:00Z");
    writer.join().unwrap();
    let into = house.dir.path().join("other");
    restore(&file, &into, false, at("2026-11-26T04:00:00Z")).unwrap();
    let restored = SledStore::open(&into.join(STORE), Options::default()).unwrap();
    let read = |half: &str| {
        restored
            .get(Space::Core, &keys::meta(&format!("pair {half}")))
            .unwrap()
    };
    assert_eq!(read("a"), read("b"));
}

#[test]
fn a_byte_that_changed_a_missing_end_and_a_foreign_file_are_found() {
    let house = House::open();
    let file = house.back_up("2026-11-26T02:00:00Z");
    let whole = fs::read(&file).unwrap();
    let copy = house.dir.path().join("copy.tar.zst");
    for n in 0..64 {
        let mut bytes = whole.clone();
        let place = n * bytes.len() / 64;
        bytes[place] ^= 0x10;
        fs::write(&copy, bytes).unwrap();
        let found = verify(&copy);
        assert!(
            matches!(found, Err(BackupError::Damaged(_))),
            "{place}: {found:?}"
        );
    }
    for n in 0..8 {
        fs::write(&copy, &whole[..n * whole.len() / 8]).unwrap();
        assert!(matches!(verify(&copy), Err(BackupError::Damaged(_))), "{n}");
    }
    fs::write(&copy, "a letter").unwrap();
    assert!(matches!(verify(&copy), Err(BackupError::Damaged(_))));
    assert!(matches!(
        verify(Path::new("/nowhere")),
        Err(BackupError::Io { .. })
    ));
    let left: Vec<_> = fs::read_dir(house.dir.path()).unwrap().collect();
    assert_eq!(left.len(), 3, "nothing stays unpacked: {left:?}");
}

#[test]
fn an_archive_that_would_write_elsewhere_writes_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("evil.tar.zst");
    for name in [
        "store/../../outside",
        "/etc/outside",
        "keys/outside",
        "store",
    ] {
        let mut tar = tar::Builder::new(zstd::Encoder::new(Vec::new(), 1).unwrap());
        let text = format!(
            r#"{{"format":1,"version":"0.1.0","made_at":"2026-11-26T02:00:00Z",
                "files":[{{"name":"{name}","bytes":4,"sha256":"00"}}]}}"#
        );
        let mut header = tar::Header::new_gnu();
        for (name, bytes) in [("manifest.json", text.as_bytes()), (name, b"evil")] {
            header.set_size(bytes.len() as u64);
            // Written as it is: the library would refuse such a name.
            let field = &mut header.as_mut_bytes()[..100];
            field.fill(0);
            field[..name.len()].copy_from_slice(name.as_bytes());
            header.set_cksum();
            tar.append(&header, bytes).unwrap();
        }
        let bytes = tar.into_inner().unwrap().finish().unwrap();
        fs::write(&file, bytes).unwrap();
        let into = dir.path().join("in").join("deep");
        let restored = restore(&file, &into, false, at("2026-11-26T04:00:00Z"));
        assert!(
            matches!(restored, Err(BackupError::Damaged(_))),
            "{name}: {restored:?}"
        );
        let written = [dir.path().join("outside"), dir.path().join("in/outside")];
        assert!(written.iter().all(|place| !place.exists()), "{name}");
    }
}

#[test]
fn a_restore_never_touches_a_running_controller_nor_takes_data_away() {
    let house = House::open();
    let file = house.back_up("2026-11-26T02:00:00Z");
    let now = at("2026-11-26T04:00:00Z");
    let running = restore(&file, &house.data(), true, now);
    assert!(
        matches!(running, Err(BackupError::Running(_))),
        "{running:?}"
    );
    house.store.close();
    let taken = restore(&file, &house.data(), false, now);
    assert!(matches!(taken, Err(BackupError::Taken(_))), "{taken:?}");
    // A backup that is damaged leaves everything as it was.
    let bad = house.dir.path().join("bad.tar.zst");
    fs::copy(&file, &bad).unwrap();
    let mut open = OpenOptions::new()
        .read(true)
        .write(true)
        .open(&bad)
        .unwrap();
    let middle = open.metadata().unwrap().len() / 2;
    open.seek(SeekFrom::Start(middle)).unwrap();
    let mut byte = [0];
    open.read_exact(&mut byte).unwrap();
    open.seek(SeekFrom::Start(middle)).unwrap();
    open.write_all(&[!byte[0]]).unwrap();
    let before = fs::read(house.data().join("store/db")).unwrap();
    assert!(restore(&bad, &house.data(), true, now).is_err());
    assert_eq!(fs::read(house.data().join("store/db")).unwrap(), before);
    assert!(!house.data().join(".restoring").exists());

    let restored = restore(&file, &house.data(), true, now).unwrap();
    assert_eq!(restored.aside.len(), 2);
    assert_eq!(fs::read(restored.aside[0].join("db")).unwrap(), before);
    let key = fs::read_to_string(house.data().join("pki/ca.key")).unwrap();
    assert_eq!(key, "a key");
    let again = SledStore::open(&house.data().join(STORE), Options::default()).unwrap();
    assert_eq!(check::check(&again).unwrap().rows, ROWS + 1);
}

#[test]
fn a_backup_of_a_newer_version_says_so() {
    let dir = tempfile::tempdir().unwrap();
    let mut tar = tar::Builder::new(zstd::Encoder::new(Vec::new(), 1).unwrap());
    let text = br#"{"format":2,"version":"9.0.0","entries":[]}"#;
    let mut header = tar::Header::new_gnu();
    header.set_size(text.len() as u64);
    tar.append_data(&mut header, "manifest.json", text.as_slice())
        .unwrap();
    let file = dir.path().join("new.tar.zst");
    fs::write(&file, tar.into_inner().unwrap().finish().unwrap()).unwrap();
    let found = verify(&file);
    assert!(
        matches!(&found, Err(BackupError::Newer(v)) if v == "9.0.0"),
        "{found:?}"
    );
}
