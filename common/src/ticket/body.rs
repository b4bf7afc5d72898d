//! The JSON bodies of the API round tickets.

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::{
    Barrier, Bring, Category, Cause, Change, Documents, Fact, Origin, Priority, Repair, TicketId,
    TicketState, WaitsFor,
};
use crate::api::Presence;
use crate::device::DeviceId;
use crate::inventory::ModuleForm;
use crate::report::{DiskForm, DiskKind};

/// One line of the list of tickets.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TicketSummary {
    pub ticket: TicketId,
    /// Counts its changes; a change names the version that it saw.
    pub version: u64,
    pub device: DeviceId,
    pub asset: Option<String>,
    pub site: Option<String>,
    /// Code of the household that has the device.
    pub household: Option<String>,
    pub cause: Cause,
    pub origin: Origin,
    pub category: Category,
    pub priority: Priority,
    pub state: TicketState,
    pub assignee: Option<String>,
    pub waits_for: Option<WaitsFor>,
    /// The day to look at it again while it waits.
    pub wait_until: Option<Date>,
    /// The day of the next visit.
    pub visit_on: Option<Date>,
    pub opened_at: Timestamp,
    pub changed_at: Timestamp,
    pub solved_at: Option<Timestamp>,
    pub closed_at: Option<Timestamp>,
    /// Somebody has dealt with it.
    pub responded: bool,
    /// Until somebody dealt with it, waiting apart, in ms; it grows until `responded`.
    pub first_response_ms: u64,
    /// Until it was solved, waiting apart, in ms; it grows until then.
    pub resolution_ms: u64,
    /// How often the cause came back.
    pub returns: u32,
}

/// All about one ticket.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TicketDetail {
    #[serde(flatten)]
    pub summary: TicketSummary,
    pub evidence: Option<Evidence>,
    /// What may be told to the household, in both languages.
    pub for_household: ForHousehold,
    pub bring: Vec<Bring>,
    /// What of it must fit this PC, as far as its inventory is known.
    #[serde(default)]
    pub parts: Vec<Part>,
    /// Time spent on it, visits included, in minutes.
    pub minutes: u32,
    pub documents: Option<Documents>,
    pub swapped_with: Option<DeviceId>,
    pub repair: Option<Repair>,
    pub barrier: Option<Barrier>,
    /// What happened, oldest first.
    pub events: Vec<TicketEvent>,
}

/// The readings that opened a ticket.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Evidence {
    pub at: Timestamp,
    pub facts: Vec<Fact>,
}

/// Words without technique, names or blame.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ForHousehold {
    pub fr: String,
    pub en: String,
}

/// One change that happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TicketEvent {
    /// The version of the ticket from then on.
    pub version: u64,
    pub at: Timestamp,
    /// An account, `cli`, `api`, `rule` or `device`.
    pub who: String,
    /// Where it stood from then on.
    pub state: TicketState,
    #[serde(flatten)]
    pub change: Change,
}

/// Opens a ticket by hand.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewTicket {
    pub device: DeviceId,
    /// What it is about.
    pub text: String,
    /// `technician` when absent, or `phone`.
    #[serde(default)]
    pub origin: Option<Origin>,
    #[serde(default)]
    pub category: Option<Category>,
    #[serde(default)]
    pub priority: Option<Priority>,
    /// The six words that the resident read over the phone, as they were typed. What
    /// is wrong by them becomes the evidence; words that do not belong together are
    /// refused.
    #[serde(default)]
    pub six_words: Option<String>,
}

/// Changes a ticket.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ChangeTicket {
    /// The version that the person saw. If the ticket has changed since, nothing
    /// is done and the answer is a conflict.
    pub version: u64,
    #[serde(flatten)]
    pub change: Change,
}

/// A home that needs somebody today.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TodayLine {
    pub device: DeviceId,
    pub asset: Option<String>,
    pub site: Option<String>,
    pub household: Option<String>,
    pub presence: Presence,
    pub last_seen: Option<Timestamp>,
    /// The worst of its tickets.
    pub priority: Priority,
    /// The day of the next visit.
    pub visit_on: Option<Date>,
    /// Why, worst first.
    pub reasons: Vec<Reason>,
    pub bring: Vec<Bring>,
    /// What of it must fit this PC, as far as its inventory is known.
    #[serde(default)]
    pub parts: Vec<Part>,
}

/// What a part must be like to fit. What the inventory does not tell is absent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Part {
    /// Which of the things to bring.
    pub item: Bring,
    /// How a disk is attached.
    pub disk_kind: Option<DiskKind>,
    pub disk_form: Option<DiskForm>,
    /// Such as `DDR3`.
    pub memory_kind: Option<String>,
    pub memory_form: Option<ModuleForm>,
    /// As large as this or larger, in bytes.
    pub at_least_bytes: Option<u64>,
}

/// Why a home needs somebody.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Reason {
    pub ticket: TicketId,
    pub version: u64,
    pub cause: Cause,
    pub state: TicketState,
    pub priority: Priority,
    pub assignee: Option<String>,
    pub opened_at: Timestamp,
    pub evidence: Option<Evidence>,
}

/// Keeps rules from opening tickets for a while.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewSilence {
    /// Give a device or a site, not both.
    #[serde(default)]
    pub device: Option<DeviceId>,
    #[serde(default)]
    pub site: Option<String>,
    /// Every cause when absent.
    #[serde(default)]
    pub cause: Option<Cause>,
    /// Hours until it ends, 8,760 at most; 0 ends it now.
    pub hours: u32,
}

/// What rules keep quiet about, and until when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Silence {
    pub device: Option<DeviceId>,
    pub site: Option<String>,
    pub cause: Option<Cause>,
    pub until: Timestamp,
    /// Who asked for it, and when.
    pub who: String,
    pub since: Timestamp,
}
