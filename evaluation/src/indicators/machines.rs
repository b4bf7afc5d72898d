//! The PCs: indicators 13 to 24.

use std::collections::HashMap;

use super::answer::{Answer, Count, Figure, Sum, Tally, Unit, by_word, counts};
use super::ground::{Ground, Handover};
use super::people::none_missing;
use super::stats::percentile;
use crate::calendar::{days_between, months_after};
use crate::dataset::{Device, Key};
use crate::vocabulary::Exit;

fn devices<'a>(ground: &'a Ground) -> HashMap<Key, &'a Device> {
    ground
        .data
        .devices
        .iter()
        .map(|device| (device.device, device))
        .collect()
}

/// Median and 90th percentile of what was observed in homes.
pub(super) fn spread(
    code: &str,
    parts: (&'static str, &'static str),
    unit: Unit,
    seen: &[(f64, Key)],
    missing: usize,
) -> Vec<Figure> {
    let values: Vec<f64> = seen.iter().map(|(value, _)| *value).collect();
    let mut tally = Tally::default();
    for (_, home) in seen {
        tally.add(1.0, *home);
    }
    let basis = tally.count(format!("{code}/observed"));
    let missing = Count::plain(format!("{code}/missing"), missing as f64);
    let one = |part, p| {
        Figure::statistic(
            part,
            unit,
            percentile(&values, p),
            basis.clone(),
            missing.clone(),
        )
    };
    vec![one(parts.0, 0.5), one(parts.1, 0.9)]
}

/// Handovers of which something is true, over those of which it is known.
fn handovers_with(
    ground: &Ground,
    code: &str,
    holds: impl Fn(&Handover) -> Option<bool>,
) -> Answer {
    let (mut yes, mut no) = (Tally::default(), Tally::default());
    let (mut known, mut missing) = (Tally::default(), 0.0);
    for handover in ground.new_handovers() {
        match holds(handover) {
            Some(true) => {
                yes.add(1.0, handover.home);
                known.add(1.0, handover.home);
            }
            Some(false) => {
                no.add(1.0, handover.home);
                known.add(1.0, handover.home);
            }
            None => missing += 1.0,
        }
    }
    let missing = Count::plain(format!("{code}/missing"), missing);
    let known = known.count(format!("{code}/known"));
    let sum = Sum {
        total: handed_over(ground),
        parts: vec![known.clone(), missing.clone()],
    };
    Answer {
        figures: vec![Figure::share(
            yes.count(code),
            known,
            missing,
            no.count(format!("{code}/rest")),
        )],
        sums: vec![sum],
    }
}

fn handed_over(ground: &Ground) -> Count {
    let mut tally = Tally::default();
    for handover in ground.new_handovers() {
        tally.add(1.0, handover.home);
    }
    tally.count("handovers")
}

pub(super) fn device_yield(ground: &Ground) -> Answer {
    let lots = ground
        .data
        .lots
        .iter()
        .filter(|lot| ground.period.holds(lot.received_on));
    let (mut accepted, mut rejected, mut missing) = (0.0, 0.0, 0.0);
    for lot in lots {
        accepted += f64::from(lot.accepted);
        rejected += f64::from(lot.rejected);
        let judged = lot.accepted + lot.rejected;
        missing += f64::from(lot.announced.map_or(0, |all| all.saturating_sub(judged)));
    }
    let judged = Count::plain("device_yield/judged", accepted + rejected);
    let accepted = Count::plain("device_yield/accepted", accepted);
    let missing = Count::plain("device_yield/missing", missing);
    Answer::of(Figure::ratio(accepted, judged, missing))
}

pub(super) fn erasure_proof_rate(ground: &Ground) -> Answer {
    handovers_with(ground, "erasure_proof_rate", |one| {
        one.stays[0].erasure_proof
    })
}

pub(super) fn device_age(ground: &Ground) -> Answer {
    let (mut ages, mut hours) = (Vec::new(), Vec::new());
    let mut all = 0;
    for handover in ground.new_handovers() {
        all += 1;
        let stay = handover.stays[0];
        ages.extend(
            stay.age_months
                .map(|age| (f64::from(age) / 12.0, handover.home)),
        );
        hours.extend(
            stay.power_on_hours
                .map(|time| (f64::from(time), handover.home)),
        );
    }
    let parts = ("age_median", "age_p90");
    let mut figures = spread(
        "device_age/age",
        parts,
        Unit::Years,
        &ages,
        all - ages.len(),
    );
    let parts = ("power_on_median", "power_on_p90");
    figures.extend(spread(
        "device_age/power_on",
        parts,
        Unit::Hours,
        &hours,
        all - hours.len(),
    ));
    Answer {
        figures,
        sums: Vec::new(),
    }
}

pub(super) fn grade_at_handover(ground: &Ground) -> Answer {
    let code = "grade_at_handover";
    let graded = ground
        .new_handovers()
        .filter_map(|one| Some((one.stays[0].grade?, 1.0, one.home)));
    let tallies = by_word(graded);
    let missing = ground
        .new_handovers()
        .filter(|one| one.stays[0].grade.is_none())
        .count();
    let missing = Count::plain(format!("{code}/missing"), missing as f64);
    let mut answer = Answer::default();
    let total = handed_over(ground);
    answer.split(
        "grade",
        Unit::Count,
        &total,
        counts(code, &tallies),
        Some(missing),
    );
    answer
}

