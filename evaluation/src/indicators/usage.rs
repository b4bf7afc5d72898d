//! Whether the PCs are used and reach the network: indicators 25 to 34.
//!
//! 25 to 31 count a household without usage consent as missing. The network (32, 33) and
//! silences (34) belong to maintenance.

use std::collections::{BTreeMap, HashMap};

use jiff::civil::Date;

use super::answer::{Answer, Count, Figure, Sum, Tally, Unit, by_word, counts};
use super::ground::{Active, Ground, ServiceDay, any_active};
use super::machines::{in_service, spread};
use crate::calendar::{Period, days_after, days_between, monday_of, months_after, week_of};
use crate::dataset::Key;
use crate::vocabulary::OutageCause;

/// Device-days judged by `judge`: those for which it holds, with what is known and missing.
fn device_days(ground: &Ground, code: &str, judge: impl Fn(&ServiceDay) -> Option<bool>) -> Answer {
    let (mut yes, mut no) = (Tally::default(), Tally::default());
    let (mut known, mut missing) = (Tally::default(), Tally::default());
    for day in &ground.service {
        match judge(day) {
            None => missing.add(1.0, day.home),
            Some(holds) => {
                known.add(1.0, day.home);
                let side = if holds { &mut yes } else { &mut no };
                side.add(1.0, day.home);
            }
        }
    }
    let rest = no.count(format!("{code}/rest"));
    let mut figure = Figure::count(Unit::DeviceDays, yes.count(code)).rest(rest);
    let known = known.count(format!("{code}/known"));
    let missing = missing.missing(format!("{code}/missing"));
    figure.denominator = Some(known.clone());
    figure.missing = Some(missing.clone());
    let sum = Sum {
        total: in_service(ground),
        parts: vec![known, missing],
    };
    Answer {
        figures: vec![figure],
        sums: vec![sum],
    }
}

pub(super) fn active_days(ground: &Ground) -> Answer {
    device_days(ground, "active_days", |day| match day.active() {
        Active::Yes => Some(true),
        Active::No => Some(false),
        Active::Unknown => None,
    })
}

/// Homes or devices that were active, of which it is known, and not known.
#[derive(Default)]
struct Judged {
    active: Tally,
    idle: Tally,
    known: Tally,
    missing: f64,
}

impl Judged {
    fn add(&mut self, active: Active, home: Key) {
        match active {
            Active::Unknown => self.missing += 1.0,
            Active::Yes => {
                self.active.add(1.0, home);
                self.known.add(1.0, home);
            }
            Active::No => {
                self.idle.add(1.0, home);
                self.known.add(1.0, home);
            }
        }
    }

    fn figure(&self, name: &str) -> Figure {
        Figure::share(
            self.active.count(format!("{name}/active")),
            self.known.count(format!("{name}/known")),
            Count::plain(format!("{name}/missing"), self.missing),
            self.idle.count(format!("{name}/rest")),
        )
    }
}

pub(super) fn weekly_active_rate(ground: &Ground) -> Answer {
    let mut weeks: BTreeMap<Date, BTreeMap<(Key, Key), Vec<&ServiceDay>>> = BTreeMap::new();
    for day in &ground.service {
        let devices = weeks.entry(monday_of(day.day)).or_default();
        devices.entry((day.device, day.home)).or_default().push(day);
    }
    let mut answer = Answer::default();
    for (monday, devices) in weeks {
        let mut judged = Judged::default();
        for ((_, home), days) in devices {
            judged.add(any_active(days.into_iter()), home);
        }
        let week = week_of(monday);
        let figure = judged.figure(&format!("weekly_active_rate/{week}"));
        answer.push(figure.at("week", week));
    }
    answer
}

