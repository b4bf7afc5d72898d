//! Records of every released version, kept as they were written: data of any
//! age must read, and this version must write the same bytes.
//!
//! When a record gains a field, its files stay; a new folder holds the new form.
//! With `DECLIC_NEW_GOLDEN=1` a file that is not there yet is written.

use std::fmt::Debug;

use declic_common::api::Place;
use declic_common::command::CommandId;
use declic_common::inventory::ModuleForm;
use declic_common::journal::{Event, Journal};
use declic_common::report::DiskForm;
use declic_common::timeline::Activity;
use declic_common::{DeviceId, InstallId};
use serde_json::json;

mod history;
mod placement;
mod programme;
mod tickets;

use super::StoreError;
use super::record::{Record, decode, encode};
use super::records::*;

/// A device, by its 60 bits.
const DEVICE: u64 = 0x0123_4567_89AB_CDEF;

/// Digits of a line of a file.
const LINE: usize = 64;

fn ascii(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).expect("hexadecimal")
}

/// Checks a record against its file, then as a later version might write it.
fn check<R: Record + PartialEq + Debug>(name: &str, expected: &R) {
    check_in("v1", name, expected);
}

fn check_in<R: Record + PartialEq + Debug>(version: &str, name: &str, expected: &R) {
    let path = format!(
        "{}/tests/records/{version}/{name}.hex",
        env!("CARGO_MANIFEST_DIR")
    );
    let written = encode(expected);
    let hex = data_encoding::HEXLOWER.encode(&written);
    if std::env::var_os("DECLIC_NEW_GOLDEN").is_some() && !std::path::Path::new(&path).exists() {
        let lines: Vec<&str> = hex.as_bytes().chunks(LINE).map(ascii).collect();
        std::fs::write(&path, lines.join("\n") + "\n").unwrap();
    }
    let file = std::fs::read_to_string(&path).unwrap_or_default();
    let kept: String = file.split_whitespace().collect();
    assert_eq!(hex, kept, "{name}: this version writes it otherwise");
    let bytes = data_encoding::HEXLOWER.decode(kept.as_bytes()).unwrap();
    assert_eq!(&decode::<R>(&bytes).unwrap(), expected, "{name}");
    assert_eq!(
        &decode::<R>(&with_a_later_field(&bytes)).unwrap(),
        expected,
        "{name}"
    );
    for bit in 0..bytes.len() * 8 {
        let mut damaged = bytes.clone();
        damaged[bit / 8] ^= 1 << (bit % 8);
        let read = decode::<R>(&damaged);
        assert!(
            matches!(read, Err(StoreError::Corrupt(_))),
            "{name}: bit {bit}"
        );
    }
}

fn sealed(body: &[u8]) -> Vec<u8> {
    let mut bytes = body.to_vec();
    bytes.extend(crc32c::crc32c(body).to_be_bytes());
    bytes
}

/// The same record with a field that this version does not know.
fn with_a_later_field(bytes: &[u8]) -> Vec<u8> {
    let mut body = bytes[..bytes.len() - 4].to_vec();
    // A map of fewer than 23 pairs keeps its count in its first byte (RFC 8949, 3.1).
    assert!((0xA0..0xB6).contains(&body[2]));
    body[2] += 1;
    minicbor::encode((200u8, ["later", "and", "nested"]), &mut body).unwrap();
    // The pair without the array that minicbor puts round it.
    let pair = bytes.len() - 4;
    assert_eq!(body.remove(pair), 0x82);
    sealed(&body)
}

