//! Decides whether a device is with us, from its last exchange.
//!
//! A home PC is off most of the time, and off is not failed: silence alone never
//! makes a device more than `quiet` here. What a household's own rhythm allows is
//! another question, and needs its history.

use declic_common::api::Presence;

/// Reports that may be late or missed before a device stops being `on`.
const MISSED_REPORTS: i64 = 2;
/// Time for a report to travel and to be sent again, in ms.
const GRACE_MS: i64 = 90_000;

/// What is known of a device at one moment. Times are ms UTC, controller clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Signs {
    pub retired: bool,
    /// Somebody is to switch it on: not on the bench, in stock or in a workshop.
    pub awaited: bool,
    pub connected: bool,
    /// Where it is now, not where it was before.
    pub last_seen: Option<i64>,
    /// The device said `off`, `asleep` or `stopped`, and nothing since.
    pub said_goodbye: bool,
    /// Interval that its last report promised.
    pub interval_s: u32,
}

/// Judges a device at `now`.
pub fn judge(signs: &Signs, now: i64) -> Presence {
    if signs.retired {
        return Presence::Retired;
    }
    let Some(last_seen) = signs.last_seen else {
        return match signs.awaited {
            true => Presence::NeverStarted,
            false => Presence::Quiet,
        };
    };
    if signs.connected {
        return Presence::On;
    }
    // Negative after a clock correction; that counts as no silence at all.
    let silence = now.saturating_sub(last_seen);
    let expected = i64::from(signs.interval_s) * 1000 * MISSED_REPORTS + GRACE_MS;
    if signs.said_goodbye || silence > expected {
        Presence::Quiet
    } else {
        Presence::On
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIGNS: Signs = Signs {
        retired: false,
        awaited: true,
        connected: false,
        last_seen: Some(1_000_000),
        said_goodbye: false,
        interval_s: 900,
    };

    #[test]
    fn a_device_that_was_never_heard_has_never_started() {
        let signs = Signs {
            last_seen: None,
            ..SIGNS
        };
        assert_eq!(judge(&signs, 5_000_000_000), Presence::NeverStarted);
        let on_the_bench = Signs {
            awaited: false,
            ..signs
        };
        assert_eq!(judge(&on_the_bench, 5_000_000_000), Presence::Quiet);
    }

    #[test]
    fn a_connected_device_is_on_however_long_its_interval() {
        let signs = Signs {
            connected: true,
            ..SIGNS
        };
        assert_eq!(judge(&signs, 1_000_000 + 86_400_000), Presence::On);
    }

    #[test]
    fn a_short_cut_is_still_on_and_a_goodbye_is_quiet_at_once() {
        assert_eq!(judge(&SIGNS, 1_060_000), Presence::On);
        let signs = Signs {
            said_goodbye: true,
            ..SIGNS
        };
        assert_eq!(judge(&signs, 1_000_001), Presence::Quiet);
    }

    #[test]
    fn a_long_silence_is_quiet_and_never_an_alarm_by_itself() {
        assert_eq!(judge(&SIGNS, 1_000_000 + 30 * 86_400_000), Presence::Quiet);
    }

    #[test]
    fn a_clock_set_back_is_no_silence() {
        assert_eq!(judge(&SIGNS, 0), Presence::On);
    }
}
