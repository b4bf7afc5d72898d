//! What people read, in both languages, from the same fixed facts.

use declic_common::Lang;
use declic_common::api::{CommandInfo, DeviceDetail, DeviceSummary, Point};
use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::cli::device::lately::Lately;
use crate::cli::device::{screen, tables};
use crate::cli::words::Voice;
use crate::domain::metric;

pub(super) fn voices() -> [(&'static str, Voice); 2] {
    let now = "2026-11-21T22:00:00Z".parse().unwrap();
    [
        ("fr", Voice::new(Lang::Fr, now)),
        ("en", Voice::new(Lang::En, now)),
    ]
}

fn summary() -> Value {
    json!({
        "device": "d-abcdefghijkl", "asset": "BDX-001", "site": "aubiers", "presence": "on", "reason": {"kind": "here"},
        "overdue_at": null, "revoked": false,
        "connected": true, "enrolled_at": "2026-09-21T14:13:20Z", "last_seen": "2026-11-21T21:57:00Z",
        "reported_at": "2026-11-21T21:50:00Z", "reports": 12345, "messages": 12400, "lost": 2,
        "consent": "maintenance", "agent_version": "0.1.0"
    })
}

fn silent() -> Value {
    json!({
        "device": "d-bbbbbbbbbbbb", "asset": null, "site": null, "presence": "never_started", "reason": {"kind": "never_heard"},
        "overdue_at": null, "revoked": true,
        "connected": false, "enrolled_at": "2026-11-20T14:13:20Z", "last_seen": null,
        "reported_at": null, "reports": 0, "messages": 0, "lost": 0, "consent": null, "agent_version": null
    })
}

fn detail() -> DeviceDetail {
    let mut detail = summary();
    detail["certificate"] = json!({
        "serial": "5f00c2", "issued_at": "2026-09-21T14:13:20Z",
        "expires_at": "2029-09-20T14:13:20Z", "revoked": false
    });
    detail["latest"] = json!({
        "reported_at": "2026-11-21T21:50:00Z", "estimated": false,
        "received_at": "2026-11-21T21:50:01Z", "observed_at": "2005-01-01T00:00:00Z",
        "clock_offset_ms": -690_940_200_000_i64, "clock_wrong": true,
        "uptime_ms": 11_000_000, "boot": 42, "seq": 7,
        "report": {
            "interval_s": 900,
            "cpu": {"mean_permille": 125, "max_permille": 1000, "load1_centi": 142},
            "memory": {"total_bytes": 4_140_265_472_u64, "available_bytes": 2_070_132_736},
            "disks": [
                {"class": "system", "fs": "ext4", "total_bytes": 120_034_123_776_u64, "free_bytes": 60_017_061_888_u64},
                {"class": "home", "fs": "btrfs", "total_bytes": 500_107_862_016_u64, "free_bytes": 499_000_000_000_u64}
            ],
            "temperatures": [{"sensor": "cpu", "millicelsius": 52_500}, {"sensor": "disk", "millicelsius": 34_000}],
            "battery": {"percent": 80, "state": "charging", "health_permille": 712, "cycles": 1204},
            "link": {"kind": "wifi", "signal_dbm": -61},
            "ladder": {"link": true, "gateway": true, "dns": false},
            "consent": "maintenance",
            "agent": {"version": "0.1.0", "waiting": 3, "dropped": 0, "refused": 0, "resident_bytes": 4_400_000},
            "slow": {
                "slow_at": 1_790_000_000_000_i64, "reboot_required": true,
                "updates": {"pending": 12, "security": 3},
                "failed_units": ["cups.service"],
                "smart": [
                    {"disk": "0123abcd", "kind": "ata", "passed": true, "reallocated": 8, "pending": 0,
                     "power_on_hours": 18_250, "wear_percent": 12, "celsius": 34},
                    {"disk": "89efcdab", "kind": "ata", "passed": false}
                ]
            }
        }
    });
    detail["inventory"] = json!({
        "vendor": "Hewlett-Packard", "model": "Compaq 8200", "serial": "CZC0000001",
        "cpu": {"model": "Intel Core i3-2100", "cores": 2, "arch": "x86_64"},
        "memory": {"total_bytes": 4_294_967_296_u64, "slots": 4, "modules": [{"slot": "A1"}, {"slot": "B1"}]},
        "disks": [{"disk": "0123abcd", "model": "Solid 120", "size_bytes": 120_034_123_776_u64, "rotational": false}],
        "os": {"id": "debian", "name": "Debian GNU/Linux 13", "kernel": "6.12.0"}
    });
    serde_json::from_value(detail).unwrap()
}

/// Six tickets, and two weeks with all that can happen in them.
fn lately() -> Lately {
    let ticket = |n: u64| {
        json!({
            "ticket": format!("T-{n}"), "version": 2, "device": "d-abcdefghijkl", "asset": "BDX-001",
            "site": "aubiers", "household": "F-017", "cause": "disk_failing", "origin": "rule",
            "category": "storage", "priority": "urgent", "state": "assigned", "assignee": "ana",
            "waits_for": null, "wait_until": null, "visit_on": null,
            "opened_at": "2026-11-19T21:57:00Z", "changed_at": "2026-11-21T21:50:00Z",
            "solved_at": null, "closed_at": null, "responded": true,
            "first_response_ms": 7_200_000, "resolution_ms": 90_000_000, "returns": 1
        })
    };
    let did = [
        ("off", "2026-11-08T23:00:00Z"),
        ("on", "2026-11-10T07:00:00Z"),
        ("asleep", "2026-11-10T19:00:00Z"),
        ("power_cut", "2026-11-12T07:00:00Z"),
        ("internet_down", "2026-11-14T07:00:00Z"),
        ("paused", "2026-11-16T07:00:00Z"),
        ("stopped", "2026-11-17T07:00:00Z"),
        ("unknown", "2026-11-18T07:00:00Z"),
        ("on", "2026-11-21T17:00:00Z"),
        ("off", "2026-11-21T22:00:00Z"),
    ];
    let timeline = did
        .windows(2)
        .map(|part| json!({"activity": part[0].0, "from": part[0].1, "to": part[1].1}));
    Lately {
        now: "2026-11-21T22:00:00Z".parse().unwrap(),
        tickets: serde_json::from_value((1001..1007).map(ticket).collect()).unwrap(),
        timeline: serde_json::from_value(timeline.collect()).unwrap(),
    }
}

#[test]
fn a_device_fits_one_screen() {
    for (lang, voice) in voices() {
        let life = voice.say(
            "connecté depuis le 05/10/2026",
            "connected since 2026-10-05",
        );
        let shown = screen::device(&detail(), &lately(), Some(life.to_owned()), &voice);
        assert!(shown.lines().count() <= 45, "one screen");
        assert!(
            shown.lines().all(|line| line.chars().count() <= 100),
            "one width"
        );
        assert_snapshot!(format!("device_{lang}"), shown);
    }
}

#[test]
fn a_device_that_never_wrote_says_so_and_no_zero_is_invented() {
    let mut silent = silent();
    silent["certificate"] = json!({
        "serial": "5f", "issued_at": "2026-09-21T14:13:20Z",
        "expires_at": "2029-09-20T14:13:20Z", "revoked": true
    });
    let detail: DeviceDetail = serde_json::from_value(silent).unwrap();
    let nothing = Lately {
        now: "2026-11-21T22:00:00Z".parse().unwrap(),
        tickets: Vec::new(),
        timeline: Vec::new(),
    };
    for (lang, voice) in voices() {
        assert_snapshot!(
            format!("silent_{lang}"),
            screen::device(&detail, &nothing, None, &voice)
        );
    }
}

#[test]
fn lists_stand_in_straight_columns() {
    let devices: Vec<DeviceSummary> = serde_json::from_value(json!([summary(), silent()])).unwrap();
    let sent = json!({
        "id": "aaaaaaaaaaab", "command": "message", "text": "Bonjour,\nrappelez-nous", "state": "sent",
        "issued_at": "2026-11-21T21:57:00Z", "expires_at": "2026-11-28T21:57:00Z", "ended_at": null
    });
    let commands: Vec<CommandInfo> = serde_json::from_value(json!([sent])).unwrap();
    let points: Vec<Point> = serde_json::from_value(json!([
        {"at": "2026-10-25T00:30:00Z", "value": 52_500},
        {"at": "2026-10-25T01:30:00Z", "value": -5_200},
    ]))
    .unwrap();
    let metric = metric::find("temperature_cpu_millicelsius").unwrap();
    for (lang, voice) in voices() {
        let shown = [
            tables::devices(&devices, &voice),
            tables::commands(&commands, &voice),
            tables::points(&points, metric, &voice),
        ];
        assert_snapshot!(format!("lists_{lang}"), shown.join("\n"));
    }
}
