//! The history of what devices reported: kept as rows for a day and a half, then sealed
//! into chunks, and read across both without a seam.
//!
//! Three kinds of rows come of a sealed day and share its life: the reports as columns,
//! their sums by hour, and their sums by day, which are kept longer. Whoever writes them
//! goes through [`parts`], whose batches are refused if the day changed meanwhile.

pub mod days;
pub mod export;
pub mod fleet;
pub mod import;
pub mod parts;
pub mod purge;
pub mod query;
pub mod read;
pub mod seal;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use declic_common::envelope::Number;
use declic_common::report::HealthReport;

use super::App;
use super::counters::Counters;
use crate::domain::metric::METRICS;
use crate::store::StoreError;
use crate::store::chunk::{ChunkError, Row, RowId};

/// How often somebody looks again because reports were moved meanwhile.
const LOOKS: usize = 500;

impl From<ChunkError> for StoreError {
    fn from(error: ChunkError) -> Self {
        StoreError::Corrupt(error.to_string())
    }
}

/// What the work that comes round remembers.
#[derive(Debug, Default)]
pub struct Upkeep {
    sealing: seal::Rounds,
    purging: purge::Rounds,
}

/// Seals what is old, then removes what is kept no longer. Run it every minute; running
/// it twice is harmless.
pub async fn upkeep(app: &Arc<App>, upkeep: &mut Upkeep, now: i64) {
    match seal::round(app, &mut upkeep.sealing, now).await {
        Ok(0) => {}
        Ok(reports) => tracing::info!(reports, "old reports are sealed"),
        Err(error) => tracing::warn!(%error, "failed to seal old reports"),
    }
    match purge::round(app, &mut upkeep.purging, now).await {
        Ok(purged) if purged.is_nothing() => {}
        Ok(purge::Purged {
            reports,
            days,
            journals,
        }) => tracing::info!(
            reports,
            days,
            journals,
            "what was kept for long enough is gone"
        ),
        Err(error) => tracing::warn!(%error, "failed to remove what is kept no longer"),
    }
}

/// Which report a row of history is.
pub fn id(at: i64, number: Number) -> RowId {
    RowId {
        at,
        install: number.install.to_bits(),
        boot: number.boot,
        seq: number.seq,
    }
}

/// What history keeps of a report: every metric that it has a value of.
pub fn row(id: RowId, estimated: bool, report: &HealthReport) -> Row {
    let values = METRICS.iter().filter_map(|metric| {
        let value = (metric.read)(report)?;
        Some((metric.number, metric.unit as u8, value))
    });
    Row {
        id,
        estimated,
        values: values.collect(),
    }
}

/// Looks at rows and at sums of sealed days as they were at one moment: looks again where
/// reports were moved from the ones to the others meanwhile. Blocks.
fn steady<T>(
    counters: &Counters,
    mut look: impl FnMut() -> Result<T, StoreError>,
) -> Result<T, StoreError> {
    for _ in 0..LOOKS {
        let done = counters.seals_done.get();
        let found = look()?;
        if counters.seals_begun.get() == done {
            return Ok(found);
        }
        std::thread::yield_now();
    }
    Err(StoreError::Conflict)
}
