//! Where a device is, and where it was.

use axum::extract::State;
use declic_common::DeviceId;
use declic_common::api::{NewPlacement, Page, PlacementInfo, Problem};
use declic_common::problem::ProblemKind;

use crate::app::device::QueryError;
use crate::app::placement;
use crate::clock;
use crate::domain::rights::Reach;
use crate::http::access::Pass;
use crate::http::answer::{Answer, Found, Made};
use crate::http::extract::{Json, Path};
use crate::http::problem::Failure;
use crate::http::router::Desk;

/// Where a device was, newest first.
#[utoipa::path(
    get, path = "/devices/{id}/placements", operation_id = "list_placements", tag = "devices",
    params(("id" = DeviceId, Path, description = "Name of the device")),
    responses(
        (status = 200, description = "All placements, on one page", body = Page<PlacementInfo>),
        (status = "default", description = "A problem", body = Problem, content_type = "application/problem+json"),
    ),
)]
pub(super) async fn list(
    State(desk): State<Desk>,
    Path(id): Path<DeviceId>,
) -> Answer<Found<Page<PlacementInfo>>> {
    let items = placement::list(&desk.app, id).ok_or(QueryError::UnknownDevice)?;
    Ok(Found(Page { items, next: None }))
}

/// Puts a device with a household, or elsewhere, from now on.
///
/// What is shown of it begins anew: nobody sees there what it did before.
#[utoipa::path(
    post, path = "/devices/{id}/placements", operation_id = "create_placement", tag = "devices",
    params(("id" = DeviceId, Path, description = "Name of the device")),
    request_body = NewPlacement,
    responses(
        (status = 201, description = "Where it is from now on", body = PlacementInfo),
        (status = "default", description = "A problem", body = Problem, content_type = "application/problem+json"),
    ),
)]
pub(super) async fn create(
    State(desk): State<Desk>,
    pass: Pass,
    Path(id): Path<DeviceId>,
    Json(new): Json<NewPlacement>,
) -> Answer<Made<PlacementInfo>> {
    within_reach(&pass.reach, new.site.as_deref())?;
    let now = clock::now().as_millisecond();
    Ok(Made(
        placement::put(&desk.app, id, new, pass.who(), now).await?,
    ))
}

/// Whoever works on some sites puts no device on another one.
fn within_reach(reach: &Reach, site: Option<&str>) -> Result<(), Failure> {
    match (reach, site) {
        (Reach::Within { sites, .. }, Some(_)) if !reach.admits(site) => {
            let sites: Vec<_> = sites.iter().map(String::as_str).collect();
            Err(Failure::new(
                ProblemKind::Forbidden,
                format!(
                    "you place devices on these sites only: {}",
                    sites.join(", ")
                ),
            ))
        }
        _ => Ok(()),
    }
}
