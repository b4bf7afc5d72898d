//! Where a device is: handed over to a household, in a workshop, on the bench, in stock.
//!
//! What is shown of a device begins where it was put last: a household never sees what
//! another one did.

use std::sync::Arc;

use declic_common::DeviceId;
use declic_common::api::{NewPlacement, Place, PlacementInfo};
use declic_common::report::Consent;

use super::App;
use super::audit::{self, Note};
use super::baseline;
use super::device::time;
use super::enrolment::is_label;
use super::programme::{self, HomeRefusal};
use super::registry::Entry;
use crate::domain::placement::{self, Refusal, Wish};
use crate::domain::rights::Reach;
use crate::domain::rules;
use crate::store::StoreError;
use crate::store::records::{HealthRow, Placement, Placements};

#[derive(Debug, thiserror::Error)]
pub enum PlaceError {
    #[error("no such device")]
    UnknownDevice,
    #[error("this device is retired")]
    Retired,
    #[error("a site has 1 to 64 characters, on one line")]
    BadSite,
    #[error(
        "post {seat} of {site} has {pc} already; take that one away first, or give another number"
    )]
    SeatTaken { seat: u16, site: String, pc: String },
    #[error(transparent)]
    Refused(#[from] Refusal),
    #[error(transparent)]
    Home(#[from] HomeRefusal),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Puts a device somewhere, from now on.
pub async fn put(
    app: &Arc<App>,
    device: DeviceId,
    new: NewPlacement,
    who: &str,
    now_ms: i64,
) -> Result<PlacementInfo, PlaceError> {
    if !new.site.as_deref().is_none_or(is_label) {
        return Err(PlaceError::BadSite);
    }
    let who = who.to_owned();
    audit::with(app, now_ms, move |app, change| {
        let entry = app.registry.get(device).ok_or(PlaceError::UnknownDevice)?;
        let placed = move_to(app, change, &entry, &new, (&who, now_ms))?;
        Ok(info(&placed))
    })
    .await
}

/// Adds to a change that a device goes somewhere, with its entry in the audit. What
/// its disks are judged by begins again. Blocks.
pub fn move_to(
    app: &App,
    change: &mut audit::Change,
    entry: &Entry,
    new: &NewPlacement,
    (who, now_ms): (&str, i64),
) -> Result<Placement, PlaceError> {
    let device = entry.device.id;
    let coming_back = new.place != Place::Home;
    if entry.device.retired_at.is_some() && !coming_back {
        return Err(PlaceError::Retired);
    }
    let now = entry.placement().map(wish);
    let next = Wish {
        place: new.place,
        household: new.household.as_deref(),
        seat: new.seat,
    };
    placement::judge(now.as_ref(), &next)?;
    // A household brings its site along, unless somebody says another one.
    let own_site = match &new.household {
        Some(code) => {
            let site = programme::home(app, code)??;
            programme::may_go(app, entry, code, now_ms)??;
            site
        }
        None => None,
    };
    let site = new.site.clone().or(own_site);
    if let Some(seat) = new.seat {
        // A post is of a workshop: that of the site where it stays if no other is said.
        let site = site.as_deref().or(entry.device.site.as_deref());
        check_free(app, change, (device, site), seat)?;
    }
    let placed = Placement {
        place: new.place,
        household: new.household.clone(),
        site,
        from: now_ms,
        to: None,
        seat: new.seat,
    };
    let mut after = Placements::clone(&entry.placements);
    if let Some(last) = after.periods.last_mut() {
        last.to = last.to.or(Some(now_ms));
    }
    after.periods.push(placed.clone());
    change.change_placements(device, &entry.placements, after);
    // What its disks said elsewhere is no measure of what they say here.
    baseline::begin_again(change, device);
    change.note(Note {
        who,
        what: match coming_back {
            true => "device.return",
            false => "device.deploy",
        },
        subject: &device.to_string(),
        detail: Some(match (&placed.household, placed.seat) {
            (Some(code), _) => format!("{} {code}", placed.place),
            (None, Some(seat)) => format!("{} {seat}", placed.place),
            (None, None) => placed.place.to_string(),
        }),
    });
    Ok(placed)
}

/// One PC stands at a post.
fn check_free(
    app: &App,
    change: &audit::Change,
    (device, site): (DeviceId, Option<&str>),
    seat: u16,
) -> Result<(), PlaceError> {
    let there = |entry: &Arc<Entry>| {
        let placement = entry.placement();
        entry.device.id != device
            && !change.moves(entry.device.id)
            && entry.site() == site
            && placement.is_some_and(|at| at.place == Place::Seat && at.seat == Some(seat))
    };
    match app.registry.all().into_iter().find(there) {
        None => Ok(()),
        Some(other) => Err(PlaceError::SeatTaken {
            seat,
            site: site.unwrap_or("-").to_owned(),
            pc: other
                .device
                .asset
                .clone()
                .unwrap_or(other.device.id.to_string()),
        }),
    }
}

/// Where a device was, newest first.
pub fn list(app: &App, device: DeviceId) -> Option<Vec<PlacementInfo>> {
    let entry = app.registry.get(device)?;
    Some(entry.placements.periods.iter().rev().map(info).collect())
}

fn wish(placement: &Placement) -> Wish<'_> {
    Wish {
        place: placement.place,
        household: placement.household.as_deref(),
        seat: placement.seat,
    }
}

/// A placement as people see it.
pub fn info(placement: &Placement) -> PlacementInfo {
    PlacementInfo {
        place: placement.place,
        household: placement.household.clone(),
        site: placement.site.clone(),
        from: time(placement.from),
        to: placement.to.map(time),
        seat: placement.seat,
    }
}

impl Entry {
    /// Where the device is now; `None` if nobody said.
    pub fn placement(&self) -> Option<&Placement> {
        let last = self.placements.periods.last()?;
        last.to.is_none().then_some(last)
    }

    /// The site that the device belongs to: where it was put, or else where it was
    /// enrolled. Rights, lists, silences and notices all go by this one.
    pub fn site(&self) -> Option<&str> {
        let placed = self
            .placement()
            .and_then(|placement| placement.site.as_deref());
        placed.or(self.device.site.as_deref())
    }

    /// The household that has the device now.
    pub fn household(&self) -> Option<&str> {
        self.placement()?.household.as_deref()
    }

    /// In stock or on the bench, and still of the programme: it may be given to somebody.
    pub fn is_spare(&self) -> bool {
        let place = self.placement().map(|placement| placement.place);
        matches!(place, Some(Place::Stock | Place::Bench))
            && self.device.retired_at.is_none()
            && self.device.revoked_at.is_none()
    }

    /// Whether somebody whose work is within `reach` may take it as a spare: one of
    /// theirs, and one of no site or of the stock, which is there for all of them.
    pub fn is_spare_for(&self, reach: &Reach) -> bool {
        let in_stock = self
            .placement()
            .is_some_and(|placement| placement.place == Place::Stock);
        self.is_spare() && (in_stock || self.site().is_none() || reach.admits(self.site()))
    }

    /// With a household now.
    pub fn is_at_home(&self) -> bool {
        self.placement()
            .is_some_and(|placement| placement.place == Place::Home)
    }

    /// From when on the device may be seen: since it was put where it is.
    pub fn seen_from(&self) -> i64 {
        self.placement()
            .map_or(self.device.enrolled_at, |placement| placement.from)
    }

    /// When the device was last heard where it is now: a PC that spoke on the bench may
    /// still never start at home.
    pub fn heard_in_place(&self) -> Option<i64> {
        let here = |at: &i64| !self.is_at_home() || *at >= self.seen_from();
        self.latest.last_seen.filter(here)
    }

    /// Somebody is to switch it on. So is one of which nobody said where it is.
    pub fn is_awaited(&self) -> bool {
        self.placement().is_none() || self.is_at_home()
    }

    /// The newest report made where the device is now: what another household's PC
    /// said, its consent above all, is not this one's.
    pub fn report(&self) -> Option<&HealthRow> {
        let made_at = self.latest.reported_at?;
        let here = !self.is_at_home() || made_at >= self.seen_from();
        self.latest.report.as_ref().filter(|_| here)
    }

    /// The household agrees to usage data, as its PC reports.
    pub fn agrees_to_usage(&self) -> bool {
        self.report().and_then(|row| row.report.consent) == Some(Consent::Usage)
    }
}

/// The placement that rules go by; without one, a device counts as in use.
pub fn of(app: &App, device: DeviceId) -> Option<rules::Placement> {
    let entry = app.registry.get(device)?;
    let placement = entry.placement()?;
    Some(rules::Placement {
        place: placement.place,
        household: placement.household.clone(),
        since: placement.from,
    })
}

/// Code of the household that has a device.
pub fn household(app: &App, device: DeviceId) -> Option<String> {
    of(app, device)?.household
}
