//! One session: which posts are down, who is awaited, and the roll in a few keystrokes, on the day
//! or after it.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use declic_common::programme::vocabulary::SessionState;
use declic_common::programme::workshop::{NewRoll, SessionSheet};
use declic_common::programme::{Attendance, BadField, Noun, Session, Site};

use super::super::choices::persons;
use super::super::fleet::plainly;
use super::super::plate::{SESSION, Tab, WORKSHOP, tabs};
use super::super::told::{label, told};
use super::super::{Asked, Fields, all, by, by_without_seals, naming, now_ms};
use super::follow::{Missing, missing};
use super::form::{Entry, Kind, entries, said_of};
use super::seats::Seats;
use super::tone;
use super::typed::{Row, Typed, place_of};
use crate::app::programme::{self, RegisterError};
use crate::http::access::Pass;
use crate::http::extract::{Path, Query};
use crate::http::pages::answer::{Page, go_to, page_with};
use crate::http::pages::form::Form;
use crate::http::pages::said::{PARAMETER, Said};
use crate::http::pages::view::View;
use crate::http::problem::Failure;
use crate::http::router::Desk;

#[derive(Debug, Template)]
#[template(path = "session.html")]
struct One {
    v: View,
    tabs: Vec<Tab>,
    code: String,
    path: String,
    list: String,
    /// Day, hour, length and place.
    lead: String,
    state: String,
    tone: &'static str,
    facts: Vec<(String, String)>,
    seats: Option<Seats>,
    /// How many came, as a sentence.
    came: String,
    /// Who came, for whoever does not enter it: name, seat, autonomy.
    present: Vec<[String; 3]>,
    entries: Vec<Entry>,
    /// Persons to choose from, for those of other groups: code and name.
    people: Vec<(String, String)>,
    version: u32,
    seats_offered: u32,
    keeps: bool,
    cancelled: bool,
    planned: bool,
    /// It is on a day to come.
    ahead: bool,
    everybody: Option<String>,
    missing: Vec<Missing>,
    wrong: Option<String>,
    conflict: Option<Vec<[String; 3]>>,
}

/// What came of a roll that was not taken.
#[derive(Default)]
struct Outcome {
    typed: Option<Typed>,
    bad: Vec<(Row, String)>,
    wrong: Option<String>,
    /// Somebody else was first.
    stale: bool,
    everybody: bool,
}

pub(in crate::http::pages::programme) async fn show(
    State(desk): State<Desk>,
    view: View,
    pass: Pass,
    Path(at): Path<(String, String)>,
    Query(asked): Query<Asked>,
) -> Page {
    let outcome = Outcome {
        everybody: asked.contains_key("tous"),
        ..Outcome::default()
    };
    draw(&desk, view, &pass, &at, outcome).await
}

/// Takes the roll, or says that the session is not held after all.
pub(in crate::http::pages::programme) async fn roll(
    State(desk): State<Desk>,
    view: View,
    pass: Pass,
    Path(at): Path<(String, String)>,
    Form(sent): Form<Fields>,
) -> Page {
    let (programme, code) = (at.0.as_str(), at.1.as_str());
    let who = by(&pass);
    let sheet = programme::sheet(&desk.app, programme, code, &who, now_ms()).await?;
    let came = attendances(&desk, &pass, programme, code).await?;
    let typed = Typed::sent(sent);
    let empty = |state| NewRoll {
        present: Vec::new(),
        state: Some(state),
        version: typed.plain("version").parse().ok(),
    };
    let (new, places) = match typed.plain("faire") {
        "annulee" => (empty(SessionState::Cancelled), Vec::new()),
        "prevue" => (empty(SessionState::Planned), Vec::new()),
        _ => match typed.roll(&sheet, &came) {
            Ok(read) => read,
            Err(bad) => {
                let told = |text: &str| {
                    view.say(
                        format!("Poste : « {text} » n’est pas un nombre."),
                        format!("Seat: “{text}” is no number."),
                    )
                };
                let bad = bad.into_iter().map(|(row, why)| (row, told(&why.0)));
                let outcome = Outcome {
                    bad: bad.collect(),
                    typed: Some(typed),
                    ..Outcome::default()
                };
                return draw(&desk, view, &pass, &at, outcome).await;
            }
        },
    };
    let taken = programme::roll(&desk.app, programme, code, new, &who, now_ms()).await;
    let mut outcome = Outcome {
        typed: Some(typed),
        ..Outcome::default()
    };
    match taken {
        Ok(_) => {
            let (path, word) = (SESSION.path(programme), Said::RollTaken.word());
            return Ok(go_to(
                &view.url(format!("{path}/{code}?{PARAMETER}={word}")),
            ));
        }
        Err(RegisterError::Bad(bad)) => {
            for one in &bad {
                match place_of(one, &places) {
                    Some((row, field)) => outcome.bad.push((row.clone(), fault(one, field, &view))),
                    None => outcome.wrong = Some(view.capital(fault(one, &one.field, &view))),
                }
            }
        }
        Err(RegisterError::Stale { .. }) => outcome.stale = true,
        Err(error) => return Err(error.into()),
    }
    draw(&desk, view, &pass, &at, outcome).await
}

