//! How a device leaves: asked to forget the programme, or shut out at once.
//!
//! A retired PC is given the time to hear of it: its certificate is revoked once
//! its outcome is here and its receipt had time to reach it, so that nothing that
//! it kept is lost.

use std::sync::Arc;

use declic_common::DeviceId;
use declic_common::command::{Action, CommandId, OutcomeResult};

use super::App;
use super::audit::{self, Change, Note};
use super::certificate::{forget, serials};
use super::command;
use crate::pki::random;
use crate::store::record::encode;
use crate::store::records::{CommandRow, Device};
use crate::store::{Space, StoreError, keys};

/// How long the device may take to hear that its last outcome is stored.
const FAREWELL_MS: i64 = 60_000;
const HOUR_MS: i64 = 3_600_000;

#[derive(Debug, thiserror::Error)]
pub enum RetireError {
    #[error("no such device")]
    UnknownDevice,
    #[error("this device was revoked: it cannot hear us any more")]
    Revoked,
    #[error("this device is already retired")]
    Already,
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Asks a device to forget the programme, at its next connection. [`finish`]
/// revokes its certificate afterwards.
pub async fn retire(
    app: &Arc<App>,
    device: DeviceId,
    who: &str,
    now_ms: i64,
) -> Result<CommandRow, RetireError> {
    let who = who.to_owned();
    let row = audit::with(app, now_ms, move |app, change| {
        let entry = app.registry.get(device);
        let before = &entry.as_ref().ok_or(RetireError::UnknownDevice)?.device;
        if before.revoked_at.is_some() {
            return Err(RetireError::Revoked);
        }
        if before.retired_at.is_some() {
            return Err(RetireError::Already);
        }
        let row = CommandRow {
            id: CommandId::from_bits(u64::from_be_bytes(random())),
            issued_at: now_ms,
            expires_at: now_ms + i64::from(command::MAX_HOURS) * HOUR_MS,
            action_json: serde_json::to_string(&Action::Retire)
                .expect("our own types always have a JSON form"),
            sent_at: None,
            ended_at: None,
            result: None,
        };
        let key = keys::command(device, row.issued_at, row.id);
        change.batch.absent(Space::Core, key.clone());
        change.batch.put(Space::Core, key, encode(&row));
        let after = Device {
            retired_at: Some(now_ms),
            ..before.clone()
        };
        change.change_device(before, after);
        change.note(Note {
            who: &who,
            what: "device.retire",
            subject: &device.to_string(),
            detail: None,
        });
        Ok::<_, RetireError>(row)
    })
    .await?;
    command::deliver_waiting(app, device, now_ms).await?;
    Ok(row)
}

/// Shuts a device out at once, and ends its session. Doing it twice is harmless.
pub async fn revoke(
    app: &Arc<App>,
    device: DeviceId,
    who: &str,
    now_ms: i64,
) -> Result<(), RetireError> {
    let who = who.to_owned();
    audit::with(app, now_ms, move |app, change| {
        let entry = app.registry.get(device);
        let before = &entry.as_ref().ok_or(RetireError::UnknownDevice)?.device;
        if before.revoked_at.is_none() {
            shut_out(change, before, &who, now_ms);
        }
        Ok(())
    })
    .await
}

/// Revokes the retired devices that have said goodbye, or that never came back to
/// hear of it in a year. Returns how many. Run it every minute; running it twice
/// is harmless.
pub async fn finish(app: &Arc<App>, now_ms: i64) -> Result<usize, RetireError> {
    let mut finished = 0;
    for entry in app.registry.all() {
        let device = &entry.device;
        if device.retired_at.is_none() || device.revoked_at.is_some() {
            continue;
        }
        let rows = command::list(app, device.id).await?;
        let over = rows
            .iter()
            .any(|row| row.action() == Some(Action::Retire) && is_over(row, now_ms));
        if over {
            revoke(app, device.id, "rule", now_ms).await?;
            finished += 1;
        }
    }
    Ok(finished)
}

/// Whether nothing more is to be expected of a `retire` command. A device that
/// failed at it is left alone: a technician decides.
fn is_over(row: &CommandRow, now_ms: i64) -> bool {
    match row.ended_at {
        Some(at) => {
            row.result.as_deref() == Some(OutcomeResult::Done.as_str())
                && now_ms >= at + FAREWELL_MS
        }
        None => now_ms > row.expires_at,
    }
}

fn shut_out(change: &mut Change, before: &Device, who: &str, now_ms: i64) {
    for serial in serials(before) {
        forget(change, before.id, serial, now_ms);
    }
    let after = Device {
        revoked_at: Some(now_ms),
        ..before.clone()
    };
    change.note(Note {
        who,
        what: "device.revoke",
        subject: &before.id.to_string(),
        detail: None,
    });
    change.change_device(before, after);
    change.kick(before.id);
}

#[cfg(test)]
mod tests;
