//! A past for a demonstration: years of made-up reports, through the door of the import.
//!
//! Every home is on day and night and reports every five minutes: the heaviest case that
//! a controller has to carry. It is made in the background, the newest days first, while
//! the demonstration already answers.

use std::sync::Arc;
use std::thread;

use anyhow::Context;
use declic_common::DeviceId;

use crate::app::App;
use crate::app::audit::{self, Note};
use crate::app::history::import::{imported, take};
use crate::domain::days::{Day, paris};
use crate::domain::metric::{self, Metric};
use crate::store::StoreError;
use crate::store::chunk::Row;

/// Between two reports, in ms.
const EVERY_MS: i64 = 300_000;
/// Local days that one batch of work makes.
const DAYS_AT_ONCE: i32 = 14;
/// Devices whose records change in one batch.
const DEVICES_AT_ONCE: usize = 500;

/// Makes the homes of a demonstration as old as its past, and starts to make that; `None`
/// where they are old already, and so have one.
pub(super) async fn begin(
    app: &Arc<App>,
    days: u32,
    now: i64,
) -> anyhow::Result<Option<thread::JoinHandle<()>>> {
    let zone = paris();
    let today = Day::of(now, &zone);
    let days = i32::try_from(days).unwrap_or(i32::MAX);
    let first = today.before(days);
    let devices = grow_old(app, first.begins(&zone), now)
        .await
        .context("failed to date the homes back")?;
    if devices.is_empty() {
        return Ok(None);
    }
    let threads = thread::available_parallelism().map_or(1, |n| n.get());
    let app = Arc::clone(app);
    let thread = thread::Builder::new()
        .name("past".to_owned())
        .spawn(move || {
            let mut end = today;
            while end > first {
                let begin = end.before(DAYS_AT_ONCE).max(first);
                if let Err(error) = weeks(&app, &devices, (begin, end), threads) {
                    tracing::warn!(%error, "the past of the demonstration stays shorter");
                    return;
                }
                end = begin;
            }
            tracing::info!(devices = devices.len(), days, "the past is made");
        })
        .context("failed to start a thread")?;
    Ok(Some(thread))
}

/// What a device did before it joined is shown to nobody, so they joined long ago. Gives
/// those that are older now.
async fn grow_old(app: &Arc<App>, since: i64, now: i64) -> Result<Vec<DeviceId>, StoreError> {
    let mut young = app.registry.all();
    young.retain(|entry| entry.device.enrolled_at > since);
    let devices: Vec<DeviceId> = young.iter().map(|entry| entry.device.id).collect();
    for some in devices.chunks(DEVICES_AT_ONCE) {
        let some = some.to_vec();
        audit::with(app, now, move |app, change| {
            for device in &some {
                let Some(entry) = app.registry.get(*device) else {
                    continue;
                };
                let before = &entry.device;
                if before.enrolled_at > since {
                    let mut after = before.clone();
                    after.enrolled_at = since;
                    change.change_device(before, after);
                }
            }
            if !change.batch.ops.is_empty() {
                change.note(Note {
                    who: "demo",
                    what: "history.import",
                    subject: "history",
                    detail: Some(format!("{} devices with a made-up past", some.len())),
                });
            }
            Ok::<_, StoreError>(())
        })
        .await?;
    }
    Ok(devices)
}

/// Makes some days of every device, with as many threads as there are processors.
fn weeks(
    app: &Arc<App>,
    devices: &[DeviceId],
    (begin, end): (Day, Day),
    threads: usize,
) -> Result<(), StoreError> {
    let share = devices.len().div_ceil(threads).max(1);
    thread::scope(|scope| {
        let work = devices.chunks(share).map(|devices| {
            scope.spawn(move || {
                for device in devices {
                    let Some(entry) = app.registry.get(*device) else {
                        continue;
                    };
                    let rows = reports(*device, begin, end);
                    let made = rows.len() as u64;
                    take(app.store.as_ref(), &entry, rows)?;
                    app.counters.imported.add(made);
                }
                Ok(())
            })
        });
        let work: Vec<_> = work.collect();
        // Every one is waited for; the first that failed is told.
        let ended: Vec<_> = work
            .into_iter()
            .map(|one| one.join().unwrap_or(Err(StoreError::Closed)))
            .collect();
        ended.into_iter().collect()
    })
}

