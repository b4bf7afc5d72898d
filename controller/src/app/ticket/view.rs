//! Tickets as people see them: the list by harm, and all about one.

use std::collections::BTreeMap;
use std::sync::Arc;

use declic_common::DeviceId;
use declic_common::api::Page;
use declic_common::ticket::body::{
    Evidence as ShownEvidence, TicketDetail, TicketEvent, TicketSummary,
};
use declic_common::ticket::{Cause, Fact, Priority, TicketId, TicketState};
use jiff::Timestamp;

use super::TicketError;
use super::stored::{self, Happened};
use crate::app::App;
use crate::app::device::{LIMIT_DEFAULT, LIMIT_MAX, QueryError, inventory, is_within, time};
use crate::domain::rights::Reach;
use crate::domain::ticket::{Evidence, Ticket, bring, household, parts};
use crate::store::{StoreError, read};

/// Which tickets; without a state, all that are not closed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TicketQuery {
    /// Only tickets of devices within it.
    pub reach: Reach,
    pub state: Option<TicketState>,
    pub cause: Option<Cause>,
    pub device: Option<DeviceId>,
    /// Exactly this site.
    pub site: Option<String>,
    pub assignee: Option<String>,
    /// Closed ones too.
    pub all: bool,
    pub limit: Option<usize>,
    pub cursor: Option<String>,
}

/// Where a ticket stands in a list by harm: what matters most, and has waited
/// longest, comes first.
type Place = (Priority, Cause, i64, TicketId);

/// A page of tickets, worst first.
pub async fn list(
    app: &App,
    query: &TicketQuery,
    now: Timestamp,
) -> Result<Page<TicketSummary>, QueryError> {
    let limit = query.limit.unwrap_or(LIMIT_DEFAULT);
    if !(1..=LIMIT_MAX).contains(&limit) {
        return Err(QueryError::BadLimit { max: LIMIT_MAX });
    }
    let mut tickets = read(&app.store, stored::all).await?;
    let after = match &query.cursor {
        Some(cursor) => Some(read_cursor(cursor).ok_or(QueryError::BadCursor)?),
        None => None,
    };
    tickets.retain(|ticket| query.admits(app, ticket));
    tickets.sort_unstable_by_key(place);
    tickets.retain(|ticket| after.is_none_or(|after| place(ticket) > after));
    let more = tickets.len() > limit;
    tickets.truncate(limit);
    let next = tickets.last().filter(|_| more).map(write_cursor);
    let items = tickets.iter().map(|ticket| summary(app, ticket, now));
    Ok(Page {
        items: items.collect(),
        next,
    })
}

impl TicketQuery {
    fn admits(&self, app: &App, ticket: &Ticket) -> bool {
        let shown = match self.state {
            Some(state) => ticket.state == state,
            None => self.all || ticket.is_open(),
        };
        shown
            && is_within(app, &self.reach, ticket.device)
            && self.cause.is_none_or(|cause| ticket.cause == cause)
            && self.device.is_none_or(|device| ticket.device == device)
            && (self.assignee.is_none() || self.assignee == ticket.assignee)
            && (self.site.is_none() || self.site == label(app, ticket.device).1)
    }
}

/// All about one ticket.
pub async fn detail(app: &App, id: TicketId, now: Timestamp) -> Result<TicketDetail, TicketError> {
    let ring = Arc::clone(&app.keys);
    let found = read(&app.store, move |store| {
        let Some(kept) = stored::load(store, id)? else {
            return Ok(None);
        };
        let made_of = inventory(store, kept.ticket.device)?;
        let events = stored::events(store, &ring, id)?;
        Ok::<_, StoreError>(Some((kept.ticket, made_of, events)))
    })
    .await?;
    let (ticket, made_of, events) = found.ok_or(TicketError::UnknownTicket)?;
    Ok(TicketDetail {
        summary: summary(app, &ticket, now),
        evidence: ticket.evidence.as_ref().map(evidence),
        for_household: household::for_household(ticket.cause),
        bring: bring(ticket.cause).to_vec(),
        parts: made_of.map_or_else(Vec::new, |made_of| {
            parts(bring(ticket.cause), facts(&ticket), &made_of.inventory)
        }),
        minutes: ticket.minutes,
        documents: ticket.documents,
        swapped_with: ticket.swapped_with,
        repair: ticket.repair,
        barrier: ticket.barrier,
        events: events.into_iter().map(event).collect(),
    })
}

