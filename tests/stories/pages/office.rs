//! A controller with a few PCs, and people who have accounts.

use std::io::Write;
use std::process::{Command, Output, Stdio};

use declic_tests::process::{printed, program};
use declic_tests::{Account, Agent, Browser, Controller};

pub(super) const PASSWORD: &str = "cheval pile agrafe";

pub(super) struct Office {
    pub(super) controller: Controller,
    pub(super) account: Account,
    _agents: Vec<Agent>,
}

impl Office {
    /// Two PCs of Les Aubiers, a technician called amina, and a workshop leader called leila.
    pub(super) fn open() -> Self {
        let controller = Controller::start();
        let mut agents = Vec::new();
        for asset in ["BDX-001", "BDX-002"] {
            let args = ["enrol", "new", "--asset", asset, "--site", "aubiers"];
            let code = printed(&controller.declic(&args));
            agents.push(Agent::enrolled(code.trim()));
        }
        let people = [
            ("amina", "technician"),
            ("leila", "animator"),
            ("coord", "coordinator"),
            ("chief", "admin"),
        ];
        for (name, role) in people {
            let args = ["account", "new", name, "--role", role, "--password-stdin"];
            printed(&with_input(&controller, &args, PASSWORD));
        }
        Office {
            controller,
            account: Account::ordinary(),
            _agents: agents,
        }
    }

    pub(super) fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.controller.http_port)
    }

    pub(super) fn browser(&self) -> Browser {
        Browser::open(&self.account)
    }

    /// Somebody calls: a ticket, by the command line.
    pub(super) fn ticket(&self, asset: &str, text: &str) -> String {
        let told = printed(&self.controller.declic(&["ticket", "open", asset, text]));
        let id = told.split_whitespace().find(|word| word.starts_with("T-"));
        id.unwrap_or_else(|| panic!("{told}"))
            .trim_end_matches([':', ',', '.'])
            .to_owned()
    }

    pub(super) fn sign_in(&self, browser: &Browser, name: &str) {
        browser.go(&self.url("/"));
        browser.write("#name", name);
        browser.write("#password", PASSWORD);
        browser.click("main form button");
    }
}

fn with_input(controller: &Controller, args: &[&str], input: &str) -> Output {
    let mut child = Command::new(program("declic"))
        .args(args)
        .arg("--data-dir")
        .arg(controller.dir())
        .env("LANG", "en_GB.UTF-8")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    writeln!(child.stdin.take().unwrap(), "{input}").unwrap();
    child.wait_with_output().unwrap()
}
