//! The workshop: indicators 46 to 52.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use jiff::civil::Date;

use super::answer::{Answer, Count, Figure, Sum, Tally, Unit, by_word, counts};
use super::ground::Ground;
use super::people::{installed, none_missing};
use crate::dataset::{Attendance, Key, Session};
use crate::vocabulary::{SessionKind, Word};

fn sessions<'a>(ground: &'a Ground) -> impl Iterator<Item = &'a Session> {
    ground
        .data
        .sessions
        .iter()
        .filter(|session| ground.period.holds(session.day))
}

/// Attendance at sessions of the period.
fn attendance<'a>(ground: &'a Ground) -> Vec<&'a Attendance> {
    let held: BTreeSet<Key> = sessions(ground).map(|session| session.session).collect();
    ground
        .data
        .attendance
        .iter()
        .filter(|row| held.contains(&row.session))
        .collect()
}

/// Whom a row of attendance describes: the household where it is known, the person elsewhere.
fn behind(row: &Attendance) -> Key {
    row.household.unwrap_or(row.participant)
}

/// Counts that tell of sessions and not of anybody who came.
fn plain(code: &str, tallies: Vec<(impl Word, f64)>) -> Vec<(String, Count)> {
    let one = |(word, number): (_, f64)| {
        let word = Word::word(word);
        (
            word.to_owned(),
            Count::plain(format!("{code}/{word}"), number),
        )
    };
    tallies.into_iter().map(one).collect()
}

fn numbers<W: Word>(each: impl Iterator<Item = W>) -> Vec<(W, f64)> {
    let mut numbers: Vec<(W, f64)> = W::ALL.iter().map(|word| (*word, 0.0)).collect();
    for word in each {
        let found = numbers.iter_mut().find(|(one, _)| *one == word);
        found.expect("ALL holds every word").1 += 1.0;
    }
    numbers
}

pub(super) fn sessions_held(ground: &Ground) -> Answer {
    let code = "sessions";
    let total = Count::plain(code, sessions(ground).count() as f64);
    let without = sessions(ground)
        .filter(|session| session.level.is_none())
        .count();
    let missing = Count::plain("sessions/level/missing", without as f64);
    let without = sessions(ground)
        .filter(|session| session.place.is_none())
        .count();
    let nowhere = Count::plain("sessions/place/missing", without as f64);
    let mut answer = Answer::of(Figure::count(Unit::Count, total.clone()));
    let kinds = plain(
        "sessions/kind",
        numbers(sessions(ground).map(|one| one.kind)),
    );
    answer.split("kind", Unit::Count, &total, kinds, None);
    let places = plain(
        "sessions/place",
        numbers(sessions(ground).filter_map(|one| one.place)),
    );
    answer.split("place", Unit::Count, &total, places, Some(nowhere));
    let levels = plain(
        "sessions/level",
        numbers(sessions(ground).filter_map(|one| one.level)),
    );
    answer.split("level", Unit::Count, &total, levels, Some(missing));
    answer
}

pub(super) fn seat_fill_rate(ground: &Ground) -> Answer {
    let code = "seat_fill_rate";
    let group = |session: &&Session| session.kind == SessionKind::Group;
    let held: BTreeSet<Key> = sessions(ground)
        .filter(group)
        .map(|one| one.session)
        .collect();
    let offered: f64 = sessions(ground)
        .filter(group)
        .map(|one| f64::from(one.seats))
        .sum();
    let used: BTreeSet<(Key, Key)> = attendance(ground)
        .iter()
        .filter(|row| held.contains(&row.session))
        .map(|row| (row.session, row.participant))
        .collect();
    let used = Count::plain(format!("{code}/used"), used.len() as f64);
    let offered = Count::plain(format!("{code}/offered"), offered);
    Answer::of(Figure::ratio(used, offered, none_missing(code)))
}

/// Distinct people who came, and of them those who had never come before.
fn came(ground: &Ground) -> (Tally, Tally) {
    let days: HashMap<Key, Date> = ground
        .data
        .sessions
        .iter()
        .map(|session| (session.session, session.day))
        .collect();
    let mut first: BTreeMap<Key, (Date, Key)> = BTreeMap::new();
    for row in &ground.data.attendance {
        if let Some(day) = days.get(&row.session) {
            let entry = first.entry(row.participant).or_insert((*day, behind(row)));
            entry.0 = entry.0.min(*day);
        }
    }
    let (mut all, mut new) = (Tally::default(), Tally::default());
    let people: BTreeSet<Key> = attendance(ground)
        .iter()
        .map(|row| row.participant)
        .collect();
    for person in people {
        let (day, home) = first[&person];
        all.add(1.0, home);
        if ground.period.holds(day) {
            new.add(1.0, home);
        }
    }
    (all, new)
}

