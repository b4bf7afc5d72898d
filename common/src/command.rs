//! What the controller may ask of a PC, and what came of it.
//!
//! The list is closed. There is no shell, and nothing here can widen what is
//! collected.

use serde::{Deserialize, Serialize};

use crate::device::InstallId;
use crate::limits::{TEXT_CHARS, TIME_MAX_MS};
use crate::object;
use crate::words;

/// A command (protocol v1, topic `command`). Run at most once, never after `expires_at`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Command {
    /// Names this command in its outcome.
    pub id: CommandId,
    /// Controller clock, ms UTC.
    pub issued_at: i64,
    /// Controller clock, ms UTC.
    pub expires_at: i64,
    #[serde(flatten)]
    pub action: Action,
}

/// What a command asks for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(tag = "command", rename_all = "snake_case")]
pub enum Action {
    /// Report and take the inventory now.
    Refresh,
    /// Measure more closely for a while; the resident accepts it on screen.
    Diagnose { minutes: u16 },
    /// Show a text to the resident.
    Message { text: String },
    /// Ask for a new certificate now.
    RenewCertificate,
    /// Forget this programme: stop reporting and erase the agent's state.
    Retire,
}

impl Action {
    /// The command's word on the wire.
    pub fn word(&self) -> &'static str {
        match self {
            Action::Refresh => "refresh",
            Action::Diagnose { .. } => "diagnose",
            Action::Message { .. } => "message",
            Action::RenewCertificate => "renew_certificate",
            Action::Retire => "retire",
        }
    }
}

/// Names one command: 12 letters of base32, at random.
pub type CommandId = InstallId;

/// An outcome (protocol v1, topic `outcome`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outcome {
    pub command: CommandId,
    pub result: OutcomeResult,
}

words! {
    pub enum OutcomeResult {
        0 Done = "done",
        /// The resident said no.
        1 Declined = "declined",
        2 Failed = "failed",
        /// It arrived, or could only have run, after its end.
        3 Expired = "expired",
        /// This agent does not know the command.
        4 Unknown = "unknown",
    }
}

/// The command was not one of the list, or not well formed.
#[derive(Debug, thiserror::Error)]
pub enum BadCommand {
    /// Its name is readable, so that the controller can be told.
    #[error("unknown command")]
    Unknown(CommandId),
    #[error("unreadable command")]
    Unreadable,
}

impl Command {
    /// Reads a command as it came from the wire.
    pub fn parse(bytes: &[u8]) -> Result<Self, BadCommand> {
        #[derive(Deserialize)]
        struct Named {
            id: CommandId,
        }
        match serde_json::from_slice::<Command>(bytes) {
            Ok(command) if command.is_bounded() => Ok(command),
            _ => match object::from_slice::<Named>(bytes) {
                Ok(named) => Err(BadCommand::Unknown(named.id)),
                Err(_) => Err(BadCommand::Unreadable),
            },
        }
    }

    /// Whether times and text are within what a device accepts.
    pub fn is_bounded(&self) -> bool {
        let times = [self.issued_at, self.expires_at]
            .iter()
            .all(|t| (0..=TIME_MAX_MS).contains(t));
        times
            && match &self.action {
                Action::Message { text } => !text.is_empty() && text.chars().count() <= TEXT_CHARS,
                Action::Diagnose { minutes } => (1..=60).contains(minutes),
                Action::Refresh | Action::RenewCertificate | Action::Retire => true,
            }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_outside_the_list_is_named_and_not_run() {
        for json in [
            r#"{"id":"aaaaaaaaaaab","issued_at":1,"expires_at":2,"command":"shell","run":"rm"}"#,
            r#"{"id":"aaaaaaaaaaab","issued_at":1,"expires_at":2,"command":"diagnose","minutes":61}"#,
            r#"{"id":"aaaaaaaaaaab","issued_at":1,"expires_at":-2,"command":"refresh"}"#,
        ] {
            assert!(
                matches!(Command::parse(json.as_bytes()), Err(BadCommand::Unknown(id)) if id.to_bits() == 1),
                "{json}"
            );
        }
        assert!(matches!(Command::parse(b"{}"), Err(BadCommand::Unreadable)));
    }

    #[test]
    fn a_command_is_readable_by_eye() {
        let command = Command {
            id: CommandId::from_bits(1),
            issued_at: 1,
            expires_at: 2,
            action: Action::Message {
                text: "Bonjour".to_owned(),
            },
        };
        let json = serde_json::to_string(&command).unwrap();
        assert_eq!(
            json,
            r#"{"id":"aaaaaaaaaaab","issued_at":1,"expires_at":2,"command":"message","text":"Bonjour"}"#
        );
        assert_eq!(Command::parse(json.as_bytes()).unwrap(), command);
    }
}
