//! The lives of PCs: where each is, what may come next, and the label to print.

use axum::extract::State;
use axum::http::header;
use axum::response::IntoResponse;
use declic_common::api::{Page, Problem};
use declic_common::programme::life::{PcLife, PcSummary};
use declic_common::programme::vocabulary::LifeState;
use serde::Deserialize;
use utoipa::IntoParams;

use crate::app::programme::{self, LivesQuery};
use crate::clock;
use crate::http::access::Pass;
use crate::http::answer::{Answer, Found};
use crate::http::extract::{Path, Query};
use crate::http::router::Desk;

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct LivesParams {
    /// Only PCs in this state.
    state: Option<LifeState>,
    /// Only PCs of exactly this site.
    site: Option<String>,
    /// Only PCs that are kept as spare ones, or only the others.
    spare: Option<bool>,
}

/// The PCs of a programme, and where each is in its life.
///
/// With `state=ready` and `spare=true` it is the pool that a failing PC is exchanged from.
#[utoipa::path(
    get, path = "/programmes/{programme}/lives", operation_id = "list_lives", tag = "programme",
    params(("programme" = String, Path, description = "Code of the programme"), LivesParams),
    responses(
        (status = 200, description = "All of them, on one page, by number", body = Page<PcSummary>),
        (status = "default", description = "A problem", body = Problem, content_type = "application/problem+json"),
    ),
)]
pub(super) async fn list(
    State(desk): State<Desk>,
    pass: Pass,
    Path(programme): Path<String>,
    Query(asked): Query<LivesParams>,
) -> Answer<Found<Page<PcSummary>>> {
    let by = pass.caller.by(pass.reach);
    let query = LivesQuery {
        state: asked.state,
        site: asked.site,
        spare: asked.spare,
    };
    let now = clock::now().as_millisecond();
    let items = programme::lives(&desk.app, &programme, query, &by, now).await?;
    Ok(Found(Page { items, next: None }))
}

/// The whole life of a PC: its steps, what may come next and what stands in the way, its wipes,
/// trials, repairs and signed sheets. A page shows it, a sheet prints it.
#[utoipa::path(
    get, path = "/programmes/{programme}/pcs/{code}/life", operation_id = "get_life", tag = "programme",
    params(
        ("programme" = String, Path, description = "Code of the programme"),
        ("code" = String, Path, description = "Inventory number of the PC"),
    ),
    responses(
        (status = 200, description = "All of it", body = PcLife),
        (status = "default", description = "A problem", body = Problem, content_type = "application/problem+json"),
    ),
)]
pub(super) async fn one(
    State(desk): State<Desk>,
    pass: Pass,
    Path((programme, code)): Path<(String, String)>,
) -> Answer<Found<PcLife>> {
    let by = pass.caller.by(pass.reach);
    let now = clock::now().as_millisecond();
    Ok(Found(
        programme::life(&desk.app, &programme, &code, &by, now).await?,
    ))
}

/// The label of a PC: a QR code of its inventory number, as an SVG.
#[utoipa::path(
    get, path = "/programmes/{programme}/pcs/{code}/label", operation_id = "get_label", tag = "programme",
    params(
        ("programme" = String, Path, description = "Code of the programme"),
        ("code" = String, Path, description = "Inventory number of the PC"),
    ),
    responses(
        (status = 200, description = "The label", body = String, content_type = "image/svg+xml"),
        (status = "default", description = "A problem", body = Problem, content_type = "application/problem+json"),
    ),
)]
pub(super) async fn label(
    State(desk): State<Desk>,
    pass: Pass,
    Path((programme, code)): Path<(String, String)>,
) -> Answer<impl IntoResponse> {
    let by = pass.caller.by(pass.reach);
    let svg = programme::label(&desk.app, &programme, &code, &by).await?;
    Ok(([(header::CONTENT_TYPE, "image/svg+xml")], svg))
}
