//! The machine that runs the tests.

use declic_common::report::DiskClass;

use super::*;

fn here() -> Machine {
    Machine::new(Sources::machine("/nonexistent"))
}

#[test]
fn memory_and_boot_are_those_of_the_kernel() {
    let mut machine = here();
    let boot_id = fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap();
    assert_eq!(machine.clocks().boot_id, boot_id.trim());
    let meminfo = fs::read_to_string("/proc/meminfo").unwrap();
    let kib: u64 = meminfo
        .lines()
        .find_map(|line| line.strip_prefix("MemTotal:")?.strip_suffix("kB"))
        .and_then(|kib| kib.trim().parse().ok())
        .unwrap();
    let memory = machine.readings(false).memory.unwrap();
    assert_eq!(memory.total_bytes, Some(kib * 1024));
    assert!(memory.available_bytes <= memory.total_bytes);
}

#[test]
fn clocks_go_on_together() {
    let mut machine = here();
    let before = machine.clocks();
    std::thread::sleep(Duration::from_millis(60));
    let after = machine.clocks();
    let awake = after.awake_ms - before.awake_ms;
    let up = after.uptime_ms - before.uptime_ms;
    assert!(awake >= 60, "{awake}");
    // Hundredths of a second against milliseconds, and a busy machine in between.
    assert!(up.abs_diff(awake) <= 250, "{up} {awake}");
    assert!(before.uptime_ms > 0 && before.wall_ms > 1_500_000_000_000);
}

#[test]
fn the_disk_that_holds_the_system_is_found_unless_it_is_no_disk() {
    let mounts = fs::read_to_string("/proc/self/mountinfo").unwrap();
    let root = mounts
        .lines()
        .rfind(|line| line.split(' ').nth(4) == Some("/"))
        .unwrap();
    let disks = here().readings(false).disks.unwrap_or_default();
    let system = disks
        .iter()
        .find(|disk| disk.class == Some(DiskClass::System));
    if root.contains(" - ext4 /dev/vd") || root.contains(" - ext4 /dev/sd") {
        let system = system.expect("the root is on a disk");
        assert_eq!(system.fs.as_deref(), Some("ext4"));
        assert!(system.total_bytes > system.free_bytes);
        assert!(system.free_bytes > Some(0));
    } else if root.contains(" - overlay ") {
        assert_eq!(system, None, "a view is no disk");
    }
}

#[test]
fn everything_read_here_survives_the_wire() {
    let mut machine = here();
    survives_the_wire(&machine.readings(true));
    machine.sample();
    survives_the_wire(&machine.readings(true));
    survives_the_wire(&machine.inventory());
    assert!(!machine.going_down());
}
