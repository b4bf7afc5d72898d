//! The settings of the programme, and the announced move of the controller.

use axum::extract::State;
use declic_common::api::{AnnouncedMove, Problem, ProgrammeSettings};
use declic_common::settings::Address;

use crate::app::device::time;
use crate::app::{App, announcement};
use crate::clock;
use crate::http::access::Pass;
use crate::http::answer::{Answer, Found};
use crate::http::extract::Json;
use crate::http::router::Desk;

/// The settings of the programme: what a new device is set to, where devices find
/// the controller, and where it will be.
#[utoipa::path(
    get, path = "/settings", operation_id = "get_programme_settings", tag = "controller",
    responses(
        (status = 200, description = "The settings", body = ProgrammeSettings),
        (status = "default", description = "A problem", body = Problem, content_type = "application/problem+json"),
    ),
)]
pub(super) async fn get(State(desk): State<Desk>) -> Found<ProgrammeSettings> {
    Found(now(&desk.app))
}

/// Announces where the controller will be, to every device. It replaces the
/// announcement before it; to announce the same again tells everybody again.
#[utoipa::path(
    put, path = "/settings/next-address", operation_id = "announce_move", tag = "controller",
    request_body = Address,
    responses(
        (status = 200, description = "The settings from now on", body = ProgrammeSettings),
        (status = "default", description = "A problem", body = Problem, content_type = "application/problem+json"),
    ),
)]
pub(super) async fn announce(
    State(desk): State<Desk>,
    pass: Pass,
    Json(next): Json<Address>,
) -> Answer<Found<ProgrammeSettings>> {
    let at = clock::now().as_millisecond();
    announcement::announce(&desk.app, next, pass.who(), at).await?;
    Ok(Found(now(&desk.app)))
}

/// Takes back a move that has not happened. Doing it twice is harmless.
#[utoipa::path(
    delete, path = "/settings/next-address", operation_id = "withdraw_move", tag = "controller",
    responses(
        (status = 200, description = "The settings from now on", body = ProgrammeSettings),
        (status = "default", description = "A problem", body = Problem, content_type = "application/problem+json"),
    ),
)]
pub(super) async fn withdraw(
    State(desk): State<Desk>,
    pass: Pass,
) -> Answer<Found<ProgrammeSettings>> {
    let at = clock::now().as_millisecond();
    announcement::withdraw(&desk.app, pass.who(), at).await?;
    Ok(Found(now(&desk.app)))
}

fn now(app: &App) -> ProgrammeSettings {
    let programme = &app.programme;
    ProgrammeSettings {
        interval_s: programme.settings.interval_s,
        probe_hosts: programme.settings.probe_hosts.clone(),
        address: programme.address.clone(),
        next: announcement::coming(app).map(|coming| {
            let reach = announcement::reach(app, coming.since);
            AnnouncedMove {
                address: coming.next,
                announced_at: time(coming.since),
                devices: reach.devices,
                heard: reach.heard,
            }
        }),
    }
}
