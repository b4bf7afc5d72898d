//! The records of a programme, and the roles that are kept to one.

use serde_json::json;

use super::super::records::{Account, HelpRow};
use super::check_in;
use crate::store::records::programme::{Erased, RegisterRow, SealedField, SealedText};

#[test]
fn records_of_a_programme_read_and_are_written_the_same() {
    let body = json!({
        "code": "P-0001", "household": "AUB-017", "age": "douze_dix_huit",
        "authorised_on": "2010-05-03",
    });
    let row = RegisterRow {
        version: 3,
        changed_at: 1_790_000_000_000,
        body: body.to_string(),
        sealed: vec![SealedField {
            name: "first_name".to_owned(),
            bytes: (0..47).collect(),
        }],
    };
    check_in("v4", "register", &row);
    let help = HelpRow {
        received_at: 1_790_000_000_040,
        estimated: false,
        text: String::new(),
        ticket: None,
        sealed: Some(SealedText {
            programme: "clic-2010".to_owned(),
            household: "AUB-017".to_owned(),
            bytes: (0..60).collect(),
        }),
    };
    check_in("v4", "help", &help);
    let erased = Erased {
        at: 1_790_000_000_001,
    };
    check_in("v4", "erased", &erased);
    let account = Account {
        name: "chief".to_owned(),
        grants: vec!["coordinator:@clic-2010".parse().expect("a grant")],
        password: None,
        created_at: 1_790_000_000_000,
        disabled_at: None,
        generation: 0,
    };
    check_in("v4", "account", &account);
}
