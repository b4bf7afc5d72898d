//! What it changed and what it cost: indicators 53 to 56.

use std::collections::HashMap;

use super::answer::{Answer, Count, Figure, Sum, Unit, by_word, counts};
use super::ground::Ground;
use super::people::{homes_with, installed, none_missing};
use super::stats::{interval, mean};
use super::{usage, workshop};
use crate::calendar::months_after;
use crate::dataset::{Household, Key, Survey};
use crate::vocabulary::{CostItem, Frequency, NoAnswer, Wave, Word};

/// The highest skill score: ten items of four points.
const BEST: f64 = 40.0;

/// The two surveys of each home of the period, where they were answered.
pub(super) struct Pairs<'a> {
    start: HashMap<Key, &'a Survey>,
    end: HashMap<Key, &'a Survey>,
}

impl<'a> Pairs<'a> {
    pub(super) fn of(ground: &'a Ground) -> Self {
        let wave = |wave: Wave| {
            let rows = ground.data.surveys.iter().filter(|row| row.wave == wave);
            let answered = rows.filter(|row| row.answered_on.is_some());
            answered.map(|row| (row.household, row)).collect()
        };
        Pairs {
            start: wave(Wave::Start),
            end: wave(Wave::End),
        }
    }

    pub(super) fn both(&self, home: &Household) -> Option<(&'a Survey, &'a Survey)> {
        Some((
            *self.start.get(&home.household)?,
            *self.end.get(&home.household)?,
        ))
    }

    fn one(&self, wave: Wave, home: &Household) -> Option<&'a Survey> {
        let surveys = if wave == Wave::Start {
            &self.start
        } else {
            &self.end
        };
        surveys.get(&home.household).copied()
    }
}

fn paired(ground: &Ground) -> Count {
    let pairs = Pairs::of(ground);
    let both = ground
        .homes
        .iter()
        .filter(|home| pairs.both(home).is_some())
        .count();
    Count::homes("paired", both)
}

pub(super) fn paired_response_rate(ground: &Ground) -> Answer {
    let code = "paired_response_rate";
    let pairs = Pairs::of(ground);
    let mut lost = Vec::new();
    for home in ground
        .homes
        .iter()
        .filter(|home| pairs.both(home).is_none())
    {
        let row = |wave| {
            let mut rows = ground.data.surveys.iter();
            rows.find(|row| row.household == home.household && row.wave == wave)
        };
        // The end first: whoever answered neither is lost for what happened last.
        let said = row(Wave::End).and_then(|row| row.no_answer);
        let said = said.or_else(|| row(Wave::Start).and_then(|row| row.no_answer));
        let left = home.left_on.map(|_| NoAnswer::Left);
        lost.push((
            said.or(left).unwrap_or(NoAnswer::NotAsked),
            1.0,
            home.household,
        ));
    }
    let rate = Figure::ratio(paired(ground), installed(ground), none_missing(code));
    let mut answer = Answer::of(rate);
    let mut parts = counts(code, &by_word(lost));
    let figures = parts.clone();
    parts.push((String::new(), paired(ground)));
    let parts = parts.into_iter().map(|(_, count)| count).collect();
    answer.sums.push(Sum {
        total: installed(ground),
        parts,
    });
    for (cause, count) in figures {
        answer.push(
            Figure::count(Unit::Count, count)
                .part("attrition")
                .at("cause", cause),
        );
    }
    answer
}

pub(super) fn use_and_skill_change(ground: &Ground) -> Answer {
    let pairs = Pairs::of(ground);
    let mut answer = Answer::default();
    frequency(ground, &pairs, &mut answer);
    skill(ground, &pairs, &mut answer);
    answer
}

