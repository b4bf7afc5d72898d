//! The files of an evaluation: downloaded one by one, or frozen.

use std::fs::File;

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use declic_common::problem::ProblemKind;
use declic_evaluation::disclosure::Audience;
use futures_util::stream;
use jiff::civil::Date;
use serde::Deserialize;
use tokio::io::AsyncReadExt;

use super::{Asked, by};
use crate::app::evaluation::leave::{Leaving, leave};
use crate::app::evaluation::{At, FreezeError};
use crate::clock;
use crate::http::access::Pass;
use crate::http::extract::{Path, Query};
use crate::http::pages::answer::Page;
use crate::http::pages::form::{Form, filled};
use crate::http::problem::Failure;
use crate::http::router::Desk;

/// Bytes that are read at once.
const PIECE: usize = 64 * 1024;

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
    let found = Leaving::ALL.into_iter().find(|one| one.name() == name);
    let leaving = found.filter(|one| audience == Audience::Inside || one.may_be_public());
    let Some(leaving) = leaving else {
        let text = format!("there is no file {name} of an evaluation");
        return Err(Failure::new(ProblemKind::NotFound, text));
    };
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
    let public = match audience {
        Audience::Public => "public-",
        Audience::Inside => "",
    };
    let name = format!("{programme}-{public}{}", leaving.name());
    answer(file, leaving.kind(), &name)
}

/// A file in pieces, as fast as its reader takes them.
fn answer(file: File, kind: &'static str, name: &str) -> Result<Response, Failure> {
    let length = file.metadata().map_err(FreezeError::Write)?.len();
    let file = tokio::fs::File::from_std(file);
    let pieces = stream::unfold(Some(file), async |file| {
        let mut file = file?;
        let mut piece = vec![0; PIECE];
        match file.read(&mut piece).await {
            Ok(0) => None,
            Ok(read) => {
                piece.truncate(read);
                Some((Ok(piece), Some(file)))
            }
            Err(error) => Some((Err(error), None)),
        }
    });
    let name = HeaderValue::from_str(&format!("attachment; filename=\"{name}\""));
    let name = name.unwrap_or(HeaderValue::from_static("attachment"));
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(kind)),
        (header::CONTENT_DISPOSITION, name),
        (header::CONTENT_LENGTH, HeaderValue::from(length)),
    ];
    Ok((headers, Body::from_stream(pieces)).into_response())
}
