//! The records of a programme, from its first site to a household that gets a device.

use declic_common::api::Place;
use serde_json::{Value, json};

use super::world::{Answer, World, device, send};

pub(super) const AT: &str = "/api/v1/programmes/clic-2010";

/// A real programme with a site and a building; its legal sheet is still empty.
pub(super) async fn programme() -> World {
    let world = World::start().await;
    fill(&world, "clic-2010", "aubiers").await;
    world
}

async fn fill(world: &World, code: &str, site: &str) {
    let made = world
        .post(
            "/api/v1/programmes",
            json!({"code": code, "name": "Clic et Déclic",
            "funders": [{"name": "Ville", "cap_cents": 8_000_000}]}),
        )
        .await;
    assert_eq!(made.status, 201, "{}", made.text);
    let at = format!("/api/v1/programmes/{code}");
    let site =
        json!({"code": site, "name": "Les Aubiers", "seats": 10, "landlords": ["Domofrance"]});
    add(world, &format!("{at}/sites"), site).await;
}

pub(super) async fn add(world: &World, path: &str, record: Value) -> Value {
    let made = world.post(path, record).await;
    assert_eq!(made.status, 201, "{}", made.text);
    made.json()
}

/// Receives, erases and tries a PC, so that it may go to a home.
pub(super) async fn make_ready(world: &World, pc: &str) {
    let day = "2010-05-03";
    let received = json!({"code": pc, "received_on": day});
    add(world, &format!("{AT}/pcs"), received).await;
    let wipe = json!({"pc": pc, "on": day, "method": "random", "tool": "nwipe 0.38", "by": "jb", "result": "done"});
    add(world, &format!("{AT}/wipes"), wipe).await;
    let trial = json!({"pc": pc, "on": day, "passed": true, "grade": "b", "ready_on": day});
    add(world, &format!("{AT}/trials"), trial).await;
}

/// Changes a record of which this version was seen.
pub(super) async fn put(world: &World, path: &str, version: u64, record: Value) -> Answer {
    let change = json!({"version": version, "record": record});
    send(world.request("PUT", path).json(&change)).await
}

fn household(code: &str) -> Value {
    json!({"code": code, "site": "aubiers", "kind": "single_parent", "charter_on": "2010-05-03"})
}

#[tokio::test]
async fn a_real_home_gets_a_device_once_the_legal_sheet_is_filled_in() {
    let world = programme().await;
    add(&world, &format!("{AT}/households"), household("AUB-017")).await;
    world.enrol(1, Some("BDX-001"), None).await;
    let path = format!("/api/v1/devices/{}/placements", device(1));
    let home = |code: &str| json!({"place": "home", "household": code});

    let refused = world.post(&path, home("AUB-017")).await;
    assert_eq!(refused.problem(), "refused");
    for field in [
        "legal_controller",
        "legal_contact",
        "legal_notice",
        "legal_assessed_on",
    ] {
        assert!(refused.text.contains(field), "{}", refused.text);
    }
    let nobody = world.post(&path, home("AUB-099")).await;
    assert_eq!(nobody.problem(), "refused");
    assert!(nobody.text.contains("AUB-099"), "{}", nobody.text);

    let seen = world.get(AT).await.json();
    let mut record = seen["record"].clone();
    for (field, value) in [
        ("legal_controller", "Ville de Bordeaux"),
        ("legal_contact", "dpo@example.org"),
        ("legal_notice", "1"),
        ("legal_assessed_on", "2010-03-15"),
    ] {
        record[field] = value.into();
    }
    assert_eq!(put(&world, AT, 1, record).await.status, 200);
    make_ready(&world, "BDX-001").await;
    let placed = world.post(&path, home("AUB-017")).await;
    assert_eq!(placed.status, 201, "{}", placed.text);
    assert_eq!(placed.json()["site"], "aubiers", "its household's site");

    // What has a PC is not removed by mistake.
    let gone = send(
        world
            .request("DELETE", &format!("{AT}/households/AUB-017"))
            .json(&json!({})),
    )
    .await;
    assert_eq!(gone.problem(), "conflict");
    let left = json!({"code": "AUB-018", "site": "aubiers", "left_on": "2010-09-01", "left_reason": "moved"});
    add(&world, &format!("{AT}/households"), left).await;
    world.enrol(2, None, None).await;
    let path = format!("/api/v1/devices/{}/placements", device(2));
    let refused = world.post(&path, home("AUB-018")).await;
    assert!(refused.text.contains("has left"), "{}", refused.text);
}

