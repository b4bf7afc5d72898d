//! What one report costs in the store, by hand:
//! `cargo run --release --example store_cost -- [reports] [folder]`.
//!
//! A report is three rows in one batch: the report itself, the latest state and
//! the mark. `group` batches wait at once, as the door hands them over.

#![allow(clippy::print_stdout)]

use std::collections::VecDeque;
use std::path::PathBuf;
use std::time::Instant;

use anyhow::Context;
use declic_controller::store::sled::{Options, SledStore};
use declic_controller::store::{Batch, Commit, Space, Store};

/// Sizes as a real report gives them.
const REPORT_BYTES: usize = 250;
const LATEST_BYTES: usize = 310;
const MARK_BYTES: usize = 20;
const DEVICES: u64 = 100;

fn report(n: u64) -> Batch {
    let device = (n % DEVICES)
        .wrapping_mul(0x9E37_79B9_7F4A_7C15)
        .to_be_bytes();
    let key = |kind: u8, rest: &[u8]| [&[kind][..], &device, rest].concat();
    let value = |size: usize| {
        (0..size)
            .map(|i| (n as usize + i) as u8)
            .collect::<Vec<_>>()
    };
    let mut batch = Batch::default();
    batch
        .put(
            Space::Health,
            key(1, &[&n.to_be_bytes()[..], &[0; 20]].concat()),
            value(REPORT_BYTES),
        )
        .put(Space::Core, key(4, &[]), value(LATEST_BYTES))
        .put(Space::Core, key(5, &[7; 12]), value(MARK_BYTES));
    batch
}

/// CPU time of this process so far, in µs (proc_pid_stat(5), fields 14 and 15).
fn cpu_us() -> anyhow::Result<f64> {
    let stat = std::fs::read_to_string("/proc/self/stat")?;
    let (_, fields) = stat.rsplit_once(") ").context("no name in stat")?;
    let mut ticks = fields.split(' ').skip(11).take(2).map(str::parse::<f64>);
    let user = ticks.next().context("no utime")??;
    let system = ticks.next().context("no stime")??;
    // A tick is 10 ms on every Linux that we know (USER_HZ).
    Ok((user + system) * 10_000.0)
}

fn main() -> anyhow::Result<()> {
    let mut args = std::env::args().skip(1);
    let reports: u64 = args.next().map_or(Ok(200_000), |n| n.parse())?;
    let folder = tempfile::tempdir()?;
    let folder = args
        .next()
        .map_or(folder.path().join("store"), PathBuf::from);
    let store = SledStore::open(&folder, Options::default())?;
    println!("group  reports  cpu µs/report  wall µs/report  flushes");
    let mut n = 0;
    for (group, reports) in [
        (1, reports / 50),
        (16, reports / 4),
        (64, reports),
        (256, reports),
    ] {
        let (cpu, start, before) = (cpu_us()?, Instant::now(), store.stats().flushes);
        let mut waiting = VecDeque::<Commit>::with_capacity(group);
        for _ in 0..reports {
            if waiting.len() == group {
                // All of a group are answered together.
                for commit in waiting.drain(..) {
                    commit.wait()?;
                }
            }
            n += 1;
            waiting.push_back(store.commit(report(n)));
        }
        for commit in waiting.drain(..) {
            commit.wait()?;
        }
        let each = |us: f64| us / reports as f64;
        println!(
            "{group:5}  {reports:7}  {:13.1}  {:14.1}  {:7}",
            each(cpu_us()? - cpu),
            each(start.elapsed().as_secs_f64() * 1e6),
            store.stats().flushes - before,
        );
    }
    Ok(())
}
