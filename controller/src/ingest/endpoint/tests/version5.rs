//! A session of MQTT 5, which is told more.

use declic_common::DeviceId;
use declic_common::command::Action;
use declic_common::envelope::UpKind;
use declic_common::status::WILL;
use declic_common::topic::Leaf;
use mqtt_protocol_core::mqtt::packet::{
    MaximumPacketSize, Property, Qos, ReceiveMaximum, SessionExpiryInterval, SubEntry, SubOpts,
    TopicAlias, TopicAliasMaximum, v5_0,
};
use mqtt_protocol_core::mqtt::result_code::{
    ConnectReasonCode, DisconnectReasonCode, SubackReasonCode, UnsubackReasonCode,
};

use super::raw::{Packet, Raw};
use super::site::Site;
use crate::app::command;
use crate::app::hub::Kick;
use crate::ingest::testing::{Badge, report, topic, until};

const REPORT: Leaf = Leaf::Up(UpKind::Report);

fn hello(id: DeviceId, props: Vec<Property>) -> Vec<u8> {
    v5_0::Connect::builder()
        .client_id(id.to_string())
        .unwrap()
        .clean_start(true)
        .keep_alive(60)
        .will_message(
            topic(id, Leaf::Status),
            WILL.to_vec(),
            Qos::AtLeastOnce,
            false,
        )
        .unwrap()
        .props(props)
        .build()
        .unwrap()
        .to_continuous_buffer()
}

async fn session(site: &Site, id: DeviceId, badge: &Badge, props: Vec<Property>) -> Raw {
    let mut raw = Raw::open(site, Some(badge)).await.unwrap();
    raw.send(&hello(id, props)).await;
    let connack = connack(raw.packet().await);
    assert_eq!(connack.reason_code(), ConnectReasonCode::Success);
    raw
}

fn connack(packet: Option<Packet>) -> v5_0::Connack {
    let (first, body) = packet.unwrap();
    assert_eq!(first, 0x20);
    v5_0::Connack::parse(&body).unwrap().0
}

fn goodbye(packet: Option<Packet>) -> DisconnectReasonCode {
    let (first, body) = packet.unwrap();
    assert_eq!(first, 0xe0);
    let (packet, _) = v5_0::Disconnect::parse(&body).unwrap();
    packet.reason_code().unwrap()
}

