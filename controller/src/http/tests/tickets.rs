//! Tickets over the API, kept as snapshots with times redacted.

use insta::assert_json_snapshot;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::world::{World, device};
use crate::app::rules::{Moment, round};

/// A home whose disk is full and whose clock is a year behind, with their tickets,
/// and one that asked by phone.
async fn busy() -> World {
    let world = World::with_devices().await;
    let now = Timestamp::now().as_millisecond();
    let report = json!({"disks": [{"class": "system", "free_bytes": 1_000_000_000, "total_bytes": 100_000_000_000_u64}]});
    for n in 0..3 {
        let body = serde_json::from_value(report.clone()).unwrap();
        let body = declic_common::UpBody::Report(body);
        let at = now + n * 1_800_000;
        world
            .hear_at(1, at, at - 31_557_600_000, 10 + n as u64, body)
            .await;
        let moment = Moment {
            now: at,
            listening_since: now,
        };
        round(&world.app, moment).await.unwrap();
    }
    let new = json!({"device": device(2).to_string(), "text": "Plus de son", "origin": "phone", "priority": "low"});
    assert_eq!(world.post("/api/v1/tickets", new).await.status, 201);
    world
}

fn redacted(mut value: Value) -> Value {
    fn walk(value: &mut Value) {
        match value {
            Value::Object(fields) => {
                for (name, field) in fields {
                    if name.ends_with("_ms") {
                        *field = json!(format!("[{name}]"));
                    } else {
                        walk(field);
                    }
                }
            }
            Value::Array(items) => items.iter_mut().for_each(walk),
            _ => {}
        }
    }
    walk(&mut value);
    value
}

#[tokio::test]
async fn a_ticket_shows_what_opened_it_and_what_happened() {
    let world = busy().await;
    let path = "/api/v1/tickets/T-1001";
    let change = world
        .post(
            &format!("{path}/changes"),
            json!({"version": 1, "change": "assign", "to": "ana"}),
        )
        .await;
    assert_eq!(change.status, 200, "{}", change.text);
    assert_json_snapshot!("ticket", redacted(world.get(path).await.redacted()));
    assert_json_snapshot!(
        "tickets",
        redacted(world.get("/api/v1/tickets").await.redacted())
    );
    assert_json_snapshot!(
        "today",
        redacted(world.get("/api/v1/today").await.redacted())
    );
}

#[tokio::test]
async fn tickets_are_listed_worst_first_filtered_and_in_pages() {
    let world = busy().await;
    for n in 0..5 {
        let new = json!({"device": device(3).to_string(), "text": format!("Mot {n}"), "priority": "urgent"});
        world.post("/api/v1/tickets", new).await;
    }
    let change = json!({"version": 2, "change": "close"});
    world.post("/api/v1/tickets/T-1004/changes", change).await;
    let ids = |body: &Value| -> Vec<String> {
        let items = body["items"].as_array().unwrap().iter();
        items
            .map(|item| item["ticket"].as_str().unwrap().to_owned())
            .collect()
    };
    for (query, expected) in [
        ("", vec![1005, 1006, 1007, 1008, 1001, 1002, 1003]),
        (
            "?all=true",
            vec![1004, 1005, 1006, 1007, 1008, 1001, 1002, 1003],
        ),
        ("?state=closed", vec![1004]),
        ("?cause=disk_full", vec![1001]),
        ("?site=grand-parc", vec![1003]),
        ("?site=grand", vec![]),
        ("?assignee=ana", vec![]),
    ] {
        let found = world.get(&format!("/api/v1/tickets{query}")).await.json();
        let expected: Vec<String> = expected.into_iter().map(|n| format!("T-{n}")).collect();
        assert_eq!(ids(&found), expected, "{query}");
    }
    let mut found = Vec::new();
    let mut query = "?limit=2".to_owned();
    loop {
        let page = world.get(&format!("/api/v1/tickets{query}")).await.json();
        found.extend(ids(&page));
        match page["next"].as_str() {
            Some(next) => query = format!("?limit=2&cursor={next}"),
            None => break,
        }
    }
    assert_eq!(found.len(), 7);
    for (query, kind) in [
        ("?cursor=x", "bad-cursor"),
        ("?limit=0", "bad-request"),
        ("?state=lost", "bad-request"),
    ] {
        let refused = world.get(&format!("/api/v1/tickets{query}")).await;
        assert_eq!(refused.problem(), kind, "{query}");
    }
}

