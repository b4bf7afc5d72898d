//! node-exporter with the few collectors that come near to what we report, scraped over one
//! connection as Prometheus does, packed, without TLS.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use anyhow::Context;
use declic_tests::process::{Process, free_port};
use declic_tests::wait::{PATIENCE, eventually};

use super::house::{FAR, House};
use super::{INSTALLED, INTERVAL_S, VALUES, watch};
use crate::bench::client::Client;
use crate::bench::peers;
use crate::bench::table::Table;

pub(super) const PROGRAM: &str = "/usr/bin/prometheus-node-exporter";
const NAME: &str = "node-exporter";
const COLLECTORS: [&str; 6] = [
    "cpu",
    "loadavg",
    "meminfo",
    "filesystem",
    "thermal_zone",
    "uname",
];

pub(super) fn measure(table: &mut Table) -> anyhow::Result<()> {
    let house = House::build()?;
    let (dir, port) = (tempfile::tempdir()?, free_port());
    let mut command = house.inside(PROGRAM);
    command
        .arg("--collector.disable-defaults")
        .args(COLLECTORS.map(|name| format!("--collector.{name}")))
        .args(["--web.disable-exporter-metrics"])
        .arg(format!("--web.listen-address={FAR}:{port}"));
    let mut exporter = Process::start(&mut command, &dir.path().join("log"))?;
    let mut client = eventually("node-exporter", PATIENCE, || Client::at(FAR, port).ok());
    let plain = client.get("/metrics")?;
    let values = String::from_utf8_lossy(&plain)
        .lines()
        .filter(|line| !line.starts_with('#'))
        .count();
    let reports = Arc::new(AtomicU64::new(0));
    let stop = Arc::new(AtomicBool::new(false));
    let scraper = {
        let (reports, stop) = (Arc::clone(&reports), Arc::clone(&stop));
        std::thread::spawn(move || {
            while !stop.load(Ordering::Relaxed) {
                client.get_packed("/metrics")?;
                reports.fetch_add(1, Ordering::Relaxed);
                std::thread::sleep(Duration::from_secs(INTERVAL_S));
            }
            anyhow::Ok(())
        })
    };
    // The name of a process has fifteen letters.
    let name = "prometheus-node";
    watch(table, NAME, &house, name, || {
        reports.load(Ordering::Relaxed)
    })
    .context(NAME)?;
    stop.store(true, Ordering::Relaxed);
    scraper.join().expect("it does not panic")?;
    table.note(NAME, VALUES, "values", values as f64);
    if let Some(kib) = peers::installed_kib("prometheus-node-exporter") {
        table.note(NAME, INSTALLED, "KiB", kib);
    }
    exporter.kill();
    Ok(())
}
