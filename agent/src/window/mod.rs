//! The household's window: a few pages in the browser of the PC.
//!
//! A program of its own, alive while the window is open, so that the agent stays as
//! light as it is. It listens on the loopback alone, lets in only the browser that was
//! opened with it, and can do nothing but ask the agent over its socket, as any account
//! of the PC may. No network is needed, and nothing comes from elsewhere.

mod desk;
mod door;
mod faults;
mod http;
mod lease;
mod pages;
pub mod program;
mod readable;
#[cfg(test)]
mod tests;
mod voice;

use std::io;
use std::net::Ipv4Addr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio::time::timeout;

use self::desk::Desk;
use self::door::Door;
use self::lease::Lease;
pub use self::lease::Patience;

/// Connections at once; a browser opens six for a page.
const CONNECTIONS: usize = 64;
/// Time for pages to hear that the window has ended.
const GOODBYE: Duration = Duration::from_secs(1);
/// Out of file descriptors, most likely: let others finish first.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// A window that listens.
#[derive(Debug)]
pub struct Open {
    listener: TcpListener,
    window: Arc<Window>,
}

#[derive(Debug)]
struct Window {
    door: Door,
    desk: Desk,
    lease: Arc<Lease>,
}

impl Open {
    /// Listens on a free port of the loopback, for the agent of this state directory.
    pub async fn on(state_dir: &Path, patience: Patience) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let door = Door::new(listener.local_addr()?.port());
        let window = Window {
            door,
            desk: Desk {
                state_dir: state_dir.to_owned(),
            },
            lease: Arc::new(Lease::new(patience)),
        };
        Ok(Open {
            listener,
            window: Arc::new(window),
        })
    }

    /// The address that lets one browser in, once.
    pub fn address(&self) -> String {
        self.window
            .door
            .address()
            .expect("nobody has come before the address is known")
    }

    /// Serves until nobody needs the window any more.
    pub async fn serve(self) {
        let Open { listener, window } = self;
        let seats = Arc::new(Semaphore::new(CONNECTIONS));
        let accepting = async {
            while let Ok(seat) = Arc::clone(&seats).acquire_owned().await {
                match listener.accept().await {
                    Ok((stream, _)) => {
                        let window = Arc::clone(&window);
                        tokio::spawn(async move {
                            http::serve(stream, window).await;
                            drop(seat);
                        });
                    }
                    Err(error) => {
                        tracing::warn!(%error, "the window takes no connection");
                        tokio::time::sleep(ACCEPT_PAUSE).await;
                    }
                }
            }
        };
        tokio::select! {
            () = accepting => {}
            () = window.lease.over() => {}
        }
        // A page that does not hear it shows what it showed.
        let _ = timeout(GOODBYE, window.lease.empty()).await;
    }
}
