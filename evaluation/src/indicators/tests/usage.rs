use jiff::civil::date;

use super::Village;
use super::village::{key, year};
use crate::calendar::Period;
use crate::dataset::{Outage, Silence};
use crate::indicators::Figure;
use crate::vocabulary::*;

fn parts(figure: &Figure) -> (f64, f64, f64) {
    let value = |count: &Option<crate::indicators::Count>| count.as_ref().unwrap().value;
    (
        value(&figure.numerator),
        value(&figure.denominator),
        value(&figure.missing),
    )
}

#[test]
fn ten_minutes_make_an_active_day_and_nine_do_not() {
    let mut village = Village::default();
    village.equipped(1, date(2026, 12, 30));
    let first = Period::new(date(2026, 12, 30), date(2026, 12, 31));
    let second = Period::new(date(2026, 12, 31), date(2027, 1, 1));
    village.days(1, 1, first, Some(10), true);
    village.days(1, 1, second, Some(9), true);
    assert_eq!(
        parts(&village.answer("active_days").figures[0]),
        (1.0, 2.0, 0.0)
    );
}

#[test]
fn consent_withdrawn_half_way_makes_the_rest_missing_and_never_zero() {
    let mut village = Village::default();
    village.equipped(1, date(2026, 12, 22));
    village.days(
        1,
        1,
        Period::new(date(2026, 12, 22), date(2026, 12, 27)),
        Some(60),
        true,
    );
    village.days(
        1,
        1,
        Period::new(date(2026, 12, 27), date(2027, 1, 1)),
        None,
        false,
    );
    // Ten days in service: five known and active, five missing.
    let active = village.answer("active_days");
    assert_eq!(parts(&active.figures[0]), (5.0, 5.0, 5.0));
    // 60 minutes are in the band from 1 to 2 hours.
    assert_eq!(
        village.answer("powered_hours").value("value", "1_to_2"),
        Some(5.0)
    );
    // Connected days count that home as missing too, although its exchanges are known.
    assert_eq!(
        parts(&village.answer("connected_days").figures[0]),
        (5.0, 5.0, 5.0)
    );
    // The week of 21 December holds the day of the withdrawal (Sunday 27): missing, as is the next.
    let weeks = village.answer("weekly_active_rate");
    assert_eq!(parts(&weeks.figures[0]), (0.0, 0.0, 1.0));
    assert_eq!(weeks.figures[0].value, None);
    // Completeness belongs to maintenance: all ten days are known.
    assert_eq!(
        village.answer("data_completeness").value("value", ""),
        Some(1.0)
    );
}

#[test]
fn the_long_day_of_october_may_be_on_for_25_hours() {
    let mut village = Village::default();
    village.equipped(1, date(2026, 10, 25));
    let days = Period::new(date(2026, 10, 24), date(2026, 10, 26));
    village.days(
        1,
        1,
        Period::new(date(2026, 10, 25), date(2026, 10, 26)),
        Some(1500),
        true,
    );
    // 24 October is before the handover: one device-day, on for 1500 of its 1500 minutes.
    let service = village.answer_for("device_days_in_service", days);
    assert_eq!(service.value("value", ""), Some(1.0));
    let on = village.answer_for("connectivity_when_on", days);
    assert_eq!(parts(&on.figures[0]), (1500.0, 1500.0, 0.0));
    village.data.devices.push(crate::dataset::Device {
        device: key('d', 1),
        kind: DeviceKind::Laptop,
        lot: None,
        received_on: None,
        mass_g: None,
    });
    village.data.sites.clear();
    let wrong = crate::dataset::check::contradictions(&village.data);
    assert!(
        wrong.iter().all(|one| one.table != "device_days"),
        "{wrong:?}"
    );
    // The day after has 1440 minutes.
    village.data.device_days[0].day = date(2026, 10, 26);
    let wrong = crate::dataset::check::contradictions(&village.data);
    assert!(
        wrong
            .iter()
            .any(|one| one.what.contains("longer than the day")),
        "{wrong:?}"
    );
}

#[test]
fn retention_counts_only_homes_that_could_have_come_so_far() {
    let mut village = Village::default();
    // Home 1 reaches month 11 on 1 December and month 12 on 1 January; home 2 month 1 on 15 December.
    village.equipped(1, date(2026, 1, 1));
    village.equipped(2, date(2026, 11, 15));
    // Home 3 left before its month 2; home 4 lets nothing be known.
    village.equipped(3, date(2026, 1, 1));
    village.data.households[2].left_on = Some(date(2026, 2, 15));
    village.equipped(4, date(2026, 1, 1));
    village.days(1, 1, year(), Some(0), true);
    village.data.device_days[20].on_minutes = Some(300);
    village.days(
        2,
        2,
        Period::new(date(2026, 11, 15), date(2027, 1, 1)),
        Some(120),
        true,
    );
    village.days(
        3,
        3,
        Period::new(date(2026, 1, 1), date(2026, 2, 15)),
        Some(30),
        true,
    );
    village.days(4, 4, year(), None, false);
    let answer = village.answer("retention");
    let month = |n: &str| parts(answer.figure("value", n).unwrap());
    // Month 1: homes 1 (21 January), 2 and 3 active; home 4 missing.
    assert_eq!(month("1"), (3.0, 3.0, 1.0));
    // Month 2: home 1 was off in February; 2 cannot have come so far, 3 left; 4 missing.
    assert_eq!(month("2"), (0.0, 1.0, 1.0));
    assert_eq!(month("12"), (0.0, 1.0, 1.0));
    assert_eq!(answer.value("value", "1"), Some(1.0));
    assert_eq!(answer.value("low", "1"), Some(0.75));
    assert_eq!(answer.value("high", "2"), Some(0.5));
}

