//! One group: who is in it, who joins and who leaves, on one page.

use std::collections::BTreeSet;

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use declic_common::programme::body::Shown;
use declic_common::programme::{Group, Member, Noun};
use jiff::civil::Date;
use serde_json::{Map, Value, json};

use super::super::choices::persons;
use super::super::one::Naming;
use super::super::plate::{CYCLE, GROUP, MEMBER, Tab, tabs};
use super::super::{Asked, Fields, all, by, by_without_seals, naming, now_ms, sent, text};
use crate::app::programme::{self, RegisterError};
use crate::http::access::Pass;
use crate::http::extract::Path;
use crate::http::pages::answer::{Page, go_to, page_with};
use crate::http::pages::form::Form;
use crate::http::pages::said::{PARAMETER, Said};
use crate::http::pages::view::View;
use crate::http::router::Desk;

/// Empty lines of the form: so many people join at once.
const LINES: usize = 5;

#[derive(Debug, Template)]
#[template(path = "group.html")]
struct One {
    v: View,
    tabs: Vec<Tab>,
    code: String,
    heading: String,
    path: String,
    list: (String, &'static str),
    cycle: (String, String),
    members: Vec<Line>,
    /// Who was in it before.
    gone: Vec<Line>,
    /// Who may join: code and name.
    people: Vec<(String, String)>,
    lines: usize,
    /// What names this group, but its members.
    naming: Vec<Naming>,
    keeps: bool,
    today: String,
    wrong: Option<String>,
}

/// Somebody of the group.
#[derive(Debug)]
struct Line {
    code: String,
    version: u64,
    person: String,
    address: String,
    when: String,
}

pub(in crate::http::pages::programme) async fn show(
    State(desk): State<Desk>,
    view: View,
    pass: Pass,
    Path(at): Path<(String, String)>,
) -> Page {
    draw(&desk, view, &pass, &at, None).await
}

/// Lets people join from a day on: those of the lines that are filled in.
pub(in crate::http::pages::programme) async fn join(
    State(desk): State<Desk>,
    view: View,
    pass: Pass,
    Path(at): Path<(String, String)>,
    Form(fields): Form<Fields>,
) -> Page {
    let people: BTreeSet<String> = fields
        .iter()
        .filter(|(name, text)| name == "personne" && !text.trim().is_empty())
        .map(|(_, text)| text.trim().to_owned())
        .collect();
    let mut wrong = Vec::new();
    if people.is_empty() {
        let text = view.say(
            "Choisissez au moins une personne.",
            "Choose one person at least.",
        );
        wrong.push(text.to_owned());
    }
    let (who, sheet) = (by(&pass), Member::SHEET);
    for person in &people {
        let record = json!({
            "group": at.1, "person": person, "joined_on": sent(&fields, "depuis").trim(),
        });
        let joined = programme::create(
            &desk.app,
            sheet,
            Some(at.0.as_str()),
            record,
            &who,
            now_ms(),
        );
        if let Err(error) = joined.await {
            wrong.push(view.pair(person, told(error, &view)?));
        }
    }
    answer(&desk, view, &pass, &at, wrong).await
}

/// Somebody leaves today.
pub(in crate::http::pages::programme) async fn leave(
    State(desk): State<Desk>,
    view: View,
    pass: Pass,
    Path(at): Path<(String, String)>,
    Form(fields): Form<Fields>,
) -> Page {
    let (who, sheet) = (by(&pass), Member::SHEET);
    let code = sent(&fields, "inscrit");
    let seen = sent(&fields, "version").parse().unwrap_or(0);
    let shown = programme::find(&desk.app, sheet, &at.0, code, &who, now_ms()).await?;
    let mut record = shown.record;
    record.insert("left_on".to_owned(), view.today().to_string().into());
    let place = (at.0.as_str(), code);
    let changed = programme::change(
        &desk.app,
        sheet,
        place,
        seen,
        Value::Object(record),
        &who,
        now_ms(),
    );
    let wrong = match changed.await {
        Ok(_) => Vec::new(),
        Err(error) => vec![view.pair(code, told(error, &view)?)],
    };
    answer(&desk, view, &pass, &at, wrong).await
}

/// Why it was not taken, for people.
fn told(error: RegisterError, v: &View) -> Result<String, RegisterError> {
    match error {
        RegisterError::Bad(bad) => {
            let told = bad.iter().map(|bad| v.say(bad.fr.clone(), bad.en.clone()));
            Ok(told.collect::<Vec<_>>().join(" ; "))
        }
        RegisterError::Stale { .. } => Ok(v
            .say(
                "quelqu’un d’autre l’a changé entre-temps ; regardez, puis recommencez",
                "somebody else changed it meanwhile; look, then do it again",
            )
            .to_owned()),
        error => Err(error),
    }
}

async fn answer(
    desk: &Desk,
    view: View,
    pass: &Pass,
    at: &(String, String),
    wrong: Vec<String>,
) -> Page {
    if wrong.is_empty() {
        let (programme, code) = at;
        let to = format!(
            "{}/{code}?{PARAMETER}={}",
            GROUP.path(programme),
            Said::Done.word()
        );
        return Ok(go_to(&view.url(to)));
    }
    draw(desk, view, pass, at, Some(wrong.join(" "))).await
}

async fn draw(
    desk: &Desk,
    view: View,
    pass: &Pass,
    (programme, code): &(String, String),
    wrong: Option<String>,
) -> Page {
    let who = by_without_seals(pass);
    let shown = programme::find(&desk.app, Group::SHEET, programme, code, &who, now_ms()).await?;
    let title = view.pair(GROUP.name(&view), code);
    let mut v = view.titled(title, GROUP.part);
    let here = format!("{}/{code}", GROUP.path(programme));
    // What is shown after a form was sent has no address of its own.
    v.here.clone_from(&here);
    let names = persons(desk, pass, programme, Asked::new(), &v).await?;
    let of_group = naming("group", code);
    let rows = all(desk, Member::SHEET, Some(programme), of_group, &who).await?;
    let today = v.today();
    let (members, gone): (Vec<&Shown>, Vec<&Shown>) = rows.iter().partition(|row| {
        let left = text(row, "left_on").parse::<Date>().ok();
        left.is_none_or(|left| today < left)
    });
    let line = |row: &&Shown| line(row, programme, &names, &v);
    let members: Vec<Line> = members.iter().map(line).collect();
    let gone: Vec<Line> = gone.iter().map(line).collect();
    let there: BTreeSet<&str> = rows
        .iter()
        .filter(|row| text(row, "left_on").is_empty())
        .map(|row| text(row, "person"))
        .collect();
    let people = names
        .iter()
        .filter(|(person, _)| !there.contains(person.as_str()));
    let cycle = text(&shown, "cycle");
    let status = match wrong {
        Some(_) => StatusCode::UNPROCESSABLE_ENTITY,
        None => StatusCode::OK,
    };
    let mut naming = Naming::all(&GROUP, (programme, code), &v);
    naming.retain(|naming| naming.name != MEMBER.name(&v));
    let one = One {
        tabs: tabs(&v, programme, GROUP.part, GROUP.slug),
        heading: match text(&shown, "name") {
            "" => code.clone(),
            name => name.to_owned(),
        },
        list: (v.url(GROUP.path(programme)), GROUP.name(&v)),
        cycle: (
            v.url(format!("{}/{cycle}", CYCLE.path(programme))),
            cycle.to_owned(),
        ),
        people: people.cloned().collect(),
        path: v.url(&here),
        keeps: v.may(MEMBER.keep),
        today: today.to_string(),
        lines: LINES,
        code: code.clone(),
        members,
        gone,
        naming,
        wrong,
        v,
    };
    page_with(status, &one)
}

fn line(row: &Shown, programme: &str, names: &[(String, String)], v: &View) -> Line {
    let person = text(row, "person");
    let name = names.iter().find(|(code, _)| code == person);
    Line {
        code: text(row, "code").to_owned(),
        version: row.version,
        person: name.map_or(person, |(_, name)| name).to_owned(),
        address: v.url(format!("/programmes/{programme}/personnes/{person}")),
        when: since(&row.record, v),
    }
}

/// From when to when somebody is of the group.
fn since(record: &Map<String, Value>, v: &View) -> String {
    let day = |field: &str| {
        let day = record.get(field)?.as_str()?.parse::<Date>().ok()?;
        Some(v.date(day))
    };
    match (day("joined_on"), day("left_on")) {
        (Some(from), Some(to)) => {
            v.say(format!("du {from} au {to}"), format!("from {from} to {to}"))
        }
        (Some(from), None) => v.say(format!("depuis le {from}"), format!("since {from}")),
        (None, Some(to)) => v.say(format!("jusqu’au {to}"), format!("until {to}")),
        (None, None) => String::new(),
    }
}
