//! Decides where a PC is in its life, and which steps may come next.
//!
//! A life is a list of dated steps: some are records of people (a wipe, a trial), some are
//! where its device was put, one is that it was heard of. What happened is never refused, for it
//! happened; but it is told as a fault, and nobody adds one by what they enter.
//!
//! Records have a day and no hour. What happened on one day is read in the order in which it
//! was possible.

mod refusal;
#[cfg(test)]
mod tests;

use declic_common::programme::vocabulary::{LifeState, LifeStep};
use declic_common::ticket::Repair;
use jiff::civil::Date;

pub use self::refusal::Refusal;

/// What happened to a PC.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    Received,
    Rejected,
    /// `good`: it proves that nothing is left.
    Erased {
        good: bool,
    },
    Tested {
        good: bool,
    },
    Ready,
    Deployed {
        household: String,
    },
    Connected,
    RepairBegun,
    RepairEnded {
        outcome: Repair,
    },
    Returned,
    Lost,
    Recycled,
}

/// A step, its local day, and what tells it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    pub on: Date,
    pub step: Step,
    /// Such as `wipe X-0001`.
    pub told_by: String,
}

/// A step that should not have been.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    pub on: Date,
    pub told_by: String,
    pub why: Refusal,
}

/// Where a PC is in its life, after some steps.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Life {
    received: Option<Date>,
    rejected: bool,
    lost: bool,
    recycled: bool,
    /// Days of the proofs that nothing is left of whoever had it before. A household uses one up.
    proofs: Vec<Date>,
    /// Days of the last trial that was passed, and of being ready, since it came in or back.
    tested: Option<Date>,
    ready: Option<Date>,
    home: Option<String>,
    heard: bool,
    last_home: Option<String>,
    returned: Option<Date>,
    repairs: usize,
    worn_out: bool,
    since: Option<Date>,
}

/// A whole life: its steps in their order, where they led, and what should not have been.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Story {
    pub life: Life,
    pub events: Vec<Event>,
    pub faults: Vec<Fault>,
}

/// Reads a life from its steps. Those that have hours (placements) come in their order.
pub fn read(mut events: Vec<Event>) -> Story {
    // Stable: what has hours keeps its order within a day.
    events.sort_by_key(|event| {
        let hours = event.step.has_hours();
        (event.on, hours, (!hours).then(|| event.step.word()))
    });
    let mut story = Story::default();
    let mut rest = events;
    while !rest.is_empty() {
        let next = story.next_of_day(&rest);
        let event = rest.remove(next);
        if let Err(why) = story.life.may(&event.step) {
            story.faults.push(Fault {
                on: event.on,
                told_by: event.told_by.clone(),
                why,
            });
        }
        story.life.take(&event);
        story.events.push(event);
    }
    story
}

impl Story {
    /// The first step of the next day that is possible; the first of all if none is.
    fn next_of_day(&self, rest: &[Event]) -> usize {
        let day = rest[0].on;
        let mut hours = false;
        let possible = rest
            .iter()
            .take_while(|event| event.on == day)
            .position(|event| {
                // Of those that have hours only the first one left may come.
                let in_turn = !(event.step.has_hours() && hours);
                hours |= event.step.has_hours();
                in_turn && self.life.may(&event.step).is_ok()
            });
        possible.unwrap_or(0)
    }

    /// Faults of steps that had none in another story of the same PC. A step that was wrong for
    /// one reason may be wrong for another one now: whoever puts a past right does it bit by bit.
    pub fn new_faults(&self, before: &Story) -> Vec<&Fault> {
        let same = |a: &Fault, b: &Fault| (a.on, &a.told_by) == (b.on, &b.told_by);
        let is_new = |fault: &&Fault| !before.faults.iter().any(|known| same(known, fault));
        self.faults.iter().filter(is_new).collect()
    }
}

impl Step {
    pub fn word(&self) -> LifeStep {
        match self {
            Step::Received => LifeStep::Received,
            Step::Rejected => LifeStep::Rejected,
            Step::Erased { .. } => LifeStep::Erased,
            Step::Tested { .. } => LifeStep::Tested,
            Step::Ready => LifeStep::Ready,
            Step::Deployed { .. } => LifeStep::Deployed,
            Step::Connected => LifeStep::Connected,
            Step::RepairBegun => LifeStep::RepairBegun,
            Step::RepairEnded { .. } => LifeStep::RepairEnded,
            Step::Returned => LifeStep::Returned,
            Step::Lost => LifeStep::Lost,
            Step::Recycled => LifeStep::Recycled,
        }
    }

    /// It is known to the millisecond, and so in its order.
    fn has_hours(&self) -> bool {
        matches!(
            self,
            Step::Deployed { .. } | Step::Connected | Step::Returned
        )
    }
}

