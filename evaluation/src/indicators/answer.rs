//! What an indicator answers: figures that carry what they rest on, and how the counts
//! behind them add up.

use std::collections::HashSet;

use serde::Serialize;

use crate::dataset::Key;
use crate::vocabulary::Word;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    Count,
    /// Numerator by denominator, 0 to 1.
    Ratio,
    Years,
    Days,
    Hours,
    Kilograms,
    DeviceDays,
    /// Per 100 device-months of 30.4375 days.
    PerHundredDeviceMonths,
    Euros,
    /// Points of the skill score, 0 to 40.
    Points,
    SquareMetres,
}

impl Unit {
    pub fn word(self) -> &'static str {
        match self {
            Unit::Count => "count",
            Unit::Ratio => "ratio",
            Unit::Years => "years",
            Unit::Days => "days",
            Unit::Hours => "hours",
            Unit::Kilograms => "kilograms",
            Unit::DeviceDays => "device_days",
            Unit::PerHundredDeviceMonths => "per_hundred_device_months",
            Unit::Euros => "euros",
            Unit::Points => "points",
            Unit::SquareMetres => "square_metres",
        }
    }
}

/// A quantity behind figures. Two counts of one name are the same quantity.
#[derive(Clone, Debug, PartialEq)]
pub struct Count {
    pub name: String,
    pub value: f64,
    /// How many distinct households it describes; `None` where it describes none (money,
    /// lots, sessions) or says only how much is missing.
    pub homes: Option<u64>,
}

impl Count {
    /// A number of households.
    pub fn homes(name: impl Into<String>, homes: usize) -> Self {
        Count {
            name: name.into(),
            value: homes as f64,
            homes: Some(homes as u64),
        }
    }
    /// A quantity that describes no household.
    pub fn plain(name: impl Into<String>, value: f64) -> Self {
        Count {
            name: name.into(),
            value,
            homes: None,
        }
    }
}

/// Adds up a quantity together with the households behind it.
#[derive(Clone, Debug, Default)]
pub(super) struct Tally {
    pub(super) value: f64,
    homes: HashSet<Key>,
}

impl Tally {
    pub(super) fn add(&mut self, value: f64, home: Key) {
        self.value += value;
        self.homes.insert(home);
    }
    pub(super) fn count(&self, name: impl Into<String>) -> Count {
        Count {
            name: name.into(),
            value: self.value,
            homes: Some(self.homes.len() as u64),
        }
    }
    /// As how much is missing: nothing is told about the households behind it.
    pub(super) fn missing(&self, name: impl Into<String>) -> Count {
        Count::plain(name, self.value)
    }
}

/// One published number.
#[derive(Clone, Debug, PartialEq)]
pub struct Figure {
    /// Which number of its indicator: `value`, `median`, `p90` …
    pub part: &'static str,
    pub unit: Unit,
    /// By what it is split; empty if it is not.
    pub dimension: &'static str,
    pub category: String,
    /// Absent where nothing is known; never zero for that.
    pub value: Option<f64>,
    pub numerator: Option<Count>,
    /// What was counted over; for a median or a mean, the number of observations.
    pub denominator: Option<Count>,
    pub missing: Option<Count>,
    /// Denominator without numerator, where one is part of the other: whoever reads both can
    /// subtract.
    pub rest: Option<Count>,
}

/// `total` is what `parts` add up to; whoever reads both may subtract.
#[derive(Clone, Debug, PartialEq)]
pub struct Sum {
    pub total: Count,
    pub parts: Vec<Count>,
}

/// All figures of one indicator.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Answer {
    pub figures: Vec<Figure>,
    pub sums: Vec<Sum>,
}

impl Answer {
    pub fn of(figure: Figure) -> Self {
        Answer {
            figures: vec![figure],
            sums: Vec::new(),
        }
    }

    /// The figure of one part and category.
    pub fn figure(&self, part: &str, category: &str) -> Option<&Figure> {
        self.figures
            .iter()
            .find(|one| one.part == part && one.category == category)
    }

    /// The value of one part and category.
    pub fn value(&self, part: &str, category: &str) -> Option<f64> {
        self.figure(part, category)?.value
    }

    pub fn push(&mut self, figure: Figure) -> &mut Self {
        self.figures.push(figure);
        self
    }

