//! The lives of PCs as they are shown: in a list, and one by one.

use std::sync::Arc;

use declic_common::DeviceId;
use declic_common::api::Place;
use declic_common::programme::life::{LifeEvent, LifeFault, NextStep, PcLife, PcSummary, Sentence};
use declic_common::programme::sheet::is_code;
use declic_common::programme::vocabulary::{Hands, LifeState};
use declic_common::programme::{Handover, Lot, Noun, Pc, PcRepair, Trial, Wipe};
use declic_common::ticket::Repair;
use jiff::civil::Date;

use super::life::{Bench, devices, local_day, placed};
use super::register::{blocking, existing, seen, within};
use super::row::{self, Row};
use super::{By, RegisterError};
use crate::app::App;
use crate::app::registry::Entry;
use crate::domain::life::{Event, Refusal, Step, Story};
use crate::store::{Range, Space, Store, StoreError, keys};

/// Which PCs.
#[derive(Clone, Debug, Default)]
pub struct LivesQuery {
    pub state: Option<LifeState>,
    pub site: Option<String>,
    pub spare: Option<bool>,
}

/// All that tells the life of one PC.
struct Known {
    row: Row,
    entries: Vec<Arc<Entry>>,
    story: Story,
    handovers: Vec<Handover>,
}

/// The PCs of a programme and where each is in its life, by number.
pub async fn lives(
    app: &Arc<App>,
    programme: &str,
    query: LivesQuery,
    by: &By,
    now_ms: i64,
) -> Result<Vec<PcSummary>, RegisterError> {
    let (app, programme, by) = (Arc::clone(app), programme.to_owned(), by.clone());
    blocking(move || {
        let store = app.store.as_ref();
        seen(store, &programme, &by)?;
        let bench = Bench::load(store, &programme)?;
        let handovers = handovers(store, &programme)?;
        let mut found = Vec::new();
        for row in row::all(store, Pc::SHEET, &programme)? {
            if !within(store, &row, &by)? {
                continue;
            }
            let known = know(&app, row, &bench, &handovers, now_ms)?;
            let summary = known.summary(now_ms);
            let wanted = query.state.is_none_or(|state| summary.state == state)
                && query.spare.is_none_or(|spare| summary.spare == spare)
                && query
                    .site
                    .as_ref()
                    .is_none_or(|site| summary.site.as_ref() == Some(site));
            if wanted {
                found.push(summary);
            }
        }
        Ok(found)
    })
    .await
}

/// The whole life of one PC.
pub async fn life(
    app: &Arc<App>,
    programme: &str,
    pc: &str,
    by: &By,
    now_ms: i64,
) -> Result<PcLife, RegisterError> {
    let (app, programme, pc, by) = (
        Arc::clone(app),
        programme.to_owned(),
        pc.to_owned(),
        by.clone(),
    );
    blocking(move || {
        let store = app.store.as_ref();
        seen(store, &programme, &by)?;
        let row = existing(store, Pc::SHEET, &programme, &pc, &by)?;
        let bench = Bench::load(store, &programme)?;
        let handovers = handovers(store, &programme)?;
        let known = know(&app, row, &bench, &handovers, now_ms)?;
        let record: Pc = known.row.read().unwrap_or_default();
        let lot = match &record.lot {
            Some(code) => row::load(store, Lot::SHEET, &programme, code)?,
            None => None,
        };
        Ok(PcLife {
            summary: known.summary(now_ms),
            lot: lot.and_then(|row| row.read()),
            events: known.story.events.iter().map(shown).collect(),
            next: known.next(),
            faults: known.faults(now_ms),
            wipes: bench.records::<Wipe>(&pc),
            trials: bench.records::<Trial>(&pc),
            repairs: bench.records::<PcRepair>(&pc),
            handovers: known.handovers,
            record,
        })
    })
    .await
}

