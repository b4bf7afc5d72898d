//! What comes from a broker is recorded and then acknowledged; what goes down is
//! handed to it.

use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use declic_common::DeviceId;
use declic_common::status::{State, Status};
use declic_common::topic::{Leaf, Topic};
use rumqttc::{AsyncClient, Publish, QoS};
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep_until, timeout_at};

use super::line::News;
use crate::app::App;
use crate::app::command;
use crate::app::hub::Down;
use crate::app::recorder::{RecordError, Recording};
use crate::clock;
use crate::ingest::pending::Pending;
use crate::ingest::receive;

/// Messages that may wait to be durable; then the broker has to wait.
const PENDING_MAX: usize = 256;
/// Before an acknowledgement is tried again that the line had no room for.
const ACK_PAUSE: Duration = Duration::from_millis(20);
/// Before the broker is asked again for what could not be stored.
const HOLD: Duration = Duration::from_secs(30);
/// For the last acknowledgements when the controller stops.
const STOP_WITHIN: Duration = Duration::from_secs(5);

pub(super) struct Post {
    app: Arc<App>,
    client: AsyncClient,
    news: mpsc::Receiver<News>,
    downs: mpsc::Receiver<(DeviceId, Down)>,
    /// At QoS 1.
    pending: Pending<Publish>,
    /// The line had no room for an acknowledgement; until then nothing is tried.
    ack_again_at: Option<Instant>,
    /// A message could not be stored; then the broker is left, and brings it again.
    leave_at: Option<Instant>,
}

enum Turn {
    Recorded(Result<(), RecordError>),
    News(News),
    Down(DeviceId, Down),
    AckAgain,
    Leave,
    Stop,
}

impl Post {
    pub(super) fn new(
        app: Arc<App>,
        client: AsyncClient,
        news: mpsc::Receiver<News>,
        downs: mpsc::Receiver<(DeviceId, Down)>,
    ) -> Self {
        Post {
            app,
            client,
            news,
            downs,
            pending: Pending::default(),
            ack_again_at: None,
            leave_at: None,
        }
    }

    pub(super) async fn serve(mut self, shutdown: impl Future<Output = ()>) {
        let mut shutdown = pin!(shutdown);
        loop {
            let may_read = self.pending.len() < PENDING_MAX && self.leave_at.is_none();
            let turn = tokio::select! {
                biased;
                () = &mut shutdown => Turn::Stop,
                recorded = self.pending.settled(), if self.ack_again_at.is_none() => {
                    Turn::Recorded(recorded)
                }
                Some((device, down)) = self.downs.recv() => Turn::Down(device, down),
                // Its end would be a panic of the line's task: then we stop as well.
                news = self.news.recv(), if may_read => news.map_or(Turn::Stop, Turn::News),
                () = at(self.ack_again_at) => Turn::AckAgain,
                () = at(self.leave_at) => Turn::Leave,
            };
            match turn {
                Turn::Recorded(recorded) => self.settle(recorded),
                Turn::News(news) => self.hear(news).await,
                Turn::Down(device, down) => self.send_down(device, down),
                Turn::AckAgain => self.ack_again_at = None,
                Turn::Leave => {
                    self.leave_at = None;
                    let _ = self.client.try_disconnect();
                }
                Turn::Stop => return self.stop().await,
            }
        }
    }

    /// Acknowledges the first message that waited, unless it is not durable.
    fn settle(&mut self, recorded: Result<(), RecordError>) {
        match recorded {
            Ok(()) => self.acknowledge(),
            // Dropped for good, or sent again by a device that has no receipt: in
            // both cases the broker need not keep it.
            Err(RecordError::UnknownDevice | RecordError::TooScattered) => self.acknowledge(),
            Err(error) => {
                self.pending.pop();
                if self.leave_at.is_none() {
                    tracing::warn!(%error, "could not store a message; the broker keeps it");
                    self.leave_at = Some(Instant::now() + HOLD);
                }
            }
        }
    }

    fn acknowledge(&mut self) {
        let Some(publish) = self.pending.first() else {
            return;
        };
        if self.client.try_ack(publish).is_ok() {
            self.pending.pop();
        } else {
            self.ack_again_at = Some(Instant::now() + ACK_PAUSE);
        }
    }

