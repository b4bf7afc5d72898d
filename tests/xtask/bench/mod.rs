//! `cargo xtask bench`: what an agent and a controller cost, on this machine, beside others
//! that do the same work.
//!
//! Everybody does it in turns. CPU is read from the process's own accounting in `/proc`. Ratios
//! and CPU per report travel from one machine to another; absolute times do not.

mod agent;
mod aims;
mod client;
mod connections;
mod history;
mod homes;
mod idle;
mod ingest;
mod page;
mod peers;
mod proc;
mod query;
mod table;
mod troublemakers;

use std::io::Write;
use std::path::PathBuf;

use anyhow::Context;
use clap::{Args, ValueEnum};

use self::aims::aim;
use self::history::Archive;
use self::page::number;
use self::table::{OURS, Row, Table, Turns};
use crate::run::say;
use crate::shipped;

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Bench {
    /// All of them, and `docs/benchmarks.md` written anew
    All,
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
    /// One object a line, for each figure and each peer
    Json,
}

#[derive(Clone, Debug, Args)]
pub(crate) struct Options {
    /// All of them when none is named
    benches: Vec<Bench>,
    /// Simulated homes of the bench of connections
    #[arg(long, default_value_t = 1000)]
    devices: u32,
    /// How often everybody's turn comes
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..))]
    turns: u32,
    /// Writes the figures of the named benches into docs/benchmarks.md
    #[arg(long)]
    page: bool,
    /// Only us
    #[arg(long)]
    alone: bool,
    /// Where the year of 100 homes is kept from one run to the next, instead of made anew
    #[arg(long, value_name = "DIR")]
    keep: Option<PathBuf>,
    #[arg(long, default_value = "table")]
    format: Format,
}

impl Bench {
    /// As it stands in figures and on the page.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Bench::All => "all",
            Bench::Agent => "agent",
            Bench::Ingest => "ingest",
            Bench::Connections => "connections",
            Bench::History => "history",
            Bench::Query => "query",
        }
    }
}

/// Builds the shipped programs, measures, and prints.
pub(crate) fn run_all(options: &Options) -> anyhow::Result<()> {
    let all = options.benches.is_empty() || options.benches.contains(&Bench::All);
    let every = Bench::value_variants().iter().copied();
    let benches: Vec<Bench> = every
        .filter(|bench| *bench != Bench::All)
        .filter(|bench| all || options.benches.contains(bench))
        .collect();
    let mut folders = vec![("declic", shipped::controller()?)];
    if benches.contains(&Bench::Agent) {
        // Small before fast takes minutes to build.
        folders.push(("declic-agent", shipped::agent()?));
    }
    if benches.contains(&Bench::Connections) {
        folders.push(("declic-simulate", shipped::simulator()?));
    }
    let _programs = side_by_side(&folders)?;
    if options.alone {
        peers::leave_out();
    } else {
        peers::install(&benches);
    }
    let mut archive = Archive::new(options.keep.clone());
    let mut tables = Vec::with_capacity(benches.len());
    for bench in benches {
        say(&format!("\nmeasuring: {}", bench.name()));
        let turns = options.turns;
        let table = match bench {
            Bench::All => continue,
            Bench::Agent => agent::measure(turns)?,
            Bench::Ingest => ingest::measure(turns)?,
            Bench::Connections => connections::measure(options.devices, turns)?,
            Bench::History => history::measure(&mut archive)?,
            Bench::Query => query::measure(&mut archive, turns)?,
        };
        // At once: a later bench that fails takes nothing away.
        for row in &table.rows {
            print(&table, row, options.format);
        }
        tables.push((bench, table));
        if (all || options.page)
            && let Some(newest) = tables.last()
        {
            page::write(std::slice::from_ref(newest), turns)?;
        }
    }
    Ok(())
}

fn print(table: &Table, row: &Row, format: Format) {
    let mut out = std::io::stdout().lock();
    if format == Format::Json {
        for object in row.json(table.bench) {
            let _ = writeln!(out, "{object}");
        }
        return;
    }
    let ours = row.ours().map(Turns::median);
    for (who, turns) in &row.cells {
        let median = turns.median();
        let spread = turns
            .spread()
            .map(|(least, greatest)| format!("{} to {}", number(least), number(greatest)))
            .unwrap_or_default();
        let note = match (*who == OURS, aim(table.bench, row.what), ours) {
            (true, Some(aim), _) => format!("aim {}", number(aim)),
            (false, _, Some(ours)) => format!("ratio {:.2}", ours / median),
            _ => String::new(),
        };
        let _ = writeln!(
            out,
            "{:12} {:50} {:>10} {:8} {who:32} {spread:22} {note}",
            table.bench,
            row.what,
            number(median),
            row.unit
        );
    }
}

/// Programs of several folders, side by side in one.
fn side_by_side(programs: &[(&str, PathBuf)]) -> anyhow::Result<tempfile::TempDir> {
    let dir = tempfile::tempdir()?;
    for (program, folder) in programs {
        let built = folder.join(program);
        std::os::unix::fs::symlink(&built, dir.path().join(program))
            .with_context(|| format!("{} is not built", built.display()))?;
    }
    // The harness looks here instead of beside the test.
    declic_tests::process::use_programs_of(dir.path());
    Ok(dir)
}
