//! A PC that was away for long: its certificate has ended. Within ninety days it
//! helps itself; later a technician brings a new code.

use declic_tests::process::printed;
use declic_tests::wait::seconds;
use declic_tests::{Agent, Controller, eventually};

/// Days of three years, and a few more.
const THREE_YEARS: i64 = 1_096;

/// An agent that enrolled so many days ago, of a controller that is back today.
fn long_away(days: i64) -> (Controller, Agent) {
    let mut controller = Controller::prepare();
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
    let (mut controller, mut agent) = long_away(THREE_YEARS + 30);
    let before = agent.certificate();
    agent.run("1s");
    eventually("reports after the renewal", seconds(60), || {
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
    let (mut controller, mut agent) = long_away(THREE_YEARS + 30);
    let before = agent.certificate();
    agent.faketime = Some("@2005-01-01 00:00:00".to_owned());
    agent.run("1s");
    eventually("reports after the renewal", seconds(60), || {
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
    let (mut controller, mut agent) = long_away(THREE_YEARS + 100);
    agent.run("1s");
    eventually("the agent's own word", seconds(60), || {
        agent.words().contains("renew").then_some(())
    });
    let device = controller.device("BDX-001").unwrap();
    assert_eq!(device["reports"], 0, "a dead certificate was let in");
    agent.stop();

    let id = device["device"].as_str().unwrap();
    let code = printed(&controller.declic(&["enrol", "new", "--rebind", id]));
    printed(&agent.verb(&["enrol", code.trim(), "--replace"]));
    agent.run("1s");
    eventually("reports under the same name", seconds(60), || {
        controller
            .device("BDX-001")
            .filter(|d| d["reports"].as_u64() >= Some(1))
    });
    assert_eq!(controller.device("BDX-001").unwrap()["device"], id);
    agent.stop();
    controller.stop();
}
