//! The history of one device: as it was reported, for a chart, or by the day.

use axum::extract::State;
use declic_common::DeviceId;
use declic_common::api::{Bucket, HistoryDay, HistoryRow, Page, Point, Problem, points_json};
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::app::device;
use crate::app::history::query::{self, Period};
use crate::clock;
use crate::http::answer::{Answer, Found, Written};
use crate::http::extract::{Path, Query};
use crate::http::router::Desk;

/// Hours of history when no beginning is given.
const HOURS_DEFAULT: i64 = 24;
/// Days of history by the day when no beginning is given.
const DAYS_DEFAULT: i64 = 14;
/// Buckets of a chart when nothing else is said.
const BUCKETS_DEFAULT: usize = 500;

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

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct RowsParams {
    /// Names of metrics, with commas between them; 64 at most.
    metrics: String,
    /// From this moment; 24 hours before `to` when absent.
    from: Option<Timestamp>,
    /// Up to this moment, not included; now when absent.
    to: Option<Timestamp>,
    /// 1 to 10,000; 1,000 when absent.
    #[param(minimum = 1, maximum = 10000)]
    limit: Option<usize>,
    /// `next` of the page before, with the same `metrics`, `from` and `to`.
    cursor: Option<String>,
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct BucketsParams {
    /// Name of the metric.
    metric: String,
    /// From this moment; 24 hours before `to` when absent.
    from: Option<Timestamp>,
    /// Up to this moment, not included; now when absent.
    to: Option<Timestamp>,
    /// Buckets of equal length, 1 to 10,000; 500 when absent.
    #[param(minimum = 1, maximum = 10000)]
    buckets: Option<usize>,
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct DaysParams {
    /// Name of the metric.
    metric: String,
    /// From the local day of this moment; 14 days before `to` when absent.
    from: Option<Timestamp>,
    /// Up to this moment, not included; now when absent.
    to: Option<Timestamp>,
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
) -> Answer<Written> {
    let now = clock::now();
    let period = period(id, params.from, params.to, now, HOURS_DEFAULT);
    let limit = params.limit.unwrap_or(device::POINTS_DEFAULT);
    let now = now.as_millisecond();
    let (metric, cursor) = (&params.metric, params.cursor);
    let page = query::points(&desk.app, period, metric, limit, cursor, now).await?;
    Ok(Written(points_json(&page)))
}

/// Several metrics side by side, oldest first, one item per report that has one of them.
#[utoipa::path(
    get, path = "/devices/{id}/history/rows", operation_id = "get_history_rows", tag = "devices",
    params(("id" = DeviceId, Path, description = "Name of the device"), RowsParams),
    responses(
        (status = 200, description = "A page of reports", body = Page<HistoryRow>),
        (status = "default", description = "A problem", body = Problem, content_type = "application/problem+json"),
    ),
)]
pub(super) async fn rows(
    State(desk): State<Desk>,
    Path(id): Path<DeviceId>,
    Query(params): Query<RowsParams>,
) -> Answer<Found<Page<HistoryRow>>> {
    let now = clock::now();
    let period = period(id, params.from, params.to, now, HOURS_DEFAULT);
    let limit = params.limit.unwrap_or(device::POINTS_DEFAULT);
    let now = now.as_millisecond();
    let (metrics, cursor) = (&params.metrics, params.cursor);
    Ok(Found(
        query::rows(&desk.app, period, metrics, limit, cursor, now).await?,
    ))
}

/// A metric for a chart: buckets that keep the least and the greatest value, so that no
/// peak is lost. A bucket without a value is left out.
#[utoipa::path(
    get, path = "/devices/{id}/history/buckets", operation_id = "get_history_buckets", tag = "devices",
    params(("id" = DeviceId, Path, description = "Name of the device"), BucketsParams),
    responses(
        (status = 200, description = "All buckets, on one page", body = Page<Bucket>),
        (status = "default", description = "A problem", body = Problem, content_type = "application/problem+json"),
    ),
)]
pub(super) async fn buckets(
    State(desk): State<Desk>,
    Path(id): Path<DeviceId>,
    Query(params): Query<BucketsParams>,
) -> Answer<Found<Page<Bucket>>> {
    let now = clock::now();
    let period = period(id, params.from, params.to, now, HOURS_DEFAULT);
    let count = params.buckets.unwrap_or(BUCKETS_DEFAULT);
    let now = now.as_millisecond();
    let items = query::buckets(&desk.app, period, &params.metric, count, now).await?;
    Ok(Found(Page { items, next: None }))
}

/// A metric and the minutes of the timeline for each local day (Europe/Paris), oldest
/// first. Sums of days are kept for longer than reports.
#[utoipa::path(
    get, path = "/devices/{id}/history/days", operation_id = "get_history_days", tag = "devices",
    params(("id" = DeviceId, Path, description = "Name of the device"), DaysParams),
    responses(
        (status = 200, description = "All days, on one page", body = Page<HistoryDay>),
        (status = "default", description = "A problem", body = Problem, content_type = "application/problem+json"),
    ),
)]
pub(super) async fn days(
    State(desk): State<Desk>,
    Path(id): Path<DeviceId>,
    Query(params): Query<DaysParams>,
) -> Answer<Found<Page<HistoryDay>>> {
    let now = clock::now();
    let period = period(id, params.from, params.to, now, DAYS_DEFAULT * 24);
    let now = now.as_millisecond();
    let items = query::by_day(&desk.app, period, &params.metric, now).await?;
    Ok(Found(Page { items, next: None }))
}

fn period(
    device: DeviceId,
    from: Option<Timestamp>,
    to: Option<Timestamp>,
    now: Timestamp,
    hours: i64,
) -> Period {
    let (from, to) = span(from, to, now, hours);
    Period { device, from, to }
}

/// A period of `hours` that ends now, as far as nothing else is said.
pub(super) fn span(
    from: Option<Timestamp>,
    to: Option<Timestamp>,
    now: Timestamp,
    hours: i64,
) -> (i64, i64) {
    let to = to.unwrap_or(now);
    let before = to.checked_sub(SignedDuration::from_hours(hours));
    let from = from.unwrap_or_else(|| before.unwrap_or(Timestamp::MIN));
    (from.as_millisecond(), to.as_millisecond())
}
