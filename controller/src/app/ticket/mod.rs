//! Tickets: opened by hand or by a call, changed by people. Rules open theirs in
//! [`super::rules`].

pub mod age;
pub mod calls;
pub mod stored;
mod swap;
mod told;
pub mod view;

use std::sync::Arc;

use declic_common::api::Place;
use declic_common::six_words::{BadWords, SixWords};
use declic_common::ticket::body::NewTicket;
use declic_common::ticket::change::{BadChange, check_text};
use declic_common::ticket::{Cause, Change, Origin, Priority, TicketId};

use self::stored::Kept;
use super::App;
use super::audit;
use super::placement::{self, PlaceError};
use crate::domain::ticket::{self, Evidence, Opening, Refused, Ticket, phone};
use crate::store::{Store, StoreError};

#[derive(Debug, thiserror::Error)]
pub enum TicketError {
    #[error("no such device")]
    UnknownDevice,
    #[error("no such ticket")]
    UnknownTicket,
    #[error("this device is retired or revoked; name another one")]
    Gone,
    #[error("a person opens a ticket as a technician or for somebody on the phone")]
    NotAPersons,
    #[error(
        "the spare must be in stock or on the bench, and this one is {}",
        swap::told(*.0)
    )]
    NotASpare(Option<Place>),
    #[error("nobody has the PC of this ticket: it is {}", swap::told_of_ours(*.0))]
    NothingToExchange(Option<Place>),
    #[error(transparent)]
    Place(#[from] PlaceError),
    #[error("{0} is open for the same cause; work on that one")]
    OtherIsOpen(TicketId),
    #[error(transparent)]
    Bad(#[from] BadChange),
    #[error("{0}; `declic decode` says which one")]
    Words(#[from] BadWords),
    #[error(transparent)]
    Refused(#[from] Refused),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Opens a ticket by hand. A PC may have several of them.
pub async fn open(
    app: &Arc<App>,
    new: NewTicket,
    who: &str,
    now: i64,
) -> Result<TicketId, TicketError> {
    check_text(&new.text)?;
    let heard = match &new.six_words {
        Some(words) => Some(SixWords::read_text(words)?.diagnosis()?),
        None => None,
    };
    let facts = heard.as_ref().map(phone::facts).unwrap_or_default();
    let category = new.category.or_else(|| phone::category(heard.as_ref()?));
    let origin = new.origin.unwrap_or(Origin::Technician);
    if !matches!(origin, Origin::Technician | Origin::Phone) {
        return Err(TicketError::NotAPersons);
    }
    let who = who.to_owned();
    audit::with(app, now, move |app, change| {
        app.registry
            .get(new.device)
            .ok_or(TicketError::UnknownDevice)?;
        let cause = Cause::Reported;
        let opening = Opening {
            id: stored::next_id(app.store.as_ref())?,
            device: new.device,
            household: placement::household(app, new.device),
            cause,
            origin,
            category: category.unwrap_or(ticket::category(cause)),
            priority: new.priority.unwrap_or(Priority::Normal),
            evidence: (!facts.is_empty()).then(|| Evidence {
                at: now,
                facts: facts.clone(),
            }),
        };
        let ticket = Ticket::open(opening, now);
        stored::add(app, change, &ticket, &who);
        let text = Change::Comment {
            text: new.text.clone(),
        };
        // What it is about is no answer to it: the clocks go on.
        let after = ticket.apply(&text, &who, now)?;
        stored::update(change, &stored::fresh(&ticket), &after, &text, &who);
        Ok(ticket.id)
    })
    .await
}

/// The change of a person who saw version `seen`. Refused as a whole if the ticket
/// has changed since.
pub async fn change(
    app: &Arc<App>,
    id: TicketId,
    seen: u64,
    made: Change,
    who: &str,
    now: i64,
) -> Result<(), TicketError> {
    let who = who.to_owned();
    audit::with(app, now, move |app, change| {
        let store = app.store.as_ref();
        let before = stored::load(store, id)?.ok_or(TicketError::UnknownTicket)?;
        let after = before.ticket.change(seen, &made, &who, now)?;
        match &made {
            Change::Swap { with } => {
                swap::exchange(app, change, before.ticket.device, *with, (&who, now))?;
            }
            Change::Reopen => reopen(store, change, &before)?,
            _ => {}
        }
        stored::update(change, &before, &after, &made, &who);
        Ok(())
    })
    .await
}

/// A ticket of a rule or of a call opens again only while no newer one is open.
fn reopen(store: &dyn Store, change: &mut audit::Change, before: &Kept) -> Result<(), TicketError> {
    let ticket = &before.ticket;
    if ticket.cause == Cause::Reported {
        return Ok(());
    }
    if let Some(newest) = stored::newest(store, ticket.device, ticket.cause)?
        && newest.ticket.id != ticket.id
        && newest.ticket.is_open()
    {
        return Err(TicketError::OtherIsOpen(newest.ticket.id));
    }
    Ok(stored::point(store, change, ticket)?)
}

#[cfg(test)]
mod tests;
