//! Checks the code on a signed charter, without the agent knowing it.

use declic_common::settings::{CharterCheck, charter_text};
use ring::digest::{SHA256, digest};

/// Whether this is the code whose check the controller sent. Letters count
/// whatever their case; spaces and dashes do not count.
pub fn matches(code: &str, check: &CharterCheck) -> bool {
    let code = charter_text(code);
    let hash = digest(&SHA256, format!("{}{code}", check.salt).as_bytes());
    data_encoding::HEXLOWER.encode(hash.as_ref()) == check.sha256.to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_may_be_typed_as_people_type() {
        let hash = digest(&SHA256, b"saltABCD2345");
        let check = CharterCheck {
            salt: "salt".to_owned(),
            sha256: data_encoding::HEXLOWER.encode(hash.as_ref()),
        };
        assert!(matches("abcd-2345", &check));
        assert!(matches(" ABCD 2345 ", &check));
        assert!(!matches("ABCD2346", &check));
        assert!(!matches("", &check));
    }
}
