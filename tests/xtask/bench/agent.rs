//! One agent of this machine, in a network of its own, so that every byte that it
//! causes is counted at the interface.

use std::process::{Command, Stdio};

use anyhow::{Context, bail};
use declic_tests::process::program;
use declic_tests::wait::{eventually, seconds};
use declic_tests::{Agent, Controller};

use super::{Figure, proc};

const HOUSE: &str = "declic-bench";
const NEAR: &str = "10.77.77.1";
const FAR: &str = "10.77.77.2";
/// Reports that are counted, after as many that are not.
const REPORTS: u64 = 30;

pub(crate) fn measure() -> anyhow::Result<Vec<Figure>> {
    let house = House::build()?;
    let mut controller = Controller::prepare();
    controller.host = NEAR.to_owned();
    controller.run();
    let mut agent = Agent::default();
    agent.inside = Some(HOUSE.to_owned());
    agent.enrol(&controller.code("BENCH-001"));
    // Two seconds apart: no keep-alive falls between, and every report settles.
    agent.run("2s");
    let reports = || {
        controller
            .device("BENCH-001")
            .and_then(|d| d["reports"].as_u64())
            .unwrap_or(0)
    };
    eventually("a warm agent", seconds(300), || {
        (reports() >= REPORTS).then_some(())
    });

    let pid = house.process_named("declic-agent")?;
    let (first, bytes, packets, cpu) = (
        reports(),
        house.bytes()?,
        house.packets()?,
        proc::cpu_seconds(pid)?,
    );
    eventually("the counted reports", seconds(300), || {
        (reports() >= first + REPORTS).then_some(())
    });
    let made = (reports() - first) as f64;
    let bytes = (house.bytes()? - bytes) as f64;
    let packets = (house.packets()? - packets) as f64;
    let cpu = proc::cpu_seconds(pid)? - cpu;
    let values = values_of(&controller)?;
    let rss = proc::status_kib(pid, "VmRSS")?;
    let size = std::fs::metadata(std::fs::canonicalize(program("declic-agent"))?)?.len();
    agent.stop();
    controller.stop();
    let figure = |what, unit, ours| Figure {
        bench: "agent",
        what,
        unit,
        ours,
    };
    Ok(vec![
        figure("values in a report", "values", values),
        figure("CPU per report", "ms", cpu * 1e3 / made),
        // An Ethernet header of 14 bytes is not IP.
        figure(
            "IP bytes per report, both ways",
            "bytes",
            (bytes - 14.0 * packets) / made,
        ),
        figure("packets per report, both ways", "packets", packets / made),
        figure("resident memory", "KiB", rss),
        figure("size of the program", "KiB", size as f64 / 1024.0),
    ])
}

/// Numbers, words and truths in the latest report.
fn values_of(controller: &Controller) -> anyhow::Result<f64> {
    fn count(value: &serde_json::Value) -> usize {
        match value {
            serde_json::Value::Object(map) => map.values().map(count).sum(),
            serde_json::Value::Array(list) => list.iter().map(count).sum(),
            serde_json::Value::Null => 0,
            _ => 1,
        }
    }
    let device = controller.device("BENCH-001").context("the device")?;
    let id = device["device"].as_str().context("its name")?.to_owned();
    let shown = controller.json(&["device", "show", &id]);
    let mut report = shown["latest"]["report"].clone();
    if let Some(fields) = report.as_object_mut() {
        // Kept from an earlier report: not in every one.
        fields.remove("slow");
    }
    Ok(count(&report) as f64)
}

/// A network namespace with one cable to this machine; gone when dropped.
struct House;

impl House {
    fn build() -> anyhow::Result<Self> {
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

    fn bytes(&self) -> anyhow::Result<u64> {
        self.counter("bytes")
    }

    fn packets(&self) -> anyhow::Result<u64> {
        self.counter("packets")
    }

    fn process_named(&self, name: &str) -> anyhow::Result<u32> {
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
