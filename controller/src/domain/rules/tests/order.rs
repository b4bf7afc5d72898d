//! What all rules keep: one ticket, closed by itself, opened again, and nothing
//! from repeats, restarts, stale reports or silenced homes.

use declic_common::ticket::{Change, Repair, TicketState};

use super::*;

const GB: u64 = 1_000_000_000;
const QUARTER: i64 = 15 * MINUTE_MS;

fn full() -> Value {
    disk(GB, 100 * GB)
}

fn roomy() -> Value {
    disk(50 * GB, 100 * GB)
}

/// A home whose disk is full, with its ticket.
fn with_ticket() -> Play {
    let mut play = Play::of(Cause::DiskFull);
    play.hear_often(3, QUARTER, &full());
    assert!(play.ticket.is_some());
    play
}

#[test]
fn a_ticket_opens_at_the_third_bad_report_and_there_is_one() {
    let mut play = Play::of(Cause::DiskFull);
    let actions = play.hear_often(50, QUARTER, &full());
    assert_eq!(actions[..2], [Action::Nothing, Action::Nothing]);
    assert!(matches!(actions[2], Action::Open(_)));
    assert_eq!(opened(&actions), 1);
    let evidence = play.ticket.unwrap().evidence.unwrap();
    let fact = &evidence.facts[0];
    assert_eq!(evidence.at, NOW + 3 * QUARTER);
    assert_eq!(fact.name, "disk_system_free_bytes");
    assert_eq!(
        (fact.value, fact.limit),
        (1_000_000_000, Some(5_000_000_000))
    );
}

#[test]
fn the_same_report_looked_at_a_thousand_times_counts_once() {
    let mut play = Play::of(Cause::DiskFull);
    play.hear(0, full());
    assert!(!play.wait(1_000, 30_000));
    // Nor does a restart, which forgets nothing and learns nothing.
    play.listening_since = play.now;
    assert!(!play.wait(10, 30_000));
}

#[test]
fn a_value_that_flickers_opens_nothing_and_closes_nothing() {
    let mut play = Play::of(Cause::DiskFull);
    for _ in 0..20 {
        let actions = play.hear_often(2, QUARTER, &full());
        assert_eq!(opened(&actions), 0);
        play.hear(QUARTER, roomy());
    }
    let mut play = with_ticket();
    for _ in 0..20 {
        play.hear_often(2, QUARTER, &roomy());
        play.hear(QUARTER, full());
    }
    assert_eq!(play.ticket.unwrap().version, 1);
}

#[test]
fn between_bad_and_good_nothing_changes() {
    let between = disk(6 * GB, 100 * GB);
    let mut play = Play::of(Cause::DiskFull);
    assert_eq!(opened(&play.hear_often(20, QUARTER, &between)), 0);
    let mut play = with_ticket();
    play.hear_often(20, QUARTER, &between);
    assert!(play.ticket.unwrap().is_open());
}

#[test]
fn a_ticket_closes_by_itself_and_opens_again_when_its_cause_returns() {
    let mut play = with_ticket();
    let actions = play.hear_often(3, QUARTER, &roomy());
    assert_eq!(actions[2], Action::Close);
    assert_eq!(play.watch, None, "a healthy home leaves nothing to keep");
    play.now += 5 * DAY_MS;
    assert!(matches!(
        play.hear_often(3, QUARTER, &full())[2],
        Action::Reopen(_)
    ));
    assert_eq!(play.ticket.as_ref().unwrap().returns, 1);
    // Much later it is another matter.
    play.hear_often(3, QUARTER, &roomy());
    play.now += 31 * DAY_MS;
    assert!(matches!(
        play.hear_often(3, QUARTER, &full())[2],
        Action::Open(_)
    ));
}

#[test]
fn what_a_technician_solved_returns_only_with_new_readings() {
    let mut play = with_ticket();
    play.change(&Change::Solve {
        repair: Repair::Fixed,
        barrier: None,
    });
    // The last report is still that of before.
    assert!(!play.wait(100, 30_000));
    let actions = play.hear_often(3, QUARTER, &full());
    assert_eq!(opened(&actions[..2]), 0);
    assert!(matches!(actions[2], Action::Reopen(_)));
}

#[test]
fn what_stays_solved_is_closed() {
    let mut play = with_ticket();
    play.change(&Change::Solve {
        repair: Repair::Fixed,
        barrier: None,
    });
    play.now += 8 * DAY_MS;
    play.look();
    assert_eq!(play.ticket.unwrap().state, TicketState::Closed);
}

#[test]
fn a_report_of_another_day_or_of_tomorrow_says_nothing() {
    for off in [-4 * DAY_MS, 2 * MINUTE_MS, 400 * DAY_MS] {
        let mut play = Play::of(Cause::DiskFull);
        for _ in 0..10 {
            play.hear(QUARTER, full());
            play.watch = None;
            play.reported_at = play.now + off;
            assert_eq!(play.look(), Action::Nothing);
            assert_eq!(play.watch, None, "{off}");
        }
    }
}

#[test]
fn a_clock_that_was_ahead_for_a_while_does_not_blind_a_rule() {
    let mut play = Play::of(Cause::DiskFull);
    play.now += 400 * DAY_MS;
    play.hear(0, full());
    play.now -= 400 * DAY_MS;
    let actions = play.hear_often(5, QUARTER, &full());
    assert_eq!(opened(&actions), 1);
}

#[test]
fn a_silenced_home_gets_no_ticket_until_the_silence_ends() {
    let mut play = Play::of(Cause::DiskFull);
    play.silenced = true;
    assert_eq!(opened(&play.hear_often(30, QUARTER, &full())), 0);
    play.silenced = false;
    assert_eq!(opened(&play.hear_often(1, QUARTER, &full())), 1);
}

#[test]
fn a_rule_that_is_switched_off_closes_what_it_opened() {
    let mut play = with_ticket();
    play.thresholds = Thresholds::parse("[disk_full]\nenabled = false").unwrap();
    assert_eq!(play.hear(QUARTER, full()), Action::Close);
    assert_eq!(opened(&play.hear_often(9, QUARTER, &full())), 0);
}

#[test]
fn every_cause_of_the_rules_has_its_rule_in_order_of_harm() {
    let rules: Vec<_> = RULES.iter().map(|rule| rule.cause).collect();
    let causes: Vec<_> = Cause::of_rules().collect();
    assert_eq!(rules, causes);
}

#[test]
fn a_device_that_says_nothing_at_all_raises_nothing() {
    for cause in Cause::of_rules() {
        for report in [None, Some(json!({}))] {
            let mut play = Play::of(cause);
            play.report = report.map(|report| serde_json::from_value(report).unwrap());
            assert!(!play.wait(500, HOUR_MS), "{cause}");
        }
    }
}

#[test]
fn the_page_for_technicians_names_every_rule_with_its_priority_worst_first() {
    let page = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/tickets.md");
    let page = std::fs::read_to_string(page).unwrap();
    let told: Vec<(&str, &str)> = page
        .lines()
        .filter_map(|line| line.strip_prefix("| `")?.strip_suffix(" |"))
        .filter_map(|line| Some((line.split('`').next()?, line.rsplit(" | ").next()?)))
        .filter(|(word, _)| Cause::from_word(word).is_some())
        .collect();
    let thresholds = Thresholds::default();
    let rules: Vec<_> = RULES
        .iter()
        .map(|rule| {
            let priority = (rule.hysteresis)(&thresholds).priority;
            (rule.cause.as_str(), priority.as_str())
        })
        .collect();
    assert_eq!(told, rules);
}
