//! The verbs that a running agent offers on its local socket, one JSON line each.
//!
//! Any account of the PC may use them; there are no others.

use serde::{Deserialize, Serialize};

use crate::command::CommandId;
use crate::device::DeviceId;
use crate::report::{Consent, Ladder};
use crate::words;

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
    /// The six words.
    Code,
    /// No reports for so many seconds from now on; without a number the pause ends.
    Pause {
        #[serde(default)]
        for_s: Option<u64>,
    },
    /// What the technician wrote or asks.
    Letters,
    /// A message was shown to somebody.
    Read {
        letter: CommandId,
    },
    /// Somebody says yes or no to a diagnosis.
    Diagnose {
        letter: CommandId,
        accept: bool,
    },
}

/// What the agent answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "answer", rename_all = "snake_case")]
pub enum Answer {
    Status(AgentStatus),
    Show(Shown),
    Code {
        words: Vec<String>,
    },
    Letters {
        /// Oldest first.
        letters: Vec<Letter>,
    },
    /// Done, and kept.
    Done,
    /// Not done, and why, in a word that the command line puts in the person's language.
    Refused {
        reason: RefusedAsk,
    },
}

words! {
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
        /// A pause lasts a second at least and 90 days at most.
        7 BadLength = "bad_length",
        /// No such letter waits for an answer; somebody else may have given one.
        8 Answered = "answered",
        /// A diagnosis is under way; one at a time.
        9 Busy = "busy",
        /// The household asked for a pause: nothing is measured for anybody meanwhile.
        10 Paused = "paused",
    }

    /// What became of a letter.
    pub enum LetterState {
        /// Waits for somebody of the household.
        0 New = "new",
        1 Read = "read",
        /// Somebody agreed to a diagnosis; it runs.
        2 Accepted = "accepted",
        3 Declined = "declined",
        /// The diagnosis ran to its end.
        4 Done = "done",
        /// The PC went down during the diagnosis.
        5 CutShort = "cut_short",
        /// Nobody answered in time.
        6 Expired = "expired",
    }
}

/// A word of the technician to the household: a command that waits for somebody.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Letter {
    pub id: CommandId,
    /// Controller clock if it was known, device clock otherwise; ms UTC.
    pub received_at: i64,
    #[serde(flatten)]
    pub says: Says,
    pub state: LetterState,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "says", rename_all = "snake_case")]
pub enum Says {
    Message {
        text: String,
    },
    /// May the PC be measured more closely for so long?
    Diagnose {
        minutes: u16,
    },
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
    /// End of the household's pause (device clock, ms UTC); absent without one.
    #[serde(default)]
    pub paused_until: Option<i64>,
    /// Letters that wait for somebody.
    #[serde(default)]
    pub unread: usize,
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
