//! Listening: a port, a socket of the data directory, or both.

use std::io::ErrorKind;
use std::net::SocketAddr;
use std::os::unix::fs::{FileTypeExt, PermissionsExt};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use rustix::fs::{Mode, fchmod};
use rustls::ServerConfig;
use tokio::net::{TcpListener, UnixListener, UnixSocket};
use tokio::sync::watch;

use super::accept::{Bounds, PlainListener, TlsListener};
use super::origin::Line;
use super::router::{Desk, router};
use crate::app::App;
use crate::config::Web;

/// Longest path of a Unix socket, its final zero left out (Linux, `sun_path`).
const SOCKET_PATH_MAX: usize = 107;
/// Connections that may wait to be accepted.
const BACKLOG: u32 = 128;
/// Of the port over TLS. Many people may share the address of an office, and a
/// slow line may take minutes to read a large answer.
const BOUNDS: Bounds = Bounds {
    connections: 512,
    per_address: 128,
    stay: Duration::from_secs(600),
};
/// How long requests under way may take once the controller stops.
const FAREWELL: Duration = Duration::from_secs(10);

/// Where to answer. Both may be absent: then [`serve`] only waits for its end.
#[derive(Debug, Default)]
pub struct Listeners {
    pub tcp: Option<TcpListener>,
    pub unix: Option<UnixListener>,
    /// The port speaks TLS.
    pub tls: Option<Arc<ServerConfig>>,
    pub web: Web,
}

/// Why the door cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum ListenError {
    #[error(
        "{0} can be reached from elsewhere, where passwords would be read along: give --http-tls \
         own (or CERTIFICATE,KEY), or --trusted-proxy with the address of your reverse proxy, or \
         listen on 127.0.0.1"
    )]
    NotLoopback(SocketAddr),
    #[error("failed to listen on {address} (does another program use it?)")]
    Tcp {
        address: SocketAddr,
        source: std::io::Error,
    },
    #[error(
        "the path of the socket has {length} bytes, and at most {SOCKET_PATH_MAX} fit: \
         choose a shorter data directory"
    )]
    PathTooLong { length: usize },
    #[error("another controller answers on {}", .0.display())]
    Running(PathBuf),
    #[error("{} is in the way and is no socket; move it away", .0.display())]
    NotASocket(PathBuf),
    #[error("failed to open the socket {}", path.display())]
    Unix {
        path: PathBuf,
        source: std::io::Error,
    },
}

/// The socket of a data directory.
pub fn socket_path(data_dir: &Path) -> PathBuf {
    data_dir.join("declic.sock")
}

/// Listens on a port; beyond loopback only if nobody can read along.
pub async fn bind_tcp(address: SocketAddr, web: &Web) -> Result<TcpListener, ListenError> {
    if !address.ip().is_loopback() && !web.may_leave_loopback() {
        return Err(ListenError::NotLoopback(address));
    }
    TcpListener::bind(address)
        .await
        .map_err(|source| ListenError::Tcp { address, source })
}

/// Opens a socket that only its owner can use, in place of one that a dead
/// process left behind.
pub fn bind_unix(path: &Path) -> Result<UnixListener, ListenError> {
    let length = path.as_os_str().len();
    if length > SOCKET_PATH_MAX {
        return Err(ListenError::PathTooLong { length });
    }
    let failed = |source| ListenError::Unix {
        path: path.to_owned(),
        source,
    };
    clear(path)?;
    let socket = UnixSocket::new_stream().map_err(failed)?;
    // On Linux the file gets the mode of its socket: it is never open to others.
    fchmod(&socket, Mode::RUSR | Mode::WUSR).map_err(|error| failed(error.into()))?;
    socket.bind(path).map_err(failed)?;
    std::fs::set_permissions(path, PermissionsExt::from_mode(0o600)).map_err(failed)?;
    socket.listen(BACKLOG).map_err(failed)
}

/// Removes the socket of a dead process; a live one stays.
fn clear(path: &Path) -> Result<(), ListenError> {
    let failed = |source| ListenError::Unix {
        path: path.to_owned(),
        source,
    };
    match std::fs::symlink_metadata(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(failed(error)),
        Ok(found) if !found.file_type().is_socket() => {
            return Err(ListenError::NotASocket(path.to_owned()));
        }
        Ok(_) => {}
    }
    match UnixStream::connect(path) {
        Ok(_) => Err(ListenError::Running(path.to_owned())),
        Err(error) if error.kind() == ErrorKind::ConnectionRefused => {
            tracing::info!(path = %path.display(), "removed the socket of a stopped controller");
            std::fs::remove_file(path).map_err(failed)
        }
        Err(error) => Err(failed(error)),
    }
}

/// Answers until `shutdown`, then finishes what is under way.
pub async fn serve(
    app: Arc<App>,
    listeners: Listeners,
    shutdown: impl Future<Output = ()> + Send,
) -> anyhow::Result<()> {
    let (stop, stopping) = watch::channel(false);
    let until = |mut stopping: watch::Receiver<bool>| async move {
        // An error means that the sender is gone, which is an end as well.
        let _ = stopping.wait_for(|stop| *stop).await;
    };
    let socket = listeners.unix.as_ref().and_then(|unix| {
        let address = unix.local_addr().ok()?;
        address.as_pathname().map(Path::to_owned)
    });

    let desk = Desk::new(app, listeners.web);
    // One for both doors: hundreds of routes are made once.
    let router = router(desk.clone());
    let tcp = async {
        let Some(listener) = listeners.tcp else {
            until(stopping.clone()).await;
            return Ok(());
        };
        let router = router.clone().into_make_service_with_connect_info::<Line>();
        match listeners.tls {
            Some(tls) => {
                let listener = TlsListener::start(listener, tls, BOUNDS)
                    .context("failed to read the address of the port")?;
                axum::serve(listener, router)
                    .with_graceful_shutdown(until(stopping.clone()))
                    .await
            }
            None => {
                let proxies = desk.web.trusted_proxies.clone();
                axum::serve(PlainListener::new(listener, proxies), router)
                    .with_graceful_shutdown(until(stopping.clone()))
                    .await
            }
        }
        .context("failed to answer on the port")
    };
    let unix = async {
        let Some(listener) = listeners.unix else {
            until(stopping.clone()).await;
            return Ok(());
        };
        let router = router.clone().into_make_service_with_connect_info::<Line>();
        axum::serve(listener, router)
            .with_graceful_shutdown(until(stopping.clone()))
            .await
            .context("failed to answer on the socket")
    };
    let both = async { tokio::try_join!(tcp, unix).map(|_| ()) };
    let onlookers = Arc::clone(&desk.onlookers);
    let farewell = async {
        shutdown.await;
        let _ = stop.send(true);
        // A page that follows what changes would hold its connection for ever.
        onlookers.send_away();
        tokio::time::sleep(FAREWELL).await;
    };

    let ended = tokio::select! {
        ended = both => ended,
        // Somebody holds a connection open: it has had its time.
        () = farewell => Ok(()),
    };
    if let Some(path) = socket {
        // Left behind, it would be replaced at the next start.
        let _ = std::fs::remove_file(path);
    }
    ended
}
