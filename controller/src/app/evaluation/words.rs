//! The words of records, as rows of a dataset have them. Where both took a public vocabulary,
//! the word is the same; the others are said here, one by one.

use declic_common::programme::vocabulary as kept;
use declic_common::ticket;
use declic_common::timeline::Activity;
use declic_evaluation::vocabulary::{self as row, Word};

/// The same word in the other vocabulary.
pub(super) fn same<W: Word>(word: &str) -> Option<W> {
    W::from_word(word)
}

pub(super) fn state(state: kept::ApplicationState) -> row::ApplicationState {
    match state {
        kept::ApplicationState::Received => row::ApplicationState::Received,
        kept::ApplicationState::Selected => row::ApplicationState::Selected,
        kept::ApplicationState::WaitingList => row::ApplicationState::Waiting,
        kept::ApplicationState::Declined => row::ApplicationState::Declined,
        kept::ApplicationState::Withdrawn => row::ApplicationState::Withdrawn,
    }
}

/// The age band at the installation says who was a minor then.
pub(super) fn minority(age: Option<kept::AgeBand>) -> Option<row::Minority> {
    match age? {
        kept::AgeBand::Under12 => Some(row::Minority::Under12),
        kept::AgeBand::From12 => Some(row::Minority::From12To17),
        kept::AgeBand::NotTold => None,
        _ => Some(row::Minority::Adult),
    }
}

pub(super) fn no_answer(why: kept::NoAnswer) -> row::NoAnswer {
    match why {
        kept::NoAnswer::NotReached => row::NoAnswer::Absent,
        kept::NoAnswer::Refused => row::NoAnswer::Refused,
        kept::NoAnswer::Moved | kept::NoAnswer::Left => row::NoAnswer::Left,
        kept::NoAnswer::Other => row::NoAnswer::NotAsked,
    }
}

/// Whether something changed; a matter that is not theirs is no answer.
pub(super) fn changed(effect: Option<kept::Effect>) -> Option<bool> {
    match effect? {
        kept::Effect::Yes | kept::Effect::Partly => Some(true),
        kept::Effect::No => Some(false),
        kept::Effect::NotConcerned => None,
    }
}

pub(super) fn cost(item: kept::CostItem) -> row::CostItem {
    match item {
        kept::CostItem::Equipment | kept::CostItem::Maintenance => row::CostItem::Parts,
        kept::CostItem::Refurbishing => row::CostItem::Refurbishing,
        kept::CostItem::Connection => row::CostItem::Connection,
        kept::CostItem::Premises => row::CostItem::Premises,
        kept::CostItem::Staff => row::CostItem::Staff,
        kept::CostItem::Training => row::CostItem::Training,
        kept::CostItem::Communication => row::CostItem::Communication,
        kept::CostItem::Evaluation | kept::CostItem::Other => row::CostItem::Other,
    }
}

pub(super) fn category(category: ticket::Category) -> row::Category {
    match category {
        ticket::Category::Hardware => row::Category::Hardware,
        ticket::Category::Storage => row::Category::Disk,
        ticket::Category::Network => row::Category::Network,
        ticket::Category::System => row::Category::Os,
        ticket::Category::Usage => row::Category::HowTo,
        ticket::Category::Other => row::Category::Other,
    }
}

pub(super) fn priority(priority: ticket::Priority) -> row::Priority {
    match priority {
        ticket::Priority::Urgent => row::Priority::Urgent,
        ticket::Priority::High | ticket::Priority::Normal => row::Priority::Normal,
        ticket::Priority::Low => row::Priority::Low,
    }
}

pub(super) fn origin(origin: ticket::Origin) -> row::Origin {
    match origin {
        ticket::Origin::Rule => row::Origin::Rule,
        ticket::Origin::Technician => row::Origin::Technician,
        // Whoever called was the household.
        ticket::Origin::Household | ticket::Origin::Phone => row::Origin::Household,
    }
}

pub(super) fn repair(repair: ticket::Repair) -> row::RepairOutcome {
    match repair {
        ticket::Repair::Fixed => row::RepairOutcome::Fixed,
        ticket::Repair::Repairable => row::RepairOutcome::Repairable,
        ticket::Repair::EndOfLife => row::RepairOutcome::EndOfLife,
        ticket::Repair::Unknown => row::RepairOutcome::Unknown,
    }
}

pub(super) fn barrier(barrier: ticket::Barrier) -> row::Barrier {
    match barrier {
        ticket::Barrier::PartsUnavailable => row::Barrier::NoParts,
        ticket::Barrier::PartsTooExpensive => row::Barrier::DearParts,
        ticket::Barrier::NoWayToOpen => row::Barrier::Closed,
        ticket::Barrier::NoInformation => row::Barrier::NoInformation,
        ticket::Barrier::NoEquipment => row::Barrier::NoEquipment,
        ticket::Barrier::WornOut => row::Barrier::WornOut,
    }
}

/// The rung that failed, of an activity of a machine that was on.
pub(super) fn rung(activity: Activity) -> Option<row::OutageCause> {
    match activity {
        Activity::LinkDown => Some(row::OutageCause::Link),
        Activity::GatewayDown => Some(row::OutageCause::Gateway),
        Activity::DnsDown => Some(row::OutageCause::Dns),
        Activity::InternetDown => Some(row::OutageCause::Internet),
        Activity::ControllerDown => Some(row::OutageCause::Controller),
        _ => None,
    }
}
