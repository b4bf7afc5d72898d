//! From a secured stream to a session: who is it, and is its CONNECT in order?

use std::time::Instant;

use declic_common::DeviceId;
use declic_common::status::{State, Status};
use declic_common::topic::{Leaf, Topic};
use tokio::time::timeout;

use super::accept::Door;
use super::identity::{self, Stranger};
use super::packets::{Connect, Fault, Incoming, Will};
use super::replies::{self, Refusal};
use super::terms::Terms;
use super::wire::{Event, Wire};
use crate::clock;
use crate::pki::Peer;

/// Takes a CONNECT and decides on it; the answer waits in `wire`. `None`: the peer
/// must go.
pub(super) async fn greet(door: &Door, wire: &mut Wire) -> Option<(Terms, Peer)> {
    let peer = identity::read(wire.peer_certificates());
    let first = tokio::select! {
        () = door.stopped() => return None,
        first = timeout(door.limits.connect_timeout, first_packet(wire)) => first,
    };
    let connect = match first {
        Ok(Ok(connect)) => connect,
        Ok(Err(Some(fault))) => {
            tracing::debug!(%fault, "no proper CONNECT");
            door.app.counters.violations.add(1);
            if fault == Fault::Version {
                replies::refuse_version(&mut wire.out);
            }
            return None;
        }
        Ok(Err(None)) => return None,
        Err(_) => {
            tracing::debug!("no CONNECT in time");
            return None;
        }
    };
    match judge(door, peer, &connect) {
        Ok((peer, will)) => {
            let terms = Terms::new(&connect, peer.device, will, &door.limits);
            let keep_alive = terms.server_keep_alive;
            replies::accept(&mut wire.out, &connect, &door.limits, keep_alive);
            Some((terms, peer))
        }
        Err(refusal) => {
            door.app.counters.violations.add(1);
            replies::refuse(&mut wire.out, connect.version, refusal);
            None
        }
    }
}

/// The CONNECT, or the peer's fault if it made one.
async fn first_packet(wire: &mut Wire) -> Result<Box<Connect>, Option<Fault>> {
    match wire.next(true).await {
        Event::Packet(Incoming::Connect(connect)) => Ok(connect),
        Event::Packet(_) => Err(Some(Fault::Protocol)),
        Event::Fault(fault) => Err(Some(fault)),
        // Nothing has been written yet that could be stuck.
        Event::Gone | Event::Stuck | Event::Written => Err(None),
    }
}

/// Decides on a CONNECT. A refusal is logged here, once.
fn judge(
    door: &Door,
    peer: Result<Peer, Stranger>,
    connect: &Connect,
) -> Result<(Peer, Option<Status>), Refusal> {
    let now = clock::now().as_millisecond();
    let peer = peer.map_err(|stranger| {
        tracing::warn!(%stranger, "refused a connection");
        Refusal::NotAuthorised
    })?;
    let device = peer.device;
    identity::judge(&peer, &door.app.registry, now).map_err(|stranger| {
        tracing::warn!(%device, %stranger, "refused a connection");
        Refusal::NotAuthorised
    })?;
    let will = in_order(door, device, connect).inspect_err(|refusal| {
        tracing::warn!(%device, %refusal, "refused a connection");
    })?;
    Ok((peer, will))
}

fn in_order(door: &Door, device: DeviceId, connect: &Connect) -> Result<Option<Status>, Refusal> {
    if connect.client_id.parse() != Ok(device) {
        return Err(Refusal::ClientId);
    }
    if connect.authenticates {
        return Err(Refusal::Authentication);
    }
    let will = match &connect.will {
        Some(will) => Some(checked(will, device).ok_or(Refusal::Will)?),
        None => None,
    };
    // Last, so that only what would have been accepted is counted.
    if !door.admission.admit_device(device, Instant::now()) {
        return Err(Refusal::TooOften);
    }
    Ok(will)
}

/// The will as a status, if it says `lost` on the device's own topic.
fn checked(will: &Will, device: DeviceId) -> Option<Status> {
    let own = Leaf::Status.of(device);
    let is_own = will.topic.parse::<Topic>() == Ok(own);
    let status = Status::parse(&will.payload)?;
    (is_own && !will.is_qos2 && !will.retain && status.state == State::Lost).then_some(status)
}
