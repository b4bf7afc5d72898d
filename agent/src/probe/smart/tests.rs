use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::*;

fn sample(name: &str) -> Option<Smart> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/smart");
    let json = fs::read(folder.join(name)).unwrap();
    parse(&json).unwrap().summary()
}

fn wear(name: &str) -> Option<u8> {
    sample(name).unwrap().wear_percent
}

#[test]
fn a_hard_disk_is_summed_up_from_what_smartctl_reads_in_packed_values() {
    assert_eq!(
        sample("ata_packed_raw_values.json").unwrap(),
        Smart {
            disk: digits("Borealis BX500AS", "INVENTED-1"),
            kind: Some(DiskKind::Ata),
            passed: Some(false),
            reallocated: Some(12),
            pending: Some(2),
            uncorrectable: Some(5),
            power_on_hours: Some(26_012),
            wear_percent: None,
            celsius: Some(38),
        }
    );
}

#[test]
fn wear_is_read_on_the_scale_of_its_maker() {
    assert_eq!(wear("ata_life_left_in_raw.json"), Some(19));
    assert_eq!(wear("ata_life_left_in_value.json"), Some(7));
    assert_eq!(wear("ata_media_wearout.json"), Some(78));
    assert_eq!(wear("ata_wear_leveling.json"), Some(9));
    assert_eq!(wear("ata_percent_lifetime.json"), Some(12));
    assert_eq!(wear("ata_remaining_lifetime.json"), Some(4));
    assert_eq!(wear("ata_endurance_used.json"), Some(17));
}

#[test]
fn wear_on_a_scale_that_nobody_knows_is_absent() {
    assert_eq!(wear("ata_life_left_of_nobody_known.json"), None);
}

#[test]
fn attributes_out_of_use_are_absent_and_not_zero() {
    let smart = sample("ata_life_left_in_raw.json").unwrap();
    assert_eq!((smart.reallocated, smart.pending), (Some(1), None));
    assert_eq!(smart.uncorrectable, None);
}

#[test]
fn device_statistics_stand_in_for_attributes_where_the_disk_vouches_for_them() {
    let smart = sample("ata_statistics.json").unwrap();
    assert_eq!(smart.power_on_hours, Some(777));
    assert_eq!((smart.reallocated, smart.pending), (Some(6), None));
    assert_eq!(
        (smart.uncorrectable, smart.wear_percent),
        (Some(2), Some(104))
    );
}

#[test]
fn an_nvme_disk_may_be_worn_past_its_rating() {
    let smart = sample("nvme.json").unwrap();
    assert_eq!(smart.kind, Some(DiskKind::Nvme));
    assert_eq!(
        (smart.wear_percent, smart.uncorrectable),
        (Some(112), Some(3))
    );
    assert_eq!(
        (smart.power_on_hours, smart.celsius),
        (Some(8_123), Some(41))
    );
    assert_eq!((smart.reallocated, smart.pending), (None, None));
}

#[test]
fn a_scsi_disk_adds_up_its_uncorrected_errors() {
    let smart = sample("scsi.json").unwrap();
    assert_eq!(smart.disk, digits("BOREALIS BX15K", "INVENTED-3"));
    assert_eq!((smart.reallocated, smart.pending), (Some(260), Some(1)));
    assert_eq!(
        (smart.uncorrectable, smart.wear_percent),
        (Some(536), Some(4))
    );
}

#[test]
fn a_disk_that_sleeps_says_nothing() {
    assert_eq!(sample("asleep.json"), None);
}

#[test]
fn values_of_another_type_are_absent_and_their_neighbours_stay() {
    assert_eq!(
        sample("wrong_types.json").unwrap(),
        Smart {
            kind: Some(DiskKind::Ata),
            uncorrectable: Some(6),
            ..Smart::default()
        }
    );
}

