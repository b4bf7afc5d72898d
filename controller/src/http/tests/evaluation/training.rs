//! What the register tells of the workshop, in the indicators: answers worked out on paper.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::super::programme::add;
use super::super::world::World;
use super::{AT, DAY, agree, answer, frozen, paris_day};

/// A programme of forty days with a home of two persons; the second came before it began.
async fn workshop() -> World {
    let now = Timestamp::now().as_millisecond();
    let world = World::start().await;
    let ago = |days: i64| paris_day(now - days * DAY);
    let programme =
        json!({"code": "essai", "name": "Essai", "demonstration": true, "begins_on": ago(40)});
    add(&world, "/api/v1/programmes", programme).await;
    let put = async |nouns: &str, record: Value| {
        add(&world, &format!("{AT}/{nouns}"), record).await;
    };
    put(
        "sites",
        json!({"code": "nord", "name": "Nord", "seats": 10}),
    )
    .await;
    put("households", json!({"code": "NORD-01", "site": "nord"})).await;
    for code in ["P-0001", "P-0002"] {
        let person = json!({"code": code, "household": "NORD-01", "age": "vingt_cinq_trente_neuf"});
        put("persons", person).await;
    }
    let cycle = json!({"code": "debuter", "site": "nord", "name": "Débuter", "level": "debutant", "themes": ["email"]});
    put("cycles", cycle).await;
    let session = |code: &str, days: i64, minutes: u32, state: &str| json!({"code": code, "site": "nord", "on": ago(days), "minutes": minutes, "kind": "collectif", "state": state});
    let mut of_cycle = session("W-0001", 10, 120, "held");
    of_cycle["cycle"] = json!("debuter");
    put("sessions", of_cycle).await;
    let mut alone = session("W-0002", 9, 60, "held");
    alone["level"] = json!("avance");
    alone["place"] = json!("lieu_activite");
    alone["themes"] = json!(["email", "sante"]);
    alone["seats"] = json!(4);
    put("sessions", alone).await;
    put("sessions", session("W-0003", 8, 60, "cancelled")).await;
    put("sessions", session("W-0004", -3, 60, "planned")).await;
    put("sessions", session("W-0005", 50, 60, "held")).await;
    let walk_in = |session: &str, minutes: u32| json!({"session": session, "age": "quarante_cinquante_neuf", "minutes": minutes});
    for came in [
        json!({"session": "W-0001", "person": "P-0001"}),
        json!({"session": "W-0001", "person": "P-0002"}),
        walk_in("W-0001", 60),
        json!({"session": "W-0002", "person": "P-0001", "autonomy": "autonome"}),
        walk_in("W-0002", 60),
        json!({"session": "W-0005", "person": "P-0002"}),
    ] {
        put("attendances", came).await;
    }
    put(
        "assistances",
        json!({"site": "nord", "on": ago(7), "minutes": 20, "person": "P-0001",
               "themes": ["sante", "argent_impots"], "equipment": ["telephone", "ordinateur"]}),
    )
    .await;
    world.enrol_at(1, None, Some("nord"), now - 20 * DAY).await;
    world.place_at(1, "NORD-01", now - 20 * DAY).await;
    world
}

#[tokio::test]
async fn sessions_that_took_place_and_those_who_came_are_in_the_indicators() {
    let world = workshop().await;
    let (bytes, opened) = frozen(&world).await;
    agree(&opened);
    let text = String::from_utf8_lossy(&bytes);
    for code in ["W-0001", "V-0001", "P-0001", "debuter"] {
        assert!(!text.contains(code), "{code} is in the dataset");
    }
    let value =
        |code: &str, part: &str, category: &str| answer(&opened, code).value(part, category);
    // Held in the period: two of the five. One of them took its level from its cycle.
    assert_eq!(value("sessions", "value", ""), Some(2.0));
    assert_eq!(value("sessions", "value", "collectif"), Some(2.0));
    assert_eq!(value("sessions", "value", "debutant"), Some(1.0));
    assert_eq!(value("sessions", "value", "avance"), Some(1.0));
    assert_eq!(value("sessions", "value", "lieu_activite"), Some(1.0));
    // Five seats of the site's ten and the session's four.
    assert_eq!(value("seat_fill_rate", "value", ""), Some(5.0 / 14.0));
    // Two persons and two who walked in; the second person had come before the programme.
    assert_eq!(value("participants", "value", ""), Some(4.0));
    assert_eq!(value("participants", "new", ""), Some(3.0));
    // 2 + 2 + 1 hours in the first, 1 + 1 in the second.
    assert_eq!(value("person_hours", "value", ""), Some(7.0));
    assert_eq!(value("households_trained", "at_least_1", ""), Some(1.0));
    assert_eq!(value("households_trained", "at_least_3", ""), Some(0.0));
    assert_eq!(value("autonomy", "value", "autonome"), Some(1.0));
    // Mail through the cycle and by itself; health in a session and a help; taxes in the help.
    assert_eq!(value("themes", "value", "email"), Some(2.0));
    assert_eq!(value("themes", "value", "sante"), Some(2.0));
    assert_eq!(value("themes", "value", "argent_impots"), Some(1.0));
}

#[tokio::test]
async fn the_activity_file_has_one_line_a_session_and_a_help() {
    use declic_evaluation::export::cra::activities;
    let world = workshop().await;
    let (_, opened) = frozen(&world).await;
    let mut csv = Vec::new();
    let period = opened.manifest.about.period;
    activities(&opened.dataset, period, &mut csv).unwrap();
    let text = String::from_utf8(csv).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines.len(), 1 + 3, "{text}");
    assert!(lines[1].ends_with(",3"), "three came: {text}");
    assert!(
        lines[3].contains("argent_impots") && lines[3].contains("sante"),
        "{text}"
    );
}
