//! Calls for help become tickets: each call once, whatever happens in between.
//!
//! The call's row names its ticket from the batch on that opens it, so that a
//! controller that is killed in between opens it at its next round, and never twice.

use std::sync::Arc;

use declic_common::DeviceId;
use declic_common::ticket::{Cause, Change, Origin, Priority, TicketState};

use super::stored::{self, Kept};
use crate::app::audit;
use crate::app::programme::letter;
use crate::app::registry::for_each;
use crate::app::{App, placement};
use crate::domain::ticket::{self, Opening, Ticket};
use crate::store::record::{decode, encode};
use crate::store::records::HelpRow;
use crate::store::{Key, Space, StoreError, Value, keys, read};

/// A call that no ticket has taken.
struct Call {
    key: Key,
    value: Value,
    row: HelpRow,
    device: DeviceId,
}

/// Opens a ticket for each call that has none, or adds it to the one that is open.
/// Returns how many calls were taken.
pub async fn take(app: &Arc<App>, now: i64) -> Result<usize, super::TicketError> {
    let waiting = read(&app.store, |store| {
        let mut waiting = Vec::new();
        for_each(store, keys::of_kind(keys::core::HELP), |key, value| {
            match decode::<HelpRow>(value) {
                Ok(row) if row.ticket.is_none() => waiting.push(key.to_vec()),
                Ok(_) => {}
                // One damaged call must not hold up the others.
                Err(error) => tracing::error!(%error, "unreadable call for help"),
            }
            Ok(())
        })?;
        Ok(waiting)
    })
    .await?;
    let mut taken = 0;
    for key in waiting {
        let took = audit::with(app, now, move |app, change| {
            take_one(app, change, &key, now)
        });
        if took.await? {
            taken += 1;
        }
    }
    Ok(taken)
}

fn take_one(
    app: &App,
    change: &mut audit::Change,
    key: &Key,
    now: i64,
) -> Result<bool, super::TicketError> {
    let Some(call) = find(app, key)? else {
        return Ok(false);
    };
    let store = app.store.as_ref();
    let newest = stored::newest(store, call.device, Cause::Help)?;
    let kept = match newest.filter(|kept| kept.ticket.is_open()) {
        Some(kept) => kept,
        None => open(app, change, &call, now)?,
    };
    let (text, sealed) = (&call.row.text, call.row.sealed.as_ref());
    // Words whose key is gone are no reason to leave the call unanswered.
    let text = letter::read(&app.keys, text, sealed, letter::CALL).unwrap_or_default();
    let called = add(change, &kept, &Change::Called { text }, now)?;
    if called.ticket.state == TicketState::Solved {
        add(change, &called, &Change::Returned, now)?;
    }
    let taken = HelpRow {
        // The words live in one place: with the ticket, and as long as it says.
        text: String::new(),
        sealed: None,
        ticket: Some(kept.ticket.id.0),
        ..call.row
    };
    change
        .batch
        .equals(Space::Core, call.key.clone(), call.value);
    change.batch.put(Space::Core, call.key, encode(&taken));
    Ok(true)
}

fn find(app: &App, key: &Key) -> Result<Option<Call>, StoreError> {
    let Some(value) = app.store.get(Space::Core, key)? else {
        return Ok(None);
    };
    let row: HelpRow = decode(&value)?;
    let Some(device) = keys::device_of(key).filter(|_| row.ticket.is_none()) else {
        return Ok(None);
    };
    Ok(Some(Call {
        key: key.clone(),
        value,
        row,
        device,
    }))
}

fn open(app: &App, change: &mut audit::Change, call: &Call, now: i64) -> Result<Kept, StoreError> {
    let store = app.store.as_ref();
    let cause = Cause::Help;
    let opening = Opening {
        id: stored::next_id(store)?,
        device: call.device,
        household: placement::household(app, call.device),
        cause,
        origin: Origin::Household,
        category: ticket::category(cause),
        // Somebody waits for an answer.
        priority: Priority::High,
        evidence: None,
    };
    let ticket = Ticket::open(opening, now);
    stored::add(app, change, &ticket, "device");
    stored::point(store, change, &ticket)?;
    Ok(stored::fresh(&ticket))
}

fn add(
    change: &mut audit::Change,
    before: &Kept,
    made: &Change,
    now: i64,
) -> Result<Kept, super::TicketError> {
    let after = before.ticket.apply(made, "device", now)?;
    Ok(stored::update(change, before, &after, made, "device"))
}
