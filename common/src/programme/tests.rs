//! What holds for every noun.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::vocabulary::AgeBand;
use super::*;

#[test]
fn a_number_a_word_and_a_plural_mean_one_noun() {
    let numbers: BTreeSet<_> = SHEETS.iter().map(|sheet| sheet.number).collect();
    let words: BTreeSet<_> = SHEETS.iter().map(|sheet| sheet.word).collect();
    let plurals: BTreeSet<_> = SHEETS.iter().map(|sheet| sheet.plural).collect();
    assert_eq!(numbers.len(), SHEETS.len());
    assert_eq!(words.len(), SHEETS.len());
    assert_eq!(plurals.len(), SHEETS.len());
}

#[test]
fn what_names_another_noun_names_one_that_is_there() {
    for sheet in SHEETS {
        assert_eq!(sheet.fields[0].name, "code", "{}", sheet.word);
        for (field, noun) in sheet.references() {
            assert!(
                super::sheet(noun).is_some(),
                "{} {}",
                sheet.word,
                field.name
            );
        }
        for via in sheet.via {
            assert!(sheet.field(via).is_some(), "{} {via}", sheet.word);
        }
    }
}

#[test]
fn every_fault_of_a_record_is_told_at_once() {
    let given = json!({
        "code": "Mme Martin", "kind": "flat", "charter_on": "1/4/10", "left_on": "2010-05-01", "colour": 3
    });
    let bad = Household::SHEET.admit(given).unwrap_err();
    let fields: Vec<_> = bad.iter().map(|bad| bad.field.as_str()).collect();
    assert_eq!(fields, ["charter_on", "code", "colour", "kind", "site"]);
    let kind = bad.iter().find(|bad| bad.field == "kind").unwrap();
    assert!(kind.en.contains("single_parent"), "{}", kind.en);
}

