use serde_json::{json, to_value};

use super::*;

#[test]
fn a_laptop_tells_its_battery_radio_and_fixed_disks() {
    let tree = Tree::of("laptop");
    let report = tree.machine().readings(false);
    survives_the_wire(&report);
    assert_eq!(
        to_value(&report.disks).unwrap(),
        json!([
            {"class": "system", "fs": "ext4",
             "total_bytes": 249_000_000_000u64, "free_bytes": 19_000_000_000u64},
            {"class": "other", "fs": "ext4", "total_bytes": 1_020_702_720, "free_bytes": 702_720_000},
        ])
    );
    assert_eq!(
        to_value(&report.temperatures).unwrap(),
        json!([
            {"sensor": "cpu", "millicelsius": 57_000},
            {"sensor": "disk", "millicelsius": 33_850},
            {"sensor": "board", "millicelsius": 49_500},
            {"sensor": "radio", "millicelsius": 44_000},
        ])
    );
    assert_eq!(
        to_value(&report.link).unwrap(),
        json!({"kind": "wifi", "signal_dbm": -62})
    );
    assert_eq!(
        to_value(&report.battery).unwrap(),
        json!({"percent": 65, "state": "discharging", "health_permille": 700, "cycles": 412})
    );
}

#[test]
fn two_batteries_are_told_as_one() {
    let tree = Tree::of("laptop");
    tree.write(
        "sys/class/power_supply/BAT1/uevent",
        "POWER_SUPPLY_TYPE=Battery\nPOWER_SUPPLY_STATUS=Charging\nPOWER_SUPPLY_CYCLE_COUNT=0\n\
         POWER_SUPPLY_ENERGY_FULL_DESIGN=24000000\nPOWER_SUPPLY_ENERGY_FULL=24000000\n\
         POWER_SUPPLY_ENERGY_NOW=24000000\nPOWER_SUPPLY_CAPACITY=100\n",
    );
    let battery = tree.machine().readings(false).battery;
    assert_eq!(
        to_value(battery).unwrap(),
        json!({"percent": 79, "state": "charging", "health_permille": 800, "cycles": 412})
    );
}

#[test]
fn a_signal_on_another_scale_is_absent() {
    let tree = Tree::of("laptop");
    tree.change("proc/net/wireless", "-62.", "38.");
    let link = tree.machine().readings(false).link;
    assert_eq!(to_value(link).unwrap(), json!({"kind": "wifi"}));
}

#[test]
fn a_cable_is_preferred_when_it_carries_the_default_route() {
    let tree = Tree::of("laptop");
    tree.write("sys/class/net/enp1s0/operstate", "up\n");
    tree.write("sys/class/net/enp1s0/speed", "100\n");
    let route = tree.read("proc/net/route");
    let cable = "enp1s0\t00000000\tFE00A8C0\t0003\t0\t0\t100\t00000000\t0\t0\t0\n";
    tree.write("proc/net/route", route + cable);
    let link = tree.machine().readings(false).link;
    assert_eq!(
        to_value(link).unwrap(),
        json!({"kind": "ethernet", "speed_mbps": 100})
    );
}

#[test]
fn only_the_bytes_of_hardware_count_as_usage() {
    let tree = Tree::of("laptop");
    let mut machine = tree.machine();
    machine.readings(true);
    tree.change("proc/net/dev", "99999", "123456789");
    tree.change("proc/net/dev", "7000", "7100");
    let usage = machine.readings(true).usage.unwrap();
    assert_eq!((usage.rx_bytes, usage.tx_bytes), (Some(100), Some(0)));
}

#[test]
fn slow_readings_of_a_laptop() {
    let tree = Tree::of("laptop");
    let slow = slow(&mut tree.machine());
    assert_eq!(
        to_value(&slow).unwrap(),
        json!({
            "updates": {"pending": 1, "security": 1, "lists_age_s": 3600},
            "reboot_required": true,
            "failed_units": [],
            "smart": [{
                "disk": "17563d0b", "kind": "nvme", "passed": true, "uncorrectable": 0,
                "power_on_hours": 6021, "wear_percent": 7, "celsius": 34,
            }],
        })
    );
}

#[test]
fn the_inventory_of_a_laptop_has_its_own_cards_and_disk_only() {
    let tree = Tree::of("laptop");
    let inventory = tree.machine().inventory();
    survives_the_wire(&inventory);
    assert_eq!(inventory.board.as_deref(), Some("Borealis"));
    assert_eq!(inventory.serial, None);
    let cpu = inventory.cpu.unwrap();
    assert_eq!((cpu.cores, cpu.threads), (Some(4), Some(8)));
    assert_eq!(
        to_value(&inventory.network).unwrap(),
        json!([
            {"kind": "ethernet", "mac": "02:00:5e:20:18:01", "driver": "r8169"},
            // The address in use was made up for privacy; this is the card's own.
            {"kind": "wifi", "mac": "02:00:5e:20:18:02", "driver": "iwlwifi"},
        ])
    );
    assert_eq!(
        to_value(&inventory.disks).unwrap(),
        json!([{
            "disk": "17563d0b", "model": "Borealis NV2 256GB", "serial": "BX-NVME-0002",
            "size_bytes": 500_118_192u64 * 512, "kind": "nvme", "rotational": false,
            "firmware": "NV21A",
        }])
    );
    assert_eq!(inventory.os.unwrap().id.as_deref(), Some("ubuntu"));
    // The kernel's own words give the same digits without smartctl.
    tree.remove("helper");
    let disks = tree.machine().inventory().disks.unwrap();
    assert_eq!(disks[0].disk.as_deref(), Some("17563d0b"));
}
