//! What the disks of a device said first: kept from its handover to its return.

use declic_common::DeviceId;
use declic_common::report::HealthReport;

use super::{App, audit};
use crate::domain::rules::baseline::Baseline;
use crate::store::record::{decode, encode};
use crate::store::records::tickets as record;
use crate::store::{Batch, Space, Store, StoreError, keys, read};

/// The baseline of a device; empty before its first report. Blocks.
pub fn load(store: &dyn Store, device: DeviceId) -> Result<Baseline, StoreError> {
    let value = store.get(Space::Core, &keys::baseline(device))?;
    let row: Option<record::Baseline> = value.as_deref().map(decode).transpose()?;
    Ok(Baseline {
        disks: row.map(|row| row.disks).unwrap_or_default(),
    })
}

/// The baseline of a device, as people see it.
pub async fn of(app: &App, device: DeviceId) -> Result<Baseline, StoreError> {
    read(&app.store, move |store| load(store, device)).await
}

/// Takes in what a report says of disks that were never seen; whether there were any.
pub fn follow(baseline: &mut Baseline, report: Option<&HealthReport>) -> bool {
    let smart = report
        .and_then(|report| report.slow.as_ref())
        .and_then(|slow| slow.smart.as_deref());
    baseline.absorb(smart.unwrap_or_default())
}

pub fn keep(batch: &mut Batch, device: DeviceId, baseline: &Baseline) {
    let row = record::Baseline {
        disks: baseline.disks.clone(),
    };
    batch.put(Space::Core, keys::baseline(device), encode(&row));
}

/// Begins a new life of a device's disks, at a handover or a return: its next
/// report is what they are judged by from now on.
pub fn begin_again(change: &mut audit::Change, device: DeviceId) {
    change.batch.del(Space::Core, keys::baseline(device));
    change.batch.del(Space::Core, keys::watches(device));
}
