//! Rows about PCs: where they stood, what each of their days was like, what broke.

use declic_common::api::Place;
use declic_common::journal::EventKind;
use declic_common::report::Consent;
use declic_common::ticket::Change;
use declic_evaluation::dataset::{self as rows, Dataset};
use declic_evaluation::vocabulary::{Exit, Place as RowPlace};
use jiff::tz::TimeZone;

use super::bench::{Bench, HandedOver};
use super::days::stay;
use super::lived::{Consents, Lived, merge_consents};
use super::words::{barrier, category, origin, priority, repair};
use super::{Home, Homes, Source};
use crate::app::registry::{Entry, for_each};
use crate::app::ticket::stored;
use crate::domain::days::{Day, paris};
use crate::domain::ticket::Ticket;
use crate::store::record::decode;
use crate::store::records::{JournalRow, Placement};
use crate::store::{StoreError, keys};

pub(super) fn gather(
    source: &Source<'_>,
    homes: &Homes,
    data: &mut Dataset,
) -> Result<(), StoreError> {
    let zone = paris();
    let bench = Bench::load(source)?;
    let sites: Vec<String> = data.sites.iter().map(|site| site.site.clone()).collect();
    for entry in &source.entries {
        let stays = || entry.placements.periods.iter();
        let ours = |stay: &&Placement| home_of(homes, stay).is_some();
        let in_workshop = |stay: &&Placement| {
            stay.place == Place::Seat && stay.site.as_ref().is_some_and(|site| sites.contains(site))
        };
        if !stays().any(|stay| ours(&stay) || in_workshop(&stay)) {
            continue;
        }
        let device = source.key.pseudonym('d', &entry.device.id.to_string());
        let number = entry.device.asset.as_deref();
        data.devices.push(bench.device(source, device, number));
        let consents = consents(source, entry)?;
        for (n, placement) in entry.placements.periods.iter().enumerate() {
            let next = &entry.placements.periods[n + 1..];
            if let Some(home) = home_of(homes, placement) {
                let mut row = placed(device, placement, Some(home), &zone);
                row.exit = exit(source, entry, placement, next);
                let replaced = row.exit == Some(Exit::Swapped);
                if let Some((on, gone)) = bench.gone(number, row.from, row.to)
                    && !replaced
                {
                    row.to = row.to.or(Some(on));
                    row.exit = Some(gone);
                }
                let known = bench.handed_over(source, entry, placement, &zone)?;
                data.placements.push(at_handover(row, known));
                let seen = stay(source, entry, placement, &zone)?;
                let about = Lived {
                    source,
                    entry,
                    placement,
                    device,
                    home,
                    consents: &consents,
                    zone: &zone,
                };
                about.consents(data);
                about.days(&seen, data);
                about.outages(&seen, data);
                about.silences(&seen, data);
            } else if in_workshop(&placement) {
                data.placements.push(placed(device, placement, None, &zone));
            }
        }
        tickets(source, homes, entry, device, &sites, data)?;
    }
    merge_consents(data);
    bench.gather(source, homes, data)
}

fn home_of<'a>(homes: &'a Homes, placement: &Placement) -> Option<&'a Home> {
    homes.get(placement.household.as_ref()?)
}

fn placed(
    device: rows::Key,
    placement: &Placement,
    home: Option<&Home>,
    zone: &TimeZone,
) -> rows::Placement {
    rows::Placement {
        device,
        place: match placement.place {
            Place::Home => RowPlace::Home,
            Place::Seat => RowPlace::Seat,
            Place::Bench => RowPlace::Bench,
            Place::Stock => RowPlace::Stock,
        },
        household: home.map(|home| home.key),
        site: match home {
            Some(_) => None,
            None => placement.site.clone(),
        },
        from: Day::of(placement.from, zone).date(),
        to: placement.to.map(|to| Day::of(to, zone).date()),
        exit: None,
        erasure_proof: None,
        signed_by_household: None,
        signed_by_carrier: None,
        grade: None,
        age_months: None,
        power_on_hours: None,
    }
}

fn at_handover(row: rows::Placement, known: HandedOver) -> rows::Placement {
    rows::Placement {
        erasure_proof: known.erasure_proof,
        signed_by_household: known.signed_by_household,
        signed_by_carrier: known.signed_by_carrier,
        grade: known.grade,
        age_months: known.age_months,
        power_on_hours: known.power_on_hours,
        ..row
    }
}

