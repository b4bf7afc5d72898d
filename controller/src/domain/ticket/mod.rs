//! Decides what a change does to a ticket.
//!
//! ```text
//!            assign        start              solve           close
//!  new ───▶ assigned ───▶ in_progress ───────▶ solved ──────▶ closed
//!   │                      │    ▲                │               │
//!   │                 wait ▼    │ start          │ reopen        │ reopen
//!   │                     waiting                ▼               ▼
//!   └── any of them: solve, close ──▶     assigned, or new if nobody has it
//! ```
//!
//! Rules close what is gone from any state, and open again what comes back. What waits
//! until a day goes on by itself when it has come.

mod bring;
mod clock;
pub mod household;
pub mod phone;
#[cfg(test)]
mod tests;

use declic_common::DeviceId;
use declic_common::ticket::change::BadChange;
use declic_common::ticket::{
    Barrier, Category, Cause, Change, Documents, Fact, Origin, Priority, Repair, TicketId,
    TicketState, WaitsFor,
};
use jiff::civil::Date;

pub use bring::{bring, parts};
pub use clock::Clock;

/// Something to repair or to answer. Times are ms UTC, controller clock.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ticket {
    pub id: TicketId,
    /// Counts its changes, from 1.
    pub version: u64,
    pub device: DeviceId,
    /// Who has the device, if it is known.
    pub household: Option<String>,
    pub cause: Cause,
    pub origin: Origin,
    pub category: Category,
    pub priority: Priority,
    pub state: TicketState,
    pub assignee: Option<String>,
    pub opened_at: i64,
    pub changed_at: i64,
    pub solved_at: Option<i64>,
    pub closed_at: Option<i64>,
    /// Runs until somebody deals with it.
    pub first_response: Clock,
    /// Runs until it is solved.
    pub resolution: Clock,
    pub responded: bool,
    pub evidence: Option<Evidence>,
    pub waits_for: Option<WaitsFor>,
    pub wait_until: Option<Date>,
    pub visit_on: Option<Date>,
    pub minutes: u32,
    pub documents: Option<Documents>,
    pub swapped_with: Option<DeviceId>,
    pub repair: Option<Repair>,
    pub barrier: Option<Barrier>,
    /// How often the cause came back.
    pub returns: u32,
}

/// The readings that opened a ticket, or opened it again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Evidence {
    /// When they were made; ms UTC, controller clock.
    pub at: i64,
    pub facts: Vec<Fact>,
}

/// What a new ticket is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opening {
    pub id: TicketId,
    pub device: DeviceId,
    pub household: Option<String>,
    pub cause: Cause,
    pub origin: Origin,
    pub category: Category,
    pub priority: Priority,
    pub evidence: Option<Evidence>,
}

