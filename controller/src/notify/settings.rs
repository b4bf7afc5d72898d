//! Where notices go, as the operator's file says.

use std::path::{Path, PathBuf};

use anyhow::Context;
use jiff::civil::Time;
use serde::Deserialize;

/// Both channels, either of which may be absent, and when the day is told.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Settings {
    pub mail: Option<Mail>,
    pub webhook: Option<Webhook>,
    #[serde(default)]
    pub digest: DigestAt,
}

impl Settings {
    /// Reads a file that holds these settings alone. Blocks.
    pub fn read(path: &Path) -> anyhow::Result<Self> {
        let text = std::fs::read_to_string(path)
            .with_context(|| format!("failed to read {}", path.display()))?;
        toml::from_str(&text).with_context(|| format!("unreadable settings in {}", path.display()))
    }
}

/// `digest`: the local time (Europe/Paris) of the daily digest, such as `"07:00"`, or
/// `"off"`; 07:00 when nothing is said.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct DigestAt(pub Option<Time>);

impl Default for DigestAt {
    fn default() -> Self {
        DigestAt(Some(Time::constant(7, 0, 0, 0)))
    }
}

/// What is neither a time of the day nor `off`.
#[derive(Debug, thiserror::Error)]
#[error("digest is a time of the day such as \"07:00\", or \"off\"")]
pub struct BadTime;

impl TryFrom<String> for DigestAt {
    type Error = BadTime;

    fn try_from(text: String) -> Result<Self, BadTime> {
        match text.as_str() {
            "off" => Ok(DigestAt(None)),
            text => Time::strptime("%H:%M", text)
                .map(|time| DigestAt(Some(time)))
                .map_err(|_| BadTime),
        }
    }
}

/// `[mail]`: a server that takes mail (SMTP, RFC 5321).
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Mail {
    pub server: String,
    pub port: Option<u16>,
    #[serde(default)]
    pub security: Security,
    pub user: Option<String>,
    /// Holds the password alone, so that it is in no other file and no argument.
    pub password_file: Option<PathBuf>,
    pub from: String,
    pub to: Vec<String>,
}

/// How the connection to the mail server is protected.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Security {
    /// TLS is asked for in the open, and required (port 587).
    #[default]
    Starttls,
    /// TLS from the first byte (port 465).
    Tls,
    /// In the open: only towards this machine.
    None,
}

/// `[webhook]`: an address that takes a POST of JSON.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Webhook {
    pub url: String,
    /// Holds the secret that signs what is sent.
    pub secret_file: Option<PathBuf>,
}

/// Why the settings cannot be followed; found at the start, not at the first notice.
#[derive(Debug, thiserror::Error)]
pub enum BadSettings {
    #[error("[mail] {what} is not a mail address")]
    Address { what: &'static str },
    #[error("[mail] needs at least one address in `to`")]
    Nobody,
    #[error("[mail] security = \"none\" is only for a server on this machine (127.0.0.1 or ::1)")]
    Open,
    #[error("[mail] user and password-file go together")]
    HalfLogin,
    #[error("[mail] the server cannot be used")]
    Server(#[from] lettre::transport::smtp::Error),
    #[error("[webhook] url begins with https://, or with http:// towards this machine")]
    Url,
    #[error("cannot read {path}")]
    Secret {
        path: PathBuf,
        #[source]
        source: std::io::Error,
    },
    #[error("failed to prepare the webhook")]
    Client(#[source] reqwest::Error),
}

/// Reads a file that holds one secret and nothing else.
pub(super) fn secret(path: &PathBuf) -> Result<String, BadSettings> {
    std::fs::read_to_string(path)
        .map(|text| text.trim_end_matches(['\r', '\n']).to_owned())
        .map_err(|source| BadSettings::Secret {
            path: path.clone(),
            source,
        })
}

/// Whether a host is this machine.
pub(super) fn is_loopback(host: &str) -> bool {
    host == "localhost"
        || host
            .trim_matches(['[', ']'])
            .parse::<std::net::IpAddr>()
            .is_ok_and(|ip| ip.is_loopback())
}
