//! A bounded fuzzer for stable Rust: changes examples in the ways in which damage and malice do,
//! and keeps what gave an answer that no input had given before.
//!
//! A run of the tests gives each target a moment; `cargo xtask fuzz` gives it as long as asked.

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::Write;
use std::panic::{self, AssertUnwindSafe};
use std::path::Path;
use std::time::{Duration, Instant};

use crate::Dice;

/// Seconds for each target, and the seed of what is tried.
pub const SECONDS: &str = "DECLIC_FUZZ_SECONDS";
pub const SEED: &str = "DECLIC_FUZZ_SEED";
/// Where an input that fails is written, for its test.
pub const FAILED: &str = "DECLIC_FUZZ_FAILED";

/// Without an order: short enough for every run of the tests.
const MOMENT: Duration = Duration::from_millis(700);
/// Longer than any input that a reader takes at all.
const BYTES_MAX: usize = 1 << 17;
const KEPT_MAX: usize = 4096;
/// One answer may not take longer, on a busy machine either.
const SLOW: Duration = Duration::from_secs(5);

/// Numbers at the edges of what a field can hold, and what structures are made of.
const PIECES: &[&[u8]] = &[
    b"0",
    b"-1",
    b"1",
    b"255",
    b"256",
    b"65535",
    b"4294967295",
    b"4294967296",
    b"9007199254740991",
    b"9007199254740992",
    b"18446744073709551615",
    b"-9223372036854775808",
    b"9223372036854775807",
    b"1e308",
    b"1e999",
    b"-0",
    b"0.1",
    b"null",
    b"true",
    b"[]",
    b"{}",
    b"\"\"",
    b"[[[[[[[[",
    b"{\"a\":",
    b"\\u0000",
    b"\\ud800",
    b"\"",
    b",",
    b":",
    b"}",
    b"]",
    b"\n",
    b"\r\n",
    b"\0",
    b"\xff\xff\xff\xff",
    b"\x00\x00\x00\x00",
    b"\x7f\xff\xff\xff",
    b"\x80\x80\x80\x80\x01",
    b"\xc0\x80",
    b"\xed\xa0\x80",
    b"\xf0\x9f\x98\x80",
    "é".as_bytes(),
    "\u{202e}".as_bytes(),
    b"+",
    b"#",
    b"/",
    b"$",
    b"1970-01-01",
    b"9999-12-31T23:59:60Z",
];

/// Files of a folder and the folders below it, as examples.
pub fn examples(folder: &Path) -> Vec<Vec<u8>> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        let entries = std::fs::read_dir(&folder).expect("a folder of examples");
        let mut places: Vec<_> = entries
            .map(|entry| entry.expect("readable").path())
            .collect();
        places.sort();
        for place in places {
            match place.is_dir() {
                true => folders.push(place),
                false => found.push(std::fs::read(place).expect("an example")),
            }
        }
    }
    found
}

/// Gives `answer` changed examples until its time is over. What `answer` returns stands for what
/// happened: an input that makes something new happen becomes an example. Panics, with the input
/// written down, if `answer` does.
pub fn fuzz<A: Hash>(target: &str, examples: Vec<Vec<u8>>, mut answer: impl FnMut(&[u8]) -> A) {
    let number = |name: &str| std::env::var(name).ok()?.parse::<u64>().ok();
    let time = number(SECONDS).map_or(MOMENT, Duration::from_secs);
    let mut dice = Dice::new(number(SEED).unwrap_or(2010));
    let (began, mut tried) = (Instant::now(), 0_u64);
    let mut kept = examples;
    kept.push(Vec::new());
    let mut answers = HashSet::new();
    let mut first = kept.clone().into_iter();
    while began.elapsed() < time || first.len() > 0 {
        let input = first.next().unwrap_or_else(|| changed(&kept, &mut dice));
        let at = Instant::now();
        let answered = panic::catch_unwind(AssertUnwindSafe(|| answer(&input)));
        tried += 1;
        match answered {
            Ok(what) if at.elapsed() < SLOW => {
                let mut hasher = DefaultHasher::new();
                what.hash(&mut hasher);
                if answers.insert(hasher.finish()) && kept.len() < KEPT_MAX {
                    kept.push(input);
                }
            }
            Ok(_) => fail(target, &input, "it took too long"),
            Err(_) => fail(target, &input, "it panicked"),
        }
    }
    let _ = writeln!(
        std::io::stderr(),
        "{target}: {tried} inputs, {} different answers, 0 panics ({} s)",
        answers.len(),
        began.elapsed().as_secs()
    );
}

fn fail(target: &str, input: &[u8], why: &str) -> ! {
    let folder = std::env::var_os(FAILED).map_or_else(std::env::temp_dir, Into::into);
    let file = folder.join(format!("declic-fuzz-{target}"));
    let written = std::fs::write(&file, input);
    panic!(
        "{target}: {why}; {} bytes, {written:?} in {}: {:?}",
        input.len(),
        file.display(),
        String::from_utf8_lossy(&input[..input.len().min(2000)])
    );
}

/// One of the examples, changed a few times.
fn changed(examples: &[Vec<u8>], dice: &mut Dice) -> Vec<u8> {
    let mut bytes = examples[dice.index(examples.len())].clone();
    for _ in 0..=dice.below(4) {
        change(&mut bytes, examples, dice);
        bytes.truncate(BYTES_MAX);
    }
    bytes
}

fn change(bytes: &mut Vec<u8>, examples: &[Vec<u8>], dice: &mut Dice) {
    let at = dice.index(bytes.len() + 1);
    let end = (at + 1 + dice.index(16)).min(bytes.len());
    match dice.below(10) {
        0 if at < bytes.len() => bytes[at] ^= 1 << dice.below(8),
        1 if at < bytes.len() => bytes[at] = dice.below(256) as u8,
        2 => bytes.truncate(at),
        3 => drop(bytes.drain(at..end)),
        4 => {
            let again = bytes[at..end].to_vec();
            for _ in 0..=dice.below(64) {
                bytes.splice(at..at, again.iter().copied());
            }
        }
        // A piece instead of what stands there, or between.
        5 | 6 => {
            let piece = PIECES[dice.index(PIECES.len())];
            let end = if dice.below(2) == 0 { at } else { end };
            bytes.splice(at..end, piece.iter().copied());
        }
        // A number of the text becomes another one.
        7 => {
            let Some(from) = (at..bytes.len()).find(|n| bytes[*n].is_ascii_digit()) else {
                return;
            };
            let to = (from..bytes.len()).find(|n| !bytes[*n].is_ascii_digit());
            let piece = PIECES[dice.index(19)];
            bytes.splice(from..to.unwrap_or(bytes.len()), piece.iter().copied());
        }
        // The end of another example.
        8 => {
            let other = &examples[dice.index(examples.len())];
            bytes.truncate(at);
            bytes.extend(&other[dice.index(other.len() + 1)..]);
        }
        _ => {
            let other = &examples[dice.index(examples.len())];
            let from = dice.index(other.len() + 1);
            let to = (from + dice.index(64)).min(other.len());
            bytes.splice(at..at, other[from..to].iter().copied());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_only_a_changed_example_shows_is_found() {
        let mut found = false;
        let mut kept = vec![b"{\"seq\":17}".to_vec()];
        let mut dice = Dice::new(1);
        for _ in 0..100_000 {
            let input = changed(&kept, &mut dice);
            if input.starts_with(b"{\"seq\":9007199254740992") {
                found = true;
                break;
            }
            if input.len() < 12 && kept.len() < 20 {
                kept.push(input);
            }
        }
        assert!(found);
    }
}
