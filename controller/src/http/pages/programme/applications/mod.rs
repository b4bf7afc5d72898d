//! *Candidatures*: one application, its steps, and the steps of many at once.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use declic_common::programme::body::Shown;
use declic_common::programme::vocabulary::{ApplicationState, OutReason};
use declic_common::programme::{Application, Contact, Household, Noun};
use serde_json::Value;

use super::input::Choice;
use super::list;
use super::one::{Fact, Unread, facts};
use super::plate::{APPLICATION, APPLICATIONS};
use super::{Fields, all, by, by_without_seals, naming, now_ms, text};
use crate::app::programme::{self, RegisterError};
use crate::domain::rights::Permission;
use crate::http::access::Pass;
use crate::http::extract::Path;
use crate::http::pages::answer::{Page, go_to, own_path, page, page_with};
use crate::http::pages::form::Form;
use crate::http::pages::said::{PARAMETER, Said};
use crate::http::pages::view::View;
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
) -> Result<Vec<ShownContact>, crate::http::problem::Failure> {
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
) -> Result<One, crate::http::problem::Failure> {
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

/// Takes one step with one application or with many. What cannot take it is told, and the
/// others take it.
pub(super) async fn decide(
    State(desk): State<Desk>,
    view: View,
    pass: Pass,
    Path(programme): Path<String>,
    Form(sent): Form<Fields>,
) -> Page {
    let field = |name: &str| {
        sent.iter()
            .find(|(sent, _)| sent == name)
            .map(|(_, text)| text.as_str())
    };
    let state = field("etat").and_then(ApplicationState::from_word);
    let reason = field("motif").and_then(OutReason::from_word);
    let chosen: Vec<(&str, u64)> = sent
        .iter()
        .filter(|(name, _)| name == "choix")
        .filter_map(|(_, seen)| {
            let (code, version) = seen.rsplit_once('.')?;
            Some((code, version.parse().ok()?))
        })
        .collect();
    let mut wrong = Vec::new();
    let Some(state) = state else {
        return Ok(go_to(&view.url(APPLICATION.path(&programme))));
    };
    if chosen.is_empty() {
        let text = view.say(
            "Cochez d’abord les candidatures dont il s’agit.",
            "Tick the applications first that you mean.",
        );
        wrong.push(text.to_owned());
    } else if state.is_out() && reason.is_none() {
        let text = view.say(
            "Choisissez un motif : une candidature n’est pas refusée ni retirée sans qu’on sache pourquoi.",
            "Choose a reason: none is declined or withdrawn without telling why.",
        );
        wrong.push(text.to_owned());
    } else {
        for (code, seen) in &chosen {
            let step = step(
                &desk,
                &view,
                &pass,
                &programme,
                (code, *seen),
                (state, reason),
            );
            wrong.extend(step.await?);
        }
    }
    let way = field("retour")
        .and_then(own_path)
        .unwrap_or_default()
        .to_owned();
    if wrong.is_empty() {
        let to = match way.is_empty() {
            true => APPLICATION.path(&programme),
            false => without_said(&way),
        };
        let sign = if to.contains('?') { '&' } else { '?' };
        return Ok(go_to(
            &view.url(format!("{to}{sign}{PARAMETER}={}", Said::Decided.word())),
        ));
    }
    // Where many were sent, the list tells which could not; where one was, its page does.
    let query = way.split_once('?').map_or("", |(_, query)| query);
    let asked = form_urlencoded::parse(query.as_bytes())
        .into_owned()
        .collect();
    let status = StatusCode::UNPROCESSABLE_ENTITY;
    if let ([(code, _)], Some(_)) = (chosen.as_slice(), field("une")) {
        let mut one = draw(&desk, view, &pass, (&programme, code), None).await?;
        one.wrong = Some(wrong.concat());
        return page_with(status, &one);
    }
    let mut view = view;
    view.here = match way.is_empty() {
        true => APPLICATION.path(&programme),
        false => way.clone(),
    };
    let records = list::draw(&desk, view, &pass, &APPLICATION, &programme, &asked, wrong).await?;
    page_with(status, &records)
}

/// An address without what was said there last time.
fn without_said(way: &str) -> String {
    let Some((path, query)) = way.split_once('?') else {
        return way.to_owned();
    };
    let said = format!("{PARAMETER}=");
    let kept: Vec<_> = query
        .split('&')
        .filter(|pair| !pair.starts_with(&said))
        .collect();
    match kept.is_empty() {
        true => path.to_owned(),
        false => format!("{path}?{}", kept.join("&")),
    }
}

/// One step of one application; why it could not take it.
async fn step(
    desk: &Desk,
    view: &View,
    pass: &Pass,
    programme: &str,
    (code, seen): (&str, u64),
    (state, reason): (ApplicationState, Option<OutReason>),
) -> Result<Option<String>, RegisterError> {
    let (sheet, who) = (Application::SHEET, by(pass));
    let shown = programme::find(&desk.app, sheet, programme, code, &who, now_ms()).await?;
    let mut record = shown.record;
    record.insert("state".to_owned(), state.as_str().into());
    record.remove("reason");
    record.remove("decided_on");
    if let Some(reason) = reason.filter(|_| state.is_out()) {
        record.insert("reason".to_owned(), reason.as_str().into());
    }
    if state.is_decided() {
        record.insert("decided_on".to_owned(), view.today().to_string().into());
    }
    let at = (programme, code);
    let changed = programme::change(
        &desk.app,
        sheet,
        at,
        seen,
        Value::Object(record),
        &who,
        now_ms(),
    );
    let why = match changed.await {
        Ok(_) => return Ok(None),
        Err(RegisterError::Bad(bad)) => {
            let told = bad.iter().map(|bad| match sheet.field(&bad.field) {
                Some(field) => format!(
                    "{} : {}",
                    super::told::label(field, view),
                    view.say(&bad.fr, &bad.en)
                ),
                None => view.say(&bad.fr, &bad.en).clone(),
            });
            told.collect::<Vec<_>>().join(" ; ")
        }
        Err(RegisterError::Stale { .. }) => view
            .say(
                "quelqu’un d’autre l’a changée entre-temps ; regardez-la, puis décidez à nouveau",
                "somebody else changed it meanwhile; look at it, then decide again",
            )
            .to_owned(),
        Err(error) => return Err(error),
    };
    Ok(Some(format!("{code} : {why}.")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_said_is_not_said_twice() {
        assert_eq!(without_said("/a?dit=decide"), "/a");
        assert_eq!(
            without_said("/a?state=received&dit=decide&q=1"),
            "/a?state=received&q=1"
        );
        assert_eq!(without_said("/a"), "/a");
    }
}
