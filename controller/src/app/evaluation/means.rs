//! Rows about the programme itself: aims, sites, partners, money, and what governs it.

use declic_common::programme::{Cost, Site};
use declic_evaluation::dataset::{self as rows, Dataset};
use declic_evaluation::vocabulary::{GovernanceAct, PartnerKind};
use jiff::civil::Date;

use super::words::cost;
use super::{Homes, Source};
use crate::app::registry;
use crate::domain::days::{Day, paris};
use crate::store::record::decode;
use crate::store::records::AuditEntry;
use crate::store::{Space, StoreError, keys, walk};

/// Rows of the audit that are read at once.
const PAGE: usize = 1_000;

pub(super) fn gather(source: &Source<'_>, data: &mut Dataset) -> Result<(), StoreError> {
    let programme = &source.programme;
    let small = |count: u64| u32::try_from(count).unwrap_or(u32::MAX);
    let target = programme.target_homes.unwrap_or(0);
    data.programme.push(rows::Programme {
        programme: programme.code.clone(),
        name: programme.name.clone(),
        carrier: programme
            .carrier
            .clone()
            .unwrap_or_else(|| programme.name.clone()),
        starts: source.period.from,
        ends: programme
            .ends_on
            .and_then(|last| last.tomorrow().ok())
            .unwrap_or(source.period.to),
        // The call asks for as many applications as there are homes to equip.
        target_applications: target,
        target_homes: target,
        households_approached: programme.households_approached().map(small),
        tariff_cents: None,
        demonstration: programme.demonstration,
    });
    for site in source.all::<Site>()? {
        data.sites.push(rows::Site {
            name: site.workshop.unwrap_or_else(|| site.name.clone()),
            site: site.code,
            quarter: Some(site.name),
            pivot: None,
            commune: None,
            postal_code: None,
            insee_code: None,
            address: site.workshop_address,
            latitude: None,
            longitude: None,
            opening_hours: None,
            phone: None,
            website: None,
            seats: site.seats.unwrap_or(0),
            surface_m2: None,
            updated_on: source.period.to.yesterday().unwrap_or(source.period.to),
        });
    }
    for partner in &programme.partners {
        data.partners.push(rows::Partner {
            name: partner.name.clone(),
            kind: PartnerKind::Other,
            letter: partner.letter_on.is_some(),
            role: partner.brings.clone(),
        });
    }
    let costs: Vec<Cost> = source.all()?;
    for funder in &programme.funders {
        let given = costs
            .iter()
            .filter(|cost| cost.funder.as_ref() == Some(&funder.name));
        let cap = funder.cap_cents.unwrap_or(0);
        data.funders.push(rows::Funder {
            funder: funder.name.clone(),
            name: funder.name.clone(),
            cap_cents: i64::try_from(cap).unwrap_or(i64::MAX),
            paid_cents: given.filter_map(|cost| cost.amount_cents).sum(),
        });
    }
    let known = |funder: &String| programme.funders.iter().any(|one| one.name == *funder);
    for found in costs {
        let (Some(item), Some(amount), Some(day)) = (found.item, found.amount_cents, found.paid_on)
        else {
            continue;
        };
        data.costs.push(rows::Cost {
            day,
            item: cost(item),
            funder: found.funder.filter(known),
            amount_cents: amount,
        });
    }
    Ok(())
}

/// Acts that the audit tells of this programme, counted by day. Commands are counted of the
/// PCs that were in its homes.
pub(super) fn governance(
    source: &Source<'_>,
    homes: &Homes,
    data: &mut Dataset,
) -> Result<(), StoreError> {
    let zone = paris();
    let own = format!("{}/", source.programme.code);
    let is_ours = |entry: &registry::Entry| {
        let stays = entry.placements.periods.iter();
        stays
            .filter_map(|stay| stay.household.as_ref())
            .any(|code| homes.contains_key(code))
    };
    let devices: std::collections::BTreeSet<String> = source
        .entries
        .iter()
        .filter(|entry| is_ours(entry))
        .map(|entry| entry.device.id.to_string())
        .collect();
    let mut counts: std::collections::BTreeMap<(Date, GovernanceAct), u32> = Default::default();
    let range = keys::of_kind(keys::audit::ENTRY);
    walk(
        source.store,
        Space::Audit,
        (range.0, Some(range.1)),
        PAGE,
        |_, value| {
            let entry: AuditEntry = decode(value)?;
            let of_programme = entry.subject.starts_with(&own);
            let act = match entry.what.as_str() {
                "device.command" if devices.contains(&entry.subject) => GovernanceAct::CommandSent,
                "household.erase" | "application.erase" | "household.file" if of_programme => {
                    GovernanceAct::RightsRequest
                }
                "contact.show" if of_programme => GovernanceAct::ContactShown,
                what if what.ends_with(".purge") => GovernanceAct::Purge,
                _ => return Ok(()),
            };
            let day = Day::of(entry.at, &zone).date();
            if source.period.holds(day) {
                *counts.entry((day, act)).or_default() += 1;
            }
            Ok(())
        },
    )?;
    for ((day, act), acts) in counts {
        data.governance.push(rows::Governance {
            day,
            act,
            acts,
            // Asking and answering are one act here: it is done when it is asked for.
            delay_days: (act == GovernanceAct::RightsRequest).then_some(0),
        });
    }
    Ok(())
}
