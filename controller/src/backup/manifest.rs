//! What a backup says of itself, as its first entry.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// The form of this file. A greater one belongs to a newer version of Déclic.
pub(super) const FORMAT: u32 = 1;
/// The name of its entry.
pub(super) const NAME: &str = "manifest.json";
/// Longest manifest that is read: some thousands of files.
pub(super) const BYTES_MAX: u64 = 4 << 20;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    pub format: u32,
    /// The version that made it.
    pub version: String,
    pub made_at: Timestamp,
    /// Every other entry, in order.
    pub files: Vec<FileSum>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileSum {
    /// Such as `store/db`.
    pub name: String,
    pub bytes: u64,
    /// In hexadecimal.
    pub sha256: String,
}
