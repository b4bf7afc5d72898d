//! Old reports are sealed while the controller is killed again and again: each report is
//! there, and each once.

use std::collections::BTreeSet;
use std::io::Write;

use anyhow::Context;
use declic_common::DeviceId;
use declic_tests::controller::get;
use declic_tests::wait::{PATIENCE, eventually};
use declic_tests::{Controller, Device};

const DEVICES: usize = 4;
/// Days before today on which the devices reported, and how often.
const DAYS: [u32; 5] = [9, 8, 7, 6, 4];
const REPORTS: u64 = 60;

#[test]
fn a_controller_that_is_killed_while_it_seals_loses_and_doubles_nothing() {
    let mut controller = Controller::prepare();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let mut devices: Vec<Device> = Vec::new();
    let mut seq = 0;
    for ago in DAYS {
        controller.faketime = Some(format!("-{ago}d"));
        controller.run();
        runtime
            .block_on(async {
                for n in devices.len()..DEVICES {
                    devices.push(Device::enrol(&controller, &format!("BDX-{n:03}")).await?);
                }
                for device in &devices {
                    let mut session = device.connect().await?;
                    for n in 1..=REPORTS {
                        session.report(1, seq + n, 1).await?;
                    }
                }
                anyhow::Ok(())
            })
            .unwrap();
        seq += REPORTS;
        // So that nothing is sealed before its time has come.
        controller.kill();
    }
    let wanted: BTreeSet<u64> = (1..=seq).collect();
    let total = seq * DEVICES as u64;
    controller.faketime = None;
    let mut kills = 0;
    loop {
        controller.run();
        eventually("some sealed reports", PATIENCE, || {
            sealed(&controller).filter(|sealed| *sealed > 0)
        });
        controller.kill();
        kills += 1;
        let sizes = controller.json(&["store", "sizes"]);
        let rows = sizes["kinds"][1]["rows"].as_u64().unwrap();
        assert_eq!(
            sizes["sealed_reports"].as_u64().unwrap() + rows,
            total,
            "{sizes}"
        );
        if rows == 0 {
            break;
        }
    }
    controller.run();
    for device in &devices {
        assert_eq!(stored(&controller, device.id).unwrap(), wanted);
    }
    controller.stop();
    let text = format!("killed {kills} times; {total} reports, each there once");
    let _ = writeln!(std::io::stderr(), "{text}");
}

fn sealed(controller: &Controller) -> Option<u64> {
    let (_, text) = get(&format!(
        "http://127.0.0.1:{}/metrics",
        controller.http_port
    ))?;
    let line = text
        .lines()
        .find(|line| line.starts_with("declic_sealed_total"))?;
    line.split_whitespace().nth(1)?.parse().ok()
}

/// The numbers that the whole history of a device holds; an error if one is there twice.
fn stored(controller: &Controller, device: DeviceId) -> anyhow::Result<BTreeSet<u64>> {
    let id = device.to_string();
    let points = controller.json(&[
        "device",
        "history",
        &id,
        "memory_available_bytes",
        "--days",
        "30",
    ]);
    let mut stored = BTreeSet::new();
    for point in points.as_array().context("a list of points")? {
        let seq = point["value"].as_u64().context("a number")?;
        anyhow::ensure!(stored.insert(seq), "report {seq} is there twice");
    }
    Ok(stored)
}
