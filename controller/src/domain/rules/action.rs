//! What a verdict does to the ticket of its cause.

use declic_common::ticket::TicketState;

use super::super::ticket::{Evidence, Ticket};
use super::thresholds::Tickets;
use super::{DAY_MS, Verdict};

/// What is to be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    Open(Evidence),
    /// The last ticket of this cause, again.
    Reopen(Evidence),
    Close,
    Nothing,
}

/// Decides. `last` is the newest ticket of this device and cause. While `silenced`,
/// nothing opens; what is open may still close.
pub fn decide(
    verdict: Verdict,
    last: Option<&Ticket>,
    silenced: bool,
    tickets: &Tickets,
    now: i64,
) -> Action {
    match (verdict, last) {
        (Verdict::Hold, Some(ticket)) if is_over(ticket, tickets, now) => Action::Close,
        (Verdict::Hold, _) => Action::Nothing,
        (Verdict::Clear, Some(ticket)) if ticket.is_open() => Action::Close,
        (Verdict::Clear, _) => Action::Nothing,
        (Verdict::Raise(_), _) if silenced => Action::Nothing,
        (Verdict::Raise(evidence), None) => Action::Open(evidence),
        (Verdict::Raise(evidence), Some(ticket)) => match ticket.state {
            TicketState::Solved => Action::Reopen(evidence),
            TicketState::Closed if returns_soon(ticket, tickets, now) => Action::Reopen(evidence),
            TicketState::Closed => Action::Open(evidence),
            _ => Action::Nothing,
        },
    }
}

/// Whether a ticket stayed solved for so long that nobody looks at it any more.
pub fn is_over(ticket: &Ticket, tickets: &Tickets, now: i64) -> bool {
    let days = i64::from(tickets.close_days) * DAY_MS;
    ticket.state == TicketState::Solved
        && ticket
            .solved_at
            .is_some_and(|at| now.saturating_sub(at) >= days)
}

fn returns_soon(ticket: &Ticket, tickets: &Tickets, now: i64) -> bool {
    let days = i64::from(tickets.reopen_days) * DAY_MS;
    ticket
        .closed_at
        .is_some_and(|at| now.saturating_sub(at) <= days)
}
