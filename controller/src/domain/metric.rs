//! The metrics whose history can be read: name, unit, and where a report holds them.

use declic_common::report::{
    ActiveMinutes, Consent, Disk, DiskClass, HealthReport, Sensor, Slow, Smart,
};

/// A number that reports carry, whole and in the unit that its name ends with.
#[derive(Clone, Copy, Debug)]
pub struct Metric {
    /// Its column in sealed history; never reused.
    pub number: u16,
    pub name: &'static str,
    pub unit: Unit,
    /// The value in one report; a reading that is absent gives no point.
    pub read: fn(&HealthReport) -> Option<i64>,
}

/// What one step of a metric is worth; the numbers are those of sealed history.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Unit {
    /// Thousandths of a whole.
    Permille = 1,
    Percent = 2,
    /// Hundredths of a process that waits to run.
    LoadCenti = 3,
    Bytes = 4,
    /// Thousandths of a degree Celsius.
    Millicelsius = 5,
    Dbm = 6,
    MegabitsPerSecond = 7,
    Count = 8,
    Hours = 9,
    Seconds = 10,
    Minutes = 11,
    /// 1 is yes, 0 is no.
    Flag = 12,
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
            Unit::Count | Unit::Flag => "",
            Unit::Hours => "h",
            Unit::Seconds => "s",
            Unit::Minutes => "min",
        }
    }
}

macro_rules! metrics {
    ($( $number:literal $name:literal, $unit:ident, $read:expr; )*) => {
        /// Every metric: what sealed history keeps of a report.
        pub const METRICS: &[Metric] = &[
            $( Metric { number: $number, name: $name, unit: Unit::$unit, read: $read }, )*
        ];
    };
}

metrics! {
    16 "cpu_mean_permille", Permille, |r| r.cpu.as_ref()?.mean_permille.map(i64::from);
    17 "cpu_max_permille", Permille, |r| r.cpu.as_ref()?.max_permille.map(i64::from);
    18 "load1_centi", LoadCenti, |r| r.cpu.as_ref()?.load1_centi.map(i64::from);
    19 "load5_centi", LoadCenti, |r| r.cpu.as_ref()?.load5_centi.map(i64::from);
    20 "load15_centi", LoadCenti, |r| r.cpu.as_ref()?.load15_centi.map(i64::from);
    21 "memory_total_bytes", Bytes, |r| whole(r.memory.as_ref()?.total_bytes);
    22 "memory_available_bytes", Bytes, |r| whole(r.memory.as_ref()?.available_bytes);
    23 "swap_total_bytes", Bytes, |r| whole(r.memory.as_ref()?.swap_total_bytes);
    24 "swap_free_bytes", Bytes, |r| whole(r.memory.as_ref()?.swap_free_bytes);
    25 "disk_system_total_bytes", Bytes, |r| whole(disk(r, DiskClass::System)?.total_bytes);
    26 "disk_system_free_bytes", Bytes, |r| whole(disk(r, DiskClass::System)?.free_bytes);
    27 "disk_home_total_bytes", Bytes, |r| whole(disk(r, DiskClass::Home)?.total_bytes);
    28 "disk_home_free_bytes", Bytes, |r| whole(disk(r, DiskClass::Home)?.free_bytes);
    29 "temperature_cpu_millicelsius", Millicelsius, |r| temperature(r, Sensor::Cpu);
    30 "temperature_disk_millicelsius", Millicelsius, |r| temperature(r, Sensor::Disk);
    31 "temperature_gpu_millicelsius", Millicelsius, |r| temperature(r, Sensor::Gpu);
    32 "temperature_board_millicelsius", Millicelsius, |r| temperature(r, Sensor::Board);
    33 "link_signal_dbm", Dbm, |r| r.link.as_ref()?.signal_dbm.map(i64::from);
    34 "link_speed_mbps", MegabitsPerSecond, |r| r.link.as_ref()?.speed_mbps.map(i64::from);
    35 "ladder_rungs", Count, reached;
    36 "battery_percent", Percent, |r| r.battery.as_ref()?.percent.map(i64::from);
    37 "battery_health_permille", Permille, |r| r.battery.as_ref()?.health_permille.map(i64::from);
    38 "updates_pending", Count, |r| slow(r)?.updates.as_ref()?.pending.map(i64::from);
    39 "updates_security", Count, |r| slow(r)?.updates.as_ref()?.security.map(i64::from);
    40 "updates_lists_age_s", Seconds, |r| whole(slow(r)?.updates.as_ref()?.lists_age_s);
    41 "failed_units", Count, |r| slow(r)?.failed_units.as_ref().map(|units| units.len() as i64);
    42 "smart_reallocated", Count, |r| worst(r, |disk| whole(disk.reallocated));
    43 "smart_pending", Count, |r| worst(r, |disk| whole(disk.pending));
    44 "smart_uncorrectable", Count, |r| worst(r, |disk| whole(disk.uncorrectable));
    45 "smart_power_on_hours", Hours, |r| worst(r, |disk| disk.power_on_hours.map(i64::from));
    46 "smart_wear_percent", Percent, |r| worst(r, |disk| disk.wear_percent.map(i64::from));
    47 "agent_waiting", Count, |r| whole(r.agent.as_ref()?.waiting);
    48 "agent_resident_bytes", Bytes, |r| whole(r.agent.as_ref()?.resident_bytes);
    49 "interval_s", Seconds, |r| r.interval_s.map(i64::from);
    50 "disk_other_total_bytes", Bytes, |r| whole(disk(r, DiskClass::Other)?.total_bytes);
    51 "disk_other_free_bytes", Bytes, |r| whole(disk(r, DiskClass::Other)?.free_bytes);
    52 "temperature_radio_millicelsius", Millicelsius, |r| temperature(r, Sensor::Radio);
    53 "temperature_other_millicelsius", Millicelsius, |r| temperature(r, Sensor::Other);
    54 "battery_cycles", Count, |r| r.battery.as_ref()?.cycles.map(i64::from);
    55 "agent_dropped", Count, |r| whole(r.agent.as_ref()?.dropped);
    56 "agent_refused", Count, |r| whole(r.agent.as_ref()?.refused);
    57 "agent_damaged", Count, |r| whole(r.agent.as_ref()?.damaged);
    58 "reboot_required", Flag, |r| slow(r)?.reboot_required.map(i64::from);
    59 "smart_passed", Flag, |r| least(r, |disk| disk.passed.map(i64::from));
    60 "smart_temperature_millicelsius", Millicelsius, |r| worst(r, |disk| disk.celsius.map(|c| i64::from(c) * 1_000));
    61 "usage_consent", Flag, |r| r.consent.map(|word| i64::from(word == Consent::Usage));
    62 "usage_rx_bytes", Bytes, |r| whole(r.usage.as_ref()?.rx_bytes);
    63 "usage_tx_bytes", Bytes, |r| whole(r.usage.as_ref()?.tx_bytes);
    64 "usage_night_minutes", Minutes, |r| used(r)?.night.map(i64::from);
    65 "usage_morning_minutes", Minutes, |r| used(r)?.morning.map(i64::from);
    66 "usage_afternoon_minutes", Minutes, |r| used(r)?.afternoon.map(i64::from);
    67 "usage_evening_minutes", Minutes, |r| used(r)?.evening.map(i64::from);
}

