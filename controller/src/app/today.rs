//! Who needs somebody today, why, and what to bring: a technician's morning.

use std::collections::BTreeMap;

use declic_common::DeviceId;
use declic_common::ticket::TicketState;
use declic_common::ticket::body::{Reason, TodayLine};
use jiff::Timestamp;
use jiff::civil::Date;

use super::App;
use super::device::{is_within, time};
use super::presence::Judge;
use super::ticket::{stored, view};
use crate::domain::rights::Reach;
use crate::domain::ticket::{Ticket, bring};
use crate::store::{StoreError, read};

/// Whose day.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TodayQuery {
    /// Only homes within it.
    pub reach: Reach,
    /// Exactly this site.
    pub site: Option<String>,
    /// What this account has, and what nobody has.
    pub assignee: Option<String>,
}

/// The homes with something to do, worst first; `today` is the local day.
pub async fn list(
    app: &App,
    query: &TodayQuery,
    today: Date,
    now: Timestamp,
) -> Result<Vec<TodayLine>, StoreError> {
    let mut tickets = read(&app.store, stored::all).await?;
    tickets.retain(|ticket| is_due(ticket, today) && query.admits(app, ticket));
    tickets.sort_unstable_by_key(view::place);
    let mut homes: BTreeMap<DeviceId, Vec<Ticket>> = BTreeMap::new();
    let mut order = Vec::new();
    for ticket in tickets {
        let home = homes.entry(ticket.device).or_insert_with(|| {
            order.push(ticket.device);
            Vec::new()
        });
        home.push(ticket);
    }
    let judge = Judge::at(app, now.as_millisecond());
    let lines = order.into_iter().filter_map(|device| {
        let tickets = homes.remove(&device)?;
        let line = line(&judge, app, device, &tickets)?;
        (query.site.is_none() || query.site == line.site).then_some(line)
    });
    Ok(lines.collect())
}

impl TodayQuery {
    fn admits(&self, app: &App, ticket: &Ticket) -> bool {
        is_within(app, &self.reach, ticket.device)
            && (self.assignee.is_none()
                || ticket.assignee.is_none()
                || self.assignee == ticket.assignee)
    }
}

/// What is solved is not due, nor what waits for a later day, nor what has its
/// visit on one.
fn is_due(ticket: &Ticket, today: Date) -> bool {
    let later = |day: Option<Date>| day.is_some_and(|day| day > today);
    match ticket.state {
        TicketState::Solved | TicketState::Closed => false,
        TicketState::Waiting => {
            ticket.visit_on == Some(today) || ticket.wait_until.is_some_and(|day| day <= today)
        }
        _ => !later(ticket.visit_on),
    }
}

fn line(judge: &Judge<'_>, app: &App, device: DeviceId, tickets: &[Ticket]) -> Option<TodayLine> {
    let entry = app.registry.get(device)?;
    let mut bring: Vec<_> = tickets
        .iter()
        .flat_map(|t| bring(t.cause))
        .copied()
        .collect();
    bring.sort_unstable();
    bring.dedup();
    Some(TodayLine {
        device,
        asset: entry.device.asset.clone(),
        site: entry.site().map(str::to_owned),
        household: tickets.iter().find_map(|ticket| ticket.household.clone()),
        presence: judge.of(&entry).presence,
        last_seen: entry.latest.last_seen.map(time),
        priority: tickets.iter().map(|ticket| ticket.priority).min()?,
        visit_on: tickets.iter().filter_map(|ticket| ticket.visit_on).min(),
        reasons: tickets.iter().map(reason).collect(),
        bring,
    })
}

fn reason(ticket: &Ticket) -> Reason {
    Reason {
        ticket: ticket.id,
        version: ticket.version,
        cause: ticket.cause,
        state: ticket.state,
        priority: ticket.priority,
        assignee: ticket.assignee.clone(),
        opened_at: time(ticket.opened_at),
        evidence: ticket.evidence.as_ref().map(view::evidence),
    }
}
