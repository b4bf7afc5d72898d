//! The exchange of a PC: the spare one goes where the other was, and the other one to
//! the bench, in the batch that changes the ticket.

use declic_common::DeviceId;
use declic_common::api::{NewPlacement, Place};

use super::TicketError;
use crate::app::placement::move_to;
use crate::app::{App, audit};

/// Puts `spare` where `broken` is, with the same household and site, and `broken` on
/// the bench of that site. Refused as a whole unless somebody has the one and nobody
/// has the other.
pub(super) fn exchange(
    app: &App,
    change: &mut audit::Change,
    broken: DeviceId,
    spare: DeviceId,
    (who, now): (&str, i64),
) -> Result<(), TicketError> {
    let unknown = || TicketError::UnknownDevice;
    let spare = app.registry.get(spare).ok_or_else(unknown)?;
    let broken = app.registry.get(broken).ok_or_else(unknown)?;
    if spare.device.retired_at.is_some() || spare.device.revoked_at.is_some() {
        return Err(TicketError::Gone);
    }
    let place = spare.placement().map(|placement| placement.place);
    if !spare.is_spare() {
        return Err(TicketError::NotASpare(place));
    }
    let from = broken
        .placement()
        .filter(|from| matches!(from.place, Place::Home | Place::Seat))
        .ok_or_else(|| {
            TicketError::NothingToExchange(broken.placement().map(|placement| placement.place))
        })?;
    let site = broken.site().map(str::to_owned);
    let given = NewPlacement {
        place: from.place,
        household: from.household.clone(),
        site: site.clone(),
        seat: from.seat,
    };
    // Its site is kept, so that whoever works there may go on with it.
    let returned = NewPlacement {
        place: Place::Bench,
        household: None,
        site,
        seat: None,
    };
    move_to(app, change, &broken, &returned, (who, now))?;
    move_to(app, change, &spare, &given, (who, now))?;
    Ok(())
}

/// What a PC is instead of a spare one, and what to do.
pub(super) fn told(place: Option<Place>) -> &'static str {
    match place {
        Some(Place::Home) => {
            "with a household; let it come back first (`declic device return`), or name another one"
        }
        Some(Place::Seat) => {
            "a seat of a workshop; let it come back first (`declic device return`), or name another one"
        }
        // Those are spare ones; named so that nothing is left out.
        Some(Place::Bench | Place::Stock) => "there; try again",
        None => {
            "not noted anywhere; say that it is in stock first (`declic device return --to stock`)"
        }
    }
}

/// Where the PC of a ticket is instead of with somebody, and what to do.
pub(super) fn told_of_ours(place: Option<Place>) -> &'static str {
    match place {
        Some(_) => "back already; hand the spare one over by itself (`declic device deploy`)",
        None => "not noted anywhere; say first who has it (`declic device deploy`)",
    }
}

#[cfg(test)]
mod tests;
