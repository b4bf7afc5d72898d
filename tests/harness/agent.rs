//! A real agent of this machine in a folder of its own.

use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;
use tempfile::TempDir;

use crate::process::{Process, printed, program};
use crate::wait::{eventually, seconds};

#[derive(Debug)]
pub struct Agent {
    process: Option<Process>,
    dir: TempDir,
}

impl Default for Agent {
    fn default() -> Self {
        Agent {
            process: None,
            dir: tempfile::tempdir().expect("a temporary folder"),
        }
    }
}

impl Agent {
    /// Enrolled with this code, not running yet.
    #[track_caller]
    pub fn enrolled(code: &str) -> Self {
        let agent = Agent::default();
        printed(&agent.verb(&["enrol", code]));
        agent
    }

    /// Runs a verb of `declic-agent` in this agent's folder.
    pub fn verb(&self, args: &[&str]) -> Output {
        Command::new(program("declic-agent"))
            .args(args)
            .arg("--state-dir")
            .arg(self.dir())
            .env("LANG", "en_GB.UTF-8")
            .output()
            .expect("declic-agent runs")
    }

    /// Starts the agent with this interval.
    pub fn run(&mut self, interval: &str) {
        let mut command = Command::new(program("declic-agent"));
        command
            .args(["run", "--interval", interval, "--state-dir"])
            .arg(self.dir())
            .env("LANG", "en_GB.UTF-8");
        let log = self.dir().join("agent.log");
        self.process = Some(Process::start(&mut command, &log).expect("declic-agent starts"));
    }

    pub fn dir(&self) -> &Path {
        self.dir.path()
    }

    pub fn process(&mut self) -> &mut Process {
        self.process.as_mut().expect("the agent runs")
    }

    pub fn kill(&mut self) {
        self.process().kill();
    }

    /// Ends it in good order.
    pub fn stop(&mut self) {
        let status = self.process().stop(seconds(30));
        assert!(status.success(), "{status}: {}", self.process().words());
    }

    /// `declic-agent status --json`, once it answers.
    pub fn status(&self) -> Value {
        eventually("the agent's answer", seconds(20), || {
            let output = self.verb(&["status", "--json"]);
            output
                .status
                .success()
                .then(|| serde_json::from_slice(&output.stdout).expect("JSON"))
        })
    }

    /// Waits until nothing waits for a receipt any more.
    pub fn settled(&self) {
        eventually("an empty spool", seconds(90), || {
            (self.status()["waiting"] == 0).then_some(())
        });
    }
}
