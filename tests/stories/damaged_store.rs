//! A damaged store: a clear word and an end, never a loop, never a wrong answer.

use std::fs;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use declic_common::UpKind;
use declic_tests::controller::http_ok;
use declic_tests::wait::PATIENCE;
use declic_tests::{Controller, Device, Door, eventually};
use rumqttc::{Packet, QoS};
use tempfile::TempDir;
use tokio::runtime::Runtime;

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

/// A copy of a stopped controller's folder, with the largest file of its store cut
/// short (the first three) or written over at some place.
fn damaged_copy(from: &Path, damage: u64) -> TempDir {
    let place = tempfile::tempdir().unwrap();
    copy(from, place.path());
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
    place
}

/// A controller with two hundred reports, stopped, and the device that made them.
fn two_hundred_reports(door: Door, runtime: &Runtime) -> (Controller, Device) {
    let mut controller = Controller::start_behind(door);
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
    (controller, device)
}

/// Whether it opens its store; otherwise it has ended with a clear word.
fn opens(damaged: &mut Controller) -> bool {
    damaged.spawn();
    let ready = format!("http://127.0.0.1:{}/readyz", damaged.http_port);
    let opened = eventually("a word or an answer", PATIENCE, || {
        if !damaged.process().is_running() {
            return Some(false);
        }
        http_ok(&ready).then_some(true)
    });
    if !opened {
        let status = damaged.process().ended(PATIENCE);
        let said = damaged.words();
        assert_eq!(status.code(), Some(1), "{status}: {said}");
        assert!(
            said.contains("damaged") || said.contains("backup"),
            "unclear: {said}"
        );
    }
    opened
}

#[test]
fn a_damaged_store_opens_into_a_clear_word_or_into_the_truth() {
    word_or_truth(Door::Endpoint);
}

#[test]
fn a_damaged_store_behind_a_broker_is_told_and_what_is_said_meanwhile_waits_there() {
    word_or_truth(Door::Mosquitto);
}

fn word_or_truth(door: Door) {
    let runtime = Runtime::new().unwrap();
    let (mut controller, device) = two_hundred_reports(door, &runtime);
    let mut told = Vec::new();
    for damage in 0..8 {
        let place = damaged_copy(controller.dir(), damage);
        let mut damaged = controller.twin_in(place.path());
        if opens(&mut damaged) {
            tells_the_truth(&damaged, &device);
            damaged.process().stop(PATIENCE);
        } else {
            told.push(damage);
        }
    }
    let Some(damage) = told.first() else {
        panic!("no damage was ever told");
    };
    if door == Door::Mosquitto {
        let place = damaged_copy(controller.dir(), *damage);
        waits_for_the_whole_one(&mut controller, &device, place.path(), &runtime);
    }
}

/// What it answers is what was written, or that it cannot tell.
fn tells_the_truth(damaged: &Controller, device: &Device) {
    let id = device.id.to_string();
    let metric = ["memory_available_bytes", "--format", "json"];
    let answer = damaged.declic(&[&["device", "history", &id], &metric[..]].concat());
    if answer.status.success() {
        let points: serde_json::Value = serde_json::from_slice(&answer.stdout).unwrap();
        for point in points.as_array().unwrap() {
            let value = point["value"].as_u64().unwrap();
            assert!((1..=200).contains(&value), "a number nobody wrote: {value}");
        }
    }
}

/// A controller that cannot open its store takes nothing from the broker: the one
/// with the whole store finds it there, and the device need not say it again.
fn waits_for_the_whole_one(
    whole: &mut Controller,
    device: &Device,
    damaged: &Path,
    runtime: &Runtime,
) {
    let mut session = runtime.block_on(async {
        let mut session = device.connect().await.unwrap();
        let (topic, report) = (device.topic(UpKind::Report), device.report(1, 201, 1));
        let publish = session
            .client
            .publish(topic, QoS::AtLeastOnce, false, report);
        publish.await.unwrap();
        let kept = |p: &Packet| matches!(p, Packet::PubAck(_)).then_some(());
        session.until("the broker's word", kept).await.unwrap();
        session
    });
    assert!(!opens(&mut whole.twin_in(damaged)), "it opened this time");
    whole.run();
    runtime.block_on(session.receipt(1, 201)).unwrap();
    whole.stop();
}
