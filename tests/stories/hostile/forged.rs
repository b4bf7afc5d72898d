//! A device that speaks, listens and dies in another's name.
//!
//! Our endpoint ends such a session or refuses it. Mosquitto says yes to all of it
//! and passes nothing on (`docs/broker.md`); so behind a broker the promise is told
//! by what the other device, and the controller, notice: nothing.

use declic_common::UpKind;
use declic_common::topic::Leaf;
use declic_tests::device::{received, stored};
use declic_tests::wait::PATIENCE;
use declic_tests::{Door, eventually};
use rumqttc::{Packet, QoS, SubscribeReasonCode};

use super::town;

#[tokio::test(flavor = "multi_thread")]
async fn a_device_speaks_and_listens_for_itself_alone() {
    let town = town(Door::Endpoint).await;

    // A report under another's name ends the session.
    let mut session = town.mallory.connect().await.unwrap();
    let forged = town.alice.report(1, 1, 1);
    let topic = town.alice.topic(UpKind::Report);
    session
        .client
        .publish(topic, QoS::AtLeastOnce, false, forged)
        .await
        .unwrap();
    session.until_ended(PATIENCE).await.unwrap();
    town.has_nothing_of(&town.alice);

    // Another's receipts, and wildcards, are not to be had.
    let receipts = Leaf::Receipt.of(town.alice.id).to_string();
    for filter in [receipts.as_str(), "declic/v1/+/receipt", "#", "$SYS/#"] {
        let mut session = town.mallory.connect().await.unwrap();
        session
            .client
            .subscribe(filter, QoS::AtLeastOnce)
            .await
            .unwrap();
        let granted = session
            .until("an answer", |packet| match packet {
                Packet::SubAck(ack) => Some(ack.return_codes.clone()),
                _ => None,
            })
            .await;
        let refused = granted.is_err_or_failure();
        assert!(refused, "{filter} was granted");
    }

    // A will in another's name, and another's client id, do not get in.
    let mut session = town
        .mallory
        .session(&town.mallory.id.to_string(), town.alice.id)
        .unwrap();
    assert!(
        session.until_connected().await.is_err(),
        "a forged will got in"
    );
    let mut session = town
        .mallory
        .session(&town.alice.id.to_string(), town.alice.id)
        .unwrap();
    assert!(
        session.until_connected().await.is_err(),
        "a forged client id got in"
    );
    town.goes_on(1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn through_a_broker_a_device_speaks_and_listens_for_itself_alone() {
    let town = town(Door::Mosquitto).await;
    let (alice, mallory) = (&town.alice, &town.mallory);
    let mut honest = alice.connect().await.unwrap();
    honest.report(1, 1, 1).await.unwrap();

    // Another's name, another's will, everybody's words, and a report in her name.
    let mut forger = mallory.session(&alice.id.to_string(), alice.id).unwrap();
    forger.until_connected().await.unwrap();
    let own = Leaf::Receipt.of(mallory.id).to_string();
    let others = Leaf::Receipt.of(alice.id).to_string();
    for filter in [&own, &others, "declic/v1/+/receipt", "#", "$SYS/#"] {
        let subscribe = forger.client.subscribe(filter, QoS::AtLeastOnce);
        subscribe.await.unwrap();
        let answered = |p: &Packet| matches!(p, Packet::SubAck(_)).then_some(());
        forger.until("SUBACK", answered).await.unwrap();
    }
    let (topic, forged) = (alice.topic(UpKind::Report), alice.report(1, 99, 1));
    let publish = forger
        .client
        .publish(topic, QoS::AtLeastOnce, false, forged);
    publish.await.unwrap();
    let answered = |p: &Packet| matches!(p, Packet::PubAck(_)).then_some(());
    forger.until("PUBACK", answered).await.unwrap();

    // She is still connected, heard and answered, and only what she said is there.
    honest.report(1, 2, 1).await.unwrap();
    let kept = stored(&town.controller, alice.id).unwrap();
    assert_eq!(kept.into_iter().collect::<Vec<_>>(), [1, 2]);

    // Her receipt was sent before this one, and did not come here.
    let (topic, report) = (mallory.topic(UpKind::Report), mallory.report(1, 1, 1));
    let publish = forger
        .client
        .publish(topic, QoS::AtLeastOnce, false, report);
    publish.await.unwrap();
    let mut heard = Vec::new();
    forger
        .until("its own receipt", |packet| {
            if let Packet::Publish(publish) = packet {
                heard.push(publish.topic.clone());
            }
            received(packet)
        })
        .await
        .unwrap();
    let its_own = format!("declic/v1/{}/", mallory.id);
    assert!(heard.iter().all(|t| t.starts_with(&its_own)), "{heard:?}");

    // Its second session ends the first one, whose will in her name is not passed
    // on. A will of its own is: the trial itself is right.
    let mut second = mallory.connect().await.unwrap();
    second.report(1, 2, 1).await.unwrap();
    let is_there = |asset| town.controller.device(asset).unwrap()["connected"] == true;
    assert!(is_there("BDX-001"), "her end was believed");
    assert!(is_there("BDX-002"));
    drop((forger, second));
    eventually("its own will", PATIENCE, || {
        (!is_there("BDX-002")).then_some(())
    });
    assert!(is_there("BDX-001"), "her end was believed");
    honest.report(1, 3, 1).await.unwrap();
}

trait Refused {
    fn is_err_or_failure(&self) -> bool;
}

impl Refused for anyhow::Result<Vec<SubscribeReasonCode>> {
    fn is_err_or_failure(&self) -> bool {
        match self {
            Ok(codes) => codes
                .iter()
                .all(|code| *code == SubscribeReasonCode::Failure),
            Err(_) => true,
        }
    }
}
