//! A household on pages: who may read what, its PC, its answers; and the board of all of them.

use reqwest::StatusCode;
use serde_json::json;

use super::super::lives::sign;
use super::super::programme::{AT, add, make_ready, programme};
use super::super::world::{World, device};
use super::{PAGES, Person, application, location, record};

/// A household with somebody, whom to reach, and a line.
async fn settled(world: &World) {
    let home = json!({"code": "AUB-017", "site": "aubiers", "charter_on": "2010-05-03"});
    add(world, &format!("{AT}/households"), home).await;
    let person =
        json!({"household": "AUB-017", "first_name": "Prénom 017", "age": "douze_dix_huit"});
    add(world, &format!("{AT}/persons"), person).await;
    let contact = json!({"household": "AUB-017", "phone": "06 39 98 00 17"});
    add(world, &format!("{AT}/contacts"), contact).await;
    let line = json!({"household": "AUB-017", "operator": "Opérateur A", "hotline": "01 99 00 00 10", "holder": "carrier"});
    add(world, &format!("{AT}/lines"), line).await;
}

#[tokio::test]
async fn a_contact_is_shown_on_a_press_alone_to_who_may_and_the_audit_tells() {
    let world = programme().await;
    settled(&world).await;
    let path = format!("{PAGES}/foyers/AUB-017");
    let chief = Person::of(&world, "coordinator").await;
    let leader = Person::of(&world, "animator").await;
    let evaluator = Person::of(&world, "evaluator").await;
    let page = chief.get(&world, &path).await.text;
    assert!(
        page.contains("Afficher les coordonnées") && !page.contains("06 39 98"),
        "{page}"
    );
    assert!(page.contains("Prénom 017") && page.contains("sans autorisation parentale"));
    assert!(
        page.contains("Assistance : Opérateur A, 01 99 00 00 10")
            || page.contains("01 99 00 00 10")
    );
    let before = world
        .get("/api/v1/audit")
        .await
        .text
        .matches("contact.show")
        .count();
    let shown = chief
        .post(&world, &format!("{path}/coordonnees"), &[])
        .await;
    assert!(shown.text.contains("06 39 98 00 17"), "{}", shown.text);
    let after = world
        .get("/api/v1/audit")
        .await
        .text
        .matches("contact.show")
        .count();
    assert_eq!(after, before + 1);
    let refused = leader
        .post(&world, &format!("{path}/coordonnees"), &[])
        .await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    assert!(leader.get(&world, &path).await.text.contains("Prénom 017"));
    let blind = evaluator.get(&world, &path).await.text;
    assert!(
        !blind.contains("Prénom 017") && blind.contains("P-0001"),
        "{blind}"
    );
    world.stop().await;
}

#[tokio::test]
async fn a_pc_is_handed_over_taken_back_and_then_the_household_forgotten() {
    let world = programme().await;
    settled(&world).await;
    world.enrol(1, Some("BDX-001"), Some("aubiers")).await;
    let chief = Person::of(&world, "coordinator").await;
    let path = format!("{PAGES}/foyers/AUB-017");
    make_ready(&world, "BDX-001").await;
    let id = device(1).to_string();
    let hand_over = [("poste", id.as_str())];
    let refused = chief
        .post(&world, &format!("{path}/remise"), &hand_over)
        .await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.text.contains("fiche légale"), "{}", refused.text);
    let sheet = [
        ("code", "clic-2010"),
        ("version", "1"),
        ("name", "Clic et Déclic"),
        ("legal_controller", "Ville"),
        ("legal_contact", "dpo@example.org"),
        ("legal_notice", "1"),
        ("legal_assessed_on", "2010-03-15"),
    ];
    location(
        &chief
            .post(&world, &format!("{PAGES}/changer"), &sheet)
            .await,
    );
    location(
        &chief
            .post(&world, &format!("{path}/remise"), &hand_over)
            .await,
    );
    let page = chief.get(&world, &format!("/postes/{id}")).await.text;
    assert!(
        page.contains("Sa ligne") && page.contains("Opérateur A, 01 99 00 00 10"),
        "{page}"
    );

    let erase = [("confirme", "AUB-017")];
    let still = chief
        .post(&world, &format!("{path}/effacement"), &erase)
        .await;
    assert!(
        still.text.contains("encore chez ce foyer"),
        "{}",
        still.text
    );
    location(
        &chief
            .post(
                &world,
                &format!("{path}/retour"),
                &[("poste", &id), ("ou", "stock")],
            )
            .await,
    );
    let file = chief.post(&world, &format!("{path}/dossier"), &[]).await;
    assert_eq!(file.json()["household"], "AUB-017");
    assert!(file.text.contains("06 39 98 00 17"));
    let unsure = chief
        .post(
            &world,
            &format!("{path}/effacement"),
            &[("confirme", "AUB")],
        )
        .await;
    assert!(unsure.text.contains("Rien n’est effacé"), "{}", unsure.text);
    let gone = chief
        .post(&world, &format!("{path}/effacement"), &erase)
        .await;
    assert_eq!(
        location(&gone),
        "/declic/programmes/clic-2010/foyers/AUB-017?dit=efface"
    );
    let after = chief.get(&world, &path).await.text;
    assert!(!after.contains("Prénom 017"), "{after}");
    world.stop().await;
}

