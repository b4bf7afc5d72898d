//! `/api/v1`: one file per noun.

mod commands;
mod devices;
mod history;
mod status;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::router::Desk;

/// Every documented route, under `/api/v1`.
pub(super) fn routes() -> OpenApiRouter<Desk> {
    OpenApiRouter::new()
        .routes(routes!(devices::list))
        .routes(routes!(devices::detail))
        .routes(routes!(devices::latest))
        .routes(routes!(history::history))
        .routes(routes!(commands::list, commands::send))
        .routes(routes!(status::status))
}
