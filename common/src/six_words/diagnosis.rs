//! The state of a PC in coarse classes, and the 55 bits that carry it.
//!
//! No identity, no name, no exact figure: two PCs in the same state have the same
//! words.

use std::fmt;

use serde::{Serialize, Serializer};

use super::scale::{Between, MEMORY, ROOM, SECTORS, SECURITY, SILENCE, Scale, UPDATES, WAITING};
use crate::report::{DiskClass, HealthReport, Ladder, Slow, Smart};
use crate::words;

/// Which arrangement of the bits this is. Never 0, so that six times the first word
/// of the list says nothing.
const FORMAT: u64 = 1;
const FORMATS: u64 = 8;
/// A disk that used so much of its rated life, in percent, is worn.
const WORN_PERCENT: u8 = 90;

/// The state of a PC, as coarsely as five words can say it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Diagnosis {
    pub agent: AgentVersion,
    pub ladder: Ladder,
    /// Free room on the fullest disk of its class, in bytes.
    pub system_free: Option<Between>,
    pub home_free: Option<Between>,
    /// In bytes.
    pub memory_available: Option<Between>,
    /// Of the worst disk.
    pub smart: Option<Verdict>,
    /// Reallocated, pending or uncorrectable: the greatest count of any disk.
    pub bad_sectors: Option<Between>,
    pub updates: Option<Between>,
    pub security_updates: Option<Between>,
    pub reboot_required: Option<bool>,
    /// Messages without a receipt.
    pub waiting: Option<Between>,
    /// The agent could not write to its disk.
    pub disk_full: bool,
    /// Time since the last receipt, in seconds; absent when none is remembered.
    pub silence_s: Option<Between>,
    /// The household asked for a pause.
    pub paused: bool,
}

words! {
    /// What the disks say of their own health.
    pub enum Verdict {
        0 Passed = "passed",
        /// A disk has used nine tenths of its rated life.
        1 Worn = "worn",
        2 Failed = "failed",
    }
}

/// A version; what is greater than 3.63.31 shows as that.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct AgentVersion {
    pub major: u8,
    pub minor: u8,
    pub patch: u8,
}

impl AgentVersion {
    const SYMBOLS: [u64; 3] = [4, 64, 32];

    /// Reads `0.1.0`; what cannot be read is 0, and what follows the numbers is skipped.
    fn read(text: &str) -> Self {
        let mut numbers =
            text.split(['.', '-', '+'])
                .zip(Self::SYMBOLS)
                .map(|(number, symbols)| {
                    let number = number.parse::<u64>().unwrap_or(0).min(symbols - 1);
                    u8::try_from(number).expect("no part has more than 64 values")
                });
        let mut next = || numbers.next().unwrap_or(0);
        AgentVersion {
            major: next(),
            minor: next(),
            patch: next(),
        }
    }
}

impl fmt::Display for AgentVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.major, self.minor, self.patch)
    }
}

impl Serialize for AgentVersion {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl Diagnosis {
    /// The state that a report tells; its slow readings may be older than itself.
    pub fn of(
        report: &HealthReport,
        slow: Option<&Slow>,
        silence_s: Option<u64>,
        paused: bool,
    ) -> Self {
        let agent = report.agent.clone().unwrap_or_default();
        let memory = report
            .memory
            .as_ref()
            .and_then(|memory| memory.available_bytes);
        let updates = slow
            .and_then(|slow| slow.updates.clone())
            .unwrap_or_default();
        let disks = slow
            .and_then(|slow| slow.smart.as_deref())
            .unwrap_or_default();
        Diagnosis {
            agent: AgentVersion::read(agent.version.as_deref().unwrap_or_default()),
            ladder: report.ladder.clone().unwrap_or_default(),
            system_free: room(report, DiskClass::System),
            home_free: room(report, DiskClass::Home),
            memory_available: memory.map(|bytes| MEMORY.place(bytes)),
            smart: disks.iter().filter_map(verdict).max(),
            bad_sectors: disks
                .iter()
                .filter_map(bad_sectors)
                .max()
                .map(|n| SECTORS.place(n)),
            updates: updates.pending.map(|n| UPDATES.place(n.into())),
            security_updates: updates.security.map(|n| SECURITY.place(n.into())),
            reboot_required: slow.and_then(|slow| slow.reboot_required),
            waiting: agent.waiting.map(|n| WAITING.place(n)),
            disk_full: agent.disk_full == Some(true),
            silence_s: silence_s.map(|s| SILENCE.place(s)),
            paused,
        }
    }

