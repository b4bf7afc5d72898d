//! `docs/benchmarks.md`: a section for each bench, with its conditions; a bench that runs again
//! writes its own section anew and leaves the others.

use std::fmt::Write;
use std::fs;

use anyhow::Context;

use super::aims::aim;
use super::table::{Row, Table, Turns};
use super::{Bench, proc};
use crate::run::root;

const PAGE: &str = "docs/benchmarks.md";

/// Puts the sections of these tables in their places.
pub(crate) fn write(tables: &[(Bench, Table)], turns: u32) -> anyhow::Result<()> {
    let path = root().join(PAGE);
    let mut page = fs::read_to_string(&path).with_context(|| format!("{PAGE} is not there"))?;
    for (bench, table) in tables {
        let name = table.bench;
        let section = section(*bench, table, turns)?;
        page = replaced(&page, name, &section)
            .with_context(|| format!("{PAGE} has no place for {name}"))?;
    }
    fs::write(path, page)?;
    Ok(())
}

/// The page with what stands between the marks of a bench replaced.
fn replaced(page: &str, name: &str, section: &str) -> Option<String> {
    let (begin, end) = (
        format!("<!-- bench {name} -->\n"),
        format!("<!-- end {name} -->\n"),
    );
    let from = page.find(&begin)? + begin.len();
    let to = from + page[from..].find(&end)?;
    Some(format!("{}{section}{}", &page[..from], &page[to..]))
}

fn section(bench: Bench, table: &Table, turns: u32) -> anyhow::Result<String> {
    let mut text = String::new();
    writeln!(text, "\n{}\n", conditions(bench, turns)?)?;
    writeln!(
        text,
        "| what | unit | who | median | least to greatest | ours / theirs |"
    )?;
    writeln!(text, "|---|---|---|---|---|---|")?;
    for row in &table.rows {
        lines(&mut text, table.bench, row)?;
    }
    let ahead: Vec<String> = table
        .rows
        .iter()
        .filter(|row| !row.ahead().is_empty())
        .map(|row| format!("{} ({})", row.what, row.ahead().join(", ")))
        .collect();
    writeln!(text)?;
    match ahead.is_empty() {
        true => writeln!(text, "No peer that was measured is ahead of us here.\n")?,
        false => writeln!(
            text,
            "**A peer is ahead of us in:** {}.\n",
            ahead.join("; ")
        )?,
    }
    Ok(text)
}

fn lines(text: &mut String, bench: &str, row: &Row) -> anyhow::Result<()> {
    let ours = row.ours().map(Turns::median);
    let unit = row.unit;
    for (n, (who, turns)) in row.cells.iter().enumerate() {
        let is_ours = *who == super::table::OURS;
        let aim = aim(bench, row.what).filter(|_| is_ours);
        let what = match (n, aim) {
            (0, Some(aim)) if turns.median() <= aim => {
                format!("{} (aim: {})", row.what, number(aim))
            }
            (0, Some(aim)) => format!("{} (aim: {}, **not reached**)", row.what, number(aim)),
            (0, None) => row.what.to_owned(),
            _ => String::new(),
        };
        let spread = turns
            .spread()
            .map(|(least, greatest)| format!("{} to {}", number(least), number(greatest)))
            .unwrap_or_default();
        let ratio = match (is_ours, ours) {
            (false, Some(ours)) => format!("{:.2}", ours / turns.median()),
            _ => String::new(),
        };
        let median = number(turns.median());
        writeln!(
            text,
            "| {what} | {unit} | {who} | {median} | {spread} | {ratio} |"
        )?;
    }
    Ok(())
}

/// As many digits as say something.
pub(crate) fn number(value: f64) -> String {
    match value.abs() {
        v if v >= 1_000.0 => format!("{value:.0}"),
        v if v >= 10.0 => format!("{value:.1}"),
        _ => format!("{value:.2}"),
    }
}

/// When, on what and beside what a bench ran.
fn conditions(bench: Bench, turns: u32) -> anyhow::Result<String> {
    let day = jiff::Timestamp::now().strftime("%Y-%m-%d");
    let cores = std::thread::available_parallelism()?;
    let cpu = fs::read_to_string("/proc/cpuinfo")?;
    let model = cpu
        .lines()
        .find_map(|line| line.strip_prefix("model name")?.split_once(": "))
        .map_or("unknown processor", |(_, model)| model);
    let kernel = fs::read_to_string("/proc/sys/kernel/osrelease")?;
    let load = proc::load()?;
    let peers = super::peers::versions(bench);
    let peers = match peers.is_empty() {
        true => String::new(),
        false => format!(" Beside us: {}.", peers.join(", ")),
    };
    let turns = match turns {
        1 => "one turn".to_owned(),
        n => format!("{n} turns"),
    };
    let busy = match load > cores.get() as f64 {
        true => ", **busy with other work**",
        false => "",
    };
    Ok(format!(
        "{day}, {cores} cores ({model}), Linux {}, load {load:.1} at the end{busy}; {turns}.{peers}",
        kernel.trim()
    ))
}

#[cfg(test)]
mod tests {
    use clap::ValueEnum;

    use super::*;

    #[test]
    fn each_bench_has_its_place_on_the_page() {
        let page = fs::read_to_string(root().join(PAGE)).unwrap();
        for bench in Bench::value_variants().iter().filter(|b| **b != Bench::All) {
            assert!(replaced(&page, bench.name(), "").is_some(), "{bench:?}");
        }
    }

    #[test]
    fn a_section_leaves_the_others() {
        let page = "a\n<!-- bench x -->\nold\n<!-- end x -->\nb\n";
        let expected = "a\n<!-- bench x -->\nnew\n<!-- end x -->\nb\n";
        assert_eq!(replaced(page, "x", "new\n").unwrap(), expected);
        assert_eq!(replaced(page, "y", "new\n"), None);
    }
}
