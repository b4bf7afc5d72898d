//! The other door: a broker that the city already runs.
//!
//! The controller is one of its clients, with a session that the broker keeps, so
//! that what devices say while we restart waits there. Topics, certificates and
//! receipts are the same; a device cannot tell which door it uses.

pub mod files;
mod line;
pub mod mosquitto;
mod post;
pub mod revoked;

#[cfg(test)]
mod tests;

use std::future::Future;
use std::str::FromStr;
use std::sync::Arc;

use declic_common::limits::MQTT_PORT;
use rustls::ClientConfig;
use tokio::sync::mpsc;
use tokio::task::JoinSet;

use self::line::Line;
use self::post::Post;
use crate::app::App;

/// Messages down that may wait for the broker; more are dropped, because
/// everything that goes down is sent again.
const DOWN_QUEUE: usize = 1_024;

/// Where a broker listens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// Name or IP address, as it stands in the broker's certificate.
    pub host: String,
    pub port: u16,
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a broker is mqtts://host or mqtts://host:port; the port is {MQTT_PORT} if none is given")]
pub struct BadBroker;

impl FromStr for Options {
    type Err = BadBroker;

    fn from_str(text: &str) -> Result<Self, BadBroker> {
        let rest = text.strip_prefix("mqtts://").ok_or(BadBroker)?;
        let rest = rest.strip_suffix('/').unwrap_or(rest);
        let (host, port) = match rest.strip_prefix('[') {
            // An IPv6 address (RFC 3986, section 3.2.2).
            Some(rest) => {
                let (host, after) = rest.split_once(']').ok_or(BadBroker)?;
                match after.strip_prefix(':') {
                    Some(port) => (host, Some(port)),
                    None if after.is_empty() => (host, None),
                    None => return Err(BadBroker),
                }
            }
            None => match rest.split_once(':') {
                Some((host, port)) => (host, Some(port)),
                None => (rest, None),
            },
        };
        let is_host = !host.is_empty()
            && host
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b".-:".contains(&b));
        let port = match port {
            Some(port) => port.parse().ok().filter(|port| *port > 0),
            None => Some(MQTT_PORT),
        };
        match (is_host, port) {
            (true, Some(port)) => Ok(Options {
                host: host.to_owned(),
                port,
            }),
            _ => Err(BadBroker),
        }
    }
}

/// Serves devices through a broker until `shutdown`. A broker that cannot be
/// reached is tried again for ever: it may only be restarting. Meanwhile the list
/// of revoked certificates is kept in the data directory ([`revoked::place`]).
pub async fn run(
    options: Options,
    tls: Arc<ClientConfig>,
    app: Arc<App>,
    shutdown: impl Future<Output = ()>,
) -> anyhow::Result<()> {
    let (down, downs) = mpsc::channel(DOWN_QUEUE);
    app.hub.bridge(down);
    let (line, client, news) = Line::new(&options, tls);
    // Both end with this function, however it ends.
    let mut beside = JoinSet::new();
    beside.spawn(line.keep());
    beside.spawn(revoked::keep(Arc::clone(&app)));
    Post::new(app, client, news, downs).serve(shutdown).await;
    Ok(())
}
