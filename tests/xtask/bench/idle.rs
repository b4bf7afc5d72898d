//! What one more TLS session with a certificate costs a server in memory while nothing is said.

use std::time::Duration;

use declic_tests::device::Session;
use declic_tests::mosquitto::{Mosquitto, PROGRAM};
use declic_tests::{Controller, Device};
use tokio::runtime::Runtime;

use super::table::{OURS, Table};
use super::{peers, proc};

/// The first ones pay for what all share.
const BEFORE: usize = 50;
const COUNTED: usize = 250;
const TRIES: usize = 100;
/// Who comes too fast from one address is turned away, and comes again.
const AGAIN: Duration = Duration::from_millis(100);
/// What connecting took is given back.
const REST: Duration = Duration::from_secs(2);

pub(crate) fn measure(table: &mut Table, what: &'static str) -> anyhow::Result<()> {
    let mut controller = Controller::start();
    let runtime = Runtime::new()?;
    let mut devices = Vec::new();
    for n in 0..BEFORE + COUNTED {
        devices.push(runtime.block_on(Device::enrol(&controller, &format!("IDLE-{n:03}")))?);
    }
    let pid = controller.process().id();
    table.note(OURS, what, "KiB", each(&runtime, &devices, pid)?);
    if peers::is_there(PROGRAM) {
        let broker = Mosquitto::start(controller.dir());
        for device in &mut devices {
            device.port = broker.port;
        }
        let kib = each(&runtime, &devices, broker.pid())?;
        table.note("mosquitto", what, "KiB", kib);
    }
    controller.kill();
    Ok(())
}

fn each(runtime: &Runtime, devices: &[Device], pid: u32) -> anyhow::Result<f64> {
    let connect = |devices: &[Device]| -> anyhow::Result<Vec<Session>> {
        let sessions = devices
            .iter()
            .map(|device| runtime.block_on(patiently(device)));
        let sessions = sessions.collect();
        std::thread::sleep(REST);
        sessions
    };
    let _first = connect(&devices[..BEFORE])?;
    let before = proc::status_kib(pid, "RssAnon")?;
    let _counted = connect(&devices[BEFORE..])?;
    let after = proc::status_kib(pid, "RssAnon")?;
    Ok((after - before) / COUNTED as f64)
}

/// A server on a busy machine may be too late with a handshake, and one that is not lets in so many
/// of one address at once.
async fn patiently(device: &Device) -> anyhow::Result<Session> {
    for _ in 0..TRIES {
        if let Ok(session) = device.connect().await {
            return Ok(session);
        }
        tokio::time::sleep(AGAIN).await;
    }
    device.connect().await
}