    async fn hear(&mut self, news: News) {
        match news {
            News::Publish(publish) => self.take(publish).await,
            News::Connected { kept } => {
                if !kept {
                    // The broker has forgotten our session, so it may have
                    // forgotten the wills of its devices as well.
                    self.app.hub.disappear_all();
                }
            }
            News::Lost => {
                // What was not acknowledged comes again on the next connection.
                self.pending.clear();
                self.leave_at = None;
            }
        }
    }

    async fn take(&mut self, publish: Publish) {
        let recording = self.record(&publish).await;
        if publish.qos != QoS::AtMostOnce {
            self.pending.push(publish, recording);
        }
    }

    /// The broker has checked whose topic it is; who may still speak is our matter.
    async fn record(&self, publish: &Publish) -> Option<Recording> {
        let app = &self.app;
        let topic: Topic = publish.topic.parse().ok()?;
        let device = topic.device;
        let known = app.registry.get(device);
        if !topic.leaf.is_up() || known.is_none_or(|entry| entry.device.revoked_at.is_some()) {
            tracing::debug!(%device, "the broker brought a message of a stranger");
            app.counters.strangers.add(1);
            return None;
        }
        let now = clock::now().as_millisecond();
        let recording = receive(app, device, topic.leaf, &publish.payload, now).await;
        self.show(device, topic.leaf, &publish.payload, now).await;
        recording
    }

    /// Shows whether a device is there, and greets one that has just come.
    async fn show(&self, device: DeviceId, leaf: Leaf, payload: &[u8], now: i64) {
        let state = match leaf {
            Leaf::Status => Status::parse(payload).map(|status| status.state),
            _ => Some(State::On),
        };
        match state {
            Some(State::On) => {
                let is_new = self.app.hub.appear(device, now);
                // It may be a second session without a word between the two.
                if is_new || leaf == Leaf::Status {
                    self.greet(device, now).await;
                }
            }
            Some(State::Lost | State::Off | State::Asleep | State::Stopped) => {
                self.app.hub.disappear(device);
            }
            None => {}
        }
    }

    /// What our own endpoint does when a device subscribes.
    async fn greet(&self, device: DeviceId, now: i64) {
        command::deliver_settings(&self.app, device);
        if let Err(error) = command::deliver_waiting(&self.app, device, now).await {
            tracing::warn!(%device, %error, "could not deliver what waits");
        }
    }

    fn send_down(&self, device: DeviceId, down: Down) {
        // As at our own door: a lost receipt costs one repeated message.
        let qos = match down.leaf {
            Leaf::Receipt => QoS::AtMostOnce,
            _ => QoS::AtLeastOnce,
        };
        let topic = down.leaf.of(device).to_string();
        if self
            .client
            .try_publish(topic, qos, false, down.payload)
            .is_err()
        {
            tracing::debug!(%device, "no room on the line to the broker; it is sent again later");
        }
    }

    /// Acknowledges what is durable, sends what went down, and says goodbye.
    async fn stop(mut self) {
        let until = Instant::now() + STOP_WITHIN;
        while !self.pending.is_empty() {
            match timeout_at(until, self.pending.settled()).await {
                Ok(recorded) => self.settle(recorded),
                Err(_) => break,
            }
            if let Some(again) = self.ack_again_at.take() {
                sleep_until(again.min(until)).await;
            }
        }
        while let Ok((device, down)) = self.downs.try_recv() {
            self.send_down(device, down);
        }
        self.app.hub.disappear_all();
        let said = timeout_at(until, self.client.disconnect()).await;
        if matches!(said, Ok(Ok(()))) {
            // The line tells of the goodbye by its loss.
            let _ = timeout_at(until, async {
                while !matches!(self.news.recv().await, Some(News::Lost) | None) {}
            })
            .await;
        }
    }
}

/// Resolves at a moment, if there is one.
async fn at(moment: Option<Instant>) {
    match moment {
        Some(moment) => sleep_until(moment).await,
        None => std::future::pending().await,
    }
}
