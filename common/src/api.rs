//! The JSON bodies of the HTTP API, shared with the command line and the tests.
//!
//! Times are RFC 3339 in UTC. Lists are `{"items":[…],"next":cursor or null}`.
//! Errors are problem documents (RFC 9457).

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::command::CommandId;
use crate::device::DeviceId;
use crate::inventory::Inventory;
use crate::programme::BadField;
use crate::report::{Consent, HealthReport};
use crate::settings::Address;
use crate::timeline::Activity;
use crate::words;

mod history;
mod moment;

pub use history::*;

/// A page of a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Page<T> {
    pub items: Vec<T>,
    /// Give this as `cursor` to read on; null at the end.
    pub next: Option<String>,
}

/// An error (RFC 9457, `application/problem+json`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Problem {
    /// `/problems/` and a word.
    #[serde(rename = "type")]
    pub kind: String,
    pub title: String,
    pub status: u16,
    /// What happened and what to do.
    pub detail: String,
    /// What is wrong with a record, field by field.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<BadField>,
}

words! {
    /// Whether a device is with us.
    pub enum Presence {
        /// Handed over, or only enrolled, and never heard of since.
        0 NeverStarted = "never_started",
        1 On = "on",
        2 Quiet = "quiet",
        3 Overdue = "overdue",
        4 Unreachable = "unreachable",
        5 Paused = "paused",
        6 Retired = "retired",
    }

    /// How an API or command-line list of devices is ordered.
    pub enum DeviceSort {
        0 Asset = "asset",
        1 Device = "device",
        2 LastSeen = "last_seen",
    }

    /// From the smallest, or from the greatest.
    pub enum Order {
        0 Ascending = "asc",
        1 Descending = "desc",
    }

    /// Where a device stands.
    pub enum Place {
        /// With a household.
        0 Home = "home",
        /// In a workshop, where people learn.
        1 Seat = "seat",
        /// Where devices are made ready or repaired.
        2 Bench = "bench",
        /// Ready, and waiting for its home.
        3 Stock = "stock",
    }

    pub enum EnrolmentState {
        /// Waits to be used.
        0 Open = "open",
        1 Used = "used",
        2 Expired = "expired",
        3 Cancelled = "cancelled",
    }

    /// What a command has come to.
    pub enum CommandState {
        /// Waits for the device.
        0 Queued = "queued",
        1 Sent = "sent",
        2 Done = "done",
        3 Declined = "declined",
        4 Failed = "failed",
        5 Expired = "expired",
        6 Unknown = "unknown",
    }
}

/// One line of the list of devices.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DeviceSummary {
    pub device: DeviceId,
    /// Asset tag, such as BDX-001.
    pub asset: Option<String>,
    pub site: Option<String>,
    /// Where it is; null if nobody said.
    pub placement: Option<PlacementInfo>,
    pub presence: Presence,
    /// Why its presence is what it is.
    pub reason: PresenceReason,
    /// When its silence becomes, or became, `overdue` if it goes on; it moves as the other
    /// homes fall silent or come back. Null while there is no silence, or no such moment in sight.
    pub overdue_at: Option<Timestamp>,
    /// Its certificate opens nothing any more: shut out, or retired for good.
    pub revoked: bool,
    pub connected: bool,
    pub enrolled_at: Timestamp,
    /// Last exchange of any kind, controller clock.
    pub last_seen: Option<Timestamp>,
    /// When the latest report was made, dated by the controller.
    pub reported_at: Option<Timestamp>,
    /// Reports stored since enrolment.
    pub reports: u64,
    /// Numbered messages of every kind stored since enrolment.
    pub messages: u64,
    /// Messages that the device lost, as the gaps in its numbers tell.
    pub lost: u64,
    pub consent: Option<Consent>,
    pub agent_version: Option<String>,
}

