//! How tickets are kept: the record of the domain's ticket, its events, and the words
//! of people apart from both.

use declic_common::DeviceId;
use declic_common::ticket::{Cause, Change, TicketId, TicketState};
use jiff::civil::Date;

use super::told;
use crate::app::App;
use crate::app::audit::{self, Note};
use crate::app::programme::{Keyring, letter};
use crate::app::registry::for_each;
use crate::domain::ticket::{Clock, Evidence, Ticket};
use crate::store::record::{decode, encode};
use crate::store::records::tickets as record;
use crate::store::{Range, Space, Store, StoreError, Value, keys};

/// The first ticket of a controller is T-1001: numbers of four digits are easily
/// told from other counts.
const FIRST: u64 = 1001;

/// A ticket as it was read, to be changed only if it is still so.
#[derive(Clone, Debug)]
pub struct Kept {
    pub ticket: Ticket,
    value: Value,
}

/// One event as it is kept.
#[derive(Clone, Debug)]
pub struct Happened {
    pub version: u64,
    pub at: i64,
    pub who: String,
    pub state: TicketState,
    pub change: Change,
}

/// A ticket by its number. Blocks.
pub fn load(store: &dyn Store, id: TicketId) -> Result<Option<Kept>, StoreError> {
    let Some(value) = store.get(Space::Core, &keys::ticket(id))? else {
        return Ok(None);
    };
    let ticket = read(&value)?;
    Ok(Some(Kept { ticket, value }))
}

/// The newest ticket of a device and cause. Blocks.
pub fn newest(
    store: &dyn Store,
    device: DeviceId,
    cause: Cause,
) -> Result<Option<Kept>, StoreError> {
    match store.get(Space::Core, &keys::cause_ticket(device, cause))? {
        Some(value) => {
            let found: record::CauseTicket = decode(&value)?;
            load(store, TicketId(found.number))
        }
        None => Ok(None),
    }
}

/// The newest ticket of each cause that a device ever had. Blocks.
pub fn newest_of_device(store: &dyn Store, device: DeviceId) -> Result<Vec<Ticket>, StoreError> {
    let mut numbers = Vec::new();
    let range = keys::of_device(keys::core::CAUSE_TICKET, device);
    for_each(store, range, |_, value| {
        let found: record::CauseTicket = decode(value)?;
        numbers.push(TicketId(found.number));
        Ok(())
    })?;
    let loaded = numbers.into_iter().map(|id| load(store, id));
    let found = loaded.filter_map(Result::transpose);
    found.map(|kept| kept.map(|kept| kept.ticket)).collect()
}

/// Every ticket, closed ones too. Blocks.
pub fn all(store: &dyn Store) -> Result<Vec<Ticket>, StoreError> {
    let mut tickets = Vec::new();
    for_each(store, keys::of_kind(keys::core::TICKET), |_, value| {
        tickets.push(read(value)?);
        Ok(())
    })?;
    Ok(tickets)
}

/// What a text is of, for whoever seals it.
fn about(id: TicketId, version: u64) -> String {
    format!("ticket {} {version}", id.0)
}

/// What happened to a ticket, oldest first, with the words that are still there and can be
/// opened. Blocks.
pub fn events(
    store: &dyn Store,
    ring: &Keyring,
    id: TicketId,
) -> Result<Vec<Happened>, StoreError> {
    let mut texts = std::collections::BTreeMap::new();
    let range = keys::of_ticket(keys::core::TICKET_TEXT, id);
    for_each(store, range, |key, value| {
        let text: record::TicketText = decode(value)?;
        let version = keys::version_of(key);
        let about = about(id, version.unwrap_or_default());
        let read = letter::read(ring, &text.text, text.sealed.as_ref(), &about);
        texts.extend(read.map(|text| (version, text)));
        Ok(())
    })?;
    let mut events = Vec::new();
    let range = keys::of_ticket(keys::core::TICKET_EVENT, id);
    for_each(store, range, |key, value| {
        let event: record::TicketEvent = decode(value)?;
        let version = keys::version_of(key).ok_or_else(|| damaged("ticket event key"))?;
        // A change of a later version is shown by that version.
        let Ok(mut change) = serde_json::from_str::<Change>(&event.change_json) else {
            tracing::warn!(ticket = %id, version, "unreadable event of a ticket");
            return Ok(());
        };
        if let Some(text) = texts.remove(&Some(version)) {
            change.put_text(text);
        }
        events.push(Happened {
            version,
            at: event.at,
            who: event.who,
            state: event.state,
            change,
        });
        Ok(())
    })?;
    Ok(events)
}

