//! The metrics whose history can be read: name, unit, and where a report holds them.

use declic_common::report::{Disk, DiskClass, HealthReport, Sensor, Slow, Smart};

/// A number that reports carry, whole and in the unit that its name ends with.
#[derive(Clone, Copy, Debug)]
pub struct Metric {
    pub name: &'static str,
    pub unit: Unit,
    /// The value in one report; a reading that is absent gives no point.
    pub read: fn(&HealthReport) -> Option<i64>,
}

/// What one step of a metric is worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// Thousandths of a whole.
    Permille,
    Percent,
    /// Hundredths of a process that waits to run.
    LoadCenti,
    Bytes,
    /// Thousandths of a degree Celsius.
    Millicelsius,
    Dbm,
    MegabitsPerSecond,
    Count,
    Hours,
    Seconds,
}

impl Unit {
    /// As it stands in lists.
    pub fn symbol(self) -> &'static str {
        match self {
            Unit::Permille => "‰",
            Unit::Percent => "%",
            Unit::LoadCenti => "1/100",
            Unit::Bytes => "B",
            Unit::Millicelsius => "m°C",
            Unit::Dbm => "dBm",
            Unit::MegabitsPerSecond => "Mbit/s",
            Unit::Count => "",
            Unit::Hours => "h",
            Unit::Seconds => "s",
        }
    }
}

macro_rules! metrics {
    ($( $name:literal, $unit:ident, $read:expr; )*) => {
        /// Every metric, in the order of the report.
        pub const METRICS: &[Metric] = &[
            $( Metric { name: $name, unit: Unit::$unit, read: $read }, )*
        ];
    };
}

metrics! {
    "cpu_mean_permille", Permille, |r| r.cpu.as_ref()?.mean_permille.map(i64::from);
    "cpu_max_permille", Permille, |r| r.cpu.as_ref()?.max_permille.map(i64::from);
    "load1_centi", LoadCenti, |r| r.cpu.as_ref()?.load1_centi.map(i64::from);
    "load5_centi", LoadCenti, |r| r.cpu.as_ref()?.load5_centi.map(i64::from);
    "load15_centi", LoadCenti, |r| r.cpu.as_ref()?.load15_centi.map(i64::from);
    "memory_total_bytes", Bytes, |r| whole(r.memory.as_ref()?.total_bytes);
    "memory_available_bytes", Bytes, |r| whole(r.memory.as_ref()?.available_bytes);
    "swap_total_bytes", Bytes, |r| whole(r.memory.as_ref()?.swap_total_bytes);
    "swap_free_bytes", Bytes, |r| whole(r.memory.as_ref()?.swap_free_bytes);
    "disk_system_total_bytes", Bytes, |r| whole(disk(r, DiskClass::System)?.total_bytes);
    "disk_system_free_bytes", Bytes, |r| whole(disk(r, DiskClass::System)?.free_bytes);
    "disk_home_total_bytes", Bytes, |r| whole(disk(r, DiskClass::Home)?.total_bytes);
    "disk_home_free_bytes", Bytes, |r| whole(disk(r, DiskClass::Home)?.free_bytes);
    "temperature_cpu_millicelsius", Millicelsius, |r| temperature(r, Sensor::Cpu);
    "temperature_disk_millicelsius", Millicelsius, |r| temperature(r, Sensor::Disk);
    "temperature_gpu_millicelsius", Millicelsius, |r| temperature(r, Sensor::Gpu);
    "temperature_board_millicelsius", Millicelsius, |r| temperature(r, Sensor::Board);
    "link_signal_dbm", Dbm, |r| r.link.as_ref()?.signal_dbm.map(i64::from);
    "link_speed_mbps", MegabitsPerSecond, |r| r.link.as_ref()?.speed_mbps.map(i64::from);
    "ladder_rungs", Count, reached;
    "battery_percent", Percent, |r| r.battery.as_ref()?.percent.map(i64::from);
    "battery_health_permille", Permille, |r| r.battery.as_ref()?.health_permille.map(i64::from);
    "updates_pending", Count, |r| slow(r)?.updates.as_ref()?.pending.map(i64::from);
    "updates_security", Count, |r| slow(r)?.updates.as_ref()?.security.map(i64::from);
    "updates_lists_age_s", Seconds, |r| whole(slow(r)?.updates.as_ref()?.lists_age_s);
    "failed_units", Count, |r| slow(r)?.failed_units.as_ref().map(|units| units.len() as i64);
    "smart_reallocated", Count, |r| worst(r, |disk| whole(disk.reallocated));
    "smart_pending", Count, |r| worst(r, |disk| whole(disk.pending));
    "smart_uncorrectable", Count, |r| worst(r, |disk| whole(disk.uncorrectable));
    "smart_power_on_hours", Hours, |r| worst(r, |disk| disk.power_on_hours.map(i64::from));
    "smart_wear_percent", Percent, |r| worst(r, |disk| disk.wear_percent.map(i64::from));
    "agent_waiting", Count, |r| whole(r.agent.as_ref()?.waiting);
    "agent_resident_bytes", Bytes, |r| whole(r.agent.as_ref()?.resident_bytes);
}

