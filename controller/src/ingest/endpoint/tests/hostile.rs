//! What a device, or somebody who is none, must not be able to do.

use std::time::{Duration, Instant};

use declic_common::envelope::UpKind;
use declic_common::status::WILL;
use declic_common::topic::Leaf;

use super::raw::{DISCONNECT, PING, Raw, RawWill, connect, packet, publish, subscribe};
use super::site::Site;
use crate::app::hub::Kick;
use crate::ingest::testing::{Authority, client_tls, report, topic, until};

const REPORT: Leaf = Leaf::Up(UpKind::Report);

#[tokio::test(flavor = "multi_thread")]
async fn a_forged_topic_ends_the_connection_and_nothing_is_stored() {
    let site = Site::open().await;
    let (a, badge) = site.enrol(1).await;
    let (b, _) = site.enrol(2).await;
    for (n, forged) in [
        topic(b, REPORT),
        topic(b, Leaf::Status),
        topic(a, Leaf::Command),
        topic(a, Leaf::Receipt),
        "declic/v1/+/report".to_owned(),
        "$SYS/broker".to_owned(),
        String::new(),
    ]
    .iter()
    .enumerate()
    {
        let mut raw = Raw::session(&site, a, &badge).await;
        raw.send(&publish(forged, &report(1), Some(7))).await;
        raw.assert_closed().await;
        until("the violation is counted", || {
            site.app.counters.violations.get() == n as u64 + 1
        })
        .await;
    }
    assert_eq!(site.app.counters.reports.get(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_device_cannot_listen_to_others_or_to_everything() {
    let site = Site::open().await;
    let (a, badge) = site.enrol(1).await;
    let (b, _) = site.enrol(2).await;
    let mut raw = Raw::session(&site, a, &badge).await;
    let own = topic(a, Leaf::Receipt);
    let filters = [
        topic(b, Leaf::Receipt),
        "#".to_owned(),
        format!("declic/v1/{a}/+"),
        format!("declic/v1/{a}/#"),
        format!("$share/x/{own}"),
        topic(a, REPORT),
        own.clone(),
    ];
    let filters: Vec<(&str, u8)> = filters.iter().map(|f| (f.as_str(), 1)).collect();
    raw.send(&subscribe(9, &filters)).await;
    let codes = vec![0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 1];
    assert_eq!(
        raw.packet().await,
        Some((0x90, [vec![0, 9], codes].concat()))
    );
    // And it is still served.
    raw.send(&publish(&topic(a, REPORT), &report(1), Some(1)))
        .await;
    let (first, body) = raw.packet().await.unwrap();
    assert!(first == 0x40 || String::from_utf8_lossy(&body).contains(&own));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_will_must_be_a_status_of_ones_own() {
    let site = Site::open().await;
    let (a, badge) = site.enrol(1).await;
    let (b, _) = site.enrol(2).await;
    let own = topic(a, Leaf::Status);
    let wills: [(&str, &[u8], u8, bool); 7] = [
        (&topic(b, Leaf::Status), WILL, 1, false),
        (&topic(a, REPORT), WILL, 1, false),
        (&own, b"{\"state\":\"burning\"}", 1, false),
        (&own, b"{\"state\":\"off\"}", 1, false),
        (&own, &[0xff; 2_000], 1, false),
        (&own, WILL, 2, false),
        (&own, WILL, 1, true),
    ];
    for (topic, payload, qos, retain) in wills {
        let mut raw = Raw::open(&site, Some(&badge)).await.unwrap();
        let will = RawWill {
            topic,
            payload,
            qos,
            retain,
        };
        raw.send(&connect(&a.to_string(), 60, Some(will))).await;
        assert_eq!(raw.packet().await, Some((0x20, vec![0, 5])), "{topic}");
        raw.assert_closed().await;
    }
    assert_eq!(site.last_state(b), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_id_is_the_name_in_the_certificate() {
    let site = Site::open().await;
    let (_, badge) = site.enrol(1).await;
    let (b, _) = site.enrol(2).await;
    for id in [b.to_string(), String::new(), "declic-controller".to_owned()] {
        let mut raw = Raw::open(&site, Some(&badge)).await.unwrap();
        raw.send(&connect(&id, 60, None)).await;
        assert_eq!(raw.packet().await, Some((0x20, vec![0, 2])), "{id:?}");
        raw.assert_closed().await;
    }
    assert_eq!(site.app.hub.connected(), 0);
}

/// Whether TLS and CONNECT open a session.
async fn is_let_in(raw: std::io::Result<Raw>, client_id: &str) -> bool {
    let Ok(mut raw) = raw else { return false };
    raw.send(&connect(client_id, 60, None)).await;
    raw.packet().await == Some((0x20, vec![0, 0]))
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_good_certificate_nobody_comes_in() {
    let site = Site::open().await;
    let (a, badge) = site.enrol(1).await;
    let name = a.to_string();
    assert!(!is_let_in(Raw::open(&site, None).await, &name).await);
    let foreign = Authority::new("test authority").issue(&name, 7, 3_600);
    assert!(!is_let_in(Raw::open(&site, Some(&foreign)).await, &name).await);
    let ended = site.authority.issue(&name, 8, -1);
    assert!(!is_let_in(Raw::open(&site, Some(&ended)).await, &name).await);
    let unnamed = site.authority.issue("somebody", 9, 3_600);
    assert!(!is_let_in(Raw::open(&site, Some(&unnamed)).await, &name).await);
    let unknown = site.authority.issue("d-zzzzzzzzzzzz", 10, 3_600);
    assert!(!is_let_in(Raw::open(&site, Some(&unknown)).await, "d-zzzzzzzzzzzz").await);
    let replaced = site.authority.issue(&name, 11, 3_600);
    assert!(!is_let_in(Raw::open(&site, Some(&replaced)).await, &name).await);
    assert!(is_let_in(Raw::open(&site, Some(&badge)).await, &name).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_resumed_session_is_judged_like_a_new_one() {
    let site = Site::open().await;
    let id = declic_common::DeviceId::from_bits(1);
    let (_, real) = site.enrol(1).await;
    // Long enough to connect with, short enough to see its end.
    let brief = site.authority.issue(&id.to_string(), 5, 2);
    site.change(id, |device| {
        device.previous_serial = Some(brief.serial.clone());
    });
    let tls = client_tls(&site.authority, Some(&brief));
    let name = || rustls::pki_types::ServerName::try_from("localhost").unwrap();
    let open = async || {
        let socket = tokio::net::TcpStream::connect(site.address).await.unwrap();
        tokio_rustls::TlsConnector::from(std::sync::Arc::clone(&tls))
            .connect(name(), socket)
            .await
    };
    let mut first = Raw::from(open().await.unwrap());
    first.send(&connect(&id.to_string(), 60, None)).await;
    assert_eq!(first.packet().await, Some((0x20, vec![0, 0])));
    first.send(DISCONNECT).await;
    first.assert_closed().await;
    let ended = Instant::now() + Duration::from_secs(3);
    tokio::time::sleep_until(ended.into()).await;
    let mut second = Raw::from(open().await.unwrap());
    assert!(second.is_resumed(), "the ticket spares the handshake");
    second.send(&connect(&id.to_string(), 60, None)).await;
    assert_eq!(second.packet().await, Some((0x20, vec![0, 5])));
    drop(real);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_revoked_device_is_gone_within_a_second() {
    let site = Site::open().await;
    let (a, badge) = site.enrol(1).await;
    let mut raw = Raw::session(&site, a, &badge).await;
    let revoked = Instant::now();
    site.change(a, |device| device.revoked_at = Some(1));
    site.app.hub.kick(a, Kick::Revoked);
    raw.assert_closed().await;
    assert!(revoked.elapsed() < Duration::from_secs(1));
    assert!(!site.app.hub.is_connected(a));
    assert!(!is_let_in(Raw::open(&site, Some(&badge)).await, &a.to_string()).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_session_takes_over_and_the_will_of_the_first_is_unsaid() {
    let site = Site::open().await;
    let (a, badge) = site.enrol(1).await;
    let own = topic(a, Leaf::Status);
    let will = || RawWill {
        topic: &own,
        payload: WILL,
        qos: 1,
        retain: false,
    };
    let mut first = Raw::open(&site, Some(&badge)).await.unwrap();
    first.send(&connect(&a.to_string(), 60, Some(will()))).await;
    first.packet().await.unwrap();
    let mut second = Raw::open(&site, Some(&badge)).await.unwrap();
    second
        .send(&connect(&a.to_string(), 60, Some(will())))
        .await;
    assert_eq!(second.packet().await, Some((0x20, vec![0, 0])));
    first.assert_closed().await;
    // Recorded after anything that the first could have left behind.
    second
        .send(&publish(&own, b"{\"state\":\"on\"}", Some(1)))
        .await;
    assert_eq!(second.packet().await, Some((0x40, vec![0, 1])));
    assert_eq!(site.last_state(a).as_deref(), Some("on"));
    assert!(site.app.hub.is_connected(a));
    drop(second);
    until("the will of the second is heard", || {
        site.last_state(a).as_deref() == Some("lost")
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_packet_is_a_connect_and_there_is_only_one() {
    let site = Site::open().await;
    let (a, badge) = site.enrol(1).await;
    for first in [
        PING.to_vec(),
        publish(&topic(a, REPORT), &report(1), Some(1)),
        subscribe(1, &[(&topic(a, Leaf::Command), 1)]),
        packet(0x10, Vec::new()),
        vec![0x00, 0x00],
        vec![0xff; 64],
    ] {
        let mut raw = Raw::open(&site, Some(&badge)).await.unwrap();
        raw.send(&first).await;
        raw.assert_closed().await;
    }
    let mut raw = Raw::session(&site, a, &badge).await;
    raw.send(&connect(&a.to_string(), 60, None)).await;
    raw.assert_closed().await;
    assert_eq!(site.app.counters.reports.get(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_old_version_is_told_so() {
    let site = Site::open().await;
    let (_, badge) = site.enrol(1).await;
    let mut raw = Raw::open(&site, Some(&badge)).await.unwrap();
    let mut body = super::raw::text(b"MQIsdp");
    body.extend([3, 2, 0, 60]);
    body.extend(super::raw::text(b"old"));
    raw.send(&packet(0x10, body)).await;
    assert_eq!(raw.packet().await, Some((0x20, vec![0, 1])));
    raw.assert_closed().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_never_promised_is_refused() {
    let site = Site::open().await;
    let (a, badge) = site.enrol(1).await;
    let own = topic(a, REPORT);
    let ordinary = publish(&own, &report(1), Some(1));
    let with_first = |first: u8| [&[first], &ordinary[1..]].concat();
    for (what, bytes) in [
        ("quality of service 2", with_first(0x34)),
        ("quality of service 3", with_first(0x36)),
        ("retained", with_first(0x33)),
        ("identifier 0", publish(&own, &report(1), Some(0))),
        ("PUBREL", vec![0x62, 2, 0, 1]),
        (
            "SUBSCRIBE without its flag",
            [&[0x80], &subscribe(1, &[("x", 0)])[1..]].concat(),
        ),
        ("a CONNACK", vec![0x20, 2, 0, 0]),
    ] {
        let mut raw = Raw::session(&site, a, &badge).await;
        raw.send(&bytes).await;
        assert_eq!(raw.packet().await, None, "{what}");
    }
    assert_eq!(site.app.counters.reports.get(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_giant_packet_is_refused_before_it_is_read() {
    let site = Site::open().await;
    let (a, badge) = site.enrol(1).await;
    let mut raw = Raw::session(&site, a, &badge).await;
    // A PUBLISH of 256 MiB, of which nothing but the header comes.
    raw.send(&[0x32, 0xff, 0xff, 0xff, 0x7f]).await;
    raw.assert_closed().await;
    let mut raw = Raw::session(&site, a, &badge).await;
    let inventory = topic(a, Leaf::Up(UpKind::Inventory));
    raw.send(&publish(&inventory, &vec![b' '; 65 * 1024], Some(1)))
        .await;
    raw.assert_closed().await;
    // Just within the limit, it is a message like any other: refused, and answered.
    let mut raw = Raw::session(&site, a, &badge).await;
    raw.send(&publish(&inventory, &vec![b' '; 63 * 1024], Some(1)))
        .await;
    assert_eq!(raw.packet().await, Some((0x40, vec![0, 1])));
}
