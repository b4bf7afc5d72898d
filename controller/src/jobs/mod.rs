//! Work that comes round: each job reads the state and puts it right, so that
//! running it twice is harmless.

mod listening;

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::time::{MissedTickBehavior, interval};

use self::listening::Listening;
use crate::app::device::time;
use crate::app::minimise::Rounds;
use crate::app::rules::Moment;
use crate::app::ticket::{age, calls};
use crate::app::{
    App, absence, backup, history, life, login, minimise, programme, retire, rhythm, rules,
};
use crate::clock;

const EVERY: Duration = Duration::from_secs(30);
/// However fast the clock runs, rounds come no closer than this.
const EVERY_LEAST: Duration = Duration::from_millis(250);
/// What ages by days is looked at once in so many ms.
const SELDOM_MS: i64 = 3_600_000;

/// Runs every job, for ever.
pub async fn run(app: Arc<App>) {
    let begun = Instant::now();
    let mut jobs = Jobs::begin(&app, clock::now().as_millisecond());
    let mut round = interval(clock::real(EVERY).max(EVERY_LEAST));
    round.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        round.tick().await;
        // Both at once: what a round takes is no jump of the clock.
        let (now, passed) = (clock::now(), begun.elapsed() * clock::speed());
        jobs.round(&app, now.as_millisecond(), passed).await;
    }
}

/// What a round remembers of those before it.
#[derive(Debug)]
pub(crate) struct Jobs {
    listening: Listening,
    minimised: Rounds,
    upkeep: history::Upkeep,
    seldom_at: Option<i64>,
}

impl Jobs {
    pub(crate) fn begin(app: &App, now: i64) -> Self {
        Jobs {
            listening: Listening::begin(app.started_at.as_millisecond(), now, clock::speed()),
            minimised: Rounds::default(),
            upkeep: history::Upkeep::default(),
            seldom_at: None,
        }
    }

    /// Runs every job once, at `now` (ms UTC), `passed` after the beginning by a count of time
    /// that does not jump.
    pub(crate) async fn round(&mut self, app: &Arc<App>, now: i64, passed: Duration) {
        let moment = Moment {
            now,
            listening_since: self.listening.round(now, passed),
        };
        if let Err(error) = life::alive(app, now).await {
            tracing::warn!(%error, "failed to note that the controller runs");
        }
        match minimise::round(app, &mut self.minimised, now).await {
            Ok(0) => {}
            Ok(devices) => tracing::info!(devices, "old days keep one state each"),
            Err(error) => tracing::warn!(%error, "failed to minimise old days"),
        }
        history::upkeep(app, &mut self.upkeep, now).await;
        match retire::finish(app, now).await {
            Ok(0) => {}
            Ok(devices) => tracing::info!(devices, "retired devices are now shut out"),
            Err(error) => tracing::warn!(%error, "failed to finish retirements"),
        }
        if let Err(error) = login::sweep(app, now).await {
            tracing::warn!(%error, "failed to remove ended logins");
        }
        match rhythm::round(app, now).await {
            Ok(false) => {}
            Ok(true) => tracing::info!("learnt the rhythms of the homes again"),
            Err(error) => tracing::warn!(%error, "failed to learn the rhythms of the homes"),
        }
        match calls::take(app, now).await {
            Ok(0) => {}
            Ok(calls) => tracing::info!(calls, "calls for help have a ticket"),
            Err(error) => tracing::warn!(%error, "failed to open tickets for calls"),
        }
        match age::resume(app, now).await {
            Ok(0) => {}
            Ok(tickets) => tracing::info!(tickets, "tickets have waited until today"),
            Err(error) => tracing::warn!(%error, "failed to take up what has waited"),
        }
        match rules::round(app, moment).await {
            Ok(0) => {}
            Ok(tickets) => tracing::info!(tickets, "rules changed tickets"),
            Err(error) => tracing::warn!(%error, "failed to run the rules"),
        }
        backup::round(app, time(now)).await;
        if self.is_time_for_the_seldom(now) {
            match absence::sweep(app, now).await {
                Ok(0) => {}
                Ok(absences) => tracing::info!(absences, "absences that are over are forgotten"),
                Err(error) => tracing::warn!(%error, "failed to forget absences"),
            }
            match age::close_solved(app, now).await {
                Ok(0) => {}
                Ok(tickets) => tracing::info!(tickets, "solved tickets are now closed"),
                Err(error) => tracing::warn!(%error, "failed to close solved tickets"),
            }
            match age::purge(app, now).await {
                Ok(0) => {}
                Ok(texts) => tracing::info!(texts, "texts of old tickets are purged"),
                Err(error) => tracing::warn!(%error, "failed to purge texts"),
            }
            match programme::purge(app, now).await {
                Ok(purged) if purged.is_nothing() => {}
                Ok(purged) => tracing::info!(
                    contacts = purged.contacts,
                    fields = purged.fields,
                    keys = purged.keys,
                    "the people of a programme that is over are forgotten"
                ),
                Err(error) => tracing::warn!(%error, "failed to forget the people of a programme"),
            }
        }
    }

    /// Notes it too. A clock that was set back does not put it off for long.
    fn is_time_for_the_seldom(&mut self, now: i64) -> bool {
        let far = |at: i64| now.saturating_sub(at).saturating_abs() >= SELDOM_MS;
        let due = self.seldom_at.is_none_or(far);
        if due {
            self.seldom_at = Some(now);
        }
        due
    }
}
