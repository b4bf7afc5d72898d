//! Real processes that write, are killed or meet a disk error, and are opened again.
//!
//! The child is this test program, started again for one test; it says on its
//! standard output what was acknowledged.

use std::collections::VecDeque;
use std::env;
use std::io::{self, BufRead, BufReader, Write};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use super::*;

const FOLDER: &str = "DECLIC_TEST_STORE";
/// Batches that wait at once.
const AHEAD: usize = 24;

/// Three rows of one number, as a report writes them.
fn report(n: u32) -> Batch {
    let mut batch = put(n, &vec![n as u8; n as usize % 400]);
    batch
        .put(Space::Health, key(n % 16), n.to_be_bytes().to_vec())
        .put(Space::Audit, vec![], n.to_be_bytes().to_vec());
    batch
}

fn last(store: &SledStore) -> u32 {
    let value = store.get(Space::Audit, &[]).unwrap();
    value.map_or(0, |value| u32::from_be_bytes(value.try_into().unwrap()))
}

/// Writes for ever, or until an error. Says each number once it is acknowledged.
fn write(store: &SledStore) -> StoreError {
    let mut out = io::stdout();
    let mut waiting = VecDeque::new();
    for n in last(store) + 1.. {
        waiting.push_back((n, store.commit(report(n))));
        if waiting.len() < AHEAD {
            continue;
        }
        let (n, commit) = waiting.pop_front().unwrap();
        match commit.wait() {
            Ok(()) => writeln!(out, "acknowledged {n}").unwrap(),
            Err(error) => {
                // What was queued behind it fails too.
                for (_, commit) in waiting {
                    commit.wait().unwrap_err();
                }
                return error;
            }
        }
    }
    unreachable!("the numbers end");
}

/// This program, to run one test of this module on a folder.
fn child(test: &str, folder: &Path) -> Vec<String> {
    let program = env::current_exe().unwrap();
    let test = format!("{}::{test}", module_path!().split_once("::").unwrap().1);
    let args = ["--exact", &test, "--nocapture", "--test-threads=1"];
    let folder = format!("{FOLDER}={}", folder.display());
    let start = ["env", &folder, program.to_str().unwrap()];
    start.iter().chain(&args).map(|a| (*a).to_owned()).collect()
}

