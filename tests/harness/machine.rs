//! A machine that starts when the test says so: its kernel's name for a boot and its
//! time since boot, as an agent reads them. The rest is this machine.

use std::fs::{self, File};
use std::os::unix::fs::FileExt;
use std::path::PathBuf;
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::process::program;

/// How often its time since boot moves on.
const TICK: Duration = Duration::from_millis(20);

#[derive(Debug)]
pub struct Machine {
    dir: TempDir,
    booted: Arc<Mutex<Instant>>,
    boots: u32,
    gone: Arc<AtomicBool>,
    clock: Option<JoinHandle<()>>,
}

impl Machine {
    /// A machine that starts now.
    pub fn start() -> Self {
        let dir = tempfile::tempdir().expect("a temporary folder");
        let booted = Arc::new(Mutex::new(Instant::now()));
        let gone = Arc::new(AtomicBool::new(false));
        let uptime = File::create(dir.path().join("uptime")).expect("a writable folder");
        tell(&uptime, Duration::ZERO);
        let clock = {
            let (booted, gone) = (Arc::clone(&booted), Arc::clone(&gone));
            thread::spawn(move || {
                while !gone.load(Ordering::SeqCst) {
                    tell(&uptime, booted.lock().expect("no panic").elapsed());
                    thread::sleep(TICK);
                }
            })
        };
        let mut machine = Machine {
            dir,
            booted,
            boots: 0,
            gone,
            clock: Some(clock),
        };
        machine.boot();
        machine
    }

    /// The machine starts again, now.
    pub fn boot(&mut self) {
        self.boots += 1;
        let name = format!("{:08x}-0000-4000-8000-000000000000\n", self.boots);
        fs::write(self.path("boot_id"), name).expect("a writable folder");
        *self.booted.lock().expect("no panic") = Instant::now();
        let uptime = File::options().write(true).open(self.path("uptime"));
        tell(&uptime.expect("it was made at first"), Duration::ZERO);
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// The agent as it runs on this machine, for its first argument on.
    pub fn agent(&self) -> Command {
        let mut command = Command::new("unshare");
        command
            .args(["--mount", "--", "sh", "-ec"])
            .arg(
                "mount --bind \"$1\" /proc/sys/kernel/random/boot_id\n\
                 mount --bind \"$2\" /proc/uptime\n\
                 shift 2\n\
                 exec \"$@\"",
            )
            .arg("sh")
            .arg(self.path("boot_id"))
            .arg(self.path("uptime"))
            .arg(program("declic-agent"));
        command
    }
}

impl Drop for Machine {
    fn drop(&mut self) {
        self.gone.store(true, Ordering::SeqCst);
        let _ = self.clock.take().map(JoinHandle::join);
    }
}

/// Always as long, and never shortened first: whoever reads meanwhile reads a time.
fn tell(file: &File, uptime: Duration) {
    let text = format!("{:013.2} 0.00\n", uptime.as_secs_f64());
    file.write_all_at(text.as_bytes(), 0)
        .expect("a file of our own");
}
