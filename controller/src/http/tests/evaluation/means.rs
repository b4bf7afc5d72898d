//! What a programme is made with, as a dataset has it.

use declic_evaluation::vocabulary::{DeviceKind, GovernanceAct, PartnerKind, StaffKind};

use super::super::programme::put;
use super::*;

/// The first figure of an indicator, or of a part of it.
fn value(opened: &Opened, code: &str, part: &str) -> Option<f64> {
    let answer = answer(opened, code);
    let mut figures = answer.figures.iter();
    figures.find(|figure| figure.part == part)?.value
}

#[tokio::test]
async fn hours_premises_partners_and_tariff_are_those_that_were_written_down() {
    let world = lived().await;
    let month = Timestamp::now()
        .to_zoned(TimeZone::get("Europe/Paris").unwrap())
        .date();
    let (_, before) = frozen(&world).await;
    assert_eq!(value(&before, "staff_hours", "value"), None);
    assert_eq!(value(&before, "premises", "surface"), None);
    for (kind, hours) in [("training", 12), ("volunteer", 8)] {
        let sheet = json!({"month": month, "kind": kind, "hours": hours});
        add(&world, &format!("{AT}/timesheets"), sheet).await;
    }
    let site = world.get(&format!("{AT}/sites/nord")).await.json();
    let mut record = site["record"].clone();
    for (field, given) in [
        ("surface_m2", json!(85)),
        ("pivot", json!("W331234567")),
        ("commune", json!("Bordeaux")),
        ("postal_code", json!("33300")),
        ("workshop_address", json!("1 place de l’Exemple")),
        ("latitude", json!("44,87")),
        ("longitude", json!("-0.57")),
    ] {
        record[field] = given;
    }
    let version = site["version"].as_u64().unwrap();
    let changed = put(&world, &format!("{AT}/sites/nord"), version, record).await;
    assert_eq!(changed.status, 200, "{}", changed.text);
    let programme = world.get(AT).await.json();
    let mut record = programme["record"].clone();
    record["tariff_cents"] = json!(500);
    record["partners"] = json!([{"name": "Bailleur", "kind": "landlord"}]);
    let version = programme["version"].as_u64().unwrap();
    let changed = put(&world, AT, version, record).await;
    assert_eq!(changed.status, 200, "{}", changed.text);

    let (_, opened) = frozen(&world).await;
    agree(&opened);
    assert_eq!(value(&opened, "staff_hours", "value"), Some(20.0));
    assert_eq!(opened.dataset.staff_hours.len(), 2);
    assert_eq!(opened.dataset.staff_hours[0].kind, StaffKind::Training);
    assert_eq!(value(&opened, "premises", "surface"), Some(85.0));
    assert_eq!(opened.dataset.programme[0].tariff_cents, Some(500));
    assert_eq!(opened.dataset.partners[0].kind, PartnerKind::Landlord);
    let mut places = Vec::new();
    let left_out = declic_evaluation::export::mediation::places(&opened.dataset, &mut places);
    assert_eq!(left_out.unwrap(), []);
    let places = String::from_utf8(places).unwrap();
    assert!(
        places.contains("W331234567") && places.contains("44.87"),
        "{places}"
    );
}

#[tokio::test]
async fn co2e_is_known_once_a_factor_is_named_for_the_kind_of_a_pc() {
    let world = lived().await;
    let (_, before) = frozen(&world).await;
    assert_eq!(value(&before, "co2e_avoided", "value"), None);
    let day = world.get(AT).await.json()["record"]["begins_on"].clone();
    for (code, kind) in [("BDX-001", Some("laptop")), ("BDX-002", None)] {
        let pc = json!({"code": code, "received_on": day, "kind": kind});
        add(&world, &format!("{AT}/pcs"), pc).await;
    }
    for (central, edition) in [(100_000, "1"), (156_000, "2")] {
        let factor = json!({
            "kind": "laptop", "source": "Base d’essai, 12345", "edition": edition,
            "low_g": 90_000, "central_g": central, "high_g": 200_000,
        });
        add(&world, &format!("{AT}/factors"), factor).await;
    }
    let upside_down = json!({
        "kind": "desktop", "source": "x", "edition": "1", "low_g": 3, "central_g": 2, "high_g": 1,
    });
    let refused = world.post(&format!("{AT}/factors"), upside_down).await;
    assert_eq!(refused.status, 422, "{}", refused.text);
    assert!(refused.text.contains("low_g") && refused.text.contains("high_g"));

    let (_, opened) = frozen(&world).await;
    agree(&opened);
    let kinds: Vec<_> = opened.dataset.devices.iter().map(|row| row.kind).collect();
    assert!(kinds.contains(&DeviceKind::Laptop) && kinds.contains(&DeviceKind::Other));
    // Of two factors the later one counts; a PC of no known kind has none.
    assert_eq!(value(&opened, "co2e_avoided", "value"), Some(156.0));
    let answer = answer(&opened, "co2e_avoided");
    assert_eq!(
        answer.figures[0].missing.as_ref().map(|count| count.value),
        Some(1.0)
    );
}

#[tokio::test]
async fn the_report_quotes_what_the_programme_says_of_itself() {
    let world = lived().await;
    for text in ["Premier\nalinéa.", "Second."] {
        let statement = json!({"criterion": 3, "language": "fr", "text": text});
        add(&world, &format!("{AT}/statements"), statement).await;
    }
    let path = format!("{AT}/evaluation/files/report-fr.html");
    let report = world.get(&path).await;
    assert_eq!(report.status, 200, "{}", report.text);
    assert!(
        report
            .text
            .contains("<blockquote>Premier alinéa. Second.</blockquote>")
    );
}

#[tokio::test]
async fn a_message_counts_as_acknowledged_once_the_resident_has_seen_it() {
    let world = lived().await;
    let acts = |opened: &Opened, act| {
        let rows = opened.dataset.governance.iter();
        rows.filter(|row| row.act == act)
            .map(|row| row.acts)
            .sum::<u32>()
    };
    let path = format!("/api/v1/devices/{}/commands", device(1));
    let mut sent = Vec::new();
    for command in [
        json!({"command": "message", "text": "Bonjour"}),
        json!({"command": "refresh"}),
    ] {
        let answer = world.post(&path, command).await;
        assert_eq!(answer.status, 201, "{}", answer.text);
        sent.push(answer.json()["id"].clone());
    }
    let (_, opened) = frozen(&world).await;
    assert_eq!(acts(&opened, GovernanceAct::CommandSent), 2);
    assert_eq!(acts(&opened, GovernanceAct::CommandAcknowledged), 0);
    let now = Timestamp::now().as_millisecond();
    for (seq, id) in (1..).zip(sent) {
        let outcome = json!({"command": id, "result": "done"});
        let outcome = UpBody::Outcome(serde_json::from_value(outcome).unwrap());
        world.hear(1, now, seq, outcome).await;
    }
    let (_, opened) = frozen(&world).await;
    // A PC that reported anew shows nothing to anybody.
    assert_eq!(acts(&opened, GovernanceAct::CommandAcknowledged), 1);
}
