//! A PC whose battery is dead thinks that it is 2005. It must enrol, connect, and
//! be dated right.

use declic_tests::process::printed;
use declic_tests::wait::PATIENCE;
use declic_tests::{Agent, Controller, Door, eventually};
use jiff::Timestamp;

#[test]
fn a_pc_that_thinks_it_is_2005_enrols_connects_and_is_dated_right() {
    in_2005(Door::Endpoint);
}

#[test]
fn a_pc_that_thinks_it_is_2005_is_dated_right_through_a_broker_as_well() {
    in_2005(Door::Mosquitto);
}

fn in_2005(door: Door) {
    let mut controller = Controller::start_behind(door);
    let mut agent = Agent::at_time("@2005-01-01 00:00:00");
    printed(&agent.verb(&["enrol", &controller.code("BDX-001")]));
    let began = Timestamp::now();
    agent.run("1s");
    let device = eventually("reports", PATIENCE, || {
        let device = controller.device("BDX-001")?;
        (device["reports"].as_u64()? >= 3).then_some(device)
    });
    let shown = controller.json(&["device", "show", device["device"].as_str().unwrap()]);
    let latest = &shown["latest"];
    let observed: Timestamp = latest["observed_at"].as_str().unwrap().parse().unwrap();
    let reported: Timestamp = latest["reported_at"].as_str().unwrap().parse().unwrap();
    assert!(
        observed < "2006-01-01T00:00:00Z".parse().unwrap(),
        "the clock is not the one played"
    );
    assert!((began..=Timestamp::now()).contains(&reported), "{reported}");
    assert_eq!(latest["clock_wrong"], true);
    assert_eq!(latest["estimated"], false);
    agent.stop();
    controller.stop();
}
