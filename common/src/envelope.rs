//! The numbered envelope of every message that must not be lost.
//!
//! `{"first_seq":…,"age_ms":…,"install":…,"boot":…,"seq":…,"observed_at":…,"uptime_ms":…,"body":{…}}`
//!
//! The spool keeps everything from `install` on as it will travel; `first_seq`
//! and `age_ms` are written in front of it at the moment of sending, because
//! only then are they known.

use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};

use crate::command::Outcome;
use crate::device::InstallId;
use crate::inventory::Inventory;
use crate::journal::Journal;
use crate::limits::{INVENTORY_BYTES, JSON_INT_MAX, REPORT_BYTES};
use crate::object::{self, Object};
use crate::receipt::RefusalReason;
use crate::report::HealthReport;
use crate::words;

words! {
    /// The five kinds of durable message. The word is the last level of the topic.
    pub enum UpKind {
        0 Report = "report",
        1 Journal = "journal",
        2 Inventory = "inventory",
        3 Help = "help",
        4 Outcome = "outcome",
    }
}

impl UpKind {
    /// The largest message of this kind, in bytes.
    pub fn max_bytes(self) -> usize {
        match self {
            UpKind::Inventory => INVENTORY_BYTES,
            _ => REPORT_BYTES,
        }
    }
}

/// Which message of which life of a device: the key that makes a repeat harmless.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Number {
    pub install: InstallId,
    /// Raised at each start of the machine, from 1.
    pub boot: u32,
    /// Raised by one for each message of a boot, from 1.
    pub seq: u64,
}

/// A message and all that is needed to number and date it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Envelope<B> {
    pub number: Number,
    /// The oldest number of this boot that the device still holds: what is
    /// below it and not stored is lost, and will not be sent.
    pub first_seq: u64,
    /// How long before its sending the message was made, in ms. `None` from a
    /// device that does not say: then the message is as old as its arrival.
    pub age_ms: Option<u64>,
    /// The age crosses a boot for which no time of the controller is known.
    pub age_estimated: bool,
    /// Device clock when it was made, ms UTC; may be years wrong.
    pub observed_at: i64,
    /// Time since boot when it was made, sleep included (CLOCK_BOOTTIME), in ms.
    pub uptime_ms: u64,
    pub body: B,
}

/// What a durable message says.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(clippy::large_enum_variant)] // lives for one hop, never in a collection
pub enum UpBody {
    Report(HealthReport),
    Journal(Journal),
    Inventory(Inventory),
    Help(Help),
    Outcome(Outcome),
}

/// A household asks for help (protocol v1, topic `help`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Help {
    /// In the household's words; may be empty: the gesture is enough.
    #[serde(default)]
    pub text: String,
}

/// Why a message cannot be taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EnvelopeError {
    /// Not even its number can be read: there is nothing to answer to.
    #[error("the message has no readable number: {0}")]
    Unnumbered(String),
    /// Numbered, and refused for good.
    #[error("message {} is refused: {reason}", number.seq)]
    Refused {
        number: Number,
        reason: RefusalReason,
    },
}

const FROM_ONE: &str = "boot and seq count from 1";

/// The envelope as it is written in JSON.
#[derive(Serialize, Deserialize)]
struct Wire<B> {
    #[serde(default)]
    first_seq: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    age_ms: Option<u64>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    age_estimated: bool,
    install: InstallId,
    boot: u32,
    seq: u64,
    observed_at: i64,
    uptime_ms: u64,
    body: B,
}

/// The part that a spool stores.
#[derive(Serialize)]
struct Stored<'a, B> {
    install: InstallId,
    boot: u32,
    seq: u64,
    observed_at: i64,
    uptime_ms: u64,
    body: &'a B,
}

impl<B> Wire<B> {
    fn number(&self) -> Number {
        Number {
            install: self.install,
            boot: self.boot,
            seq: self.seq,
        }
    }

    /// Checks what types alone do not say.
    fn check(self) -> Result<Envelope<B>, EnvelopeError> {
        let number = self.number();
        // No receipt can name them, so there is nobody to refuse.
        if number.boot == 0 || number.seq == 0 {
            return Err(EnvelopeError::Unnumbered(FROM_ONE.to_owned()));
        }
        let first_seq = self.first_seq.unwrap_or(self.seq);
        let fits = self.seq <= JSON_INT_MAX
            && (1..=self.seq).contains(&first_seq)
            && self.uptime_ms <= JSON_INT_MAX
            && self.age_ms.is_none_or(|age| age <= JSON_INT_MAX)
            && self.observed_at.unsigned_abs() <= JSON_INT_MAX;
        if !fits {
            return Err(EnvelopeError::Refused {
                number,
                reason: RefusalReason::BadEnvelope,
            });
        }
        Ok(Envelope {
            number,
            first_seq,
            age_ms: self.age_ms,
            age_estimated: self.age_estimated,
            observed_at: self.observed_at,
            uptime_ms: self.uptime_ms,
            body: self.body,
        })
    }
}

