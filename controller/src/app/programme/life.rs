//! The life of a PC, put together from its records and from where its device was; and whether a
//! change of either is possible.

use std::collections::BTreeMap;

use declic_common::api::Place;
use declic_common::programme::vocabulary::LifeStep;
use declic_common::programme::{
    BadField, Household, Noun, Pc, PcRepair, Programme, Sheet, Trial, Wipe,
};
use declic_common::ticket::Repair;
use jiff::civil::Date;
use serde_json::{Map, Value as Json};

use super::gate::HomeRefusal;
use super::row::{self, text};
use super::rules::Learnt;
use crate::app::App;
use crate::app::registry::Entry;
use crate::domain::days::{Day, paris};
use crate::domain::life::{self, Event, Fault, Step, Story};
use crate::store::{Store, StoreError};

/// The nouns that tell a life, the PC itself first.
const TELLING: [&Sheet; 4] = [Pc::SHEET, Wipe::SHEET, Trial::SHEET, PcRepair::SHEET];

/// A record that tells a life: its noun, its code, and what it says.
type Telling = BTreeMap<(&'static str, String), Map<String, Json>>;

/// What the records of a programme tell of each PC.
#[derive(Debug, Default)]
pub(super) struct Bench {
    of: BTreeMap<String, Telling>,
}

impl Bench {
    /// Reads it all. Blocks.
    pub(super) fn load(store: &dyn Store, programme: &str) -> Result<Self, StoreError> {
        let mut bench = Bench::default();
        for sheet in TELLING {
            for row in row::all(store, sheet, programme)? {
                bench.put(sheet, &row.code, row.body);
            }
        }
        Ok(bench)
    }

    /// Notes what a record says from now on.
    pub(super) fn note(&mut self, sheet: &'static Sheet, code: &str, body: &Map<String, Json>) {
        if TELLING.iter().any(|telling| telling.word == sheet.word) {
            self.forget(sheet, code);
            self.put(sheet, code, body.clone());
        }
    }

    fn forget(&mut self, sheet: &'static Sheet, code: &str) {
        let key = (sheet.word, code.to_owned());
        self.of.values_mut().for_each(|told| {
            told.remove(&key);
        });
    }

    fn put(&mut self, sheet: &'static Sheet, code: &str, body: Map<String, Json>) {
        if let Some(pc) = pc_of(sheet, code, &body) {
            let told = self.of.entry(pc).or_default();
            told.insert((sheet.word, code.to_owned()), body);
        }
    }

    /// The records of one noun that tell the life of a PC.
    pub(super) fn records<N: Noun>(&self, pc: &str) -> Vec<N> {
        let told = self.of.get(pc).into_iter().flatten();
        let bodies = told.filter(|((word, _), _)| *word == N::SHEET.word);
        bodies.filter_map(|(_, body)| typed(body)).collect()
    }

    /// The life of a PC up to a day, as its records and its devices tell it.
    pub(super) fn story(&self, pc: &str, devices: &[Event], until: Date) -> Story {
        let told = self.of.get(pc);
        let events = told.map(steps).unwrap_or_default();
        let all = events.into_iter().chain(devices.iter().cloned());
        life::read(all.filter(|event| event.on <= until).collect())
    }
}

fn typed<N: Noun>(body: &Map<String, Json>) -> Option<N> {
    serde_json::from_value(Json::Object(body.clone())).ok()
}

/// The PC that a record tells of.
fn pc_of(sheet: &Sheet, code: &str, body: &Map<String, Json>) -> Option<String> {
    match sheet.word == Pc::SHEET.word {
        true => Some(code.to_owned()),
        false => text(body, "pc").map(str::to_owned),
    }
}

/// The steps that records tell.
fn steps(told: &Telling) -> Vec<Event> {
    let mut events = Vec::new();
    for ((word, code), body) in told {
        let mut add = |on: Option<Date>, step: Step| {
            events.extend(on.map(|on| Event {
                on,
                step,
                told_by: format!("{word} {code}"),
            }));
        };
        if *word == Pc::SHEET.word {
            let Some(pc) = typed::<Pc>(body) else {
                continue;
            };
            add(pc.received_on, Step::Received);
            add(pc.rejected_on, Step::Rejected);
            add(pc.lost_on, Step::Lost);
            add(pc.recycled_on, Step::Recycled);
        } else if *word == Wipe::SHEET.word {
            let Some(wipe) = typed::<Wipe>(body) else {
                continue;
            };
            let good = wipe.proves();
            add(wipe.on, Step::Erased { good });
        } else if *word == Trial::SHEET.word {
            let Some(trial) = typed::<Trial>(body) else {
                continue;
            };
            let good = trial.passed;
            add(trial.on, Step::Tested { good });
            add(trial.ready_on.filter(|_| good), Step::Ready);
        } else {
            let Some(repair) = typed::<PcRepair>(body) else {
                continue;
            };
            add(repair.begun_on, Step::RepairBegun);
            let outcome = repair.outcome.unwrap_or(Repair::Unknown);
            add(repair.ended_on, Step::RepairEnded { outcome });
        }
    }
    events
}

/// The devices that carry the number of a PC, and where they were: with which household, from
/// when to when. One that was enrolled anew is another device of the same PC.
pub(super) fn devices(app: &App, pc: &str) -> Vec<std::sync::Arc<Entry>> {
    let mut entries = app.registry.all();
    entries.retain(|entry| entry.device.asset.as_deref() == Some(pc));
    entries.sort_by_key(|entry| entry.device.enrolled_at);
    entries
}

/// The steps that the placements of devices tell, in their order.
pub(super) fn placed(entries: &[std::sync::Arc<Entry>]) -> Vec<Event> {
    let mut moments: Vec<(i64, Event)> = Vec::new();
    for entry in entries {
        let told_by = format!("placement of {}", entry.device.id);
        let homes = entry.placements.periods.iter();
        for period in homes.filter(|period| period.place == Place::Home) {
            let household = period.household.clone().unwrap_or_default();
            let mut add = |at: i64, step| {
                let (on, told_by) = (local_day(at), told_by.clone());
                moments.push((at, Event { on, step, told_by }));
            };
            add(period.from, Step::Deployed { household });
            if let Some(to) = period.to {
                add(to, Step::Returned);
            }
        }
    }
    // Stable: one that comes back leaves in the same millisecond after it.
    moments.sort_by_key(|(at, _)| *at);
    moments.into_iter().map(|(_, event)| event).collect()
}

pub(super) fn local_day(at: i64) -> Date {
    Day::of(at, &paris()).date()
}

/// What a change of a record, or its removal, would make impossible that is not so already.
/// Blocks the first time.
pub(super) fn judge(
    app: &App,
    (sheet, programme, code): (&'static Sheet, &str, &str),
    after: Option<&Map<String, Json>>,
    learnt: &mut Learnt,
) -> Result<Vec<BadField>, StoreError> {
    if !TELLING.iter().any(|telling| telling.word == sheet.word) {
        return Ok(Vec::new());
    }
    let bench = learnt.bench(app.store.as_ref(), programme)?;
    let key = (sheet.word, code.to_owned());
    let was = bench.of.iter().find(|(_, told)| told.contains_key(&key));
    let mut pcs: Vec<String> = was.map(|(pc, _)| pc.clone()).into_iter().collect();
    let now_of = after.and_then(|after| pc_of(sheet, code, after));
    pcs.extend(now_of.clone().filter(|pc| !pcs.contains(pc)));
    let mut bad = Vec::new();
    for pc in pcs {
        let placed = placed(&devices(app, &pc));
        let before = bench.of.get(&pc).cloned().unwrap_or_default();
        let mut then = before.clone();
        then.remove(&key);
        if let Some(after) = after.filter(|_| now_of.as_deref() == Some(&pc)) {
            then.insert(key.clone(), after.clone());
        }
        let read =
            |told: &Telling| life::read(steps(told).into_iter().chain(placed.clone()).collect());
        let (before, then) = (read(&before), read(&then));
        let own = format!("{} {code}", sheet.word);
        let faults = then.new_faults(&before).into_iter();
        bad.extend(faults.map(|fault| told(sheet, &own, fault, &then)));
    }
    Ok(bad)
}

/// A fault as the record that brings it is told.
fn told(sheet: &Sheet, own: &str, fault: &Fault, story: &Story) -> BadField {
    let (fr, en) = (fault.why.fr(), fault.why.en());
    if fault.told_by != own {
        let (on, by) = (fault.on, &fault.told_by);
        return BadField::new(
            "",
            format!("rendrait impossible ce qui a eu lieu le {on} ({by}) : {fr}"),
            format!("would make impossible what happened on {on} ({by}): {en}"),
        );
    }
    let mut events = story.events.iter();
    let step = events.find(|event| event.told_by == own && event.on == fault.on);
    let field = step.map_or("", |event| field_of(sheet, event.step.word()));
    BadField::new(field, fr, en)
}

/// The field of a record that holds the day of a step.
fn field_of(sheet: &Sheet, step: LifeStep) -> &'static str {
    match step {
        LifeStep::Received => "received_on",
        LifeStep::Rejected => "rejected_on",
        LifeStep::Lost => "lost_on",
        LifeStep::Recycled => "recycled_on",
        LifeStep::Ready => "ready_on",
        LifeStep::RepairBegun => "begun_on",
        LifeStep::RepairEnded => "ended_on",
        _ if sheet.field("on").is_some() => "on",
        _ => "",
    }
}

/// Whether a device may go to a household: where a real programme keeps the household, the life
/// of its PC must allow it. Blocks.
pub fn may_go(
    app: &App,
    entry: &Entry,
    household: &str,
    now_ms: i64,
) -> Result<Result<(), HomeRefusal>, StoreError> {
    let store = app.store.as_ref();
    let Some(home) = row::find_alone(store, Household::SHEET, household)? else {
        return Ok(Ok(()));
    };
    let programme = row::load(store, Programme::SHEET, &home.programme, &home.programme)?;
    let programme = programme.and_then(|row| row.read::<Programme>());
    if programme.is_some_and(|programme| programme.demonstration) {
        return Ok(Ok(()));
    }
    let Some(pc) = entry.device.asset.as_deref() else {
        return Ok(Err(HomeRefusal::NoNumber(entry.device.id)));
    };
    if row::load(store, Pc::SHEET, &home.programme, pc)?.is_none() {
        return Ok(Err(HomeRefusal::NotKept {
            pc: pc.to_owned(),
            programme: home.programme,
        }));
    }
    let bench = Bench::load(store, &home.programme)?;
    let story = bench.story(pc, &placed(&devices(app, pc)), local_day(now_ms));
    let household = household.to_owned();
    let deployed = story.life.may(&Step::Deployed { household });
    Ok(deployed.map_err(|why| HomeRefusal::Life {
        pc: pc.to_owned(),
        why,
    }))
}
