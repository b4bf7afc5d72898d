//! Every route, and what stands around them.

use std::sync::Arc;

use axum::Router;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::header;
use axum::middleware::from_fn;
use axum::response::IntoResponse;
use axum::routing::get;
use declic_common::problem::ProblemKind;
use utoipa::OpenApi;
use utoipa_axum::router::OpenApiRouter;

use super::answer::Answer;
use super::api;
use super::extract::Path;
use super::problem::Failure;
use super::{guard, metrics, openapi, problem};
use crate::app::App;

/// Largest body of a request, in bytes.
const BODY_BYTES: usize = 1024 * 1024;

/// What handlers see.
#[derive(Clone, Debug)]
pub(super) struct Desk {
    pub(super) app: Arc<App>,
    /// Whom the audit names: `cli` on the Unix socket, `api` on a port.
    pub(super) who: &'static str,
}

/// Which door a router serves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Door {
    Tcp,
    Unix,
}

/// The routes that the document describes.
pub(super) fn documented() -> OpenApiRouter<Desk> {
    OpenApiRouter::with_openapi(openapi::Base::openapi()).nest("/api/v1", api::routes())
}

/// The whole of one door.
pub(super) fn router(app: Arc<App>, door: Door) -> Router {
    let (routes, document) = documented().split_for_parts();
    let document = document
        .to_pretty_json()
        .expect("the document has a JSON form");
    let document =
        get(move || async move { ([(header::CONTENT_TYPE, "application/json")], document) });
    let who = match door {
        Door::Tcp => "api",
        Door::Unix => "cli",
    };
    let router = routes
        .route("/api/v1/openapi.json", document)
        .route("/healthz", get(async || "alive\n"))
        .route("/readyz", get(ready))
        .route("/metrics", get(metrics::scrape))
        .route("/problems/{slug}", get(explain))
        .fallback(async || Failure::new(ProblemKind::NotFound, "nothing is served here"))
        .method_not_allowed_fallback(async || {
            Failure::new(
                ProblemKind::MethodNotAllowed,
                "the header Allow lists the methods",
            )
        })
        .layer(DefaultBodyLimit::max(BODY_BYTES))
        .layer(from_fn(guard::check_json))
        .with_state(Desk { app, who });
    let router = match door {
        Door::Tcp => router.layer(from_fn(guard::check_host)),
        // The client's `Host` means nothing where only the owner can connect.
        Door::Unix => router,
    };
    router.layer(from_fn(guard::bound))
}

async fn ready(State(desk): State<Desk>) -> Answer<&'static str> {
    desk.app.check_ready()?;
    Ok("ready\n")
}

async fn explain(Path(slug): Path<String>) -> Answer<impl IntoResponse> {
    problem::page(&slug)
        .ok_or_else(|| Failure::new(ProblemKind::NotFound, "no problem has this name"))
}
