//! The vocabulary that the agent and the controller of Déclic share.
//!
//! Everything that crosses a wire is here, checked when it is parsed: after
//! that, nobody checks again. No I/O, no clock, no async. The documents are
//! `docs/protocol.md` (MQTT) and `/api/v1/openapi.json` (HTTP).

pub mod absence;
pub mod api;
pub mod backup;
pub mod code;
pub mod command;
pub mod device;
pub mod enrol;
pub mod envelope;
pub mod inventory;
pub mod journal;
pub mod lang;
pub mod limits;
mod object;
pub mod people;
pub mod problem;
pub mod programme;
pub mod reading;
pub mod receipt;
pub mod report;
pub mod settings;
pub mod six_words;
pub mod socket;
pub mod status;
pub mod ticket;
pub mod timeline;
pub mod topic;

pub use device::{DeviceId, InstallId};
pub use envelope::{Envelope, UpBody, UpKind};
pub use lang::{Lang, tr};
