//! The addresses of the forms: a new record or an old one, looked at or sent.

use std::collections::BTreeMap;

use axum::extract::State;
use declic_common::programme::{Noun, Programme};

use super::{Desktop, Typing};
use crate::http::access::Pass;
use crate::http::extract::{Path, Query};
use crate::http::pages::answer::Page;
use crate::http::pages::form::Form;
use crate::http::pages::programme::plate::Plate;
use crate::http::pages::programme::{Asked, Fields, names};
use crate::http::pages::view::View;
use crate::http::router::Desk;

pub(in crate::http::pages::programme) async fn add(
    desk: Desk,
    view: View,
    pass: Pass,
    plate: &'static Plate,
    programme: String,
    asked: Asked,
) -> Page {
    // Of the address, but nothing that is sealed: addresses stand in histories.
    let open = |name: &str| {
        let field = plate.sheet.field(name);
        field.is_some_and(|field| field.sealed.is_none())
    };
    let way = asked.get("retour").cloned().unwrap_or_default();
    let mut texts: BTreeMap<_, _> = asked.into_iter().filter(|(name, _)| open(name)).collect();
    for name in ["received_on", "answered_on", "paid_on", "on", "begun_on"] {
        if plate
            .sheet
            .field(name)
            .is_some_and(|field| field.needed || name == "answered_on")
        {
            texts
                .entry(name.to_owned())
                .or_insert_with(|| view.today().to_string());
        }
    }
    // Whoever works here is who did it, unless they say otherwise.
    if let ("effacements" | "essais" | "reparations", Some(account)) = (plate.slug, view.account())
    {
        texts
            .entry("by".to_owned())
            .or_insert_with(|| account.to_owned());
    }
    let has_site = plate.sheet.field("site").is_some();
    if has_site && !texts.contains_key("site") {
        let sites = names(&desk, &pass, &programme, "site").await?;
        if let [(only, _)] = sites.as_slice() {
            texts.insert("site".to_owned(), only.clone());
        }
    }
    let place = place(&desk, &pass, plate, &programme, None);
    let state = Typing {
        texts,
        way,
        ..Typing::default()
    };
    place.draw(view, state).await
}

pub(in crate::http::pages::programme) async fn create(
    desk: Desk,
    view: View,
    pass: Pass,
    plate: &'static Plate,
    programme: String,
    sent: Fields,
) -> Page {
    place(&desk, &pass, plate, &programme, None)
        .keep(view, sent)
        .await
}

pub(in crate::http::pages::programme) async fn old(
    desk: Desk,
    view: View,
    pass: Pass,
    plate: &'static Plate,
    (programme, code): (String, String),
    asked: Asked,
) -> Page {
    let way = asked.get("retour").cloned().unwrap_or_default();
    place(&desk, &pass, plate, &programme, Some(&code))
        .open(view, way)
        .await
}

pub(in crate::http::pages::programme) async fn change(
    desk: Desk,
    view: View,
    pass: Pass,
    plate: &'static Plate,
    (programme, code): (String, String),
    sent: Fields,
) -> Page {
    place(&desk, &pass, plate, &programme, Some(&code))
        .keep(view, sent)
        .await
}

fn place<'a>(
    desk: &'a Desk,
    pass: &'a Pass,
    plate: &'static Plate,
    programme: &'a str,
    code: Option<&'a str>,
) -> Desktop<'a> {
    Desktop {
        desk,
        pass,
        sheet: plate.sheet,
        plate: Some(plate),
        programme,
        code,
    }
}

/// The programme itself, which is in nothing else.
fn whole<'a>(
    desk: &'a Desk,
    pass: &'a Pass,
    programme: &'a str,
    code: Option<&'a str>,
) -> Desktop<'a> {
    Desktop {
        desk,
        pass,
        sheet: Programme::SHEET,
        plate: None,
        programme,
        code,
    }
}

pub(in crate::http::pages::programme) async fn new_programme(
    State(desk): State<Desk>,
    view: View,
    pass: Pass,
) -> Page {
    whole(&desk, &pass, "", None)
        .draw(view, Typing::default())
        .await
}

pub(in crate::http::pages::programme) async fn create_programme(
    State(desk): State<Desk>,
    view: View,
    pass: Pass,
    Form(sent): Form<Fields>,
) -> Page {
    whole(&desk, &pass, "", None).keep(view, sent).await
}

pub(in crate::http::pages::programme) async fn old_programme(
    State(desk): State<Desk>,
    view: View,
    pass: Pass,
    Path(programme): Path<String>,
    Query(asked): Query<Asked>,
) -> Page {
    let way = asked.get("retour").cloned().unwrap_or_default();
    whole(&desk, &pass, &programme, Some(&programme))
        .open(view, way)
        .await
}

pub(in crate::http::pages::programme) async fn change_programme(
    State(desk): State<Desk>,
    view: View,
    pass: Pass,
    Path(programme): Path<String>,
    Form(sent): Form<Fields>,
) -> Page {
    whole(&desk, &pass, &programme, Some(&programme))
        .keep(view, sent)
        .await
}
