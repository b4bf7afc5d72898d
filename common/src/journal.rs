//! The journal: what happened on the PC while nobody listened.
//!
//! Events are kept on the PC's disk and sent later. Each one says in which boot
//! it happened, because a power cut is only found at the next start.

use crate::limits::{JSON_INT_MAX, TIME_MAX_MS};
use crate::report::{Consent, Ladder};
use crate::{readings, words};

readings! {
    /// A journal message (protocol v1, topic `journal`): events, oldest first.
    pub struct Journal {
        0 events: Vec<Event>, in ..=64;
    }

    /// One thing that happened. `kind`, `boot` and `uptime_ms` are always there in
    /// events of this version; the rest depends on the kind.
    pub struct Event {
        0 kind: EventKind;
        /// The boot in which it happened.
        1 boot: u32, in 1..=u32::MAX;
        /// Time since that boot, sleep included (CLOCK_BOOTTIME).
        2 uptime_ms: u64, in 0..=JSON_INT_MAX;
        /// Device clock, ms UTC; may be years wrong.
        3 at: i64, in 0..=TIME_MAX_MS;
        /// `ladder`: what the network reaches from now on.
        4 ladder: Ladder;
        /// `resume`: how long the machine slept.
        5 slept_ms: u64, in 0..=JSON_INT_MAX;
        /// `clock_jump`: how far the device clock moved; negative is backwards.
        6 by_ms: i64, in -TIME_MAX_MS..=TIME_MAX_MS;
        /// `agent_start`: the agent's version.
        7 version: String, in ..=32;
        /// `agent_start`: whether the agent before it ended by itself.
        8 clean: bool;
        /// `consent`: the level from now on.
        9 consent: Consent;
        /// `power_cut`: the uptime at which the machine was last seen alive, in `boot`.
        10 alive_ms: u64, in 0..=JSON_INT_MAX;
        /// `pause`: when the pause ends (device clock, ms UTC); absent when it ended.
        11 until: i64, in 0..=TIME_MAX_MS;
    }
}

words! {
    pub enum EventKind {
        /// The machine started; first event of its boot.
        0 Boot = "boot",
        /// The machine is going down in good order.
        1 Shutdown = "shutdown",
        /// The machine is about to sleep, or was found to have slept since then.
        2 Suspend = "suspend",
        3 Resume = "resume",
        /// `boot` ended without a shutdown; found at a later start.
        4 PowerCut = "power_cut",
        5 LinkUp = "link_up",
        6 LinkDown = "link_down",
        /// The probe ladder changed.
        7 Ladder = "ladder",
        8 AgentStart = "agent_start",
        9 AgentStop = "agent_stop",
        10 ClockJump = "clock_jump",
        11 Consent = "consent",
        12 Pause = "pause",
    }
}
