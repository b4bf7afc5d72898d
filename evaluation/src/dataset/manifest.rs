//! `manifest.json`: what a dataset is about and what its tables must hash to.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::calendar::Period;

/// The name of this format; a later one has another number.
pub const FORMAT: &str = "declic-evaluation/1";

/// What is said when a dataset is frozen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct About {
    pub programme: String,
    pub period: Period,
    /// `start`, `end`, or `date`.
    pub at: String,
    /// Local day of the freeze.
    pub frozen_on: Date,
    pub software: String,
    /// Smallest count that is shown to those who evaluate.
    pub k_inside: u32,
    /// Smallest count that is shown to everybody.
    pub k_public: u32,
    /// How pseudonyms are made. The key is in no dataset.
    pub pseudonyms: String,
    /// Tells evaluations apart without telling their key: pairs must have the same.
    pub evaluation: String,
}

/// One table in the file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Part {
    pub table: String,
    pub rows: u64,
    pub bytes: u64,
    /// Hexadecimal.
    pub sha256: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    pub format: String,
    pub about: About,
    pub tables: Vec<Part>,
}

impl Manifest {
    /// The bytes that are signed.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes =
            serde_json::to_vec_pretty(self).expect("a manifest has text keys and no floats");
        bytes.push(b'\n');
        bytes
    }
}
