//! Learns how a home lives, from few days if need be: what a home has not shown
//! yet is borrowed from the programme.

use super::calendar::{DayKind, LocalDay, Season};
use super::day::{Day, Detail, End, Told};

/// Days of a silence that are told apart.
const RUN: usize = 7;
/// Expected lives that the programme's share is worth for each of these days.
const BORROWED_AFTER: f64 = 5.0;
/// Days after which a day counts half: people move on to other habits.
const HALF_LIFE_DAYS: f64 = 90.0;
/// Days of a kind that the borrowed chance is worth against a home's own.
const BORROWED_DAYS: f64 = 5.0;
/// Days after which a home's own liveliness counts as much as the programme's.
const UNKNOWN_HOME_DAYS: f64 = 2.0;
/// Days' ends that the borrowed share of unclean ends is worth.
const BORROWED_ENDS: f64 = 8.0;
/// Lives that the borrowed hours are worth.
const BORROWED_HOURS: f64 = 6.0;
/// Times away that the borrowed frequency is worth.
const BORROWED_TIMES_AWAY: [f64; Season::COUNT] = [0.15, 0.2, 0.25, 0.5];
/// Times away that the borrowed length of stays is worth.
const BORROWED_STAYS: f64 = 3.0;
/// A silence in a home's past counts as time away when chance alone would have
/// made it this rarely (as −ln), and it lasted this many days.
const AWAY_SURPRISE: f64 = 7.0;
const AWAY_MIN_DAYS: usize = 3;
/// Mean length of a time away that the belief about absences is made for (days).
const STAY_DAYS: f64 = 8.0;
/// Stays longer than this (days) say that something was wrong, not how long
/// people stay.
const STAY_MAX_DAYS: f64 = 60.0;

/// What was counted in the past of one home.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    /// Days at home of each kind, older ones counting less, and of these, days with life.
    days: [f64; DayKind::COUNT],
    lives: [f64; DayKind::COUNT],
    /// Days at home, each counting whole.
    at_home: [f64; Season::COUNT],
    /// Lives on the n-th day after the last one, and how many the kinds of day
    /// alone would have made.
    after: [f64; RUN],
    expected_after: [f64; RUN],
    times_away: [f64; Season::COUNT],
    days_away: [f64; Season::COUNT],
    /// Times away by the weekday on which they began.
    left_on: [f64; 7],
    /// Days whose end was seen, and of these, without a goodbye.
    ends: f64,
    unclean: f64,
    first_hours: [f64; 24],
}

/// What the homes of a programme have in common.
#[derive(Clone, Debug)]
pub struct Programme {
    life: [f64; DayKind::COUNT],
    after: [f64; RUN],
    /// Chance per day at home that the household leaves.
    leaves: [f64; Season::COUNT],
    /// Mean length of a time away, in days.
    stay_days: [f64; Season::COUNT],
    /// How much likelier than on the mean day it is to leave on each weekday.
    leaves_on: [f64; 7],
    unclean: f64,
    /// Shares of the hours at which a day's life begins.
    first_hours: [f64; 24],
}

/// How one household lives.
#[derive(Clone, Debug)]
pub struct Rhythm {
    /// Chance of a sign of life on a day of each kind, while somebody is at home.
    pub life: [f64; DayKind::COUNT],
    /// How much likelier life is on the n-th day after the last one than the kind of
    /// day says: those who work four days in a row come back on the fifth.
    pub after: [f64; RUN],
    /// Share of the days with life on which it has begun by the end of each local
    /// hour; absent when the home is judged on days alone.
    pub begun: Option<[f64; 24]>,
    /// Chance per day at home that the household leaves for some days.
    pub leaves: [f64; Season::COUNT],
    /// How much likelier than on the mean day it is to leave on each weekday.
    pub leaves_on: [f64; 7],
    /// How long its times away last, against the programme's default: 1 is as long.
    pub stay: [f64; Season::COUNT],
    /// Share of the programme's homes that is away in each season.
    pub usual_away: [f64; Season::COUNT],
    /// Days' worth of what is known of `life`: the fewer, the sooner a silence is
    /// taken as a sign that life is rarer here than it seemed.
    pub known_days: f64,
    /// Share of its days that end without a goodbye although all is well.
    pub unclean: f64,
}

impl Tally {
    /// Counts the days before `today`.
    pub fn of(days: &[Day], detail: Detail, today: LocalDay, programme: &Programme) -> Self {
        let days: Vec<Day> = days.iter().map(|day| detail.of(day, today)).collect();
        // The first count takes every silence as if somebody were at home; with it
        // the times away stand out, and the second count leaves them out.
        let first = count(&days, &[], today);
        let away = times_away(&days, &first.life(programme));
        let mut tally = count(&days, &away, today);
        let life = tally.life(programme);
        tally.count_after(&days, &away, &life);
        tally
    }

