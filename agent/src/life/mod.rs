//! Which life of which start of the machine this is, and how long ago others were.
//!
//! `install` is made at random when there is no state to trust, `boot` is raised
//! at each start of the machine. Both must be on disk before a number is given
//! under them; until then [`Life::kept`] is `None` and the spool numbers under a
//! name that lives in memory only. So no number is ever given twice.

mod age;
mod state;
#[cfg(test)]
mod tests;

use std::collections::HashSet;
use std::fs::{File, TryLockError};
use std::path::Path;

use declic_common::InstallId;
use declic_common::journal::{Event, EventKind};
use declic_common::limits::TIME_MAX_MS;
use ring::rand::{SecureRandom, SystemRandom};
use tracing::{info, warn};

use crate::journal::at;
use crate::probe::Clocks;
use crate::spool::disk::Disk;
pub use age::Age;
use age::Anchor;
pub use state::Start;
use state::{Boot, Ended, State};

pub(crate) const FILE: &str = "life";
/// Boots remembered beside those that the spool still needs.
const BOOTS: usize = 64;
/// Boots remembered at most, however long the PC stays without a controller.
const BOOTS_MAX: usize = 1024;
/// After this long a newer receipt is the better anchor even if it travelled
/// more slowly: quartz drifts.
const ANCHOR_MS: u64 = 3_600_000;

/// Another agent uses the same state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("another agent is running with this state directory: stop it first")]
pub struct AlreadyRunning;

/// How a life of the agent ends, when it ends in good order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// Only the agent.
    Stopped,
    /// The whole machine.
    Shutdown,
}

/// This life of the agent. Holds the lock on its state.
#[derive(Debug)]
pub struct Life {
    disk: Disk,
    state: State,
    /// The install and boot that the file is known to hold.
    saved: Option<(InstallId, u32)>,
    continued: bool,
    /// `None` only where the directory cannot even be opened.
    _lock: Option<File>,
}

impl Life {
    /// Begins a life: reads the state in `dir`, decides `install` and `boot`,
    /// and tells what was found, oldest first. A disk that does not take the
    /// new state is no reason not to run.
    pub fn begin(dir: &Path, now: &Clocks) -> Result<(Self, Vec<Event>), AlreadyRunning> {
        Self::begin_on(Disk::at(dir), now)
    }

    pub(crate) fn begin_on(disk: Disk, now: &Clocks) -> Result<(Self, Vec<Event>), AlreadyRunning> {
        if let Err(error) = disk.prepare() {
            warn!(%error, "cannot make the state directory");
        }
        let lock = lock(&disk)?;
        let mut bytes = Vec::new();
        let found = match disk.read(FILE, &mut bytes) {
            Ok(()) => State::parse(&bytes),
            Err(_) => None,
        };
        let saved = found
            .as_ref()
            .and_then(|state| Some((state.install, state.boots.last()?.boot)));
        let mut state = found.unwrap_or_else(|| State {
            install: InstallId::from_bits(random()),
            kernel: String::new(),
            boots: Vec::new(),
        });
        let mut events = Vec::new();
        let last = state.boots.last().copied();
        let continued =
            last.is_some_and(|last| state.kernel == now.boot_id && now.uptime_ms >= last.alive_ms);
        if !continued {
            let ended = last.map(|last| last.ended);
            events.extend(
                last.filter(|_| ended == Some(Ended::Running))
                    .map(power_cut),
            );
            state.enter_boot(last.map_or(1, |last| last.boot.saturating_add(1)), now);
            events.push(boot_event(&state, now));
        }
        let clean = last.is_none_or(|last| last.ended != Ended::Running);
        let mut life = Life {
            disk,
            state,
            saved,
            continued,
            _lock: lock,
        };
        events.push(Event {
            version: Some(env!("CARGO_PKG_VERSION").to_owned()),
            clean: Some(clean),
            ..at(EventKind::AgentStart, life.boot(), now)
        });
        life.current().ended = Ended::Running;
        life.alive(now);
        Ok((life, events))
    }

    /// The number of this start of the machine.
    pub fn boot(&self) -> u32 {
        self.state.boots.last().map_or(1, |boot| boot.boot)
    }

    /// This start of the machine, by the kernel's own name for it.
    pub fn start(&self) -> Start {
        self.state
            .boots
            .last()
            .map_or(Start::from_bits(0), |boot| boot.start)
    }

    /// The installation, as far as this process knows it.
    pub fn install(&self) -> InstallId {
        self.state.install
    }

    /// The installation, if it and the boot's number are safely on disk.
    pub fn kept(&self) -> Option<InstallId> {
        (self.saved == Some((self.install(), self.boot()))).then_some(self.install())
    }

    /// Whether an agent before this one may have given numbers in this boot.
    pub fn continued(&self) -> bool {
        self.continued
    }

    /// Takes a new installation, when it is not known which numbers of this boot
    /// were given.
    pub(crate) fn renew(&mut self) {
        self.state.install = InstallId::from_bits(random());
        self.continued = false;
        info!(install = %self.state.install, "numbering begins anew");
        self.save();
    }

