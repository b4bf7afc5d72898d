//! What time does to tickets: what waits until a day is taken up again on it, what
//! stays solved is closed, and 90 days later the words of people are purged. What
//! happened stays, without them.

use std::sync::Arc;

use declic_common::ticket::{Change, TicketId, TicketState};

use super::{TicketError, stored};
use crate::app::App;
use crate::app::audit::{self, Note};
use crate::app::registry::for_each;
use crate::domain::days::{Day, paris};
use crate::domain::rules::action::is_over;
use crate::store::{Key, Space, Store, StoreError, keys, read};

/// Days that free text outlives its ticket.
const DAYS: i64 = 90;
const DAY_MS: i64 = 86_400_000;

/// Takes up again what waited until this local day, where it stood before it waited.
/// Returns how many tickets that were.
pub async fn resume(app: &Arc<App>, now: i64) -> Result<usize, TicketError> {
    let today = Day::of(now, &paris()).date();
    let over = read(&app.store, move |store| {
        let tickets = stored::all(store)?.into_iter();
        let over = tickets.filter(|ticket| ticket.has_waited(today));
        Ok(over.map(|ticket| ticket.id).collect::<Vec<_>>())
    })
    .await?;
    let mut resumed = 0;
    for id in over {
        resumed += audit::with(app, now, move |app, change| {
            let store = app.store.as_ref();
            let kept = stored::load(store, id)?;
            let Some(before) = kept.filter(|kept| kept.ticket.has_waited(today)) else {
                return Ok::<_, TicketError>(0);
            };
            let to = before.ticket.goes_on_as(state_before_waiting(app, id)?);
            let made = Change::Resumed { to };
            let after = before.ticket.apply(&made, "rule", now)?;
            stored::update(change, &before, &after, &made, "rule");
            Ok(1)
        })
        .await?;
    }
    Ok(resumed)
}

/// The newest state of a ticket in which it did not wait.
fn state_before_waiting(app: &App, id: TicketId) -> Result<TicketState, StoreError> {
    let events = stored::events(app.store.as_ref(), &app.keys, id)?;
    let mut states = events.iter().rev().map(|event| event.state);
    let before = states.find(|state| *state != TicketState::Waiting);
    Ok(before.unwrap_or(TicketState::New))
}

/// Closes what has been solved for long enough. Returns how many tickets that were.
pub async fn close_solved(app: &Arc<App>, now: i64) -> Result<usize, TicketError> {
    let wanted = app.programme.rules.tickets.clone();
    let over = read(&app.store, move |store| {
        let tickets = stored::all(store)?.into_iter();
        let over = tickets.filter(|ticket| is_over(ticket, &wanted, now));
        Ok(over.map(|ticket| ticket.id).collect::<Vec<_>>())
    })
    .await?;
    let mut closed = 0;
    for id in over {
        closed += audit::with(app, now, move |app, change| {
            let kept = stored::load(app.store.as_ref(), id)?;
            let wanted = &app.programme.rules.tickets;
            let Some(before) = kept.filter(|kept| is_over(&kept.ticket, wanted, now)) else {
                return Ok::<_, TicketError>(0);
            };
            let after = before.ticket.apply(&Change::Gone, "rule", now)?;
            stored::update(change, &before, &after, &Change::Gone, "rule");
            Ok(1)
        })
        .await?;
    }
    Ok(closed)
}

/// Purges the texts of tickets that were closed long ago. Returns how many texts
/// went; each ticket leaves an entry in the audit that says how many it had.
pub async fn purge(app: &Arc<App>, now: i64) -> Result<usize, TicketError> {
    let old = read(&app.store, move |store| {
        let mut old = Vec::new();
        for ticket in stored::all(store)? {
            let over = |at: i64| now.saturating_sub(at) > DAYS * DAY_MS;
            if ticket.closed_at.is_some_and(over) && !texts(store, ticket.id)?.is_empty() {
                old.push(ticket.id);
            }
        }
        Ok(old)
    })
    .await?;
    let mut purged = 0;
    for id in old {
        purged += audit::with(app, now, move |app, change| {
            let texts = texts(app.store.as_ref(), id)?;
            let count = texts.len();
            for key in texts {
                change.batch.del(Space::Core, key);
            }
            change.note(Note {
                who: "rule",
                what: "ticket.purge",
                subject: &id.to_string(),
                detail: Some(format!("{count} texts")),
            });
            Ok::<_, TicketError>(count)
        })
        .await?;
    }
    Ok(purged)
}

fn texts(store: &dyn Store, id: TicketId) -> Result<Vec<Key>, StoreError> {
    let mut keys = Vec::new();
    let range = keys::of_ticket(keys::core::TICKET_TEXT, id);
    for_each(store, range, |key, _| {
        keys.push(key.to_vec());
        Ok(())
    })?;
    Ok(keys)
}
