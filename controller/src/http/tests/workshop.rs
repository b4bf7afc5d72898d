//! The workshop over the API: seats, sessions, and who came.

use declic_common::api::Place;
use serde_json::{Value, json};

use super::programme::{AT, add, programme};
use super::world::{Answer, World, device, send};

/// A cycle with a group of three in Les Aubiers: an adult, a minor with a parent's word and one
/// without; and a session on 6 October.
pub(super) async fn world() -> World {
    let world = programme().await;
    let home = json!({"code": "AUB-017", "site": "aubiers"});
    add(&world, &format!("{AT}/households"), home).await;
    for (name, age, authorised) in [
        ("Aminatou", "vingt_cinq_trente_neuf", Value::Null),
        ("Bilal", "douze_dix_huit", json!("2026-10-01")),
        ("Chloé", "moins_de_douze", Value::Null),
    ] {
        let person = json!({"household": "AUB-017", "first_name": name, "age": age, "authorised_on": authorised});
        add(&world, &format!("{AT}/persons"), person).await;
    }
    let cycle = json!({"code": "debuter", "site": "aubiers", "name": "Débuter", "level": "debutant",
        "themes": ["prendre_en_main_du_materiel", "email"]});
    add(&world, &format!("{AT}/cycles"), cycle).await;
    add(
        &world,
        &format!("{AT}/groups"),
        json!({"code": "mardi", "cycle": "debuter"}),
    )
    .await;
    for person in ["P-0001", "P-0002", "P-0003"] {
        add(
            &world,
            &format!("{AT}/members"),
            json!({"group": "mardi", "person": person}),
        )
        .await;
    }
    let session = json!({"site": "aubiers", "cycle": "debuter", "group": "mardi", "on": "2026-10-06",
        "start": "14:30", "minutes": 90, "kind": "collectif", "place": "lieu_activite", "seats": 10});
    let made = add(&world, &format!("{AT}/sessions"), session).await;
    assert_eq!(made["record"]["code"], "W-0001");
    world
}

async fn roll(world: &World, present: Value) -> Answer {
    let path = format!("{AT}/sessions/W-0001/roll");
    world.post(&path, json!({ "present": present })).await
}

#[tokio::test]
async fn a_sheet_begins_with_the_group_and_keeps_lines_for_those_who_walk_in() {
    let world = world().await;
    let sheet = world
        .get(&format!("{AT}/sessions/W-0001/sheet"))
        .await
        .json();
    assert_eq!(sheet["cycle_name"], "Débuter");
    let lines = sheet["lines"].as_array().unwrap();
    assert_eq!(lines.len(), 10);
    let told = |n: usize| {
        (
            lines[n]["first_name"].clone(),
            lines[n]["needs_authorisation"].clone(),
        )
    };
    assert_eq!(told(0), (json!("Aminatou"), json!(false)));
    assert_eq!(told(1), (json!("Bilal"), json!(false)));
    assert_eq!(told(2), (json!("Chloé"), json!(true)));
    assert_eq!(told(3), (Value::Null, json!(false)));

    // First names are for the leader of that site, not for an evaluator.
    for (role, sees) in [("animator:aubiers", true), ("evaluator", false)] {
        let token = world.token_of(&role.replace(':', "-"), &[role]).await;
        let path = format!("{AT}/sessions/W-0001/sheet");
        let seen = send(world.stranger("GET", &path).bearer_auth(&token)).await;
        assert_eq!(
            seen.text.contains("Aminatou"),
            sees,
            "{role}: {}",
            seen.text
        );
    }
}

