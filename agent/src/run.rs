//! Runs an agent: one task that owns everything, and the uplink beside it.

use std::future::Future;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use declic_common::limits::INTERVAL_DEFAULT_S;
use declic_common::status::State as Word;
use tokio::runtime::Runtime;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::{Notify, mpsc};
use tokio::time::{Instant, timeout};

use crate::agent::{Agent, Next};
use crate::alarm::Alarm;
use crate::errands::{Done, Errands};
use crate::identity::Identity;
use crate::meter::Meter;
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
/// No two samples come closer than this, however fast a simulated clock runs.
const SAMPLE_LEAST: Duration = Duration::from_millis(250);
/// How long a report waits for the ladder, or one interval if that is shorter; no
/// climb lasts longer.
const CLIMB_PATIENCE: Duration = Duration::from_secs(10);

/// How an agent is run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    pub state_dir: PathBuf,
    /// Instead of the programme's interval; for trials.
    pub interval: Option<Duration>,
    /// How many times faster than ours the machine's clocks run; 1, but for
    /// simulated homes.
    pub speed: u32,
    /// Open the local socket, for the people of this PC.
    pub socket: bool,
    /// Whether what is kept must outlast a power cut of the machine that this runs on. Only
    /// the simulated homes of a demonstration can do without: a hundred of them would wait for
    /// one disk.
    pub synced: bool,
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
            speed: 1,
            socket: true,
            synced: true,
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
    signals: mpsc::Receiver<Signal>,
) -> anyhow::Result<Ended> {
    run_counted(options, probe, signals, None).await
}

/// [`run`], one of many agents of which a meter counts what they do.
pub async fn run_counted(
    options: Options,
    probe: Box<dyn Probe>,
    mut signals: mpsc::Receiver<Signal>,
    meter: Option<Arc<Meter>>,
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
    if let Some(meter) = meter {
        agent.counted_by(meter);
    }
    let hurry = Arc::new(Notify::new());
    let mut wire = Wire::lay(&agent, &options, &hurry)?;
    let mut errands = Errands::default();
    // What the machine's clocks call `span`, on ours.
    let real = |span: Duration| span / options.speed.max(1);
    let mut alarm = Alarm::new().context("failed to set an alarm")?;
    let mut due = Due {
        sample: Instant::now(),
        // The first report is worth a short wait for the readings that take long.
        climb: Instant::now() + SLOW_PATIENCE.min(real(agent.interval())),
        report: None,
        burst: None,
    };
    let mut awaits_slow = true;
    let ended = loop {
        if agent.is_retired() {
            break Ended::Retired;
        }
        if !errands.reads_slowly()
            && let Some(job) = agent.slow_job()
        {
            errands.read_slowly(job);
        }
        if errands.climbs_in_vain(agent.is_connected()) {
            errands.climb(agent.climb(), agent.is_connected());
        }
        due.burst = agent.until_burst().map(|wait| Instant::now() + real(wait));
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
            done = errands.next() => match done {
                Done::Slow(read) => {
                    agent.take_slow(read);
                    if std::mem::take(&mut awaits_slow) { Next::ReportNow } else { Next::Nothing }
                }
                Done::Ladder(ladder) => {
                    agent.take_ladder(ladder);
                    match due.report.take() {
                        Some(_) => agent.report(),
                        None => Next::Nothing,
                    }
                }
                Done::Renewal(renewed) => agent.take_renewal(renewed),
            },
            rung = alarm.at(due.first()) => {
                rung.context("failed to wait")?;
                let now = Instant::now();
                if due.climb <= now {
                    if !errands.climbs() {
                        errands.climb(agent.climb(), agent.is_connected());
                    }
                    let interval = real(agent.interval());
                    due.climb = now + interval;
                    due.report.get_or_insert(now + CLIMB_PATIENCE.min(interval));
                    // Along with the report, so that the machine is not woken for it alone.
                    due.sample = now;
                    Next::Nothing
                } else if due.sample <= now {
                    due.sample = now + real(agent.sample_every()).max(SAMPLE_LEAST);
                    agent.sample()
                } else if due.report.is_some_and(|report| report <= now) {
                    due.report = None;
                    agent.report()
                } else {
                    agent.burst()
                }
            }
        };
        match next {
            Next::Nothing => {}
            Next::ReportNow => due.climb = Instant::now(),
            Next::Refresh => awaits_slow = true,
            Next::Hurry => {
                // What a climb under way has found so far may be over.
                errands.climb(agent.climb(), agent.is_connected());
                due.climb = Instant::now();
                hurry.notify_one();
            }
            Next::Reschedule => due.climb = due.climb.min(Instant::now() + real(agent.interval())),
            Next::Redial => {
                agent.hang_up();
                wire = Wire::lay(&agent, &options, &hurry)?;
            }
            Next::Renew => {
                if !errands.renews() {
                    errands.renew(agent.renew(&options.state_dir));
                }
            }
        }
    };
    // A renewal must not write once this PC has been forgotten.
    drop(errands);
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

/// When the agent is to act by itself.
#[derive(Clone, Copy, Debug)]
struct Due {
    sample: Instant,
    /// An interval is over: the ladder is climbed, and a report follows.
    climb: Instant,
    /// A report that is due waits a moment for what the ladder finds.
    report: Option<Instant>,
    burst: Option<Instant>,
}

impl Due {
    fn first(&self) -> Instant {
        [self.report, self.burst]
            .into_iter()
            .flatten()
            .fold(self.sample.min(self.climb), Instant::min)
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
            longest_wait: options.interval.unwrap_or(default) / options.speed.max(1),
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

#[cfg(test)]
mod tests;
