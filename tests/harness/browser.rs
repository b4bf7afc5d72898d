//! A real browser without a screen, driven over WebDriver (W3C) as a person drives it:
//! by what is on the page and by keys.
//!
//! A command is one HTTP request on the loopback; this is all of the protocol that the
//! stories need, and a fraction of what a client library would bring.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::account::Account;
use crate::process::{Process, free_port};
use crate::wait::{eventually, seconds};

const DRIVER: &str = "/usr/bin/chromedriver";
const BROWSER: &str = "/usr/bin/chromium";
/// What a WebDriver calls an element in JSON.
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";
/// Nothing leaves the machine, and nothing needs a screen or a sandbox of its own.
const FLAGS: [&str; 11] = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--window-size=900,1300",
    "--accept-lang=fr-FR",
];

/// The key that goes to the next thing on a page.
pub const TAB: &str = "\u{e004}";
pub const ENTER: &str = "\u{e007}";
/// The key that chooses the next of several answers.
pub const ARROW_DOWN: &str = "\u{e015}";

#[derive(Debug)]
pub struct Browser {
    port: u16,
    session: String,
    _driver: Process,
    _log: TempDir,
}

impl Browser {
    /// Opens a browser of this account, with a profile of its own.
    pub fn open(account: &Account) -> Self {
        let port = free_port();
        let log = tempfile::tempdir().expect("a temporary folder");
        let mut command = account.command(DRIVER);
        command.arg(format!("--port={port}"));
        let mut driver = Process::start(&mut command, &log.path().join("chromedriver.log"))
            .expect("chromedriver runs: `cargo xtask test` installs it");
        await_ready(&mut driver, port);
        let mut browser = Browser {
            port,
            session: String::new(),
            _driver: driver,
            _log: log,
        };
        let profile = format!(
            "--user-data-dir={}",
            account.home().join("profile").display()
        );
        let args: Vec<&str> = FLAGS.into_iter().chain([profile.as_str()]).collect();
        let options = json!({"binary": BROWSER, "args": args});
        let wanted = json!({
            "browserName": "chrome", "goog:chromeOptions": options,
            "goog:loggingPrefs": {"browser": "ALL"},
        });
        let made = browser.send(
            "POST",
            "/session",
            &json!({"capabilities": {"alwaysMatch": wanted}}),
        );
        browser.session = made["sessionId"].as_str().expect("a session").to_owned();
        browser
    }

    pub fn go(&self, url: &str) {
        self.ask("POST", "/url", &json!({ "url": url }));
    }

    pub fn url(&self) -> String {
        text(&self.ask("GET", "/url", &Value::Null))
    }

    /// What a person reads on the page.
    pub fn reads(&self) -> String {
        self.texts("body").concat()
    }

    /// The texts of all elements that fit, at one moment: a page that comes in the
    /// middle does not mix with the one before.
    pub fn texts(&self, css: &str) -> Vec<String> {
        let script =
            format!("return [...document.querySelectorAll({css:?})].map(e => e.innerText)");
        let found = self.run(&script);
        found.as_array().into_iter().flatten().map(text).collect()
    }

    /// Waits until a person reads these words: a form is answered in a moment.
    #[track_caller]
    pub fn sees(&self, words: &str) {
        eventually(&format!("the words « {words} »"), seconds(20), || {
            self.reads().contains(words).then_some(())
        });
    }

    /// Clicks the one element that fits.
    #[track_caller]
    pub fn click(&self, css: &str) {
        let element = self.one(css);
        self.ask("POST", &format!("/element/{element}/click"), &json!({}));
    }

    #[track_caller]
    pub fn write(&self, css: &str, words: &str) {
        let element = self.one(css);
        let keys = json!({ "text": words });
        self.ask("POST", &format!("/element/{element}/value"), &keys);
    }

    /// Types into whatever has the keyboard.
    pub fn press(&self, keys: &str) {
        let strokes: Vec<Value> = keys
            .chars()
            .flat_map(|key| ["keyDown", "keyUp"].map(|kind| json!({"type": kind, "value": key})))
            .collect();
        let keyboard = json!({"type": "key", "id": "keyboard", "actions": strokes});
        self.ask("POST", "/actions", &json!({ "actions": [keyboard] }));
    }

    /// Goes from one thing to the next by the keyboard until one fits.
    #[track_caller]
    pub fn tab_to(&self, css: &str) {
        let script = format!("return document.activeElement.matches({css:?})");
        for _ in 0..40 {
            self.press(TAB);
            if self.run(&script) == true {
                return;
            }
        }
        panic!("no way to {css} by the keyboard: {}", self.reads());
    }

    /// Runs a script in the page, as a person with the developer tools could.
    pub fn run(&self, script: &str) -> Value {
        let body = json!({"script": script, "args": []});
        self.ask("POST", "/execute/sync", &body)
    }

