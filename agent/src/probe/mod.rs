//! The only code that touches the machine.
//!
//! What cannot be read is absent: never zero, never an error, never a crash.
//! [`Machine`] is the real one; each neighbour reads one kind of thing from a
//! [`Sources`], so that a tree of files can stand for a machine.

mod battery;
mod clocks;
mod cpu;
mod disks;
mod dmi;
mod files;
mod inventory;
mod ladder;
mod link;
mod links;
mod machine;
mod memory;
mod smart;
mod sources;
mod temperatures;
#[cfg(test)]
mod tests;
mod text;
mod units;
mod updates;
mod usage;

pub use machine::Machine;
pub use sources::{Answers, Sources};

use std::future::Future;
use std::pin::Pin;

use declic_common::inventory::Inventory;
use declic_common::report::{HealthReport, Ladder, Slow};

/// The machine's clocks, read together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Clocks {
    /// Random name that the kernel gives to each boot.
    pub boot_id: String,
    /// Time since boot, sleep included (CLOCK_BOOTTIME), in ms.
    pub uptime_ms: u64,
    /// Time since boot, sleep left out (CLOCK_MONOTONIC), in ms.
    pub awake_ms: u64,
    /// Device clock, ms UTC; may be years wrong, may jump.
    pub wall_ms: i64,
}

/// What the ladder is tried against.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Targets {
    /// Host and MQTT port of the controller.
    pub controller: Option<(String, u16)>,
    /// `host:port` pairs that the programme chose; never a default of ours.
    pub internet: Vec<String>,
    /// A session with the controller is up: nothing needs to be tried.
    pub connected: bool,
}

/// Slow readings under way, to be run where blocking is allowed.
pub type SlowJob = Box<dyn FnOnce() -> Slow + Send>;

/// A climb of the ladder under way; bounded in time.
pub type Climb = Pin<Box<dyn Future<Output = Ladder> + Send>>;

/// A machine, real or simulated.
pub trait Probe: Send {
    fn clocks(&mut self) -> Clocks;

    /// Cheap reading between two reports, for means and maxima. Says whether the
    /// network's links changed since the last call, so that the ladder is
    /// climbed at once.
    fn sample(&mut self) -> bool;

    /// The readings of a report, but for `ladder`, `agent`, `consent`, `slow` and
    /// `interval_s`. Usage data only if `usage`; their counters start again here.
    fn readings(&mut self, usage: bool) -> HealthReport;

    /// Readings that cost more or change slowly. `slow_at` is left for the caller.
    fn slow(&mut self) -> SlowJob;

    fn inventory(&mut self) -> Inventory;

    fn climb(&mut self, targets: Targets) -> Climb;

    /// The whole machine is going down, not the agent alone.
    fn going_down(&mut self) -> bool;
}
