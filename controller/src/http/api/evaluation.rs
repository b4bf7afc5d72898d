//! Datasets for an evaluation, and the files that come of them.

use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use declic_common::api::Problem;
use declic_common::problem::ProblemKind;
use declic_evaluation::disclosure::Audience;
use jiff::civil::Date;
use serde::Deserialize;
use utoipa::IntoParams;

use crate::app::evaluation::leave::{Leaving, leave};
use crate::app::evaluation::{self, At, FreezeError};
use crate::clock;
use crate::http::access::Pass;
use crate::http::answer::Answer;
use crate::http::attachment::attachment;
use crate::http::extract::{Path, Query};
use crate::http::problem::Failure;
use crate::http::router::Desk;

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct FreezeParams {
    /// `start`: all that is known today, to be paired later; `end`: the whole programme, once it
    /// is over; or a day, up to which it goes (not included). Up to today when absent.
    at: Option<String>,
}

/// All that an evaluation rests on: a signed tar of pseudonymous rows, from which every figure
/// is worked out on any machine. Freezing is told in the audit.
#[utoipa::path(
    get, path = "/programmes/{programme}/evaluation/dataset", operation_id = "freeze_evaluation", tag = "evaluation",
    params(("programme" = String, Path, description = "Code of the programme"), FreezeParams),
    responses(
        (status = 200, description = "The dataset", content_type = "application/x-tar"),
        (status = "default", description = "A problem", body = Problem, content_type = "application/problem+json"),
    ),
)]
pub(super) async fn dataset(
    State(desk): State<Desk>,
    pass: Pass,
    Path(programme): Path<String>,
    Query(params): Query<FreezeParams>,
) -> Answer<Response> {
    let at = up_to(params.at.as_deref())?;
    let by = pass.caller.by(pass.reach);
    let bytes = evaluation::freeze(&desk.app, &programme, at, &by, clock::now()).await?;
    let kind = HeaderValue::from_static("application/x-tar");
    Ok(([(header::CONTENT_TYPE, kind)], bytes).into_response())
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct FileParams {
    /// As for a dataset.
    at: Option<String>,
    /// What everybody may read: no rows, no sites, nothing of fewer than 11 households.
    #[serde(default)]
    public: bool,
}

/// One file that comes of an evaluation, written whole before it is sent; the audit tells it.
/// `folder.tar` (all of them, with the dataset), `dataset.tar`, `package.tar` (Data Package),
/// `figures.csv`, `figures.json`, `evaluation.xlsx`, `parquet.tar`, `metrics.txt` (OpenMetrics),
/// `activities.csv` (CRA), `places.csv` (places of mediation), `report-fr.html`, `report-en.html`.
#[utoipa::path(
    get, path = "/programmes/{programme}/evaluation/files/{name}", operation_id = "export_evaluation", tag = "evaluation",
    params(
        ("programme" = String, Path, description = "Code of the programme"),
        ("name" = String, Path, description = "Name of the file"),
        FileParams,
    ),
    responses(
        (status = 200, description = "The file", content_type = "application/octet-stream"),
        (status = "default", description = "A problem", body = Problem, content_type = "application/problem+json"),
    ),
)]
pub(super) async fn file(
    State(desk): State<Desk>,
    pass: Pass,
    Path((programme, name)): Path<(String, String)>,
    Query(params): Query<FileParams>,
) -> Answer<Response> {
    let audience = match params.public {
        true => Audience::Public,
        false => Audience::Inside,
    };
    let leaving = Leaving::named(&name, audience)?;
    let at = up_to(params.at.as_deref())?;
    let by = pass.caller.by(pass.reach);
    let file = leave(
        &desk.app,
        &programme,
        at,
        (leaving, audience),
        &by,
        clock::now(),
    )
    .await?;
    attachment(
        file,
        leaving.kind(),
        &leaving.file_name(&programme, audience),
    )
}

fn up_to(at: Option<&str>) -> Answer<At> {
    match at {
        None => Ok(At::Day(Date::MAX)),
        Some(text) => text
            .parse()
            .map_err(|error| Failure::of(ProblemKind::BadRequest, &error)),
    }
}

impl From<FreezeError> for Failure {
    fn from(error: FreezeError) -> Self {
        let kind = match error {
            FreezeError::Store(error) => return error.into(),
            FreezeError::Unknown(_) | FreezeError::NoFile(_) => ProblemKind::NotFound,
            FreezeError::NoDate(_) | FreezeError::NotOver(_) | FreezeError::Nothing(..) => {
                ProblemKind::Refused
            }
            FreezeError::Unsafe(_) => ProblemKind::Refused,
            FreezeError::Write(_)
            | FreezeError::Export(_)
            | FreezeError::Keys(_)
            | FreezeError::Seed(_) => {
                tracing::error!(%error, "failed to freeze an evaluation");
                ProblemKind::Internal
            }
        };
        Failure::of(kind, &error)
    }
}
