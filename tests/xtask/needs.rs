//! What the tests need besides the Rust toolchain: installed when missing and we
//! are root, named with the exact command otherwise.

use std::path::Path;

use anyhow::bail;
use declic_tests::npm;

use crate::run::{answers, run, run_with, say};

/// Debian packages: a program each that shows it is there.
const PACKAGES: &[(&str, &str)] = &[
    // The controller's allocator is built with it.
    ("make", "/usr/bin/make"),
    ("mosquitto", "/usr/sbin/mosquitto"),
    ("mosquitto-clients", "/usr/bin/mosquitto_pub"),
    ("nginx", "/usr/sbin/nginx"),
    (
        "libfaketime",
        "/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1",
    ),
    ("chromium", "/usr/bin/chromium"),
    ("chromium-driver", "/usr/bin/chromedriver"),
    ("nodejs", "/usr/bin/node"),
    ("npm", "/usr/bin/npm"),
    ("openssl", "/usr/bin/openssl"),
    ("strace", "/usr/bin/strace"),
    ("python3", "/usr/bin/python3"),
    ("python3-venv", "/usr/share/doc/python3-venv"),
    (
        "python3-paho-mqtt",
        "/usr/lib/python3/dist-packages/paho/mqtt/client.py",
    ),
    (
        "python3-aiosmtpd",
        "/usr/lib/python3/dist-packages/aiosmtpd/main.py",
    ),
];
/// What the agent's C code is compiled with, without a library of the system.
const MUSL: &[(&str, &str)] = &[("musl-tools", "/usr/bin/musl-gcc")];
/// Pinned, so that a run tomorrow judges as today's.
const CARGO_DENY: &str = "0.20.2";

/// Installs what is missing.
pub(crate) fn install() -> anyhow::Result<()> {
    packages(PACKAGES)?;
    judges()?;
    cargo_deny()
}

/// Installs what the shipped agent is built with.
pub(crate) fn musl() -> anyhow::Result<()> {
    packages(MUSL)
}

/// What judges pages, into the target folder.
fn judges() -> anyhow::Result<()> {
    let folder = npm::folder();
    let there = |package: &str| {
        let (name, version) = package.split_once('@').unwrap_or((package, ""));
        let about = folder.join("node_modules").join(name).join("package.json");
        let about = std::fs::read_to_string(about).unwrap_or_default();
        about.contains(&format!("\"version\": \"{version}\""))
    };
    if npm::PACKAGES.into_iter().all(there) {
        return Ok(());
    }
    std::fs::create_dir_all(&folder)?;
    let place = folder.display().to_string();
    let mut args = vec!["install", "--prefix", &place, "--no-audit", "--no-fund"];
    // They are read and run by our tests alone; none has anything to set up.
    args.push("--ignore-scripts");
    args.extend(npm::PACKAGES);
    run("npm", &args)
}

fn packages(wanted: &[(&'static str, &str)]) -> anyhow::Result<()> {
    let missing: Vec<&str> = wanted
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
        bail!("more packages are needed; install them with: sudo {command}");
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
