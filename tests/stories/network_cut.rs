//! A line that is cut for a while: backlog and live reports arrive together,
//! whole, and each is dated when it was made.

use declic_tests::wait::PATIENCE;
use declic_tests::{Agent, Controller, Door, Proxy, eventually};
use jiff::Timestamp;

#[test]
fn after_a_cut_the_backlog_arrives_whole_and_rightly_dated() {
    cut(Door::Endpoint);
}

#[test]
fn after_a_cut_the_backlog_arrives_through_a_broker_as_well() {
    cut(Door::Mosquitto);
}

fn cut(door: Door) {
    let mut controller = Controller::prepare_behind(door);
    let line = Proxy::to(controller.mqtt_port);
    controller.public_mqtt_port = line.port;
    controller.run();
    let mut agent = Agent::enrolled(&controller.code("BDX-001"));
    agent.run("200ms");
    let reports = || {
        controller
            .device("BDX-001")
            .and_then(|d| d["reports"].as_u64())
            .unwrap_or(0)
    };
    eventually("live reports", PATIENCE, || (reports() >= 5).then_some(()));

    line.cut();
    let cut_at = Timestamp::now();
    // More than a device has in flight at once.
    eventually("a backlog", PATIENCE, || {
        (agent.status()["waiting"].as_u64() >= Some(40)).then_some(())
    });
    line.mend();
    let mended_at = Timestamp::now();
    let id = controller.device("BDX-001").unwrap()["device"]
        .as_str()
        .unwrap()
        .to_owned();
    let dated = || -> Vec<Timestamp> {
        let points = controller.json(&["device", "history", &id, "memory_total_bytes"]);
        let points = points.as_array().unwrap().iter();
        points
            .map(|p| p["at"].as_str().unwrap().parse().unwrap())
            .collect()
    };
    // What waited is reports, and some entries of the journal.
    let at = eventually("the backlog, dated inside the cut", PATIENCE, || {
        let at = dated();
        let during = at.iter().filter(|t| (cut_at..mended_at).contains(t));
        (during.count() >= 35).then_some(at)
    });
    eventually("live reports again", PATIENCE, || {
        dated().last().is_some_and(|t| *t > mended_at).then_some(())
    });
    agent.stop();

    assert!(at.is_sorted(), "a history is in order");
    let widest = dated()
        .windows(2)
        .map(|w| w[1].duration_since(w[0]))
        .max()
        .unwrap();
    assert!(
        widest < mended_at.duration_since(cut_at) / 2,
        "a hole of {widest} in a history without one"
    );
    let device = controller.device("BDX-001").unwrap();
    assert_eq!(device["lost"], 0);
    controller.stop();
}
