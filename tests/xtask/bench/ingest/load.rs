//! The load over MQTT: a hundred devices, each with sixteen reports on their way.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use declic_common::InstallId;
use declic_common::UpKind;
use declic_common::envelope::{Number, address, store};
use declic_common::report::HealthReport;
use declic_tests::device::Session;
use declic_tests::{Controller, Device};
use rumqttc::{Event, Packet, QoS};
use tokio::runtime::Runtime;
use tokio::task::JoinSet;

use super::{CONNECTIONS, UNACKNOWLEDGED};

/// Twenty numbers, as a PC reports them.
const BODY: &str = r#"{"interval_s":900,
    "cpu":{"mean_permille":83,"max_permille":612,"load1_centi":42,"load5_centi":37,"load15_centi":29},
    "memory":{"total_bytes":4012345344,"available_bytes":2312110080,
        "swap_total_bytes":2147479552,"swap_free_bytes":2147479552},
    "disks":[{"class":"system","fs":"ext4","total_bytes":62725623808,"free_bytes":31020826624},
        {"class":"home","fs":"ext4","total_bytes":178201321472,"free_bytes":120450318336}],
    "temperatures":[{"sensor":"cpu","millicelsius":52500},{"sensor":"disk","millicelsius":38000}],
    "link":{"kind":"wifi","signal_dbm":-61,"speed_mbps":144},
    "ladder":{"link":true,"controller":true},"consent":"maintenance",
    "agent":{"version":"0.1.0","waiting":2,"resident_bytes":4407296}}"#;

/// Devices of a controller, each with an install of its own.
pub(super) fn devices(controller: &Controller, runtime: &Runtime) -> anyhow::Result<Vec<Device>> {
    let mut devices = Vec::new();
    for n in 0..CONNECTIONS {
        let device = runtime.block_on(Device::enrol(controller, &format!("BENCH-{n:03}")))?;
        let install = InstallId::from_bits(device.id.to_bits());
        devices.push(Device { install, ..device });
    }
    Ok(devices)
}

/// The load; it ends when it is dropped.
pub(super) struct Load {
    pub(super) stored: Arc<AtomicU64>,
    _tasks: JoinSet<()>,
}

/// Connects one after the other, so that none waits for too long, then begins.
pub(super) fn begin(devices: Vec<Device>, runtime: &Runtime) -> anyhow::Result<Load> {
    let stored = Arc::<AtomicU64>::default();
    let body: HealthReport = serde_json::from_str(BODY)?;
    let body = Arc::new(body);
    let mut sessions = Vec::with_capacity(devices.len());
    for device in devices {
        let session = runtime.block_on(device.connect())?;
        sessions.push((device, session));
    }
    let mut tasks = JoinSet::new();
    for (device, session) in sessions {
        let work = closed_loop(device, session, Arc::clone(&body), Arc::clone(&stored));
        let work = async {
            if let Err(error) = work.await {
                crate::run::say(&format!("a device of the load ended: {error:#}"));
            }
        };
        tasks.spawn_on(work, runtime.handle());
    }
    let _tasks = tasks;
    Ok(Load { stored, _tasks })
}

/// Keeps sixteen reports on their way, for ever.
async fn closed_loop(
    device: Device,
    mut session: Session,
    body: Arc<HealthReport>,
    stored: Arc<AtomicU64>,
) -> anyhow::Result<()> {
    let topic = device.topic(UpKind::Report);
    let (mut seq, mut flying) = (0, 0);
    loop {
        while flying < UNACKNOWLEDGED {
            seq += 1;
            flying += 1;
            let mut report = HealthReport::clone(&body);
            if let Some(memory) = &mut report.memory {
                memory.available_bytes = Some(2_312_110_080 + 4_096 * (seq % 9_973));
            }
            let number = Number {
                install: device.install,
                boot: 1,
                seq,
            };
            let kept = store(number, 1_800_000_000_000, seq, &report);
            let payload = address(&kept, 1, Some(0), false);
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
