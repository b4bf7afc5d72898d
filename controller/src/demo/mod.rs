//! `declic demo`: a programme in one process, whose homes run real agents.
//!
//! First the homes live through some weeks as fast as they can (`lived`, `past`); then they go on
//! before our eyes, at the speed of the day, where this machine is one of them, or faster. Some
//! of them fail. Without a past (`now`) all PCs are simply on.

mod enrolling;
mod fate;
mod household;
mod line;
mod live;
mod lived;
mod now;
mod past;
mod posts;
mod records;
mod repairs;
mod script;
mod year;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Context;
use declic_common::people::{Grant, NewAccount, Role, Secret};
use declic_common::settings::{Address, Settings};
use jiff::Timestamp;
use tempfile::TempDir;

use crate::app::App;
use crate::app::account::{self, AccountError};
use crate::clock;
use crate::config::{Mqtt, Options, Web};
use crate::domain::retention::Retention;
use crate::domain::rules::thresholds::Thresholds;
use crate::notify;
use crate::serve::{Server, asked_to_stop};

/// The account that the printed link opens.
const VISITOR: &str = "visite";
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
    /// Between two reports, on the clock of the homes.
    pub interval: Duration,
    /// How many times faster than ours its clock runs.
    pub speed: u32,
    /// What that clock says when its homes begin to live before our eyes; now, when absent.
    /// At speed 1 it is always ours.
    pub begin: Option<Timestamp>,
    /// Weeks that the homes have lived through before.
    pub weeks: u32,
    /// Days of a made-up past of reports alone, at the speed of the day.
    pub history_days: u32,
    /// Where its notices go.
    pub notify: notify::settings::Settings,
}

/// Where a demonstration can be looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tour {
    pub data_dir: PathBuf,
    pub http: String,
    pub mqtt: String,
    pub devices: usize,
    pub speed: u32,
    /// Lets one browser in, once, within half an hour.
    pub link: String,
}

/// How far a demonstration has come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stage {
    /// The homes live through these weeks first, as fast as they can.
    Past { weeks: u32 },
    /// The doors are open, and every home lives.
    Ready(Tour),
}

/// Runs until SIGTERM or SIGINT. `show` is told each stage.
pub async fn run(options: DemoOptions, show: impl FnMut(Stage)) -> anyhow::Result<()> {
    let stop = asked_to_stop()?;
    let place = Place::choose(options.data_dir.as_deref())?;
    let is_new = !place.path().join("store").exists();
    match (options.speed, options.weeks) {
        (0 | 1, 1..) if is_new => lived::run(&options, place.path(), stop, show).await,
        (0 | 1, _) => now::run(&options, place.path(), stop, show).await,
        _ if is_new => lived::run(&options, place.path(), stop, show).await,
        // Its clock ran ahead of ours, and would have to be set back.
        _ => anyhow::bail!(
            "a demonstration that runs fast begins anew each time, and {} holds an earlier one: \
             give another --data-dir, or none",
            place.path().display()
        ),
    }
}

/// The controller of a demonstration, for this machine alone.
fn controller(options: &DemoOptions, place: &Path) -> Options {
    Options {
        data_dir: place.to_owned(),
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
        notify: options.notify.clone(),
        call_after_days: None,
        rules: Thresholds::default(),
        backups: None,
        household_keys_copy: None,
        retention: kept(options.history_days.max(7 * options.weeks)),
        demo: true,
    }
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

async fn tour(server: &Server, options: &DemoOptions) -> anyhow::Result<Stage> {
    let programme = &server.app.programme;
    let http = programme.listening.http.clone().unwrap_or_default();
    let pass = visitor(&server.app).await?;
    Ok(Stage::Ready(Tour {
        link: format!("http://{http}/entree/{}", pass.0),
        data_dir: programme.data_dir.clone(),
        http,
        mqtt: programme.listening.mqtt.clone(),
        devices: options.devices,
        speed: options.speed.max(1),
    }))
}

/// A pass into the account of whoever looks at the demonstration: it has no password, so
/// that there is no other way in.
async fn visitor(app: &Arc<App>) -> anyhow::Result<Secret> {
    let account = NewAccount {
        name: VISITOR.to_owned(),
        grants: vec![Grant {
            role: Role::Admin,
            site: None,
            programme: None,
        }],
        password: None,
    };
    let now = clock::now().as_millisecond();
    match account::create(app, account, "demo", now).await {
        // A demonstration that goes on in a folder of before.
        Ok(_) | Err(AccountError::Taken) => {}
        Err(error) => return Err(error).context("failed to make the account of a visitor"),
    }
    Ok(app.passes.give(VISITOR, Instant::now()))
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
