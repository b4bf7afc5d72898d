//! The homes of a fast demonstration, before our eyes: real agents that are switched on and
//! off, put to sleep, cut off, and left without power.

use std::sync::Arc;
use std::thread;
use std::time::Duration;

use anyhow::Context;
use declic_agent::pace::Pace;
use declic_agent::run as agent_run;
use declic_agent::run::{Options as AgentOptions, Signal};
use declic_agent::simulate::Home;
use tokio::sync::{mpsc, watch};
use tokio::task::{JoinHandle, LocalSet, spawn_local};
use tokio::time::{sleep, sleep_until, timeout};

use super::GOODBYE;
use super::household::Household;
use super::script::Act;

/// How long a machine stays awake after it said that it will sleep; what has not left by then
/// leaves after the sleep.
const DROWSY: Duration = Duration::from_millis(100);
/// The starts of a PC before our eyes, told from those of its past.
const LIVE_STARTS: u64 = 1 << 16;

/// All agents of the demonstration, on a thread of their own.
pub(super) struct Homes {
    stop: watch::Sender<bool>,
    thread: thread::JoinHandle<()>,
}

impl Homes {
    pub(super) fn start(
        households: Vec<Household>,
        pace: Pace,
        interval: Duration,
    ) -> anyhow::Result<Self> {
        let (stop, stopping) = watch::channel(false);
        let thread = thread::Builder::new()
            .name("homes".to_owned())
            .spawn(move || live(households, pace, interval, &stopping))
            .context("failed to start the homes")?;
        Ok(Homes { stop, thread })
    }

    pub(super) async fn stop(self) {
        self.stop.send_replace(true);
        let thread = self.thread;
        let ended = tokio::task::spawn_blocking(move || thread.join());
        if timeout(GOODBYE, ended).await.is_err() {
            tracing::warn!("some homes did not say goodbye in time");
        }
    }
}

/// Lives every home's life, side by side, until all are told to stop.
fn live(
    households: Vec<Household>,
    pace: Pace,
    interval: Duration,
    stopping: &watch::Receiver<bool>,
) {
    let runtime = match agent_run::runtime() {
        Ok(runtime) => runtime,
        Err(error) => return tracing::error!(%error, "failed to start the homes"),
    };
    let homes = LocalSet::new();
    for household in households {
        let machine = Machine::of(household, pace, interval);
        homes.spawn_local(machine.live(stopping.clone()));
    }
    runtime.block_on(homes);
    runtime.shutdown_background();
}

/// The PC of a household.
struct Machine {
    household: Household,
    pace: Pace,
    interval: Duration,
    starts: u64,
    running: Option<Running>,
    line_is_up: bool,
    /// Since then, ms UTC.
    asleep_since: Option<i64>,
}

/// An agent that runs.
struct Running {
    signals: mpsc::Sender<Signal>,
    awake: watch::Sender<bool>,
    task: JoinHandle<()>,
}

impl Machine {
    fn of(household: Household, pace: Pace, interval: Duration) -> Self {
        let line_is_up = household.past.line().is_none();
        Machine {
            household,
            pace,
            interval,
            starts: LIVE_STARTS,
            running: None,
            line_is_up,
            asleep_since: None,
        }
    }

    async fn live(mut self, mut stopping: watch::Receiver<bool>) {
        self.join_line();
        tokio::select! {
            () = self.follow() => {}
            // An error means that nobody can stop us any more, which is an end as well.
            _ = stopping.wait_for(|stop| *stop) => {}
        }
        if self.asleep_since.is_some() {
            return self.pull_plug();
        }
        if let Some(running) = self.running.take() {
            running.stop().await;
        }
    }

    /// Does what the script says, and then waits for ever.
    async fn follow(&mut self) {
        let script = std::mem::take(&mut self.household.live);
        for moment in script.0 {
            sleep_until(self.pace.moment(moment.at).into()).await;
            let world = &self.household.world;
            match moment.act {
                Act::SwitchOn => self.switch_on(),
                Act::ShutDown => {
                    world.go_down();
                    if let Some(running) = self.running.take() {
                        running.stop().await;
                    }
                }
                Act::Sleep => self.fall_asleep().await,
                Act::Wake => self.wake(),
                Act::PullPlug => self.pull_plug(),
                Act::Line(broken) => {
                    world.reach(broken);
                    self.line_is_up = broken.is_none();
                    self.join_line();
                }
                Act::LoseInternet => world.reach(Some(3)),
                Act::FillDisk => world.fill_disk(),
                Act::LoseSectors => world.lose_sectors(8),
            }
        }
        std::future::pending().await
    }

    fn switch_on(&mut self) {
        self.starts += 1;
        let household = &self.household;
        let home = Home::new(household.seed, self.starts)
            .at_pace(self.pace)
            .in_world(Arc::clone(&household.world));
        let options = AgentOptions {
            state_dir: household.state_dir.clone(),
            interval: Some(self.interval),
            speed: self.pace.speed(),
            socket: false,
            synced: false,
        };
        let (signals, heard) = mpsc::channel(4);
        let (awake, seen) = watch::channel(true);
        let code = household.code.clone();
        let task = spawn_local(async move {
            let run = agent_run::run(options, Box::new(home), heard);
            if let Err(error) = while_awake(run, seen).await {
                tracing::error!(home = code, error = format!("{error:#}"), "a home ended");
            }
        });
        self.running = Some(Running {
            signals,
            awake,
            task,
        });
    }

    async fn fall_asleep(&mut self) {
        let Some(running) = &self.running else { return };
        let _ = running.signals.send(Signal::Sleep).await;
        sleep(DROWSY).await;
        self.asleep_since = Some(self.pace.now_ms());
        running.awake.send_replace(false);
        self.join_line();
    }

    fn wake(&mut self) {
        let Some(since) = self.asleep_since.take() else {
            return;
        };
        self.household
            .world
            .sleep(self.pace.now_ms().abs_diff(since));
        self.join_line();
        if let Some(running) = &self.running {
            running.awake.send_replace(true);
        }
    }

    /// Nobody says goodbye; the connection is gone with the machine.
    fn pull_plug(&mut self) {
        self.asleep_since = None;
        if let Some(running) = self.running.take() {
            running.task.abort();
        }
        self.join_line();
    }

    /// A machine that sleeps holds no connection.
    fn join_line(&self) {
        match self.line_is_up && self.asleep_since.is_none() {
            true => self.household.line.mend(),
            false => self.household.line.cut(),
        }
    }
}

impl Running {
    async fn stop(self) {
        let _ = self.signals.send(Signal::Stop).await;
        let _ = self.task.await;
    }
}

/// Runs as a machine does: not at all while it sleeps.
async fn while_awake<F: Future>(run: F, mut awake: watch::Receiver<bool>) -> F::Output {
    let mut run = std::pin::pin!(run);
    loop {
        let is_awake = *awake.borrow_and_update();
        tokio::select! {
            biased;
            ended = &mut run, if is_awake => return ended,
            changed = awake.changed() => if changed.is_err() {
                // Nobody can wake it or put it to sleep any more.
                return run.await;
            },
        }
    }
}