fn frequency(ground: &Ground, pairs: &Pairs, answer: &mut Answer) {
    let code = "use_and_skill_change";
    let (mut before, mut after) = (Vec::new(), Vec::new());
    let (mut never, mut converted, mut never_missing) = (0, 0, 0.0);
    for home in &ground.homes {
        let Some((start, end)) = pairs.both(home) else {
            continue;
        };
        before.extend(start.frequency.map(|often| (often, 1.0, home.household)));
        after.extend(end.frequency.map(|often| (often, 1.0, home.household)));
        match (start.frequency, end.frequency) {
            (Some(Frequency::Never), Some(now)) => {
                never += 1;
                converted += usize::from(matches!(now, Frequency::Daily | Frequency::Weekly));
            }
            (Some(Frequency::Never), None) => never_missing += 1.0,
            _ => {}
        }
    }
    let total = paired(ground);
    for (dimension, each) in [("before", before), ("after", after)] {
        let name = format!("{code}/{dimension}");
        let missing = Count::plain(format!("{name}/missing"), total.value - each.len() as f64);
        let parts = counts(&name, &by_word(each));
        answer.split(dimension, Unit::Count, &total, parts, Some(missing));
    }
    let judged = Count::homes(format!("{code}/never"), never);
    let missing = Count::plain(format!("{code}/never/missing"), never_missing);
    // Those who never used it are shown among the frequencies too: whoever reads both can subtract.
    let all = Count::homes(
        format!("{code}/before/never"),
        never + never_missing as usize,
    );
    let parts = vec![judged.clone(), missing.clone()];
    answer.sums.push(Sum { total: all, parts });
    let converted = Count::homes(format!("{code}/converted"), converted);
    let conversions = Figure::ratio(converted, judged, missing);
    answer.push(conversions.part("never_to_regular"));
}

fn skill(ground: &Ground, pairs: &Pairs, answer: &mut Answer) {
    let code = "use_and_skill_change/skill";
    let mut changes = Vec::new();
    let (mut worst, mut best) = (Vec::new(), Vec::new());
    for home in &ground.homes {
        let score = |wave| {
            pairs
                .one(wave, home)
                .and_then(Survey::skill_score)
                .map(f64::from)
        };
        let (start, end) = (score(Wave::Start), score(Wave::End));
        if let (Some(start), Some(end)) = (start, end) {
            changes.push(end - start);
        }
        worst.push(end.unwrap_or(0.0) - start.unwrap_or(BEST));
        best.push(end.unwrap_or(BEST) - start.unwrap_or(0.0));
    }
    let basis = Count::homes(code, changes.len());
    let lost = (ground.homes.len() - changes.len()) as f64;
    let missing = Count::plain(format!("{code}/missing"), lost);
    let total = installed(ground);
    answer.sums.push(Sum {
        total: total.clone(),
        parts: vec![basis.clone(), missing.clone()],
    });
    let interval = interval(&changes);
    for (part, value) in [
        ("skill_mean_change", mean(&changes)),
        ("skill_low_95", interval.map(|(low, _)| low)),
        ("skill_high_95", interval.map(|(_, high)| high)),
        ("skill_worst", mean(&worst)),
        ("skill_best", mean(&best)),
    ] {
        let (basis, missing) = (basis.clone(), missing.clone());
        answer.push(Figure::statistic(part, Unit::Points, value, basis, missing));
    }
}

/// Homes that answered yes to a question of one wave, over those that answered it.
pub(super) fn answered_yes(
    ground: &Ground,
    code: &str,
    wave: Wave,
    question: impl Fn(&Survey) -> Option<bool>,
) -> (Figure, Sum) {
    let pairs = Pairs::of(ground);
    homes_with(ground, code, &ground.homes, |home| {
        pairs.one(wave, home).and_then(&question)
    })
}

