//! The homes live, side by side on one thread, until somebody or something ends it.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::{Instant, MissedTickBehavior, interval_at, sleep, sleep_until, timeout};

use super::told::{Figures, Summary};
use super::{Fleet, Profile};
use crate::meter::Meter;
use crate::run::{self, Options, Signal};
use crate::simulate::Home;

/// With [`Profile::Steady`], between two homes that are switched on: a controller
/// lets in fifty connections of one address a second.
const ONE_BY_ONE: Duration = Duration::from_millis(20);
/// For the last words of all homes.
const GOODBYE: Duration = Duration::from_secs(20);
/// How often a quarter is looked at, to tell when it is back.
const LOOK: Duration = Duration::from_millis(100);

/// Lets all homes live. `show` is told the figures of each stretch.
pub(super) async fn live(fleet: &Fleet, mut show: impl FnMut(&Figures)) -> anyhow::Result<Summary> {
    let mut term = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let meter = Arc::<Meter>::default();
    let began = Instant::now();
    let mut homes = JoinSet::new();
    let mut signals = Vec::new();
    for n in 0..fleet.devices {
        let (stop, stopped) = mpsc::channel(1);
        signals.push(stop);
        let wait = match fleet.profile {
            Profile::Steady => ONE_BY_ONE * u32::try_from(n).unwrap_or(u32::MAX),
            Profile::Return => Duration::ZERO,
        };
        let meter = Arc::clone(&meter);
        homes.spawn(home(
            fleet.folder(n),
            fleet.interval,
            n,
            wait,
            stopped,
            meter,
        ));
    }
    let mut lines = interval_at(began + fleet.every, fleet.every);
    lines.set_missed_tick_behavior(MissedTickBehavior::Skip);
    let mut looks = interval_at(began + LOOK, LOOK);
    looks.set_missed_tick_behavior(MissedTickBehavior::Skip);
    let (start, mut before) = (meter.read(), meter.read());
    let mut summary = Summary {
        homes: fleet.devices as u64,
        ..Summary::default()
    };
    loop {
        tokio::select! {
            _ = term.recv() => break,
            _ = interrupt.recv() => break,
            () = end(began, fleet.lasts) => break,
            Some(ended) = homes.join_next() => {
                let why = match ended {
                    Ok(Ok(_)) => "the programme retired it".to_owned(),
                    Ok(Err(error)) => format!("{error:#}"),
                    Err(error) => error.to_string(),
                };
                summary.ended += 1;
                summary.first_end.get_or_insert(why);
                if homes.is_empty() {
                    break;
                }
            }
            _ = lines.tick() => {
                let now = meter.read();
                show(&Figures::of(began.elapsed(), &before, &now, fleet.devices));
                before = now;
            }
            _ = looks.tick() => {
                let now = meter.read();
                let all = fleet.devices as u64;
                if now.sessions >= all && now.connected + summary.ended >= all {
                    summary.connected_within.get_or_insert(began.elapsed());
                }
                if now.caught_up >= all && summary.caught_up_within.is_none() {
                    summary.caught_up_within = Some(began.elapsed());
                    if fleet.profile == Profile::Return && fleet.lasts.is_none() {
                        break;
                    }
                }
            }
        }
    }
    summary.figures = Figures::of(began.elapsed(), &start, &meter.read(), fleet.devices);
    for home in &signals {
        let _ = home.try_send(Signal::Stop);
    }
    let goodbye = async { while homes.join_next().await.is_some() {} };
    if timeout(GOODBYE, goodbye).await.is_err() {
        tracing::warn!(
            homes = homes.len(),
            "some homes did not say goodbye in time"
        );
        homes.shutdown().await;
    }
    Ok(summary)
}

async fn end(began: Instant, lasts: Option<Duration>) {
    match lasts {
        Some(lasts) => sleep_until(began + lasts).await,
        None => std::future::pending().await,
    }
}

async fn home(
    state_dir: PathBuf,
    interval: Duration,
    n: usize,
    wait: Duration,
    mut stopped: mpsc::Receiver<Signal>,
    meter: Arc<Meter>,
) -> anyhow::Result<run::Ended> {
    tokio::select! {
        () = sleep(wait) => {}
        _ = stopped.recv() => return Ok(run::Ended::Stopped),
    }
    let options = Options {
        state_dir,
        interval: Some(interval),
        speed: 1,
        socket: false,
        // Thousands of homes would wait for one disk, and it is the controller's that counts.
        synced: false,
    };
    // Switched on anew each time: another boot of the same machine.
    let life = SystemTime::now().duration_since(UNIX_EPOCH)?.as_nanos();
    let probe = Home::new(Fleet::seed(n), u64::try_from(life)?);
    run::run_counted(options, Box::new(probe), stopped, Some(meter)).await
}
