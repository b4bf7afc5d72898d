//! What a device sends, in one vocabulary for both versions of MQTT.
//!
//! This and `replies` are the only code that knows `mqtt-protocol-core`. The library's packet layer is used
//! without its connection layer: that one panics on a Topic Alias Maximum of 0,
//! which ordinary version 5 clients send, and it keeps sets for a QoS 2 that we
//! refuse.

use mqtt_protocol_core::mqtt::common::Cursor;
use mqtt_protocol_core::mqtt::connection::{
    PacketBuildResult, PacketBuilder, PacketData, RawPacket,
};
use mqtt_protocol_core::mqtt::packet::{self, Property, Qos, SubEntry, v3_1_1, v5_0};
use mqtt_protocol_core::mqtt::result_code::{DisconnectReasonCode, MqttError};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Version {
    /// 3.1.1 (OASIS, 2014).
    V4,
    /// 5.0 (OASIS, 2019).
    V5,
}

/// How a peer broke the rules. Version 5 is told which; 3.1.1 has no word for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Fault {
    #[error("malformed packet")]
    Malformed,
    #[error("a packet that is not allowed now")]
    Protocol,
    #[error("packet too large")]
    TooLarge,
    #[error("neither MQTT 3.1.1 nor MQTT 5")]
    Version,
    #[error("a topic that is not its own")]
    Forged,
    #[error("quality of service 2")]
    Qos2,
    #[error("a message to be retained")]
    Retained,
    #[error("a topic alias")]
    TopicAlias,
    #[error("a subscription identifier")]
    SubscriptionId,
    #[error("silent for longer than its keep-alive")]
    Silent,
    #[error("it does not read what we write")]
    Stuck,
}

/// A packet from a device.
#[derive(Debug)]
pub(super) enum Incoming {
    Connect(Box<Connect>),
    Publish(Publish),
    Puback(u16),
    Subscribe { id: u16, filters: Vec<Filter> },
    Unsubscribe { id: u16, filters: Vec<String> },
    Ping,
    Disconnect { with_will: bool },
}

/// A CONNECT, whichever its version.
#[derive(Debug)]
pub(super) struct Connect {
    pub version: Version,
    pub client_id: String,
    /// Seconds; 0 is none.
    pub keep_alive: u16,
    pub will: Option<Will>,
    /// QoS 1 messages that the device takes at once.
    pub receive_maximum: u16,
    /// Largest packet that the device takes.
    pub packet_max: u32,
    pub wants_session: bool,
    pub authenticates: bool,
}

#[derive(Debug)]
pub(super) struct Will {
    pub topic: String,
    pub payload: Vec<u8>,
    pub is_qos2: bool,
    pub retain: bool,
}

/// One subscription that is asked for.
#[derive(Debug)]
pub(super) struct Filter {
    pub text: String,
    pub is_qos0: bool,
}

/// A PUBLISH that shares the bytes it came in.
#[derive(Debug)]
pub(super) enum Publish {
    V4(v3_1_1::Publish),
    V5(v5_0::Publish),
}

impl Publish {
    pub(super) fn topic(&self) -> &str {
        match self {
            Publish::V4(packet) => packet.topic_name(),
            Publish::V5(packet) => packet.topic_name(),
        }
    }

    pub(super) fn payload(&self) -> &[u8] {
        match self {
            Publish::V4(packet) => packet.payload().as_slice(),
            Publish::V5(packet) => packet.payload().as_slice(),
        }
    }

    /// The number to acknowledge; QoS 0 has none.
    pub(super) fn id(&self) -> Option<u16> {
        match self {
            Publish::V4(packet) => packet.packet_id(),
            Publish::V5(packet) => packet.packet_id(),
        }
    }
}

/// Cuts a stream of bytes into packets.
pub(super) struct Reader {
    builder: PacketBuilder,
    version: Option<Version>,
}

impl std::fmt::Debug for Reader {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Reader")
            .field("version", &self.version)
            .finish_non_exhaustive()
    }
}

impl Reader {
    pub(super) fn new(packet_bytes: u32) -> Self {
        Reader {
            builder: PacketBuilder::with_maximum_packet_size(packet_bytes),
            version: None,
        }
    }

