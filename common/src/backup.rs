//! Backups in the API.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// The backups of a controller, and how its work on them goes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Backups {
    /// Newest first.
    pub items: Vec<Backup>,
    /// Where they are on the controller's machine; null if none are made.
    pub folder: Option<String>,
    /// One is being made since then.
    pub making_since: Option<Timestamp>,
    /// The name of the last one that this process made; not always the newest, where a clock
    /// was set back.
    pub last_made: Option<String>,
    /// Why the last try failed; null once one was made.
    pub failed: Option<String>,
}

/// A backup, read back when it was made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Backup {
    /// The name of its file.
    pub name: String,
    pub made_at: Timestamp,
    pub bytes: u64,
}
