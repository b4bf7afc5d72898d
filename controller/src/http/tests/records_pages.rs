//! The records of a programme on pages: typed in, imported, decided.

mod bench;
mod evaluation;
mod homes;
mod sessions;

use reqwest::StatusCode;
use serde_json::{Value, json};

use super::programme::{AT, add, programme};
use super::world::{Answer, World, send};

const PAGES: &str = "/programmes/clic-2010";

/// Somebody with a token: the pages are the same as in a browser, without its cookie.
struct Person {
    token: String,
}

impl Person {
    async fn of(world: &World, role: &str) -> Self {
        let name: String = role.chars().filter(char::is_ascii_lowercase).collect();
        Person {
            token: world.token_of(&name, &[role]).await,
        }
    }

    async fn get(&self, world: &World, path: &str) -> Answer {
        let request = world.stranger("GET", path).bearer_auth(&self.token);
        send(
            request
                .header("accept", "text/html")
                .header("accept-language", "fr"),
        )
        .await
    }

    async fn post(&self, world: &World, path: &str, fields: &[(&str, &str)]) -> Answer {
        let body = form_urlencoded::Serializer::new(String::new())
            .extend_pairs(fields)
            .finish();
        let request = world.stranger("POST", path).bearer_auth(&self.token);
        let request = request
            .header("accept", "text/html")
            .header("accept-language", "fr");
        let kind = "application/x-www-form-urlencoded";
        send(request.header("content-type", kind).body(body)).await
    }
}

fn location(answer: &Answer) -> &str {
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text);
    answer.headers["location"].to_str().unwrap()
}

fn application(code: &str) -> Value {
    json!({"code": code, "site": "aubiers", "received_on": "2010-04-01",
        "state": "received", "near_workshop": true, "digitally_excluded": true, "volunteer": true})
}

async fn record(world: &World, path: &str) -> Value {
    world.get(&format!("{AT}/{path}")).await.json()["record"].clone()
}

#[tokio::test]
async fn a_coordinator_is_led_from_an_empty_controller_to_a_first_household() {
    let world = World::start().await;
    let chief = Person::of(&world, "coordinator").await;
    let empty = chief.get(&world, "/foyers").await;
    assert!(empty.text.contains("Ouvrir un programme"), "{}", empty.text);
    let form = chief.get(&world, "/programme/ajouter").await;
    assert!(
        form.text.contains("Un financeur par ligne"),
        "{}",
        form.text
    );
    let made = chief
        .post(
            &world,
            "/programme/ajouter",
            &[
                ("code", "clic-2010"),
                ("name", "Clic et Déclic"),
                ("funders", "Ville ; 80 000\r\nÉtat"),
                ("demonstration", ""),
            ],
        )
        .await;
    assert_eq!(location(&made), "/declic/programmes/clic-2010?dit=ajoute");
    let kept = world.get(AT).await.json();
    assert_eq!(kept["record"]["funders"][0]["cap_cents"], 8_000_000);
    let board = chief.get(&world, PAGES).await;
    assert!(board.text.contains("incomplète"), "{}", board.text);

    let site = [
        ("code", "aubiers"),
        ("name", "Les Aubiers"),
        ("seats", "10"),
    ];
    let made = chief
        .post(&world, &format!("{PAGES}/ajouter/sites"), &site)
        .await;
    assert_eq!(
        location(&made),
        "/declic/programmes/clic-2010/sites/aubiers?dit=ajoute"
    );
    let entrance = chief.get(&world, "/foyers").await;
    assert_eq!(location(&entrance), "/declic/programmes/clic-2010/foyers");
    let home = [
        ("code", "AUB-017"),
        ("site", "aubiers"),
        ("note", "Sonner deux fois"),
    ];
    let made = chief
        .post(&world, &format!("{PAGES}/ajouter/foyers"), &home)
        .await;
    let page = chief
        .get(&world, location(&made).trim_start_matches("/declic"))
        .await;
    for words in ["Foyer AUB-017", "Sonner deux fois", "Aucune ligne écrite"] {
        assert!(page.text.contains(words), "{words}: {}", page.text);
    }
    world.stop().await;
}

#[tokio::test]
async fn what_is_wrong_is_told_beside_its_field_and_nothing_typed_is_lost() {
    let world = programme().await;
    let chief = Person::of(&world, "coordinator").await;
    let typed = [
        ("code", "Mme Martin"),
        ("site", "aubiers"),
        ("charter_on", "2010-05-03"),
        ("left_on", "2010-05-01"),
        ("note", "À rappeler"),
    ];
    let refused = chief
        .post(&world, &format!("{PAGES}/ajouter/foyers"), &typed)
        .await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    for words in ["N’est pas un code", "value=\"Mme Martin\"", "À rappeler"] {
        assert!(refused.text.contains(words), "{words}: {}", refused.text);
    }
    world.stop().await;
}

