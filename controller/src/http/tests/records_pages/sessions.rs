//! The workshop on pages: the roll in one form, the sheet, whom to call.

use reqwest::StatusCode;
use serde_json::{Value, json};

use super::super::programme::{AT, add, programme};
use super::super::workshop::world;
use super::super::world::{Answer, World};
use super::{PAGES, Person, location};

const SESSION: &str = "/programmes/clic-2010/seances/W-0001";

/// The version that the form of the session carries now.
fn version(page: &Answer) -> String {
    let (_, rest) = page.text.split_once("name=\"version\" value=\"").unwrap();
    rest.split('"').next().unwrap().to_owned()
}

async fn came(world: &World) -> Vec<Value> {
    let kept = world.get(&format!("{AT}/attendances")).await.json();
    let items = kept["items"].as_array().unwrap().iter();
    items.map(|item| item["record"].clone()).collect()
}

#[tokio::test]
async fn a_leader_comes_to_the_workshop_first_and_takes_the_roll_in_one_form() {
    let world = world().await;
    let leader = Person::of(&world, "animator:aubiers").await;
    let door = leader.get(&world, "/").await;
    assert_eq!(location(&door), "/declic/ateliers");
    let door = leader.get(&world, "/ateliers").await;
    assert_eq!(location(&door), "/declic/programmes/clic-2010/ateliers");
    let page = leader.get(&world, &format!("{PAGES}/ateliers")).await;
    for words in [
        "W-0001",
        "l’appel manque",
        "Débuter",
        "10 postes à ne pas donner",
    ] {
        assert!(page.text.contains(words), "{words}: {}", page.text);
    }

    let page = leader.get(&world, SESSION).await;
    for words in ["Aminatou (P-0001)", "0 présent, 3 attendus", "ne pas noter"] {
        assert!(page.text.contains(words), "{words}: {}", page.text);
    }
    // Who may not be entered is not offered.
    assert!(!page.text.contains("p.P-0003.venue"), "{}", page.text);
    let everybody = leader.get(&world, &format!("{SESSION}?tous=oui")).await;
    assert_eq!(everybody.text.matches("value=\"oui\" checked").count(), 2);

    let version = version(&page);
    let fields = [
        ("version", version.as_str()),
        ("p.P-0001.venue", "autonome"),
        ("p.P-0001.poste", "3"),
        ("p.P-0001.signe", "oui"),
        ("p.P-0002.venue", "non"),
        ("w.1.age", "soixante_dix_plus"),
        ("w.1.genre", "feminin"),
        ("w.1.poste", "4"),
        ("faire", "tenue"),
    ];
    let taken = leader
        .post(&world, &format!("{SESSION}/appel"), &fields)
        .await;
    assert_eq!(location(&taken), format!("/declic{SESSION}?dit=appel"));
    let page = leader.get(&world, &format!("{SESSION}?dit=appel")).await;
    for words in [
        "L’appel est noté",
        "2 présents, 3 attendus, dont 1 sans inscription",
        "Tenue",
    ] {
        assert!(page.text.contains(words), "{words}: {}", page.text);
    }
    let kept = came(&world).await;
    assert_eq!(kept[0]["autonomy"], "autonome");
    assert_eq!(
        (&kept[0]["seat"], &kept[0]["signed"]),
        (&json!(3), &json!(true))
    );
    assert_eq!(kept[1]["age"], "soixante_dix_plus");
    world.stop().await;
}

#[tokio::test]
async fn what_is_wrong_with_the_roll_is_told_in_its_row_and_nothing_is_taken() {
    let world = world().await;
    let leader = Person::of(&world, "animator:aubiers").await;
    let fields = [
        ("p.P-0001.venue", "oui"),
        ("p.P-0001.poste", "11"),
        ("p.P-0003.venue", "oui"),
        ("w.1.age", "moins_de_douze"),
    ];
    let refused = leader
        .post(&world, &format!("{SESSION}/appel"), &fields)
        .await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    for words in [
        "3 lignes sont à corriger",
        "la séance offre 10 places",
        "value=\"11\"",
        "aucun parent ne l’a autorisée",
        "Avec un parent un mineur sans inscription vient avec un parent",
    ] {
        assert!(refused.text.contains(words), "{words}: {}", refused.text);
    }
    assert_eq!(came(&world).await, Vec::<Value>::new());
    world.stop().await;
}

