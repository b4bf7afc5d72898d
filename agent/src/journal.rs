//! Turns what is observed into journal events, each with its boot and uptime.
//!
//! The clocks alone tell sleeps and jumps: sleep is where time since boot grew
//! and time awake did not; a jump is where the device clock left time since
//! boot. Slow corrections by NTP slew all clocks together and show nowhere here.

use declic_common::journal::{Event, EventKind, Journal};
use declic_common::limits::{JSON_INT_MAX, TIME_MAX_MS};
use declic_common::report::{Consent, Ladder};

use crate::probe::Clocks;

/// Two clocks read one after the other may differ by a moment; nobody sleeps this briefly.
const SLEEP_MS: u64 = 2_000;
/// A leap second, and the moment between two readings, are no jump.
const JUMP_MS: i64 = 2_000;
/// Over a sleep the kernel takes the time from a coarse RTC: so much of the
/// sleep more is tolerated (one thousandth).
const SLEEP_DRIFT: u64 = 1_000;
/// A sleep that was announced and has not come after this long awake was called off.
const CALLED_OFF_MS: u64 = 60_000;
/// Events in one message: the largest ones together stay well under its size.
const EVENTS: usize = 32;

/// An event of `kind`, now. A device clock outside the wire's bounds is left out.
pub fn at(kind: EventKind, boot: u32, now: &Clocks) -> Event {
    Event {
        kind: Some(kind),
        boot: Some(boot),
        uptime_ms: Some(now.uptime_ms.min(JSON_INT_MAX)),
        at: Some(now.wall_ms).filter(|wall| (0..=TIME_MAX_MS).contains(wall)),
        ..Event::default()
    }
}

/// Events as messages, in order, none too large to travel.
pub fn messages(events: &[Event]) -> impl Iterator<Item = Journal> + '_ {
    events.chunks(EVENTS).map(|events| Journal {
        events: Some(events.to_vec()),
    })
}

/// Watches one boot. What is not known yet counts as changed.
#[derive(Clone, Debug)]
pub struct Watch {
    boot: u32,
    last: Clocks,
    /// Device clock minus uptime, as last told to the controller.
    clock_zero: i64,
    /// A suspend that was told before it came.
    announced: Option<Announced>,
    ladder: Option<Ladder>,
    link: Option<bool>,
    consent: Option<Consent>,
}

#[derive(Clone, Copy, Debug)]
struct Announced {
    awake_ms: u64,
}

impl Watch {
    /// Begins with the first look of this life.
    pub fn begin(boot: u32, now: &Clocks) -> Self {
        Watch {
            boot,
            last: now.clone(),
            clock_zero: clock_zero(now),
            announced: None,
            ladder: None,
            link: None,
            consent: None,
        }
    }

    /// Looks at the clocks, and tells the sleep and the jump since the last look.
    pub fn look(&mut self, now: &Clocks) -> Vec<Event> {
        let mut events = Vec::new();
        let slept = asleep(now).saturating_sub(asleep(&self.last));
        if slept > SLEEP_MS {
            if self.announced.take().is_none() {
                events.push(at(EventKind::Suspend, self.boot, &self.last));
            }
            events.push(self.resume(now, slept));
        } else if self
            .announced
            .is_some_and(|a| now.awake_ms.saturating_sub(a.awake_ms) > CALLED_OFF_MS)
        {
            self.announced = None;
            events.push(self.resume(now, 0));
        }
        events.extend(self.jump(now, slept));
        self.last = now.clone();
        events
    }

    /// The machine says that it is about to sleep.
    pub fn about_to_sleep(&mut self, now: &Clocks) -> Vec<Event> {
        let mut events = self.look(now);
        if self.announced.is_none() {
            self.announced = Some(Announced {
                awake_ms: now.awake_ms,
            });
            events.push(at(EventKind::Suspend, self.boot, now));
        }
        events
    }

    /// What the network reaches, if that changed.
    pub fn ladder(&mut self, now: &Clocks, ladder: &Ladder) -> Option<Event> {
        (self.ladder.replace(ladder.clone()).as_ref() != Some(ladder)).then(|| Event {
            ladder: Some(ladder.clone()),
            ..at(EventKind::Ladder, self.boot, now)
        })
    }

    /// Whether any network link is up, if that changed.
    pub fn link(&mut self, now: &Clocks, up: bool) -> Option<Event> {
        let kind = if up {
            EventKind::LinkUp
        } else {
            EventKind::LinkDown
        };
        (self.link.replace(up) != Some(up)).then(|| at(kind, self.boot, now))
    }

