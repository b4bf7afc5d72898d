//! The only code that knows rumqttc: keeps a session with the controller.
//!
//! Every session gets a client of its own, because rumqttc forgets what it had
//! queued when it reconnects, and because a message queued before an outage would
//! arrive with the age it had then. What must not be lost waits in the spool.

use std::sync::Arc;
use std::time::Duration;

use declic_common::DeviceId;
use declic_common::limits::{KEEP_ALIVE_S, PACKET_BYTES};
use declic_common::settings::Address;
use declic_common::status::WILL;
use declic_common::topic::{DOWN, Leaf, Topic};
use rumqttc::{
    AsyncClient, ClientError, Event, EventLoop, LastWill, MqttOptions, Packet, QoS,
    TlsConfiguration, Transport,
};
use tokio::sync::{Notify, mpsc};
use tokio::time::{Instant, sleep};

use crate::tls::says_ended;

/// Requests that may wait inside a session; more are tried again later.
const REQUESTS: usize = 64;
/// Publishes without a PUBACK inside a session.
const INFLIGHT: u16 = 16;
const FIRST_WAIT: Duration = Duration::from_secs(1);
const LONGEST_WAIT: Duration = Duration::from_secs(300);
/// A session that lasted this long was a good one: the next wait is short again.
const GOOD_SESSION: Duration = Duration::from_secs(60);
/// A TCP and TLS handshake on a slow line ends before this.
const CONNECT_TIMEOUT_S: u64 = 20;

/// What the uplink tells the agent.
#[derive(Debug)]
pub enum News {
    /// Connected and subscribed; publish through this until `Lost`.
    Connected(Outlet),
    Received(Leaf, Vec<u8>),
    Lost,
    /// The controller does not let this PC in any more: its certificate has ended.
    CertificateEnded,
}

/// How to reach the controller, and as whom.
#[derive(Clone, Debug)]
pub struct Line {
    pub device: DeviceId,
    /// Tried in turn until one answers: the controller's address and, when it has
    /// announced a move, the next one. Never empty.
    pub addresses: Vec<Address>,
    pub tls: Arc<rustls::ClientConfig>,
    /// Longest wait between two attempts; tests and short intervals want less.
    pub longest_wait: Duration,
}

/// The way up of one session.
#[derive(Clone, Debug)]
pub struct Outlet {
    client: AsyncClient,
    device: DeviceId,
}

impl Outlet {
    /// Hands a message to the session; false if it is full or over.
    pub fn publish(&self, leaf: Leaf, payload: Vec<u8>) -> bool {
        let topic = leaf.of(self.device).to_string();
        self.client
            .try_publish(topic, QoS::AtLeastOnce, false, payload)
            .is_ok()
    }

    /// Ends the session in good order; the controller then ignores the will.
    pub fn disconnect(&self) -> bool {
        self.client.try_disconnect().is_ok()
    }
}

/// Keeps a session until the receiver of the news is gone. `hurry` cuts a wait
/// short: the network has just changed.
pub async fn run(mut line: Line, news: mpsc::Sender<News>, hurry: Arc<Notify>) {
    line.longest_wait = line.longest_wait.clamp(FIRST_WAIT, LONGEST_WAIT);
    let mut wait = FIRST_WAIT;
    let mut turn = 0;
    while !news.is_closed() {
        let began = Instant::now();
        let address = &line.addresses[turn % line.addresses.len()];
        if session(&line, address, &news).await {
            let _ = news.send(News::Lost).await;
            if began.elapsed() >= GOOD_SESSION {
                wait = FIRST_WAIT;
            }
        } else {
            turn += 1;
        }
        tokio::select! {
            () = sleep(jittered(wait)) => {}
            () = hurry.notified() => {}
            () = news.closed() => {}
        }
        wait = (wait * 2).min(line.longest_wait);
    }
}

/// Between half of `wait` and all of it, so that a quarter that lost its power
/// does not come back in one instant.
fn jittered(wait: Duration) -> Duration {
    let half = wait / 2;
    half + half.mul_f64(f64::from(random_u16()) / f64::from(u16::MAX))
}

fn random_u16() -> u16 {
    use ring::rand::{SecureRandom, SystemRandom};
    let mut bytes = [0; 2];
    // Without randomness the wait is merely not spread out.
    let _ = SystemRandom::new().fill(&mut bytes);
    u16::from_be_bytes(bytes)
}

/// One attempt and, if it connects, one session; says whether it did.
async fn session(line: &Line, address: &Address, news: &mpsc::Sender<News>) -> bool {
    let (client, mut events) = AsyncClient::new(options(line, address), REQUESTS);
    events
        .network_options
        .set_connection_timeout(CONNECT_TIMEOUT_S);
    let outlet = Outlet {
        client,
        device: line.device,
    };
    let mut connected = false;
    loop {
        let event = match next(&mut events, news).await {
            Some(Ok(event)) => event,
            Some(Err(error)) => {
                tracing::debug!(%error, "the session ended");
                if says_ended(&error) {
                    let _ = news.send(News::CertificateEnded).await;
                }
                return connected;
            }
            None => return connected,
        };
        let Event::Incoming(packet) = event else {
            continue;
        };
        let piece = match packet {
            Packet::ConnAck(_) => {
                if subscribe(&outlet).is_err() {
                    return connected;
                }
                connected = true;
                News::Connected(outlet.clone())
            }
            Packet::Publish(publish) => match publish.topic.parse::<Topic>() {
                Ok(topic) if topic.device == line.device => {
                    News::Received(topic.leaf, publish.payload.to_vec())
                }
                _ => continue,
            },
            _ => continue,
        };
        if news.send(piece).await.is_err() {
            return connected;
        }
    }
}

/// The next event; `None` when nobody listens any more.
async fn next(
    events: &mut EventLoop,
    news: &mpsc::Sender<News>,
) -> Option<Result<Event, rumqttc::ConnectionError>> {
    tokio::select! {
        event = events.poll() => Some(event),
        () = news.closed() => None,
    }
}

fn subscribe(outlet: &Outlet) -> Result<(), ClientError> {
    for leaf in DOWN {
        // A lost receipt is repeated by the next one; a command is not.
        let qos = match leaf {
            Leaf::Receipt => QoS::AtMostOnce,
            _ => QoS::AtLeastOnce,
        };
        outlet
            .client
            .try_subscribe(leaf.of(outlet.device).to_string(), qos)?;
    }
    Ok(())
}

fn options(line: &Line, address: &Address) -> MqttOptions {
    let mut options = MqttOptions::new(
        line.device.to_string(),
        address.host.clone(),
        address.mqtt_port,
    );
    let will = LastWill::new(
        Leaf::Status.of(line.device).to_string(),
        WILL,
        QoS::AtLeastOnce,
        false,
    );
    options
        .set_transport(Transport::tls_with_config(TlsConfiguration::Rustls(
            Arc::clone(&line.tls),
        )))
        .set_keep_alive(Duration::from_secs(KEEP_ALIVE_S.into()))
        .set_clean_session(true)
        .set_last_will(will)
        .set_inflight(INFLIGHT)
        .set_max_packet_size(PACKET_BYTES, PACKET_BYTES);
    options
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_are_spread_and_never_shorter_than_half() {
        let wait = Duration::from_secs(8);
        let waits: Vec<Duration> = (0..64).map(|_| jittered(wait)).collect();
        assert!(waits.iter().all(|w| (wait / 2..=wait).contains(w)));
        assert!(waits.iter().any(|w| *w != waits[0]), "all at once");
    }
}
