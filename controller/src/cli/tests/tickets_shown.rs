//! Tickets as people read them, in both languages, from the same fixed facts.

use declic_common::ticket::body::{Silence, TicketDetail, TicketSummary, TodayLine};
use insta::assert_snapshot;
use serde_json::{Value, json};

use super::rendering::voices;
use crate::cli::ticket::screen;
use crate::cli::today;

fn summary() -> Value {
    json!({
        "ticket": "T-1042", "version": 9, "device": "d-abcdefghijkl", "asset": "BDX-001",
        "site": "aubiers", "household": "F-017", "cause": "disk_failing", "origin": "rule",
        "category": "storage", "priority": "urgent", "state": "waiting", "assignee": "ana",
        "waits_for": "part", "wait_until": "2026-12-01", "visit_on": "2026-12-02",
        "opened_at": "2026-11-19T21:57:00Z", "changed_at": "2026-11-21T21:50:00Z",
        "solved_at": null, "closed_at": null, "responded": true,
        "first_response_ms": 7_200_000, "resolution_ms": 90_000_000, "returns": 1
    })
}

fn evidence() -> Value {
    json!({"at": "2026-11-19T21:50:00Z", "facts": [
        {"name": "smart_reallocated", "value": 24, "limit": 13, "before": 12, "disk": "0123abcd"},
        {"name": "smart_passed", "value": 0, "limit": null, "before": null, "disk": "0123abcd"}
    ]})
}

/// Every kind of change, so that each has words in both languages.
fn detail() -> TicketDetail {
    let changes = [
        json!({"change": "opened"}),
        json!({"change": "returned"}),
        json!({"change": "gone"}),
        json!({"change": "called", "text": "Il fait\nun drôle de bruit\u{1b}[2J"}),
        json!({"change": "assign", "to": "ana"}),
        json!({"change": "start"}),
        json!({"change": "wait", "waits_for": "part", "until": "2026-12-01"}),
        json!({"change": "resumed", "to": "in_progress"}),
        json!({"change": "comment", "text": "Disque commandé"}),
        json!({"change": "visit", "on": "2026-12-02"}),
        json!({"change": "visited", "minutes": 40}),
        json!({"change": "spend", "minutes": 10}),
        json!({"change": "part", "text": ""}),
        json!({"change": "documents", "choice": "copied"}),
        json!({"change": "swap", "with": "d-aaaaaaaaaaab"}),
        json!({"change": "prioritise", "priority": "high"}),
        json!({"change": "categorise", "category": "storage"}),
        json!({"change": "solve", "repair": "end_of_life", "barrier": "item_too_worn_out"}),
        json!({"change": "close"}),
        json!({"change": "reopen"}),
    ];
    let events = changes.into_iter().enumerate().map(|(n, mut event)| {
        event["version"] = json!(n + 1);
        event["at"] = json!("2026-11-20T08:00:00Z");
        event["who"] = json!("ana");
        event["state"] = json!("waiting");
        event
    });
    let mut detail = summary();
    detail["evidence"] = evidence();
    detail["for_household"] = json!({"fr": "Le disque s’use.", "en": "The disk wears out."});
    detail["bring"] = json!(["spare_disk", "backup_drive"]);
    detail["minutes"] = json!(50);
    detail["documents"] = json!("copied");
    detail["swapped_with"] = json!("d-aaaaaaaaaaab");
    detail["repair"] = json!("end_of_life");
    detail["barrier"] = json!("item_too_worn_out");
    detail["events"] = events.collect();
    serde_json::from_value(detail).unwrap()
}

#[test]
fn a_ticket_fits_one_screen() {
    for (lang, voice) in voices() {
        let shown = screen::ticket(&detail(), &voice);
        assert!(shown.lines().count() <= 45, "one screen");
        assert!(
            shown.lines().all(|line| line.chars().count() <= 120),
            "one width: {shown}"
        );
        assert_snapshot!(format!("ticket_{lang}"), shown);
    }
}

