//! One session of one device: what it sends is recorded and then acknowledged,
//! what waits for it is sent down.

use std::collections::VecDeque;
use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use declic_common::DeviceId;
use declic_common::status::Status;
use declic_common::topic::{Leaf, Topic};
use jiff::Timestamp;
use mqtt_protocol_core::mqtt::packet::SubEntry;
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep_until, timeout_at};

use super::accept::Door;
use super::identity;
use super::limits::Limits;
use super::packets::{Connect, Fault, Incoming, Publish, Version};
use super::replies::{self, Goodbye, Grant};
use super::wire::{Event, Wire};
use crate::app::command;
use crate::app::hub::{Down, Hub, Kick};
use crate::app::recorder::{Heard, RecordError, Recording};
use crate::ingest::receive;
use crate::pki::Peer;

/// Messages down that may wait until the device acknowledges earlier ones.
const HELD_MAX: usize = 64;
/// Messages down that may be unacknowledged at once.
const UNACKNOWLEDGED_MAX: usize = 32;

/// What a session has agreed on.
#[derive(Debug)]
pub(super) struct Terms {
    pub device: DeviceId,
    pub version: Version,
    pub will: Option<Status>,
    /// Told to version 5 when it is not what was asked.
    pub server_keep_alive: Option<u16>,
    /// The device may be silent for this long.
    silence: Duration,
    receive_maximum: usize,
    packet_max: u32,
}

impl Terms {
    pub(super) fn new(
        connect: &Connect,
        device: DeviceId,
        will: Option<Status>,
        limits: &Limits,
    ) -> Self {
        // A session without a keep-alive, or with one of hours, would be shown as
        // connected long after its line was cut. Version 5 is told what we keep;
        // a 3.1.1 device that is silent for longer simply has to connect again.
        let longest = limits.silence_max * 2 / 3;
        let asked = Duration::from_secs(connect.keep_alive.into());
        let kept = match asked {
            Duration::ZERO => longest,
            asked => asked.min(longest),
        };
        Terms {
            device,
            version: connect.version,
            will,
            server_keep_alive: (kept != asked)
                .then(|| u16::try_from(kept.as_secs()).unwrap_or(u16::MAX).max(1)),
            silence: kept * 3 / 2,
            receive_maximum: usize::from(connect.receive_maximum).min(UNACKNOWLEDGED_MAX),
            packet_max: connect.packet_max,
        }
    }
}

/// How a session ended.
#[derive(Debug)]
enum End {
    /// With DISCONNECT; the will stays unsaid unless the device asks for it.
    Left {
        with_will: bool,
    },
    /// Without a word.
    Gone,
    Fault(Fault),
    Kicked(Kick),
    Unstored,
}

/// The place of a session in the hub, given back even by a panic.
struct Attached<'a> {
    hub: &'a Hub,
    device: DeviceId,
    generation: u64,
}

impl Attached<'_> {
    /// False if a newer session has taken the place.
    fn leave(&self) -> bool {
        self.hub.detach(self.device, self.generation)
    }
}

impl Drop for Attached<'_> {
    fn drop(&mut self) {
        self.leave();
    }
}

