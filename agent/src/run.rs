//! Runs an agent: one task that owns everything, and the uplink beside it.

use std::future::Future;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use declic_common::limits::INTERVAL_DEFAULT_S;
use declic_common::report::Slow;
use declic_common::status::State as Word;
use tokio::runtime::Runtime;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::{Notify, mpsc};
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep_until, timeout};

use crate::agent::{Agent, Next};
use crate::identity::Identity;
use crate::probe::{Machine, Probe, Sources};
use crate::socket::{self, Question};
use crate::uplink::{self, Line, News};

/// Where a privileged timer leaves what only root may read.
pub const HELPER_DIR: &str = "/var/lib/declic-helper";
/// Time for the last words on the way out.
const GOODBYE: Duration = Duration::from_secs(3);
/// How long the first report waits for the slow readings, or one interval if that
/// is shorter.
const SLOW_PATIENCE: Duration = Duration::from_secs(5);
const SAMPLE_EVERY: Duration = Duration::from_secs(30);

/// How an agent is run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    pub state_dir: PathBuf,
    /// Instead of the programme's interval; for trials.
    pub interval: Option<Duration>,
    /// Open the local socket, for the people of this PC.
    pub socket: bool,
}

/// What the outside tells a running agent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signal {
    Stop,
    /// The machine is about to sleep.
    Sleep,
}

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    Stopped,
    /// The programme let go of this PC, and nothing of it is left.
    Retired,
}

/// One thread is enough for one PC.
pub fn runtime() -> anyhow::Result<Runtime> {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        // Slow readings and name look-ups; idle threads go.
        .max_blocking_threads(4)
        .thread_keep_alive(Duration::from_secs(2))
        .build()
        .context("failed to start")
}

/// Runs the agent of this machine until SIGTERM or SIGINT. SIGUSR1 says that the
/// machine is about to sleep.
pub fn this_machine(state_dir: &Path, interval: Option<Duration>) -> anyhow::Result<()> {
    let runtime = runtime()?;
    let ended = runtime.block_on(async {
        let (sender, signals) = mpsc::channel(4);
        let mut term = signal(SignalKind::terminate())?;
        let mut interrupt = signal(SignalKind::interrupt())?;
        let mut sleep = signal(SignalKind::user_defined1())?;
        tokio::spawn(async move {
            loop {
                let signal = tokio::select! {
                    _ = term.recv() => Signal::Stop,
                    _ = interrupt.recv() => Signal::Stop,
                    _ = sleep.recv() => Signal::Sleep,
                };
                if sender.send(signal).await.is_err() {
                    return;
                }
            }
        });
        let options = Options {
            state_dir: state_dir.to_owned(),
            interval,
            socket: true,
        };
        let machine = Machine::new(Sources::machine(HELPER_DIR)).remembering(state_dir);
        run(options, Box::new(machine), signals).await?;
        Ok(())
    });
    // A slow reading under way, or a name that is still being looked up, is not
    // waited for.
    runtime.shutdown_background();
    ended
}

/// Runs an agent over a machine, real or simulated, until it is told to stop or
/// the channel of its signals closes.
pub async fn run(
    options: Options,
    probe: Box<dyn Probe>,
    mut signals: mpsc::Receiver<Signal>,
) -> anyhow::Result<Ended> {
    let identity = Identity::load(&options.state_dir)?;
    let (ask, mut questions) = mpsc::channel::<Question>(4);
    let doorman = match options.socket {
        true => match socket::listen(&options.state_dir) {
            Ok(listener) => Some(tokio::spawn(socket::serve(listener, ask.clone()))),
            Err(error) if error.kind() == ErrorKind::AddrInUse => {
                return Err(error).context("failed to open the agent's socket");
            }
            // A disk that became read-only is just what somebody must hear of.
            Err(error) => {
                tracing::warn!(%error, "failed to open the agent's socket: going on without");
                None
            }
        },
        false => None,
    };
    let mut agent = Agent::begin(&options, identity, probe)?;
    let hurry = Arc::new(Notify::new());
    let mut wire = Wire::lay(&agent, &options, &hurry)?;
    let mut slow = slow_job(&mut agent);
    let mut next_sample = Instant::now();
    // The first report is worth a short wait for the readings that take long.
    let mut next_report = Instant::now() + SLOW_PATIENCE.min(agent.interval());
    let mut first = true;
    let ended = loop {
        if agent.is_retired() {
            break Ended::Retired;
        }
        let burst_at = agent.until_burst().map(|wait| Instant::now() + wait);
        let next = tokio::select! {
            biased;
            signal = signals.recv() => match signal {
                Some(Signal::Sleep) => agent.about_to_sleep(),
                Some(Signal::Stop) | None => break Ended::Stopped,
            },
            news = wire.news.recv() => match news {
                Some(news) => agent.hear(news),
                None => Next::Redial,
            },
            Some(question) = questions.recv() => agent.answer(question),
            read = run_slow(slow.as_mut()) => {
                agent.take_slow(read);
                Next::SlowDone
            }
            () = sleep_until(next_report) => {
                climb(&mut agent, &mut signals).await;
                first = false;
                next_report = Instant::now() + agent.interval();
                agent.report()
            }
            () = sleep_until(next_sample) => {
                next_sample = Instant::now() + sample_every(agent.interval());
                agent.sample()
            }
            () = until(burst_at) => agent.burst(),
        };
        match next {
            Next::Nothing => {}
            Next::SlowDone => {
                slow = None;
                if std::mem::take(&mut first) {
                    next_report = Instant::now();
                }
            }
            Next::ReportNow => next_report = Instant::now(),
            Next::Hurry => {
                next_report = Instant::now();
                hurry.notify_one();
            }
            Next::Reschedule => next_report = next_report.min(Instant::now() + agent.interval()),
            Next::Redial => {
                agent.hang_up();
                wire = Wire::lay(&agent, &options, &hurry)?;
            }
            Next::Renew => {
                if agent.renew(&options.state_dir).await {
                    agent.hang_up();
                    wire = Wire::lay(&agent, &options, &hurry)?;
                }
            }
        }
        if slow.is_none() {
            slow = slow_job(&mut agent);
        }
    };
    if let Some(doorman) = doorman {
        doorman.abort();
        let _ = std::fs::remove_file(socket::path(&options.state_dir));
    }
    goodbye(&mut agent, &mut wire).await;
    if ended == Ended::Retired {
        agent.erase(&options.state_dir)?;
    }
    Ok(ended)
}