impl Envelope<UpBody> {
    /// Reads a message of `kind` as it came from the wire.
    pub fn parse(kind: UpKind, bytes: &[u8]) -> Result<Self, EnvelopeError> {
        if bytes.len() > kind.max_bytes() {
            return Err(refusal(bytes, RefusalReason::TooLarge));
        }
        match kind {
            UpKind::Report => read(bytes, UpBody::Report),
            UpKind::Journal => read(bytes, UpBody::Journal),
            UpKind::Inventory => read(bytes, UpBody::Inventory),
            UpKind::Help => {
                let parsed = read(bytes, |body: Object<Help>| UpBody::Help(body.0))?;
                match &parsed.body {
                    UpBody::Help(help) if !help.is_bounded() => {
                        Err(refusal(bytes, RefusalReason::BadBody))
                    }
                    _ => Ok(parsed),
                }
            }
            UpKind::Outcome => read(bytes, |body: Object<Outcome>| UpBody::Outcome(body.0)),
        }
    }
}

impl Help {
    fn is_bounded(&self) -> bool {
        self.text.chars().count() <= crate::limits::TEXT_CHARS
    }
}

fn read<'de, B: Deserialize<'de>>(
    bytes: &'de [u8],
    wrap: impl Fn(B) -> UpBody,
) -> Result<Envelope<UpBody>, EnvelopeError> {
    let wire: Wire<B> = object::from_slice(bytes).map_err(|_| {
        // Whose fault it was: a technician looks for it in another place.
        match object::from_slice::<Wire<IgnoredAny>>(bytes) {
            Ok(_) => refusal(bytes, RefusalReason::BadBody),
            Err(_) => refusal(bytes, RefusalReason::BadEnvelope),
        }
    })?;
    let checked = wire.check()?;
    Ok(Envelope {
        number: checked.number,
        first_seq: checked.first_seq,
        age_ms: checked.age_ms,
        age_estimated: checked.age_estimated,
        observed_at: checked.observed_at,
        uptime_ms: checked.uptime_ms,
        body: wrap(checked.body),
    })
}

/// Refuses by number where the number at least can be read.
fn refusal(bytes: &[u8], reason: RefusalReason) -> EnvelopeError {
    #[derive(Deserialize)]
    struct Numbered {
        install: InstallId,
        boot: u32,
        seq: u64,
        #[serde(default)]
        #[allow(dead_code)]
        // read so that a message cut short is not mistaken for a whole one
        body: Option<IgnoredAny>,
    }
    match object::from_slice::<Numbered>(bytes) {
        Ok(n) if n.boot >= 1 && (1..=JSON_INT_MAX).contains(&n.seq) => EnvelopeError::Refused {
            number: Number {
                install: n.install,
                boot: n.boot,
                seq: n.seq,
            },
            reason,
        },
        Ok(_) => EnvelopeError::Unnumbered(FROM_ONE.to_owned()),
        Err(error) => EnvelopeError::Unnumbered(error.to_string()),
    }
}

/// Writes the part of a message that a spool stores.
pub fn store<B: Serialize>(number: Number, observed_at: i64, uptime_ms: u64, body: &B) -> Vec<u8> {
    serde_json::to_vec(&Stored {
        install: number.install,
        boot: number.boot,
        seq: number.seq,
        observed_at,
        uptime_ms,
        body,
    })
    .expect("our own types always have a JSON form")
}

