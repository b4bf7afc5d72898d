//! Every route, and what stands around them.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use axum::Router;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::{Extensions, header};
use axum::middleware::{from_fn, from_fn_with_state};
use axum::response::IntoResponse;
use axum::routing::get;
use declic_common::problem::ProblemKind;
use tokio::task::spawn_blocking;
use utoipa::OpenApi;

use super::access::{Access, Routes};
use super::answer::Answer;
use super::api;
use super::attempts::Attempts;
use super::extract::Path;
use super::limits::Limiter;
use super::openapi::{self, Description};
use super::origin::Origin;
use super::pages::{self, Onlookers};
use super::problem::Failure;
use super::{guard, metrics, origin, problem};
use crate::app::App;
use crate::config::Web;
use crate::domain::rights::Permission;

/// Largest body of a request, in bytes.
const BODY_BYTES: usize = 1024 * 1024;

/// Changes that one login may make on pages within a minute: more than hands can.
const CHANGES: u32 = 120;

/// What handlers see.
#[derive(Clone, Debug)]
pub(super) struct Desk {
    pub(super) app: Arc<App>,
    pub(super) web: Arc<Web>,
    pub(super) attempts: Arc<Attempts>,
    /// Pages that are looked at, and follow what changes.
    pub(super) onlookers: Arc<Onlookers>,
    /// Changes that one login makes on pages.
    pub(super) changes: Arc<Limiter<String>>,
}

impl Desk {
    pub(super) fn new(app: Arc<App>, web: Web) -> Self {
        Desk {
            app,
            web: Arc::new(web),
            attempts: Arc::default(),
            onlookers: Arc::default(),
            changes: Arc::new(Limiter::new(CHANGES, Duration::from_secs(60))),
        }
    }

    /// Of a request that came through a door.
    pub(super) fn of(extensions: &Extensions) -> &Desk {
        extensions.get().expect("every door has a desk")
    }
}

/// What describes the routes below `/api/v1`.
pub(super) fn document() -> openapi::Document {
    let base = Routes::described(openapi::Base::openapi());
    documented(base).into_parts().1
}

fn documented(base: Routes) -> Routes {
    let api = api::routes(base.beside());
    base.nested("/api/v1", api)
}

/// The whole of one door.
pub(super) fn router(desk: Desk) -> Router {
    let (routes, _) = documented(Routes::bare()).into_parts();
    let description = Arc::new(OnceLock::new());
    let document = get(async move |origin: Origin| described(description, origin).await);
    let (beside, _) = Routes::bare()
        .plain(Access::Open, "/api/v1/openapi.json", document)
        .plain(Access::Open, "/healthz", get(async || "alive\n"))
        .plain(Access::Open, "/readyz", get(ready))
        .plain(
            Access::HereOr(Permission::SeeStatus),
            "/metrics",
            get(metrics::scrape),
        )
        .plain(Access::Open, "/problems/{slug}", get(explain))
        .into_parts();
    let base = desk.web.base_path.clone();
    let pages = match base.as_str() {
        "" => pages::routes(),
        // Of the base path alone, the library takes the form without a slash for `/`.
        base => pages::routes().get(Access::SignedIn, &format!("{base}/"), pages::home::show),
    };
    let router: Router = routes
        .merge(beside)
        // Pages are changed by forms, and have a gate of their own for them.
        .layer(from_fn(guard::check_json))
        .merge(pages.into_router())
        .fallback(async || Failure::new(ProblemKind::NotFound, "nothing is served here"))
        .method_not_allowed_fallback(async || {
            Failure::new(
                ProblemKind::MethodNotAllowed,
                "the header Allow lists the methods",
            )
        })
        .layer(DefaultBodyLimit::max(BODY_BYTES))
        .layer(from_fn(guard::check_host))
        .layer(from_fn(guard::bound))
        .layer(from_fn(pages::faults::shown))
        .layer(from_fn_with_state(desk.clone(), origin::attach))
        .with_state(desk);
    match base.as_str() {
        "" => router,
        // With the base path, and without it for a proxy that takes it away.
        base => Router::new().nest(base, router.clone()).merge(router),
    }
}

/// The document of the API, at the address that the reader sees. It is made for the first who asks.
async fn described(
    description: Arc<OnceLock<Description>>,
    origin: Origin,
) -> Answer<impl IntoResponse> {
    let text = spawn_blocking(move || {
        let description = description.get_or_init(|| Description::of(document()));
        description.at(&format!("{}/", origin.base))
    });
    let text = text.await.map_err(|error| {
        tracing::error!(%error, "the document of the API could not be made");
        Failure::new(ProblemKind::Internal, "the document could not be made")
    })?;
    Ok(([(header::CONTENT_TYPE, "application/json")], text))
}

async fn ready(State(desk): State<Desk>) -> Answer<&'static str> {
    desk.app.check_ready()?;
    Ok("ready\n")
}

async fn explain(Path(slug): Path<String>) -> Answer<impl IntoResponse> {
    problem::page(&slug)
        .ok_or_else(|| Failure::new(ProblemKind::NotFound, "no problem has this name"))
}
