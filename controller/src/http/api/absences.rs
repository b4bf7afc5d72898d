//! Declared absences: days on which a silence alarms nobody.

use axum::extract::State;
use declic_common::absence::{Absence, NewAbsence};
use declic_common::api::{Page, Problem};

use super::tickets::check_device;
use crate::app::absence::{self, AbsenceError};
use crate::clock;
use crate::http::access::Pass;
use crate::http::answer::{Answer, Done, Found, Made};
use crate::http::extract::{Json, Path};
use crate::http::router::Desk;

/// Absences that are to come or go on, the next to begin first.
#[utoipa::path(
    get, path = "/absences", operation_id = "list_absences", tag = "devices",
    responses(
        (status = 200, description = "All absences, on one page", body = Page<Absence>),
        (status = "default", description = "A problem", body = Problem, content_type = "application/problem+json"),
    ),
)]
pub(super) async fn list(State(desk): State<Desk>, pass: Pass) -> Answer<Found<Page<Absence>>> {
    let now = clock::now().as_millisecond();
    let items = absence::list(&desk.app, &pass.reach, now);
    Ok(Found(Page { items, next: None }))
}

/// Declares that nobody will be there: at one home, or at all homes of a site.
///
/// It vanishes the day after its last day.
#[utoipa::path(
    post, path = "/absences", operation_id = "declare_absence", tag = "devices",
    request_body = NewAbsence,
    responses(
        (status = 201, description = "The absence", body = Absence),
        (status = "default", description = "A problem", body = Problem, content_type = "application/problem+json"),
    ),
)]
pub(super) async fn declare(
    State(desk): State<Desk>,
    pass: Pass,
    Json(new): Json<NewAbsence>,
) -> Answer<Made<Absence>> {
    match (&new.device, &new.site) {
        (Some(device), None) => check_device(&desk.app, &pass.reach, *device)?,
        // A site of others is not known here.
        (None, Some(site)) if !pass.reach.admits(Some(site)) => {
            return Err(AbsenceError::UnknownSite.into());
        }
        _ => {}
    }
    let now = clock::now().as_millisecond();
    Ok(Made(
        absence::declare(&desk.app, new, pass.who(), now).await?,
    ))
}

/// Takes an absence back.
#[utoipa::path(
    delete, path = "/absences/{id}", operation_id = "remove_absence", tag = "devices",
    params(("id" = String, Path, description = "Id of the absence")),
    responses(
        (status = 204, description = "Removed"),
        (status = "default", description = "A problem", body = Problem, content_type = "application/problem+json"),
    ),
)]
pub(super) async fn remove(
    State(desk): State<Desk>,
    pass: Pass,
    Path(id): Path<String>,
) -> Answer<Done> {
    let now = clock::now().as_millisecond();
    absence::remove(&desk.app, &pass.reach, &id, pass.who(), now).await?;
    Ok(Done)
}
