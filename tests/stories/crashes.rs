//! kill -9, fifty times on each side: nothing acknowledged is lost, nothing is
//! there twice.

use std::collections::BTreeSet;
use std::io::Write;
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use declic_common::envelope::Number;
use declic_common::{InstallId, UpKind};
use declic_tests::device::{received, stored};
use declic_tests::wait::PATIENCE;
use declic_tests::{Agent, Controller, Device, Door, eventually};
use rumqttc::{Event, QoS};

const KILLS: usize = 50;
const DEVICES: usize = 8;

/// Not a test's choice but its seed's: where in its work a process dies.
struct Moments(u64);

impl Moments {
    fn next(&mut self, from_ms: u64, to_ms: u64) -> Duration {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        Duration::from_millis(from_ms + (self.0 >> 33) % (to_ms - from_ms))
    }
}

/// Lets the work go on for exactly this long before the next blow.
fn work_for(moment: Duration) {
    let until = Instant::now() + moment;
    while let Some(left) = until.checked_duration_since(Instant::now()) {
        thread::park_timeout(left);
    }
}

fn tell(text: &str) {
    let _ = writeln!(std::io::stderr(), "{text}");
}

/// What one device knows of its own reports.
#[derive(Default)]
struct Ledger {
    /// Highest number given.
    sent: u64,
    /// Covered by a receipt.
    receipted: BTreeSet<u64>,
    /// Everything up to here is.
    through: u64,
}

impl Ledger {
    fn give(&mut self) -> u64 {
        self.sent += 1;
        self.sent
    }

    /// Numbers that no receipt has covered, lowest first.
    fn missing(&mut self) -> impl DoubleEndedIterator<Item = u64> {
        while self.receipted.contains(&(self.through + 1)) {
            self.through += 1;
        }
        let receipted = &self.receipted;
        (self.through + 1..=self.sent).filter(move |seq| !receipted.contains(seq))
    }
}

/// Sends reports for ever, 16 at a time, reconnecting after each blow; notes what
/// the controller said is stored.
async fn load(device: Device, ledger: Arc<Mutex<Ledger>>) {
    loop {
        let _ = session(&device, &ledger).await;
        tokio::time::sleep(Duration::from_millis(30)).await;
    }
}

async fn session(device: &Device, ledger: &Mutex<Ledger>) -> anyhow::Result<()> {
    let mut session = device.connect().await?;
    // What was not receipted is sent again first, as an agent does.
    let mut queue: Vec<u64> = ledger.lock().expect("no panic").missing().rev().collect();
    let mut flying = BTreeSet::new();
    loop {
        while flying.len() < 16 {
            let (seq, first) = {
                let mut ledger = ledger.lock().expect("no panic");
                let seq = queue.pop().unwrap_or_else(|| ledger.give());
                let first = ledger.missing().next().unwrap_or(seq).min(seq);
                (seq, first)
            };
            let payload = device.report(1, seq, first);
            let topic = device.topic(UpKind::Report);
            session
                .client
                .try_publish(topic, QoS::AtLeastOnce, false, payload)?;
            flying.insert(seq);
        }
        // A receipt may be lost with the controller: then everything is sent again.
        let event = tokio::time::timeout(Duration::from_secs(3), session.events.poll()).await??;
        if let Event::Incoming(packet) = event
            && let Some(receipt) = received(&packet)
        {
            let mut ledger = ledger.lock().expect("no panic");
            let covers = |seq: &u64| {
                receipt.covers(Number {
                    install: device.install,
                    boot: 1,
                    seq: *seq,
                })
            };
            flying.retain(|seq| !covers(seq));
            let new: Vec<u64> = ledger.missing().filter(covers).collect();
            ledger.receipted.extend(new);
        }
    }
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
    let mut moments = Moments(2010);
    for round in 0..KILLS {
        let before: usize = receipts(&ledgers);
        eventually("acknowledged work before the blow", PATIENCE, || {
            (receipts(&ledgers) > before + DEVICES).then_some(())
        });
        work_for(moments.next(1, 150));
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

fn agent_killed(door: Door) {
    let mut controller = Controller::start_behind(door);
    let mut agent = Agent::enrolled(&controller.code("BDX-001"));
    let mut moments = Moments(1805);
    let reports = || {
        let device = controller.device("BDX-001");
        device.and_then(|d| d["reports"].as_u64()).unwrap_or(0)
    };
    for _ in 0..KILLS {
        let before = reports();
        agent.run("100ms");
        eventually("a report before the blow", PATIENCE, || {
            (reports() > before).then_some(())
        });
        work_for(moments.next(1, 400));
        agent.kill();
    }
    // A last life with one report, until all is settled.
    let before = reports();
    agent.run("1h");
    eventually("the last life's report", PATIENCE, || {
        (reports() > before && agent.status()["waiting"] == 0).then_some(())
    });
    let shown: serde_json::Value =
        serde_json::from_slice(&agent.verb(&["show", "--json"]).stdout).unwrap();
    let last = shown["sent"]
        .as_array()
        .unwrap()
        .iter()
        .max_by_key(|m| m["payload"]["seq"].as_u64());
    let seq = last.unwrap()["payload"]["seq"].as_u64().unwrap();
    let device = controller.device("BDX-001").unwrap();
    let status = agent.status();
    assert_eq!(device["lost"], 0, "{device}");
    assert_eq!(
        (&status["dropped"], &status["damaged"]),
        (&0.into(), &0.into()),
        "{status}"
    );
    // One install, one boot, numbers from 1: so many messages, each there once.
    assert_eq!(device["messages"], seq, "{device}");
    tell(&format!(
        "agent ({door:?}): {KILLS} kill -9, {seq} messages observed, {} reports stored, 0 lost, 0 twice",
        device["reports"]
    ));
    agent.stop();
    controller.stop();
}
