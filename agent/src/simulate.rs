//! A simulated home: believable readings for demonstrations and load.
//!
//! It stands where the real machine stands, behind the same trait, so that the
//! real reporter, spool and uplink run above it. Each home has its own seed.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use declic_common::inventory::{
    Bios, CpuModel, DiskFitted, Inventory, MemoryFitted, MemoryModule, ModuleForm, NetworkCard, Os,
};
use declic_common::report::{
    ActiveMinutes, Battery, BatteryState, Cpu, Disk, DiskClass, DiskForm, DiskKind, HealthReport,
    Ladder, Link, LinkKind, Memory, Sensor, Slow, Smart, Temperature, Updates, Usage,
};

use crate::pace::Pace;
use crate::probe::{Climb, Clocks, Probe, SlowJob, Targets};

const GIB: u64 = 1 << 30;
const HOUR_MS: u64 = 3_600_000;

/// One home of the simulated programme.
#[derive(Debug)]
pub struct Home {
    seed: u64,
    noise: Noise,
    boot_id: String,
    started: Instant,
    uptime_at_start_ms: u64,
    disk_free_bytes: u64,
    /// Lives faster than we do, since this moment of its clock (ms UTC).
    fast: Option<(Pace, i64)>,
    world: Arc<World>,
}

/// What happens round a simulated machine, set from outside while it runs.
#[derive(Debug)]
pub struct World {
    going_down: AtomicBool,
    /// The rung of the ladder that fails; [`RUNGS`] while none does.
    broken: AtomicUsize,
}

/// Link, gateway, DNS, internet, controller.
const RUNGS: usize = 5;

impl Default for World {
    fn default() -> Self {
        World {
            going_down: AtomicBool::new(false),
            broken: AtomicUsize::new(RUNGS),
        }
    }
}

impl World {
    /// The whole machine is about to go down, not the agent alone.
    pub fn go_down(&self) {
        self.going_down.store(true, Ordering::Relaxed);
    }

    /// From now on the network ends at this rung (0 for the link, 4 for the
    /// controller), or nowhere.
    pub fn reach(&self, broken: Option<usize>) {
        let broken = broken.unwrap_or(RUNGS).min(RUNGS);
        self.broken.store(broken, Ordering::Relaxed);
    }

    fn ladder(&self, connected: bool) -> Ladder {
        let broken = self.broken.load(Ordering::Relaxed);
        // Beyond the first rung that failed there is nothing to say.
        let rung = |n: usize| (n <= broken).then_some(n < broken);
        Ladder {
            link: rung(0),
            gateway: rung(1),
            dns: rung(2),
            internet: rung(3),
            controller: rung(4).map(|reached| reached && connected),
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
            started: Instant::now(),
            uptime_at_start_ms: noise.between(1, 9 * HOUR_MS),
            disk_free_bytes: noise.between(disk_total / 10, disk_total * 8 / 10),
            noise,
            fast: None,
            world: Arc::default(),
        }
    }

    /// The same home, switched on just now on a clock that may run fast.
    pub fn at_pace(mut self, pace: Pace) -> Self {
        self.fast = Some((pace, pace.now_ms()));
        self.uptime_at_start_ms = 0;
        self
    }

    /// The world round this home.
    pub fn world(&self) -> Arc<World> {
        Arc::clone(&self.world)
    }

    /// A home whose disk is nearly full.
    pub fn with_full_disk(mut self) -> Self {
        self.disk_free_bytes = disk_total(self.seed) / 200;
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
        let (wall_ms, elapsed_ms) = match self.fast {
            Some((pace, began_ms)) => {
                let now_ms = pace.now_ms();
                (now_ms, u64::try_from(now_ms - began_ms).unwrap_or(0))
            }
            None => {
                let wall = SystemTime::now().duration_since(UNIX_EPOCH);
                let wall_ms = wall.map_or(0, |d| i64::try_from(d.as_millis()).unwrap_or(0));
                let elapsed = self.started.elapsed().as_millis();
                (wall_ms, u64::try_from(elapsed).unwrap_or(u64::MAX))
            }
        };
        let uptime_ms = self.uptime_at_start_ms + elapsed_ms;
        Clocks {
            boot_id: self.boot_id.clone(),
            uptime_ms,
            awake_ms: uptime_ms,
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
                free_bytes: Some(self.disk_free_bytes),
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
        let slow = Slow {
            slow_at: None,
            updates: Some(Updates {
                pending: narrow(pending),
                security: narrow(self.noise.between(0, pending.min(3))),
                lists_age_s: Some(self.noise.between(600, 86_400)),
            }),
            reboot_required: Some(self.seed % 7 == 3),
            failed_units: Some(Vec::new()),
            smart: Some(vec![Smart {
                disk: Some(disk_name(self.seed)),
                kind: Some(DiskKind::Ata),
                passed: Some(true),
                reallocated: Some(if self.seed % 5 == 2 { 8 } else { 0 }),
                pending: Some(0),
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
        self.world.going_down.load(Ordering::Relaxed)
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
    fn a_broken_rung_is_the_last_one_that_the_ladder_tells() {
        let world = World::default();
        let rungs = |connected| world.ladder(connected).rungs().map(|(_, rung)| rung);
        assert_eq!(rungs(true), [Some(true); 5]);
        world.reach(Some(1));
        assert_eq!(rungs(false), [Some(true), Some(false), None, None, None]);
        world.reach(None);
        assert_eq!(rungs(false)[4], Some(false), "no session, no controller");
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
