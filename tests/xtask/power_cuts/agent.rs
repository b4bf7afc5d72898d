//! The power of a home PC, cut while its agent observes: what it kept is still there, under the
//! same numbers, and reaches the controller once.

use std::collections::BTreeMap;

use anyhow::{Context, bail, ensure};
use declic_tests::load::work_for;
use declic_tests::process::printed;
use declic_tests::wait::PATIENCE;
use declic_tests::{Agent, Controller, Dice, Machine, Proxy, eventually};
use serde_json::Value;

use super::Counts;
use super::disk::Disk;

const ASSET: &str = "BDX-001";
/// Messages that `declic-agent show` shows of a longer queue.
const SHOWN: u64 = 20;

/// Messages that wait, by install, boot and number.
type Waiting = BTreeMap<(String, u64, u64), Value>;

/// Cuts the power so many times; fails at the first thing that is missing.
pub(crate) fn cut(cuts: u32, dice: &mut Dice) -> anyhow::Result<Counts> {
    let mut counts = Counts::default();
    let mut controller = Controller::prepare();
    let proxy = Proxy::to(controller.mqtt_port);
    controller.public_mqtt_port = proxy.port;
    controller.run();
    let mut disk = Disk::format()?;
    let mut agent = Agent::in_place(disk.path());
    agent.machine = Some(Machine::start());
    agent.enrol(&controller.code(ASSET));
    // It was told that it is enrolled: that outlives a cut at once.
    counts.add(disk.cut(dice, || ())?);
    let (mut calls, mut seen) = (Vec::new(), 0);
    for n in 1..cuts {
        // Without a network, so that all it observes has to wait; half of the time it is cut
        // while receipts arrive, too.
        let apart = dice.below(2) == 0;
        if apart {
            proxy.unplug();
        }
        agent.run("500ms");
        let status = agent.status();
        ensure!(status["damaged"] == 0 && status["dropped"] == 0, "{status}");
        work_for(dice.moment(0, 900));
        let call = format!("appel {n}");
        let asked = agent.verb(&["help", &call]);
        if asked.status.success() {
            calls.push(call);
        }
        work_for(dice.moment(0, 300));
        let noted = waiting(&agent)?.unwrap_or_default();
        seen += noted.len() as u64;
        counts.add(disk.cut(dice, || agent.kill())?);
        if let Some(machine) = &mut agent.machine {
            machine.boot();
        }
        if apart {
            agent.run("1h");
            // What is not shown is still counted at the end: the controller misses nothing.
            if let Some(after) = waiting(&agent)? {
                all_there(&noted, &after)?;
            }
            proxy.mend();
        } else {
            agent.run("1h");
        }
        agent.settled();
        agent.kill();
        counts.say(&format!("agent, cut {} of {cuts}", n + 1));
    }
    agent.run("1h");
    agent.settled();
    arrived(&controller, &calls)?;
    agent.stop();
    controller.stop();
    counts.acknowledged = seen + calls.len() as u64;
    counts.words = format!(
        "{seen} messages that waited and {} calls for help",
        calls.len()
    );
    Ok(counts)
}

/// Each message is there under its number, word for word.
fn all_there(noted: &Waiting, after: &Waiting) -> anyhow::Result<()> {
    for (number, message) in noted {
        match after.get(number) {
            Some(same) if same == message => {}
            Some(other) => bail!("{number:?} is another message: {message} is now {other}"),
            None => bail!("message {number:?} is lost: {message}"),
        }
    }
    Ok(())
}

/// What waits, as the household reads it; what changes with time is left out.
/// `None`: on a slow machine so much waits that a part of it is not shown.
fn waiting(agent: &Agent) -> anyhow::Result<Option<Waiting>> {
    let shown = eventually("the agent's answer", PATIENCE, || {
        let output = agent.verb(&["show", "--json"]);
        output.status.success().then_some(output)
    });
    let shown: Value = serde_json::from_slice(&shown.stdout)?;
    let total = shown["waiting_total"].as_u64().context("a total")?;
    if total > SHOWN {
        return Ok(None);
    }
    let mut waiting = Waiting::new();
    for message in shown["waiting"].as_array().context("a list")? {
        let mut payload = message["payload"].clone();
        let number = (
            payload["install"]
                .as_str()
                .context("an install")?
                .to_owned(),
            payload["boot"].as_u64().context("a boot")?,
            payload["seq"].as_u64().context("a number")?,
        );
        if let Some(fields) = payload.as_object_mut() {
            for changing in ["age_ms", "age_estimated", "first_seq"] {
                fields.remove(changing);
            }
        }
        waiting.insert(number, payload);
    }
    Ok(Some(waiting))
}

/// Nothing was lost on the way, and every call for help is there once.
fn arrived(controller: &Controller, calls: &[String]) -> anyhow::Result<()> {
    let device = controller.device(ASSET).context("the device")?;
    ensure!(
        device["lost"] == 0,
        "the controller misses messages: {device}"
    );
    let found = eventually("the calls for help", PATIENCE, || {
        let list = controller.json(&["ticket", "list", "--all"]);
        let mut found = Vec::new();
        for ticket in list.as_array()? {
            let name = ticket["ticket"].as_str()?;
            let shown = printed(&controller.declic(&["ticket", "show", name, "--format", "json"]));
            let shown: Value = serde_json::from_str(&shown).ok()?;
            let events = shown["events"].as_array()?.iter();
            let called = events.filter(|event| event["change"] == "called");
            found.extend(called.filter_map(|event| Some(event["text"].as_str()?.to_owned())));
        }
        (found.len() >= calls.len()).then_some(found)
    });
    for call in calls {
        let times = found.iter().filter(|text| *text == call).count();
        ensure!(times == 1, "« {call} » arrived {times} times");
    }
    Ok(())
}
