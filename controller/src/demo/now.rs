//! A demonstration without a past, at the speed of the day, this machine among its homes.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use anyhow::Context;
use declic_agent::identity::Identity;
use declic_agent::probe::{Machine, Probe, Sources};
use declic_agent::run as agent_run;
use declic_agent::run::{HELPER_DIR, Options as AgentOptions, Signal};
use declic_agent::simulate::Home;
use declic_common::api::{NewPlacement, Place};
use declic_common::programme::vocabulary::Hands;
use jiff::{Timestamp, ToSpan};
use tokio::sync::mpsc;
use tokio::task::LocalSet;

use super::enrolling::SITE;
use super::records::{self, Days, HOMES_MAX, Handed};
use super::{DemoOptions, GOODBYE, Stage, controller, enrolling, household, posts, tour, year};
use crate::app::App;
use crate::app::placement::{self, PlaceError};
use crate::clock;
use crate::domain::days::paris;
use crate::serve::Server;

pub(super) async fn run(
    options: &DemoOptions,
    place: &Path,
    stop: impl Future<Output = ()>,
    mut show: impl FnMut(Stage),
) -> anyhow::Result<()> {
    let server = Server::start(controller(options, place)).await?;
    let homes = enrolling::enrol(&server.app, place, options.devices).await?;
    settle(&server.app, options, &homes).await?;
    let mut machines = homes;
    // A made-up past is of homes alone: its history is what is measured.
    if options.history_days == 0 {
        let now = clock::now().as_millisecond();
        let posts = posts::settle(&server.app, place, options.devices, now).await?;
        machines.extend(posts);
    }
    let homes = Homes::start(machines, options.interval)?;
    if options.history_days > 0 {
        let now = clock::now().as_millisecond();
        year::begin(&server.app, options.history_days, now).await?;
    }
    show(tour(&server, options).await?);
    server
        .until(async {
            stop.await;
            // The homes first, so that each of them says goodbye.
            homes.stop().await;
        })
        .await
}

/// Writes the programme, and hands each PC over to its household. With a made-up past the PCs
/// stay nobody's: of a home that has just begun nobody would see it.
async fn settle(app: &Arc<App>, options: &DemoOptions, homes: &[PathBuf]) -> anyhow::Result<()> {
    let now = clock::now();
    let today = now.to_zoned(paris()).date();
    let past = i32::try_from(options.history_days).unwrap_or(i32::MAX);
    let days = Days {
        first: today.saturating_sub(past.days()),
        today,
    };
    let now = now.as_millisecond();
    let code = household::code;
    let is_new = records::write(app, options.devices, code, days, now).await?;
    if !is_new || options.history_days > 0 {
        return Ok(());
    }
    let mut handed = Vec::new();
    for (n, home) in homes.iter().enumerate().take(HOMES_MAX) {
        hand_over(app, n, home, now).await?;
        handed.push(Handed {
            home: n,
            on: today,
            hands: Hands::Handover,
        });
    }
    records::sign(app, &handed, code, now).await
}

/// Gives the PC of this folder to the `n`th household, at `now` (ms UTC).
pub(super) async fn hand_over(
    app: &Arc<App>,
    n: usize,
    folder: &Path,
    now: i64,
) -> anyhow::Result<()> {
    let wish = NewPlacement {
        place: Place::Home,
        household: Some(household::code(n)),
        site: Some(SITE.to_owned()),
        seat: None,
    };
    let device = Identity::load(folder)?.device;
    match placement::put(app, device, wish, "demo", now).await {
        // In a folder of a demonstration of before.
        Ok(_) | Err(PlaceError::Refused(_)) => Ok(()),
        Err(error) => Err(error).context("failed to hand a PC over"),
    }
}

/// All agents of the demonstration, on a thread of their own.
pub(super) struct Homes {
    stop: Vec<mpsc::Sender<Signal>>,
    thread: thread::JoinHandle<()>,
}

impl Homes {
    pub(super) fn start(homes: Vec<PathBuf>, interval: Duration) -> anyhow::Result<Self> {
        let (stop, agents) = homes
            .into_iter()
            .enumerate()
            .map(|(n, state_dir)| {
                let (stop, signals) = mpsc::channel(1);
                (stop, (n, state_dir, signals))
            })
            .unzip();
        let thread = thread::Builder::new()
            .name("homes".to_owned())
            .spawn(move || live(agents, interval))
            .context("failed to start the homes")?;
        Ok(Homes { stop, thread })
    }

    pub(super) async fn stop(self) {
        for home in &self.stop {
            let _ = home.send(Signal::Stop).await;
        }
        let thread = self.thread;
        let ended = tokio::task::spawn_blocking(move || thread.join());
        if tokio::time::timeout(GOODBYE, ended).await.is_err() {
            tracing::warn!("some homes did not say goodbye in time");
        }
    }
}

type Agent = (usize, PathBuf, mpsc::Receiver<Signal>);

/// Lives every home's life, side by side, until each has been told to stop.
fn live(agents: Vec<Agent>, interval: Duration) {
    let runtime = match agent_run::runtime() {
        Ok(runtime) => runtime,
        Err(error) => return tracing::error!(%error, "failed to start the homes"),
    };
    let homes = LocalSet::new();
    for (n, state_dir, signals) in agents {
        homes.spawn_local(async move {
            let memory = state_dir.clone();
            let options = AgentOptions {
                state_dir,
                interval: Some(interval),
                speed: 1,
                socket: n == 0,
                synced: true,
            };
            let life = u64::try_from(Timestamp::now().as_nanosecond()).unwrap_or_default();
            let probe: Box<dyn Probe> = match n {
                0 => Box::new(Machine::new(Sources::machine(HELPER_DIR)).remembering(&memory)),
                n => Box::new(Home::new(n as u64, life)),
            };
            if let Err(error) = agent_run::run(options, probe, signals).await {
                tracing::error!(home = n, error = format!("{error:#}"), "a home ended");
            }
        });
    }
    runtime.block_on(homes);
    // A slow reading under way is not waited for.
    runtime.shutdown_background();
}
