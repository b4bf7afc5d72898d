//! The files of an evaluation: downloaded one by one, or frozen.

use axum::extract::State;
use declic_common::problem::ProblemKind;
use declic_evaluation::disclosure::Audience;
use jiff::civil::Date;
use serde::Deserialize;

use super::{Asked, by};
use crate::app::evaluation::At;
use crate::app::evaluation::leave::{Leaving, leave};
use crate::clock;
use crate::http::access::Pass;
use crate::http::attachment::attachment;
use crate::http::extract::{Path, Query};
use crate::http::pages::answer::Page;
use crate::http::pages::form::{Form, filled};
use crate::http::problem::Failure;
use crate::http::router::Desk;

pub(super) async fn download(
    State(desk): State<Desk>,
    pass: Pass,
    Path((programme, name)): Path<(String, String)>,
    Query(asked): Query<Asked>,
) -> Page {
    let audience = match asked.contains_key("public") {
        true => Audience::Public,
        false => Audience::Inside,
    };
    let leaving = Leaving::named(&name, audience)?;
    let at = At::Day(Date::MAX);
    send(&desk, &pass, &programme, at, (leaving, audience)).await
}

/// What a form asks to be frozen.
#[derive(Debug, Deserialize)]
pub(super) struct Wanted {
    /// `debut`, `fin` or `jour`.
    quand: String,
    /// Up to this day, not included.
    jour: Option<String>,
    /// `jeu`: the dataset alone.
    quoi: Option<String>,
}

pub(super) async fn freeze(
    State(desk): State<Desk>,
    pass: Pass,
    Path(programme): Path<String>,
    Form(wanted): Form<Wanted>,
) -> Page {
    let at = match (wanted.quand.as_str(), filled(wanted.jour)) {
        ("debut", _) => At::Start,
        ("fin", _) => At::End,
        (_, Some(day)) => At::Day(day.parse().map_err(|_| {
            let text = "say the day as 2026-06-30";
            Failure::new(ProblemKind::BadRequest, text)
        })?),
        (_, None) => At::Day(Date::MAX),
    };
    let leaving = match wanted.quoi.as_deref() {
        Some("jeu") => Leaving::Dataset,
        _ => Leaving::Folder,
    };
    send(&desk, &pass, &programme, at, (leaving, Audience::Inside)).await
}

async fn send(
    desk: &Desk,
    pass: &Pass,
    programme: &str,
    at: At,
    what: (Leaving, Audience),
) -> Page {
    let file = leave(&desk.app, programme, at, what, &by(pass), clock::now()).await?;
    let (leaving, audience) = what;
    attachment(
        file,
        leaving.kind(),
        &leaving.file_name(programme, audience),
    )
}
