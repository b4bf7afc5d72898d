//! What the endpoint answers, in the words of either version of MQTT.

use declic_common::DeviceId;
use declic_common::topic::{Leaf, Topic};
use mqtt_protocol_core::mqtt::packet::{self, Property, Qos, v3_1_1, v5_0};
use mqtt_protocol_core::mqtt::result_code::{
    ConnectReasonCode, ConnectReturnCode, DisconnectReasonCode, SubackReasonCode, SubackReturnCode,
    UnsubackReasonCode,
};

use super::limits::Limits;
use super::packets::{Connect, Fault, Filter, Version};

/// Why a CONNECT is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Refusal {
    #[error("not authorised")]
    NotAuthorised,
    #[error("the client id is not the device of the certificate")]
    ClientId,
    #[error("the will is not a status on its own topic")]
    Will,
    #[error("enhanced authentication")]
    Authentication,
    #[error("it connects too often")]
    TooOften,
}

/// Why the endpoint itself ends a session; only version 5 hears it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Goodbye {
    Fault(Fault),
    TakenOver,
    Revoked,
    Stopping,
    /// A message could not be stored.
    Unstored,
}

/// What one subscription is granted. We publish receipts at QoS 0 and the rest at
/// QoS 1, so more is never granted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Grant {
    Qos0,
    Qos1,
    NotAuthorised,
    Wildcard,
    Shared,
}

impl Fault {
    fn reason(self) -> DisconnectReasonCode {
        match self {
            Fault::Malformed => DisconnectReasonCode::MalformedPacket,
            Fault::Protocol | Fault::Version | Fault::Stuck => DisconnectReasonCode::ProtocolError,
            Fault::TooLarge => DisconnectReasonCode::PacketTooLarge,
            Fault::Forged => DisconnectReasonCode::NotAuthorized,
            Fault::Qos2 => DisconnectReasonCode::QosNotSupported,
            Fault::Retained => DisconnectReasonCode::RetainNotSupported,
            Fault::TopicAlias => DisconnectReasonCode::TopicAliasInvalid,
            Fault::SubscriptionId => DisconnectReasonCode::SubscriptionIdentifiersNotSupported,
            Fault::Silent => DisconnectReasonCode::KeepAliveTimeout,
        }
    }
}

const BOUNDED: &str = "our own packets are well formed";

/// Accepts a session. `server_keep_alive` is told when it is not what was asked.
pub(super) fn accept(
    out: &mut Vec<u8>,
    connect: &Connect,
    limits: &Limits,
    server_keep_alive: Option<u16>,
) {
    match connect.version {
        // Sessions are always clean: what waits for a device is in our own store.
        Version::V4 => out.extend_from_slice(&[0x20, 2, 0, 0]),
        Version::V5 => {
            let mut props: Vec<Property> = vec![
                packet::ReceiveMaximum::new(limits.inflight)
                    .expect(BOUNDED)
                    .into(),
                packet::MaximumQos::new(1).expect(BOUNDED).into(),
                packet::RetainAvailable::new(0).expect(BOUNDED).into(),
                packet::MaximumPacketSize::new(limits.packet_bytes)
                    .expect(BOUNDED)
                    .into(),
                packet::WildcardSubscriptionAvailable::new(0)
                    .expect(BOUNDED)
                    .into(),
                packet::SubscriptionIdentifierAvailable::new(0)
                    .expect(BOUNDED)
                    .into(),
                packet::SharedSubscriptionAvailable::new(0)
                    .expect(BOUNDED)
                    .into(),
            ];
            if connect.wants_session {
                props.push(packet::SessionExpiryInterval::new(0).expect(BOUNDED).into());
            }
            if let Some(seconds) = server_keep_alive {
                props.push(packet::ServerKeepAlive::new(seconds).expect(BOUNDED).into());
            }
            let packet = v5_0::Connack::builder()
                .session_present(false)
                .reason_code(ConnectReasonCode::Success)
                .props(props)
                .build()
                .expect(BOUNDED);
            out.extend(packet.to_continuous_buffer());
        }
    }
}

/// Refuses a session.
pub(super) fn refuse(out: &mut Vec<u8>, version: Version, refusal: Refusal) {
    match version {
        Version::V4 => {
            let code = match refusal {
                Refusal::ClientId => ConnectReturnCode::IdentifierRejected,
                Refusal::TooOften => ConnectReturnCode::ServerUnavailable,
                Refusal::NotAuthorised | Refusal::Will | Refusal::Authentication => {
                    ConnectReturnCode::NotAuthorized
                }
            };
            out.extend_from_slice(&[0x20, 2, 0, code as u8]);
        }
        Version::V5 => {
            let code = match refusal {
                Refusal::NotAuthorised | Refusal::Will => ConnectReasonCode::NotAuthorized,
                Refusal::ClientId => ConnectReasonCode::ClientIdentifierNotValid,
                Refusal::Authentication => ConnectReasonCode::BadAuthenticationMethod,
                Refusal::TooOften => ConnectReasonCode::ConnectionRateExceeded,
            };
            let packet = v5_0::Connack::builder()
                .session_present(false)
                .reason_code(code)
                .build()
                .expect(BOUNDED);
            out.extend(packet.to_continuous_buffer());
        }
    }
}

/// Tells a client of another version so, in the words of 3.1.1.
pub(super) fn refuse_version(out: &mut Vec<u8>) {
    let code = ConnectReturnCode::UnacceptableProtocolVersion;
    out.extend_from_slice(&[0x20, 2, 0, code as u8]);
}

