//! Work that comes round: each job reads the state and puts it right, so that
//! running it twice is harmless.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use tokio::time::{MissedTickBehavior, interval};

use crate::app::minimise::Rounds;
use crate::app::{App, life, minimise, retire};

const EVERY: Duration = Duration::from_secs(30);

/// Runs every job, for ever.
pub async fn run(app: Arc<App>) {
    let mut round = interval(EVERY);
    let mut rounds = Rounds::default();
    round.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        round.tick().await;
        let now = Timestamp::now().as_millisecond();
        if let Err(error) = life::alive(&app, now).await {
            tracing::warn!(%error, "failed to note that the controller runs");
        }
        match minimise::round(&app, &mut rounds, now).await {
            Ok(0) => {}
            Ok(devices) => tracing::info!(devices, "old days keep one state each"),
            Err(error) => tracing::warn!(%error, "failed to minimise old days"),
        }
        match retire::finish(&app, now).await {
            Ok(0) => {}
            Ok(devices) => tracing::info!(devices, "retired devices are now shut out"),
            Err(error) => tracing::warn!(%error, "failed to finish retirements"),
        }
    }
}
