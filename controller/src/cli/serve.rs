//! What `declic serve` is told: flags over environment over file over defaults.

use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::Args;
use declic_common::limits::{INTERVAL_DEFAULT_S, INTERVAL_MAX_S, INTERVAL_MIN_S};
use declic_common::settings::{Address, Settings};
use declic_common::tr;
use ipnet::IpNet;
use serde::Deserialize;

use crate::config::{Web, WebTls};
use crate::domain::retention::{DAYS_MAX, Retention};
use crate::domain::rules::thresholds::Thresholds;
use crate::http::is_base;
use crate::notify;

const DATA_DIR: &str = "/var/lib/declic";
const MQTT: &str = "0.0.0.0:8883";
const ENROL: &str = "0.0.0.0:8443";
const HTTP: &str = "127.0.0.1:8080";
/// A programme lasts a year; a call after more is none.
const CALL_AFTER_MAX_DAYS: i64 = 365;

/// Flags and environment of `declic serve`; what is absent is looked for in the file.
#[derive(Args, Clone, Debug, Default, PartialEq, Eq)]
pub struct ServeArgs {
    #[arg(
        long, env = "DECLIC_CONFIG", value_name = "FILE",
        help = tr("Réglages en TOML, sous les mêmes noms que ces options", "Settings in TOML, under the same names as these options")
    )]
    pub config: Option<PathBuf>,
    #[arg(
        long, env = "DECLIC_DATA_DIR", value_name = "DIR",
        help = tr("Dossier de données [/var/lib/declic]", "Data directory [/var/lib/declic]")
    )]
    pub data_dir: Option<PathBuf>,
    #[arg(
        long, env = "DECLIC_MQTT", value_name = "ADDR",
        help = tr("Où écouter les PC (MQTT sur TLS) [0.0.0.0:8883]", "Where to listen to devices (MQTT over TLS) [0.0.0.0:8883]")
    )]
    pub mqtt: Option<SocketAddr>,
    #[arg(
        long, env = "DECLIC_HTTP", value_name = "ADDR",
        help = tr("Où répondre (API) [127.0.0.1:8080]", "Where to answer (API) [127.0.0.1:8080]")
    )]
    pub http: Option<SocketAddr>,
    #[arg(
        long, env = "DECLIC_HTTP_TLS", value_name = "own|CERT,KEY",
        help = tr(
            "Répondre en TLS : avec un certificat de ce serveur (own), ou deux fichiers PEM",
            "Answer over TLS: with a certificate of this controller (own), or two PEM files"
        )
    )]
    pub http_tls: Option<String>,
    #[arg(
        long = "trusted-proxy", env = "DECLIC_TRUSTED_PROXY", value_name = "CIDR", value_delimiter = ',',
        help = tr(
            "Proxy inverse qui est cru sur les adresses, par exemple 127.0.0.1 ou 10.0.0.0/24",
            "Reverse proxy that is believed about addresses, such as 127.0.0.1 or 10.0.0.0/24"
        )
    )]
    pub trusted_proxy: Vec<String>,
    #[arg(
        long, env = "DECLIC_BASE_PATH", value_name = "PATH",
        help = tr("Ce qui précède /api dans les adresses, par exemple /declic", "What stands before /api in addresses, such as /declic")
    )]
    pub base_path: Option<String>,
    #[arg(
        long, env = "DECLIC_ENROL", value_name = "ADDR",
        help = tr("Où inscrire les PC (TLS) [0.0.0.0:8443]", "Where devices join (TLS) [0.0.0.0:8443]")
    )]
    pub enrol: Option<SocketAddr>,
    #[arg(
        long, env = "DECLIC_PUBLIC_HOST", value_name = "NAME",
        help = tr("Nom ou adresse où les foyers trouvent ce serveur Déclic", "Name or address at which homes find this controller")
    )]
    pub public_host: Option<String>,
    #[arg(
        long, env = "DECLIC_PUBLIC_MQTT_PORT", value_name = "PORT",
        help = tr("Port MQTT vu des foyers, s’il diffère", "MQTT port as homes see it, if it differs")
    )]
    pub public_mqtt_port: Option<u16>,
    #[arg(
        long, env = "DECLIC_PUBLIC_ENROL_PORT", value_name = "PORT",
        help = tr("Port d’inscription vu des foyers, s’il diffère", "Enrolment port as homes see it, if it differs")
    )]
    pub public_enrol_port: Option<u16>,
    #[arg(
        long, env = "DECLIC_BROKER", value_name = "URL",
        help = tr(
            "Passer par un broker MQTT existant (mqtts://hôte:8883) au lieu d’écouter soi-même",
            "Go through an existing MQTT broker (mqtts://host:8883) instead of listening"
        )
    )]
    pub broker: Option<String>,
    #[arg(
        long, env = "DECLIC_INTERVAL", value_name = "SECONDS",
        value_parser = clap::value_parser!(u32).range(i64::from(INTERVAL_MIN_S)..=i64::from(INTERVAL_MAX_S)),
        help = tr("Secondes entre deux relevés d’un nouveau PC [900]", "Seconds between two reports of a new device [900]")
    )]
    pub interval: Option<u32>,
    #[arg(
        long = "probe-host", env = "DECLIC_PROBE_HOSTS", value_name = "HOST:PORT", value_delimiter = ',',
        help = tr(
            "Hôte que les PC essaient pour savoir si internet est là (4 au plus)",
            "Host that devices try to tell whether the internet is there (at most 4)"
        )
    )]
    pub probe_hosts: Vec<String>,
    #[arg(
        long, env = "DECLIC_CALL_AFTER_DAYS", value_name = "DAYS",
        value_parser = clap::value_parser!(u32).range(1..=CALL_AFTER_MAX_DAYS),
        help = tr(
            "Appeler tout foyer silencieux depuis tant de jours",
            "Call every home that is silent for so many days"
        )
    )]
    pub call_after_days: Option<u32>,
    #[arg(
        long, env = "DECLIC_RULES", value_name = "FILE",
        help = tr(
            "Seuils des tickets qui s’ouvrent seuls (voir `declic rules`)",
            "Thresholds of the tickets that open by themselves (see `declic rules`)"
        )
    )]
    pub rules: Option<PathBuf>,
    #[arg(
        long, env = "DECLIC_BACKUPS", value_name = "DIR|off",
        help = tr(
            "Où va la sauvegarde de chaque nuit, ou `off` [DATA_DIR/backups]",
            "Where the backup of each night goes, or `off` [DATA_DIR/backups]"
        )
    )]
    pub backups: Option<PathBuf>,
    #[arg(
        long, env = "DECLIC_HOUSEHOLD_KEYS_COPY", value_name = "DIR",
        help = tr(
            "Second dossier des clés des foyers, sur un autre disque, tenu à l’identique",
            "Second folder of the keys of households, on another disk, kept alike"
        )
    )]
    pub household_keys_copy: Option<PathBuf>,
    #[arg(
        long, env = "DECLIC_HISTORY_DAYS", value_name = "DAYS",
        value_parser = clap::value_parser!(u32).range(2..=i64::from(DAYS_MAX)),
        help = tr(
            "Jours pendant lesquels chaque relevé est gardé [90]",
            "Days for which each report is kept [90]"
        )
    )]
    pub history_days: Option<u32>,
}

