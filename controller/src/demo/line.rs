//! The line of a simulated home: what a cable and a box are to a real one.

use std::io;
use std::net::SocketAddr;

use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

/// A way to the controller that can be cut. It is up at first, and ends with this.
#[derive(Debug)]
pub(super) struct Line {
    pub(super) port: u16,
    up: watch::Sender<bool>,
}

impl Line {
    /// Lays a line from a port of the loopback to `controller`.
    pub(super) async fn lay(controller: SocketAddr) -> io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let port = listener.local_addr()?.port();
        let (up, seen) = watch::channel(true);
        tokio::spawn(serve(listener, controller, seen));
        Ok(Line { port, up })
    }

    pub(super) fn cut(&self) {
        self.up.send_replace(false);
    }

    pub(super) fn mend(&self) {
        self.up.send_replace(true);
    }
}

async fn serve(listener: TcpListener, controller: SocketAddr, mut up: watch::Receiver<bool>) {
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            // `Err` is the end of the line itself.
            changed = up.changed() => match changed {
                Ok(()) => continue,
                Err(_) => return,
            },
        };
        // Whoever knocks at a line that is down is let go at once: no real cable answers,
        // but waiting would last for hours of a fast clock.
        if let Ok((near, _)) = accepted
            && *up.borrow_and_update()
        {
            tokio::spawn(carry(near, controller, up.clone()));
        }
    }
}

async fn carry(mut near: TcpStream, controller: SocketAddr, mut up: watch::Receiver<bool>) {
    let Ok(mut far) = TcpStream::connect(controller).await else {
        return;
    };
    // Small messages that somebody waits for.
    let _ = near.set_nodelay(true);
    let _ = far.set_nodelay(true);
    tokio::select! {
        _ = copy_bidirectional(&mut near, &mut far) => {}
        // Down, or no line any more: both ends find their connection gone.
        _ = up.wait_for(|up| !up) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    #[tokio::test]
    async fn a_cut_line_ends_what_it_carried_and_carries_again_once_mended() {
        let controller = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let line = Line::lay(controller.local_addr().unwrap()).await.unwrap();
        let call = || TcpStream::connect(("127.0.0.1", line.port));
        let mut near = call().await.unwrap();
        let (mut far, _) = controller.accept().await.unwrap();
        near.write_all(b"hello").await.unwrap();
        let mut heard = [0; 5];
        far.read_exact(&mut heard).await.unwrap();
        assert_eq!(&heard, b"hello");
        line.cut();
        assert_eq!(near.read(&mut heard).await.unwrap(), 0, "gone at one end");
        assert_eq!(far.read(&mut heard).await.unwrap(), 0, "and at the other");
        assert_eq!(call().await.unwrap().read(&mut heard).await.unwrap_or(0), 0);
        line.mend();
        let mut near = call().await.unwrap();
        let (mut far, _) = controller.accept().await.unwrap();
        far.write_all(b"there").await.unwrap();
        near.read_exact(&mut heard).await.unwrap();
        assert_eq!(&heard, b"there");
    }
}
