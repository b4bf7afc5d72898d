//! Decides whether a device is with us, why, and when somebody should call.
//!
//! A home PC is off most of the time, and off is not failed. What can be said at
//! once needs the last exchange alone ([`at_once`]); whether a silence is still ordinary needs
//! the household's rhythm ([`judge`]).

#[cfg(test)]
mod tests;

use declic_common::api::Presence;

use crate::domain::rhythm::{Calendar, Caution, Fleet, Hints, Rhythm, Silence};

/// Reports that may be late or missed before a device stops being `on`.
const MISSED_REPORTS: i64 = 2;
/// Time for a report to travel and to be sent again, in ms.
const GRACE_MS: i64 = 90_000;
const DAY_MS: i64 = 86_400_000;
/// A home that leaves more of its days than this without a goodbye has that habit: the power strip.
const UNCLEAN_HABIT: f64 = 0.3;

/// What is known of a device at one moment. Times are ms UTC, controller clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Signs {
    pub retired: bool,
    /// Somebody is to switch it on: not on the bench, in stock or in a workshop.
    pub awaited: bool,
    pub connected: bool,
    /// Where it is now, not where it was before.
    pub last_seen: Option<i64>,
    /// The device said `off`, `asleep` or `stopped`, and nothing since.
    pub said_goodbye: bool,
    /// Interval that its last report promised.
    pub interval_s: u32,
}

/// What makes a silence more or less ordinary, beyond its length. Times are ms UTC.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Circumstances<'a> {
    /// The household asked for a pause until then.
    pub paused_until: Option<i64>,
    /// Absences that were declared and pauses that are over, `[from, to)`, in order. Those that are over count while the
    /// silence goes on; after the next sign of life they may be forgotten.
    pub absences: &'a [(i64, i64)],
    /// The last ladder that was heard of had a failing rung.
    pub ladder_failing: bool,
    /// Other homes of the same building or site fell at the same time.
    pub neighbours_fell: bool,
    /// A disk had warned.
    pub disk_warned: bool,
    /// The programme wants a call after so many days of silence, and nothing else to count.
    pub call_after_days: Option<u32>,
}

/// What the programme has learnt, and what it sees of all homes.
#[derive(Clone, Copy, Debug)]
pub struct Programme<'a> {
    pub fleet: &'a Fleet,
    pub caution: &'a Caution,
    pub calendar: &'a Calendar,
}

/// What is to be said of a device.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Judgement {
    pub presence: Presence,
    pub reason: Reason,
    /// When the silence becomes, or became, `overdue`, ms UTC; it moves when the
    /// rest of the fleet falls silent or comes back. `None` while there is no silence, or no such
    /// moment in sight.
    pub overdue_at: Option<i64>,
}

/// Why, for people.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Reason {
    Retired,
    NeverHeard,
    /// Connected, or heard of just now.
    Here,
    /// Silent where nobody is to switch it on.
    NotAwaited,
    PausedUntil(i64),
    /// The household had said that it would be away.
    AwayUntil(i64),
    /// Silent for so long (ms) in a home that is heard of so many days of the week.
    Ordinary {
        silent_ms: i64,
        days_per_week: f64,
    },
    Unusual {
        silent_ms: i64,
        days_per_week: f64,
        /// It did not say goodbye.
        cut: bool,
    },
    /// The session ended without the goodbye that this home usually says.
    CutOff {
        silent_ms: i64,
    },
    /// The session ended without a goodbye while the ladder failed.
    LineFailed {
        silent_ms: i64,
    },
    /// Homes of one building fell together.
    FellTogether {
        silent_ms: i64,
    },
    /// The programme's own limit counts.
    CallAfter {
        days: u32,
        silent_ms: i64,
    },
}

/// What can be said from the last exchange alone: never more than `quiet`.
pub fn at_once(signs: &Signs, now: i64) -> Presence {
    if signs.retired {
        return Presence::Retired;
    }
    let Some(last_seen) = signs.last_seen else {
        return match signs.awaited {
            true => Presence::NeverStarted,
            false => Presence::Quiet,
        };
    };
    if signs.connected {
        return Presence::On;
    }
    // Negative after a clock correction; that counts as no silence at all.
    let silence = now.saturating_sub(last_seen);
    let expected = i64::from(signs.interval_s) * 1000 * MISSED_REPORTS + GRACE_MS;
    if signs.said_goodbye || silence > expected {
        Presence::Quiet
    } else {
        Presence::On
    }
}

