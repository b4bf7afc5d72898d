//! The data of a stopped controller: looked at, and saved from what befell it.

use std::collections::BTreeMap;
use std::fs::{self, OpenOptions};
use std::path::Path;

use clap::Parser;
use declic_common::Lang;
use serde_json::Value as Json;

use crate::cli::exit::{Exit, Failure};
use crate::cli::output::Said;
use crate::cli::words::Voice;
use crate::cli::{Cli, Command, store};
use crate::store::records::AuditHead;
use crate::store::sled::{Missing, OpenError, Options, SledStore};
use crate::store::{Batch, Key, Range, Space, Store, StoreError, Value, record};

fn declic(line: &str) -> Result<Said, Failure> {
    let Command::Store(command) = Cli::parse_from(line.split(' ')).command else {
        panic!("a store command");
    };
    let now = "2026-11-21T22:00:00Z".parse().unwrap();
    store::run(&command, &Voice::new(Lang::En, now))
}

fn open(data_dir: &Path) -> SledStore {
    let options = Options {
        reserve_bytes: Some(0),
    };
    SledStore::open(&data_dir.join("store"), options).unwrap()
}

fn row(n: u32) -> (Key, Value) {
    let value = record::encode(&AuditHead {
        n: n.into(),
        hash: vec![n as u8; 200],
    });
    ([&[0x70][..], &n.to_be_bytes()].concat(), value)
}

/// Writes a store of 2,000 rows, and what a controller keeps beside it.
fn fill(data_dir: &Path) -> BTreeMap<Key, Value> {
    let store = open(data_dir);
    for first in (0..2000).step_by(20) {
        let mut batch = Batch::default();
        for (key, value) in (first..first + 20).map(row) {
            batch.put(Space::Core, key, value);
        }
        store.commit(batch).wait().unwrap();
    }
    (0..2000).map(row).collect()
}

/// Cuts off the last part of the engine's file.
fn cut(data_dir: &Path, keep_permille: u64) {
    let db = data_dir.join("store/db");
    let file = OpenOptions::new().write(true).open(db).unwrap();
    let len = file.metadata().unwrap().len();
    file.set_len(len * keep_permille / 1000).unwrap();
}

fn as_json(said: &Said) -> Json {
    serde_json::from_str(&said.out).unwrap()
}

#[test]
fn a_whole_store_is_said_to_be_whole() {
    let dir = tempfile::tempdir().unwrap();
    fill(dir.path());
    let line = format!("declic store check --data-dir {}", dir.path().display());
    let said = declic(&line).unwrap();
    assert!(!said.no, "{said:?}");
    assert!(said.out.contains("whole"), "{said:?}");
    let found = as_json(&declic(&format!("{line} --format json")).unwrap());
    assert_eq!(found["rows"], 2001, "with the schema");
    assert_eq!(found["whole"], true);
    assert_eq!(found["damaged"], 0);
}

#[test]
fn a_value_that_is_not_what_was_written_is_counted_and_not_shown() {
    let dir = tempfile::tempdir().unwrap();
    let mut batch = Batch::default();
    batch.put(Space::Core, row(1).0, b"a household's words".to_vec());
    open(dir.path()).commit(batch).wait().unwrap();
    let dir = dir.path().display();
    let said = declic(&format!(
        "declic store check --data-dir {dir} --format json"
    ))
    .unwrap();
    assert!(said.no);
    assert_eq!(as_json(&said)["damaged"], 1);
    assert!(!said.out.contains("household"), "{said:?}");
}