#[tokio::test]
async fn a_change_that_cannot_be_made_says_why() {
    let world = busy().await;
    let path = "/api/v1/tickets/T-1001/changes";
    let spare = device(9).to_string();
    for (body, kind) in [
        (json!({"version": 9, "change": "start"}), "conflict"),
        (json!({"version": 1, "change": "reopen"}), "conflict"),
        (json!({"version": 1, "change": "gone"}), "refused"),
        (
            json!({"version": 1, "change": "assign", "to": "Ana Martin"}),
            "refused",
        ),
        (
            json!({"version": 1, "change": "comment", "text": " "}),
            "refused",
        ),
        (
            json!({"version": 1, "change": "swap", "with": device(2).to_string()}),
            "refused",
        ),
        (json!({"version": 1, "change": "burn"}), "bad-request"),
        (json!({"change": "start"}), "bad-request"),
    ] {
        let refused = world.post(path, body.clone()).await;
        assert_eq!(refused.problem(), kind, "{body}");
    }
    let choice = json!({"version": 1, "change": "documents", "choice": "erased"});
    assert_eq!(world.post(path, choice).await.status, 200);
    let unknown = json!({"version": 2, "change": "swap", "with": spare});
    assert_eq!(world.post(path, unknown).await.problem(), "unknown-device");
    let stale = world
        .post(path, json!({"version": 1, "change": "start"}))
        .await;
    assert_json_snapshot!("stale", stale.redacted());
    assert_eq!(
        world.get("/api/v1/tickets/T-9").await.problem(),
        "unknown-ticket"
    );
    assert_eq!(
        world.get("/api/v1/tickets/first").await.problem(),
        "bad-request"
    );
    let max = format!("/api/v1/tickets/T-{}", u64::MAX);
    assert_eq!(world.get(&max).await.problem(), "unknown-ticket");
    for (body, kind) in [
        (
            json!({"device": device(9).to_string(), "text": "x"}),
            "unknown-device",
        ),
        (
            json!({"device": device(1).to_string(), "text": ""}),
            "refused",
        ),
        (
            json!({"device": device(1).to_string(), "text": "x", "origin": "rule"}),
            "refused",
        ),
        (
            json!({"device": device(1).to_string(), "text": "x", "six_words": "un deux trois"}),
            "refused",
        ),
    ] {
        let refused = world.post("/api/v1/tickets", body.clone()).await;
        assert_eq!(refused.problem(), kind, "{body}");
    }
}

#[tokio::test]
async fn silences_are_set_listed_and_ended() {
    let world = World::with_devices().await;
    let whole = json!({"site": "aubiers", "cause": "overdue", "hours": 48});
    assert_json_snapshot!(
        "silence",
        world.post("/api/v1/silences", whole).await.redacted()
    );
    let device_1 = device(1).to_string();
    world
        .post("/api/v1/silences", json!({"device": device_1, "hours": 24}))
        .await;
    let listed = world.get("/api/v1/silences").await.json();
    assert_eq!(listed["items"].as_array().unwrap().len(), 2);
    assert_eq!(listed["items"][0]["device"], device_1);
    world
        .post("/api/v1/silences", json!({"device": device_1, "hours": 0}))
        .await;
    let listed = world.get("/api/v1/silences").await.json();
    assert_eq!(listed["items"].as_array().unwrap().len(), 1);
    for body in [
        json!({"hours": 1}),
        json!({"device": device_1, "site": "aubiers", "hours": 1}),
        json!({"site": "nowhere", "hours": 1}),
        json!({"site": "aubiers", "hours": 9_000}),
        json!({"site": "aubiers", "cause": "help", "hours": 1}),
    ] {
        let refused = world.post("/api/v1/silences", body.clone()).await;
        assert_eq!(refused.problem(), "refused", "{body}");
    }
}

#[tokio::test]
async fn a_home_is_due_today_unless_its_visit_or_its_wait_is_later() {
    let world = busy().await;
    let homes = async |query: &str| {
        let found = world.get(&format!("/api/v1/today{query}")).await.json();
        let items = found["items"].as_array().unwrap().iter();
        items
            .map(|item| item["device"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    let (one, two) = (device(1).to_string(), device(2).to_string());
    let (one, two) = (one.as_str(), two.as_str());
    assert_eq!(homes("").await, [one, two]);
    assert_eq!(homes("?site=grand-parc").await, [two]);
    let change = async |ticket: &str, body: Value| {
        let done = world
            .post(&format!("/api/v1/tickets/{ticket}/changes"), body)
            .await;
        assert_eq!(done.status, 200, "{}", done.text);
    };
    change(
        "T-1003",
        json!({"version": 2, "change": "visit", "on": "2099-01-01"}),
    )
    .await;
    assert_eq!(homes("").await, [one]);
    change(
        "T-1003",
        json!({"version": 3, "change": "visit", "on": "2020-01-01"}),
    )
    .await;
    assert_eq!(homes("").await, [one, two]);
    change(
        "T-1003",
        json!({"version": 4, "change": "wait", "waits_for": "part", "until": "2099-01-01"}),
    )
    .await;
    change(
        "T-1001",
        json!({"version": 1, "change": "assign", "to": "ana"}),
    )
    .await;
    change(
        "T-1002",
        json!({"version": 1, "change": "assign", "to": "luc"}),
    )
    .await;
    assert_eq!(homes("").await, [one]);
    assert_eq!(homes("?assignee=ana").await, [one]);
    assert_eq!(homes("?assignee=eva").await, Vec::<String>::new());
}
