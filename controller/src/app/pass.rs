//! Passes: links that let a person in once, within minutes, without a password.
//!
//! Only a demonstration gives them, to whoever sees its terminal. They are kept in memory
//! as hashes, and end with the process.

use std::collections::HashMap;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use data_encoding::BASE64URL_NOPAD;
use declic_common::people::Secret;

use super::api_token::hash;
use crate::pki::random;

/// On the machine's clock: a demonstration's own may run six hundred times faster.
const LIFE: Duration = Duration::from_secs(30 * 60);

/// Passes that were given and not used.
#[derive(Debug, Default)]
pub struct Passes(Mutex<HashMap<[u8; 32], (String, Instant)>>);

impl Passes {
    /// A new pass into this account.
    pub fn give(&self, account: &str, now: Instant) -> Secret {
        let secret = Secret(BASE64URL_NOPAD.encode(&random::<16>()));
        let mut given = self.0.lock().expect("no panic holds it");
        given.retain(|_, (_, at)| now.duration_since(*at) < LIFE);
        given.insert(hash(&secret.0), (account.to_owned(), now));
        secret
    }

    /// The account that a pass opens; it opens nothing any more.
    pub fn redeem(&self, pass: &Secret, now: Instant) -> Option<String> {
        let mut given = self.0.lock().expect("no panic holds it");
        let (account, at) = given.remove(&hash(&pass.0))?;
        (now.duration_since(at) < LIFE).then_some(account)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pass_opens_once_and_soon() {
        let passes = Passes::default();
        let start = Instant::now();
        let pass = passes.give("demo", start);
        assert_eq!(passes.redeem(&Secret("other".to_owned()), start), None);
        assert_eq!(passes.redeem(&pass, start).as_deref(), Some("demo"));
        assert_eq!(passes.redeem(&pass, start), None, "used");
        let old = passes.give("demo", start);
        assert_eq!(passes.redeem(&old, start + LIFE), None, "too old");
    }
}
