//! One session of one device: what it sends is recorded and then acknowledged,
//! what waits for it is sent down.

use std::pin::pin;
use std::sync::Arc;

use declic_common::DeviceId;
use declic_common::topic::{Leaf, Topic};
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep_until, timeout_at};

use super::accept::Door;
use super::downs::Downs;
use super::identity;
use super::packets::{Fault, Filter, Incoming, Publish};
use super::replies::{self, Goodbye};
use super::terms::Terms;
use super::wire::{Event, Wire};
use crate::app::command;
use crate::app::hub::{Down, Hub, Kick};
use crate::app::recorder::{Heard, RecordError};
use crate::clock;
use crate::ingest::pending::Pending;
use crate::ingest::receive;
use crate::pki::Peer;

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
        pending: Pending::default(),
        downs: Downs::default(),
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
        let talk = async {
            Box::pin(app.recorder.record(device, now, Heard::Seen)).await;
            session.serve().await
        };
        tokio::select! {
            biased;
            // An error would mean that the hub is gone: there is nothing left to serve.
            why = &mut kick => End::Kicked(why.unwrap_or(Kick::Stopping)),
            end = talk => end,
        }
    };
    if let End::Kicked(Kick::Stopping) = end {
        // While still in the hub, where the receipts arrive.
        Box::pin(session.finish()).await;
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
        Box::pin(app.recorder.record(device, now_ms(), heard)).await;
    }
    Box::pin(session.close(end)).await;
}

fn now_ms() -> i64 {
    clock::now().as_millisecond()
}

struct Session<'a> {
    door: &'a Door,
    terms: Terms,
    wire: Box<Wire>,
    down: mpsc::Receiver<Down>,
    /// Each with the number to acknowledge. At QoS 0 nobody waits for it, but it
    /// counts, so that one device cannot fill the queue that all of them share.
    pending: Pending<Option<u16>>,
    downs: Downs,
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
                recorded = self.pending.settled() => Turn::Recorded(recorded),
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
                    self.pending.pop();
                    if error == RecordError::UnknownDevice {
                        return End::Kicked(Kick::Revoked);
                    }
                    if self.unstored_since.is_none() {
                        tracing::warn!(device = %self.terms.device, %error, "could not store a message");
                        self.unstored_since = Some(Instant::now());
                        timer.as_mut().reset(self.deadline().0);
                    }
                }
                Turn::Down(down) => self.downs.send(down, &self.terms, &mut self.wire.out),
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
                self.downs.acknowledged(id, &self.terms, &mut self.wire.out);
            }
            // Boxed, like all that is rare or large: an idle session needs no room for it.
            Incoming::Subscribe { id, filters } => Box::pin(self.subscribe(id, &filters)).await,
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
        let app = &self.door.app;
        let recording = Box::pin(receive(app, device, leaf, publish.payload(), now_ms())).await;
        self.pending.push(publish.id(), recording);
        Ok(())
    }

    /// Acknowledges the first message that waited.
    fn acknowledge(&mut self) {
        if let Some(id) = self.pending.pop().flatten() {
            replies::puback(&mut self.wire.out, id);
        }
    }

    async fn subscribe(&mut self, id: u16, filters: &[Filter]) {
        let device = self.terms.device;
        let mut grants = Vec::with_capacity(filters.len());
        let mut granted = Vec::new();
        for filter in filters {
            let (grant, leaf) = replies::grant(filter, device);
            if let Some(leaf) = leaf {
                self.downs.subscribe(leaf, grant);
                granted.push(leaf);
            }
            grants.push(grant);
        }
        replies::suback(&mut self.wire.out, self.terms.version, id, &grants);
        if granted.len() < grants.len() {
            tracing::warn!(%device, refused = grants.len() - granted.len(), "refused subscriptions");
        }
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
            Ok(topic) if topic.device == device => self.downs.unsubscribe(topic.leaf),
            _ => false,
        };
        let existed: Vec<bool> = filters.iter().map(&mut drop_one).collect();
        replies::unsuback(&mut self.wire.out, self.terms.version, id, &existed);
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
            match timeout_at(until, self.pending.settled()).await {
                Ok(Ok(())) => self.acknowledge(),
                Ok(Err(_)) => {
                    self.pending.pop();
                }
                Err(_) => break,
            }
        }
        while let Ok(down) = self.down.try_recv() {
            self.downs.send(down, &self.terms, &mut self.wire.out);
        }
    }
}
