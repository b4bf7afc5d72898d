//! The French list of BIP-39: 2,048 words of five to eight letters, made to be
//! spoken and typed by anybody. The first four letters name a word.

use super::field::SIZE;

/// One word a line, in the order of the standard; as people write them.
const WORDS: &str = include_str!(concat!(env!("OUT_DIR"), "/french.txt"));
/// So many letters tell a word from all others.
const ENOUGH: usize = 4;

/// The word of a number; numbers are taken below [`SIZE`].
pub(super) fn word(number: u16) -> &'static str {
    words()
        .nth(usize::from(number % SIZE))
        .expect("the list has as many words as there are numbers")
}

/// The number of a word: whatever its case and accents, and from four letters on
/// what is left of it.
pub(super) fn find(typed: &str) -> Option<u16> {
    let typed = fold(typed);
    let whole = position(|word| letters(word).eq(typed.chars()));
    whole.or_else(|| {
        (typed.len() >= ENOUGH)
            .then(|| position(|word| letters(word).take(typed.len()).eq(typed.chars())))
            .flatten()
    })
}

/// Words at most `far` letters from what was typed, nearest first.
pub(super) fn near(typed: &str, far: usize) -> Vec<u16> {
    let typed = fold(typed);
    let mut found: Vec<(usize, u16)> = (0u16..)
        .zip(words())
        .map(|(number, word)| (distance(&typed, &fold(word)), number))
        .filter(|(distance, _)| *distance <= far)
        .collect();
    found.sort_unstable();
    found.into_iter().map(|(_, number)| number).collect()
}

/// Letters to change, add or leave out between what was typed and a word.
pub(super) fn far_from(typed: &str, number: u16) -> usize {
    distance(&fold(typed), &fold(word(number)))
}

fn words() -> impl Iterator<Item = &'static str> {
    WORDS.lines()
}

fn position(is_it: impl Fn(&str) -> bool) -> Option<u16> {
    (0u16..)
        .zip(words())
        .find(|(_, word)| is_it(word))
        .map(|(number, _)| number)
}

fn fold(text: &str) -> String {
    letters(text).collect()
}

/// Small letters without their accents, composed or not; nothing else stays.
fn letters(text: &str) -> impl Iterator<Item = char> {
    text.chars()
        .flat_map(char::to_lowercase)
        .map(|letter| match letter {
            'à' | 'â' | 'ä' => 'a',
            'ç' => 'c',
            'é' | 'è' | 'ê' | 'ë' => 'e',
            'î' | 'ï' => 'i',
            'ô' | 'ö' => 'o',
            'ù' | 'û' | 'ü' => 'u',
            other => other,
        })
        .filter(char::is_ascii_alphabetic)
}

/// Levenshtein's distance, of texts in ASCII.
fn distance(a: &str, b: &str) -> usize {
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.bytes().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, y) in b.bytes().enumerate() {
            let replaced = diagonal + usize::from(x != y);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn the_list_is_the_standard_one_and_no_two_words_are_one_without_accents() {
        assert_eq!(words().count(), usize::from(SIZE));
        assert_eq!(
            (word(0), word(18), word(2_047)),
            ("abaisser", "académie", "zoologie")
        );
        let folded: BTreeSet<String> = words().map(fold).collect();
        assert_eq!(folded.len(), usize::from(SIZE));
        let starts: BTreeSet<&str> = folded.iter().map(|word| &word[..ENOUGH]).collect();
        assert_eq!(starts.len(), usize::from(SIZE), "four letters name a word");
    }

    #[test]
    fn every_word_is_found_however_it_is_typed() {
        for number in 0..SIZE {
            let word = word(number);
            let apart = word.replace('é', "e\u{301}").replace('è', "e\u{300}");
            for typed in [
                word,
                &apart,
                &word.to_uppercase(),
                &fold(word),
                &fold(word)[..4],
            ] {
                assert_eq!(find(typed), Some(number), "{typed}");
            }
        }
        for typed in ["", "aba", "abaisses", "xyz", "12"] {
            assert_eq!(find(typed), None, "{typed}");
        }
    }

    #[test]
    fn a_slip_of_the_finger_finds_its_word_first() {
        for (typed, meant) in [
            ("abaiser", "abaisser"),
            ("akajou", "acajou"),
            ("cadémie", "académie"),
        ] {
            assert_eq!(word(near(typed, 2)[0]), meant, "{typed}");
        }
        assert!(near("qqqqqqqq", 2).is_empty());
    }
}
