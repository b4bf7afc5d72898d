//! A line between agent and controller that can be cut, frozen and mended.

use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use crate::process::free_port;

/// A TCP proxy on the loopback.
#[derive(Debug)]
pub struct Proxy {
    pub port: u16,
    shared: Arc<Shared>,
}

#[derive(Debug, Default)]
struct Shared {
    cut: AtomicBool,
    /// Nobody listens: who calls is refused at once.
    unplugged: AtomicBool,
    closed: AtomicBool,
    /// Both ends of every open line.
    lines: Mutex<Vec<TcpStream>>,
    bytes: std::sync::atomic::AtomicU64,
}

impl Proxy {
    /// A line to a port of the loopback.
    pub fn to(target: u16) -> Self {
        let port = free_port();
        let listener = TcpListener::bind(("127.0.0.1", port)).expect("a free port");
        let shared = Arc::new(Shared::default());
        let inside = Arc::clone(&shared);
        thread::spawn(move || {
            let mut listener = Some(listener);
            while !inside.closed.load(Ordering::SeqCst) {
                match &listener {
                    Some(open) => serve(open, target, &inside),
                    None => thread::sleep(Duration::from_millis(20)),
                }
                let unplugged = inside.unplugged.load(Ordering::SeqCst);
                listener = listener.filter(|_| !unplugged);
                if !unplugged && listener.is_none() {
                    listener = TcpListener::bind(("127.0.0.1", port)).ok();
                }
            }
        });
        Proxy { port, shared }
    }

    /// Cuts every line, and refuses new ones until mended.
    pub fn cut(&self) {
        self.shared.cut.store(true, Ordering::SeqCst);
        for stream in self.shared.lines.lock().expect("no panic").drain(..) {
            let _ = stream.shutdown(Shutdown::Both);
        }
    }

    /// Cuts every line, and takes the far end away: a caller learns at once that nobody
    /// is there.
    pub fn unplug(&self) {
        self.shared.unplugged.store(true, Ordering::SeqCst);
        self.cut();
        // Wakes the thread that accepts.
        let _ = TcpStream::connect(("127.0.0.1", self.port));
    }

    pub fn mend(&self) {
        self.shared.unplugged.store(false, Ordering::SeqCst);
        self.shared.cut.store(false, Ordering::SeqCst);
    }

    /// Bytes that passed, both ways.
    pub fn bytes(&self) -> u64 {
        self.shared.bytes.load(Ordering::SeqCst)
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.shared.closed.store(true, Ordering::SeqCst);
        self.cut();
        // Wakes the thread that accepts.
        let _ = TcpStream::connect(("127.0.0.1", self.port));
    }
}

/// Joins whoever calls, until the far end is taken away.
fn serve(listener: &TcpListener, target: u16, shared: &Arc<Shared>) {
    for stream in listener.incoming().flatten() {
        let closed = shared.closed.load(Ordering::SeqCst);
        if closed || shared.unplugged.load(Ordering::SeqCst) {
            return;
        }
        if shared.cut.load(Ordering::SeqCst) {
            // Dropped: the caller sees its line closed.
            continue;
        }
        let _ = join(stream, target, shared);
    }
}

fn join(near: TcpStream, target: u16, shared: &Arc<Shared>) -> io::Result<()> {
    let far = TcpStream::connect(("127.0.0.1", target))?;
    let mut lines = shared.lines.lock().expect("no panic");
    // Cut while it was being joined: nobody else would end it.
    if shared.cut.load(Ordering::SeqCst) {
        return Ok(());
    }
    lines.push(near.try_clone()?);
    lines.push(far.try_clone()?);
    drop(lines);
    pump(near.try_clone()?, far.try_clone()?, Arc::clone(shared));
    pump(far, near, Arc::clone(shared));
    Ok(())
}

fn pump(mut from: TcpStream, mut to: TcpStream, shared: Arc<Shared>) {
    thread::spawn(move || {
        let mut buffer = [0; 16 * 1024];
        while let Ok(n) = from.read(&mut buffer) {
            if n == 0 || to.write_all(&buffer[..n]).is_err() {
                break;
            }
            shared.bytes.fetch_add(n as u64, Ordering::SeqCst);
        }
        let _ = to.shutdown(Shutdown::Both);
        let _ = from.shutdown(Shutdown::Both);
    });
}
