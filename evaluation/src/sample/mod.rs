//! A made-up programme, the same each time: for tests, benches and the demonstration.
//!
//! 140 applications, 100 homes, a year, with figures near those of the precedents: one home
//! in eight of those told signs, two never plug it in, three in ten have technical trouble, half
//! of those who answered at the start answer at the end. Nobody in it exists.

mod dice;
mod homes;
mod machines;
mod means;
mod workshop;

use jiff::civil::{Date, date};

use crate::calendar::Period;
use crate::dataset::manifest::About;
use crate::dataset::pseudonym::{EvaluationKey, SCHEME};
use crate::dataset::{Dataset, Key};

use dice::Dice;

/// How large a programme is and how its dice fall.
#[derive(Clone, Copy, Debug)]
pub struct Shape {
    pub homes: u32,
    pub seed: u64,
}

impl Shape {
    /// That of the call: 100 homes.
    pub const CALL: Shape = Shape {
        homes: 100,
        seed: 2010,
    };
}

/// Fourteen months, so that each home can reach its month 12; both clock changes are in it.
pub fn period() -> Period {
    Period::new(date(2025, 4, 1), date(2026, 6, 1))
}

/// The manifest that such a programme would have.
pub fn about(software: &str) -> About {
    About {
        programme: "clic".into(),
        period: period(),
        at: "end".into(),
        frozen_on: period().to,
        software: software.into(),
        k_inside: 5,
        k_public: 11,
        pseudonyms: SCHEME.into(),
        evaluation: "demonstration".into(),
    }
}

/// All rows of a made-up programme.
pub fn programme(shape: Shape) -> Dataset {
    let mut maker = Maker {
        shape,
        dice: Dice::new(shape.seed),
        key: EvaluationKey::new(&[7; 32]),
        data: Dataset::default(),
    };
    means::make(&mut maker);
    let homes = homes::make(&mut maker);
    machines::make(&mut maker, &homes);
    workshop::make(&mut maker, &homes);
    maker.data.sort();
    maker.data
}

struct Maker {
    shape: Shape,
    dice: Dice,
    key: EvaluationKey,
    data: Dataset,
}

impl Maker {
    fn key(&self, kind: char, number: usize) -> Key {
        self.key.pseudonym(kind, &number.to_string())
    }

    fn sites(&self) -> Vec<String> {
        let codes = ["aubiers", "grand-parc", "bacalan", "saint-michel"];
        let number = 1 + (self.shape.homes as usize / 300).min(3);
        codes[..number]
            .iter()
            .map(|code| (*code).to_owned())
            .collect()
    }
}

/// A home as the makers of machines and sessions see it.
struct Home {
    key: Key,
    site: String,
    installed_on: Date,
    left_on: Option<Date>,
    persons: Vec<Key>,
    /// From when on nothing may be known of its use: at once, from a day on, or never.
    withdrawn_on: Option<Date>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dataset::check::contradictions;
    use crate::indicators::answers;

    #[test]
    fn the_sample_is_the_same_each_time_and_contradicts_itself_nowhere() {
        let sample = programme(Shape::CALL);
        assert!(sample == programme(Shape::CALL));
        assert_eq!(contradictions(&sample), Vec::new());
    }

    #[test]
    fn its_figures_are_near_those_of_the_precedents() {
        let sample = programme(Shape::CALL);
        let answers = answers(&sample, period());
        let value = |code: &str, part: &str, category: &str| {
            let (_, answer) = answers.iter().find(|(one, _)| one.code == code).unwrap();
            answer.value(part, category).unwrap_or(f64::NAN)
        };
        let near = |value: f64, low: f64, high: f64| {
            assert!(
                (low..=high).contains(&value),
                "{value} is not in {low} to {high}"
            );
        };
        near(value("households_installed", "value", ""), 100.0, 100.0);
        near(value("take_up_rate", "value", ""), 0.1, 0.2);
        near(value("never_started", "value", ""), 1.0, 6.0);
        near(value("outcomes", "value", "technical_trouble"), 0.15, 0.45);
        near(value("paired_response_rate", "value", ""), 0.4, 0.7);
        near(value("retention", "value", "12"), 0.6, 0.92);
        near(
            value("use_and_skill_change", "never_to_regular", ""),
            0.5,
            0.95,
        );
        near(value("data_completeness", "value", ""), 0.85, 1.0);
        near(value("ticket_rate", "value", ""), 2.0, 15.0);
        near(value("cost", "value", ""), 40_000.0, 120_000.0);
    }
}
