//! What the API answers, kept as snapshots with times redacted.

use std::collections::BTreeSet;

use insta::assert_json_snapshot;
use serde_json::{Value, json};

use super::world::{World, device, send};

#[tokio::test]
async fn devices_are_listed_sorted_and_filtered() {
    let world = World::with_devices().await;
    assert_json_snapshot!("devices", world.get("/api/v1/devices").await.redacted());
    for (query, expected) in [
        ("", vec![1, 2, 3]),
        ("?order=desc", vec![3, 2, 1]),
        ("?sort=last_seen", vec![3, 2, 1]),
        ("?sort=device&order=asc", vec![1, 2, 3]),
        ("?presence=on", vec![1]),
        ("?presence=quiet", vec![2]),
        ("?presence=never_started", vec![3]),
        ("?presence=retired", vec![]),
        ("?site=grand-parc", vec![2]),
        ("?site=grand", vec![]),
        ("?text=bdx", vec![1, 2]),
        ("?text=aaaaaaaaad", vec![3]),
        ("?text=bdx&site=aubiers", vec![1]),
    ] {
        let body = world.get(&format!("/api/v1/devices{query}")).await.json();
        let found: Vec<Value> = body["items"]
            .as_array()
            .unwrap()
            .iter()
            .map(|item| item["device"].clone())
            .collect();
        let expected: Vec<Value> = expected
            .into_iter()
            .map(|n| device(n).to_string().into())
            .collect();
        assert_eq!(found, expected, "{query}");
        assert_eq!(body["next"], Value::Null);
    }
}

#[tokio::test]
async fn a_device_shows_its_newest_report_and_what_it_is_made_of() {
    let world = World::with_devices().await;
    let path = format!("/api/v1/devices/{}", device(1));
    assert_json_snapshot!("device", world.get(&path).await.redacted());
    let latest = world.get(&format!("{path}/latest")).await;
    assert_eq!(latest.json(), world.get(&path).await.json()["latest"]);
    let silent = format!("/api/v1/devices/{}/latest", device(3));
    assert_eq!(world.get(&silent).await.json(), Value::Null);
}

#[tokio::test]
async fn a_metric_has_a_history_in_pages() {
    let world = World::with_devices().await;
    let path = format!("/api/v1/devices/{}/history", device(1));
    let whole = world.get(&format!("{path}?metric=cpu_mean_permille")).await;
    assert_json_snapshot!("history", whole.redacted());
    let mut points = Vec::new();
    let to = whole.json()["items"][2]["at"].as_str().unwrap().to_owned();
    let mut query = format!("?metric=cpu_mean_permille&limit=1&to={to}");
    let first = query.clone();
    loop {
        let page = world.get(&format!("{path}{query}")).await.json();
        points.extend(page["items"].as_array().unwrap().clone());
        match page["next"].as_str() {
            Some(next) => query = format!("{first}&cursor={next}"),
            None => break,
        }
    }
    // `to` is not included; without `from` it begins a day before.
    assert_eq!(points, whole.json()["items"].as_array().unwrap()[..2]);
    let wet = world.get(&format!("{path}?metric=humidity")).await;
    assert_json_snapshot!("unknown_metric", wet.redacted());
    let none = world.get(&format!("{path}?metric=battery_percent")).await;
    assert_eq!(none.json(), json!({"items": [], "next": null}));
}

#[tokio::test]
async fn a_command_waits_and_is_listed() {
    let world = World::with_devices().await;
    let path = format!("/api/v1/devices/{}/commands", device(1));
    let message = json!({"command": "message", "text": "Bonjour"});
    let made = world.post(&path, message).await;
    assert_json_snapshot!("command", made.redacted());
    assert_json_snapshot!("commands", world.get(&path).await.redacted());
    for (body, kind) in [
        (json!({"command": "shell"}), "bad-request"),
        (json!({"command": "message", "text": ""}), "refused"),
        (json!({"command": "refresh", "hours": 0}), "refused"),
        (json!({"command": "retire"}), "refused"),
        (json!([]), "bad-request"),
    ] {
        assert_eq!(
            world.post(&path, body.clone()).await.problem(),
            kind,
            "{body}"
        );
    }
    for _ in 0..31 {
        let more = world.post(&path, json!({"command": "refresh"})).await;
        assert_eq!(more.status, 201);
    }
    let too_many = world.post(&path, json!({"command": "refresh"})).await;
    assert_eq!(too_many.problem(), "conflict");
}