/// Both versions write a plain success in the same four bytes.
pub(super) fn puback(out: &mut Vec<u8>, id: u16) {
    let [high, low] = id.to_be_bytes();
    out.extend_from_slice(&[0x40, 2, high, low]);
}

pub(super) fn pingresp(out: &mut Vec<u8>) {
    out.extend_from_slice(&[0xd0, 0]);
}

pub(super) fn suback(out: &mut Vec<u8>, version: Version, id: u16, grants: &[Grant]) {
    let bytes = match version {
        Version::V4 => {
            let code = |grant: &Grant| match grant {
                Grant::Qos0 => SubackReturnCode::SuccessMaximumQos0,
                Grant::Qos1 => SubackReturnCode::SuccessMaximumQos1,
                Grant::NotAuthorised | Grant::Wildcard | Grant::Shared => SubackReturnCode::Failure,
            };
            v3_1_1::Suback::builder()
                .packet_id(id)
                .return_codes(grants.iter().map(code).collect())
                .build()
                .expect(BOUNDED)
                .to_continuous_buffer()
        }
        Version::V5 => {
            let code = |grant: &Grant| match grant {
                Grant::Qos0 => SubackReasonCode::GrantedQos0,
                Grant::Qos1 => SubackReasonCode::GrantedQos1,
                Grant::NotAuthorised => SubackReasonCode::NotAuthorized,
                Grant::Wildcard => SubackReasonCode::WildcardSubscriptionsNotSupported,
                Grant::Shared => SubackReasonCode::SharedSubscriptionsNotSupported,
            };
            v5_0::Suback::builder()
                .packet_id(id)
                .reason_codes(grants.iter().map(code).collect())
                .build()
                .expect(BOUNDED)
                .to_continuous_buffer()
        }
    };
    out.extend(bytes);
}

/// `existed` has one entry per filter; 3.1.1 does not tell.
pub(super) fn unsuback(out: &mut Vec<u8>, version: Version, id: u16, existed: &[bool]) {
    match version {
        Version::V4 => {
            let [high, low] = id.to_be_bytes();
            out.extend_from_slice(&[0xb0, 2, high, low]);
        }
        Version::V5 => {
            let code = |existed: &bool| match existed {
                true => UnsubackReasonCode::Success,
                false => UnsubackReasonCode::NoSubscriptionExisted,
            };
            let packet = v5_0::Unsuback::builder()
                .packet_id(id)
                .reason_codes(existed.iter().map(code).collect())
                .build()
                .expect(BOUNDED);
            out.extend(packet.to_continuous_buffer());
        }
    }
}

/// Writes a message down; with a packet identifier at QoS 1, without at QoS 0.
/// False, and nothing written, if it is larger than the device takes.
pub(super) fn publish(
    out: &mut Vec<u8>,
    version: Version,
    packet_max: u32,
    topic: Topic,
    payload: &[u8],
    id: Option<u16>,
) -> bool {
    let topic = topic.to_string();
    let bytes = match version {
        Version::V4 => {
            let packet = v3_1_1::Publish::builder()
                .topic_name(topic)
                .expect(BOUNDED)
                .payload(payload);
            match id {
                Some(id) => packet.qos(Qos::AtLeastOnce).packet_id(id),
                None => packet,
            }
            .build()
            .expect(BOUNDED)
            .to_continuous_buffer()
        }
        Version::V5 => {
            let packet = v5_0::Publish::builder()
                .topic_name(topic)
                .expect(BOUNDED)
                .payload(payload);
            match id {
                Some(id) => packet.qos(Qos::AtLeastOnce).packet_id(id),
                None => packet,
            }
            .build()
            .expect(BOUNDED)
            .to_continuous_buffer()
        }
    };
    let fits = u64::try_from(bytes.len()).is_ok_and(|size| size <= u64::from(packet_max));
    if fits {
        out.extend(bytes);
    }
    fits
}

/// Says why we leave, where the version has a word for it.
pub(super) fn disconnect(out: &mut Vec<u8>, version: Version, goodbye: Goodbye) {
    if version == Version::V4 {
        return;
    }
    let reason = match goodbye {
        Goodbye::Fault(fault) => fault.reason(),
        Goodbye::TakenOver => DisconnectReasonCode::SessionTakenOver,
        Goodbye::Revoked => DisconnectReasonCode::NotAuthorized,
        Goodbye::Stopping => DisconnectReasonCode::ServerShuttingDown,
        Goodbye::Unstored => DisconnectReasonCode::QuotaExceeded,
    };
    let packet = v5_0::Disconnect::builder()
        .reason_code(reason)
        .build()
        .expect(BOUNDED);
    out.extend(packet.to_continuous_buffer());
}

/// Decides on one subscription of a device. Wildcards are refused, its own too:
/// three names are all that a device needs, and a filter that is a topic is a
/// filter that is easily checked.
pub(super) fn grant(filter: &Filter, device: DeviceId) -> (Grant, Option<Leaf>) {
    let text = filter.text.as_str();
    match text.parse::<Topic>() {
        Ok(topic) if topic.device == device && !topic.leaf.is_up() => {
            let grant = match filter.is_qos0 {
                true => Grant::Qos0,
                false => Grant::Qos1,
            };
            (grant, Some(topic.leaf))
        }
        _ if text.starts_with("$share/") => (Grant::Shared, None),
        _ if text.contains(['+', '#']) => (Grant::Wildcard, None),
        _ => (Grant::NotAuthorised, None),
    }
}
