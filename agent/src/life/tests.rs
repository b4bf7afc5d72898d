//! Lives of an agent, told one after the other on one disk.

use super::*;
use crate::spool::disk::Faults;
use EventKind::{AgentStart, PowerCut};
use tempfile::TempDir;

const HOUR: u64 = 3_600_000;
const DAY: u64 = 24 * HOUR;
/// 2026-03-01, device clock and controller clock alike unless a test says otherwise.
const MARCH: i64 = 1_772_323_200_000;
const Y2005: i64 = 1_104_537_600_000;

fn clocks(boot: u64, uptime_ms: u64, wall_ms: i64) -> Clocks {
    Clocks {
        boot_id: format!("{boot:08x}-0000-0000-0000-000000000000"),
        uptime_ms,
        awake_ms: uptime_ms,
        wall_ms,
    }
}

fn begin(dir: &TempDir, now: &Clocks) -> (Life, Vec<Event>) {
    Life::begin(dir.path(), now).unwrap()
}

fn kinds(events: &[Event]) -> Vec<EventKind> {
    events.iter().filter_map(|event| event.kind).collect()
}

#[test]
fn the_first_life_starts_in_boot_one() {
    let dir = TempDir::new().unwrap();
    let (life, events) = begin(&dir, &clocks(1, 5_000, MARCH));
    assert_eq!(kinds(&events), [EventKind::Boot, AgentStart]);
    assert_eq!(
        (events[0].uptime_ms, events[0].at),
        (Some(0), Some(MARCH - 5_000))
    );
    assert_eq!(events[1].clean, Some(true));
    assert_eq!((life.boot(), life.kept()), (1, Some(life.install())));
}

#[test]
fn an_agent_killed_and_restarted_is_no_power_cut() {
    let dir = TempDir::new().unwrap();
    let (life, _) = begin(&dir, &clocks(1, 5_000, MARCH));
    let install = life.install();
    drop(life);
    let (life, events) = begin(&dir, &clocks(1, 9_000, MARCH));
    assert_eq!(kinds(&events), [AgentStart]);
    assert_eq!(events[0].clean, Some(false));
    assert_eq!(
        (life.install(), life.boot(), life.continued()),
        (install, 1, true)
    );
}

#[test]
fn a_power_cut_is_found_at_the_next_start_and_dated_by_the_last_mark() {
    let dir = TempDir::new().unwrap();
    let (mut life, _) = begin(&dir, &clocks(1, 5_000, MARCH));
    life.alive(&clocks(1, 65_000, MARCH + 60_000));
    drop(life);
    let (life, events) = begin(&dir, &clocks(2, 7_000, Y2005));
    assert_eq!(kinds(&events), [PowerCut, EventKind::Boot, AgentStart]);
    assert_eq!(
        (events[0].boot, events[0].alive_ms),
        (Some(1), Some(65_000))
    );
    assert_eq!(events[0].at, Some(MARCH + 60_000));
    assert_eq!(
        (events[1].boot, life.boot(), life.continued()),
        (Some(2), 2, false)
    );
}

#[test]
fn a_boot_that_ended_in_good_order_was_not_cut() {
    for end in [End::Stopped, End::Shutdown] {
        let dir = TempDir::new().unwrap();
        let (mut life, _) = begin(&dir, &clocks(1, 5_000, MARCH));
        life.end(&clocks(1, 6_000, MARCH), end);
        // The machine takes a moment to go down.
        life.alive(&clocks(1, 7_000, MARCH));
        drop(life);
        let (_, events) = begin(&dir, &clocks(2, 7_000, MARCH));
        assert_eq!(kinds(&events), [EventKind::Boot, AgentStart], "{end:?}");
        assert_eq!(events[1].clean, Some(true));
    }
}

#[test]
fn a_damaged_state_begins_a_new_installation() {
    let dir = TempDir::new().unwrap();
    let (life, _) = begin(&dir, &clocks(1, 5_000, MARCH));
    let install = life.install();
    drop(life);
    let file = dir.path().join(FILE);
    let mut bytes = std::fs::read(&file).unwrap();
    bytes[20] ^= 4;
    std::fs::write(&file, bytes).unwrap();
    let (life, _) = begin(&dir, &clocks(1, 9_000, MARCH));
    assert_ne!(life.install(), install);
    assert!(!life.continued());
}

