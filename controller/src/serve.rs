//! `declic serve`: opens the store, then the doors, and closes them in order.

use std::fs::DirBuilder;
use std::future::Future;
use std::net::SocketAddr;
use std::os::unix::fs::DirBuilderExt;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use declic_common::settings::Address;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;
use tokio::task::{JoinSet, spawn_blocking};

use crate::app::hub::Kick;
use crate::app::{App, announcement, life, programme};
use crate::backup;
use crate::clock;
use crate::config::{Listening, Mqtt, Options, Programme, WebTls};
use crate::http::{self, Listeners};
use crate::ingest::{broker, endpoint};
use crate::jobs;
use crate::notify::{self, Channels};
use crate::pki::{self, Pki, Renewed, names};
use crate::store::records::Meta;
use crate::store::sled::{self, SledStore};
use crate::store::{Batch, Range, Space, Store, StoreError, keys, record};

/// How often the files of a certificate are looked at.
const RENEWED_EVERY: Duration = Duration::from_secs(60);

/// Every PC is an open file, and many systems give 1,024 unless they are asked.
fn open_many_files() {
    let limit = getrlimit(Resource::Nofile);
    let wanted = Rlimit {
        current: limit.maximum,
        ..limit
    };
    if let Err(error) = setrlimit(Resource::Nofile, wanted) {
        tracing::warn!(%error, "failed to raise the number of open files: few PCs may connect");
    }
}

/// A controller whose doors are open.
#[derive(Debug)]
pub struct Server {
    pub app: Arc<App>,
    store: Arc<SledStore>,
    doors: JoinSet<anyhow::Result<()>>,
    jobs: JoinSet<()>,
    channels: Arc<Channels>,
    stop: watch::Sender<bool>,
}

/// Serves until SIGTERM or SIGINT.
pub async fn run(options: Options) -> anyhow::Result<()> {
    open_many_files();
    let server = Server::start(options).await?;
    let listening = &server.app.programme.listening;
    tracing::info!(
        mqtt = %listening.mqtt,
        enrol = listening.enrol.as_deref().unwrap_or("closed"),
        http = listening.http.as_deref().unwrap_or("socket only"),
        devices = server.app.registry.len(),
        "ready"
    );
    server.until(asked_to_stop()?).await
}

