//! A simulated home: believable readings for demonstrations and load.
//!
//! It stands where the real machine stands, behind the same trait, so that the
//! real reporter, spool and uplink run above it. Each home has its own seed.

mod hand;
mod world;

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use declic_common::inventory::{
    Bios, CpuModel, DiskFitted, Inventory, MemoryFitted, MemoryModule, ModuleForm, NetworkCard, Os,
};
use declic_common::report::{
    ActiveMinutes, Battery, BatteryState, Cpu, Disk, DiskClass, DiskForm, DiskKind, HealthReport,
    Link, LinkKind, Memory, Sensor, Slow, Smart, Temperature, Updates, Usage,
};

use crate::pace::Pace;
use crate::probe::{Climb, Clocks, Probe, SlowJob, Targets};
pub use hand::{Pc, Sent};
pub use world::World;

const GIB: u64 = 1 << 30;
const HOUR_MS: u64 = 3_600_000;
/// Updates that want a new start have come by then.
const REBOOT_AFTER_MS: u64 = 6 * HOUR_MS;

/// One home of the simulated programme.
#[derive(Debug)]
pub struct Home {
    seed: u64,
    noise: Noise,
    boot_id: String,
    clock: Clock,
    uptime_at_start_ms: u64,
    disk_free_bytes: u64,
    world: Arc<World>,
}

/// Where a home has its time from, and since when it runs on it (ms UTC).
#[derive(Debug)]
enum Clock {
    Ours(Instant),
    Fast(Pace, i64),
    /// Moved by whoever moves the home.
    ByHand(Arc<AtomicI64>, i64),
}

impl Clock {
    /// Device clock, ms UTC, and time since the start, in ms.
    fn read(&self) -> (i64, u64) {
        let since = |now: i64, began: i64| (now, u64::try_from(now - began).unwrap_or(0));
        match self {
            Clock::Fast(pace, began) => since(pace.now_ms(), *began),
            Clock::ByHand(now, began) => since(now.load(Ordering::Relaxed), *began),
            Clock::Ours(started) => {
                let wall = SystemTime::now().duration_since(UNIX_EPOCH);
                let wall_ms = wall.map_or(0, |d| i64::try_from(d.as_millis()).unwrap_or(0));
                let elapsed = started.elapsed().as_millis();
                (wall_ms, u64::try_from(elapsed).unwrap_or(u64::MAX))
            }
        }
    }
}

/// SplitMix64 (Steele, Lea, Flood, 2014): small, and the same on every machine.
#[derive(Debug)]
struct Noise(u64);

impl Noise {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn between(&mut self, low: u64, high: u64) -> u64 {
        low + self.next() % (high - low + 1)
    }
}

impl Home {
    /// The home of this seed, starting now as `life`: another life is another boot.
    pub fn new(seed: u64, life: u64) -> Self {
        let mut noise = Noise(seed ^ life.rotate_left(32));
        let disk_total = disk_total(seed);
        Home {
            seed,
            boot_id: format!("{:016x}{:016x}", noise.next(), noise.next()),
            clock: Clock::Ours(Instant::now()),
            uptime_at_start_ms: noise.between(1, 9 * HOUR_MS),
            // The same at each start, as far as the household is concerned.
            disk_free_bytes: Noise(seed).between(disk_total / 10, disk_total * 8 / 10),
            noise,
            world: Arc::default(),
        }
    }

    /// The same home, switched on just now on a clock that may run fast.
    pub fn at_pace(self, pace: Pace) -> Self {
        self.started_on(Clock::Fast(pace, pace.now_ms()))
    }

    /// The same home, switched on just now on a clock (ms UTC) that somebody moves.
    pub(crate) fn by_hand(self, now_ms: Arc<AtomicI64>) -> Self {
        let began = now_ms.load(Ordering::Relaxed);
        self.started_on(Clock::ByHand(now_ms, began))
    }

    fn started_on(mut self, clock: Clock) -> Self {
        self.clock = clock;
        self.uptime_at_start_ms = 0;
        self
    }

    /// The same home, in a world that may have known it before.
    pub fn in_world(mut self, world: Arc<World>) -> Self {
        world.start();
        self.world = world;
        self
    }

    fn is_laptop(&self) -> bool {
        self.seed.is_multiple_of(4)
    }

    fn memory_total(&self) -> u64 {
        [2, 4, 4, 8][(self.seed % 4) as usize] * GIB
    }

    fn power_on_hours(&self) -> u32 {
        let boots = self.uptime_at_start_ms / HOUR_MS;
        u32::try_from(9_000 + self.seed % 30_000 + boots).unwrap_or(u32::MAX)
    }
}