/// Judges a device at `now`.
pub fn judge(
    signs: &Signs,
    circumstances: &Circumstances<'_>,
    rhythm: &Rhythm,
    programme: &Programme<'_>,
    now: i64,
) -> Judgement {
    let plain = |presence, reason| Judgement {
        presence,
        reason,
        overdue_at: None,
    };
    let (at_once, since) = match (at_once(signs, now), signs.last_seen) {
        (Presence::Retired, _) => return plain(Presence::Retired, Reason::Retired),
        (Presence::NeverStarted, None) => {
            return plain(Presence::NeverStarted, Reason::NeverHeard);
        }
        (presence, None) => return plain(presence, Reason::NotAwaited),
        (presence, Some(since)) => (presence, since),
    };
    // Connected or not: a paused agent says nothing.
    if let Some(until) = circumstances.paused_until.filter(|until| now < *until) {
        return plain(Presence::Paused, Reason::PausedUntil(until));
    }
    if at_once == Presence::On {
        return plain(Presence::On, Reason::Here);
    }
    if !signs.awaited {
        return plain(Presence::Quiet, Reason::NotAwaited);
    }
    // A clock that was set back makes no silence longer or shorter than none.
    let silent_ms = now.saturating_sub(since).max(0);
    if let Some(days) = circumstances.call_after_days {
        return after_days(since, silent_ms, days, now);
    }
    let known = circumstances
        .absences
        .partition_point(|absence| absence.0 <= now);
    let silence = Silence {
        since,
        hints: Hints {
            cut: !signs.said_goodbye,
            ladder_failing: circumstances.ladder_failing,
            neighbours_fell: circumstances.neighbours_fell,
            disk_warned: circumstances.disk_warned,
        },
        excuses: &circumstances.absences[..known],
    };
    let call_at = programme.caution.call_at();
    let overdue_at = silence.overdue_at(rhythm, programme.fleet, programme.calendar, call_at);
    let (presence, reason) = if overdue_at.is_some_and(|at| at <= now) {
        let reason = Reason::Unusual {
            silent_ms,
            days_per_week: rhythm.days_per_week(),
            cut: silence.hints.cut,
        };
        (Presence::Overdue, reason)
    } else {
        not_yet(&silence, rhythm, silent_ms, now)
    };
    Judgement {
        presence,
        reason,
        overdue_at,
    }
}

/// What a silence is that nobody need worry about yet.
fn not_yet(silence: &Silence<'_>, rhythm: &Rhythm, silent_ms: i64, now: i64) -> (Presence, Reason) {
    let hints = silence.hints;
    let away = silence
        .excuses
        .iter()
        .find(|absence| (absence.0..absence.1).contains(&now));
    if let Some(&(_, until)) = away {
        return (Presence::Quiet, Reason::AwayUntil(until));
    }
    if hints.cut && hints.neighbours_fell {
        return (Presence::Unreachable, Reason::FellTogether { silent_ms });
    }
    if hints.cut && hints.ladder_failing {
        return (Presence::Unreachable, Reason::LineFailed { silent_ms });
    }
    if hints.cut && rhythm.unclean < UNCLEAN_HABIT {
        return (Presence::Unreachable, Reason::CutOff { silent_ms });
    }
    let days_per_week = rhythm.days_per_week();
    (
        Presence::Quiet,
        Reason::Ordinary {
            silent_ms,
            days_per_week,
        },
    )
}

/// The programme's own limit, which replaces everything that was learnt.
fn after_days(since: i64, silent_ms: i64, days: u32, now: i64) -> Judgement {
    let overdue_at = since.saturating_add(i64::from(days) * DAY_MS);
    Judgement {
        presence: if now < overdue_at {
            Presence::Quiet
        } else {
            Presence::Overdue
        },
        reason: Reason::CallAfter { days, silent_ms },
        overdue_at: Some(overdue_at),
    }
}
