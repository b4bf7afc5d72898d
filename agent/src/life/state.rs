//! What is remembered from one life of the agent to the next, and its file.
//!
//! One line of JSON that a person can read, one line of CRC-32C. A file that
//! does not match its checksum is as good as lost: numbers must not be guessed.

use declic_common::InstallId;
use serde::{Deserialize, Serialize};

use super::age::Anchor;

/// Which start of the machine, whatever the agent's own counters say: it
/// survives the loss of the agent's state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Start(u64);

impl Start {
    pub fn from_bits(bits: u64) -> Self {
        Start(bits)
    }

    pub fn to_bits(self) -> u64 {
        self.0
    }

    /// The first 64 bits of the kernel's name for this boot.
    pub(super) fn of_kernel(boot_id: &str) -> Option<Self> {
        let digits: String = boot_id.chars().filter(|c| *c != '-').take(16).collect();
        (digits.len() == 16)
            .then(|| u64::from_str_radix(&digits, 16).ok())
            .flatten()
            .map(Start)
    }
}

/// How a life of the agent ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Ended {
    /// Not yet, or without a word.
    Running,
    Stopped,
    Shutdown,
}

/// One start of the machine, as far as it was seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Boot {
    pub(super) boot: u32,
    pub(super) start: Start,
    /// Uptime and device clock when it was last seen alive.
    pub(super) alive_ms: u64,
    pub(super) wall_ms: i64,
    pub(super) ended: Ended,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) anchor: Option<Anchor>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct State {
    pub(super) install: InstallId,
    /// The kernel's name for the last boot.
    pub(super) kernel: String,
    /// Oldest first; the last one is the newest.
    pub(super) boots: Vec<Boot>,
}

impl State {
    pub(super) fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = serde_json::to_vec(self).expect("our own types always have a JSON form");
        let crc = crc32c::crc32c(&bytes);
        bytes.extend(format!("\n{crc:08x}\n").into_bytes());
        bytes
    }

    /// `None` if a single bit is not as it was written.
    pub(super) fn parse(bytes: &[u8]) -> Option<Self> {
        let (json, crc) = bytes.split_at_checked(bytes.len().checked_sub(10)?)?;
        (crc == format!("\n{:08x}\n", crc32c::crc32c(json)).as_bytes())
            .then(|| serde_json::from_slice(json).ok())
            .flatten()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_state_with_one_bad_bit_is_lost() {
        let state = State {
            install: InstallId::from_bits(5),
            kernel: "k".to_owned(),
            boots: vec![Boot {
                boot: 3,
                start: Start(u64::MAX),
                alive_ms: 1,
                wall_ms: -2,
                ended: Ended::Stopped,
                anchor: None,
            }],
        };
        let mut bytes = state.to_bytes();
        assert_eq!(State::parse(&bytes), Some(state));
        for at in 0..bytes.len() {
            bytes[at] ^= 1;
            assert_eq!(State::parse(&bytes), None, "byte {at}");
            assert_eq!(State::parse(&bytes[..at]), None, "cut at {at}");
            bytes[at] ^= 1;
        }
    }

    #[test]
    fn a_start_is_named_by_the_kernel() {
        let start = Start::of_kernel("0123abcd-4567-89ef-0000-000000000000");
        assert_eq!(start, Some(Start(0x0123_abcd_4567_89ef)));
        assert_eq!(Start::of_kernel(""), None);
        assert_eq!(Start::of_kernel("not a boot id at all"), None);
    }
}