/// Why a device's presence is what it is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum PresenceReason {
    /// Out of the programme.
    Retired,
    /// Never heard of where it is now.
    NeverHeard,
    /// Connected, or heard of just now.
    Here,
    /// On the bench, in stock or in a workshop, where nobody need switch it on.
    NotAwaited,
    /// The household asked for a pause.
    PausedUntil { until: Timestamp },
    /// An absence was declared.
    AwayUntil { until: Timestamp },
    /// Silent for no longer than this home often is.
    Ordinary { silent_s: u64, days_per_week: f64 },
    /// Silent for longer than this home's rhythm allows.
    Unusual {
        silent_s: u64,
        /// Days of an ordinary week with a sign of life.
        days_per_week: f64,
        /// It fell silent without a goodbye.
        cut: bool,
    },
    /// It fell silent without the goodbye that it usually says: its power or its network
    /// was cut.
    CutOff { silent_s: u64 },
    /// It fell silent while its network was failing.
    LineFailed { silent_s: u64 },
    /// It fell silent together with other homes of the place.
    FellTogether { silent_s: u64 },
    /// The programme's own limit counts, whatever the rhythm.
    CallAfter { days: u32, silent_s: u64 },
}

/// All about one device.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DeviceDetail {
    #[serde(flatten)]
    pub summary: DeviceSummary,
    pub certificate: CertificateInfo,
    pub latest: Option<Latest>,
    pub inventory: Option<Inventory>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CertificateInfo {
    /// Serial number, in hexadecimal.
    pub serial: String,
    pub issued_at: Timestamp,
    pub expires_at: Timestamp,
    pub revoked: bool,
}

/// The latest state of a device: its newest report, with the slow readings of
/// the last report that carried them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Latest {
    /// When it was made, dated by the controller.
    pub reported_at: Timestamp,
    /// The date crosses a boot without an anchor in time.
    pub estimated: bool,
    pub received_at: Timestamp,
    /// Device clock when it was made; may be years wrong.
    pub observed_at: Timestamp,
    /// How far the device clock is from the controller's: positive when it is ahead, in ms.
    pub clock_offset_ms: i64,
    /// The device clock is more than five minutes wrong.
    pub clock_wrong: bool,
    /// Time since boot, in ms.
    pub uptime_ms: u64,
    pub boot: u32,
    pub seq: u64,
    pub report: HealthReport,
}

/// Where a device is, and since when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PlacementInfo {
    pub place: Place,
    /// Pseudonymous code of the household, in a home.
    pub household: Option<String>,
    pub site: Option<String>,
    pub from: Timestamp,
    /// Null while it is there.
    pub to: Option<Timestamp>,
    /// Number of the post, on a seat of a workshop.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seat: Option<u16>,
}

/// Puts a device somewhere: with a household (`home`), or elsewhere without one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewPlacement {
    pub place: Place,
    /// Pseudonymous code of the household: 1 to 32 letters, digits and dashes, never a name.
    #[serde(default)]
    pub household: Option<String>,
    #[serde(default)]
    pub site: Option<String>,
    /// Number of the post, on a seat of a workshop.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seat: Option<u16>,
}

/// One stretch of a timeline; `to` is not included.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TimelineInterval {
    pub from: Timestamp,
    pub to: Timestamp,
    pub activity: Activity,
}

/// What a device did on one local day (Europe/Paris).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TimelineDay {
    /// Such as 2026-11-01.
    pub day: String,
    /// The most alive activity of the day.
    pub activity: Activity,
    /// Minutes of each activity: 1,440 a day, and an hour more or less when the clocks
    /// change. Null where only the day's activity is kept.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<std::collections::BTreeMap<String, u32>>))]
    pub minutes: Option<BTreeMap<Activity, u32>>,
}

