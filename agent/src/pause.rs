//! The household's pause: no reports until a moment that comes by itself.
//!
//! It must end when it was said to, on a PC whose clock may fall back to 2005 at each
//! start. So its end is kept on every clock there is: time since boot for the start in
//! which it was asked for, then the controller's, and the PC's own only without that.

use serde::{Deserialize, Serialize};

use crate::probe::Clocks;

/// The longest pause that may be asked for, in seconds: 90 days.
pub const LONGEST_S: u64 = 90 * 86_400;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pause {
    /// The start of the machine in which it was asked for, as the kernel names it.
    boot_id: String,
    /// Its end in that start, ms since boot.
    until_uptime_ms: u64,
    /// Its end on the device clock, ms UTC.
    until_wall_ms: i64,
    /// Its end on the controller's clock, ms UTC, once that is known.
    until_ms: Option<i64>,
}

impl Pause {
    /// Begins now. `time` is the controller's, ms UTC, if it is known.
    pub fn begin(for_s: u64, now: &Clocks, time: Option<i64>) -> Self {
        let ms = for_s.saturating_mul(1000);
        Pause {
            boot_id: now.boot_id.clone(),
            until_uptime_ms: now.uptime_ms.saturating_add(ms),
            until_wall_ms: now.wall_ms.saturating_add_unsigned(ms),
            until_ms: time.map(|time| time.saturating_add_unsigned(ms)),
        }
    }

    /// How long it still lasts, in ms; 0 once it is over.
    pub fn remaining_ms(&self, now: &Clocks, time: Option<i64>) -> u64 {
        if self.boot_id == now.boot_id {
            return self.until_uptime_ms.saturating_sub(now.uptime_ms);
        }
        let left = match self.until_ms.zip(time) {
            Some((until, time)) => until.saturating_sub(time),
            None => self.until_wall_ms.saturating_sub(now.wall_ms),
        };
        u64::try_from(left).unwrap_or(0)
    }

    /// Its end on the device clock as it stands now, ms UTC.
    pub fn ends_at(&self, now: &Clocks, time: Option<i64>) -> i64 {
        let left = self.remaining_ms(now, time);
        now.wall_ms.saturating_add_unsigned(left)
    }

    /// Learns the controller's time in the start in which it was asked for; says
    /// whether that is new, and to be kept.
    pub fn date(&mut self, now: &Clocks, time: Option<i64>) -> bool {
        let learns = self.until_ms.is_none() && self.boot_id == now.boot_id;
        if let (true, Some(time)) = (learns, time) {
            self.until_ms = Some(time.saturating_add_unsigned(self.remaining_ms(now, None)));
            return true;
        }
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const Y2005: i64 = 1_104_537_600_000;
    const Y2026: i64 = 1_780_000_000_000;
    const HOUR: u64 = 3_600;

    fn clocks(boot_id: &str, uptime_s: u64, wall_ms: i64) -> Clocks {
        Clocks {
            boot_id: boot_id.to_owned(),
            uptime_ms: uptime_s * 1000,
            awake_ms: uptime_s * 1000,
            wall_ms,
        }
    }

    #[test]
    fn a_pause_ends_on_time_whatever_happens_to_the_clock() {
        let pause = Pause::begin(HOUR, &clocks("a", 100, Y2005), None);
        // The clock is set, by decades.
        let before = clocks("a", 100 + HOUR - 1, Y2026);
        assert_eq!(pause.remaining_ms(&before, Some(Y2026)), 1_000);
        assert_eq!(pause.ends_at(&before, None), Y2026 + 1_000);
        assert_eq!(pause.remaining_ms(&clocks("a", 100 + HOUR, Y2005), None), 0);
    }

    #[test]
    fn the_controllers_time_ends_a_pause_on_a_pc_that_starts_in_2005_each_time() {
        let pause = Pause::begin(24 * HOUR, &clocks("a", 100, Y2005), Some(Y2026));
        let next = clocks("b", 10, Y2005);
        let day = 24 * HOUR as i64 * 1000;
        assert_eq!(pause.remaining_ms(&next, Some(Y2026 + day - 5)), 5);
        assert_eq!(pause.remaining_ms(&next, Some(Y2026 + day)), 0);
    }

    #[test]
    fn a_pause_asked_for_without_network_is_dated_by_the_first_receipt() {
        let mut pause = Pause::begin(HOUR, &clocks("a", 100, Y2005), None);
        assert!(
            !pause.date(&clocks("b", 1, Y2005), Some(Y2026)),
            "another start"
        );
        assert!(pause.date(&clocks("a", 700, Y2005), Some(Y2026)));
        assert!(!pause.date(&clocks("a", 701, Y2005), Some(Y2026)), "once");
        let next = clocks("b", 10, Y2005);
        assert_eq!(pause.remaining_ms(&next, Some(Y2026 + 3_000_000)), 0);
    }
}
