//! Passwords: argon2id, off the executor, and few at a time.
//!
//! A hash takes 19 MiB and some 20 ms on purpose (the first choice of OWASP for
//! argon2id), so a flood of logins must wait here rather than take the memory of
//! everything else.

use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use declic_common::people::Secret;
use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;

use crate::store::StoreError;

/// Hashes at the same time.
const AT_ONCE: usize = 2;
/// Shortest password, in characters; the length is what guessing costs.
pub const CHARS_MIN: usize = 12;
pub const CHARS_MAX: usize = 256;

/// What is checked when there is no password to check: it takes as long, so that
/// nobody learns from the clock which accounts exist. No password has this hash.
const NOBODY: &str = "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA\
                      $AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadPassword {
    #[error(
        "a password has {CHARS_MIN} to {CHARS_MAX} characters; four words that do not belong together are easy to keep"
    )]
    Length,
    #[error("a password must not hold the name of its account")]
    HoldsName,
    #[error("a password needs at least {DIFFERENT} different characters")]
    Monotonous,
}

const DIFFERENT: usize = 5;

/// Checks and makes hashes.
#[derive(Debug)]
pub struct Passwords {
    turns: Semaphore,
}

impl Default for Passwords {
    fn default() -> Self {
        Passwords {
            turns: Semaphore::new(AT_ONCE),
        }
    }
}

/// Whether this may become the password of an account.
pub fn check(password: &Secret, name: &str) -> Result<(), BadPassword> {
    let text = &password.0;
    if !(CHARS_MIN..=CHARS_MAX).contains(&text.chars().count()) {
        return Err(BadPassword::Length);
    }
    if text.to_lowercase().contains(name) {
        return Err(BadPassword::HoldsName);
    }
    let different: std::collections::BTreeSet<char> = text.chars().collect();
    if different.len() < DIFFERENT {
        return Err(BadPassword::Monotonous);
    }
    Ok(())
}

impl Passwords {
    /// A hash to keep, with a salt of its own.
    pub async fn hash(&self, password: &Secret) -> Result<String, StoreError> {
        let password = password.clone();
        self.in_turn(move || {
            let hash: PasswordHash = Argon2::default()
                .hash_password(password.0.as_bytes())
                .expect("the parameters are fixed and the system gives random bytes");
            hash.to_string()
        })
        .await
    }

    /// Whether this password made this hash. Without a hash the answer is no, and
    /// takes as long.
    pub async fn verify(
        &self,
        password: &Secret,
        hash: Option<String>,
    ) -> Result<bool, StoreError> {
        let password = password.clone();
        self.in_turn(move || {
            let hash = hash.as_deref().unwrap_or(NOBODY);
            Argon2::default()
                .verify_password(password.0.as_bytes(), hash)
                .is_ok()
        })
        .await
    }

    async fn in_turn<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, StoreError> {
        let _turn = self.turns.acquire().await.map_err(|_| StoreError::Closed)?;
        // The caller may go away; whoever comes next still waits for the thread.
        spawn_blocking(work).await.map_err(|_| StoreError::Closed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secret(text: &str) -> Secret {
        Secret(text.to_owned())
    }

    #[tokio::test]
    async fn the_right_password_alone_opens_and_no_two_hashes_are_alike() {
        let passwords = Passwords::default();
        let right = secret("cheval pile agrafe");
        let hash = passwords.hash(&right).await.unwrap();
        let again = passwords.hash(&right).await.unwrap();
        assert_ne!(hash, again);
        assert!(!hash.contains("cheval"));
        let verify = |word: &str, hash: &str| {
            let (word, hash) = (secret(word), Some(hash.to_owned()));
            let passwords = &passwords;
            async move { passwords.verify(&word, hash).await.unwrap() }
        };
        assert!(verify("cheval pile agrafe", &hash).await);
        assert!(verify("cheval pile agrafe", &again).await);
        assert!(!verify("cheval pile agrafe ", &hash).await);
        assert!(!verify("cheval pile agrafe", "not a hash").await);
        assert!(!passwords.verify(&right, None).await.unwrap());
    }

    #[test]
    fn an_unknown_name_costs_what_a_wrong_password_costs() {
        let nobody = PasswordHash::new(NOBODY).unwrap();
        let hash: PasswordHash = Argon2::default().hash_password(b"x").unwrap();
        assert_eq!(nobody.algorithm, hash.algorithm);
        assert_eq!(nobody.params, hash.params);
        assert_eq!(nobody.version, hash.version);
        let length = |hash: &PasswordHash| hash.hash.as_ref().unwrap().len();
        assert_eq!(length(&nobody), length(&hash));
    }

    #[test]
    fn a_password_is_long_and_is_not_the_name() {
        for (text, told) in [
            ("short", Err(BadPassword::Length)),
            ("éàùçéàùçéàù", Err(BadPassword::Length)),
            ("Amina has a cat", Err(BadPassword::HoldsName)),
            ("aaaaaaaabbbb", Err(BadPassword::Monotonous)),
            ("cheval pile agrafe", Ok(())),
        ] {
            assert_eq!(check(&secret(text), "amina"), told, "{text}");
        }
        assert_eq!(
            check(&secret(&"abcdefgh".repeat(33)), "x"),
            Err(BadPassword::Length)
        );
    }
}
