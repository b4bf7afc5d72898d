//! The colour of a state. It never stands alone: the words beside it say the same.

use declic_common::api::Presence;
use declic_common::ticket::{Priority, TicketState};
use declic_common::timeline::Activity;

/// Class of a presence in the style sheet.
pub(super) fn presence(presence: Presence) -> &'static str {
    match presence {
        Presence::On => "good",
        Presence::Quiet | Presence::Paused => "calm",
        Presence::Overdue | Presence::Unreachable | Presence::NeverStarted => "warn",
        Presence::Retired => "gone",
    }
}

pub(super) fn priority(priority: Priority) -> &'static str {
    match priority {
        Priority::Urgent => "bad",
        Priority::High => "warn",
        Priority::Normal => "calm",
        Priority::Low => "gone",
    }
}

pub(super) fn ticket(state: TicketState) -> &'static str {
    match state {
        TicketState::New => "bad",
        TicketState::Assigned | TicketState::InProgress => "warn",
        TicketState::Waiting => "calm",
        TicketState::Solved => "good",
        TicketState::Closed => "gone",
    }
}

/// Of a day or of a moment of a timeline: all that cuts a home off has one colour.
pub(super) fn activity(activity: Activity) -> &'static str {
    match activity {
        Activity::On => "on",
        Activity::Off => "off",
        Activity::Asleep => "asleep",
        Activity::Paused => "paused",
        Activity::PowerCut => "cut",
        Activity::LinkDown
        | Activity::GatewayDown
        | Activity::DnsDown
        | Activity::InternetDown
        | Activity::ControllerDown => "down",
        Activity::Stopped => "stopped",
        Activity::Unknown => "unknown",
    }
}
