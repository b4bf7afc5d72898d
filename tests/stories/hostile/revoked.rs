//! A revoked device: what it still says counts for nothing, and it does not come
//! back.

use std::time::{Duration, Instant};

use declic_common::UpKind;
use declic_tests::device::stored;
use declic_tests::process::printed;
use declic_tests::wait::PATIENCE;
use declic_tests::{Device, Door};
use rumqttc::{Packet, QoS};
use tokio::time::{sleep, timeout};

use super::{Town, town};

impl Town {
    fn revoke(&self, device: &Device) {
        let id = device.id.to_string();
        printed(&self.controller.declic(&["device", "revoke", &id]));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_revoked_device_is_gone_within_a_second() {
    let town = town(Door::Endpoint).await;
    let mut waits = Vec::new();
    // A machine with other work may lose a second of its own; not three times.
    for asset in ["BDX-003", "BDX-004", "BDX-005"] {
        let device = Device::enrol(&town.controller, asset).await.unwrap();
        let mut session = device.connect().await.unwrap();
        session.report(1, 1, 1).await.unwrap();
        town.revoke(&device);
        let began = Instant::now();
        session.until_ended(PATIENCE).await.unwrap();
        waits.push(began.elapsed());
        assert!(device.connect().await.is_err(), "it came back");
    }
    let shortest = waits.iter().min().unwrap();
    assert!(*shortest < Duration::from_secs(1), "{waits:?}");
    town.goes_on(1).await;
}

/// No second is promised here, and no end of the open session: Mosquitto cannot end
/// one. It learns whom to refuse from a list, which the controller writes within ten
/// seconds and the operator's own units hand over. What holds at once is that the
/// controller does not listen.
#[tokio::test(flavor = "multi_thread")]
async fn a_revoked_device_is_not_heard_through_a_broker_and_not_let_in_again() {
    let town = town(Door::Mosquitto).await;
    let mallory = &town.mallory;
    let mut session = mallory.connect().await.unwrap();
    session.report(1, 1, 1).await.unwrap();
    town.revoke(mallory);
    let (topic, report) = (mallory.topic(UpKind::Report), mallory.report(1, 2, 1));
    let publish = session
        .client
        .publish(topic, QoS::AtLeastOnce, false, report);
    publish.await.unwrap();
    let taken = |p: &Packet| matches!(p, Packet::PubAck(_)).then_some(());
    session.until("the broker's word", taken).await.unwrap();
    // The controller hears in the order in which the broker did.
    town.goes_on(1).await;
    let kept = || stored(&town.controller, mallory.id).unwrap();
    assert_eq!(kept().into_iter().collect::<Vec<_>>(), [1]);

    let refused = async {
        loop {
            town.controller.pass_on_revocations();
            if mallory.connect().await.is_err() {
                return;
            }
            sleep(Duration::from_millis(50)).await;
        }
    };
    timeout(PATIENCE, refused)
        .await
        .expect("the broker reads the list");
    town.goes_on(2).await;
    assert!(mallory.connect().await.is_err(), "it came back");
    assert_eq!(kept().len(), 1);
}
