//! SMART is judged against the disk's own past: an old disk that stays as it was is
//! no alarm, one that gets worse is. Checked with what real programs write.

use std::path::{Path, PathBuf};

use declic_agent::probe::{Machine, Probe, Sources};
use declic_common::report::Smart;

use super::*;

fn told(smart: &[Smart]) -> Value {
    json!({ "slow": { "smart": smart } })
}

fn used() -> Smart {
    Smart {
        disk: Some("0123abcd".to_owned()),
        passed: Some(true),
        reallocated: Some(312),
        pending: Some(4),
        uncorrectable: Some(9),
        power_on_hours: Some(41_000),
        wear_percent: Some(97),
        ..Smart::default()
    }
}

/// Whether a home whose disk was `before` at the handover is told of `after`.
fn raised(before: &Smart, after: &Smart) -> bool {
    let mut play = Play::of(Cause::DiskFailing);
    play.hear(0, told(std::slice::from_ref(before)));
    let actions = play.hear_often(48, HOUR_MS, &told(std::slice::from_ref(after)));
    opened(&actions) == 1
}

/// What an agent reads of the outputs of `smartctl -j` in a folder.
fn read(folder: &Path) -> Vec<(PathBuf, Smart)> {
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|end| end == "json"))
        .collect();
    files.sort();
    let summary = |path: PathBuf| {
        let tree = tempfile::tempdir().unwrap();
        let smart = tree.path().join("helper/smart");
        std::fs::create_dir_all(&smart).unwrap();
        std::fs::create_dir_all(tree.path().join("answers")).unwrap();
        let now = jiff::Timestamp::now().as_millisecond().to_string();
        std::fs::write(tree.path().join("answers/wall_ms"), now).unwrap();
        std::fs::copy(&path, smart.join("sda.json")).unwrap();
        let read = Machine::new(Sources::tree(tree.path())).slow()();
        Some((path, read.smart?.pop()?))
    };
    files.into_iter().filter_map(summary).collect()
}

#[test]
fn an_old_disk_that_stays_as_it_was_is_no_alarm() {
    assert!(!raised(&used(), &used()));
    let older = Smart {
        power_on_hours: Some(60_000),
        celsius: Some(44),
        wear_percent: Some(99),
        ..used()
    };
    assert!(!raised(&used(), &older));
    // A counter that goes down was a passing fault.
    let better = Smart {
        pending: Some(0),
        ..used()
    };
    assert!(!raised(&used(), &better));
}

#[test]
fn a_disk_that_gets_worse_is_told_with_what_it_was() {
    let grown = Smart {
        reallocated: Some(313),
        ..used()
    };
    assert!(raised(&used(), &grown));
    for after in [
        Smart {
            pending: Some(5),
            ..used()
        },
        Smart {
            uncorrectable: Some(10),
            ..used()
        },
        Smart {
            passed: Some(false),
            ..used()
        },
    ] {
        assert!(raised(&used(), &after), "{after:?}");
    }
    let young = Smart {
        wear_percent: Some(80),
        ..used()
    };
    assert!(
        raised(&young, &used()),
        "a solid-state disk reaches its end"
    );

    let mut play = Play::of(Cause::DiskFailing);
    play.hear(0, told(&[used()]));
    play.hear_often(2, HOUR_MS, &told(&[grown]));
    let fact = play.ticket.unwrap().evidence.unwrap().facts.remove(0);
    assert_eq!((fact.value, fact.before), (313, Some(312)));
    assert_eq!(fact.disk.as_deref(), Some("0123abcd"));
}

#[test]
fn one_odd_reading_is_no_alarm() {
    let odd = Smart {
        pending: Some(60_000),
        ..used()
    };
    let mut play = Play::of(Cause::DiskFailing);
    for _ in 0..50 {
        play.hear(HOUR_MS, told(&[used()]));
        assert_eq!(
            play.hear(HOUR_MS, told(std::slice::from_ref(&odd))),
            Action::Nothing
        );
    }
}

#[test]
fn a_disk_that_was_exchanged_begins_anew_and_a_late_counter_too() {
    let mut play = Play::of(Cause::DiskFailing);
    let bad = Smart {
        reallocated: Some(400),
        ..used()
    };
    play.hear(0, told(&[used()]));
    play.hear_often(3, HOUR_MS, &told(&[bad]));
    let other = Smart {
        disk: Some("89abcdef".to_owned()),
        pending: None,
        ..used()
    };
    let actions = play.hear_often(60, HOUR_MS, &told(std::slice::from_ref(&other)));
    assert!(actions.contains(&Action::Close), "the failing disk is gone");
    let awake = Smart {
        pending: Some(7),
        ..other
    };
    assert_eq!(opened(&play.hear_often(60, HOUR_MS, &told(&[awake]))), 0);
}

#[test]
fn a_device_that_invents_disks_fills_nothing() {
    let mut baseline = Baseline::default();
    for n in 0..1_000 {
        let disk = Smart {
            disk: Some(format!("{n:08x}")),
            ..used()
        };
        baseline.absorb(&[disk]);
    }
    assert_eq!(baseline.disks.len(), 32);
}

/// `DECLIC_SMART_SAMPLES` names a folder of more outputs of real disks.
#[test]
fn what_real_disks_say_is_an_alarm_only_when_it_grows() {
    let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("../agent/tests/fixtures/smart");
    let more = std::env::var_os("DECLIC_SMART_SAMPLES").map(PathBuf::from);
    let disks: Vec<_> = [Some(own), more]
        .into_iter()
        .flatten()
        .flat_map(|folder| read(&folder))
        .collect();
    assert!(disks.len() >= 8, "{}", disks.len());
    let mut counters = 0;
    for (path, disk) in disks {
        let failed = disk.passed == Some(false);
        assert_eq!(raised(&disk, &disk), failed, "{}", path.display());
        if disk.disk.is_none() {
            continue;
        }
        let one_more = |count: Option<u64>| count.map(|n| n + 1);
        for worse in [
            Smart {
                reallocated: one_more(disk.reallocated),
                ..disk.clone()
            },
            Smart {
                pending: one_more(disk.pending),
                ..disk.clone()
            },
            Smart {
                uncorrectable: one_more(disk.uncorrectable),
                ..disk.clone()
            },
        ] {
            if worse != disk {
                assert!(raised(&disk, &worse), "{}", path.display());
                counters += 1;
            }
        }
    }
    assert!(counters >= 8, "{counters}");
}
