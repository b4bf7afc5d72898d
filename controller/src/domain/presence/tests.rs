//! What a household, a technician and a night-watchman expect of the judge.

use jiff::civil::{Date, date};

use super::*;
use crate::domain::rhythm::{Day, Detail, End, LocalDay, Tally, Told};
use crate::domain::rhythm::{Programme as Common, day};

const SIGNS: Signs = Signs {
    retired: false,
    awaited: true,
    connected: false,
    last_seen: Some(1_000_000),
    said_goodbye: false,
    interval_s: 900,
};

#[test]
fn a_device_that_was_never_heard_has_never_started() {
    let signs = Signs {
        last_seen: None,
        ..SIGNS
    };
    let on_the_bench = Signs {
        awaited: false,
        ..signs
    };
    assert_eq!(at_once(&on_the_bench, 5_000_000_000), Presence::Quiet);
    assert_eq!(at_once(&signs, 5_000_000_000), Presence::NeverStarted);
}

#[test]
fn a_connected_device_is_on_however_long_its_interval() {
    let signs = Signs {
        connected: true,
        ..SIGNS
    };
    assert_eq!(at_once(&signs, 1_000_000 + 86_400_000), Presence::On);
}

#[test]
fn a_short_cut_is_still_on_and_a_goodbye_is_quiet_at_once() {
    assert_eq!(at_once(&SIGNS, 1_060_000), Presence::On);
    let signs = Signs {
        said_goodbye: true,
        ..SIGNS
    };
    assert_eq!(at_once(&signs, 1_000_001), Presence::Quiet);
}

#[test]
fn the_last_exchange_alone_never_says_more_than_quiet() {
    assert_eq!(
        at_once(&SIGNS, 1_000_000 + 30 * 86_400_000),
        Presence::Quiet
    );
}

/// A home, the programme round it, and the moment at which it fell silent.
struct Home {
    signs: Signs,
    rhythm: Rhythm,
    fleet: Fleet,
    caution: Caution,
    calendar: Calendar,
}

/// Weeks of days, of which those with life are told by their weekday (0 is Monday),
/// then a silence from 20:00 of the last day on.
fn home(last: Date, detail: Detail, lives: impl Fn(usize) -> bool) -> Home {
    let calendar = Calendar::paris();
    let last = LocalDay::of_date(last);
    let days: Vec<Day> = (last.0 - 140..=last.0)
        .map(LocalDay)
        .map(|day| {
            let life = lives(day.weekday()) || day == last;
            Day {
                day,
                kind: calendar.kind(day),
                season: calendar.season(day),
                told: if life { Told::Life } else { Told::Silent },
                first_hour: life.then_some(18),
                end: life.then_some(End::Goodbye),
            }
        })
        .collect();
    let common = Common::default();
    let tally = Tally::of(&days, detail, last.plus(1), &common);
    Home {
        signs: Signs {
            last_seen: Some(calendar.hour_start(last, 20)),
            said_goodbye: true,
            ..SIGNS
        },
        rhythm: Rhythm::of(&tally, detail, &common),
        fleet: Fleet::default(),
        caution: Caution::default(),
        calendar,
    }
}

/// Used every evening; silent from Thursday 5 March 2026 on, far from any holiday.
fn every_evening() -> Home {
    home(date(2026, 3, 5), Detail::Hours, |_| true)
}

impl Home {
    fn judge(&self, circumstances: &Circumstances<'_>, now: i64) -> Judgement {
        let programme = Programme {
            fleet: &self.fleet,
            caution: &self.caution,
            calendar: &self.calendar,
        };
        judge(&self.signs, circumstances, &self.rhythm, &programme, now)
    }

    fn since(&self) -> i64 {
        self.signs.last_seen.unwrap()
    }

    /// Days of silence until somebody should call.
    fn days(&self, circumstances: &Circumstances<'_>) -> f64 {
        let judgement = self.judge(circumstances, self.since() + DAY_MS);
        let at = judgement.overdue_at.expect("a silence is overdue one day");
        (at - self.since()) as f64 / DAY_MS as f64
    }

    /// Which of a hundred other homes were heard of on the days after the last sign of life.
    fn with_fleet(mut self, alive: impl Fn(i32) -> bool) -> Self {
        let start = self.calendar.day_of(self.since());
        for n in -30..4 {
            let others = (0..100).map(|home| (0.95, n <= 0 || alive(home)));
            self.fleet.add(start.plus(n), others);
        }
        self
    }
}