pub(super) fn participants(ground: &Ground) -> Answer {
    let code = "participants";
    let (all, new) = came(ground);
    let (total, new) = (all.count(code), new.count(format!("{code}/new")));
    let before = Count {
        name: format!("{code}/before"),
        value: total.value - new.value,
        homes: Some((total.value - new.value) as u64),
    };
    let sum = Sum {
        total: total.clone(),
        parts: vec![new.clone(), before],
    };
    let figures = vec![
        Figure::count(Unit::Count, total),
        Figure::count(Unit::Count, new).part("new"),
    ];
    Answer {
        figures,
        sums: vec![sum],
    }
}

/// Hours that people spent in sessions.
pub(super) fn hours(ground: &Ground) -> (Count, Count) {
    let (mut minutes, mut missing) = (Tally::default(), 0.0);
    for row in attendance(ground) {
        match row.attended_minutes {
            Some(time) => minutes.add(f64::from(time), behind(row)),
            None => missing += 1.0,
        }
    }
    let mut hours = minutes.count("person_hours");
    hours.value /= 60.0;
    (hours, Count::plain("person_hours/missing", missing))
}

pub(super) fn person_hours(ground: &Ground) -> Answer {
    let (hours, missing) = hours(ground);
    Answer::of(Figure::count(Unit::Hours, hours).missing(missing))
}

pub(super) fn households_trained(ground: &Ground) -> Answer {
    let code = "households_trained";
    let homes: BTreeSet<Key> = ground.homes.iter().map(|home| home.household).collect();
    let mut seen: BTreeMap<Key, BTreeSet<Key>> = BTreeMap::new();
    for row in attendance(ground) {
        if let Some(home) = row.household.filter(|home| homes.contains(home)) {
            seen.entry(home).or_default().insert(row.session);
        }
    }
    let at_least = |n: usize| {
        let homes = seen.values().filter(|sessions| sessions.len() >= n).count();
        Count::homes(format!("{code}/{n}"), homes)
    };
    let (one, three) = (at_least(1), at_least(3));
    // Who came once or twice can be subtracted.
    let few = Count::homes(format!("{code}/1_or_2"), (one.value - three.value) as usize);
    let sum = Sum {
        total: one.clone(),
        parts: vec![three.clone(), few],
    };
    let figures = [("at_least_1", one), ("at_least_3", three)]
        .into_iter()
        .map(|(part, count)| {
            let missing = none_missing(code);
            let mut figure = Figure::ratio(count.clone(), installed(ground), missing).part(part);
            figure.unit = Unit::Count;
            figure.value = Some(count.value);
            figure
        });
    Answer {
        figures: figures.collect(),
        sums: vec![sum],
    }
}

pub(super) fn themes(ground: &Ground) -> Answer {
    let held: BTreeSet<Key> = sessions(ground).map(|session| session.session).collect();
    let of_sessions = ground.data.session_themes.iter();
    let of_sessions = of_sessions
        .filter(|row| held.contains(&row.session))
        .map(|row| row.theme);
    let given = ground.data.assistance.iter();
    let given: BTreeSet<Key> = given
        .filter(|row| ground.period.holds(row.day))
        .map(|row| row.assistance)
        .collect();
    let of_helps = ground.data.assistance_themes.iter();
    let of_helps = of_helps
        .filter(|row| given.contains(&row.assistance))
        .map(|row| row.theme);
    let numbers = numbers(of_sessions.chain(of_helps));
    let mut answer = Answer::default();
    // A session or a help has several themes: their counts add up to nothing.
    for (theme, count) in plain("themes", numbers) {
        answer.push(Figure::count(Unit::Count, count).at("theme", theme));
    }
    answer
}

pub(super) fn autonomy(ground: &Ground) -> Answer {
    let code = "autonomy";
    let (mut each, mut missing, mut total) = (Vec::new(), 0.0, Tally::default());
    for row in attendance(ground) {
        total.add(1.0, behind(row));
        match row.autonomy {
            Some(autonomy) => each.push((autonomy, 1.0, behind(row))),
            None => missing += 1.0,
        }
    }
    let missing = Count::plain(format!("{code}/missing"), missing);
    let total = total.count(format!("{code}/all"));
    let mut answer = Answer::default();
    let parts = counts(code, &by_word(each));
    answer.split("autonomy", Unit::Count, &total, parts, Some(missing));
    answer
}