#[tokio::test]
async fn a_leader_sees_the_first_name_of_whoever_comes_from_elsewhere() {
    let world = world().await;
    let site = json!({"code": "bacalan", "name": "Bacalan"});
    add(&world, &format!("{AT}/sites"), site).await;
    add(
        &world,
        &format!("{AT}/households"),
        json!({"code": "BAC-001", "site": "bacalan"}),
    )
    .await;
    let person =
        json!({"household": "BAC-001", "first_name": "Djibril", "age": "quarante_cinquante_neuf"});
    add(&world, &format!("{AT}/persons"), person).await;
    let token = world.token_of("leader", &["animator:aubiers"]).await;
    let path = format!("{AT}/sessions/W-0001/roll");
    let body = json!({"present": [{"person": "P-0004", "seat": 1}]});
    let sheet = send(
        world
            .stranger("POST", &path)
            .bearer_auth(&token)
            .json(&body),
    )
    .await;
    assert_eq!(sheet.status, 200, "{}", sheet.text);
    assert!(sheet.text.contains("Djibril"), "{}", sheet.text);
    // Their record stays that of the other site.
    let record = send(
        world
            .stranger("GET", &format!("{AT}/persons/P-0004"))
            .bearer_auth(&token),
    )
    .await;
    assert_eq!(record.problem(), "unknown-record");
}

