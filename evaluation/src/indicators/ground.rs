//! What all indicators stand on: the homes of the period, their handovers and each day on
//! which a device was in service.

use std::collections::HashMap;

use jiff::civil::Date;

use crate::calendar::{Period, days_after};
use crate::dataset::{Dataset, DeviceDay, Household, Key, Placement};
use crate::vocabulary::{Exit, Place};

/// A device that came into a home. A repair that brings the same device back to the same
/// home is the same handover.
#[derive(Clone, Debug)]
pub struct Handover<'a> {
    pub device: Key,
    pub home: Key,
    pub from: Date,
    /// Its stays there, earliest first: more than one after a repair.
    pub stays: Vec<&'a Placement>,
}

impl Handover<'_> {
    /// Whether it stood in the home on that local day.
    pub fn stands(&self, day: Date) -> bool {
        self.stays
            .iter()
            .any(|stay| stay.from <= day && stay.to.is_none_or(|to| day < to))
    }

    /// How its time in the home had ended by the morning of `day`, if it had.
    pub fn exit_before(&self, day: Date) -> Option<Exit> {
        let ended = self
            .stays
            .iter()
            .rev()
            .find(|stay| stay.to.is_some_and(|to| to <= day));
        ended.and_then(|stay| stay.exit)
    }
}

/// One device in one home on one local day; `row` is absent where nothing is known of it.
#[derive(Clone, Copy, Debug)]
pub struct ServiceDay<'a> {
    pub device: Key,
    pub home: Key,
    pub day: Date,
    pub row: Option<&'a DeviceDay>,
}

/// Three answers: unknown is neither.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Active {
    Yes,
    No,
    Unknown,
}

/// A day counts as active from this on.
pub const ACTIVE_MINUTES: u16 = 10;

impl ServiceDay<'_> {
    /// Minutes powered, where the household lets it be known and it is known.
    pub fn on_minutes(&self) -> Option<u16> {
        let row = self.row.filter(|row| row.usage_consent)?;
        row.on_minutes
    }

    pub fn consents(&self) -> bool {
        self.row.is_some_and(|row| row.usage_consent)
    }

    pub fn active(&self) -> Active {
        match self.on_minutes() {
            Some(minutes) if minutes >= ACTIVE_MINUTES => Active::Yes,
            Some(_) => Active::No,
            None => Active::Unknown,
        }
    }

    /// Known as indicator 23 has it: nothing unknown for longer than two hours while on.
    pub fn known(&self) -> bool {
        let longest = self.row.and_then(|row| row.longest_unknown_minutes);
        longest.is_some_and(|minutes| minutes <= 120)
    }
}

/// Several days as one: active if one is; inactive only if all are known; a household that
/// did not consent on one of them is not judged at all.
pub(super) fn any_active<'a>(days: impl Iterator<Item = &'a ServiceDay<'a>>) -> Active {
    let mut all = Active::No;
    for day in days {
        // A day without a row says nothing about consent; it is unknown, as the household's PC was.
        if day.row.is_some() && !day.consents() {
            return Active::Unknown;
        }
        match day.active() {
            Active::Yes => all = Active::Yes,
            Active::Unknown if all == Active::No => all = Active::Unknown,
            _ => {}
        }
    }
    all
}

/// A dataset seen through one period.
#[derive(Debug)]
pub struct Ground<'a> {
    pub data: &'a Dataset,
    pub period: Period,
    /// Households whose first device came in the period.
    pub homes: Vec<&'a Household>,
    /// Handovers in the period, and those before it that still matter to its days.
    pub handovers: Vec<Handover<'a>>,
    /// Days in service in the period, by device and day.
    pub service: Vec<ServiceDay<'a>>,
    by_home: HashMap<Key, Vec<usize>>,
}

impl<'a> Ground<'a> {
    pub fn new(data: &'a Dataset, period: Period) -> Self {
        let homes = data.households.iter();
        let homes = homes
            .filter(|home| period.holds_some(home.installed_on))
            .collect();
        let handovers = handovers(data, period);
        let mut rows: HashMap<(Key, Key), Vec<&DeviceDay>> = HashMap::new();
        for row in &data.device_days {
            rows.entry((row.device, row.household))
                .or_default()
                .push(row);
        }
        for days in rows.values_mut() {
            days.sort_by_key(|row| row.day);
        }
        let mut service = Vec::new();
        let mut by_home: HashMap<Key, Vec<usize>> = HashMap::new();
        for handover in &handovers {
            let (device, home) = (handover.device, handover.home);
            let known = rows.get(&(device, home)).map_or(&[][..], Vec::as_slice);
            for stay in &handover.stays {
                let stay = Period::new(stay.from, stay.to.unwrap_or(period.to).max(stay.from));
                for day in stay.and(period).each_day() {
                    let row = known.binary_search_by_key(&day, |row| row.day);
                    let row = row.ok().map(|at| known[at]);
                    by_home.entry(home).or_default().push(service.len());
                    service.push(ServiceDay {
                        device,
                        home,
                        day,
                        row,
                    });
                }
            }
        }
        Ground {
            data,
            period,
            homes,
            handovers,
            service,
            by_home,
        }
    }

    /// Handovers of the period itself.
    pub fn new_handovers(&self) -> impl Iterator<Item = &Handover<'a>> {
        self.handovers
            .iter()
            .filter(|one| self.period.holds(one.from))
    }

    /// Days in service of a home, of whichever of its devices, in part of the period.
    pub fn days_of(&self, home: Key, part: Period) -> impl Iterator<Item = &ServiceDay<'a>> {
        let days = self.by_home.get(&home).map_or(&[][..], Vec::as_slice);
        days.iter()
            .map(|at| &self.service[*at])
            .filter(move |day| part.holds(day.day))
    }

    /// Devices that stand in a home on the last day of the period.
    pub fn in_use_at_the_end(&self) -> impl Iterator<Item = &Handover<'a>> {
        let last = days_after(self.period.to, -1);
        self.handovers.iter().filter(move |one| one.stands(last))
    }
}

fn handovers(data: &Dataset, period: Period) -> Vec<Handover<'_>> {
    let mut found: HashMap<(Key, Key), Handover<'_>> = HashMap::new();
    for stay in data
        .placements
        .iter()
        .filter(|stay| stay.place == Place::Home)
    {
        let Some(home) = stay.household.filter(|_| stay.from < period.to) else {
            continue;
        };
        let device = stay.device;
        let entry = found.entry((device, home)).or_insert_with(|| Handover {
            device,
            home,
            from: stay.from,
            stays: Vec::new(),
        });
        entry.stays.push(stay);
    }
    let mut all: Vec<Handover<'_>> = found.into_values().collect();
    for one in &mut all {
        one.stays.sort_by_key(|stay| stay.from);
        one.from = one.stays[0].from;
    }
    all.sort_by_key(|one| (one.device, one.home));
    all
}
