//! Writes a moment as RFC 3339 wants it, in UTC, as `jiff` does and in a fifth of the time: a
//! month of one metric is thousands of them.

use std::cell::Cell;

use jiff::Timestamp;
use serde::Serializer;

/// The longest: `-009999-01-02T01:59:59.999999999Z` has a sign and two more digits.
const LONGEST: usize = 36;
const DAY_S: i64 = 86_400;

/// A day in words, `2026-11-26T`: the next moment is nearly always of the same day.
#[derive(Clone, Copy)]
struct Day {
    /// Since 1 January 1970.
    number: i64,
    text: [u8; 11],
}

thread_local! {
    static DAY: Cell<Day> = const { Cell::new(Day { number: 0, text: *b"1970-01-01T" }) };
}

/// For `#[serde(serialize_with = "…")]`.
pub(super) fn serialize<S: Serializer>(
    moment: &Timestamp,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    let mut text = [0; LONGEST];
    let written = write(*moment, &mut text).and_then(|text| str::from_utf8(text).ok());
    match written {
        Some(text) => serializer.serialize_str(text),
        None => serializer.collect_str(moment),
    }
}

/// Adds a moment to a text that is written by hand.
pub(super) fn push(moment: Timestamp, to: &mut Vec<u8>) {
    let mut text = [0; LONGEST];
    match write(moment, &mut text) {
        Some(text) => to.extend_from_slice(text),
        None => to.extend_from_slice(moment.to_string().as_bytes()),
    }
}

/// In ASCII; `None` for a year that has not four digits.
fn write(moment: Timestamp, text: &mut [u8; LONGEST]) -> Option<&[u8]> {
    let (mut seconds, mut fraction) = (moment.as_second(), moment.subsec_nanosecond());
    // Towards the past, so that the fraction is never negative.
    if fraction < 0 {
        (seconds, fraction) = (seconds - 1, fraction + 1_000_000_000);
    }
    let day = DAY.get();
    let number = seconds.div_euclid(DAY_S);
    let day = match day.number == number {
        true => day,
        false => of_number(number)?,
    };
    text[..11].copy_from_slice(&day.text);
    let second = seconds.rem_euclid(DAY_S) as u32;
    two(text, 11, second / 3_600);
    text[13] = b':';
    two(text, 14, second / 60 % 60);
    text[16] = b':';
    two(text, 17, second % 60);
    let end = fraction_at(text, 19, fraction.cast_unsigned());
    text[end] = b'Z';
    Some(&text[..=end])
}

/// Two digits at a place.
fn two(text: &mut [u8], at: usize, value: u32) {
    text[at] = b'0' + (value / 10) as u8;
    text[at + 1] = b'0' + (value % 10) as u8;
}

/// Writes nanoseconds without the zeros at their end, and tells where they end.
fn fraction_at(text: &mut [u8], at: usize, fraction: u32) -> usize {
    if fraction == 0 {
        return at;
    }
    text[at] = b'.';
    // Nearly always whole milliseconds.
    let (mut rest, mut digits) = match fraction % 1_000_000 {
        0 => (fraction / 1_000_000, 3),
        _ => (fraction, 9),
    };
    while rest % 10 == 0 {
        rest /= 10;
        digits -= 1;
    }
    for place in (0..digits).rev() {
        text[at + 1 + place] = b'0' + (rest % 10) as u8;
        rest /= 10;
    }
    at + 1 + digits
}

/// The day of this number, kept for the next moment; `None` if its year has not four digits.
fn of_number(number: i64) -> Option<Day> {
    let (year, month, day) = date(number);
    let year = u32::try_from(year).ok().filter(|year| *year <= 9_999)?;
    let mut text = *b"0000-00-00T";
    two(&mut text, 0, year / 100);
    two(&mut text, 2, year % 100);
    two(&mut text, 5, month);
    two(&mut text, 8, day);
    let day = Day { number, text };
    DAY.set(day);
    Some(day)
}

/// Year, month and day of the Gregorian calendar, so many days after 1 January 1970.
///
/// Counted from 1 March 0000: the odd day of a leap year is then the last one, and months have
/// 30.6 days on average.
fn date(days: i64) -> (i64, u32, u32) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month + 2) / 5 + 1;
    let (month, next) = match month {
        ..10 => (month + 3, 0),
        _ => (month - 9, 1),
    };
    (year_of_era + era * 400 + next, month as u32, day as u32)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn same(moment: Timestamp) {
        let mut text = [0; LONGEST];
        if let Some(text) = write(moment, &mut text) {
            assert_eq!(text, moment.to_string().as_bytes());
        }
    }

    #[test]
    fn ordinary_moments_are_written_here() {
        for moment in [
            "2026-11-26T10:47:00Z",
            "2024-02-29T23:59:59.05Z",
            "1969-12-31T23:59:59.9Z",
        ] {
            let parsed: Timestamp = moment.parse().unwrap();
            let mut text = [0; LONGEST];
            assert_eq!(write(parsed, &mut text), Some(moment.as_bytes()));
            same(parsed);
        }
        same(Timestamp::MIN);
        same(Timestamp::MAX);
    }

    proptest! {
        #[test]
        fn a_moment_is_written_as_jiff_does(ms in -62_167_219_200_000_i64..253_402_000_000_000, ns in 0..1_000_000_i128) {
            same(Timestamp::from_millisecond(ms).unwrap());
            same(Timestamp::from_nanosecond(i128::from(ms) * 1_000_000 + ns).unwrap());
        }

        #[test]
        fn every_day_has_its_date(day in -700_000_i64..2_900_000) {
            same(Timestamp::from_second(day * DAY_S).unwrap());
        }
    }
}
