//! The six words: the state of a PC, to be read over the phone.
//!
//! Five French words carry a [`Diagnosis`], the sixth checks them: every single wrong
//! word is caught, and so is every pair that changed places. Who speaks is not in them.
//! They are made and understood without any network.

mod diagnosis;
mod fault;
mod field;
mod list;
mod scale;
#[cfg(test)]
mod tests;

use std::fmt;

pub use self::diagnosis::{AgentVersion, Diagnosis, Verdict};
pub use self::fault::Fault;
pub use self::scale::Between;

const WORDS: usize = 6;
/// Bits that one word of the list carries.
const BITS: u32 = 11;
/// A word is offered in place of another that is at most so many letters away.
const NEAR: usize = 2;
/// What is said over the phone may be further from what is written.
const HEARD: usize = 4;

/// Six words that belong together, as numbers of the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SixWords([u16; WORDS]);

/// Six words that do not say the state of a PC, and what may have been meant.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadWords {
    #[error("there must be six words, and there are {0}")]
    Count(usize),
    /// Words that are not in the list.
    #[error("a word is not in the list")]
    Unknown(Vec<Slip>),
    /// All six are in the list, but they do not belong together.
    #[error("the six words do not belong together: one was heard or typed wrong")]
    Check(Vec<Mend>),
    /// They belong together, and come from an agent that is newer than this program.
    #[error("these words come from a newer agent: this program is too old to read them")]
    Newer,
}

/// A word that is not in the list, and those that it may be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Slip {
    /// 1 for the first.
    pub place: usize,
    pub typed: String,
    /// Likeliest first.
    pub near: Vec<&'static str>,
}

/// A change that would make six words right.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mend {
    /// At this place (1 for the first), this word.
    Word(usize, &'static str),
    /// These two places changed.
    Swap(usize, usize),
}

impl SixWords {
    /// The words of a diagnosis.
    pub fn of(diagnosis: &Diagnosis) -> Self {
        let bits = diagnosis.to_bits();
        let number = |place: u32| {
            u16::try_from(bits >> (BITS * place) & u64::from(field::SIZE - 1))
                .expect("a word has eleven bits")
        };
        let data: [u16; 5] = std::array::from_fn(|place| number(u32::try_from(place).unwrap_or(0)));
        SixWords::checked(data)
    }

    /// Reads six words as people type them: accents and capitals do not matter, and
    /// four letters of a word are enough.
    pub fn read<T: AsRef<str>>(typed: &[T]) -> Result<Self, BadWords> {
        if typed.len() != WORDS {
            return Err(BadWords::Count(typed.len()));
        }
        let found: Vec<Option<u16>> = typed.iter().map(|word| list::find(word.as_ref())).collect();
        let words: [u16; WORDS] = std::array::from_fn(|place| found[place].unwrap_or(0));
        if found.contains(&None) {
            return Err(BadWords::Unknown(slips(typed, &found, words)));
        }
        let six = SixWords(words);
        if !six.is_right() {
            return Err(BadWords::Check(mends(typed, words)));
        }
        Ok(six)
    }

    /// Reads them out of one text, with spaces or commas between them as people write lists.
    pub fn read_text(text: &str) -> Result<Self, BadWords> {
        let apart = text.split(|c: char| c.is_whitespace() || c == ',' || c == ';');
        Self::read(&apart.filter(|word| !word.is_empty()).collect::<Vec<_>>())
    }

    /// What they say.
    pub fn diagnosis(&self) -> Result<Diagnosis, BadWords> {
        let bits = self.0[..5]
            .iter()
            .rev()
            .fold(0, |bits, word| bits << BITS | u64::from(*word));
        Diagnosis::from_bits(bits).ok_or(BadWords::Newer)
    }

    /// The words, with their accents.
    pub fn words(&self) -> [&'static str; WORDS] {
        self.0.map(list::word)
    }

    fn checked(data: [u16; 5]) -> Self {
        let [a, b, c, d, e] = data;
        SixWords([a, b, c, d, e, field::check(data)])
    }

    fn is_right(&self) -> bool {
        let [data @ .., last] = self.0;
        field::check(data) == last
    }
}

impl fmt::Display for SixWords {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.words().join(" "))
    }
}

/// What each unknown word may be. When it is the only one, the five others tell which
/// word fits: if that one is near, it comes first.
fn slips<T: AsRef<str>>(typed: &[T], found: &[Option<u16>], words: [u16; WORDS]) -> Vec<Slip> {
    let alone = found.iter().filter(|word| word.is_none()).count() == 1;
    let unknown = (0..WORDS).filter(|place| found[*place].is_none());
    unknown
        .map(|place| {
            let said = typed[place].as_ref();
            let fitting = Some(field::fitting(words, place))
                .filter(|word| alone && list::far_from(said, *word) <= HEARD);
            let near = list::near(said, NEAR);
            let others = near.into_iter().filter(|word| Some(*word) != fitting);
            Slip {
                place: place + 1,
                typed: said.to_owned(),
                near: fitting.into_iter().chain(others).map(list::word).collect(),
            }
        })
        .collect()
}

/// The changes that make six words right and that are easily explained: two words
/// that changed places, or one that is like the fitting one; likeliest first.
fn mends<T: AsRef<str>>(typed: &[T], words: [u16; WORDS]) -> Vec<Mend> {
    let mut found: Vec<(usize, Mend)> = Vec::new();
    for (place, said) in typed.iter().enumerate().take(WORDS) {
        let fitting = field::fitting(words, place);
        let far = list::far_from(said.as_ref(), fitting);
        if far <= HEARD {
            found.push((far, Mend::Word(place + 1, list::word(fitting))));
        }
        for other in place + 1..WORDS {
            let mut swapped = words;
            swapped.swap(place, other);
            if SixWords(swapped).is_right() {
                found.push((other - place, Mend::Swap(place + 1, other + 1)));
            }
        }
    }
    found.sort_by_key(|(far, _)| *far);
    found.into_iter().map(|(_, mend)| mend).collect()
}
