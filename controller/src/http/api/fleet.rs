//! All devices at once.

use axum::extract::State;
use declic_common::api::{FleetHistory, FleetLatest, Page, Problem};
use jiff::Timestamp;
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use super::history::span;
use crate::app::history::fleet::{self, By, FleetQuery};
use crate::clock;
use crate::http::access::Pass;
use crate::http::answer::{Answer, Found};
use crate::http::extract::Query;
use crate::http::router::Desk;

/// Hours of history when no beginning is given.
const HOURS_DEFAULT: i64 = 7 * 24;

/// The length of an item.
#[derive(Clone, Copy, Debug, Default, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum Step {
    #[default]
    Hour,
    /// A local day (Europe/Paris).
    Day,
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct HistoryParams {
    /// Name of the metric, with its unit, such as `cpu_mean_permille`.
    metric: String,
    /// `hour` or `day`; `hour` when absent.
    #[param(inline)]
    by: Option<Step>,
    /// From this moment; 7 days before `to` when absent.
    from: Option<Timestamp>,
    /// Up to this moment, not included; now when absent.
    to: Option<Timestamp>,
    /// Only devices of this site.
    site: Option<String>,
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct LatestParams {
    /// Names of metrics, with commas between them; all when absent.
    metrics: Option<String>,
    /// Only devices of this site.
    site: Option<String>,
}

/// A metric of all devices, by hour or by day.
///
/// What a household that has not agreed to usage data did more than 14 days ago is
/// missing; each item says how many devices it is made of.
#[utoipa::path(
    get, path = "/fleet/history", operation_id = "get_fleet_history", tag = "history",
    params(HistoryParams),
    responses(
        (status = 200, description = "Hours or days, oldest first", body = FleetHistory),
        (status = "default", description = "A problem", body = Problem, content_type = "application/problem+json"),
    ),
)]
pub(super) async fn history(
    State(desk): State<Desk>,
    pass: Pass,
    Query(params): Query<HistoryParams>,
) -> Answer<Found<FleetHistory>> {
    let now = clock::now();
    let (from, to) = span(params.from, params.to, now, HOURS_DEFAULT);
    let query = FleetQuery {
        reach: pass.reach,
        site: params.site,
        metric: params.metric,
        from,
        to,
        by: match params.by.unwrap_or_default() {
            Step::Hour => By::Hour,
            Step::Day => By::Day,
        },
    };
    Ok(Found(
        fleet::history(&desk.app, query, now.as_millisecond()).await?,
    ))
}

/// The newest values of every device, on one page.
#[utoipa::path(
    get, path = "/fleet/latest", operation_id = "get_fleet_latest", tag = "history",
    params(LatestParams),
    responses(
        (status = 200, description = "All devices, on one page", body = Page<FleetLatest>),
        (status = "default", description = "A problem", body = Problem, content_type = "application/problem+json"),
    ),
)]
pub(super) async fn latest(
    State(desk): State<Desk>,
    pass: Pass,
    Query(params): Query<LatestParams>,
) -> Answer<Found<Page<FleetLatest>>> {
    let LatestParams { metrics, site } = params;
    let items = fleet::latest(&desk.app, &pass.reach, site.as_deref(), metrics.as_deref())?;
    Ok(Found(Page { items, next: None }))
}