const NONE: Circumstances<'static> = Circumstances {
    paused_until: None,
    absences: &[],
    ladder_failing: false,
    neighbours_fell: false,
    disk_warned: false,
    call_after_days: None,
};

#[test]
fn the_moment_that_is_told_is_the_moment_at_which_the_judgement_changes() {
    for detail in [Detail::Hours, Detail::Days] {
        let home = home(date(2026, 3, 5), detail, |_| true);
        let at = home.judge(&NONE, home.since() + 1).overdue_at.unwrap();
        let before = home.judge(&NONE, at - 1);
        let then = home.judge(&NONE, at);
        assert_eq!(before.presence, Presence::Quiet);
        assert_eq!(then.presence, Presence::Overdue);
        assert_eq!((before.overdue_at, then.overdue_at), (Some(at), Some(at)));
        assert!(matches!(then.reason, Reason::Unusual { cut: false, .. }));
    }
}

#[test]
fn a_night_a_day_and_a_lone_weekend_are_ordinary_for_whom_they_are() {
    let evening = every_evening().days(&NONE);
    assert!((2.0..12.0).contains(&evening), "{evening}");
    // Used at weekends: silent since Sunday 8 March.
    let weekend = home(date(2026, 3, 8), Detail::Hours, |weekday| weekday >= 5);
    assert!(
        weekend.days(&NONE) > 6.5,
        "a week without a word is its rhythm"
    );
    assert!(weekend.days(&NONE) > evening);
}

#[test]
fn evidence_weighs_in_its_order() {
    let home = every_evening();
    let cut = Home {
        signs: Signs {
            said_goodbye: false,
            ..home.signs
        },
        ..every_evening()
    };
    let ladder = Circumstances {
        ladder_failing: true,
        ..NONE
    };
    let disk = Circumstances {
        disk_warned: true,
        ..NONE
    };
    let goodbye = home.days(&NONE);
    assert!(cut.days(&NONE) < goodbye, "no goodbye is a bad sign");
    assert!(
        cut.days(&ladder) <= cut.days(&NONE),
        "a failing line is worse"
    );
    assert!(home.days(&disk) < goodbye, "a disk had warned");
    assert_eq!(home.days(&ladder), goodbye, "what said goodbye was no line");
}

#[test]
fn where_unclean_ends_are_the_habit_they_are_hardly_a_sign() {
    let clean = every_evening().days(&NONE);
    let mut cut = every_evening();
    cut.signs.said_goodbye = false;
    let alarming = cut.days(&NONE);
    cut.rhythm.unclean = 0.9;
    let at_the_strip = cut.days(&NONE);
    assert!(alarming < at_the_strip, "{alarming} and {at_the_strip}");
    assert!(clean - at_the_strip < 3.0, "{clean} and {at_the_strip}");
}

#[test]
fn a_declared_absence_counts_for_nothing_while_it_lasts_and_does_not_fall_due_when_it_ends() {
    let home = every_evening();
    let first = home.calendar.day_of(home.since()).plus(1);
    let (from, to) = (
        home.calendar.start_of(first),
        home.calendar.start_of(first.plus(21)),
    );
    let absences = [(from, to)];
    let away = Circumstances {
        absences: &absences,
        ..NONE
    };
    let during = home.judge(&away, from + 15 * DAY_MS);
    assert_eq!(during.presence, Presence::Quiet);
    assert_eq!(during.reason, Reason::AwayUntil(to));
    assert_eq!(
        home.judge(&away, to + DAY_MS).presence,
        Presence::Quiet,
        "some are late"
    );
    let undeclared = home.judge(&NONE, from + 20 * DAY_MS);
    assert_eq!(undeclared.presence, Presence::Overdue);
}

#[test]
fn an_absence_is_not_known_before_it_begins() {
    let home = every_evening();
    let far = home.since() + 300 * DAY_MS;
    let absences = [(far, far + DAY_MS)];
    let later = Circumstances {
        absences: &absences,
        ..NONE
    };
    let now = home.since() + DAY_MS;
    assert_eq!(home.judge(&later, now), home.judge(&NONE, now));
}

#[test]
fn when_the_whole_quarter_is_silent_nobody_is_called_early() {
    let lively = every_evening().with_fleet(|_| true).days(&NONE);
    let empty = every_evening().with_fleet(|home| home >= 50).days(&NONE);
    assert!(empty > lively + 2.0, "{empty} and {lively}");
}

