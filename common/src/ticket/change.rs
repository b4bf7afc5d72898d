//! What can happen to a ticket.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::{Barrier, Category, Documents, Priority, Repair, TicketState, WaitsFor};
use crate::device::DeviceId;
use crate::limits::TEXT_CHARS;

/// Longest name of an account, in characters.
pub const ACCOUNT_CHARS: usize = 32;
/// Most minutes that one visit or one piece of work may take: a long day.
pub const MINUTES_MAX: u32 = 960;

/// One change of a ticket. The first five are made by rules and calls alone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(tag = "change", rename_all = "snake_case")]
pub enum Change {
    Opened,
    /// The cause is there again.
    Returned,
    /// The cause is gone, or it stayed solved long enough.
    Gone,
    /// The household asked again; in its words.
    Called {
        text: String,
    },
    /// The day until which it waited has come: it is in this state again.
    Resumed {
        to: TicketState,
    },
    /// Give it to this account.
    Assign {
        to: String,
    },
    /// Begin, or go on after waiting.
    Start,
    Wait {
        waits_for: WaitsFor,
        /// The day on which it is taken up again by itself.
        #[serde(default)]
        until: Option<Date>,
    },
    Comment {
        text: String,
    },
    /// A technician will go there on this day.
    Visit {
        on: Date,
    },
    /// A technician went there.
    Visited {
        minutes: u32,
    },
    /// Time spent on it elsewhere.
    Spend {
        minutes: u32,
    },
    /// A part that was used.
    Part {
        text: String,
    },
    /// What the household decided for its documents.
    Documents {
        choice: Documents,
    },
    /// This spare device takes the place of the household's.
    Swap {
        with: DeviceId,
    },
    Prioritise {
        priority: Priority,
    },
    Categorise {
        category: Category,
    },
    Solve {
        repair: Repair,
        #[serde(default)]
        barrier: Option<Barrier>,
    },
    Close,
    Reopen,
}

/// A change that nobody may ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadChange {
    #[error("a text must have 1 to {TEXT_CHARS} characters")]
    Text,
    #[error(
        "an account is 1 to {ACCOUNT_CHARS} small letters, digits, dots, dashes or underscores"
    )]
    Account,
    #[error("minutes must be 1 to {MINUTES_MAX}")]
    Minutes,
}

impl Change {
    /// The word of the change, as in JSON and in the audit.
    pub fn word(&self) -> &'static str {
        match self {
            Change::Opened => "opened",
            Change::Returned => "returned",
            Change::Gone => "gone",
            Change::Called { .. } => "called",
            Change::Resumed { .. } => "resumed",
            Change::Assign { .. } => "assign",
            Change::Start => "start",
            Change::Wait { .. } => "wait",
            Change::Comment { .. } => "comment",
            Change::Visit { .. } => "visit",
            Change::Visited { .. } => "visited",
            Change::Spend { .. } => "spend",
            Change::Part { .. } => "part",
            Change::Documents { .. } => "documents",
            Change::Swap { .. } => "swap",
            Change::Prioritise { .. } => "prioritise",
            Change::Categorise { .. } => "categorise",
            Change::Solve { .. } => "solve",
            Change::Close => "close",
            Change::Reopen => "reopen",
        }
    }

    /// Whether a person may make it.
    pub fn is_a_persons(&self) -> bool {
        !matches!(
            self,
            Change::Opened
                | Change::Returned
                | Change::Gone
                | Change::Called { .. }
                | Change::Resumed { .. }
        )
    }

    /// Checks what types alone do not say.
    pub fn check(&self) -> Result<(), BadChange> {
        match self {
            Change::Comment { text } | Change::Part { text } => check_text(text),
            Change::Assign { to } if !is_account(to) => Err(BadChange::Account),
            Change::Visited { minutes } | Change::Spend { minutes }
                if !(1..=MINUTES_MAX).contains(minutes) =>
            {
                Err(BadChange::Minutes)
            }
            _ => Ok(()),
        }
    }

    /// Takes the words of a person out, to be kept apart.
    pub fn take_text(&mut self) -> Option<String> {
        match self {
            Change::Called { text } | Change::Comment { text } | Change::Part { text } => {
                Some(std::mem::take(text))
            }
            _ => None,
        }
    }

    /// Puts the words of a person back; purged ones stay absent.
    pub fn put_text(&mut self, words: String) {
        if let Change::Called { text } | Change::Comment { text } | Change::Part { text } = self {
            *text = words;
        }
    }
}

/// Free text of a person: something, and not a book.
pub fn check_text(text: &str) -> Result<(), BadChange> {
    let fits = !text.trim().is_empty() && text.chars().count() <= TEXT_CHARS;
    fits.then_some(()).ok_or(BadChange::Text)
}

/// Whether this may be the name of an account: a login, never a full name.
pub fn is_account(name: &str) -> bool {
    (1..=ACCOUNT_CHARS).contains(&name.len())
        && name
            .bytes()
            .all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'.' | b'-' | b'_'))
}
