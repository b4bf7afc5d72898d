//! What many homes cost a controller: connected and idle, reporting, in bad company,
//! and coming back all at once.

use std::io::{Read, Write};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use declic_tests::Controller;
use declic_tests::process::printed;

use super::homes::Homes;
use super::table::Table;
use super::{idle, proc, troublemakers};
use crate::run::say;

/// How long nothing happens while idle CPU is counted.
const IDLE: Duration = Duration::from_secs(20);
/// Seconds that count in a stretch with reports.
const COUNTED: usize = 20;
const TROUBLEMAKERS: u32 = 50;
/// Of each home that comes back.
const BACKLOG: &str = "20";
/// Between two reports of a home while journeys are measured.
const INTERVAL: &str = "20s";
/// Between two requests for a page.
const LOOK: Duration = Duration::from_millis(200);

pub(crate) const MEMORY: &str = "memory of an idle TLS connection";

pub(crate) fn measure(devices: u32, turns: u32) -> anyhow::Result<Table> {
    let mut table = Table::new("connections");
    for _ in 0..turns {
        idle::measure(&mut table, MEMORY)?;
    }
    many(&mut table, devices)?;
    Ok(table)
}

/// A quarter of homes, each with an agent, in a process of its own.
fn many(table: &mut Table, devices: u32) -> anyhow::Result<()> {
    let mut controller = Controller::start();
    let pid = controller.process().id();
    let place = tempfile::tempdir()?;
    let count = devices.to_string();
    let made = controller.declic(&["enrol", "new", "--asset", "BENCH", "--count", &count]);
    std::fs::write(place.path().join("codes"), printed(&made))?;
    // Each at once: the whole takes half an hour.
    let mut tell = |what: &'static str, unit: &'static str, ours: f64| {
        say(&format!("{what}: {ours:.2} {unit}"));
        table.ours(what, unit, ours);
    };
    let n = f64::from(devices);
    tell("homes at once", "homes", n);

    // Enrolled, and a few of them connected: the first pay for what all share.
    Homes::enrol(place.path(), devices)?;
    let (memory, cpu) = (
        proc::status_kib(pid, "RssAnon")?,
        proc::cpu_seconds_of_all(pid)?,
    );
    let mut homes = Homes::start(place.path(), devices, &["--interval", "24h"])?;
    homes.connected(devices)?;
    // Their first words are stored too.
    homes.until(|line| line["behind"] == 0)?;
    let connecting = proc::cpu_seconds_of_all(pid)? - cpu;
    let memory = proc::status_kib(pid, "RssAnon")? - memory;
    tell(
        "memory per connected home, its state included",
        "KiB",
        memory / n,
    );
    tell(
        "CPU to let a home in and store its first words",
        "ms",
        connecting * 1e3 / n,
    );
    let cpu = proc::cpu_seconds_of_all(pid)?;
    thread::sleep(IDLE);
    let spent = (proc::cpu_seconds_of_all(pid)? - cpu) / IDLE.as_secs_f64();
    tell("CPU of an idle connection", "us/s", spent * 1e6 / n);
    homes.stop()?;

    let (p99, page) = reporting(&controller, place.path(), devices)?;
    tell("publish to receipt, p99, all reporting", "ms", p99);
    tell("GET /api/v1/devices meanwhile, p99", "ms", page);
    let runtime = tokio::runtime::Runtime::new()?;
    let trouble = runtime.block_on(troublemakers::start(&controller, TROUBLEMAKERS))?;
    let (p99, page) = reporting(&controller, place.path(), devices)?;
    tell("the same p99 beside 50 stuck clients", "ms", p99);
    tell("the same page beside 50 stuck clients, p99", "ms", page);
    drop(trouble);
    runtime.shutdown_background();

    let looker = Looker::start(controller.dir());
    let args = ["--profile", "return", "--backlog", BACKLOG];
    let summary = Homes::start(place.path(), devices, &args)?.summary()?;
    let page = looker.p99_ms()?;
    let value = |name: &str| summary[name].as_f64().with_context(|| name.to_owned());
    tell(
        "a quarter comes back, 20 reports each: all connected",
        "s",
        value("connected_within_s")?,
    );
    tell(
        "a quarter comes back: all receipts there",
        "s",
        value("caught_up_within_s")?,
    );
    tell("publish to receipt meanwhile, p99", "ms", value("p99_ms")?);
    tell("GET /api/v1/devices meanwhile, p99 of a return", "ms", page);
    let list = controller.json(&["device", "list"]);
    let lost: u64 = list
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|d| d["lost"].as_u64())
        .sum();
    ensure!(lost == 0, "{lost} messages were lost");
    tell(
        "resident memory after it",
        "KiB",
        proc::status_kib(pid, "VmRSS")?,
    );
    controller.stop();
    Ok(())
}

/// All homes report: the median of each second's p99 from publish to receipt, and p99 of a page.
fn reporting(controller: &Controller, place: &Path, devices: u32) -> anyhow::Result<(f64, f64)> {
    let mut homes = Homes::start(place, devices, &["--interval", INTERVAL])?;
    homes.connected(devices)?;
    let looker = Looker::start(controller.dir());
    let mut seconds = Vec::with_capacity(COUNTED);
    while seconds.len() < COUNTED {
        seconds.extend(homes.line()?["p99_ms"].as_f64());
    }
    let page = looker.p99_ms()?;
    homes.stop()?;
    seconds.sort_by(f64::total_cmp);
    Ok((seconds[COUNTED / 2], page))
}

/// Asks for the list of devices again and again, as a page would.
struct Looker {
    stop: Arc<AtomicBool>,
    thread: thread::JoinHandle<anyhow::Result<Vec<f64>>>,
}

impl Looker {
    fn start(data_dir: &Path) -> Self {
        let (stop, socket) = (Arc::<AtomicBool>::default(), data_dir.join("declic.sock"));
        let stopped = Arc::clone(&stop);
        let thread = thread::spawn(move || {
            let mut times = Vec::new();
            while !stopped.load(Ordering::Relaxed) {
                let began = Instant::now();
                let mut stream = UnixStream::connect(&socket)?;
                stream.write_all(
                    b"GET /api/v1/devices HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
                )?;
                let mut answer = Vec::new();
                stream.read_to_end(&mut answer)?;
                ensure!(answer.starts_with(b"HTTP/1.1 200"), "the list was refused");
                times.push(began.elapsed().as_secs_f64() * 1e3);
                thread::sleep(LOOK);
            }
            anyhow::Ok(times)
        });
        Looker { stop, thread }
    }

    fn p99_ms(self) -> anyhow::Result<f64> {
        self.stop.store(true, Ordering::Relaxed);
        let mut times = self.thread.join().expect("it does not panic")?;
        times.sort_by(f64::total_cmp);
        let at = (times.len() * 99).div_ceil(100).saturating_sub(1);
        times.get(at).copied().context("no page was asked for")
    }
}
