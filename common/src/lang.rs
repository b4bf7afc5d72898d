//! French first, English second: which of two texts a person reads.

use std::sync::OnceLock;

/// A language of the interface.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lang {
    Fr,
    En,
}

static CHOSEN: OnceLock<Lang> = OnceLock::new();

impl Lang {
    /// Reads a locale as in LANG: English if it says so, French otherwise.
    pub fn from_locale(locale: &str) -> Self {
        if locale.starts_with("en") {
            Lang::En
        } else {
            Lang::Fr
        }
    }

    /// Picks the text in this language.
    pub fn say<T>(self, french: T, english: T) -> T {
        match self {
            Lang::Fr => french,
            Lang::En => english,
        }
    }

    /// Fixes the language of this process; only the first call counts.
    pub fn choose(self) {
        let _ = CHOSEN.set(self);
    }

    /// The language of this process.
    pub fn current() -> Self {
        CHOSEN.get().copied().unwrap_or(Lang::Fr)
    }
}

/// Picks the text in the language of this process.
pub fn tr<T>(french: T, english: T) -> T {
    Lang::current().say(french, english)
}
