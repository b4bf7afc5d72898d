//! The history of one metric of one device.

use axum::extract::State;
use declic_common::DeviceId;
use declic_common::api::{Page, Point, Problem};
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::app::device::{self, HistoryQuery};
use crate::clock;
use crate::http::answer::{Answer, Found};
use crate::http::extract::{Path, Query};
use crate::http::router::Desk;

/// Hours of history when no beginning is given.
const HOURS_DEFAULT: i64 = 24;

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct HistoryParams {
    /// Name of the metric, with its unit, such as `cpu_mean_permille`; the
    /// problem `unknown-metric` lists them all.
    metric: String,
    /// From this moment; 24 hours before `to` when absent.
    from: Option<Timestamp>,
    /// Up to this moment, not included; now when absent.
    to: Option<Timestamp>,
    /// 1 to 10,000; 1,000 when absent.
    #[param(minimum = 1, maximum = 10000)]
    limit: Option<usize>,
    /// `next` of the page before, with the same `from` and `to`.
    cursor: Option<String>,
}

/// The history of a metric, oldest first. A page may be short and still have a `next`.
///
/// Without consent to usage data nobody sees more than 14 days of a home (problem
/// `refused`).
#[utoipa::path(
    get, path = "/devices/{id}/history", operation_id = "get_history", tag = "devices",
    params(("id" = DeviceId, Path, description = "Name of the device"), HistoryParams),
    responses(
        (status = 200, description = "A page of points", body = Page<Point>),
        (status = "default", description = "A problem", body = Problem, content_type = "application/problem+json"),
    ),
)]
pub(super) async fn history(
    State(desk): State<Desk>,
    Path(id): Path<DeviceId>,
    Query(params): Query<HistoryParams>,
) -> Answer<Found<Page<Point>>> {
    let now = clock::now();
    let to = params.to.unwrap_or(now);
    let day = SignedDuration::from_hours(HOURS_DEFAULT);
    let from = params
        .from
        .unwrap_or_else(|| to.checked_sub(day).unwrap_or(Timestamp::MIN));
    let query = HistoryQuery {
        device: id,
        metric: params.metric,
        from: from.as_millisecond(),
        to: to.as_millisecond(),
        limit: params.limit.unwrap_or(device::POINTS_DEFAULT),
        cursor: params.cursor,
    };
    Ok(Found(
        device::history(&desk.app, query, now.as_millisecond()).await?,
    ))
}