/// The file, under the same names.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct File {
    data_dir: Option<PathBuf>,
    mqtt: Option<SocketAddr>,
    http: Option<SocketAddr>,
    http_tls: Option<String>,
    #[serde(default)]
    trusted_proxy: Vec<String>,
    base_path: Option<String>,
    enrol: Option<SocketAddr>,
    public_host: Option<String>,
    public_mqtt_port: Option<u16>,
    public_enrol_port: Option<u16>,
    broker: Option<String>,
    interval: Option<u32>,
    #[serde(default)]
    probe_host: Vec<String>,
    mail: Option<notify::settings::Mail>,
    webhook: Option<notify::settings::Webhook>,
    #[serde(default)]
    digest: notify::settings::DigestAt,
    #[serde(alias = "call_after_days")]
    call_after_days: Option<u32>,
    rules: Option<PathBuf>,
    backups: Option<PathBuf>,
    household_keys_copy: Option<PathBuf>,
    history_days: Option<u32>,
    rollup_days: Option<u32>,
    journal_days: Option<u32>,
}

/// All that `declic serve` needs, checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Serve {
    pub data_dir: PathBuf,
    pub mqtt: SocketAddr,
    pub http: SocketAddr,
    pub web: Web,
    pub enrol: SocketAddr,
    pub public_host: String,
    pub public_mqtt_port: Option<u16>,
    pub public_enrol_port: Option<u16>,
    pub broker: Option<String>,
    /// What a new device is set to.
    pub settings: Settings,
    /// In the file alone: too much for flags.
    pub notify: notify::settings::Settings,
    /// Call after so many days of silence, whatever the rhythm of a home.
    pub call_after_days: Option<u32>,
    /// When rules open tickets.
    pub rules: Thresholds,
    /// Where the backup of each night goes.
    pub backups: Option<PathBuf>,
    /// Where the keys of households are kept a second time.
    pub household_keys_copy: Option<PathBuf>,
    /// Of the three kinds, two are in the file alone.
    pub retention: Retention,
}

