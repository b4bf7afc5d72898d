//! A fleet of simulated homes in processes of their own, and the figures that they tell
//! together.
//!
//! A home takes five open files (a connection, its alarm, its folder's lock, its queue, one
//! to spare), and a process may have so many: more homes are shared out over several processes.

use std::fs;
use std::io::{BufRead, BufReader, Lines};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};

use anyhow::{Context, bail};
use declic_tests::process::program;
use rustix::process::{Pid, Resource, Signal, getrlimit, kill_process};
use serde_json::{Map, Value};

/// What `declic-simulate` asks the system for, for each home and for itself.
const FILES: (u64, u64) = (5, 64);

/// How each figure of several processes becomes one. A percentile of all is at most the
/// greatest of theirs, so what we tell is never better than what was.
const ADDED: &[&str] = &[
    "connected",
    "sessions",
    "sent",
    "acknowledged",
    "behind",
    "homes",
    "ended",
];

pub(crate) struct Homes {
    parts: Vec<Part>,
}

/// The homes of one process.
struct Share {
    count: usize,
    codes: PathBuf,
    homes: PathBuf,
}

struct Part {
    child: Child,
    lines: Lines<BufReader<ChildStdout>>,
}

impl Homes {
    /// Enrols so many homes, one process after the other: the door of enrolment takes few at a
    /// time from one address.
    pub(crate) fn enrol(place: &Path, devices: u32) -> anyhow::Result<()> {
        for share in Share::of(place, devices)? {
            Part::start(&share, &["--for", "1s"])?.summary()?;
        }
        Ok(())
    }

    /// Lets so many homes live; `args` say how.
    pub(crate) fn start(place: &Path, devices: u32, args: &[&str]) -> anyhow::Result<Self> {
        let shares = Share::of(place, devices)?;
        let parts = shares.iter().map(|share| Part::start(share, args));
        Ok(Homes {
            parts: parts.collect::<Result<_, _>>()?,
        })
    }

    /// The next line of all, as one; the last one is the summary.
    pub(crate) fn line(&mut self) -> anyhow::Result<Value> {
        let lines: Vec<Value> = self
            .parts
            .iter_mut()
            .map(Part::line)
            .collect::<Result<_, _>>()?;
        Ok(together(&lines))
    }

    /// Reads lines until one satisfies `seen`.
    pub(crate) fn until(&mut self, seen: impl Fn(&Value) -> bool) -> anyhow::Result<Value> {
        loop {
            let line = self.line()?;
            if seen(&line) {
                return Ok(line);
            }
        }
    }

    /// Waits until all of them are connected.
    pub(crate) fn connected(&mut self, devices: u32) -> anyhow::Result<()> {
        self.until(|line| line["connected"].as_u64() == Some(devices.into()))?;
        Ok(())
    }

    /// The summary, once they have ended by themselves.
    pub(crate) fn summary(mut self) -> anyhow::Result<Value> {
        let ends: Vec<Value> = self
            .parts
            .iter_mut()
            .map(Part::summary)
            .collect::<Result<_, _>>()?;
        Ok(together(&ends))
    }

    /// Asks them to end, and gives the summary.
    pub(crate) fn stop(self) -> anyhow::Result<Value> {
        for part in &self.parts {
            if let Some(pid) = i32::try_from(part.child.id()).ok().and_then(Pid::from_raw) {
                kill_process(pid, Signal::TERM)?;
            }
        }
        self.summary()
    }
}

impl Share {
    /// Shares out `devices` homes, whose codes lie in `place`.
    fn of(place: &Path, devices: u32) -> anyhow::Result<Vec<Self>> {
        let codes = fs::read_to_string(place.join("codes"))?;
        let codes: Vec<&str> = codes.lines().take(devices as usize).collect();
        // Evenly: a process of few homes, which report in the same second, tells a percentile of the
        // others' seconds in none of them.
        let parts = codes.len().div_ceil(most_of_a_process()).max(1);
        let share = codes.len().div_ceil(parts).max(1);
        let mut shares = Vec::new();
        for (n, codes) in codes.chunks(share).enumerate() {
            let folder = place.join(format!("quarter-{n}"));
            fs::create_dir_all(&folder)?;
            let share = Share {
                count: codes.len(),
                codes: folder.join("codes"),
                homes: folder.join("homes"),
            };
            fs::write(&share.codes, codes.join("\n"))?;
            shares.push(share);
        }
        Ok(shares)
    }
}

impl Part {
    fn start(share: &Share, args: &[&str]) -> anyhow::Result<Self> {
        let mut child = Command::new(program("declic-simulate"))
            .args(["--devices", &share.count.to_string(), "--format", "json"])
            .args(["--every", "1s", "--codes"])
            .arg(&share.codes)
            .arg("--state-dir")
            .arg(&share.homes)
            .args(args)
            .stdout(Stdio::piped())
            .spawn()
            .context("declic-simulate does not start")?;
        let output = child.stdout.take().context("its output")?;
        Ok(Part {
            child,
            lines: BufReader::new(output).lines(),
        })
    }

    fn line(&mut self) -> anyhow::Result<Value> {
        let line = self.lines.next().context("the homes ended early")??;
        Ok(serde_json::from_str(&line)?)
    }

    fn summary(&mut self) -> anyhow::Result<Value> {
        let mut last = self.line()?;
        while !last["summary"].is_object() {
            last = self.line()?;
        }
        if !self.child.wait()?.success() {
            bail!("homes ended by themselves: {}", last["summary"]);
        }
        Ok(last["summary"].take())
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn most_of_a_process() -> usize {
    let limit = getrlimit(Resource::Nofile).maximum.unwrap_or(u64::MAX);
    let (of_a_home, of_itself) = FILES;
    let most = limit.saturating_sub(of_itself) / of_a_home;
    usize::try_from(most).unwrap_or(usize::MAX).max(1)
}

/// Figures of several processes as one: counts added, times the greatest; a figure that one
/// of them does not have is left out.
fn together(parts: &[Value]) -> Value {
    let names = parts[0].as_object().into_iter().flat_map(Map::keys);
    let mut all = Map::new();
    for name in names {
        let values: Option<Vec<f64>> = parts.iter().map(|part| part[name].as_f64()).collect();
        let Some(values) = values else { continue };
        let value = if ADDED.contains(&name.as_str()) {
            Value::from(values.iter().sum::<f64>() as u64)
        } else {
            Value::from(values.into_iter().fold(f64::MIN, f64::max))
        };
        all.insert(name.clone(), value);
    }
    Value::Object(all)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn homes_of_two_processes_are_told_as_one_fleet() {
        let parts = [
            json!({"connected": 3, "behind": 0, "p99_ms": 12, "at_s": 1.0}),
            json!({"connected": 2, "behind": 1, "p99_ms": 40, "at_s": 1.1}),
        ];
        let expected = json!({"connected": 5, "behind": 1, "p99_ms": 40.0, "at_s": 1.1});
        assert_eq!(together(&parts), expected);
    }

    #[test]
    fn a_figure_that_one_process_lacks_is_not_told() {
        let parts = [json!({"p99_ms": 12}), json!({"p99_ms": null})];
        assert_eq!(together(&parts), json!({}));
    }
}
