//! A home's network: a namespace with one cable to this machine, on which every byte is counted.

use std::process::{Command, Stdio};

use anyhow::{Context, bail};

pub(crate) const HOUSE: &str = "declic-bench";
/// This machine's end of the cable, and the home's.
pub(crate) const NEAR: &str = "10.77.77.1";
pub(crate) const FAR: &str = "10.77.77.2";

/// A network namespace with one cable to this machine; gone when dropped.
#[derive(Debug)]
pub(crate) struct House;

impl House {
    pub(crate) fn build() -> anyhow::Result<Self> {
        let _ = ip(&["netns", "del", HOUSE]);
        ip(&["netns", "add", HOUSE])?;
        let house = House;
        ip(&[
            "link",
            "add",
            "declic-near",
            "type",
            "veth",
            "peer",
            "name",
            "declic-far",
            "netns",
            HOUSE,
        ])?;
        ip(&["addr", "add", &format!("{NEAR}/24"), "dev", "declic-near"])?;
        ip(&["link", "set", "declic-near", "up"])?;
        ip(&[
            "-n",
            HOUSE,
            "addr",
            "add",
            &format!("{FAR}/24"),
            "dev",
            "declic-far",
        ])?;
        ip(&["-n", HOUSE, "link", "set", "declic-far", "up"])?;
        ip(&["-n", HOUSE, "link", "set", "lo", "up"])?;
        Ok(house)
    }

    fn counter(&self, name: &str) -> anyhow::Result<u64> {
        let read = |way: &str| -> anyhow::Result<u64> {
            let path = format!("/sys/class/net/declic-near/statistics/{way}_{name}");
            Ok(std::fs::read_to_string(path)?.trim().parse()?)
        };
        Ok(read("rx")? + read("tx")?)
    }

    pub(crate) fn bytes(&self) -> anyhow::Result<u64> {
        self.counter("bytes")
    }

    pub(crate) fn packets(&self) -> anyhow::Result<u64> {
        self.counter("packets")
    }

    /// A program that is started inside.
    pub(crate) fn inside(&self, program: &str) -> Command {
        let mut command = Command::new("ip");
        command.args(["netns", "exec", HOUSE, program]);
        command
    }

    pub(crate) fn process_named(&self, name: &str) -> anyhow::Result<u32> {
        let output = Command::new("ip").args(["netns", "pids", HOUSE]).output()?;
        for pid in String::from_utf8_lossy(&output.stdout).split_whitespace() {
            let comm = std::fs::read_to_string(format!("/proc/{pid}/comm")).unwrap_or_default();
            if comm.trim() == name {
                return Ok(pid.parse()?);
            }
        }
        bail!("no {name} runs in the namespace")
    }
}

impl Drop for House {
    fn drop(&mut self) {
        let _ = ip(&["link", "del", "declic-near"]);
        let _ = ip(&["netns", "del", HOUSE]);
    }
}

fn ip(args: &[&str]) -> anyhow::Result<()> {
    let status = Command::new("ip")
        .args(args)
        .stderr(Stdio::null())
        .status()
        .context("the agent's bench needs iproute2 and root")?;
    if !status.success() {
        bail!(
            "`ip {}` failed: the agent's bench needs root",
            args.join(" ")
        );
    }
    Ok(())
}