/// Resolves at the first SIGTERM or SIGINT.
pub fn asked_to_stop() -> anyhow::Result<impl Future<Output = ()>> {
    let mut term = signal(SignalKind::terminate()).context("failed to wait for SIGTERM")?;
    let mut interrupt = signal(SignalKind::interrupt()).context("failed to wait for SIGINT")?;
    Ok(async move {
        tokio::select! {
            _ = term.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}

impl Server {
    /// Opens the store and every door, and lets the jobs come round. Nothing is listened on
    /// before the store is open.
    pub async fn start(options: Options) -> anyhow::Result<Self> {
        let mut server = Self::open(options).await?;
        server.begin_jobs();
        Ok(server)
    }

    /// [`Server::start`], but no job comes round before [`Server::begin_jobs`].
    pub(crate) async fn open(options: Options) -> anyhow::Result<Self> {
        let channels = Arc::new(Channels::new(&options.notify)?);
        make_private(&options.data_dir)?;
        backup::none_under_way(&options.data_dir)?;
        let place = options.data_dir.join("store");
        let store = spawn_blocking(move || SledStore::open(&place, sled::Options::default()))
            .await
            .context("opening the store was interrupted")??;
        let store = Arc::new(store);
        let engine: Arc<dyn Store> = Arc::clone(&store) as _;

        {
            let engine = Arc::clone(&engine);
            let demo = options.demo;
            spawn_blocking(move || same_kind(engine.as_ref(), demo))
                .await
                .context("reading the store was interrupted")??;
        }
        let doors = Doors::open(&options).await?;
        let address = doors.address(&options);
        let pki = {
            let engine = Arc::clone(&engine);
            let data_dir = options.data_dir.clone();
            let names = names(&address.host);
            spawn_blocking(move || open_pki(engine.as_ref(), &data_dir, &names))
                .await
                .context("opening the certificate authority was interrupted")??
        };
        let programme = Programme {
            address,
            settings: options.settings.clone(),
            rules: options.rules.clone(),
            retention: options.retention,
            household_keys_copy: options.household_keys_copy.clone(),
            listening: doors.listening(&options),
            call_after_days: options.call_after_days,
            demo: options.demo,
            data_dir: options.data_dir.clone(),
        };
        let app =
            spawn_blocking(move || App::start(engine, Arc::new(pki), programme, clock::now()))
                .await
                .context("reading the devices was interrupted")??;

        {
            let app = Arc::clone(&app);
            spawn_blocking(move || programme::put_right(&app))
                .await
                .context("looking at the keys of households was interrupted")??;
        }
        announcement::certify(&app)?;
        let _ = app.channels.set(channels.words());
        if let Some(folder) = &options.backups {
            app.backups.open(folder.clone());
            let looking = Arc::clone(&app);
            spawn_blocking(move || looking.backups.look())
                .await
                .context("looking at the backups was interrupted")?
                .with_context(|| format!("failed to read the backups in {}", folder.display()))?;
        }

        // Before any door opens: what comes in belongs to this life.
        life::alive(&app, app.started_at.as_millisecond())
            .await
            .or_else(only_when_full)?;
        let (stop, _) = watch::channel(false);
        let doors = doors.serve(&options, &app, &stop)?;
        Ok(Server {
            app,
            store,
            doors,
            jobs: JoinSet::new(),
            channels,
            stop,
        })
    }

    /// Lets the jobs come round from now on, and notices leave.
    pub(crate) fn begin_jobs(&mut self) {
        self.jobs.spawn(jobs::run(Arc::clone(&self.app)));
        let notices = notify::run(Arc::clone(&self.app), Arc::clone(&self.channels));
        self.jobs.spawn(notices);
    }

    /// Serves until `shutdown`, or until a door, the recorder or the jobs fail; then
    /// finishes what was begun, so that nothing acknowledged is lost.
    pub async fn until(mut self, shutdown: impl Future<Output = ()>) -> anyhow::Result<()> {
        let mut result = tokio::select! {
            () = shutdown => Ok(()),
            Some(ended) = self.doors.join_next() => failure(ended),
            // Neither comes back by itself: better a new process than one that only
            // looks alive.
            () = self.app.recorder.died() => Err(anyhow::anyhow!(
                "the recorder stopped after a fault of its own (see the panic above); what was \
                 acknowledged is on disk, so start the controller again"
            )),
            Some(ended) = self.jobs.join_next() => Err(lost_jobs(ended)),
        };
        tracing::info!("stopping");
        self.jobs.abort_all();
        let _ = self.stop.send(true);
        self.app.hub.kick_all(Kick::Stopping);
        while let Some(ended) = self.doors.join_next().await {
            result = result.and(failure(ended));
        }
        self.app.recorder.settled().await;
        let now = clock::now().as_millisecond();
        if let Err(error) = life::stopped(&self.app, now).await {
            tracing::warn!(%error, "failed to note the end of this life");
        }
        let store = self.store;
        spawn_blocking(move || store.close())
            .await
            .context("closing the store was interrupted")?;
        result
    }
}

/// A disk that is nearly full is no reason not to start: reading goes on.
fn only_when_full(error: StoreError) -> Result<(), StoreError> {
    match error {
        StoreError::Full => Ok(()),
        other => Err(other),
    }
}

fn failure(ended: Result<anyhow::Result<()>, tokio::task::JoinError>) -> anyhow::Result<()> {
    ended.context("a door ended unexpectedly").and_then(|r| r)
}

/// The jobs run for ever: that they ended is a fault of ours.
fn lost_jobs(ended: Result<(), tokio::task::JoinError>) -> anyhow::Error {
    let lost = "the jobs that come round ended unexpectedly; start the controller again";
    match ended {
        Ok(()) => anyhow::anyhow!(lost),
        Err(error) => anyhow::Error::new(error).context(lost),
    }
}

/// What is listened on, before anything is served.
struct Doors {
    mqtt: Option<TcpListener>,
    enrol: Option<TcpListener>,
    http: Listeners,
}

impl Doors {
    async fn open(options: &Options) -> anyhow::Result<Self> {
        let mqtt = match &options.mqtt {
            Mqtt::Endpoint(address) => Some(listen(*address, "MQTT").await?),
            Mqtt::Broker(_) => None,
        };
        let enrol = match options.enrol {
            Some(address) => Some(listen(address, "enrolment").await?),
            None => None,
        };
        let tcp = match options.http {
            Some(address) => Some(http::bind_tcp(address, &options.web).await?),
            None => None,
        };
        let unix = http::bind_unix(&http::socket_path(&options.data_dir))?;
        Ok(Doors {
            mqtt,
            enrol,
            http: Listeners {
                tcp,
                unix: Some(unix),
                // Needs the authority, which is opened later.
                tls: None,
                web: options.web.clone(),
            },
        })
    }

    /// Where devices find us: as told, or where we listen.
    fn address(&self, options: &Options) -> Address {
        let or_own = |told: u16, listener: &Option<TcpListener>| match told {
            0 => port(listener).unwrap_or(0),
            told => told,
        };
        let mqtt_port = match &options.mqtt {
            Mqtt::Broker(at) if options.public.mqtt_port == 0 => at.port,
            _ => or_own(options.public.mqtt_port, &self.mqtt),
        };
        Address {
            host: options.public.host.clone(),
            mqtt_port,
            enrol_port: or_own(options.public.enrol_port, &self.enrol),
        }
    }

    fn listening(&self, options: &Options) -> Listening {
        let local = |listener: &Option<TcpListener>| {
            let address = listener.as_ref()?.local_addr().ok()?;
            Some(address.to_string())
        };
        Listening {
            mqtt: match &options.mqtt {
                Mqtt::Broker(at) => format!("mqtts://{}:{}", at.host, at.port),
                Mqtt::Endpoint(_) => local(&self.mqtt).unwrap_or_default(),
            },
            enrol: local(&self.enrol),
            http: local(&self.http.tcp),
        }
    }

    fn serve(
        mut self,
        options: &Options,
        app: &Arc<App>,
        stop: &watch::Sender<bool>,
    ) -> anyhow::Result<JoinSet<anyhow::Result<()>>> {
        let stopping = || {
            let mut stop = stop.subscribe();
            async move {
                // An error means that the sender is gone, which is an end as well.
                let _ = stop.wait_for(|stop| *stop).await;
            }
        };
        let mut doors = JoinSet::new();
        self.http.tls = match &options.web.tls {
            None => None,
            Some(WebTls::Own) => Some(app.pki.web_server_config()?),
            Some(WebTls::Files { certificate, key }) => {
                let files = Renewed::open(certificate, key)?;
                doors.spawn(watch_certificate(Arc::clone(&files), stopping()));
                Some(pki::renewed_server_config(files)?)
            }
        };
        doors.spawn(http::serve(Arc::clone(app), self.http, stopping()));
        if let Some(listener) = self.enrol {
            let tls = app.pki.enrol_server_config()?;
            let enrol = http::enrol::run(listener, tls, Arc::clone(app), stopping());
            doors.spawn(async { enrol.await.context("failed to serve enrolment") });
        }
        if let Some(listener) = self.mqtt {
            let tls = app.pki.mqtt_server_config()?;
            let limits = endpoint::Limits::default();
            doors.spawn(endpoint::run(
                listener,
                tls,
                Arc::clone(app),
                limits,
                stopping(),
            ));
        }
        if let Mqtt::Broker(at) = &options.mqtt {
            let tls = Arc::new(app.pki.broker_client_config()?);
            let (at, app) = (at.clone(), Arc::clone(app));
            doors.spawn(broker::run(at, tls, app, stopping()));
        }
        Ok(doors)
    }
}

/// Shows the newest certificate of the files, until `stopping`.
async fn watch_certificate(
    files: Arc<Renewed>,
    stopping: impl Future<Output = ()>,
) -> anyhow::Result<()> {
    let rounds = async {
        loop {
            tokio::time::sleep(RENEWED_EVERY).await;
            let files = Arc::clone(&files);
            match spawn_blocking(move || files.refresh()).await {
                Ok(Ok(false)) | Err(_) => {}
                Ok(Ok(true)) => tracing::info!("shows the renewed certificate"),
                Ok(Err(error)) => {
                    tracing::warn!(%error, "shows the certificate of before");
                }
            }
        }
    };
    tokio::select! {
        () = stopping => Ok(()),
        () = rounds => Ok(()),
    }
}

fn port(listener: &Option<TcpListener>) -> Option<u16> {
    Some(listener.as_ref()?.local_addr().ok()?.port())
}

async fn listen(address: SocketAddr, what: &str) -> anyhow::Result<TcpListener> {
    TcpListener::bind(address).await.with_context(|| {
        format!("failed to listen for {what} on {address} (does another program use it?)")
    })
}

/// Keeps simulated homes out of a real programme, and the other way round: the
/// first start decides what a data directory is.
fn same_kind(store: &dyn Store, demo: bool) -> anyhow::Result<()> {
    let key = keys::meta("demo");
    let was_demo = match store.get(Space::Core, &key)? {
        Some(value) => record::decode::<Meta>(&value)?.number != 0,
        None => {
            let meta = Meta {
                number: demo.into(),
                text: None,
            };
            let mut batch = Batch::default();
            batch.put(Space::Core, key, record::encode(&meta));
            store.commit(batch).wait()?;
            demo
        }
    };
    match (was_demo, demo) {
        (true, false) => anyhow::bail!(
            "this data directory is a demonstration with simulated homes: \
             give a real programme a --data-dir of its own"
        ),
        (false, true) => anyhow::bail!(
            "this data directory is a real programme: give the demonstration another --data-dir"
        ),
        _ => Ok(()),
    }
}

/// A certificate authority is only made while no device relies on an older one.
fn open_pki(store: &dyn Store, data_dir: &Path, names: &[String]) -> anyhow::Result<Pki> {
    let (from, to) = keys::of_kind(keys::core::DEVICE);
    let devices = store.range(&Range {
        space: Space::Core,
        from,
        to: Some(to),
        descending: false,
        limit: 1,
    })?;
    Ok(Pki::open(data_dir, names, devices.is_empty())?)
}

/// The data directory is the controller's alone.
fn make_private(dir: &Path) -> anyhow::Result<()> {
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(dir)
        .with_context(|| format!("failed to make the data directory {}", dir.display()))
}

#[cfg(test)]
mod tests;
