//! A damaged store: a clear word and an end, never a loop, never a wrong answer.

use std::fs;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use declic_tests::wait::seconds;
use declic_tests::{Controller, Device, eventually};

/// Every file under a folder.
fn files(dir: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(dir).unwrap().map(|e| e.unwrap().path());
    entries
        .flat_map(|path| {
            if path.is_dir() {
                files(&path)
            } else {
                vec![path]
            }
        })
        .collect()
}

pub(crate) fn copy(from: &Path, to: &Path) {
    for file in files(from) {
        let Ok(rest) = file.strip_prefix(from) else {
            continue;
        };
        let target = to.join(rest);
        fs::create_dir_all(target.parent().unwrap()).unwrap();
        // The socket is no file to copy.
        let _ = fs::copy(&file, &target);
    }
}

#[test]
fn a_damaged_store_opens_into_a_clear_word_or_into_the_truth() {
    let mut controller = Controller::start();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let device = runtime
        .block_on(Device::enrol(&controller, "BDX-001"))
        .unwrap();
    runtime.block_on(async {
        let mut session = device.connect().await.unwrap();
        for seq in 1..=200 {
            session.report(1, seq, 1).await.unwrap();
        }
    });
    controller.stop();

    let (mut words, mut truths) = (0, 0);
    for damage in 0..8u64 {
        let place = tempfile::tempdir().unwrap();
        copy(controller.dir(), place.path());
        let store = place.path().join("store");
        let largest = files(&store)
            .into_iter()
            .max_by_key(|f| fs::metadata(f).unwrap().len());
        let largest = largest.expect("a store has files");
        let length = fs::metadata(&largest).unwrap().len();
        let file = fs::File::options().write(true).open(&largest).unwrap();
        match damage {
            0..=2 => file.set_len(length * (damage + 1) / 4).unwrap(),
            _ => file
                .write_all_at(&[0xa5; 512], length * (damage - 2) / 7)
                .unwrap(),
        }
        drop(file);

        let mut damaged = Controller::prepare_in(place.path());
        damaged.spawn();
        let ready = format!("http://127.0.0.1:{}/readyz", damaged.http_port);
        let opened = eventually("a word or an answer", seconds(60), || {
            if !damaged.process().is_running() {
                return Some(false);
            }
            declic_tests::controller::http_ok(&ready).then_some(true)
        });
        if opened {
            // What it answers is what was written, or that it cannot tell.
            let id = device.id.to_string();
            let answer = damaged.declic(&[
                "device",
                "history",
                &id,
                "memory_available_bytes",
                "--format",
                "json",
            ]);
            if answer.status.success() {
                let points: serde_json::Value = serde_json::from_slice(&answer.stdout).unwrap();
                for point in points.as_array().unwrap() {
                    let value = point["value"].as_u64().unwrap();
                    assert!((1..=200).contains(&value), "a number nobody wrote: {value}");
                }
            }
            damaged.process().stop(seconds(30));
            truths += 1;
        } else {
            let status = damaged.process().ended(seconds(5));
            let said = damaged.process().words();
            assert_eq!(status.code(), Some(1), "{status}: {said}");
            assert!(
                said.contains("damaged") || said.contains("backup"),
                "unclear: {said}"
            );
            words += 1;
        }
    }
    assert!(words > 0, "no damage was ever told ({truths} opened)");
}