pub(super) fn never_started(ground: &Ground) -> Answer {
    let code = "never_started";
    let (mut never, mut started) = (Tally::default(), Tally::default());
    let (mut known, mut missing) = (Tally::default(), 0.0);
    for handover in ground.new_handovers() {
        let window = Period::new(handover.from, days_after(handover.from, 14));
        if window.to > ground.period.to {
            continue;
        }
        let days = ground.days_of(handover.home, window);
        match any_active(days.filter(|day| day.device == handover.device)) {
            Active::Unknown => missing += 1.0,
            active => {
                known.add(1.0, handover.home);
                let side = if active == Active::No {
                    &mut never
                } else {
                    &mut started
                };
                side.add(1.0, handover.home);
            }
        }
    }
    let rest = started.count(format!("{code}/rest"));
    let mut figure = Figure::count(Unit::Count, never.count(code)).rest(rest);
    figure.denominator = Some(known.count(format!("{code}/known")));
    Answer::of(figure.missing(Count::plain(format!("{code}/missing"), missing)))
}

/// Homes `n` months after their first handover: only those that could have come so far, and
/// had not left.
fn month(ground: &Ground, n: i32) -> Judged {
    let mut judged = Judged::default();
    for home in &ground.homes {
        let Some(installed) = home.installed_on else {
            continue;
        };
        let mark = months_after(installed, n);
        if mark > ground.period.to || home.left_on.is_some_and(|left| left <= mark) {
            continue;
        }
        let window = Period::new(days_after(mark, -28), mark);
        judged.add(
            any_active(ground.days_of(home.household, window)),
            home.household,
        );
    }
    judged
}

/// Homes that were active in the 28 days before their month 12.
pub(super) fn active_at_month_12(ground: &Ground) -> Count {
    month(ground, 12).active.count("retention/12/active")
}

pub(super) fn retention(ground: &Ground) -> Answer {
    let mut answer = Answer::default();
    for n in 1..=12 {
        let judged = month(ground, n);
        let figure = judged.figure(&format!("retention/{n}"));
        let bound = |part: &'static str, more: f64| {
            let all = judged.known.value + judged.missing;
            let value = (all > 0.0).then(|| (judged.active.value + more) / all);
            let mut bound = figure.clone().part(part);
            bound.value = value;
            bound
        };
        let (low, high) = (bound("low", 0.0), bound("high", judged.missing));
        for one in [figure.clone(), low, high] {
            answer.push(one.at("month", n.to_string()));
        }
    }
    answer
}

/// Band of the powered hours of a day: identifier and the minutes below which it lies.
pub const HOUR_BANDS: [(&str, u16); 5] = [
    ("under_1", 60),
    ("1_to_2", 120),
    ("2_to_4", 240),
    ("4_to_8", 480),
    ("from_8", u16::MAX),
];

pub(super) fn powered_hours(ground: &Ground) -> Answer {
    let code = "powered_hours";
    let mut bands: Vec<Tally> = vec![Tally::default(); HOUR_BANDS.len()];
    let (mut total, mut missing) = (Tally::default(), 0.0);
    for day in &ground.service {
        match (day.active(), day.on_minutes()) {
            (Active::Yes, Some(minutes)) => {
                let band = HOUR_BANDS.iter().position(|(_, below)| minutes < *below);
                bands[band.expect("no day has 65,535 minutes")].add(1.0, day.home);
                total.add(1.0, day.home);
            }
            (Active::Unknown, _) => missing += 1.0,
            _ => {}
        }
    }
    let parts = HOUR_BANDS.iter().zip(&bands);
    let parts =
        parts.map(|((band, _), tally)| ((*band).to_owned(), tally.count(format!("{code}/{band}"))));
    let parts: Vec<(String, Count)> = parts.collect();
    let mut answer = Answer::default();
    answer.split(
        "hours",
        Unit::DeviceDays,
        &total.count("active_days"),
        parts,
        None,
    );
    for figure in &mut answer.figures {
        figure.missing = Some(Count::plain("active_days/missing", missing));
    }
    answer
}

pub(super) fn connected_days(ground: &Ground) -> Answer {
    device_days(ground, "connected_days", |day| {
        day.row
            .filter(|row| row.usage_consent)
            .and_then(|row| row.connected)
    })
}

