//! The measure itself: that it looks at nothing it may not know, and counts as it says.

use declic_common::timeline::Activity;

use super::home::{self, Absence, Consent, Failure, FailureKind, Home, HomeError, Stretch};
use super::score::{Row, score};
use super::watch::watch;
use super::world::world;
use crate::domain::rhythm::Calendar;
use crate::domain::rhythm::replay::Lived;

const HOUR: i64 = 3_600_000;
const DAY: i64 = 24 * HOUR;

/// When each home was called.
fn calls(lived: &[Lived]) -> Vec<Vec<i64>> {
    let of = |lived: &Lived| lived.gaps.iter().filter_map(|gap| gap.called_at).collect();
    lived.iter().map(of).collect()
}

#[test]
fn what_is_called_today_does_not_depend_on_tomorrow() {
    let calendar = Calendar::paris();
    let whole = world(1, 25);
    let stop = calendar.start_of(calendar.day_of(whole[0].handover).plus(260));
    let mut cut = whole.clone();
    for home in &mut cut {
        home.intervals.retain(|stretch| stretch.from < stop);
        for stretch in &mut home.intervals {
            stretch.to = stretch.to.min(stop);
        }
        home.absences.retain(|absence| absence.from < stop);
    }
    let before = |calls: Vec<Vec<i64>>| -> Vec<Vec<i64>> {
        let keep = |calls: Vec<i64>| calls.into_iter().filter(|at| *at < stop).collect();
        calls.into_iter().map(keep).collect()
    };
    let then = before(calls(&watch(&cut, &calendar)));
    assert!(
        then.iter().any(|calls| !calls.is_empty()),
        "nobody was called"
    );
    assert_eq!(then, before(calls(&watch(&whole, &calendar))));
}

#[test]
fn the_rule_sees_nothing_of_what_failed() {
    let calendar = Calendar::paris();
    let whole = world(2, 25);
    let mut unnamed = whole.clone();
    for home in &mut unnamed {
        home.home = "a home".to_owned();
        home.failure = None;
    }
    assert!(whole.iter().any(|home| home.failure.is_some()));
    let called = calls(&watch(&whole, &calendar));
    assert_eq!(called, calls(&watch(&unnamed, &calendar)));
}

#[test]
fn a_journal_that_comes_after_a_silence_tells_nothing_while_it_lasts() {
    let calendar = Calendar::paris();
    let whole = world(3, 25);
    let mut other = whole.clone();
    let mut changed = 0;
    for home in &mut other {
        // The last silence of each home, but for how it began.
        let last_life = home.intervals.iter().rposition(|i| i.state == Activity::On);
        for stretch in home.intervals.iter_mut().skip(last_life.unwrap() + 2) {
            stretch.state = Activity::Unknown;
            changed += 1;
        }
    }
    assert!(changed > 0);
    let called = calls(&watch(&whole, &calendar));
    assert_eq!(called, calls(&watch(&other, &calendar)));
}

#[test]
fn the_same_seed_is_the_same_world_and_comes_back_from_a_file() {
    let homes = world(4, 10);
    assert_eq!(homes, world(4, 10));
    assert_ne!(homes, world(5, 10));
    assert_eq!(home::read(&home::write(&homes)).unwrap(), homes);
}

#[test]
fn every_home_of_the_simulated_world_is_in_order() {
    for seed in 0..3 {
        for home in world(seed, 60) {
            let last = home.intervals.last().unwrap().to;
            assert_eq!(home.intervals[0].from, home.handover);
            assert!(
                home.intervals
                    .windows(2)
                    .all(|two| two[0].to == two[1].from)
            );
            assert!(
                home.failure
                    .is_none_or(|failure| (home.handover..last).contains(&failure.at))
            );
            let Some(failure) = home.failure else {
                continue;
            };
            let alive = |i: &&Stretch| i.state == Activity::On && i.to > failure.at;
            assert_eq!(
                home.intervals.iter().find(alive),
                None,
                "{} lives on",
                home.home
            );
        }
    }
}

/// On for an hour each noon from day 1 to `days`, off otherwise, and off until `end`.
fn daily(days: i64, end: i64, failure: Option<Failure>) -> Home {
    let stretch = |from, to, state| Stretch { from, to, state };
    let mut intervals = Vec::new();
    for day in 1..=days {
        let noon = day * DAY;
        let next = if day == days { end } else { noon + DAY };
        intervals.push(stretch(noon, noon + HOUR, Activity::On));
        intervals.push(stretch(noon + HOUR, next, Activity::Off));
    }
    Home {
        home: "daily".to_owned(),
        consent: Consent::Usage,
        handover: DAY,
        intervals,
        absences: Vec::new(),
        failure,
    }
}

fn row<'a>(rows: &'a [Row], rule: &str, kind: &str) -> &'a Row {
    rows.iter()
        .find(|row| row.rule == rule && row.kind == kind)
        .unwrap()
}