/// Holds a session from CONNACK, which waits in `wire`, to its end.
pub(super) async fn hold(door: &Arc<Door>, wire: Box<Wire>, terms: Terms, peer: &Peer) {
    let app = &door.app;
    let device = terms.device;
    let now = now_ms();
    let link = app.hub.attach(device, now);
    let attached = Attached {
        hub: &app.hub,
        device,
        generation: link.generation,
    };
    let mut kick = link.kick;
    let mut session = Session {
        door,
        terms,
        wire,
        down: link.down,
        pending: VecDeque::new(),
        subscribed: Subscribed::default(),
        unacknowledged: Vec::new(),
        last_id: 0,
        held: VecDeque::new(),
        heard_at: Instant::now(),
        stuck_since: None,
        unstored_since: None,
    };
    // Whoever was revoked, or stopped us, between the check and the hub found no
    // session to kick.
    let end = if identity::judge(peer, &app.registry, now).is_err() {
        End::Kicked(Kick::Revoked)
    } else if *door.stopping.borrow() {
        End::Kicked(Kick::Stopping)
    } else {
        tracing::debug!(%device, "connected");
        app.recorder.record(device, now, Heard::Seen).await;
        tokio::select! {
            biased;
            // An error would mean that the hub is gone: there is nothing left to serve.
            why = &mut kick => End::Kicked(why.unwrap_or(Kick::Stopping)),
            end = session.serve() => end,
        }
    };
    if let End::Kicked(Kick::Stopping) = end {
        // While still in the hub, where the receipts arrive.
        session.finish().await;
    }
    let is_newest = attached.leave();
    match &end {
        End::Fault(fault) => {
            tracing::warn!(%device, %fault, "closed a session");
            app.counters.violations.add(1);
        }
        end => tracing::debug!(%device, ?end, "session ended"),
    }
    // The last words of a session that a newer one replaced are about the past,
    // and our own stop says nothing of the device.
    if is_newest && !matches!(end, End::Kicked(Kick::Superseded | Kick::Revoked)) {
        let unsaid = match end {
            End::Gone | End::Fault(_) | End::Left { with_will: true } => session.terms.will.take(),
            End::Left { .. } | End::Kicked(_) | End::Unstored => None,
        };
        let heard = unsaid.map_or(Heard::Seen, Heard::Status);
        app.recorder.record(device, now_ms(), heard).await;
    }
    session.close(end).await;
}

fn now_ms() -> i64 {
    Timestamp::now().as_millisecond()
}

/// A message on its way to the disk, and the number to acknowledge.
#[derive(Debug)]
struct Pending {
    id: u16,
    /// `None`: of no use to anybody, so acknowledged in its turn.
    recording: Option<Recording>,
}

/// The down topics that a device has subscribed to.
#[derive(Debug, Default)]
struct Subscribed {
    receipt: Option<Grant>,
    command: Option<Grant>,
    settings: Option<Grant>,
}

impl Subscribed {
    fn slot(&mut self, leaf: Leaf) -> Option<&mut Option<Grant>> {
        match leaf {
            Leaf::Receipt => Some(&mut self.receipt),
            Leaf::Command => Some(&mut self.command),
            Leaf::Settings => Some(&mut self.settings),
            Leaf::Up(_) | Leaf::Status => None,
        }
    }
}

struct Session<'a> {
    door: &'a Door,
    terms: Terms,
    wire: Box<Wire>,
    down: mpsc::Receiver<Down>,
    /// In the order in which they came, which is the order of their PUBACKs.
    pending: VecDeque<Pending>,
    subscribed: Subscribed,
    /// Packet identifiers of messages down.
    unacknowledged: Vec<u16>,
    last_id: u16,
    held: VecDeque<Down>,
    heard_at: Instant,
    stuck_since: Option<Instant>,
    /// Since when a message could not be stored: nothing more is read.
    unstored_since: Option<Instant>,
}

enum Turn {
    Recorded(Result<(), RecordError>),
    Down(Down),
    Wire(Event),
    Timer,
}