#[test]
fn the_school_holidays_have_patience_without_any_other_home() {
    let term = every_evening().days(&NONE);
    // Friday before the winter holidays of zone A.
    let holidays = home(date(2026, 2, 6), Detail::Hours, |_| true).days(&NONE);
    assert!(holidays > term, "{holidays} and {term}");
}

#[test]
fn a_home_without_consent_is_judged_by_whole_days() {
    let home = home(date(2026, 3, 5), Detail::Days, |_| true);
    assert!(home.rhythm.begun.is_none());
    let at = home.judge(&NONE, home.since() + 1).overdue_at.unwrap();
    assert_eq!(home.calendar.day_and_hour(at).1, 0, "a midnight");
    // Another hour of the same last day changes nothing.
    let mut earlier = home;
    earlier.signs.last_seen = Some(earlier.since() - 7 * 3_600_000);
    assert_eq!(earlier.judge(&NONE, at).overdue_at, Some(at));
}

#[test]
fn a_clock_set_back_is_no_silence() {
    let home = every_evening();
    let before = home.judge(&NONE, home.since() - 40 * DAY_MS);
    assert_eq!(before.presence, Presence::Quiet);
    assert!(matches!(
        before.reason,
        Reason::Ordinary { silent_ms: 0, .. }
    ));
    assert_eq!(at_once(&SIGNS, 0), Presence::On);
}

#[test]
fn a_pause_raises_no_alarm_until_it_ends() {
    let home = every_evening();
    let until = home.since() + 60 * DAY_MS;
    let paused = Circumstances {
        paused_until: Some(until),
        ..NONE
    };
    let judgement = home.judge(&paused, until - 1);
    assert_eq!(judgement.presence, Presence::Paused);
    assert_eq!(judgement.reason, Reason::PausedUntil(until));
    let mut connected = every_evening();
    connected.signs.connected = true;
    let judgement = connected.judge(&paused, until - 1);
    assert_eq!(judgement.presence, Presence::Paused, "it says nothing");
    assert_ne!(home.judge(&paused, until).presence, Presence::Paused);
}

#[test]
fn a_line_that_fails_is_unreachable_before_it_is_overdue() {
    let mut home = every_evening();
    home.signs.said_goodbye = false;
    let now = home.since() + DAY_MS / 4;
    let ladder = Circumstances {
        ladder_failing: true,
        ..NONE
    };
    assert_eq!(home.judge(&ladder, now).presence, Presence::Unreachable);
    let together = Circumstances {
        neighbours_fell: true,
        ..NONE
    };
    assert_eq!(home.judge(&together, now).presence, Presence::Unreachable);
    let overdue = home.judge(&ladder, now).overdue_at.unwrap();
    assert_eq!(home.judge(&ladder, overdue).presence, Presence::Overdue);
}

#[test]
fn the_programmes_own_limit_replaces_all_that_was_learnt() {
    let home = every_evening();
    let plain = Circumstances {
        call_after_days: Some(10),
        ..NONE
    };
    let at = home.since() + 10 * DAY_MS;
    assert_eq!(home.judge(&plain, at - 1).presence, Presence::Quiet);
    assert_eq!(home.judge(&plain, at).presence, Presence::Overdue);
    let mut here = home;
    here.signs.connected = true;
    assert_eq!(here.judge(&plain, at).presence, Presence::On);
}

#[test]
fn a_home_that_falls_without_its_usual_goodbye_is_unreachable_and_one_with_a_power_strip_is_quiet()
{
    let mut home = every_evening();
    home.signs.said_goodbye = false;
    let now = home.since() + DAY_MS / 4;
    let fallen = home.judge(&NONE, now);
    assert_eq!(fallen.presence, Presence::Unreachable);
    assert_eq!(
        fallen.reason,
        Reason::CutOff {
            silent_ms: DAY_MS / 4
        }
    );
    home.rhythm.unclean = 0.9;
    assert_eq!(home.judge(&NONE, now).presence, Presence::Quiet);
}

#[test]
fn a_new_device_is_judged_by_what_the_programme_is_used_to() {
    let common = Common::default();
    let fresh = Home {
        rhythm: Rhythm::of(&Tally::default(), Detail::Hours, &common),
        ..every_evening()
    };
    let days = fresh.days(&NONE);
    assert!(days > every_evening().days(&NONE), "{days}");
    assert!(days < 120.0, "{days}");
}

#[test]
fn days_without_a_timeline_are_none() {
    assert!(day::days(&[], &Calendar::paris()).is_empty());
}