    /// The household's consent, if it changed.
    pub fn consent(&mut self, now: &Clocks, consent: Consent) -> Option<Event> {
        (self.consent.replace(consent) != Some(consent)).then(|| Event {
            consent: Some(consent),
            ..at(EventKind::Consent, self.boot, now)
        })
    }

    /// A pause begins, until a moment of the device clock (ms UTC), or ends.
    pub fn pause(&self, now: &Clocks, until: Option<i64>) -> Event {
        Event {
            until,
            ..at(EventKind::Pause, self.boot, now)
        }
    }

    /// The agent stops, alone or with the whole machine.
    pub fn ending(&self, now: &Clocks, machine: bool) -> Vec<Event> {
        let stop = at(EventKind::AgentStop, self.boot, now);
        let shutdown = machine.then(|| at(EventKind::Shutdown, self.boot, now));
        std::iter::once(stop).chain(shutdown).collect()
    }

    fn resume(&self, now: &Clocks, slept: u64) -> Event {
        Event {
            slept_ms: Some(slept.min(JSON_INT_MAX)),
            ..at(EventKind::Resume, self.boot, now)
        }
    }

    /// Small differences are kept in `clock_zero` until they add up to a jump,
    /// but for those that a sleep explains.
    fn jump(&mut self, now: &Clocks, slept: u64) -> Option<Event> {
        let zero = clock_zero(now);
        let by = zero.saturating_sub(self.clock_zero);
        let drift = i64::try_from(slept / SLEEP_DRIFT).unwrap_or(i64::MAX);
        if by.unsigned_abs() <= JUMP_MS.saturating_add(drift).unsigned_abs() {
            if slept > SLEEP_MS {
                self.clock_zero = zero;
            }
            return None;
        }
        self.clock_zero = zero;
        Some(Event {
            by_ms: Some(by.clamp(-TIME_MAX_MS, TIME_MAX_MS)),
            ..at(EventKind::ClockJump, self.boot, now)
        })
    }
}

/// Time slept since boot.
fn asleep(clocks: &Clocks) -> u64 {
    clocks.uptime_ms.saturating_sub(clocks.awake_ms)
}

/// What the device clock says uptime zero was.
fn clock_zero(clocks: &Clocks) -> i64 {
    clocks.wall_ms.saturating_sub_unsigned(clocks.uptime_ms)
}

#[cfg(test)]
mod tests {
    use super::*;
    use declic_common::limits::REPORT_BYTES;

    const Y2005: i64 = 1_104_537_600_000;
    const Y2026: i64 = 1_780_000_000_000;

    /// Awake for `awake` s and asleep for `asleep` s since boot.
    fn clocks(awake: u64, asleep: u64, wall_ms: i64) -> Clocks {
        Clocks {
            boot_id: "b".to_owned(),
            uptime_ms: (awake + asleep) * 1000,
            awake_ms: awake * 1000,
            wall_ms,
        }
    }

    fn kinds(events: &[Event]) -> Vec<EventKind> {
        events.iter().filter_map(|event| event.kind).collect()
    }

    #[test]
    fn a_quiet_hour_tells_nothing() {
        let mut watch = Watch::begin(1, &clocks(10, 0, Y2005));
        for s in (70..3_700).step_by(60) {
            let now = clocks(s, 0, Y2005 + (s as i64 - 10) * 1000);
            assert_eq!(watch.look(&now), []);
        }
    }

    #[test]
    fn a_sleep_is_found_afterwards_and_placed_at_the_last_look() {
        let mut watch = Watch::begin(4, &clocks(100, 0, Y2026));
        let events = watch.look(&clocks(160, 28_800, Y2026 + 28_860_000));
        assert_eq!(kinds(&events), [EventKind::Suspend, EventKind::Resume]);
        assert_eq!(events[0].uptime_ms, Some(100_000));
        assert_eq!(events[1].uptime_ms, Some(28_960_000));
        assert_eq!(events[1].slept_ms, Some(28_800_000));
        assert!(events.iter().all(|event| event.boot == Some(4)));
    }

