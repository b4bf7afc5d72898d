//! What an idle connection costs the controller in memory.

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
            sessions.push(device.connect().await?);
        }
        let before = proc::status_kib(pid, "RssAnon")?;
        for device in rest {
            sessions.push(device.connect().await?);
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