/// The metric of this name.
pub fn find(name: &str) -> Option<&'static Metric> {
    METRICS.iter().find(|metric| metric.name == name)
}

fn whole(value: Option<u64>) -> Option<i64> {
    i64::try_from(value?).ok()
}

fn slow(report: &HealthReport) -> Option<&Slow> {
    report.slow.as_ref()
}

/// The first disk of a class: a PC has one of each, with rare exceptions.
fn disk(report: &HealthReport, class: DiskClass) -> Option<&Disk> {
    let mut disks = report.disks.as_ref()?.iter();
    disks.find(|disk| disk.class == Some(class))
}

/// The hottest sensor of a kind.
fn temperature(report: &HealthReport, sensor: Sensor) -> Option<i64> {
    let readings = report.temperatures.as_ref()?.iter();
    readings
        .filter(|reading| reading.sensor == Some(sensor))
        .filter_map(|reading| reading.millicelsius.map(i64::from))
        .max()
}

/// The greatest value among the disks: the one to worry about.
fn worst(report: &HealthReport, read: fn(&Smart) -> Option<i64>) -> Option<i64> {
    slow(report)?.smart.as_ref()?.iter().filter_map(read).max()
}

/// How many rungs of the ladder hold, from the PC outwards.
fn reached(report: &HealthReport) -> Option<i64> {
    let rungs = report.ladder.as_ref()?.rungs();
    // A rung that was not tried says nothing; the one above it may.
    let tried: Vec<bool> = rungs.into_iter().filter_map(|(_, ok)| ok).collect();
    (!tried.is_empty()).then(|| tried.iter().take_while(|ok| **ok).count() as i64)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn full() -> HealthReport {
        serde_json::from_str(
            r#"{"cpu":{"mean_permille":120,"max_permille":900,"load1_centi":1,"load5_centi":2,"load15_centi":3},
                "memory":{"total_bytes":8,"available_bytes":4,"swap_total_bytes":2,"swap_free_bytes":1},
                "disks":[{"class":"home","total_bytes":11,"free_bytes":7},{"class":"system","total_bytes":12,"free_bytes":9}],
                "temperatures":[{"sensor":"cpu","millicelsius":41000},{"sensor":"cpu","millicelsius":52000},
                  {"sensor":"disk","millicelsius":30000},{"sensor":"gpu","millicelsius":1},{"sensor":"board","millicelsius":2}],
                "link":{"kind":"wifi","signal_dbm":-61,"speed_mbps":54},
                "ladder":{"link":true,"gateway":true,"dns":false},
                "battery":{"percent":80,"health_permille":700},
                "agent":{"waiting":0,"resident_bytes":4000000},
                "slow":{"updates":{"pending":3,"security":1,"lists_age_s":60},"failed_units":[],
                  "smart":[{"reallocated":0,"pending":0,"uncorrectable":0,"power_on_hours":9,"wear_percent":3},
                           {"reallocated":8,"power_on_hours":2}]}}"#,
        )
        .unwrap()
    }

    fn value(name: &str) -> Option<i64> {
        (find(name).unwrap().read)(&full())
    }

    #[test]
    fn a_full_report_has_a_value_for_every_metric_and_an_empty_one_for_none() {
        for metric in METRICS {
            assert!((metric.read)(&full()).is_some(), "{}", metric.name);
            let empty = HealthReport::default();
            assert_eq!((metric.read)(&empty), None, "{}", metric.name);
        }
    }

    #[test]
    fn the_disk_to_worry_about_and_the_hottest_core_are_the_ones_shown() {
        assert_eq!(value("disk_system_free_bytes"), Some(9));
        assert_eq!(value("disk_home_free_bytes"), Some(7));
        assert_eq!(value("temperature_cpu_millicelsius"), Some(52_000));
        assert_eq!(value("smart_reallocated"), Some(8));
        assert_eq!(value("ladder_rungs"), Some(2));
        assert_eq!(value("failed_units"), Some(0));
    }

    #[test]
    fn names_are_unique_and_unknown_ones_are_not_guessed() {
        let names: BTreeSet<_> = METRICS.iter().map(|metric| metric.name).collect();
        assert_eq!(names.len(), METRICS.len());
        assert!(find("cpu").is_none());
    }
}
