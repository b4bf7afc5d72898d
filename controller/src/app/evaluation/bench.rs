//! What the register tells of PCs: how they came in, what was proven and tried at the bench,
//! and what was signed when they were handed over.

use std::collections::{BTreeMap, BTreeSet};

use declic_common::api::Place;
use declic_common::programme::vocabulary::{DiskWarning, Hands, PcKind};
use declic_common::programme::{Handover, Lot, Pc, PcRepair, Trial, Wipe};
use declic_evaluation::calendar::days_between;
use declic_evaluation::dataset::{self as rows, Dataset};
use declic_evaluation::vocabulary::{DeviceKind, DiskVerdict, Exit, Grade};
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::words::{barrier, category, repair, same};
use super::{Homes, Source};
use crate::app::history::query;
use crate::app::registry::Entry;
use crate::domain::days::{Day, paris};
use crate::store::StoreError;
use crate::store::records::Placement;

/// A sheet may be signed some days before or after the PC was carried.
const PAPER_DAYS: i64 = 31;
/// A repair that begins so soon after a PC left a home is still that home's.
const WEEK_DAYS: i64 = 7;
/// How long after a handover the PC may say for the first time how old its disk is.
const READING_DAYS: i32 = 14;

/// The PCs of a programme, by inventory number, and what is kept of them.
pub(super) struct Bench {
    pcs: BTreeMap<String, Pc>,
    wipes: Vec<Wipe>,
    trials: Vec<Trial>,
    repairs: Vec<PcRepair>,
    papers: Vec<Handover>,
}

/// What is known of a PC at a handover; nothing where it is in no register.
#[derive(Default)]
pub(super) struct HandedOver {
    pub(super) erasure_proof: Option<bool>,
    pub(super) signed_by_household: Option<bool>,
    pub(super) signed_by_carrier: Option<bool>,
    pub(super) grade: Option<Grade>,
    pub(super) age_months: Option<u32>,
    pub(super) power_on_hours: Option<u32>,
}

impl Bench {
    /// Blocks.
    pub(super) fn load(source: &Source<'_>) -> Result<Self, StoreError> {
        let pcs = source.all::<Pc>()?.into_iter();
        Ok(Bench {
            pcs: pcs.map(|pc| (pc.code.clone(), pc)).collect(),
            wipes: source.all()?,
            trials: source.all()?,
            repairs: source.all()?,
            papers: source.all()?,
        })
    }

    /// A device, with what the register has of the PC whose number it carries.
    pub(super) fn device(
        &self,
        source: &Source<'_>,
        device: rows::Key,
        number: Option<&str>,
    ) -> rows::Device {
        let pc = number.and_then(|number| self.pcs.get(number));
        rows::Device {
            device,
            kind: pc.and_then(|pc| pc.kind).map_or(DeviceKind::Other, kind),
            lot: pc
                .and_then(|pc| pc.lot.as_ref())
                .map(|lot| source.key.pseudonym('l', lot)),
            received_on: pc.and_then(|pc| pc.received_on),
            mass_g: pc.and_then(|pc| pc.mass_g),
        }
    }

    /// What was known when a PC came to a household. Blocks.
    pub(super) fn handed_over(
        &self,
        source: &Source<'_>,
        entry: &Entry,
        placement: &Placement,
        zone: &TimeZone,
    ) -> Result<HandedOver, StoreError> {
        let number = entry.device.asset.as_deref();
        let Some(pc) = number.and_then(|number| self.pcs.get(number)) else {
            return Ok(HandedOver::default());
        };
        let household = placement.household.as_deref().unwrap_or_default();
        let day = Day::of(placement.from, zone).date();
        // What was done before it came back from another home says nothing about this one.
        let since = stays(source, &pc.code)
            .filter(|(_, stay)| stay.household.as_deref() != Some(household))
            .filter_map(|(_, stay)| stay.to.filter(|to| *to <= placement.from))
            .max()
            .map_or(Date::MIN, |to| Day::of(to, zone).date());
        let then = |on: Option<Date>| on.is_some_and(|on| since <= on && on <= day);
        let wipes = self.wipes.iter().filter(|wipe| wipe.pc == pc.code);
        let trials = self.trials.iter().filter(|trial| trial.pc == pc.code);
        let mut tried: Vec<&Trial> = trials.filter(|trial| then(trial.on)).collect();
        tried.sort_by_key(|trial| trial.on);
        let last = |field: fn(&Trial) -> Option<u32>| tried.iter().rev().find_map(|one| field(one));
        let paper = self.paper(&pc.code, household, day);
        // A programme that keeps no sheets at all has them elsewhere.
        let kept = !self.papers.is_empty();
        let signed = |by: fn(&Handover) -> Option<Date>| {
            kept.then(|| paper.is_some_and(|paper| by(paper).is_some()))
        };
        let grade = paper.and_then(|paper| paper.grade);
        let passed = tried.iter().rev().filter(|trial| trial.passed);
        let grade = grade.or_else(|| passed.clone().find_map(|trial| trial.grade));
        Ok(HandedOver {
            erasure_proof: Some(wipes.into_iter().any(|wipe| wipe.proves() && then(wipe.on))),
            signed_by_household: signed(|paper| paper.household_signed_on),
            signed_by_carrier: signed(|paper| paper.programme_signed_on),
            grade: grade.and_then(|grade| same(grade.as_str())),
            age_months: pc.made_in.map(|year| age_months(year, day)),
            power_on_hours: read_first(source, entry, placement, zone)?
                .or_else(|| last(|trial| trial.power_on_hours)),
        })
    }

