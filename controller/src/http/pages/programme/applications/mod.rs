//! *Candidatures*: one application, and what is done with it.

pub(super) mod decide;
pub(super) mod erase;

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::State;
use declic_common::programme::body::Shown;
use declic_common::programme::vocabulary::{ApplicationState, OutReason};
use declic_common::programme::{Application, Contact, Household, Noun};
use serde_json::Value;

use super::input::Choice;
use super::one::{Fact, Unread, facts};
use super::plate::{APPLICATION, APPLICATIONS};
use super::{all, by, by_without_seals, naming, now_ms, text};
use crate::app::programme;
use crate::domain::rights::Permission;
use crate::http::access::Pass;
use crate::http::extract::Path;
use crate::http::pages::answer::{Page, page};
use crate::http::pages::view::View;
use crate::http::problem::Failure;
use crate::http::router::Desk;

pub(super) fn tone(state: &str) -> &'static str {
    match ApplicationState::from_word(state) {
        Some(ApplicationState::Received) => "warn",
        Some(ApplicationState::Selected) => "good",
        Some(ApplicationState::WaitingList) => "calm",
        _ => "gone",
    }
}

/// How many applications are in each state, with the way to them.
pub(super) fn counts(
    rows: &[Shown],
    path: &str,
    v: &View,
) -> Vec<(String, &'static str, usize, String)> {
    let mut numbers: BTreeMap<&str, usize> = BTreeMap::new();
    for row in rows {
        *numbers.entry(state(row)).or_default() += 1;
    }
    let all = ApplicationState::ALL.iter().map(|state| {
        let word = state.as_str();
        let number = numbers.get(word).copied().unwrap_or(0);
        let address = v.url(format!("{path}?state={word}"));
        (v.capital(v.record_word(word)), tone(word), number, address)
    });
    match rows.is_empty() {
        true => Vec::new(),
        false => all.collect(),
    }
}

/// An application that nobody touched has no word in its record.
fn state(row: &Shown) -> &str {
    match text(row, "state") {
        "" => ApplicationState::Received.as_str(),
        word => word,
    }
}

/// Why one is declined or withdrawn.
pub(super) fn reasons(v: &View) -> Vec<Choice> {
    let none = (
        String::new(),
        v.say("Choisir un motif", "Choose a reason").to_owned(),
    );
    let words = OutReason::words().into_iter();
    let words = words.map(|word| (word.to_owned(), v.capital(v.record_word(word))));
    let all = std::iter::once(none).chain(words);
    all.map(|(word, name)| Choice {
        chosen: word.is_empty(),
        word,
        name,
    })
    .collect()
}

#[derive(Debug, Template)]
#[template(path = "application.html")]
struct One {
    v: View,
    code: String,
    path: String,
    list: String,
    seen: String,
    state: String,
    state_word: String,
    tone: &'static str,
    facts: Vec<Fact>,
    unread: Unread,
    /// Criteria of the call: name, answer, tone.
    criteria: Vec<(String, &'static str, &'static str)>,
    reasons: Vec<Choice>,
    /// Its household, where there is one; or where it is made.
    household: Option<(String, String)>,
    make_household: Option<String>,
    contacts: Option<Vec<ShownContact>>,
    may_see_contacts: bool,
    add_contact: String,
    keeps: bool,
    wrong: Option<String>,
}

/// A contact that was asked for.
#[derive(Debug)]
pub(super) struct ShownContact {
    pub(super) facts: Vec<Fact>,
    pub(super) unread: Unread,
    pub(super) change: String,
}

pub(super) async fn show(
    State(desk): State<Desk>,
    view: View,
    pass: Pass,
    Path((programme, code)): Path<(String, String)>,
) -> Page {
    page(&draw(&desk, view, &pass, (&programme, &code), None).await?)
}

