//! What a PC was doing, as the controller tells it: guessed while it happens, right
//! once the journal is there, and never blamed on a home when the controller was away.

use std::thread;
use std::time::{Duration, Instant};

use declic_common::UpKind;
use declic_tests::wait::seconds;
use declic_tests::{Agent, Controller, Device, Machine, Proxy, eventually};
use jiff::{SignedDuration, Timestamp};
use rumqttc::QoS;
use serde_json::{Value, json};

use crate::damaged_store::copy;

/// One stretch of a timeline.
#[derive(Clone, Debug)]
struct Part {
    from: Timestamp,
    to: Timestamp,
    activity: String,
}

impl Part {
    fn lasts(&self) -> SignedDuration {
        self.to.duration_since(self.from)
    }

    /// How much of it lies between two moments.
    fn between(&self, from: Timestamp, to: Timestamp) -> f64 {
        let (from, to) = (self.from.max(from), self.to.min(to));
        to.duration_since(from).as_secs_f64().max(0.0)
    }
}

fn timeline(controller: &Controller) -> Vec<Part> {
    let parts = controller.json(&["device", "timeline", "BDX-001"]);
    let parts: Vec<Part> = parts
        .as_array()
        .unwrap()
        .iter()
        .map(|part| Part {
            from: part["from"].as_str().unwrap().parse().unwrap(),
            to: part["to"].as_str().unwrap().parse().unwrap(),
            activity: part["activity"].as_str().unwrap().to_owned(),
        })
        .collect();
    for pair in parts.windows(2) {
        assert_eq!(pair[0].to, pair[1].from, "a gap or an overlap: {parts:?}");
    }
    parts
}

fn activities(parts: &[Part]) -> Vec<&str> {
    parts.iter().map(|part| part.activity.as_str()).collect()
}

fn reports(controller: &Controller) -> u64 {
    let device = controller.device("BDX-001");
    device.and_then(|d| d["reports"].as_u64()).unwrap_or(0)
}

fn await_reports(controller: &Controller, more: u64) {
    let before = reports(controller);
    eventually("reports", seconds(60), || {
        (reports(controller) >= before + more).then_some(())
    });
}

/// Time that has to pass for the story, not for anything to become ready.
fn let_pass(time: Duration) {
    let until = Instant::now() + time;
    while let Some(left) = until.checked_duration_since(Instant::now()) {
        thread::park_timeout(left);
    }
}

#[test]
fn a_pulled_plug_a_cut_line_and_a_clean_end_are_told_as_they_were() {
    let mut controller = Controller::prepare();
    let line = Proxy::to(controller.mqtt_port);
    controller.public_mqtt_port = line.port;
    controller.run();
    let mut agent = Agent::enrolled(&controller.code("BDX-001"));
    agent.machine = Some(Machine::start());
    agent.run("300ms");
    await_reports(&controller, 3);

    // Somebody pulls the plug; three seconds later the machine starts again.
    agent.kill();
    let pulled_at = Timestamp::now();
    let_pass(seconds(3));
    agent.machine.as_mut().unwrap().boot();
    let started_at = Timestamp::now();
    agent.run("300ms");
    await_reports(&controller, 3);
    let parts = eventually("the power cut", seconds(30), || {
        let parts = timeline(&controller);
        activities(&parts).contains(&"power_cut").then_some(parts)
    });
    let cut = parts.iter().find(|part| part.activity == "power_cut");
    let cut = cut.unwrap();
    assert!(cut.between(pulled_at, started_at) > 2.5, "{parts:?}");
    assert!(cut.lasts().as_secs_f64() < 5.0, "{parts:?}");

    // Nobody answers at the end of the line; afterwards the journal tells.
    line.unplug();
    let cut_at = Timestamp::now();
    eventually("a backlog", seconds(60), || {
        (agent.status()["waiting"].as_u64() >= Some(15)).then_some(())
    });
    // It takes a keep-alive and a half to notice, and nobody is called.
    let fallen = eventually("a PC that cannot be reached", seconds(200), || {
        let device = controller.device("BDX-001")?;
        (device["presence"] == "unreachable").then_some(device)
    });
    assert_eq!(fallen["reason"]["kind"], "cut_off", "{fallen}");
    line.mend();
    let mended_at = Timestamp::now();
    // The end of the cut is known with the next word of the agent, a moment later.
    eventually("the whole cut, told by the journal", seconds(60), || {
        let parts = timeline(&controller);
        let sum = |is: fn(&str) -> bool| -> f64 {
            let parts = parts.iter().filter(|part| is(&part.activity));
            parts.map(|part| part.between(cut_at, mended_at)).sum()
        };
        let cut = mended_at.duration_since(cut_at).as_secs_f64();
        let failing = sum(|activity| activity.ends_with("_down"));
        let known = sum(|activity| activity != "unknown");
        (failing > 0.6 * cut && (known - cut).abs() < 0.01).then_some(())
    });

    // A clean end of the agent alone.
    agent.settled();
    agent.stop();
    let parts = eventually("the goodbye", seconds(20), || {
        let parts = timeline(&controller);
        (activities(&parts).last() == Some(&"stopped")).then_some(parts)
    });
    let day = controller.json(&["device", "timeline", "BDX-001", "--days"]);
    let days = day.as_array().unwrap();
    assert!((1..=2).contains(&days.len()), "{day}");
    assert_eq!(days.last().unwrap()["activity"], "on", "{parts:?}");
    controller.stop();
}