    /// The sheet of a handover: of those that may be its, the nearest.
    fn paper(&self, pc: &str, household: &str, day: Date) -> Option<&Handover> {
        let away = |paper: &&Handover| {
            let on = paper.on;
            on.map_or(i64::MAX, |on| days_between(on, day).abs())
        };
        self.papers
            .iter()
            .filter(|paper| paper.hands == Some(Hands::Handover))
            .filter(|paper| paper.pc == pc && paper.household == household)
            .filter(|paper| away(paper) <= PAPER_DAYS)
            .min_by_key(away)
    }

    /// The day on which a PC was lost or recycled while it stood in a home, or soon after.
    pub(super) fn gone(
        &self,
        number: Option<&str>,
        from: Date,
        to: Option<Date>,
    ) -> Option<(Date, Exit)> {
        let pc = self.pcs.get(number?)?;
        let ends = [(pc.lost_on, Exit::Lost), (pc.recycled_on, Exit::Recycled)];
        let fits = |on: Date| from <= on && to.is_none_or(|to| days_between(to, on) <= WEEK_DAYS);
        ends.into_iter()
            .find_map(|(on, exit)| on.filter(|on| fits(*on)).map(|on| (on, exit)))
    }

    /// Adds lots, PCs that stood nowhere yet, disks that were judged, and repairs.
    pub(super) fn gather(
        &self,
        source: &Source<'_>,
        homes: &Homes,
        data: &mut Dataset,
    ) -> Result<(), StoreError> {
        let before = |on: Option<Date>| on.filter(|on| *on < source.period.to);
        self.lots(source, data)?;
        let mut known: BTreeSet<rows::Key> = data.devices.iter().map(|row| row.device).collect();
        for pc in self.pcs.keys() {
            for key in keys(source, pc) {
                if known.insert(key) {
                    data.devices.push(self.device(source, key, Some(pc)));
                }
            }
        }
        for trial in &self.trials {
            let (Some(day), Some(found)) = (before(trial.on), trial.disk_warning) else {
                continue;
            };
            data.disk_checks.push(rows::DiskCheck {
                device: key_on(source, &trial.pc, day),
                day,
                verdict: match found {
                    DiskWarning::Right => DiskVerdict::True,
                    DiskWarning::FalseAlarm => DiskVerdict::False,
                    DiskWarning::Missed => DiskVerdict::Missed,
                },
            });
        }
        let tickets: BTreeSet<rows::Key> = data.tickets.iter().map(|row| row.ticket).collect();
        for found in &self.repairs {
            let Some(begun_on) = before(found.begun_on) else {
                continue;
            };
            let ticket = found
                .ticket
                .as_ref()
                .and_then(|text| text.parse::<declic_common::ticket::TicketId>().ok())
                .map(|id| source.key.pseudonym('t', &id.to_string()))
                .filter(|key| tickets.contains(key));
            // The register knows more of it than the ticket.
            data.repairs
                .retain(|row| ticket.is_none() || row.ticket != ticket);
            data.repairs.push(rows::Repair {
                repair: source.key.pseudonym('r', &found.code),
                device: key_on(source, &found.pc, begun_on),
                household: household_on(source, homes, &found.pc, begun_on),
                ticket,
                category: found.category.map(category),
                begun_on,
                ended_on: found.ended_on,
                outcome: found.outcome.map(repair),
                barrier: found.barrier.map(barrier),
                worked_minutes: found.minutes,
            });
        }
        Ok(())
    }