/// The same page with the contacts, which the audit tells.
pub(super) async fn contacts(
    State(desk): State<Desk>,
    view: View,
    pass: Pass,
    Path((programme, code)): Path<(String, String)>,
) -> Page {
    let v = View::clone(&view);
    let shown = contacts_of(&desk, &pass, &programme, ("application", &code), &v).await?;
    page(&draw(&desk, view, &pass, (&programme, &code), Some(shown)).await?)
}

/// Contacts of a household or of an application, opened and told in the audit.
pub(super) async fn contacts_of(
    desk: &Desk,
    pass: &Pass,
    programme: &str,
    (field, code): (&str, &str),
    v: &View,
) -> Result<Vec<ShownContact>, Failure> {
    let sheet = Contact::SHEET;
    let rows = all(desk, sheet, Some(programme), naming(field, code), &by(pass)).await?;
    let shown = rows.iter().map(|row| ShownContact {
        facts: facts(
            sheet,
            row,
            &["code", "household", "application"],
            programme,
            v,
        ),
        unread: Unread::of(sheet, row, v),
        change: v.url(format!(
            "/programmes/{programme}/coordonnees/{}/changer",
            text(row, "code")
        )),
    });
    Ok(shown.collect())
}

async fn draw(
    desk: &Desk,
    view: View,
    pass: &Pass,
    (programme, code): (&str, &str),
    contacts: Option<Vec<ShownContact>>,
) -> Result<One, Failure> {
    let sheet = Application::SHEET;
    let shown = programme::find(&desk.app, sheet, programme, code, &by(pass), now_ms()).await?;
    let title = view.say(format!("Candidature {code}"), format!("Application {code}"));
    let mut v = view.titled(title, APPLICATIONS);
    let here = format!("/programmes/{programme}/candidatures/{code}");
    // What is shown after a form was sent has no address of its own.
    v.here.clone_from(&here);
    let only = naming("application", code);
    let households = all(
        desk,
        Household::SHEET,
        Some(programme),
        only,
        &by_without_seals(pass),
    )
    .await?;
    let household = households.first().map(|row| {
        let code = text(row, "code").to_owned();
        (
            v.url(format!("/programmes/{programme}/foyers/{code}")),
            code,
        )
    });
    let word = state(&shown).to_owned();
    let criteria = ["near_workshop", "digitally_excluded", "volunteer"];
    let criterion = |name: &str| {
        let field = sheet
            .field(name)
            .expect("a criterion of the call is a field");
        let (answer, tone) = match shown.record.get(name).and_then(Value::as_bool) {
            Some(true) => (v.say("oui", "yes"), "good"),
            Some(false) => (v.say("non", "no"), "warn"),
            None => (v.say("pas encore dit", "not told yet"), "calm"),
        };
        (super::told::label(field, &v), answer, tone)
    };
    let keeps = v.may(APPLICATION.keep);
    let site = text(&shown, "site");
    let make = format!("/programmes/{programme}/ajouter/foyers?application={code}&site={site}");
    let selected = word == ApplicationState::Selected.as_str();
    Ok(One {
        facts: facts(
            sheet,
            &shown,
            &[
                "code",
                "state",
                "near_workshop",
                "digitally_excluded",
                "volunteer",
            ],
            programme,
            &v,
        ),
        unread: Unread::of(sheet, &shown, &v),
        criteria: criteria.map(criterion).into(),
        seen: format!("{code}.{}", shown.version),
        state: v.capital(v.record_word(&word)),
        tone: tone(&word),
        reasons: reasons(&v),
        make_household: (selected && keeps && household.is_none()).then(|| v.url(make)),
        household,
        may_see_contacts: v.may(Permission::SeeContacts),
        add_contact: v.url(format!(
            "/programmes/{programme}/ajouter/coordonnees?application={code}&retour={here}"
        )),
        contacts,
        list: v.url(APPLICATION.path(programme)),
        path: v.url(here),
        state_word: word,
        code: code.to_owned(),
        keeps,
        wrong: None,
        v,
    })
}