/// A fault of one field, with its name.
fn fault(bad: &BadField, field: &str, v: &View) -> String {
    let why = plainly(v.say(&bad.fr, &bad.en));
    match Attendance::SHEET.field(field) {
        Some(field) => format!("{} {why}", label(field, v)),
        None => why,
    }
}

async fn attendances(
    desk: &Desk,
    pass: &Pass,
    programme: &str,
    session: &str,
) -> Result<Vec<Attendance>, Failure> {
    let only = naming("session", session);
    let who = by_without_seals(pass);
    let rows = all(desk, Attendance::SHEET, Some(programme), only, &who).await?;
    let read = |row: declic_common::programme::body::Shown| {
        serde_json::from_value(serde_json::Value::Object(row.record)).ok()
    };
    Ok(rows.into_iter().filter_map(read).collect())
}

async fn draw(
    desk: &Desk,
    view: View,
    pass: &Pass,
    (programme, code): &(String, String),
    outcome: Outcome,
) -> Page {
    let (programme, code) = (programme.as_str(), code.as_str());
    let who = by(pass);
    let sheet = programme::sheet(&desk.app, programme, code, &who, now_ms()).await?;
    let came = attendances(desk, pass, programme, code).await?;
    let session = &sheet.session;
    let title = view.say(format!("Séance {code}"), format!("Session {code}"));
    let mut v = view.titled(title, WORKSHOP);
    let path = format!("{}/{code}", SESSION.path(programme));
    // What is shown after a form was sent has no address of its own.
    if outcome.typed.is_some() {
        v.here.clone_from(&path);
    }
    let kept = Typed::kept(&sheet, &came, outcome.everybody);
    let conflict = outcome.typed.as_ref().filter(|_| outcome.stale);
    let conflict = conflict.map(|typed| differences(&sheet, &kept, typed, &v));
    // What was seen before stays what the form says, unless both sides are shown now.
    let seen = outcome.typed.as_ref().filter(|_| !outcome.stale);
    let seen = seen.and_then(|typed| typed.plain("version").parse().ok());
    let version = seen.unwrap_or(sheet.version);
    let keeps = v.may(SESSION.keep);
    let typed = outcome.typed.unwrap_or(kept);
    let state = session.state();
    let ahead = session.on.is_some_and(|on| on > v.today());
    let people = match keeps {
        true => persons(desk, pass, programme, Asked::new(), &v).await?,
        false => Vec::new(),
    };
    let mut missing = missing(desk, pass, programme, &v).await?;
    missing.retain(|one| Some(&one.group) == session.group.as_ref());
    let wrong = match (outcome.wrong, outcome.bad.len()) {
        (Some(wrong), _) => Some(wrong),
        (None, 0) => None,
        (None, rows) => Some(v.count(
            rows,
            [
                "ligne est à corriger ; rien n’est perdu, rien n’est encore noté.",
                "lignes sont à corriger ; rien n’est perdu, rien n’est encore noté.",
            ],
            [
                "row is to be corrected; nothing is lost, nothing is noted yet.",
                "rows are to be corrected; nothing is lost, nothing is noted yet.",
            ],
        )),
    };
    let status = match (&conflict, &wrong) {
        (Some(_), _) => StatusCode::CONFLICT,
        (None, Some(_)) => StatusCode::UNPROCESSABLE_ENTITY,
        (None, None) => StatusCode::OK,
    };
    let template = One {
        tabs: tabs(&v, programme, WORKSHOP, SESSION.slug),
        lead: lead(&sheet, &v),
        state: v.capital(v.record_word(state.as_str())),
        tone: tone(state.as_str()),
        facts: facts(&sheet, &v),
        seats: seats(desk, pass, programme, &session.site, &v).await?,
        came: count(&sheet, &came, &v),
        present: came.iter().map(|one| present(one, &sheet, &v)).collect(),
        entries: entries(&sheet, &typed, &outcome.bad, &v),
        seats_offered: session.seats.unwrap_or(500).max(1),
        everybody: (keeps && came.is_empty() && !ahead)
            .then(|| v.url(format!("{path}?tous=oui#appel"))),
        list: v.url(format!("/programmes/{programme}/ateliers")),
        cancelled: state == SessionState::Cancelled,
        planned: state == SessionState::Planned,
        path: v.url(&path),
        code: code.to_owned(),
        people,
        version,
        keeps,
        ahead,
        missing,
        wrong,
        conflict,
        v,
    };
    page_with(status, &template)
}

