//! The kinds of home.

use super::super::noise::Noise;

/// How a household uses its PC while it is at home.
#[derive(Clone, Debug)]
pub(super) struct Character {
    pub(super) kind: Kind,
    /// Chance that the PC is used on a weekday, Saturday, Sunday, weekday of the school holidays.
    pub(super) used: [f64; 4],
    /// Hour of a day's first use, and its spread.
    pub(super) first_hour: f64,
    pub(super) spread_hours: f64,
    /// Uses on a day after the first, on average.
    pub(super) more: f64,
    /// Median length of a use, in hours.
    pub(super) length_hours: f64,
    /// How a use ends.
    pub(super) ends: [(f64, Ends); 4],
    /// Whether the household leaves for the holidays at all.
    pub(super) travels: bool,
    /// Who is used to telling the programme before they leave.
    pub(super) declares: f64,
    /// Moments of weakness of the line, per year.
    pub(super) outages: f64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Evening,
    Family,
    Weekend,
    Shift,
    Rarely,
    Student,
    WeeksAway,
    AlwaysOn,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ends {
    Off,
    Asleep,
    /// At the switch of the power strip, or the plug.
    Unplugged,
    /// Left running until the next use.
    LeftOn,
}

/// Share of each kind (assumption).
const KINDS: [(f64, Kind); 8] = [
    (0.34, Kind::Evening),
    (0.32, Kind::Family),
    (0.08, Kind::Weekend),
    (0.07, Kind::Shift),
    (0.05, Kind::Rarely),
    (0.06, Kind::Student),
    (0.05, Kind::WeeksAway),
    (0.03, Kind::AlwaysOn),
];

/// Households of low income that leave at least once a year for four nights or
/// more: 37 % in 2012, 39 % in 2016 (Crédoc, Conditions de vie et aspirations).
const TRAVELS: f64 = 0.39;

impl Kind {
    /// For the names of homes.
    pub(super) fn name(self) -> &'static str {
        match self {
            Kind::Evening => "evening",
            Kind::Family => "family",
            Kind::Weekend => "weekend",
            Kind::Shift => "shift",
            Kind::Rarely => "rarely",
            Kind::Student => "student",
            Kind::WeeksAway => "weeks-away",
            Kind::AlwaysOn => "always-on",
        }
    }
}

impl Character {
    pub(super) fn draw(noise: &mut Noise) -> Self {
        let kind = noise.pick(&KINDS);
        let (used, hour, more, length) = match kind {
            Kind::Evening => ([0.90, 0.85, 0.88, 0.88], 19.0, 0.2, 1.8),
            Kind::Family => ([0.95, 0.95, 0.95, 0.95], 13.0, 1.5, 1.5),
            Kind::Weekend => ([0.07, 0.85, 0.85, 0.15], 14.0, 0.6, 2.0),
            Kind::Shift => ([0.90, 0.90, 0.90, 0.90], 14.0, 0.6, 2.0),
            Kind::Rarely => ([0.11, 0.13, 0.13, 0.11], 15.0, 0.1, 0.8),
            Kind::Student => ([0.92, 0.75, 0.80, 0.75], 17.0, 1.0, 2.5),
            Kind::WeeksAway => ([0.85, 0.85, 0.85, 0.85], 16.0, 0.6, 1.5),
            Kind::AlwaysOn => ([0.97, 0.97, 0.97, 0.97], 8.0, 0.5, 3.0),
        };
        // No two homes of a kind are alike.
        let lively = 0.5 * noise.normal();
        Character {
            kind,
            used: used.map(|chance| shift(chance, lively + 0.2 * noise.normal())),
            first_hour: hour + 1.5 * noise.normal(),
            spread_hours: noise.between(0.7, 2.5),
            more: noise.around(more, 0.3),
            length_hours: noise.around(length, 0.3),
            ends: habits(noise, kind),
            travels: noise.happens(TRAVELS),
            declares: noise.pick(&[(0.5, 0.0), (0.5, 0.8)]),
            outages: noise.around(3.0, 0.7),
        }
    }
}

/// Moves a chance up or down on the scale of log-odds.
fn shift(chance: f64, by: f64) -> f64 {
    let odds = chance / (1.0 - chance) * by.exp();
    odds / (1.0 + odds)
}

/// Desktops are shut down, laptops closed, and some homes know but the power strip.
fn habits(noise: &mut Noise, kind: Kind) -> [(f64, Ends); 4] {
    let left_on = if kind == Kind::AlwaysOn { 20.0 } else { 0.04 };
    let [off, asleep, unplugged] = noise.pick(&[
        (0.60, [0.93, 0.04, 0.03]),
        (0.25, [0.25, 0.72, 0.03]),
        (0.15, [0.20, 0.00, 0.80]),
    ]);
    [
        (off, Ends::Off),
        (asleep, Ends::Asleep),
        (unplugged, Ends::Unplugged),
        (left_on, Ends::LeftOn),
    ]
}