    /// Reads at most one packet; tells how many bytes that took. Nothing but
    /// `None` after all bytes were taken means that more is needed.
    pub(super) fn read(&mut self, bytes: &[u8]) -> (usize, Result<Option<Incoming>, Fault>) {
        let mut cursor = Cursor::new(bytes);
        let built = self.builder.feed(&mut cursor);
        let taken = usize::try_from(cursor.position()).unwrap_or(bytes.len());
        let packet = match built {
            PacketBuildResult::Complete(raw) => self.parse(&raw).map(Some),
            PacketBuildResult::Incomplete => Ok(None),
            PacketBuildResult::Error(MqttError::PacketTooLarge) => Err(Fault::TooLarge),
            PacketBuildResult::Error(_) => Err(Fault::Malformed),
        };
        (taken, packet)
    }

    fn parse(&mut self, raw: &RawPacket) -> Result<Incoming, Fault> {
        let kind = raw.packet_type();
        let flags = match kind {
            // PUBLISH carries its flags; SUBSCRIBE and UNSUBSCRIBE have a fixed one.
            3 => raw.flags(),
            8 | 10 => 0b0010,
            _ => 0,
        };
        if raw.flags() != flags {
            return Err(Fault::Malformed);
        }
        match (self.version, kind) {
            (None, 1) => {
                let connect = connect(raw)?;
                self.version = Some(connect.version);
                Ok(Incoming::Connect(Box::new(connect)))
            }
            (None, _) | (_, 1) => Err(Fault::Protocol),
            (Some(Version::V4), _) => parse_v4(raw, kind),
            (Some(Version::V5), _) => parse_v5(raw, kind),
        }
    }
}

fn exactly<T>(
    raw: &RawPacket,
    parse: impl FnOnce(&[u8]) -> Result<(T, usize), MqttError>,
) -> Result<T, Fault> {
    raw.parse_exact(parse).map_err(|_| Fault::Malformed)
}

fn connect(raw: &RawPacket) -> Result<Connect, Fault> {
    // The byte after the name of the protocol, which is MQTT in both versions.
    match raw.data_as_slice().get(6) {
        Some(4) => connect_v4(exactly(raw, v3_1_1::Connect::parse)?),
        Some(5) => connect_v5(exactly(raw, v5_0::Connect::parse)?),
        Some(_) => Err(Fault::Version),
        None => Err(Fault::Malformed),
    }
}

fn connect_v4(packet: v3_1_1::Connect) -> Result<Connect, Fault> {
    Ok(Connect {
        version: Version::V4,
        client_id: packet.client_id().to_owned(),
        keep_alive: packet.keep_alive(),
        will: packet.will_flag().then(|| Will {
            topic: packet.will_topic().unwrap_or_default().to_owned(),
            payload: packet.will_payload().unwrap_or_default().to_vec(),
            is_qos2: packet.will_qos() == Qos::ExactlyOnce,
            retain: packet.will_retain(),
        }),
        receive_maximum: u16::MAX,
        packet_max: u32::MAX,
        wants_session: !packet.clean_session(),
        authenticates: false,
    })
}

fn connect_v5(packet: v5_0::Connect) -> Result<Connect, Fault> {
    let mut connect = Connect {
        version: Version::V5,
        client_id: packet.client_id().to_owned(),
        keep_alive: packet.keep_alive(),
        will: packet.will_flag().then(|| Will {
            topic: packet.will_topic().unwrap_or_default().to_owned(),
            payload: packet.will_payload().unwrap_or_default().to_vec(),
            is_qos2: packet.will_qos() == Qos::ExactlyOnce,
            retain: packet.will_retain(),
        }),
        receive_maximum: u16::MAX,
        packet_max: u32::MAX,
        wants_session: false,
        authenticates: false,
    };
    for property in packet.props() {
        match property {
            Property::ReceiveMaximum(max) => connect.receive_maximum = max.val().max(1),
            Property::MaximumPacketSize(max) => connect.packet_max = max.val(),
            Property::SessionExpiryInterval(s) => connect.wants_session = s.val() > 0,
            Property::AuthenticationMethod(_) => connect.authenticates = true,
            _ => {}
        }
    }
    Ok(connect)
}

