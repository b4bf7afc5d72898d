//! The records of a programme on pages: lists, one record, forms, tables to import. What is
//! the same for every noun is written once, from its sheet and its [`plate`]; a household,
//! an application, a survey and the programme itself have pages of their own besides.

mod applications;
mod board;
mod edit;
mod household;
mod households;
mod import;
mod input;
mod list;
mod one;
mod plate;
mod sheet;
mod surveys;
mod told;

use askama::Template;
use axum::extract::State;
use declic_common::programme::body::Shown;
use declic_common::programme::{Noun, Programme, Sheet};
use serde_json::Value;

use self::plate::{APPLICATIONS, HOUSEHOLDS, PLATES, PROGRAMME, Plate, SURVEYS};
use super::answer::{Page, go_to, page};
use super::form::Form;
use super::view::View;
use crate::app::programme::{self, By, ListQuery, Sight};
use crate::clock;
use crate::domain::rights::Permission::{self, *};
use crate::http::access::Access::Needs;
use crate::http::access::{Pages, Pass};
use crate::http::extract::{Path, Query};
use crate::http::problem::Failure;
use crate::http::router::Desk;

/// Fields of a form, in their order; one name may come several times.
pub(super) type Fields = Vec<(String, String)>;
/// What an address asks for.
type Asked = std::collections::BTreeMap<String, String>;

/// The pages of records, each with its rule.
pub(super) fn routes(pages: Pages) -> Pages {
    let mut pages = entrances(pages);
    for plate in PLATES {
        pages = lists(pages, plate);
        pages = forms(pages, plate);
    }
    pages
        .get(Needs(SeeProgramme), "/programmes/{programme}", board::show)
        .get(
            Needs(KeepProgramme),
            "/programme/ajouter",
            edit::doors::new_programme,
        )
        .post(
            Needs(KeepProgramme),
            "/programme/ajouter",
            edit::doors::create_programme,
        )
        .get(
            Needs(KeepProgramme),
            "/programmes/{programme}/changer",
            edit::doors::old_programme,
        )
        .post(
            Needs(KeepProgramme),
            "/programmes/{programme}/changer",
            edit::doors::change_programme,
        )
        .get(
            Needs(SeeProgramme),
            "/programmes/{programme}/candidatures/{code}",
            applications::show,
        )
        .post(
            Needs(KeepProgramme),
            "/programmes/{programme}/candidatures/etat",
            applications::decide,
        )
        .post(
            Needs(SeeContacts),
            "/programmes/{programme}/candidatures/{code}/coordonnees",
            applications::contacts,
        )
        .get(
            Needs(SeeProgramme),
            "/programmes/{programme}/foyers",
            households::show,
        )
        .get(
            Needs(SeeProgramme),
            "/programmes/{programme}/foyers/{code}",
            household::show,
        )
        .post(
            Needs(SeeContacts),
            "/programmes/{programme}/foyers/{code}/coordonnees",
            household::contacts,
        )
        .post(
            Needs(SteerDevices),
            "/programmes/{programme}/foyers/{code}/remise",
            household::acts::hand_over,
        )
        .post(
            Needs(SteerDevices),
            "/programmes/{programme}/foyers/{code}/retour",
            household::acts::take_back,
        )
        .post(
            Needs(KeepProgramme),
            "/programmes/{programme}/foyers/{code}/dossier",
            household::acts::file,
        )
        .post(
            Needs(KeepProgramme),
            "/programmes/{programme}/foyers/{code}/effacement",
            household::acts::erase,
        )
        .get(
            Needs(SeeProgramme),
            "/programmes/{programme}/questionnaires",
            surveys::show,
        )
        .get(
            Needs(SeeProgramme),
            "/programmes/{programme}/feuille",
            sheet::show,
        )
}

/// What the menu leads to before a programme is known: the first one that somebody sees.
fn entrances(mut pages: Pages) -> Pages {
    let parts = [
        (APPLICATIONS, "/candidatures"),
        (HOUSEHOLDS, "/foyers"),
        (SURVEYS, "/questionnaires"),
        (PROGRAMME, ""),
    ];
    for (part, below) in parts {
        pages = pages.get(
            Needs(SeeProgramme),
            part,
            async move |State(desk): State<Desk>, view: View, pass: Pass| {
                let found = programmes(&desk, &pass).await?;
                match found.first() {
                    Some(first) => {
                        let code = text(first, "code");
                        Ok(go_to(&view.url(format!("/programmes/{code}{below}"))))
                    }
                    None => nothing(view, part),
                }
            },
        );
    }
    pages
}

