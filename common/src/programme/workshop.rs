//! What a workshop leader works with: the map of the seats, the sheet to sign, the roll.

use serde::{Deserialize, Serialize};

use super::Session;
use super::vocabulary::{AgeBand, Autonomy, Gender, Redirection, SessionState, SocialStatus};
use crate::device::DeviceId;
use crate::words;

words! {
    /// Whether somebody can work at a seat.
    pub enum SeatState {
        0 Good = "good",
        /// Its PC has a ticket that is not solved.
        1 Ticket = "ticket",
        /// Its PC was not heard of for a fortnight, or never since it stands there.
        2 Silent = "silent",
        /// No PC stands there.
        3 Empty = "empty",
    }
}

/// The posts of the workshop of a site.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SeatMap {
    pub site: String,
    /// By number, from 1.
    pub seats: Vec<Seat>,
    /// PCs of the workshop on no numbered seat.
    pub unnumbered: Vec<SeatPc>,
    /// Seats at which nobody should be put today.
    pub down: usize,
}

/// One post.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Seat {
    pub seat: u16,
    pub state: SeatState,
    pub pc: Option<SeatPc>,
    /// Its open tickets, such as T-1001.
    pub tickets: Vec<String>,
}

/// The PC of a post.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SeatPc {
    pub device: DeviceId,
    pub asset: Option<String>,
}

/// A session to be printed and signed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SessionSheet {
    pub programme_name: String,
    pub site_name: String,
    pub workshop: Option<String>,
    pub cycle_name: Option<String>,
    pub session: Session,
    /// The group first, then whoever else came, then lines to be filled in by hand.
    pub lines: Vec<SheetLine>,
    /// Seats at which nobody should be put.
    pub seats_down: Vec<u16>,
    /// Another one after each change of the session or of who came to it; in no order.
    pub version: u32,
}

/// A line of the sheet. An empty one waits for somebody who walks in.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SheetLine {
    pub person: Option<String>,
    /// Null for whoever may not see it, and where none is kept.
    pub first_name: Option<String>,
    /// A minor whose parent has not said yes before the day: not to be entered.
    pub needs_authorisation: bool,
    /// The attendance that is entered already.
    pub attendance: Option<String>,
    pub seat: Option<u16>,
    /// Of whoever walked in.
    pub age: Option<AgeBand>,
}

/// Who came to a session, all at once. It takes the place of what was entered before.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct NewRoll {
    pub present: Vec<Present>,
    /// `held` when absent.
    #[serde(default)]
    pub state: Option<SessionState>,
    /// Of the sheet that was seen: 409 if somebody entered something meanwhile. Without it, what
    /// is there is replaced whoever wrote it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<u32>,
}

/// Somebody who came: a person by their code, or bands of whoever walked in.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Present {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub age: Option<AgeBand>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gender: Option<Gender>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<SocialStatus>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub with_parent: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seat: Option<u16>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub minutes: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub autonomy: Option<Autonomy>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub redirected_to: Option<Redirection>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signed: Option<bool>,
}
