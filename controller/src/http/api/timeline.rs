//! The timeline of a device: what it was doing, interval by interval or day by day.

use axum::extract::State;
use declic_common::DeviceId;
use declic_common::api::{Page, Problem, TimelineDay, TimelineInterval};
use jiff::Timestamp;
use serde::Deserialize;
use utoipa::IntoParams;

use crate::app::device;
use crate::app::timeline::{self, TimelineQuery};
use crate::clock;
use crate::http::answer::{Answer, Found};
use crate::http::extract::{Path, Query};
use crate::http::router::Desk;

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct TimelineParams {
    /// From this moment; 14 local days back when absent. Nothing is shown of the time
    /// before the device was put where it is.
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
pub(super) struct DaysParams {
    /// From the local day of this moment; 14 days back when absent.
    from: Option<Timestamp>,
    /// Up to this moment, not included; now when absent.
    to: Option<Timestamp>,
}

/// What a device was doing, oldest first, without a gap and without an overlap.
///
/// The journal of a PC may come days late: the past changes then. Without consent to
/// usage data nobody sees more than 14 days of a home (problem `refused`).
#[utoipa::path(
    get, path = "/devices/{id}/timeline", operation_id = "get_timeline", tag = "devices",
    params(("id" = DeviceId, Path, description = "Name of the device"), TimelineParams),
    responses(
        (status = 200, description = "A page of intervals", body = Page<TimelineInterval>),
        (status = "default", description = "A problem", body = Problem, content_type = "application/problem+json"),
    ),
)]
pub(super) async fn intervals(
    State(desk): State<Desk>,
    Path(id): Path<DeviceId>,
    Query(params): Query<TimelineParams>,
) -> Answer<Found<Page<TimelineInterval>>> {
    let now = clock::now();
    let query = query(id, params.from, params.to, now);
    let limit = params.limit.unwrap_or(device::POINTS_DEFAULT);
    let cursor = params.cursor.as_deref();
    let now = now.as_millisecond();
    Ok(Found(
        timeline::intervals(&desk.app, &query, limit, cursor, now).await?,
    ))
}

/// Minutes by activity for each local day (Europe/Paris), oldest first, on one page.
#[utoipa::path(
    get, path = "/devices/{id}/timeline/days", operation_id = "get_timeline_days", tag = "devices",
    params(("id" = DeviceId, Path, description = "Name of the device"), DaysParams),
    responses(
        (status = 200, description = "All days, on one page", body = Page<TimelineDay>),
        (status = "default", description = "A problem", body = Problem, content_type = "application/problem+json"),
    ),
)]
pub(super) async fn days(
    State(desk): State<Desk>,
    Path(id): Path<DeviceId>,
    Query(params): Query<DaysParams>,
) -> Answer<Found<Page<TimelineDay>>> {
    let now = clock::now();
    let query = query(id, params.from, params.to, now);
    let items = timeline::days(&desk.app, &query, now.as_millisecond()).await?;
    Ok(Found(Page { items, next: None }))
}

fn query(
    device: DeviceId,
    from: Option<Timestamp>,
    to: Option<Timestamp>,
    now: Timestamp,
) -> TimelineQuery {
    TimelineQuery {
        device,
        from: from.map(Timestamp::as_millisecond),
        to: to.unwrap_or(now).as_millisecond(),
    }
}
