//! Wakes an agent at one moment, by a timer of the kernel.
//!
//! The runtime's own timers stand in wheels of 64 steps: a wait of half a second wakes the
//! process as it begins, a moment before its end and at its end, one of half a minute once
//! more. Here it is woken once, and a PC that does nothing else stays at rest.

use std::io;
use std::os::fd::OwnedFd;
use std::time::Duration;

use rustix::time::{
    Itimerspec, TimerfdClockId, TimerfdFlags, TimerfdTimerFlags, Timespec, timerfd_create,
    timerfd_settime,
};
use tokio::io::Interest;
use tokio::io::unix::AsyncFd;
use tokio::time::Instant;

/// One timer, used again and again.
#[derive(Debug)]
pub(crate) struct Alarm {
    timer: AsyncFd<OwnedFd>,
    /// The moment that the timer is set to, and has not come yet.
    set: Option<Instant>,
}

impl Alarm {
    /// Fails where the process may open no more files. To be called inside a runtime.
    pub(crate) fn new() -> io::Result<Self> {
        let flags = TimerfdFlags::NONBLOCK | TimerfdFlags::CLOEXEC;
        let timer = timerfd_create(TimerfdClockId::Monotonic, flags)?;
        // Its successor is `unsafe`, for what may close or change its descriptor meanwhile: an
        // `OwnedFd` cannot.
        #[allow(deprecated)]
        let timer = AsyncFd::with_interest(timer, Interest::READABLE)?;
        Ok(Alarm { timer, set: None })
    }

    /// Resolves at a moment, and not before. Asking for the same moment again costs nothing.
    pub(crate) async fn at(&mut self, moment: Instant) -> io::Result<()> {
        loop {
            let wait = moment.saturating_duration_since(Instant::now());
            if wait.is_zero() {
                return Ok(());
            }
            if self.set != Some(moment) {
                timerfd_settime(
                    self.timer.get_ref(),
                    TimerfdTimerFlags::empty(),
                    &once(wait),
                )?;
                self.set = Some(moment);
            }
            let mut rung = self.timer.readable().await?;
            // The number of rings is not read: to set a timer forgets them, and each rings anew.
            rung.clear_ready();
            // One that rang for an earlier moment is set again.
            self.set = None;
        }
    }
}

fn once(wait: Duration) -> Itimerspec {
    let none = Timespec {
        tv_sec: 0,
        tv_nsec: 0,
    };
    Itimerspec {
        it_interval: none,
        it_value: Timespec {
            tv_sec: i64::try_from(wait.as_secs()).unwrap_or(i64::MAX),
            tv_nsec: wait.subsec_nanos().into(),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::time::timeout;

    const MS: Duration = Duration::from_millis(1);

    #[tokio::test]
    async fn it_rings_at_each_moment_and_never_before() {
        let mut alarm = Alarm::new().unwrap();
        for wait in [3, 1, 70, 0, 2] {
            let moment = Instant::now() + MS * wait;
            alarm.at(moment).await.unwrap();
            assert!(Instant::now() >= moment);
        }
    }

    #[tokio::test]
    async fn one_that_is_asked_for_another_moment_rings_at_that_one() {
        let mut alarm = Alarm::new().unwrap();
        // Each is given up for the next: a later one, then sooner ones.
        let began = Instant::now();
        for wait in [20_000, 40_000, 10_000] {
            let given_up = timeout(Duration::ZERO, alarm.at(began + MS * wait)).await;
            assert!(given_up.is_err());
        }
        alarm.at(began + MS * 30).await.unwrap();
        assert!(began.elapsed() >= MS * 30);
        assert!(began.elapsed() < MS * 10_000, "the others are forgotten");
    }

    #[tokio::test]
    async fn a_moment_that_rang_unheard_does_not_ring_for_the_next() {
        let mut alarm = Alarm::new().unwrap();
        let first = Instant::now() + MS * 5;
        let _ = timeout(Duration::ZERO, alarm.at(first)).await;
        while Instant::now() < first + MS {
            tokio::task::yield_now().await;
        }
        let second = first + MS * 50;
        alarm.at(second).await.unwrap();
        assert!(Instant::now() >= second);
    }
}
