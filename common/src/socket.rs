//! The verbs that a running agent offers on its local socket, one JSON line each.
//!
//! Any account of the PC may use them; there are no others.

use serde::{Deserialize, Serialize};

use crate::device::DeviceId;
use crate::report::{Consent, Ladder};

/// What a person of the PC may ask.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "verb", rename_all = "snake_case")]
pub enum Ask {
    Status,
    /// What was sent, what waits, what would be sent next.
    Show,
    /// Narrowing needs nothing; widening needs the code of the signed charter.
    Consent {
        level: Consent,
        #[serde(default)]
        charter: Option<String>,
    },
    Help {
        text: String,
    },
}

/// What the agent answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "answer", rename_all = "snake_case")]
pub enum Answer {
    Status(AgentStatus),
    Show(Shown),
    /// Done, and kept.
    Done,
    /// Not done, and why, in a word that the command line puts in the person's language.
    Refused {
        reason: RefusedAsk,
    },
}

crate::words! {
    pub enum RefusedAsk {
        /// Widening consent needs the code on the signed charter.
        0 CharterNeeded = "charter_needed",
        1 CharterWrong = "charter_wrong",
        /// The controller has not announced a charter for this PC.
        2 CharterUnknown = "charter_unknown",
        3 Unreadable = "unreadable",
        4 TooLong = "too_long",
        /// The PC's disk does not take the answer.
        5 NotKept = "not_kept",
        /// Too many attempts; wait a while.
        6 TooMany = "too_many",
    }
}

/// How the agent is, in one screen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AgentStatus {
    pub device: DeviceId,
    pub version: String,
    /// Host that the agent reports to.
    pub controller: String,
    pub connected: bool,
    /// Last receipt (controller clock, ms UTC).
    pub last_receipt: Option<i64>,
    pub waiting: u64,
    pub dropped: u64,
    pub refused: u64,
    pub damaged: u64,
    pub disk_full: bool,
    pub consent: Consent,
    pub interval_s: u32,
    pub ladder: Option<Ladder>,
    /// Last moment of the certificate (controller clock, ms UTC).
    pub certificate_expires_at: i64,
}

/// Every byte that left, waits or would leave.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shown {
    /// The last messages that the controller confirmed, oldest first.
    pub sent: Vec<ShownMessage>,
    /// Messages that wait for a receipt, oldest first; long queues are shortened in the middle.
    pub waiting: Vec<ShownMessage>,
    /// How many wait in all.
    pub waiting_total: u64,
    /// The report that would be made now.
    pub next: serde_json::Value,
}

/// One message, as it travels.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShownMessage {
    pub topic: String,
    pub payload: serde_json::Value,
}
