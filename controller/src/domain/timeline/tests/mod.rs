mod any;

use std::collections::BTreeSet;

use declic_common::InstallId;
use declic_common::timeline::Activity;
use proptest::prelude::*;

use super::*;

const MIN: i64 = 60_000;
const HOUR: i64 = 60 * MIN;
const T0: i64 = 1_790_000_000_000;

fn told(at: i64, what: What) -> Told {
    Told {
        at: at as u64,
        what,
    }
}

fn facts(runs: &[(i64, Activity)], words: &[(i64, What)]) -> Facts {
    let mut facts = Facts::default();
    for (at, rung) in runs {
        facts.add_run(Run::of_report(*at as u64, Some(900), *rung));
    }
    for (at, what) in words {
        facts.add_told(told(*at, *what));
    }
    facts
}

fn boot(n: u32, zero: Option<i64>, facts: Facts) -> Boot {
    Boot {
        install: InstallId::from_bits(1),
        boot: n,
        zero,
        facts,
    }
}

fn evidence(hours: i64, boots: Vec<Boot>) -> Evidence {
    Evidence {
        since: T0,
        now: T0 + hours * HOUR,
        boots,
        ..Evidence::default()
    }
}

/// Reports every quarter of an hour between two moments of a boot.
fn reports(from: i64, to: i64) -> Vec<(i64, Activity)> {
    let every = 15 * MIN;
    let times = (0..).map(|n| from + n * every).take_while(|at| *at <= to);
    times.map(|at| (at, Activity::On)).collect()
}

/// The intervals, in minutes since the beginning.
fn minutes(evidence: &Evidence) -> Vec<(i64, i64, Activity)> {
    let since = |at: i64| (at - evidence.since) / MIN;
    let intervals = derive(evidence).into_iter();
    intervals
        .map(|part| (since(part.from), since(part.to), part.activity))
        .collect()
}

#[test]
fn an_ordinary_day_is_on_asleep_and_off() {
    let day = facts(
        &[reports(0, 60 * MIN), reports(180 * MIN, 240 * MIN)].concat(),
        &[
            (MIN / 2, What::Start),
            (61 * MIN, What::Suspend),
            (
                180 * MIN,
                What::Resume {
                    slept_ms: Some(118 * 60_000),
                },
            ),
            (245 * MIN, What::Stop),
            (245 * MIN, What::Shutdown),
        ],
    );
    let evidence = evidence(8, vec![boot(1, Some(T0 + HOUR), day)]);
    assert_eq!(
        minutes(&evidence),
        [
            (0, 60, Activity::Unknown),
            (60, 122, Activity::On),
            (122, 240, Activity::Asleep),
            (240, 305, Activity::On),
            (305, 480, Activity::Off),
        ]
    );
}

#[test]
fn a_power_cut_lasts_until_the_next_start() {
    let first = facts(
        &reports(0, 60 * MIN),
        &[(0, What::Start), (70 * MIN, What::PowerCut)],
    );
    let second = facts(&reports(MIN, MIN), &[(MIN, What::Start)]);
    let mut evidence = evidence(
        4,
        vec![
            boot(1, Some(T0), first),
            boot(2, Some(T0 + 2 * HOUR), second),
        ],
    );
    evidence.now = T0 + 2 * HOUR + 2 * MIN;
    assert_eq!(
        minutes(&evidence),
        [
            (0, 70, Activity::On),
            (70, 120, Activity::PowerCut),
            (120, 122, Activity::On),
        ]
    );
}

#[test]
fn what_no_report_and_no_journal_tells_is_unknown() {
    // The journal of the end of the first boot was lost.
    let first = facts(&reports(0, 60 * MIN), &[(0, What::Start)]);
    let third = facts(
        &reports(0, 30 * MIN),
        &[(0, What::Start), (31 * MIN, What::Stop)],
    );
    let evidence = evidence(
        6,
        vec![
            boot(1, Some(T0), first),
            boot(3, Some(T0 + 4 * HOUR), third),
        ],
    );
    assert_eq!(
        minutes(&evidence),
        [
            (0, 60, Activity::On),
            (60, 240, Activity::Unknown),
            (240, 271, Activity::On),
            (271, 360, Activity::Stopped),
        ]
    );
}

#[test]
fn the_lowest_rung_that_fails_is_shown_from_the_moment_when_it_was_found() {
    let mut runs = reports(0, 60 * MIN);
    runs.extend([75, 90].map(|at| (at * MIN, Activity::GatewayDown)));
    runs.extend(reports(100 * MIN, 160 * MIN));
    let boot_facts = facts(
        &runs,
        &[
            (0, What::Start),
            (0, What::Rung(Activity::On)),
            (62 * MIN, What::Rung(Activity::GatewayDown)),
            (100 * MIN, What::Rung(Activity::On)),
        ],
    );
    let mut evidence = evidence(3, vec![boot(1, Some(T0), boot_facts)]);
    evidence.live.connected_since = Some(T0);
    assert_eq!(
        minutes(&evidence),
        [
            (0, 62, Activity::On),
            (62, 100, Activity::GatewayDown),
            (100, 180, Activity::On),
        ]
    );
}