pub(super) fn autonomy_online(ground: &Ground) -> Answer {
    let mut answer = Answer::default();
    for (part, wave) in [("alone_before", Wave::Start), ("alone_after", Wave::End)] {
        let code = format!("autonomy_online/{part}");
        let (figure, sum) = answered_yes(ground, &code, wave, |row| row.procedures_alone);
        answer.push(figure.part(part));
        answer.sums.push(sum);
    }
    let reached: Vec<&Household> = ground
        .homes
        .iter()
        .copied()
        .filter(|home| {
            let month_12 = home.installed_on.map(|day| months_after(day, 12));
            month_12.is_some_and(|day| day <= ground.period.to)
        })
        .collect();
    let code = "autonomy_online/line_kept";
    let (figure, sum) = homes_with(ground, code, &reached, |home| home.line_kept);
    answer.push(figure.part("line_kept"));
    answer.sums.push(sum);
    answer
}

pub(super) fn cost(ground: &Ground) -> Answer {
    let costs = ground
        .data
        .costs
        .iter()
        .filter(|cost| ground.period.holds(cost.day));
    let costs: Vec<_> = costs.collect();
    if ground.data.costs.is_empty() {
        // Nobody writes them down: that is not the same as costing nothing.
        return Answer::of(Figure::unknown(Unit::Euros));
    }
    let euros = |cents: i64| cents as f64 / 100.0;
    let sum = |item: CostItem| {
        costs
            .iter()
            .filter(|cost| cost.item == item)
            .map(|cost| cost.amount_cents)
            .sum::<i64>()
    };
    let total: i64 = costs.iter().map(|cost| cost.amount_cents).sum();
    let total = Count::plain("cost", euros(total));
    let mut answer = Answer::of(Figure::count(Unit::Euros, total.clone()));
    let items = CostItem::ALL.iter().map(|item| {
        let count = Count::plain(format!("cost/{}", item.word()), euros(sum(*item)));
        (item.word().to_owned(), count)
    });
    answer.split("item", Unit::Euros, &total, items.collect(), None);
    let (hours, _) = workshop::hours(ground);
    let active_days = usage::active_days(ground).figures.remove(0);
    let active_days = active_days.numerator.expect("active days are counted");
    for (part, by) in [
        ("per_household_installed", installed(ground)),
        (
            "per_household_active_at_month_12",
            usage::active_at_month_12(ground),
        ),
        ("per_training_person_hour", hours),
        ("per_active_device_day", active_days),
    ] {
        let missing = none_missing("cost");
        answer.push(Figure::rate(Unit::Euros, 1.0, total.clone(), by, missing).part(part));
    }
    answer
}

/// The effects that the call names, at the end survey.
pub(super) fn outcomes(ground: &Ground) -> Answer {
    type Question = fn(&Survey) -> Option<bool>;
    let questions: [(&str, Question); 6] = [
        ("found_work", |row| row.found_work),
        ("made_cv", |row| row.made_cv),
        ("family_links", |row| row.family_links),
        ("school_help", |row| row.school_help),
        ("spends_less", |row| row.spends_less),
        ("technical_trouble", |row| row.technical_trouble),
    ];
    let mut answer = Answer::default();
    for (topic, question) in questions {
        let code = format!("outcomes/{topic}");
        let (figure, sum) = answered_yes(ground, &code, Wave::End, question);
        answer.push(figure.at("outcome", topic));
        answer.sums.push(sum);
    }
    answer
}

/// Consent levels in the homes of the period on its last day.
pub(super) fn consent_levels(ground: &Ground) -> Answer {
    let code = "consent_levels";
    let last = crate::calendar::days_after(ground.period.to, -1);
    let (mut each, mut missing) = (Vec::new(), 0.0);
    for home in &ground.homes {
        let mut rows = ground.data.consents.iter();
        let now = rows.find(|row| {
            row.household == home.household && row.from <= last && row.to.is_none_or(|to| last < to)
        });
        match now {
            Some(row) => each.push((row.level, 1.0, home.household)),
            None => missing += 1.0,
        }
    }
    let missing = Count::plain(format!("{code}/missing"), missing);
    let mut answer = Answer::default();
    let parts = counts(code, &by_word(each));
    answer.split(
        "level",
        Unit::Count,
        &installed(ground),
        parts,
        Some(missing),
    );
    answer
}
