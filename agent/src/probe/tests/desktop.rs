use serde_json::{json, to_value};

use super::*;

#[test]
fn a_desktop_of_2009_tells_its_readings() {
    let tree = Tree::of("desktop_2009");
    let mut machine = tree.machine();
    // 2500 ticks more, 500 of them busy.
    tree.write("proc/stat", "cpu  40400 0 10100 162000 300 0 20 0 0 0\n");
    let report = machine.readings(false);
    survives_the_wire(&report);
    assert_eq!(
        to_value(&report).unwrap(),
        json!({
            "cpu": {
                "mean_permille": 200, "max_permille": 200,
                "load1_centi": 31, "load5_centi": 24, "load15_centi": 107,
            },
            "memory": {
                "total_bytes": 2_044_928u64 * 1024, "available_bytes": 1_203_456u64 * 1024,
                "swap_total_bytes": 1_048_572u64 * 1024, "swap_free_bytes": 1_048_572u64 * 1024,
            },
            "disks": [
                {"class": "system", "fs": "ext4",
                 "total_bytes": 98_294_312_960u64, "free_bytes": 41_204_899_840u64},
                {"class": "home", "fs": "ext4",
                 "total_bytes": 373_000_000_000u64, "free_bytes": 298_000_000_000u64},
            ],
            "temperatures": [
                {"sensor": "cpu", "millicelsius": 52_000},
                {"sensor": "disk", "millicelsius": 38_000},
                {"sensor": "board", "millicelsius": 41_000},
            ],
            "link": {"kind": "ethernet", "speed_mbps": 1000},
        })
    );
}

#[test]
fn the_mean_covers_the_interval_and_the_maximum_its_busiest_sample() {
    let tree = Tree::of("desktop_2009");
    let mut machine = tree.machine();
    tree.write("proc/stat", "cpu  40900 0 10000 160100 300 0 20 0 0 0\n");
    machine.sample();
    tree.write("proc/stat", "cpu  40900 0 10000 161100 300 0 20 0 0 0\n");
    machine.sample();
    let cpu = machine.readings(false).cpu.unwrap();
    assert_eq!(cpu.mean_permille, Some(450));
    assert_eq!(cpu.max_permille, Some(900));
    // The next interval begins here: nothing has happened in it.
    let cpu = machine.readings(false).cpu.unwrap();
    assert_eq!((cpu.mean_permille, cpu.max_permille), (None, None));
    tree.write("proc/stat", "cpu  41000 0 10000 161900 400 0 20 0 0 0\n");
    let cpu = machine.readings(false).cpu.unwrap();
    assert_eq!(
        (cpu.mean_permille, cpu.max_permille),
        (Some(100), Some(100))
    );
}

#[test]
fn counters_that_go_back_give_no_share() {
    let tree = Tree::of("desktop_2009");
    let mut machine = tree.machine();
    tree.write("proc/stat", "cpu  1 0 1 100 0 0 0 0 0 0\n");
    let cpu = machine.readings(false).cpu.unwrap();
    assert_eq!((cpu.mean_permille, cpu.max_permille), (None, None));
    tree.write("proc/stat", "cpu  51 0 1 150 0 0 0 0 0 0\n");
    let cpu = machine.readings(false).cpu.unwrap();
    assert_eq!(cpu.mean_permille, Some(500));
}

#[test]
fn slow_readings_of_a_desktop() {
    let tree = Tree::of("desktop_2009");
    let slow = slow(&mut tree.machine());
    survives_the_wire(&slow);
    assert_eq!(
        to_value(&slow).unwrap(),
        json!({
            "updates": {"pending": 3, "security": 2, "lists_age_s": 3600},
            "reboot_required": false,
            "failed_units": ["apt-daily.service", "cups.service"],
            "smart": [{
                "disk": "8bf1b515", "kind": "ata", "passed": true, "reallocated": 8,
                "pending": 1, "uncorrectable": 1, "power_on_hours": 41_234, "celsius": 38,
            }],
        })
    );
}

#[test]
fn updates_are_counted_again_only_after_dpkg_or_the_lists_changed() {
    let tree = Tree::of("desktop_2009");
    let mut machine = tree.machine();
    let pending = |machine: &mut Machine| slow(machine).updates.unwrap().pending;
    assert_eq!(pending(&mut machine), Some(3));
    tree.write("answers/apt-upgrades", "");
    assert_eq!(pending(&mut machine), Some(3));
    tree.touch("var/lib/dpkg/status", NOW_MS);
    assert_eq!(pending(&mut machine), Some(0));
}

