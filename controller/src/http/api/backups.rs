//! Backups of this controller.

use axum::extract::State;
use axum::http::StatusCode;
use declic_common::api::Problem;
use declic_common::backup::Backups;
use declic_common::problem::ProblemKind;

use crate::app::backup;
use crate::clock;
use crate::http::access::Pass;
use crate::http::answer::{Answer, Found};
use crate::http::problem::Failure;
use crate::http::router::Desk;

/// The backups that there are, newest first, and how the work on them goes.
#[utoipa::path(
    get, path = "/backups", operation_id = "list_backups", tag = "controller",
    responses(
        (status = 200, description = "The backups", body = Backups),
        (status = "default", description = "A problem", body = Problem, content_type = "application/problem+json"),
    ),
)]
pub(super) async fn list(State(desk): State<Desk>) -> Answer<Found<Backups>> {
    let found = backup::list(&desk.app).await.map_err(|error| {
        tracing::error!(%error, "failed to list the backups");
        Failure::new(
            ProblemKind::Internal,
            format!("failed to list the backups: {error}"),
        )
    })?;
    Ok(Found(found))
}

/// Begins a backup. It goes on after the answer; the list tells when it is done.
#[utoipa::path(
    post, path = "/backups", operation_id = "create_backup", tag = "controller",
    responses(
        (status = 202, description = "Begun"),
        (status = "default", description = "A problem", body = Problem, content_type = "application/problem+json"),
    ),
)]
pub(super) async fn create(State(desk): State<Desk>, pass: Pass) -> Answer<StatusCode> {
    backup::start(&desk.app, pass.who(), clock::now())?;
    Ok(StatusCode::ACCEPTED)
}
