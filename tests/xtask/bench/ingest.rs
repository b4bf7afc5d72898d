//! What a stored report costs the controller: TLS, decode, judge, durable, receipt.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use declic_common::{InstallId, UpKind};
use declic_tests::{Controller, Device};
use rumqttc::{Event, Packet, QoS};
use tokio::task::JoinSet;

use super::{Figure, proc};

const DEVICES: usize = 100;
const UNACKNOWLEDGED: u64 = 16;
const WARM: Duration = Duration::from_secs(3);
const MEASURED: Duration = Duration::from_secs(10);

pub(crate) fn measure() -> anyhow::Result<Vec<Figure>> {
    let mut controller = Controller::start();
    let pid = controller.process().id();
    let runtime = tokio::runtime::Runtime::new()?;
    let (reports, cpu, elapsed) = runtime.block_on(async {
        let mut devices = Vec::new();
        for n in 0..DEVICES {
            let device = Device::enrol(&controller, &format!("BENCH-{n:03}")).await?;
            let install = InstallId::from_bits(device.id.to_bits());
            devices.push(Device { install, ..device });
        }
        let stored = Arc::new(AtomicU64::new(0));
        let mut load = JoinSet::new();
        for device in devices {
            load.spawn(closed_loop(device, Arc::clone(&stored)));
        }
        tokio::time::sleep(WARM).await;
        let (began, before, cpu) = (
            Instant::now(),
            stored.load(Ordering::Relaxed),
            proc::cpu_seconds(pid)?,
        );
        tokio::time::sleep(MEASURED).await;
        let reports = stored.load(Ordering::Relaxed) - before;
        let cpu = proc::cpu_seconds(pid)? - cpu;
        anyhow::Ok((reports as f64, cpu, began.elapsed().as_secs_f64()))
    })?;
    let rss = proc::status_kib(pid, "VmRSS")?;
    runtime.shutdown_background();
    controller.kill();
    let figure = |what, unit, ours| Figure {
        bench: "ingest",
        what,
        unit,
        ours,
    };
    Ok(vec![
        figure(
            "CPU per stored report, 100 connections x 16",
            "us",
            cpu * 1e6 / reports,
        ),
        figure(
            "reports stored a second (shared machine)",
            "1/s",
            reports / elapsed,
        ),
        figure("resident memory after the load", "KiB", rss),
    ])
}

/// Keeps sixteen reports on their way, for ever.
async fn closed_loop(device: Device, stored: Arc<AtomicU64>) -> anyhow::Result<()> {
    let mut session = device.connect().await?;
    let topic = device.topic(UpKind::Report);
    let mut seq = 0;
    let mut flying = 0;
    loop {
        while flying < UNACKNOWLEDGED {
            seq += 1;
            flying += 1;
            let payload = device.report(1, seq, 1);
            session
                .client
                .try_publish(topic.clone(), QoS::AtLeastOnce, false, payload)?;
        }
        if let Event::Incoming(Packet::PubAck(_)) = session.events.poll().await? {
            flying -= 1;
            stored.fetch_add(1, Ordering::Relaxed);
        }
    }
}