impl ServeArgs {
    /// Reads the file, if there is one, and fills in what is absent.
    pub fn resolve(self) -> anyhow::Result<Serve> {
        let file = match &self.config {
            Some(path) => {
                let text = std::fs::read_to_string(path)
                    .with_context(|| format!("failed to read {}", path.display()))?;
                toml::from_str(&text)
                    .with_context(|| format!("unreadable settings in {}", path.display()))?
            }
            None => File::default(),
        };
        self.over(file)
    }

    fn over(self, file: File) -> anyhow::Result<Serve> {
        let default = |text: &str| text.parse().expect("a fixed and valid address");
        let mqtt = self.mqtt.or(file.mqtt).unwrap_or_else(|| default(MQTT));
        let enrol = self.enrol.or(file.enrol).unwrap_or_else(|| default(ENROL));
        let broker = self.broker.or(file.broker);
        let reached = match broker {
            // Devices find the broker, not us; only enrolment is ours.
            Some(_) => vec![enrol.ip()],
            None => vec![mqtt.ip(), enrol.ip()],
        };
        let public_host = match self.public_host.or(file.public_host) {
            Some(host) => host,
            None => own_host(&reached)?,
        };
        let probe_hosts = match self.probe_hosts.is_empty() {
            true => file.probe_host,
            false => self.probe_hosts,
        };
        let proxies = match self.trusted_proxy.is_empty() {
            true => file.trusted_proxy,
            false => self.trusted_proxy,
        };
        let web = web(
            self.http_tls.or(file.http_tls),
            &proxies,
            self.base_path.or(file.base_path),
        )?;
        let settings = Settings {
            interval_s: self
                .interval
                .or(file.interval)
                .unwrap_or(INTERVAL_DEFAULT_S),
            probe_hosts,
            ..Settings::default()
        };
        settings.check()?;
        let rules = match self.rules.or(file.rules) {
            Some(path) => read_rules(&path)?,
            None => Thresholds::default(),
        };
        let data_dir = self
            .data_dir
            .or(file.data_dir)
            .unwrap_or_else(|| DATA_DIR.into());
        let backups = match self.backups.or(file.backups) {
            None => Some(data_dir.join("backups")),
            Some(off) if off == Path::new("off") => None,
            Some(folder) => Some(folder),
        };
        let usual = Retention::default();
        let history_days = self.history_days.or(file.history_days);
        let history_days = history_days.unwrap_or(usual.history_days);
        let rollup_days = file.rollup_days;
        let retention = Retention {
            history_days,
            // Whoever keeps reports for longer keeps their sums as long.
            rollup_days: rollup_days.unwrap_or(usual.rollup_days.max(history_days)),
            journal_days: file.journal_days.unwrap_or(usual.journal_days),
        };
        let serve = Serve {
            data_dir,
            backups,
            household_keys_copy: self.household_keys_copy.or(file.household_keys_copy),
            mqtt,
            http: self.http.or(file.http).unwrap_or_else(|| default(HTTP)),
            web,
            enrol,
            public_host,
            public_mqtt_port: self.public_mqtt_port.or(file.public_mqtt_port),
            public_enrol_port: self.public_enrol_port.or(file.public_enrol_port),
            broker,
            settings,
            notify: notify::settings::Settings {
                mail: file.mail,
                webhook: file.webhook,
                digest: file.digest,
            },
            call_after_days: self.call_after_days.or(file.call_after_days),
            rules,
            retention: retention.check()?,
        };
        anyhow::ensure!(
            serve
                .call_after_days
                .is_none_or(|days| (1..=CALL_AFTER_MAX_DAYS).contains(&days.into())),
            "call-after-days must be 1 to {CALL_AFTER_MAX_DAYS}"
        );
        // Port 0 means any: what it becomes is known once it is open.
        anyhow::ensure!(
            serve.address(1, 1).is_bounded(),
            "the public host must be a name or an address, and public ports above 0"
        );
        Ok(serve)
    }
}

