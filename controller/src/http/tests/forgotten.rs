//! A household asks what is known of it, and then to be forgotten.

use declic_common::api::Place;
use declic_common::envelope::UpBody;
use declic_common::status::Status;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::programme::{AT, add, files_with, make_ready, programme};
use super::world::{World, send};
use crate::app::programme;
use crate::app::recorder::Heard;
use crate::app::ticket::calls;
use crate::backup;

/// What names the people of this story.
const NAMES: [&str; 6] = [
    "Aminatou",
    "Mme Diagne",
    "05 56 00 00 17",
    "amina@example.org",
    "mon mari est malade",
    "la voisine a les clés",
];

/// A household with all that can be kept of it, whose PC has come back.
async fn household() -> World {
    let world = programme().await;
    let application = json!({"site": "aubiers", "received_on": "2010-02-03", "state": "selected",
        "near_workshop": true, "digitally_excluded": true, "volunteer": true, "note": "la voisine a les clés"});
    add(&world, &format!("{AT}/applications"), application).await;
    let asked = json!({"application": "A-0001", "name": "Mme Diagne", "phone": "05 56 00 00 17"});
    add(&world, &format!("{AT}/contacts"), asked).await;
    add(
        &world,
        &format!("{AT}/buildings"),
        json!({"code": "B1", "site": "aubiers", "staircases": ["A"]}),
    )
    .await;
    let own = json!({"code": "AUB-017", "site": "aubiers", "building": "B1", "staircase": "A",
        "application": "A-0001", "kind": "single_parent", "charter_on": "2010-05-03", "charter_code": "KDMT-WXHP"});
    add(&world, &format!("{AT}/households"), own).await;
    let person =
        json!({"household": "AUB-017", "first_name": "Aminatou", "age": "vingt_cinq_trente_neuf"});
    add(&world, &format!("{AT}/persons"), person).await;
    let contact =
        json!({"household": "AUB-017", "mail": "amina@example.org", "phone": "05 56 00 00 17"});
    add(&world, &format!("{AT}/contacts"), contact).await;
    let survey = json!({"household": "AUB-017", "person": "P-0001", "moment": "start",
        "answered_on": "2010-05-03", "frequency": "never", "remarks": "mon mari est malade"});
    add(&world, &format!("{AT}/surveys"), survey).await;
    // Somebody else, who stays.
    let other = json!({"code": "AUB-018", "site": "aubiers"});
    add(&world, &format!("{AT}/households"), other).await;
    add(
        &world,
        &format!("{AT}/persons"),
        json!({"household": "AUB-018", "first_name": "Bintou"}),
    )
    .await;
    fill_in_the_legal_sheet(&world).await;
    make_ready(&world, "BDX-001").await;

    let now = Timestamp::now().as_millisecond();
    world.enrol_at(1, Some("BDX-001"), None, now - 50_000).await;
    world.place_at(1, "AUB-017", now - 40_000).await;
    let help: Value = json!({"text": "mon mari est malade"});
    let help = serde_json::from_value(help).unwrap();
    world.hear(1, now - 30_000, 1, UpBody::Help(help)).await;
    calls::take(&world.app, now - 20_000).await.unwrap();
    let off = Status::parse(br#"{"state":"off"}"#).unwrap();
    world.record(1, now - 19_000, Heard::Status(off)).await;
    world
}

async fn fill_in_the_legal_sheet(world: &World) {
    let seen = world.get(AT).await.json();
    let mut record = seen["record"].clone();
    for field in ["legal_controller", "legal_contact", "legal_notice"] {
        record[field] = "Ville".into();
    }
    record["legal_assessed_on"] = "2010-03-15".into();
    let change = json!({"version": seen["version"], "record": record});
    let done = send(world.request("PUT", AT).json(&change)).await;
    assert_eq!(done.status, 200, "{}", done.text);
}

#[tokio::test]
async fn a_household_reads_everything_that_is_kept_of_it() {
    let world = household().await;
    world.get(&format!("{AT}/contacts")).await;
    let file = world.get(&format!("{AT}/households/AUB-017/file")).await;
    assert_eq!(file.status, 200, "{}", file.text);
    for name in NAMES {
        assert!(file.text.contains(name), "{name}");
    }
    assert!(!file.text.contains("Bintou") && !file.text.contains("AUB-018"));
    let file = file.json();
    let nouns: Vec<_> = file["records"]
        .as_array()
        .unwrap()
        .iter()
        .map(|r| r["noun"].as_str().unwrap())
        .collect();
    let expected = [
        "application",
        "household",
        "person",
        "contact",
        "contact",
        "survey",
    ];
    assert_eq!(nouns, expected);
    assert_eq!(file["devices"][0]["asset"], "BDX-001");
    assert_eq!(file["tickets"][0]["cause"], "help");
    let told = file["audit"].as_array().unwrap();
    for what in ["household.file", "contact.show"] {
        assert!(told.iter().any(|entry| entry["what"] == what), "{told:?}");
    }
}

#[tokio::test]
async fn who_applied_and_never_came_in_is_erased_too() {
    let world = household().await;
    let refused = world
        .post(&format!("{AT}/applications/A-0001/erase"), json!({}))
        .await;
    assert_eq!(refused.problem(), "conflict");
    assert!(
        refused.text.contains("household AUB-017"),
        "{}",
        refused.text
    );
    let late = json!({"site": "aubiers", "received_on": "2010-02-20", "state": "received", "note": "vient de loin"});
    add(&world, &format!("{AT}/applications"), late).await;
    let asked = json!({"application": "A-0002", "name": "M. Lopes"});
    add(&world, &format!("{AT}/contacts"), asked).await;
    let erased = world
        .post(&format!("{AT}/applications/A-0002/erase"), json!({}))
        .await;
    assert_eq!(erased.json()["contacts"], 1, "{}", erased.text);
    let kept = world.get(&format!("{AT}/applications/A-0002")).await.json();
    assert_eq!(kept["record"]["received_on"], "2010-02-20");
    assert!(kept["record"].get("note").is_none());
    let keys = world.dir.path().join("household-keys");
    assert!(!keys.join("clic-2010.application.A-0002.key").exists());
    assert!(keys.join("clic-2010.application.A-0001.key").exists());
}

#[tokio::test]
async fn a_household_that_is_erased_is_found_neither_in_the_store_nor_in_a_restored_backup() {
    let world = household().await;
    let path = format!("{AT}/households/AUB-017/erase");
    let early = world.post(&path, json!({})).await;
    assert_eq!(early.problem(), "conflict");
    assert!(early.text.contains("still with it"), "{}", early.text);
    let now = Timestamp::now();
    world.keep_at(1, Place::Stock, now.as_millisecond()).await;

    let backups = world.dir.path().join("backups");
    let (store, data_dir) = (world.app.store.clone(), world.dir.path().to_owned());
    let folder = backups.clone();
    let made = tokio::task::spawn_blocking(move || {
        backup::create(store.as_ref(), &data_dir, &folder, now)
    });
    let made = backups.join(made.await.unwrap().unwrap().name);

    let erased = world.post(&path, json!({})).await;
    assert_eq!(erased.status, 200, "{}", erased.text);
    let erased = erased.json();
    assert_eq!(
        (&erased["contacts"], &erased["texts"]),
        (&json!(2), &json!(1))
    );
    assert_eq!(
        world.post(&path, json!({})).await.status,
        200,
        "twice is harmless"
    );

    // Bands stay, and the people are gone.
    let person = world.get(&format!("{AT}/persons/P-0001")).await.json();
    assert_eq!(person["record"]["age"], "vingt_cinq_trente_neuf");
    assert!(person["record"].get("first_name").is_none());
    let own = world.get(&format!("{AT}/households/AUB-017")).await.json();
    assert!(own["record"].get("building").is_none(), "{own}");
    assert_eq!(own["record"]["kind"], "single_parent");
    let contacts = world.get(&format!("{AT}/contacts")).await.json();
    assert_eq!(contacts["items"], json!([]));
    let other = world.get(&format!("{AT}/persons/P-0002")).await.json();
    assert_eq!(other["record"]["first_name"], "Bintou");
    let late = world
        .post(
            &format!("{AT}/persons"),
            json!({"household": "AUB-017", "first_name": "Awa"}),
        )
        .await;
    assert_eq!(late.json()["fields"][0]["field"], "first_name");
    let audit = world.get("/api/v1/audit").await.json();
    let proof = audit["items"]
        .as_array()
        .unwrap()
        .iter()
        .find(|entry| entry["what"] == "household.erase");
    assert!(
        proof.unwrap()["detail"]
            .as_str()
            .unwrap()
            .contains("2 keys"),
        "{audit}"
    );

    let dir = world.stop().await;
    assert_eq!(files_with(dir.path(), &NAMES), Vec::<String>::new());
    let keys: Vec<_> = std::fs::read_dir(dir.path().join("household-keys"))
        .unwrap()
        .collect();
    assert_eq!(keys.len(), 1, "that of the other household");

    // The backup was made before: it holds what was sealed, and nobody opens it any more.
    backup::restore(&made, dir.path(), true, now).unwrap();
    assert_eq!(files_with(dir.path(), &NAMES), Vec::<String>::new());
    let world = World::again(dir).await;
    let token = world.token_of("chief", &["coordinator"]).await;
    let get = |path: String| send(world.stranger("GET", &path).bearer_auth(&token));
    let person = get(format!("{AT}/persons/P-0001")).await.json();
    assert_eq!(person["lost"], json!(["first_name"]));
    let contacts = get(format!("{AT}/contacts")).await.json();
    assert_eq!(contacts["items"][0]["lost"], json!(["name", "phone"]));
    let ticket = get("/api/v1/tickets/T-1001".to_owned()).await;
    assert_eq!(ticket.status, 200, "{}", ticket.text);
    assert!(!ticket.text.contains("malade"));
    let other = get(format!("{AT}/persons/P-0002")).await.json();
    assert_eq!(other["record"]["first_name"], "Bintou");
}

/// Says on which day the programme ended, `days` before now.
async fn ended(world: &World, days: i64) {
    let now = Timestamp::now();
    let last = now - jiff::SignedDuration::from_hours(24 * days);
    let seen = world.get(AT).await.json();
    let mut record = seen["record"].clone();
    record["ends_on"] = last.strftime("%Y-%m-%d").to_string().into();
    let change = json!({"version": seen["version"], "record": record});
    let done = send(world.request("PUT", AT).json(&change)).await;
    assert_eq!(done.status, 200, "{}", done.text);
}

#[tokio::test]
async fn ninety_days_after_the_end_of_a_programme_its_people_are_forgotten() {
    let world = household().await;
    let now = || Timestamp::now().as_millisecond();
    let keys = world.dir.path().join("household-keys");
    let key = |holder: &str| keys.join(format!("clic-2010.{holder}.key")).exists();
    ended(&world, 88).await;
    let early = programme::purge(&world.app, now()).await.unwrap();
    assert!(early.is_nothing(), "{early:?}");
    ended(&world, 93).await;
    let purged = programme::purge(&world.app, now()).await.unwrap();
    assert_eq!(purged.contacts, 2);
    // First names, a note, a code on a charter, remarks.
    assert_eq!(purged.fields, 5, "{purged:?}");

    let contacts = world.get(&format!("{AT}/contacts")).await.json();
    assert_eq!(contacts["items"], json!([]));
    let person = world.get(&format!("{AT}/persons/P-0001")).await.json();
    assert_eq!(person["record"]["age"], "vingt_cinq_trente_neuf");
    assert!(person["record"].get("first_name").is_none(), "{person}");
    assert!(
        person.get("lost").is_none(),
        "it is gone, not locked: {person}"
    );
    let own = world.get(&format!("{AT}/households/AUB-017")).await.json();
    assert_eq!(
        own["record"]["building"], "B1",
        "where it was counts in the evaluation"
    );
    let survey = world.get(&format!("{AT}/surveys/S-0001")).await.json();
    assert_eq!(survey["record"]["frequency"], "never");
    let audit = world.get("/api/v1/audit").await.json();
    let proof = &audit["items"][0];
    assert_eq!(
        (&proof["who"], &proof["what"]),
        (&json!("rule"), &json!("programme.purge"))
    );
    assert!(
        proof["detail"]
            .as_str()
            .unwrap()
            .starts_with("2 contacts, 5 fields"),
        "{proof}"
    );

    // A PC is still with them: their words and their calls keep their key, and no other does.
    assert!(key("household.AUB-017"));
    assert!(!key("household.AUB-018") && !key("application.A-0001"));
    let again = programme::purge(&world.app, now()).await.unwrap();
    assert!(again.is_nothing(), "{again:?}");

    let dir = world.stop().await;
    assert_eq!(files_with(dir.path(), &NAMES), Vec::<String>::new());
}

#[tokio::test]
async fn the_last_key_goes_with_the_last_words_of_a_household() {
    let world = household().await;
    let now = Timestamp::now().as_millisecond();
    ended(&world, 93).await;
    world.keep_at(1, Place::Stock, now).await;
    programme::purge(&world.app, now).await.unwrap();
    let key = world
        .dir
        .path()
        .join("household-keys/clic-2010.household.AUB-017.key");
    assert!(key.exists(), "what was written in its ticket is kept");
    let ticket = world.get("/api/v1/tickets/T-1001").await.json();
    for change in ["solve", "close"] {
        let seen = world.get("/api/v1/tickets/T-1001").await.json();
        let mut step = json!({"change": change, "version": seen["version"]});
        if change == "solve" {
            step["repair"] = "fixed".into();
        }
        let done = world.post("/api/v1/tickets/T-1001/changes", step).await;
        assert_eq!(done.status, 200, "{ticket}: {}", done.text);
    }
    let later = now + 91 * 86_400_000;
    crate::app::ticket::age::purge(&world.app, later)
        .await
        .unwrap();
    let purged = programme::purge(&world.app, later).await.unwrap();
    assert_eq!(purged.keys, 1, "{purged:?}");
    assert!(!key.exists());
    world.stop().await;
}