    fn count_after(
        &mut self,
        days: &[Day],
        away: &[std::ops::Range<usize>],
        life: &[f64; DayKind::COUNT],
    ) {
        let mut run = None;
        let mut away = away.iter().peekable();
        for (at, day) in days.iter().enumerate() {
            while away.next_if(|stay| stay.end <= at).is_some() {}
            if day.told == Told::Excused || away.peek().is_some_and(|stay| stay.contains(&at)) {
                run = None;
                continue;
            }
            if let Some(n) = run {
                let n: usize = n;
                self.expected_after[n.min(RUN - 1)] += life[day.kind as usize];
                if day.told == Told::Life {
                    self.after[n.min(RUN - 1)] += 1.0;
                }
            }
            run = if day.told == Told::Life {
                Some(0)
            } else {
                run.map(|n| n + 1)
            };
        }
    }

    /// Chance of life on a day of each kind: the home's own days and some of the programme's.
    fn life(&self, programme: &Programme) -> [f64; DayKind::COUNT] {
        let all = |values: &[f64; DayKind::COUNT]| values.iter().sum::<f64>();
        let weighed: f64 = (0..DayKind::COUNT)
            .map(|kind| self.days[kind] * programme.life[kind])
            .sum();
        // How lively this home is beside the programme, over all kinds of day.
        let lively =
            (all(&self.lives) + UNKNOWN_HOME_DAYS * 0.7) / (weighed + UNKNOWN_HOME_DAYS * 0.7);
        std::array::from_fn(|kind| {
            let borrowed = (programme.life[kind] * lively).min(0.97);
            let own = self.lives[kind] + BORROWED_DAYS * borrowed;
            (own / (self.days[kind] + BORROWED_DAYS)).clamp(0.01, 0.99)
        })
    }
}

fn count(days: &[Day], away: &[std::ops::Range<usize>], today: LocalDay) -> Tally {
    let mut tally = Tally::default();
    let mut away_from_here = away.iter().peekable();
    for (at, day) in days.iter().enumerate() {
        while away_from_here.next_if(|stay| stay.end <= at).is_some() {}
        let at_home = !away_from_here.peek().is_some_and(|stay| stay.contains(&at));
        if day.told == Told::Excused || !at_home {
            continue;
        }
        let weight = (-f64::from(today.since(day.day)) / HALF_LIFE_DAYS).exp2();
        let kind = day.kind as usize;
        tally.days[kind] += weight;
        tally.at_home[day.season as usize] += 1.0;
        if day.told == Told::Life {
            tally.lives[kind] += weight;
        }
        if let Some(hour) = day.first_hour {
            tally.first_hours[usize::from(hour)] += weight;
        }
        if let Some(end) = day.end {
            tally.ends += weight;
            tally.unclean += weight * f64::from(u8::from(end == End::Cut));
        }
    }
    for stay in away {
        let season = days[stay.start].season as usize;
        tally.times_away[season] += 1.0;
        tally.left_on[days[stay.start].day.weekday()] += 1.0;
        tally.days_away[season] += (stay.len() as f64).min(STAY_MAX_DAYS);
    }
    tally
}

/// Runs of silent days that chance alone hardly makes in this home.
fn times_away(days: &[Day], life: &[f64; DayKind::COUNT]) -> Vec<std::ops::Range<usize>> {
    let surprise = life.map(|chance| -(1.0 - chance).ln());
    let mut found = Vec::new();
    let mut from = 0;
    for run in days.chunk_by(|a, b| (a.told == Told::Silent) == (b.told == Told::Silent)) {
        let total: f64 = run.iter().map(|day| surprise[day.kind as usize]).sum();
        let silent = run[0].told == Told::Silent;
        if silent && run.len() >= AWAY_MIN_DAYS && total >= AWAY_SURPRISE {
            found.push(from..from + run.len());
        }
        from += run.len();
    }
    found
}

impl Default for Programme {
    /// What a programme starts from, before its homes have shown anything.
    fn default() -> Self {
        let mut first_hours = [0.0; 24];
        for (hour, share) in first_hours.iter_mut().enumerate() {
            *share = match hour {
                0..7 => 0.01,
                7..22 => 0.06,
                _ => 0.015,
            };
        }
        Programme {
            life: [0.65, 0.65, 0.65, 0.65],
            after: [1.0; RUN],
            leaves: [0.0015, 0.01, 0.03, 0.01],
            stay_days: [7.0, 8.0, 8.0, 14.0],
            leaves_on: [1.0; 7],
            unclean: 0.12,
            first_hours,
        }
    }
}