#[test]
fn two_agents_never_share_a_state() {
    let dir = TempDir::new().unwrap();
    let (_life, _) = begin(&dir, &clocks(1, 5_000, MARCH));
    let second = Life::begin(dir.path(), &clocks(1, 5_000, MARCH));
    assert_eq!(second.unwrap_err(), AlreadyRunning);
}

#[test]
fn a_boot_that_cannot_be_written_keeps_no_number_until_it_can() {
    let dir = TempDir::new().unwrap();
    begin(&dir, &clocks(1, 5_000, MARCH));
    let faults = Faults::default();
    faults.full_after(Some(20));
    let disk = Disk::failing(dir.path(), &faults);
    let (mut life, _) = Life::begin_on(disk, &clocks(2, 5_000, MARCH)).unwrap();
    assert_eq!((life.boot(), life.kept()), (2, None));
    faults.full_after(None);
    life.alive(&clocks(2, 65_000, MARCH));
    assert_eq!(life.kept(), Some(life.install()));
}

#[test]
fn a_kill_at_any_moment_of_writing_leaves_a_state_that_reads() {
    let dir = TempDir::new().unwrap();
    let (life, _) = begin(&dir, &clocks(1, 5_000, MARCH));
    let install = life.install();
    drop(life);
    for moment in 0..400 {
        let faults = Faults::default();
        faults.die_after(Some(moment));
        let disk = Disk::failing(dir.path(), &faults);
        let life = Life::begin_on(disk, &clocks(1, 5_000 + moment as u64, MARCH));
        assert_eq!(life.unwrap().0.install(), install, "killed at {moment}");
    }
}

#[test]
fn a_machine_put_back_to_an_earlier_moment_is_a_new_boot() {
    let dir = TempDir::new().unwrap();
    let (mut life, _) = begin(&dir, &clocks(1, 5_000, MARCH));
    life.alive(&clocks(1, 90_000, MARCH));
    let first = life.start();
    drop(life);
    let (life, _) = begin(&dir, &clocks(1, 40_000, MARCH));
    assert_eq!(life.boot(), 2);
    assert_ne!(life.start(), first);
}

/// Boots in a row, each as (controller time of its uptime zero, how far the
/// device clock is ahead, uptime at its end, whether a receipt came).
fn told(boots: &[(i64, i64, u64, bool)]) -> (TempDir, Life, Vec<Start>) {
    let dir = TempDir::new().unwrap();
    let mut starts = Vec::new();
    let mut last = None;
    for (n, &(zero, ahead, end, anchored)) in boots.iter().enumerate() {
        drop(last.take());
        let at = |uptime: u64| clocks(n as u64 + 1, uptime, zero + ahead + uptime as i64);
        let (mut life, _) = begin(&dir, &at(1_000));
        if anchored {
            life.anchor(zero + 2_000, &at(2_000));
        }
        life.alive(&at(end));
        starts.push(life.start());
        last = Some(life);
    }
    (dir, last.unwrap(), starts)
}

#[test]
fn within_a_boot_the_age_is_exact_whatever_the_clock_says() {
    let (_dir, life, starts) = told(&[(MARCH, -700 * DAY as i64, HOUR, false)]);
    let age = life.age(starts[0], 5_000, &clocks(1, 65_000, Y2005));
    assert_eq!((age.ms, age.estimated), (60_000, false));
}

#[test]
fn between_two_anchored_boots_the_age_is_exact() {
    let off = Y2005 - MARCH;
    let later = MARCH + 3 * DAY as i64;
    let (_dir, life, starts) = told(&[(MARCH, off, HOUR, true), (later, off, 1_000, true)]);
    let age = life.age(starts[0], 60_000, &clocks(2, HOUR, Y2005));
    assert_eq!((age.ms, age.estimated), (3 * DAY + HOUR - 60_000, false));
    assert_eq!(age.at_least_ms, HOUR + HOUR - 60_000);
}

#[test]
fn a_boot_without_an_anchor_is_placed_just_before_the_next() {
    let off = Y2005 - MARCH;
    let later = MARCH + 3 * DAY as i64;
    let (_dir, life, starts) = told(&[(MARCH, off, HOUR, false), (later, 0, 1_000, true)]);
    let age = life.age(starts[0], 60_000, &clocks(2, 10_000, later + 10_000));
    assert_eq!((age.ms, age.estimated), (10_000 + HOUR - 60_000, true));
}

