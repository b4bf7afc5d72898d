//! The life of PCs, from their donor to a home and back, over the API.

use declic_common::api::Place;
use serde_json::{Value, json};

use super::programme::{AT, add, programme};
use super::world::{Answer, World, device, send};

/// A day in ms, and the first day of the PCs of these tests: 5 October 2026, noon in Paris.
const DAY: i64 = 86_400_000;
const FIRST: i64 = 1_791_194_400_000;

/// The real programme of the other tests with its legal sheet, two households and a PC that was
/// received on 1 October.
async fn world() -> World {
    let world = programme().await;
    sign(&world).await;
    for code in ["AUB-017", "AUB-018"] {
        let home = json!({"code": code, "site": "aubiers", "charter_on": "2026-10-01"});
        add(&world, &format!("{AT}/households"), home).await;
    }
    let lot = json!({"donor": "Mairie de quartier", "intake": "donation", "received_on": "2026-10-01",
        "pcs": 12, "mass_kg": 96, "site": "aubiers"});
    let lot = add(&world, &format!("{AT}/lots"), lot).await;
    assert_eq!(lot["record"]["code"], "D-0001");
    let pc = json!({"code": "BDX-001", "lot": "D-0001", "received_on": "2026-10-01", "kind": "desktop",
        "mass_g": 8_200, "owner": "Ville de Bordeaux", "tenure": "loan", "site": "aubiers"});
    add(&world, &format!("{AT}/pcs"), pc).await;
    world.enrol(1, Some("BDX-001"), Some("aubiers")).await;
    world
}

/// Fills in the legal sheet.
pub(super) async fn sign(world: &World) {
    let seen = world.get(AT).await.json();
    let mut record = seen["record"].clone();
    for (field, value) in [
        ("legal_controller", "Ville de Bordeaux"),
        ("legal_contact", "dpo@example.org"),
        ("legal_notice", "1"),
        ("legal_assessed_on", "2026-09-15"),
    ] {
        record[field] = value.into();
    }
    let change = json!({"version": seen["version"], "record": record});
    let changed = send(world.request("PUT", AT).json(&change)).await;
    assert_eq!(changed.status, 200, "{}", changed.text);
}

/// Erased, tried and ready on a day.
async fn prepare(world: &World, day: &str) {
    let wipe = json!({"pc": "BDX-001", "on": day, "method": "random", "tool": "nwipe 0.38", "by": "jb",
        "result": "done", "disks": 1, "file": "nwipe.pdf", "file_sha256": "0f".repeat(32)});
    add(world, &format!("{AT}/wipes"), wipe).await;
    let trial = json!({"pc": "BDX-001", "on": day, "passed": true, "grade": "b", "ready_on": day});
    add(world, &format!("{AT}/trials"), trial).await;
}

async fn deploy(world: &World, household: &str) -> Answer {
    let path = format!("/api/v1/devices/{}/placements", device(1));
    let home = json!({"place": "home", "household": household});
    world.post(&path, home).await
}

async fn state(world: &World) -> Value {
    let life = world.get(&format!("{AT}/pcs/BDX-001/life")).await;
    assert_eq!(life.status, 200, "{}", life.text);
    life.json()
}

#[tokio::test]
async fn no_home_gets_a_pc_before_its_erasure_is_proved() {
    let world = world().await;
    assert_eq!(state(&world).await["summary"]["state"], "received");
    let refused = deploy(&world, "AUB-017").await;
    assert_eq!(refused.problem(), "refused");
    assert!(refused.text.contains("BDX-001"), "{}", refused.text);
    assert!(
        refused.text.contains("declic device erase"),
        "{}",
        refused.text
    );

    // A proof without its tool or with half a file is none.
    let bad = json!({"pc": "BDX-001", "on": "2026-10-02", "method": "zeros", "by": "jb", "result": "done",
        "file": "nwipe.log"});
    let refused = world.post(&format!("{AT}/wipes"), bad).await;
    let fields: Vec<_> = refused.json()["fields"]
        .as_array()
        .unwrap()
        .iter()
        .map(|bad| bad["field"].clone())
        .collect();
    assert_eq!(fields, ["tool", "file_sha256"]);

    prepare(&world, "2026-10-03").await;
    assert_eq!(state(&world).await["summary"]["state"], "ready");
    let placed = deploy(&world, "AUB-017").await;
    assert_eq!(placed.status, 201, "{}", placed.text);
    let life = state(&world).await;
    assert_eq!(life["summary"]["state"], "deployed");
    assert_eq!(life["summary"]["household"], "AUB-017");
    // The sheet is not signed yet, and the life says so.
    assert_eq!(life["faults"].as_array().unwrap().len(), 1, "{life}");
    let today = life["summary"]["since"].clone();
    let signed = json!({"pc": "BDX-001", "household": "AUB-017", "hands": "handover", "on": today,
        "household_signed_on": today, "programme_signed_on": today, "tenure": "loan", "grade": "b"});
    add(&world, &format!("{AT}/handovers"), signed).await;
    assert_eq!(state(&world).await["faults"], json!([]));

    // What proved it is not taken away from under it.
    let gone = send(
        world
            .request("DELETE", &format!("{AT}/wipes/X-0001"))
            .json(&json!({})),
    )
    .await;
    assert_eq!(gone.problem(), "refused");
    assert!(gone.text.contains("would make impossible"), "{}", gone.text);
}

