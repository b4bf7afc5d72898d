//! An ordinary client of 3.1.1: sessions, receipts, commands, last words.

use std::time::Duration;

use declic_common::command::{Action, Command};
use declic_common::envelope::{Number, UpKind};
use declic_common::receipt::Receipt;
use declic_common::settings::Settings;
use declic_common::status::WILL;
use declic_common::topic::{DOWN, Leaf, Topic};
use declic_common::{DeviceId, InstallId};
use rumqttc::{
    AsyncClient, Event, EventLoop, LastWill, MqttOptions, Outgoing, Packet, Publish, QoS,
    TlsConfiguration, Transport,
};
use tokio::time::timeout;

use super::raw::{DISCONNECT, PING, Raw, connect, publish, subscribe};
use super::site::Site;
use crate::app::command;
use crate::ingest::testing::{Badge, client_tls, report, topic, until};

const REPORT: Leaf = Leaf::Up(UpKind::Report);

/// What an agent's MQTT library is set to.
pub(crate) fn client(site: &Site, id: DeviceId, badge: &Badge) -> (AsyncClient, EventLoop) {
    let mut options = MqttOptions::new(id.to_string(), "localhost", site.address.port());
    let tls = client_tls(&site.authority, Some(badge));
    options.set_transport(Transport::tls_with_config(TlsConfiguration::Rustls(tls)));
    options.set_max_packet_size(64 * 1024, 64 * 1024);
    let own = topic(id, Leaf::Status);
    options.set_last_will(LastWill::new(own, WILL, QoS::AtLeastOnce, false));
    AsyncClient::new(options, 100)
}

/// Polls until an event is what is looked for.
pub(crate) async fn seen<T>(
    events: &mut EventLoop,
    mut wanted: impl FnMut(&Event) -> Option<T>,
) -> T {
    timeout(Duration::from_secs(20), async {
        loop {
            let event = events.poll().await.expect("the session goes on");
            if let Some(found) = wanted(&event) {
                return found;
            }
        }
    })
    .await
    .expect("it never came")
}

