//! What each report-based rule finds bad, good, and neither.

use super::*;

/// What happens when a home reports this every hour for two days.
fn raised(cause: Cause, report: &Value) -> bool {
    let mut play = Play::of(cause);
    opened(&play.hear_often(96, HOUR_MS, report)) == 1
}

#[test]
fn each_rule_raises_what_it_is_for_and_nothing_else() {
    let gb = 1_000_000_000_u64;
    let home = |free: u64| {
        json!({"disks": [{"class": "system", "free_bytes": 60 * gb, "total_bytes": 120 * gb},
        {"class": "home", "free_bytes": free, "total_bytes": 1000 * gb}]})
    };
    let boot = json!({"disks": [{"class": "other", "free_bytes": 1, "total_bytes": gb}]});
    let memory = |available: u64, swap_free: u64, swap_total: u64| {
        json!({"memory": {
        "total_bytes": 4 * gb, "available_bytes": available,
        "swap_free_bytes": swap_free, "swap_total_bytes": swap_total}})
    };
    let heat = |sensor: &str, celsius: i64| json!({"temperatures": [{"sensor": sensor, "millicelsius": celsius * 1000}]});
    let warm_disk = json!({"slow": {"smart": [{"disk": "0123abcd", "celsius": 61}]}});
    let slow = |slow: Value| json!({ "slow": slow });
    let agent = |version: &str| json!({"agent": {"version": version}});
    for (cause, report, bad) in [
        (Cause::DiskFull, home(gb), true),
        (Cause::DiskFull, home(25 * gb), true),
        (Cause::DiskFull, home(40 * gb), false),
        (Cause::DiskFull, boot, false),
        (Cause::DiskFull, json!({"agent": {"disk_full": true}}), true),
        (
            Cause::DiskFull,
            json!({"agent": {"disk_full": false}}),
            false,
        ),
        (Cause::MemoryStarving, memory(gb / 100, 0, 0), true),
        (Cause::MemoryStarving, memory(gb / 100, gb / 10, gb), true),
        (Cause::MemoryStarving, memory(gb / 100, gb, gb), false),
        (Cause::MemoryStarving, memory(gb, 0, gb), false),
        (Cause::Overheating, heat("cpu", 96), true),
        (Cause::Overheating, heat("cpu", 80), false),
        (Cause::Overheating, heat("disk", 60), true),
        (Cause::Overheating, heat("board", 127), false),
        (Cause::Overheating, warm_disk, true),
        (Cause::AgentOutdated, agent("0.1.9"), false),
        (Cause::AgentOutdated, agent("0.2.0-rc1"), false),
        (Cause::AgentOutdated, agent("nightly"), false),
    ] {
        assert_eq!(raised(cause, &report), bad, "{cause} {report}");
    }
    // The slow ones need days.
    for (cause, report, days, bad) in [
        (Cause::AgentOutdated, agent("0.1.9"), 30, true),
        (Cause::AgentOutdated, agent("0.2.0"), 30, false),
        (
            Cause::UpdatesFailing,
            slow(json!({"updates": {"pending": 3, "security": 1}})),
            5,
            true,
        ),
        (
            Cause::UpdatesFailing,
            slow(json!({"updates": {"pending": 3, "security": 0}})),
            30,
            false,
        ),
        (
            Cause::UpdatesFailing,
            slow(json!({"updates": {"security": 0, "lists_age_s": 15 * 86_400}})),
            5,
            true,
        ),
        (
            Cause::UpdatesFailing,
            slow(json!({"failed_units": ["apt-daily-upgrade.service"]})),
            5,
            true,
        ),
        (
            Cause::UpdatesFailing,
            slow(json!({"failed_units": ["cups.service"]})),
            30,
            false,
        ),
        (
            Cause::RebootPending,
            slow(json!({"reboot_required": true})),
            13,
            false,
        ),
        (
            Cause::RebootPending,
            slow(json!({"reboot_required": true})),
            16,
            true,
        ),
        (
            Cause::RebootPending,
            slow(json!({"reboot_required": false})),
            30,
            false,
        ),
    ] {
        let mut play = Play::of(cause);
        let actions = play.hear_often(days * 24, HOUR_MS, &report);
        assert_eq!(
            opened(&actions) == 1,
            bad,
            "{cause} after {days} days: {report}"
        );
    }
}

#[test]
fn a_pc_that_is_on_once_a_week_waits_for_its_restart_as_any_other() {
    let pending = json!({"slow": {"reboot_required": true}});
    let mut play = Play::of(Cause::RebootPending);
    assert_eq!(opened(&play.hear_often(2, 7 * DAY_MS, &pending)), 0);
    assert_eq!(opened(&play.hear_often(2, 7 * DAY_MS, &pending)), 1);
}

#[test]
fn slow_readings_count_once_however_many_reports_carry_them() {
    let mut play = Play::of(Cause::DiskFailing);
    play.hear(
        0,
        json!({"slow": {"smart": [{"disk": "0123abcd", "pending": 0}]}}),
    );
    play.hear(
        HOUR_MS,
        json!({"slow": {"smart": [{"disk": "0123abcd", "pending": 4}]}}),
    );
    let slow_at = play.report.as_ref().unwrap().slow.as_ref().unwrap().slow_at;
    for n in 0..30 {
        play.now += MINUTE_MS;
        play.reported_at = play.now;
        // Both clocks are read to the second at best.
        let slow = play.report.as_mut().unwrap().slow.as_mut().unwrap();
        slow.slow_at = slow_at.map(|at| at + n * 37 % 900);
        assert_eq!(play.look(), Action::Nothing);
    }
}

#[test]
fn a_wrong_clock_is_raised_unless_it_may_be_ours() {
    let mut play = Play::of(Cause::ClockWrong);
    play.clock_off_ms = -20 * 365 * DAY_MS;
    assert_eq!(opened(&play.hear_often(6, 30 * MINUTE_MS, &json!({}))), 1);
    let mut ours = Play::of(Cause::ClockWrong);
    ours.clock_off_ms = -20 * 365 * DAY_MS;
    ours.clocks_agree = false;
    assert_eq!(opened(&ours.hear_often(60, 30 * MINUTE_MS, &json!({}))), 0);
    let mut guessed = Play::of(Cause::ClockWrong);
    guessed.clock_off_ms = -DAY_MS;
    guessed.estimated = true;
    assert_eq!(
        opened(&guessed.hear_often(60, 30 * MINUTE_MS, &json!({}))),
        0
    );
}

#[test]
fn a_home_that_reaches_us_and_not_the_internet_is_cut_off() {
    let ladder = |internet: Option<bool>, dns: bool| json!({"ladder": {"link": true, "gateway": true, "dns": dns, "internet": internet, "controller": true}});
    for (report, bad) in [
        (ladder(Some(false), true), true),
        (ladder(None, false), true),
        (ladder(Some(true), true), false),
        (ladder(None, true), false),
    ] {
        assert_eq!(raised(Cause::InternetDown, &report), bad, "{report}");
    }
}