#[tokio::test]
async fn a_roll_is_taken_whole_and_takes_the_place_of_the_one_before() {
    let world = world().await;
    let first = roll(
        &world,
        json!([{"person": "P-0001", "seat": 1}, {"age": "soixante_dix_plus", "gender": "feminin", "seat": 2}]),
    )
    .await;
    assert_eq!(first.status, 200, "{}", first.text);
    let session = world.get(&format!("{AT}/sessions/W-0001")).await.json();
    assert_eq!(session["record"]["state"], "held");
    // The seats are exchanged, and somebody else came as well.
    let second = roll(
        &world,
        json!([{"person": "P-0001", "seat": 2, "autonomy": "autonome"}, {"person": "P-0002", "seat": 1}]),
    )
    .await;
    assert_eq!(second.status, 200, "{}", second.text);
    let kept = world.get(&format!("{AT}/attendances")).await.json();
    let people: Vec<_> = kept["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| {
            (
                item["record"]["person"].clone(),
                item["record"]["seat"].clone(),
            )
        })
        .collect();
    assert_eq!(
        people,
        [(json!("P-0001"), json!(2)), (json!("P-0002"), json!(1))]
    );
    // All or nothing, and each fault has its place.
    let refused = roll(
        &world,
        json!([{"person": "P-0003"}, {"person": "P-0001", "seat": 11}, {"person": "P-0001"}, {"age": "moins_de_douze"}]),
    )
    .await;
    assert_eq!(refused.problem(), "refused");
    let fields: Vec<_> = refused.json()["fields"]
        .as_array()
        .unwrap()
        .iter()
        .map(|bad| bad["field"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(
        fields,
        [
            "present 1 person",
            "present 2 seat",
            "present 4 with_parent"
        ]
    );
    let still = world.get(&format!("{AT}/attendances")).await.json();
    assert_eq!(still, kept);
    let audit = world.get("/api/v1/audit").await.json();
    assert_eq!(audit["items"][0]["what"], "session.roll");
}

#[tokio::test]
async fn a_minor_is_entered_from_the_day_of_a_parents_word() {
    let world = world().await;
    let came = |person: &str| json!({"session": "W-0001", "person": person});
    let refused = world
        .post(&format!("{AT}/attendances"), came("P-0003"))
        .await;
    assert_eq!(refused.json()["fields"][0]["field"], "person");
    add(&world, &format!("{AT}/attendances"), came("P-0002")).await;
    let again = world
        .post(&format!("{AT}/attendances"), came("P-0002"))
        .await;
    assert!(again.text.contains("V-0001"), "{}", again.text);
    let late = json!({"version": 1, "record": {"household": "AUB-017", "age": "moins_de_douze",
        "first_name": "Chloé", "authorised_on": "2026-10-07"}});
    send(
        world
            .request("PUT", &format!("{AT}/persons/P-0003"))
            .json(&late),
    )
    .await;
    let refused = world
        .post(&format!("{AT}/attendances"), came("P-0003"))
        .await;
    assert!(refused.text.contains("before that day"), "{}", refused.text);
}

#[tokio::test]
async fn the_map_of_seats_tells_which_are_down() {
    let world = world().await;
    for n in [1, 2, 3] {
        world
            .enrol(n, Some(&format!("AT-{n}")), Some("aubiers"))
            .await;
    }
    let put = async |n: u64, body: Value| {
        world
            .post(&format!("/api/v1/devices/{}/placements", device(n)), body)
            .await
    };
    let seat = |n: u16| json!({"place": "seat", "site": "aubiers", "seat": n});
    assert_eq!(put(1, seat(1)).await.status, 201);
    assert_eq!(put(2, seat(2)).await.status, 201);
    assert_eq!(put(3, seat(2)).await.problem(), "conflict");
    assert_eq!(
        put(3, json!({"place": "bench", "seat": 2})).await.problem(),
        "refused"
    );
    assert_eq!(
        put(3, json!({"place": "seat", "site": "aubiers"}))
            .await
            .status,
        201
    );
    let now = jiff::Timestamp::now().as_millisecond();
    for n in [1, 2] {
        world.hear(n, now, 1, super::world::sample()).await;
    }
    let ticket = json!({"device": device(2).to_string(), "text": "Plus de souris"});
    assert_eq!(world.post("/api/v1/tickets", ticket).await.status, 201);
    let map = world.get(&format!("{AT}/sites/aubiers/seats")).await.json();
    let states: Vec<_> = map["seats"]
        .as_array()
        .unwrap()
        .iter()
        .map(|seat| &seat["state"])
        .collect();
    assert_eq!(states.len(), 10);
    assert_eq!(states[..3], ["good", "ticket", "empty"]);
    assert_eq!(map["seats"][1]["tickets"], json!(["T-1001"]));
    assert_eq!(map["unnumbered"][0]["asset"], "AT-3");
    assert_eq!(map["down"], 9);

    // A spare takes the place of a post, number and all.
    world.enrol(4, Some("AT-4"), Some("aubiers")).await;
    world.keep_at(4, Place::Stock, now).await;
    let steps = [
        json!({"change": "documents", "choice": "erased"}),
        json!({"change": "swap", "with": device(4).to_string()}),
    ];
    for mut step in steps {
        let ticket = world.get("/api/v1/tickets/T-1001").await.json();
        step["version"] = ticket["version"].clone();
        let changed = world.post("/api/v1/tickets/T-1001/changes", step).await;
        assert_eq!(changed.status, 200, "{}", changed.text);
    }
    let map = world.get(&format!("{AT}/sites/aubiers/seats")).await.json();
    assert_eq!(map["seats"][1]["pc"]["asset"], "AT-4");
}

#[tokio::test]
async fn leaders_keep_the_workshop_of_their_site_and_technicians_do_not() {
    let world = world().await;
    let leader = world.token_of("leader", &["animator:bacalan"]).await;
    let path = format!("{AT}/sessions");
    let body = json!({"site": "aubiers", "on": "2026-10-07", "minutes": 60, "kind": "individuel"});
    let elsewhere = send(
        world
            .stranger("POST", &path)
            .bearer_auth(&leader)
            .json(&body),
    )
    .await;
    assert_eq!(elsewhere.problem(), "unknown-programme");
    let own = world.token_of("own", &["animator:aubiers"]).await;
    let made = send(world.stranger("POST", &path).bearer_auth(&own).json(&body)).await;
    assert_eq!(made.status, 201, "{}", made.text);
    let bad = json!({"site": "aubiers", "on": "2026-10-07", "minutes": 60, "kind": "individuel",
        "start": "2 pm", "group": "mardi", "themes": ["email", "jardinage"]});
    let refused = world.post(&path, bad).await;
    assert_eq!(refused.json()["fields"][0]["field"], "themes");
}