fn disk_total(seed: u64) -> u64 {
    [80, 160, 250, 500][(seed / 4 % 4) as usize] * 1_000_000_000
}

fn disk_name(seed: u64) -> String {
    format!("{:08x}", Noise(seed).next() as u32)
}

fn permille(value: u64) -> Option<u16> {
    u16::try_from(value).ok()
}

fn narrow(value: u64) -> Option<u32> {
    u32::try_from(value).ok()
}

impl Probe for Home {
    fn clocks(&mut self) -> Clocks {
        let (wall_ms, elapsed_ms) = self.clock.read();
        let uptime_ms = self.uptime_at_start_ms + elapsed_ms;
        Clocks {
            boot_id: self.boot_id.clone(),
            uptime_ms,
            awake_ms: uptime_ms.saturating_sub(self.world.slept_ms()),
            wall_ms,
        }
    }

    fn sample(&mut self) -> bool {
        false
    }

    fn readings(&mut self, usage: bool) -> HealthReport {
        let noise = &mut self.noise;
        let mean = noise.between(10, 300);
        let load = noise.between(5, 180);
        let total = [2, 4, 4, 8][(self.seed % 4) as usize] * GIB;
        let disk_total = disk_total(self.seed);
        let written = noise.between(0, 2_000_000);
        self.disk_free_bytes = self.disk_free_bytes.saturating_sub(written);
        let free = match self.world.disk_is_full() {
            true => disk_total / 200,
            false => self.disk_free_bytes,
        };
        let laptop = self.seed.is_multiple_of(4);
        HealthReport {
            cpu: Some(Cpu {
                mean_permille: permille(mean),
                max_permille: permille(mean + noise.between(0, 600)),
                load1_centi: narrow(load),
                load5_centi: narrow(load * 9 / 10),
                load15_centi: narrow(load * 8 / 10),
            }),
            memory: Some(Memory {
                total_bytes: Some(total),
                available_bytes: Some(noise.between(total / 5, total * 4 / 5)),
                swap_total_bytes: Some(GIB),
                swap_free_bytes: Some(noise.between(GIB / 2, GIB)),
            }),
            disks: Some(vec![Disk {
                class: Some(DiskClass::System),
                fs: Some("ext4".to_owned()),
                total_bytes: Some(disk_total),
                free_bytes: Some(free),
            }]),
            temperatures: Some(vec![Temperature {
                sensor: Some(Sensor::Cpu),
                millicelsius: i32::try_from(noise.between(38_000, 62_000)).ok(),
            }]),
            link: Some(if laptop {
                Link {
                    kind: Some(LinkKind::Wifi),
                    signal_dbm: Some(-40 - (noise.between(0, 35) as i16)),
                    speed_mbps: None,
                }
            } else {
                Link {
                    kind: Some(LinkKind::Ethernet),
                    signal_dbm: None,
                    speed_mbps: Some(100),
                }
            }),
            battery: laptop.then(|| Battery {
                percent: Some(noise.between(20, 100) as u8),
                state: Some(BatteryState::Charging),
                health_permille: permille(300 + self.seed % 500),
                cycles: narrow(200 + self.seed % 600),
            }),
            usage: usage.then(|| Usage {
                rx_bytes: Some(noise.between(10_000, 40_000_000)),
                tx_bytes: Some(noise.between(5_000, 4_000_000)),
                active_minutes: Some(ActiveMinutes {
                    evening: permille(noise.between(0, 15)),
                    ..ActiveMinutes::default()
                }),
            }),
            ..HealthReport::default()
        }
    }

    fn slow(&mut self) -> SlowJob {
        let pending = self.noise.between(0, 40);
        // Security updates are installed by themselves: few are seen to wait.
        let security = match self.noise.between(0, 7) {
            0 => self.noise.between(0, pending.min(3)),
            _ => 0,
        };
        let uptime_ms = self.clocks().uptime_ms;
        let slow = Slow {
            slow_at: None,
            updates: Some(Updates {
                pending: narrow(pending),
                security: narrow(security),
                lists_age_s: Some(self.noise.between(600, 86_400)),
            }),
            // A start of the machine has done what was asked.
            reboot_required: Some(self.seed % 7 == 3 && uptime_ms > REBOOT_AFTER_MS),
            failed_units: Some(Vec::new()),
            smart: Some(vec![Smart {
                disk: Some(disk_name(self.seed)),
                kind: Some(DiskKind::Ata),
                passed: Some(true),
                reallocated: Some(if self.seed % 5 == 2 { 8 } else { 0 }),
                pending: Some(self.world.sectors_lost()),
                uncorrectable: Some(0),
                power_on_hours: Some(self.power_on_hours()),
                wear_percent: None,
                celsius: i16::try_from(self.noise.between(28, 41)).ok(),
            }]),
        };
        Box::new(move || slow)
    }

