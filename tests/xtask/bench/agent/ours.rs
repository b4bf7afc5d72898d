//! Our agent: TLS, a spool on disk, receipts.

use anyhow::Context;
use declic_tests::process::program;
use declic_tests::{Agent, Controller};

use super::house::{HOUSE, House, NEAR};
use super::{INTERVAL_S, SIZE, VALUES, watch};
use crate::bench::table::{OURS, Table};

const ASSET: &str = "BENCH-001";

pub(super) fn measure(table: &mut Table) -> anyhow::Result<()> {
    let house = House::build()?;
    let mut controller = Controller::prepare();
    controller.host = NEAR.to_owned();
    controller.run();
    let mut agent = Agent::default();
    agent.inside = Some(HOUSE.to_owned());
    agent.enrol(&controller.code(ASSET));
    agent.run(&format!("{INTERVAL_S}s"));
    let reports = || {
        controller
            .device(ASSET)
            .and_then(|d| d["reports"].as_u64())
            .unwrap_or(0)
    };
    watch(table, OURS, &house, "declic-agent", reports)?;
    table.ours(VALUES, "values", values_of(&controller)?);
    let size = std::fs::metadata(std::fs::canonicalize(program("declic-agent"))?)?.len();
    table.ours(SIZE, "KiB", size as f64 / 1024.0);
    agent.stop();
    controller.stop();
    Ok(())
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
    let device = controller.device(ASSET).context("the device")?;
    let id = device["device"].as_str().context("its name")?.to_owned();
    let shown = controller.json(&["device", "show", &id]);
    let mut report = shown["latest"]["report"].clone();
    if let Some(fields) = report.as_object_mut() {
        // Kept from an earlier report: not in every one.
        fields.remove("slow");
    }
    Ok(count(&report) as f64)
}
