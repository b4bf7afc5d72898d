//! The workshop: the map of its seats, the sheet of a session, and its roll.

use axum::extract::State;
use declic_common::api::Problem;
use declic_common::programme::workshop::{NewRoll, SeatMap, SessionSheet};

use crate::app::programme;
use crate::clock;
use crate::http::access::Pass;
use crate::http::answer::{Answer, Found};
use crate::http::extract::{Json, Path};
use crate::http::router::Desk;

/// The posts of the workshop of a site, with those that are down today.
#[utoipa::path(
    get, path = "/programmes/{programme}/sites/{code}/seats", operation_id = "get_seats", tag = "programme",
    params(
        ("programme" = String, Path, description = "Code of the programme"),
        ("code" = String, Path, description = "Code of the site"),
    ),
    responses(
        (status = 200, description = "All posts, by number", body = SeatMap),
        (status = "default", description = "A problem", body = Problem, content_type = "application/problem+json"),
    ),
)]
pub(super) async fn seats(
    State(desk): State<Desk>,
    pass: Pass,
    Path((programme, code)): Path<(String, String)>,
) -> Answer<Found<SeatMap>> {
    let by = pass.caller.by(pass.reach);
    let now = clock::now().as_millisecond();
    Ok(Found(
        programme::seats(&desk.app, &programme, &code, &by, now).await?,
    ))
}

/// A session to be printed and signed: its group, who else came, and lines to fill in by hand.
///
/// First names are those of the session, for whoever may see first names at its site.
#[utoipa::path(
    get, path = "/programmes/{programme}/sessions/{code}/sheet", operation_id = "get_session_sheet", tag = "programme",
    params(
        ("programme" = String, Path, description = "Code of the programme"),
        ("code" = String, Path, description = "Code of the session"),
    ),
    responses(
        (status = 200, description = "The sheet", body = SessionSheet),
        (status = "default", description = "A problem", body = Problem, content_type = "application/problem+json"),
    ),
)]
pub(super) async fn sheet(
    State(desk): State<Desk>,
    pass: Pass,
    Path((programme, code)): Path<(String, String)>,
) -> Answer<Found<SessionSheet>> {
    let by = pass.caller.by(pass.reach);
    let now = clock::now().as_millisecond();
    Ok(Found(
        programme::sheet(&desk.app, &programme, &code, &by, now).await?,
    ))
}

/// Who came to a session, all at once: what was entered before is replaced. The session was
/// held from then on, unless another state is given.
#[utoipa::path(
    post, path = "/programmes/{programme}/sessions/{code}/roll", operation_id = "take_roll", tag = "programme",
    params(
        ("programme" = String, Path, description = "Code of the programme"),
        ("code" = String, Path, description = "Code of the session"),
    ),
    request_body = NewRoll,
    responses(
        (status = 200, description = "The sheet as it is then", body = SessionSheet),
        (status = "default", description = "A problem; each fault names its place in the list", body = Problem, content_type = "application/problem+json"),
    ),
)]
pub(super) async fn roll(
    State(desk): State<Desk>,
    pass: Pass,
    Path((programme, code)): Path<(String, String)>,
    Json(new): Json<NewRoll>,
) -> Answer<Found<SessionSheet>> {
    let by = pass.caller.by(pass.reach);
    let now = clock::now().as_millisecond();
    Ok(Found(
        programme::roll(&desk.app, &programme, &code, new, &by, now).await?,
    ))
}