/// Why a change is not made. Nothing is lost: the ticket stays as it is.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    #[error(
        "the ticket has changed since version {seen}: it is now version {version}, {state}{}; \
         look at it again, then decide again",
        assignee.as_ref().map(|who| format!(", with {who}")).unwrap_or_default()
    )]
    Stale {
        seen: u64,
        version: u64,
        state: TicketState,
        assignee: Option<String>,
    },
    #[error("a ticket that is {state} does not take \"{change}\"; {hint}")]
    State {
        state: TicketState,
        change: &'static str,
        hint: &'static str,
    },
    #[error(
        "the household has not said yet what becomes of its documents; record its choice first \
         (`declic ticket documents`)"
    )]
    NoChoice,
    #[error("the exchange is done; what becomes of the documents was decided before it")]
    AlreadySwapped,
    #[error("a PC cannot take its own place; name the spare one")]
    SameDevice,
    #[error("a barrier says why a PC could not be repaired; leave it out when it is fixed")]
    BarrierOfFixed,
    #[error("only rules and calls make the change \"{0}\"")]
    NotAPersons(&'static str),
    #[error(transparent)]
    Bad(#[from] BadChange),
}

impl Ticket {
    /// A new ticket, its clocks running.
    pub fn open(opening: Opening, now: i64) -> Self {
        Ticket {
            id: opening.id,
            version: 1,
            device: opening.device,
            household: opening.household,
            cause: opening.cause,
            origin: opening.origin,
            category: opening.category,
            priority: opening.priority,
            state: TicketState::New,
            assignee: None,
            opened_at: now,
            changed_at: now,
            solved_at: None,
            closed_at: None,
            first_response: Clock::started(now),
            resolution: Clock::started(now),
            responded: false,
            evidence: opening.evidence,
            waits_for: None,
            wait_until: None,
            visit_on: None,
            minutes: 0,
            documents: None,
            swapped_with: None,
            repair: None,
            barrier: None,
            returns: 0,
        }
    }

    pub fn is_open(&self) -> bool {
        self.state != TicketState::Closed
    }

    /// The change of a person who saw version `seen`. `by` takes a ticket that
    /// nobody has when beginning to work on it.
    pub fn change(
        &self,
        seen: u64,
        change: &Change,
        by: &str,
        now: i64,
    ) -> Result<Ticket, Refused> {
        if !change.is_a_persons() {
            return Err(Refused::NotAPersons(change.word()));
        }
        change.check()?;
        if seen != self.version {
            return Err(Refused::Stale {
                seen,
                version: self.version,
                state: self.state,
                assignee: self.assignee.clone(),
            });
        }
        let mut next = self.apply(change, by, now)?;
        if !next.responded {
            next.responded = true;
            next.first_response.stop(now);
        }
        Ok(next)
    }

    /// What any change does, whoever makes it.
    pub fn apply(&self, change: &Change, by: &str, now: i64) -> Result<Ticket, Refused> {
        self.allows(change)?;
        let mut next = self.clone();
        next.version += 1;
        next.changed_at = now;
        match change {
            Change::Opened
            | Change::Called { .. }
            | Change::Comment { .. }
            | Change::Part { .. } => {}
            Change::Returned => {
                next.returns += 1;
                next.reopen();
            }
            Change::Reopen => next.reopen(),
            Change::Resumed { to } => next.state = next.goes_on_as(*to),
            Change::Assign { to } => {
                next.assignee = Some(to.clone());
                if next.state == TicketState::New {
                    next.state = TicketState::Assigned;
                }
            }
            Change::Start => {
                next.assignee.get_or_insert_with(|| by.to_owned());
                next.state = TicketState::InProgress;
            }
            Change::Wait { waits_for, until } => {
                next.state = TicketState::Waiting;
                next.waits_for = Some(*waits_for);
                next.wait_until = *until;
            }
            Change::Visit { on } => next.visit_on = Some(*on),
            Change::Visited { minutes } => {
                next.visit_on = None;
                next.minutes = next.minutes.saturating_add(*minutes);
            }
            Change::Spend { minutes } => next.minutes = next.minutes.saturating_add(*minutes),
            Change::Documents { choice } => next.documents = Some(*choice),
            Change::Swap { with } => next.swapped_with = Some(*with),
            Change::Prioritise { priority } => next.priority = *priority,
            Change::Categorise { category } => next.category = *category,
            Change::Solve { repair, barrier } => {
                next.state = TicketState::Solved;
                next.repair = Some(*repair);
                next.barrier = *barrier;
                next.solved_at = Some(now);
            }
            Change::Gone | Change::Close => {
                next.state = TicketState::Closed;
                next.solved_at.get_or_insert(now);
                next.closed_at = Some(now);
                next.visit_on = None;
            }
        }
        if next.state != TicketState::Waiting {
            next.waits_for = None;
            next.wait_until = None;
        }
        next.wind(now);
        Ok(next)
    }

    /// Where work goes on after waiting, when it stood at `before`: whom a ticket was
    /// given to meanwhile counts.
    pub fn goes_on_as(&self, before: TicketState) -> TicketState {
        match (before, &self.assignee) {
            (_, None) => TicketState::New,
            (TicketState::InProgress, Some(_)) => TicketState::InProgress,
            (_, Some(_)) => TicketState::Assigned,
        }
    }

    /// The day until which it waits has come.
    pub fn has_waited(&self, today: Date) -> bool {
        self.state == TicketState::Waiting && self.wait_until.is_some_and(|day| day <= today)
    }

    fn reopen(&mut self) {
        self.state = match self.assignee {
            Some(_) => TicketState::Assigned,
            None => TicketState::New,
        };
        self.solved_at = None;
        self.closed_at = None;
        self.repair = None;
        self.barrier = None;
    }

    /// Runs or stops the clocks as the state asks.
    fn wind(&mut self, now: i64) {
        use TicketState::{Assigned, InProgress, New};
        let runs = matches!(self.state, New | Assigned | InProgress);
        self.resolution.run(runs, now);
        self.first_response.run(runs && !self.responded, now);
    }

    fn allows(&self, change: &Change) -> Result<(), Refused> {
        use TicketState::{Closed, Solved, Waiting};
        let done = matches!(self.state, Solved | Closed);
        let refuse = |hint| {
            Err(Refused::State {
                state: self.state,
                change: change.word(),
                hint,
            })
        };
        match change {
            // Words and time are taken note of at any moment.
            Change::Called { .. }
            | Change::Comment { .. }
            | Change::Spend { .. }
            | Change::Part { .. }
            | Change::Visited { .. } => Ok(()),
            Change::Opened => refuse("it is open already"),
            Change::Returned | Change::Reopen if !done => refuse("it is open already"),
            Change::Resumed { .. } if self.state != Waiting => refuse("it waits for nothing"),
            Change::Gone | Change::Close if self.state == Closed => refuse("it is closed already"),
            Change::Assign { .. }
            | Change::Start
            | Change::Wait { .. }
            | Change::Visit { .. }
            | Change::Documents { .. }
            | Change::Swap { .. }
            | Change::Solve { .. }
                if done =>
            {
                refuse("reopen it first")
            }
            Change::Documents { .. } if self.swapped_with.is_some() => Err(Refused::AlreadySwapped),
            Change::Swap { .. } if self.swapped_with.is_some() => Err(Refused::AlreadySwapped),
            Change::Swap { .. } if self.documents.is_none() => Err(Refused::NoChoice),
            Change::Swap { with } if *with == self.device => Err(Refused::SameDevice),
            Change::Solve {
                repair: Repair::Fixed,
                barrier: Some(_),
            } => Err(Refused::BarrierOfFixed),
            _ => Ok(()),
        }
    }
}

/// The kind of work that a cause usually is.
pub fn category(cause: Cause) -> Category {
    match cause {
        Cause::DiskFailing | Cause::DiskFull => Category::Storage,
        Cause::Overheating | Cause::MemoryStarving | Cause::ClockWrong => Category::Hardware,
        Cause::InternetDown => Category::Network,
        Cause::UpdatesFailing
        | Cause::CertificateEnding
        | Cause::RebootPending
        | Cause::AgentOutdated => Category::System,
        Cause::NeverStarted | Cause::Overdue | Cause::Help => Category::Usage,
        Cause::Reported => Category::Other,
    }
}