impl Serve {
    /// Where devices find this controller, once the ports are open.
    pub fn address(&self, mqtt_port: u16, enrol_port: u16) -> Address {
        Address {
            host: self.public_host.clone(),
            mqtt_port: self.public_mqtt_port.unwrap_or(mqtt_port),
            enrol_port: self.public_enrol_port.unwrap_or(enrol_port),
        }
    }
}

/// Reads a file of rules. Blocks.
pub(super) fn read_rules(path: &Path) -> anyhow::Result<Thresholds> {
    let text = std::fs::read_to_string(path)
        .with_context(|| format!("failed to read {}", path.display()))?;
    Thresholds::parse(&text).with_context(|| format!("unusable rules in {}", path.display()))
}

/// The address itself when everything stays on this machine. Otherwise nobody but
/// the operator knows the name that homes will use, and it goes into certificates.
fn own_host(reached: &[IpAddr]) -> anyhow::Result<String> {
    match reached.first() {
        Some(ip) if reached.iter().all(IpAddr::is_loopback) => Ok(ip.to_string()),
        _ => anyhow::bail!(
            "homes must be told where to find this controller: give --public-host with its name \
             or address, or listen on 127.0.0.1 to try things out"
        ),
    }
}

/// How the API is reached from other machines.
fn web(tls: Option<String>, proxies: &[String], base: Option<String>) -> anyhow::Result<Web> {
    let tls = match tls.as_deref() {
        None => None,
        Some("own") => Some(WebTls::Own),
        Some(files) => {
            let (certificate, key) = files.split_once(',').with_context(|| {
                format!("--http-tls is `own`, or a certificate and its key: CERT,KEY; not {files}")
            })?;
            Some(WebTls::Files {
                certificate: certificate.into(),
                key: key.into(),
            })
        }
    };
    let proxy = |text: &String| {
        let net = text.parse::<IpNet>();
        let net = net.or_else(|_| text.parse::<IpAddr>().map(IpNet::from));
        net.with_context(|| {
            format!("--trusted-proxy is an address or a network such as 10.0.0.0/24, not {text}")
        })
    };
    let base_path = base.unwrap_or_default();
    let base_path = base_path.trim_end_matches('/').to_owned();
    anyhow::ensure!(
        is_base(&base_path),
        "--base-path is made of words after slashes, such as /declic; not {base_path}"
    );
    Ok(Web {
        tls,
        trusted_proxies: proxies.iter().map(proxy).collect::<anyhow::Result<_>>()?,
        base_path,
    })
}

#[cfg(test)]
mod tests;
