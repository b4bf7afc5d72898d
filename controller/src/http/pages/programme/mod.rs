//! The records of a programme on pages: lists, one record, forms, tables to import. What is
//! the same for every noun is written once, from its sheet and its [`plate`]; a household,
//! an application, a survey and the programme itself have pages of their own besides.

mod applications;
mod board;
mod choices;
mod edit;
mod evaluation;
pub(super) mod fleet;
mod household;
mod households;
mod import;
mod input;
mod list;
mod one;
mod plate;
mod routes;
mod sheet;
mod surveys;
mod told;
mod workshop;

use askama::Template;
use declic_common::programme::body::Shown;
use declic_common::programme::{Noun, Programme, Sheet};
use serde_json::Value;

pub(super) use self::routes::routes;
use super::answer::{Page, page};
use super::view::View;
use crate::app::programme::{self, By, ListQuery, Sight};
use crate::clock;
use crate::domain::rights::Permission;
use crate::http::access::Pass;
use crate::http::problem::Failure;
use crate::http::router::Desk;

/// Fields of a form, in their order; one name may come several times.
pub(super) type Fields = Vec<(String, String)>;

/// A field that was sent; empty if it was not.
pub(super) fn sent<'a>(fields: &'a Fields, name: &str) -> &'a str {
    let field = fields.iter().find(|(sent, _)| sent == name);
    field.map_or("", |(_, text)| text)
}

/// What an address asks for.
type Asked = std::collections::BTreeMap<String, String>;

#[derive(Debug, Template)]
#[template(path = "programme_none.html")]
struct Nothing {
    v: View,
}

/// What a controller without a programme says.
fn nothing(view: View, part: &'static str) -> Page {
    let title = view.say("Aucun programme", "No programme");
    page(&Nothing {
        v: view.titled(title, part),
    })
}

fn now_ms() -> i64 {
    clock::now().as_millisecond()
}

fn by(pass: &Pass) -> By {
    pass.caller.by(pass.reach.clone())
}

/// Somebody who looks at records without what is sealed: lists need none of it.
fn by_without_seals(pass: &Pass) -> By {
    By {
        sight: Sight::default(),
        ..by(pass)
    }
}

/// All records of a noun that fit, by code.
async fn all(
    desk: &Desk,
    sheet: &'static Sheet,
    programme: Option<&str>,
    only: Asked,
    by: &By,
) -> Result<Vec<Shown>, Failure> {
    let mut query = ListQuery {
        only,
        limit: Some(crate::app::device::LIMIT_MAX),
        cursor: None,
    };
    let mut found = Vec::new();
    loop {
        let page = programme::list(&desk.app, sheet, programme, query.clone(), by, now_ms());
        let (items, next) = page.await?;
        found.extend(items);
        match next {
            Some(next) => query.cursor = Some(next),
            None => return Ok(found),
        }
    }
}

/// All records of a noun, read as its own type, without what is sealed.
async fn read<N: Noun>(desk: &Desk, pass: &Pass, programme: &str) -> Result<Vec<N>, Failure> {
    let rows = all(
        desk,
        N::SHEET,
        Some(programme),
        Asked::new(),
        &by_without_seals(pass),
    )
    .await?;
    let read = |row: Shown| serde_json::from_value(Value::Object(row.record)).ok();
    Ok(rows.into_iter().filter_map(read).collect())
}

/// The programmes that somebody sees.
async fn programmes(desk: &Desk, pass: &Pass) -> Result<Vec<Shown>, Failure> {
    all(desk, Programme::SHEET, None, Asked::new(), &by(pass)).await
}

/// Records of a noun that name this one.
fn naming(field: &str, code: &str) -> Asked {
    Asked::from([(field.to_owned(), code.to_owned())])
}

/// A text of a record; empty where there is none.
fn text<'a>(shown: &'a Shown, field: &str) -> &'a str {
    shown
        .record
        .get(field)
        .and_then(Value::as_str)
        .unwrap_or("")
}

/// Codes of the records of a noun that somebody sees, with what people call them.
async fn names(
    desk: &Desk,
    pass: &Pass,
    programme: &str,
    noun: &str,
) -> Result<Vec<(String, String)>, Failure> {
    let sheet = declic_common::programme::sheet(noun).expect("a noun of a sheet is there");
    let rows = all(
        desk,
        sheet,
        Some(programme),
        Asked::new(),
        &by_without_seals(pass),
    )
    .await?;
    let named = |row: &Shown| {
        let (code, name) = (text(row, "code"), text(row, "name"));
        let shown = match name.is_empty() {
            true => code.to_owned(),
            false => format!("{name} ({code})"),
        };
        (code.to_owned(), shown)
    };
    Ok(rows.iter().map(named).collect())
}