#[tokio::test]
async fn the_second_of_two_leaders_sees_both_rolls_and_decides() {
    let world = world().await;
    let leader = Person::of(&world, "animator:aubiers").await;
    let seen = version(&leader.get(&world, SESSION).await);
    let path = format!("{SESSION}/appel");
    let first = [("version", seen.as_str()), ("p.P-0001.venue", "oui")];
    location(&leader.post(&world, &path, &first).await);
    let second = [
        ("version", seen.as_str()),
        ("p.P-0002.venue", "autonome"),
        ("p.P-0002.poste", "7"),
    ];
    let conflict = leader.post(&world, &path, &second).await;
    assert_eq!(conflict.status, StatusCode::CONFLICT, "{}", conflict.text);
    for words in [
        "Quelqu’un d’autre a noté cette séance",
        "<td>là, seul, poste 7</td>",
        "<td>absent</td>",
        "value=\"7\"",
    ] {
        assert!(conflict.text.contains(words), "{words}: {}", conflict.text);
    }
    let now = version(&conflict);
    assert_ne!(now, seen);
    let decided = [("version", now.as_str()), ("p.P-0002.venue", "autonome")];
    location(&leader.post(&world, &path, &decided).await);
    assert_eq!(came(&world).await[0]["person"], "P-0002");
    world.stop().await;
}

#[tokio::test]
async fn a_session_that_is_not_held_says_so_and_may_be_held_after_all() {
    let world = world().await;
    let leader = Person::of(&world, "animator:aubiers").await;
    let path = format!("{SESSION}/appel");
    location(&leader.post(&world, &path, &[("faire", "annulee")]).await);
    let page = leader.get(&world, SESSION).await;
    assert!(
        page.text.contains("Cette séance n’a pas eu lieu"),
        "{}",
        page.text
    );
    location(&leader.post(&world, &path, &[("faire", "prevue")]).await);
    let page = leader.get(&world, SESSION).await;
    assert!(page.text.contains("Enregistrer l’appel"), "{}", page.text);
    world.stop().await;
}

#[tokio::test]
async fn the_sheet_to_sign_has_first_names_for_the_leader_alone() {
    let world = world().await;
    for (role, sees) in [
        ("animator:aubiers", true),
        ("technician", true),
        ("evaluator", false),
    ] {
        let person = Person::of(&world, role).await;
        let sheet = person.get(&world, &format!("{SESSION}/feuille")).await;
        assert_eq!(
            sheet.text.contains("Aminatou"),
            sees,
            "{role}: {}",
            sheet.text
        );
        assert!(sheet.text.contains("P-0001"), "{role}");
        assert!(sheet.text.contains("Postes à ne pas donner"), "{role}");
        let page = person.get(&world, SESSION).await;
        let enters = role.starts_with("animator");
        assert_eq!(page.text.contains("Enregistrer l’appel"), enters, "{role}");
    }
    world.stop().await;
}

#[tokio::test]
async fn who_missed_two_sessions_is_to_be_called() {
    let world = world().await;
    for on in ["2026-10-13", "2026-10-20"] {
        let session = json!({"site": "aubiers", "cycle": "debuter", "group": "mardi", "on": on,
            "minutes": 90, "kind": "collectif", "seats": 10});
        add(&world, &format!("{AT}/sessions"), session).await;
    }
    for (session, present) in [
        ("W-0001", "P-0001"),
        ("W-0002", "P-0002"),
        ("W-0003", "P-0002"),
    ] {
        let path = format!("{AT}/sessions/{session}/roll");
        let roll = json!({"present": [{"person": present}]});
        assert_eq!(world.post(&path, roll).await.status, 200);
    }
    let leader = Person::of(&world, "animator:aubiers").await;
    let page = leader.get(&world, &format!("{PAGES}/ateliers")).await.text;
    for words in [
        "Aminatou (P-0001)",
        "2 séances manquées (13/10/2026, 20/10/2026)",
        "venu la dernière fois le 06/10/2026",
        "jamais venu",
    ] {
        assert!(page.contains(words), "{words}: {page}");
    }
    assert!(!page.contains("Bilal (P-0002)</strong>"), "{page}");
    world.stop().await;
}

