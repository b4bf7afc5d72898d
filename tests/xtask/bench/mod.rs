//! `cargo xtask bench`: what an agent and a controller cost, on this machine.
//!
//! CPU is read from the process's own accounting in `/proc`. Ratios and CPU per
//! report travel from one machine to another; absolute times do not.

mod agent;
mod connections;
mod history;
mod homes;
mod ingest;
mod proc;
mod query;
mod troublemakers;

use anyhow::Context;
use clap::ValueEnum;

use crate::run::{root, run, say};

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Bench {
    /// Memory, CPU and bytes on the wire of one agent, per report
    Agent,
    /// CPU of the controller per stored report, 100 connections, 16 unacknowledged each
    Ingest,
    /// Many homes at once: memory, CPU and time per connection, a quarter that comes
    /// back, and what stuck clients and pages cost each other
    Connections,
    /// Size on disk and in memory of a year of 100 homes, a report every 5 minutes
    History,
    /// Time of three questions about that year
    Query,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    Table,
    Json,
}

/// One figure.
pub(crate) struct Figure {
    pub(crate) bench: &'static str,
    pub(crate) what: &'static str,
    pub(crate) unit: &'static str,
    pub(crate) ours: f64,
}

/// Builds the shipped programs, measures, and prints.
pub(crate) fn run_all(benches: &[Bench], devices: u32, format: Format) -> anyhow::Result<()> {
    run(
        "cargo",
        &["build", "--release", "--locked", "-p", "declic-controller"],
    )?;
    let benches = match benches {
        [] => Bench::value_variants(),
        some => some,
    };
    if benches.contains(&Bench::Agent) {
        // Small before fast takes minutes to build, and only its own bench runs it.
        run(
            "cargo",
            &[
                "build",
                "--profile",
                "agent",
                "--locked",
                "-p",
                "declic-agent",
            ],
        )?;
    }
    let _programs = shipped()?;
    for bench in benches {
        say(&format!("\nmeasuring: {bench:?}"));
        let figures = match bench {
            Bench::Agent => agent::measure()?,
            Bench::Ingest => ingest::measure()?,
            Bench::Connections => connections::measure(devices)?,
            Bench::History => history::measure()?,
            Bench::Query => query::measure()?,
        };
        // At once: a later bench that fails takes nothing away.
        for figure in &figures {
            print(figure, format);
        }
    }
    Ok(())
}

fn print(figure: &Figure, format: Format) {
    use std::io::Write;
    let Figure {
        bench,
        what,
        unit,
        ours,
    } = figure;
    let line = match format {
        Format::Table => format!("{bench:12} {what:44} {ours:>12.2} {unit}"),
        Format::Json => {
            serde_json::json!({"bench": bench, "what": what, "unit": unit, "ours": ours})
                .to_string()
        }
    };
    let _ = writeln!(std::io::stdout(), "{line}");
}

/// The programs as they are shipped, side by side in one folder.
fn shipped() -> anyhow::Result<tempfile::TempDir> {
    let target =
        std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), Into::into);
    let dir = tempfile::tempdir()?;
    for (program, profile) in [
        ("declic", "release"),
        ("declic-agent", "agent"),
        ("declic-simulate", "agent"),
    ] {
        let built = target.join(profile).join(program);
        std::os::unix::fs::symlink(&built, dir.path().join(program))
            .with_context(|| format!("{} is not built", built.display()))?;
    }
    // The harness looks here instead of beside the test.
    declic_tests::process::use_programs_of(dir.path());

    Ok(dir)
}
