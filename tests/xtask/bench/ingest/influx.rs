//! InfluxDB: one write of one line for each report, over a hundred connections without TLS,
//! its write-ahead log synced at each.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;

use super::{CONNECTIONS, MEMORY, watch};
use crate::bench::peers::influx::{Influx, NAME};
use crate::bench::proc;
use crate::bench::table::Table;

const VALUES: u64 = 20;

pub(super) fn measure(table: &mut Table) -> anyhow::Result<()> {
    let server = Influx::start()?;
    let stored = Arc::new(AtomicU64::new(0));
    let stop = Arc::new(AtomicBool::new(false));
    let mut writers = Vec::with_capacity(CONNECTIONS);
    for device in 0..CONNECTIONS {
        let mut client = server.client()?;
        let (stored, stop) = (Arc::clone(&stored), Arc::clone(&stop));
        writers.push(thread::spawn(move || {
            let mut n = 0;
            while !stop.load(Ordering::Relaxed) {
                n += 1;
                let line = line(device, n);
                client.post("/write?db=bench&precision=ms", line.as_bytes())?;
                stored.fetch_add(1, Ordering::Relaxed);
            }
            anyhow::Ok(())
        }));
    }
    let pid = server.process.id();
    watch(
        table,
        NAME,
        || Ok(stored.load(Ordering::Relaxed)),
        || proc::cpu_seconds_of_tree(pid),
    )?;
    table.note(NAME, MEMORY, "KiB", proc::status_kib(pid, "VmRSS")?);
    stop.store(true, Ordering::Relaxed);
    for writer in writers {
        writer.join().expect("it does not panic")?;
    }
    Ok(())
}

fn line(device: usize, n: u64) -> String {
    let values: Vec<String> = (0..VALUES)
        .map(|v| {
            format!(
                "v{v}={}i",
                1_000_000 + (n * 7_919 + v * 104_729) % 1_000_000
            )
        })
        .collect();
    format!(
        "health,device=d{device} {} {}",
        values.join(","),
        1_700_000_000_000 + n * 1_000
    )
}