#[tokio::test]
async fn codes_without_a_record_are_taken_while_no_real_programme_is_kept() {
    let world = World::start().await;
    world.enrol(1, None, None).await;
    world.keep_at(1, Place::Stock, 1_790_000_000_001).await;
    let training = json!({"code": "formation", "name": "Formation", "demonstration": true});
    add(&world, "/api/v1/programmes", training).await;
    world.place_at(1, "AUB-017", 1_790_000_000_002).await;
    let real = json!({"code": "formation", "name": "Formation", "demonstration": false,
        "legal_controller": "Ville", "legal_contact": "dpo@example.org", "legal_notice": "1",
        "legal_assessed_on": "2010-03-15"});
    let changed = put(&world, "/api/v1/programmes/formation", 1, real.clone()).await;
    assert_eq!(changed.status, 200, "{}", changed.text);
    let mut back = real;
    back["demonstration"] = true.into();
    let refused = put(&world, "/api/v1/programmes/formation", 2, back).await;
    assert_eq!(refused.problem(), "refused");
    assert_eq!(refused.json()["fields"][0]["field"], "demonstration");
}

#[tokio::test]
async fn every_field_that_is_wrong_is_told_at_once_in_both_languages() {
    let world = programme().await;
    let bad = json!({"code": "Mme Martin", "kind": "flat", "building": "nowhere", "colour": "red"});
    let refused = world.post(&format!("{AT}/households"), bad).await;
    assert_eq!(
        (refused.status.as_u16(), refused.problem().as_str()),
        (422, "refused")
    );
    let fields = refused.json()["fields"].clone();
    let names: Vec<_> = fields
        .as_array()
        .unwrap()
        .iter()
        .map(|bad| bad["field"].as_str().unwrap())
        .collect();
    assert_eq!(names, ["code", "colour", "kind", "site"]);
    assert!(
        fields[0]["fr"]
            .as_str()
            .unwrap()
            .contains("n’est pas un code")
    );

    let elsewhere = json!({"code": "AUB-017", "site": "bacalan"});
    let refused = world.post(&format!("{AT}/households"), elsewhere).await;
    assert_eq!(refused.json()["fields"][0]["field"], "site");
    let nowhere = world.get("/api/v1/programmes/clic-1910/households").await;
    assert_eq!(nowhere.problem(), "unknown-programme");
    let nobody = world.get(&format!("{AT}/households/AUB-099")).await;
    assert_eq!(nobody.problem(), "unknown-record");
    let filter = world.get(&format!("{AT}/persons?first_name=Amina")).await;
    assert_eq!(filter.problem(), "bad-request");
}

#[tokio::test]
async fn who_saw_an_older_version_changes_nothing() {
    let world = programme().await;
    let path = format!("{AT}/households/AUB-017");
    add(&world, &format!("{AT}/households"), household("AUB-017")).await;
    let again = world
        .post(&format!("{AT}/households"), household("AUB-017"))
        .await;
    assert_eq!(again.problem(), "conflict");
    let mut alone = household("AUB-017");
    alone["kind"] = "alone".into();
    let changed = put(&world, &path, 1, alone.clone()).await;
    assert_eq!(changed.json()["version"], 2);
    // The same once more is no change.
    assert_eq!(put(&world, &path, 2, alone).await.json()["version"], 2);
    let late = put(&world, &path, 1, household("AUB-017")).await;
    assert_eq!(late.problem(), "conflict");
    assert!(late.text.contains("version 2"), "{}", late.text);
    assert_eq!(world.get(&path).await.json()["record"]["kind"], "alone");
    let renamed = put(&world, &path, 2, household("AUB-018")).await;
    assert_eq!(renamed.json()["fields"][0]["field"], "code");
}

