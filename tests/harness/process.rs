//! Processes that end with their test.

use std::fs::File;
use std::io;
use std::net::TcpListener;
use std::os::linux::net::SocketAddrExt;
use std::os::unix::net::{SocketAddr, UnixDatagram};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::sync::{Mutex, OnceLock};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};

use crate::wait::eventually;

/// Debian's package `libfaketime`.
const FAKETIME: &str = "/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1";

/// Where the programs are, if not beside the test that runs.
pub static PROGRAMS: OnceLock<PathBuf> = OnceLock::new();

/// From now on the programs are taken from this folder.
pub fn use_programs_of(dir: &Path) {
    let _ = PROGRAMS.set(dir.to_owned());
}

/// One of the project's programs, beside the test that runs.
pub fn program(name: &str) -> PathBuf {
    if let Some(dir) = PROGRAMS.get() {
        return dir.join(name);
    }
    let test = std::env::current_exe().expect("a test has a path");
    let profile = test
        .ancestors()
        .find(|dir| dir.join("deps").is_dir() && dir.join(".cargo-lock").exists())
        .or_else(|| test.parent().and_then(Path::parent))
        .expect("tests are built in a target folder");
    let path = profile.join(name);
    assert!(
        path.exists(),
        "{} is not built: run `cargo build --workspace`, or `cargo xtask test`",
        path.display()
    );
    path
}

/// Ports that the kernel gives to nobody by itself: it takes those of connections
/// from 32768 on. A program that is killed and started again finds its own free.
const PORTS: std::ops::Range<u16> = 20_000..32_000;

/// Each port given here has a name in the kernel for as long as this process
/// lives, so that stories in other processes take others.
static CLAIMS: Mutex<Vec<UnixDatagram>> = Mutex::new(Vec::new());

/// A port of the loopback that nobody uses, and no other story gets.
pub fn free_port() -> u16 {
    let claim = |port: u16| {
        let name = SocketAddr::from_abstract_name(format!("declic-tests-{port}")).ok()?;
        let claim = UnixDatagram::bind_addr(&name).ok()?;
        TcpListener::bind(("127.0.0.1", port)).ok()?;
        CLAIMS.lock().expect("no panic").push(claim);
        Some(port)
    };
    PORTS
        .into_iter()
        .find_map(claim)
        .expect("the loopback has free ports")
}

/// Makes a program believe in another date (libfaketime); time since boot stays true.
pub fn faked(command: &mut Command, clock: &str) {
    command
        .env("LD_PRELOAD", FAKETIME)
        .env("FAKETIME", clock)
        .env("FAKETIME_DONT_FAKE_MONOTONIC", "1");
}

/// A process that is killed when it is dropped.
#[derive(Debug)]
pub struct Process {
    child: Child,
    log: PathBuf,
}

impl Process {
    /// Starts a program with its words (both outputs) in a file.
    pub fn start(command: &mut Command, log: &Path) -> io::Result<Self> {
        let file = File::options().create(true).append(true).open(log)?;
        let child = command
            .stdin(Stdio::null())
            .stdout(file.try_clone()?)
            .stderr(file)
            .spawn()?;
        Ok(Process {
            child,
            log: log.to_owned(),
        })
    }

    pub fn id(&self) -> u32 {
        self.child.id()
    }

    pub fn is_running(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(None))
    }

    /// What it has said.
    pub fn words(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap_or_default()
    }

    pub fn signal(&self, signal: Signal) {
        if let Some(pid) = i32::try_from(self.child.id()).ok().and_then(Pid::from_raw) {
            let _ = kill_process(pid, signal);
        }
    }

    /// kill -9: no last word, no flush.
    pub fn kill(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    /// Asks it to end, as systemd does, and waits.
    pub fn stop(&mut self, within: Duration) -> ExitStatus {
        self.signal(Signal::TERM);
        self.ended(within)
    }

    /// Waits for it to end by itself.
    pub fn ended(&mut self, within: Duration) -> ExitStatus {
        let log = self.log.clone();
        let child = &mut self.child;
        eventually(
            &format!("the end of a process (its words: {})", log.display()),
            within,
            || child.try_wait().ok().flatten(),
        )
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill();
        if std::thread::panicking() {
            let words = self.words();
            let tail: Vec<&str> = words.lines().rev().take(40).collect();
            let tail: Vec<&str> = tail.into_iter().rev().collect();
            let _ = io::Write::write_fmt(
                &mut io::stderr(),
                format_args!("--- {}\n{}\n", self.log.display(), tail.join("\n")),
            );
        }
    }
}

/// What a command printed; panics with its words if it failed.
#[track_caller]
pub fn printed(output: &Output) -> String {
    assert!(
        output.status.success(),
        "{}: {}{}",
        output.status,
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8_lossy(&output.stdout).into_owned()
}
