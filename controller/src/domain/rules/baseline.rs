//! What each disk of a PC said of itself at its handover.
//!
//! The disks are used ones: twelve reallocated sectors at the handover are its age,
//! twelve more since are its end.

use declic_common::report::Smart;

/// Disks that are remembered for one PC: those it has, and some that were exchanged.
const DISKS_MAX: usize = 32;

/// The first summary of each disk since the handover.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Baseline {
    pub disks: Vec<Smart>,
}

impl Baseline {
    /// Takes in disks and counters that were never seen. Returns whether there were any.
    /// A disk without a name of its own cannot be told from another and has no baseline.
    pub fn absorb(&mut self, smart: &[Smart]) -> bool {
        let before = self.clone();
        for disk in smart.iter().filter(|disk| disk.disk.is_some()) {
            let known = self.disks.iter().position(|known| known.disk == disk.disk);
            match known {
                Some(at) => fill(&mut self.disks[at], disk),
                None if self.disks.len() < DISKS_MAX => self.disks.push(disk.clone()),
                None => {}
            }
        }
        *self != before
    }

    pub fn of(&self, disk: &Smart) -> Option<&Smart> {
        disk.disk.as_ref()?;
        self.disks.iter().find(|known| known.disk == disk.disk)
    }
}

/// A disk that slept at first tells some counters later.
fn fill(known: &mut Smart, seen: &Smart) {
    known.reallocated = known.reallocated.or(seen.reallocated);
    known.pending = known.pending.or(seen.pending);
    known.uncorrectable = known.uncorrectable.or(seen.uncorrectable);
    known.wear_percent = known.wear_percent.or(seen.wear_percent);
    known.power_on_hours = known.power_on_hours.or(seen.power_on_hours);
    known.passed = known.passed.or(seen.passed);
}
