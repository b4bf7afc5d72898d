//! The words of the rows, with what people read in French and in English.
//!
//! Where a public list exists its French value is the identifier: the activity
//! report of digital mediators (CRA), the Open Repair Data Standard.

mod household;
mod machine;
mod workshop;

pub use household::*;
pub use machine::*;
pub use workshop::*;

/// What every list of words can do; the macro writes it.
pub trait Word: Copy + Ord + std::fmt::Debug + 'static {
    /// Every word, in the order in which tables show them.
    const ALL: &'static [Self];
    /// The identifier that is written in files.
    fn word(self) -> &'static str;
    /// What people read.
    fn label(self, lang: declic_common::Lang) -> &'static str;
    fn from_word(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|one| one.word() == word)
    }
}

/// Declares lists of words: variant, identifier, French, English.
macro_rules! vocabulary {
    ($(
        $(#[$meta:meta])*
        pub enum $name:ident { $( $variant:ident = $word:literal, $fr:literal, $en:literal; )* }
    )*) => {$(
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name { $($variant),* }

        impl $crate::vocabulary::Word for $name {
            const ALL: &'static [Self] = &[$(Self::$variant),*];
            fn word(self) -> &'static str {
                match self { $(Self::$variant => $word),* }
            }
            fn label(self, lang: declic_common::Lang) -> &'static str {
                match self { $(Self::$variant => lang.say($fr, $en)),* }
            }
        }

        impl $crate::dataset::Column for $name {
            const KIND: $crate::dataset::Kind = $crate::dataset::Kind::Text;
            fn words() -> Vec<(&'static str, &'static str, &'static str)> {
                vec![$(($word, $fr, $en)),*]
            }
            fn cell(&self) -> $crate::dataset::Cell<'_> {
                $crate::dataset::Cell::Text($crate::vocabulary::Word::word(*self))
            }
            fn parse(text: &str) -> Option<Self> {
                <Self as $crate::vocabulary::Word>::from_word(text)
            }
        }
    )*};
}
pub(crate) use vocabulary;
