//! What a year of one device costs to keep and to read as a timeline, by hand:
//! `cargo run --release --example timeline_cost -- [days]`.
//!
//! Two boots a day, each with its start, three changes of the network, a sleep and a
//! shutdown, in a real store.

#![allow(clippy::print_stdout)]

use std::time::{Duration, Instant};

use declic_common::timeline::Activity;
use declic_common::{DeviceId, InstallId};
use declic_controller::app::evidence;
use declic_controller::domain::timeline::{Evidence, Facts, Run, Told, What, derive};
use declic_controller::store::record::encode;
use declic_controller::store::records::Mark;
use declic_controller::store::sled::{Options, SledStore};
use declic_controller::store::{Batch, Space, Store, keys};

const DEVICE: u64 = 7;
const BEGAN: i64 = 1_790_000_000_000;
const DAY_MS: i64 = 86_400_000;
const MIN_MS: u64 = 60_000;
/// The machine is rarely alone: the best of these tells what the work itself takes.
const ROUNDS: u32 = 300;

/// One boot of three hours.
fn boot() -> Facts {
    let words = [
        (30_000, What::Start),
        (31_000, What::Rung(Activity::On)),
        (40 * MIN_MS, What::Rung(Activity::DnsDown)),
        (50 * MIN_MS, What::Rung(Activity::On)),
        (60 * MIN_MS, What::Suspend),
        (
            120 * MIN_MS,
            What::Resume {
                slept_ms: Some(59 * MIN_MS),
            },
        ),
        (180 * MIN_MS, What::Stop),
        (180 * MIN_MS, What::Shutdown),
    ];
    let mut facts = Facts::default();
    for (at, what) in words {
        facts.add_told(Told { at, what });
    }
    for n in (0..4).chain(8..12) {
        facts.add_run(Run::of_report(n * 15 * MIN_MS, Some(900), Activity::On));
    }
    facts
}

fn main() -> anyhow::Result<()> {
    let days: i64 = std::env::args().nth(1).map_or(Ok(365), |n| n.parse())?;
    let folder = tempfile::tempdir()?;
    let store = SledStore::open(&folder.path().join("store"), Options::default())?;
    let (device, install) = (DeviceId::from_bits(DEVICE), InstallId::from_bits(1));
    let facts = evidence::row(&boot());
    let mut bytes = 0;
    for n in 0..2 * days {
        let mut batch = Batch::default();
        let mark = encode(&Mark {
            through: 20,
            zero: Some(BEGAN + n * DAY_MS / 2),
            ..Mark::default()
        });
        let row = encode(&facts);
        bytes += mark.len() + row.len();
        let boot = u32::try_from(n)? + 1;
        batch.put(Space::Core, keys::mark(device, install, boot), mark);
        batch.put(Space::Core, keys::facts(device, install, boot, 0), row);
        store.commit(batch).wait()?;
    }
    println!(
        "{days} days, {} boots: {} bytes of values a day",
        2 * days,
        bytes as i64 / days
    );
    let mut best = (Duration::MAX, Duration::MAX, 0);
    for _ in 0..ROUNDS {
        let began = Instant::now();
        let boots = evidence::boots(&store, device)?;
        let read = began.elapsed();
        let evidence = Evidence {
            since: BEGAN,
            now: BEGAN + days * DAY_MS,
            boots,
            ..Evidence::default()
        };
        let intervals = derive(&evidence).len();
        best = best.min((began.elapsed(), read, intervals));
    }
    let (whole, read, intervals) = best;
    println!("best of {ROUNDS}: read {read:?}, read and derived {whole:?}, {intervals} intervals");
    Ok(())
}