#[test]
fn a_store_that_was_cut_is_damaged_and_what_is_saved_of_it_was_written() {
    let mut saved_some = 0;
    for keep_permille in [250, 500, 750, 900, 970] {
        let dir = tempfile::tempdir().unwrap();
        let (data, new) = (dir.path().join("data"), dir.path().join("new"));
        let written = fill(&data);
        cut(&data, keep_permille);
        let how = format!("{keep_permille} ‰ kept");
        let salvage = format!(
            "declic store salvage --data-dir {} --into {}",
            data.display(),
            new.display()
        );
        let saved = declic(&salvage);
        let check = format!("declic store check --data-dir {}", data.display());
        let checked = declic(&check).unwrap();
        assert!(checked.no, "{how}: {checked:?}");
        let told = format!("declic store salvage --data-dir {}", data.display());
        assert!(checked.aside.contains(&told), "{how}: {checked:?}");
        match saved {
            Err(failure) => {
                assert_eq!(failure.exit, Exit::Failed, "{how}");
                assert!(!new.join("store").exists(), "{how}");
                continue;
            }
            Ok(said) => {
                assert!(said.out.contains("missing"), "{how}: {said:?}");
                let step = format!(
                    "mv {} {}",
                    new.join("store").display(),
                    data.join("store").display()
                );
                assert!(said.out.contains(&step), "{how}: {said:?}");
            }
        }
        let store = open(&new);
        let left = store.range(&Range {
            space: Space::Core,
            from: vec![0x70],
            to: Some(vec![0x71]),
            descending: false,
            limit: usize::MAX,
        });
        let left = left.unwrap();
        assert!(left.len() < written.len(), "{how}");
        saved_some += u32::from(!left.is_empty());
        for (key, value) in left {
            assert_eq!(written.get(&key), Some(&value), "{how}");
        }
    }
    assert!(saved_some > 1, "{saved_some}");
}

#[test]
fn a_store_of_which_nothing_reads_is_left_to_its_backup() {
    let dir = tempfile::tempdir().unwrap();
    fill(dir.path());
    fs::write(dir.path().join("store/db"), [7; 4096]).unwrap();
    let place = dir.path().display();
    let line = format!("declic store salvage --data-dir {place} --into {place}/new");
    let failure = declic(&line).unwrap_err();
    assert_eq!(failure.exit, Exit::Failed);
    assert!(failure.text.contains("backup"), "{failure}");
    assert!(!dir.path().join("new/store").exists());
}

#[test]
fn nothing_is_touched_while_a_controller_runs() {
    let dir = tempfile::tempdir().unwrap();
    let running = open(dir.path());
    let place = dir.path().display();
    for line in [
        format!("declic store check --data-dir {place}"),
        format!("declic store salvage --data-dir {place} --into {place}/new"),
    ] {
        let failure = declic(&line).unwrap_err();
        assert_eq!(failure.exit, Exit::Conflict, "{failure}");
        assert!(failure.text.contains("stop it first"), "{failure}");
    }
    assert!(!dir.path().join("new").exists());
    drop(running);
}

#[test]
fn looking_for_a_store_makes_none() {
    let dir = tempfile::tempdir().unwrap();
    let place = dir.path().display();
    for line in [
        format!("declic store check --data-dir {place}"),
        format!("declic store salvage --data-dir {place} --into {place}/new"),
    ] {
        let failure = declic(&line).unwrap_err();
        assert_eq!(failure.exit, Exit::NotFound, "{failure}");
    }
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 0);
}

#[test]
fn what_is_saved_never_replaces_anything() {
    let dir = tempfile::tempdir().unwrap();
    fill(dir.path());
    let place = dir.path().display();
    let line = format!("declic store salvage --data-dir {place} --into {place}");
    assert_eq!(declic(&line).unwrap_err().exit, Exit::Usage);
    let check = format!("declic store check --data-dir {place}");
    assert!(!declic(&check).unwrap().no);
}

#[test]
fn the_commands_that_errors_name_can_be_typed() {
    let texts = [
        OpenError::Damaged("why".to_owned()).to_string(),
        OpenError::Lost(Missing::Groups(2)).to_string(),
        StoreError::Corrupt("why".to_owned()).to_string(),
    ];
    for text in texts {
        let line = text.split('`').nth(1).unwrap();
        let parsed = Cli::try_parse_from(line.split(' '));
        assert!(parsed.is_ok(), "{line}: {}", parsed.unwrap_err());
    }
}

#[test]
fn a_path_is_shown_as_a_shell_takes_it() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("it's_here;");
    fill(&data);
    cut(&data, 600);
    let said = declic(&format!("declic store check --data-dir {}", data.display())).unwrap();
    let shown = format!("'{}/it'\\''s_here;'", dir.path().display());
    assert!(said.aside.contains(&shown), "{said:?}");
}
