//! A real agent of this machine in a folder of its own.

use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;
use tempfile::TempDir;

use crate::machine::Machine;
use crate::place::Place;
use crate::process::{Process, faked, printed, program};
use crate::wait::{PATIENCE, eventually};

#[derive(Debug)]
pub struct Agent {
    process: Option<Process>,
    place: Place,
    /// What the device clock says, in the words of libfaketime; its clocks since
    /// boot stay true, as on a PC with a dead battery.
    pub faketime: Option<String>,
    /// The network namespace that it lives in, if not ours.
    pub inside: Option<String>,
    /// The machine that it runs on, if not ours.
    pub machine: Option<Machine>,
    /// Its words are kept apart from its state, whose disk may be full.
    log: TempDir,
}

impl Default for Agent {
    fn default() -> Self {
        Agent {
            process: None,
            place: Place::own(),
            faketime: None,
            inside: None,
            machine: None,
            log: tempfile::tempdir().expect("a temporary folder"),
        }
    }
}

impl Agent {
    /// Enrolled with this code, not running yet.
    #[track_caller]
    pub fn enrolled(code: &str) -> Self {
        let agent = Agent::default();
        agent.enrol(code);
        agent
    }

    /// An agent in a folder that the test looks after.
    pub fn in_place(dir: &Path) -> Self {
        Agent {
            place: Place::Given(dir.to_owned()),
            ..Agent::default()
        }
    }

    /// An agent whose PC believes in another date.
    pub fn at_time(clock: &str) -> Self {
        Agent {
            faketime: Some(clock.to_owned()),
            ..Agent::default()
        }
    }

    #[track_caller]
    pub fn enrol(&self, code: &str) {
        printed(&self.verb(&["enrol", code]));
    }

    /// The files that say who this agent is, as text.
    pub fn certificate(&self) -> String {
        let mut files: Vec<_> = std::fs::read_dir(self.dir())
            .expect("a state directory")
            .map(|entry| entry.expect("readable").path())
            .filter(|path| {
                path.is_file() && path.extension().is_some_and(|e| e == "json" || e == "pem")
            })
            .filter(|path| path.file_name().is_some_and(|n| n != "state.json"))
            .collect();
        files.sort();
        files
            .iter()
            .filter_map(|path| std::fs::read_to_string(path).ok())
            .collect()
    }

    /// What the process has said.
    pub fn words(&mut self) -> String {
        self.process().words()
    }

    /// Runs a verb of `declic-agent` in this agent's folder.
    pub fn verb(&self, args: &[&str]) -> Output {
        self.command()
            .args(args)
            .arg("--state-dir")
            .arg(self.dir())
            .output()
            .expect("declic-agent runs")
    }

    fn command(&self) -> Command {
        let mut command = match (&self.machine, &self.inside) {
            (Some(machine), _) => machine.agent(),
            (None, None) => Command::new(program("declic-agent")),
            (None, Some(namespace)) => {
                let mut command = Command::new("ip");
                command.args(["netns", "exec", namespace]);
                command.arg(program("declic-agent"));
                command
            }
        };
        command.env("LANG", "en_GB.UTF-8");
        if let Some(clock) = &self.faketime {
            faked(&mut command, clock);
        }
        command
    }

    /// Starts the agent with this interval.
    pub fn run(&mut self, interval: &str) {
        let mut command = self.command();
        command
            .args(["run", "--interval", interval, "--state-dir"])
            .arg(self.dir());
        let log = self.log.path().join("agent.log");
        self.process = Some(Process::start(&mut command, &log).expect("declic-agent starts"));
    }

    pub fn dir(&self) -> &Path {
        self.place.path()
    }

    pub fn process(&mut self) -> &mut Process {
        self.process.as_mut().expect("the agent runs")
    }

    pub fn kill(&mut self) {
        self.process().kill();
    }

    /// Ends it in good order.
    pub fn stop(&mut self) {
        let status = self.process().stop(PATIENCE);
        assert!(status.success(), "{status}: {}", self.process().words());
    }

    /// `declic-agent status --json`, once it answers.
    pub fn status(&self) -> Value {
        eventually("the agent's answer", PATIENCE, || {
            let output = self.verb(&["status", "--json"]);
            output
                .status
                .success()
                .then(|| serde_json::from_slice(&output.stdout).expect("JSON"))
        })
    }

    /// Waits until nothing waits for a receipt any more.
    pub fn settled(&self) {
        eventually("an empty spool", PATIENCE, || {
            (self.status()["waiting"] == 0).then_some(())
        });
    }
}
