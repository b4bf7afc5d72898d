//! From one code to a technician's answer, within seconds.

use std::fs;

use declic_tests::process::printed;
use declic_tests::wait::PATIENCE;
use declic_tests::{Agent, Controller, Door, eventually};

/// A value of `/proc/meminfo`, in bytes.
fn meminfo(name: &str) -> u64 {
    let text = fs::read_to_string("/proc/meminfo").unwrap();
    let line = text.lines().find(|l| l.starts_with(name)).unwrap();
    line.split_whitespace()
        .nth(1)
        .unwrap()
        .parse::<u64>()
        .unwrap()
        * 1024
}

#[test]
fn the_first_report_is_there_within_seconds_and_says_what_the_machine_says() {
    first_report(Door::Endpoint);
}

#[test]
fn the_first_report_comes_through_a_broker_as_well() {
    first_report(Door::Mosquitto);
}

fn first_report(door: Door) {
    let mut controller = Controller::start_behind(door);
    let code = controller.code("BDX-001");
    let mut agent = Agent::enrolled(&code);
    agent.run("1s");
    eventually("the device as `on`", PATIENCE, || {
        controller
            .device("BDX-001")
            .filter(|d| d["presence"] == "on")
    });
    let device = eventually("a report and the inventory", PATIENCE, || {
        let id = controller.device("BDX-001")?["device"].as_str()?.to_owned();
        let device = controller.json(&["device", "show", &id]);
        (device["latest"].is_object() && device["inventory"].is_object()).then_some(device)
    });
    let report = &device["latest"]["report"];
    assert_eq!(report["memory"]["total_bytes"], meminfo("MemTotal:"));
    let available = report["memory"]["available_bytes"].as_u64().unwrap();
    assert!(
        available.abs_diff(meminfo("MemAvailable:")) < 4 << 30,
        "{available}"
    );
    assert_eq!(report["ladder"]["controller"], true);
    assert_eq!(device["latest"]["clock_wrong"], false);
    let kernel = fs::read_to_string("/proc/sys/kernel/osrelease").unwrap();
    assert_eq!(device["inventory"]["os"]["kernel"], kernel.trim());

    // The household reads every byte of what was sent.
    let shown = eventually("the report among what was sent", PATIENCE, || {
        let shown = printed(&agent.verb(&["show", "--json"]));
        let shown: serde_json::Value = serde_json::from_str(&shown).unwrap();
        let sent = shown["sent"].as_array().unwrap();
        let is_report = |m: &serde_json::Value| m["topic"].as_str().unwrap().ends_with("/report");
        sent.iter().any(is_report).then_some(shown)
    });
    let hostname = fs::read_to_string("/proc/sys/kernel/hostname").unwrap();
    assert!(hostname.trim().len() < 4 || !shown.to_string().contains(hostname.trim()));

    // A clean end is `quiet` at once, and never an alarm.
    agent.stop();
    eventually("the goodbye", PATIENCE, || {
        controller
            .device("BDX-001")
            .filter(|d| d["presence"] == "quiet")
    });
    controller.stop();
}
