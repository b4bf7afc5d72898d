//! Who was reached: indicators 1 to 12.

use std::collections::{HashMap, HashSet};

use super::answer::{Answer, Count, Figure, Sum, Tally, Unit, by_word, counts};
use super::ground::Ground;
use crate::dataset::{Household, Key, Person};
use crate::vocabulary::{Minority, Word};

/// Absent where nobody counted.
pub(super) fn approached(ground: &Ground) -> Option<Count> {
    let mut rows = ground.data.programme.iter();
    let told = rows.find_map(|row| row.households_approached)?;
    Some(Count {
        name: "households_approached".into(),
        value: f64::from(told),
        homes: Some(told.into()),
    })
}

pub(super) fn enrolled(ground: &Ground) -> Count {
    let signed = ground.data.households.iter();
    let signed = signed
        .filter(|home| ground.period.holds_some(home.charter_on))
        .count();
    Count::homes("households_enrolled", signed)
}

pub(super) fn installed(ground: &Ground) -> Count {
    Count::homes("households_installed", ground.homes.len())
}

pub(super) fn none_missing(code: &str) -> Count {
    Count::plain(format!("{code}/missing"), 0.0)
}

pub(super) fn households_approached(ground: &Ground) -> Answer {
    Answer::of(match approached(ground) {
        Some(told) => Figure::count(Unit::Count, told),
        None => Figure::unknown(Unit::Count),
    })
}

pub(super) fn households_enrolled(ground: &Ground) -> Answer {
    Answer::of(Figure::count(Unit::Count, enrolled(ground)))
}

pub(super) fn take_up_rate(ground: &Ground) -> Answer {
    let missing = none_missing("take_up_rate");
    Answer::of(match approached(ground) {
        Some(told) => Figure::ratio(enrolled(ground), told, missing),
        None => Figure::unknown(Unit::Ratio),
    })
}

pub(super) fn households_installed(ground: &Ground) -> Answer {
    Answer::of(Figure::count(Unit::Count, installed(ground)))
}

fn persons<'a>(ground: &'a Ground) -> Vec<&'a Person> {
    let homes: HashSet<Key> = ground.homes.iter().map(|home| home.household).collect();
    ground
        .data
        .persons
        .iter()
        .filter(|person| homes.contains(&person.household))
        .collect()
}

fn reached(ground: &Ground) -> Count {
    let mut tally = Tally::default();
    for person in persons(ground) {
        tally.add(1.0, person.household);
    }
    tally.count("persons_reached")
}

pub(super) fn persons_reached(ground: &Ground) -> Answer {
    Answer::of(Figure::count(Unit::Count, reached(ground)))
}

pub(super) fn children_concerned(ground: &Ground) -> Answer {
    let code = "children_concerned";
    let people = persons(ground);
    let known = people
        .iter()
        .filter_map(|one| Some((one.minority?, 1.0, one.household)));
    let tallies = by_word::<Minority>(known);
    let mut missing = Tally::default();
    let mut children = Tally::default();
    for person in &people {
        match person.minority {
            None => missing.add(1.0, person.household),
            Some(Minority::Adult) => {}
            Some(_) => children.add(1.0, person.household),
        }
    }
    let missing = missing.missing(format!("{code}/missing"));
    let total = children.count(code);
    let mut parts = counts(code, &tallies);
    let (_, adults) = parts.pop().expect("adult is the last word of the list");
    let mut answer = Answer::of(Figure::count(Unit::Count, total.clone()).missing(missing.clone()));
    answer.split("age", Unit::Count, &total, parts, None);
    answer.sums.push(Sum {
        total: reached(ground),
        parts: vec![total, adults, missing],
    });
    answer
}

/// Persons by one of the lists of the CRA, in which "not said" is a value.
fn persons_by<W: Word>(
    ground: &Ground,
    code: &'static str,
    unsaid: W,
    word: impl Fn(&Person) -> W,
) -> Answer {
    let people = persons(ground);
    let tallies = by_word(people.iter().map(|one| (word(one), 1.0, one.household)));
    let mut answer = Answer::default();
    let parts = counts(code, &tallies);
    // Those who did not say are a line of the list, and what is missing for the others.
    let missing = parts
        .iter()
        .find(|(word, _)| word == unsaid.word())
        .map(|(_, count)| count.clone());
    answer.split(code, Unit::Count, &reached(ground), parts, None);
    for figure in &mut answer.figures {
        figure.missing = missing.clone();
    }
    answer
}

