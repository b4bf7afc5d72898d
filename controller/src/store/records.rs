//! What is stored, record by record. Integer keys are never reused.

use declic_common::command::{Action, CommandId};
use declic_common::journal::Event;
use declic_common::report::HealthReport;
use declic_common::timeline::Activity;
use declic_common::{InstallId, inventory};
use minicbor::{Decode, Encode};

use super::record::Record;

mod device;
mod people;

pub use device::{Certificate, Device, Enrolment, Placement, Placements, Revoked};
pub use people::{Account, ApiToken, Login};

macro_rules! records {
    ($($name:ident = $kind:literal v $version:literal),* $(,)?) => {$(
        impl Record for $name {
            const KIND: u8 = $kind;
            const VERSION: u8 = $version;
        }
    )*};
}

pub mod history;
pub mod programme;
pub mod tickets;

records!(
    Device = 1 v 1,
    Enrolment = 2 v 1,
    Latest = 3 v 1,
    Mark = 4 v 1,
    Inventory = 5 v 1,
    JournalRow = 6 v 1,
    HelpRow = 7 v 1,
    CommandRow = 8 v 1,
    HealthRow = 9 v 1,
    AuditEntry = 10 v 1,
    AuditHead = 11 v 1,
    Meta = 12 v 1,
    Revoked = 13 v 1,
    Account = 30 v 1,
    ApiToken = 31 v 1,
    Login = 32 v 1,
    NoticeRow = 42 v 1,
    FactsRow = 14 v 1,
    Life = 15 v 1,
    Placements = 16 v 1,
    DayRow = 17 v 1,
    Folded = 18 v 1,
);

/// The newest state of a device; written by the recorder alone.
#[derive(Clone, Debug, Default, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Latest {
    /// The newest report by dated time, if any.
    #[n(0)]
    pub report: Option<HealthRow>,
    /// Where `report` stands in its own key.
    #[n(1)]
    pub reported_at: Option<i64>,
    #[n(2)]
    pub boot: Option<u32>,
    #[n(3)]
    pub seq: Option<u64>,
    /// Last exchange of any kind.
    #[n(4)]
    pub last_seen: Option<i64>,
    /// Reports stored since enrolment.
    #[n(5)]
    pub reports: u64,
    /// Messages that the device declared lost.
    #[n(6)]
    pub lost: u64,
    /// Messages refused.
    #[n(7)]
    pub refused: u64,
    /// Last word of the device (`on`, `off` …) and when it was heard.
    #[n(8)]
    pub last_state: Option<String>,
    #[n(9)]
    pub last_state_at: Option<i64>,
    /// Numbered messages of every kind stored since enrolment.
    #[n(10)]
    #[cbor(default)]
    pub messages: u64,
    /// When the household's pause ends, as the newest journal that speaks of one says.
    #[n(11)]
    pub paused_until: Option<i64>,
    /// When the household said so.
    #[n(12)]
    pub pause_told_at: Option<i64>,
}

/// Which numbers of one boot are stored or declared lost.
#[derive(Clone, Debug, Default, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Mark {
    /// Everything up to here.
    #[n(0)]
    pub through: u64,
    /// And these, first and last, ascending, apart, all above `through`.
    #[n(1)]
    pub stored: Vec<(u64, u64)>,
    /// Declared lost by the device.
    #[n(2)]
    pub lost: u64,
    /// When the boot began, as the message that travelled fastest told it.
    #[n(3)]
    pub zero: Option<i64>,
    /// The same, out of ages that were guesses: for a boot that has nothing better.
    #[n(4)]
    pub guess: Option<i64>,
    /// The reports that follow each other without a gap up to the newest one: so that
    /// a report that prolongs them changes no other row.
    #[n(5)]
    pub run: Option<RunRow>,
}

/// Reports without a gap between them, in ms since boot.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct RunRow {
    #[n(0)]
    pub from: i64,
    #[n(1)]
    pub to: i64,
    #[n(2)]
    pub reach_ms: u64,
    #[n(3)]
    pub rung: Activity,
}

/// What one slice of one boot is known to have done; joined, never replaced.
#[derive(Clone, Debug, Default, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct FactsRow {
    #[n(0)]
    pub runs: Vec<RunRow>,
    #[n(1)]
    pub told: Vec<ToldRow>,
}

/// One thing that a device said, at a time since boot.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct ToldRow {
    #[n(0)]
    pub at: u64,
    /// Which; numbered in `app/evidence`.
    #[n(1)]
    pub what: u8,
    #[n(2)]
    pub ms: Option<u64>,
    #[n(3)]
    pub rung: Option<Activity>,
}