/// The life of the PC with this number, and the programme that keeps it; `None` where none does
/// that somebody sees. A number means one PC in the whole controller.
pub async fn life_of_asset(
    app: &Arc<App>,
    asset: &str,
    by: &By,
    now_ms: i64,
) -> Result<Option<(String, PcLife)>, RegisterError> {
    if !is_code(asset) {
        return Ok(None);
    }
    let (reader, code) = (Arc::clone(app), asset.to_owned());
    let kept = blocking(move || Ok(row::find_alone(reader.store.as_ref(), Pc::SHEET, &code)?));
    let Some(row) = kept.await? else {
        return Ok(None);
    };
    match life(app, &row.programme, asset, by, now_ms).await {
        Ok(life) => Ok(Some((row.programme, life))),
        Err(RegisterError::UnknownProgramme(_) | RegisterError::Unknown { .. }) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Handovers and returns, without what is sealed in them. Blocks.
fn handovers(store: &dyn Store, programme: &str) -> Result<Vec<Handover>, StoreError> {
    let rows = row::all(store, Handover::SHEET, programme)?;
    Ok(rows.iter().filter_map(Row::read::<Handover>).collect())
}

fn know(
    app: &App,
    row: Row,
    bench: &Bench,
    handovers: &[Handover],
    now_ms: i64,
) -> Result<Known, StoreError> {
    let entries = devices(app, &row.code);
    let mut steps = placed(&entries);
    for entry in &entries {
        heard(app.store.as_ref(), entry, now_ms, &mut steps)?;
    }
    let story = bench.story(&row.code, &steps, local_day(now_ms));
    let of_pc = handovers.iter().filter(|paper| paper.pc == row.code);
    Ok(Known {
        handovers: of_pc.cloned().collect(),
        row,
        entries,
        story,
    })
}

/// Adds when a device was first heard in each home, after its handover there. Blocks.
fn heard(
    store: &dyn Store,
    entry: &Entry,
    now_ms: i64,
    steps: &mut Vec<Event>,
) -> Result<(), StoreError> {
    let told_by = format!("reports of {}", entry.device.id);
    let homes = entry.placements.periods.iter();
    for period in homes.filter(|period| period.place == Place::Home) {
        let to = period.to.unwrap_or(now_ms + 1);
        let Some(at) = first_heard(store, entry, period.from, to)? else {
            continue;
        };
        let event = Event {
            on: local_day(at),
            step: Step::Connected,
            told_by: told_by.clone(),
        };
        // Right after its handover, before it came back.
        let household = period.household.clone().unwrap_or_default();
        let day = local_day(period.from);
        let place = steps.iter().rposition(|step| {
            step.on == day
                && step.step
                    == Step::Deployed {
                        household: household.clone(),
                    }
        });
        steps.insert(place.map_or(steps.len(), |place| place + 1), event);
    }
    Ok(())
}

/// When a device was first heard between two moments; the day is what counts. Blocks.
fn first_heard(
    store: &dyn Store,
    entry: &Entry,
    from: i64,
    to: i64,
) -> Result<Option<i64>, StoreError> {
    let device = entry.device.id;
    let first = |space, (from, to)| -> Result<Option<i64>, StoreError> {
        let rows = store.range(&Range {
            space,
            from,
            to: Some(to),
            descending: false,
            limit: 1,
        })?;
        Ok(rows.first().and_then(|(key, _)| keys::time_of(key)))
    };
    let sealed = keys::of_device_between(keys::chunk::ROLLUP, device, from, to);
    let open = keys::of_device_between(keys::health::REPORT, device, from, to);
    let found = [first(Space::Chunk, sealed)?, first(Space::Health, open)?];
    let newest = entry
        .latest
        .reported_at
        .filter(|at| (from..to).contains(at));
    Ok(found.into_iter().flatten().chain(newest).min())
}

impl Known {
    fn device(&self) -> Option<DeviceId> {
        self.entries.last().map(|entry| entry.device.id)
    }

    fn record(&self) -> Pc {
        self.row.read().unwrap_or_default()
    }

    fn summary(&self, now_ms: i64) -> PcSummary {
        let record = self.record();
        let life = &self.story.life;
        let placed = self.entries.last();
        let site = placed.and_then(|entry| entry.site()).map(str::to_owned);
        PcSummary {
            pc: self.row.code.clone(),
            site: site.or(record.site),
            state: life.state(),
            since: life.since().unwrap_or_else(|| local_day(now_ms)),
            household: life.household().map(str::to_owned),
            device: self.device(),
            spare: record.spare,
            faults: self.faults(now_ms).len(),
        }
    }

    /// Steps that should not have been, then papers that are missing.
    fn faults(&self, now_ms: i64) -> Vec<LifeFault> {
        let steps = self.story.faults.iter().map(|fault| LifeFault {
            on: fault.on,
            told_by: fault.told_by.clone(),
            why: told(&fault.why),
        });
        steps.chain(self.unsigned(now_ms)).collect()
    }

    /// Handovers and returns that both sides have not signed.
    fn unsigned(&self, now_ms: i64) -> Vec<LifeFault> {
        let mut missing = Vec::new();
        let mut with: Option<String> = None;
        for event in &self.story.events {
            let (hands, household) = match &event.step {
                Step::Deployed { household } => {
                    with = Some(household.clone());
                    (Hands::Handover, household.clone())
                }
                Step::Returned => (Hands::Return, with.take().unwrap_or_default()),
                _ => continue,
            };
            let signed = self.handovers.iter().any(|paper| {
                paper.hands == Some(hands)
                    && paper.household == household
                    && paper.is_signed()
                    && paper.on.is_some_and(|on| near(on, event.on))
            });
            if !signed && event.on <= local_day(now_ms) {
                missing.push(LifeFault {
                    on: event.on,
                    told_by: event.told_by.clone(),
                    why: paper_missing(hands, &household),
                });
            }
        }
        missing
    }

    /// What may come now, and why the rest may not.
    fn next(&self) -> Vec<NextStep> {
        let life = &self.story.life;
        // Any home will do: what stands in the way of one that it was never with is told.
        let household = String::new();
        let steps = [
            Step::Erased { good: true },
            Step::Tested { good: true },
            Step::Ready,
            Step::Deployed { household },
            Step::RepairBegun,
            Step::RepairEnded {
                outcome: Repair::Fixed,
            },
            Step::Returned,
            Step::Rejected,
            Step::Lost,
            Step::Recycled,
        ];
        steps
            .into_iter()
            .map(|step| NextStep {
                step: step.word(),
                refused: life.may(&step).err().map(|why| told(&why)),
            })
            .collect()
    }
}

/// A paper may be signed some days before or after the PC was carried.
fn near(a: Date, b: Date) -> bool {
    const DAYS: i32 = 31;
    let span = a.until(b).map_or(i32::MAX, |span| span.get_days());
    span.abs() <= DAYS
}

fn paper_missing(hands: Hands, household: &str) -> Sentence {
    match hands {
        Hands::Handover => Sentence {
            fr: format!(
                "la remise au foyer {household} n’est pas signée des deux côtés ; noter les deux dates \
                 (`declic device handover`)"
            ),
            en: format!(
                "the handover to household {household} is not signed by both sides; note both days \
                 (`declic device handover`)"
            ),
        },
        Hands::Return => Sentence {
            fr: format!(
                "le retour du foyer {household} n’est pas signé des deux côtés ; noter les deux dates \
                 (`declic device handover --back`)"
            ),
            en: format!(
                "the return from household {household} is not signed by both sides; note both days \
                 (`declic device handover --back`)"
            ),
        },
    }
}

fn told(why: &Refusal) -> Sentence {
    Sentence {
        fr: why.fr(),
        en: why.en(),
    }
}

fn shown(event: &Event) -> LifeEvent {
    LifeEvent {
        on: event.on,
        step: event.step.word(),
        told_by: event.told_by.clone(),
        household: match &event.step {
            Step::Deployed { household } => Some(household.clone()),
            _ => None,
        },
        good: match &event.step {
            Step::Erased { good } | Step::Tested { good } => Some(*good),
            Step::RepairEnded { outcome } => Some(*outcome == Repair::Fixed),
            _ => None,
        },
    }
}
