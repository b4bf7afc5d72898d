//! Declared absences in the API: days on which nobody will be there, so that silence is none.

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::DeviceId;

/// Declares an absence of one home, or of all homes of a site.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewAbsence {
    /// Give a device or a site, not both.
    #[serde(default)]
    pub device: Option<DeviceId>,
    #[serde(default)]
    pub site: Option<String>,
    /// First and last day, both included (Europe/Paris).
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = Date))]
    pub first: Date,
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = Date))]
    pub last: Date,
}

/// A declared absence that is to come or goes on. It vanishes the day after.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Absence {
    pub id: String,
    pub device: Option<DeviceId>,
    pub site: Option<String>,
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = Date))]
    pub first: Date,
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = Date))]
    pub last: Date,
    /// Who declared it, and when.
    pub who: String,
    pub declared_at: Timestamp,
}
