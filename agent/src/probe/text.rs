//! Text that others wrote into a machine, made fit to travel.

/// What makers leave where a value should be; compared without case.
const PLACEHOLDERS: &[&str] = &[
    "[empty]",
    "all series",
    "asset-1234567890",
    "base board serial number",
    "chassis serial number",
    "default string",
    "default",
    "empty",
    "invalid",
    "n/a",
    "na",
    "no dimm",
    "no module installed",
    "none",
    "not available",
    "not applicable",
    "not specified",
    "null",
    "o.e.m.",
    "o.e.m",
    "oem",
    "serial",
    "sku",
    "sysprod",
    "system manufacturer",
    "system name",
    "system product name",
    "system serial number",
    "system version",
    "tbd by oem",
    "to be filled by o.e.m.",
    "to be filled by oem",
    "type1family",
    "type1productconfigid",
    "undefined",
    "unknown",
    "unspecified",
];

/// Whole-word starts of numbered placeholders (`Manufacturer00`, `PartNum1`, `SerNum0`).
const NUMBERED: &[&str] = &[
    "manufacturer",
    "partnum",
    "sernum",
    "modulepartnumber",
    "serialnum",
];

/// Text without control characters and needless space, cut to `chars`; nothing
/// left is nothing at all.
pub(super) fn clean(text: &str, chars: usize) -> Option<String> {
    let mut out = String::new();
    let mut kept = 0;
    for word in text.split(|c: char| c.is_whitespace() || c.is_control()) {
        if word.is_empty() {
            continue;
        }
        if !out.is_empty() {
            out.push(' ');
            kept += 1;
        }
        for c in word.chars() {
            if kept >= chars {
                return Some(out.trim_end().to_owned());
            }
            out.push(c);
            kept += 1;
        }
    }
    (!out.is_empty()).then_some(out)
}

/// Like [`clean`], and absent if the maker never filled it in.
pub(super) fn filled_in(text: &str, chars: usize) -> Option<String> {
    clean(text, chars).filter(|text| !is_placeholder(text))
}

fn is_placeholder(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    if PLACEHOLDERS.contains(&lower.as_str()) {
        return true;
    }
    let numbered = NUMBERED.iter().any(|start| {
        lower
            .strip_prefix(start)
            .is_some_and(|rest| rest.len() <= 2 && rest.chars().all(|c| c.is_ascii_digit()))
    });
    // `00000000`, `xxxxxxx`, `........`: one sign again and again says nothing.
    let mut chars = lower.chars().filter(|c| *c != ' ');
    let first = chars.next();
    let repeated = chars.all(|c| Some(c) == first) && !first.is_some_and(char::is_alphanumeric)
        || lower.len() > 2 && lower.chars().all(|c| Some(c) == first);
    // `0123456789`, `123456789`: what is typed to get past a form.
    let counted = lower.len() >= 6 && "01234567890123456789".contains(&lower);
    numbered || repeated || counted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_loses_control_characters_and_needless_space() {
        assert_eq!(
            clean("  Acme\u{0}\u{7} PC\t 9 \n", 128).as_deref(),
            Some("Acme PC 9")
        );
        assert_eq!(clean("\u{1}\u{2} \t", 128), None);
        assert_eq!(clean("éèàùç", 3).as_deref(), Some("éèà"));
        assert_eq!(clean("abc def", 4).as_deref(), Some("abc"));
    }

    #[test]
    fn what_the_maker_never_filled_in_is_absent() {
        for text in [
            "To Be Filled By O.E.M.",
            "Default string",
            "System Product Name",
            "0000000000",
            "XXXXXXXX",
            "123456789",
            "..........",
            "Manufacturer00",
            "-",
            "None",
        ] {
            assert_eq!(filled_in(text, 128), None, "{text}");
        }
        for text in [
            "G31M-S",
            "OptiPlex 755",
            "0X7",
            "HP",
            "AA",
            "J123456789",
            "Manufacturer Ltd",
        ] {
            assert_eq!(filled_in(text, 128).as_deref(), Some(text));
        }
    }
}
