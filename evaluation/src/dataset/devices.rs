//! Rows about PCs: where they stood, what each of their days was like, what broke.

use jiff::civil::Date;

use super::column::Key;
use super::table::table;
use crate::vocabulary::{
    Barrier, Category, DeviceKind, DiskVerdict, Exit, Grade, Origin, OutageCause, Place, Priority,
    RepairOutcome, SilenceCause,
};

table! {
    pub struct Device in "devices" key ["device"] {
        device: Key, "Pseudonym of the device in this evaluation";
        kind: DeviceKind, "What it is";
        lot: Option<Key>, "Lot in which it came";
        received_on: Option<Date>, "Day of intake";
        mass_g: Option<u32>, "Declared mass";
    }
    about "PCs that stood in a home or a workshop, and those of the bench";

    pub struct Placement in "placements" key [] {
        device: Key, "Device";
        place: Place, "Where it stands";
        household: Option<Key>, "Household, where it stands in a home";
        site: Option<String>, "Site, where it stands at a seat, the bench or in stock";
        from: Date, "Local day of the handover";
        to: Option<Date>, "Local day on which it went; empty while it stays";
        exit: Option<Exit>, "How its stay in a home ended; empty if it stays or went for a repair";
        erasure_proof: Option<bool>, "Whether there was an erasure proof at the handover";
        signed_by_household: Option<bool>, "Whether the household signed the handover";
        signed_by_carrier: Option<bool>, "Whether the carrier signed the handover";
        grade: Option<Grade>, "Grade at the handover";
        age_months: Option<u32>, "Age at the handover";
        power_on_hours: Option<u32>, "Power-on time of its disk at the handover";
    }
    about "Where each device stood, from handover to return";

    pub struct DeviceDay in "device_days" key ["device", "day"] {
        device: Key, "Device";
        household: Key, "Household in which it stood";
        day: Date, "Local day; it has 1380, 1440 or 1500 minutes";
        usage_consent: bool, "Whether the household consented to usage data for the whole day";
        on_minutes: Option<u16>, "Minutes powered; empty without usage consent or if unknown";
        longest_unknown_minutes: Option<u16>, "Longest stretch while on of which nothing is known";
        unknown_minutes: Option<u16>, "All minutes of which nothing is known";
        connected: Option<bool>, "Whether at least one exchange of the day is stored";
        reached_minutes: Option<u16>, "Minutes on with the controller reachable";
        link_down_minutes: Option<u16>, "Minutes on without a link";
        gateway_down_minutes: Option<u16>, "Minutes on without a gateway";
        dns_down_minutes: Option<u16>, "Minutes on without DNS";
        internet_down_minutes: Option<u16>, "Minutes on without the Internet";
        controller_down_minutes: Option<u16>, "Minutes on without the controller alone";
        blocked: bool, "Whether a fault kept the household from using it";
    }
    about "One row for each device in a home and local day";

    pub struct Outage in "outages" key [] {
        device: Key, "Device";
        household: Key, "Household";
        from: Date, "Local day on which it began";
        lasted_minutes: u32, "Time on without the network, so far if it is not over";
        cause: OutageCause, "Lowest rung that failed";
        recovered: bool, "Whether it ended";
    }
    about "Outages of the network while a device was on";

    pub struct Silence in "silences" key ["device", "from"] {
        device: Key, "Device";
        household: Key, "Household";
        from: Date, "First local day without an exchange";
        to: Option<Date>, "Day of the next exchange; empty if there is none";
        cause: SilenceCause, "Why, as it was found out";
    }
    about "Silences of at least seven days";

    pub struct Ticket in "tickets" key ["ticket"] {
        ticket: Key, "Pseudonym of the ticket";
        device: Option<Key>, "Device";
        household: Option<Key>, "Household; empty for the workshop's own devices";
        site: String, "Site";
        category: Category, "What it is about";
        priority: Priority, "How soon";
        origin: Origin, "Who opened it";
        opened_on: Date, "Local day";
        first_response_minutes: Option<u32>, "Until the first response, clock stopped while waiting for the household";
        resolved_on: Option<Date>, "Local day on which it was solved";
        resolution_minutes: Option<u32>, "Until it was solved, clock stopped while waiting for the household";
        visits: u32, "Visits to the home";
    }
    about "Tickets";

    pub struct Repair in "repairs" key ["repair"] {
        repair: Key, "Pseudonym of the repair";
        device: Key, "Device";
        household: Option<Key>, "Household with which the device was; empty for one of the bench or the workshop";
        ticket: Option<Key>, "Ticket that it was for";
        category: Option<Category>, "What it was about";
        begun_on: Date, "Local day on which it began; of a repair that a ticket alone tells, the day on which the ticket opened";
        ended_on: Option<Date>, "Local day on which it ended";
        outcome: Option<RepairOutcome>, "Open Repair: status; empty while it goes on";
        barrier: Option<Barrier>, "Open Repair: what stood in the way";
        worked_minutes: Option<u32>, "Time worked";
    }
    about "Repairs, at the bench or told by a ticket";

    pub struct DiskCheck in "disk_checks" key [] {
        device: Key, "Device";
        day: Date, "Local day";
        verdict: DiskVerdict, "Whether a warning was justified, or one was missing";
    }
    about "What the bench found behind warnings about disks";
}

impl Placement {
    /// Both signatures are there; absent if one is not known.
    pub fn signed(&self) -> Option<bool> {
        Some(self.signed_by_household? && self.signed_by_carrier?)
    }
}
