//! Tickets: what is to be repaired or answered, in the words that the controller,
//! its command line and its API share.

pub mod body;
pub mod change;
#[cfg(test)]
mod tests;

use std::fmt;
use std::str::FromStr;

use minicbor::{Decode, Encode};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::words;

pub use change::Change;

/// What is not the number of a ticket.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a ticket is named T- and a number, for example T-1042")]
pub struct BadTicketId;

/// The number of a ticket, as people say it over the phone: `T-1042`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TicketId(pub u64);

impl FromStr for TicketId {
    type Err = BadTicketId;

    /// Takes `T-1042`, `t-1042` and `1042`.
    fn from_str(text: &str) -> Result<Self, BadTicketId> {
        let digits = text.strip_prefix(['T', 't']).unwrap_or(text);
        let digits = digits.strip_prefix('-').unwrap_or(digits);
        if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(BadTicketId);
        }
        digits.parse().map(TicketId).map_err(|_| BadTicketId)
    }
}

impl fmt::Display for TicketId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("T-{}", self.0))
    }
}

impl Serialize for TicketId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for TicketId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(feature = "openapi")]
impl utoipa::PartialSchema for TicketId {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        utoipa::openapi::ObjectBuilder::new()
            .schema_type(utoipa::openapi::schema::Type::String)
            .pattern(Some("^T-[0-9]+$"))
            .build()
            .into()
    }
}

#[cfg(feature = "openapi")]
impl utoipa::ToSchema for TicketId {}

words! {
    /// Where a ticket stands.
    pub enum TicketState {
        /// Nobody has taken it.
        0 New = "new",
        1 Assigned = "assigned",
        2 InProgress = "in_progress",
        /// For the household, a part or an operator; its clocks stand still.
        3 Waiting = "waiting",
        /// Done, to be seen for a while.
        4 Solved = "solved",
        5 Closed = "closed",
    }

    /// Why there is a ticket, worst first: what a household loses if nobody comes.
    pub enum Cause {
        0 DiskFailing = "disk_failing",
        1 Overheating = "overheating",
        2 DiskFull = "disk_full",
        3 NeverStarted = "never_started",
        4 InternetDown = "internet_down",
        5 Overdue = "overdue",
        6 MemoryStarving = "memory_starving",
        7 UpdatesFailing = "updates_failing",
        8 CertificateEnding = "certificate_ending",
        9 ClockWrong = "clock_wrong",
        10 RebootPending = "reboot_pending",
        11 AgentOutdated = "agent_outdated",
        /// The household asked.
        12 Help = "help",
        /// A technician saw it, or was told.
        13 Reported = "reported",
    }

    /// Who opened a ticket.
    pub enum Origin {
        0 Rule = "rule",
        1 Technician = "technician",
        /// From the PC, with `declic-agent help`.
        2 Household = "household",
        3 Phone = "phone",
    }

    /// How much it matters, most first.
    pub enum Priority {
        0 Urgent = "urgent",
        1 High = "high",
        2 Normal = "normal",
        3 Low = "low",
    }

    /// What kind of work it is.
    pub enum Category {
        0 Hardware = "hardware",
        1 Storage = "storage",
        2 Network = "network",
        3 System = "system",
        4 Usage = "usage",
        5 Other = "other",
    }

    /// What became of the PC (Open Repair Data Standard, `repair_status`).
    pub enum Repair {
        0 Fixed = "fixed",
        1 Repairable = "repairable",
        2 EndOfLife = "end_of_life",
        3 Unknown = "unknown",
    }

    /// What stood in the way (Open Repair Data Standard, `repair_barrier_if_end_of_life`).
    pub enum Barrier {
        0 PartsUnavailable = "spare_parts_not_available",
        1 PartsTooExpensive = "spare_parts_too_expensive",
        2 NoWayToOpen = "no_way_to_open_the_product",
        3 NoInformation = "repair_information_not_available",
        4 NoEquipment = "lack_of_equipment",
        5 WornOut = "item_too_worn_out",
    }

    /// What a ticket waits for.
    pub enum WaitsFor {
        0 Household = "household",
        1 Part = "part",
        2 Operator = "operator",
        3 Other = "other",
    }

    /// What becomes of a household's documents when its PC is exchanged. It is
    /// the household's choice.
    pub enum Documents {
        /// To a USB key of its own.
        0 Copied = "copied",
        /// To the other PC.
        1 Transferred = "transferred",
        2 Erased = "erased",
    }

    /// On which side of a value a reading lies that was told in coarse classes.
    pub enum Bound {
        0 Under = "under",
        /// At this value or over it.
        1 AtLeast = "at_least",
    }

    /// What to bring along.
    pub enum Bring {
        0 SparePc = "spare_pc",
        1 SpareDisk = "spare_disk",
        2 BackupDrive = "backup_drive",
        3 CompressedAir = "compressed_air",
        4 ThermalPaste = "thermal_paste",
        5 MemoryModule = "memory_module",
        6 ClockBattery = "clock_battery",
        7 PowerSupply = "power_supply",
        8 NetworkCable = "network_cable",
        9 WifiKey = "wifi_key",
        10 InstallKey = "install_key",
    }
}

impl Cause {
    /// Those that rules raise from readings, worst first.
    pub fn of_rules() -> impl Iterator<Item = Cause> {
        let by_rule = |cause: &Cause| !matches!(cause, Cause::Help | Cause::Reported);
        Cause::ALL.iter().copied().filter(by_rule)
    }
}

/// A reading that speaks for a ticket, beside what it is judged by.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Encode, Decode)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cbor(map)]
pub struct Fact {
    /// Name of the reading, with its unit, such as `disk_system_free_bytes`.
    #[n(0)]
    pub name: String,
    #[n(1)]
    pub value: i64,
    /// The threshold that it passed.
    #[n(2)]
    pub limit: Option<i64>,
    /// What it was at the handover.
    #[n(3)]
    pub before: Option<i64>,
    /// The disk that it belongs to, as in reports and inventory.
    #[n(4)]
    pub disk: Option<String>,
    /// Only this much is known of the value; absent when it is exact.
    #[n(5)]
    pub bound: Option<Bound>,
}

impl Fact {
    pub fn new(name: &str, value: i64) -> Self {
        Fact {
            name: name.to_owned(),
            value,
            limit: None,
            before: None,
            disk: None,
            bound: None,
        }
    }

    /// The reading is only known to lie on one side of this value.
    pub fn bounded(name: &str, value: u64, bound: Bound) -> Self {
        Fact {
            bound: Some(bound),
            ..Fact::new(name, i64::try_from(value).unwrap_or(i64::MAX))
        }
    }

    pub fn limit(self, limit: i64) -> Self {
        Fact {
            limit: Some(limit),
            ..self
        }
    }
}