#[tokio::test]
async fn every_error_is_a_problem_document() {
    let world = World::with_devices().await;
    let known = device(1);
    let unknown = device(99);
    for (path, kind) in [
        (format!("/api/v1/devices/{unknown}"), "unknown-device"),
        (
            format!("/api/v1/devices/{unknown}/latest"),
            "unknown-device",
        ),
        (
            format!("/api/v1/devices/{unknown}/commands"),
            "unknown-device",
        ),
        (
            format!("/api/v1/devices/{unknown}/history?metric=cpu_mean_permille"),
            "unknown-device",
        ),
        ("/api/v1/devices/printer".to_owned(), "bad-request"),
        ("/api/v1/devices/%FF".to_owned(), "bad-request"),
        (format!("/api/v1/devices/{known}/history"), "bad-request"),
        (
            format!("/api/v1/devices/{known}/history?metric=cpu_mean_permille&from=yesterday"),
            "bad-request",
        ),
        (
            format!(
                "/api/v1/devices/{known}/history?metric=cpu_mean_permille&from=2026-01-02T00:00:00Z&to=2026-01-01T00:00:00Z"
            ),
            "bad-request",
        ),
        (
            format!("/api/v1/devices/{known}/history?metric=cpu_mean_permille&cursor=AAAA"),
            "bad-cursor",
        ),
        ("/api/v1/devices?limit=0".to_owned(), "bad-request"),
        ("/api/v1/devices?limit=501".to_owned(), "bad-request"),
        ("/api/v1/devices?limit=many".to_owned(), "bad-request"),
        ("/api/v1/devices?sort=colour".to_owned(), "bad-request"),
        ("/api/v1/devices?colour=red".to_owned(), "bad-request"),
        ("/api/v1/devices?cursor=%25".to_owned(), "bad-cursor"),
        ("/api/v1/devices?cursor=AAAA".to_owned(), "bad-cursor"),
        ("/api/v1/nothing".to_owned(), "not-found"),
        ("/nowhere".to_owned(), "not-found"),
        ("/problems/nothing".to_owned(), "not-found"),
    ] {
        assert_eq!(world.get(&path).await.problem(), kind, "{path}");
    }
    let odd = world.get("/api/v1/devices?sort=colour").await;
    assert_json_snapshot!("unreadable", odd.redacted());
    let gone = world.get(&format!("/api/v1/devices/{unknown}")).await;
    assert_json_snapshot!("unknown_device", gone.redacted());
}

#[tokio::test]
async fn a_wrong_method_names_the_right_ones() {
    let world = World::start().await;
    let answer = send(world.request("DELETE", "/api/v1/devices")).await;
    assert_eq!(answer.problem(), "method-not-allowed");
    assert_eq!(answer.headers["allow"], "GET,HEAD");
}

#[tokio::test]
async fn a_body_of_more_than_a_mebibyte_is_too_large() {
    let world = World::with_devices().await;
    let path = format!("/api/v1/devices/{}/commands", device(1));
    let huge = json!({"command": "message", "text": "x".repeat(1 << 20)});
    assert_eq!(world.post(&path, huge).await.problem(), "too-large");
}

#[tokio::test]
async fn a_full_disk_refuses_changes_asks_for_patience_and_still_reads() {
    let world = World::with_devices().await;
    let path = format!("/api/v1/devices/{}/commands", device(1));
    assert_eq!(world.get("/readyz").await.text, "ready\n");
    let world = world.restart_with_a_full_disk().await;
    let refused = world.post(&path, json!({"command": "refresh"})).await;
    assert_eq!(refused.problem(), "disk-full");
    assert_eq!(refused.headers["retry-after"], "60");
    let devices = world.get("/api/v1/devices").await.json();
    assert_eq!(devices["items"].as_array().unwrap().len(), 3);
    assert_eq!(world.get("/readyz").await.problem(), "disk-full");
    assert_eq!(world.get("/healthz").await.text, "alive\n");
    let status = world.get("/api/v1/status").await.json();
    assert_eq!(status["ready"], false);
}

#[tokio::test]
async fn the_status_counts_devices_and_messages() {
    let world = World::with_devices().await;
    assert_json_snapshot!("status", world.get("/api/v1/status").await.redacted());
}

