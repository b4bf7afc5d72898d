//! Tickets, what happened to them, and what rules keep of a device.

use declic_common::DeviceId;
use declic_common::report::Smart;
use declic_common::ticket::{
    Barrier, Category, Cause, Documents, Fact, Origin, Priority, Repair, TicketState, WaitsFor,
};
use minicbor::{Decode, Encode};

use super::programme::SealedText;
use crate::store::record::Record;

records!(
    Ticket = 20 v 1,
    TicketEvent = 21 v 1,
    TicketText = 22 v 1,
    CauseTicket = 23 v 1,
    Watches = 24 v 1,
    Baseline = 25 v 1,
    Silence = 26 v 1,
    Absence = 27 v 1,
);

/// The head of a ticket. Times are ms UTC, controller clock; days are `2026-12-01`.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Ticket {
    #[n(0)]
    pub number: u64,
    #[n(1)]
    pub version: u64,
    #[n(2)]
    pub device: DeviceId,
    /// Code of the household that had the device when it was opened.
    #[n(3)]
    pub household: Option<String>,
    #[n(4)]
    pub cause: Cause,
    #[n(5)]
    pub origin: Origin,
    #[n(6)]
    pub category: Category,
    #[n(7)]
    pub priority: Priority,
    #[n(8)]
    pub state: TicketState,
    #[n(9)]
    pub assignee: Option<String>,
    #[n(10)]
    pub times: TicketTimes,
    #[n(11)]
    pub clocks: TicketClocks,
    #[n(12)]
    pub evidence: Option<Evidence>,
    #[n(13)]
    pub waiting: Option<Waiting>,
    #[n(14)]
    pub visit_on: Option<String>,
    #[n(15)]
    pub minutes: u32,
    #[n(16)]
    pub documents: Option<Documents>,
    #[n(17)]
    pub swapped_with: Option<DeviceId>,
    #[n(18)]
    pub repair: Option<Repair>,
    #[n(19)]
    pub barrier: Option<Barrier>,
    #[n(20)]
    pub returns: u32,
}

#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct TicketTimes {
    #[n(0)]
    pub opened_at: i64,
    #[n(1)]
    pub changed_at: i64,
    #[n(2)]
    pub solved_at: Option<i64>,
    #[n(3)]
    pub closed_at: Option<i64>,
}

#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Waiting {
    #[n(0)]
    pub waits_for: WaitsFor,
    #[n(1)]
    pub until: Option<String>,
}

/// Each clock: what ran, in ms, and since when it runs.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct TicketClocks {
    #[n(0)]
    pub first_response: (u64, Option<i64>),
    #[n(1)]
    pub resolution: (u64, Option<i64>),
    #[n(2)]
    pub responded: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Evidence {
    #[n(0)]
    pub at: i64,
    #[n(1)]
    pub facts: Vec<Fact>,
}

/// One change of a ticket, under the version that it made.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct TicketEvent {
    #[n(0)]
    pub at: i64,
    #[n(1)]
    pub who: String,
    #[n(2)]
    pub state: TicketState,
    /// The change in JSON, without the words of a person.
    #[n(3)]
    pub change_json: String,
}

/// The words of a person, under the same key as their event: kept apart, so that
/// they can be purged and leave the rest whole.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct TicketText {
    /// Empty where it is sealed.
    #[n(0)]
    pub text: String,
    #[n(1)]
    pub sealed: Option<SealedText>,
}

/// The newest ticket of a device and cause. Whoever opens a ticket changes it, so
/// that two never open at once.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct CauseTicket {
    #[n(0)]
    pub number: u64,
}

/// What rules have counted for a device; causes that are well are not in it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Watches {
    #[n(0)]
    pub watches: Vec<CauseWatch>,
}

#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct CauseWatch {
    #[n(0)]
    pub cause: Cause,
    #[n(1)]
    pub bad: bool,
    #[n(2)]
    pub since: i64,
    #[n(3)]
    pub last: i64,
    #[n(4)]
    pub count: u32,
    #[n(5)]
    pub covered_ms: u64,
}

/// What each disk of a device said first since its handover.
#[derive(Clone, Debug, Default, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Baseline {
    #[n(0)]
    pub disks: Vec<Smart>,
}

/// Rules keep quiet about a device or a site, for one cause or all.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Silence {
    #[n(0)]
    pub device: Option<DeviceId>,
    #[n(1)]
    pub site: Option<String>,
    #[n(2)]
    pub cause: Option<Cause>,
    #[n(3)]
    pub until: i64,
    #[n(4)]
    pub who: String,
    #[n(5)]
    pub since: i64,
}

/// Days on which a home, or a whole site, said that nobody would be there.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Absence {
    #[n(0)]
    pub device: Option<DeviceId>,
    #[n(1)]
    pub site: Option<String>,
    /// First and last local day, both included, counted from 1970-01-01.
    #[n(2)]
    pub first: i32,
    #[n(3)]
    pub last: i32,
    #[n(4)]
    pub who: String,
    /// ms UTC, controller clock.
    #[n(5)]
    pub declared_at: i64,
}
