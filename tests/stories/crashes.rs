//! kill -9, fifty times on each side: nothing acknowledged is lost, nothing is
//! there twice.

use std::io::Write;
use std::sync::{Arc, Mutex};

use declic_common::InstallId;
use declic_tests::device::stored;
use declic_tests::load::{Ledger, load, work_for};
use declic_tests::wait::PATIENCE;
use declic_tests::{Agent, Controller, Device, Dice, Door, eventually};

const KILLS: usize = 50;
const DEVICES: usize = 8;

fn tell(text: &str) {
    let _ = writeln!(std::io::stderr(), "{text}");
}

#[test]
fn a_controller_killed_fifty_times_under_load_loses_nothing_that_it_acknowledged() {
    controller_killed(Door::Endpoint);
}

#[test]
fn a_controller_killed_fifty_times_behind_a_broker_loses_nothing_that_it_acknowledged() {
    controller_killed(Door::Mosquitto);
}

fn controller_killed(door: Door) {
    let mut controller = Controller::start_behind(door);
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let devices: Vec<Device> = (0..DEVICES)
        .map(|n| {
            runtime
                .block_on(Device::enrol(&controller, &format!("BDX-{n:03}")))
                .unwrap()
        })
        .map(|device| Device {
            install: InstallId::from_bits(device.id.to_bits()),
            ..device
        })
        .collect();
    let ledgers: Vec<_> = devices
        .iter()
        .map(|_| Arc::new(Mutex::new(Ledger::default())))
        .collect();
    for (device, ledger) in devices.iter().zip(&ledgers) {
        runtime.spawn(load(device.clone(), Arc::clone(ledger)));
    }
    let mut moments = Dice::new(2010);
    for round in 0..KILLS {
        let before: usize = receipts(&ledgers);
        eventually("acknowledged work before the blow", PATIENCE, || {
            (receipts(&ledgers) > before + DEVICES).then_some(())
        });
        work_for(moments.moment(1, 150));
        controller.kill();
        controller.spawn();
        if round % 10 == 9 {
            tell(&format!(
                "{} blows, {} receipts",
                round + 1,
                receipts(&ledgers)
            ));
        }
    }
    // A broker may still bring receipts of the life before.
    controller.await_ready();
    let before = receipts(&ledgers);
    eventually("work after the last blow", PATIENCE, || {
        (receipts(&ledgers) > before).then_some(())
    });
    runtime.shutdown_background();

    let mut acknowledged = 0;
    let mut kept = 0;
    for (device, ledger) in devices.iter().zip(&ledgers) {
        let stored = stored(&controller, device.id).unwrap();
        let ledger = ledger.lock().unwrap();
        let missing: Vec<_> = ledger.receipted.difference(&stored).collect();
        assert!(missing.is_empty(), "{}: lost {missing:?}", device.id);
        acknowledged += ledger.receipted.len();
        kept += stored.len();
    }
    tell(&format!(
        "controller ({door:?}): {KILLS} kill -9 under load, {acknowledged} reports acknowledged, {kept} stored, 0 lost, 0 twice"
    ));
    controller.process().stop(PATIENCE);
}

fn receipts(ledgers: &[Arc<Mutex<Ledger>>]) -> usize {
    ledgers
        .iter()
        .map(|l| l.lock().expect("no panic").receipted.len())
        .sum()
}

#[test]
fn an_agent_killed_fifty_times_loses_nothing_that_it_observed() {
    agent_killed(Door::Endpoint);
}

#[test]
fn an_agent_killed_fifty_times_loses_nothing_through_a_broker_as_well() {
    agent_killed(Door::Mosquitto);
}

/// What an agent says it sent last, oldest first or not.
fn sent(agent: &Agent) -> Vec<serde_json::Value> {
    let shown: serde_json::Value =
        serde_json::from_slice(&agent.verb(&["show", "--json"]).stdout).unwrap();
    shown["sent"].as_array().unwrap().clone()
}

fn agent_killed(door: Door) {
    let mut controller = Controller::start_behind(door);
    let mut agent = Agent::enrolled(&controller.code("BDX-001"));
    let mut moments = Dice::new(1805);
    let reports = || {
        let device = controller.device("BDX-001");
        device.and_then(|d| d["reports"].as_u64()).unwrap_or(0)
    };
    let mut first = None;
    for _ in 0..KILLS {
        let before = reports();
        agent.run("100ms");
        eventually("a report before the blow", PATIENCE, || {
            (reports() > before).then_some(())
        });
        // Told once its receipt has come; the blow may be faster.
        let told = || Some(sent(&agent).first()?["payload"]["install"].clone());
        first = first.or_else(told);
        work_for(moments.moment(1, 400));
        agent.kill();
    }
    // A last life with one report, until all is settled.
    let before = reports();
    agent.run("1h");
    eventually("the last life's report", PATIENCE, || {
        (reports() > before && agent.status()["waiting"] == 0).then_some(())
    });
    let sent = sent(&agent);
    let last = sent.iter().max_by_key(|m| m["payload"]["seq"].as_u64());
    let last = &last.unwrap()["payload"];
    let seq = last["seq"].as_u64().unwrap();
    let device = controller.device("BDX-001").unwrap();
    let status = agent.status();
    assert_eq!(device["lost"], 0, "{device}");
    assert_eq!(
        (&status["dropped"], &status["damaged"]),
        (&0.into(), &0.into()),
        "{status}"
    );
    // One install, one boot, numbers from 1: so many messages, each there once.
    if Some(&last["install"]) == first.as_ref() {
        assert_eq!(device["messages"], seq, "{device}");
    } else {
        // A blow on a busy disk may stop a write in its middle. Then nobody knows which numbers were
        // given, and a new install begins: what it said is in addition to all that was said before.
        assert!(device["messages"].as_u64() > Some(seq), "{device}");
    }
    tell(&format!(
        "agent ({door:?}): {KILLS} kill -9, {seq} messages observed, {} reports stored, 0 lost, 0 twice",
        device["reports"]
    ));
    agent.stop();
    controller.stop();
}
