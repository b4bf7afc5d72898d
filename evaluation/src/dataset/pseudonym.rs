//! Pseudonyms: what stands in a dataset instead of a code of the controller.
//!
//! HMAC-SHA256 under a key that belongs to one evaluation and never enters a dataset:
//! start and end pair under the same key, two evaluations never do, and once the key
//! is destroyed nobody can find a household from its pseudonym.

use ring::hmac;

use super::column::{Column, Key};

/// The name of this scheme in manifests.
pub const SCHEME: &str = "hmac-sha256/55 bits, base32, one key per evaluation";

/// The secret of one evaluation. It prints nothing.
pub struct EvaluationKey(hmac::Key);

impl std::fmt::Debug for EvaluationKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("EvaluationKey")
    }
}

impl EvaluationKey {
    pub fn new(secret: &[u8; 32]) -> Self {
        EvaluationKey(hmac::Key::new(hmac::HMAC_SHA256, secret))
    }

    /// The pseudonym of a thing. `kind` is one lower-case letter that readers see first
    /// (`h` household, `p` person, `d` device …); the same code of two kinds gives two.
    pub fn pseudonym(&self, kind: char, code: &str) -> Key {
        let tag = hmac::sign(&self.0, format!("{kind}\0{code}").as_bytes());
        let text = data_encoding::BASE32_NOPAD
            .encode(tag.as_ref())
            .to_ascii_lowercase();
        Key::parse(&format!("{kind}{}", &text[..11])).expect("a kind is one lower-case letter")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn start_and_end_pair_under_one_key_and_under_no_other() {
        let evaluation = EvaluationKey::new(&[1; 32]);
        let again = EvaluationKey::new(&[1; 32]);
        let other = EvaluationKey::new(&[2; 32]);
        let start = evaluation.pseudonym('h', "F-0001");
        assert_eq!(start, again.pseudonym('h', "F-0001"));
        assert_ne!(start, other.pseudonym('h', "F-0001"));
        assert_ne!(
            start.as_str()[1..],
            evaluation.pseudonym('p', "F-0001").as_str()[1..]
        );
    }
}