fn parse_v4(raw: &RawPacket, kind: u8) -> Result<Incoming, Fault> {
    Ok(match (kind, &raw.data) {
        (3, PacketData::Publish(data)) => {
            let (packet, _) =
                v3_1_1::Publish::parse(raw.flags(), data.clone()).map_err(|_| Fault::Malformed)?;
            check_publish(packet.qos(), packet.retain(), packet.packet_id())?;
            Incoming::Publish(Publish::V4(packet))
        }
        (4, _) => Incoming::Puback(exactly(raw, v3_1_1::Puback::parse)?.packet_id()),
        (8, _) => {
            let packet = exactly(raw, v3_1_1::Subscribe::parse)?;
            Incoming::Subscribe {
                id: numbered(packet.packet_id())?,
                filters: packet.entries().iter().map(filter).collect(),
            }
        }
        (10, _) => {
            let packet = exactly(raw, v3_1_1::Unsubscribe::parse)?;
            Incoming::Unsubscribe {
                id: numbered(packet.packet_id())?,
                filters: texts(packet.entries()),
            }
        }
        (12, _) => {
            exactly(raw, v3_1_1::Pingreq::parse)?;
            Incoming::Ping
        }
        (14, _) => {
            exactly(raw, v3_1_1::Disconnect::parse)?;
            Incoming::Disconnect { with_will: false }
        }
        // QoS 2 was refused, so its packets have nothing to answer to.
        _ => return Err(Fault::Protocol),
    })
}

fn parse_v5(raw: &RawPacket, kind: u8) -> Result<Incoming, Fault> {
    Ok(match (kind, &raw.data) {
        (3, PacketData::Publish(data)) => {
            let (packet, _) =
                v5_0::Publish::parse(raw.flags(), data.clone()).map_err(|_| Fault::Malformed)?;
            check_publish(packet.qos(), packet.retain(), packet.packet_id())?;
            let alias = |property: &Property| matches!(property, Property::TopicAlias(_));
            if packet.props().iter().any(alias) {
                return Err(Fault::TopicAlias);
            }
            Incoming::Publish(Publish::V5(packet))
        }
        (4, _) => Incoming::Puback(exactly(raw, v5_0::Puback::parse)?.packet_id()),
        (8, _) => {
            let packet = exactly(raw, v5_0::Subscribe::parse)?;
            let id = |p: &Property| matches!(p, Property::SubscriptionIdentifier(_));
            if packet.props().iter().any(id) {
                return Err(Fault::SubscriptionId);
            }
            Incoming::Subscribe {
                id: numbered(packet.packet_id())?,
                filters: packet.entries().iter().map(filter).collect(),
            }
        }
        (10, _) => {
            let packet = exactly(raw, v5_0::Unsubscribe::parse)?;
            Incoming::Unsubscribe {
                id: numbered(packet.packet_id())?,
                filters: texts(packet.entries()),
            }
        }
        (12, _) => {
            exactly(raw, v5_0::Pingreq::parse)?;
            Incoming::Ping
        }
        (14, _) => {
            let packet = exactly(raw, v5_0::Disconnect::parse)?;
            let normal = DisconnectReasonCode::NormalDisconnection;
            Incoming::Disconnect {
                with_will: packet.reason_code().is_some_and(|code| code != normal),
            }
        }
        _ => return Err(Fault::Protocol),
    })
}

/// Refuses what we never promised: QoS 2 and retained messages. Ignoring a retain
/// flag would be kind, but on a city's broker the same device would leave a stale
/// status behind; so its author learns it here.
fn check_publish(qos: Qos, retain: bool, id: Option<u16>) -> Result<(), Fault> {
    if qos == Qos::ExactlyOnce {
        return Err(Fault::Qos2);
    }
    if retain {
        return Err(Fault::Retained);
    }
    id.map_or(Ok(()), |id| numbered(id).map(drop))
}

/// A packet identifier is never 0 (MQTT-2.3.1-1).
fn numbered(id: u16) -> Result<u16, Fault> {
    (id > 0).then_some(id).ok_or(Fault::Malformed)
}

fn filter(entry: &SubEntry) -> Filter {
    Filter {
        text: entry.topic_filter().to_owned(),
        is_qos0: entry.sub_opts().qos() == Qos::AtMostOnce,
    }
}

fn texts(filters: &[packet::MqttString]) -> Vec<String> {
    filters.iter().map(|f| f.as_str().to_owned()).collect()
}
