//! What a PC measured: charts of two weeks, and its disks beside what they said at the
//! handover.

use std::sync::Arc;

use declic_common::api::DeviceDetail;
use declic_common::report::Smart as Told;
use jiff::Timestamp;

use crate::app::App;
use crate::app::baseline;
use crate::app::device::QueryError;
use crate::app::history::query::{Period, buckets, by_day};
use crate::http::pages::chart::{Chart, Drawn};
use crate::http::pages::view::View;
use crate::store::StoreError;

const DAY_MS: i64 = 86_400_000;
/// Days that charts show: as many as may be seen of any home.
const DAYS: i64 = 14;
/// Points of one chart: six hours each.
const POINTS: usize = 56;

/// How the values of a metric are told.
#[derive(Clone, Copy)]
enum Say {
    Disk,
    Memory,
    Degrees,
    Rungs,
    Signal,
}

/// A metric that has a chart.
struct Drawable {
    metric: &'static str,
    french: &'static str,
    english: &'static str,
    say: Say,
}

const DRAWN: [Drawable; 6] = [
    Drawable {
        metric: "disk_system_free_bytes",
        french: "Place libre sur le disque",
        english: "Free room on the disk",
        say: Say::Disk,
    },
    Drawable {
        metric: "memory_available_bytes",
        french: "Mémoire libre",
        english: "Free memory",
        say: Say::Memory,
    },
    Drawable {
        metric: "temperature_cpu_millicelsius",
        french: "Température du processeur",
        english: "Temperature of the processor",
        say: Say::Degrees,
    },
    Drawable {
        metric: "temperature_disk_millicelsius",
        french: "Température du disque",
        english: "Temperature of the disk",
        say: Say::Degrees,
    },
    Drawable {
        metric: "ladder_rungs",
        french: "Jusqu’où porte le réseau",
        english: "How far the network reaches",
        say: Say::Rungs,
    },
    Drawable {
        metric: "link_signal_dbm",
        french: "Force du Wi-Fi",
        english: "Strength of the Wi-Fi",
        say: Say::Signal,
    },
];

/// A chart of each metric that has values.
pub(super) async fn charts(
    app: &Arc<App>,
    detail: &DeviceDetail,
    now: Timestamp,
    v: &View,
) -> Result<Vec<Chart>, QueryError> {
    let device = detail.summary.device;
    let to = now.as_millisecond();
    let period = Period {
        device,
        from: to - DAYS * DAY_MS,
        to,
    };
    let rules = &app.programme.rules;
    let mut charts = Vec::new();
    for drawn in &DRAWN {
        let found = buckets(app, period.clone(), drawn.metric, POINTS, to).await?;
        if found.is_empty() {
            continue;
        }
        let days = by_day(app, period.clone(), drawn.metric, to).await?;
        let say = |value: i64| say(drawn.say, value, v);
        let chart = Chart::of(
            &Drawn {
                id: drawn.metric,
                title: v.say(drawn.french, drawn.english),
                from: period.from,
                to,
                buckets: &found,
                days: &days,
                limit: match drawn.metric {
                    "disk_system_free_bytes" => i64::try_from(rules.disk_full.full_bytes).ok(),
                    "temperature_cpu_millicelsius" => {
                        Some(i64::from(rules.overheating.cpu_celsius) * 1_000)
                    }
                    "temperature_disk_millicelsius" => {
                        Some(i64::from(rules.overheating.disk_celsius) * 1_000)
                    }
                    _ => None,
                },
                scale: matches!(drawn.say, Say::Rungs).then_some((0, 5)),
                say: &say,
            },
            v,
        );
        charts.extend(chart);
    }
    Ok(charts)
}

fn say(kind: Say, value: i64, v: &View) -> String {
    match kind {
        Say::Disk => v.disk(value.unsigned_abs()),
        Say::Memory => v.memory(value.unsigned_abs()),
        Say::Degrees => v.celsius(value),
        Say::Signal => v.unit(&v.number(value), "dBm"),
        Say::Rungs => match value {
            ..=0 => v.say("rien", "nothing"),
            1 => v.rung("link"),
            2 => v.rung("gateway"),
            3 => v.rung("dns"),
            4 => v.rung("internet"),
            _ => v.rung("controller"),
        }
        .to_owned(),
    }
}

/// A disk: each counter now, at the handover, and whether it grew.
#[derive(Debug)]
pub(super) struct Smart {
    pub(super) name: String,
    pub(super) verdict: &'static str,
    pub(super) well: bool,
    pub(super) rows: Vec<(&'static str, String, String, bool)>,
}

pub(super) async fn smart(
    app: &App,
    detail: &DeviceDetail,
    v: &View,
) -> Result<Vec<Smart>, StoreError> {
    let slow = detail
        .latest
        .as_ref()
        .and_then(|latest| latest.report.slow.as_ref());
    let Some(disks) = slow.and_then(|slow| slow.smart.as_ref()) else {
        return Ok(Vec::new());
    };
    let before = baseline::of(app, detail.summary.device).await?;
    let fitted = detail
        .inventory
        .iter()
        .flat_map(|fitted| fitted.disks.iter().flatten());
    let models: Vec<_> = fitted.collect();
    Ok(disks
        .iter()
        .map(|disk| {
            let model = models.iter().find(|fitted| fitted.disk == disk.disk);
            let name = model.and_then(|fitted| fitted.model.clone());
            Smart {
                name: name.unwrap_or_else(|| v.say("Disque", "Disk").to_owned()),
                verdict: match disk.passed {
                    Some(true) => v.say("bon selon lui-même", "good by its own word"),
                    Some(false) => v.say("en panne selon lui-même", "failing by its own word"),
                    None => v.say("ne se juge pas lui-même", "does not judge itself"),
                },
                well: disk.passed != Some(false),
                rows: counters(disk, before.of(disk), v),
            }
        })
        .collect())
}

fn counters(
    now: &Told,
    before: Option<&Told>,
    v: &View,
) -> Vec<(&'static str, String, String, bool)> {
    let number = |n: u64| v.number(n);
    let of = |read: fn(&Told) -> Option<u64>| (read(now), before.and_then(read));
    let rows = [
        (
            v.say("Secteurs réalloués", "Reallocated sectors"),
            of(|d| d.reallocated),
            true,
        ),
        (
            v.say("Secteurs en suspens", "Pending sectors"),
            of(|d| d.pending),
            true,
        ),
        (
            v.say("Erreurs incorrigibles", "Uncorrectable errors"),
            of(|d| d.uncorrectable),
            true,
        ),
        (
            v.say("Usure (%)", "Wear (%)"),
            of(|d| d.wear_percent.map(u64::from)),
            false,
        ),
        (
            v.say("Heures de marche", "Power-on hours"),
            of(|d| d.power_on_hours.map(u64::from)),
            false,
        ),
    ];
    rows.into_iter()
        .filter_map(|(name, (now, before), growth_is_bad)| {
            let now = now?;
            let grew = growth_is_bad && before.is_some_and(|before| now > before);
            let before = before.map_or_else(|| "–".to_owned(), number);
            Some((name, number(now), before, grew))
        })
        .collect()
}
