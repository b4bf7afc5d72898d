//! `declic demo`: homes of which one is this machine; new ones, or some that have lived for a
//! year.

use std::fs;
use std::process::Command;

use declic_tests::process::{Process, free_port, printed, program};
use declic_tests::wait::PATIENCE;
use declic_tests::{Demo, eventually};

#[test]
fn a_demonstration_shows_its_homes_and_this_machine_among_them() {
    let place = tempfile::tempdir().unwrap();
    let data = place.path().join("data");
    let mut command = Command::new(program("declic"));
    command
        .args(["demo", "--weeks", "0", "--devices", "12", "--interval", "2"])
        .args(["--http", &format!("127.0.0.1:{}", free_port())])
        .args(["--mqtt", &format!("127.0.0.1:{}", free_port())])
        .arg("--data-dir")
        .arg(&data)
        .env("LANG", "en_GB.UTF-8");
    let mut demo = Process::start(&mut command, &place.path().join("demo.log")).unwrap();
    let list = || {
        let output = Command::new(program("declic"))
            .args(["device", "list", "--format", "json", "--data-dir"])
            .arg(&data)
            .output()
            .ok()?;
        serde_json::from_slice::<serde_json::Value>(&output.stdout).ok()
    };
    let devices = eventually("twelve homes with reports", PATIENCE, || {
        assert!(demo.is_running(), "{}", demo.words());
        let devices = list()?;
        let reporting = devices
            .as_array()?
            .iter()
            .filter(|d| d["reports"].as_u64() > Some(0));
        (reporting.count() == 12).then_some(devices)
    });
    let inventory = |id: &str| {
        let output = Command::new(program("declic"))
            .args(["device", "show", id, "--format", "json", "--data-dir"])
            .arg(&data)
            .output()
            .unwrap();
        serde_json::from_str::<serde_json::Value>(&printed(&output)).unwrap()
    };
    let kernel = fs::read_to_string("/proc/sys/kernel/osrelease").unwrap();
    let real = devices
        .as_array()
        .unwrap()
        .iter()
        .map(|d| inventory(d["device"].as_str().unwrap()))
        .filter(|d| d["inventory"]["os"]["kernel"] == kernel.trim())
        .count();
    assert_eq!(real, 1, "this machine is one of the homes");

    demo.signal(rustix::process::Signal::INT);
    let status = demo.ended(PATIENCE);
    assert!(status.success(), "{status}: {}", demo.words());
}

#[test]
fn a_demonstration_of_a_year_has_its_failures_its_calls_and_those_who_left() {
    let demo = Demo::start(&["--weeks", "53", "--devices", "8", "--interval", "2"]);
    let of = |list: &serde_json::Value, field: &str, value: &str| {
        let all = list.as_array().expect("a list").iter();
        all.filter(|one| one[field] == value).count()
    };
    // Of eight homes two failed some days ago; this machine is heard, and is no trouble.
    let today = demo.json(&["today"]);
    let reasons = today.to_string();
    for cause in ["disk_failing", "internet_down"] {
        assert!(reasons.contains(cause), "{cause} is missing: {reasons}");
    }
    eventually("this machine is heard", PATIENCE, || {
        let list = demo.json(&["device", "list"]);
        let ours = list.as_array()?.iter().find(|d| d["asset"] == "BDX-001")?;
        (ours["presence"] == "on" && ours["placement"]["household"] == "F-001").then_some(())
    });
    let tickets = demo.json(&["ticket", "list", "--all"]);
    let closed = of(&tickets, "state", "closed");
    assert!(closed >= 2, "{closed} calls are over");
    assert!(of(&tickets, "origin", "phone") > closed / 2);
    let homes = demo.json(&["household", "list"]);
    let left = homes.as_array().expect("a list").iter();
    let left = left
        .filter(|home| home["record"]["left_on"].is_string())
        .count();
    let list = demo.json(&["device", "list"]);
    let at_home = list.as_array().expect("a list").iter();
    let at_home = at_home.filter(|d| d["placement"]["household"].is_string());
    assert!(left >= 1, "nobody has left");
    assert_eq!(at_home.count(), 8 - left, "who left gave the PC back");
}