/// How a stay ended: a PC that came back to the same home was repaired, and one whose home got
/// another within a week was exchanged.
fn exit(
    source: &Source<'_>,
    entry: &Entry,
    placement: &Placement,
    next: &[Placement],
) -> Option<Exit> {
    let to = placement.to?;
    if next
        .iter()
        .any(|later| later.household == placement.household)
    {
        return None;
    }
    let week = 7 * 86_400_000;
    let replaced = source
        .entries
        .iter()
        .filter(|other| other.device.id != entry.device.id)
        .flat_map(|other| other.placements.periods.iter())
        .any(|other| {
            other.household == placement.household && (to - week..to + week).contains(&other.from)
        });
    Some(match replaced {
        true => Exit::Swapped,
        false => Exit::Returned,
    })
}

/// What the household agreed to, as the journals tell and the last report says. Blocks.
fn consents(source: &Source<'_>, entry: &Entry) -> Result<Consents, StoreError> {
    let mut changes = Consents::new();
    let range = keys::of_device(keys::core::JOURNAL, entry.device.id);
    for_each(source.store, range, |key, value| {
        let row: JournalRow = decode(value)?;
        let at = keys::time_of(key);
        let told = row
            .events
            .iter()
            .filter(|event| event.kind == Some(EventKind::Consent));
        for (at, level) in told.filter_map(|event| at.zip(event.consent)) {
            changes.push((at, level));
        }
        Ok(())
    })?;
    changes.sort_by_key(|(at, _)| *at);
    if changes.is_empty() && entry.agrees_to_usage() {
        changes.push((i64::MIN, Consent::Usage));
    }
    Ok(changes)
}

fn tickets(
    source: &Source<'_>,
    homes: &Homes,
    entry: &Entry,
    device: rows::Key,
    sites: &[String],
    data: &mut Dataset,
) -> Result<(), StoreError> {
    let zone = paris();
    let of_it = source
        .tickets
        .iter()
        .filter(|ticket| ticket.device == entry.device.id);
    for ticket in of_it {
        let stay = stay_at(entry, ticket);
        let home = stay.and_then(|stay| home_of(homes, stay));
        let site = stay.and_then(|stay| stay.site.clone());
        let site = site.or_else(|| entry.site().map(str::to_owned));
        let Some(site) = site.filter(|site| sites.contains(site)) else {
            continue;
        };
        let opened_on = Day::of(ticket.opened_at, &zone).date();
        if !source.period.holds(opened_on) {
            continue;
        }
        let events = stored::events(source.store, &source.ring, ticket.id)?;
        let visits = events
            .iter()
            .filter(|event| matches!(event.change, Change::Visited { .. }));
        let minutes = |ms: u64| u32::try_from(ms / 60_000).unwrap_or(u32::MAX);
        let key = source.key.pseudonym('t', &ticket.id.to_string());
        let resolved_on = ticket.solved_at.map(|at| Day::of(at, &zone).date());
        if ticket.repair.is_some() {
            data.repairs.push(rows::Repair {
                repair: source.key.pseudonym('r', &ticket.id.to_string()),
                device,
                household: home.map(|home| home.key),
                ticket: Some(key),
                category: Some(category(ticket.category)),
                begun_on: opened_on,
                ended_on: resolved_on,
                outcome: ticket.repair.map(repair),
                barrier: ticket.barrier.map(barrier),
                worked_minutes: None,
            });
        }
        data.tickets.push(rows::Ticket {
            ticket: key,
            device: Some(device),
            household: home.map(|home| home.key),
            site,
            category: category(ticket.category),
            priority: priority(ticket.priority),
            origin: origin(ticket.origin),
            opened_on,
            first_response_minutes: ticket
                .responded
                .then(|| minutes(ticket.first_response.read(source.now))),
            resolved_on,
            resolution_minutes: ticket
                .solved_at
                .map(|_| minutes(ticket.resolution.read(source.now))),
            visits: u32::try_from(visits.count()).unwrap_or(u32::MAX),
        });
    }
    Ok(())
}

/// Where the PC stood when a ticket was opened.
fn stay_at<'a>(entry: &'a Entry, ticket: &Ticket) -> Option<&'a Placement> {
    let mut stays = entry.placements.periods.iter().rev();
    stays.find(|stay| stay.from <= ticket.opened_at)
}
