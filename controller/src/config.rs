//! What the controller is told at start: flags over environment over file.

use std::path::PathBuf;

use declic_common::settings::{Address, Settings};

/// What devices are told, and what the process says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Programme {
    /// Where devices find this controller; in every code and certificate.
    pub address: Address,
    /// What a new device is set to.
    pub settings: Settings,
    /// Where this process listens, as people read it.
    pub listening: Listening,
    /// Simulated homes: not a real programme.
    pub demo: bool,
    pub data_dir: PathBuf,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Listening {
    pub mqtt: String,
    pub enrol: Option<String>,
    pub http: Option<String>,
}