    /// Takes the window to this size, as a small screen or a large zoom has it.
    pub fn resize(&self, width: u32, height: u32) {
        let size = json!({
            "width": width, "height": height, "deviceScaleFactor": 1, "mobile": false,
        });
        self.devtools("Emulation.setDeviceMetricsOverride", &size);
    }

    /// Asks pages for their dark colours, or for their light ones.
    pub fn darken(&self, dark: bool) {
        let value = if dark { "dark" } else { "light" };
        let feature = json!({"name": "prefers-color-scheme", "value": value});
        self.devtools(
            "Emulation.setEmulatedMedia",
            &json!({ "features": [feature] }),
        );
    }

    /// From the next page on, pages have no JavaScript.
    pub fn forbid_scripts(&self) {
        self.devtools(
            "Emulation.setScriptExecutionDisabled",
            &json!({ "value": true }),
        );
    }

    /// The whole page as a picture (PNG, in base64), at most this high.
    pub fn picture(&self, most: u32) -> String {
        let size = self.run("return [innerWidth, document.documentElement.scrollHeight]");
        let height = size[1].as_u64().unwrap_or(0).min(most.into());
        let clip = json!({"x": 0, "y": 0, "width": size[0], "height": height, "scale": 1});
        let wanted = json!({"captureBeyondViewport": true, "clip": clip});
        text(&self.devtools("Page.captureScreenshot", &wanted)["data"])
    }

    /// What the browser complained of since it was asked last: what a policy forbade, a
    /// script that failed, a file that is missing.
    pub fn complaints(&self) -> Vec<String> {
        let log = self.ask("POST", "/se/log", &json!({ "type": "browser" }));
        let lines = log.as_array().into_iter().flatten();
        // It also gives advice, at lower levels.
        let faults = lines.filter(|line| line["level"] == "SEVERE" || line["level"] == "WARNING");
        faults.map(|line| text(&line["message"])).collect()
    }

    fn devtools(&self, command: &str, params: &Value) -> Value {
        let asked = json!({"cmd": command, "params": params});
        self.ask("POST", "/goog/cdp/execute", &asked)
    }

    /// Closes the browser, and with it every page.
    pub fn close(self) {}

    fn one(&self, css: &str) -> String {
        let mut found = self.find(css);
        assert_eq!(found.len(), 1, "{css} on {}: {}", self.url(), self.reads());
        found.remove(0)
    }

    fn find(&self, css: &str) -> Vec<String> {
        let wanted = json!({"using": "css selector", "value": css});
        let found = self.ask("POST", "/elements", &wanted);
        let elements = found.as_array().expect("a list of elements");
        elements
            .iter()
            .map(|element| text(&element[ELEMENT]))
            .collect()
    }

    fn ask(&self, method: &str, path: &str, body: &Value) -> Value {
        self.send(method, &format!("/session/{}{path}", self.session), body)
    }

    fn send(&self, method: &str, path: &str, body: &Value) -> Value {
        let answer = request(self.port, method, path, body).expect("the driver answers");
        let value = &answer["value"];
        assert!(value["error"].is_null(), "{method} {path} {body}: {value}");
        value.clone()
    }
}

impl Drop for Browser {
    /// A driver that is only killed leaves its browser behind.
    fn drop(&mut self) {
        if !self.session.is_empty() {
            let path = format!("/session/{}", self.session);
            let _ = request(self.port, "DELETE", &path, &Value::Null);
        }
    }
}

/// Waits until a driver that has just started takes sessions.
fn await_ready(driver: &mut Process, port: u16) {
    eventually("a driver of the browser", seconds(30), || {
        assert!(
            driver.is_running(),
            "chromedriver ended: {}",
            driver.words()
        );
        let status = request(port, "GET", "/status", &Value::Null)?;
        (status["value"]["ready"] == true).then_some(())
    });
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

/// One request to the driver; `None` while nobody listens.
fn request(port: u16, method: &str, path: &str, body: &Value) -> Option<Value> {
    let body = match body {
        Value::Null => String::new(),
        body => body.to_string(),
    };
    let mut stream = TcpStream::connect(("127.0.0.1", port)).ok()?;
    stream.set_read_timeout(Some(seconds(60))).ok()?;
    write!(
        stream,
        "{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
    .ok()?;
    let mut answer = BufReader::new(stream);
    let mut length = 0;
    // The driver keeps the line open: how long an answer is stands in its head.
    loop {
        let mut line = String::new();
        answer.read_line(&mut line).ok()?;
        let (name, value) = match line.trim_end() {
            "" => break,
            line => line.split_once(':').unwrap_or((line, "")),
        };
        if name.eq_ignore_ascii_case("content-length") {
            length = value.trim().parse().ok()?;
        }
    }
    let mut body = vec![0; length];
    answer.read_exact(&mut body).ok()?;
    serde_json::from_slice(&body).ok()
}