#[tokio::test]
async fn the_second_of_two_people_sees_both_versions_and_decides() {
    let world = programme().await;
    let home = json!({"code": "AUB-017", "site": "aubiers", "kind": "alone"});
    add(&world, &format!("{AT}/households"), home).await;
    let chief = Person::of(&world, "coordinator").await;
    let path = format!("{PAGES}/foyers/AUB-017/changer");
    let typed = |version, kind| {
        [
            ("code", "AUB-017"),
            ("version", version),
            ("site", "aubiers"),
            ("kind", kind),
        ]
    };
    let first = chief.post(&world, &path, &typed("1", "couple")).await;
    assert_eq!(
        location(&first),
        "/declic/programmes/clic-2010/foyers/AUB-017?dit=fait"
    );
    let second = chief
        .post(&world, &path, &typed("1", "single_parent"))
        .await;
    assert_eq!(second.status, StatusCode::CONFLICT);
    for words in [
        "<td>couple</td>",
        "<td>parent seul</td>",
        "name=\"version\" value=\"2\"",
    ] {
        assert!(second.text.contains(words), "{words}: {}", second.text);
    }
    let again = chief
        .post(&world, &path, &typed("2", "single_parent"))
        .await;
    location(&again);
    assert_eq!(
        record(&world, "households/AUB-017").await["kind"],
        "single_parent"
    );
    world.stop().await;
}

#[tokio::test]
async fn a_table_is_tried_mended_on_the_page_and_taken() {
    let world = programme().await;
    let chief = Person::of(&world, "coordinator").await;
    let path = format!("{PAGES}/importer/candidatures");
    let mut csv = "code;site;received_on;state;volunteer\r\n".to_owned();
    for n in 1..=20 {
        let site = if n % 7 == 0 { "nulle-part" } else { "aubiers" };
        let day = if n == 5 { "31/02/2010" } else { "01/04/2010" };
        csv.push_str(&format!("A-{n:04};{site};{day};received;oui\r\n"));
    }
    let tried = chief
        .post(&world, &path, &[("csv", &csv), ("faire", "verifier")])
        .await;
    assert_eq!(
        tried.status,
        StatusCode::UNPROCESSABLE_ENTITY,
        "{}",
        tried.text
    );
    for words in [
        "<td class=\"n\">6</td>",
        "<td class=\"n\">8</td>",
        "<td class=\"n\">15</td>",
        "(received_on)",
        "(site)",
        "ulle-part est inconnu",
        "20 lignes lues",
    ] {
        assert!(tried.text.contains(words), "{words}: {}", tried.text);
    }
    let none = world.get(&format!("{AT}/applications")).await.json();
    assert_eq!(none["items"], json!([]), "a trial keeps nothing");
    let all = chief
        .post(&world, &path, &[("csv", &csv), ("faire", "tout")])
        .await;
    assert_eq!(all.status, StatusCode::UNPROCESSABLE_ENTITY, "all or none");
    let good = chief
        .post(&world, &path, &[("csv", &csv), ("faire", "bonnes")])
        .await;
    assert_eq!(
        location(&good),
        "/declic/programmes/clic-2010/candidatures?dit=importe"
    );
    let list = chief
        .get(&world, &format!("{PAGES}/candidatures?q=a-000"))
        .await;
    assert!(
        list.text.contains("A-0001") && !list.text.contains("A-0010"),
        "{}",
        list.text
    );
    let csv = chief
        .get(
            &world,
            &format!("{PAGES}/candidatures.csv?q=a-000&volunteer=true"),
        )
        .await;
    assert!(csv.text.starts_with("\u{feff}code,site"), "{}", csv.text);
    assert_eq!(
        csv.text.lines().count(),
        8,
        "seven of the nine are good: {}",
        csv.text
    );
    world.stop().await;
}

#[tokio::test]
async fn many_applications_are_decided_at_once_and_what_cannot_be_is_told() {
    let world = programme().await;
    let path = format!("{AT}/applications");
    for code in ["A-0001", "A-0002"] {
        add(&world, &path, application(code)).await;
    }
    let unasked = json!({"code": "A-0003", "site": "aubiers", "received_on": "2010-04-02"});
    add(&world, &path, unasked).await;
    let chief = Person::of(&world, "coordinator").await;
    let decide = format!("{PAGES}/candidatures/etat");
    let all = [
        ("choix", "A-0001.1"),
        ("choix", "A-0002.1"),
        ("choix", "A-0003.1"),
        ("etat", "selected"),
        ("retour", "/programmes/clic-2010/candidatures?site=aubiers"),
    ];
    let some = chief.post(&world, &decide, &all).await;
    assert_eq!(some.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        some.text.contains("A-0003") && some.text.contains("répondre oui ou non"),
        "{}",
        some.text
    );
    assert_eq!(
        record(&world, "applications/A-0002").await["state"],
        "selected"
    );

    let stale = chief
        .post(
            &world,
            &decide,
            &[("choix", "A-0001.1"), ("etat", "waiting_list")],
        )
        .await;
    assert!(stale.text.contains("quelqu’un d’autre"), "{}", stale.text);
    let no_reason = [("choix", "A-0003.1"), ("etat", "withdrawn"), ("motif", "")];
    let no_reason = chief.post(&world, &decide, &no_reason).await;
    assert!(
        no_reason.text.contains("Choisissez un motif"),
        "{}",
        no_reason.text
    );
    let withdrawn = [
        ("choix", "A-0003.1"),
        ("etat", "withdrawn"),
        ("motif", "moved"),
    ];
    location(&chief.post(&world, &decide, &withdrawn).await);
    let kept = record(&world, "applications/A-0003").await;
    assert_eq!(
        (&kept["state"], &kept["reason"]),
        (&json!("withdrawn"), &json!("moved"))
    );
    let back = [("choix", "A-0003.2"), ("etat", "received"), ("une", "oui")];
    location(&chief.post(&world, &decide, &back).await);
    assert_eq!(
        record(&world, "applications/A-0003").await["reason"],
        Value::Null
    );
    world.stop().await;
}