/// The metrics that a home reports, found once.
struct Metrics(Vec<&'static Metric>);

const ALWAYS: [&str; 25] = [
    "cpu_mean_permille",
    "cpu_max_permille",
    "load1_centi",
    "load5_centi",
    "load15_centi",
    "memory_total_bytes",
    "memory_available_bytes",
    "swap_total_bytes",
    "swap_free_bytes",
    "disk_system_total_bytes",
    "disk_system_free_bytes",
    "temperature_cpu_millicelsius",
    "temperature_disk_millicelsius",
    "link_signal_dbm",
    "ladder_rungs",
    "agent_waiting",
    "agent_resident_bytes",
    "interval_s",
    "agent_dropped",
    "agent_refused",
    "agent_damaged",
    "usage_consent",
    "usage_rx_bytes",
    "usage_tx_bytes",
    "usage_evening_minutes",
];
const HOURLY: [&str; 11] = [
    "updates_pending",
    "updates_security",
    "updates_lists_age_s",
    "failed_units",
    "smart_reallocated",
    "smart_pending",
    "smart_uncorrectable",
    "smart_power_on_hours",
    "smart_wear_percent",
    "reboot_required",
    "smart_passed",
];

impl Metrics {
    fn named(names: &[&str]) -> Self {
        let metric = |name: &&str| metric::find(name).expect("a metric of ours");
        Metrics(names.iter().map(metric).collect())
    }

    fn put(&self, values: &mut Vec<(u16, u8, i64)>, these: &[i64]) {
        let metrics = self.0.iter().zip(these);
        values.extend(metrics.map(|(metric, value)| (metric.number, metric.unit as u8, *value)));
    }
}

/// The reports of one device and some days; the same ones whenever they are made.
fn reports(device: DeviceId, begin: Day, end: Day) -> Vec<Row> {
    let zone = paris();
    let (always, hourly) = (Metrics::named(&ALWAYS), Metrics::named(&HOURLY));
    let (from, to) = (begin.begins(&zone), end.begins(&zone));
    let mut home = Home::new(device.to_bits());
    let mut noise = Noise(device.to_bits() ^ ((begin.0 as u64) << 20));
    let mut rows = Vec::new();
    let mut busy = 0;
    for (n, at) in (from..to).step_by(EVERY_MS as usize).enumerate() {
        // The agent's own clock is not the wall's: a few hundred ms either way.
        let at = at + noise.below(900);
        let of_day = (at - from).rem_euclid(86_400_000) / 3_600_000;
        let awake = (7..23).contains(&of_day);
        // Somebody uses it for a while, then for a while nobody does.
        if noise.below(9) == 0 {
            busy = if awake {
                noise.below(700)
            } else {
                noise.below(60)
            };
        }
        let mut values = Vec::with_capacity(ALWAYS.len() + HOURLY.len());
        always.put(&mut values, &home.report(&mut noise, busy, awake));
        if n.is_multiple_of(12) {
            hourly.put(&mut values, &home.slow(&mut noise, at));
        }
        values.sort_unstable_by_key(|(number, ..)| *number);
        rows.push(Row {
            id: imported(at),
            estimated: false,
            values,
        });
    }
    rows
}

/// What a home is like from one report to the next.
struct Home {
    load: [i64; 3],
    free_pages: i64,
    disk_free: i64,
    memory: i64,
    disk: i64,
    celsius: i64,
    signal: i64,
    resident: i64,
}

const PAGE: i64 = 4_096;

impl Home {
    fn new(seed: u64) -> Self {
        let mut noise = Noise(seed);
        let gib = 1_i64 << 30;
        let memory = [2, 4, 8][noise.below(3) as usize] * gib - noise.below(90) * 1_048_576;
        let disk = [80, 120, 250, 500][noise.below(4) as usize] * 1_000_000_000;
        Home {
            load: [20, 20, 20],
            free_pages: memory / PAGE / 2,
            disk_free: disk / 2 / PAGE,
            memory,
            disk,
            celsius: 41_000,
            signal: -48 - noise.below(25),
            resident: 4_300_000 / PAGE,
        }
    }

    fn report(&mut self, noise: &mut Noise, busy: i64, awake: bool) -> [i64; 25] {
        let mean = (busy + noise.below(40)).min(1_000);
        let max = (mean * 2 + noise.below(200)).min(1_000);
        for (load, slow) in self.load.iter_mut().zip([2, 4, 8]) {
            *load += (mean / 5 + noise.below(9) - *load) / slow;
        }
        self.free_pages += noise.below(4_001) - 2_000;
        self.free_pages = self
            .free_pages
            .clamp(self.memory / PAGE / 8, self.memory / PAGE * 3 / 4);
        self.disk_free -= noise.below(40);
        self.disk_free += if noise.below(300) == 0 { 5_500 } else { 0 };
        // Sensors of old boards tell whole degrees.
        self.celsius = (self.celsius + (38_000 + mean * 30 - self.celsius) / 4) / 1_000 * 1_000
            + noise.below(3) * 1_000;
        let signal = self.signal + noise.below(5) - 2;
        let moved = if awake { busy * 40_000 } else { 2_000 };
        let rx = noise.below(moved + 6_000);
        let disk_celsius = 30_000 + self.celsius / 8_000 * 1_000;
        [
            mean,
            max,
            self.load[0],
            self.load[1],
            self.load[2],
            self.memory,
            self.free_pages * PAGE,
            2 << 30,
            2 << 30,
            self.disk,
            self.disk_free * PAGE,
            self.celsius,
            disk_celsius,
            signal,
            if noise.below(2_000) == 0 { 3 } else { 5 },
            0,
            (self.resident + noise.below(12)) * PAGE,
            300,
            0,
            0,
            0,
            1,
            rx,
            rx / 9 + noise.below(900),
            i64::from(awake && busy > 80) * 5,
        ]
    }

    fn slow(&mut self, noise: &mut Noise, at: i64) -> [i64; 11] {
        let hours = at / 3_600_000;
        [
            hours / 24 % 9,
            hours / 24 % 3,
            hours % 24 * 3_600 + noise.below(60),
            0,
            8,
            0,
            0,
            hours % 60_000,
            12,
            i64::from(hours / 24 % 30 == 0),
            1,
        ]
    }
}

/// SplitMix64: small, and the same on every machine.
struct Noise(u64);

impl Noise {
    fn below(&mut self, bound: i64) -> i64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) >> 1) as i64 % bound.max(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::history::query::{self, Period};
    use crate::app::testing;
    use crate::store::Batch;
    use crate::store::records::{Certificate, Device};

    #[tokio::test]
    async fn a_made_up_past_is_read_like_any_other() {
        let dir = tempfile::tempdir().unwrap();
        let app = testing::app(dir.path(), 1);
        let now = "2026-11-26T10:00:00Z".parse::<jiff::Timestamp>().unwrap();
        let now = now.as_millisecond();
        let id = DeviceId::from_bits(7);
        let device = Device {
            id,
            asset: None,
            site: None,
            enrolled_at: now,
            certificate: Certificate {
                serial: "01".to_owned(),
                issued_at: now,
                expires_at: now * 2,
            },
            revoked_at: None,
            retired_at: None,
            settings: None,
            previous_serial: None,
        };
        let mut batch = Batch::default();
        crate::app::registry::add_device(&mut batch, &device);
        app.store.commit(batch).await.unwrap();
        app.registry.put_device(device);
        let past = begin(&app, 20, now).await.unwrap().unwrap();
        tokio::task::spawn_blocking(|| past.join())
            .await
            .unwrap()
            .unwrap();
        // Twenty local days, on none of which the clocks change.
        let wanted = 20 * 288;
        assert_eq!(app.counters.imported.get(), wanted);
        let period = Period {
            device: id,
            from: now - 25 * 86_400_000,
            to: now,
        };
        let page = query::points(&app, period.clone(), "load1_centi", 10_000, None, now);
        assert_eq!(page.await.unwrap().items.len() as u64, wanted);
        let days = query::by_day(&app, period, "smart_power_on_hours", now);
        let days = days.await.unwrap();
        assert_eq!(days.len(), 20);
        assert!(days.iter().all(|day| day.count == 24));
        audit::verify(&app, None).await.unwrap();
    }
}