/// Makes an enrolment code.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewEnrolment {
    /// Asset tag that the device will carry.
    #[serde(default)]
    pub asset: Option<String>,
    #[serde(default)]
    pub site: Option<String>,
    /// Hours until the code ends; 168 when absent, 8,760 at most.
    #[serde(default)]
    pub hours: Option<u32>,
    /// Bind to this device, whose certificate was lost, instead of making a new one.
    #[serde(default)]
    pub rebind: Option<DeviceId>,
}

/// An enrolment code, without its secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Enrolment {
    /// Names the code in lists and when it is cancelled; not secret.
    pub id: String,
    pub asset: Option<String>,
    pub site: Option<String>,
    pub state: EnrolmentState,
    pub created_at: Timestamp,
    pub expires_at: Timestamp,
    /// The device that used it, or that it is bound to.
    pub device: Option<DeviceId>,
    /// The code itself, only in the answer that makes it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
}

/// Sends a command to a device.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewCommand {
    #[serde(flatten)]
    pub action: crate::command::Action,
    /// Hours until it ends unrun; 168 when absent, 8,760 at most.
    #[serde(default)]
    pub hours: Option<u32>,
}

/// A command and what came of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CommandInfo {
    pub id: CommandId,
    #[serde(flatten)]
    pub action: crate::command::Action,
    pub state: CommandState,
    pub issued_at: Timestamp,
    pub expires_at: Timestamp,
    pub ended_at: Option<Timestamp>,
}

/// The code of a signed charter, shown once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CharterCode {
    pub code: String,
}

/// One change of state, as the audit keeps it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AuditLine {
    /// Counts from 1, without a gap.
    pub n: u64,
    pub at: Timestamp,
    /// `account:amina`, `cli:0` (who sat at the controller), `device`, `demo` …
    pub who: String,
    /// A noun and a verb, such as `enrolment.create`.
    pub what: String,
    /// A pseudonymous id.
    pub subject: String,
    pub detail: Option<String>,
}

/// Whether the audit is as it was written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AuditCheck {
    pub whole: bool,
    /// Entries of a whole audit; 0 otherwise.
    pub entries: u64,
    /// SHA-256 of the last entry, in hexadecimal: noted elsewhere, it proves
    /// later that nothing up to here was rewritten.
    pub head: Option<String>,
    /// What is wrong, and where.
    pub fault: Option<String>,
}

/// The settings of the programme.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ProgrammeSettings {
    /// Seconds between two reports of a device without settings of its own.
    pub interval_s: u32,
    /// `host:port` pairs that such a device tries to tell whether the internet is there.
    pub probe_hosts: Vec<String>,
    /// Where devices find the controller.
    pub address: Address,
    /// The move that was announced and has not happened yet.
    pub next: Option<AnnouncedMove>,
}

/// A move of the controller, before it happens.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AnnouncedMove {
    /// Where the controller will be.
    pub address: Address,
    pub announced_at: Timestamp,
    /// Devices that are neither retired nor revoked.
    pub devices: u64,
    /// Those of them that were here since, and so were told.
    pub heard: u64,
}

/// How the controller is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ServerStatus {
    pub version: String,
    pub started_at: Timestamp,
    pub now: Timestamp,
    /// Ready to take new work; otherwise `reason` says why not.
    pub ready: bool,
    pub reason: Option<String>,
    pub devices: u64,
    pub connected: u64,
    /// Devices with at least one stored report.
    pub reporting: u64,
    /// Reports stored since the start of this process.
    pub stored: u64,
    /// Messages refused since the start of this process.
    pub refused: u64,
    /// Repeats received since the start of this process.
    pub repeats: u64,
    pub mqtt: String,
    pub enrol: Option<String>,
    pub http: Option<String>,
    /// Free room where the data lives, in bytes.
    pub disk_free_bytes: Option<u64>,
    /// When the newest backup was made; null if there is none.
    pub backup_made_at: Option<Timestamp>,
    /// Why the last try to make one failed; null once one was made.
    pub backup_failed: Option<String>,
    /// A demonstration, with simulated homes.
    pub demo: bool,
}
