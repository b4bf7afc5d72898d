//! One record, with the way to what it names and what can be done with it.

use askama::Template;
use axum::http::StatusCode;
use declic_common::programme::body::Shown;
use declic_common::programme::{Field, Sheet};

use super::fleet::plainly;
use super::list::href;
use super::plate::{CONTACT, PLATES, Plate, Tab, tabs};
use super::told::{label, told};
use super::{Fields, by, now_ms, text};
use crate::app::programme::{self, RegisterError};
use crate::http::access::Pass;
use crate::http::pages::answer::{Page, go_to, own_path, page_with};
use crate::http::pages::said::{PARAMETER, Said};
use crate::http::pages::view::View;
use crate::http::router::Desk;

/// A field that is filled in: name, words, and where it leads.
#[derive(Debug)]
pub(super) struct Fact {
    pub(super) name: String,
    pub(super) text: String,
    pub(super) href: Option<String>,
}

#[derive(Debug, Template)]
#[template(path = "record.html")]
struct One {
    v: View,
    tabs: Vec<Tab>,
    code: String,
    /// Its name, where it has one, and its code.
    heading: String,
    /// Address of this record.
    path: String,
    list: (String, &'static str),
    facts: Vec<Fact>,
    unread: Unread,
    changed: String,
    keeps: bool,
    /// Lists of what names it.
    naming: Vec<Naming>,
    wrong: Option<String>,
}

/// The records of another noun that name this one.
#[derive(Debug)]
pub(super) struct Naming {
    pub(super) name: &'static str,
    pub(super) list: String,
    /// Where one more is added, and what the way there says.
    pub(super) add: Option<(String, &'static str)>,
}

impl Naming {
    /// Of each noun whose list can be filtered by a record of this one.
    pub(super) fn all(plate: &Plate, (programme, code): (&str, &str), v: &View) -> Vec<Self> {
        let here = format!("{}/{code}", plate.path(programme));
        let mut all = Vec::new();
        for other in PLATES.into_iter().filter(|other| v.may(other.see)) {
            let mut fields = other.sheet.references();
            let field = fields.find(|(field, noun)| {
                *noun == plate.sheet.word && other.filters.contains(&field.name)
            });
            // Contacts have no list.
            let Some((field, _)) = field.filter(|_| other.slug != CONTACT.slug) else {
                continue;
            };
            let query = format!("{}={code}", field.name);
            let slug = other.slug;
            all.push(Naming {
                name: other.name(v),
                list: v.url(format!("{}?{query}", other.path(programme))),
                add: v.may(other.keep).then(|| {
                    let way =
                        format!("/programmes/{programme}/ajouter/{slug}?{query}&retour={here}");
                    (v.url(way), v.say(other.add.0, other.add.1))
                }),
            });
        }
        all
    }
}

/// Fields that are filled in and cannot be read here.
#[derive(Debug, Default)]
pub(super) struct Unread {
    pub(super) hidden: String,
    pub(super) lost: String,
}

impl Unread {
    pub(super) fn of(sheet: &Sheet, shown: &Shown, v: &View) -> Self {
        let names = |fields: &[String]| {
            let fields = fields.iter().filter_map(|name| sheet.field(name));
            fields
                .map(|field| label(field, v))
                .collect::<Vec<_>>()
                .join(", ")
        };
        Unread {
            hidden: names(&shown.hidden),
            lost: names(&shown.lost),
        }
    }
}

/// The fields that are filled in, but these.
pub(super) fn facts(
    sheet: &'static Sheet,
    shown: &Shown,
    but: &[&str],
    programme: &str,
    v: &View,
) -> Vec<Fact> {
    let fields = sheet
        .fields
        .iter()
        .filter(|field| !but.contains(&field.name));
    let fact = |field: &'static Field| {
        let value = shown.record.get(field.name);
        let text = told(field, value, v);
        (!text.is_empty()).then(|| Fact {
            name: label(field, v),
            text,
            href: href(field, value, programme).map(|path| v.url(path)),
        })
    };
    fields.filter_map(fact).collect()
}

pub(super) async fn show(
    desk: Desk,
    view: View,
    pass: Pass,
    plate: &'static Plate,
    (programme, code): (String, String),
) -> Page {
    draw(&desk, view, &pass, plate, (&programme, &code), None).await
}

async fn draw(
    desk: &Desk,
    view: View,
    pass: &Pass,
    plate: &'static Plate,
    (programme, code): (&str, &str),
    wrong: Option<String>,
) -> Page {
    let sheet = plate.sheet;
    let shown = programme::find(&desk.app, sheet, programme, code, &by(pass), now_ms()).await?;
    let title = view.pair(plate.name(&view), code);
    let v = view.titled(title, plate.part);
    let path = plate.path(programme);
    let status = match wrong {
        Some(_) => StatusCode::CONFLICT,
        None => StatusCode::OK,
    };
    let template = One {
        tabs: tabs(&v, programme, plate.part, plate.slug),
        facts: facts(sheet, &shown, &["code"], programme, &v),
        unread: Unread::of(sheet, &shown, &v),
        changed: v.since(Some(shown.changed_at)),
        keeps: v.may(plate.keep),
        naming: Naming::all(plate, (programme, code), &v),
        list: (v.url(&path), plate.name(&v)),
        path: v.url(format!("{path}/{code}")),
        heading: match text(&shown, "name") {
            "" => code.to_owned(),
            name => format!("{name} ({code})"),
        },
        code: code.to_owned(),
        wrong,
        v,
    };
    page_with(status, &template)
}

/// Removes what was entered by mistake.
pub(super) async fn remove(
    desk: Desk,
    view: View,
    pass: Pass,
    plate: &'static Plate,
    (programme, code): (String, String),
    sent: Fields,
) -> Page {
    let who = by(&pass);
    let at = (programme.as_str(), code.as_str());
    let removed = programme::remove(&desk.app, plate.sheet, at.0, at.1, &who, now_ms()).await;
    match removed {
        Ok(()) => {
            let way = sent
                .iter()
                .find(|(name, _)| name == "retour")
                .map(|(_, way)| way.as_str());
            let list = plate.path(&programme);
            let to = way.and_then(own_path).unwrap_or(&list);
            let sign = if to.contains('?') { '&' } else { '?' };
            Ok(go_to(&view.url(format!(
                "{to}{sign}{PARAMETER}={}",
                Said::Removed.word()
            ))))
        }
        Err(RegisterError::Named { by: named, .. })
            if !matches!(plate.slug, "foyers" | "candidatures" | "coordonnees") =>
        {
            let text = view.say(
                format!("{code} est encore nommé ({named}) : changez ou retirez cela d’abord."),
                format!("{code} is still named ({named}): change or remove that first."),
            );
            draw(&desk, view, &pass, plate, (&programme, &code), Some(text)).await
        }
        // What rests on it would not hold any more.
        Err(RegisterError::Bad(faults)) => {
            let texts = faults.iter().map(|bad| plainly(view.say(&bad.fr, &bad.en)));
            let text = texts.collect::<Vec<_>>().join(" ; ");
            let text = view.say(
                format!("Le retirer {text}."),
                format!("Removing it {text}."),
            );
            draw(&desk, view, &pass, plate, (&programme, &code), Some(text)).await
        }
        Err(error) => Err(error.into()),
    }
}
