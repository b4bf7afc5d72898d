//! Silence, noise, giants and nonsense.

use declic_common::{DeviceId, UpKind};
use declic_tests::Door;
use declic_tests::device::received;
use declic_tests::wait::PATIENCE;
use rumqttc::{Packet, QoS};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpSocket;

use super::town;

/// A connection from another address than the honest devices': what is refused to
/// one address must not be refused to others.
async fn stranger(port: u16) -> Option<tokio::net::TcpStream> {
    let socket = TcpSocket::new_v4().ok()?;
    socket.bind(([127, 0, 0, 9], 0).into()).ok()?;
    socket.connect(([127, 0, 0, 1], port).into()).await.ok()
}

#[tokio::test(flavor = "multi_thread")]
async fn silence_noise_and_giants_cost_nothing_to_others() {
    noisy(Door::Endpoint).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn silence_noise_and_giants_at_a_broker_cost_nothing_to_others() {
    noisy(Door::Mosquitto).await;
}

async fn noisy(door: Door) {
    let town = town(door).await;
    let port = town.alice.port;

    // Two hundred peers that connect and say nothing.
    let mut silent = Vec::new();
    for _ in 0..200 {
        silent.extend(stranger(port).await);
    }
    assert!(silent.len() > 30, "{} got through", silent.len());
    town.goes_on(1).await;
    drop(silent);

    // Noise before TLS.
    for n in 0..200u32 {
        if let Some(mut stream) = stranger(port).await {
            let noise: Vec<u8> = (0..n * 3)
                .map(|i| (i.wrapping_mul(n + 7) >> 3) as u8)
                .collect();
            let _ = stream.write_all(&noise).await;
        }
    }
    town.goes_on(2).await;

    // A packet over the limit, and one at a quality that our endpoint does not speak.
    let mut session = town.mallory.connect().await.unwrap();
    let topic = town.mallory.topic(UpKind::Report);
    session
        .client
        .publish(topic.clone(), QoS::AtLeastOnce, false, vec![b' '; 200_000])
        .await
        .unwrap();
    session.until_ended(PATIENCE).await.unwrap();
    let mut session = town.mallory.connect().await.unwrap();
    session
        .client
        .publish(topic, QoS::ExactlyOnce, false, "{}")
        .await
        .unwrap();
    match door {
        Door::Endpoint => session.until_ended(PATIENCE).await.unwrap(),
        // A broker speaks it, and brings a message that nobody can read.
        Door::Mosquitto => session
            .until("the broker's word", |packet| {
                matches!(packet, Packet::PubComp(_)).then_some(())
            })
            .await
            .unwrap(),
    }
    town.goes_on(3).await;
    town.has_nothing_of(&town.mallory);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bad_message_is_refused_by_number_and_the_session_goes_on() {
    refused_by_number(Door::Endpoint).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bad_message_is_refused_by_number_through_a_broker_as_well() {
    refused_by_number(Door::Mosquitto).await;
}

async fn refused_by_number(door: Door) {
    let town = town(door).await;
    let mut session = town.alice.connect().await.unwrap();
    let topic = town.alice.topic(UpKind::Report);
    let install = town.alice.install;
    let bad = format!(
        r#"{{"install":"{install}","boot":1,"seq":1,"observed_at":0,"uptime_ms":1,"body":[]}}"#
    );
    session
        .client
        .publish(topic.clone(), QoS::AtLeastOnce, false, bad)
        .await
        .unwrap();
    let receipt = session
        .until("a refusal", |p| {
            received(p).filter(|r| !r.refused.is_empty())
        })
        .await
        .unwrap();
    assert_eq!(receipt.refused[0].seq, 1);
    session
        .client
        .publish(topic, QoS::AtLeastOnce, false, "not even JSON")
        .await
        .unwrap();
    session.report(1, 2, 2).await.unwrap();
    let unknown = DeviceId::from_bits(5);
    let shown = town
        .controller
        .declic(&["device", "show", &unknown.to_string()]);
    assert_eq!(
        shown.status.code(),
        Some(3),
        "not found has its own exit code"
    );
}
