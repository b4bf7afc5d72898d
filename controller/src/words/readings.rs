//! What a PC reported last and what it is made of, line by line: at a terminal and on a page.

use declic_common::api::Latest;
use declic_common::inventory::{DiskFitted, Inventory};
use declic_common::report::{Battery, Disk, HealthReport, Smart};

use super::Voice;

/// A name, and what is to be read beside it.
pub(crate) type Line = (&'static str, String);

pub(crate) fn moments(latest: &Latest, v: &Voice) -> Vec<Line> {
    let mut reported = v.since(Some(latest.reported_at));
    if latest.estimated {
        reported.push_str(v.say(", date estimée", ", estimated"));
    }
    let offset = v.span(latest.clock_offset_ms.unsigned_abs());
    let clock = match (latest.clock_wrong, latest.clock_offset_ms > 0) {
        (false, _) => v.say("à l’heure", "right").to_owned(),
        (true, true) => v.say(
            format!("fausse, en avance de {offset} (pile à changer ?)"),
            format!("wrong, {offset} ahead (battery to change?)"),
        ),
        (true, false) => v.say(
            format!("fausse, en retard de {offset} (pile à changer ?)"),
            format!("wrong, {offset} behind (battery to change?)"),
        ),
    };
    vec![
        (v.say("Dernier relevé", "Last report"), reported),
        (v.say("Allumé depuis", "Up for"), v.span(latest.uptime_ms)),
        (v.say("Horloge", "Clock"), clock),
    ]
}

pub(crate) fn readings(report: &HealthReport, v: &Voice) -> Vec<Line> {
    let mut lines = Vec::new();
    if let Some(cpu) = &report.cpu {
        let parts = [
            cpu.mean_permille.map(|p| {
                let mean = v.permille(p.into());
                v.say(format!("{mean} en moyenne"), format!("{mean} on average"))
            }),
            cpu.max_permille.map(|p| {
                let most = v.permille(p.into());
                v.say(format!("{most} au plus"), format!("{most} at most"))
            }),
            cpu.load1_centi
                .map(|load| format!("{} {}", v.say("charge", "load"), v.load(load.into()))),
        ];
        push(&mut lines, v.say("Processeur", "Processor"), join(parts));
    }
    if let Some(memory) = &report.memory {
        let free = memory.available_bytes.map(|bytes| v.memory(bytes));
        let total = memory.total_bytes.map(|bytes| v.memory(bytes));
        push(&mut lines, v.say("Mémoire", "Memory"), room(free, total, v));
    }
    for disk in report.disks.iter().flatten() {
        push(&mut lines, v.say("Disque", "Disk"), file_system(disk, v));
    }
    if let Some(temperatures) = &report.temperatures {
        let parts = temperatures.iter().map(|reading| {
            let degrees = v.celsius(reading.millicelsius?.into());
            Some(format!("{} {degrees}", v.sensor(reading.sensor)))
        });
        push(
            &mut lines,
            v.say("Températures", "Temperatures"),
            join(parts),
        );
    }
    if let Some(battery) = &report.battery {
        push(&mut lines, v.say("Batterie", "Battery"), charge(battery, v));
    }
    if let Some(link) = &report.link {
        let parts = [
            Some(v.link(link.kind).to_owned()),
            link.signal_dbm.map(|dbm| v.unit(&v.number(dbm), "dBm")),
            link.speed_mbps
                .map(|speed| v.unit(&v.number(speed), "Mbit/s")),
        ];
        push(&mut lines, v.say("Lien", "Link"), join(parts));
    }
    if let Some(ladder) = &report.ladder {
        let rungs = ladder.rungs().map(|(word, ok)| {
            let sign = if ok? { "✓" } else { "✗" };
            Some(format!("{sign} {}", v.rung(word)))
        });
        push(&mut lines, v.say("Réseau", "Network"), join(rungs));
    }
    lines.extend(slow(report, v));
    if let Some(agent) = &report.agent {
        let count = |n: Option<u64>, french: &str, english: &str| {
            Some(format!("{} {}", v.number(n?), v.say(french, english)))
        };
        let parts = [
            agent.version.clone(),
            count(agent.waiting, "en attente", "waiting"),
            count(agent.dropped, "perdus", "lost"),
            count(agent.refused, "refusés", "refused"),
            agent.resident_bytes.map(|bytes| v.memory(bytes)),
            (agent.disk_full == Some(true)).then(|| v.say("disque plein", "disk full").to_owned()),
        ];
        push(&mut lines, "Agent", join(parts));
    }
    lines
}

fn slow(report: &HealthReport, v: &Voice) -> Vec<Line> {
    let mut lines = Vec::new();
    let Some(slow) = &report.slow else {
        return lines;
    };
    for disk in slow.smart.iter().flatten() {
        push(&mut lines, "SMART", smart(disk, v));
    }
    if let Some(updates) = &slow.updates {
        let parts = [
            updates.pending.map(|n| {
                let n = v.number(n);
                v.say(format!("{n} en attente"), format!("{n} waiting"))
            }),
            updates.security.map(|n| {
                let n = v.number(n);
                v.say(
                    format!("dont {n} de sécurité"),
                    format!("{n} of them for security"),
                )
            }),
        ];
        push(&mut lines, v.say("Mises à jour", "Updates"), join(parts));
    }
    if slow.reboot_required == Some(true) {
        let required = v.say("redémarrage nécessaire", "a restart is needed");
        lines.push((v.say("À faire", "To do"), required.to_owned()));
    }
    if let Some(units) = slow.failed_units.as_ref().filter(|units| !units.is_empty()) {
        let names: Vec<_> = units.iter().map(|unit| unit.as_str()).collect();
        lines.push((
            v.say("Services en échec", "Failed services"),
            names.join(", "),
        ));
    }
    lines
}

fn file_system(disk: &Disk, v: &Voice) -> Option<String> {
    let free = disk.free_bytes.map(|bytes| v.disk(bytes));
    let total = disk.total_bytes.map(|bytes| v.disk(bytes));
    let room = room(free, total, v)?;
    let class = v.disk_class(disk.class);
    Some(match &disk.fs {
        Some(fs) => format!("{class}, {fs}, {room}"),
        None => format!("{class}, {room}"),
    })
}

fn room(free: Option<String>, total: Option<String>, v: &Voice) -> Option<String> {
    match (free, total) {
        (Some(free), Some(total)) => Some(v.say(
            format!("{free} libres sur {total}"),
            format!("{free} free of {total}"),
        )),
        (Some(free), None) => Some(v.say(format!("{free} libres"), format!("{free} free"))),
        (None, total) => total,
    }
}

fn smart(disk: &Smart, v: &Voice) -> Option<String> {
    let count = |n: Option<u64>, french: &str, english: &str| {
        // A disk without a fault needs no list of zeros.
        let n = n.filter(|n| *n > 0)?;
        Some(format!("{} {}", v.number(n), v.say(french, english)))
    };
    let verdict = disk.passed.map(|passed| match passed {
        true => v
            .say("bon selon lui-même", "good by its own word")
            .to_owned(),
        false => v
            .say("EN PANNE selon lui-même", "FAILING by its own word")
            .to_owned(),
    });
    join([
        disk.disk.clone(),
        verdict,
        count(
            disk.reallocated,
            "secteurs réalloués",
            "reallocated sectors",
        ),
        count(disk.pending, "secteurs en suspens", "pending sectors"),
        count(
            disk.uncorrectable,
            "erreurs incorrigibles",
            "uncorrectable errors",
        ),
        disk.power_on_hours
            .map(|hours| v.unit(&v.number(hours), "h")),
        disk.wear_percent.map(|percent| {
            let percent = v.unit(&percent.to_string(), "%");
            v.say(format!("usé à {percent}"), format!("{percent} worn"))
        }),
        disk.celsius
            .map(|degrees| v.celsius(i64::from(degrees) * 1000)),
    ])
}

fn charge(battery: &Battery, v: &Voice) -> Option<String> {
    join([
        battery
            .percent
            .map(|percent| v.unit(&percent.to_string(), "%")),
        battery.health_permille.map(|health| {
            let health = v.permille(health.into());
            v.say(format!("santé {health}"), format!("health {health}"))
        }),
        battery
            .cycles
            .map(|cycles| format!("{} cycles", v.number(cycles))),
    ])
}

pub(crate) fn machine(inventory: &Inventory, v: &Voice) -> Vec<Line> {
    let mut lines = Vec::new();
    let serial = inventory
        .serial
        .as_ref()
        .map(|serial| v.say(format!("n° {serial}"), format!("serial {serial}")));
    let name = [&inventory.vendor, &inventory.model];
    let name: Vec<_> = name.into_iter().flatten().cloned().collect();
    let name = (!name.is_empty()).then(|| name.join(" "));
    push(&mut lines, "Machine", join([name, serial]));
    if let Some(cpu) = &inventory.cpu {
        let cores = cpu
            .cores
            .map(|cores| format!("{cores} {}", v.say("cœurs", "cores")));
        let parts = join([cpu.model.clone(), cores, cpu.arch.clone()]);
        push(&mut lines, v.say("– processeur", "– processor"), parts);
    }
    if let Some(memory) = &inventory.memory {
        let fitted = memory.modules.as_ref().map(Vec::len);
        let slots = match (fitted, memory.slots) {
            (Some(1), Some(slots)) => Some(v.say(
                format!("1 barrette, {slots} emplacements"),
                format!("1 module, {slots} slots"),
            )),
            (Some(fitted), Some(slots)) => Some(v.say(
                format!("{fitted} barrettes, {slots} emplacements"),
                format!("{fitted} modules, {slots} slots"),
            )),
            (None, Some(slots)) => {
                Some(v.say(format!("{slots} emplacements"), format!("{slots} slots")))
            }
            _ => None,
        };
        let total = memory.total_bytes.map(|bytes| v.memory(bytes));
        push(
            &mut lines,
            v.say("– mémoire", "– memory"),
            join([total, slots]),
        );
    }
    for disk in inventory.disks.iter().flatten() {
        push(&mut lines, v.say("– disque", "– disk"), fitted(disk, v));
    }
    if let Some(os) = &inventory.os {
        let kernel = os
            .kernel
            .as_ref()
            .map(|kernel| v.say(format!("noyau {kernel}"), format!("kernel {kernel}")));
        push(
            &mut lines,
            v.say("– système", "– system"),
            join([os.name.clone(), kernel]),
        );
    }
    lines
}

fn fitted(disk: &DiskFitted, v: &Voice) -> Option<String> {
    let kind = disk.rotational.map(|turns| match turns {
        true => v.say("à plateaux", "hard disk").to_owned(),
        false => v.say("sans plateau", "solid state").to_owned(),
    });
    let size = disk.size_bytes.map(|bytes| v.disk(bytes));
    join([disk.model.clone(), size, kind, disk.disk.clone()])
}

fn join(parts: impl IntoIterator<Item = Option<String>>) -> Option<String> {
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    (!parts.is_empty()).then(|| parts.join(", "))
}

fn push(lines: &mut Vec<Line>, name: &'static str, value: Option<String>) {
    if let Some(value) = value {
        lines.push((name, value));
    }
}
