//! A year of a hundred homes, a report every five minutes, and the controller that serves it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use anyhow::{Context, bail};
use declic_tests::controller::get;
use declic_tests::place::Place;
use declic_tests::process::{Process, free_port, program};
use declic_tests::wait::{eventually, seconds};
use rustix::process::Signal;

use crate::bench::proc;

const HOMES: u64 = 100;
const DAYS: u64 = 365;
/// What it cost to make the year that lies beside it.
const COST: &str = "cost.json";
/// A report every five minutes, day and night; a local day may be an hour shorter.
const REPORTS: u64 = HOMES * (DAYS * 288 - 12);

/// The year, with what it cost to make.
#[derive(Debug)]
pub(crate) struct Year {
    dir: Place,
    pub(super) made_s: f64,
    pub(super) cpu_s: f64,
    /// From the start until it answers, while the year is made behind it.
    pub(super) answers_s: f64,
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

    pub(super) fn stop(mut self) -> anyhow::Result<()> {
        self.process.signal(Signal::INT);
        let status = self.process.ended(seconds(120));
        match status.success() {
            true => Ok(()),
            false => bail!("the demonstration ended with {status}"),
        }
    }
}

impl Year {
    /// In a folder that goes with it, or in one that is kept: then it is made only once.
    pub(super) fn make(keep: Option<&Path>) -> anyhow::Result<Self> {
        let dir = match keep {
            Some(dir) => {
                fs::create_dir_all(dir)
                    .with_context(|| format!("failed to make {}", dir.display()))?;
                Place::Given(dir.to_owned())
            }
            None => Place::own(),
        };
        if let Ok(text) = fs::read_to_string(dir.path().join(COST)) {
            let [made_s, cpu_s, answers_s] = serde_json::from_str(&text)?;
            return Ok(Year {
                dir,
                made_s,
                cpu_s,
                answers_s,
            });
        }
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
        let cpu_s = proc::cpu_seconds_of_all(pid)?;
        demo.stop()?;
        let cost = serde_json::to_string(&[made_s, cpu_s, answers_s])?;
        fs::write(dir.path().join(COST), cost)?;
        Ok(Year {
            dir,
            made_s,
            cpu_s,
            answers_s,
        })
    }

    /// The controller on the year. One home lives in its process, not a hundred.
    pub(crate) fn serve(&self) -> anyhow::Result<Demo> {
        Demo::start(self.dir.path().join("data"), 1)
    }

    pub(super) fn sizes(&self) -> anyhow::Result<serde_json::Value> {
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
