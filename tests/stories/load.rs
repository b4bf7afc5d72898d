//! `declic-agent simulate`: a quarter of simulated homes comes back, and goes on.

use std::path::Path;
use std::process::{Command, Output};

use declic_tests::process::{Process, printed, program};
use declic_tests::wait::PATIENCE;
use declic_tests::{Controller, eventually};
use serde_json::Value;

const HOMES: usize = 20;

fn simulating(homes: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(program("declic-agent"));
    let count = HOMES.to_string();
    command
        .args(["simulate", "--devices", &count, "--format", "json"])
        .args(args)
        .arg("--state-dir")
        .arg(homes)
        .env("LANG", "en_GB.UTF-8");
    command
}

fn simulate(homes: &Path, args: &[&str]) -> Output {
    let output = simulating(homes, args).output();
    output.expect("declic-agent runs")
}

/// The last line, which sums up.
fn summary(output: &Output) -> Value {
    let text = printed(output);
    let last = text.lines().last().expect("at least one line");
    let last: Value = serde_json::from_str(last).expect("JSON");
    last["summary"].clone()
}

#[test]
fn a_quarter_comes_back_with_its_backlog_and_nothing_is_missing() {
    let mut controller = Controller::start();
    let place = tempfile::tempdir().unwrap();
    let (homes, codes) = (place.path().join("homes"), place.path().join("codes"));
    let count = HOMES.to_string();
    let made = controller.declic(&["enrol", "new", "--asset", "SIM", "--count", &count]);
    std::fs::write(&codes, printed(&made)).unwrap();

    // It ends by itself, once every home has a receipt for all it had to say.
    let codes = codes.to_str().unwrap();
    let args = ["--profile", "return", "--backlog", "5", "--codes", codes];
    let back = summary(&simulate(&homes, &args));
    assert!(back["caught_up_within_s"].is_number(), "{back}");
    assert_eq!((&back["ended"], &back["homes"]), (&0.into(), &HOMES.into()));
    assert!(back["p99_ms"].is_number(), "{back}");
    let devices = controller.json(&["device", "list"]);
    let devices = devices.as_array().unwrap();
    assert_eq!(devices.len(), HOMES);
    for device in devices {
        assert!(device["reports"].as_u64() >= Some(5), "{device}");
        assert_eq!(device["lost"], 0, "{device}");
    }

    // The folders are kept: the same homes live on, without a code, until asked to end.
    let mut command = simulating(&homes, &["--interval", "1s", "--every", "250ms"]);
    let log = place.path().join("simulate.log");
    let mut on = Process::start(&mut command, &log).unwrap();
    eventually("all homes connected and heard", PATIENCE, || {
        assert!(on.is_running(), "{}", on.words());
        on.words().lines().find(|line| {
            let line: Value = serde_json::from_str(line).unwrap_or_default();
            line["connected"] == HOMES && line["behind"] == 0
        })?;
        Some(())
    });
    let status = on.stop(PATIENCE);
    assert!(status.success(), "{status}: {}", on.words());
    let devices = controller.json(&["device", "list"]);
    assert_eq!(devices.as_array().unwrap().len(), HOMES);
    controller.stop();
}

#[test]
fn a_load_without_enough_codes_says_how_to_make_them() {
    let place = tempfile::tempdir().unwrap();
    let output = simulate(place.path(), &[]);
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(said.contains("declic enrol new --count 20"), "{said}");
}
