//! A clock that can be stopped: how long a household has really waited for us.

/// Time that ran, apart from when it was stopped.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Clock {
    /// What ran before `since`, in ms.
    pub ran_ms: u64,
    /// When it last began to run (ms UTC); `None` while it stands still.
    pub since: Option<i64>,
}

impl Clock {
    pub fn started(now: i64) -> Self {
        Clock {
            ran_ms: 0,
            since: Some(now),
        }
    }

    pub fn stop(&mut self, now: i64) {
        self.ran_ms = self.read(now);
        self.since = None;
    }

    /// Runs from now on, or stands still; what it was doing already goes on.
    pub fn run(&mut self, runs: bool, now: i64) {
        match (runs, self.since) {
            (true, None) => self.since = Some(now),
            (false, Some(_)) => self.stop(now),
            _ => {}
        }
    }

    /// What it shows, in ms. A controller's clock that was set back adds nothing.
    pub fn read(&self, now: i64) -> u64 {
        let running = self.since.map_or(0, |since| now.saturating_sub(since));
        self.ran_ms
            .saturating_add(u64::try_from(running).unwrap_or(0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_counts_only_while_it_runs() {
        let mut clock = Clock::started(1_000);
        clock.stop(3_000);
        assert_eq!(clock.read(9_000), 2_000);
        clock.run(true, 10_000);
        clock.run(true, 11_000);
        assert_eq!(clock.read(12_000), 4_000);
        clock.run(false, 12_000);
        clock.run(false, 20_000);
        assert_eq!(clock.read(99_000), 4_000);
    }

    #[test]
    fn a_clock_set_back_takes_nothing_away() {
        let mut clock = Clock::started(5_000);
        assert_eq!(clock.read(1_000), 0);
        clock.stop(1_000);
        assert_eq!(clock.read(9_000), 0);
    }
}