#[tokio::test]
async fn a_leader_enters_answers_and_sees_who_is_missing() {
    let world = programme().await;
    settled(&world).await;
    let question = json!({"code": "atelier", "fr": "L’atelier vous plaît-il ?", "answer": "words"});
    add(&world, &format!("{AT}/questions"), question).await;
    let leader = Person::of(&world, "animator").await;
    let list = leader
        .get(&world, &format!("{PAGES}/questionnaires?manque=start"))
        .await
        .text;
    assert!(
        list.contains("AUB-017") && list.contains("0 sur 1"),
        "{list}"
    );
    let form = leader
        .get(
            &world,
            &format!("{PAGES}/ajouter/questionnaires?household=AUB-017&moment=start"),
        )
        .await
        .text;
    for words in [
        "Je trouve sur internet",
        "type=\"radio\"",
        "L’atelier vous plaît-il",
        "Prénom 017",
    ] {
        assert!(form.contains(words), "{words}: {form}");
    }
    let mut answers = vec![
        ("household", "AUB-017"),
        ("moment", "start"),
        ("answered_on", "2010-05-03"),
    ];
    let skills = [
        "information_1",
        "information_2",
        "communication_1",
        "communication_2",
        "creation_1",
        "creation_2",
        "protection_1",
        "protection_2",
        "environment_1",
        "environment_2",
    ];
    answers.extend(skills.map(|skill| (skill, "2")));
    answers.extend([
        ("frequency", "never"),
        ("no_home_line", "true"),
        ("more", ""),
        ("q.atelier", "oui"),
    ]);
    let made = leader
        .post(&world, &format!("{PAGES}/ajouter/questionnaires"), &answers)
        .await;
    location(&made);
    let kept = record(&world, "surveys/S-0001").await;
    assert_eq!(kept["more"], "atelier: oui");
    let list = leader
        .get(&world, &format!("{PAGES}/questionnaires"))
        .await
        .text;
    assert!(
        list.contains("20 sur 40") && list.contains("1 sur 1"),
        "{list}"
    );
    let none = leader
        .get(&world, &format!("{PAGES}/questionnaires?manque=start"))
        .await
        .text;
    assert!(!none.contains("AUB-017"), "{none}");
    let sheet = leader
        .get(&world, &format!("{PAGES}/feuille?household=AUB-017"))
        .await
        .text;
    assert!(
        sheet.contains("AUB-017") && sheet.contains("je montre aux autres"),
        "{sheet}"
    );
    world.stop().await;
}

#[tokio::test]
async fn the_board_says_where_a_programme_stands_and_what_it_cost() {
    let world = programme().await;
    settled(&world).await;
    add(&world, &format!("{AT}/applications"), application("A-0001")).await;
    let cost = json!({"item": "equipment", "amount_cents": 8_100_050, "paid_on": "2010-05-01", "funder": "Ville"});
    add(&world, &format!("{AT}/costs"), cost).await;
    let chief = Person::of(&world, "coordinator").await;
    let board = chief.get(&world, PAGES).await.text;
    for words in [
        "Chartes signées",
        "81\u{202f}000,50\u{202f}€",
        "dépassé",
        "aucun PC n’est encore là depuis un an",
    ] {
        let found = board.contains(words) || board.to_lowercase().contains(&words.to_lowercase());
        assert!(found, "{words}: {board}");
    }
    let typed = [
        ("item", "staff"),
        ("amount_cents", "1 234,5"),
        ("paid_on", "2010-06-01"),
        ("funder", "Ville"),
        ("in_kind", ""),
    ];
    location(
        &chief
            .post(&world, &format!("{PAGES}/ajouter/depenses"), &typed)
            .await,
    );
    assert_eq!(
        record(&world, "costs/E-0002").await["amount_cents"],
        123_450
    );
    let elsewhere = Person::of(&world, "coordinator:bacalan").await;
    let hidden = elsewhere.get(&world, PAGES).await;
    assert_eq!(hidden.status, StatusCode::NOT_FOUND);
    world.stop().await;
}

