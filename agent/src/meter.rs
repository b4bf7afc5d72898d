//! Counts what many agents of one process do, for whoever sizes a machine.
//!
//! The agent of a real PC has no meter and pays for none. Times are those of the
//! agents' own clocks, so a journey is as long as a home would find it.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Of each power of two, this many steps are told apart: 1.6 %.
const STEPS: usize = 64;
/// Up to 2³² ms.
const BUCKETS: usize = 28 * STEPS;

/// What all agents together have done.
#[derive(Debug)]
pub struct Meter {
    connected: AtomicU64,
    sessions: AtomicU64,
    sent: AtomicU64,
    acknowledged: AtomicU64,
    caught_up: AtomicU64,
    /// How many journeys took how long.
    journeys: Vec<AtomicU64>,
}

impl Default for Meter {
    fn default() -> Self {
        Meter {
            connected: AtomicU64::new(0),
            sessions: AtomicU64::new(0),
            sent: AtomicU64::new(0),
            acknowledged: AtomicU64::new(0),
            caught_up: AtomicU64::new(0),
            journeys: (0..BUCKETS).map(|_| AtomicU64::new(0)).collect(),
        }
    }
}

/// A moment of a meter. All but `connected` are since its beginning.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reading {
    pub connected: u64,
    pub sessions: u64,
    /// Messages handed to a session, those that travelled again included.
    pub sent: u64,
    /// Messages of which a receipt came.
    pub acknowledged: u64,
    /// Agents of which nothing waited any more, once at least.
    pub caught_up: u64,
    journeys: Vec<u64>,
}

impl Meter {
    pub fn read(&self) -> Reading {
        let load = |count: &AtomicU64| count.load(Ordering::Relaxed);
        Reading {
            connected: load(&self.connected),
            sessions: load(&self.sessions),
            sent: load(&self.sent),
            acknowledged: load(&self.acknowledged),
            caught_up: load(&self.caught_up),
            journeys: self.journeys.iter().map(load).collect(),
        }
    }
}

impl Reading {
    /// How long a message took from its publish to its receipt, in ms, for this
    /// permille of them since `earlier`; `None` if there was none.
    pub fn journey_ms(&self, earlier: &Reading, permille: u64) -> Option<u64> {
        let before = |n: usize| earlier.journeys.get(n).copied().unwrap_or(0);
        let since: Vec<u64> = self
            .journeys
            .iter()
            .enumerate()
            .map(|(n, count)| count - before(n))
            .collect();
        let all: u64 = since.iter().sum();
        let rank = (all * permille).div_ceil(1000).max(1);
        let mut seen = 0;
        let at = since.iter().position(|count| {
            seen += count;
            seen >= rank
        })?;
        Some(lowest(at))
    }
}

fn bucket(ms: u64) -> usize {
    let ms = ms.min(u64::from(u32::MAX));
    // Exact below two rows of steps; then each row is twice as coarse.
    let row = (u64::BITS - ms.leading_zeros()).saturating_sub(STEPS.ilog2() + 1);
    row as usize * STEPS + (ms >> row) as usize
}

/// The shortest journey that is counted here, in ms.
fn lowest(bucket: usize) -> u64 {
    let row = (bucket / STEPS).saturating_sub(1);
    ((bucket - row * STEPS) as u64) << row
}

/// One agent's part in a meter.
#[derive(Debug)]
pub(crate) struct Share {
    meter: Arc<Meter>,
    connected: bool,
    caught_up: bool,
}

impl Share {
    pub(crate) fn of(meter: Arc<Meter>) -> Self {
        Share {
            meter,
            connected: false,
            caught_up: false,
        }
    }

    pub(crate) fn connected(&mut self) {
        self.meter.sessions.fetch_add(1, Ordering::Relaxed);
        if !std::mem::replace(&mut self.connected, true) {
            self.meter.connected.fetch_add(1, Ordering::Relaxed);
        }
    }

    pub(crate) fn lost(&mut self) {
        if std::mem::take(&mut self.connected) {
            self.meter.connected.fetch_sub(1, Ordering::Relaxed);
        }
    }

    pub(crate) fn sent(&self) {
        self.meter.sent.fetch_add(1, Ordering::Relaxed);
    }

    /// A receipt came for a message that had been on its way for so long.
    pub(crate) fn landed(&self, took_ms: u64) {
        self.meter.journeys[bucket(took_ms)].fetch_add(1, Ordering::Relaxed);
    }

    /// A receipt let go of so many messages; `waiting` are left.
    pub(crate) fn acknowledged(&mut self, messages: u64, waiting: u64) {
        self.meter
            .acknowledged
            .fetch_add(messages, Ordering::Relaxed);
        if waiting == 0 && !std::mem::replace(&mut self.caught_up, true) {
            self.meter.caught_up.fetch_add(1, Ordering::Relaxed);
        }
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        self.lost();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_journey_is_told_to_within_two_percent() {
        for ms in (0..5_000).chain([123_456, 9_999_999, u64::from(u32::MAX)]) {
            let told = lowest(bucket(ms));
            assert!(told <= ms && (ms - told) * 50 <= ms, "{ms} told as {told}");
        }
        assert!(bucket(u64::MAX) < BUCKETS);
    }

    #[test]
    fn a_percentile_counts_only_what_came_since() {
        let meter = Arc::new(Meter::default());
        let mut share = Share::of(Arc::clone(&meter));
        (0..10).for_each(|_| share.landed(5_000));
        let earlier = meter.read();
        assert_eq!(earlier.journey_ms(&earlier, 500), None);
        (1..=100).for_each(|ms| share.landed(ms));
        share.acknowledged(100, 0);
        share.acknowledged(1, 0);
        let now = meter.read();
        assert_eq!(now.journey_ms(&earlier, 500), Some(50));
        assert_eq!(now.journey_ms(&earlier, 990), Some(99));
        assert_eq!((now.acknowledged, now.caught_up), (101, 1));
    }

    #[test]
    fn an_agent_that_ends_is_not_connected_any_more() {
        let meter = Arc::new(Meter::default());
        let mut share = Share::of(Arc::clone(&meter));
        share.connected();
        share.connected();
        assert_eq!((meter.read().connected, meter.read().sessions), (1, 2));
        drop(share);
        assert_eq!(meter.read().connected, 0);
    }
}