#[test]
fn a_list_of_tickets_and_of_silences_stands_in_columns() {
    let mut second = summary();
    for (name, value) in [
        ("ticket", json!("T-1043")),
        ("asset", Value::Null),
        ("site", Value::Null),
        ("assignee", Value::Null),
        ("cause", json!("help")),
        ("priority", json!("high")),
        ("state", json!("new")),
    ] {
        second[name] = value;
    }
    let tickets: Vec<TicketSummary> = serde_json::from_value(json!([summary(), second])).unwrap();
    let silences: Vec<Silence> = serde_json::from_value(json!([
        {"device": "d-abcdefghijkl", "site": null, "cause": null, "until": "2026-11-23T08:00:00Z",
         "who": "ana", "since": "2026-11-20T08:00:00Z"},
        {"device": null, "site": "aubiers", "cause": "overdue", "until": "2026-12-01T08:00:00Z",
         "who": "ana", "since": "2026-11-20T08:00:00Z"}
    ]))
    .unwrap();
    for (lang, voice) in voices() {
        let shown = [
            screen::list(&tickets, &voice),
            screen::silences(&silences, &voice),
        ];
        assert_snapshot!(format!("tickets_{lang}"), shown.join("\n"));
    }
}

#[test]
fn a_day_says_who_why_and_what_to_bring() {
    let facts = |facts: Value| json!({"at": "2026-11-19T21:50:00Z", "facts": facts});
    let reason = |n: u64, cause: &str, who: Value, evidence: Value| {
        json!({"ticket": format!("T-{n}"), "version": 1, "cause": cause, "state": "new",
            "priority": "urgent", "assignee": who, "opened_at": "2026-11-19T21:57:00Z", "evidence": evidence})
    };
    let fact = |name: &str, value: i64, limit: i64| json!({"name": name, "value": value, "limit": limit, "before": null, "disk": null});
    let reasons = [
        reason(1001, "disk_failing", json!("ana"), evidence()),
        reason(
            1002,
            "disk_full",
            Value::Null,
            facts(json!([fact(
                "disk_home_free_bytes",
                900_000_000,
                2_000_000_000
            )])),
        ),
        reason(
            1003,
            "overheating",
            Value::Null,
            facts(json!([fact(
                "temperature_cpu_millicelsius",
                97_000,
                95_000
            )])),
        ),
        reason(
            1004,
            "clock_wrong",
            Value::Null,
            facts(json!([fact("clock_offset_ms", -690_940_200_000, 600_000)])),
        ),
        reason(
            1005,
            "agent_outdated",
            Value::Null,
            facts(json!([fact("agent_version", 9_001, 1_002_003)])),
        ),
        reason(
            1006,
            "updates_failing",
            Value::Null,
            facts(json!([fact("updates_lists_age_s", 1_814_400, 1_209_600)])),
        ),
    ];
    let lines: Vec<TodayLine> = serde_json::from_value(json!([
        {"device": "d-abcdefghijkl", "asset": "BDX-001", "site": "aubiers", "household": "F-017",
         "presence": "on", "last_seen": "2026-11-21T21:57:00Z", "priority": "urgent",
         "visit_on": "2026-11-21", "reasons": reasons, "bring": ["spare_disk", "clock_battery"],
         "parts": [{"item": "spare_disk", "disk_kind": "ata", "disk_form": "2.5_inch",
            "at_least_bytes": 120_034_123_776_u64}]},
        {"device": "d-bbbbbbbbbbbb", "asset": null, "site": null, "household": null,
         "presence": "never_started", "last_seen": null, "priority": "high", "visit_on": null,
         "reasons": [reason(1007, "never_started", Value::Null, Value::Null)], "bring": []}
    ]))
    .unwrap();
    for (lang, voice) in voices() {
        assert_snapshot!(format!("today_{lang}"), today::screen(&lines, &voice));
    }
}
