//! What the technician asks of a PC: waits while it is off, runs once, and is
//! answered for.

use std::fs;

use declic_tests::process::printed;
use declic_tests::wait::{PATIENCE, seconds};
use declic_tests::{Agent, Controller, Door, eventually};
use serde_json::Value;

#[test]
fn a_command_for_an_absent_pc_runs_once_when_it_comes_back() {
    absent(Door::Endpoint);
}

#[test]
fn a_command_for_an_absent_pc_waits_beside_a_broker_as_well() {
    absent(Door::Mosquitto);
}

fn absent(door: Door) {
    let mut controller = Controller::start_behind(door);
    let mut agent = Agent::enrolled(&controller.code("BDX-001"));
    agent.run("1s");
    eventually("the first report", PATIENCE, || {
        controller
            .device("BDX-001")
            .filter(|d| d["reports"].as_u64() > Some(0))
    });
    agent.stop();
    printed(&controller.declic(&["device", "send", "BDX-001", "refresh"]));
    let commands = || controller.json(&["device", "commands", "BDX-001"]);
    assert_eq!(commands()[0]["state"], "queued", "{}", commands());

    for _ in 0..2 {
        agent.run("1s");
        eventually("its outcome", PATIENCE, || {
            (commands()[0]["state"] == "done").then_some(())
        });
        agent.settled();
        agent.stop();
    }
    let outcomes = |shown: &Value| {
        let sent = shown["sent"].as_array().unwrap();
        let outcome = |m: &&Value| m["topic"].as_str().unwrap().ends_with("/outcome");
        sent.iter().filter(outcome).count()
    };
    agent.run("1h");
    agent.status();
    let shown = printed(&agent.verb(&["show", "--json"]));
    assert!(
        outcomes(&serde_json::from_str(&shown).unwrap()) <= 1,
        "{shown}"
    );
    agent.stop();
    controller.stop();
}

#[test]
fn a_refresh_is_done_once_its_slow_readings_have_arrived() {
    let mut controller = Controller::start();
    let mut agent = Agent::enrolled(&controller.code("BDX-001"));
    agent.run("1h");
    let slow_at = || {
        let shown = controller.json(&["device", "show", "BDX-001"]);
        shown["latest"]["report"]["slow"]["slow_at"].as_i64()
    };
    let before = eventually("the first slow readings", PATIENCE, slow_at);
    printed(&controller.declic(&["device", "send", "BDX-001", "refresh"]));
    eventually("its outcome", PATIENCE, || {
        let commands = controller.json(&["device", "commands", "BDX-001"]);
        (commands[0]["state"] == "done").then_some(())
    });
    assert!(slow_at() > Some(before), "done, and nothing new to see");
    agent.stop();
    controller.stop();
}

#[test]
fn two_renewals_asked_for_at_once_are_both_answered_for() {
    let mut controller = Controller::start();
    let mut agent = Agent::enrolled(&controller.code("BDX-001"));
    let before = agent.certificate();
    for _ in 0..2 {
        printed(&controller.declic(&["device", "send", "BDX-001", "renew_certificate"]));
    }
    agent.run("1h");
    eventually("both outcomes", PATIENCE, || {
        let commands = controller.json(&["device", "commands", "BDX-001"]);
        let ended = |n: usize| commands[n]["state"] == "done";
        (ended(0) && ended(1)).then_some(())
    });
    assert_ne!(agent.certificate(), before);
    agent.stop();
    controller.stop();
}

