//! Devices: the list, one of them, its newest state.

use axum::extract::State;
use declic_common::DeviceId;
use declic_common::api::{
    DeviceDetail, DeviceSort, DeviceSummary, Latest, Order, Page, Presence, Problem,
};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::app::device::{self, DeviceQuery, QueryError};
use crate::clock;
use crate::http::access::Pass;
use crate::http::answer::{Answer, Found};
use crate::http::extract::{Path, Query};
use crate::http::router::Desk;

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct ListParams {
    /// Only devices of this presence.
    presence: Option<Presence>,
    /// Only devices of exactly this site.
    site: Option<String>,
    /// Only devices whose asset tag or name holds this text.
    text: Option<String>,
    /// Only devices that may take the place of another one: in stock or on the bench.
    /// Those of no site and all of the stock are among them, wherever one works.
    spare: Option<bool>,
    /// By asset tag when absent.
    sort: Option<DeviceSort>,
    /// Ascending when absent.
    order: Option<Order>,
    /// 1 to 500; 100 when absent.
    #[param(minimum = 1, maximum = 500)]
    limit: Option<usize>,
    /// `next` of the page before.
    cursor: Option<String>,
}

/// The devices of the programme.
#[utoipa::path(
    get, path = "/devices", operation_id = "list_devices", tag = "devices", params(ListParams),
    responses(
        (status = 200, description = "A page of devices", body = Page<DeviceSummary>),
        (status = "default", description = "A problem", body = Problem, content_type = "application/problem+json"),
    ),
)]
pub(super) async fn list(
    State(desk): State<Desk>,
    pass: Pass,
    Query(params): Query<ListParams>,
) -> Answer<Found<Page<DeviceSummary>>> {
    let query = DeviceQuery {
        reach: pass.reach,
        presence: params.presence,
        site: params.site,
        text: params.text,
        spare: params.spare.unwrap_or(false),
        among: None,
        sort: params.sort.unwrap_or(DeviceSort::Asset),
        descending: params.order == Some(Order::Descending),
        limit: params.limit.unwrap_or(device::LIMIT_DEFAULT),
        cursor: params.cursor,
    };
    Ok(Found(device::list(&desk.app, &query, clock::now())?))
}

/// All about one device.
#[utoipa::path(
    get, path = "/devices/{id}", operation_id = "get_device", tag = "devices",
    params(("id" = DeviceId, Path, description = "Name of the device")),
    responses(
        (status = 200, description = "The device", body = DeviceDetail),
        (status = "default", description = "A problem", body = Problem, content_type = "application/problem+json"),
    ),
)]
pub(super) async fn detail(
    State(desk): State<Desk>,
    Path(id): Path<DeviceId>,
) -> Answer<Found<DeviceDetail>> {
    Ok(Found(device::detail(&desk.app, id, clock::now()).await?))
}

/// The newest state of a device; null before its first report.
#[utoipa::path(
    get, path = "/devices/{id}/latest", operation_id = "get_latest", tag = "devices",
    params(("id" = DeviceId, Path, description = "Name of the device")),
    responses(
        (status = 200, description = "The newest report, or null", body = Option<Latest>),
        (status = "default", description = "A problem", body = Problem, content_type = "application/problem+json"),
    ),
)]
pub(super) async fn latest(
    State(desk): State<Desk>,
    Path(id): Path<DeviceId>,
) -> Answer<Found<Option<Latest>>> {
    let entry = desk.app.registry.get(id).ok_or(QueryError::UnknownDevice)?;
    Ok(Found(device::latest(&entry)))
}
