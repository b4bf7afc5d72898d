//! A PC that was away for long: its certificate has ended. Within ninety days it
//! helps itself; later a technician brings a new code.

use declic_tests::process::printed;
use declic_tests::wait::PATIENCE;
use declic_tests::{Agent, Controller, Door, eventually};

/// Days of three years, and a few more.
const THREE_YEARS: i64 = 1_096;

/// An agent that enrolled so many days ago, of a controller that is back today.
///
/// A broker lives today all the while: nobody connects before the PC is back.
fn long_away(door: Door, days: i64) -> (Controller, Agent) {
    let mut controller = Controller::prepare_behind(door);
    controller.faketime = Some(format!("-{days}d"));
    controller.run();
    let code = controller.code("BDX-001");
    let mut agent = Agent::at_time(&format!("-{days}d"));
    printed(&agent.verb(&["enrol", &code]));
    controller.stop();
    controller.faketime = None;
    controller.run();
    agent.faketime = None;
    (controller, agent)
}

#[test]
fn a_certificate_that_ended_last_month_is_renewed_and_the_pc_reports_again() {
    ended_last_month(Door::Endpoint);
}

#[test]
fn a_certificate_that_ended_last_month_is_renewed_when_a_broker_refuses_it_as_well() {
    ended_last_month(Door::Mosquitto);
}

fn ended_last_month(door: Door) {
    let (mut controller, mut agent) = long_away(door, THREE_YEARS + 30);
    let before = agent.certificate();
    agent.run("1s");
    eventually("reports after the renewal", PATIENCE, || {
        controller
            .device("BDX-001")
            .filter(|d| d["reports"].as_u64() >= Some(1))
    });
    assert_ne!(agent.certificate(), before);
    agent.stop();
    controller.stop();
}

#[test]
fn a_pc_that_thinks_it_is_2005_learns_from_the_controller_that_its_certificate_has_ended() {
    ended_in_2005(Door::Endpoint);
}

#[test]
fn a_pc_that_thinks_it_is_2005_learns_from_a_broker_as_well_that_its_certificate_has_ended() {
    ended_in_2005(Door::Mosquitto);
}

fn ended_in_2005(door: Door) {
    let (mut controller, mut agent) = long_away(door, THREE_YEARS + 30);
    let before = agent.certificate();
    agent.faketime = Some("@2005-01-01 00:00:00".to_owned());
    agent.run("1s");
    eventually("reports after the renewal", PATIENCE, || {
        controller
            .device("BDX-001")
            .filter(|d| d["reports"].as_u64() >= Some(1))
    });
    assert_ne!(agent.certificate(), before);
    agent.stop();
    controller.stop();
}

#[test]
fn a_certificate_that_ended_long_ago_needs_a_new_code_and_the_device_stays_the_same() {
    ended_long_ago(Door::Endpoint);
}

#[test]
fn a_certificate_that_ended_long_ago_needs_a_new_code_behind_a_broker_as_well() {
    ended_long_ago(Door::Mosquitto);
}

fn ended_long_ago(door: Door) {
    let (mut controller, mut agent) = long_away(door, THREE_YEARS + 100);
    agent.run("1s");
    eventually("the agent's own word", PATIENCE, || {
        agent.words().contains("renew").then_some(())
    });
    let device = controller.device("BDX-001").unwrap();
    assert_eq!(device["reports"], 0, "a dead certificate was let in");
    agent.stop();

    let id = device["device"].as_str().unwrap();
    let code = printed(&controller.declic(&["enrol", "new", "--rebind", id]));
    printed(&agent.verb(&["enrol", code.trim(), "--replace"]));
    agent.run("1s");
    eventually("reports under the same name", PATIENCE, || {
        controller
            .device("BDX-001")
            .filter(|d| d["reports"].as_u64() >= Some(1))
    });
    assert_eq!(controller.device("BDX-001").unwrap()["device"], id);
    agent.stop();
    controller.stop();
}
