//! Work that comes round: each job reads the state and puts it right, so that
//! running it twice is harmless.

mod listening;

use std::sync::Arc;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use tokio::time::{MissedTickBehavior, interval};

use self::listening::Listening;
use crate::app::minimise::Rounds;
use crate::app::rules::Moment;
use crate::app::ticket::{age, calls};
use crate::app::{App, history, life, login, minimise, retire, rules};

const EVERY: Duration = Duration::from_secs(30);
/// What ages by days is looked at once in so many rounds: every hour.
const SELDOM: u32 = 120;

/// Runs every job, for ever.
pub async fn run(app: Arc<App>) {
    let begun = Instant::now();
    let mut listening = Listening::begin(Timestamp::now().as_millisecond());
    let mut round = interval(EVERY);
    let mut rounds = Rounds::default();
    let mut upkeep = history::Upkeep::default();
    round.set_missed_tick_behavior(MissedTickBehavior::Delay);
    for n in 0_u32.. {
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
        history::upkeep(&app, &mut upkeep, now).await;
        match retire::finish(&app, now).await {
            Ok(0) => {}
            Ok(devices) => tracing::info!(devices, "retired devices are now shut out"),
            Err(error) => tracing::warn!(%error, "failed to finish retirements"),
        }
        if let Err(error) = login::sweep(&app, now).await {
            tracing::warn!(%error, "failed to remove ended logins");
        }
        match calls::take(&app, now).await {
            Ok(0) => {}
            Ok(calls) => tracing::info!(calls, "calls for help have a ticket"),
            Err(error) => tracing::warn!(%error, "failed to open tickets for calls"),
        }
        let moment = Moment {
            now,
            listening_since: listening.round(now, begun.elapsed()),
        };
        match rules::round(&app, moment).await {
            Ok(0) => {}
            Ok(tickets) => tracing::info!(tickets, "rules changed tickets"),
            Err(error) => tracing::warn!(%error, "failed to run the rules"),
        }
        if n.is_multiple_of(SELDOM) {
            match age::close_solved(&app, now).await {
                Ok(0) => {}
                Ok(tickets) => tracing::info!(tickets, "solved tickets are now closed"),
                Err(error) => tracing::warn!(%error, "failed to close solved tickets"),
            }
            match age::purge(&app, now).await {
                Ok(0) => {}
                Ok(texts) => tracing::info!(texts, "texts of old tickets are purged"),
                Err(error) => tracing::warn!(%error, "failed to purge texts"),
            }
        }
    }
}
