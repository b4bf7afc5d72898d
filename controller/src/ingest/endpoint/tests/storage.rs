//! What PUBACK means: the message is durable.

use std::time::Duration;

use declic_common::envelope::UpKind;
use declic_common::status::WILL;
use declic_common::topic::Leaf;

use super::raw::{PING, Raw, RawWill, connect, publish, subscribe};
use super::site::Site;
use crate::ingest::endpoint::Limits;
use crate::ingest::testing::{Gate, report, topic, until};

const REPORT: Leaf = Leaf::Up(UpKind::Report);

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_acknowledged_before_it_is_durable() {
    let site = Site::open().await;
    let (id, badge) = site.enrol(1).await;
    let mut raw = Raw::session(&site, id, &badge).await;
    raw.send(&subscribe(1, &[(&topic(id, Leaf::Receipt), 0)]))
        .await;
    raw.packet().await.unwrap();
    site.store.set(Gate::Held);
    raw.send(&publish(&topic(id, REPORT), &report(1), Some(1)))
        .await;
    // The session lives on meanwhile: an answer to PING comes, a PUBACK does not.
    for _ in 0..3 {
        raw.send(PING).await;
        assert_eq!(raw.packet().await, Some((0xd0, Vec::new())));
        assert_eq!(raw.packet_within(50).await, None);
    }
    site.store.set(Gate::Open);
    let mut answers = [raw.packet().await.unwrap(), raw.packet().await.unwrap()];
    answers.sort_by_key(|(first, _)| *first);
    assert_eq!(answers[0].0, 0x30, "a receipt at QoS 0");
    assert_eq!(answers[1], (0x40, vec![0, 1]));
}

#[tokio::test(flavor = "multi_thread")]
async fn many_unacknowledged_messages_share_a_commit_and_are_answered_in_order() {
    let site = Site::open().await;
    let (id, badge) = site.enrol(1).await;
    let mut raw = Raw::session(&site, id, &badge).await;
    site.store.set(Gate::Held);
    let mut bytes = Vec::new();
    for n in 1..=16u16 {
        // One of no use to anybody waits its turn like the others.
        let body = if n == 9 {
            b"?".to_vec()
        } else {
            report(n.into())
        };
        bytes.extend(publish(&topic(id, REPORT), &body, Some(n)));
    }
    raw.send(&bytes).await;
    assert_eq!(raw.packet_within(100).await, None);
    site.store.set(Gate::Open);
    for n in 1..=16u8 {
        assert_eq!(raw.packet().await, Some((0x40, vec![0, n])));
    }
    assert_eq!(site.app.counters.reports.get(), 15);
    assert!(site.app.counters.groups.get() <= 5, "not one flush each");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_device_that_pushes_on_is_held_back() {
    let site = Site::open().await;
    let (id, badge) = site.enrol(1).await;
    let mut raw = Raw::session(&site, id, &badge).await;
    site.store.set(Gate::Held);
    let most = u64::from(Limits::default().inflight);
    for n in 1..=most as u16 + 1 {
        raw.send(&publish(&topic(id, REPORT), &report(n.into()), Some(n)))
            .await;
    }
    // Read only once there is room again.
    raw.send(PING).await;
    assert_eq!(raw.packet_within(200).await, None);
    site.store.set(Gate::Open);
    let (mut acknowledged, mut pongs) = (Vec::new(), 0);
    for _ in 0..most + 2 {
        match raw.packet().await.unwrap() {
            (0x40, body) => acknowledged.push(body[1]),
            other => {
                assert_eq!(other, (0xd0, Vec::new()));
                pongs += 1;
            }
        }
    }
    let in_order: Vec<u8> = (1..=most as u8 + 1).collect();
    assert_eq!((acknowledged, pongs), (in_order, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_acknowledges_nothing_and_lets_go_after_a_while() {
    let hold = Duration::from_millis(300);
    let site = Site::with(Limits {
        hold,
        ..Limits::default()
    })
    .await;
    let (id, badge) = site.enrol(1).await;
    let own = topic(id, Leaf::Status);
    let will = RawWill {
        topic: &own,
        payload: WILL,
        qos: 1,
        retain: false,
    };
    let mut raw = Raw::open(&site, Some(&badge)).await.unwrap();
    raw.send(&connect(&id.to_string(), 60, Some(will))).await;
    raw.packet().await.unwrap();
    until("its beginning is noted", || {
        site.app.counters.groups.get() == 1
    })
    .await;
    site.store.set(Gate::Full);
    let before = std::time::Instant::now();
    raw.send(&publish(&topic(id, REPORT), &report(1), Some(1)))
        .await;
    raw.assert_closed().await;
    assert!(before.elapsed() >= hold);
    // The device comes back with it, and nothing says that it was lost.
    site.store.set(Gate::Open);
    let mut raw = Raw::session(&site, id, &badge).await;
    raw.send(&publish(&topic(id, REPORT), &report(1), Some(1)))
        .await;
    assert_eq!(raw.packet().await, Some((0x40, vec![0, 1])));
    assert_eq!(site.last_state(id), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stop_finishes_what_was_received() {
    let mut site = Site::open().await;
    let (id, badge) = site.enrol(1).await;
    let mut raw = Raw::session(&site, id, &badge).await;
    raw.send(&subscribe(1, &[(&topic(id, Leaf::Receipt), 0)]))
        .await;
    raw.packet().await.unwrap();
    site.store.set(Gate::Held);
    for n in 1..=3u16 {
        raw.send(&publish(&topic(id, REPORT), &report(n.into()), Some(n)))
            .await;
    }
    // Answered after the three, so they have been read.
    raw.send(PING).await;
    assert_eq!(raw.packet().await, Some((0xd0, Vec::new())));
    site.begin_stop();
    assert_eq!(raw.packet_within(100).await, None);
    site.store.set(Gate::Open);
    let (mut acknowledged, mut receipts) = (Vec::new(), 0);
    while let Some((first, body)) = raw.packet().await {
        match first {
            0x40 => acknowledged.push(body[1]),
            0x30 => receipts += 1,
            other => panic!("unexpected packet {other:#x}"),
        }
    }
    assert_eq!(acknowledged, [1, 2, 3]);
    assert!(receipts >= 1);
    site.stop().await;
    assert_eq!(site.app.counters.reports.get(), 3);
    assert_eq!(site.app.hub.connected(), 0);
    assert!(
        tokio::net::TcpStream::connect(site.address).await.is_err(),
        "nobody listens any more"
    );
}
