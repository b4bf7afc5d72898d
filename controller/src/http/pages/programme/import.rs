//! Takes a table: tried first, with every bad line and column named, then all of it or the
//! good lines. The text stays on the page, so that a line can be mended where it is told.

use askama::Template;
use axum::http::StatusCode;
use declic_common::programme::body::{ImportedTable, NewImport};
use declic_common::programme::{Field, Form};

use super::plate::{Plate, Tab, tabs};
use super::told::label;
use super::{Fields, by, now_ms};
use crate::app::programme;
use crate::http::access::Pass;
use crate::http::pages::answer::{Page, go_to, page_with};
use crate::http::pages::said::{PARAMETER, Said};
use crate::http::pages::view::View;
use crate::http::router::Desk;

/// Bad lines that are listed; whoever has more of them has one mistake many times.
const SHOWN: usize = 200;

#[derive(Debug, Template)]
#[template(path = "record_import.html")]
struct Import {
    v: View,
    tabs: Vec<Tab>,
    action: String,
    list: (String, &'static str),
    columns: Vec<Column>,
    csv: String,
    outcome: Option<Outcome>,
}

/// A column that a table may have.
#[derive(Debug)]
struct Column {
    name: &'static str,
    label: String,
    holds: String,
    needed: bool,
}

#[derive(Debug)]
struct Outcome {
    told: String,
    lines: Vec<Bad>,
    bad: usize,
    good: usize,
    /// Nothing would change.
    idle: bool,
}

/// What is wrong in one column of one line.
#[derive(Debug)]
struct Bad {
    line: u64,
    column: String,
    why: String,
}

pub(super) async fn show(
    _: Desk,
    view: View,
    _: Pass,
    plate: &'static Plate,
    programme: String,
) -> Page {
    draw(view, plate, &programme, String::new(), None)
}

fn draw(
    view: View,
    plate: &'static Plate,
    programme: &str,
    csv: String,
    outcome: Option<Outcome>,
) -> Page {
    let title = match view.say(true, false) {
        true => format!("Importer : {}", plate.sheet.fr),
        false => format!("Import: {}", plate.sheet.en),
    };
    let v = view.titled(title, plate.part);
    let status = match &outcome {
        Some(outcome) if outcome.bad > 0 => StatusCode::UNPROCESSABLE_ENTITY,
        _ => StatusCode::OK,
    };
    let columns = plate.sheet.fields.iter().map(|field| Column {
        name: field.name,
        label: label(field, &v),
        holds: holds(field, &v),
        needed: field.needed && (field.name != "code" || plate.sheet.prefix.is_empty()),
    });
    let template = Import {
        tabs: tabs(&v, programme, plate.part, plate.slug),
        action: v.url(format!("/programmes/{programme}/importer/{}", plate.slug)),
        list: (
            match plate.slug {
                "coordonnees" => v.url(format!("/programmes/{programme}/foyers")),
                _ => v.url(plate.path(programme)),
            },
            plate.name(&v),
        ),
        columns: columns.collect(),
        csv,
        outcome,
        v,
    };
    page_with(status, &template)
}

pub(super) async fn take(
    desk: Desk,
    view: View,
    pass: Pass,
    plate: &'static Plate,
    programme: String,
    sent: Fields,
) -> Page {
    let field = |name: &str| {
        let found = sent
            .iter()
            .find(|(sent, text)| sent == name && !text.trim().is_empty());
        found.map(|(_, text)| text.as_str())
    };
    // A file that was chosen counts before what stands on the page.
    let csv = field("fichier")
        .or_else(|| field("csv"))
        .unwrap_or_default()
        .to_owned();
    let csv = csv.trim_start_matches('\u{feff}').replace("\r\n", "\n");
    let wish = field("faire").unwrap_or("verifier").to_owned();
    let asked = NewImport {
        csv: csv.clone(),
        dry_run: !matches!(wish.as_str(), "tout" | "bonnes"),
        skip_bad: wish == "bonnes",
    };
    let outcome = programme::import(
        &desk.app,
        plate.sheet,
        &programme,
        asked,
        &by(&pass),
        now_ms(),
    )
    .await?;
    if outcome.done {
        let to = match plate.slug {
            "coordonnees" => format!("/programmes/{programme}/foyers"),
            _ => plate.path(&programme),
        };
        return Ok(go_to(
            &view.url(format!("{to}?{PARAMETER}={}", Said::Imported.word())),
        ));
    }
    let outcome = told(&outcome, plate, &view);
    draw(view, plate, &programme, csv, Some(outcome))
}

fn told(outcome: &ImportedTable, plate: &Plate, v: &View) -> Outcome {
    let count = |n: usize| v.number(n as i128);
    let bad = outcome.bad.len();
    let columns = outcome
        .bad
        .iter()
        .flat_map(|line| line.columns.iter().map(|bad| (line.line, bad)));
    let name = |field: &str| match plate.sheet.field(field) {
        Some(found) => format!("{} ({field})", label(found, v)),
        None if field.is_empty() => v.say("toute la ligne", "the whole line").to_owned(),
        None => field.to_owned(),
    };
    Outcome {
        told: v.say(
            format!(
                "{} lignes lues : {} à ajouter, {} à changer, {} déjà là, {} à corriger. Rien n’est encore enregistré.",
                count(outcome.lines),
                count(outcome.added),
                count(outcome.changed),
                count(outcome.same),
                count(bad)
            ),
            format!(
                "{} lines read: {} to add, {} to change, {} there already, {} to correct. Nothing is kept yet.",
                count(outcome.lines),
                count(outcome.added),
                count(outcome.changed),
                count(outcome.same),
                count(bad)
            ),
        ),
        lines: columns
            .take(SHOWN)
            .map(|(line, bad)| Bad {
                line,
                column: name(&bad.field),
                why: v.capital(v.say(&bad.fr, &bad.en)),
            })
            .collect(),
        good: outcome.added + outcome.changed,
        idle: bad == 0 && outcome.added + outcome.changed == 0,
        bad,
    }
}

/// What a column may hold.
fn holds(field: &Field, v: &View) -> String {
    match field.form {
        Form::Word(words) => words().join(", "),
        Form::Flag => v.say("oui ou non", "oui or non").to_owned(),
        Form::Day => v
            .say("2010-04-01 ou 01/04/2010", "2010-04-01 or 01/04/2010")
            .to_owned(),
        Form::Number(min, max) => v.say(format!("de {min} à {max}"), format!("{min} to {max}")),
        Form::Texts(_) => v
            .say("textes séparés par |", "texts parted by |")
            .to_owned(),
        Form::Code | Form::Names(_) => v.say("code", "code").to_owned(),
        Form::Text(max) | Form::Words(max) => v.say(
            format!("{max} caractères au plus"),
            format!("{max} characters at most"),
        ),
        Form::SomeOf(words) => words().join(" | "),
        Form::Rows(_) => "JSON".to_owned(),
    }
}