    /// Marks that the machine runs. To be called every minute or so: a power cut
    /// is dated by the last mark.
    pub fn alive(&mut self, now: &Clocks) {
        let current = self.current();
        current.alive_ms = current.alive_ms.max(now.uptime_ms);
        current.wall_ms = now.wall_ms;
        self.save();
    }

    /// Takes the time of a receipt that just arrived. It reaches the disk with
    /// the next mark.
    pub fn anchor(&mut self, controller_ms: i64, now: &Clocks) {
        if !(0..=TIME_MAX_MS).contains(&controller_ms) {
            return;
        }
        let new = Anchor {
            controller_ms,
            uptime_ms: now.uptime_ms,
            clock_off_ms: now.wall_ms.saturating_sub(controller_ms),
        };
        let current = self.current();
        // The later zero travelled the shorter way.
        let better = current.anchor.is_none_or(|old| {
            new.zero() >= old.zero() || new.uptime_ms.saturating_sub(old.uptime_ms) > ANCHOR_MS
        });
        if better {
            current.anchor = Some(new);
        }
    }

    /// Ends this life in good order.
    pub fn end(&mut self, now: &Clocks, end: End) {
        self.current().ended = match end {
            End::Stopped => Ended::Stopped,
            End::Shutdown => Ended::Shutdown,
        };
        self.alive(now);
    }

    /// How old is what was made at `uptime_ms` after `start`.
    pub fn age(&self, start: Start, uptime_ms: u64, now: &Clocks) -> Age {
        age::age(&self.state.boots, start, uptime_ms, now)
    }

    /// The controller's time, ms UTC, if it can be told: for expiries, on a PC
    /// whose own clock may say 2005.
    pub fn controller_now(&self, now: &Clocks) -> Option<i64> {
        age::controller_now(&self.state.boots, now)
    }

    /// Forgets old boots, but for those that messages still refer to.
    pub(crate) fn remember_only(&mut self, needed: &HashSet<Start>) {
        let boots = &mut self.state.boots;
        let recent = boots.len().saturating_sub(BOOTS);
        let surely = boots.len().saturating_sub(BOOTS_MAX);
        let mut n = 0;
        boots.retain(|boot| {
            n += 1;
            n > recent || (n > surely && needed.contains(&boot.start))
        });
    }

    fn current(&mut self) -> &mut Boot {
        self.state
            .boots
            .last_mut()
            .expect("a life begins in a boot")
    }

    fn save(&mut self) {
        match self.disk.replace(FILE, &self.state.to_bytes()) {
            Ok(()) => self.saved = Some((self.install(), self.boot())),
            Err(error) => warn!(%error, "cannot write the agent's state: is the disk full?"),
        }
    }
}

impl State {
    fn enter_boot(&mut self, boot: u32, now: &Clocks) {
        let named = Start::of_kernel(&now.boot_id)
            .filter(|start| self.boots.iter().all(|boot| boot.start != *start));
        self.kernel.clone_from(&now.boot_id);
        self.boots.push(Boot {
            boot,
            // A copied or rewound machine shows a name that was seen before.
            start: named.unwrap_or_else(|| Start::from_bits(random())),
            alive_ms: now.uptime_ms,
            wall_ms: now.wall_ms,
            ended: Ended::Running,
            anchor: None,
        });
    }
}

/// Locks the directory; a file system without locks is not a reason to fail.
/// Keeps agents away from a state directory for as long as it lives.
#[derive(Debug)]
pub(crate) struct Hold(#[allow(dead_code)] Option<File>); // held, not read

/// Holds the state directory of an agent that does not run.
pub(crate) fn hold(dir: &Path) -> Result<Hold, AlreadyRunning> {
    lock(&Disk::at(dir)).map(Hold)
}

fn lock(disk: &Disk) -> Result<Option<File>, AlreadyRunning> {
    let Ok(dir) = disk.handle() else {
        return Ok(None);
    };
    match dir.try_lock() {
        Err(TryLockError::WouldBlock) => Err(AlreadyRunning),
        Ok(()) | Err(TryLockError::Error(_)) => Ok(Some(dir)),
    }
}

fn power_cut(last: Boot) -> Event {
    Event {
        kind: Some(EventKind::PowerCut),
        boot: Some(last.boot),
        uptime_ms: Some(last.alive_ms),
        at: (0..=TIME_MAX_MS)
            .contains(&last.wall_ms)
            .then_some(last.wall_ms),
        alive_ms: Some(last.alive_ms),
        ..Event::default()
    }
}

fn boot_event(state: &State, now: &Clocks) -> Event {
    let zero = Clocks {
        uptime_ms: 0,
        wall_ms: now.wall_ms.saturating_sub_unsigned(now.uptime_ms),
        ..now.clone()
    };
    let boot = state.boots.last().map_or(1, |boot| boot.boot);
    at(EventKind::Boot, boot, &zero)
}

/// 64 bits from the kernel.
pub(crate) fn random() -> u64 {
    let mut bytes = [0; 8];
    SystemRandom::new()
        .fill(&mut bytes)
        .expect("the kernel gives random bytes");
    u64::from_le_bytes(bytes)
}