/// Makes a stored message ready to travel: writes in front of it what is only
/// known at the moment of sending.
pub fn address(stored: &[u8], first_seq: u64, age_ms: Option<u64>, age_estimated: bool) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(stored.len() + 64);
    bytes.extend_from_slice(format!("{{\"first_seq\":{first_seq},").as_bytes());
    if let Some(age_ms) = age_ms {
        bytes.extend_from_slice(format!("\"age_ms\":{age_ms},").as_bytes());
    }
    if age_estimated {
        bytes.extend_from_slice(b"\"age_estimated\":true,");
    }
    bytes.extend_from_slice(&stored[1..]);
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::Memory;

    fn number(seq: u64) -> Number {
        Number {
            install: InstallId::from_bits(7),
            boot: 3,
            seq,
        }
    }

    #[test]
    fn what_a_spool_stores_arrives_as_it_was() {
        let report = HealthReport {
            memory: Some(Memory {
                total_bytes: Some(4 << 30),
                ..Memory::default()
            }),
            ..HealthReport::default()
        };
        let stored = store(number(9), 1_700_000_000_000, 60_000, &report);
        let sent = address(&stored, 4, Some(1_500), true);
        let envelope = Envelope::parse(UpKind::Report, &sent).unwrap();
        assert_eq!(envelope.number, number(9));
        assert_eq!(
            (envelope.first_seq, envelope.age_ms, envelope.age_estimated),
            (4, Some(1_500), true)
        );
        assert_eq!(
            (envelope.observed_at, envelope.uptime_ms),
            (1_700_000_000_000, 60_000)
        );
        assert_eq!(envelope.body, UpBody::Report(report));
    }

    #[test]
    fn a_client_may_leave_out_what_only_a_spool_knows() {
        let bytes = br#"{"install":"aaaaaaaaaaah","boot":1,"seq":5,"observed_at":0,"uptime_ms":1,"body":{}}"#;
        let envelope = Envelope::parse(UpKind::Report, bytes).unwrap();
        assert_eq!((envelope.first_seq, envelope.age_ms), (5, None));
    }

    #[test]
    fn a_bad_body_is_refused_by_its_number() {
        for (kind, body) in [
            (UpKind::Report, "[]"),
            (UpKind::Report, "3"),
            (UpKind::Outcome, "{}"),
            (UpKind::Help, "{\"text\":4}"),
            (UpKind::Help, "[\"a list of its values\"]"),
            (UpKind::Outcome, "[\"aaaaaaaaaaab\",\"done\"]"),
        ] {
            let bytes = format!(
                r#"{{"install":"aaaaaaaaaaah","boot":1,"seq":5,"observed_at":0,"uptime_ms":1,"body":{body}}}"#
            );
            let error = Envelope::parse(kind, bytes.as_bytes()).unwrap_err();
            assert!(
                matches!(error, EnvelopeError::Refused { number, reason: RefusalReason::BadBody } if number.seq == 5),
                "{body}: {error}"
            );
        }
    }

    #[test]
    fn a_message_that_is_too_large_is_refused_by_its_number() {
        let text = "x".repeat(REPORT_BYTES);
        let bytes = format!(
            r#"{{"install":"aaaaaaaaaaah","boot":1,"seq":5,"observed_at":0,"uptime_ms":1,"body":{{"pad":"{text}"}}}}"#
        );
        let error = Envelope::parse(UpKind::Report, bytes.as_bytes()).unwrap_err();
        assert!(matches!(
            error,
            EnvelopeError::Refused {
                reason: RefusalReason::TooLarge,
                ..
            }
        ));
        assert!(Envelope::parse(UpKind::Inventory, bytes.as_bytes()).is_ok());
    }

    #[test]
    fn a_message_without_a_number_is_not_answered() {
        for text in [
            "",
            "{",
            "null",
            "[]",
            r#"{"boot":1}"#,
            r#"[1,0,false,"aaaaaaaaaaah",1,5,0,1,{}]"#,
            r#"{"install":"aaaaaaaaaaah","boot":1,"seq":0,"body":1}"#,
            r#"{"install":"aaaaaaaaaaah","boot":1,"seq":0,"observed_at":0,"uptime_ms":1,"body":{}}"#,
            r#"{"install":"aaaaaaaaaaah","boot":0,"seq":1,"observed_at":0,"uptime_ms":1,"body":{}}"#,
        ] {
            let error = Envelope::parse(UpKind::Report, text.as_bytes()).unwrap_err();
            assert!(
                matches!(error, EnvelopeError::Unnumbered(_)),
                "{text}: {error}"
            );
        }
    }

    #[test]
    fn numbers_out_of_their_bounds_make_a_bad_envelope() {
        for field in [
            r#""seq":5,"first_seq":6"#,
            r#""seq":5,"first_seq":0"#,
            r#""seq":9007199254740992"#,
            r#""seq":5,"age_ms":-1"#,
            r#""seq":5,"age_ms":"young""#,
            r#""seq":5,"age_estimated":1"#,
        ] {
            let bytes = format!(
                r#"{{"install":"aaaaaaaaaaah","boot":1,{field},"observed_at":0,"uptime_ms":1,"body":{{}}}}"#
            );
            let error = Envelope::parse(UpKind::Report, bytes.as_bytes()).unwrap_err();
            assert!(
                matches!(
                    error,
                    EnvelopeError::Refused {
                        reason: RefusalReason::BadEnvelope,
                        ..
                    }
                ),
                "{field}: {error}"
            );
        }
    }
}
