//! What a controller is told at start, once flags, environment and file agree.

use std::net::SocketAddr;
use std::path::PathBuf;

use declic_common::settings::{Address, Settings};
use ipnet::IpNet;

use crate::domain::retention::Retention;
use crate::domain::rules::thresholds::Thresholds;
use crate::ingest::broker;
use crate::notify;

/// How a controller is run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    pub data_dir: PathBuf,
    /// Our own endpoint, or the broker of a city.
    pub mqtt: Mqtt,
    pub enrol: Option<SocketAddr>,
    /// Beyond loopback only as `web` says.
    pub http: Option<SocketAddr>,
    pub web: Web,
    /// Where devices find this controller; port 0 means the port that is listened on.
    pub public: Address,
    /// What a new device is set to.
    pub settings: Settings,
    /// Where people are told what cannot wait.
    pub notify: notify::settings::Settings,
    /// Call after so many days of silence, whatever the rhythm of a home.
    pub call_after_days: Option<u32>,
    /// When rules open tickets.
    pub rules: Thresholds,
    /// Where a backup goes each night; none without it.
    pub backups: Option<PathBuf>,
    /// A second folder for the keys of households.
    pub household_keys_copy: Option<PathBuf>,
    /// For how long each kind of data is kept.
    pub retention: Retention,
    /// Simulated homes: not a real programme.
    pub demo: bool,
}

/// How people and programs reach the API from other machines.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Web {
    pub tls: Option<WebTls>,
    /// Reverse proxies whose word on addresses is believed, and which may come plain.
    pub trusted_proxies: Vec<IpNet>,
    /// What stands before `/api`: empty, or such as `/declic`.
    pub base_path: String,
}

/// What the API shows over TLS.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WebTls {
    /// A certificate of our own authority.
    Own,
    /// Files in PEM that somebody else renews.
    Files { certificate: PathBuf, key: PathBuf },
}

impl Web {
    /// Whether secrets may come from other machines without being read on the way.
    pub fn may_leave_loopback(&self) -> bool {
        self.tls.is_some() || !self.trusted_proxies.is_empty()
    }
}

/// Where messages of devices come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mqtt {
    Endpoint(SocketAddr),
    Broker(broker::Options),
}

/// What devices are told, and what the process says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Programme {
    /// Where devices find this controller; in every code and certificate.
    pub address: Address,
    /// What a new device is set to.
    pub settings: Settings,
    /// Call after so many days of silence, whatever the rhythm of a home.
    pub call_after_days: Option<u32>,
    /// When rules open tickets.
    pub rules: Thresholds,
    /// A second folder for the keys of households, kept like the one in the data directory.
    pub household_keys_copy: Option<PathBuf>,
    /// For how long each kind of data is kept.
    pub retention: Retention,
    /// Where this process listens, as people read it.
    pub listening: Listening,
    /// Simulated homes: not a real programme.
    pub demo: bool,
    pub data_dir: PathBuf,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Listening {
    pub mqtt: String,
    pub enrol: Option<String>,
    pub http: Option<String>,
}
