//! A year of a hundred homes: how long it takes to make, what it weighs on disk and in memory;
//! and its last thirty days in the files of others.

mod month;
mod year;

use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::bail;
use declic_tests::process::program;

use super::proc;
use super::table::Table;

pub(crate) use self::month::Others;
pub(crate) use self::year::{Demo, Year};

pub(crate) const SEALED: &str = "sealed reports";
/// What everybody has: a folder of files, and the samples in it.
pub(crate) const FILES: &str = "files, a sample";
pub(crate) const MADE: &str = "until the year is made";
pub(crate) const STARTED: &str = "resident memory after the start";
pub(crate) const READ: &str = "resident memory after reading all";

/// What is made once for all benches of one run, and goes with it.
pub(crate) struct Archive {
    /// Where the year is kept from one run to the next.
    keep: Option<PathBuf>,
    year: Option<Year>,
    others: Option<Others>,
}

impl Archive {
    pub(crate) fn new(keep: Option<PathBuf>) -> Self {
        Archive {
            keep,
            year: None,
            others: None,
        }
    }

    pub(crate) fn year(&mut self) -> anyhow::Result<&Year> {
        if self.year.is_none() {
            self.year = Some(Year::make(self.keep.as_deref())?);
        }
        Ok(self.year.as_ref().expect("just made"))
    }

    /// The year served, and its last days with the others.
    pub(crate) fn both(&mut self) -> anyhow::Result<(Demo, &Others)> {
        let demo = self.year()?.serve()?;
        if self.others.is_none() {
            self.others = Some(Others::fill(&demo.data)?);
        }
        Ok((demo, self.others.as_ref().expect("just filled")))
    }
}

pub(crate) fn measure(archive: &mut Archive) -> anyhow::Result<Table> {
    let mut table = Table::new("history");
    let year = archive.year()?;
    let sizes = year.sizes()?;
    let number = |name: &str| sizes[name].as_f64().unwrap_or(f64::NAN);
    table.ours(
        "reports of a year of 100 homes",
        "reports",
        number("sealed_reports"),
    );
    table.ours("samples in them", "samples", number("sealed_samples"));
    table.ours("until the demonstration answers", "s", year.answers_s);
    table.ours(MADE, "s", year.made_s);
    table.ours("CPU to make it, demonstration included", "s", year.cpu_s);
    table.ours(SEALED, "B/sample", number("sealed_bytes_per_sample"));
    table.ours(FILES, "B/sample", number("file_bytes_per_sample"));
    table.ours(
        "files of the year",
        "MiB",
        number("file_bytes") / 1_048_576.0,
    );

    let demo = year.serve()?;
    let pid = demo.process.id();
    // The start reads every row; its memory is given back a moment later.
    std::thread::sleep(Duration::from_secs(5));
    let mib = |kib: f64| kib / 1_024.0;
    table.ours(STARTED, "MiB", mib(proc::status_kib(pid, "VmRSS")?));
    let status = Command::new(program("declic"))
        .args(["export", "history", "--days", "366"])
        .args(["--metric", "load1_centi", "--data-dir"])
        .arg(&demo.data)
        .stdout(Stdio::null())
        .status()?;
    if !status.success() {
        bail!("the export ended with {status}: {}", demo.process.words());
    }
    table.ours(READ, "MiB", mib(proc::status_kib(pid, "VmRSS")?));
    demo.stop()?;

    let (demo, others) = archive.both()?;
    demo.stop()?;
    table.ours(
        "reports that the others hold",
        "reports",
        others.reports as f64,
    );
    for (who, bytes) in &others.bytes {
        table.note(
            who,
            FILES,
            "B/sample",
            *bytes as f64 / others.samples as f64,
        );
    }
    Ok(table)
}
