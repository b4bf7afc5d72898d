//! The health report: what a PC says of itself every interval.
//!
//! Every field is a reading: what could not be read is left out. Slow readings
//! travel at most hourly, together, in `slow`; a report without `slow` means
//! that they are unchanged. Nothing here names a person, a place, a file, a
//! network or a program.

use crate::limits::TIME_MAX_MS;
use crate::{readings, words};

const BYTES_MAX: u64 = 1 << 60;
const COUNT_MAX: u32 = 1_000_000_000;

readings! {
    /// One health report (protocol v1, topic `report`).
    pub struct HealthReport {
        /// Seconds until the next report is due.
        0 interval_s: u32, in 1..=86_400;
        1 cpu: Cpu;
        2 memory: Memory;
        /// Fixed disks only, one entry per mounted file system that holds data.
        3 disks: Vec<Disk>, in ..=16;
        4 temperatures: Vec<Temperature>, in ..=16;
        5 link: Link;
        6 ladder: Ladder;
        7 battery: Battery;
        /// What the household agreed to.
        8 consent: Consent;
        9 agent: AgentHealth;
        10 slow: Slow;
        /// Only with consent to usage data.
        11 usage: Usage;
    }

    /// Processors over the interval.
    pub struct Cpu {
        /// Mean share of all processors in use, in thousandths.
        0 mean_permille: u16, in 0..=1000;
        /// Greatest share seen in a sample of the interval, in thousandths.
        1 max_permille: u16, in 0..=1000;
        /// Load average over 1 minute, in hundredths.
        2 load1_centi: u32, in 0..=1_000_000;
        /// Load average over 5 minutes, in hundredths.
        3 load5_centi: u32, in 0..=1_000_000;
        /// Load average over 15 minutes, in hundredths.
        4 load15_centi: u32, in 0..=1_000_000;
    }

    /// Memory as `/proc/meminfo` tells it.
    pub struct Memory {
        0 total_bytes: u64, in 0..=BYTES_MAX;
        1 available_bytes: u64, in 0..=BYTES_MAX;
        2 swap_total_bytes: u64, in 0..=BYTES_MAX;
        3 swap_free_bytes: u64, in 0..=BYTES_MAX;
    }

    /// A mounted file system, known by its role and never by its path.
    pub struct Disk {
        0 class: DiskClass;
        /// Kind of file system, such as `ext4`.
        1 fs: String, in ..=16;
        2 total_bytes: u64, in 0..=BYTES_MAX;
        /// Free for ordinary users.
        3 free_bytes: u64, in 0..=BYTES_MAX;
    }

    pub struct Temperature {
        0 sensor: Sensor;
        /// The hottest reading of this kind, in thousandths of a degree Celsius.
        1 millicelsius: i32, in -100_000..=200_000;
    }

    /// The network link that carries the default route, or the best one there is.
    pub struct Link {
        0 kind: LinkKind;
        /// Received signal of a radio link, in dBm.
        1 signal_dbm: i16, in -120..=20;
        /// Speed of a wired link, in Mbit/s.
        2 speed_mbps: u32, in 1..=1_000_000;
    }

    /// How far the network reaches, rung by rung. A rung that could not be tried
    /// (the one below failed, or the programme configured no host) is absent.
    pub struct Ladder {
        0 link: bool;
        1 gateway: bool;
        2 dns: bool;
        /// A host that the programme configured answered.
        3 internet: bool;
        4 controller: bool;
    }

    pub struct Battery {
        0 percent: u8, in 0..=100;
        1 state: BatteryState;
        /// Full charge now against full charge when new, in thousandths.
        2 health_permille: u16, in 0..=2000;
        3 cycles: u32, in 0..=100_000;
    }

    /// The agent about itself.
    pub struct AgentHealth {
        0 version: String, in ..=32;
        /// Messages lost since this installation began: the spool was full or too old.
        1 dropped: u64, in 0..=1_000_000_000_000;
        /// Messages that the controller refused since this installation began.
        2 refused: u64, in 0..=1_000_000_000_000;
        /// Damaged messages skipped on disk since this installation began.
        3 damaged: u64, in 0..=1_000_000_000_000;
        /// The agent could not write to its disk when it made this report.
        4 disk_full: bool;
        /// Messages that wait for a receipt.
        5 waiting: u64, in 0..=1_000_000_000;
        /// Resident memory of the agent.
        6 resident_bytes: u64, in 0..=BYTES_MAX;
    }

    /// Readings that change slowly and cost more, taken at most hourly.
    pub struct Slow {
        /// When they were taken (device clock, ms UTC).
        0 slow_at: i64, in 0..=TIME_MAX_MS;
        1 updates: Updates;
        2 reboot_required: bool;
        /// Failed system units whose names are in the protocol's list.
        3 failed_units: Vec<Unit>, in ..=32;
        4 smart: Vec<Smart>, in ..=16;
    }

    /// Software updates that wait.
    pub struct Updates {
        0 pending: u32, in 0..=COUNT_MAX;
        /// Of these, security updates.
        1 security: u32, in 0..=COUNT_MAX;
        /// Seconds since the package lists were last refreshed.
        2 lists_age_s: u64, in 0..=10_000_000_000;
    }

    /// What a disk says of its own health (ATA SMART, NVMe health log, SCSI log pages).
    pub struct Smart {
        /// Eight hexadecimal digits made from model and serial number: tells disks
        /// of one PC apart; the same words are in the inventory.
        0 disk: String, in ..=8;
        1 kind: DiskKind;
        /// The disk's own overall verdict.
        2 passed: bool;
        3 reallocated: u64, in 0..=BYTES_MAX;
        4 pending: u64, in 0..=BYTES_MAX;
        5 uncorrectable: u64, in 0..=BYTES_MAX;
        6 power_on_hours: u32, in 0..=2_000_000;
        /// Share of the rated life that is used, in percent; may pass 100 (NVMe).
        7 wear_percent: u8, in 0..=255;
        8 celsius: i16, in -60..=150;
    }

    /// Usage data, only with the household's consent.
    pub struct Usage {
        /// Bytes received since the previous report.
        0 rx_bytes: u64, in 0..=BYTES_MAX;
        /// Bytes sent since the previous report.
        1 tx_bytes: u64, in 0..=BYTES_MAX;
        2 active_minutes: ActiveMinutes;
    }

    /// Minutes since the previous report in which somebody used the session
    /// (logind: not idle), by band of the PC's local day.
    pub struct ActiveMinutes {
        /// From 0 h to 6 h.
        0 night: u16, in 0..=1440;
        /// From 6 h to 12 h.
        1 morning: u16, in 0..=1440;
        /// From 12 h to 18 h.
        2 afternoon: u16, in 0..=1440;
        /// From 18 h to 24 h.
        3 evening: u16, in 0..=1440;
    }
}

