//! The life of a PC as the API tells it.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::vocabulary::{LifeState, LifeStep};
use super::{Handover, Lot, Pc, PcRepair, Trial, Wipe};
use crate::device::DeviceId;

/// A PC in a list of lives.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PcSummary {
    /// Inventory number.
    pub pc: String,
    /// Where it is looked after: of its household, or its own.
    pub site: Option<String>,
    pub state: LifeState,
    pub since: Date,
    /// The household that has it.
    pub household: Option<String>,
    /// The device that carries its number; null before an agent was enrolled.
    pub device: Option<DeviceId>,
    /// Kept to take the place of one that fails.
    pub spare: bool,
    /// Steps that should not have been, and papers that are missing.
    pub faults: usize,
}

/// Everything that is known of the life of a PC: what a page shows and a sheet prints.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PcLife {
    pub summary: PcSummary,
    pub record: Pc,
    pub lot: Option<Lot>,
    /// Oldest first; on one day in the order in which it is possible.
    pub events: Vec<LifeEvent>,
    /// What may be done now, and what stands in the way of what may not.
    pub next: Vec<NextStep>,
    pub faults: Vec<LifeFault>,
    pub wipes: Vec<Wipe>,
    pub trials: Vec<Trial>,
    pub repairs: Vec<PcRepair>,
    /// Without what is sealed in them.
    pub handovers: Vec<Handover>,
}

/// One step of a life.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LifeEvent {
    /// Local day (Europe/Paris).
    pub on: Date,
    pub step: LifeStep,
    /// What tells it: a record such as `wipe X-0001`, or the placement of a device.
    pub told_by: String,
    /// With which household.
    pub household: Option<String>,
    /// Of what was tried: whether it went well.
    pub good: Option<bool>,
}

/// Whether a step may come now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NextStep {
    pub step: LifeStep,
    /// Null if it may.
    pub refused: Option<Sentence>,
}

/// Something that should not be as it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LifeFault {
    pub on: Date,
    /// What tells the step, as in an event.
    pub told_by: String,
    pub why: Sentence,
}

/// A sentence in both languages.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Sentence {
    pub fr: String,
    pub en: String,
}