/// Resolves at a moment; never without one.
async fn until(moment: Option<Instant>) {
    match moment {
        Some(moment) => sleep_until(moment).await,
        None => std::future::pending().await,
    }
}

type SlowTask = JoinHandle<Slow>;

fn slow_job(agent: &mut Agent) -> Option<SlowTask> {
    agent.slow_job().map(tokio::task::spawn_blocking)
}

/// Resolves with slow readings under way; never without any.
async fn run_slow(task: Option<&mut SlowTask>) -> Option<Slow> {
    match task {
        Some(task) => task.await.ok(),
        None => std::future::pending().await,
    }
}

/// Climbs the ladder, unless the agent is told to stop meanwhile: then the
/// signal is given back by closing what it came through.
async fn climb(agent: &mut Agent, signals: &mut mpsc::Receiver<Signal>) {
    let climbing = agent.climb();
    let mut climbing = pin!(climbing);
    loop {
        tokio::select! {
            () = &mut climbing => return,
            signal = signals.recv() => match signal {
                Some(Signal::Sleep) => {}
                Some(Signal::Stop) | None => {
                    signals.close();
                    return;
                }
            },
        }
    }
}

/// Says goodbye, and waits until the session has sent it.
async fn goodbye(agent: &mut Agent, wire: &mut Wire) {
    if !agent.say_goodbye() {
        return;
    }
    let sent = async {
        while let Some(news) = wire.news.recv().await {
            match news {
                News::Lost => return,
                other => {
                    agent.hear(other);
                }
            }
        }
    };
    let _ = timeout(GOODBYE, sent).await;
}

/// Often enough to see a spike and a pulled cable, seldom enough to cost nothing.
fn sample_every(interval: Duration) -> Duration {
    (interval / 4).clamp(Duration::from_millis(250), SAMPLE_EVERY)
}

/// The uplink's task and its news; the task ends with them.
struct Wire {
    news: mpsc::Receiver<News>,
}

impl Wire {
    fn lay(agent: &Agent, options: &Options, hurry: &Arc<Notify>) -> anyhow::Result<Self> {
        let default = Duration::from_secs(INTERVAL_DEFAULT_S.into());
        let identity = agent.identity();
        let line = Line {
            device: identity.device,
            addresses: agent.addresses(),
            tls: Arc::new(identity.client_config()?),
            longest_wait: options.interval.unwrap_or(default),
        };
        let (sender, news) = mpsc::channel(64);
        tokio::spawn(uplink::run(line, sender, Arc::clone(hurry)));
        Ok(Wire { news })
    }
}

/// The word that fits how this run ends.
pub(crate) fn last_word(going_down: bool) -> Word {
    if going_down { Word::Off } else { Word::Stopped }
}

/// Asserts at compile time that an agent can run beside others in one process.
const _: fn() = || {
    fn is_send<T: Send>(_: impl Future<Output = T>) {}
    let _ = |options: Options, probe: Box<dyn Probe>, signals: mpsc::Receiver<Signal>| {
        is_send(run(options, probe, signals));
    };
};
