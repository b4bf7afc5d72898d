//! What an idle connection costs the controller in memory.

use std::time::Duration;

use declic_tests::device::Session;
use declic_tests::{Controller, Device};

use super::{Figure, proc};

const DEVICES: usize = 500;

pub(crate) fn measure() -> anyhow::Result<Vec<Figure>> {
    let mut controller = Controller::start();
    let pid = controller.process().id();
    let runtime = tokio::runtime::Runtime::new()?;
    let (before, after) = runtime.block_on(async {
        let mut devices = Vec::new();
        for n in 0..DEVICES {
            devices.push(Device::enrol(&controller, &format!("BENCH-{n:03}")).await?);
        }
        // The first sessions also pay for what all of them share.
        let mut sessions = Vec::new();
        let (warm, rest) = devices.split_at(DEVICES / 5);
        for device in warm {
            sessions.push(patiently(device).await?);
        }
        let before = proc::status_kib(pid, "RssAnon")?;
        for device in rest {
            sessions.push(patiently(device).await?);
        }
        let after = proc::status_kib(pid, "RssAnon")?;
        anyhow::Ok((before, after))
    })?;
    controller.kill();
    let counted = (DEVICES - DEVICES / 5) as f64;
    Ok(vec![Figure {
        bench: "connections",
        what: "memory per idle TLS connection",
        unit: "KiB",
        ours: (after - before) / counted,
    }])
}

/// Connects, and tries again where the controller holds back an address from which
/// too many come at once.
async fn patiently(device: &Device) -> anyhow::Result<Session> {
    let mut tries = 0;
    loop {
        match device.connect().await {
            Err(error) if tries >= 50 => return Err(error),
            Err(_) => {
                tries += 1;
                tokio::time::sleep(Duration::from_millis(200)).await;
            }
            connected => return connected,
        }
    }
}
