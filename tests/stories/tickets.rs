//! Tickets: one for each matter, whatever is killed in between, and none that a home
//! is not to blame for.

use std::io::Write;
use std::process::{Command, Stdio};

use declic_tests::process::{printed, program};
use declic_tests::wait::seconds;
use declic_tests::{Agent, Controller, SmallDisk, eventually};
use serde_json::Value;

/// Rules of a story, in a file beside it.
fn rules(controller: &mut Controller, text: &str) {
    let path = controller.dir().join("rules.toml");
    std::fs::write(&path, text).unwrap();
    let path = path.to_str().unwrap().to_owned();
    controller.more = vec!["--rules".to_owned(), path];
}

fn tickets(controller: &Controller) -> Vec<Value> {
    let list = controller.json(&["ticket", "list", "--all"]);
    list.as_array().unwrap().clone()
}

/// Waits until the controller has heard of this PC.
fn heard(controller: &Controller, asset: &str) {
    eventually("its first report", seconds(60), || {
        let device = controller.device(asset)?;
        (device["reports"].as_u64()? > 0).then_some(())
    });
}

/// Kills the controller and starts it again: its first round of rules comes at once.
fn struck(controller: &mut Controller) {
    controller.kill();
    controller.run();
}

#[test]
fn a_call_for_help_is_one_ticket_whatever_is_killed_in_between() {
    let mut controller = Controller::start();
    let mut agent = Agent::enrolled(&controller.code("BDX-001"));
    agent.run("1s");
    heard(&controller, "BDX-001");
    printed(&agent.verb(&["help", "Plus de son"]));
    agent.settled();
    // The call is stored. Nobody knows what the blows interrupt.
    for _ in 0..3 {
        controller.kill();
        controller.spawn();
    }
    controller.await_ready();
    agent.stop();
    agent.run("1s");
    let calls = |controller: &Controller| {
        let ticket = printed(&controller.declic(&["ticket", "show", "T-1001", "--format", "json"]));
        let ticket: Value = serde_json::from_str(&ticket).unwrap();
        let events = ticket["events"].as_array().unwrap().iter();
        let calls = events.filter(|event| event["change"] == "called");
        calls
            .map(|call| call["text"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    eventually("its ticket", seconds(60), || {
        (!tickets(&controller).is_empty()).then_some(())
    });
    assert_eq!(calls(&controller), ["Plus de son"]);

    // When a second call has been taken, the first would have been taken twice.
    eventually("the agent, connected again", seconds(60), || {
        (agent.status()["connected"] == true).then_some(())
    });
    printed(&agent.verb(&["help", "Toujours pas"]));
    agent.settled();
    struck(&mut controller);
    eventually("the second call", seconds(60), || {
        (calls(&controller).len() > 1).then_some(())
    });
    assert_eq!(calls(&controller), ["Plus de son", "Toujours pas"]);
    let all = tickets(&controller);
    assert_eq!(all.len(), 1, "{all:?}");
    assert_eq!(all[0]["origin"], "household");
    agent.stop();
    controller.stop();
}

#[test]
fn of_two_technicians_at_once_one_is_told_of_the_other_and_nothing_is_lost() {
    let mut controller = Controller::start();
    let agent = Agent::enrolled(&controller.code("BDX-001"));
    printed(&controller.declic(&["ticket", "open", "BDX-001", "Le PC fait du bruit"]));
    let mut seen = 2;
    for round in 0..5 {
        let at_once = ["ana", "luc"].map(|who| {
            Command::new(program("declic"))
                .args(["ticket", "assign", "T-1001", who])
                .args(["--seen", &seen.to_string()])
                .arg("--data-dir")
                .arg(controller.dir())
                .env("LANG", "en_GB.UTF-8")
                .stderr(Stdio::piped())
                .spawn()
                .unwrap()
        });
        let ended = at_once.map(|process| process.wait_with_output().unwrap());
        let mut codes = ended.each_ref().map(|output| output.status.code());
        codes.sort_unstable();
        assert_eq!(codes, [Some(0), Some(4)], "round {round}");
        let refused = ended.iter().find(|output| !output.status.success());
        let said = String::from_utf8_lossy(&refused.unwrap().stderr).into_owned();
        seen += 1;
        let now = controller.json(&["ticket", "show", "T-1001"]);
        let holder = now["assignee"].as_str().unwrap();
        assert!(
            said.contains(&format!("version {seen}")) && said.contains(holder),
            "{said}"
        );
        assert_eq!(now["version"], seen);
        assert_eq!(now["events"].as_array().unwrap().len(), seen as usize);
    }
    printed(&controller.declic(&["audit", "verify"]));
    drop(agent);
    controller.stop();
}

#[test]
fn a_disk_that_is_really_full_opens_a_ticket_that_closes_by_itself() {
    let disk = match SmallDisk::of_megabytes(2) {
        Ok(disk) => disk,
        Err(why) => {
            let _ = writeln!(std::io::stderr(), "no small disk here: {why}");
            return;
        }
    };
    let mut controller = Controller::prepare();
    // How full this machine is says nothing of the story.
    rules(
        &mut controller,
        "[disk_full]\nfull_permille = 0\nfull_bytes = 0\nclear_permille = 0\nclear_bytes = 0\n",
    );
    controller.run();
    let mut agent = Agent::in_place(disk.path());
    agent.enrol(&controller.code("BDX-001"));
    agent.run("500ms");
    // Another report than the last one that was looked at, and what it says.
    let report = |controller: &Controller, before: &Value| {
        eventually("a new report", seconds(60), || {
            let latest = controller.json(&["device", "show", "BDX-001"])["latest"].take();
            (latest["reported_at"] != before["reported_at"] && !latest.is_null()).then_some(latest)
        })
    };
    let full = |latest: &Value| latest["report"]["agent"]["disk_full"] == true;
    let of_disk = |controller: &Controller| {
        let all = tickets(controller);
        all.into_iter()
            .find(|ticket| ticket["cause"] == "disk_full")
    };
    // Three reports must agree, and each of them is counted in another life of the
    // controller: what was counted is not forgotten, and nothing counts twice.
    let until = |controller: &mut Controller, want: bool, state: &str| {
        let mut latest = Value::Null;
        for _ in 0..20 {
            latest = report(controller, &latest);
            if full(&latest) != want {
                continue;
            }
            struck(controller);
            if let Some(ticket) = of_disk(controller)
                && ticket["state"] == state
            {
                return ticket;
            }
        }
        panic!("no ticket is {state}: {latest}");
    };
    assert!(of_disk(&controller).is_none());
    disk.fill().unwrap();
    let opened = until(&mut controller, true, "new");
    let shown = controller.json(&["ticket", "show", opened["ticket"].as_str().unwrap()]);
    assert_eq!(shown["evidence"]["facts"][0]["name"], "agent_disk_full");
    let today = controller.json(&["today"]);
    assert_eq!(today[0]["asset"], "BDX-001", "{today}");
    disk.relieve().unwrap();
    let closed = until(&mut controller, false, "closed");
    assert_eq!(closed["ticket"], opened["ticket"]);
    assert_eq!(controller.json(&["today"]), Value::Array(vec![]));
    agent.stop();
    controller.stop();
}

#[test]
fn a_controller_that_was_away_for_weeks_blames_no_home() {
    // Whatever is silent is told at the first look, were it not for ourselves; an
    // agent that is outdated tells when a round has been.
    let eager = |settle: u32, outdated: bool| {
        format!(
            "[tickets]\nsettle_minutes = {settle}\n\
             [never_started]\nraise_reports = 1\nraise_hours = 0\n\
             [overdue]\nraise_reports = 1\nraise_hours = 0\n\
             [internet_down]\nraise_reports = 1\nraise_hours = 0\n\
             [agent_outdated]\nenabled = {outdated}\nraise_reports = 1\nraise_hours = 0\n\
             oldest_version = \"9.9.9\"\n"
        )
    };
    let mut controller = Controller::prepare();
    rules(&mut controller, &eager(120, true));
    controller.run();
    let silent = Agent::enrolled(&controller.code("BDX-002"));
    let mut agent = Agent::enrolled(&controller.code("BDX-001"));
    agent.run("1s");
    heard(&controller, "BDX-001");
    struck(&mut controller);
    let causes = |controller: &Controller| {
        let all = tickets(controller);
        all.iter()
            .map(|ticket| format!("{} {}", ticket["cause"], ticket["state"]).replace('"', ""))
            .collect::<Vec<_>>()
    };
    eventually("a round", seconds(60), || {
        (causes(&controller) == ["agent_outdated new"]).then_some(())
    });

    controller.stop();
    agent.stop();
    controller.faketime = Some("+40d".to_owned());
    rules(&mut controller, &eager(120, false));
    controller.run();
    eventually("a round forty days later", seconds(60), || {
        (causes(&controller) == ["agent_outdated closed"]).then_some(())
    });

    // The PC that never came is told as soon as we may judge.
    controller.stop();
    rules(&mut controller, &eager(0, false));
    controller.run();
    eventually("a round without patience", seconds(60), || {
        let found = causes(&controller);
        found
            .contains(&"never_started new".to_owned())
            .then_some(())
    });
    drop(silent);
    controller.stop();
}
