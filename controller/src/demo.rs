//! `declic demo`: a programme in one process. This machine is one of its homes,
//! enrolled for real over TLS; the others run the same agent over a simulated
//! machine.

mod past;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use anyhow::Context;
use declic_agent::probe::{Machine, Probe, Sources};
use declic_agent::run::{HELPER_DIR, Options as AgentOptions, Signal};
use declic_agent::simulate::Home;
use declic_agent::{enrol as agent_enrol, identity::Identity, run as agent_run};
use declic_common::api::NewEnrolment;
use declic_common::settings::{Address, Settings};
use jiff::Timestamp;
use tempfile::TempDir;
use tokio::sync::mpsc;
use tokio::task::{JoinSet, LocalSet};

use crate::app::{App, enrolment};
use crate::config::{Mqtt, Options, Web};
use crate::domain::retention::Retention;
use crate::domain::rules::thresholds::Thresholds;
use crate::serve::{Server, asked_to_stop};

/// Enrolments at once.
const ENROLLING: usize = 8;
/// For the last words of all homes.
const GOODBYE: Duration = Duration::from_secs(10);

/// How a demonstration is run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DemoOptions {
    /// Kept when given; otherwise it goes with the process.
    pub data_dir: Option<PathBuf>,
    /// Homes in all, this machine included.
    pub devices: usize,
    pub http: std::net::SocketAddr,
    pub mqtt: std::net::SocketAddr,
    pub interval: Duration,
    /// Days of a made-up past.
    pub history_days: u32,
}

/// Where a demonstration can be looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tour {
    pub data_dir: PathBuf,
    pub http: String,
    pub mqtt: String,
    pub devices: usize,
}

/// Runs until SIGTERM or SIGINT. `show` is called once, when the doors are open
/// and every home is enrolled.
pub async fn run(options: DemoOptions, show: impl FnOnce(&Tour)) -> anyhow::Result<()> {
    let stop = asked_to_stop()?;
    let place = Place::choose(options.data_dir.as_deref())?;
    let server = Server::start(Options {
        data_dir: place.path().to_owned(),
        mqtt: Mqtt::Endpoint(options.mqtt),
        enrol: Some(([127, 0, 0, 1], 0).into()),
        http: Some(options.http),
        web: Web::default(),
        public: Address {
            host: "127.0.0.1".to_owned(),
            mqtt_port: 0,
            enrol_port: 0,
        },
        settings: Settings::default(),
        notify: Default::default(),
        call_after_days: None,
        rules: Thresholds::default(),
        retention: kept(options.history_days),
        demo: true,
    })
    .await?;
    let homes = Homes::start(&server.app, place.path(), &options).await?;
    if options.history_days > 0 {
        let now = Timestamp::now().as_millisecond();
        past::begin(&server.app, options.history_days, now).await?;
    }
    show(&Tour {
        data_dir: server.app.programme.data_dir.clone(),
        http: server
            .app
            .programme
            .listening
            .http
            .clone()
            .unwrap_or_default(),
        mqtt: server.app.programme.listening.mqtt.clone(),
        devices: options.devices,
    });
    server
        .until(async {
            stop.await;
            // The homes first, so that each of them says goodbye.
            homes.stop().await;
        })
        .await
}

/// As usual, or for as long as the past that is made.
fn kept(days: u32) -> Retention {
    let usual = Retention::default();
    Retention {
        history_days: usual.history_days.max(days + 1),
        rollup_days: usual.rollup_days.max(days + 1),
        ..usual
    }
}

enum Place {
    Kept(PathBuf),
    Temporary(TempDir),
}

impl Place {
    fn choose(kept: Option<&Path>) -> anyhow::Result<Self> {
        match kept {
            Some(dir) => Ok(Place::Kept(dir.to_owned())),
            None => tempfile::Builder::new()
                .prefix("declic-demo-")
                .tempdir()
                .map(Place::Temporary)
                .context("failed to make a temporary folder"),
        }
    }

    fn path(&self) -> &Path {
        match self {
            Place::Kept(dir) => dir,
            Place::Temporary(dir) => dir.path(),
        }
    }
}

/// All agents of the demonstration, on a thread of their own.
struct Homes {
    stop: Vec<mpsc::Sender<Signal>>,
    thread: thread::JoinHandle<()>,
}

impl Homes {
    async fn start(app: &Arc<App>, place: &Path, options: &DemoOptions) -> anyhow::Result<Self> {
        let mut enrolling = JoinSet::new();
        let mut homes = Vec::new();
        for n in 0..options.devices {
            let state_dir = place.join(format!("homes/{n:03}"));
            homes.push((n, state_dir.clone()));
            if enrolling.len() >= ENROLLING
                && let Some(done) = enrolling.join_next().await
            {
                done??;
            }
            enrolling.spawn(enrol(Arc::clone(app), n, state_dir));
        }
        while let Some(done) = enrolling.join_next().await {
            done??;
        }
        let (stop, agents) = homes
            .into_iter()
            .map(|(n, state_dir)| {
                let (stop, signals) = mpsc::channel(1);
                (stop, (n, state_dir, signals))
            })
            .unzip();
        let interval = options.interval;
        let thread = thread::Builder::new()
            .name("homes".to_owned())
            .spawn(move || live(agents, interval))
            .context("failed to start the homes")?;
        Ok(Homes { stop, thread })
    }

    async fn stop(self) {
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

/// Enrols one home with a code of its own, unless it is enrolled already.
async fn enrol(app: Arc<App>, n: usize, state_dir: PathBuf) -> anyhow::Result<()> {
    if Identity::load(&state_dir).is_ok() {
        return Ok(());
    }
    let ask = NewEnrolment {
        asset: Some(format!("BDX-{:03}", n + 1)),
        site: Some("les-aubiers".to_owned()),
        ..NewEnrolment::default()
    };
    let made = enrolment::create(&app, ask, "demo", Timestamp::now().as_millisecond()).await?;
    let code = made.code.context("a new enrolment carries its code")?;
    agent_enrol::enrol(&code, &state_dir, false).await?;
    Ok(())
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