#[test]
fn a_cell_is_read_as_people_write_it_and_written_as_it_is_read() {
    let cells = [
        ("near_workshop", "Oui", json!(true)),
        ("volunteer", "non", json!(false)),
        ("received_on", "01/04/2010", json!("2010-04-01")),
        ("persons", " 4 ", json!(4)),
        ("state", "Received", json!("received")),
        ("quarter", "Les Aubiers", json!("Les Aubiers")),
        ("note", "", Value::Null),
    ];
    for (name, cell, expected) in cells {
        let field = Application::SHEET.field(name).unwrap();
        let read = cell::read(field, cell);
        assert_eq!(read, expected, "{name}");
        assert_eq!(cell::read(field, &cell::write(&read)), expected, "{name}");
    }
    let quarters = Programme::SHEET.field("quarters").unwrap();
    let read = cell::read(quarters, "Les Aubiers | Bacalan");
    assert_eq!(read, json!(["Les Aubiers", "Bacalan"]));
    assert_eq!(cell::read(quarters, &cell::write(&read)), read);
    let funders = Programme::SHEET.field("funders").unwrap();
    for bad in [
        json!([{"name": 3}]),
        json!([{"name": "a\nb"}]),
        json!([{"name": "x".repeat(8_000)}]),
        json!("Ville"),
    ] {
        let given = json!({"code": "p", "name": "P", "funders": bad});
        let bad = Programme::SHEET.admit(given).unwrap_err();
        assert_eq!(bad[0].field, "funders");
    }
    let read = cell::read(funders, r#"[{"name":"Ville","cap_cents":8000000}]"#);
    assert_eq!(cell::read(funders, &cell::write(&read)), read);
}

#[test]
fn a_real_programme_tells_what_its_legal_sheet_lacks() {
    let mut programme = Programme {
        code: "clic-2010".to_owned(),
        name: "Clic et Déclic".to_owned(),
        legal_controller: Some("Ville de Bordeaux".to_owned()),
        ..Programme::default()
    };
    let gaps = ["legal_contact", "legal_notice", "legal_assessed_on"];
    assert_eq!(programme.legal_gaps(), gaps);
    programme.demonstration = true;
    assert!(programme.legal_gaps().is_empty());
}

#[test]
fn a_minor_attends_with_a_word_of_a_parent() {
    let mut person = Person {
        age: Some(AgeBand::From12),
        ..Person::default()
    };
    assert!(!person.may_attend());
    person.authorised_on = Some(jiff::civil::date(2010, 5, 3));
    assert!(person.may_attend());
    person.age = Some(AgeBand::From25);
    assert_eq!(person.judge(None)[0].field, "authorised_on");
}

#[test]
fn a_score_of_skill_is_the_sum_of_all_ten_answers_or_nothing() {
    let mut survey: Survey = serde_json::from_value(json!({
        "code": "S-0001", "household": "AUB-017", "moment": "start", "answered_on": "2010-05-03",
        "information_1": 0, "information_2": 1, "communication_1": 2, "communication_2": 3,
        "creation_1": 4, "creation_2": 0, "protection_1": 1, "protection_2": 2, "environment_1": 3,
    }))
    .unwrap();
    assert_eq!(survey.skill_score(), None);
    survey.environment_2 = Some(4);
    assert_eq!(survey.skill_score(), Some(20));
    assert_eq!(
        built_in()
            .iter()
            .filter(|q| q.answer == Some(vocabulary::AnswerForm::Skill))
            .count(),
        10
    );
}

#[test]
fn nobody_who_withdrew_is_selected_behind_their_back() {
    let read = |state: &str, reason: Option<&str>| -> Application {
        serde_json::from_value(json!({
            "code": "A-0001", "site": "aubiers", "received_on": "2010-04-01", "state": state, "reason": reason,
            "near_workshop": true, "digitally_excluded": true, "volunteer": true,
        }))
        .unwrap()
    };
    let withdrawn = read("withdrawn", Some("moved"));
    assert!(withdrawn.judge(None).is_empty());
    assert_eq!(
        read("selected", None).judge(Some(&withdrawn))[0].field,
        "state"
    );
    assert!(read("received", None).judge(Some(&withdrawn)).is_empty());
    assert_eq!(read("declined", None).judge(None)[0].field, "reason");
}

#[test]
fn a_demonstration_turns_real_with_its_legal_sheet_and_keeps_it() {
    let training = Programme {
        code: "formation".to_owned(),
        name: "Formation".to_owned(),
        demonstration: true,
        ..Programme::default()
    };
    let bare = Programme {
        demonstration: false,
        ..training.clone()
    };
    assert!(bare.judge(None).is_empty(), "a real one may begin without");
    assert_eq!(bare.judge(Some(&training)).len(), 4);
    let whole = Programme {
        legal_controller: Some("Ville".to_owned()),
        legal_contact: Some("dpo@example.org".to_owned()),
        legal_notice: Some("1".to_owned()),
        legal_assessed_on: Some(jiff::civil::date(2010, 3, 15)),
        ..bare.clone()
    };
    assert!(whole.judge(Some(&training)).is_empty());
    assert_eq!(bare.judge(Some(&whole)).len(), 4);
    assert!(bare.judge(Some(&bare)).is_empty());
}

#[test]
fn themes_are_some_of_a_list_each_once() {
    let themes = Session::SHEET.field("themes").unwrap();
    let read = cell::read(themes, "Email | sante");
    assert_eq!(read, json!(["email", "sante"]));
    assert_eq!(cell::write(&read), "email|sante");
    let given = |themes: Value| json!({"site": "aubiers", "on": "2026-10-06", "minutes": 60, "kind": "collectif", "themes": themes});
    assert!(Session::SHEET.admit(given(json!(["email"]))).is_ok());
    for bad in [
        json!(["jardinage"]),
        json!(["email", "email"]),
        json!("email"),
    ] {
        assert_eq!(
            Session::SHEET.admit(given(bad)).unwrap_err()[0].field,
            "themes"
        );
    }
}

#[test]
fn a_session_begins_at_a_time_of_the_day() {
    let at = |start: &str| Session {
        start: Some(start.to_owned()),
        ..Session::default()
    };
    assert!(at("09:05").judge(None).is_empty());
    for bad in ["9:05", "25:00", "14h30", "2 pm"] {
        assert_eq!(at(bad).judge(None)[0].field, "start", "{bad}");
    }
}

#[test]
fn a_proof_of_erasure_names_its_tool_and_the_whole_of_its_file() {
    let wipe: Wipe = serde_json::from_value(json!({
        "pc": "BDX-001", "on": "2026-10-02", "method": "random", "tool": "nwipe 0.38", "by": "jb", "result": "done",
        "file": "nwipe.pdf", "file_sha256": "0f".repeat(32),
    }))
    .unwrap();
    assert!(wipe.judge(None).is_empty() && wipe.proves());
    let half = Wipe {
        file: None,
        tool: None,
        ..wipe
    };
    let fields: Vec<_> = half.judge(None).into_iter().map(|bad| bad.field).collect();
    assert_eq!(fields, ["tool", "file_sha256"]);
}
