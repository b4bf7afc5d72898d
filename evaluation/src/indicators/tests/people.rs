use jiff::civil::date;

use super::Village;
use super::village::{key, year};
use crate::calendar::Period;
use crate::dataset::{Device, Person};
use crate::indicators::{all, answers};
use crate::vocabulary::*;

#[test]
fn there_are_56_indicators_and_no_number_is_given_twice() {
    let numbers: Vec<u8> = all().filter_map(|one| one.number).collect();
    assert_eq!(numbers, (1..=56).collect::<Vec<u8>>());
    let mut codes: Vec<&str> = all().map(|one| one.code).collect();
    codes.sort_unstable();
    codes.dedup();
    assert_eq!(codes.len(), all().count());
}

#[test]
fn an_empty_programme_has_counts_of_zero_no_rates_and_nothing_of_what_nobody_counted() {
    for (indicator, answer) in answers(&Village::default().data, year()) {
        // Nobody said how many were told, what was paid or how long anybody worked: that is not zero.
        let uncounted = [
            "households_approached",
            "take_up_rate",
            "cost",
            "staff_hours",
        ];
        let uncounted = uncounted.contains(&indicator.code);
        for figure in &answer.figures {
            if uncounted || figure.part == "surface" {
                assert_eq!(figure.value, None, "{}", indicator.code);
                continue;
            }
            let over = figure.denominator.as_ref().map(|count| count.value);
            let counted =
                figure.unit != crate::indicators::Unit::Ratio && figure.numerator.is_some();
            if over == Some(0.0) && !counted {
                assert_eq!(figure.value, None, "{} {}", indicator.code, figure.part);
            } else if over.is_none() {
                assert_eq!(
                    figure.value,
                    Some(0.0),
                    "{} {}",
                    indicator.code,
                    figure.part
                );
            }
        }
    }
}

#[test]
fn a_home_equipped_on_the_last_day_outside_of_a_period_is_not_of_it() {
    let mut village = Village::default();
    village.home(1, Some(date(2026, 3, 31)));
    village.home(2, Some(date(2026, 4, 1)));
    let march = Period::new(date(2026, 3, 1), date(2026, 4, 1));
    let answer = village.answer_for("households_installed", march);
    assert_eq!(answer.value("value", ""), Some(1.0));
}

#[test]
fn children_are_counted_in_equipped_homes_and_an_unknown_age_is_missing() {
    let mut village = Village::default();
    village.home(1, Some(date(2026, 2, 1)));
    village.home(2, None);
    for (number, (home, minority)) in [
        (1, Some(Minority::Under12)),
        (1, Some(Minority::From12To17)),
        (1, Some(Minority::Adult)),
        (1, None),
        (2, Some(Minority::Under12)),
    ]
    .into_iter()
    .enumerate()
    {
        village.data.persons.push(Person {
            person: key('p', number as u32),
            household: key('h', home),
            age_band: AgeBand::Unsaid,
            gender: Gender::Female,
            social_status: SocialStatus::Unsaid,
            minority,
        });
    }
    // Home 2 is not equipped. Of the four persons of home 1 two are children, one has no age.
    let answer = village.answer("children_concerned");
    assert_eq!(answer.value("value", ""), Some(2.0));
    assert_eq!(answer.value("value", "under_12"), Some(1.0));
    assert_eq!(answer.figures[0].missing.as_ref().unwrap().value, 1.0);
    assert_eq!(
        village.answer("persons_reached").value("value", ""),
        Some(4.0)
    );
    assert_eq!(
        village.answer("gender").value("value", "feminin"),
        Some(4.0)
    );
}

#[test]
fn take_up_is_signed_over_told() {
    let mut village = Village::default();
    village.data.programme.push(crate::dataset::Programme {
        programme: "P".into(),
        name: "P".into(),
        carrier: "C".into(),
        starts: year().from,
        ends: year().to,
        target_applications: 100,
        target_homes: 100,
        households_approached: Some(8),
        tariff_cents: None,
        demonstration: true,
    });
    village.home(1, Some(date(2026, 2, 1)));
    village.home(2, None);
    // One of eight signed.
    assert_eq!(
        village.answer("take_up_rate").value("value", ""),
        Some(0.125)
    );
}

#[test]
fn a_home_swapped_twice_has_three_handovers_and_no_day_counted_twice() {
    let mut village = Village::default();
    village.home(1, Some(date(2026, 1, 1)));
    village
        .stay(1, 1, date(2026, 1, 1), Some(date(2026, 3, 1)))
        .exit = Some(Exit::Swapped);
    village
        .stay(2, 1, date(2026, 3, 1), Some(date(2026, 6, 1)))
        .exit = Some(Exit::Swapped);
    village.stay(3, 1, date(2026, 6, 1), None).grade = Some(Grade::B);
    // One home, every day of the year once: 365. Three handovers, each known to month 12 only
    // for the first (1 January + 12 months = 1 January 2027): swapped.
    assert_eq!(
        village.answer("device_days_in_service").value("value", ""),
        Some(365.0)
    );
    let outcome = village.answer("exit_outcome");
    assert_eq!(outcome.value("value", "swapped"), Some(1.0));
    assert_eq!(outcome.value("handovers", ""), Some(1.0));
    let grades = village.answer("grade_at_handover");
    assert_eq!(grades.value("value", "b"), Some(1.0));
    assert_eq!(grades.figures[0].missing.as_ref().unwrap().value, 2.0);
}

#[test]
fn a_device_in_the_workshop_is_in_no_home_and_comes_back_as_the_same_handover() {
    let mut village = Village::default();
    village.home(1, Some(date(2026, 1, 1)));
    village.stay(1, 1, date(2026, 1, 1), Some(date(2026, 1, 11)));
    village.stay(1, 1, date(2026, 1, 21), None);
    let bench = village.stay(1, 1, date(2026, 1, 11), Some(date(2026, 1, 21)));
    bench.place = Place::Bench;
    bench.household = None;
    bench.site = Some("A".into());
    // January: 10 days, ten on the bench, 11 days from the 21st to the 31st: 21.
    let january = Period::new(date(2026, 1, 1), date(2026, 2, 1));
    let service = village.answer_for("device_days_in_service", january);
    assert_eq!(service.value("value", ""), Some(21.0));
    let outcome = village.answer("exit_outcome");
    assert_eq!(outcome.value("value", "kept"), Some(1.0));
    assert_eq!(outcome.value("handovers", ""), Some(1.0));
}

#[test]
fn intake_to_home_counts_to_the_first_handover_alone() {
    let mut village = Village::default();
    for (device, received) in [(1, date(2026, 1, 1)), (2, date(2026, 1, 6))] {
        village.data.devices.push(Device {
            device: key('d', device),
            kind: DeviceKind::Desktop,
            lot: None,
            received_on: Some(received),
            mass_g: Some(8500),
        });
        village.home(device, Some(date(2026, 1, 11)));
        village.stay(device, device, date(2026, 1, 11), None);
    }
    village.home(3, Some(date(2026, 5, 1)));
    village.data.placements[0].to = Some(date(2026, 4, 1));
    village.stay(1, 3, date(2026, 5, 1), None);
    // 10 and 5 days: median 7.5; rank 0.9 between 5 and 10: 9.5. The second home of device 1 is no first.
    let answer = village.answer("intake_to_home");
    assert_eq!(answer.value("median", ""), Some(7.5));
    assert_eq!(answer.value("p90", ""), Some(9.5));
    // Both stand in a home on 31 December: 17 kg.
    assert_eq!(village.answer("mass_reused").value("value", ""), Some(17.0));
}