#[test]
fn a_diagnosis_that_the_household_accepts_is_seen_to_its_end_by_both_sides() {
    let mut controller = Controller::start();
    let mut agent = Agent::enrolled(&controller.code("BDX-001"));
    agent.run("1h");
    let interval = || {
        let shown = controller.json(&["device", "show", "BDX-001"]);
        shown["latest"]["report"]["interval_s"].as_u64()
    };
    let before = eventually("the first report", PATIENCE, interval);
    let send = ["device", "send", "BDX-001", "diagnose", "--minutes", "1"];
    printed(&controller.declic(&send));
    let technician = || controller.json(&["device", "commands", "BDX-001"])[0]["state"].take();
    let household = |agent: &Agent| {
        let letters = printed(&agent.verb(&["messages", "--json"]));
        let letters: Value = serde_json::from_str(&letters).unwrap();
        letters[0]["state"].as_str().map(str::to_owned)
    };
    let until = |agent: &Agent, state: &str, told: &str, patience| {
        eventually(state, patience, || {
            (household(agent)? == state && technician() == told).then_some(())
        });
    };
    until(&agent, "new", "sent", PATIENCE);
    assert_eq!(interval(), Some(before), "nothing is measured before a yes");
    let said = printed(&agent.verb(&["diagnose", "yes"]));
    assert!(said.contains("the diagnosis begins"), "{said}");
    until(&agent, "accepted", "sent", PATIENCE);
    eventually("reports more often", PATIENCE, || {
        (interval()? == 300).then_some(())
    });
    // The shortest that may be asked for is a minute.
    until(&agent, "done", "done", seconds(60) + PATIENCE);
    let again = agent.verb(&["diagnose", "yes"]);
    assert_eq!(again.status.code(), Some(6), "answered once");
    agent.stop();
    controller.stop();
}

#[test]
fn a_retired_pc_forgets_the_programme() {
    let mut controller = Controller::start();
    let mut agent = Agent::enrolled(&controller.code("BDX-001"));
    agent.run("1s");
    eventually("the first report", PATIENCE, || {
        controller
            .device("BDX-001")
            .filter(|d| d["reports"].as_u64() > Some(0))
    });
    printed(&controller.declic(&["device", "retire", "BDX-001"]));
    let status = agent.process().ended(PATIENCE);
    assert!(status.success(), "{status}");
    let left: Vec<_> = fs::read_dir(agent.dir()).unwrap().collect();
    assert!(left.is_empty(), "{left:?}");
    let device = controller.device("BDX-001").unwrap();
    assert_eq!(device["presence"], "retired", "{device}");
    controller.stop();
}

#[test]
fn consent_is_the_households_and_widening_needs_the_charter() {
    let mut controller = Controller::start();
    let mut agent = Agent::enrolled(&controller.code("BDX-001"));
    agent.run("1s");
    agent.status();
    let widen = |code: &str| agent.verb(&["consent", "usage", "--charter", code]);
    let refused = eventually("a session", PATIENCE, || {
        let output = agent.verb(&["consent", "usage"]);
        (agent.status()["connected"] == true).then_some(output)
    });
    assert_eq!(refused.status.code(), Some(6), "usage without a charter");
    let code = printed(&controller.declic(&["device", "charter", "BDX-001"]));
    let code = code.trim().to_owned();
    assert_eq!(widen("WRONGWRO").status.code(), Some(6), "a wrong code");
    eventually("the right code", PATIENCE, || {
        widen(&code).status.success().then_some(())
    });
    let consent = || {
        let shown = controller.json(&["device", "show", "BDX-001"]);
        shown["latest"]["report"]["consent"]
            .as_str()
            .map(str::to_owned)
    };
    eventually("usage in the reports", PATIENCE, || {
        (consent()? == "usage").then_some(())
    });
    // Narrowing needs nothing.
    printed(&agent.verb(&["consent", "maintenance"]));
    eventually("maintenance again", PATIENCE, || {
        (consent()? == "maintenance").then_some(())
    });
    agent.stop();
    controller.stop();
}

#[test]
fn a_call_for_help_without_network_leaves_when_it_can() {
    let mut controller = Controller::start();
    let mut agent = Agent::enrolled(&controller.code("BDX-001"));
    controller.stop();
    agent.run("1s");
    agent.status();
    printed(&agent.verb(&["help", "Plus de son"]));
    controller.run();
    agent.settled();
    let shown = printed(&agent.verb(&["show", "--json"]));
    assert!(shown.contains("Plus de son"), "{shown}");
    agent.stop();
    controller.stop();
}
