//! What silence, slowness and haste lead to.

use std::time::{Duration, Instant};

use declic_common::envelope::UpKind;
use declic_common::status::WILL;
use declic_common::topic::Leaf;
use tokio::io::AsyncReadExt;
use tokio::net::TcpStream;

use super::raw::{PING, Raw, RawWill, connect, publish, subscribe};
use super::site::Site;
use crate::app::hub::Down;
use crate::ingest::endpoint::{Limits, Rate};
use crate::ingest::testing::{report, topic, until};

const REPORT: Leaf = Leaf::Up(UpKind::Report);

#[tokio::test(flavor = "multi_thread")]
async fn a_silent_stranger_delays_nobody_and_is_let_go() {
    let site = Site::with(Limits {
        tls_timeout: Duration::from_millis(500),
        connect_timeout: Duration::from_millis(500),
        ..Limits::default()
    })
    .await;
    let (id, badge) = site.enrol(1).await;
    let mut silent = Vec::new();
    for _ in 0..50 {
        silent.push(TcpStream::connect(site.address).await.unwrap());
    }
    let started = Instant::now();
    let mut mute = Raw::open(&site, Some(&badge)).await.unwrap();
    let mut raw = Raw::session(&site, id, &badge).await;
    raw.send(&publish(&topic(id, REPORT), &report(1), Some(1)))
        .await;
    assert_eq!(raw.packet().await, Some((0x40, vec![0, 1])));
    assert!(started.elapsed() < Duration::from_secs(10));
    for mut socket in silent {
        let mut byte = [0];
        assert!(matches!(socket.read(&mut byte).await, Ok(0) | Err(_)));
    }
    mute.assert_closed().await;
    raw.send(PING).await;
    assert_eq!(raw.packet().await, Some((0xd0, Vec::new())));
}

#[tokio::test(flavor = "multi_thread")]
async fn handshakes_under_way_are_bounded() {
    let site = Site::with(Limits {
        handshakes_per_address: 3,
        ..Limits::default()
    })
    .await;
    let (id, badge) = site.enrol(1).await;
    let mut silent = Vec::new();
    for _ in 0..3 {
        silent.push(TcpStream::connect(site.address).await.unwrap());
    }
    let mut fourth = TcpStream::connect(site.address).await.unwrap();
    let mut byte = [0];
    assert!(matches!(fourth.read(&mut byte).await, Ok(0) | Err(_)));
    assert_eq!(site.app.counters.turned_away.get(), 1);
    drop(silent);
    until("they are noticed to be gone", || {
        site.app.counters.connections.get() == 4
    })
    .await;
    // Their places are free as soon as the endpoint has seen them go.
    let end = Instant::now() + Duration::from_secs(10);
    loop {
        if let Ok(mut raw) = Raw::open(&site, Some(&badge)).await {
            raw.send(&connect(&id.to_string(), 60, None)).await;
            assert_eq!(raw.packet().await, Some((0x20, vec![0, 0])));
            break;
        }
        assert!(Instant::now() < end);
        tokio::task::yield_now().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_device_that_connects_too_often_is_told_to_wait() {
    let site = Site::with(Limits {
        per_device: Rate {
            burst: 2,
            per_second: 0,
        },
        ..Limits::default()
    })
    .await;
    let (id, badge) = site.enrol(1).await;
    for _ in 0..2 {
        Raw::session(&site, id, &badge).await;
    }
    let mut raw = Raw::open(&site, Some(&badge)).await.unwrap();
    raw.send(&connect(&id.to_string(), 60, None)).await;
    assert_eq!(raw.packet().await, Some((0x20, vec![0, 3])));
    raw.assert_closed().await;
    // Its neighbour is not concerned.
    let (other, badge) = site.enrol(2).await;
    Raw::session(&site, other, &badge).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_device_that_falls_silent_is_lost() {
    let site = Site::open().await;
    let (id, badge) = site.enrol(1).await;
    let own = topic(id, Leaf::Status);
    let will = RawWill {
        topic: &own,
        payload: WILL,
        qos: 0,
        retain: false,
    };
    let mut raw = Raw::open(&site, Some(&badge)).await.unwrap();
    raw.send(&connect(&id.to_string(), 1, Some(will))).await;
    raw.packet().await.unwrap();
    let mut since = Instant::now();
    for _ in 0..3 {
        tokio::time::sleep(Duration::from_millis(900)).await;
        since = Instant::now();
        raw.send(PING).await;
        assert_eq!(raw.packet().await, Some((0xd0, Vec::new())));
    }
    // Half a packet is no sign of life.
    raw.send(&[0x32]).await;
    raw.assert_closed().await;
    let silence = since.elapsed();
    assert!(
        (Duration::from_millis(1_400)..Duration::from_secs(5)).contains(&silence),
        "{silence:?}"
    );
    until("it is lost", || {
        site.last_state(id).as_deref() == Some("lost")
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_keep_alive_is_not_for_ever() {
    let site = Site::with(Limits {
        silence_max: Duration::from_millis(600),
        ..Limits::default()
    })
    .await;
    let (id, badge) = site.enrol(1).await;
    let mut raw = Raw::open(&site, Some(&badge)).await.unwrap();
    raw.send(&connect(&id.to_string(), 0, None)).await;
    raw.packet().await.unwrap();
    raw.assert_closed().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_device_that_does_not_read_costs_little_and_is_let_go() {
    let site = Site::with(Limits {
        write_timeout: Duration::from_millis(500),
        ..Limits::default()
    })
    .await;
    let (id, badge) = site.enrol(1).await;
    let mut raw = Raw::session(&site, id, &badge).await;
    raw.send(&subscribe(1, &[(&topic(id, Leaf::Settings), 0)]))
        .await;
    raw.packet().await.unwrap();
    // Nobody reads: what the system holds fills up, then the queue, then no more.
    let down = Down {
        leaf: Leaf::Settings,
        payload: vec![b' '; 16 * 1024],
    };
    until("the endpoint has given up", || {
        while site.app.hub.send(id, down.clone()) {}
        !site.app.hub.is_connected(id)
    })
    .await;
    assert_eq!(site.app.counters.violations.get(), 1);
}
