//! What a person decides about a device: settings, charter, retirement, revocation.

use axum::extract::State;
use declic_common::DeviceId;
use declic_common::api::{CharterCode, CommandInfo, Problem};
use declic_common::problem::ProblemKind;
use declic_common::settings::Settings;

use super::commands::info;
use crate::app::device::QueryError;
use crate::app::{retire, settings};
use crate::clock;
use crate::http::access::Pass;
use crate::http::answer::{Answer, Done, Found, Made};
use crate::http::extract::{Json, Path};
use crate::http::problem::Failure;
use crate::http::router::Desk;

/// Asks a device to forget the programme. It is shut out once it has done so.
#[utoipa::path(
    post, path = "/devices/{id}/retire", operation_id = "retire_device", tag = "devices",
    params(("id" = DeviceId, Path, description = "Name of the device")),
    responses(
        (status = 201, description = "The command that tells the device", body = CommandInfo),
        (status = "default", description = "A problem", body = Problem, content_type = "application/problem+json"),
    ),
)]
pub(super) async fn retire(
    State(desk): State<Desk>,
    pass: Pass,
    Path(id): Path<DeviceId>,
) -> Answer<Made<CommandInfo>> {
    let now = clock::now().as_millisecond();
    let row = retire::retire(&desk.app, id, pass.who(), now).await?;
    info(&row, now)
        .map(Made)
        .ok_or_else(|| Failure::new(ProblemKind::Internal, "the command cannot be read back"))
}

/// Shuts a device out at once, as when it is stolen. Doing it twice is harmless.
#[utoipa::path(
    post, path = "/devices/{id}/revoke", operation_id = "revoke_device", tag = "devices",
    params(("id" = DeviceId, Path, description = "Name of the device")),
    responses(
        (status = 204, description = "Shut out"),
        (status = "default", description = "A problem", body = Problem, content_type = "application/problem+json"),
    ),
)]
pub(super) async fn revoke(
    State(desk): State<Desk>,
    pass: Pass,
    Path(id): Path<DeviceId>,
) -> Answer<Done> {
    let now = clock::now().as_millisecond();
    retire::revoke(&desk.app, id, pass.who(), now).await?;
    Ok(Done)
}

/// Makes the code of the signed charter, which lets the household widen its
/// consent on the PC. It replaces the code before it, and is not kept.
#[utoipa::path(
    post, path = "/devices/{id}/charter", operation_id = "create_charter", tag = "devices",
    params(("id" = DeviceId, Path, description = "Name of the device")),
    responses(
        (status = 201, description = "The code, shown once", body = CharterCode),
        (status = "default", description = "A problem", body = Problem, content_type = "application/problem+json"),
    ),
)]
pub(super) async fn charter(
    State(desk): State<Desk>,
    pass: Pass,
    Path(id): Path<DeviceId>,
) -> Answer<Made<CharterCode>> {
    let now = clock::now().as_millisecond();
    let code = settings::charter(&desk.app, id, pass.who(), now).await?;
    Ok(Made(CharterCode { code }))
}

/// The settings of a device: its own, or those of the programme.
#[utoipa::path(
    get, path = "/devices/{id}/settings", operation_id = "get_settings", tag = "devices",
    params(("id" = DeviceId, Path, description = "Name of the device")),
    responses(
        (status = 200, description = "The settings", body = Settings),
        (status = "default", description = "A problem", body = Problem, content_type = "application/problem+json"),
    ),
)]
pub(super) async fn get_settings(
    State(desk): State<Desk>,
    Path(id): Path<DeviceId>,
) -> Answer<Found<Settings>> {
    let entry = desk.app.registry.get(id).ok_or(QueryError::UnknownDevice)?;
    Ok(Found(settings::of(&desk.app, &entry.device)))
}

/// Changes the settings of a device and sends them. `charter` and `next_address`
/// are left as they are: the move is announced to all devices at once.
#[utoipa::path(
    put, path = "/devices/{id}/settings", operation_id = "put_settings", tag = "devices",
    params(("id" = DeviceId, Path, description = "Name of the device")),
    request_body = Settings,
    responses(
        (status = 200, description = "The settings from now on", body = Settings),
        (status = "default", description = "A problem", body = Problem, content_type = "application/problem+json"),
    ),
)]
pub(super) async fn put_settings(
    State(desk): State<Desk>,
    pass: Pass,
    Path(id): Path<DeviceId>,
    Json(new): Json<Settings>,
) -> Answer<Found<Settings>> {
    let now = clock::now().as_millisecond();
    settings::set(&desk.app, id, new, pass.who(), now).await?;
    let entry = desk.app.registry.get(id).ok_or(QueryError::UnknownDevice)?;
    Ok(Found(settings::of(&desk.app, &entry.device)))
}
