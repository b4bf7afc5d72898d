//! Since when the controller listens with a steady clock: silence before that says
//! nothing of a home.

use std::time::Duration;

/// A clock that moved by more than this against the machine's own count of time has
/// jumped. Quartz and the corrections of NTP stay far below it between two rounds.
const JUMP_MS: i64 = 60_000;

/// The last round, on both clocks. The second one counts on while the first jumps.
#[derive(Debug)]
pub(super) struct Listening {
    since: i64,
    round_at: i64,
    round_after: Duration,
    jump_ms: i64,
}

impl Listening {
    /// Listens since `since` (ms UTC), and counts from `now` on. A clock that runs `speed` times
    /// faster than the machine's moves as much further between two looks at both.
    pub(super) fn begin(since: i64, now: i64, speed: u32) -> Self {
        Listening {
            since,
            round_at: now,
            round_after: Duration::ZERO,
            jump_ms: JUMP_MS.saturating_mul(speed.into()),
        }
    }

    /// Takes note of a round `after` the beginning, which is counted at the speed of the clock,
    /// and says since when we listen.
    pub(super) fn round(&mut self, now: i64, after: Duration) -> i64 {
        let passed = after.saturating_sub(self.round_after).as_millis();
        let passed = i64::try_from(passed).unwrap_or(i64::MAX);
        let moved = now.saturating_sub(self.round_at);
        if moved.saturating_sub(passed).saturating_abs() > self.jump_ms {
            tracing::warn!(
                by_ms = moved.saturating_sub(passed),
                "the clock jumped: silence says nothing for a while"
            );
            self.since = now;
        }
        self.round_at = now;
        self.round_after = after;
        self.since
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 1_790_000_000_000;

    #[test]
    fn a_steady_clock_listens_since_the_start_and_a_jump_begins_anew() {
        let after = Duration::from_secs;
        let mut listening = Listening::begin(NOW, NOW, 1);
        assert_eq!(listening.round(NOW + 30_000, after(30)), NOW);
        // NTP moves it by a second, a slow machine by ten.
        assert_eq!(listening.round(NOW + 71_000, after(60)), NOW);
        let year = 31_557_600_000;
        let jumped = NOW + year + 90_000;
        assert_eq!(listening.round(jumped, after(90)), jumped);
        assert_eq!(listening.round(jumped + 30_000, after(120)), jumped);
        let back = NOW + 150_000;
        assert_eq!(listening.round(back, after(150)), back);
    }

    #[test]
    fn a_clock_that_runs_fast_does_not_jump_when_the_machine_was_busy() {
        let begun = NOW - 86_400_000;
        let mut listening = Listening::begin(begun, NOW, 600);
        // Half a second went by between the looks at the two clocks.
        let passed = Duration::from_secs(600);
        assert_eq!(listening.round(NOW + 900_000, passed), begun);
    }
}
