//! What happens round a simulated machine, set from outside while it runs.

use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};

use declic_common::report::Ladder;

/// Link, gateway, DNS, internet, controller.
const RUNGS: usize = 5;

/// The world of one home. It outlives the machine's starts.
#[derive(Debug)]
pub struct World {
    going_down: AtomicBool,
    /// The rung of the ladder that fails; [`RUNGS`] while none does.
    broken: AtomicUsize,
    disk_is_full: AtomicBool,
    /// Sectors that the disk could not read.
    sectors_lost: AtomicU64,
    /// Slept since the machine was started, in ms.
    slept_ms: AtomicU64,
}

impl Default for World {
    fn default() -> Self {
        World {
            going_down: AtomicBool::new(false),
            broken: AtomicUsize::new(RUNGS),
            disk_is_full: AtomicBool::new(false),
            sectors_lost: AtomicU64::new(0),
            slept_ms: AtomicU64::new(0),
        }
    }
}

impl World {
    /// The machine is started anew.
    pub(super) fn start(&self) {
        self.going_down.store(false, Ordering::Relaxed);
        self.slept_ms.store(0, Ordering::Relaxed);
    }

    /// The whole machine is about to go down, not the agent alone.
    pub fn go_down(&self) {
        self.going_down.store(true, Ordering::Relaxed);
    }

    pub(super) fn goes_down(&self) -> bool {
        self.going_down.load(Ordering::Relaxed)
    }

    /// From now on the network ends at this rung (0 for the link, 4 for the
    /// controller), or nowhere.
    pub fn reach(&self, broken: Option<usize>) {
        let broken = broken.unwrap_or(RUNGS).min(RUNGS);
        self.broken.store(broken, Ordering::Relaxed);
    }

    /// The machine has slept for so long.
    pub fn sleep(&self, ms: u64) {
        self.slept_ms.fetch_add(ms, Ordering::Relaxed);
    }

    pub(super) fn slept_ms(&self) -> u64 {
        self.slept_ms.load(Ordering::Relaxed)
    }

    /// The disk of the system is filled up.
    pub fn fill_disk(&self) {
        self.disk_is_full.store(true, Ordering::Relaxed);
    }

    pub(super) fn disk_is_full(&self) -> bool {
        self.disk_is_full.load(Ordering::Relaxed)
    }

    /// The disk says of itself that it cannot read so many sectors any more.
    pub fn lose_sectors(&self, sectors: u64) {
        self.sectors_lost.fetch_add(sectors, Ordering::Relaxed);
    }

    pub(super) fn sectors_lost(&self) -> u64 {
        self.sectors_lost.load(Ordering::Relaxed)
    }

    pub(super) fn ladder(&self, connected: bool) -> Ladder {
        let broken = self.broken.load(Ordering::Relaxed);
        // Beyond the first rung that failed there is nothing to say.
        let rung = |n: usize| (n <= broken).then_some(n < broken);
        Ladder {
            link: rung(0),
            gateway: rung(1),
            dns: rung(2),
            internet: rung(3),
            // Without a session nobody knows: a simulated home tries nothing.
            controller: rung(4).filter(|reached| connected || !reached),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_broken_rung_is_the_last_one_that_the_ladder_tells() {
        let world = World::default();
        let rungs = |connected| world.ladder(connected).rungs().map(|(_, rung)| rung);
        assert_eq!(rungs(true), [Some(true); 5]);
        world.reach(Some(1));
        assert_eq!(rungs(false), [Some(true), Some(false), None, None, None]);
        world.reach(None);
        assert_eq!(rungs(false)[4], None, "no session yet");
        world.reach(Some(4));
        assert_eq!(rungs(false)[4], Some(false));
    }
}
