//! Mosquitto with the same certificates and the same load: it acknowledges and stores nothing.

use std::sync::atomic::Ordering;

use declic_tests::mosquitto::{Mosquitto, PROGRAM as BROKER};
use declic_tests::{Controller, Device};

use super::{MEMORY, load, watch};
use crate::bench::proc;
use crate::bench::table::Table;

pub(super) const PROGRAM: &str = BROKER;
const NAME: &str = "mosquitto, TLS, stores nothing";

pub(super) fn measure(table: &mut Table) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Runtime::new()?;
    // Only to sign the certificates.
    let mut controller = Controller::start();
    let devices = load::devices(&controller, &runtime)?;
    let broker = Mosquitto::start(controller.dir());
    controller.kill();
    let port = broker.port;
    let devices = devices.into_iter();
    let devices = devices.map(|device| Device { port, ..device }).collect();
    let load = load::begin(devices, &runtime)?;
    let pid = broker.pid();
    watch(
        table,
        NAME,
        || Ok(load.stored.load(Ordering::Relaxed)),
        || proc::cpu_seconds(pid),
    )?;
    table.note(NAME, MEMORY, "KiB", proc::status_kib(pid, "VmRSS")?);
    drop(load);
    runtime.shutdown_background();
    Ok(())
}