#[tokio::test]
async fn the_audit_tells_which_fields_changed_and_never_what_they_hold() {
    let world = programme().await;
    add(&world, &format!("{AT}/households"), household("AUB-017")).await;
    let person = json!({"household": "AUB-017", "first_name": "Amina", "age": "douze_dix_huit"});
    let made = add(&world, &format!("{AT}/persons"), person).await;
    assert_eq!(made["record"]["code"], "P-0001");
    let contact = json!({"household": "AUB-017", "phone": "05 56 00 00 17", "name": "Mme Martin"});
    add(&world, &format!("{AT}/contacts"), contact).await;
    let shown = world.get(&format!("{AT}/contacts")).await.json();
    assert_eq!(shown["items"][0]["record"]["phone"], "05 56 00 00 17");
    let audit = world.get("/api/v1/audit").await;
    for secret in ["Amina", "05 56", "Martin", "douze"] {
        assert!(!audit.text.contains(secret), "{secret}");
    }
    let entries = audit.json();
    let told: Vec<_> = entries["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| {
            let part = |name: &str| entry[name].as_str().unwrap_or_default();
            format!("{} {} {}", part("what"), part("subject"), part("detail"))
        })
        .collect();
    assert_eq!(told[0], "contact.show clic-2010/AUB-017 ");
    assert_eq!(
        told[1],
        "contact.create clic-2010/K-0001 name phone code household"
    );
    assert_eq!(
        told[2],
        "person.create clic-2010/P-0001 first_name code household age"
    );
}

#[tokio::test]
async fn what_is_sealed_is_read_by_those_it_is_for_and_lies_nowhere_in_the_store() {
    let world = programme().await;
    add(&world, &format!("{AT}/households"), household("AUB-017")).await;
    let person = json!({"household": "AUB-017", "first_name": "Aminatou"});
    add(&world, &format!("{AT}/persons"), person).await;
    let contact = json!({"household": "AUB-017", "phone": "05 56 00 00 17"});
    add(&world, &format!("{AT}/contacts"), contact).await;
    let path = format!("{AT}/persons/P-0001");
    for (role, sees) in [
        ("coordinator", true),
        ("technician", true),
        ("animator:aubiers", true),
        ("animator:@clic-2010", true),
        ("evaluator", false),
    ] {
        let name = role.replace([':', '@'], "-").replace("--", "-");
        let token = world.token_of(&name, &[role]).await;
        let seen = send(world.stranger("GET", &path).bearer_auth(&token))
            .await
            .json();
        let first_name = seen["record"].get("first_name").is_some();
        assert_eq!(first_name, sees, "{role}: {seen}");
        assert_eq!(seen.get("hidden").is_none(), sees, "{role}: {seen}");
    }
    let key = world
        .dir
        .path()
        .join("household-keys/clic-2010.household.AUB-017.key");
    assert!(key.exists());
    let dir = world.stop().await;
    let found = files_with(dir.path(), &["Aminatou", "05 56 00 00 17"]);
    assert_eq!(found, Vec::<String>::new());

    // A key that is lost spoils nothing else.
    std::fs::remove_file(
        dir.path()
            .join("household-keys/clic-2010.household.AUB-017.key"),
    )
    .unwrap();
    let world = World::again(dir).await;
    let token = world.token_of("chief", &["coordinator"]).await;
    let seen = send(world.stranger("GET", &path).bearer_auth(&token))
        .await
        .json();
    assert_eq!(seen["lost"], json!(["first_name"]));
    assert_eq!(seen["record"]["household"], "AUB-017");
}

/// Files below a folder that hold one of these texts.
pub(super) fn files_with(folder: &std::path::Path, texts: &[&str]) -> Vec<String> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files_with(&path, texts));
        } else if let Ok(bytes) = std::fs::read(&path) {
            let held = texts.iter().filter(|text| {
                let text = text.as_bytes();
                bytes.windows(text.len()).any(|part| part == text)
            });
            found.extend(held.map(|text| format!("{}: {text}", path.display())));
        }
    }
    found
}

#[tokio::test]
async fn who_changes_a_record_leaves_what_they_may_not_see() {
    let world = programme().await;
    add(&world, &format!("{AT}/households"), household("AUB-017")).await;
    let survey = json!({"household": "AUB-017", "moment": "start", "answered_on": "2010-05-03",
        "frequency": "never", "remarks": "ne veut pas être rappelée"});
    add(&world, &format!("{AT}/surveys"), survey).await;
    let path = format!("{AT}/surveys/S-0001");
    let eva = world.token_of("eva", &["evaluator"]).await;
    let mut seen = send(world.stranger("GET", &path).bearer_auth(&eva))
        .await
        .json();
    assert_eq!(seen["hidden"], json!(["remarks"]));
    seen["record"]["frequency"] = "rare".into();
    let change = json!({"version": 1, "record": seen["record"]});
    let done = send(world.stranger("PUT", &path).bearer_auth(&eva).json(&change)).await;
    assert_eq!(done.json()["hidden"], json!(["remarks"]), "{}", done.text);
    let whole = world.get(&path).await.json();
    assert_eq!(whole["record"]["remarks"], "ne veut pas être rappelée");
    assert_eq!(whole["record"]["frequency"], "rare");
    // Whoever sees it may empty it.
    let mut record = whole["record"].clone();
    record.as_object_mut().unwrap().remove("remarks");
    assert_eq!(put(&world, &path, 2, record).await.status, 200);
    assert!(
        world.get(&path).await.json()["record"]
            .get("remarks")
            .is_none()
    );
    let twin = json!({"household": "AUB-017", "moment": "start"});
    let twice = world.post(&format!("{AT}/surveys"), twin).await;
    assert_eq!(twice.json()["fields"][0]["field"], "moment");
}

