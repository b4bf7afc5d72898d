//! A real controller in a folder of its own.

use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

use serde_json::Value;
use tempfile::TempDir;

use crate::mosquitto::Mosquitto;
use crate::place::Place;
use crate::process::{Process, faked, free_port, printed, program};
use crate::wait::{PATIENCE, eventually, seconds};

const LOG: &str = "declic.log";
/// A controller's word once a broker has taken its subscriptions.
const HEARS: &str = "the broker passes on what devices say";

/// How devices reach a controller. A device cannot tell which it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Door {
    /// The controller's own endpoint.
    Endpoint,
    /// A Mosquitto that already runs.
    Mosquitto,
}

/// A controller; its process ends with it, its folder too.
#[derive(Debug)]
pub struct Controller {
    process: Option<Process>,
    place: Place,
    pub mqtt_port: u16,
    pub enrol_port: u16,
    pub http_port: u16,
    /// The address it listens on, and devices connect to.
    pub host: String,
    /// Where devices are told to connect; the port of a proxy, for instance.
    pub public_mqtt_port: u16,
    /// More arguments of `declic serve`.
    pub more: Vec<String>,
    /// `more` says where it answers, not the port of the harness.
    pub without_http: bool,
    /// What its clock says, in the words of libfaketime.
    pub faketime: Option<String>,
    /// Its words are kept apart from its data, whose disk may be full.
    log: TempDir,
    broker: Option<Mosquitto>,
    joins_broker: bool,
}

impl Controller {
    /// A controller that is not started yet.
    pub fn prepare() -> Self {
        Self::in_place(Place::own())
    }

    /// A controller on a folder that the test looks after.
    pub fn prepare_in(dir: &Path) -> Self {
        Self::in_place(Place::Given(dir.to_owned()))
    }

    fn in_place(place: Place) -> Self {
        let mqtt_port = free_port();
        Controller {
            process: None,
            place,
            host: "127.0.0.1".to_owned(),
            mqtt_port,
            enrol_port: free_port(),
            http_port: free_port(),
            public_mqtt_port: mqtt_port,
            more: Vec::new(),
            without_http: false,
            faketime: None,
            log: tempfile::tempdir().expect("a temporary folder"),
            broker: None,
            joins_broker: false,
        }
    }

    /// A controller behind this door that is not started yet.
    pub fn prepare_behind(door: Door) -> Self {
        Self::prepare().behind(door)
    }

    /// The same, on a folder that the test looks after.
    pub fn prepare_behind_in(door: Door, dir: &Path) -> Self {
        Self::prepare_in(dir).behind(door)
    }

    fn behind(mut self, door: Door) -> Self {
        if door == Door::Mosquitto {
            let broker = Mosquitto::start(self.dir());
            self.joins(broker.port);
            self.broker = Some(broker);
        }
        self
    }

    /// Goes through the broker at this port of the loopback.
    fn joins(&mut self, port: u16) {
        self.more = vec!["--broker".to_owned(), format!("mqtts://127.0.0.1:{port}")];
        // Where a proxy, or a device, has to go.
        self.mqtt_port = port;
        self.public_mqtt_port = port;
        self.joins_broker = true;
    }

    /// Another controller behind the same door, on a copy of this one's folder.
    pub fn twin_in(&self, dir: &Path) -> Self {
        let mut twin = Self::prepare_in(dir);
        if let Some(broker) = &self.broker {
            twin.joins(broker.port);
        }
        twin
    }

    /// What an operator's systemd units do after a revocation; our own endpoint
    /// needs nobody to tell it.
    pub fn pass_on_revocations(&self) {
        if let Some(broker) = &self.broker {
            broker.take_list(self.dir());
        }
    }

    /// A controller behind this door that answers.
    pub fn start_behind(door: Door) -> Self {
        let mut controller = Self::prepare_behind(door);
        controller.run();
        controller
    }

    /// A controller that answers.
    pub fn start() -> Self {
        let mut controller = Self::prepare();
        controller.run();
        controller
    }

    /// Starts the process and waits until it is ready and hears devices.
    pub fn run(&mut self) {
        let joined = self.times_joined();
        self.spawn();
        self.await_ready();
        if self.joins_broker {
            // Before its first subscription, a broker keeps nothing for it.
            eventually("a controller that its broker knows", PATIENCE, || {
                (self.times_joined() > joined).then_some(())
            });
        }
    }

    /// How often it said, in all its lives, that the broker passes on messages.
    fn times_joined(&self) -> usize {
        self.words().matches(HEARS).count()
    }

