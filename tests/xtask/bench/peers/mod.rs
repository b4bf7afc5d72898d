//! The programs that others run for the same work: Debian's packages, each started by us in
//! a temporary folder, on the loopback, and ended with its bench.

pub(crate) mod influx;
pub(crate) mod postgres;
pub(crate) mod prometheus;

use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};

use super::Bench;
use crate::run::{run_with, say};

/// A peer: its name here, its package, and a program that shows that it is there.
struct Peer {
    package: &'static str,
    program: &'static str,
    benches: &'static [Bench],
}

const PEERS: &[Peer] = &[
    Peer {
        package: "collectd-core",
        program: "/usr/sbin/collectd",
        benches: &[Bench::Agent],
    },
    Peer {
        package: "prometheus-node-exporter",
        program: "/usr/bin/prometheus-node-exporter",
        benches: &[Bench::Agent],
    },
    Peer {
        package: "zabbix-agent2",
        program: "/usr/sbin/zabbix_agent2",
        benches: &[Bench::Agent],
    },
    // The broker that collectd publishes to, as well.
    Peer {
        package: "mosquitto",
        program: "/usr/sbin/mosquitto",
        benches: &[Bench::Agent, Bench::Ingest, Bench::Connections],
    },
    Peer {
        package: "postgresql",
        program: postgres::SERVER,
        benches: &[Bench::Ingest, Bench::History, Bench::Query],
    },
    Peer {
        package: "influxdb",
        program: influx::SERVER,
        benches: &[Bench::Ingest, Bench::History, Bench::Query],
    },
    Peer {
        package: "prometheus",
        program: prometheus::SERVER,
        benches: &[Bench::History, Bench::Query],
    },
];

/// Whether we measure ourselves alone.
static ALONE: AtomicBool = AtomicBool::new(false);

/// From now on nobody is beside us.
pub(crate) fn leave_out() {
    ALONE.store(true, Ordering::Relaxed);
}

/// Whether a program of a peer is there, and wanted.
pub(crate) fn is_there(program: &str) -> bool {
    !ALONE.load(Ordering::Relaxed) && Path::new(program).exists()
}

/// A peer that does not work here is named and left out; what was measured stays.
pub(crate) fn or_left_out(measured: anyhow::Result<()>) {
    if let Err(error) = measured {
        say(&format!("left out of this turn: {error:#}"));
    }
}

/// Installs the peers of these benches. One that cannot be had is named, and left out.
pub(crate) fn install(benches: &[Bench]) {
    let wanted = |peer: &&Peer| peer.benches.iter().any(|bench| benches.contains(bench));
    let missing: Vec<&Peer> = PEERS
        .iter()
        .filter(wanted)
        .filter(|peer| !is_there(peer.program))
        .collect();
    if missing.is_empty() {
        return;
    }
    // What mosquitto and collectd speak through comes with the recommended packages only.
    let more = ["libmosquitto1", "libyajl2"];
    let names: Vec<&str> = missing.iter().map(|peer| peer.package).collect();
    if rustix::process::geteuid().is_root() {
        // A package must not start a service of its own on this machine.
        let quiet = [("DEBIAN_FRONTEND", "noninteractive"), ("RUNLEVEL", "1")];
        let apt = |args: &[&str]| {
            if let Err(error) = run_with("apt-get", args, &quiet) {
                say(&format!("{error:#}"));
            }
        };
        apt(&["update", "-q"]);
        for name in &names {
            // One by one: one that does not exist keeps no other away.
            let mut args = vec!["install", "-y", "-q", "--no-install-recommends", name];
            args.extend(more);
            apt(&args);
        }
    }
    for peer in missing.iter().filter(|peer| !is_there(peer.program)) {
        say(&format!(
            "{} cannot be had and is left out; to measure it: apt-get install {}",
            peer.package, peer.package
        ));
    }
}

/// Names and versions of the peers of a bench that are there.
pub(crate) fn versions(bench: Bench) -> Vec<String> {
    let here = PEERS
        .iter()
        .filter(|peer| peer.benches.contains(&bench) && is_there(peer.program));
    here.map(|peer| {
        let package = match peer.package {
            "postgresql" => "postgresql-15",
            other => other,
        };
        let version = dpkg("${Version}", package).unwrap_or_default();
        format!("{} {version}", peer.package)
    })
    .collect()
}

/// KiB that a package says it takes once installed.
pub(crate) fn installed_kib(package: &str) -> Option<f64> {
    dpkg("${Installed-Size}", package)?.parse().ok()
}

fn dpkg(field: &str, package: &str) -> Option<String> {
    let output = Command::new("dpkg-query")
        .args(["-W", "-f", field, package])
        .output()
        .ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    output.status.success().then(|| text.trim().to_owned())
}
