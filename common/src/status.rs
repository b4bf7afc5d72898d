//! The status: one word at each end of a session, and the Last Will.

use serde::{Deserialize, Serialize};

use crate::device::InstallId;
use crate::object;
use crate::words;

/// A status (protocol v1, topic `status`). Not numbered, not kept, not sent again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Status {
    pub state: State,
    /// Which life of the agent speaks; the will leaves these out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub install: Option<InstallId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub boot: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub uptime_ms: Option<u64>,
}

words! {
    pub enum State {
        0 On = "on",
        /// The machine is about to sleep.
        1 Asleep = "asleep",
        /// The machine is going down.
        2 Off = "off",
        /// Only the agent stops.
        3 Stopped = "stopped",
        /// Last Will: the session ended without a word.
        4 Lost = "lost",
    }
}

/// The Last Will of every session, byte for byte.
pub const WILL: &[u8] = br#"{"state":"lost"}"#;

impl Status {
    /// Reads a status as it came from the wire; `None` if it is not one.
    pub fn parse(bytes: &[u8]) -> Option<Self> {
        (bytes.len() <= 1024)
            .then(|| object::from_slice(bytes).ok())
            .flatten()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_will_says_lost() {
        assert_eq!(Status::parse(WILL).unwrap().state, State::Lost);
    }
}