    fn inventory(&mut self) -> Inventory {
        let bytes = Noise(self.seed).next().to_be_bytes();
        Inventory {
            vendor: Some("Simulation".to_owned()),
            model: Some(
                if self.is_laptop() {
                    "Portable"
                } else {
                    "Bureau"
                }
                .to_owned(),
            ),
            serial: Some(format!("SIM{:05}", self.seed)),
            board: None,
            bios: Some(Bios {
                vendor: Some("Simulation".to_owned()),
                version: Some("1.0".to_owned()),
                date: Some("03/12/2009".to_owned()),
            }),
            cpu: Some(CpuModel {
                model: Some("Processeur simulé".to_owned()),
                cores: Some(2),
                threads: Some(2),
                max_mhz: Some(2_400),
                arch: Some("x86_64".to_owned()),
            }),
            memory: Some(MemoryFitted {
                total_bytes: Some(self.memory_total()),
                modules: Some(vec![MemoryModule {
                    size_bytes: Some(self.memory_total()),
                    kind: Some("DDR3".to_owned()),
                    form: Some(ModuleForm::SoDimm),
                    ..MemoryModule::default()
                }]),
                slots: Some(2),
            }),
            disks: Some(vec![DiskFitted {
                disk: Some(disk_name(self.seed)),
                model: Some("Disque simulé".to_owned()),
                serial: Some(format!("SIMD{:05}", self.seed)),
                size_bytes: Some(disk_total(self.seed)),
                kind: Some(DiskKind::Ata),
                rotational: Some(true),
                firmware: None,
                form: Some(DiskForm::Inch2And5),
            }]),
            network: Some(vec![NetworkCard {
                kind: Some(LinkKind::Ethernet),
                // Locally administered, so that it is nobody's (IEEE 802, U/L bit).
                mac: Some(format!(
                    "02:{:02x}:{:02x}:{:02x}:{:02x}:{:02x}",
                    bytes[0], bytes[1], bytes[2], bytes[3], bytes[4]
                )),
                driver: Some("sim".to_owned()),
            }]),
            os: Some(Os {
                id: Some("debian".to_owned()),
                name: Some("Debian GNU/Linux 12 (bookworm)".to_owned()),
                version: Some("12".to_owned()),
                kernel: Some("6.1.0".to_owned()),
            }),
            agent_version: None,
        }
    }

    fn climb(&mut self, targets: Targets) -> Climb {
        let ladder = self.world.ladder(targets.connected);
        Box::pin(async move { ladder })
    }

    fn going_down(&mut self) -> bool {
        self.world.goes_down()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_home_is_the_same_machine_in_every_life() {
        let (mut a, mut b) = (Home::new(12, 1), Home::new(12, 2));
        assert_eq!(a.inventory(), b.inventory());
        assert_ne!(a.clocks().boot_id, b.clocks().boot_id);
    }

    #[test]
    fn time_asleep_is_not_time_awake_and_ends_with_the_boot() {
        let (now, world) = (Arc::new(AtomicI64::new(1_000)), Arc::<World>::default());
        let start = |life| {
            Home::new(3, life)
                .by_hand(Arc::clone(&now))
                .in_world(Arc::clone(&world))
        };
        let mut home = start(1);
        now.store(11_000, Ordering::Relaxed);
        world.sleep(4_000);
        let clocks = home.clocks();
        assert_eq!((clocks.uptime_ms, clocks.awake_ms), (10_000, 6_000));
        assert_eq!(start(2).clocks().awake_ms, 0);
    }

    #[test]
    fn security_updates_are_some_of_those_that_wait() {
        for seed in 0..500 {
            let updates = Home::new(seed, 1).slow()().updates.unwrap();
            assert!(updates.security <= updates.pending, "{updates:?}");
        }
    }

    #[test]
    fn every_simulated_reading_is_one_that_a_controller_accepts() {
        for seed in 0..200 {
            let report = Home::new(seed, 1).readings(true);
            let json = serde_json::to_vec(&report).unwrap();
            let read: HealthReport = serde_json::from_slice(&json).unwrap();
            assert_eq!(read, report);
        }
    }
}
