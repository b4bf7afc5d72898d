//! From a secured stream to a session: who is it, and is its CONNECT in order?

use std::sync::Arc;
use std::time::Instant;

use declic_common::DeviceId;
use declic_common::status::{State, Status};
use declic_common::topic::{Leaf, Topic};
use jiff::Timestamp;
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::server::TlsStream;

use super::accept::Door;
use super::identity::{self, Stranger};
use super::limits::Handshake;
use super::packets::{Connect, Fault, Incoming, Will};
use super::replies::{self, Refusal};
use super::session::{self, Terms};
use super::wire::{Event, Wire};
use crate::pki::Peer;

/// Talks with a peer until one of the two leaves.
pub(super) async fn greet(door: &Arc<Door>, stream: TlsStream<TcpStream>, handshake: Handshake) {
    let peer = identity::read(stream.get_ref().1.peer_certificates());
    let mut wire = Box::new(Wire::new(stream, door.limits.packet_bytes));
    let first = tokio::select! {
        () = door.stopped() => return wire.close().await,
        first = timeout(door.limits.connect_timeout, first_packet(&mut wire)) => first,
    };
    let connect = match first {
        Ok(Ok(connect)) => connect,
        Ok(Err(Some(fault))) => {
            tracing::debug!(%fault, "no proper CONNECT");
            door.app.counters.violations.add(1);
            if fault == Fault::Version {
                replies::refuse_version(&mut wire.out);
            }
            return wire.close().await;
        }
        Ok(Err(None)) => return,
        Err(_) => {
            tracing::debug!("no CONNECT in time");
            return wire.close().await;
        }
    };
    match judge(door, &peer, &connect) {
        Ok((device, will)) => {
            let terms = Terms::new(&connect, device, will, &door.limits);
            replies::accept(
                &mut wire.out,
                &connect,
                &door.limits,
                terms.server_keep_alive,
            );
            drop(connect);
            drop(handshake);
            let peer = peer.expect("judged just now");
            Box::pin(session::hold(door, wire, terms, &peer)).await;
        }
        Err(refusal) => {
            door.app.counters.violations.add(1);
            replies::refuse(&mut wire.out, connect.version, refusal);
            wire.close().await;
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
    peer: &Result<Peer, Stranger>,
    connect: &Connect,
) -> Result<(DeviceId, Option<Status>), Refusal> {
    let now = Timestamp::now().as_millisecond();
    let peer = match peer {
        Ok(peer) => peer,
        Err(stranger) => {
            tracing::warn!(%stranger, "refused a connection");
            return Err(Refusal::NotAuthorised);
        }
    };
    let device = peer.device;
    let decided = identity::judge(peer, &door.app.registry, now)
        .map_err(|stranger| {
            tracing::warn!(%device, %stranger, "refused a connection");
            Refusal::NotAuthorised
        })
        .and_then(|()| {
            in_order(door, device, connect).inspect_err(|refusal| {
                tracing::warn!(%device, %refusal, "refused a connection");
            })
        });
    decided.map(|will| (device, will))
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
