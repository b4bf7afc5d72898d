//! Commands to a device, and what came of them.

use axum::extract::State;
use declic_common::DeviceId;
use declic_common::api::{CommandInfo, CommandState, NewCommand, Page, Problem};
use declic_common::command::{Action, OutcomeResult};
use declic_common::problem::ProblemKind;

use crate::app::command;
use crate::app::device::{QueryError, time};
use crate::clock;
use crate::http::access::Pass;
use crate::http::answer::{Answer, Found, Made};
use crate::http::extract::{Json, Path};
use crate::http::problem::Failure;
use crate::http::router::Desk;
use crate::store::records::CommandRow;

/// The commands of a device, newest first.
#[utoipa::path(
    get, path = "/devices/{id}/commands", operation_id = "list_commands", tag = "commands",
    params(("id" = DeviceId, Path, description = "Name of the device")),
    responses(
        (status = 200, description = "All commands, on one page", body = Page<CommandInfo>),
        (status = "default", description = "A problem", body = Problem, content_type = "application/problem+json"),
    ),
)]
pub(super) async fn list(
    State(desk): State<Desk>,
    Path(id): Path<DeviceId>,
) -> Answer<Found<Page<CommandInfo>>> {
    let now = clock::now().as_millisecond();
    desk.app.registry.get(id).ok_or(QueryError::UnknownDevice)?;
    let rows = command::list(&desk.app, id).await?;
    Ok(Found(Page {
        items: rows.iter().filter_map(|row| info(row, now)).collect(),
        next: None,
    }))
}

/// Asks something of a device. It waits until the device is there, or until it ends.
#[utoipa::path(
    post, path = "/devices/{id}/commands", operation_id = "send_command", tag = "commands",
    params(("id" = DeviceId, Path, description = "Name of the device")),
    request_body = NewCommand,
    responses(
        (status = 201, description = "The command waits, or was sent", body = CommandInfo),
        (status = "default", description = "A problem", body = Problem, content_type = "application/problem+json"),
    ),
)]
pub(super) async fn send(
    State(desk): State<Desk>,
    pass: Pass,
    Path(id): Path<DeviceId>,
    Json(new): Json<NewCommand>,
) -> Answer<Made<CommandInfo>> {
    if new.action == Action::Retire {
        // It would leave the device in the list, and take no note of why it is silent.
        return Err(Failure::new(
            ProblemKind::Refused,
            "retire a device with POST /api/v1/devices/{id}/retire, which also tells the PC",
        ));
    }
    let now = clock::now().as_millisecond();
    let row = command::send(&desk.app, id, new.action, new.hours, pass.who(), now).await?;
    let row = command::list(&desk.app, id)
        .await?
        .into_iter()
        .find(|stored| stored.id == row.id)
        .unwrap_or(row);
    info(&row, now)
        .map(Made)
        .ok_or_else(|| Failure::new(ProblemKind::Internal, "the command cannot be read back"))
}

/// A command as people see it; `None` if its action is of a later version.
pub(in crate::http) fn info(row: &CommandRow, now: i64) -> Option<CommandInfo> {
    Some(CommandInfo {
        id: row.id,
        action: row.action()?,
        state: state(row, now),
        issued_at: time(row.issued_at),
        expires_at: time(row.expires_at),
        ended_at: row.ended_at.map(time),
    })
}

fn state(row: &CommandRow, now: i64) -> CommandState {
    if row.ended_at.is_some() {
        return match row.result.as_deref().and_then(OutcomeResult::from_word) {
            Some(OutcomeResult::Done) => CommandState::Done,
            Some(OutcomeResult::Declined) => CommandState::Declined,
            Some(OutcomeResult::Failed) => CommandState::Failed,
            Some(OutcomeResult::Expired) => CommandState::Expired,
            Some(OutcomeResult::Unknown) | None => CommandState::Unknown,
        };
    }
    match row.sent_at {
        _ if row.expires_at <= now => CommandState::Expired,
        Some(_) => CommandState::Sent,
        None => CommandState::Queued,
    }
}