pub(super) fn connectivity_when_on(ground: &Ground) -> Answer {
    let code = "connectivity_when_on";
    let (mut reached, mut cut) = (Tally::default(), Tally::default());
    let (mut on, mut missing) = (Tally::default(), 0.0);
    for day in &ground.service {
        match (
            day.on_minutes(),
            day.row.and_then(|row| row.reached_minutes),
        ) {
            (Some(powered), Some(minutes)) => {
                reached.add(f64::from(minutes), day.home);
                on.add(f64::from(powered), day.home);
                if minutes < powered {
                    cut.add(f64::from(powered - minutes), day.home);
                }
            }
            _ => missing += 1.0,
        }
    }
    // The minutes themselves serve nobody; what is missing is told in device-days.
    let missing = Count::plain(format!("{code}/missing"), missing);
    let (on, rest) = (
        on.count(format!("{code}/on")),
        cut.count(format!("{code}/rest")),
    );
    Answer::of(Figure::share(reached.count(code), on, missing, rest))
}

/// What an outage must last, while on, to count.
const LONG_MINUTES: u32 = 24 * 60;

pub(super) fn outages_long(ground: &Ground) -> Answer {
    let code = "outages_long";
    let long = ground.data.outages.iter();
    let long =
        long.filter(|one| one.lasted_minutes > LONG_MINUTES && ground.period.holds(one.from));
    let mut total = Tally::default();
    let mut each = Vec::new();
    for outage in long {
        total.add(1.0, outage.household);
        each.push((outage.cause, 1.0, outage.household));
    }
    let total = total.count(code);
    let mut answer = Answer::of(Figure::count(Unit::Count, total.clone()));
    let parts = counts(code, &by_word::<OutageCause>(each));
    answer.split("cause", Unit::Count, &total, parts, None);
    answer
}

pub(super) fn restore_time(ground: &Ground) -> Answer {
    let (mut seen, mut missing) = (Vec::new(), 0);
    for outage in &ground.data.outages {
        if outage.lasted_minutes <= LONG_MINUTES || !ground.period.holds(outage.from) {
            continue;
        }
        if outage.recovered {
            seen.push((f64::from(outage.lasted_minutes) / 60.0, outage.household));
        } else {
            missing += 1;
        }
    }
    let figures = spread(
        "restore_time",
        ("median", "p90"),
        Unit::Hours,
        &seen,
        missing,
    );
    Answer {
        figures,
        sums: Vec::new(),
    }
}

pub(super) fn silent_devices(ground: &Ground) -> Answer {
    let code = "silent_devices";
    let mut answer = Answer::default();
    let mut shorter: Option<Vec<(String, Count)>> = None;
    for (dimension, days) in [
        ("silent_7_days", 7),
        ("silent_14_days", 14),
        ("silent_30_days", 30),
    ] {
        // A device that fell silent twice is one device; its longest silence tells why.
        let mut longest: HashMap<(Key, Key), (i64, Date, crate::vocabulary::SilenceCause)> =
            HashMap::new();
        for silence in &ground.data.silences {
            let until = silence.to.unwrap_or(ground.period.to).min(ground.period.to);
            let length = days_between(silence.from, until);
            if ground.period.holds(silence.from) && length >= days {
                let entry = longest.entry((silence.device, silence.household));
                let this = (length, silence.from, silence.cause);
                entry
                    .and_modify(|known| *known = (*known).max(this))
                    .or_insert(this);
            }
        }
        let mut total = Tally::default();
        let mut each = Vec::new();
        for ((_, home), (_, _, cause)) in longest {
            total.add(1.0, home);
            each.push((cause, 1.0, home));
        }
        let name = format!("{code}/{days}");
        let total = total.count(name.clone());
        answer.push(Figure::count(Unit::Count, total.clone()).at(dimension, ""));
        let parts = counts(&name, &by_word(each));
        answer.split(dimension, Unit::Count, &total, parts.clone(), None);
        // Who was silent for 14 days was silent for 7, for the same cause.
        for ((cause, less), (_, more)) in shorter.iter().flatten().zip(&parts) {
            let only = Count {
                name: format!("{name}/{cause}/only"),
                value: less.value - more.value,
                homes: less
                    .homes
                    .zip(more.homes)
                    .map(|(less, more)| less.saturating_sub(more)),
            };
            let parts = vec![more.clone(), only];
            answer.sums.push(Sum {
                total: less.clone(),
                parts,
            });
        }
        shorter = Some(parts);
    }
    answer
}