/// The number of the next ticket. Blocks; who uses it must refuse to be second.
pub fn next_id(store: &dyn Store) -> Result<TicketId, StoreError> {
    let (from, to) = keys::of_kind(keys::core::TICKET);
    let last = store.range(&Range {
        space: Space::Core,
        from,
        to: Some(to),
        descending: true,
        limit: 1,
    })?;
    match last.first() {
        Some((_, value)) => Ok(TicketId(read(value)?.id.0 + 1)),
        None => Ok(TicketId(FIRST)),
    }
}

/// Adds a new ticket to a batch, refused if its number is taken meanwhile.
pub fn add(app: &App, change: &mut audit::Change, ticket: &Ticket, who: &str) {
    let key = keys::ticket(ticket.id);
    change.batch.absent(Space::Core, key.clone());
    change.batch.put(Space::Core, key, encode(&record(ticket)));
    tell(change, ticket, &Change::Opened, who);
    told::opened(app, change, ticket);
}

/// Adds the next state of a ticket to a batch, refused if it changed meanwhile.
pub fn update(
    change: &mut audit::Change,
    before: &Kept,
    after: &Ticket,
    made: &Change,
    who: &str,
) -> Kept {
    let key = keys::ticket(after.id);
    let value = encode(&record(after));
    // Several changes of one batch: the first one has seen to it.
    let is_first = !change
        .batch
        .ops
        .iter()
        .any(|op| matches!(op, crate::store::Op::Put(Space::Core, put, _) if *put == key));
    if is_first {
        let before = before.value.clone();
        change.batch.equals(Space::Core, key.clone(), before);
    }
    change.batch.put(Space::Core, key, value.clone());
    tell(change, after, made, who);
    Kept {
        ticket: after.clone(),
        value,
    }
}

/// A ticket that this batch adds, to be changed within it.
pub fn fresh(ticket: &Ticket) -> Kept {
    Kept {
        ticket: ticket.clone(),
        value: encode(&record(ticket)),
    }
}

/// Makes this ticket the newest of its device and cause; refused if another one
/// became so meanwhile. Blocks.
pub fn point(
    store: &dyn Store,
    change: &mut audit::Change,
    ticket: &Ticket,
) -> Result<(), StoreError> {
    let key = keys::cause_ticket(ticket.device, ticket.cause);
    match store.get(Space::Core, &key)? {
        Some(value) => change.batch.equals(Space::Core, key.clone(), value),
        None => change.batch.absent(Space::Core, key.clone()),
    };
    let number = ticket.id.0;
    let row = record::CauseTicket { number };
    change.batch.put(Space::Core, key, encode(&row));
    Ok(())
}

