//! Connections under axum: over TLS, where each is bounded before its peer is
//! known, and plain ones, which are closed at once unless they may be plain.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::extract::connect_info::Connected;
use axum::serve::{IncomingStream, Listener};
use ipnet::IpNet;
use rustls::ServerConfig;
use rustls::pki_types::CertificateDer;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio::time::{Sleep, sleep, timeout};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

use super::limits::{Visit, Visits, subscriber};
use super::origin::trusts;

const HANDSHAKE: Duration = Duration::from_secs(10);
/// Before accepting again when the system has no more sockets to give.
const BREATH: Duration = Duration::from_millis(200);

/// How much of a door strangers may take.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bounds {
    /// Connections at the same time, handshakes included.
    pub(super) connections: usize,
    /// Of one address: a whole building may share it.
    pub(super) per_address: usize,
    /// Nobody stays longer.
    pub(super) stay: Duration,
}

/// Who is at the other end.
#[derive(Clone, Debug)]
pub(super) struct Visitor {
    pub(super) from: IpAddr,
    /// As it is counted: see [`subscriber`].
    pub(super) address: IpAddr,
    /// The leaf that the client has shown; TLS has checked that it is ours.
    pub(super) certificate: Option<CertificateDer<'static>>,
}

/// Connections whose handshake is done.
pub(super) struct TlsListener {
    ready: mpsc::Receiver<(Guest, Visitor)>,
    address: SocketAddr,
}

/// Plain connections of this machine and of its trusted proxies.
#[derive(Debug)]
pub(super) struct PlainListener {
    listener: TcpListener,
    proxies: Vec<IpNet>,
}

impl PlainListener {
    pub(super) fn new(listener: TcpListener, proxies: Vec<IpNet>) -> Self {
        PlainListener { listener, proxies }
    }
}

impl Listener for PlainListener {
    type Io = TcpStream;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (TcpStream, SocketAddr) {
        loop {
            match self.listener.accept().await {
                Ok((stream, from)) if may_be_plain(from.ip(), &self.proxies) => {
                    return (stream, from);
                }
                // Before it has said anything: it might say a password.
                Ok(_) => {
                    tracing::warn!("closed a plain connection that is not from the trusted proxy")
                }
                Err(error) => {
                    tracing::warn!(%error, "failed to accept a connection");
                    sleep(BREATH).await;
                }
            }
        }
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }
}

fn may_be_plain(address: IpAddr, proxies: &[IpNet]) -> bool {
    address.to_canonical().is_loopback() || trusts(proxies, address)
}

/// A connection, with its place and its time.
pub(super) struct Guest {
    stream: TlsStream<TcpStream>,
    end: Pin<Box<Sleep>>,
    _visit: Visit,
}

impl TlsListener {
    /// Accepts until it is dropped.
    pub(super) fn start(
        listener: TcpListener,
        tls: Arc<ServerConfig>,
        bounds: Bounds,
    ) -> io::Result<Self> {
        let address = listener.local_addr()?;
        let (sender, ready) = mpsc::channel(bounds.connections);
        tokio::spawn(accept(listener, TlsAcceptor::from(tls), bounds, sender));
        Ok(TlsListener { ready, address })
    }
}

async fn accept(
    listener: TcpListener,
    acceptor: TlsAcceptor,
    bounds: Bounds,
    ready: mpsc::Sender<(Guest, Visitor)>,
) {
    let visits = Visits::new(bounds.connections, bounds.per_address);
    loop {
        let accepted = tokio::select! {
            () = ready.closed() => return,
            accepted = listener.accept() => accepted,
        };
        let (stream, from) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                tracing::warn!(%error, "failed to accept a connection");
                sleep(BREATH).await;
                continue;
            }
        };
        let from = from.ip();
        let address = subscriber(from);
        let Some(visit) = visits.enter(address) else {
            continue;
        };
        // A silent peer delays nobody: its handshake waits in a task of its own.
        let (acceptor, ready) = (acceptor.clone(), ready.clone());
        tokio::spawn(async move {
            let _ = stream.set_nodelay(true);
            let Ok(Ok(stream)) = timeout(HANDSHAKE, acceptor.accept(stream)).await else {
                return;
            };
            let certificates = stream.get_ref().1.peer_certificates();
            let visitor = Visitor {
                from,
                address,
                certificate: certificates
                    .and_then(<[_]>::first)
                    .map(|leaf| leaf.clone().into_owned()),
            };
            let guest = Guest {
                stream,
                end: Box::pin(sleep(bounds.stay)),
                _visit: visit,
            };
            let _ = ready.send((guest, visitor)).await;
        });
    }
}

impl Listener for TlsListener {
    type Io = Guest;
    type Addr = Visitor;

    async fn accept(&mut self) -> (Guest, Visitor) {
        match self.ready.recv().await {
            Some(ready) => ready,
            // The accepting task lives as long as we do.
            None => std::future::pending().await,
        }
    }

    fn local_addr(&self) -> io::Result<Visitor> {
        Ok(Visitor {
            from: self.address.ip(),
            address: self.address.ip(),
            certificate: None,
        })
    }
}

impl Connected<IncomingStream<'_, TlsListener>> for Visitor {
    fn connect_info(stream: IncomingStream<'_, TlsListener>) -> Self {
        stream.remote_addr().clone()
    }
}

impl Guest {
    /// Refuses everything once the time is over.
    fn in_time(&mut self, cx: &mut Context<'_>) -> io::Result<Pin<&mut TlsStream<TcpStream>>> {
        match self.end.as_mut().poll(cx) {
            Poll::Ready(()) => Err(io::ErrorKind::TimedOut.into()),
            Poll::Pending => Ok(Pin::new(&mut self.stream)),
        }
    }
}

impl AsyncRead for Guest {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        self.in_time(cx)?.poll_read(cx, buf)
    }
}

impl AsyncWrite for Guest {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.in_time(cx)?.poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.in_time(cx)?.poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.in_time(cx)?.poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_this_machine_and_the_proxy_may_come_plain() {
        let proxies = ["10.1.0.0/16".parse().unwrap()];
        let may = |text: &str| may_be_plain(text.parse().unwrap(), &proxies);
        for address in ["127.0.0.1", "::1", "10.1.2.3", "::ffff:10.1.2.3"] {
            assert!(may(address), "{address}");
        }
        for address in ["10.2.0.1", "203.0.113.9", "2001:db8::1"] {
            assert!(!may(address), "{address}");
        }
    }
}