#[tokio::test]
async fn a_household_shows_its_pcs_and_a_programme_its_questions() {
    let world = programme().await;
    add(&world, &format!("{AT}/households"), household("AUB-017")).await;
    let devices = format!("{AT}/households/AUB-017/devices");
    assert_eq!(world.get(&devices).await.json()["items"], json!([]));
    let job = json!({"code": "job", "fr": "Avez-vous trouvé un emploi ?", "answer": "effect"});
    add(&world, &format!("{AT}/questions"), job).await;
    let other = json!({"code": "cv", "fr": "Un CV ?", "answer": "words"});
    let refused = world.post(&format!("{AT}/questions"), other).await;
    assert_eq!(refused.json()["fields"][0]["field"], "answer");
    let asked = world.get(&format!("{AT}/questionnaire")).await.json();
    let asked = asked["items"].as_array().unwrap();
    assert_eq!(asked.len(), 19);
    let job = asked.iter().find(|question| question["code"] == "job");
    assert_eq!(job.unwrap()["fr"], "Avez-vous trouvé un emploi ?");
}

#[tokio::test]
async fn a_role_in_one_programme_finds_nothing_of_another() {
    let world = programme().await;
    fill(&world, "autre", "bacalan").await;
    world.enrol(1, None, Some("aubiers")).await;
    world.enrol(2, None, Some("bacalan")).await;
    add(&world, &format!("{AT}/households"), household("AUB-017")).await;
    let other = json!({"code": "BAC-001", "site": "bacalan"});
    add(&world, "/api/v1/programmes/autre/households", other).await;
    let mine = world.token_of("chief", &["coordinator:@clic-2010"]).await;
    let get = |path: &str| send(world.stranger("GET", path).bearer_auth(&mine));
    let list = get("/api/v1/programmes").await.json();
    assert_eq!(list["items"].as_array().unwrap().len(), 1, "{list}");
    let theirs = get("/api/v1/programmes/autre/households").await;
    assert_eq!(theirs.problem(), "unknown-programme");
    let devices = get("/api/v1/devices").await.json();
    assert_eq!(devices["items"].as_array().unwrap().len(), 1, "{devices}");
    let post =
        |path: &str, body: Value| send(world.stranger("POST", path).bearer_auth(&mine).json(&body));
    let refused = post(
        "/api/v1/programmes",
        json!({"code": "mien", "name": "Le mien"}),
    )
    .await;
    assert_eq!(refused.problem(), "forbidden");
    let taken = post(
        &format!("{AT}/households"),
        json!({"code": "BAC-001", "site": "aubiers"}),
    )
    .await;
    assert_eq!(taken.json()["fields"][0]["field"], "code");

    // A role on one site sees the programme and what is of that site.
    let leader = world.token_of("leader", &["coordinator:aubiers"]).await;
    let get = |path: &str| send(world.stranger("GET", path).bearer_auth(&leader));
    assert_eq!(get(AT).await.status, 200);
    let households = get(&format!("{AT}/households")).await.json();
    assert_eq!(households["items"].as_array().unwrap().len(), 1);
    let cost = json!({"item": "equipment", "amount_cents": 1200, "paid_on": "2010-05-01", "funder": "Ville"});
    add(&world, &format!("{AT}/costs"), cost.clone()).await;
    let costs = get(&format!("{AT}/costs")).await.json();
    assert_eq!(costs["items"], json!([]), "money is the whole programme's");
    let spent = send(
        world
            .stranger("POST", &format!("{AT}/costs"))
            .bearer_auth(&leader)
            .json(&cost),
    )
    .await;
    assert_eq!(spent.problem(), "forbidden");
}