#[test]
fn the_digits_tell_disks_apart_and_hide_the_serial_number() {
    // printf 'Borealis BX500AS\0INVENTED-1' | sha256sum
    assert_eq!(
        digits(" Borealis BX500AS ", "INVENTED-1\n").as_deref(),
        Some("1e95aada")
    );
    assert_ne!(digits("a", "bc"), digits("ab", "c"));
    assert_eq!(digits("Borealis", "  "), None);
}

#[test]
fn a_cut_output_is_nothing() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/smart");
    let json = fs::read(folder.join("nvme.json")).unwrap();
    let json = json.trim_ascii_end();
    for end in 0..json.len() {
        assert!(parse(&json[..end]).is_none(), "{end}");
    }
    assert!(parse(json).is_some());
}

/// Real outputs, when they lie beside the project.
fn real_outputs() -> Option<PathBuf> {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .ancestors()
        .map(|folder| folder.join("shared/fixtures/smartctl"))
        .find(|folder| folder.is_dir())
}

#[test]
fn every_real_output_beside_the_project_is_summed_up_without_its_serial_number() {
    let Some(folder) = real_outputs() else { return };
    let (mut disks, mut digits_seen) = (BTreeSet::new(), BTreeSet::new());
    let mut solid = 0;
    let files: Vec<PathBuf> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    for path in &files {
        let name = path.display();
        let json = fs::read(path).unwrap();
        // The same facts read another way: by pointer, from raw numbers.
        let value: Value = serde_json::from_slice(&json).unwrap();
        let fact = |pointer: &str| value.pointer(pointer).and_then(Value::as_u64);
        let raw = |id: u64| {
            let table = value.pointer("/ata_smart_attributes/table")?.as_array()?;
            let attribute = table
                .iter()
                .find(|a| a["id"] == id && a["name"] != "Not_In_Use")?;
            attribute["raw"]["value"].as_u64()
        };
        let smart = parse(&json).and_then(|output| output.summary());
        let smart = smart.unwrap_or_else(|| panic!("{name}"));

        assert_eq!(
            smart.passed,
            value["smart_status"]["passed"].as_bool(),
            "{name}"
        );
        let hours = fact("/power_on_time/hours").map(|hours| hours as u32);
        assert_eq!(smart.power_on_hours, hours, "{name}");
        let celsius = fact("/temperature/current").map(|celsius| celsius as i16);
        assert_eq!(smart.celsius, celsius, "{name}");
        let (reallocated, pending, uncorrectable) = match smart.kind.unwrap() {
            DiskKind::Ata => (raw(5), raw(197), raw(187).max(raw(198))),
            DiskKind::Nvme => {
                let log = "/nvme_smart_health_information_log";
                let used = fact(&format!("{log}/percentage_used"));
                assert_eq!(smart.wear_percent.map(u64::from), used, "{name}");
                (None, None, fact(&format!("{log}/media_errors")))
            }
            DiskKind::Scsi => {
                let kinds = value["scsi_error_counter_log"].as_object().unwrap();
                let errors = kinds
                    .values()
                    .filter_map(|v| v["total_uncorrected_errors"].as_u64());
                (fact("/scsi_grown_defect_list"), None, Some(errors.sum()))
            }
        };
        assert_eq!(smart.reallocated, reallocated, "{name}");
        assert_eq!(smart.pending, pending, "{name}");
        assert_eq!(smart.uncorrectable, uncorrectable, "{name}");
        match fact("/rotation_rate") {
            Some(0) => {
                assert!(smart.wear_percent.is_some(), "{name}");
                solid += 1;
            }
            _ if smart.kind != Some(DiskKind::Nvme) => {
                assert_eq!(smart.wear_percent, None, "{name}")
            }
            _ => {}
        }
        let text = serde_json::to_string(&smart).unwrap();
        let serial = value["serial_number"].as_str().unwrap();
        assert!(!text.contains(serial), "{name}");
        let names = (&value["model_name"], &value["scsi_model_name"]);
        disks.insert(format!("{names:?} {serial}"));
        digits_seen.insert(smart.disk.unwrap());
    }
    assert_eq!(
        digits_seen.len(),
        disks.len(),
        "each disk has its own digits"
    );
    assert!(solid > 0);
}