#[tokio::test]
async fn a_second_home_needs_a_new_proof() {
    let world = world().await;
    prepare(&world, "2026-10-03").await;
    world.place_at(1, "AUB-017", FIRST).await;
    world.keep_at(1, Place::Bench, FIRST + 10 * DAY).await;
    let life = state(&world).await;
    assert_eq!(life["summary"]["state"], "returned");
    let refused = deploy(&world, "AUB-018").await;
    assert_eq!(refused.problem(), "refused");
    assert!(refused.text.contains("AUB-017"), "{}", refused.text);
    prepare(&world, "2026-10-16").await;
    assert_eq!(deploy(&world, "AUB-018").await.status, 201);
    let life = state(&world).await;
    let steps: Vec<_> = life["events"].as_array().unwrap().iter().collect();
    let words: Vec<_> = steps
        .iter()
        .map(|event| event["step"].as_str().unwrap())
        .collect();
    assert_eq!(
        words,
        [
            "received", "erased", "tested", "ready", "deployed", "returned", "erased", "tested",
            "ready", "deployed"
        ]
    );
    assert_eq!(life["wipes"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn nothing_is_noted_on_the_bench_of_a_pc_that_is_at_home() {
    let world = world().await;
    prepare(&world, "2026-10-03").await;
    world.place_at(1, "AUB-017", FIRST).await;
    let wipe = json!({"pc": "BDX-001", "on": "2026-10-07", "method": "destruction", "by": "jb", "result": "done"});
    let refused = world.post(&format!("{AT}/wipes"), wipe).await;
    assert_eq!(refused.json()["fields"][0]["field"], "on");
    assert!(refused.text.contains("AUB-017"), "{}", refused.text);
    // Taken as the past, it is what it is: nothing of the home is lost.
    let csv = "pc;on;method;by;result\nBDX-001;02/10/2026;no_disk;jb;done\nBDX-001;07/10/2026;no_disk;jb;done\n";
    let trial = world
        .post(
            &format!("{AT}/import/wipes"),
            json!({"csv": csv, "dry_run": true}),
        )
        .await
        .json();
    assert_eq!(
        (&trial["added"], &trial["bad"][0]["line"]),
        (&json!(1), &json!(3)),
        "{trial}"
    );
}

#[tokio::test]
async fn a_pc_that_is_in_no_programme_goes_to_no_home_of_one() {
    let world = world().await;
    world.enrol(2, Some("BDX-002"), None).await;
    world.enrol(3, None, None).await;
    for (n, word) in [
        (2, "declic device receive BDX-002"),
        (3, "no inventory number"),
    ] {
        let path = format!("/api/v1/devices/{}/placements", device(n));
        let refused = world
            .post(&path, json!({"place": "home", "household": "AUB-017"}))
            .await;
        assert_eq!(refused.problem(), "refused");
        assert!(refused.text.contains(word), "{}", refused.text);
    }
}

#[tokio::test]
async fn the_list_of_lives_is_the_pool_of_spares_and_each_has_a_label() {
    let world = world().await;
    let spare =
        json!({"code": "BDX-009", "received_on": "2026-10-01", "spare": true, "site": "aubiers"});
    add(&world, &format!("{AT}/pcs"), spare).await;
    let list = world.get(&format!("{AT}/lives?spare=true")).await.json();
    assert_eq!(list["items"][0]["pc"], "BDX-009");
    assert_eq!(list["items"].as_array().unwrap().len(), 1);
    let none = world.get(&format!("{AT}/lives?state=ready")).await.json();
    assert_eq!(none["items"], json!([]));
    let label = world.get(&format!("{AT}/pcs/BDX-009/label")).await;
    assert_eq!(label.headers["content-type"], "image/svg+xml");
    assert!(label.text.contains("<svg"), "{}", label.text);
    let there = world.token_of("there", &["technician:bacalan"]).await;
    let hidden = send(
        world
            .stranger("GET", &format!("{AT}/lives"))
            .bearer_auth(&there),
    )
    .await;
    assert_eq!(hidden.problem(), "unknown-programme");
}

#[tokio::test]
async fn a_pc_heard_of_after_its_handover_is_connected() {
    let world = world().await;
    prepare(&world, "2026-10-03").await;
    world.place_at(1, "AUB-017", FIRST).await;
    world.hear(1, FIRST + DAY, 1, super::world::sample()).await;
    let life = state(&world).await;
    assert_eq!(life["summary"]["state"], "connected");
    let event = &life["events"].as_array().unwrap()[5];
    assert_eq!(
        (event["step"].as_str(), event["on"].as_str()),
        (Some("connected"), Some("2026-10-06"))
    );
}
