//! `declic demo`: a hundred homes within a minute, one of them this machine.

use std::fs;
use std::process::Command;

use declic_tests::eventually;
use declic_tests::process::{Process, free_port, printed, program};
use declic_tests::wait::PATIENCE;

#[test]
fn a_demonstration_shows_its_homes_and_this_machine_among_them() {
    let place = tempfile::tempdir().unwrap();
    let data = place.path().join("data");
    let mut command = Command::new(program("declic"));
    command
        .args(["demo", "--devices", "12", "--interval", "2"])
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
