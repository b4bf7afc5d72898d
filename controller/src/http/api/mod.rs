//! `/api/v1`: one file per noun.

mod audit;
mod changes;
mod commands;
mod devices;
mod enrolments;
mod history;
mod placements;
mod settings;
mod status;
mod tickets;
mod timeline;

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
        .routes(routes!(timeline::intervals))
        .routes(routes!(timeline::days))
        .routes(routes!(placements::list, placements::create))
        .routes(routes!(changes::get_settings, changes::put_settings))
        .routes(routes!(changes::charter))
        .routes(routes!(changes::retire))
        .routes(routes!(changes::revoke))
        .routes(routes!(commands::list, commands::send))
        .routes(routes!(enrolments::list, enrolments::create))
        .routes(routes!(enrolments::cancel))
        .routes(routes!(settings::get))
        .routes(routes!(settings::announce, settings::withdraw))
        .routes(routes!(tickets::list, tickets::open))
        .routes(routes!(tickets::detail))
        .routes(routes!(tickets::change))
        .routes(routes!(tickets::today))
        .routes(routes!(tickets::silences, tickets::silence))
        .routes(routes!(status::status))
        .routes(routes!(audit::list))
        .routes(routes!(audit::check))
}
