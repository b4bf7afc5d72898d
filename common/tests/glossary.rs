//! Every word that a page shows has one line, and its French, in `docs/glossary.md`.

use std::collections::BTreeSet;
use std::path::Path;

use declic_common::UpKind;
use declic_common::api::Presence;
use declic_common::people::Role;
use declic_common::report::Consent;
use declic_common::ticket::{Cause, TicketState};
use declic_common::timeline::Activity;
use declic_common::topic::{DOWN, Leaf};

/// The rows of the tables: word, French, meaning.
fn rows() -> Vec<Vec<String>> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/glossary.md");
    let page = std::fs::read_to_string(path).unwrap();
    page.lines()
        .filter_map(|line| line.strip_prefix("| ")?.strip_suffix(" |"))
        .map(|line| line.split(" | ").map(str::to_owned).collect())
        .filter(|row: &Vec<String>| row[0] != "word")
        .collect()
}

#[test]
fn each_word_of_the_glossary_has_one_line_with_its_french_and_its_meaning() {
    let mut seen = BTreeSet::new();
    for row in rows() {
        assert_eq!(row.len(), 3, "{row:?}");
        assert!(row.iter().all(|cell| !cell.is_empty()), "{row:?}");
        assert!(seen.insert(row[0].clone()), "{} has two lines", row[0]);
    }
    assert!(!seen.is_empty());
}

#[test]
fn what_travels_and_what_is_shown_is_in_the_glossary_with_its_french() {
    let presence = Presence::ALL.iter().map(|word| word.as_str());
    let consent = Consent::ALL.iter().map(|word| word.as_str());
    let up = UpKind::ALL.iter().map(|word| word.as_str());
    let down = DOWN.iter().copied().chain([Leaf::Status]).map(Leaf::as_str);
    let activity = Activity::ALL.iter().map(|word| word.as_str());
    let role = Role::ALL.iter().map(|word| word.as_str());
    let causes = Cause::ALL.iter().map(|word| word.as_str());
    let states = TicketState::ALL.iter().map(|word| word.as_str());
    let rows = rows();
    for word in presence
        .chain(consent)
        .chain(up)
        .chain(down)
        .chain(activity)
        .chain(role)
        .chain(causes)
        .chain(states)
    {
        let row = rows.iter().find(|row| row[0] == word);
        let french = &row.unwrap_or_else(|| panic!("{word} is not in the glossary"))[1];
        assert_ne!(french, "–", "{word} is shown to people and has no French");
    }
}