fn publish(topic: String, id: u16, props: Vec<Property>) -> Vec<u8> {
    v5_0::Publish::builder()
        .topic_name(topic)
        .unwrap()
        .qos(Qos::AtLeastOnce)
        .packet_id(id)
        .payload(report(id.into()))
        .props(props)
        .build()
        .unwrap()
        .to_continuous_buffer()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_hears_what_the_endpoint_offers() {
    let site = Site::open().await;
    let (id, badge) = site.enrol(1).await;
    let mut raw = Raw::open(&site, Some(&badge)).await.unwrap();
    // A topic alias maximum of 0 is what many clients send; it must not matter.
    let props = vec![
        TopicAliasMaximum::new(0).unwrap().into(),
        SessionExpiryInterval::new(3_600).unwrap().into(),
    ];
    raw.send(&hello(id, props)).await;
    let connack = connack(raw.packet().await);
    assert_eq!(connack.reason_code(), ConnectReasonCode::Success);
    assert!(!connack.session_present());
    let said: Vec<String> = connack.props().iter().map(|p| p.to_string()).collect();
    let said = said.join(" ");
    for (word, value) in [
        ("receive_maximum", "64"),
        ("maximum_packet_size", "65536"),
        ("maximum_qos", "1"),
        ("retain_available", "0"),
        ("wildcard_subscription_available", "0"),
        ("subscription_identifier_available", "0"),
        ("shared_subscription_available", "0"),
        ("session_expiry_interval", "0"),
    ] {
        let found = said
            .split('{')
            .any(|p| p.contains(word) && p.contains(value));
        assert!(found, "{word} {value} in {said}");
    }
    raw.send(&publish(topic(id, REPORT), 1, Vec::new())).await;
    assert_eq!(raw.packet().await, Some((0x40, vec![0, 1])));
}

#[tokio::test(flavor = "multi_thread")]
async fn subscriptions_are_refused_with_a_reason() {
    let site = Site::open().await;
    let (id, badge) = site.enrol(1).await;
    let mut raw = session(&site, id, &badge, Vec::new()).await;
    let own = topic(id, Leaf::Command);
    let filters = [
        own.clone(),
        topic(DeviceId::from_bits(2), Leaf::Command),
        "declic/#".to_owned(),
        format!("$share/all/{own}"),
    ];
    let entries = filters.map(|filter| {
        let options = SubOpts::new().set_qos(Qos::ExactlyOnce);
        SubEntry::new(filter, options).unwrap()
    });
    let packet = v5_0::Subscribe::builder()
        .packet_id(1u16)
        .entries(entries.to_vec())
        .build()
        .unwrap();
    raw.send(&packet.to_continuous_buffer()).await;
    let (first, body) = raw.packet().await.unwrap();
    assert_eq!(first, 0x90);
    let (suback, _) = v5_0::Suback::parse(&body).unwrap();
    assert_eq!(
        suback.reason_codes(),
        [
            SubackReasonCode::GrantedQos1,
            SubackReasonCode::NotAuthorized,
            SubackReasonCode::WildcardSubscriptionsNotSupported,
            SubackReasonCode::SharedSubscriptionsNotSupported,
        ]
    );
    let packet = v5_0::Unsubscribe::builder()
        .packet_id(2u16)
        .entries(vec![own.clone(), own])
        .unwrap()
        .build()
        .unwrap();
    raw.send(&packet.to_continuous_buffer()).await;
    let (first, body) = raw.packet().await.unwrap();
    assert_eq!(first, 0xb0);
    let (unsuback, _) = v5_0::Unsuback::parse(&body).unwrap();
    assert_eq!(
        unsuback.reason_codes(),
        [
            UnsubackReasonCode::Success,
            UnsubackReasonCode::NoSubscriptionExisted
        ]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn who_breaks_a_rule_hears_which() {
    let site = Site::open().await;
    let (id, badge) = site.enrol(1).await;
    let other = topic(DeviceId::from_bits(2), REPORT);
    let own = topic(id, REPORT);
    let with_first = |first: u8| {
        let bytes = publish(own.clone(), 1, Vec::new());
        [&[first], &bytes[1..]].concat()
    };
    for (bytes, reason) in [
        (
            publish(other, 1, Vec::new()),
            DisconnectReasonCode::NotAuthorized,
        ),
        (with_first(0x34), DisconnectReasonCode::QosNotSupported),
        (with_first(0x33), DisconnectReasonCode::RetainNotSupported),
        (
            publish(own.clone(), 1, vec![TopicAlias::new(1).unwrap().into()]),
            DisconnectReasonCode::TopicAliasInvalid,
        ),
        (
            vec![0x32, 0xff, 0xff, 0x7f],
            DisconnectReasonCode::PacketTooLarge,
        ),
        (vec![0xc0, 1, 0], DisconnectReasonCode::MalformedPacket),
        (vec![0xf0, 0], DisconnectReasonCode::ProtocolError),
    ] {
        let mut raw = session(&site, id, &badge, Vec::new()).await;
        raw.send(&bytes).await;
        assert_eq!(goodbye(raw.packet().await), reason);
        raw.assert_closed().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_must_leave_hears_why() {
    let mut site = Site::open().await;
    let (id, badge) = site.enrol(1).await;
    let mut first = session(&site, id, &badge, Vec::new()).await;
    let mut second = session(&site, id, &badge, Vec::new()).await;
    assert_eq!(
        goodbye(first.packet().await),
        DisconnectReasonCode::SessionTakenOver
    );
    site.app.hub.kick(id, Kick::Revoked);
    assert_eq!(
        goodbye(second.packet().await),
        DisconnectReasonCode::NotAuthorized
    );
    let mut third = session(&site, id, &badge, Vec::new()).await;
    site.begin_stop();
    assert_eq!(
        goodbye(third.packet().await),
        DisconnectReasonCode::ServerShuttingDown
    );
    site.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_small_device_gets_no_more_than_it_takes() {
    let site = Site::open().await;
    let (id, badge) = site.enrol(1).await;
    let now = jiff::Timestamp::now().as_millisecond();
    for n in 0..3 {
        command::send(&site.app, id, Action::Refresh, None, "test", now + n)
            .await
            .unwrap();
    }
    let long = Action::Message {
        text: "a".repeat(1_000),
    };
    command::send(&site.app, id, long, None, "test", now + 3)
        .await
        .unwrap();
    let props = vec![
        ReceiveMaximum::new(1).unwrap().into(),
        MaximumPacketSize::new(300).unwrap().into(),
    ];
    let mut raw = session(&site, id, &badge, props).await;
    let subscribe = v5_0::Subscribe::builder()
        .packet_id(1u16)
        .entries(vec![
            SubEntry::new(
                topic(id, Leaf::Command),
                SubOpts::new().set_qos(Qos::AtLeastOnce),
            )
            .unwrap(),
        ])
        .build()
        .unwrap();
    raw.send(&subscribe.to_continuous_buffer()).await;
    assert_eq!(raw.packet().await.unwrap().0, 0x90);
    for n in 1..=3u8 {
        let (first, body) = raw.packet().await.unwrap();
        assert_eq!(first, 0x32);
        let length = usize::from(u16::from_be_bytes([body[0], body[1]]));
        assert_eq!(body[2 + length..4 + length], [0, n]);
        // One at a time: the next comes only once this one is acknowledged.
        assert_eq!(raw.packet_within(50).await, None);
        raw.send(&[0x40, 2, 0, n]).await;
    }
    assert_eq!(
        raw.packet_within(50).await,
        None,
        "the long one never comes"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_device_may_leave_and_still_have_its_will_said() {
    let site = Site::open().await;
    let (id, badge) = site.enrol(1).await;
    let mut raw = session(&site, id, &badge, Vec::new()).await;
    raw.send(&[0xe0, 1, 0x04]).await;
    raw.assert_closed().await;
    until("its will is heard", || {
        site.last_state(id).as_deref() == Some("lost")
    })
    .await;
}
