//! What a person decides, and what the audit says of it.

use insta::assert_json_snapshot;
use serde_json::{Value, json};

use super::world::{World, device, send};

fn path(n: u64, rest: &str) -> String {
    format!("/api/v1/devices/{}{rest}", device(n))
}

#[tokio::test]
async fn a_code_is_made_listed_and_cancelled_and_shown_only_once() {
    let world = World::start().await;
    let new = json!({"asset": "BDX-007", "site": "aubiers", "hours": 24});
    let made = world.post("/api/v1/enrolments", new).await;
    assert_json_snapshot!("enrolment", made.redacted());
    let code: declic_common::code::EnrolCode =
        made.json()["code"].as_str().unwrap().parse().unwrap();
    assert_eq!(code.address.host, "127.0.0.1");

    assert_json_snapshot!(
        "enrolments",
        world.get("/api/v1/enrolments").await.redacted()
    );
    let id = made.json()["id"].as_str().unwrap().to_owned();
    for _ in 0..2 {
        let gone = send(world.request("DELETE", &format!("/api/v1/enrolments/{id}"))).await;
        assert_eq!((gone.status.as_u16(), gone.text.as_str()), (204, ""));
    }
    let listed = world.get("/api/v1/enrolments").await.json();
    assert_eq!(listed["items"][0]["state"], "cancelled");
    let unknown = send(world.request("DELETE", "/api/v1/enrolments/nobody")).await;
    assert_eq!(unknown.problem(), "unknown-enrolment");
}

#[tokio::test]
async fn a_code_that_makes_no_sense_is_refused() {
    let world = World::start().await;
    for (body, kind) in [
        (json!({"hours": 0}), "refused"),
        (json!({"hours": 9_000}), "refused"),
        (json!({"asset": "two\nlines"}), "refused"),
        (json!({"rebind": device(9).to_string()}), "unknown-device"),
        (json!({"rebind": "printer"}), "bad-request"),
        (json!({"hours": "many"}), "bad-request"),
    ] {
        let refused = world.post("/api/v1/enrolments", body.clone()).await;
        assert_eq!(refused.problem(), kind, "{body}");
    }
    assert_eq!(
        world.get("/api/v1/enrolments").await.json(),
        json!({"items": [], "next": null})
    );
}

#[tokio::test]
async fn codes_come_in_pages_newest_first() {
    let world = World::start().await;
    for n in 0..7 {
        let new = json!({"asset": format!("BDX-{n}")});
        assert_eq!(world.post("/api/v1/enrolments", new).await.status, 201);
    }
    let whole = world.get("/api/v1/enrolments").await.json();
    let mut found = Vec::new();
    let mut query = "?limit=3".to_owned();
    loop {
        let page = world
            .get(&format!("/api/v1/enrolments{query}"))
            .await
            .json();
        found.extend(page["items"].as_array().unwrap().clone());
        match page["next"].as_str() {
            Some(next) => query = format!("?limit=3&cursor={next}"),
            None => break,
        }
    }
    assert_eq!(Value::from(found), whole["items"]);
    let bad = world.get("/api/v1/enrolments?cursor=AAAA").await;
    assert_eq!(bad.problem(), "bad-cursor");
}

#[tokio::test]
async fn a_retired_device_is_told_and_a_revoked_one_is_not() {
    let world = World::with_devices().await;
    let told = world.post(&path(1, "/retire"), json!({})).await;
    assert_json_snapshot!("retire", told.redacted());
    let detail = world.get(&path(1, "")).await.json();
    assert_eq!(detail["presence"], "retired");
    let again = world.post(&path(1, "/retire"), json!({})).await;
    assert_eq!(again.problem(), "conflict");

    for _ in 0..2 {
        assert_eq!(world.post(&path(2, "/revoke"), json!({})).await.status, 204);
    }
    let detail = world.get(&path(2, "")).await.json();
    assert_eq!(detail["certificate"]["revoked"], true);
    let late = world.post(&path(2, "/retire"), json!({})).await;
    assert_eq!(late.problem(), "conflict");
    for verb in ["/retire", "/revoke", "/charter"] {
        let nobody = world.post(&path(99, verb), json!({})).await;
        assert_eq!(nobody.problem(), "unknown-device", "{verb}");
    }
}

#[tokio::test]
async fn settings_are_changed_within_their_bounds_and_the_charter_stays() {
    let world = World::with_devices().await;
    let charter = world.post(&path(1, "/charter"), json!({})).await;
    assert_eq!(charter.status, 201);
    assert!(charter.json()["code"].as_str().unwrap().len() >= 8);
    let before = world.get(&path(1, "/settings")).await.json();

    let put = |body: Value| send(world.request("PUT", &path(1, "/settings")).json(&body));
    let changed = put(json!({"interval_s": 600, "probe_hosts": ["example.org:443"]})).await;
    assert_eq!(changed.json()["interval_s"], 600);
    assert_eq!(changed.json()["charter"], before["charter"]);
    assert_eq!(
        world.get(&path(1, "/settings")).await.json(),
        changed.json()
    );

    assert_eq!(put(json!({"interval_s": 60})).await.problem(), "refused");
    assert_eq!(
        put(json!({"probe_hosts": ["here"]})).await.problem(),
        "refused"
    );
    assert_eq!(
        put(json!({"interval_s": -1})).await.problem(),
        "bad-request"
    );
    assert_eq!(
        world.get(&path(1, "/settings")).await.json(),
        changed.json()
    );
}

#[tokio::test]
async fn every_change_is_in_the_audit_and_the_audit_is_whole() {
    let world = World::with_devices().await;
    world.post("/api/v1/enrolments", json!({})).await;
    world.post(&path(1, "/charter"), json!({})).await;
    world.post(&path(1, "/retire"), json!({})).await;
    world.post(&path(2, "/revoke"), json!({})).await;
    let listed = world.get("/api/v1/audit?limit=4").await;
    let mut body = listed.redacted();
    for item in body["body"]["items"].as_array_mut().unwrap() {
        if item["what"] == "enrolment.create" {
            item["subject"] = "[id]".into();
        }
    }
    body["body"]["next"] = "[cursor]".into();
    assert_json_snapshot!("audit", body);
    let first = world.get("/api/v1/audit?limit=3").await.json();
    let next = first["next"].as_str().unwrap();
    let second = world
        .get(&format!("/api/v1/audit?limit=3&cursor={next}"))
        .await
        .json();
    assert_eq!(second["items"][0], listed.json()["items"][3]);
    // The account of this world and its token come before all of them.
    assert_eq!(second["items"][2]["what"], "account.create");
    assert_eq!(second["next"], Value::Null);
    let check = world.get("/api/v1/audit/check").await.json();
    assert_eq!(
        (&check["whole"], &check["entries"]),
        (&json!(true), &json!(6))
    );
    assert_eq!(check["head"].as_str().unwrap().len(), 64);
}
