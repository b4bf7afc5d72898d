//! How often somebody may try a password.
//!
//! Counted for the name, whether an account has it or not, and for the address:
//! one guesser with many addresses meets the first limit, one with many names the
//! second. An attempt is counted before its password is checked, so that a
//! thousand at the same moment are no way round; a right one is taken back.

use std::net::{IpAddr, Ipv4Addr};
use std::time::{Duration, Instant};

use declic_common::problem::ProblemKind;

use super::limits::{Limiter, Wait, subscriber};
use super::problem::Failure;

/// Of one name. Whoever is kept out by somebody else's guesses is still in by
/// token, by an earlier login, and on the controller's own machine.
const OF_NAME: u32 = 10;
/// Of one address: an office may share it.
const OF_ADDRESS: u32 = 30;
const WINDOW: Duration = Duration::from_secs(600);
/// Letters of a name that are looked at; no account has more.
const NAME_CHARS: usize = 33;

#[derive(Debug)]
pub(super) struct Attempts {
    names: Limiter<String>,
    addresses: Limiter<IpAddr>,
}

/// One attempt that was counted.
#[derive(Debug)]
pub(super) struct Attempt {
    name: String,
    address: IpAddr,
}

impl Default for Attempts {
    fn default() -> Self {
        Attempts {
            names: Limiter::new(OF_NAME, WINDOW),
            addresses: Limiter::new(OF_ADDRESS, WINDOW),
        }
    }
}

impl Attempts {
    /// Counts an attempt, or says how long to wait.
    pub(super) fn count(
        &self,
        name: &str,
        address: Option<IpAddr>,
        now: Instant,
    ) -> Result<Attempt, Failure> {
        let name: String = name.chars().take(NAME_CHARS).collect();
        // On the socket there is nobody to guess.
        let address = subscriber(address.unwrap_or(Ipv4Addr::LOCALHOST.into()));
        let waits = [
            self.names.check(&name, now),
            self.addresses.check(&address, now),
        ];
        let longest = waits.into_iter().filter_map(Result::err).max();
        if let Some(Wait(wait)) = longest {
            let failure = Failure::new(
                ProblemKind::TooMany,
                "too many passwords were tried; wait, and ask an admin for a new one if need be",
            );
            return Err(failure.after(wait));
        }
        // There was room above; where somebody else has just taken it, the next
        // attempt waits.
        let _ = self.names.count(&name, now);
        let _ = self.addresses.count(&address, now);
        Ok(Attempt { name, address })
    }

    /// The password was right: only wrong ones count.
    pub(super) fn forgive(&self, attempt: &Attempt) {
        self.names.refund(&attempt.name);
        self.addresses.refund(&attempt.address);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn from(n: u8) -> Option<IpAddr> {
        Some(IpAddr::from([192, 0, 2, n]))
    }

    #[test]
    fn one_name_is_tried_ten_times_from_anywhere_then_never_within_the_window() {
        let attempts = Attempts::default();
        let start = Instant::now();
        for n in 0..10 {
            attempts.count("amina", from(n), start).unwrap();
        }
        let later = start + Duration::from_secs(100);
        let full = attempts.count("amina", from(99), later).unwrap_err();
        assert_eq!(full.kind, ProblemKind::TooMany);
        assert_eq!(full.retry_after_s, Some(500));
        assert!(attempts.count("bruno", from(1), later).is_ok());
        assert!(attempts.count("amina", from(99), start + WINDOW).is_ok());
    }

    #[test]
    fn one_address_tries_thirty_names_and_right_passwords_do_not_count() {
        let attempts = Attempts::default();
        let start = Instant::now();
        for n in 0..100 {
            let right = attempts
                .count(&format!("right{n}"), from(1), start)
                .unwrap();
            attempts.forgive(&right);
        }
        for n in 0..30 {
            attempts
                .count(&format!("wrong{n}"), from(1), start)
                .unwrap();
        }
        assert!(attempts.count("amina", from(1), start).is_err());
        assert!(attempts.count("amina", from(2), start).is_ok());
    }
}
