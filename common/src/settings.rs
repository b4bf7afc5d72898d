//! What the controller may set on a PC: how often, and which hosts to try.
//!
//! Nothing in here can widen what is collected: the household alone does that,
//! on the PC, and `charter` only lets the PC check the code on its paper.

use serde::{Deserialize, Serialize};

use crate::limits::{INTERVAL_DEFAULT_S, INTERVAL_MAX_S, INTERVAL_MIN_S};
use crate::object;

/// Settings (protocol v1, topic `settings`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Settings {
    /// Seconds between reports, 300 to 86,400.
    #[serde(default = "default_interval")]
    pub interval_s: u32,
    /// `host:port` pairs that the programme chose to tell whether the internet is there.
    #[serde(default)]
    pub probe_hosts: Vec<String>,
    /// Where the controller will be after it moves house.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_address: Option<Address>,
    /// Lets the PC check the code of the signed charter, without knowing it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub charter: Option<CharterCheck>,
}

/// Where a controller listens.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Address {
    /// Name or IP address, as it stands in the server's certificate.
    pub host: String,
    pub mqtt_port: u16,
    pub enrol_port: u16,
}

/// SHA-256 of salt and code, both as text, in hexadecimal; the code as
/// [`charter_text`] gives it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CharterCheck {
    pub salt: String,
    pub sha256: String,
}

/// Settings that a device must not follow.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadSettings {
    #[error("unreadable settings")]
    Unreadable,
    #[error("an interval must be {INTERVAL_MIN_S} to {INTERVAL_MAX_S} seconds")]
    Interval,
    #[error("a probe host is host:port, and there are at most 4")]
    ProbeHosts,
    #[error("an address needs a host and ports above 0")]
    Address,
}

/// The code of a charter as it is hashed: capitals and digits only, however it was typed.
pub fn charter_text(typed: &str) -> String {
    typed
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .map(|c| c.to_ascii_uppercase())
        .collect()
}

fn default_interval() -> u32 {
    INTERVAL_DEFAULT_S
}

impl Default for Settings {
    fn default() -> Self {
        Settings {
            interval_s: INTERVAL_DEFAULT_S,
            probe_hosts: Vec::new(),
            next_address: None,
            charter: None,
        }
    }
}

impl Address {
    /// Whether host and ports could be connected to at all.
    pub fn is_bounded(&self) -> bool {
        let host = self.host.as_bytes();
        (1..=253).contains(&host.len())
            && host
                .iter()
                .all(|b| b.is_ascii_alphanumeric() || b".-:".contains(b))
            && self.mqtt_port > 0
            && self.enrol_port > 0
    }
}

impl Settings {
    /// Reads settings as they came from the wire; one bad value refuses them all,
    /// so that a device keeps the last good ones whole.
    pub fn parse(bytes: &[u8]) -> Result<Self, BadSettings> {
        let settings: Settings = object::from_slice(bytes).map_err(|_| BadSettings::Unreadable)?;
        settings.check()?;
        Ok(settings)
    }

    /// Checks what types alone do not say.
    pub fn check(&self) -> Result<(), BadSettings> {
        if !(INTERVAL_MIN_S..=INTERVAL_MAX_S).contains(&self.interval_s) {
            return Err(BadSettings::Interval);
        }
        let host_port = |text: &String| {
            text.rsplit_once(':').is_some_and(|(host, port)| {
                !host.is_empty() && host.len() <= 253 && port.parse::<u16>().is_ok_and(|p| p > 0)
            })
        };
        if self.probe_hosts.len() > 4 || !self.probe_hosts.iter().all(host_port) {
            return Err(BadSettings::ProbeHosts);
        }
        if self.next_address.as_ref().is_some_and(|a| !a.is_bounded()) {
            return Err(BadSettings::Address);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_charter_code_may_be_typed_in_any_way() {
        for typed in ["KDMT-WXQP", "kdmt wxqp", " kdmtwxqp\n"] {
            assert_eq!(charter_text(typed), "KDMTWXQP");
        }
    }

    #[test]
    fn nothing_sent_down_goes_under_five_minutes() {
        assert_eq!(
            Settings::parse(br#"{"interval_s":299}"#),
            Err(BadSettings::Interval)
        );
        assert_eq!(
            Settings::parse(br#"{"interval_s":86401}"#),
            Err(BadSettings::Interval)
        );
        assert_eq!(
            Settings::parse(br#"{"interval_s":300}"#)
                .unwrap()
                .interval_s,
            300
        );
        assert_eq!(Settings::parse(b"{}").unwrap(), Settings::default());
    }

    #[test]
    fn a_probe_host_without_a_port_is_refused() {
        for hosts in [r#"["example.org"]"#, r#"["example.org:0"]"#, r#"[":80"]"#] {
            let json = format!(r#"{{"probe_hosts":{hosts}}}"#);
            assert_eq!(
                Settings::parse(json.as_bytes()),
                Err(BadSettings::ProbeHosts),
                "{hosts}"
            );
        }
        assert!(Settings::parse(br#"{"probe_hosts":["example.org:443","[::1]:80"]}"#).is_ok());
    }
}
