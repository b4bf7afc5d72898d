//! How fast time goes by: as ours, or faster where homes are simulated.
//!
//! A demonstration shows weeks in minutes. Whatever waits there waits less, and
//! the simulated machines' clocks run ahead by the same factor.

use std::time::{Duration, Instant};

/// A clock that began at a moment of its own choice, and its speed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace {
    started: Instant,
    began_ms: i64,
    speed: u32,
}

impl Pace {
    /// Begins now, and calls it `began_ms` (ms UTC). A speed of 0 is taken as 1.
    pub fn begin(began_ms: i64, speed: u32) -> Self {
        Pace {
            started: Instant::now(),
            began_ms,
            speed: speed.max(1),
        }
    }

    /// The time on this clock, ms UTC.
    pub fn now_ms(&self) -> i64 {
        let elapsed = self.started.elapsed().saturating_mul(self.speed);
        let elapsed = i64::try_from(elapsed.as_millis()).unwrap_or(i64::MAX);
        self.began_ms.saturating_add(elapsed)
    }

    /// When this clock will say `at_ms`; now, if it has said so.
    pub fn moment(&self, at_ms: i64) -> Instant {
        let ahead = u64::try_from(at_ms.saturating_sub(self.began_ms)).unwrap_or(0);
        self.started + Duration::from_millis(ahead) / self.speed
    }

    pub fn speed(&self) -> u32 {
        self.speed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fast_clock_says_a_moment_sooner_and_never_before_it() {
        let pace = Pace::begin(1_000_000, 600);
        let moment = pace.moment(1_000_000 + 600);
        assert_eq!(moment, pace.started + Duration::from_millis(1));
        while Instant::now() < moment {
            std::hint::spin_loop();
        }
        assert!(pace.now_ms() >= 1_000_600);
        assert_eq!(pace.moment(0), pace.started, "what is past is now");
    }
}
