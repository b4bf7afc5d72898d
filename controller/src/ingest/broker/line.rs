//! The line to the broker: keeps it up and passes on what comes.
//!
//! `rumqttc` needs its event loop polled without a pause, or it misses its own
//! pings; so it has a task, and everything that may wait is done elsewhere.

use std::sync::Arc;
use std::time::Duration;

use declic_common::limits::PACKET_BYTES;
use declic_common::topic;
use rumqttc::{
    AsyncClient, ClientError, Event, EventLoop, MqttOptions, Outgoing, Packet, Publish, QoS,
    SubscribeReasonCode, TlsConfiguration, Transport,
};
use rustls::ClientConfig;
use tokio::sync::mpsc;
use tokio::time::sleep;

use super::Options;
use crate::pki::{self, CONTROLLER_NAME};

/// Requests to the broker that may wait.
const REQUESTS: usize = 512;
/// Messages that may wait to be looked at. More than a broker keeps in flight.
const NEWS: usize = 1_024;
const KEEP_ALIVE: Duration = Duration::from_secs(30);
const FIRST_WAIT: Duration = Duration::from_secs(1);
const LONGEST_WAIT: Duration = Duration::from_secs(60);
/// The topic and the header come on top of a message of the greatest size.
const PACKET_MAX: usize = PACKET_BYTES + 1_024;

/// What happened on the line.
#[derive(Debug)]
pub(super) enum News {
    /// `kept`: the broker has kept our session, with everything in it.
    Connected {
        kept: bool,
    },
    Publish(Publish),
    /// Acknowledgements of what came before would be about other messages.
    Lost,
}

pub(super) struct Line {
    events: EventLoop,
    client: AsyncClient,
    news: mpsc::Sender<News>,
}

impl Line {
    pub(super) fn new(
        options: &Options,
        tls: Arc<ClientConfig>,
    ) -> (Self, AsyncClient, mpsc::Receiver<News>) {
        // One name for ever: under it the broker keeps what came while we were away.
        let mut mqtt = MqttOptions::new(CONTROLLER_NAME, &options.host, options.port);
        mqtt.set_transport(Transport::tls_with_config(TlsConfiguration::Rustls(tls)))
            .set_keep_alive(KEEP_ALIVE)
            .set_clean_session(false)
            .set_manual_acks(true)
            .set_max_packet_size(PACKET_MAX, PACKET_MAX);
        let (client, events) = AsyncClient::new(mqtt, REQUESTS);
        let (news, receiver) = mpsc::channel(NEWS);
        let line = Line {
            events,
            client: client.clone(),
            news,
        };
        (line, client, receiver)
    }

    /// Keeps the line up until nobody listens any more, or we have said goodbye.
    pub(super) async fn keep(mut self) {
        let mut wait = FIRST_WAIT;
        let mut is_up = false;
        // Subscriptions that the broker has not granted yet.
        let mut awaited = 0_usize;
        loop {
            match self.events.poll().await {
                Ok(Event::Incoming(Packet::ConnAck(connack))) => {
                    tracing::info!(kept = connack.session_present, "joined the broker");
                    is_up = true;
                    wait = FIRST_WAIT;
                    awaited = topic::up_filters().count();
                    if subscribe(&self.client).is_err() {
                        // The queue is full of what waited: the next attempt finds it empty.
                        tracing::warn!("too much waits for the broker; it is joined again");
                        self.events.clean();
                    }
                    let kept = connack.session_present;
                    if self.news.send(News::Connected { kept }).await.is_err() {
                        return;
                    }
                }
                Ok(Event::Incoming(Packet::Publish(publish))) => {
                    if self.news.send(News::Publish(publish)).await.is_err() {
                        return;
                    }
                }
                Ok(Event::Incoming(Packet::SubAck(suback))) => {
                    if suback.return_codes.contains(&SubscribeReasonCode::Failure) {
                        tracing::error!("the broker refuses our subscriptions; look at its ACL");
                    } else {
                        awaited = awaited.saturating_sub(1);
                        if awaited == 0 {
                            tracing::info!("the broker passes on what devices say");
                        }
                    }
                }
                Ok(Event::Outgoing(Outgoing::Disconnect)) if self.news.is_closed() => return,
                Ok(_) => {}
                Err(error) => {
                    if is_up {
                        tracing::warn!(%error, "lost the broker; joining it again");
                    } else {
                        tracing::warn!(%error, "failed to join the broker; trying again");
                    }
                    is_up = false;
                    if self.news.send(News::Lost).await.is_err() {
                        return;
                    }
                    sleep(jittered(wait)).await;
                    wait = (wait * 2).min(LONGEST_WAIT);
                }
            }
        }
    }
}

fn subscribe(client: &AsyncClient) -> Result<(), ClientError> {
    topic::up_filters().try_for_each(|filter| client.try_subscribe(filter, QoS::AtLeastOnce))
}

/// Between half of `wait` and all of it.
fn jittered(wait: Duration) -> Duration {
    let half = wait / 2;
    let [chance] = pki::random::<1>();
    half + half.mul_f64(f64::from(chance) / 255.0)
}