impl Life {
    pub fn state(&self) -> LifeState {
        if self.recycled {
            LifeState::Recycled
        } else if self.lost {
            LifeState::Lost
        } else if self.rejected {
            LifeState::Rejected
        } else if self.repairs > 0 {
            LifeState::InRepair
        } else if self.home.is_some() {
            match self.heard {
                true => LifeState::Connected,
                false => LifeState::Deployed,
            }
        } else if self.ready.is_some() {
            LifeState::Ready
        } else if self.tested.is_some() {
            LifeState::Tested
        } else if !self.proofs.is_empty() {
            LifeState::Erased
        } else if self.returned.is_some() {
            LifeState::Returned
        } else {
            LifeState::Received
        }
    }

    /// The day of its last step.
    pub fn since(&self) -> Option<Date> {
        self.since
    }

    /// The household that has it.
    pub fn household(&self) -> Option<&str> {
        self.home.as_deref()
    }

    /// Whether a step may come now, and why not.
    pub fn may(&self, step: &Step) -> Result<(), Refusal> {
        if *step == Step::Received {
            return match self.received {
                None => Ok(()),
                Some(_) => Err(Refusal::ReceivedTwice),
            };
        }
        if self.received.is_none() {
            return Err(Refusal::NotReceived);
        }
        if self.recycled {
            return Err(Refusal::Recycled);
        }
        if self.lost && *step != Step::Returned {
            return Err(Refusal::Lost);
        }
        match step {
            Step::Received | Step::Lost => Ok(()),
            Step::Rejected => match self.last_home {
                None => Ok(()),
                Some(_) => Err(Refusal::ServedAlready),
            },
            Step::Erased { .. } => self.is_here(),
            Step::Tested { .. } => self.is_here().and(self.is_taken_in()),
            Step::Ready => self
                .is_here()
                .and(self.is_taken_in())
                .and(self.may_be_ready()),
            Step::Deployed { household } => self.may_go_to(household),
            Step::Connected | Step::Returned => match self.home {
                Some(_) => Ok(()),
                None => Err(Refusal::WithNobody),
            },
            Step::RepairBegun => self.is_taken_in(),
            Step::RepairEnded { .. } => match self.repairs {
                0 => Err(Refusal::NoRepair),
                _ => Ok(()),
            },
            Step::Recycled => self.is_here().and(self.is_clean()),
        }
    }

    fn is_here(&self) -> Result<(), Refusal> {
        match &self.home {
            None => Ok(()),
            Some(household) => Err(Refusal::AtHome(household.clone())),
        }
    }

    fn is_taken_in(&self) -> Result<(), Refusal> {
        match self.rejected {
            false => Ok(()),
            true => Err(Refusal::Rejected),
        }
    }

    /// Nothing of whoever had it before is on it.
    fn is_clean(&self) -> Result<(), Refusal> {
        match (&self.last_home, self.proofs.is_empty()) {
            (_, false) => Ok(()),
            (None, true) => Err(Refusal::NeverErased),
            (Some(household), true) => Err(Refusal::NotErasedSince(household.clone())),
        }
    }

    fn may_be_ready(&self) -> Result<(), Refusal> {
        // Whoever had it may get it back with what is theirs on it.
        if self.last_home.is_none() {
            self.is_clean()?;
        }
        match self.tested {
            Some(_) => Ok(()),
            None => Err(Refusal::NotTested),
        }
    }

    fn may_go_to(&self, household: &str) -> Result<(), Refusal> {
        self.is_here()?;
        self.is_taken_in()?;
        if self.repairs > 0 {
            return Err(Refusal::InRepair);
        }
        if self.worn_out {
            return Err(Refusal::WornOut);
        }
        // It comes back from repair to the people whose documents are on it.
        if self.last_home.as_deref() == Some(household) {
            return Ok(());
        }
        self.is_clean()?;
        match self.ready {
            Some(_) => Ok(()),
            None => Err(Refusal::NotReady),
        }
    }

    fn take(&mut self, event: &Event) {
        let on = event.on;
        match &event.step {
            Step::Received => self.received = Some(on),
            Step::Rejected => self.rejected = true,
            Step::Erased { good: true } => self.proofs.push(on),
            // What an earlier one erased is still gone.
            Step::Erased { good: false } => {}
            Step::Tested { good } => {
                self.tested = good.then_some(on);
                self.ready = self.ready.filter(|_| *good);
                self.worn_out &= !good;
            }
            Step::Ready => self.ready = Some(on),
            Step::Deployed { household } => {
                if self.last_home.as_ref() != Some(household) && !self.proofs.is_empty() {
                    self.proofs.remove(0);
                }
                self.last_home = Some(household.clone());
                self.home = Some(household.clone());
                self.heard = false;
            }
            Step::Connected => self.heard = true,
            Step::Returned => {
                self.home = None;
                self.lost = false;
                self.returned = Some(on);
                // What was done before it left says nothing of how it came back.
                self.proofs.retain(|proof| *proof >= on);
                self.tested = self.tested.filter(|tested| *tested >= on);
                self.ready = self.ready.filter(|ready| *ready >= on);
            }
            Step::RepairBegun => self.repairs += 1,
            Step::RepairEnded { outcome } => {
                self.repairs = self.repairs.saturating_sub(1);
                self.worn_out = *outcome == Repair::EndOfLife;
            }
            Step::Lost => self.lost = true,
            Step::Recycled => self.recycled = true,
        }
        self.since = Some(on);
    }
}