#[test]
fn a_fixed_threshold_is_counted_as_the_documents_say() {
    let end = 131 * DAY;
    let failure = Failure {
        kind: FailureKind::Dead,
        // It was to be started at noon of day 101.
        at: 101 * DAY,
    };
    let homes = [daily(100, end, Some(failure)), daily(130, end, None)];
    let rows = score(&homes, &watch(&homes, &Calendar::paris()));
    let month = 30.436_875;
    let one_day = row(&rows, "fixed_24h", "dead");
    assert_eq!((one_day.failures, one_day.found), (1, 1));
    // Silent since 13:00 of day 100; called at 13:00 of day 101.
    assert!((one_day.median_delay_days.unwrap() - 1.0 / 24.0).abs() < 1e-9);
    assert!((one_day.device_months - (100.0 + 130.0) / month).abs() < 1e-9);
    assert_eq!(one_day.false_alarms_per_100_device_months, 0.0);
    // Every night is a call, and the last one stands when the PC dies.
    let half_hour = row(&rows, "fixed_30m", "dead");
    let nights = half_hour.false_alarms_per_100_device_months * half_hour.device_months / 100.0;
    assert_eq!(nights.round() as i64, 100 + 130);
    assert_eq!(half_hour.median_delay_days, Some(0.0));
    let same = row(&rows, "fixed_same_rate", "all");
    let ours = row(&rows, "declic", "all");
    assert!(same.false_alarms_per_100_device_months <= ours.false_alarms_per_100_device_months);
    assert_eq!(ours.found, 1);
}

#[test]
fn what_is_not_found_is_never_left_out() {
    // Two fail alike; one of them a day before nobody looks any more.
    let failure = |day| {
        Some(Failure {
            kind: FailureKind::Cut,
            at: day * DAY,
        })
    };
    let homes = [
        daily(100, 131 * DAY, failure(101)),
        daily(129, 131 * DAY, failure(130)),
    ];
    let rows = score(&homes, &watch(&homes, &Calendar::paris()));
    let week = row(&rows, "fixed_7d", "cut");
    assert_eq!((week.failures, week.found), (2, 1));
    // One day was watched of the second one: it says nothing about the seventh day,
    // and whoever was watched then was found.
    assert!(week.median_delay_days.unwrap() > 6.0);
    let unfound = [daily(129, 131 * DAY, failure(130))];
    let rows = score(&unfound, &watch(&unfound, &Calendar::paris()));
    assert_eq!(row(&rows, "fixed_7d", "cut").median_delay_days, None);
}

#[test]
fn a_declared_absence_counts_for_no_rule() {
    let end = 131 * DAY;
    let mut away = daily(100, end, None);
    away.absences.push(Absence {
        from: 100 * DAY + 2 * HOUR,
        to: end,
    });
    let homes = [away];
    let rows = score(&homes, &watch(&homes, &Calendar::paris()));
    for rule in ["declic", "fixed_7d", "fixed_24h"] {
        let rate = row(&rows, rule, "all").false_alarms_per_100_device_months;
        assert_eq!(rate, 0.0, "{rule}");
    }
}

#[test]
fn a_home_that_cannot_be_read_is_told_with_its_line() {
    let good = home::write(&world(1, 1));
    let parse = |text: &str| home::read(text).unwrap_err();
    assert!(matches!(parse("\n \n"), HomeError::Empty));
    let text = format!("{good}{{\"home\":1}}");
    assert!(matches!(parse(&text), HomeError::NotAHome { line: 2, .. }));
    let line = |intervals: &str| {
        format!(r#"{{"home":"h","consent":true,"handover":0,"intervals":[{intervals}]}}"#)
    };
    let unknown = line(r#"{"from":0,"to":1,"state":"dancing"}"#);
    assert!(matches!(
        parse(&unknown),
        HomeError::NotAHome { line: 1, .. }
    ));
    let back = line(r#"{"from":5,"to":9,"state":"on"},{"from":8,"to":10,"state":"off"}"#);
    assert!(matches!(
        parse(&back),
        HomeError::BadOrder { line: 1, at: 8, .. }
    ));
    let empty = line(r#"{"from":5,"to":5,"state":"on"}"#);
    assert!(matches!(parse(&empty), HomeError::BadOrder { .. }));
    let before = line(r#"{"from":-5,"to":5,"state":"on"}"#);
    assert!(matches!(parse(&before), HomeError::BadTime { at: -5, .. }));
    // A home that was never heard of is a home.
    assert_eq!(home::read(&line("")).unwrap().len(), 1);
}

#[test]
fn a_simulated_year_has_few_calls_in_vain_and_finds_failures_before_a_fixed_threshold_does() {
    let homes = world(1001, 60);
    let rows = score(&homes, &watch(&homes, &Calendar::paris()));
    let (ours, fixed) = (
        row(&rows, "declic", "all"),
        row(&rows, "fixed_same_rate", "all"),
    );
    // Few homes, so a loose bound: the documents measure with many.
    assert!(ours.false_alarms_per_100_device_months < 2.0, "{ours:?}");
    assert!(ours.found * 10 > ours.failures * 8, "{ours:?}");
    assert!(
        ours.median_delay_days < fixed.median_delay_days,
        "{ours:?} {fixed:?}"
    );
}

#[test]
fn a_file_of_homes_in_any_state_is_measured_or_refused_by_its_line() {
    let mut homes = world(3, 6);
    for home in &mut homes {
        home.intervals.truncate(12);
    }
    let lines = homes
        .iter()
        .map(|home| home::write(std::slice::from_ref(home)).into_bytes());
    declic_tests::fuzz::fuzz("homes", lines.collect(), |bytes| {
        let text = String::from_utf8_lossy(bytes);
        match home::read(&text) {
            Ok(homes) => {
                assert_eq!(home::read(&home::write(&homes)).unwrap(), homes);
                score(&homes, &watch(&homes, &Calendar::paris()));
                format!("{} homes", homes.len())
            }
            Err(error) => error
                .to_string()
                .chars()
                .filter(|c| !c.is_ascii_digit())
                .collect(),
        }
    });
}