    /// What all its lives have said.
    pub fn words(&self) -> String {
        std::fs::read_to_string(self.log.path().join(LOG)).unwrap_or_default()
    }

    /// Waits until the process answers that it is ready.
    pub fn await_ready(&mut self) {
        let url = format!("http://127.0.0.1:{}/readyz", self.http_port);
        eventually("a ready controller", PATIENCE, || {
            let process = self.process.as_mut().expect("just started");
            assert!(
                process.is_running(),
                "the controller ended: {}",
                process.words()
            );
            http_ok(&url).then_some(())
        });
    }

    /// Waits until the process answers on its socket, whatever its port speaks.
    pub fn await_socket(&mut self) {
        eventually("a controller on its socket", seconds(60), || {
            let process = self.process.as_mut().expect("just started");
            assert!(
                process.is_running(),
                "the controller ended: {}",
                process.words()
            );
            let output = self.declic(&["status"]);
            output.status.success().then_some(())
        });
    }

    /// Starts the process and waits for nothing.
    pub fn spawn(&mut self) {
        let mut command = Command::new(program("declic"));
        if let Some(clock) = &self.faketime {
            faked(&mut command, clock);
        }
        command
            .arg("serve")
            .arg("--data-dir")
            .arg(self.dir())
            .args(["--mqtt", &format!("{}:{}", self.host, self.mqtt_port)])
            .args(["--enrol", &format!("{}:{}", self.host, self.enrol_port)])
            .args(["--public-host", &self.host])
            .args(["--public-mqtt-port", &self.public_mqtt_port.to_string()])
            .args(&self.more);
        if !self.without_http {
            command.args(["--http", &format!("127.0.0.1:{}", self.http_port)]);
        }
        command.env("LANG", "en_GB.UTF-8");
        let log = self.log.path().join(LOG);
        self.process = Some(Process::start(&mut command, &log).expect("declic starts"));
    }

    pub fn dir(&self) -> &Path {
        self.place.path()
    }

    pub fn process(&mut self) -> &mut Process {
        self.process.as_mut().expect("the controller runs")
    }

    pub fn kill(&mut self) {
        self.process().kill();
    }

    /// Ends it in good order.
    pub fn stop(&mut self) {
        let status = self.process().stop(PATIENCE);
        assert!(status.success(), "{status}: {}", self.process().words());
    }

    /// Runs `declic` on this controller's folder.
    pub fn declic(&self, args: &[&str]) -> Output {
        self.command(args).output().expect("declic runs")
    }

    /// Starts `declic` on this controller's folder, and waits for nothing.
    pub fn begin(&self, args: &[&str]) -> Child {
        let mut command = self.command(args);
        command.stdout(Stdio::null()).stderr(Stdio::null());
        command.spawn().expect("declic runs")
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(program("declic"));
        command.args(args).arg("--data-dir").arg(self.dir());
        command.env("LANG", "en_GB.UTF-8");
        command
    }

    /// Runs `declic … --format json`.
    #[track_caller]
    pub fn json(&self, args: &[&str]) -> Value {
        let mut args = args.to_vec();
        args.extend(["--format", "json"]);
        let text = printed(&self.declic(&args));
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}"))
    }

    /// A code for one PC.
    #[track_caller]
    pub fn code(&self, asset: &str) -> String {
        printed(&self.declic(&["enrol", "new", "--asset", asset]))
            .trim()
            .to_owned()
    }

    /// The device with this asset tag, as the list shows it.
    pub fn device(&self, asset: &str) -> Option<Value> {
        let list = self.json(&["device", "list"]);
        list.as_array()?
            .iter()
            .find(|d| d["asset"] == asset)
            .cloned()
    }
}

/// Whether a plain GET on the loopback answers 200.
pub fn http_ok(url: &str) -> bool {
    get(url).is_some_and(|(status, _)| status == 200)
}

/// A plain GET on the loopback, without a client library: status and body.
pub fn get(url: &str) -> Option<(u16, String)> {
    use std::io::{Read, Write};
    let rest = url.strip_prefix("http://")?;
    let (host, path) = rest.split_once('/')?;
    let mut stream = std::net::TcpStream::connect(host).ok()?;
    stream.set_read_timeout(Some(seconds(10))).ok()?;
    write!(
        stream,
        "GET /{path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"
    )
    .ok()?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).ok()?;
    let status = answer.split(' ').nth(1)?.parse().ok()?;
    let body = answer
        .split_once("\r\n\r\n")
        .map(|(_, body)| body.to_owned());
    Some((status, body.unwrap_or_default()))
}
