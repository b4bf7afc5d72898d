//! Debian's Mosquitto with the settings that `declic broker config` writes.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use rustix::process::Signal;
use tempfile::TempDir;

use crate::process::{Process, free_port, printed, program};
use crate::wait::{PATIENCE, eventually};

pub const PROGRAM: &str = "/usr/sbin/mosquitto";
const LIST: &str = "revoked.pem";

/// A broker on the loopback.
#[derive(Debug)]
pub struct Mosquitto {
    pub port: u16,
    process: Process,
    /// Its list of revoked certificates.
    list: PathBuf,
    _dir: TempDir,
}

impl Mosquitto {
    pub fn pid(&self) -> u32 {
        self.process.id()
    }

    /// A broker of the controller that lives, or will live, in `data_dir`.
    pub fn start(data_dir: &Path) -> Self {
        let port = free_port();
        let output = Command::new(program("declic"))
            .args([
                "broker",
                "config",
                "mosquitto",
                "--public-host",
                "127.0.0.1",
            ])
            .args(["--port", &port.to_string()])
            .arg("--data-dir")
            .arg(data_dir)
            .output()
            .expect("declic runs");
        let shown = printed(&output);
        assert!(
            shown.contains("pattern write declic/v1/%u/report"),
            "{shown}"
        );

        let dir = tempfile::tempdir().expect("a temporary folder");
        let place = dir.path().join("declic");
        fs::create_dir(&place).expect("a folder");
        for entry in fs::read_dir(data_dir.join("broker")).expect("the files") {
            let path = entry.expect("readable").path();
            fs::copy(&path, place.join(path.file_name().expect("a name"))).expect("copied");
        }
        let text = fs::read_to_string(place.join("mosquitto.conf")).expect("the settings");
        let text = text
            .replace("/etc/mosquitto/declic", &place.display().to_string())
            .replace("/var/lib/mosquitto", &dir.path().display().to_string());
        let config = dir.path().join("mosquitto.conf");
        // The test's own account, whose files these are, and nobody else's network.
        let text = text.replace(
            &format!("listener {port}"),
            &format!("user root\nlistener {port} 127.0.0.1"),
        );
        fs::write(&config, text).expect("written");
        let mut command = Command::new(PROGRAM);
        command.arg("-c").arg(&config);
        let log = dir.path().join("mosquitto.log");
        let mut process = Process::start(&mut command, &log)
            .expect("mosquitto runs: `cargo xtask test` installs it");
        eventually("a broker", PATIENCE, || {
            assert!(process.is_running(), "mosquitto ended: {}", process.words());
            std::net::TcpStream::connect(("127.0.0.1", port)).ok()
        });
        Mosquitto {
            port,
            process,
            list: place.join(LIST),
            _dir: dir,
        }
    }

    /// Hands over the controller's newest list of revoked certificates, as the two
    /// systemd units of `docs/broker.md` do: renamed into place, then a reload. The
    /// reload is not answered.
    pub fn take_list(&self, data_dir: &Path) {
        let newest = fs::read(data_dir.join("broker").join(LIST)).expect("the list");
        if fs::read(&self.list).expect("the list") == newest {
            return;
        }
        let fresh = self.list.with_extension("new");
        fs::write(&fresh, newest).expect("written");
        fs::rename(&fresh, &self.list).expect("renamed");
        self.process.signal(Signal::HUP);
    }
}