#[test]
fn without_an_answer_of_apt_the_count_is_absent_and_the_age_stays() {
    let tree = Tree::of("desktop_2009");
    tree.remove("answers/apt-upgrades");
    let updates = slow(&mut tree.machine()).updates.unwrap();
    assert_eq!((updates.pending, updates.security), (None, None));
    assert_eq!(updates.lists_age_s, Some(3600));
}

#[test]
fn a_restart_is_required_by_a_package_or_by_a_newer_kernel_of_the_same_flavour() {
    let tree = Tree::of("desktop_2009");
    let required = |tree: &Tree| slow(&mut tree.machine()).reboot_required;
    assert_eq!(required(&tree), Some(false));
    tree.write("boot/vmlinuz-6.1.0-32-rt-amd64", "kernel");
    assert_eq!(required(&tree), Some(false));
    tree.write("boot/vmlinuz-6.1.0-32-amd64", "kernel");
    assert_eq!(required(&tree), Some(true));
    tree.remove("boot");
    assert_eq!(required(&tree), Some(false));
    tree.write("run/reboot-required", "");
    assert_eq!(required(&tree), Some(true));
}

#[test]
fn health_of_a_disk_that_is_days_old_is_absent() {
    let tree = Tree::of("desktop_2009");
    tree.touch("helper/smart/sda.json", NOW_MS - 49 * HOUR_MS);
    assert_eq!(slow(&mut tree.machine()).smart, None);
    tree.touch("helper/smart/sda.json", NOW_MS - 47 * HOUR_MS);
    assert!(slow(&mut tree.machine()).smart.is_some());
    tree.touch("helper/smart/sda.json", NOW_MS + 49 * HOUR_MS);
    assert_eq!(slow(&mut tree.machine()).smart, None);
}

#[test]
fn one_disk_seen_through_two_files_is_told_once() {
    let tree = Tree::of("desktop_2009");
    tree.write(
        "helper/smart/again.json",
        tree.read("helper/smart/sda.json"),
    );
    tree.touch("helper/smart/again.json", NOW_MS);
    assert_eq!(slow(&mut tree.machine()).smart.unwrap().len(), 1);
}

#[test]
fn the_inventory_of_a_desktop_names_its_parts_and_leaves_out_what_was_never_filled_in() {
    let tree = Tree::of("desktop_2009");
    let inventory = tree.machine().inventory();
    survives_the_wire(&inventory);
    assert_eq!(
        to_value(&inventory).unwrap(),
        json!({
            "serial": "BOREALIS-PC-77",
            "board": "Borealis Computer INC. B5Q-EM",
            "bios": {"vendor": "American Megatrends Inc.", "version": "0802", "date": "04/30/2009"},
            "cpu": {
                "model": "Intel(R) Core(TM)2 Duo CPU E7500 @ 2.93GHz",
                "cores": 2, "threads": 2, "max_mhz": 2936, "arch": "x86_64",
            },
            "memory": {
                "total_bytes": 2u64 << 30,
                "modules": [{
                    "slot": "DIMM0", "size_bytes": 2u64 << 30, "kind": "DDR2", "speed_mts": 800,
                    "vendor": "Borealis", "part": "BX-2048-800", "form": "dimm",
                }],
                "slots": 2,
            },
            "disks": [{
                "disk": "8bf1b515", "model": "Borealis BX500AS", "serial": "BX-HDD-0001",
                "size_bytes": 976_773_168u64 * 512, "kind": "ata", "rotational": true,
                "firmware": "BX12", "form": "3.5_inch",
            }],
            "network": [{"kind": "ethernet", "mac": "02:00:5e:20:09:01", "driver": "r8169"}],
            "os": {
                "id": "debian", "name": "Debian GNU/Linux 12 (bookworm)", "version": "12",
                "kernel": "6.1.0-31-amd64",
            },
            "agent_version": env!("CARGO_PKG_VERSION"),
        })
    );
}

#[test]
fn a_disk_keeps_its_digits_when_only_udev_tells_of_it() {
    let tree = Tree::of("desktop_2009");
    let disk = |tree: &Tree| tree.machine().inventory().disks.unwrap().remove(0);
    let told_by_smartctl = disk(&tree);
    tree.remove("helper");
    let told_by_udev = declic_common::inventory::DiskFitted {
        // Nobody else knows the shape.
        form: None,
        ..told_by_smartctl
    };
    assert_eq!(disk(&tree), told_by_udev);
    tree.remove("run/udev");
    let told_by_the_kernel = disk(&tree);
    assert_eq!(
        (told_by_the_kernel.disk, told_by_the_kernel.serial),
        (None, None)
    );
    assert_eq!(told_by_the_kernel.model.as_deref(), Some("BX500AS"));
}

#[test]
fn memory_without_a_table_is_what_the_kernel_was_given() {
    let tree = Tree::of("desktop_2009");
    tree.remove("helper/dmi/DMI");
    let memory = tree.machine().inventory().memory.unwrap();
    assert_eq!(memory.total_bytes, Some(2_044_928 * 1024));
    assert_eq!((memory.modules, memory.slots), (None, None));
}