#[test]
fn a_pc_with_a_good_clock_that_was_off_for_three_days_dates_its_backlog_rightly() {
    let (before, later) = (MARCH - DAY as i64, MARCH + 3 * DAY as i64);
    let boots = [
        (before, 0, HOUR, true),
        (MARCH, 0, HOUR, false),
        (later, 0, 1_000, true),
    ];
    let (_dir, life, starts) = told(&boots);
    let now = clocks(3, 10_000, later + 10_000);
    let age = life.age(starts[1], 60_000, &now);
    assert_eq!((age.ms, age.estimated), (3 * DAY + 10_000 - 60_000, true));
    // Nothing but the running time is sure.
    assert_eq!(age.at_least_ms, 10_000 + HOUR - 60_000);
}

#[test]
fn a_clock_that_was_never_proven_dates_nothing() {
    let later = MARCH + 3 * DAY as i64;
    let (_dir, life, starts) = told(&[(MARCH, 0, HOUR, false), (later, 0, 1_000, false)]);
    let now = clocks(2, 10_000, later + 10_000);
    assert_eq!(life.age(starts[0], 0, &now).ms, 10_000 + HOUR);
    assert_eq!(life.controller_now(&now), None);
}

#[test]
fn a_clock_that_runs_ahead_of_the_next_boot_is_not_believed() {
    let day = DAY as i64;
    let boots = [
        (MARCH, 900 * day, HOUR, false),
        (MARCH + day, 0, 1_000, true),
    ];
    let (_dir, life, starts) = told(&boots);
    let age = life.age(starts[0], 0, &clocks(2, 10_000, MARCH + day + 10_000));
    assert_eq!((age.ms, age.estimated), (10_000 + HOUR, true));
}

#[test]
fn what_is_older_than_all_memory_is_older_than_the_oldest_boot() {
    let (_dir, life, _) = told(&[(MARCH, 0, HOUR, true), (MARCH + DAY as i64, 0, 1_000, true)]);
    let age = life.age(Start::from_bits(99), 0, &clocks(2, 5_000, MARCH));
    assert_eq!((age.ms, age.estimated), (DAY + 5_000, true));
    assert_eq!(age.at_least_ms, HOUR + 5_000);
}

#[test]
fn the_time_of_the_controller_is_known_from_a_receipt_or_from_a_clock_that_proved_right() {
    let later = MARCH + DAY as i64;
    let (_dir, life, _) = told(&[(MARCH, Y2005 - MARCH, HOUR, true)]);
    let now = clocks(1, 2 * HOUR, Y2005);
    assert_eq!(life.controller_now(&now), Some(MARCH + 2 * HOUR as i64));

    let (_dir, life, _) = told(&[(MARCH, 0, HOUR, true), (later, 0, 1_000, false)]);
    let now = clocks(2, 5_000, later + 5_000);
    assert_eq!(life.controller_now(&now), Some(later + 5_000));
    // The battery died over night.
    assert_eq!(life.controller_now(&clocks(2, 5_000, Y2005)), None);
}

#[test]
fn the_receipt_that_travelled_fastest_is_the_anchor() {
    let (_dir, mut life, _) = told(&[(MARCH, 0, 5_000, true)]);
    let now = |s: u64| clocks(1, s * 1000, MARCH);
    // 30 s late.
    life.anchor(MARCH + 10_000, &now(40));
    assert_eq!(life.controller_now(&now(60)), Some(MARCH + 60_000));
    life.anchor(-5, &now(61));
    life.anchor(i64::MAX, &now(61));
    assert_eq!(life.controller_now(&now(60)), Some(MARCH + 60_000));
}

#[test]
fn old_boots_are_forgotten_unless_a_message_needs_them() {
    let boots: Vec<_> = (0..100)
        .map(|n| (MARCH + n * DAY as i64, 0, HOUR, true))
        .collect();
    let (_dir, mut life, starts) = told(&boots);
    life.remember_only(&HashSet::from([starts[3]]));
    assert_eq!(life.state.boots.len(), BOOTS + 1);
    assert_eq!(life.state.boots[0].start, starts[3]);
}