pub(super) fn age_band(ground: &Ground) -> Answer {
    persons_by(
        ground,
        "age_band",
        crate::vocabulary::AgeBand::Unsaid,
        |one| one.age_band,
    )
}

pub(super) fn gender(ground: &Ground) -> Answer {
    persons_by(ground, "gender", crate::vocabulary::Gender::Unsaid, |one| {
        one.gender
    })
}

pub(super) fn social_status(ground: &Ground) -> Answer {
    let unsaid = crate::vocabulary::SocialStatus::Unsaid;
    persons_by(ground, "social_status", unsaid, |one| one.social_status)
}

pub(super) fn household_type(ground: &Ground) -> Answer {
    let code = "household_type";
    let known = ground.homes.iter();
    let known = known.filter_map(|home| Some((home.household_type?, 1.0, home.household)));
    let tallies = by_word(known);
    let missing = ground
        .homes
        .iter()
        .filter(|home| home.household_type.is_none())
        .count();
    let missing = Count::plain(format!("{code}/missing"), missing as f64);
    let mut answer = Answer::default();
    let parts = counts(code, &tallies);
    answer.split(code, Unit::Count, &installed(ground), parts, Some(missing));
    answer
}

/// Homes for which something is true, over those of which it is known.
pub(super) fn homes_with(
    ground: &Ground,
    code: &str,
    among: &[&Household],
    holds: impl Fn(&Household) -> Option<bool>,
) -> (Figure, Sum) {
    let yes = among
        .iter()
        .filter(|home| holds(home) == Some(true))
        .count();
    let known = among.iter().filter(|home| holds(home).is_some()).count();
    let all = if among.len() == ground.homes.len() {
        installed(ground)
    } else {
        Count::homes(format!("{code}/all"), among.len())
    };
    let missing = Count::plain(format!("{code}/missing"), (among.len() - known) as f64);
    let known = Count::homes(format!("{code}/known"), known);
    let sum = Sum {
        total: all,
        parts: vec![known.clone(), missing.clone()],
    };
    (Figure::ratio(Count::homes(code, yes), known, missing), sum)
}

pub(super) fn first_time_connected(ground: &Ground) -> Answer {
    let code = "first_time_connected";
    let first = |home: &Household| home.home_line_before.map(|line| !line);
    let (mut figure, sum) = homes_with(ground, code, &ground.homes, first);
    figure.unit = Unit::Count;
    figure.value = figure.numerator.as_ref().map(|count| count.value);
    Answer {
        figures: vec![figure],
        sums: vec![sum],
    }
}

pub(super) fn refusals_withdrawals(ground: &Ground) -> Answer {
    let code = "refusals_withdrawals";
    let period = ground.period;
    // A household that withdrew its application was not equipped, so none counts twice.
    let mut said: HashMap<Key, Option<crate::vocabulary::Reason>> = HashMap::new();
    for home in &ground.data.households {
        if period.holds_some(home.left_on) {
            said.insert(home.household, home.leave_reason);
        } else if period.holds_some(home.decided_on) {
            said.insert(home.household, home.reason);
        }
    }
    let tallies = by_word(
        said.iter()
            .filter_map(|(home, reason)| Some(((*reason)?, 1.0, *home))),
    );
    let missing = said.values().filter(|reason| reason.is_none()).count();
    let missing = Count::plain(format!("{code}/missing"), missing as f64);
    let total = Count::homes(code, said.len());
    let mut answer = Answer::of(Figure::count(Unit::Count, total.clone()).missing(missing.clone()));
    answer.split(
        "reason",
        Unit::Count,
        &total,
        counts(code, &tallies),
        Some(missing),
    );
    answer
}

/// Applications until the end of the period, by where they stand.
pub(super) fn applications(ground: &Ground) -> Answer {
    let code = "applications";
    let rows = ground.data.households.iter();
    let rows: Vec<_> = rows
        .filter(|home| home.applied_on < ground.period.to)
        .collect();
    let total = Count::homes(code, rows.len());
    let mut answer = Answer::of(Figure::count(Unit::Count, total.clone()));
    let each = rows.iter().map(|home| (home.state, 1.0, home.household));
    let parts = counts(code, &by_word(each));
    answer.split("state", Unit::Count, &total, parts, None);
    answer
}