#[test]
fn links_that_change_are_seen_once() {
    let tree = Tree::of("desktop_2009");
    let mut machine = tree.machine();
    assert!(!machine.sample());
    tree.write("sys/class/net/eth0/operstate", "down\n");
    assert!(machine.sample());
    assert!(!machine.sample());
    tree.change("proc/net/route", "0101A8C0", "FE01A8C0");
    assert!(machine.sample());
    tree.change("proc/net/route", "\t100\t", "\t101\t");
    assert!(!machine.sample(), "the metric is not the way");
}

#[test]
fn no_link_is_told_as_none() {
    let tree = Tree::of("desktop_2009");
    tree.write("sys/class/net/eth0/operstate", "down\n");
    let link = tree.machine().readings(false).link;
    assert_eq!(to_value(link).unwrap(), json!({"kind": "none"}));
}

#[test]
fn usage_counts_from_the_first_report_that_may_hold_it() {
    let tree = Tree::of("desktop_2009");
    let mut machine = tree.machine();
    let mut usage = |usage| machine.readings(usage).usage;
    assert_eq!(usage(false), None);
    assert_eq!(usage(true), None, "nothing was counted without consent");
    tree.change("proc/net/dev", "1000000", "1500000");
    tree.change("proc/net/dev", " 200000", " 230000");
    let counted = usage(true).unwrap();
    assert_eq!(
        (counted.rx_bytes, counted.tx_bytes),
        (Some(500_000), Some(30_000))
    );
    // Counters that start again hold what came since.
    tree.change("proc/net/dev", "1500000", "70");
    let counted = usage(true).unwrap();
    assert_eq!((counted.rx_bytes, counted.tx_bytes), (Some(70), Some(0)));
    assert_eq!(usage(false), None);
    tree.change("proc/net/dev", ": 70 ", ": 900 ");
    assert_eq!(usage(true), None, "consent was taken back meanwhile");
    tree.change("proc/net/dev", ": 900 ", ": 1000 ");
    assert_eq!(usage(true).unwrap().rx_bytes, Some(100));
}

#[test]
fn minutes_of_use_fall_into_the_bands_of_the_local_day() {
    let tree = Tree::of("desktop_2009");
    // 9:58 UTC in October is 11:58 in Paris.
    tree.write("answers/wall_ms", "1792058280000\n");
    let mut machine = tree.machine();
    machine.readings(true);
    for _ in 0..5 {
        tree.pass(60_000);
        machine.sample();
    }
    tree.write("answers/idle-hint", "yes\n");
    for _ in 0..5 {
        tree.pass(60_000);
        machine.sample();
    }
    let minutes = machine.readings(true).usage.unwrap().active_minutes;
    assert_eq!(
        to_value(minutes).unwrap(),
        json!({"night": 0, "morning": 1, "afternoon": 4, "evening": 0})
    );
    let minutes = machine.readings(true).usage.unwrap().active_minutes;
    assert_eq!(minutes.unwrap().afternoon, Some(0));
}

#[test]
fn the_login_screen_and_a_sleep_are_no_use() {
    let tree = Tree::of("desktop_2009");
    let mut machine = tree.machine();
    machine.readings(true);
    tree.change("run/systemd/sessions/3", "CLASS=user", "CLASS=greeter");
    tree.pass(120_000);
    machine.sample();
    tree.change("run/systemd/sessions/3", "CLASS=greeter", "CLASS=user");
    tree.pass(3 * HOUR_MS as u64);
    machine.sample();
    tree.pass(60_000);
    let minutes = machine
        .readings(true)
        .usage
        .unwrap()
        .active_minutes
        .unwrap();
    let all = [
        minutes.night,
        minutes.morning,
        minutes.afternoon,
        minutes.evening,
    ];
    assert_eq!(all.iter().flatten().sum::<u16>(), 1);
}

#[test]
fn minutes_of_use_are_absent_without_logind() {
    let tree = Tree::of("desktop_2009");
    tree.remove("run/systemd");
    let mut machine = tree.machine();
    machine.readings(true);
    let usage = machine.readings(true).usage.unwrap();
    assert_eq!((usage.active_minutes, usage.rx_bytes), (None, Some(0)));
}

#[test]
fn the_machine_goes_down_when_systemd_says_so() {
    let tree = Tree::of("desktop_2009");
    let mut machine = tree.machine();
    assert!(!machine.going_down());
    tree.write("answers/is-system-running", "stopping\n");
    assert!(machine.going_down());
    tree.remove("answers/is-system-running");
    assert!(!machine.going_down());
}
