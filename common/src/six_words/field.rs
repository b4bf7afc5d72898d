//! Arithmetic of the check word, in the field of 2,048 elements.
//!
//! A word is its number in the list, read as a polynomial over GF(2) modulo
//! x¹¹ + x² + 1, which is primitive: α = x runs through all 2,047 elements but
//! zero. The sixth word is α·w₁ + α²·w₂ + … + α⁵·w₅. One wrong word changes one
//! term, and a term that changed is never zero; two words that changed places
//! change the sum by (αⁱ + αʲ)(wᵢ + wⱼ), which is zero only if they are the same.

/// x¹¹ + x² + 1.
const POLYNOMIAL: u16 = 0b1000_0000_0101;

/// How many words there are, and elements of the field.
pub(super) const SIZE: u16 = 1 << 11;

/// α times an element.
fn times_alpha(element: u16) -> u16 {
    let shifted = element << 1;
    if shifted & SIZE == 0 {
        shifted
    } else {
        shifted ^ POLYNOMIAL
    }
}

/// The element that α times gives this one.
fn over_alpha(element: u16) -> u16 {
    if element & 1 == 0 {
        element >> 1
    } else {
        (element ^ POLYNOMIAL) >> 1
    }
}

/// The check word of five words.
pub(super) fn check(data: [u16; 5]) -> u16 {
    data.iter()
        .rev()
        .fold(0, |sum, word| times_alpha(sum ^ word))
}

/// The one word that would make six right at this place, the others being as they are.
pub(super) fn fitting(words: [u16; 6], place: usize) -> u16 {
    let [data @ .., last] = words;
    let off = check(data) ^ last;
    let needed = match place {
        5 => off,
        place => (0..=place).fold(off, |off, _| over_alpha(off)),
    };
    words[place] ^ needed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn alpha_runs_through_all_elements_but_zero() {
        let mut element = 1;
        for n in 1..=2_047 {
            assert_eq!(over_alpha(times_alpha(element)), element);
            element = times_alpha(element);
            assert_eq!(element == 1, n == 2_047, "after {n} steps");
        }
    }

    #[test]
    fn a_fitting_word_makes_six_right_at_any_place() {
        let mut words = [1, 2_047, 300, 4, 1_000, 77];
        for place in 0..6 {
            let kept = words[place];
            words[place] = fitting(words, place);
            let [data @ .., last] = words;
            assert_eq!(check(data), last);
            words[place] = kept;
        }
    }
}