impl Session<'_> {
    async fn serve(&mut self) -> End {
        let mut timer = pin!(sleep_until(self.deadline().0));
        loop {
            let read = self.pending.len() < usize::from(self.door.limits.inflight)
                && self.unstored_since.is_none()
                && self.wire.has_room();
            // Everything that is ready is put into one write: the wire comes last.
            let turn = tokio::select! {
                biased;
                recorded = first(&mut self.pending), if !self.pending.is_empty() => {
                    Turn::Recorded(recorded)
                }
                Some(down) = self.down.recv(), if self.wire.has_room() => Turn::Down(down),
                event = self.wire.next(read) => Turn::Wire(event),
                () = &mut timer => Turn::Timer,
            };

            match turn {
                Turn::Recorded(Ok(())) => self.acknowledge(),
                Turn::Recorded(Err(error)) => {
                    // No PUBACK without durability. The device hears nothing, or
                    // the code of version 5, and sends again when it is back; the
                    // wait keeps a full disk from becoming a storm of connections.
                    self.pending.pop_front();
                    if error == RecordError::UnknownDevice {
                        return End::Kicked(Kick::Revoked);
                    }
                    if self.unstored_since.is_none() {
                        tracing::warn!(device = %self.terms.device, %error, "could not store a message");
                        self.unstored_since = Some(Instant::now());
                        timer.as_mut().reset(self.deadline().0);
                    }
                }
                Turn::Down(down) => self.send_down(down),
                Turn::Wire(Event::Packet(packet)) => {
                    self.heard_at = Instant::now();
                    match self.take(packet).await {
                        Ok(None) => {}
                        Ok(Some(end)) => return end,
                        Err(fault) => return End::Fault(fault),
                    }
                }
                Turn::Wire(Event::Fault(fault)) => return End::Fault(fault),
                Turn::Wire(Event::Gone) => return End::Gone,
                Turn::Wire(Event::Stuck) => {
                    self.stuck_since = Some(Instant::now());
                    timer.as_mut().reset(self.deadline().0);
                }
                Turn::Wire(Event::Written) => self.stuck_since = None,
                Turn::Timer => {
                    let (at, end) = self.deadline();
                    if at <= Instant::now() {
                        return end;
                    }
                    timer.as_mut().reset(at);
                }
            }
        }
    }

    /// The next moment at which the session ends by itself. The timer is set
    /// anew when it fires, not at each packet.
    fn deadline(&self) -> (Instant, End) {
        let limits = &self.door.limits;
        let silent = (
            self.heard_at + self.terms.silence,
            End::Fault(Fault::Silent),
        );
        let stuck = self
            .stuck_since
            .map(|since| (since + limits.write_timeout, End::Fault(Fault::Stuck)));
        let unstored = self
            .unstored_since
            .map(|since| (since + limits.hold, End::Unstored));
        // A session that is held is not silent by its own will.
        [unstored.or(Some(silent)), stuck]
            .into_iter()
            .flatten()
            .min_by_key(|(at, _)| *at)
            .expect("one of them is there")
    }

    /// Takes in one packet; `Some` ends the session.
    async fn take(&mut self, packet: Incoming) -> Result<Option<End>, Fault> {
        match packet {
            Incoming::Publish(publish) => self.take_publish(&publish).await?,
            Incoming::Puback(id) => {
                self.unacknowledged.retain(|sent| *sent != id);
                while self.may_send()
                    && let Some(down) = self.held.pop_front()
                {
                    self.send_down(down);
                }
            }
            Incoming::Subscribe { id, filters } => self.subscribe(id, &filters).await,
            Incoming::Unsubscribe { id, filters } => self.unsubscribe(id, &filters),
            Incoming::Ping => replies::pingresp(&mut self.wire.out),
            Incoming::Disconnect { with_will } => return Ok(Some(End::Left { with_will })),
            Incoming::Connect(_) => return Err(Fault::Protocol),
        }
        Ok(None)
    }

    async fn take_publish(&mut self, publish: &Publish) -> Result<(), Fault> {
        let device = self.terms.device;
        let leaf = match publish.topic().parse::<Topic>() {
            Ok(topic) if topic.device == device && topic.leaf.is_up() => topic.leaf,
            _ => return Err(Fault::Forged),
        };
        let recording = receive(&self.door.app, device, leaf, publish.payload(), now_ms()).await;
        // At QoS 0 nobody waits for it; it is recorded all the same.
        if let Some(id) = publish.id() {
            self.pending.push_back(Pending { id, recording });
        }
        Ok(())
    }

    /// Acknowledges the first message that waited.
    fn acknowledge(&mut self) {
        if let Some(stored) = self.pending.pop_front() {
            replies::puback(&mut self.wire.out, stored.id);
        }
        if self.pending.is_empty() {
            // An idle session keeps no room for a burst.
            self.pending = VecDeque::new();
        }
    }

    async fn subscribe(&mut self, id: u16, filters: &[SubEntry]) {
        let device = self.terms.device;
        let mut grants = Vec::with_capacity(filters.len());
        let mut granted = Vec::new();
        for filter in filters {
            let (grant, leaf) = replies::grant(filter, device);
            if let Some(leaf) = leaf
                && let Some(slot) = self.subscribed.slot(leaf)
            {
                *slot = Some(grant);
                granted.push(leaf);
            } else {
                tracing::warn!(%device, "refused a subscription");
            }
            grants.push(grant);
        }
        replies::suback(&mut self.wire.out, self.terms.version, id, &grants);
        if granted.contains(&Leaf::Settings) {
            command::deliver_settings(&self.door.app, device);
        }
        if granted.contains(&Leaf::Command)
            && let Err(error) = command::deliver_waiting(&self.door.app, device, now_ms()).await
        {
            tracing::warn!(%device, %error, "could not deliver what waits");
        }
    }

    fn unsubscribe(&mut self, id: u16, filters: &[String]) {
        let device = self.terms.device;
        let mut drop_one = |filter: &String| match filter.parse::<Topic>() {
            Ok(topic) if topic.device == device => self
                .subscribed
                .slot(topic.leaf)
                .is_some_and(|slot| slot.take().is_some()),
            _ => false,
        };
        let existed: Vec<bool> = filters.iter().map(&mut drop_one).collect();
        replies::unsuback(&mut self.wire.out, self.terms.version, id, &existed);
    }

    fn may_send(&self) -> bool {
        self.unacknowledged.len() < self.terms.receive_maximum
    }

    /// Sends a message down, if the device has asked for its kind.
    ///
    /// Receipts go at QoS 0: one is lost only with its connection, after which the
    /// device sends again anyhow, and a PUBACK would cost more than the receipt.
    fn send_down(&mut self, down: Down) {
        let Some(grant) = self.subscribed.slot(down.leaf).and_then(|slot| *slot) else {
            return;
        };
        let numbered = grant == Grant::Qos1 && down.leaf != Leaf::Receipt;
        if numbered && !self.may_send() {
            // More than this is sent again on the next connection.
            if self.held.len() < HELD_MAX {
                self.held.push_back(down);
            }
            return;
        }
        let id = numbered.then(|| self.free_id());
        let topic = down.leaf.of(self.terms.device);
        let Terms {
            version,
            packet_max,
            ..
        } = self.terms;
        let out = &mut self.wire.out;
        if replies::publish(out, version, packet_max, topic, &down.payload, id) {
            self.unacknowledged.extend(id);
        } else {
            tracing::debug!(device = %self.terms.device, "a message down is larger than the device takes");
        }
    }

    fn free_id(&mut self) -> u16 {
        loop {
            self.last_id = self.last_id.checked_add(1).unwrap_or(1);
            if !self.unacknowledged.contains(&self.last_id) {
                return self.last_id;
            }
        }
    }

    /// Says goodbye.
    async fn close(mut self, end: End) {
        let goodbye = match end {
            End::Fault(fault) => Some(Goodbye::Fault(fault)),
            End::Kicked(Kick::Superseded) => Some(Goodbye::TakenOver),
            End::Kicked(Kick::Revoked) => Some(Goodbye::Revoked),
            End::Kicked(Kick::Stopping) => Some(Goodbye::Stopping),
            End::Unstored => Some(Goodbye::Unstored),
            End::Left { .. } => None,
            End::Gone => return,
        };
        if let Some(goodbye) = goodbye {
            replies::disconnect(&mut self.wire.out, self.terms.version, goodbye);
        }
        self.wire.close().await;
    }

    /// Waits for the commits under way and writes their PUBACKs and receipts.
    async fn finish(&mut self) {
        // Half of what there is, so that the last words still fit in.
        let until = Instant::now() + self.door.limits.stop_within / 2;
        while !self.pending.is_empty() {
            match timeout_at(until, first(&mut self.pending)).await {
                Ok(Ok(())) => self.acknowledge(),
                Ok(Err(_)) => {
                    self.pending.pop_front();
                }
                Err(_) => break,
            }
        }
        while let Ok(down) = self.down.try_recv() {
            self.send_down(down);
        }
    }
}

/// Resolves when the first message that waits is durable, or will not be.
async fn first(pending: &mut VecDeque<Pending>) -> Result<(), RecordError> {
    poll_fn(|cx| poll_first(pending, cx)).await
}

fn poll_first(
    pending: &mut VecDeque<Pending>,
    cx: &mut Context<'_>,
) -> Poll<Result<(), RecordError>> {
    match pending.front_mut() {
        Some(Pending {
            recording: Some(recording),
            ..
        }) => Pin::new(recording).poll(cx),
        Some(Pending {
            recording: None, ..
        }) => Poll::Ready(Ok(())),
        None => Poll::Pending,
    }
}