#[tokio::test]
async fn metrics_are_open_metrics_and_count_what_was_stored() {
    let world = World::with_devices().await;
    let answer = world.get("/metrics").await;
    assert!(
        answer.headers["content-type"]
            .to_str()
            .unwrap()
            .starts_with("application/openmetrics-text; version=1.0.0")
    );
    assert!(answer.text.ends_with("# EOF\n"));
    for line in [
        "declic_reports_total 4",
        "declic_messages_total 1",
        "declic_devices 3",
        "declic_connected 0",
        "declic_ready 1",
        "declic_store_ready 1",
        // An operator sees a flood, and a broker without an ACL, nowhere else.
        "declic_turned_away_total 0",
        "declic_strangers_total 0",
    ] {
        assert!(
            answer.text.lines().any(|l| l == line),
            "{line}: {}",
            answer.text
        );
    }
}

#[tokio::test]
async fn every_kind_of_problem_explains_itself() {
    let world = World::start().await;
    for kind in declic_common::problem::ProblemKind::ALL {
        let answer = world.get(&format!("/problems/{kind}")).await;
        assert_eq!(answer.status, 200, "{kind}");
        assert!(answer.text.lines().count() >= 3, "{}", answer.text);
    }
}

#[test]
fn the_document_of_the_api_changes_only_on_purpose() {
    let document: Value = serde_json::from_str(&crate::http::document()).unwrap();
    assert_eq!(document["openapi"], "3.1.0");
    assert_json_snapshot!("openapi", document);
}

#[test]
fn the_document_of_the_api_hangs_together() {
    let document: Value = serde_json::from_str(&crate::http::document()).unwrap();
    let mut names = BTreeSet::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            let name = operation["operationId"].as_str().unwrap();
            assert!(names.insert(name.to_owned()), "{name} is used twice");
            assert!(operation["summary"].is_string(), "{method} {path}");
            assert!(
                operation["responses"]["default"].is_object(),
                "{method} {path}"
            );
        }
    }
    let mut references = Vec::new();
    collect_references(&document, &mut references);
    assert!(references.len() > 50);
    for reference in references {
        let pointer = reference.strip_prefix('#').unwrap();
        assert!(document.pointer(pointer).is_some(), "{reference}");
    }
    assert_eq!(
        document
            .pointer("/components/schemas/Presence/enum/0")
            .unwrap(),
        "never_started"
    );
}

fn collect_references(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::Object(fields) => {
            if let Some(reference) = fields.get("$ref") {
                found.push(reference.as_str().unwrap().to_owned());
            }
            fields
                .values()
                .for_each(|field| collect_references(field, found));
        }
        Value::Array(items) => items
            .iter()
            .for_each(|item| collect_references(item, found)),
        _ => {}
    }
}

#[tokio::test]
async fn every_documented_route_is_there_and_every_route_is_documented() {
    let world = World::start().await;
    let document = world.get("/api/v1/openapi.json").await.json();
    let mut served = BTreeSet::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        let filled = path.replace("{id}", &device(99).to_string());
        // The header Allow of a method that nobody takes tells all that are taken.
        let answer = send(world.request("DELETE", &filled)).await;
        let documented: BTreeSet<_> = methods
            .as_object()
            .unwrap()
            .keys()
            .map(|method| method.to_uppercase())
            .collect();
        if documented.contains("DELETE") {
            assert_ne!(answer.status, 405, "{path}");
        } else {
            let allow = answer.headers["allow"].to_str().unwrap();
            let allowed: BTreeSet<_> = allow
                .split(',')
                .filter(|method| *method != "HEAD")
                .map(str::to_owned)
                .collect();
            assert_eq!(allowed, documented, "{path}");
        }
        served.insert(path.as_str());
    }
    for path in [
        "/api/v1/devices",
        "/api/v1/devices/{id}",
        "/api/v1/devices/{id}/latest",
        "/api/v1/devices/{id}/history",
        "/api/v1/devices/{id}/commands",
        "/api/v1/devices/{id}/settings",
        "/api/v1/devices/{id}/charter",
        "/api/v1/devices/{id}/retire",
        "/api/v1/devices/{id}/revoke",
        "/api/v1/enrolments",
        "/api/v1/enrolments/{id}",
        "/api/v1/audit",
        "/api/v1/audit/check",
        "/api/v1/status",
    ] {
        assert!(served.contains(path), "{path}");
    }
}
