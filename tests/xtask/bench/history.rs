//! A year of a hundred homes: how long it takes to make, what it weighs on disk and in
//! memory.

use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use declic_tests::controller::get;
use declic_tests::process::{Process, free_port, program};
use declic_tests::wait::{eventually, seconds};
use rustix::process::Signal;
use tempfile::TempDir;

use super::{Figure, proc};

const HOMES: u64 = 100;
const DAYS: u64 = 365;
/// A report every five minutes, day and night; a local day may be an hour shorter.
const REPORTS: u64 = HOMES * (DAYS * 288 - 12);

/// The year, made once for all benches of this run.
pub(crate) struct Year {
    dir: TempDir,
    made_s: f64,
    cpu_s: f64,
    /// From the start until it answers, while the year is made behind it.
    answers_s: f64,
}

/// A demonstration that runs on the year.
pub(crate) struct Demo {
    pub(crate) process: Process,
    pub(crate) data: PathBuf,
    http: u16,
}

impl Demo {
    fn start(data: PathBuf, homes: u64) -> anyhow::Result<Self> {
        let http = free_port();
        let mut command = Command::new(program("declic"));
        command
            .args(["demo", "--devices", &homes.to_string()])
            .args(["--interval", "300", "--history", &DAYS.to_string()])
            .args(["--http", &format!("127.0.0.1:{http}")])
            .args(["--mqtt", &format!("127.0.0.1:{}", free_port())])
            .arg("--data-dir")
            .arg(&data)
            .env("LANG", "en_GB.UTF-8");
        let log = data.with_extension("log");
        let process = Process::start(&mut command, &log)?;
        let mut demo = Demo {
            process,
            data,
            http,
        };
        eventually("a demonstration that answers", seconds(300), || {
            assert!(demo.process.is_running(), "{}", demo.process.words());
            get(&format!("http://127.0.0.1:{http}/readyz"))
                .is_some_and(|(status, _)| status == 200)
                .then_some(())
        });
        Ok(demo)
    }

    /// A counter of `/metrics`.
    fn counter(&self, name: &str) -> Option<u64> {
        let (_, text) = get(&format!("http://127.0.0.1:{}/metrics", self.http))?;
        let line = text.lines().find(|line| line.starts_with(name))?;
        line.split_whitespace().nth(1)?.parse().ok()
    }

    fn stop(mut self) -> anyhow::Result<()> {
        self.process.signal(Signal::INT);
        let status = self.process.ended(seconds(120));
        match status.success() {
            true => Ok(()),
            false => bail!("the demonstration ended with {status}"),
        }
    }
}

impl Year {
    /// Made at the first call.
    pub(crate) fn get() -> anyhow::Result<&'static Year> {
        static YEAR: OnceLock<Year> = OnceLock::new();
        if let Some(year) = YEAR.get() {
            return Ok(year);
        }
        let dir = tempfile::tempdir()?;
        let began = Instant::now();
        let mut demo = Demo::start(dir.path().join("data"), HOMES)?;
        let answers_s = began.elapsed().as_secs_f64();
        let pid = demo.process.id();
        eventually("a year of history", seconds(1_800), || {
            assert!(demo.process.is_running(), "{}", demo.process.words());
            let made = demo.counter("declic_imported_total")?;
            (made >= REPORTS).then_some(())
        });
        let made_s = began.elapsed().as_secs_f64();
        let cpu_s = proc::cpu_seconds(pid)?;
        demo.stop()?;
        Ok(YEAR.get_or_init(|| Year {
            dir,
            made_s,
            cpu_s,
            answers_s,
        }))
    }

    /// The controller on the year. One home lives in its process, not a hundred.
    pub(crate) fn serve(&self) -> anyhow::Result<Demo> {
        Demo::start(self.dir.path().join("data"), 1)
    }

    fn sizes(&self) -> anyhow::Result<serde_json::Value> {
        let output = Command::new(program("declic"))
            .args(["store", "sizes", "--format", "json", "--data-dir"])
            .arg(self.dir.path().join("data"))
            .output()?;
        serde_json::from_slice(&output.stdout).with_context(|| {
            let words = String::from_utf8_lossy(&output.stderr);
            format!("`declic store sizes` failed: {words}")
        })
    }
}

pub(crate) fn measure() -> anyhow::Result<Vec<Figure>> {
    let year = Year::get()?;
    let sizes = year.sizes()?;
    let number = |name: &str| sizes[name].as_f64().unwrap_or(f64::NAN);
    let demo = year.serve()?;
    let pid = demo.process.id();
    // The start reads every row; its memory is given back a moment later.
    std::thread::sleep(Duration::from_secs(5));
    let started = proc::status_kib(pid, "VmRSS")?;
    let status = Command::new(program("declic"))
        .args([
            "export",
            "history",
            "--days",
            "366",
            "--metric",
            "load1_centi",
        ])
        .arg("--data-dir")
        .arg(&demo.data)
        .stdout(Stdio::null())
        .status()?;
    if !status.success() {
        bail!("the export ended with {status}: {}", demo.process.words());
    }
    let read = proc::status_kib(pid, "VmRSS")?;
    demo.stop()?;
    let mib = |kib: f64| kib / 1_024.0;
    let figure = |what, unit, ours| Figure {
        bench: "history",
        what,
        unit,
        ours,
    };
    Ok(vec![
        figure(
            "reports of a year of 100 homes",
            "reports",
            number("sealed_reports"),
        ),
        figure("samples in them", "samples", number("sealed_samples")),
        figure("until the demonstration answers", "s", year.answers_s),
        figure("until the year is made", "s", year.made_s),
        figure("CPU to make it, demonstration included", "s", year.cpu_s),
        figure(
            "sealed reports",
            "B/sample",
            number("sealed_bytes_per_sample"),
        ),
        figure(
            "files of the store",
            "B/sample",
            number("file_bytes_per_sample"),
        ),
        figure(
            "files of the store",
            "MiB",
            number("file_bytes") / 1_048_576.0,
        ),
        figure("resident memory after the start", "MiB", mib(started)),
        figure("resident memory after reading all", "MiB", mib(read)),
    ])
}
