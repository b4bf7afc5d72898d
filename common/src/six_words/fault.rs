//! What is wrong with a PC, as far as a diagnosis tells: for the household's window
//! and for whoever hears the six words.

use super::diagnosis::{Diagnosis, Verdict};
use crate::words;

/// Less free room than this stops updates and programs, in bytes.
const ROOM_BYTES: u64 = 2_000_000_000;
/// Under this a PC swaps all the time, in bytes.
const MEMORY_BYTES: u64 = 128 << 20;
/// So many bad sectors are more than the odd one of an old disk.
const SECTORS: u64 = 10;
/// So many security updates are more than those of an ordinary week.
const SECURITY: u64 = 5;

words! {
    /// One thing that somebody should do something about; gravest first.
    pub enum Fault {
        /// A disk says that it is failing.
        0 DiskFailing = "disk_failing",
        /// The agent could not write to its disk.
        1 DiskFull = "disk_full",
        2 Link = "link",
        3 Gateway = "gateway",
        4 Dns = "dns",
        5 Internet = "internet",
        6 Controller = "controller",
        /// A disk is worn, or has many bad sectors.
        7 DiskWorn = "disk_worn",
        8 SystemRoom = "system_room",
        9 HomeRoom = "home_room",
        10 Memory = "memory",
        11 Updates = "updates",
        /// An update waits for a restart.
        12 Restart = "restart",
    }
}

impl Diagnosis {
    /// What is wrong, gravest first.
    pub fn faults(&self) -> Vec<Fault> {
        let short = |free: Option<super::Between>, bytes| free.is_some_and(|f| f.is_under(bytes));
        let many = |n: Option<super::Between>, limit| n.is_some_and(|n| n.reaches(limit));
        let worn = self.smart == Some(Verdict::Worn) || many(self.bad_sectors, SECTORS);
        let failing = self.ladder.failing();
        let is = |fault: Fault| match fault {
            Fault::DiskFailing => self.smart == Some(Verdict::Failed),
            Fault::DiskFull => self.disk_full,
            // The rungs have the words of the ladder.
            Fault::Link | Fault::Gateway | Fault::Dns | Fault::Internet | Fault::Controller => {
                failing == Some(fault.as_str())
            }
            Fault::DiskWorn => worn,
            Fault::SystemRoom => short(self.system_free, ROOM_BYTES),
            Fault::HomeRoom => short(self.home_free, ROOM_BYTES),
            Fault::Memory => short(self.memory_available, MEMORY_BYTES),
            Fault::Updates => many(self.security_updates, SECURITY),
            Fault::Restart => self.reboot_required == Some(true),
        };
        Fault::ALL
            .iter()
            .copied()
            .filter(|fault| is(*fault))
            .collect()
    }
}
