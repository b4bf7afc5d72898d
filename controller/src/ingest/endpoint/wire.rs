//! One encrypted stream: packets in, bytes out.
//!
//! Nothing is kept while a device is idle: packets are cut straight out of what
//! TLS has decrypted, and the bytes to write are let go of once they are written.

use std::future::poll_fn;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use rustls::pki_types::CertificateDer;
use tokio::io::{AsyncBufRead, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::server::TlsStream;

use super::packets::{Fault, Incoming, Reader};

/// Bytes that may wait to be written before nothing more is put there.
const OUT_MAX: usize = 64 * 1024;
/// What rustls may hold of them, encrypted.
const TLS_BUFFER: usize = 16 * 1024;
/// For the last words of a connection.
const GOODBYE: Duration = Duration::from_millis(500);

#[derive(Debug)]
pub(super) struct Wire {
    stream: TlsStream<TcpStream>,
    reader: Reader,
    pub out: Vec<u8>,
    /// rustls may still hold bytes that were written.
    unflushed: bool,
    stuck: bool,
}

/// What came of looking at the stream.
#[derive(Debug)]
pub(super) enum Event {
    Packet(Incoming),
    Fault(Fault),
    /// The device has begun not to read what we write; said once.
    Stuck,
    /// Everything is written, after a time of being stuck or without room.
    Written,
    /// The stream is at its end.
    Gone,
}

impl Wire {
    pub(super) fn new(mut stream: TlsStream<TcpStream>, packet_bytes: u32) -> Self {
        stream.get_mut().1.set_buffer_limit(Some(TLS_BUFFER));
        Wire {
            stream,
            reader: Reader::new(packet_bytes),
            out: Vec::new(),
            unflushed: false,
            stuck: false,
        }
    }

    /// What the peer showed, its own certificate first; also in a resumed session.
    pub(super) fn peer_certificates(&self) -> Option<&[CertificateDer<'static>]> {
        self.stream.get_ref().1.peer_certificates()
    }

    /// Whether more may be put into `out`.
    pub(super) fn has_room(&self) -> bool {
        self.out.len() < OUT_MAX
    }

    /// Writes what waits and, if asked, reads the next packet. Dropping it loses nothing.
    pub(super) async fn next(&mut self, read: bool) -> Event {
        poll_fn(|cx| self.poll_next(cx, read)).await
    }

    fn poll_next(&mut self, cx: &mut Context<'_>, read: bool) -> Poll<Event> {
        let had_no_room = !self.has_room();
        match self.poll_out(cx) {
            Poll::Ready(Err(_)) => return Poll::Ready(Event::Gone),
            // Said aloud, because the caller may be waiting for just that.
            Poll::Ready(Ok(())) if self.stuck || had_no_room => {
                self.stuck = false;
                return Poll::Ready(Event::Written);
            }
            Poll::Pending if !self.stuck => {
                self.stuck = true;
                return Poll::Ready(Event::Stuck);
            }
            Poll::Ready(Ok(())) | Poll::Pending => {}
        }
        if !read {
            return Poll::Pending;
        }
        loop {
            let Ok(bytes) = ready!(Pin::new(&mut self.stream).poll_fill_buf(cx)) else {
                return Poll::Ready(Event::Gone);
            };
            if bytes.is_empty() {
                return Poll::Ready(Event::Gone);
            }
            let (taken, packet) = self.reader.read(bytes);
            Pin::new(&mut self.stream).consume(taken);
            match packet {
                Ok(Some(packet)) => return Poll::Ready(Event::Packet(packet)),
                Ok(None) => {}
                Err(fault) => return Poll::Ready(Event::Fault(fault)),
            }
        }
    }

    /// Ready when everything has been handed to the system.
    fn poll_out(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        while !self.out.is_empty() {
            let written = ready!(Pin::new(&mut self.stream).poll_write(cx, &self.out))?;
            self.unflushed = true;
            if written == self.out.len() {
                self.out = Vec::new();
            } else {
                self.out.drain(..written);
            }
        }
        if self.unflushed {
            ready!(Pin::new(&mut self.stream).poll_flush(cx))?;
            self.unflushed = false;
        }
        Poll::Ready(Ok(()))
    }

    /// Says what is left to say, briefly, and closes.
    pub(super) async fn close(mut self) {
        let _ = timeout(GOODBYE, async {
            poll_fn(|cx| self.poll_out(cx)).await?;
            self.stream.shutdown().await
        })
        .await;
    }
}