fn start(command: &[String]) -> Child {
    Command::new(&command[0])
        .args(&command[1..])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

fn acknowledged(line: &str) -> Option<u32> {
    line.strip_prefix("acknowledged ")?.parse().ok()
}

/// Every number up to the last is there, whole: nothing else was ever written.
fn holds_all(store: &SledStore, acknowledged: u32) {
    let last = last(store);
    assert!(last >= acknowledged, "{last} is left of {acknowledged}");
    for n in 1..=last {
        let value = store.get(Space::Core, &key(n)).unwrap();
        assert_eq!(value, Some(vec![n as u8; n as usize % 400]), "{n}");
    }
    for n in last.saturating_sub(15)..=last {
        let value = store.get(Space::Health, &key(n % 16)).unwrap();
        assert!(n == 0 || value == Some(n.to_be_bytes().to_vec()), "{n}");
    }
    let after = store.get(Space::Core, &key(last + 1)).unwrap();
    assert_eq!(after, None, "half of a batch");
}

#[test]
fn nothing_acknowledged_is_lost_when_the_process_is_killed() {
    if let Some(folder) = env::var_os(FOLDER) {
        let store = open(Path::new(&folder));
        panic!("{}", write(&store));
    }
    let folder = tempfile::tempdir().unwrap();
    let command = child(
        "nothing_acknowledged_is_lost_when_the_process_is_killed",
        folder.path(),
    );
    let mut known = 0;
    for round in 0..20 {
        let mut child = start(&command);
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        // Not before it writes; then at another moment each time.
        let first = lines.by_ref().find_map(|line| acknowledged(&line.unwrap()));
        let first = first.expect("the child acknowledges something");
        assert!(first > known, "{first} was acknowledged before");
        std::thread::sleep(Duration::from_micros(round * round * 300));
        child.kill().unwrap();
        child.wait().unwrap();
        let rest = lines.filter_map(|line| acknowledged(&line.unwrap()));
        known = rest.last().unwrap_or(first);
        let store = open(folder.path());
        holds_all(&store, known);
        known = last(&store);
    }
    assert!(known > 20 * AHEAD as u32, "only {known} were written");
}

#[test]
fn after_a_disk_error_nothing_more_is_acknowledged_and_nothing_is_lost() {
    if let Some(folder) = env::var_os(FOLDER) {
        let store = open(Path::new(&folder));
        let error = write(&store);
        let StoreError::Poisoned(why) = &error else {
            panic!("{error}");
        };
        assert_eq!(store.state(), StoreState::Poisoned(why.clone()));
        assert_eq!(store.commit(report(1)).wait(), Err(error.clone()));
        assert!(store.backup(&Path::new(&folder).join("copy")).is_err());
        store.get(Space::Core, &key(1)).unwrap();
        store.close();
        writeln!(io::stdout(), "stopped as it should").unwrap();
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    // A file may grow to 3 MiB; the error comes from the kernel, through sled.
    let limited = r#"trap "" XFSZ; ulimit -f 6144; exec "$@""#;
    let mut command = ["sh", "-c", limited, "sh"].map(str::to_owned).to_vec();
    command.extend(child(
        "after_a_disk_error_nothing_more_is_acknowledged_and_nothing_is_lost",
        folder.path(),
    ));
    let out = start(&command).wait_with_output().unwrap();
    let out = String::from_utf8(out.stdout).unwrap();
    assert!(out.contains("stopped as it should"), "{out}");
    let known = out.lines().rev().find_map(acknowledged).unwrap();
    holds_all(&open(folder.path()), known);
}

/// Rows that [`DOUBLE`] changes, in batches.
const DOUBLED: u32 = 2_000;

/// A step as one may be: each row says itself whether it is done.
const DOUBLE: migrations::Migration = migrations::Migration {
    to: 2,
    run: |store| {
        for n in (0..DOUBLED).step_by(10) {
            let mut batch = Batch::default();
            for n in n..n + 10 {
                let old = store.get(Space::Core, &key(n))?.unwrap_or_default();
                if old.len() == 4 {
                    batch.put(Space::Core, key(n), [&old[..], &old[..]].concat());
                }
            }
            store.commit(batch).wait()?;
        }
        Ok(())
    },
};

#[test]
fn a_migration_killed_anywhere_is_taken_up_again_and_done_once() {
    if let Some(folder) = env::var_os(FOLDER) {
        let folder = Path::new(&folder);
        let store = open_before(folder);
        // The test runner has begun a line with the name of this test.
        writeln!(io::stdout(), "\nacknowledged 0").unwrap();
        migrations::run(&store, &[DOUBLE], &before(folder)).unwrap();
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    for n in (0..DOUBLED).step_by(100) {
        let mut batch = Batch::default();
        for n in n..n + 100 {
            batch.put(Space::Core, key(n), n.to_be_bytes().to_vec());
        }
        store.commit(batch).wait().unwrap();
    }
    drop(store);
    let command = child(
        "a_migration_killed_anywhere_is_taken_up_again_and_done_once",
        folder.path(),
    );
    let mut killed = 0;
    for round in 1..200 {
        let mut child = start(&command);
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        lines.by_ref().find_map(|line| acknowledged(&line.unwrap()));
        std::thread::sleep(Duration::from_millis(round * 5));
        child.kill().unwrap();
        if child.wait().unwrap().success() {
            break;
        }
        killed += 1;
    }
    assert!(killed > 2, "killed {killed} times");
    let store = open_before(folder.path());
    migrations::run(&store, &[DOUBLE], &before(folder.path())).unwrap();
    for n in 0..DOUBLED {
        let twice = [n.to_be_bytes(), n.to_be_bytes()].concat();
        assert_eq!(store.get(Space::Core, &key(n)), Ok(Some(twice)), "{n}");
    }
    let old = open_before(&before(folder.path()));
    for n in 0..DOUBLED {
        let once = n.to_be_bytes().to_vec();
        assert_eq!(old.get(Space::Core, &key(n)), Ok(Some(once)), "{n}");
    }
    let _ = writeln!(io::stderr(), "migration: {killed} kill -9, done once");
}

/// Where the data is kept as it was: in the same folder, which goes with the test.
fn before(folder: &Path) -> std::path::PathBuf {
    folder.join("before")
}

/// Opens a store without its migrations, which know no schema above the newest.
fn open_before(folder: &Path) -> SledStore {
    SledStore::start(folder, NO_RESERVE).unwrap()
}
