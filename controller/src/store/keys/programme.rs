//! Keys of the records of a programme: noun, programme, a zero byte, code.
//!
//! Codes are letters, digits and dashes, so the zero byte ends one for sure, and all records
//! of a noun in a programme stand together.

use super::{Builder, core};
use crate::store::Key;

/// A record of a noun, by the number of the noun.
pub fn register(noun: u8, programme: &str, code: &str) -> Key {
    in_programme(noun, programme, 0).bytes(code.as_bytes()).0
}

/// All records of a noun in a programme: (from, to).
pub fn register_of(noun: u8, programme: &str) -> (Key, Key) {
    (
        in_programme(noun, programme, 0).0,
        in_programme(noun, programme, 1).0,
    )
}

/// All records of a noun in all programmes: (from, to).
pub fn register_all(noun: u8) -> (Key, Key) {
    let of = |noun: u8| Builder::kind(core::REGISTER).bytes(&[noun]).0;
    (of(noun), of(noun.saturating_add(1)))
}

/// The programme and the code inside a key made by [`register`].
pub fn register_parts(key: &[u8]) -> Option<(&str, &str)> {
    let text = std::str::from_utf8(key.get(2..)?).ok()?;
    text.split_once('\0')
}

/// Somebody whose key was destroyed, by programme, noun and code.
pub fn erased(programme: &str, noun: &str, code: &str) -> Key {
    let parts = [programme, noun, code].join("\0");
    Builder::kind(core::ERASED).bytes(parts.as_bytes()).0
}

/// Programme, noun and code inside a key made by [`erased`].
pub fn erased_parts(key: &[u8]) -> Option<(&str, &str, &str)> {
    let text = std::str::from_utf8(key.get(1..)?).ok()?;
    let (programme, rest) = text.split_once('\0')?;
    let (noun, code) = rest.split_once('\0')?;
    Some((programme, noun, code))
}

fn in_programme(noun: u8, programme: &str, end: u8) -> Builder {
    Builder::kind(core::REGISTER)
        .bytes(&[noun])
        .bytes(programme.as_bytes())
        .bytes(&[end])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_programme_holds_its_records_and_not_those_of_a_longer_name() {
        let key = register(5, "clic", "AUB-017");
        assert_eq!(register_parts(&key), Some(("clic", "AUB-017")));
        let (from, to) = register_of(5, "clic");
        assert!((&from..&to).contains(&&key));
        for other in [
            register(5, "clic-2", "A"),
            register(5, "cli", "A"),
            register(4, "clic", "A"),
        ] {
            assert!(!(&from..&to).contains(&&other));
        }
        let (from, to) = register_all(5);
        assert!((&from..&to).contains(&&register(5, "clic-2", "A")));
        assert!(!(&from..&to).contains(&&register(6, "clic", "A")));
        let gone = erased("clic", "household", "AUB-017");
        let parts = Some(("clic", "household", "AUB-017"));
        assert_eq!(erased_parts(&gone), parts);
    }
}