    /// A total and its categories, which with what is missing add up to it.
    pub fn split(
        &mut self,
        dimension: &'static str,
        unit: Unit,
        total: &Count,
        parts: Vec<(String, Count)>,
        missing: Option<Count>,
    ) -> &mut Self {
        let mut all: Vec<Count> = parts.iter().map(|(_, count)| count.clone()).collect();
        all.extend(missing.clone());
        self.sums.push(Sum {
            total: total.clone(),
            parts: all,
        });
        for (category, count) in parts {
            let mut figure = Figure::count(unit, count).at(dimension, category);
            figure.missing = missing.clone();
            self.figures.push(figure);
        }
        self
    }
}

impl Figure {
    fn new(part: &'static str, unit: Unit, value: Option<f64>) -> Self {
        Figure {
            part,
            unit,
            dimension: "",
            category: String::new(),
            value,
            numerator: None,
            denominator: None,
            missing: None,
            rest: None,
        }
    }

    /// A number that nobody knows; never zero.
    pub fn unknown(unit: Unit) -> Self {
        Figure::new("value", unit, None)
    }

    /// A number that was counted.
    pub fn count(unit: Unit, count: Count) -> Self {
        let mut figure = Figure::new("value", unit, Some(count.value));
        figure.numerator = Some(count);
        figure
    }

    /// A part of homes by all of them; no value over nothing.
    pub fn ratio(numerator: Count, denominator: Count, missing: Count) -> Self {
        // More than all there are: nobody counted all of them, and there is no rest to tell of.
        if numerator.value > denominator.value {
            return Figure::rate(Unit::Ratio, 1.0, numerator, denominator, missing);
        }
        let homes = |count: &Count| count.homes.filter(|homes| *homes as f64 == count.value);
        let rest = Count {
            name: format!("{}/rest", numerator.name),
            value: denominator.value - numerator.value,
            homes: homes(&denominator)
                .zip(homes(&numerator))
                .and_then(|(all, some)| all.checked_sub(some)),
        };
        Figure::rate(Unit::Ratio, 1.0, numerator, denominator, missing).rest(rest)
    }

    /// A part of things of homes by all of them: the homes behind the rest must be told.
    pub fn share(numerator: Count, denominator: Count, missing: Count, rest: Count) -> Self {
        Figure::rate(Unit::Ratio, 1.0, numerator, denominator, missing).rest(rest)
    }

    /// `scale` × numerator / denominator.
    pub fn rate(
        unit: Unit,
        scale: f64,
        numerator: Count,
        denominator: Count,
        missing: Count,
    ) -> Self {
        let value = (denominator.value > 0.0).then(|| scale * numerator.value / denominator.value);
        let mut figure = Figure::new("value", unit, value);
        figure.numerator = Some(numerator);
        figure.denominator = Some(denominator);
        figure.missing = Some(missing);
        figure
    }

    /// A number made of `basis` observations.
    pub fn statistic(
        part: &'static str,
        unit: Unit,
        value: Option<f64>,
        basis: Count,
        missing: Count,
    ) -> Self {
        let mut figure = Figure::new(part, unit, value);
        figure.denominator = Some(basis);
        figure.missing = Some(missing);
        figure
    }

    pub fn part(mut self, part: &'static str) -> Self {
        self.part = part;
        self
    }

    pub fn at(mut self, dimension: &'static str, category: impl Into<String>) -> Self {
        self.dimension = dimension;
        self.category = category.into();
        self
    }

    pub fn rest(mut self, rest: Count) -> Self {
        self.rest = Some(rest);
        self
    }

    pub fn missing(mut self, missing: Count) -> Self {
        self.missing = Some(missing);
        self
    }
}

/// One tally for each word of a list, those with nothing too.
pub(super) fn by_word<W: Word>(each: impl IntoIterator<Item = (W, f64, Key)>) -> Vec<(W, Tally)> {
    let mut tallies: Vec<(W, Tally)> = W::ALL
        .iter()
        .map(|word| (*word, Tally::default()))
        .collect();
    for (word, value, home) in each {
        let at = W::ALL
            .iter()
            .position(|one| *one == word)
            .expect("ALL holds every word");
        tallies[at].1.add(value, home);
    }
    tallies
}

/// The same as named counts, for [`Answer::split`].
pub(super) fn counts<W: Word>(code: &str, tallies: &[(W, Tally)]) -> Vec<(String, Count)> {
    let count = |(word, tally): &(W, Tally)| {
        let word = word.word();
        (word.to_owned(), tally.count(format!("{code}/{word}")))
    };
    tallies.iter().map(count).collect()
}