pub(crate) fn down(event: &Event) -> Option<(Leaf, &Publish)> {
    match event {
        Event::Incoming(Packet::Publish(publish)) => {
            Some((publish.topic.parse::<Topic>().ok()?.leaf, publish))
        }
        _ => None,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_report_is_stored_acknowledged_and_receipted() {
    let site = Site::open().await;
    let (id, badge) = site.enrol(1).await;
    let (client, mut events) = client(&site, id, &badge);
    for leaf in DOWN {
        client
            .subscribe(topic(id, leaf), QoS::AtLeastOnce)
            .await
            .unwrap();
    }
    client
        .publish(topic(id, REPORT), QoS::AtLeastOnce, false, report(1))
        .await
        .unwrap();
    let (mut acknowledged, mut receipt) = (false, None);
    seen(&mut events, |event| {
        if let Event::Incoming(Packet::PubAck(_)) = event {
            acknowledged = true;
        }
        if let Some((Leaf::Receipt, publish)) = down(event) {
            assert_eq!(publish.qos, QoS::AtMostOnce, "bytes count");
            receipt = Some(Receipt::parse(&publish.payload).unwrap());
        }
        (acknowledged && receipt.is_some()).then_some(())
    })
    .await;
    let number = Number {
        install: InstallId::from_bits(7),
        boot: 1,
        seq: 1,
    };
    assert!(receipt.unwrap().covers(number));
    assert_eq!(site.app.counters.reports.get(), 1);
    assert!(site.app.hub.is_connected(id));
}

#[tokio::test(flavor = "multi_thread")]
async fn settings_and_waiting_commands_come_with_their_subscription() {
    let site = Site::open().await;
    let (id, badge) = site.enrol(1).await;
    let now = jiff::Timestamp::now().as_millisecond();
    for _ in 0..3 {
        command::send(&site.app, id, Action::Refresh, None, "test", now)
            .await
            .unwrap();
    }
    let (client, mut events) = client(&site, id, &badge);
    client
        .subscribe(topic(id, Leaf::Settings), QoS::AtLeastOnce)
        .await
        .unwrap();
    client
        .subscribe(topic(id, Leaf::Command), QoS::AtLeastOnce)
        .await
        .unwrap();
    let (mut settings, mut commands) = (None, Vec::new());
    seen(&mut events, |event| {
        match down(event) {
            Some((Leaf::Settings, publish)) => {
                assert_eq!(publish.qos, QoS::AtLeastOnce);
                settings = Some(Settings::parse(&publish.payload).unwrap());
            }
            Some((Leaf::Command, publish)) => {
                assert_eq!(publish.qos, QoS::AtLeastOnce);
                commands.push(Command::parse(&publish.payload).unwrap());
            }
            _ => {}
        }
        (settings.is_some() && commands.len() == 3).then_some(())
    })
    .await;
    assert_eq!(settings.unwrap(), Settings::default());
    // One that is sent now comes at once.
    command::send(&site.app, id, Action::RenewCertificate, None, "test", now)
        .await
        .unwrap();
    let last = seen(&mut events, |event| {
        down(event).map(|(_, publish)| Command::parse(&publish.payload).unwrap())
    })
    .await;
    assert_eq!(last.action, Action::RenewCertificate);
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_comes_down_that_was_not_asked_for() {
    let site = Site::open().await;
    let (id, badge) = site.enrol(1).await;
    let now = jiff::Timestamp::now().as_millisecond();
    let mut raw = Raw::session(&site, id, &badge).await;
    command::send(&site.app, id, Action::Refresh, None, "test", now)
        .await
        .unwrap();
    raw.send(&publish(&topic(id, REPORT), &report(1), Some(3)))
        .await;
    assert_eq!(raw.packet().await, Some((0x40, vec![0, 3])));
    raw.send(PING).await;
    assert_eq!(raw.packet().await, Some((0xd0, Vec::new())));
    // At QoS 0, commands come without a number to acknowledge.
    raw.send(&subscribe(4, &[(&topic(id, Leaf::Command), 0)]))
        .await;
    assert_eq!(raw.packet().await, Some((0x90, vec![0, 4, 0])));
    let (first, _) = raw.packet().await.unwrap();
    assert_eq!(first, 0x30);
    // And not any more once it is unsubscribed.
    let mut body = vec![0, 5];
    body.extend(super::raw::text(topic(id, Leaf::Command).as_bytes()));
    raw.send(&super::raw::packet(0xa2, body)).await;
    assert_eq!(raw.packet().await, Some((0xb0, vec![0, 5])));
    command::send(&site.app, id, Action::Refresh, None, "test", now)
        .await
        .unwrap();
    raw.send(PING).await;
    assert_eq!(raw.packet().await, Some((0xd0, Vec::new())));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_at_qos_0_is_stored_too() {
    let site = Site::open().await;
    let (id, badge) = site.enrol(1).await;
    let mut raw = Raw::session(&site, id, &badge).await;
    raw.send(&publish(&topic(id, REPORT), &report(1), None))
        .await;
    until("it is stored", || site.app.counters.reports.get() == 1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unreadable_message_is_acknowledged_so_that_it_stops_coming() {
    let site = Site::open().await;
    let (id, badge) = site.enrol(1).await;
    let mut raw = Raw::session(&site, id, &badge).await;
    for (n, leaf) in [(1, REPORT), (2, Leaf::Status)] {
        raw.send(&publish(&topic(id, leaf), b"not json", Some(n)))
            .await;
        assert_eq!(raw.packet().await, Some((0x40, vec![0, n as u8])));
    }
    assert_eq!(site.app.counters.unreadable.get(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_that_says_goodbye_is_not_lost_and_one_that_vanishes_is() {
    let site = Site::open().await;
    let (id, badge) = site.enrol(1).await;
    let (polite, mut events) = client(&site, id, &badge);
    let status = topic(id, Leaf::Status);
    let off = br#"{"state":"off"}"#.to_vec();
    polite
        .publish(&status, QoS::AtLeastOnce, false, off)
        .await
        .unwrap();
    polite.disconnect().await.unwrap();
    seen(&mut events, |event| {
        matches!(event, Event::Outgoing(Outgoing::Disconnect)).then_some(())
    })
    .await;
    until("it has left", || !site.app.hub.is_connected(id)).await;
    until("its last word is kept", || {
        site.last_state(id).as_deref() == Some("off")
    })
    .await;

    let (_rude, mut events) = client(&site, id, &badge);
    seen(&mut events, |event| {
        matches!(event, Event::Incoming(Packet::ConnAck(_))).then_some(())
    })
    .await;
    until("it is back", || site.app.hub.is_connected(id)).await;
    drop(events);
    until("its will is heard", || {
        site.last_state(id).as_deref() == Some("lost")
    })
    .await;
    assert!(!site.app.hub.is_connected(id));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_that_is_seen_counts_as_an_exchange() {
    let site = Site::open().await;
    let (id, badge) = site.enrol(1).await;
    let seen_at = || site.app.registry.get(id).unwrap().latest.last_seen;
    let mut raw = Raw::session(&site, id, &badge).await;
    until("the beginning is noted", || seen_at().is_some()).await;
    let first = seen_at();
    raw.send(DISCONNECT).await;
    raw.assert_closed().await;
    until("so is the end", || seen_at() > first).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_is_always_a_clean_one() {
    let site = Site::open().await;
    let (id, badge) = site.enrol(1).await;
    for _ in 0..2 {
        let mut raw = Raw::open(&site, Some(&badge)).await.unwrap();
        let mut hello = connect(&id.to_string(), 60, None);
        hello[9] = 0; // the flags: asks for a session that is kept
        raw.send(&hello).await;
        assert_eq!(raw.packet().await, Some((0x20, vec![0, 0])));
    }
}
