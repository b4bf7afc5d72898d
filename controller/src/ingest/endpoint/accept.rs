//! Accepts connections, one task each, so that nobody waits for another.

use std::future::Future;
use std::net::IpAddr;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::FutureExt;
use rustls::ServerConfig;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::{JoinError, JoinSet};
use tokio::time::{sleep, timeout};
use tokio_rustls::TlsAcceptor;

use super::greeting;
use super::limits::{Admission, Handshake, Limits};
use super::session;
use super::wire::Wire;
use crate::app::App;
use crate::app::hub::Kick;

/// After the system refused us a socket (too many open files, mostly).
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// What every connection needs.
#[derive(Debug)]
pub(super) struct Door {
    pub app: Arc<App>,
    pub limits: Limits,
    pub admission: Arc<Admission>,
    /// True once the controller stops.
    pub stopping: watch::Receiver<bool>,
}

impl Door {
    /// Resolves once the controller stops.
    pub(super) async fn stopped(&self) {
        // An error would mean that `run` is gone, which is a stop too.
        let _ = self.stopping.clone().wait_for(|stopping| *stopping).await;
    }
}

/// Serves devices until `shutdown`, then lets every connection finish: what was
/// received is stored and acknowledged, what is not is left to the device.
/// `tls` must ask for client certificates; expiry and revocation are judged here.
pub async fn run(
    listener: TcpListener,
    tls: Arc<ServerConfig>,
    app: Arc<App>,
    limits: Limits,
    shutdown: impl Future<Output = ()>,
) -> anyhow::Result<()> {
    let (stop, stopping) = watch::channel(false);
    let acceptor = TlsAcceptor::from(tls);
    let door = Arc::new(Door {
        app: Arc::clone(&app),
        admission: Admission::new(limits.clone()),
        limits,
        stopping,
    });
    let mut connections = JoinSet::new();
    let mut shutdown = std::pin::pin!(shutdown);
    loop {
        let accepted = tokio::select! {
            biased;
            () = &mut shutdown => break,
            Some(ended) = connections.join_next() => {
                note(&app, ended);
                continue;
            }
            accepted = listener.accept() => accepted,
        };
        match accepted {
            Ok((socket, peer)) => {
                app.counters.connections.add(1);
                let Some(handshake) = admit(&door, peer.ip()) else {
                    continue;
                };
                let task = connection(Arc::clone(&door), acceptor.clone(), socket, handshake);
                connections.spawn(task);
            }
            Err(error) => {
                tracing::warn!(%error, "failed to accept a connection; trying again");
                sleep(ACCEPT_PAUSE).await;
            }
        }
    }
    drop(listener);
    // In this order: a session that begins between the two sees the first.
    let _ = stop.send(true);
    app.hub.kick_all(Kick::Stopping);
    let all_ended = async {
        while let Some(ended) = connections.join_next().await {
            note(&app, ended);
        }
    };
    if timeout(door.limits.stop_within, all_ended).await.is_err() {
        tracing::warn!(
            connections = connections.len(),
            "connections were cut at the end"
        );
        connections.shutdown().await;
    }
    Ok(())
}

fn admit(door: &Door, address: IpAddr) -> Option<Handshake> {
    let handshake = door.admission.admit(address, Instant::now());
    if handshake.is_none() {
        // Not the address: it is a home's.
        tracing::debug!("turned a connection away: too many from there, or too many at all");
        door.app.counters.turned_away.add(1);
    }
    handshake
}

fn note(app: &App, ended: Result<(), JoinError>) {
    // A panic is caught inside; what is left is a task that was cut at the end.
    if ended.is_err_and(|error| error.is_panic()) {
        app.counters.violations.add(1);
    }
}

/// One peer, from its first byte to its last. The phases are boxed one by one, so
/// that an idle session does not carry the room that its handshake needed.
async fn connection(
    door: Arc<Door>,
    acceptor: TlsAcceptor,
    socket: TcpStream,
    handshake: Handshake,
) {
    let talk = async {
        let Some(mut wire) = Box::pin(secure(&door, acceptor, socket)).await else {
            return;
        };
        match Box::pin(greeting::greet(&door, &mut wire)).await {
            Some((terms, peer)) => {
                drop(handshake);
                Box::pin(session::hold(&door, wire, terms, &peer)).await;
            }
            None => Box::pin(wire.close()).await,
        }
    };
    if AssertUnwindSafe(talk).catch_unwind().await.is_err() {
        tracing::error!("a connection failed in a way that it must not; the device will be back");
        door.app.counters.violations.add(1);
    }
}

/// The TLS handshake.
async fn secure(door: &Door, acceptor: TlsAcceptor, socket: TcpStream) -> Option<Box<Wire>> {
    // Small packets are all that there is.
    let _ = socket.set_nodelay(true);
    let secured = tokio::select! {
        () = door.stopped() => return None,
        secured = timeout(door.limits.tls_timeout, acceptor.accept(socket)) => secured,
    };
    match secured {
        Ok(Ok(stream)) => Some(Box::new(Wire::new(stream, door.limits.packet_bytes))),
        Ok(Err(error)) => {
            tracing::debug!(%error, "tls handshake failed");
            None
        }
        Err(_) => {
            tracing::debug!("tls handshake not finished in time");
            None
        }
    }
}