pub(super) fn intake_to_home(ground: &Ground) -> Answer {
    let known = devices(ground);
    let mut first: HashMap<Key, &Handover> = HashMap::new();
    for handover in &ground.handovers {
        let entry = first.entry(handover.device).or_insert(handover);
        if handover.from < entry.from {
            *entry = handover;
        }
    }
    let (mut seen, mut missing) = (Vec::new(), 0);
    for handover in first.values().filter(|one| ground.period.holds(one.from)) {
        match known
            .get(&handover.device)
            .and_then(|device| device.received_on)
        {
            Some(day) => seen.push((days_between(day, handover.from) as f64, handover.home)),
            None => missing += 1,
        }
    }
    let figures = spread(
        "intake_to_home",
        ("median", "p90"),
        Unit::Days,
        &seen,
        missing,
    );
    Answer {
        figures,
        sums: Vec::new(),
    }
}

pub(super) fn handover_signed_rate(ground: &Ground) -> Answer {
    handovers_with(ground, "handover_signed_rate", |one| one.stays[0].signed())
}

pub(super) fn exit_outcome(ground: &Ground) -> Answer {
    let code = "exit_outcome";
    let (mut outcomes, mut missing, mut all) = (Vec::new(), 0.0, Tally::default());
    for handover in ground.new_handovers() {
        let month_12 = months_after(handover.from, 12);
        if month_12 > ground.period.to {
            continue;
        }
        all.add(1.0, handover.home);
        let last = crate::calendar::days_after(month_12, -1);
        if handover.stands(last) {
            outcomes.push((Exit::Kept, 1.0, handover.home));
        } else if let Some(exit) = handover.exit_before(month_12) {
            outcomes.push((exit, 1.0, handover.home));
        } else {
            missing += 1.0;
        }
    }
    let missing = Count::plain(format!("{code}/missing"), missing);
    let total = all.count(format!("{code}/all"));
    let mut answer = Answer::default();
    let parts = counts(code, &by_word(outcomes));
    answer.split("outcome", Unit::Count, &total, parts, Some(missing));
    answer.push(Figure::count(Unit::Count, total).part("handovers"));
    answer
}

pub(super) fn co2e_avoided(ground: &Ground) -> Answer {
    let code = "co2e_avoided";
    let known = devices(ground);
    let mut sums = [0.0; 3];
    let (mut basis, mut missing) = (Tally::default(), 0.0);
    let mut used = Vec::new();
    for handover in ground.in_use_at_the_end() {
        let kind = known.get(&handover.device).map(|device| device.kind);
        let factor = ground
            .data
            .carbon_factors
            .iter()
            .find(|row| Some(row.kind) == kind);
        let Some(factor) = factor else {
            missing += 1.0;
            continue;
        };
        basis.add(1.0, handover.home);
        for (sum, grams) in sums
            .iter_mut()
            .zip([factor.central_g, factor.low_g, factor.high_g])
        {
            *sum += grams as f64 / 1000.0;
        }
        used.push(format!("{} {}", factor.factor, factor.version));
    }
    used.sort();
    used.dedup();
    let basis = basis.count(format!("{code}/devices"));
    let missing = Count::plain(format!("{code}/missing"), missing);
    let figures = ["value", "low", "high"]
        .into_iter()
        .zip(sums)
        .map(|(part, kilograms)| {
            let value = (basis.value > 0.0).then_some(kilograms);
            Figure::statistic(part, Unit::Kilograms, value, basis.clone(), missing.clone())
                .at("factor", used.join(", "))
        });
    Answer {
        figures: figures.collect(),
        sums: Vec::new(),
    }
}

pub(super) fn mass_reused(ground: &Ground) -> Answer {
    let code = "mass_reused";
    let known = devices(ground);
    let (mut mass, mut basis, mut missing) = (0.0, Tally::default(), 0.0);
    for handover in ground.in_use_at_the_end() {
        match known.get(&handover.device).and_then(|device| device.mass_g) {
            Some(grams) => {
                mass += f64::from(grams) / 1000.0;
                basis.add(1.0, handover.home);
            }
            None => missing += 1.0,
        }
    }
    let basis = basis.count(format!("{code}/devices"));
    let missing = Count::plain(format!("{code}/missing"), missing);
    let value = (basis.value > 0.0).then_some(mass);
    Answer::of(Figure::statistic(
        "value",
        Unit::Kilograms,
        value,
        basis,
        missing,
    ))
}

pub(super) fn in_service(ground: &Ground) -> Count {
    let mut tally = Tally::default();
    for day in &ground.service {
        tally.add(1.0, day.home);
    }
    tally.count("device_days_in_service")
}

fn known_days(ground: &Ground) -> Count {
    let mut tally = Tally::default();
    for day in ground.service.iter().filter(|day| day.known()) {
        tally.add(1.0, day.home);
    }
    tally.count("device_days_known")
}

pub(super) fn device_days_in_service(ground: &Ground) -> Answer {
    Answer::of(Figure::count(Unit::DeviceDays, in_service(ground)))
}

pub(super) fn device_days_known(ground: &Ground) -> Answer {
    Answer::of(Figure::count(Unit::DeviceDays, known_days(ground)))
}

pub(super) fn data_completeness(ground: &Ground) -> Answer {
    let missing = none_missing("data_completeness");
    let mut unknown = Tally::default();
    for day in ground.service.iter().filter(|day| !day.known()) {
        unknown.add(1.0, day.home);
    }
    let rest = unknown.count("data_completeness/rest");
    Answer::of(Figure::share(
        known_days(ground),
        in_service(ground),
        missing,
        rest,
    ))
}
