//! How what is known of a device's past is kept, and read back for its timeline.

use declic_common::envelope::Number;
use declic_common::timeline::Activity;
use declic_common::{DeviceId, InstallId};

use super::registry::for_each;
use crate::domain::timeline::{Boot, Facts, Run, Told, What};
use crate::store::record::decode;
use crate::store::records::{FactsRow, Mark, RunRow, ToldRow};
use crate::store::{Space, Store, StoreError, keys};

/// Everything that is known of the boots of a device. Blocks.
pub fn boots(store: &dyn Store, device: DeviceId) -> Result<Vec<Boot>, StoreError> {
    let mut boots: Vec<Boot> = Vec::new();
    for_each(
        store,
        keys::of_device(keys::core::MARK, device),
        |key, value| {
            let (install, boot) = boot_of(key)?;
            let mark: Mark = decode(value)?;
            let mut facts = Facts::default();
            facts.runs.extend(mark.run.map(run));
            let found = Boot {
                install,
                boot,
                zero: mark.zero.or(mark.guess),
                facts,
            };
            boots.push(found);
            Ok(())
        },
    )?;
    // Both kinds of rows come in the order of install and boot: each place is found by
    // going on from the last.
    let mut place = 0;
    for_each(
        store,
        keys::of_device(keys::core::FACTS, device),
        |key, value| {
            let (install, boot) = boot_of(key)?;
            let before = |known: &&Boot| (known.install, known.boot) < (install, boot);
            place += boots[place..].iter().take_while(before).count();
            let is_known = boots
                .get(place)
                .is_some_and(|known| (known.install, known.boot) == (install, boot));
            if !is_known {
                let unmarked = Boot {
                    install,
                    boot,
                    zero: None,
                    facts: Facts::default(),
                };
                boots.insert(place, unmarked);
            }
            boots[place].facts.merge(from_row(decode(value)?));
            Ok(())
        },
    )?;
    Ok(boots)
}

fn boot_of(key: &[u8]) -> Result<(InstallId, u32), StoreError> {
    keys::boot_of(key).ok_or_else(|| StoreError::Corrupt("key of a boot".to_owned()))
}

/// One slice of a boot. Blocks.
pub fn facts(
    store: &dyn Store,
    device: DeviceId,
    number: Number,
    slice: u32,
) -> Result<Facts, StoreError> {
    let key = keys::facts(device, number.install, number.boot, slice);
    match store.get(Space::Core, &key)? {
        Some(value) => Ok(from_row(decode(&value)?)),
        None => Ok(Facts::default()),
    }
}

/// A slice as it is stored.
pub fn row(facts: &Facts) -> FactsRow {
    FactsRow {
        runs: facts.runs.iter().copied().map(run_row).collect(),
        told: facts.told.iter().map(told_row).collect(),
    }
}

/// A stored slice; what a later version said is left out.
pub fn from_row(row: FactsRow) -> Facts {
    Facts {
        runs: row.runs.into_iter().map(run).collect(),
        told: row.told.iter().filter_map(told).collect(),
    }
}

pub fn run(row: RunRow) -> Run {
    Run {
        rung: row.rung,
        from: row.from,
        to: row.to,
        reach_ms: row.reach_ms,
    }
}

pub fn run_row(run: Run) -> RunRow {
    RunRow {
        from: run.from,
        to: run.to,
        reach_ms: run.reach_ms,
        rung: run.rung,
    }
}

/// The numbers are never reused.
fn told_row(told: &Told) -> ToldRow {
    let (what, ms, rung) = match told.what {
        What::Start => (0, None, None),
        What::Resume { slept_ms } => (1, slept_ms, None),
        What::LinkUp => (2, None, None),
        What::Rung(rung) => (3, None, Some(rung)),
        What::Pause { until } => (4, until, None),
        What::Suspend => (5, None, None),
        What::Stop => (6, None, None),
        What::Shutdown => (7, None, None),
        What::PowerCut => (8, None, None),
    };
    ToldRow {
        at: told.at,
        what,
        ms,
        rung,
    }
}

fn told(row: &ToldRow) -> Option<Told> {
    let what = match row.what {
        0 => What::Start,
        1 => What::Resume { slept_ms: row.ms },
        2 => What::LinkUp,
        3 => What::Rung(row.rung.unwrap_or(Activity::On)),
        4 => What::Pause { until: row.ms },
        5 => What::Suspend,
        6 => What::Stop,
        7 => What::Shutdown,
        8 => What::PowerCut,
        _ => return None,
    };
    Some(Told { at: row.at, what })
}