#[tokio::test]
async fn the_round_goes_building_by_building_and_staircase_by_staircase() {
    let world = programme().await;
    sign(&world).await;
    for (code, name) in [("B1", "Tour 1"), ("B2", "Tour 2")] {
        let building =
            json!({"code": code, "site": "aubiers", "name": name, "staircases": ["A", "B"]});
        add(&world, &format!("{AT}/buildings"), building).await;
    }
    let homes = [
        ("AUB-001", Some(("B2", "A"))),
        ("AUB-002", Some(("B1", "B"))),
        ("AUB-003", None),
        ("AUB-004", Some(("B1", "A"))),
    ];
    for (n, (code, place)) in (1..).zip(homes) {
        let mut home = json!({"code": code, "site": "aubiers"});
        if let Some((building, staircase)) = place {
            home["building"] = building.into();
            home["staircase"] = staircase.into();
        }
        add(&world, &format!("{AT}/households"), home).await;
        let pc = format!("BDX-00{n}");
        make_ready(&world, &pc).await;
        world.enrol(n, Some(&pc), Some("aubiers")).await;
        world.place_at(n, code, 1_790_000_000_001).await;
        let ticket = json!({"device": device(n).to_string(), "text": "Plus de son"});
        assert_eq!(world.post("/api/v1/tickets", ticket).await.status, 201);
    }
    let tech = Person::of(&world, "technician").await;
    let page = tech.get(&world, "/aujourdhui/tournee").await.text;
    let order = [
        "Tour 1",
        "Entrée A",
        "BDX-004",
        "Entrée B",
        "BDX-002",
        "Tour 2",
        "Entrée A",
        "BDX-001",
        "aubiers, bâtiment non écrit",
        "BDX-003",
    ];
    let mut rest = page.split_once("<h1>").unwrap().1;
    for words in order {
        let (_, after) = rest
            .split_once(words)
            .unwrap_or_else(|| panic!("{words}: {page}"));
        rest = after;
    }
    world.stop().await;
}

#[tokio::test]
async fn who_applied_and_never_came_in_is_forgotten_on_the_page_of_the_application() {
    let world = programme().await;
    add(
        &world,
        &format!("{AT}/sites"),
        json!({"code": "nord", "name": "Nord"}),
    )
    .await;
    for code in ["A-0077", "A-0078"] {
        add(&world, &format!("{AT}/applications"), application(code)).await;
        let contact = json!({"application": code, "phone": "06 39 98 00 77"});
        add(&world, &format!("{AT}/contacts"), contact).await;
    }
    let home = json!({"code": "AUB-078", "site": "aubiers", "application": "A-0078"});
    add(&world, &format!("{AT}/households"), home).await;
    let chief = Person::of(&world, "coordinator").await;
    let path = |code: &str| format!("{PAGES}/candidatures/{code}");
    let erase = async |code: &str, typed: &str| {
        let sent = [("confirme", typed)];
        chief
            .post(&world, &format!("{}/effacement", path(code)), &sent)
            .await
    };
    let unsure = erase("A-0077", "A").await;
    assert_eq!(unsure.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(unsure.text.contains("Rien n’est effacé"), "{}", unsure.text);
    let came_in = erase("A-0078", "A-0078").await;
    assert!(came_in.text.contains("Un foyer est né"), "{}", came_in.text);
    let done = erase("A-0077", "A-0077").await;
    assert_eq!(
        location(&done),
        "/declic/programmes/clic-2010/candidatures/A-0077?dit=efface"
    );
    let shown = chief
        .post(&world, &format!("{}/coordonnees", path("A-0077")), &[])
        .await;
    assert!(!shown.text.contains("06 39 98 00 77"), "{}", shown.text);
    world.stop().await;
}