#[test]
fn a_controller_that_was_killed_finds_its_absence_and_blames_no_home() {
    let mut controller = Controller::start();
    let mut agent = Agent::enrolled(&controller.code("BDX-001"));
    agent.run("300ms");
    await_reports(&controller, 3);
    controller.kill();
    let killed_at = Timestamp::now();
    eventually("a backlog", seconds(60), || {
        (agent.status()["waiting"].as_u64() >= Some(15)).then_some(())
    });
    controller.run();
    let back_at = Timestamp::now();
    await_reports(&controller, 15);
    agent.settled();
    let parts = timeline(&controller);
    let away = back_at.duration_since(killed_at).as_secs_f64();
    let failing = parts.iter().filter(|part| part.activity.ends_with("_down"));
    let failing: f64 = failing.map(|part| part.between(killed_at, back_at)).sum();
    assert!(
        failing > 0.6 * away,
        "out of reach all the while: {parts:?}"
    );
    for part in &parts {
        let during = part.between(killed_at, back_at);
        let fault = matches!(
            part.activity.as_str(),
            "dns_down" | "internet_down" | "power_cut" | "off"
        );
        assert!(!fault || during == 0.0, "blamed on the home: {parts:?}");
    }
    let unknown = parts.iter().filter(|part| part.activity == "unknown");
    let unknown: f64 = unknown.map(|part| part.between(killed_at, back_at)).sum();
    assert!(unknown < 0.01, "the journal told all of it: {parts:?}");
    agent.stop();
    controller.stop();
}

#[test]
fn a_home_without_consent_keeps_no_moment_of_three_weeks_ago() {
    let mut controller = Controller::prepare();
    controller.faketime = Some("-21d".to_owned());
    controller.run();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let device = runtime
        .block_on(Device::enrol(&controller, "BDX-001"))
        .unwrap();
    let deploy = ["device", "deploy", "BDX-001", "--household", "AUB-017"];
    assert!(controller.declic(&deploy).status.success());
    controller.stop();
    let empty = rows(&controller);
    controller.run();
    runtime.block_on(async {
        let mut session = device.connect().await.unwrap();
        for seq in 1..=40 {
            session.report(1, seq, 1).await.unwrap();
        }
    });
    controller.stop();
    assert!(rows(&controller) >= empty + 40);

    controller.faketime = None;
    controller.run();
    // A journal and a report of then arrive today: they are receipted, and not kept.
    let age_ms = 20 * 24 * 3_600_000_u64;
    let late = |seq: u64, body: Value| {
        let text = json!({
            "first_seq": 41, "age_ms": age_ms, "install": device.install.to_string(), "boot": 1,
            "seq": seq, "observed_at": 0, "uptime_ms": 86_400_000 + seq, "body": body,
        });
        text.to_string()
    };
    let events = json!({"events": [{"kind": "agent_start", "boot": 1, "uptime_ms": 86_400_000}]});
    runtime.block_on(async {
        let mut session = device.connect().await.unwrap();
        for (seq, kind, body) in [
            (41, UpKind::Journal, events),
            (
                42,
                UpKind::Report,
                json!({"memory": {"available_bytes": 42}}),
            ),
        ] {
            let topic = device.topic(kind);
            let publish = session
                .client
                .publish(topic, QoS::AtLeastOnce, false, late(seq, body));
            publish.await.unwrap();
            session.receipt(1, seq).await.unwrap();
        }
    });
    let from = Timestamp::now()
        .checked_sub(SignedDuration::from_hours(24 * 22))
        .unwrap()
        .to_string();
    for ask in [
        vec!["device", "timeline", "BDX-001", "--from", &from],
        vec![
            "device",
            "history",
            "BDX-001",
            "memory_total_bytes",
            "--from",
            &from,
        ],
    ] {
        let beyond = controller.declic(&ask);
        assert_eq!(beyond.status.code(), Some(6), "{beyond:?}");
    }
    // Today's session is seen, and nothing of what it told of then.
    let seen = timeline(&controller);
    assert_eq!(seen[0].activity, "unknown", "{seen:?}");
    assert!(
        seen[0].lasts() > SignedDuration::from_hours(24 * 13),
        "{seen:?}"
    );
    controller.stop();

    // Days, a proof of the folding, and the life of the controller came; moments went.
    let left = rows(&controller);
    assert!(left < empty + 30, "{left} rows, {empty} before the reports");
    let backup = tempfile::tempdir().unwrap();
    copy(controller.dir(), backup.path());
    assert_eq!(rows(&Controller::prepare_in(backup.path())), left);
}

/// Rows of the store of a stopped controller.
fn rows(controller: &Controller) -> u64 {
    let check = controller.json(&["store", "check"]);
    assert_eq!(check["whole"], true, "{check}");
    check["rows"].as_u64().unwrap()
}