impl Programme {
    /// What all homes have shown together; the default counts as a few homes' months.
    pub fn of<'a>(tallies: impl IntoIterator<Item = &'a Tally>) -> Self {
        const DEFAULT_DAYS: f64 = 100.0;
        const DEFAULT_STARTS: f64 = 2.0;
        // Who is away is counted once he is back: the default must outlast the wait.
        const DEFAULT_AWAY_DAYS: f64 = 2000.0;
        let start = Programme::default();
        let mut sum = Tally {
            days: [DEFAULT_DAYS; DayKind::COUNT],
            lives: start.life.map(|chance| chance * DEFAULT_DAYS),
            at_home: [DEFAULT_AWAY_DAYS; Season::COUNT],
            after: [20.0; RUN],
            expected_after: [20.0; RUN],
            times_away: start.leaves.map(|leaves| leaves * DEFAULT_AWAY_DAYS),
            days_away: std::array::from_fn(|season| {
                start.leaves[season] * DEFAULT_AWAY_DAYS * start.stay_days[season]
            }),
            left_on: [DEFAULT_STARTS; 7],
            ends: DEFAULT_DAYS,
            unclean: DEFAULT_DAYS * start.unclean,
            first_hours: start.first_hours.map(|share| share * DEFAULT_DAYS),
        };
        for tally in tallies {
            for kind in 0..DayKind::COUNT {
                sum.days[kind] += tally.days[kind];
                sum.lives[kind] += tally.lives[kind];
            }
            for hour in 0..24 {
                sum.first_hours[hour] += tally.first_hours[hour];
            }
            for n in 0..RUN {
                sum.after[n] += tally.after[n];
                sum.expected_after[n] += tally.expected_after[n];
            }
            for season in 0..Season::COUNT {
                sum.at_home[season] += tally.at_home[season];
                sum.times_away[season] += tally.times_away[season];
                sum.days_away[season] += tally.days_away[season];
            }
            for weekday in 0..7 {
                sum.left_on[weekday] += tally.left_on[weekday];
            }
            sum.ends += tally.ends;
            sum.unclean += tally.unclean;
        }
        let leaves: [f64; Season::COUNT] =
            std::array::from_fn(|season| sum.times_away[season] / sum.at_home[season]);
        let starts: f64 = sum.left_on.iter().sum();
        let hours: f64 = sum.first_hours.iter().sum();
        Programme {
            life: std::array::from_fn(|kind| sum.lives[kind] / sum.days[kind]),
            after: std::array::from_fn(|n| sum.after[n] / sum.expected_after[n]),
            leaves,
            stay_days: std::array::from_fn(|season| sum.days_away[season] / sum.times_away[season]),
            leaves_on: sum.left_on.map(|times| 7.0 * times / starts),
            unclean: sum.unclean / sum.ends,
            first_hours: sum.first_hours.map(|lives| lives / hours),
        }
    }
}

impl Rhythm {
    pub fn of(tally: &Tally, detail: Detail, programme: &Programme) -> Self {
        let leaves = |season: usize| {
            let worth = BORROWED_TIMES_AWAY[season];
            let borrowed_days = worth / programme.leaves[season];
            (tally.times_away[season] + worth) / (tally.at_home[season] + borrowed_days)
        };
        let stay = |season: usize| {
            let borrowed = BORROWED_STAYS * programme.stay_days[season];
            (tally.days_away[season] + borrowed)
                / (tally.times_away[season] + BORROWED_STAYS)
                / STAY_DAYS
        };
        let unclean = tally.unclean + BORROWED_ENDS * programme.unclean;
        Rhythm {
            life: tally.life(programme),
            after: std::array::from_fn(|n| {
                (tally.after[n] + BORROWED_AFTER * programme.after[n])
                    / (tally.expected_after[n] + BORROWED_AFTER)
            }),
            begun: (detail == Detail::Hours).then(|| begun(tally, programme)),
            leaves: std::array::from_fn(leaves),
            leaves_on: programme.leaves_on,
            stay: std::array::from_fn(stay),
            usual_away: std::array::from_fn(|season| {
                let away = programme.leaves[season] * programme.stay_days[season];
                away / (1.0 + away)
            }),
            known_days: tally.days.iter().sum::<f64>() + UNKNOWN_HOME_DAYS,
            unclean: (unclean / (tally.ends + BORROWED_ENDS)).clamp(0.005, 0.995),
        }
    }

    /// The chance that a day of this kind shows life, while somebody is at home.
    pub fn chance(&self, kind: DayKind) -> f64 {
        self.life[kind as usize]
    }

    /// The chance of life on the `n`-th day after the last one (from 1).
    pub fn chance_after(&self, kind: DayKind, n: usize) -> f64 {
        let rarer = self.known_days / (self.known_days + n as f64 - 1.0);
        (self.chance(kind) * self.after[n.clamp(1, RUN) - 1] * rarer).clamp(0.05, 0.985)
    }

    /// Days of an ordinary week with a sign of life.
    pub fn days_per_week(&self) -> f64 {
        5.0 * self.chance(DayKind::Weekday)
            + self.chance(DayKind::Saturday)
            + self.chance(DayKind::Sunday)
    }
}

fn begun(tally: &Tally, programme: &Programme) -> [f64; 24] {
    let total = tally.first_hours.iter().sum::<f64>() + BORROWED_HOURS;
    let mut sum = 0.0;
    std::array::from_fn(|hour| {
        sum += tally.first_hours[hour] + BORROWED_HOURS * programme.first_hours[hour];
        (sum / total).min(1.0)
    })
}