#[test]
fn a_swapped_home_stays_active_through_its_second_device() {
    let mut village = Village::default();
    village.home(1, Some(date(2026, 1, 1)));
    village
        .stay(1, 1, date(2026, 1, 1), Some(date(2026, 1, 10)))
        .exit = Some(Exit::Swapped);
    village.stay(2, 1, date(2026, 1, 10), None);
    village.days(
        1,
        1,
        Period::new(date(2026, 1, 1), date(2026, 1, 10)),
        Some(0),
        true,
    );
    village.days(
        2,
        1,
        Period::new(date(2026, 1, 10), date(2026, 2, 1)),
        Some(90),
        true,
    );
    assert_eq!(village.answer("retention").value("value", "1"), Some(1.0));
    // Device 1 never started, and was not 14 days there: its days known are all inactive, so it counts.
    assert_eq!(
        parts(&village.answer("never_started").figures[0]),
        (1.0, 2.0, 0.0)
    );
}

#[test]
fn a_handover_less_than_14_days_ago_is_not_yet_judged() {
    let mut village = Village::default();
    village.equipped(1, date(2026, 12, 19));
    village.days(
        1,
        1,
        Period::new(date(2026, 12, 19), date(2027, 1, 1)),
        Some(0),
        true,
    );
    // 19 December + 14 days is 2 January: after the period.
    assert_eq!(
        parts(&village.answer("never_started").figures[0]),
        (0.0, 0.0, 0.0)
    );
}

#[test]
fn a_day_of_which_nothing_arrived_is_unknown() {
    let mut village = Village::default();
    village.equipped(1, date(2026, 12, 30));
    village.days(
        1,
        1,
        Period::new(date(2026, 12, 30), date(2026, 12, 31)),
        Some(0),
        true,
    );
    village.data.device_days[0].longest_unknown_minutes = Some(121);
    // Two days in service; one has two hours and a minute unknown, the other no row at all.
    let answer = village.answer("data_completeness");
    assert_eq!(parts(&answer.figures[0]), (0.0, 2.0, 0.0));
    assert_eq!(
        parts(&village.answer("active_days").figures[0]),
        (0.0, 1.0, 1.0)
    );
    assert_eq!(village.answer("weekly_active_rate").figures[0].value, None);
}

#[test]
fn an_outage_of_24_hours_is_not_longer_than_24_hours() {
    let mut village = Village::default();
    for (minutes, recovered) in [(1440, true), (1441, true), (4320, true), (9000, false)] {
        village.data.outages.push(Outage {
            device: key('d', 1),
            household: key('h', 1),
            from: date(2026, 5, 1),
            lasted_minutes: minutes,
            cause: OutageCause::Dns,
            recovered,
        });
    }
    let long = village.answer("outages_long");
    assert_eq!(long.value("value", ""), Some(3.0));
    assert_eq!(long.value("value", "dns"), Some(3.0));
    // 24.0167 and 72 hours; the one that lasts is missing.
    let restore = village.answer("restore_time");
    assert!((restore.value("median", "").unwrap() - 48.008_333).abs() < 1e-5);
    assert_eq!(restore.figures[0].missing.as_ref().unwrap().value, 1.0);
}

#[test]
fn a_device_that_fell_silent_twice_is_one_with_the_cause_of_the_longer() {
    let mut village = Village::default();
    let spells = [
        (date(2026, 2, 1), Some(date(2026, 2, 8)), SilenceCause::Off),
        (
            date(2026, 3, 1),
            Some(date(2026, 3, 21)),
            SilenceCause::Fault,
        ),
    ];
    for (from, to, cause) in spells {
        village.data.silences.push(Silence {
            device: key('d', 1),
            household: key('h', 1),
            from,
            to,
            cause,
        });
    }
    let answer = village.answer("silent_devices");
    let value = |dimension: &str, cause: &str| {
        let mut figures = answer.figures.iter();
        figures
            .find(|one| one.dimension == dimension && one.category == cause)
            .unwrap()
            .value
    };
    assert_eq!(value("silent_7_days", ""), Some(1.0));
    assert_eq!(value("silent_7_days", "fault"), Some(1.0));
    assert_eq!(value("silent_7_days", "off"), Some(0.0));
    assert_eq!(value("silent_30_days", ""), Some(0.0));
}