    /// The bits, field after field.
    pub(super) fn to_bits(&self) -> u64 {
        let mut bits = Writer::default();
        bits.put(FORMAT, FORMATS);
        let version = [self.agent.major, self.agent.minor, self.agent.patch];
        for (part, symbols) in version.into_iter().zip(AgentVersion::SYMBOLS) {
            bits.put(part.into(), symbols);
        }
        for (_, rung) in self.ladder.rungs() {
            bits.put_answer(rung);
        }
        bits.put_quantity(self.system_free, &ROOM);
        bits.put_quantity(self.home_free, &ROOM);
        bits.put_quantity(self.memory_available, &MEMORY);
        bits.put(self.smart.map_or(0, |verdict| verdict as u64 + 1), 4);
        bits.put_quantity(self.bad_sectors, &SECTORS);
        bits.put_quantity(self.updates, &UPDATES);
        bits.put_quantity(self.security_updates, &SECURITY);
        bits.put_answer(self.reboot_required);
        bits.put_quantity(self.waiting, &WAITING);
        bits.put(self.disk_full.into(), 2);
        bits.put_quantity(self.silence_s, &SILENCE);
        bits.put(self.paused.into(), 2);
        bits.value
    }

    /// Reads the bits; `None` if they are arranged in a way that this version does
    /// not know.
    pub(super) fn from_bits(bits: u64) -> Option<Self> {
        let mut bits = Reader(bits);
        if bits.take(FORMATS) != FORMAT {
            return None;
        }
        let [major, minor, patch] = AgentVersion::SYMBOLS.map(|symbols| {
            u8::try_from(bits.take(symbols)).expect("no part has more than 64 values")
        });
        let diagnosis = Diagnosis {
            agent: AgentVersion {
                major,
                minor,
                patch,
            },
            ladder: Ladder {
                link: bits.take_answer(),
                gateway: bits.take_answer(),
                dns: bits.take_answer(),
                internet: bits.take_answer(),
                controller: bits.take_answer(),
            },
            system_free: bits.take_quantity(&ROOM),
            home_free: bits.take_quantity(&ROOM),
            memory_available: bits.take_quantity(&MEMORY),
            smart: match bits.take(4) {
                0 => None,
                n => Verdict::ALL.get(usize::try_from(n - 1).ok()?).copied(),
            },
            bad_sectors: bits.take_quantity(&SECTORS),
            updates: bits.take_quantity(&UPDATES),
            security_updates: bits.take_quantity(&SECURITY),
            reboot_required: bits.take_answer(),
            waiting: bits.take_quantity(&WAITING),
            disk_full: bits.take(2) == 1,
            silence_s: bits.take_quantity(&SILENCE),
            paused: bits.take(2) == 1,
        };
        // Nothing is left of what this version writes.
        (bits.0 == 0).then_some(diagnosis)
    }
}

fn room(report: &HealthReport, class: DiskClass) -> Option<Between> {
    let disks = report.disks.as_deref().unwrap_or_default();
    let of_class = disks.iter().filter(|disk| disk.class == Some(class));
    of_class
        .filter_map(|disk| disk.free_bytes)
        .min()
        .map(|bytes| ROOM.place(bytes))
}

fn verdict(disk: &Smart) -> Option<Verdict> {
    let worn = disk
        .wear_percent
        .is_some_and(|percent| percent >= WORN_PERCENT);
    match disk.passed {
        Some(false) => Some(Verdict::Failed),
        _ if worn => Some(Verdict::Worn),
        Some(true) => Some(Verdict::Passed),
        None => None,
    }
}

fn bad_sectors(disk: &Smart) -> Option<u64> {
    [disk.reallocated, disk.pending, disk.uncorrectable]
        .into_iter()
        .flatten()
        .max()
}

/// Writes symbols into one number, each with as many values as it needs and no more.
#[derive(Debug)]
struct Writer {
    value: u64,
    weight: u64,
}

impl Default for Writer {
    fn default() -> Self {
        Writer {
            value: 0,
            weight: 1,
        }
    }
}

impl Writer {
    fn put(&mut self, symbol: u64, symbols: u64) {
        self.value += symbol.min(symbols - 1) * self.weight;
        self.weight *= symbols;
    }

    fn put_answer(&mut self, answer: Option<bool>) {
        self.put(answer.map_or(0, |yes| 1 + u64::from(yes)), 3);
    }

    fn put_quantity(&mut self, quantity: Option<Between>, scale: &Scale) {
        self.put(scale.symbol(quantity), scale.symbols());
    }
}

/// Reads them back in the same order.
#[derive(Debug)]
struct Reader(u64);

impl Reader {
    fn take(&mut self, symbols: u64) -> u64 {
        let symbol = self.0 % symbols;
        self.0 /= symbols;
        symbol
    }

    fn take_answer(&mut self) -> Option<bool> {
        match self.take(3) {
            0 => None,
            n => Some(n == 2),
        }
    }

    fn take_quantity(&mut self, scale: &Scale) -> Option<Between> {
        let symbol = self.take(scale.symbols());
        scale.quantity(symbol)
    }
}
