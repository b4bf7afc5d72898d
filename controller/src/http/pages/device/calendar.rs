//! What a PC did day by day, as colours and as words, and moment by moment lately.

use std::sync::Arc;

use declic_common::api::{DeviceSummary, TimelineDay};
use declic_common::report::Consent;
use declic_common::timeline::Activity;
use jiff::civil::Date;
use jiff::{Timestamp, ToSpan};

use crate::app::App;
use crate::app::device::QueryError;
use crate::app::timeline::{self, TimelineQuery};
use crate::http::pages::tone;
use crate::http::pages::view::View;

const DAY_MS: i64 = 86_400_000;
/// Moments that are listed.
const MOMENTS: usize = 40;

#[derive(Debug)]
pub(super) struct Calendar {
    pub(super) days: Vec<Day>,
    /// Weeks of a year, Monday first, where the household agreed to it.
    pub(super) weeks: Vec<Week>,
    /// What it did lately, newest first.
    pub(super) moments: Vec<Moment>,
    /// Colours and their words.
    pub(super) legend: Vec<(&'static str, &'static str)>,
}

#[derive(Debug)]
pub(super) struct Day {
    pub(super) name: String,
    pub(super) tone: &'static str,
    pub(super) word: &'static str,
    /// How long of what; empty where only the state of the day is kept.
    pub(super) minutes: String,
}

#[derive(Debug)]
pub(super) struct Week {
    pub(super) begins: String,
    /// Class and word; nothing for a day of which nothing is kept.
    pub(super) days: [Option<(&'static str, &'static str)>; 7],
}

#[derive(Debug)]
pub(super) struct Moment {
    pub(super) when: String,
    pub(super) tone: &'static str,
    pub(super) word: &'static str,
    pub(super) length: String,
}

impl Calendar {
    pub(super) async fn of(
        app: &Arc<App>,
        device: &DeviceSummary,
        now: Timestamp,
        v: &View,
    ) -> Result<Self, QueryError> {
        let at = now.as_millisecond();
        let lately = |from| TimelineQuery {
            device: device.device,
            from,
            to: at,
        };
        let days = timeline::days(app, &lately(None), at).await?;
        let year = match device.consent {
            Some(Consent::Usage) => {
                timeline::days(app, &lately(Some(at - 365 * DAY_MS)), at).await?
            }
            _ => Vec::new(),
        };
        let two_days = lately(Some(at - 2 * DAY_MS));
        let moments = timeline::intervals(app, &two_days, 500, None, at).await?;
        let moments = moments.items.iter().rev().take(MOMENTS).map(|part| {
            let ms = part.to.as_millisecond() - part.from.as_millisecond();
            Moment {
                when: v.when(part.from),
                tone: tone::activity(part.activity),
                word: v.activity(part.activity),
                length: v.span(ms.unsigned_abs()),
            }
        });
        Ok(Calendar {
            days: days.iter().filter_map(|day| cell(day, v)).collect(),
            weeks: weeks(&year, v),
            moments: moments.collect(),
            legend: legend(v),
        })
    }
}

fn cell(day: &TimelineDay, v: &View) -> Option<Day> {
    let date: Date = day.day.parse().ok()?;
    let minutes = day
        .minutes
        .iter()
        .flatten()
        .filter(|(_, minutes)| **minutes > 0);
    let minutes: Vec<String> = minutes
        .map(|(activity, minutes)| {
            let length = v.span(u64::from(*minutes) * 60_000);
            format!("{} {length}", v.activity(*activity))
        })
        .collect();
    Some(Day {
        name: v.short_day(date),
        tone: tone::activity(day.activity),
        word: v.activity(day.activity),
        minutes: minutes.join(", "),
    })
}

/// Whole weeks, the newest first.
fn weeks(days: &[TimelineDay], v: &View) -> Vec<Week> {
    let mut weeks: Vec<(Date, Week)> = Vec::new();
    for day in days.iter().rev() {
        let Ok(date) = day.day.parse::<Date>() else {
            continue;
        };
        let n = date.weekday().to_monday_zero_offset();
        let Ok(monday) = date.checked_sub(i64::from(n).days()) else {
            continue;
        };
        if weeks.last().is_none_or(|(last, _)| *last != monday) {
            let week = Week {
                begins: v.date(monday),
                days: [None; 7],
            };
            weeks.push((monday, week));
        }
        let cell = (tone::activity(day.activity), v.activity(day.activity));
        if let (Some((_, week)), Ok(n)) = (weeks.last_mut(), usize::try_from(n)) {
            week.days[n] = Some(cell);
        }
    }
    weeks.into_iter().map(|(_, week)| week).collect()
}

fn legend(v: &View) -> Vec<(&'static str, &'static str)> {
    let one = |activity| (tone::activity(activity), v.activity(activity));
    vec![
        one(Activity::On),
        one(Activity::Off),
        one(Activity::Asleep),
        one(Activity::Paused),
        one(Activity::PowerCut),
        ("down", v.say("réseau coupé", "network down")),
        one(Activity::Stopped),
        one(Activity::Unknown),
    ]
}
