//! The dictionary: numbers, codes, titles, definitions and sources.

mod equipment;
mod outcome;
mod reach;

use super::Indicator;

pub(super) const ALL: &[&[Indicator]] = &[reach::REACH, equipment::EQUIPMENT, outcome::OUTCOME];

/// number, code, chapter, (French title, English title), (French, English), source, function.
macro_rules! indicators {
    ($($number:expr, $code:literal, $chapter:ident, $fr:literal, $en:literal,
        $def_fr:literal, $def_en:literal, $source:literal, $compute:path;)*) => {
        &[$($crate::indicators::Indicator {
            number: $number,
            code: $code,
            chapter: $crate::indicators::Chapter::$chapter,
            title: ($fr, $en),
            definition: ($def_fr, $def_en),
            source: $source,
            compute: $compute,
        }),*]
    };
}
pub(super) use indicators;
