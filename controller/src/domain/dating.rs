//! Decides when a message was made, in the controller's time.
//!
//! A PC's clock may say 2005, so it is never trusted. The device says how old
//! its message is; arrival minus age is the date.

/// A device clock that is further off than this is wrong, in ms.
pub const CLOCK_TOLERANCE_MS: i64 = 5 * 60 * 1000;

/// A message that travelled longer than this waited somewhere, in ms. Quartz drifts
/// less than that within the weeks for which a PC stays on.
const DELAY_MS: i64 = 3 * 60 * 1000;

/// When a message was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dated {
    /// Controller clock, ms UTC.
    pub at: i64,
    /// The age was itself a guess, or did not make sense.
    pub estimated: bool,
}

/// What a message says of its own time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Said {
    /// How old it was when it was sent, in ms.
    pub age_ms: Option<u64>,
    pub age_estimated: bool,
    /// Time since boot when it was made, in ms.
    pub uptime_ms: u64,
}

/// Dates a message. It cannot be older than its device's enrolment.
///
/// `boot_zero` is the controller's time of that boot's start, as the message that
/// travelled fastest told it: one that waited on its way, at a broker whose
/// controller was away, is dated by it. It is kept up to date here.
pub fn date(received_at: i64, said: Said, enrolled_at: i64, boot_zero: &mut Option<i64>) -> Dated {
    let age = i64::try_from(said.age_ms.unwrap_or(0)).unwrap_or(i64::MAX);
    let mut at = received_at.saturating_sub(age);
    if said.age_ms.is_some() && !said.age_estimated {
        let uptime = i64::try_from(said.uptime_ms).unwrap_or(i64::MAX);
        let zero = at.saturating_sub(uptime);
        let earliest = boot_zero.map_or(zero, |known| known.min(zero));
        *boot_zero = Some(earliest);
        if zero.saturating_sub(earliest) > DELAY_MS {
            at = earliest.saturating_add(uptime);
        }
    }
    if at < enrolled_at {
        // Nothing was made after it arrived, whatever the controller's clock did.
        return Dated {
            at: enrolled_at.min(received_at),
            estimated: true,
        };
    }
    Dated {
        at,
        estimated: said.age_estimated,
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

    fn said(age_ms: Option<u64>, uptime_ms: u64) -> Said {
        Said {
            age_ms,
            age_estimated: false,
            uptime_ms,
        }
    }

    #[test]
    fn a_message_is_as_old_as_it_says() {
        let dated = date(10_000_000, said(Some(4_000_000), 9), 0, &mut None);
        assert_eq!(
            dated,
            Dated {
                at: 6_000_000,
                estimated: false
            }
        );
        assert_eq!(date(10_000_000, said(None, 9), 0, &mut None).at, 10_000_000);
    }

    #[test]
    fn nothing_is_older_than_its_enrolment() {
        for age in [9_000, u64::MAX] {
            assert_eq!(
                date(10_000, said(Some(age), 9), 5_000, &mut None),
                Dated {
                    at: 5_000,
                    estimated: true
                }
            );
        }
    }

    #[test]
    fn a_message_that_waited_at_a_broker_is_dated_when_it_was_made() {
        let day = 86_400_000;
        let mut zero = None;
        // A live one: made and sent one hour after the boot at 1_000_000.
        date(4_600_000, said(Some(0), 3_600_000), 0, &mut zero);
        // The next one waited three days for its controller.
        let waited = date(5_500_000 + 3 * day, said(Some(0), 4_500_000), 0, &mut zero);
        assert_eq!(waited.at, 5_500_000);
        // A second more or less on the way is no waiting.
        let live = date(6_401_000, said(Some(0), 5_400_000), 0, &mut zero);
        assert_eq!(live.at, 6_401_000);
        assert_eq!(zero, Some(1_000_000));
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