/// [`detail`]; a ticket of a device of another site does not exist for whoever asks.
pub async fn detail_within(
    app: &App,
    reach: &Reach,
    id: TicketId,
    now: Timestamp,
) -> Result<TicketDetail, TicketError> {
    let detail = detail(app, id, now).await?;
    match is_within(app, reach, detail.summary.device) {
        true => Ok(detail),
        false => Err(TicketError::UnknownTicket),
    }
}

/// The readings that speak for a ticket.
pub fn facts(ticket: &Ticket) -> impl Iterator<Item = &Fact> {
    let evidence = ticket.evidence.iter();
    evidence.flat_map(|evidence| &evidence.facts)
}

/// The readings that opened a ticket.
pub fn evidence(evidence: &Evidence) -> ShownEvidence {
    ShownEvidence {
        at: time(evidence.at),
        facts: evidence.facts.clone(),
    }
}

fn event(happened: Happened) -> TicketEvent {
    TicketEvent {
        version: happened.version,
        at: time(happened.at),
        who: happened.who,
        state: happened.state,
        change: happened.change,
    }
}

/// One line of the list.
pub fn summary(app: &App, ticket: &Ticket, now: Timestamp) -> TicketSummary {
    let (asset, site) = label(app, ticket.device);
    let now = now.as_millisecond();
    TicketSummary {
        ticket: ticket.id,
        version: ticket.version,
        device: ticket.device,
        asset,
        site,
        household: ticket.household.clone(),
        cause: ticket.cause,
        origin: ticket.origin,
        category: ticket.category,
        priority: ticket.priority,
        state: ticket.state,
        assignee: ticket.assignee.clone(),
        waits_for: ticket.waits_for,
        wait_until: ticket.wait_until,
        visit_on: ticket.visit_on,
        opened_at: time(ticket.opened_at),
        changed_at: time(ticket.changed_at),
        solved_at: ticket.solved_at.map(time),
        closed_at: ticket.closed_at.map(time),
        responded: ticket.responded,
        first_response_ms: ticket.first_response.read(now),
        resolution_ms: ticket.resolution.read(now),
        returns: ticket.returns,
    }
}

/// Asset tag and site of a device.
fn label(app: &App, device: DeviceId) -> (Option<String>, Option<String>) {
    let entry = app.registry.get(device);
    entry.map_or((None, None), |entry| {
        let site = entry.site().map(str::to_owned);
        (entry.device.asset.clone(), site)
    })
}

/// Where a ticket stands in a list by harm.
pub fn place(ticket: &Ticket) -> Place {
    (ticket.priority, ticket.cause, ticket.opened_at, ticket.id)
}

fn write_cursor(ticket: &Ticket) -> String {
    let (priority, cause, opened_at, id) = place(ticket);
    format!("{priority}.{cause}.{opened_at}.{}", id.0)
}

fn read_cursor(cursor: &str) -> Option<Place> {
    let mut parts = cursor.split('.');
    let place = (
        Priority::from_word(parts.next()?)?,
        Cause::from_word(parts.next()?)?,
        parts.next()?.parse().ok()?,
        TicketId(parts.next()?.parse().ok()?),
    );
    parts.next().is_none().then_some(place)
}

/// What is open for one device.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OpenTickets {
    pub count: usize,
    /// Of the worst of them.
    pub priority: Priority,
    pub cause: Cause,
}

/// The devices within reach that have a ticket to work on, solved ones left out.
pub async fn by_device(
    app: &App,
    reach: &Reach,
) -> Result<BTreeMap<DeviceId, OpenTickets>, StoreError> {
    let mut tickets = read(&app.store, stored::all).await?;
    tickets.retain(|ticket| ticket.is_open() && ticket.state != TicketState::Solved);
    tickets.retain(|ticket| is_within(app, reach, ticket.device));
    tickets.sort_unstable_by_key(place);
    let mut found: BTreeMap<DeviceId, OpenTickets> = BTreeMap::new();
    for ticket in &tickets {
        let worst = OpenTickets {
            count: 0,
            priority: ticket.priority,
            cause: ticket.cause,
        };
        found.entry(ticket.device).or_insert(worst).count += 1;
    }
    Ok(found)
}
