//! What the tests need besides the Rust toolchain: installed when missing and we
//! are root, named with the exact command otherwise.

use std::path::Path;

use anyhow::bail;

use crate::run::{answers, run, run_with, say};

/// Debian packages: a program each that shows it is there.
const PACKAGES: &[(&str, &str)] = &[
    ("mosquitto", "/usr/sbin/mosquitto"),
    ("mosquitto-clients", "/usr/bin/mosquitto_pub"),
    ("nginx", "/usr/sbin/nginx"),
    (
        "libfaketime",
        "/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1",
    ),
    ("chromium", "/usr/bin/chromium"),
    ("chromium-driver", "/usr/bin/chromedriver"),
    ("openssl", "/usr/bin/openssl"),
    ("strace", "/usr/bin/strace"),
    ("python3", "/usr/bin/python3"),
    (
        "python3-paho-mqtt",
        "/usr/lib/python3/dist-packages/paho/mqtt/client.py",
    ),
    (
        "python3-aiosmtpd",
        "/usr/lib/python3/dist-packages/aiosmtpd/main.py",
    ),
];
/// Pinned, so that a run tomorrow judges as today's.
const CARGO_DENY: &str = "0.20.2";

/// Installs what is missing.
pub(crate) fn install() -> anyhow::Result<()> {
    packages()?;
    cargo_deny()
}

fn packages() -> anyhow::Result<()> {
    let missing: Vec<&str> = PACKAGES
        .iter()
        .filter(|(_, program)| !Path::new(program).exists())
        .map(|(package, _)| *package)
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    let command = format!(
        "apt-get install -y --no-install-recommends {}",
        missing.join(" ")
    );
    if !rustix::process::geteuid().is_root() {
        bail!("the tests need more packages; install them with: sudo {command}");
    }
    // A package must not start a service of its own on this machine.
    let quiet = [("DEBIAN_FRONTEND", "noninteractive"), ("RUNLEVEL", "1")];
    run_with("apt-get", &["update", "-q"], &quiet)?;
    let mut args = vec!["install", "-y", "-q", "--no-install-recommends"];
    args.extend(missing);
    run_with("apt-get", &args, &quiet)
}

fn cargo_deny() -> anyhow::Result<()> {
    if answers("cargo", &["deny", "--version"]) {
        return Ok(());
    }
    say("cargo-deny is missing: building it takes a few minutes, once");
    run(
        "cargo",
        &["install", "cargo-deny", "--locked", "--version", CARGO_DENY],
    )
}
