//! A list of records with filters that live in the address, and the same as a table.

use askama::Template;
use axum::http::{HeaderValue, header};
use axum::response::IntoResponse;
use declic_common::programme::body::Shown;
use declic_common::programme::{Field, Form, Sheet, cell};
use serde_json::Value;

use super::input::Choice;
use super::plate::{APPLICATION, Plate, SESSION, Tab, tabs};
use super::told::{label, told};
use super::{Asked, all, by, by_without_seals, text};
use crate::app::programme as register;
use crate::http::access::Pass;
use crate::http::pages::answer::{Page, page};
use crate::http::pages::view::View;
use crate::http::problem::Failure;
use crate::http::router::Desk;

/// Rows of one page.
pub(super) const ROWS: usize = 100;
/// What a filter says of a field that is empty.
pub(super) const EMPTY: &str = "-";

#[derive(Debug, Template)]
#[template(path = "records.html")]
pub(super) struct Records {
    pub(super) v: View,
    pub(super) tabs: Vec<Tab>,
    /// Address of the list, without filters.
    pub(super) path: String,
    pub(super) columns: Vec<(String, bool)>,
    pub(super) rows: Vec<Row>,
    pub(super) filters: Vec<Filter>,
    pub(super) q: String,
    /// How many there are of each kind, all filters apart: name, tone, number, address.
    pub(super) counts: Vec<(String, &'static str, usize, String)>,
    /// How many fit, on all pages.
    pub(super) found: String,
    pub(super) next: Option<String>,
    pub(super) csv: String,
    pub(super) add: Option<(String, &'static str)>,
    pub(super) import: Option<String>,
    pub(super) filtered: bool,
    pub(super) empty: &'static str,
    /// Reasons to choose from, where many can be decided at once.
    pub(super) decide: Option<Vec<Choice>>,
    /// Where the choice is sent.
    pub(super) decide_at: String,
    /// What could not be done, record by record.
    pub(super) wrong: Vec<String>,
}

#[derive(Debug)]
pub(super) struct Row {
    pub(super) code: String,
    pub(super) address: String,
    /// Record and version, for whoever decides about several.
    pub(super) seen: String,
    pub(super) cells: Vec<Cell>,
}

#[derive(Debug)]
pub(super) struct Cell {
    pub(super) text: String,
    pub(super) href: Option<String>,
    pub(super) tone: Option<&'static str>,
    pub(super) number: bool,
}

#[derive(Debug)]
pub(super) struct Filter {
    pub(super) name: &'static str,
    pub(super) label: String,
    pub(super) choices: Vec<Choice>,
}

pub(super) async fn show(
    desk: Desk,
    view: View,
    pass: Pass,
    plate: &'static Plate,
    programme: String,
    asked: Asked,
) -> Page {
    page(&draw(&desk, view, &pass, plate, &programme, &asked, Vec::new()).await?)
}

pub(super) async fn draw(
    desk: &Desk,
    view: View,
    pass: &Pass,
    plate: &'static Plate,
    programme: &str,
    asked: &Asked,
    wrong: Vec<String>,
) -> Result<Records, Failure> {
    let title = plate.name(&view);
    let v = view.titled(title, plate.part);
    let (sheet, path) = (plate.sheet, plate.path(programme));
    let everything = all(
        desk,
        sheet,
        Some(programme),
        Asked::new(),
        &by_without_seals(pass),
    )
    .await?;
    let mut found: Vec<&Shown> = everything
        .iter()
        .filter(|row| fits(plate, row, asked))
        .collect();
    let number = found.len();
    if let Some(after) = asked.get("suite") {
        found.retain(|row| text(row, "code") > after.as_str());
    }
    let more = found.len() > ROWS;
    found.truncate(ROWS);
    let parameters = parameters(plate, asked);
    let next = found.last().filter(|_| more).map(|last| {
        let mut address = form_urlencoded::Serializer::new(parameters.clone());
        let query = address.append_pair("suite", text(last, "code")).finish();
        v.url(format!("{path}?{query}"))
    });
    let fields: Vec<&'static Field> = plate
        .columns
        .iter()
        .filter_map(|name| sheet.field(name))
        .collect();
    let keeps = v.may(plate.keep);
    let rows = found.iter().map(|row| Row {
        code: text(row, "code").to_owned(),
        address: v.url(format!("{path}/{}", text(row, "code"))),
        seen: format!("{}.{}", text(row, "code"), row.version),
        cells: fields
            .iter()
            .map(|field| cell_of((sheet, *field), row, programme, &v))
            .collect(),
    });
    let rows = rows.collect();
    let decides = sheet.word == APPLICATION.sheet.word && keeps;
    Ok(Records {
        tabs: tabs(&v, programme, plate.part, plate.slug),
        columns: fields
            .iter()
            .map(|field| (label(field, &v), is_number(field)))
            .collect(),
        filters: filters(plate, &everything, asked, &v),
        counts: match sheet.word == APPLICATION.sheet.word {
            true => super::applications::counts(&everything, &path, &v),
            false => Vec::new(),
        },
        found: v.number(number as i128),
        q: asked.get("q").cloned().unwrap_or_default(),
        csv: v.url(format!("{path}.csv?{parameters}")),
        add: keeps.then(|| {
            let address = v.url(format!("/programmes/{programme}/ajouter/{}", plate.slug));
            (address, v.say(plate.add.0, plate.add.1))
        }),
        import: keeps.then(|| v.url(format!("/programmes/{programme}/importer/{}", plate.slug))),
        filtered: !parameters.is_empty(),
        empty: v.say(plate.empty.0, plate.empty.1),
        decide: decides.then(|| super::applications::reasons(&v)),
        decide_at: v.url(format!("{path}/etat")),
        path: v.url(path),
        wrong,
        rows,
        next,
        v,
    })
}

/// The same records as a file that can be imported again.
pub(super) async fn csv(
    desk: Desk,
    view: View,
    pass: Pass,
    plate: &'static Plate,
    programme: String,
    asked: Asked,
) -> Page {
    // What does not fit is not read either: each contact that is is told in the audit.
    let only = plate.filters.iter().filter_map(|name| {
        let wanted = asked.get(*name).filter(|wanted| !wanted.is_empty())?;
        let wanted = if wanted == EMPTY { "" } else { wanted };
        Some(((*name).to_owned(), wanted.to_owned()))
    });
    let mut found = all(
        &desk,
        plate.sheet,
        Some(&programme),
        only.collect(),
        &by(&pass),
    )
    .await?;
    found.retain(|row| fits(plate, row, &asked));
    let table = format!("\u{feff}{}", register::export(plate.sheet, &found));
    let name = format!(
        "attachment; filename=\"{}.csv\"",
        view.say(plate.slug, plate.sheet.plural)
    );
    let name = HeaderValue::from_str(&name).expect("made of letters");
    let headers = [
        (
            header::CONTENT_TYPE,
            HeaderValue::from_static("text/csv; charset=utf-8"),
        ),
        (header::CONTENT_DISPOSITION, name),
    ];
    Ok((headers, table).into_response())
}

/// Whether a record is asked for.
pub(super) fn fits(plate: &Plate, row: &Shown, asked: &Asked) -> bool {
    let filtered = plate.filters.iter().all(|name| {
        let Some(wanted) = asked.get(*name).filter(|wanted| !wanted.is_empty()) else {
            return true;
        };
        let kept = row.record.get(*name).map(cell::write).unwrap_or_default();
        match wanted == EMPTY {
            true => kept.is_empty(),
            false => kept == *wanted,
        }
    });
    let code = text(row, "code").to_lowercase();
    let q = asked
        .get("q")
        .map(|q| q.trim().to_lowercase())
        .unwrap_or_default();
    filtered && code.contains(&q)
}

/// The filters as parameters of an address, without the place in the list.
pub(super) fn parameters(plate: &Plate, asked: &Asked) -> String {
    let mut address = form_urlencoded::Serializer::new(String::new());
    for name in plate.filters.iter().copied().chain(["q"]) {
        if let Some(value) = asked.get(name).filter(|value| !value.trim().is_empty()) {
            address.append_pair(name, value);
        }
    }
    address.finish()
}

/// What the list can be filtered by: the words of a field, or what stands in the records.
pub(super) fn filters(plate: &Plate, rows: &[Shown], asked: &Asked, v: &View) -> Vec<Filter> {
    let fields = plate
        .filters
        .iter()
        .filter_map(|name| plate.sheet.field(name));
    let filter = |field: &'static Field| {
        let wanted = asked.get(field.name).map_or("", String::as_str);
        let mut choices: Vec<(String, String)> = match field.form {
            Form::Word(words) => {
                let words = words().into_iter();
                words
                    .map(|word| (word.to_owned(), v.capital(v.record_word(word))))
                    .collect()
            }
            Form::Flag => vec![
                ("true".to_owned(), v.say("Oui", "Yes").to_owned()),
                ("false".to_owned(), v.say("Non", "No").to_owned()),
                (
                    EMPTY.to_owned(),
                    v.say("Pas encore dit", "Not told yet").to_owned(),
                ),
            ],
            _ => {
                let mut kept: Vec<String> = rows
                    .iter()
                    .map(|row| text(row, field.name).to_owned())
                    .collect();
                kept.sort_unstable();
                kept.dedup();
                kept.into_iter()
                    .filter(|text| !text.is_empty())
                    .map(|text| (text.clone(), text))
                    .collect()
            }
        };
        choices.insert(0, (String::new(), v.say("Tous", "All").to_owned()));
        let choices = choices.into_iter().map(|(word, name)| Choice {
            chosen: word == wanted,
            word,
            name,
        });
        Filter {
            name: field.name,
            label: label(field, v),
            choices: choices.collect(),
        }
    };
    fields.map(filter).collect()
}

fn is_number(field: &Field) -> bool {
    matches!(field.form, Form::Number(..))
}

/// One field of a record, with the way to what it names.
pub(super) fn cell_of(
    (sheet, field): (&Sheet, &'static Field),
    row: &Shown,
    programme: &str,
    v: &View,
) -> Cell {
    let value = row.record.get(field.name);
    let words = told(field, value, v);
    let state = (field.name == "state").then(|| {
        // What nobody touched has no word in its record.
        let first = match sheet.word == SESSION.sheet.word {
            true => "planned",
            false => "received",
        };
        value.and_then(Value::as_str).unwrap_or(first)
    });
    Cell {
        href: href(field, value, programme).map(|path| v.url(path)),
        tone: state.map(|word| match sheet.word == SESSION.sheet.word {
            true => super::workshop::tone(word),
            false => super::applications::tone(word),
        }),
        number: is_number(field),
        text: match (words.is_empty(), state) {
            (true, Some(word)) => v.record_word(word).to_owned(),
            (true, None) => "–".to_owned(),
            (false, _) => words,
        },
    }
}

/// Where what a field names is looked at.
pub(super) fn href(field: &Field, value: Option<&Value>, programme: &str) -> Option<String> {
    let Form::Names(noun) = field.form else {
        return None;
    };
    let plate = super::plate::plate(noun)?;
    let code = value?.as_str()?;
    Some(format!("{}/{code}", plate.path(programme)))
}
