//! What takes a while: slow readings, climbing the ladder, the next certificate.
//!
//! A gateway that drops what it does not know makes a climb last seconds. The
//! agent goes on meanwhile: it hears, answers, samples and reports on time.

use std::future::{Future, pending};
use std::pin::Pin;

use declic_common::report::{Ladder, Slow};
use tokio::task::{JoinHandle, spawn_blocking};

use crate::enrol::EnrolError;
use crate::identity::Identity;
use crate::probe::{Climb, SlowJob};

/// The next certificate, on its way.
pub type Renewal = Pin<Box<dyn Future<Output = Result<Identity, EnrolError>> + Send>>;

/// An errand that came to its end.
#[derive(Debug)]
pub enum Done {
    /// Absent when the reading itself failed.
    Slow(Option<Slow>),
    Ladder(Ladder),
    Renewal(Result<Identity, EnrolError>),
}

/// The errands under way, one of each kind at most.
#[derive(Default)]
#[allow(missing_debug_implementations)] // futures have no other form
pub struct Errands {
    slow: Option<JoinHandle<Slow>>,
    climb: Option<Climb>,
    /// The climb under way knows that a session is up.
    connected: bool,
    renewal: Option<Renewal>,
}

impl Errands {
    /// Begins slow readings, where blocking is allowed.
    pub fn read_slowly(&mut self, job: SlowJob) {
        self.slow = Some(spawn_blocking(job));
    }

    pub fn reads_slowly(&self) -> bool {
        self.slow.is_some()
    }

    /// Begins a climb; one under way is given up.
    pub fn climb(&mut self, climb: Climb, connected: bool) {
        self.climb = Some(climb);
        self.connected = connected;
    }

    pub fn climbs(&self) -> bool {
        self.climb.is_some()
    }

    /// A session began or ended during the climb: what it finds is not true any more.
    pub fn climbs_in_vain(&self, connected: bool) -> bool {
        self.climb.is_some() && self.connected != connected
    }

    /// Begins a renewal.
    pub fn renew(&mut self, renewal: Renewal) {
        self.renewal = Some(renewal);
    }

    pub fn renews(&self) -> bool {
        self.renewal.is_some()
    }

    /// Waits for the next one to end; for ever while there is none.
    pub async fn next(&mut self) -> Done {
        tokio::select! {
            slow = end_of(&mut self.slow) => {
                self.slow = None;
                Done::Slow(slow.ok())
            }
            ladder = end_of(&mut self.climb) => {
                self.climb = None;
                Done::Ladder(ladder)
            }
            renewed = end_of(&mut self.renewal) => {
                self.renewal = None;
                Done::Renewal(renewed)
            }
        }
    }
}

/// The end of an errand; never without one.
async fn end_of<F: Future + Unpin>(errand: &mut Option<F>) -> F::Output {
    match errand {
        Some(errand) => errand.await,
        None => pending().await,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::FutureExt;

    #[tokio::test]
    async fn a_climb_that_never_ends_holds_nothing_else_up() {
        let mut errands = Errands::default();
        errands.climb(Box::pin(pending()), false);
        errands.read_slowly(Box::new(Slow::default));
        assert!(matches!(errands.next().await, Done::Slow(Some(_))));
        assert!(errands.climbs() && !errands.reads_slowly());
        assert!(errands.next().now_or_never().is_none());
    }

    #[tokio::test]
    async fn a_session_makes_the_climb_before_it_vain() {
        let mut errands = Errands::default();
        errands.climb(Box::pin(pending()), false);
        assert!(errands.climbs_in_vain(true) && !errands.climbs_in_vain(false));
        errands.climb(Box::pin(async { Ladder::default() }), true);
        assert!(matches!(errands.next().await, Done::Ladder(_)));
        assert!(!errands.climbs_in_vain(false), "none is under way");
    }

    #[tokio::test]
    async fn slow_readings_that_fail_are_absent_and_may_begin_again() {
        let mut errands = Errands::default();
        errands.read_slowly(Box::new(|| panic!("a reading that breaks")));
        assert!(matches!(errands.next().await, Done::Slow(None)));
        assert!(!errands.reads_slowly());
    }
}
