//! What each local day of a timeline tells about a household.

use declic_common::timeline::Activity;

use super::calendar::{Calendar, DayKind, LocalDay, Season};
use crate::domain::timeline::Interval;

/// Days for which the controller keeps more than one state, consent or not.
pub const DETAILED_DAYS: i32 = 14;

/// One local day of a device in a home.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Day {
    pub day: LocalDay,
    pub kind: DayKind,
    pub season: Season,
    pub told: Told,
    /// Local hour of the first sign of life.
    pub first_hour: Option<u8>,
    /// How the last exchange of the day ended; absent while it goes on, and on
    /// days without life.
    pub end: Option<End>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Told {
    /// The controller heard of the device.
    Life,
    Silent,
    /// Nobody could have heard of it, or the household had said so: the day tells
    /// nothing about how the home lives.
    Excused,
}

/// How a stretch of life ended, as it was seen live.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// The device said `off`, `asleep` or `stopped`.
    Goodbye,
    /// The session ended without a word.
    Cut,
}

impl End {
    /// What the controller saw when life turned into this.
    pub fn seen(next: Activity) -> Self {
        match next {
            Activity::Off | Activity::Asleep | Activity::Stopped | Activity::Paused => End::Goodbye,
            _ => End::Cut,
        }
    }
}

/// How finely a household lets itself be known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Detail {
    /// With consent to usage data: hours as well.
    Hours,
    /// Without: one state per local day, and how the last days ended.
    #[default]
    Days,
}

impl Detail {
    /// Takes from `days` what this household does not let be known on `today`.
    pub fn of(self, day: &Day, today: LocalDay) -> Day {
        let mut day = *day;
        if self == Detail::Days {
            day.first_hour = None;
            if today.since(day.day) > DETAILED_DAYS {
                day.end = None;
            }
        }
        day
    }
}

/// The local days of a timeline, from the day of its first interval to the day of
/// its last one. `intervals` are in order and never overlap; a gap between two is
/// a time of which nothing is known.
pub fn days(intervals: &[Interval], calendar: &Calendar) -> Vec<Day> {
    let (Some(first), Some(last)) = (intervals.first(), intervals.last()) else {
        return Vec::new();
    };
    let (start, stop) = (calendar.day_of(first.from), calendar.day_of(last.to - 1));
    let mut days: Vec<Day> = (start.0..=stop.0)
        .map(|n| Day {
            day: LocalDay(n),
            kind: calendar.kind(LocalDay(n)),
            season: calendar.season(LocalDay(n)),
            told: Told::Silent,
            first_hour: None,
            end: None,
        })
        .collect();
    for (at, interval) in intervals.iter().enumerate() {
        let next = intervals.get(at + 1);
        mark(&mut days, interval, next, calendar);
    }
    days
}

fn mark(days: &mut [Day], interval: &Interval, next: Option<&Interval>, calendar: &Calendar) {
    let told = match interval.activity {
        Activity::On => Told::Life,
        Activity::LinkDown
        | Activity::GatewayDown
        | Activity::DnsDown
        | Activity::InternetDown
        | Activity::ControllerDown
        | Activity::Paused => Told::Excused,
        _ => return,
    };
    let start = days[0].day;
    let (from, hour) = calendar.day_and_hour(interval.from);
    let to = calendar.day_of(interval.to - 1);
    for day in &mut days[from.since(start) as usize..=to.since(start) as usize] {
        match (told, day.told) {
            (Told::Life, Told::Life) => {}
            (Told::Life, _) => {
                day.told = Told::Life;
                day.first_hour = Some(if day.day == from { hour } else { 0 });
            }
            (_, Told::Silent) => day.told = told,
            _ => {}
        }
    }
    if told == Told::Life {
        let end = match next {
            Some(next) if next.from == interval.to && next.activity == Activity::On => None,
            Some(next) if next.from == interval.to => Some(End::seen(next.activity)),
            Some(_) => Some(End::Cut),
            None => None,
        };
        days[to.since(start) as usize].end = end;
    }
}
