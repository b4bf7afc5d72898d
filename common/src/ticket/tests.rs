use serde_json::json;

use super::change::{BadChange, MINUTES_MAX, is_account};
use super::*;
use crate::limits::TEXT_CHARS;

#[test]
fn a_ticket_is_named_as_people_say_it() {
    for text in ["T-1042", "t-1042", "1042", "T1042"] {
        assert_eq!(text.parse(), Ok(TicketId(1042)), "{text}");
    }
    for text in ["", "T-", "T-x", "T-1 ", "-+1", "T-99999999999999999999"] {
        assert_eq!(text.parse::<TicketId>(), Err(BadTicketId), "{text}");
    }
    assert_eq!(TicketId(1042).to_string(), "T-1042");
}

#[test]
fn a_change_that_makes_no_sense_is_not_asked_for() {
    let text = |n| Change::Comment {
        text: "é".repeat(n),
    };
    let minutes = |minutes| Change::Spend { minutes };
    let to = |to: &str| Change::Assign { to: to.to_owned() };
    for (change, said) in [
        (text(0), Err(BadChange::Text)),
        (text(TEXT_CHARS), Ok(())),
        (text(TEXT_CHARS + 1), Err(BadChange::Text)),
        (minutes(0), Err(BadChange::Minutes)),
        (minutes(MINUTES_MAX), Ok(())),
        (minutes(MINUTES_MAX + 1), Err(BadChange::Minutes)),
        (to("ana.m"), Ok(())),
        (to("Ana M"), Err(BadChange::Account)),
        (Change::Start, Ok(())),
    ] {
        assert_eq!(change.check(), said, "{change:?}");
    }
    assert!(!is_account("") && !is_account(&"a".repeat(33)));
}

#[test]
fn every_change_has_the_word_that_travels_and_loses_no_text() {
    let changes = [
        json!({"change": "opened"}),
        json!({"change": "returned"}),
        json!({"change": "gone"}),
        json!({"change": "resumed", "to": "in_progress"}),
        json!({"change": "called", "text": "Plus de son"}),
        json!({"change": "assign", "to": "ana"}),
        json!({"change": "start"}),
        json!({"change": "wait", "waits_for": "part", "until": "2026-12-01"}),
        json!({"change": "comment", "text": "Bruit"}),
        json!({"change": "visit", "on": "2026-12-02"}),
        json!({"change": "visited", "minutes": 40}),
        json!({"change": "spend", "minutes": 10}),
        json!({"change": "part", "text": "Pile CR2032"}),
        json!({"change": "documents", "choice": "copied"}),
        json!({"change": "swap", "with": "d-aaaaaaaaaaab"}),
        json!({"change": "prioritise", "priority": "high"}),
        json!({"change": "categorise", "category": "storage"}),
        json!({"change": "solve", "repair": "end_of_life", "barrier": "item_too_worn_out"}),
        json!({"change": "close"}),
        json!({"change": "reopen"}),
    ];
    for (n, json) in changes.into_iter().enumerate() {
        let mut change: Change = serde_json::from_value(json.clone()).unwrap();
        assert_eq!(json["change"], change.word());
        assert_eq!(change.is_a_persons(), n >= 5, "{json}");
        if let Some(text) = change.take_text() {
            assert_eq!(json["text"], text);
            change.put_text(text);
        }
        assert_eq!(serde_json::to_value(&change).unwrap(), json);
    }
}
