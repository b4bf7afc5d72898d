//! What the homes' own past teaches: each household's rhythm, how silent the others are,
//! and how sure one must be before somebody is called.
//!
//! Nothing of it is stored. It is learnt from the timelines at start and after each local
//! midnight, so that a journal which came late, a consent that was withdrawn and a home that
//! moved are taken as they are now.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, RwLock};

use declic_common::DeviceId;

use super::App;
use super::registry::Entry;
use super::timeline;
use crate::domain::rhythm::replay::{self, Known, OUTAGE_MS};
use crate::domain::rhythm::{Calendar, Caution, Detail, Fleet, LocalDay, Programme, Rhythm, Tally};
use crate::store::{Store, StoreError, read};

/// What is known today, shared by all who judge.
#[derive(Debug)]
pub struct Rhythms {
    learnt: RwLock<Arc<Learnt>>,
    /// Devices whose disk has warned, as the rules see it.
    warned: RwLock<Arc<BTreeSet<DeviceId>>>,
}

/// What the past has taught by a midnight.
#[derive(Debug)]
pub struct Learnt {
    pub calendar: Calendar,
    pub fleet: Fleet,
    pub caution: Caution,
    programme: Programme,
    homes: BTreeMap<DeviceId, Lived>,
    /// When the controller itself was away for long, `[from, to)` in ms UTC.
    pub outages: Vec<(i64, i64)>,
    /// The day that had begun; nothing is known before the first lesson.
    day: Option<LocalDay>,
}

/// A home, and since when it is the same one (ms UTC).
#[derive(Debug)]
struct Lived {
    since: i64,
    rhythm: Rhythm,
}

impl Default for Rhythms {
    fn default() -> Self {
        let nothing = Learnt {
            calendar: Calendar::paris(),
            fleet: Fleet::default(),
            caution: Caution::default(),
            programme: Programme::default(),
            homes: BTreeMap::new(),
            outages: Vec::new(),
            day: None,
        };
        Rhythms {
            learnt: RwLock::new(Arc::new(nothing)),
            warned: RwLock::default(),
        }
    }
}

impl Rhythms {
    pub fn learnt(&self) -> Arc<Learnt> {
        Arc::clone(&self.learnt.read().expect("no panic holds it"))
    }

    pub fn warned(&self) -> Arc<BTreeSet<DeviceId>> {
        Arc::clone(&self.warned.read().expect("no panic holds it"))
    }

    /// Shows which disks warn now.
    pub fn put_warned(&self, warned: BTreeSet<DeviceId>) {
        *self.warned.write().expect("no panic holds it") = Arc::new(warned);
    }
}

impl Learnt {
    /// The rhythm of whoever has the device now; the programme's, until a midnight has passed
    /// over its own.
    pub fn rhythm(&self, entry: &Entry) -> Rhythm {
        match self.homes.get(&entry.device.id) {
            Some(lived) if lived.since == entry.seen_from() => lived.rhythm.clone(),
            _ => Rhythm::of(&Tally::default(), detail(entry), &self.programme),
        }
    }
}

fn detail(entry: &Entry) -> Detail {
    match entry.agrees_to_usage() {
        true => Detail::Hours,
        false => Detail::Days,
    }
}

/// Learns again when a local day has begun; says whether it did.
pub async fn round(app: &Arc<App>, now: i64) -> Result<bool, StoreError> {
    let today = app.rhythms.learnt().calendar.day_of(now);
    if app.rhythms.learnt().day == Some(today) {
        return Ok(false);
    }
    learn(app, now).await?;
    Ok(true)
}

/// Learns from all that is known now.
pub async fn learn(app: &Arc<App>, now: i64) -> Result<(), StoreError> {
    let looking = Arc::clone(app);
    let learnt = read(&app.store, move |store| from_past(&looking, store, now)).await?;
    *app.rhythms.learnt.write().expect("no panic holds it") = Arc::new(learnt);
    Ok(())
}

fn from_past(app: &App, store: &dyn Store, now: i64) -> Result<Learnt, StoreError> {
    let calendar = Calendar::paris();
    let today = calendar.day_of(now);
    let mut whose = Vec::new();
    let mut homes = Vec::new();
    for entry in app.registry.all() {
        let silent_for_good = entry.device.retired_at.is_some();
        if silent_for_good || !entry.is_awaited() || entry.heard_in_place().is_none() {
            continue;
        }
        let intervals = match timeline::since_placed(app, store, &entry, now) {
            Ok(intervals) => intervals,
            // One damaged record must not keep the others from being known.
            Err(StoreError::Corrupt(error)) => {
                let device = entry.device.id;
                tracing::error!(%device, %error, "failed to read the timeline of a device");
                continue;
            }
            Err(error) => return Err(error),
        };
        whose.push((entry.device.id, entry.seen_from()));
        homes.push(Known {
            detail: detail(&entry),
            intervals,
            absences: app.absences.of(&entry),
            end: now,
        });
    }
    let begun = homes.iter().filter_map(|home| home.intervals.first());
    let first = begun.map(|interval| interval.from).min().unwrap_or(now);
    let past = replay::replay(&homes, calendar.day_of(first), today, &calendar);
    let rhythms = past.homes.into_iter().map(|(_, rhythm)| rhythm);
    let homes = whose
        .into_iter()
        .zip(rhythms)
        .map(|((device, since), rhythm)| (device, Lived { since, rhythm }))
        .collect();
    let outages = super::life::absences(store)?
        .into_iter()
        .map(|away| (away.from, away.to))
        .filter(|(from, to)| to - from >= OUTAGE_MS)
        .collect();
    Ok(Learnt {
        calendar,
        fleet: past.fleet,
        caution: past.caution,
        programme: past.programme,
        homes,
        outages,
        day: Some(today),
    })
}
