//! How old a message is, whatever the device clock says.
//!
//! Within the running boot the uptime tells exactly. An earlier boot is dated by
//! the controller's time that a receipt brought to it; failing that, by the
//! device clock where it is believable; failing that, just before the boot that
//! followed it.

use declic_common::limits::JSON_INT_MAX;
use serde::{Deserialize, Serialize};

use super::state::{Boot, Start};
use crate::probe::Clocks;

/// The device clock is right when it is this near the controller's.
const RIGHT_MS: u64 = 2 * 60 * 1000;
/// Two boots may seem to overlap this much: an RTC counts whole seconds, and
/// drifts while the machine is off.
const OVERLAP_MS: i64 = 60 * 1000;
/// No agent ran before 2026-01-01: a clock that says so was never set.
const FIRST_AGENT_MS: i64 = 1_767_225_600_000;

/// How old a message is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Age {
    pub ms: u64,
    /// It crosses a boot whose time the controller never told.
    pub estimated: bool,
    /// It is surely not younger than this; no device clock has a part in it.
    pub at_least_ms: u64,
}

/// A moment of a boot whose controller time is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Anchor {
    pub(super) controller_ms: i64,
    pub(super) uptime_ms: u64,
    /// How far the device clock was ahead.
    pub(super) clock_off_ms: i64,
}

impl Anchor {
    /// Controller time at uptime zero.
    pub(super) fn zero(&self) -> i64 {
        self.controller_ms.saturating_sub_unsigned(self.uptime_ms)
    }

    pub(super) fn clock_was_right(&self) -> bool {
        self.clock_off_ms.unsigned_abs() <= RIGHT_MS
    }
}

impl Boot {
    /// Device clock at uptime zero, as it was when last seen: a clock set right
    /// in the middle of a boot dates the whole of it.
    fn wall_zero(&self) -> i64 {
        self.wall_ms.saturating_sub_unsigned(self.alive_ms)
    }

    /// The best date of uptime zero that this boot has by itself.
    fn zero(&self) -> i64 {
        self.anchor.map_or_else(|| self.wall_zero(), |a| a.zero())
    }

    fn end(&self) -> i64 {
        self.zero().saturating_add_unsigned(self.alive_ms)
    }
}

/// The controller's time now: exact if a receipt came in the running boot, else
/// the device clock if it was right before and is not behind what surely passed.
pub(super) fn controller_now(boots: &[Boot], now: &Clocks) -> Option<i64> {
    let (current, earlier) = boots.split_last()?;
    if let Some(anchor) = current.anchor {
        return Some(anchor.zero().saturating_add_unsigned(now.uptime_ms));
    }
    let (behind, anchored) = earlier
        .iter()
        .enumerate()
        .rev()
        .find(|(_, b)| b.anchor.is_some())?;
    let ran_since: u64 = earlier[behind + 1..].iter().map(|b| b.alive_ms).sum();
    let at_least = anchored
        .end()
        .saturating_add_unsigned(ran_since.saturating_add(now.uptime_ms));
    let right = anchored.anchor.is_some_and(|a| a.clock_was_right());
    (right && now.wall_ms >= at_least.saturating_sub(OVERLAP_MS)).then_some(now.wall_ms)
}

/// The age of what was made at `uptime_ms` after `start`. `boots` are oldest
/// first and end with the running one; an unknown start is older than them all.
pub(super) fn age(boots: &[Boot], start: Start, uptime_ms: u64, now: &Clocks) -> Age {
    let Some((current, earlier)) = boots.split_last() else {
        return exactly(0);
    };
    if start == current.start {
        return exactly(now.uptime_ms.saturating_sub(uptime_ms));
    }
    let running = Boot {
        alive_ms: now.uptime_ms,
        wall_ms: now.wall_ms,
        ..*current
    };
    let now_exact = current
        .anchor
        .map(|a| a.zero().saturating_add_unsigned(now.uptime_ms));
    let now_told = now_exact.unwrap_or(now.wall_ms);
    let trusted = boots
        .iter()
        .rev()
        .find_map(|b| b.anchor)
        .is_some_and(|a| a.clock_was_right());

    // How long ago the boot after the one in hand began: as placed, and at least.
    let mut next_ago = now.uptime_ms;
    let mut next_least = now.uptime_ms;
    let mut next = &running;
    for (at, boot) in earlier.iter().enumerate().rev() {
        let least = next_least.saturating_add(boot.alive_ms);
        let just_before = next_ago.saturating_add(boot.alive_ms);
        let exact = boot
            .anchor
            .zip(now_exact)
            .map(|(anchor, now)| between(anchor.zero(), now));
        let by_clock = || {
            let previous = at.checked_sub(1).and_then(|at| earlier.get(at));
            (trusted && believable(boot, previous, next))
                .then(|| between(boot.zero(), now_told))
                .filter(|ago| *ago >= just_before)
        };
        let ago = exact.or_else(by_clock).unwrap_or(just_before).max(least);
        if boot.start == start {
            // A message may be younger than the last alive mark of its boot,
            // never younger than the boot that followed.
            return Age {
                ms: ago
                    .saturating_sub(uptime_ms)
                    .max(next_least)
                    .min(JSON_INT_MAX),
                estimated: exact.is_none(),
                at_least_ms: next_least.saturating_add(boot.alive_ms.saturating_sub(uptime_ms)),
            };
        }
        (next_ago, next_least, next) = (ago, least, boot);
    }
    Age {
        ms: next_ago.min(JSON_INT_MAX),
        estimated: true,
        at_least_ms: next_least,
    }
}

fn exactly(ms: u64) -> Age {
    Age {
        ms: ms.min(JSON_INT_MAX),
        estimated: false,
        at_least_ms: ms,
    }
}

fn between(earlier: i64, later: i64) -> u64 {
    u64::try_from(later.saturating_sub(earlier)).unwrap_or(0)
}

/// Whether the dates of three boots in a row follow each other.
fn believable(boot: &Boot, previous: Option<&Boot>, next: &Boot) -> bool {
    let after_previous = previous.is_none_or(|p| p.end() <= boot.zero().saturating_add(OVERLAP_MS));
    let before_next = boot.end() <= next.zero().saturating_add(OVERLAP_MS);
    boot.zero() >= FIRST_AGENT_MS && after_previous && before_next
}
