//! What a device said of itself, at a moment of its own time since boot.

use declic_common::journal::{Event, EventKind};
use declic_common::report::Ladder;
use declic_common::status::{State, Status};
use declic_common::timeline::Activity;

/// One thing that was said. Sorted by time; at one moment, what ends comes last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Told {
    /// Time since boot, sleep included, in ms.
    pub at: u64,
    pub what: What,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum What {
    /// The agent began.
    Start,
    /// Back from sleep. `None`: it did not say how long it slept.
    Resume {
        slept_ms: Option<u64>,
    },
    LinkUp,
    /// How far the network reaches from now on: `on`, or the lowest rung that fails.
    Rung(Activity),
    /// The household asked for a pause until this time since boot; `None` ends it.
    Pause {
        until: Option<u64>,
    },
    Suspend,
    /// The agent stopped, perhaps alone.
    Stop,
    Shutdown,
    /// This boot ended without a shutdown; it was last seen alive here.
    PowerCut,
}

/// The activity of a ladder: `on` when no rung is known to fail.
pub fn lowest_failing(ladder: &Ladder) -> Activity {
    match ladder.failing() {
        Some("link") => Activity::LinkDown,
        Some("gateway") => Activity::GatewayDown,
        Some("dns") => Activity::DnsDown,
        Some("internet") => Activity::InternetDown,
        Some(_) => Activity::ControllerDown,
        None => Activity::On,
    }
}

/// What an event of the journal tells, and of which boot; `None` if it lacks what
/// every event has.
pub fn of_event(event: &Event) -> Option<(u32, Told)> {
    let at = event.uptime_ms?;
    let what = match event.kind? {
        // The start of the machine is where its time begins; the others say nothing of
        // what it did.
        EventKind::Boot | EventKind::ClockJump | EventKind::Consent => return None,
        EventKind::Shutdown => What::Shutdown,
        EventKind::Suspend => What::Suspend,
        EventKind::Resume => What::Resume {
            slept_ms: event.slept_ms,
        },
        EventKind::PowerCut => What::PowerCut,
        EventKind::LinkUp => What::LinkUp,
        EventKind::LinkDown => What::Rung(Activity::LinkDown),
        EventKind::Ladder => What::Rung(lowest_failing(event.ladder.as_ref()?)),
        EventKind::AgentStart => What::Start,
        EventKind::AgentStop => What::Stop,
        EventKind::Pause => What::Pause {
            // Both on the device clock, whatever it says: their difference is true.
            until: match (event.until, event.at) {
                (Some(until), Some(now)) => Some(at.saturating_add_signed(until - now)),
                _ => None,
            },
        },
    };
    Some((event.boot?, Told { at, what }))
}

/// What a goodbye tells; nothing if it does not say when.
pub fn of_status(status: &Status) -> Option<Told> {
    let what = match status.state {
        State::Asleep => What::Suspend,
        State::Off => What::Shutdown,
        State::Stopped => What::Stop,
        // A report or the journal says more; the will does not know which life it ends.
        State::On | State::Lost => return None,
    };
    let at = status.uptime_ms?;
    Some(Told { at, what })
}
