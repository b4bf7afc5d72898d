//! Datasets for an evaluation.

use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use declic_common::api::Problem;
use declic_common::problem::ProblemKind;
use jiff::civil::Date;
use serde::Deserialize;
use utoipa::IntoParams;

use crate::app::evaluation::{self, At, FreezeError};
use crate::clock;
use crate::http::access::Pass;
use crate::http::answer::Answer;
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
    let at = match params.at.as_deref() {
        None => At::Day(Date::MAX),
        Some(text) => text
            .parse()
            .map_err(|error| Failure::of(ProblemKind::BadRequest, &error))?,
    };
    let by = pass.caller.by(pass.reach);
    let bytes = evaluation::freeze(&desk.app, &programme, at, &by, clock::now()).await?;
    let kind = HeaderValue::from_static("application/x-tar");
    Ok(([(header::CONTENT_TYPE, kind)], bytes).into_response())
}

impl From<FreezeError> for Failure {
    fn from(error: FreezeError) -> Self {
        let kind = match error {
            FreezeError::Store(error) => return error.into(),
            FreezeError::Unknown(_) => ProblemKind::NotFound,
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
