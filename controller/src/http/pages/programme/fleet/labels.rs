//! Labels to print and stick on PCs: a QR code and the number, nothing else.

use askama::Template;
use axum::extract::State;
use declic_common::programme::Pc;
use declic_common::programme::vocabulary::LifeState;

use super::super::plate::{FLEET, PC};
use super::super::{Asked, by, now_ms, read};
use crate::app::programme::{self, LivesQuery};
use crate::http::access::Pass;
use crate::http::extract::{Path, Query};
use crate::http::pages::answer::{Page, page};
use crate::http::pages::view::View;
use crate::http::router::Desk;

/// Labels of one page: a QR code weighs two kilobytes.
const LABELS: usize = 24;

#[derive(Debug, Template)]
#[template(path = "labels.html")]
struct Labels {
    v: View,
    back: String,
    labels: Vec<Label>,
    next: Option<String>,
}

#[derive(Debug)]
struct Label {
    pc: String,
    qr: String,
}

pub(in crate::http::pages::programme) async fn show(
    State(desk): State<Desk>,
    view: View,
    pass: Pass,
    Path(programme): Path<String>,
    Query(asked): Query<Asked>,
) -> Page {
    let who = by(&pass);
    let filled = |name: &str| asked.get(name).filter(|text| !text.is_empty());
    let only = filled("pc");
    let query = LivesQuery {
        state: filled("state").and_then(|word| LifeState::from_word(word)),
        site: filled("site").cloned(),
        spare: filled("spare").map(|spare| spare == "true"),
    };
    let lot = filled("lot");
    let of_lot: Vec<Pc> = match lot {
        Some(_) => read(&desk, &pass, &programme).await?,
        None => Vec::new(),
    };
    let in_lot = |code: &str| {
        lot.is_none()
            || of_lot
                .iter()
                .any(|pc| pc.code == code && pc.lot.as_ref() == lot)
    };
    let lives = programme::lives(&desk.app, &programme, query, &who, now_ms()).await?;
    let mut found: Vec<&str> = lives.iter().map(|life| life.pc.as_str()).collect();
    found.retain(|code| only.is_none_or(|only| only == code) && in_lot(code));
    if let Some(after) = filled("suite") {
        found.retain(|code| *code > after.as_str());
    }
    let more = found.len() > LABELS;
    found.truncate(LABELS);
    let title = view.say("Étiquettes", "Labels");
    let v = view.titled(title, FLEET);
    let next = found.last().filter(|_| more).map(|last| {
        let mut address = form_urlencoded::Serializer::new(String::new());
        let asked = asked.iter().filter(|(name, _)| *name != "suite");
        address.extend_pairs(asked).append_pair("suite", last);
        v.url(format!(
            "/programmes/{programme}/etiquettes?{}",
            address.finish()
        ))
    });
    let mut labels = Vec::new();
    for code in found {
        let drawn = programme::label(&desk.app, &programme, code, &who).await?;
        let begin = drawn.find("<svg").unwrap_or(0);
        labels.push(Label {
            pc: code.to_owned(),
            // The number beside it says the same.
            qr: drawn[begin..].replacen("<svg", "<svg class=\"qr\" aria-hidden=\"true\"", 1),
        });
    }
    page(&Labels {
        back: match only {
            Some(code) => v.url(format!("{}/{code}", PC.path(&programme))),
            None => v.url(PC.path(&programme)),
        },
        labels,
        next,
        v,
    })
}
