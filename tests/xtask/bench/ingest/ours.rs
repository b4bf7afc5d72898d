//! Our controller.

use std::sync::atomic::Ordering;

use declic_tests::Controller;

use super::{MEMORY, load, watch};
use crate::bench::proc;
use crate::bench::table::{OURS, Table};

pub(super) fn measure(table: &mut Table) -> anyhow::Result<()> {
    let mut controller = Controller::start();
    let pid = controller.process().id();
    let runtime = tokio::runtime::Runtime::new()?;
    let devices = load::devices(&controller, &runtime)?;
    let load = load::begin(devices, &runtime)?;
    watch(
        table,
        OURS,
        || Ok(load.stored.load(Ordering::Relaxed)),
        || proc::cpu_seconds(pid),
    )?;
    table.ours(MEMORY, "KiB", proc::status_kib(pid, "VmRSS")?);
    drop(load);
    runtime.shutdown_background();
    controller.kill();
    Ok(())
}
