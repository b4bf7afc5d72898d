//! A client that says whatever it is told to.

use std::io;
use std::time::Duration;

use declic_common::DeviceId;
use rustls::pki_types::ServerName;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use super::site::Site;
use crate::ingest::testing::{Badge, client_tls};

pub(crate) struct Raw {
    stream: TlsStream<TcpStream>,
}

/// A packet as it came: its first byte and its body.
pub(crate) type Packet = (u8, Vec<u8>);

impl Raw {
    /// TLS only; the endpoint may still refuse the certificate.
    pub(crate) async fn open(site: &Site, badge: Option<&Badge>) -> io::Result<Self> {
        let socket = TcpStream::connect(site.address).await?;
        let connector = TlsConnector::from(client_tls(&site.authority, badge));
        let name = ServerName::try_from("localhost").unwrap();
        let stream = connector.connect(name, socket).await?;
        Ok(Raw { stream })
    }

    /// A session of 3.1.1 without a will, accepted.
    pub(crate) async fn session(site: &Site, id: DeviceId, badge: &Badge) -> Self {
        let mut raw = Self::open(site, Some(badge)).await.unwrap();
        raw.send(&connect(&id.to_string(), 60, None)).await;
        assert_eq!(raw.packet().await, Some((0x20, vec![0, 0])));
        raw
    }

    pub(crate) async fn send(&mut self, bytes: &[u8]) {
        // The endpoint may already have closed: reading will tell.
        let _ = self.stream.write_all(bytes).await;
        let _ = self.stream.flush().await;
    }

    /// The next packet; `None` once the endpoint has closed.
    pub(crate) async fn packet(&mut self) -> Option<Packet> {
        timeout(Duration::from_secs(20), self.read())
            .await
            .expect("the endpoint neither answered nor closed")
            .ok()
    }

    /// What comes within a moment, if anything does.
    pub(crate) async fn packet_within(&mut self, ms: u64) -> Option<Packet> {
        timeout(Duration::from_millis(ms), self.read())
            .await
            .ok()
            .and_then(Result::ok)
    }

    async fn read(&mut self) -> io::Result<Packet> {
        let first = self.stream.read_u8().await?;
        let (mut length, mut shift) = (0usize, 0);
        loop {
            let byte = self.stream.read_u8().await?;
            length |= usize::from(byte & 0x7f) << shift;
            shift += 7;
            if byte & 0x80 == 0 {
                break;
            }
        }
        let mut body = vec![0; length];
        self.stream.read_exact(&mut body).await?;
        Ok((first, body))
    }

    pub(crate) async fn assert_closed(&mut self) {
        assert_eq!(self.packet().await, None);
    }
}

pub(crate) struct RawWill<'a> {
    pub topic: &'a str,
    pub payload: &'a [u8],
    pub qos: u8,
    pub retain: bool,
}

/// A CONNECT of 3.1.1 with a clean session.
pub(crate) fn connect(client_id: &str, keep_alive: u16, will: Option<RawWill<'_>>) -> Vec<u8> {
    let mut flags = 0b0000_0010;
    let mut rest = text(client_id.as_bytes());
    if let Some(will) = will {
        flags |= 0b0000_0100 | will.qos << 3 | u8::from(will.retain) << 5;
        rest.extend(text(will.topic.as_bytes()));
        rest.extend(text(will.payload));
    }
    let mut body = text(b"MQTT");
    body.extend([4, flags]);
    body.extend(keep_alive.to_be_bytes());
    body.extend(rest);
    packet(0x10, body)
}

/// A PUBLISH of 3.1.1: QoS 0 without an identifier, QoS 1 with one.
pub(crate) fn publish(topic: &str, payload: &[u8], id: Option<u16>) -> Vec<u8> {
    let mut body = text(topic.as_bytes());
    body.extend(id.map(u16::to_be_bytes).into_iter().flatten());
    body.extend(payload);
    packet(if id.is_some() { 0x32 } else { 0x30 }, body)
}

pub(crate) fn subscribe(id: u16, filters: &[(&str, u8)]) -> Vec<u8> {
    let mut body = id.to_be_bytes().to_vec();
    for (filter, qos) in filters {
        body.extend(text(filter.as_bytes()));
        body.push(*qos);
    }
    packet(0x82, body)
}

pub(crate) const DISCONNECT: &[u8] = &[0xe0, 0];
pub(crate) const PING: &[u8] = &[0xc0, 0];

pub(crate) fn text(bytes: &[u8]) -> Vec<u8> {
    let mut out = u16::try_from(bytes.len()).unwrap().to_be_bytes().to_vec();
    out.extend(bytes);
    out
}

pub(crate) fn packet(first: u8, body: Vec<u8>) -> Vec<u8> {
    let mut out = vec![first];
    let mut length = body.len();
    loop {
        let byte = (length & 0x7f) as u8;
        length >>= 7;
        if length == 0 {
            out.push(byte);
            break;
        }
        out.push(byte | 0x80);
    }
    out.extend(body);
    out
}

impl From<TlsStream<TcpStream>> for Raw {
    fn from(stream: TlsStream<TcpStream>) -> Self {
        Raw { stream }
    }
}

impl Raw {
    pub(crate) fn is_resumed(&self) -> bool {
        self.stream.get_ref().1.handshake_kind() == Some(rustls::HandshakeKind::Resumed)
    }
}