fn lists(pages: Pages, plate: &'static Plate) -> Pages {
    let base = plate.path("{programme}");
    let mut pages = pages.get(
        Needs(plate.see),
        &format!("{base}.csv"),
        async move |State(desk): State<Desk>,
                    view: View,
                    pass: Pass,
                    Path(programme): Path<String>,
                    Query(asked): Query<Asked>| {
            list::csv(desk, view, pass, plate, programme, asked).await
        },
    );
    // Of contacts there is no list: each is shown where it is asked for.
    if !matches!(plate.slug, "foyers" | "questionnaires" | "coordonnees") {
        pages = pages.get(
            Needs(plate.see),
            &base,
            async move |State(desk): State<Desk>,
                        view: View,
                        pass: Pass,
                        Path(programme): Path<String>,
                        Query(asked): Query<Asked>| {
                list::show(desk, view, pass, plate, programme, asked).await
            },
        );
    }
    if !matches!(plate.slug, "foyers" | "candidatures" | "coordonnees") {
        pages = pages.get(
            Needs(plate.see),
            &format!("{base}/{{code}}"),
            async move |State(desk): State<Desk>,
                        view: View,
                        pass: Pass,
                        Path(at): Path<(String, String)>| {
                one::show(desk, view, pass, plate, at).await
            },
        );
    }
    pages
}

fn forms(pages: Pages, plate: &'static Plate) -> Pages {
    let slug = plate.slug;
    let add = format!("/programmes/{{programme}}/ajouter/{slug}");
    let import = format!("/programmes/{{programme}}/importer/{slug}");
    let one = format!("/programmes/{{programme}}/{slug}/{{code}}");
    pages
        .get(
            Needs(plate.keep),
            &add,
            async move |State(desk): State<Desk>,
                        view: View,
                        pass: Pass,
                        Path(programme): Path<String>,
                        Query(asked): Query<Asked>| {
                edit::doors::add(desk, view, pass, plate, programme, asked).await
            },
        )
        .post(
            Needs(plate.keep),
            &add,
            async move |State(desk): State<Desk>,
                        view: View,
                        pass: Pass,
                        Path(programme): Path<String>,
                        Form(sent): Form<Fields>| {
                edit::doors::create(desk, view, pass, plate, programme, sent).await
            },
        )
        .get(
            Needs(plate.keep),
            &import,
            async move |State(desk): State<Desk>,
                        view: View,
                        pass: Pass,
                        Path(programme): Path<String>| {
                import::show(desk, view, pass, plate, programme).await
            },
        )
        .post(
            Needs(plate.keep),
            &import,
            async move |State(desk): State<Desk>,
                        view: View,
                        pass: Pass,
                        Path(programme): Path<String>,
                        Form(sent): Form<Fields>| {
                import::take(desk, view, pass, plate, programme, sent).await
            },
        )
        .get(
            Needs(plate.keep),
            &format!("{one}/changer"),
            async move |State(desk): State<Desk>,
                        view: View,
                        pass: Pass,
                        Path(at): Path<(String, String)>,
                        Query(asked): Query<Asked>| {
                edit::doors::old(desk, view, pass, plate, at, asked).await
            },
        )
        .post(
            Needs(plate.keep),
            &format!("{one}/changer"),
            async move |State(desk): State<Desk>,
                        view: View,
                        pass: Pass,
                        Path(at): Path<(String, String)>,
                        Form(sent): Form<Fields>| {
                edit::doors::change(desk, view, pass, plate, at, sent).await
            },
        )
        .post(
            Needs(plate.keep),
            &format!("{one}/retirer"),
            async move |State(desk): State<Desk>,
                        view: View,
                        pass: Pass,
                        Path(at): Path<(String, String)>,
                        Form(sent): Form<Fields>| {
                one::remove(desk, view, pass, plate, at, sent).await
            },
        )
}

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