/// The event, the words in it apart, and the entry of the audit without them.
fn tell(change: &mut audit::Change, ticket: &Ticket, made: &Change, who: &str) {
    let mut told = made.clone();
    if let Some(text) = told.take_text().filter(|text| !text.is_empty()) {
        let key = keys::ticket_text(ticket.id, ticket.version);
        let row = letter::write(
            change.store.as_ref(),
            &change.keys,
            ticket.household.as_deref(),
            &about(ticket.id, ticket.version),
            &text,
        );
        let row = record::TicketText {
            text: row.text,
            sealed: row.sealed,
        };
        change.batch.put(Space::Core, key, encode(&row));
    }
    let event = record::TicketEvent {
        at: ticket.changed_at,
        who: who.to_owned(),
        state: ticket.state,
        change_json: serde_json::to_string(&told).expect("our own types always have a JSON form"),
    };
    let key = keys::ticket_event(ticket.id, ticket.version);
    change.batch.put(Space::Core, key, encode(&event));
    let detail = match &told {
        Change::Opened => Some(format!("{} {}", ticket.device, ticket.cause)),
        Change::Assign { to } => Some(to.clone()),
        Change::Resumed { to } => Some(to.to_string()),
        Change::Swap { with } => Some(format!("{} {with}", ticket.device)),
        Change::Documents { choice } => Some(choice.to_string()),
        Change::Solve { repair, .. } => Some(repair.to_string()),
        Change::Prioritise { priority } => Some(priority.to_string()),
        _ => None,
    };
    change.note(Note {
        who,
        what: &format!("ticket.{}", told.word()),
        subject: &ticket.id.to_string(),
        detail,
    });
}

fn record(ticket: &Ticket) -> record::Ticket {
    let clock = |clock: &Clock| (clock.ran_ms, clock.since);
    let day = |day: Option<Date>| day.map(|day| day.to_string());
    record::Ticket {
        number: ticket.id.0,
        version: ticket.version,
        device: ticket.device,
        household: ticket.household.clone(),
        cause: ticket.cause,
        origin: ticket.origin,
        category: ticket.category,
        priority: ticket.priority,
        state: ticket.state,
        assignee: ticket.assignee.clone(),
        times: record::TicketTimes {
            opened_at: ticket.opened_at,
            changed_at: ticket.changed_at,
            solved_at: ticket.solved_at,
            closed_at: ticket.closed_at,
        },
        clocks: record::TicketClocks {
            first_response: clock(&ticket.first_response),
            resolution: clock(&ticket.resolution),
            responded: ticket.responded,
        },
        evidence: ticket.evidence.as_ref().map(|evidence| record::Evidence {
            at: evidence.at,
            facts: evidence.facts.clone(),
        }),
        waiting: ticket.waits_for.map(|waits_for| record::Waiting {
            waits_for,
            until: day(ticket.wait_until),
        }),
        visit_on: day(ticket.visit_on),
        minutes: ticket.minutes,
        documents: ticket.documents,
        swapped_with: ticket.swapped_with,
        repair: ticket.repair,
        barrier: ticket.barrier,
        returns: ticket.returns,
    }
}

fn read(value: &[u8]) -> Result<Ticket, StoreError> {
    let row: record::Ticket = decode(value)?;
    let clock = |(ran_ms, since)| Clock { ran_ms, since };
    let day = |text: Option<String>| -> Result<Option<Date>, StoreError> {
        text.map(|text| text.parse().map_err(|_| damaged("day of a ticket")))
            .transpose()
    };
    Ok(Ticket {
        id: TicketId(row.number),
        version: row.version,
        device: row.device,
        household: row.household,
        cause: row.cause,
        origin: row.origin,
        category: row.category,
        priority: row.priority,
        state: row.state,
        assignee: row.assignee,
        opened_at: row.times.opened_at,
        changed_at: row.times.changed_at,
        solved_at: row.times.solved_at,
        closed_at: row.times.closed_at,
        first_response: clock(row.clocks.first_response),
        resolution: clock(row.clocks.resolution),
        responded: row.clocks.responded,
        evidence: row.evidence.map(|evidence| Evidence {
            at: evidence.at,
            facts: evidence.facts,
        }),
        waits_for: row.waiting.as_ref().map(|waiting| waiting.waits_for),
        wait_until: day(row.waiting.and_then(|waiting| waiting.until))?,
        visit_on: day(row.visit_on)?,
        minutes: row.minutes,
        documents: row.documents,
        swapped_with: row.swapped_with,
        repair: row.repair,
        barrier: row.barrier,
        returns: row.returns,
    })
}

fn damaged(what: &str) -> StoreError {
    StoreError::Corrupt(what.to_owned())
}