words! {
    /// What the household agreed to send.
    pub enum Consent {
        /// What keeps the PC working; the default.
        0 Maintenance = "maintenance",
        /// Usage data as well.
        1 Usage = "usage",
    }

    pub enum DiskClass {
        /// Holds the root file system.
        0 System = "system",
        /// Holds the households' own files.
        1 Home = "home",
        2 Other = "other",
    }

    /// The shape of a disk.
    pub enum DiskForm {
        0 Inch3And5 = "3.5_inch",
        1 Inch2And5 = "2.5_inch",
        2 Inch1And8 = "1.8_inch",
        3 M2 = "m2",
        4 Msata = "msata",
    }

    pub enum DiskKind {
        0 Ata = "ata",
        1 Nvme = "nvme",
        2 Scsi = "scsi",
    }

    pub enum Sensor {
        0 Cpu = "cpu",
        1 Disk = "disk",
        2 Gpu = "gpu",
        3 Board = "board",
        4 Radio = "radio",
        5 Other = "other",
    }

    pub enum LinkKind {
        0 Ethernet = "ethernet",
        1 Wifi = "wifi",
        2 Mobile = "mobile",
        3 Other = "other",
        /// No interface is up.
        4 None = "none",
    }

    pub enum BatteryState {
        0 Charging = "charging",
        1 Discharging = "discharging",
        2 Full = "full",
        3 Other = "other",
    }

    /// The system units that a report may name. A unit of a user, or any other
    /// name, never leaves the PC.
    pub enum Unit {
        0 AptDaily = "apt-daily.service",
        1 AptDailyUpgrade = "apt-daily-upgrade.service",
        2 UnattendedUpgrades = "unattended-upgrades.service",
        3 NetworkManager = "NetworkManager.service",
        4 Networking = "networking.service",
        5 SystemdNetworkd = "systemd-networkd.service",
        6 SystemdResolved = "systemd-resolved.service",
        7 SystemdTimesyncd = "systemd-timesyncd.service",
        8 WpaSupplicant = "wpa_supplicant.service",
        9 DisplayManager = "display-manager.service",
        10 Lightdm = "lightdm.service",
        11 Gdm = "gdm.service",
        12 Sddm = "sddm.service",
        13 Cups = "cups.service",
        14 Smartd = "smartmontools.service",
        15 Dbus = "dbus.service",
        16 Logind = "systemd-logind.service",
        17 Journald = "systemd-journald.service",
        18 Udevd = "systemd-udevd.service",
        19 Polkit = "polkit.service",
        20 Fstrim = "fstrim.service",
        21 Bluetooth = "bluetooth.service",
        22 Avahi = "avahi-daemon.service",
        23 ModemManager = "ModemManager.service",
        24 Pipewire = "pipewire.service",
        25 Cron = "cron.service",
        26 Ufw = "ufw.service",
        27 Snapd = "snapd.service",
        28 DeclicAgent = "declic-agent.service",
    }
}

