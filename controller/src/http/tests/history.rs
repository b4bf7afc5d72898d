//! History over HTTP: what the routes take, and what they answer.

use serde_json::json;

use super::world::{World, device, send};

fn path(rest: &str) -> String {
    format!("/api/v1/devices/{}/history{rest}", device(1))
}

#[tokio::test]
async fn several_metrics_buckets_and_days_are_answered_in_their_forms() {
    let world = World::with_devices().await;
    let rows = world
        .get(&path("/rows?metrics=cpu_mean_permille,battery_percent"))
        .await;
    assert_eq!(rows.json()["items"][0]["values"], json!([120, null]));
    let rows = world
        .get(&path("/rows?metrics=cpu_mean_permille&limit=2"))
        .await
        .json();
    let next = rows["next"].as_str().unwrap();
    let rest = format!("/rows?metrics=cpu_mean_permille&limit=2&cursor={next}");
    let rest = world.get(&path(&rest)).await.json();
    assert_eq!(rest["items"].as_array().unwrap().len(), 1);
    assert!(rest["next"].is_null());
    let chart = world
        .get(&path("/buckets?metric=load1_centi&buckets=3"))
        .await
        .json();
    let counts = chart["items"].as_array().unwrap().iter();
    let counts: u64 = counts.map(|bucket| bucket["count"].as_u64().unwrap()).sum();
    assert_eq!(counts, 3);
    let days = world.get(&path("/days?metric=load1_centi")).await.json();
    let last = days["items"].as_array().unwrap().last().unwrap();
    assert_eq!(
        (&last["greatest"], &last["active_minutes"]),
        (&json!(42), &json!(null))
    );
}

#[tokio::test]
async fn a_question_that_cannot_be_meant_is_a_problem() {
    let world = World::with_devices().await;
    for (rest, problem) in [
        ("/rows?metrics=aura", "unknown-metric"),
        ("/rows?metrics=", "unknown-metric"),
        ("/rows?metrics=load1_centi&cursor=AAAA", "bad-cursor"),
        ("/buckets?metric=load1_centi&buckets=0", "bad-request"),
        (
            "/days?metric=load1_centi&from=2026-02-01T00:00:00Z&to=2026-01-01T00:00:00Z",
            "bad-request",
        ),
    ] {
        assert_eq!(world.get(&path(rest)).await.problem(), problem, "{rest}");
    }
    let by = "/api/v1/fleet/history?metric=load1_centi&by=minute";
    assert_eq!(world.get(by).await.problem(), "bad-request");
    let many = vec![json!({"device": "x", "at": "2026-11-01T00:00:00Z", "values": {}}); 5_001];
    let many = world
        .post("/api/v1/history/import", json!({ "lines": many }))
        .await;
    assert_eq!(many.problem(), "bad-request");
}

#[tokio::test]
async fn an_export_is_a_stream_of_what_its_reader_may_see() {
    let world = World::with_devices().await;
    let export = "/api/v1/history/export?from=2026-09-25T00:00:00Z";
    let all = world.get(export).await;
    assert_eq!(all.headers["content-type"], "application/jsonl");
    assert_eq!(all.text.lines().count(), 4);
    let token = world.token_of("tech", &["technician:aubiers"]).await;
    let own = send(world.stranger("GET", export).bearer_auth(&token)).await;
    assert_eq!(own.text.lines().count(), 3);
    assert!(own.text.lines().all(|line| line.contains("BDX-001")));
    let csv = format!("{export}&format=csv&metrics=load1_centi");
    let csv = world.get(&csv).await;
    assert!(
        csv.text
            .starts_with("device,asset,at,estimated,load1_centi\n"),
        "{}",
        csv.text
    );
    assert_eq!(
        world.get(&format!("{export}&metrics=aura")).await.problem(),
        "unknown-metric"
    );
    let fleet = "/api/v1/fleet/latest?metrics=load1_centi";
    let own = send(world.stranger("GET", fleet).bearer_auth(&token))
        .await
        .json();
    assert_eq!(own["items"].as_array().unwrap().len(), 1);
    assert_eq!(own["items"][0]["values"]["load1_centi"], 42);
}
