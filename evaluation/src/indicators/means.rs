//! The annexes: means that were put in, and how data were governed.

use super::answer::{Answer, Count, Figure, Unit};
use super::ground::Ground;
use crate::vocabulary::{GovernanceAct, PartnerKind, StaffKind, Word};

pub(super) fn partners(ground: &Ground) -> Answer {
    let rows = &ground.data.partners;
    let total = Count::plain("partners", rows.len() as f64);
    let letters = rows.iter().filter(|row| row.letter).count();
    let letters = Count::plain("partners/letters", letters as f64);
    let mut answer = Answer::of(Figure::count(Unit::Count, total.clone()));
    answer.push(Figure::count(Unit::Count, letters).part("letters"));
    for kind in PartnerKind::ALL {
        let number = rows.iter().filter(|row| row.kind == *kind).count();
        let count = Count::plain(format!("partners/{}", kind.word()), number as f64);
        answer.push(Figure::count(Unit::Count, count).at("kind", kind.word()));
    }
    answer
}

pub(super) fn premises(ground: &Ground) -> Answer {
    let sites = &ground.data.sites;
    let seats = sites.iter().map(|site| f64::from(site.seats)).sum();
    let surface = sites
        .iter()
        .filter_map(|site| site.surface_m2)
        .map(f64::from)
        .sum();
    let unknown = sites
        .iter()
        .filter(|site| site.surface_m2.is_none())
        .count();
    let mut answer = Answer::default();
    let count = |name: &str, value| Count::plain(format!("premises/{name}"), value);
    answer.push(Figure::count(Unit::Count, count("sites", sites.len() as f64)).part("sites"));
    answer.push(Figure::count(Unit::Count, count("seats", seats)).part("seats"));
    let surface = match unknown == sites.len() {
        true => Figure::unknown(Unit::SquareMetres),
        false => Figure::count(Unit::SquareMetres, count("surface", surface)),
    };
    let missing = count("missing", unknown as f64);
    answer.push(surface.part("surface").missing(missing));
    answer
}

pub(super) fn staff_hours(ground: &Ground) -> Answer {
    let rows = ground
        .data
        .staff_hours
        .iter()
        .filter(|row| ground.period.holds(row.month));
    let rows: Vec<_> = rows.collect();
    let hours = |kind: Option<StaffKind>| {
        let some = rows
            .iter()
            .filter(|row| kind.is_none_or(|kind| kind == row.kind));
        some.map(|row| f64::from(row.worked_minutes)).sum::<f64>() / 60.0
    };
    let mut answer = Answer::default();
    if ground.data.staff_hours.is_empty() {
        // Nobody keeps them: that is not the same as nobody working.
        answer.push(Figure::unknown(Unit::Hours));
        return answer;
    }
    answer.push(Figure::count(
        Unit::Hours,
        Count::plain("staff_hours", hours(None)),
    ));
    for kind in StaffKind::ALL {
        let count = Count::plain(format!("staff_hours/{}", kind.word()), hours(Some(*kind)));
        answer.push(Figure::count(Unit::Hours, count).at("kind", kind.word()));
    }
    answer
}

/// What each funder pays, over what it promised at most.
pub(super) fn funding(ground: &Ground) -> Answer {
    let mut answer = Answer::default();
    for funder in &ground.data.funders {
        let name = format!("funding/{}", funder.funder);
        let paid = Count::plain(format!("{name}/paid"), funder.paid_cents as f64 / 100.0);
        let cap = Count::plain(format!("{name}/cap"), funder.cap_cents as f64 / 100.0);
        let value = paid.value;
        let missing = Count::plain(format!("{name}/missing"), 0.0);
        let mut figure = Figure::rate(Unit::Euros, 1.0, paid, cap, missing);
        figure.value = Some(value);
        answer.push(figure.at("funder", funder.funder.clone()));
    }
    answer
}

pub(super) fn governance_acts(ground: &Ground) -> Answer {
    let rows = ground
        .data
        .governance
        .iter()
        .filter(|row| ground.period.holds(row.day));
    let rows: Vec<_> = rows.collect();
    let mut answer = Answer::default();
    for act in GovernanceAct::ALL {
        let some = rows.iter().filter(|row| row.act == *act);
        let number = some.map(|row| f64::from(row.acts)).sum();
        let count = Count::plain(format!("governance_acts/{}", act.word()), number);
        answer.push(Figure::count(Unit::Count, count).at("act", act.word()));
    }
    let delays: Vec<f64> = rows
        .iter()
        .filter(|row| row.act == GovernanceAct::RightsRequest)
        .filter_map(|row| row.delay_days.map(f64::from))
        .collect();
    let asked = rows
        .iter()
        .filter(|row| row.act == GovernanceAct::RightsRequest)
        .count();
    let basis = Count::plain("governance_acts/delays", delays.len() as f64);
    let missing = Count::plain("governance_acts/missing", (asked - delays.len()) as f64);
    let median = super::stats::percentile(&delays, 0.5);
    answer.push(Figure::statistic(
        "rights_delay_median",
        Unit::Days,
        median,
        basis,
        missing,
    ));
    answer
}
