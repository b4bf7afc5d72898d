//! The inventory: what the PC is made of. Sent at enrolment, monthly and on change.
//!
//! It holds what a technician needs to bring the right part. It never holds a
//! host name, a user, a network's name, another machine's address or a program.

use crate::limits::JSON_INT_MAX;
use crate::readings;
use crate::report::{DiskForm, DiskKind, LinkKind};
use crate::words;

words! {
    /// The shape of a memory module.
    pub enum ModuleForm {
        /// Of most desktop PCs.
        0 Dimm = "dimm",
        /// The short one, of laptops and small PCs.
        1 SoDimm = "so_dimm",
    }
}

readings! {
    /// An inventory message (protocol v1, topic `inventory`).
    pub struct Inventory {
        0 vendor: String, in ..=128;
        1 model: String, in ..=128;
        2 serial: String, in ..=128;
        3 board: String, in ..=128;
        4 bios: Bios;
        5 cpu: CpuModel;
        6 memory: MemoryFitted;
        7 disks: Vec<DiskFitted>, in ..=16;
        8 network: Vec<NetworkCard>, in ..=16;
        9 os: Os;
        10 agent_version: String, in ..=32;
    }

    pub struct Bios {
        0 vendor: String, in ..=128;
        1 version: String, in ..=128;
        /// As the maker writes it, usually MM/DD/YYYY.
        2 date: String, in ..=32;
    }

    pub struct CpuModel {
        0 model: String, in ..=128;
        1 cores: u16, in 1..=4096;
        2 threads: u16, in 1..=4096;
        3 max_mhz: u32, in 1..=100_000;
        /// Machine architecture, such as `x86_64`.
        4 arch: String, in ..=32;
    }

    pub struct MemoryFitted {
        0 total_bytes: u64, in 0..=JSON_INT_MAX;
        1 modules: Vec<MemoryModule>, in ..=64;
        /// Slots, empty ones included.
        2 slots: u16, in 0..=1024;
    }

    pub struct MemoryModule {
        0 slot: String, in ..=64;
        1 size_bytes: u64, in 0..=JSON_INT_MAX;
        /// Such as `DDR3`.
        2 kind: String, in ..=32;
        3 speed_mts: u32, in 0..=100_000;
        4 vendor: String, in ..=64;
        5 part: String, in ..=64;
        6 form: ModuleForm;
    }

    pub struct DiskFitted {
        /// The same eight digits as `disk` in a report's SMART summary.
        0 disk: String, in ..=8;
        1 model: String, in ..=128;
        2 serial: String, in ..=128;
        3 size_bytes: u64, in 0..=JSON_INT_MAX;
        4 kind: DiskKind;
        /// Turns (a hard disk) or not (solid state).
        5 rotational: bool;
        6 firmware: String, in ..=64;
        7 form: DiskForm;
    }

    /// A network card of this PC; never another machine's address.
    pub struct NetworkCard {
        0 kind: LinkKind;
        1 mac: String, in ..=17;
        2 driver: String, in ..=32;
    }

    pub struct Os {
        /// `ID` of os-release, such as `debian`.
        0 id: String, in ..=64;
        /// `PRETTY_NAME` of os-release.
        1 name: String, in ..=128;
        /// `VERSION_ID` of os-release.
        2 version: String, in ..=64;
        3 kernel: String, in ..=128;
    }
}