impl Ladder {
    /// The first rung that failed, in words of the wire.
    pub fn failing(&self) -> Option<&'static str> {
        self.rungs()
            .into_iter()
            .find_map(|(name, ok)| (ok == Some(false)).then_some(name))
    }

    /// The rungs from the PC to the controller.
    pub fn rungs(&self) -> [(&'static str, Option<bool>); 5] {
        [
            ("link", self.link),
            ("gateway", self.gateway),
            ("dns", self.dns),
            ("internet", self.internet),
            ("controller", self.controller),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &str) -> HealthReport {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn a_reading_out_of_its_bounds_is_absent_and_its_neighbours_stay() {
        let report = read(
            r#"{"cpu":{"mean_permille":1001,"max_permille":1000,"load1_centi":-4,"load5_centi":"x","load15_centi":12.0},
                "disks":[{"class":"system","fs":"averyveryverylongname","free_bytes":7},"noise",null],
                "memory":"none","link":{"kind":"pigeon","signal_dbm":-61}}"#,
        );
        let cpu = report.cpu.unwrap();
        assert_eq!(cpu.mean_permille, None);
        assert_eq!(cpu.max_permille, Some(1000));
        assert_eq!(
            (cpu.load1_centi, cpu.load5_centi, cpu.load15_centi),
            (None, None, Some(12))
        );
        let disks = report.disks.unwrap();
        assert_eq!(disks.len(), 1);
        assert_eq!(
            (disks[0].fs.as_deref(), disks[0].free_bytes),
            (None, Some(7))
        );
        assert_eq!(report.memory, None);
        assert_eq!(
            report.link.unwrap(),
            Link {
                kind: None,
                signal_dbm: Some(-61),
                speed_mbps: None
            }
        );
    }

    #[test]
    fn fields_of_a_later_version_are_skipped() {
        let report =
            read(r#"{"aura":{"colour":[1,{"deep":true}]},"interval_s":900,"cpu":{"soul":1}}"#);
        assert_eq!(report.interval_s, Some(900));
    }

    #[test]
    fn a_list_keeps_no_more_than_its_bound() {
        let many = vec![r#"{"sensor":"cpu","millicelsius":40000}"#; 40].join(",");
        let report = read(&format!(r#"{{"temperatures":[{many}]}}"#));
        assert_eq!(report.temperatures.unwrap().len(), 16);
    }

    #[test]
    fn a_report_that_is_no_object_is_refused() {
        for json in ["[]", "1", "null", "\"x\"", "true", "{", "{\"cpu\":}"] {
            assert!(
                serde_json::from_str::<HealthReport>(json).is_err(),
                "{json}"
            );
        }
    }

    #[test]
    fn a_report_survives_its_record() {
        let report = read(
            r#"{"cpu":{"mean_permille":10},"ladder":{"link":true,"gateway":false},
                "slow":{"slow_at":1,"failed_units":["cups.service","user@1000.service"]}}"#,
        );
        let bytes = minicbor::to_vec(&report).unwrap();
        assert_eq!(minicbor::decode::<HealthReport>(&bytes).unwrap(), report);
        assert_eq!(report.ladder.unwrap().failing(), Some("gateway"));
        assert_eq!(report.slow.unwrap().failed_units, Some(vec![Unit::Cups]));
    }
}
