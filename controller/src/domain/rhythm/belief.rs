//! What may have become of a home that is silent: at home and not at the PC, cut
//! off for a moment, away, or something failed. Each day without life moves the weights.

/// Chance per day that a home fails for good: its PC, its line, or its interest. About one home
/// in five in a year; what the field shows may correct it.
const FAILS: f64 = 0.0006;
/// Share of failures that strike while the device runs, so that it cannot say goodbye.
const FAILS_RUNNING: f64 = 0.4;
/// A disk that warned makes a failure this much likelier.
const DISK_WARNED: f64 = 5.0;
/// A ladder that was failing makes a failure of the line this much likelier.
const LADDER_FAILED: f64 = 4.0;
/// Chance that a session ends because the line has a moment of weakness, for a home alone and
/// when neighbours fell with it.
const LINE_DROPS: f64 = 0.0008;
const LINE_DROPS_TOGETHER: f64 = 0.1;
/// Chance per day that a weak line is back.
const LINE_HEALS: f64 = 0.5;

/// Of the households that leave: some days, a holiday, or a whole season.
const SHORT: f64 = 0.65;
const LONG: f64 = 0.33;
const SEASON: f64 = 0.02;
/// Chance per day to come back from each. A holiday goes through three parts, so
/// that it rarely ends at once and rarely lasts for ever.
const SHORT_ENDS: f64 = 1.0 / 4.0;
const LONG_PART_ENDS: f64 = 3.0 / 13.0;
const SEASON_ENDS: f64 = 1.0 / 40.0;
/// After a declared absence: who is not back yet.
const LATE_SHORT: f64 = 0.3;
const LATE_LONG: f64 = 0.05;

/// How a silence began.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Beginning {
    /// The session ended without a goodbye.
    pub(super) cut: bool,
    pub(super) ladder_failing: bool,
    pub(super) neighbours_fell: bool,
    pub(super) disk_warned: bool,
    /// The home's own share of unclean ends.
    pub(super) unclean: f64,
}

/// Weights of what may be; only their ratios count.
#[derive(Clone, Copy, Debug)]
pub(super) struct Belief {
    at_home: f64,
    line_weak: f64,
    short: f64,
    long: [f64; 3],
    season: f64,
    failed: f64,
    /// Chance per day to fail.
    fails: f64,
}

impl Belief {
    pub(super) fn new(beginning: Beginning) -> Self {
        let Beginning { unclean, .. } = beginning;
        let fails = FAILS
            * if beginning.disk_warned {
                DISK_WARNED
            } else {
                1.0
            };
        let (at_home, line_weak, failed) = if beginning.cut {
            let drops = if beginning.neighbours_fell {
                LINE_DROPS_TOGETHER
            } else {
                LINE_DROPS
            };
            let ladder = if beginning.ladder_failing {
                LADDER_FAILED
            } else {
                1.0
            };
            let running = FAILS_RUNNING * ladder + (1.0 - FAILS_RUNNING) * unclean;
            (unclean, drops, fails * running)
        } else {
            let resting = (1.0 - FAILS_RUNNING) * (1.0 - unclean);
            (1.0 - unclean, 0.0, fails * resting)
        };
        Belief {
            at_home,
            line_weak,
            short: 0.0,
            long: [0.0; 3],
            season: 0.0,
            failed,
            fails,
        }
    }

    /// A night passes: somebody leaves, comes back, or something fails. `leaves` is the
    /// chance per day to leave, `stay` how long this home stays away (1 is the default).
    pub(super) fn night(&mut self, leaves: f64, stay: f64) {
        let leaving = self.at_home * leaves;
        let back = |share: f64| (share / stay).min(0.9);
        let (short, long, season) = (back(SHORT_ENDS), back(LONG_PART_ENDS), back(SEASON_ENDS));
        let healed = self.line_weak * LINE_HEALS;
        let [a, b, c] = self.long;
        let home = self.short * short + c * long + self.season * season;
        self.at_home += home + healed - leaving;
        self.line_weak -= healed;
        self.short += leaving * SHORT - self.short * short;
        self.long = [
            a * (1.0 - long) + leaving * LONG,
            b * (1.0 - long) + a * long,
            c * (1.0 - long) + b * long,
        ];
        self.season += leaving * SEASON - self.season * season;
        self.fail();
    }

    /// A day of a declared absence: it tells nothing, but things may fail.
    pub(super) fn excused(&mut self) {
        self.fail();
    }

    /// A declared absence is over: most are back, some are late.
    pub(super) fn back_from_absence(&mut self) {
        let home = self.at_home
            + self.line_weak
            + self.short
            + self.season
            + self.long.iter().sum::<f64>();
        self.short = home * LATE_SHORT;
        self.long = [0.0, home * LATE_LONG, 0.0];
        self.season = 0.0;
        self.line_weak = 0.0;
        self.at_home = home * (1.0 - LATE_SHORT - LATE_LONG);
    }

    fn fail(&mut self) {
        let keep = 1.0 - self.fails;
        let alive = self.alive(1.0);
        for weight in [
            &mut self.at_home,
            &mut self.line_weak,
            &mut self.short,
            &mut self.season,
        ]
        .into_iter()
        .chain(&mut self.long)
        {
            *weight *= keep;
        }
        self.failed += alive * self.fails;
    }

    /// A day, or a part of it, on which a home shows life with this chance, and did not.
    pub(super) fn silent(&mut self, chance: f64) {
        self.at_home *= 1.0 - chance;
    }

    fn alive(&self, at_home: f64) -> f64 {
        self.at_home * at_home
            + self.line_weak
            + self.short
            + self.season
            + self.long.iter().sum::<f64>()
    }

    /// The chance that something failed, after a silence that goes on into a day of
    /// which this much was to show life by now.
    pub(super) fn failed(&self, chance_so_far: f64) -> f64 {
        self.failed / (self.failed + self.alive(1.0 - chance_so_far))
    }
}
