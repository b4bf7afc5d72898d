//! Commands to devices: queued in the store, sent when the device is there.

use std::sync::Arc;

use declic_common::DeviceId;
use declic_common::command::{Action, Command, CommandId};
use declic_common::topic::Leaf;
use ring::rand::{SecureRandom, SystemRandom};

use super::App;
use super::audit::{self, Note};
use super::hub::Down;
use super::registry::for_each;
use super::settings;
use crate::store::record::{decode, encode};
use crate::store::records::CommandRow;
use crate::store::{Batch, Key, Space, Store, StoreError, keys, read};

/// Hours until a command ends unrun, when nothing else is said.
pub const DEFAULT_HOURS: u32 = 168;
/// Longest life of a command, in hours.
pub const MAX_HOURS: u32 = 8_760;
/// Commands that may wait for one device.
const WAITING_MAX: usize = 32;

const HOUR_MS: i64 = 3_600_000;

#[derive(Debug, thiserror::Error)]
pub enum CommandError {
    #[error("no such device")]
    UnknownDevice,
    #[error("a text must have 1 to 2,000 characters, a diagnosis lasts 1 to 60 minutes")]
    OutOfBounds,
    #[error("a command lasts 1 to {MAX_HOURS} hours")]
    BadHours,
    #[error("{WAITING_MAX} commands already wait for this device; wait for it, or retire it")]
    TooMany,
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Queues a command, and sends it at once if the device is connected.
pub async fn send(
    app: &Arc<App>,
    device: DeviceId,
    action: Action,
    hours: Option<u32>,
    who: &str,
    now_ms: i64,
) -> Result<CommandRow, CommandError> {
    let hours = hours.unwrap_or(DEFAULT_HOURS);
    if !(1..=MAX_HOURS).contains(&hours) {
        return Err(CommandError::BadHours);
    }
    app.registry
        .get(device)
        .ok_or(CommandError::UnknownDevice)?;
    let row = CommandRow {
        id: random_id(),
        issued_at: now_ms,
        expires_at: now_ms + i64::from(hours) * HOUR_MS,
        action_json: serde_json::to_string(&action).expect("our own types always have a JSON form"),
        sent_at: None,
        ended_at: None,
        result: None,
    };
    if !wire(&row).is_some_and(|command| command.is_bounded()) {
        return Err(CommandError::OutOfBounds);
    }
    let waiting = waiting(app, device, now_ms).await?;
    if waiting.len() >= WAITING_MAX {
        return Err(CommandError::TooMany);
    }
    let who = who.to_owned();
    let queued = row.clone();
    audit::with(app, now_ms, move |_, change| {
        let key = keys::command(device, queued.issued_at, queued.id);
        change.batch.absent(Space::Core, key.clone());
        change.batch.put(Space::Core, key, encode(&queued));
        change.note(Note {
            who: &who,
            what: "device.command",
            subject: &device.to_string(),
            // The word alone: a message to the household is nobody else's.
            detail: queued.action().map(|action| action.word().to_owned()),
        });
        Ok::<_, CommandError>(())
    })
    .await?;
    deliver(app, device, std::slice::from_ref(&row), now_ms).await?;
    Ok(row)
}

/// Sends what waits for a device that has just subscribed to its commands.
pub async fn deliver_waiting(app: &App, device: DeviceId, now_ms: i64) -> Result<(), StoreError> {
    let rows = waiting(app, device, now_ms).await?;
    deliver(app, device, &rows, now_ms).await
}

/// All commands of a device, newest first.
pub async fn list(app: &App, device: DeviceId) -> Result<Vec<CommandRow>, StoreError> {
    let mut rows = read(&app.store, move |store| all(store, device)).await?;
    rows.reverse();
    Ok(rows.into_iter().map(|(_, row)| row).collect())
}

/// The command of a device that has this name. Blocks.
pub fn find(
    store: &dyn Store,
    device: DeviceId,
    id: CommandId,
) -> Result<Option<(Key, CommandRow)>, StoreError> {
    Ok(all(store, device)?
        .into_iter()
        .find(|(_, row)| row.id == id))
}

/// Every command of a device with its key, oldest first. Blocks.
pub(super) fn all(
    store: &dyn Store,
    device: DeviceId,
) -> Result<Vec<(Key, CommandRow)>, StoreError> {
    let mut rows = Vec::new();
    let range = keys::of_device(keys::core::COMMAND, device);
    for_each(store, range, |key, value| {
        match decode(value) {
            Ok(row) => rows.push((key.to_vec(), row)),
            // One damaged row must not hold up the others.
            Err(error) => tracing::error!(%device, %error, "unreadable command"),
        }
        Ok(())
    })?;
    Ok(rows)
}

async fn waiting(app: &App, device: DeviceId, now_ms: i64) -> Result<Vec<CommandRow>, StoreError> {
    let rows = read(&app.store, move |store| all(store, device)).await?;
    let open = |row: &CommandRow| row.ended_at.is_none() && row.expires_at > now_ms;
    Ok(rows.into_iter().map(|(_, row)| row).filter(open).collect())
}

/// Sends commands down and notes the first time. The device runs each of them at
/// most once, so that sending one again is harmless.
async fn deliver(
    app: &App,
    device: DeviceId,
    rows: &[CommandRow],
    now_ms: i64,
) -> Result<(), StoreError> {
    let mut batch = Batch::default();
    for row in rows {
        let Some(command) = wire(row) else { continue };
        let payload = serde_json::to_vec(&command).expect("our own types always have a JSON form");
        let down = Down {
            leaf: Leaf::Command,
            payload,
        };
        if app.hub.send(device, down) && row.sent_at.is_none() {
            let key = keys::command(device, row.issued_at, row.id);
            let sent = CommandRow {
                sent_at: Some(now_ms),
                ..row.clone()
            };
            batch.equals(Space::Core, key.clone(), encode(row));
            batch.put(Space::Core, key, encode(&sent));
        }
    }
    if batch.ops.is_empty() {
        return Ok(());
    }
    match app.store.commit(batch).await {
        // The outcome was faster: it says more than our note would.
        Err(StoreError::Conflict) => Ok(()),
        other => other,
    }
}

/// The command as it travels.
fn wire(row: &CommandRow) -> Option<Command> {
    Some(Command {
        id: row.id,
        issued_at: row.issued_at,
        expires_at: row.expires_at,
        action: row.action()?,
    })
}

fn random_id() -> CommandId {
    let mut bytes = [0; 8];
    SystemRandom::new()
        .fill(&mut bytes)
        .expect("the system gives random bytes");
    CommandId::from_bits(u64::from_be_bytes(bytes))
}

/// Sends its settings to a device that has just subscribed to them.
pub fn deliver_settings(app: &Arc<App>, device: DeviceId) {
    let Some(entry) = app.registry.get(device) else {
        return;
    };
    let settings = settings::of(app, &entry.device);
    let payload = serde_json::to_vec(&settings).expect("our own types always have a JSON form");
    app.hub.send(
        device,
        Down {
            leaf: Leaf::Settings,
            payload,
        },
    );
}