    fn lots(&self, source: &Source<'_>, data: &mut Dataset) -> Result<(), StoreError> {
        for lot in source.all::<Lot>()? {
            let came = self
                .pcs
                .values()
                .filter(|pc| pc.lot.as_ref() == Some(&lot.code));
            let (rejected, accepted): (Vec<&Pc>, Vec<&Pc>) =
                came.partition(|pc| pc.rejected_on.is_some());
            let number = |pcs: Vec<&Pc>| u32::try_from(pcs.len()).unwrap_or(u32::MAX);
            let Some(received_on) = lot.received_on else {
                continue;
            };
            data.lots.push(rows::Lot {
                lot: source.key.pseudonym('l', &lot.code),
                received_on,
                announced: lot.pcs,
                accepted: number(accepted),
                rejected: number(rejected),
            });
        }
        Ok(())
    }
}

/// Of the year in which it was made, its middle is taken: half a year too much or too little.
fn age_months(made_in: u16, day: Date) -> u32 {
    let made = i32::from(made_in) * 12 + 6;
    let then = i32::from(day.year()) * 12 + i32::from(day.month()) - 1;
    u32::try_from(then - made).unwrap_or(0)
}

/// Power-on time as the PC itself said it first in this home. Blocks.
fn read_first(
    source: &Source<'_>,
    entry: &Entry,
    placement: &Placement,
    zone: &TimeZone,
) -> Result<Option<u32>, StoreError> {
    let first = Day::of(placement.from, zone);
    let end = Day(first.0 + READING_DAYS).begins(zone);
    let end = placement.to.unwrap_or(i64::MAX).min(end);
    let metric = query::find("smart_power_on_hours").expect("it is a metric");
    let days = query::daily(source.store, entry, metric, placement.from, end, zone)?;
    let least = days.values().next().map(|sum| sum.least);
    Ok(least.and_then(|hours| u32::try_from(hours).ok()))
}

/// The devices that carry the number of a PC, oldest first.
fn devices<'a>(source: &'a Source<'_>, pc: &'a str) -> impl Iterator<Item = &'a Entry> {
    let mut found: Vec<&Entry> = source
        .entries
        .iter()
        .map(AsRef::as_ref)
        .filter(|entry| entry.device.asset.as_deref() == Some(pc))
        .collect();
    found.sort_by_key(|entry| entry.device.enrolled_at);
    found.into_iter()
}

/// The stays of a PC in homes.
fn stays<'a>(
    source: &'a Source<'_>,
    pc: &'a str,
) -> impl Iterator<Item = (&'a Entry, &'a Placement)> {
    devices(source, pc).flat_map(|entry| {
        let stays = entry.placements.periods.iter();
        stays
            .filter(|stay| stay.place == Place::Home)
            .map(move |stay| (entry, stay))
    })
}

/// What a PC looks like, as rows say it. One that nobody described is `Other`, for which there
/// is no emission factor.
pub(super) fn kind(kind: PcKind) -> DeviceKind {
    match kind {
        PcKind::Desktop => DeviceKind::Desktop,
        PcKind::Laptop => DeviceKind::Laptop,
        PcKind::AllInOne => DeviceKind::AllInOne,
    }
}

/// The pseudonyms of a PC: those of its devices, or one of its own where no agent ever ran.
fn keys(source: &Source<'_>, pc: &str) -> Vec<rows::Key> {
    let key = |entry: &Entry| source.key.pseudonym('d', &entry.device.id.to_string());
    let of_devices: Vec<rows::Key> = devices(source, pc).map(key).collect();
    match of_devices.is_empty() {
        true => vec![source.key.pseudonym('d', &format!("pc {pc}"))],
        false => of_devices,
    }
}

/// The pseudonym of the device that a PC was on a day.
fn key_on(source: &Source<'_>, pc: &str, day: Date) -> rows::Key {
    let zone = paris();
    let by_then = devices(source, pc)
        .filter(|entry| Day::of(entry.device.enrolled_at, &zone).date() <= day)
        .count();
    keys(source, pc)[by_then.saturating_sub(1)]
}

/// The household that a PC was with on a day, or just before.
fn household_on(source: &Source<'_>, homes: &Homes, pc: &str, day: Date) -> Option<rows::Key> {
    let zone = paris();
    let on = |ms| Day::of(ms, &zone).date();
    let with = stays(source, pc)
        .filter(|(_, stay)| on(stay.from) <= day)
        .filter(|(_, stay)| {
            stay.to
                .is_none_or(|to| days_between(on(to), day) <= WEEK_DAYS)
        })
        .max_by_key(|(_, stay)| stay.from);
    let household = with.and_then(|(_, stay)| stay.household.as_ref())?;
    homes.get(household).map(|home| home.key)
}
