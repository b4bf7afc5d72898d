//! The JSON bodies of the API round the records of a programme.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::sheet::BadField;
use crate::api::PlacementInfo;
use crate::device::DeviceId;
use crate::report::{Consent, HealthReport};
use crate::ticket::body::TicketDetail;

/// A record as it is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Kept<T> {
    /// Counts its changes; a change names the version that it saw.
    pub version: u64,
    pub changed_at: Timestamp,
    pub record: T,
    /// Fields that are filled in and that whoever asks may not see.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub hidden: Vec<String>,
    /// Fields that nobody reads any more: they were erased, or their key is lost.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lost: Vec<String>,
}

/// Any record.
pub type Shown = Kept<Map<String, Value>>;

/// Replaces a record by another one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ChangeRecord<T> {
    /// The version that was seen; 409 if the record has changed since.
    pub version: u64,
    /// The whole record. Fields that whoever asks may not see are left as they are.
    pub record: T,
}

/// Records as a table.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct NewImport {
    /// CSV (RFC 4180), in UTF-8, with commas or semicolons; the first line names the fields.
    pub csv: String,
    /// Only tells what would happen.
    #[serde(default)]
    pub dry_run: bool,
    /// Takes the good lines and leaves the bad ones; without it, all lines are taken or none.
    #[serde(default)]
    pub skip_bad: bool,
}

/// What came of an import.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ImportedTable {
    /// Whether anything was kept.
    pub done: bool,
    /// Lines with records.
    pub lines: usize,
    pub added: usize,
    pub changed: usize,
    /// Lines that say what is kept already.
    pub same: usize,
    pub bad: Vec<BadRow>,
}

/// A line that cannot be taken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BadRow {
    /// Of the file, the first one being 1.
    pub line: u64,
    /// What is wrong, column by column.
    pub columns: Vec<BadField>,
}

/// Everything that is kept of a household, readable.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct HouseholdFile {
    pub household: String,
    pub made_at: Timestamp,
    /// Its own record, its application, and all that names either.
    pub records: Vec<HouseholdRecord>,
    /// PCs that are or were with it. What they reported is too long for this file:
    /// `GET /api/v1/devices/{id}/history/rows` has it.
    pub devices: Vec<HouseholdDevice>,
    pub tickets: Vec<TicketDetail>,
    /// Who saw and changed what, oldest first.
    pub audit: Vec<Told>,
}

/// A record of a household's file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct HouseholdRecord {
    /// Such as `person`.
    pub noun: String,
    #[cfg_attr(feature = "openapi", schema(value_type = Object))]
    pub kept: Shown,
}

/// A PC in a household's file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct HouseholdDevice {
    pub device: DeviceId,
    pub asset: Option<String>,
    /// When it was with this household.
    pub placements: Vec<PlacementInfo>,
    /// As the PC reports it; null where it is with them no more, or was never heard.
    pub consent: Option<Consent>,
    pub last_report: Option<HealthReport>,
}

/// One entry of the audit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Told {
    pub at: Timestamp,
    pub who: String,
    pub what: String,
    pub detail: Option<String>,
}

/// What an erasure came to; the audit keeps the same as its proof.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Erasure {
    /// Of the household or application.
    pub code: String,
    pub at: Timestamp,
    /// Records that lost something and stay.
    pub records: usize,
    /// Contacts that were removed whole.
    pub contacts: usize,
    /// Fields that were emptied.
    pub fields: usize,
    /// What was written in tickets.
    pub texts: usize,
}