/// One life of the controller itself.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Life {
    #[n(0)]
    pub started_at: i64,
    /// Last noted that it ran; every minute, and when it stopped in good order.
    #[n(1)]
    pub alive_at: i64,
    #[n(2)]
    pub stopped: bool,
}

/// What a device did on one local day, of which nothing finer is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct DayRow {
    #[n(0)]
    pub activity: Activity,
}

/// How far the days of a device were folded, and the proof of it: counts and days.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Folded {
    /// Local days before this one, counted from 1970, keep one state each.
    #[n(0)]
    pub before: i32,
    /// What it was doing when that day began, if that is known.
    #[n(1)]
    pub carried: Option<Activity>,
    /// Rows of single moments that were removed so far.
    #[n(2)]
    pub reports: u64,
    #[n(3)]
    pub journals: u64,
    #[n(4)]
    pub facts: u64,
}

/// One report.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct HealthRow {
    #[n(0)]
    pub received_at: i64,
    /// Device clock.
    #[n(1)]
    pub observed_at: i64,
    #[n(2)]
    pub uptime_ms: u64,
    /// The dated time crosses a boot without an anchor.
    #[n(3)]
    pub estimated: bool,
    #[n(4)]
    pub report: HealthReport,
}

#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Inventory {
    #[n(0)]
    pub received_at: i64,
    #[n(1)]
    pub inventory: inventory::Inventory,
    /// Dated time of the message, so that an older one never replaces a newer one.
    #[n(2)]
    pub dated_at: i64,
}

/// A journal message, dated as a whole; each event also has its own boot and uptime.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct JournalRow {
    #[n(0)]
    pub received_at: i64,
    #[n(1)]
    pub estimated: bool,
    /// Uptime of the message in its own boot: dates the events of the same boot.
    #[n(2)]
    pub uptime_ms: u64,
    #[n(3)]
    pub install: InstallId,
    #[n(4)]
    pub boot: u32,
    #[n(5)]
    pub events: Vec<Event>,
}

/// A household asked for help.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct HelpRow {
    #[n(0)]
    pub received_at: i64,
    #[n(1)]
    pub estimated: bool,
    /// In the household's words, until they are moved to the ticket; empty where they are
    /// sealed.
    #[n(2)]
    pub text: String,
    /// Number of the ticket that took the call.
    #[n(3)]
    pub ticket: Option<u64>,
    #[n(4)]
    pub sealed: Option<programme::SealedText>,
}

#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct CommandRow {
    #[n(0)]
    pub id: CommandId,
    #[n(1)]
    pub issued_at: i64,
    #[n(2)]
    pub expires_at: i64,
    /// The action in JSON, as it travels.
    #[n(3)]
    pub action_json: String,
    #[n(4)]
    pub sent_at: Option<i64>,
    #[n(5)]
    pub ended_at: Option<i64>,
    /// A word of `OutcomeResult`.
    #[n(6)]
    pub result: Option<String>,
}

impl CommandRow {
    /// The action that was asked for.
    pub fn action(&self) -> Option<Action> {
        serde_json::from_str(&self.action_json).ok()
    }
}

/// One change of state, chained to the one before it.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct AuditEntry {
    #[n(0)]
    pub n: u64,
    #[n(1)]
    pub at: i64,
    /// `account:amina`, `cli:0` (who sat at the controller), `device`, `demo` …
    #[n(2)]
    pub who: String,
    /// Such as `enrolment.create`.
    #[n(3)]
    pub what: String,
    /// A pseudonymous id; never a name.
    #[n(4)]
    pub subject: String,
    #[n(5)]
    pub detail: Option<String>,
    /// SHA-256 of the stored bytes of entry `n - 1`; 32 zero bytes for the first.
    #[cbor(n(6), with = "minicbor::bytes")]
    pub previous: Vec<u8>,
}

/// The end of the audit chain.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct AuditHead {
    #[n(0)]
    pub n: u64,
    /// SHA-256 of the stored bytes of entry `n`.
    #[cbor(n(1), with = "minicbor::bytes")]
    pub hash: Vec<u8>,
}

/// A fact about the store itself.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Meta {
    #[n(0)]
    pub number: u64,
    #[n(1)]
    pub text: Option<String>,
}

/// Something to be told by one channel; deleted once it has left.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct NoticeRow {
    /// The same at each attempt.
    #[n(0)]
    pub id: u64,
    #[n(1)]
    pub channel: String,
    #[n(2)]
    pub urgent: bool,
    #[n(3)]
    pub subject: String,
    #[n(4)]
    pub text: String,
    #[n(5)]
    pub json: String,
    #[n(6)]
    pub created_at: i64,
    #[n(7)]
    pub tries: u32,
    #[n(8)]
    pub next_try_at: i64,
    /// Nobody wants to read it from then on.
    #[n(9)]
    pub ends_at: Option<i64>,
}