    #[test]
    fn an_announced_sleep_is_told_once() {
        let mut watch = Watch::begin(1, &clocks(100, 0, Y2026));
        let told = watch.about_to_sleep(&clocks(110, 0, Y2026 + 10_000));
        assert_eq!(kinds(&told), [EventKind::Suspend]);
        // A look between the announcement and the sleep changes nothing.
        assert_eq!(watch.look(&clocks(111, 0, Y2026 + 11_000)), []);
        let woke = watch.look(&clocks(112, 3_600, Y2026 + 3_612_000));
        assert_eq!(kinds(&woke), [EventKind::Resume]);
    }

    #[test]
    fn a_sleep_that_was_called_off_ends_with_a_resume() {
        let mut watch = Watch::begin(1, &clocks(100, 0, Y2026));
        watch.about_to_sleep(&clocks(110, 0, Y2026 + 10_000));
        let events = watch.look(&clocks(171, 0, Y2026 + 71_000));
        assert_eq!(kinds(&events), [EventKind::Resume]);
        assert_eq!(events[0].slept_ms, Some(0));
    }

    #[test]
    fn a_clock_that_jumps_by_decades_is_told_with_its_distance() {
        let mut watch = Watch::begin(1, &clocks(10, 0, Y2005));
        let forth = watch.look(&clocks(70, 0, Y2026));
        assert_eq!(kinds(&forth), [EventKind::ClockJump]);
        assert_eq!(forth[0].by_ms, Some(Y2026 - Y2005 - 60_000));
        let back = watch.look(&clocks(80, 0, Y2005));
        assert_eq!(back[0].by_ms, Some(Y2005 - Y2026 - 10_000));
        assert_eq!(watch.look(&clocks(90, 0, Y2005 + 10_000)), []);
    }

    #[test]
    fn a_clock_beyond_all_bounds_breaks_nothing() {
        let mut watch = Watch::begin(1, &clocks(10, 0, i64::MAX));
        let events = watch.look(&clocks(20, 0, i64::MIN));
        assert_eq!(events[0].by_ms, Some(-TIME_MAX_MS));
        assert_eq!(events[0].at, None);
    }

    #[test]
    fn small_steps_are_no_jump_until_they_add_up() {
        let mut watch = Watch::begin(1, &clocks(0, 0, Y2026));
        assert_eq!(watch.look(&clocks(60, 0, Y2026 + 61_500)), []);
        let events = watch.look(&clocks(120, 0, Y2026 + 123_000));
        assert_eq!(events[0].by_ms, Some(3_000));
    }

    #[test]
    fn the_coarse_clock_of_a_sleep_is_no_jump() {
        let mut watch = Watch::begin(1, &clocks(0, 0, Y2026));
        let events = watch.look(&clocks(1, 28_800, Y2026 + 28_801_000 + 20_000));
        assert_eq!(kinds(&events), [EventKind::Suspend, EventKind::Resume]);
    }

    #[test]
    fn a_ladder_and_a_link_are_told_when_they_change() {
        let now = clocks(1, 0, Y2026);
        let mut watch = Watch::begin(1, &now);
        let up = Ladder {
            link: Some(true),
            ..Ladder::default()
        };
        let down = Ladder {
            link: Some(false),
            ..Ladder::default()
        };
        assert_eq!(watch.ladder(&now, &up).unwrap().ladder, Some(up.clone()));
        assert_eq!(watch.ladder(&now, &up), None);
        assert_eq!(watch.ladder(&now, &down).unwrap().ladder, Some(down));
        assert_eq!(
            watch.link(&now, true).unwrap().kind,
            Some(EventKind::LinkUp)
        );
        assert_eq!(watch.link(&now, true), None);
        assert_eq!(
            watch.link(&now, false).unwrap().kind,
            Some(EventKind::LinkDown)
        );
    }

    #[test]
    fn many_events_travel_in_messages_that_fit() {
        let mut now = clocks(1, 0, TIME_MAX_MS);
        now.uptime_ms = JSON_INT_MAX;
        let ladder = Ladder {
            link: Some(false),
            gateway: Some(false),
            dns: Some(false),
            internet: Some(false),
            controller: Some(false),
        };
        let event = Event {
            ladder: Some(ladder),
            ..at(EventKind::Ladder, u32::MAX, &now)
        };
        let sent: Vec<Journal> = messages(&vec![event; 100]).collect();
        let lengths: Vec<usize> = sent
            .iter()
            .map(|journal| serde_json::to_vec(journal).unwrap().len())
            .collect();
        assert_eq!(sent.len(), 4);
        assert!(
            lengths.iter().all(|bytes| *bytes < REPORT_BYTES - 1024),
            "{lengths:?}"
        );
    }
}
