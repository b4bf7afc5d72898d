//! Decides when a message was made, in the controller's time.
//!
//! A PC's clock may say 2005, so it is never trusted. The device says how old
//! its message is; arrival minus age is the date.

/// A device clock that is further off than this is wrong, in ms.
pub const CLOCK_TOLERANCE_MS: i64 = 5 * 60 * 1000;

/// When a message was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dated {
    /// Controller clock, ms UTC.
    pub at: i64,
    /// The age was itself a guess, or did not make sense.
    pub estimated: bool,
}

/// Dates a message. It cannot be older than its device's enrolment.
pub fn date(received_at: i64, age_ms: Option<u64>, age_estimated: bool, enrolled_at: i64) -> Dated {
    let age = i64::try_from(age_ms.unwrap_or(0)).unwrap_or(i64::MAX);
    let at = received_at.saturating_sub(age);
    if at < enrolled_at {
        // Nothing was made after it arrived, whatever the controller's clock did.
        return Dated {
            at: enrolled_at.min(received_at),
            estimated: true,
        };
    }
    Dated {
        at,
        estimated: age_estimated,
    }
}

/// How far the device clock is ahead of the controller's.
pub fn clock_offset(observed_at: i64, dated_at: i64) -> i64 {
    observed_at.saturating_sub(dated_at)
}

/// Whether somebody should set the device's clock.
pub fn clock_is_wrong(offset_ms: i64) -> bool {
    offset_ms.saturating_abs() > CLOCK_TOLERANCE_MS
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_as_old_as_it_says() {
        let dated = date(10_000_000, Some(4_000_000), false, 0);
        assert_eq!(
            dated,
            Dated {
                at: 6_000_000,
                estimated: false
            }
        );
        assert_eq!(date(10_000_000, None, false, 0).at, 10_000_000);
    }

    #[test]
    fn nothing_is_older_than_its_enrolment() {
        for age in [9_000, u64::MAX] {
            assert_eq!(
                date(10_000, Some(age), false, 5_000),
                Dated {
                    at: 5_000,
                    estimated: true
                }
            );
        }
    }

    #[test]
    fn a_clock_of_2005_is_wrong_and_a_slow_one_is_not() {
        let now = 1_790_000_000_000;
        assert!(clock_is_wrong(clock_offset(1_104_537_600_000, now)));
        assert!(clock_is_wrong(clock_offset(
            now + CLOCK_TOLERANCE_MS + 1,
            now
        )));
        assert!(!clock_is_wrong(clock_offset(now - 60_000, now)));
    }
}
