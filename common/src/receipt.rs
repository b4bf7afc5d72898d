//! The receipt: the controller's word that messages are stored.
//!
//! A device deletes a message only when a receipt covers it. Independent of any
//! broker's own acknowledgement, which says only that the broker has it.

use serde::{Deserialize, Deserializer, Serialize};

use crate::device::InstallId;
use crate::envelope::Number;
use crate::limits::{JSON_INT_MAX, TIME_MAX_MS};
use crate::object;
use crate::words;

/// A receipt (protocol v1, topic `receipt`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    pub install: InstallId,
    pub boot: u32,
    /// Everything of this boot up to here is stored, or declared lost by the device.
    pub through_seq: u64,
    /// Stored as well, above `through_seq`: pairs of first and last number. Live
    /// messages may overtake a backlog; without this they would be sent again.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub stored: Vec<(u64, u64)>,
    /// Never to be sent again.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub refused: Vec<Refused>,
    /// The controller's clock, ms UTC: the device's anchor in time.
    pub controller_time: i64,
}

/// One message that the controller will never take.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refused {
    pub seq: u64,
    #[serde(deserialize_with = "known_or_other")]
    pub reason: RefusalReason,
}

/// A reason that a later controller invents must not make the whole receipt
/// unreadable: the device would keep and resend everything for ever.
fn known_or_other<'de, D: Deserializer<'de>>(deserializer: D) -> Result<RefusalReason, D::Error> {
    let word = String::deserialize(deserializer)?;
    Ok(RefusalReason::from_word(&word).unwrap_or(RefusalReason::Other))
}

words! {
    /// Why a message is refused for good.
    pub enum RefusalReason {
        /// A number, time or first_seq out of its bounds.
        0 BadEnvelope = "bad_envelope",
        /// The body is not what the topic says.
        1 BadBody = "bad_body",
        /// More bytes than this kind of message may have.
        2 TooLarge = "too_large",
        /// A reason that this version does not know.
        3 Other = "other",
    }
}

/// The receipt was not readable; nothing may be deleted because of it.
#[derive(Debug, thiserror::Error)]
#[error("unreadable receipt")]
pub struct BadReceipt(#[source] Option<serde_json::Error>);

impl Receipt {
    /// Reads a receipt as it came from the wire.
    pub fn parse(bytes: &[u8]) -> Result<Self, BadReceipt> {
        let receipt: Receipt = object::from_slice(bytes).map_err(|e| BadReceipt(Some(e)))?;
        let fits = receipt.boot >= 1
            && receipt.through_seq <= JSON_INT_MAX
            && (0..=TIME_MAX_MS).contains(&receipt.controller_time)
            && receipt.stored.iter().all(|(first, last)| first <= last);
        fits.then_some(receipt).ok_or(BadReceipt(None))
    }

    /// Whether this receipt says that the message is stored (or declared lost).
    pub fn covers(&self, number: Number) -> bool {
        number.install == self.install
            && number.boot == self.boot
            && (number.seq <= self.through_seq
                || self
                    .stored
                    .iter()
                    .any(|&(first, last)| (first..=last).contains(&number.seq)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_of_a_later_version_does_not_spoil_the_receipt() {
        let receipt = Receipt::parse(
            br#"{"install":"aaaaaaaaaaah","boot":2,"through_seq":10,
                "refused":[{"seq":12,"reason":"too_strange"}],"controller_time":5}"#,
        )
        .unwrap();
        assert_eq!(receipt.refused[0].reason, RefusalReason::Other);
    }

    #[test]
    fn a_receipt_without_a_believable_time_is_unreadable() {
        for time in ["-1", "253402300800000"] {
            let json = format!(
                r#"{{"install":"aaaaaaaaaaah","boot":2,"through_seq":10,"controller_time":{time}}}"#
            );
            assert!(Receipt::parse(json.as_bytes()).is_err(), "{time}");
        }
    }

    #[test]
    fn a_receipt_covers_what_it_names_and_nothing_else() {
        let receipt = Receipt::parse(
            br#"{"install":"aaaaaaaaaaah","boot":2,"through_seq":10,"stored":[[15,17]],
                "refused":[{"seq":12,"reason":"bad_body"}],"controller_time":5,"later":true}"#,
        )
        .unwrap();
        let at = |boot, seq| Number {
            install: InstallId::from_bits(7),
            boot,
            seq,
        };
        for (boot, seq, covered) in [
            (2, 10, true),
            (2, 11, false),
            (2, 15, true),
            (2, 17, true),
            (2, 18, false),
            (1, 3, false),
        ] {
            assert_eq!(receipt.covers(at(boot, seq)), covered, "{boot}/{seq}");
        }
        let other = Number {
            install: InstallId::from_bits(8),
            boot: 2,
            seq: 1,
        };
        assert!(!receipt.covers(other));
    }
}
