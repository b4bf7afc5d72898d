//! A fleet of simulated homes in a process of its own, and the figures that it tells.

use std::io::{BufRead, BufReader, Lines};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};

use anyhow::{Context, bail};
use declic_tests::process::program;
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;

pub(crate) struct Homes {
    child: Child,
    lines: Lines<BufReader<ChildStdout>>,
}

impl Homes {
    /// Lets so many homes live; `args` say how.
    pub(crate) fn start(place: &Path, devices: u32, args: &[&str]) -> anyhow::Result<Self> {
        let mut child = Command::new(program("declic-simulate"))
            .args(["--devices", &devices.to_string(), "--format", "json"])
            .args(["--every", "1s", "--codes"])
            .arg(place.join("codes"))
            .arg("--state-dir")
            .arg(place.join("homes"))
            .args(args)
            .stdout(Stdio::piped())
            .spawn()
            .context("declic-simulate does not start")?;
        let output = child.stdout.take().context("its output")?;
        Ok(Homes {
            child,
            lines: BufReader::new(output).lines(),
        })
    }

    /// The next line; the last one is the summary.
    pub(crate) fn line(&mut self) -> anyhow::Result<Value> {
        let line = self.lines.next().context("the homes ended early")??;
        Ok(serde_json::from_str(&line)?)
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
        let last = self.until(|line| line["summary"].is_object())?;
        if !self.child.wait()?.success() {
            bail!("homes ended by themselves: {}", last["summary"]);
        }
        Ok(last["summary"].clone())
    }

    /// Asks them to end, and gives the summary.
    pub(crate) fn stop(self) -> anyhow::Result<Value> {
        if let Some(pid) = i32::try_from(self.child.id()).ok().and_then(Pid::from_raw) {
            kill_process(pid, Signal::TERM)?;
        }
        self.summary()
    }
}

impl Drop for Homes {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
