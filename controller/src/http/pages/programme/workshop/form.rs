//! The rows of the roll in words, as the form shows them.

use declic_common::programme::vocabulary::{AgeBand, Autonomy, Gender};
use declic_common::programme::workshop::SessionSheet;

use super::super::input::Choice;
use super::typed::{ABSENT, Row, THERE, Typed};
use crate::http::pages::view::View;

/// One row.
#[derive(Debug)]
pub(super) struct Entry {
    /// The fields of the row begin with this.
    pub(super) name: String,
    pub(super) legend: String,
    pub(super) kind: Kind,
    pub(super) seat: String,
    pub(super) signed: bool,
    pub(super) wrong: Option<String>,
}

#[derive(Debug)]
pub(super) enum Kind {
    /// Whether they came, and with how much help.
    Person {
        choices: Vec<Choice>,
        /// A minor without a parent's word: not to be entered.
        barred: bool,
    },
    /// The code of whoever came from elsewhere.
    Other { person: String },
    Stranger {
        ages: Vec<Choice>,
        genders: Vec<Choice>,
        autonomy: Vec<Choice>,
        with_parent: bool,
        /// Their record, if they were entered before.
        code: String,
    },
}

/// The form, filled in by what is kept or what was typed.
pub(super) fn entries(
    sheet: &SessionSheet,
    typed: &Typed,
    bad: &[(Row, String)],
    v: &View,
) -> Vec<Entry> {
    let rows = typed.rows(sheet).into_iter();
    let entry = |row: Row| {
        let wrong: Vec<_> = bad
            .iter()
            .filter(|(place, _)| *place == row)
            .map(|(_, why)| why.as_str())
            .collect();
        Entry {
            name: row.name(),
            legend: legend(&row, sheet, v),
            kind: kind(&row, sheet, typed, v),
            seat: typed.of(&row, "poste").to_owned(),
            signed: typed.of(&row, "signe") == THERE,
            wrong: (!wrong.is_empty()).then(|| wrong.join(" ; ")),
        }
    };
    rows.map(entry).collect()
}

fn kind(row: &Row, sheet: &SessionSheet, typed: &Typed, v: &View) -> Kind {
    match row {
        Row::Person(code) => {
            let line = sheet
                .lines
                .iter()
                .find(|line| line.person.as_ref() == Some(code));
            Kind::Person {
                choices: choices(came_words(v), typed.of(row, "venue")),
                barred: line.is_some_and(|line| line.needs_authorisation),
            }
        }
        Row::Other(_) => Kind::Other {
            person: typed.of(row, "personne").to_owned(),
        },
        Row::Stranger(_) => {
            let named = |words: Vec<&'static str>| {
                let words = words.into_iter();
                words.map(move |word| (word, v.record_word(word)))
            };
            let none = ("", v.say("–", "–"));
            let list = |words: Vec<&'static str>, chosen: &str| {
                choices(std::iter::once(none).chain(named(words)).collect(), chosen)
            };
            Kind::Stranger {
                ages: list(AgeBand::words(), typed.of(row, "age")),
                genders: list(Gender::words(), typed.of(row, "genre")),
                autonomy: list(Autonomy::words(), typed.of(row, "venue")),
                with_parent: typed.of(row, "parent") == THERE,
                code: typed.of(row, "code").to_owned(),
            }
        }
    }
}

fn choices(words: Vec<(&'static str, &'static str)>, chosen: &str) -> Vec<Choice> {
    let choice = |(word, name): (&str, &str)| Choice {
        chosen: word == chosen,
        word: word.to_owned(),
        name: name.to_owned(),
    };
    words.into_iter().map(choice).collect()
}

/// Whether somebody came, and how much help they needed, in one answer.
fn came_words(v: &View) -> Vec<(&'static str, &'static str)> {
    vec![
        (ABSENT, v.say("absent", "absent")),
        (THERE, v.say("là", "here")),
        (
            Autonomy::Accompanied.as_str(),
            v.say("là, accompagné", "here, accompanied"),
        ),
        (
            Autonomy::Partly.as_str(),
            v.say("là, en partie seul", "here, partly alone"),
        ),
        (Autonomy::Alone.as_str(), v.say("là, seul", "here, alone")),
    ]
}

/// Who a row is for.
pub(super) fn legend(row: &Row, sheet: &SessionSheet, v: &View) -> String {
    match row {
        Row::Person(code) => {
            let line = sheet
                .lines
                .iter()
                .find(|line| line.person.as_ref() == Some(code));
            match line.and_then(|line| line.first_name.as_ref()) {
                Some(name) => format!("{name} ({code})"),
                None => code.clone(),
            }
        }
        Row::Other(n) => v.say(
            format!("Quelqu’un d’un autre groupe {n}"),
            format!("Somebody of another group {n}"),
        ),
        Row::Stranger(n) => v.say(format!("Sans inscription {n}"), format!("Walked in {n}")),
    }
}

/// What a row says, in a few words.
pub(super) fn said_of(typed: &Typed, row: &Row, v: &View) -> String {
    if !typed.is_there(row) {
        return v.say("absent", "absent").to_owned();
    }
    let came = came_words(v);
    let came = came
        .iter()
        .find(|(word, _)| *word == typed.of(row, "venue"));
    let mut parts = vec![
        came.map_or(v.say("là", "here"), |(_, name)| name)
            .to_owned(),
    ];
    match row {
        Row::Other(_) => parts.push(typed.of(row, "personne").to_owned()),
        Row::Stranger(_) => parts.push(v.record_word(typed.of(row, "age")).to_owned()),
        Row::Person(_) => {}
    }
    let seat = typed.of(row, "poste");
    if !seat.is_empty() {
        parts.push(v.say(format!("poste {seat}"), format!("seat {seat}")));
    }
    if typed.of(row, "signe") == THERE {
        parts.push(v.say("signé", "signed").to_owned());
    }
    parts.join(", ")
}