fn device() -> Device {
    Device {
        id: DeviceId::from_bits(DEVICE),
        asset: Some("PC-042".to_owned()),
        site: Some("aubiers".to_owned()),
        enrolled_at: 1_790_000_000_000,
        certificate: Certificate {
            serial: "0a1b2c".to_owned(),
            issued_at: 1_790_000_000_001,
            expires_at: 1_884_000_000_000,
        },
        revoked_at: Some(1_790_000_000_002),
        retired_at: Some(1_790_000_000_003),
        settings: Some(r#"{"interval_s":900}"#.to_owned()),
        previous_serial: Some("0a1b2b".to_owned()),
    }
}

/// A report with every reading that this version knows.
fn row() -> HealthRow {
    let report = json!({
        "interval_s": 900,
        "cpu": {"mean_permille": 120, "max_permille": 900, "load1_centi": 55, "load5_centi": 40, "load15_centi": 33},
        "memory": {"total_bytes": 4_294_967_296_u64, "available_bytes": 2_147_483_648_u64, "swap_total_bytes": 1024, "swap_free_bytes": 512},
        "disks": [{"class": "system", "fs": "ext4", "total_bytes": 120_000_000_000_u64, "free_bytes": 60_000_000_000_u64}, {"class": "home"}],
        "temperatures": [{"sensor": "cpu", "millicelsius": 47_500}],
        "link": {"kind": "wifi", "signal_dbm": -61, "speed_mbps": 100},
        "ladder": {"link": true, "gateway": true, "dns": true, "internet": true, "controller": false},
        "battery": {"percent": 80, "state": "discharging", "health_permille": 640, "cycles": 312},
        "consent": "usage",
        "agent": {"version": "0.1.0", "dropped": 1, "refused": 2, "damaged": 3, "disk_full": false, "waiting": 4, "resident_bytes": 4_500_000},
        "slow": {
            "slow_at": 1_790_000_000_000_i64,
            "updates": {"pending": 12, "security": 3, "lists_age_s": 86_400},
            "reboot_required": true,
            "failed_units": ["cups.service"],
            "smart": [{"disk": "deadbeef", "kind": "ata", "passed": true, "reallocated": 8, "pending": 0, "uncorrectable": 0, "power_on_hours": 31_000, "wear_percent": 12, "celsius": 38}]
        },
        "usage": {"rx_bytes": 1_000_000, "tx_bytes": 50_000, "active_minutes": {"night": 0, "morning": 5, "afternoon": 10, "evening": 15}}
    });
    HealthRow {
        received_at: 1_790_000_000_010,
        observed_at: -1,
        uptime_ms: 3_600_000,
        estimated: true,
        report: serde_json::from_value(report).unwrap(),
    }
}

fn events() -> Vec<Event> {
    let journal = json!({"events": [
        {"kind": "boot", "boot": 7, "uptime_ms": 10, "at": 1_790_000_000_000_i64},
        {"kind": "ladder", "boot": 7, "uptime_ms": 20, "ladder": {"link": true, "gateway": false}},
        {"kind": "resume", "boot": 7, "uptime_ms": 30, "slept_ms": 28_800_000},
        {"kind": "clock_jump", "boot": 7, "uptime_ms": 40, "by_ms": -60_000},
        {"kind": "agent_start", "boot": 7, "uptime_ms": 50, "version": "0.1.0", "clean": true},
        {"kind": "consent", "boot": 7, "uptime_ms": 60, "consent": "maintenance"},
        {"kind": "power_cut", "boot": 6, "uptime_ms": 70, "alive_ms": 65},
        {"kind": "pause", "boot": 7, "uptime_ms": 80, "until": 1_790_000_900_000_i64}
    ]});
    let journal: Journal = serde_json::from_value(journal).unwrap();
    journal.events.unwrap()
}

fn inventory() -> Inventory {
    let inventory = json!({
        "vendor": "LENOVO", "model": "M92p", "serial": "S4X", "board": "MAHOBAY",
        "bios": {"vendor": "LENOVO", "version": "9SKT58AUS", "date": "08/21/2012"},
        "cpu": {"model": "Intel Core i5-3470T", "cores": 2, "threads": 4, "max_mhz": 3600, "arch": "x86_64"},
        "memory": {"total_bytes": 4_294_967_296_u64, "slots": 2, "modules": [
            {"slot": "DIMM 0", "size_bytes": 4_294_967_296_u64, "kind": "DDR3", "speed_mts": 1600, "vendor": "Samsung", "part": "M471"}]},
        "disks": [{"disk": "deadbeef", "model": "ST500", "serial": "Z1", "size_bytes": 500_107_862_016_u64, "kind": "ata", "rotational": true, "firmware": "CC31"}],
        "network": [{"kind": "ethernet", "mac": "02:00:00:00:00:01", "driver": "e1000e"}],
        "os": {"id": "debian", "name": "Debian GNU/Linux 13", "version": "13", "kernel": "6.12.0"},
        "agent_version": "0.1.0"
    });
    Inventory {
        received_at: 1_790_000_000_020,
        inventory: serde_json::from_value(inventory).unwrap(),
        dated_at: 1_790_000_000_019,
    }
}

#[test]
fn records_of_the_first_version_read_and_are_written_the_same() {
    check("device", &device());
    let enrolment = Enrolment {
        id: "e-1".to_owned(),
        asset: Some("PC-042".to_owned()),
        site: Some("aubiers".to_owned()),
        created_at: 1_790_000_000_000,
        expires_at: 1_790_600_000_000,
        used_by: Some(DeviceId::from_bits(DEVICE)),
        used_at: Some(1_790_000_000_100),
        cancelled_at: Some(1_790_000_000_200),
        rebind: Some(DeviceId::from_bits(1)),
        certificate_pem: Some("-----BEGIN CERTIFICATE-----".to_owned()),
    };
    check("enrolment", &enrolment);
    let revoked = Revoked {
        device: DeviceId::from_bits(DEVICE),
        at: 1_790_000_000_200,
        until: 1_880_000_000_000,
    };
    check("revoked", &revoked);
    let latest = Latest {
        report: Some(row()),
        reported_at: Some(1_790_000_000_009),
        boot: Some(7),
        seq: Some(41),
        last_seen: Some(1_790_000_000_011),
        reports: 4_000,
        lost: 3,
        refused: 2,
        last_state: Some("on".to_owned()),
        last_state_at: Some(1_790_000_000_012),
        messages: 4_321,
        paused_until: None,
        pause_told_at: None,
    };
    check("latest", &latest);
    let paused = Latest {
        paused_until: Some(1_790_000_600_000),
        pause_told_at: Some(1_790_000_000_013),
        ..latest
    };
    check_in("v2", "latest", &paused);
    let mark = Mark {
        through: 40,
        stored: vec![(42, 45), (50, 50)],
        lost: 2,
        zero: None,
        guess: None,
        run: None,
    };
    check("mark", &mark);
    check("inventory", &inventory());
    let mut shaped = inventory();
    for disk in shaped.inventory.disks.iter_mut().flatten() {
        disk.form = Some(DiskForm::Inch2And5);
    }
    let memory = shaped.inventory.memory.as_mut();
    for module in memory
        .and_then(|memory| memory.modules.as_mut())
        .into_iter()
        .flatten()
    {
        module.form = Some(ModuleForm::SoDimm);
    }
    check_in("v2", "inventory", &shaped);
    let journal = JournalRow {
        received_at: 1_790_000_000_030,
        estimated: false,
        uptime_ms: 90,
        install: InstallId::from_bits(0xABCDEF),
        boot: 7,
        events: events(),
    };
    check("journal", &journal);
    let help = HelpRow {
        received_at: 1_790_000_000_040,
        estimated: true,
        text: "L’écran reste noir".to_owned(),
        ticket: None,
        sealed: None,
    };
    check("help", &help);
    let command = CommandRow {
        id: CommandId::from_bits(5),
        issued_at: 1_790_000_000_000,
        expires_at: 1_790_086_400_000,
        action_json: r#"{"command":"refresh"}"#.to_owned(),
        sent_at: Some(1_790_000_000_050),
        ended_at: Some(1_790_000_000_060),
        result: Some("done".to_owned()),
    };
    check("command", &command);
    check("health", &row());
    let entry = AuditEntry {
        n: 2,
        at: 1_790_000_000_070,
        who: "cli".to_owned(),
        what: "enrolment.create".to_owned(),
        subject: "e-1".to_owned(),
        detail: Some("7 days".to_owned()),
        previous: (0..32).collect(),
    };
    check("audit_entry", &entry);
    let account = Account {
        name: "amina".to_owned(),
        grants: vec![
            "technician:aubiers".parse().unwrap(),
            "evaluator".parse().unwrap(),
        ],
        password: Some("$argon2id$v=19$m=19456,t=2,p=1$c2FsdA$aGFzaA".to_owned()),
        created_at: 1_790_000_000_000,
        disabled_at: Some(1_790_000_000_001),
        generation: 3,
    };
    check("account", &account);
    let token = ApiToken {
        id: "t-1".to_owned(),
        account: "amina".to_owned(),
        label: "supervision".to_owned(),
        created_at: 1_790_000_000_000,
        expires_at: 1_797_776_000_000,
        revoked_at: Some(1_790_000_000_001),
    };
    check("api_token", &token);
    let login = Login {
        id: "l-1".to_owned(),
        account: "amina".to_owned(),
        created_at: 1_790_000_000_000,
        expires_at: 1_790_043_200_000,
        generation: 3,
    };
    check("login", &login);
    let head = AuditHead {
        n: 2,
        hash: (32..64).collect(),
    };
    check("audit_head", &head);
    let meta = Meta {
        number: 1,
        text: Some("schema".to_owned()),
    };
    check("meta", &meta);
    let notice = NoticeRow {
        id: DEVICE,
        channel: "mail".to_owned(),
        urgent: true,
        subject: "T-12 · disk_failing".to_owned(),
        text: "T-12\n".to_owned(),
        json: r#"{"ticket":"T-12"}"#.to_owned(),
        created_at: 1_790_000_000_080,
        tries: 3,
        next_try_at: 1_790_000_240_080,
        ends_at: None,
    };
    check("notice", &notice);
    let of_a_day = NoticeRow {
        ends_at: Some(1_790_031_600_000),
        ..notice
    };
    check_in("v2", "notice", &of_a_day);
}

#[test]
fn records_of_the_timeline_read_and_are_written_the_same() {
    let run = RunRow {
        from: -900_000,
        to: 3_600_000,
        reach_ms: 990_000,
        rung: Activity::On,
    };
    let mark = Mark {
        through: 40,
        stored: vec![(42, 45)],
        lost: 2,
        zero: Some(1_790_000_000_000),
        guess: Some(1_789_999_000_000),
        run: Some(run),
    };
    check_in("v2", "mark", &mark);
    let told = |at, what, ms, rung| ToldRow { at, what, ms, rung };
    let facts = FactsRow {
        runs: vec![run],
        told: vec![
            told(30_000, 0, None, None),
            told(40_000, 3, None, Some(Activity::DnsDown)),
            told(90_000, 1, Some(50_000), None),
        ],
    };
    check_in("v2", "facts", &facts);
    let life = Life {
        started_at: 1_790_000_000_000,
        alive_at: 1_790_000_060_000,
        stopped: true,
    };
    check_in("v2", "life", &life);
    let placements = Placements {
        periods: vec![
            Placement {
                place: Place::Bench,
                household: None,
                site: None,
                from: 1_790_000_000_000,
                to: Some(1_790_086_400_000),
                seat: None,
            },
            Placement {
                place: Place::Home,
                household: Some("AUB-017".to_owned()),
                site: Some("aubiers".to_owned()),
                from: 1_790_086_400_000,
                to: None,
                seat: None,
            },
        ],
    };
    check_in("v2", "placements", &placements);
    let activity = Activity::PowerCut;
    check_in("v2", "day", &DayRow { activity });
    let folded = Folded {
        before: 20_782,
        carried: Some(Activity::Off),
        reports: 1_344,
        journals: 61,
        facts: 40,
    };
    check_in("v2", "folded", &folded);
}

#[test]
fn a_field_that_was_not_written_reads_as_absent() {
    // As a version would write it that knew only what a device must have.
    let mut body = vec![Device::KIND, Device::VERSION];
    let mut cbor = minicbor::Encoder::new(&mut body);
    cbor.map(3).unwrap();
    cbor.u8(0).unwrap().u64(DEVICE).unwrap();
    cbor.u8(3).unwrap().i64(1_790_000_000_000).unwrap();
    cbor.u8(4).unwrap().encode(device().certificate).unwrap();
    let bare = Device {
        asset: None,
        site: None,
        revoked_at: None,
        retired_at: None,
        settings: None,
        previous_serial: None,
        ..device()
    };
    assert_eq!(decode::<Device>(&sealed(&body)).unwrap(), bare);
    assert_eq!(encode(&bare), sealed(&body));
}

#[test]
fn a_record_of_another_kind_or_version_is_not_read_as_this_one() {
    let bytes = encode(&device());
    let body = &bytes[..bytes.len() - 4];
    for (at, byte) in [(0, Enrolment::KIND), (1, Device::VERSION + 1)] {
        let mut other = body.to_vec();
        other[at] = byte;
        let read = decode::<Device>(&sealed(&other));
        assert!(matches!(read, Err(StoreError::Corrupt(_))), "{read:?}");
    }
    for short in [
        &[][..],
        &[1],
        &bytes[..3],
        &sealed(&[1])[..],
        &sealed(&[])[..],
    ] {
        assert!(decode::<Device>(short).is_err());
        assert!(!super::record::is_whole(short));
    }
    assert!(super::record::is_whole(&bytes));
}
