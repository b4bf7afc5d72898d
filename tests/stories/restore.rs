//! A restore that is killed at any of its steps, and done again: it ends well, and nothing that was
//! put aside is lost.
//!
//! strace kills it at the n-th call of a kind, so that the blow falls between any two renames.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Output};

use declic_tests::process::{printed, program};
use declic_tests::{Controller, Device};

use crate::damaged_store::copy;

/// What changes the disk, and how often each is struck at most: after its first moves, each file
/// that is unpacked is like the one before.
const CALLS: [(&str, u32); 5] = [
    ("/^rename", 20),
    ("/^fsync", 12),
    ("/^fdatasync", 4),
    ("/^mkdir", 6),
    ("/^(unlink|rmdir)", 12),
];

fn restore(strace: &[&str], file: &Path, into: &Path) -> Output {
    let program = program("declic");
    let mut command = match strace {
        [] => Command::new(&program),
        args => {
            let mut command = Command::new("strace");
            command.args(args).arg("--").arg(&program);
            command
        }
    };
    command
        .args(["backup", "restore"])
        .arg(file)
        .arg("--data-dir")
        .arg(into)
        .arg("--replace")
        .env("LANG", "en_GB.UTF-8")
        .output()
        .expect("strace is installed (`cargo xtask test` does it)")
}

/// Whether one of the folders named `name…` holds this file as it was.
fn is_somewhere(place: &Path, name: &str, file: &str, bytes: &[u8]) -> bool {
    let entries = fs::read_dir(place).unwrap().map(|entry| entry.unwrap());
    entries
        .filter(|entry| entry.file_name().to_string_lossy().starts_with(name))
        .any(|entry| fs::read(entry.path().join(file)).is_ok_and(|found| found == bytes))
}

#[test]
fn a_restore_killed_at_any_step_and_done_again_ends_well_and_loses_nothing_that_was_put_aside() {
    let mut controller = Controller::start();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let device = runtime
        .block_on(Device::enrol(&controller, "BDX-001"))
        .unwrap();
    let report = |seqs: std::ops::RangeInclusive<u64>| {
        runtime.block_on(async {
            let mut session = device.connect().await.unwrap();
            for seq in seqs {
                session.report(1, seq, 1).await.unwrap();
            }
        });
    };
    report(1..=20);
    let file = printed(&controller.declic(&["backup", "create"]));
    let file = Path::new(file.trim()).to_owned();
    report(21..=40);
    controller.stop();
    let db = fs::read(controller.dir().join("store/db")).unwrap();
    let key = fs::read(controller.dir().join("pki/ca.key")).unwrap();

    let (mut killed, mut refused) = (0, 0);
    for (calls, most) in CALLS {
        for n in 1..=most {
            let place = tempfile::tempdir().unwrap();
            copy(controller.dir(), place.path());
            let blow = format!("inject={calls}:signal=KILL:when={n}");
            let trace = format!("trace={calls}");
            let first = restore(
                &["-f", "-qq", "-o", "/dev/null", "-e", &trace, "-e", &blow],
                &file,
                place.path(),
            );
            if first.status.success() {
                break;
            }
            killed += 1;
            let here = |name: &str, file: &str, bytes: &[u8]| {
                assert!(
                    is_somewhere(place.path(), name, file, bytes),
                    "{calls} {n}: {name}/{file} is lost; {first:?}"
                );
            };
            here("store", "db", &db);
            here("pki", "ca.key", &key);
            if place.path().join(".restore-under-way").exists() {
                // No controller takes what may be half for its own, or begins anew beside it.
                let mut half = Controller::prepare_in(place.path());
                half.spawn();
                let ended = half.process().ended(declic_tests::wait::PATIENCE);
                assert_eq!(ended.code(), Some(1), "{calls} {n}");
                assert!(
                    half.words().contains("restore was cut short"),
                    "{}",
                    half.words()
                );
                refused += 1;
            }
            printed(&restore(&[], &file, place.path()));
            here("store.before-", "db", &db);
            here("pki.before-", "ca.key", &key);
            assert!(!place.path().join(".restoring").exists());
            let mut again = Controller::prepare_in(place.path());
            again.run();
            let known = again.device("BDX-001").expect("the PC is known");
            assert_eq!(known["reports"], 20, "{calls} {n}: {known}");
            again.stop();
        }
    }
    let _ = writeln!(
        std::io::stderr(),
        "restore: {killed} kill -9, after {refused} of them no controller starts; done again, all whole"
    );
    assert!(killed >= 15 && refused >= 3, "{killed} {refused}");
}