/// The posts of the site, where it has any.
async fn seats(
    desk: &Desk,
    pass: &Pass,
    programme: &str,
    site: &str,
    v: &View,
) -> Result<Option<Seats>, Failure> {
    match programme::seats(&desk.app, programme, site, &by(pass), now_ms()).await {
        Ok(map) if map.seats.is_empty() && map.unnumbered.is_empty() => Ok(None),
        Ok(map) => Ok(Some(Seats::of(&map, v))),
        Err(RegisterError::Unknown { word, .. }) if word == Site::SHEET.word => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// `mardi 6 octobre 2026, 14:30, 90 min, Atelier Déclic`.
pub(super) fn lead(sheet: &SessionSheet, v: &View) -> String {
    let session = &sheet.session;
    let place = sheet.workshop.as_ref().unwrap_or(&sheet.site_name);
    let parts = [
        session.on.map(|on| v.capital(v.long_day(on))),
        session.start.clone(),
        session
            .minutes
            .map(|minutes| v.unit(&minutes.to_string(), "min")),
        Some(place.clone()).filter(|place| !place.is_empty()),
    ];
    parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

fn facts(sheet: &SessionSheet, v: &View) -> Vec<(String, String)> {
    let mut record = serde_json::to_value(&sheet.session).unwrap_or_default();
    // As people call it.
    if let Some(name) = &sheet.cycle_name {
        record["cycle"] = name.as_str().into();
    }
    let shown = [
        "cycle", "group", "kind", "place", "level", "themes", "seats",
    ];
    let facts = shown.iter().filter_map(|name| {
        let field = Session::SHEET.field(name)?;
        let words = told(field, record.get(*name), v);
        (!words.is_empty()).then(|| (label(field, v), words))
    });
    facts.collect()
}

/// How many came, of how many awaited, and how many seats that filled.
fn count(sheet: &SessionSheet, came: &[Attendance], v: &View) -> String {
    let awaited = sheet.lines.iter().filter(|line| line.person.is_some());
    let awaited = awaited.count();
    let strangers = came.iter().filter(|one| one.person.is_none()).count();
    let here = v.count(came.len(), ["présent", "présents"], ["present", "present"]);
    let mut told = v.say(
        format!("{here}, {awaited} attendus"),
        format!("{here}, {awaited} awaited"),
    );
    if strangers > 0 {
        told.push_str(&v.say(
            format!(", dont {strangers} sans inscription"),
            format!(", {strangers} of them walked in"),
        ));
    }
    if let Some(seats) = sheet.session.seats {
        told.push_str(&v.say(format!(" ; {seats} places"), format!("; {seats} seats")));
    }
    told
}

/// Who came, for whoever only looks: name, seat, autonomy.
fn present(one: &Attendance, sheet: &SessionSheet, v: &View) -> [String; 3] {
    let line = sheet
        .lines
        .iter()
        .find(|line| line.attendance.as_ref() == Some(&one.code));
    let first_name = line.and_then(|line| line.first_name.clone());
    let name = match (&one.person, first_name) {
        (Some(code), Some(name)) => format!("{name} ({code})"),
        (Some(code), None) => code.clone(),
        (None, _) => {
            let age = one.age.map_or("", |age| v.record_word(age.as_str()));
            v.say(
                format!("sans inscription, {age}"),
                format!("walked in, {age}"),
            )
        }
    };
    let seat = one.seat.map_or_else(String::new, |seat| seat.to_string());
    let autonomy = one.autonomy.map_or("", |word| v.record_word(word.as_str()));
    [name, seat, autonomy.to_owned()]
}

/// Rows that are otherwise now than what was typed: who, what is kept, what was typed.
fn differences(sheet: &SessionSheet, kept: &Typed, typed: &Typed, v: &View) -> Vec<[String; 3]> {
    let mut rows = kept.rows(sheet);
    rows.extend(
        typed
            .rows(sheet)
            .into_iter()
            .filter(|row| !kept.rows(sheet).contains(row)),
    );
    let told = rows.into_iter().map(|row| {
        let (was, wanted) = (said_of(kept, &row, v), said_of(typed, &row, v));
        [super::form::legend(&row, sheet, v), was, wanted]
    });
    told.filter(|[_, was, wanted]| was != wanted).collect()
}