#[test]
fn a_report_is_believed_where_a_part_of_the_journal_is_missing() {
    // The recovery was never told: the next good report ends it.
    let lost = facts(
        &reports(0, 10 * HOUR),
        &[(0, What::Start), (60 * MIN, What::Rung(Activity::DnsDown))],
    );
    let parts = minutes(&evidence(10, vec![boot(1, Some(T0), lost)]));
    assert_eq!(parts[1], (60, 90, Activity::DnsDown));
    assert_eq!(parts[2].2, Activity::On);
    // The failure was never told: the report says it.
    let mut runs = reports(0, 60 * MIN);
    runs.push((75 * MIN, Activity::LinkDown));
    let lost = facts(&runs, &[(0, What::Rung(Activity::On))]);
    let parts = minutes(&evidence(1, vec![boot(1, Some(T0), lost)]));
    assert_eq!(parts.last().unwrap().2, Activity::LinkDown);
}

#[test]
fn an_agent_that_was_killed_was_stopped_and_the_machine_went_on() {
    let killed = facts(
        &[reports(0, 60 * MIN), reports(180 * MIN, 195 * MIN)].concat(),
        &[(0, What::Start), (180 * MIN, What::Start)],
    );
    let mut evidence = evidence(3, vec![boot(1, Some(T0), killed)]);
    evidence.now = T0 + 195 * MIN;
    assert_eq!(
        minutes(&evidence),
        [
            (0, 60, Activity::On),
            (60, 180, Activity::Stopped),
            (180, 195, Activity::On),
        ]
    );
}

#[test]
fn an_agent_installed_on_a_running_machine_did_not_run_before() {
    let late = facts(&reports(5 * HOUR, 6 * HOUR), &[(5 * HOUR, What::Start)]);
    let evidence = evidence(6, vec![boot(1, Some(T0), late)]);
    assert_eq!(
        minutes(&evidence),
        [(0, 300, Activity::Stopped), (300, 360, Activity::On)]
    );
}

#[test]
fn a_boot_without_a_date_ended_just_before_the_next_one() {
    let undated = facts(&[], &[(0, What::Start), (40 * MIN, What::PowerCut)]);
    let next = facts(&reports(0, 0), &[(0, What::Start)]);
    let mut evidence = evidence(
        2,
        vec![boot(1, None, undated), boot(2, Some(T0 + HOUR), next)],
    );
    evidence.now = T0 + HOUR;
    // Its last minutes are proven, the others are not.
    let expected = [(0, 43, Activity::Unknown), (43, 60, Activity::On)];
    assert_eq!(minutes(&evidence), expected);
}

#[test]
fn an_absence_of_the_controller_is_never_a_fault_of_the_home() {
    let mut runs = reports(0, 60 * MIN);
    runs.extend([75, 90, 105].map(|at| (at * MIN, Activity::InternetDown)));
    let beyond = facts(
        &runs,
        &[
            (0, What::Start),
            (61 * MIN, What::Rung(Activity::InternetDown)),
            (105 * MIN, What::Rung(Activity::LinkDown)),
            (110 * MIN, What::Stop),
        ],
    );
    let mut evidence = evidence(2, vec![boot(1, Some(T0), beyond)]);
    evidence.now = T0 + 110 * MIN;
    evidence.absences = vec![Absence {
        from: T0 + 60 * MIN,
        to: T0 + 108 * MIN,
    }];
    assert_eq!(
        minutes(&evidence),
        [
            (0, 61, Activity::On),
            (61, 105, Activity::ControllerDown),
            // A cable is a cable.
            (105, 110, Activity::LinkDown),
        ]
    );
}

#[test]
fn a_device_that_is_not_late_is_on_and_one_that_was_lost_is_on_no_more() {
    let running = facts(&reports(0, 60 * MIN), &[(0, What::Start)]);
    let mut evidence = evidence(1, vec![boot(1, Some(T0), running)]);
    evidence.now = T0 + 70 * MIN;
    assert_eq!(minutes(&evidence), [(0, 70, Activity::On)]);
    evidence.live.lost_at = Some(T0 + 65 * MIN);
    assert_eq!(
        minutes(&evidence),
        [(0, 65, Activity::On), (65, 70, Activity::Unknown)]
    );
    evidence.now = T0 + 120 * MIN;
    assert_eq!(minutes(&evidence)[0], (0, 60, Activity::On));
}

#[test]
fn a_new_session_says_nothing_of_the_time_before_it() {
    let old = facts(&reports(0, 60 * MIN), &[(0, What::Start)]);
    let mut evidence = evidence(10, vec![boot(1, Some(T0), old)]);
    evidence.live.connected_since = Some(T0 + 9 * HOUR);
    assert_eq!(
        minutes(&evidence),
        [
            (0, 60, Activity::On),
            (60, 540, Activity::Unknown),
            (540, 600, Activity::On),
        ]
    );
    evidence.boots.clear();
    assert_eq!(minutes(&evidence)[1], (540, 600, Activity::On));
}

#[test]
fn a_pause_covers_what_lies_in_it_even_in_the_next_boot() {
    let until = Some(5 * HOUR as u64);
    let asked = facts(
        &reports(0, 60 * MIN),
        &[
            (0, What::Start),
            (60 * MIN, What::Pause { until }),
            (61 * MIN, What::Shutdown),
        ],
    );
    let next = facts(
        &[],
        &[(MIN, What::Start), (HOUR, What::Pause { until: None })],
    );
    let evidence = evidence(
        3,
        vec![boot(1, Some(T0), asked), boot(2, Some(T0 + 90 * MIN), next)],
    );
    let parts = minutes(&evidence);
    assert!(parts.contains(&(60, 150, Activity::Paused)), "{parts:?}");
}
