//! Rows about the programme itself: aims, sites, partners, money, and what governs it.

use std::collections::{BTreeMap, BTreeSet};

use declic_common::command::{Action, OutcomeResult};
use declic_common::programme::{
    Cost, Factor, Noun, Programme, Site, Statement, Timesheet, degrees,
};
use declic_evaluation::dataset::{self as rows, Dataset, MicroDegrees};
use declic_evaluation::vocabulary::{GovernanceAct, PartnerKind};
use jiff::civil::Date;

use super::bench;
use super::words::{cost, same};
use super::{Homes, Source};
use crate::app::command;
use crate::app::programme::all;
use crate::app::registry;
use crate::domain::days::{Day, paris};
use crate::store::record::decode;
use crate::store::records::AuditEntry;
use crate::store::{Space, StoreError, keys, walk};

/// Rows of the audit that are read at once.
const PAGE: usize = 1_000;

pub(super) fn gather(source: &Source<'_>, data: &mut Dataset) -> Result<(), StoreError> {
    data.programme.push(whole(&source.programme, source));
    sites(source, data)?;
    for partner in &source.programme.partners {
        let kind = partner.kind.and_then(|kind| same(kind.as_str()));
        data.partners.push(rows::Partner {
            name: partner.name.clone(),
            kind: kind.unwrap_or(PartnerKind::Other),
            letter: partner.letter_on.is_some(),
            role: partner.brings.clone(),
        });
    }
    money(source, data)?;
    hours(source, data)?;
    factors(source, data)?;
    statements(source, data)
}

fn whole(programme: &Programme, source: &Source<'_>) -> rows::Programme {
    let small = |count: u64| u32::try_from(count).unwrap_or(u32::MAX);
    let target = programme.target_homes.unwrap_or(0);
    rows::Programme {
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
        tariff_cents: programme.tariff_cents,
        demonstration: programme.demonstration,
    }
}

fn sites(source: &Source<'_>, data: &mut Dataset) -> Result<(), StoreError> {
    let micro = |text: Option<String>| {
        let degrees = degrees(&text?)?;
        Some(MicroDegrees((degrees * 1e6).round() as i32))
    };
    let zone = paris();
    for row in all(source.store, Site::SHEET, &source.programme.code)? {
        let Some(site) = row.read::<Site>() else {
            continue;
        };
        data.sites.push(rows::Site {
            name: site.workshop.unwrap_or_else(|| site.name.clone()),
            site: site.code,
            quarter: Some(site.name),
            pivot: site.pivot,
            commune: site.commune,
            postal_code: site.postal_code,
            insee_code: site.insee_code,
            address: site.workshop_address,
            latitude: micro(site.latitude),
            longitude: micro(site.longitude),
            opening_hours: site.opening_hours,
            phone: site.workshop_phone,
            website: site.website,
            seats: site.seats.unwrap_or(0),
            surface_m2: site.surface_m2,
            updated_on: Day::of(row.changed_at, &zone).date(),
        });
    }
    Ok(())
}

fn money(source: &Source<'_>, data: &mut Dataset) -> Result<(), StoreError> {
    let programme = &source.programme;
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

fn hours(source: &Source<'_>, data: &mut Dataset) -> Result<(), StoreError> {
    for sheet in source.all::<Timesheet>()? {
        let kind = sheet.kind.and_then(|kind| same(kind.as_str()));
        let (Some(month), Some(kind), Some(hours)) = (sheet.month, kind, sheet.hours) else {
            continue;
        };
        let begins = source.period.from;
        let month = match month.first_of_month() {
            // A programme begins in the middle of its first month, and its hours are its own.
            first if first == begins.first_of_month() => begins,
            first => first,
        };
        data.staff_hours.push(rows::StaffHours {
            month,
            kind,
            worked_minutes: hours.saturating_mul(60),
        });
    }
    Ok(())
}

/// One factor for each kind of PC: of two, the one that was noted later.
fn factors(source: &Source<'_>, data: &mut Dataset) -> Result<(), StoreError> {
    let mut latest = BTreeMap::new();
    for factor in source.all::<Factor>()? {
        if let Some(of) = factor.kind {
            latest.insert(bench::kind(of), factor);
        }
    }
    for (kind, factor) in latest {
        let (Some(central_g), Some(low_g), Some(high_g)) =
            (factor.central_g, factor.low_g, factor.high_g)
        else {
            continue;
        };
        data.carbon_factors.push(rows::CarbonFactor {
            kind,
            factor: factor.source,
            version: factor.edition,
            central_g,
            low_g,
            high_g,
        });
    }
    Ok(())
}

/// One text for each criterion and language; several are told one after the other.
fn statements(source: &Source<'_>, data: &mut Dataset) -> Result<(), StoreError> {
    let mut texts: BTreeMap<(u8, &str), String> = BTreeMap::new();
    for statement in source.all::<Statement>()? {
        let (Some(criterion), Some(language)) = (statement.criterion, statement.language) else {
            continue;
        };
        let text = texts.entry((criterion, language.as_str())).or_default();
        for line in statement.text.split_whitespace() {
            if !text.is_empty() {
                text.push(' ');
            }
            text.push_str(line);
        }
    }
    for ((criterion, language), text) in texts {
        data.statements.push(rows::Statement {
            criterion,
            language: language.to_owned(),
            text,
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
    let entries: Vec<_> = source
        .entries
        .iter()
        .filter(|entry| is_ours(entry))
        .collect();
    let devices: BTreeSet<String> = entries
        .iter()
        .map(|entry| entry.device.id.to_string())
        .collect();
    let mut counts: BTreeMap<(Date, GovernanceAct), u32> = BTreeMap::new();
    for entry in entries {
        for (_, row) in command::all(source.store, entry.device.id)? {
            // Nothing else is shown to anybody.
            let is_shown = matches!(
                row.action(),
                Some(Action::Message { .. } | Action::Diagnose { .. })
            );
            let answers = [OutcomeResult::Done, OutcomeResult::Declined];
            let is_seen = is_shown
                && answers
                    .iter()
                    .any(|one| row.result.as_deref() == Some(one.as_str()));
            let Some(ended_at) = row.ended_at.filter(|_| is_seen) else {
                continue;
            };
            let day = Day::of(ended_at, &zone).date();
            if source.period.holds(day) {
                *counts
                    .entry((day, GovernanceAct::CommandAcknowledged))
                    .or_default() += 1;
            }
        }
    }
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