#[tokio::test]
async fn help_outside_sessions_is_noted_from_the_workshop() {
    let world = world().await;
    let leader = Person::of(&world, "animator:aubiers").await;
    let help = [
        ("site", "aubiers"),
        ("on", "2026-10-07"),
        ("minutes", "20"),
        ("person", "P-0001"),
        ("place", "lieu_activite"),
        ("themes", "email"),
        ("autonomy", "partiellement_autonome"),
        ("retour", "/programmes/clic-2010/ateliers"),
    ];
    let path = format!("{PAGES}/ajouter/aides");
    let noted = leader.post(&world, &path, &help).await;
    assert_eq!(
        location(&noted),
        "/declic/programmes/clic-2010/ateliers?dit=ajoute"
    );
    let kept = world.get(&format!("{AT}/assistances/Q-0001")).await.json();
    assert_eq!(kept["record"]["themes"], json!(["email"]));
    // What does not fit is told in the whole form, with what was typed.
    let mut both = help.to_vec();
    both.push(("age", "soixante_dix_plus"));
    let refused = leader.post(&world, &path, &both).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        refused.text.contains("Est déjà dit par la fiche"),
        "{}",
        refused.text
    );
    let ticked = "value=\"email\" checked";
    assert!(refused.text.contains(ticked), "{}", refused.text);
    world.stop().await;
}

#[tokio::test]
async fn an_empty_workshop_says_what_to_do() {
    let world = programme().await;
    let leader = Person::of(&world, "animator").await;
    let page = leader.get(&world, &format!("{PAGES}/ateliers")).await.text;
    for words in [
        "Aucune séance encore",
        "Ouvrir un cycle",
        "Ajouter une séance",
    ] {
        assert!(page.contains(words), "{words}: {page}");
    }
    world.stop().await;
}

#[tokio::test]
async fn a_leader_sees_a_group_lets_people_join_and_notes_who_leaves_on_one_page() {
    let world = world().await;
    let leader = Person::of(&world, "animator:aubiers").await;
    let path = format!("{PAGES}/groupes/mardi");
    let page = leader.get(&world, &path).await;
    for words in ["Qui est dans le groupe", "Aminatou", "Part aujourd’hui"] {
        assert!(page.text.contains(words), "{words}: {}", page.text);
    }
    // Who is in it already is not offered again.
    assert!(
        !page.text.contains("<option value=\"P-0001\""),
        "{}",
        page.text
    );

    let person = json!({"code": "P-0009", "household": "AUB-017", "first_name": "Prénom 009"});
    add(&world, &format!("{AT}/persons"), person).await;
    let joined = [
        ("personne", "P-0009"),
        ("personne", ""),
        ("depuis", "2026-10-01"),
    ];
    let done = leader
        .post(&world, &format!("{path}/inscrits"), &joined)
        .await;
    assert_eq!(location(&done), format!("/declic{path}?dit=fait"));
    let page = leader.get(&world, &path).await.text;
    assert!(page.contains("Prénom 009"), "{page}");
    for (fields, words) in [
        (vec![("depuis", "2026-10-01")], "au moins une personne"),
        (vec![("personne", "P-9999"), ("depuis", "")], "P-9999"),
    ] {
        let refused = leader
            .post(&world, &format!("{path}/inscrits"), &fields)
            .await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(refused.text.contains(words), "{words}: {}", refused.text);
    }

    let members = world
        .get(&format!("{AT}/members?person=P-0009"))
        .await
        .json();
    let member = &members["items"][0];
    let code = member["record"]["code"].as_str().unwrap().to_owned();
    let version = member["version"].to_string();
    let leaves = [("inscrit", code.as_str()), ("version", version.as_str())];
    let done = leader
        .post(&world, &format!("{path}/partis"), &leaves)
        .await;
    assert_eq!(location(&done), format!("/declic{path}?dit=fait"));
    let again = leader
        .post(&world, &format!("{path}/partis"), &leaves)
        .await;
    assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY);
    let page = leader.get(&world, &path).await.text;
    let (_, gone) = page
        .split_once("Ceux qui sont partis")
        .expect("somebody left");
    assert!(gone.contains("Prénom 009"), "{page}");
    world.stop().await;
}
