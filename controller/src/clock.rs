//! What time it is, for whoever asks in this process.
//!
//! It is the machine's clock, and every door asks here. Only a demonstration makes it
//! another one: it stands while a past is written, and then runs on, or faster than ours. So it
//! belongs to the process, as the machine's own does: a process serves one programme.

use std::sync::{PoisonError, RwLock};
use std::time::{Duration, Instant};

use jiff::Timestamp;

static FACE: RwLock<Face> = RwLock::new(Face::Machine);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Face {
    /// The machine's clock.
    Machine,
    /// Stands at this moment, ms UTC.
    Standing(i64),
    Running {
        /// What it said when it was started, ms UTC.
        began_ms: i64,
        started: Instant,
        speed: u32,
    },
}

impl Face {
    fn now(self) -> Timestamp {
        let ms = match self {
            Face::Machine => return Timestamp::now(),
            Face::Standing(ms) => ms,
            Face::Running {
                began_ms,
                started,
                speed,
            } => {
                let passed = started.elapsed().saturating_mul(speed).as_millis();
                began_ms.saturating_add(i64::try_from(passed).unwrap_or(i64::MAX))
            }
        };
        Timestamp::from_millisecond(ms).unwrap_or(Timestamp::MAX)
    }
}

fn face() -> Face {
    *FACE.read().unwrap_or_else(PoisonError::into_inner)
}

fn show(face: Face) {
    *FACE.write().unwrap_or_else(PoisonError::into_inner) = face;
}

/// What time it is.
pub fn now() -> Timestamp {
    face().now()
}

/// How many times faster than the machine's clock it runs; 1, but in a demonstration.
pub fn speed() -> u32 {
    match face() {
        Face::Running { speed, .. } => speed,
        Face::Machine | Face::Standing(_) => 1,
    }
}

/// How long, on the machine's clock, what this one calls `span` lasts.
pub fn real(span: Duration) -> Duration {
    span / speed()
}

/// Makes it stand at `at_ms` (ms UTC) until it is told otherwise. For demonstrations.
pub(crate) fn stand(at_ms: i64) {
    show(Face::Standing(at_ms));
}

/// Makes it run from `began_ms` (ms UTC) on, `speed` times faster than the machine's; 0 is
/// taken as 1. For demonstrations.
pub(crate) fn run(began_ms: i64, speed: u32) {
    show(Face::Running {
        began_ms,
        started: Instant::now(),
        speed: speed.max(1),
    });
}

/// Shows the machine's time again.
pub(crate) fn follow() {
    show(Face::Machine);
}

#[cfg(test)]
mod tests {
    use super::*;

    // Of faces, not of the process's clock: other tests ask that one meanwhile.
    #[test]
    fn a_fast_clock_is_never_behind_the_machines_and_a_standing_one_does_not_move() {
        let started = Instant::now();
        let fast = Face::Running {
            began_ms: 1_000_000,
            started,
            speed: 600,
        };
        while started.elapsed() < Duration::from_millis(1) {
            std::hint::spin_loop();
        }
        assert!(fast.now().as_millisecond() >= 1_000_600);
        assert_eq!(Face::Standing(5).now().as_millisecond(), 5);
    }

    #[test]
    fn unless_a_demonstration_says_otherwise_it_is_the_machines_clock() {
        let (before, said) = (Timestamp::now(), now());
        assert!((before..=Timestamp::now()).contains(&said));
        assert_eq!(
            (speed(), real(Duration::from_secs(9))),
            (1, Duration::from_secs(9))
        );
    }
}
