//! A backup is taken while PCs report, read back, and put in the place of what was lost.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use declic_tests::process::{free_port, printed, program};
use declic_tests::wait::PATIENCE;
use declic_tests::{Agent, Controller, eventually};
use serde_json::Value;

/// `declic` on files alone: no controller is asked.
fn alone(args: &[&str]) -> Output {
    Command::new(program("declic"))
        .args(args)
        .env("LANG", "en_GB.UTF-8")
        .output()
        .expect("declic runs")
}

fn restore(file: &Path, into: &Path, more: &[&str]) -> Output {
    let (file, into) = (file.to_str().unwrap(), into.to_str().unwrap());
    alone(&[&["backup", "restore", file, "--data-dir", into], more].concat())
}

fn reports(controller: &Controller) -> u64 {
    let device = controller.device("BDX-001");
    device.and_then(|d| d["reports"].as_u64()).unwrap_or(0)
}

#[test]
fn after_a_disaster_a_backup_is_a_controller_that_its_pcs_know() {
    let mut controller = Controller::start();
    let mut agent = Agent::enrolled(&controller.code("BDX-001"));
    agent.run("200ms");
    eventually("reports", PATIENCE, || {
        (reports(&controller) >= 5).then_some(())
    });

    let file = PathBuf::from(printed(&controller.declic(&["backup", "create"])).trim());
    let known = reports(&controller);
    let listed = controller.json(&["backup", "list"]);
    assert_eq!(listed["items"].as_array().unwrap().len(), 1, "{listed}");
    let verified = alone(&[
        "backup",
        "verify",
        file.to_str().unwrap(),
        "--format",
        "json",
    ]);
    let verified: Value = serde_json::from_str(&printed(&verified)).unwrap();
    assert!(verified["rows"].as_u64() > Some(10), "{verified}");

    // Nobody restores under a running controller, nor over data without saying so.
    let running = restore(&file, controller.dir(), &["--replace"]);
    assert_eq!(running.status.code(), Some(4), "{running:?}");
    controller.kill();
    let taken = restore(&file, controller.dir(), &[]);
    assert_eq!(taken.status.code(), Some(4), "{taken:?}");

    // The disk of the data is lost; the backup was elsewhere.
    let elsewhere = tempfile::tempdir().unwrap();
    let kept = elsewhere.path().join(file.file_name().unwrap());
    fs::rename(&file, &kept).unwrap();
    for lost in ["store", "pki"] {
        fs::remove_dir_all(controller.dir().join(lost)).unwrap();
    }
    printed(&restore(&kept, controller.dir(), &[]));
    controller.run();
    let device = controller.device("BDX-001").expect("the PC is known again");
    assert!(
        device["reports"].as_u64().unwrap() <= known + 20,
        "{device}"
    );
    let before = reports(&controller);
    eventually("the same PC, with nothing done to it", PATIENCE, || {
        (reports(&controller) > before + 5).then_some(())
    });
    printed(&controller.declic(&["audit", "verify"]));
    agent.stop();
    controller.stop();
}

#[test]
#[allow(clippy::print_stderr)] // its count is part of the result
fn a_controller_killed_while_it_backs_up_leaves_no_half_backup_and_loses_nothing() {
    let mut controller = Controller::prepare();
    controller.http_port = free_port();
    controller.run();
    let mut agent = Agent::enrolled(&controller.code("BDX-001"));
    agent.run("200ms");
    eventually("reports", PATIENCE, || {
        (reports(&controller) >= 3).then_some(())
    });
    let backups = controller.dir().join("backups");
    let mut whole = 0;
    for blow in 0..12_u64 {
        let before = reports(&controller);
        let mut asking = controller.begin(&["backup", "create"]);
        eventually("work on a backup", PATIENCE, || {
            let ended = asking.try_wait().unwrap().is_some();
            (backups.join(".making").exists() || ended).then_some(())
        });
        // Further into the work with each blow.
        std::thread::park_timeout(std::time::Duration::from_millis(blow * 80));
        controller.kill();
        asking.wait().unwrap();
        controller.run();
        eventually("reports after the blow", PATIENCE, || {
            (reports(&controller) > before).then_some(())
        });
        let listed = controller.json(&["backup", "list"]);
        let items = listed["items"].as_array().unwrap();
        for item in items {
            let file = backups.join(item["name"].as_str().unwrap());
            printed(&alone(&["backup", "verify", file.to_str().unwrap()]));
        }
        whole = items.len();
    }
    printed(&controller.declic(&["backup", "create"]));
    assert!(
        !backups.join(".making").exists(),
        "nothing is left of the work"
    );
    eprintln!("12 kill -9 while backing up: {whole} backups were whole, none was half");
    let device = controller.device("BDX-001").unwrap();
    assert_eq!(device["lost"], 0, "{device}");
    agent.stop();
    controller.stop();
}