/// Numbers below are those that sealed history has for itself.
pub const FIRST: u16 = 16;

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

/// The least value among the disks: one that failed its own test counts.
fn least(report: &HealthReport, read: fn(&Smart) -> Option<i64>) -> Option<i64> {
    slow(report)?.smart.as_ref()?.iter().filter_map(read).min()
}

fn used(report: &HealthReport) -> Option<&ActiveMinutes> {
    report.usage.as_ref()?.active_minutes.as_ref()
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
            r#"{"interval_s":300,"consent":"usage",
                "usage":{"rx_bytes":5,"tx_bytes":6,
                  "active_minutes":{"night":0,"morning":1,"afternoon":2,"evening":3}},
                "cpu":{"mean_permille":120,"max_permille":900,"load1_centi":1,"load5_centi":2,"load15_centi":3},
                "memory":{"total_bytes":8,"available_bytes":4,"swap_total_bytes":2,"swap_free_bytes":1},
                "disks":[{"class":"home","total_bytes":11,"free_bytes":7},{"class":"system","total_bytes":12,"free_bytes":9},
                  {"class":"other","total_bytes":5,"free_bytes":5}],
                "temperatures":[{"sensor":"cpu","millicelsius":41000},{"sensor":"cpu","millicelsius":52000},
                  {"sensor":"disk","millicelsius":30000},{"sensor":"gpu","millicelsius":1},
                  {"sensor":"radio","millicelsius":3},{"sensor":"other","millicelsius":4},{"sensor":"board","millicelsius":2}],
                "link":{"kind":"wifi","signal_dbm":-61,"speed_mbps":54},
                "ladder":{"link":true,"gateway":true,"dns":false},
                "battery":{"percent":80,"health_permille":700,"cycles":12},
                "agent":{"waiting":0,"resident_bytes":4000000,"dropped":0,"refused":0,"damaged":0},
                "slow":{"updates":{"pending":3,"security":1,"lists_age_s":60},"failed_units":[],"reboot_required":false,
                  "smart":[{"passed":true,"celsius":34,"reallocated":0,"pending":0,"uncorrectable":0,"power_on_hours":9,"wear_percent":3},
                           {"passed":false,"reallocated":8,"power_on_hours":2}]}}"#,
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
        assert_eq!(value("smart_passed"), Some(0));
    }

    #[test]
    fn names_are_unique_and_unknown_ones_are_not_guessed() {
        let names: BTreeSet<_> = METRICS.iter().map(|metric| metric.name).collect();
        assert_eq!(names.len(), METRICS.len());
        let numbers: BTreeSet<_> = METRICS.iter().map(|metric| metric.number).collect();
        assert_eq!(numbers.len(), METRICS.len());
        assert!(METRICS.iter().all(|metric| metric.number >= FIRST));
        assert!(find("cpu").is_none());
    }
}
