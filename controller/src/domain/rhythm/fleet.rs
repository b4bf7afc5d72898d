//! How silent the rest of the fleet is: school holidays empty a whole quarter, and no
//! calendar is needed to see it.

use super::calendar::LocalDay;

/// Homes' worth of doubt about one day: what two or three homes do is no holiday.
const DAY_DOUBT: f64 = 12.0;
/// Keeps the ratio of two small shares calm.
const FLOOR: f64 = 0.02;
/// However empty the quarter, it excuses no more than this.
const MOST: f64 = 15.0;
/// A silence longer than this (days) says nothing about the day any more.
pub const COUNTED_DAYS: i32 = 14;

/// How many homes were heard of on each complete local day, and how many would
/// have been had everybody been at home.
#[derive(Clone, Debug, Default)]
pub struct Fleet {
    first: Option<LocalDay>,
    days: Vec<FleetDay>,
    /// All days together.
    all: FleetDay,
}

#[derive(Clone, Copy, Debug, Default)]
struct FleetDay {
    expected: f64,
    alive: f64,
    /// Variance of `alive` if everybody were at home.
    variance: f64,
}

impl Fleet {
    /// Adds a complete day, later than all before it. Each home gives the chance
    /// that it shows life on such a day, and whether it did. Homes that are silent
    /// for more than [`COUNTED_DAYS`], excused or called already are left out.
    pub fn add(&mut self, day: LocalDay, homes: impl IntoIterator<Item = (f64, bool)>) {
        let mut sum = FleetDay::default();
        for (chance, alive) in homes {
            sum.expected += chance;
            sum.alive += f64::from(u8::from(alive));
            sum.variance += chance * (1.0 - chance);
        }
        let first = *self.first.get_or_insert(day);
        let at = usize::try_from(day.since(first)).expect("days come in order");
        self.days.resize(at + 1, FleetDay::default());
        self.days[at] = sum;
        self.all.expected += sum.expected;
        self.all.alive += sum.alive;
    }

    /// How much likelier than usual it is that a home is away on `day`: 1 on an
    /// ordinary day, never less, because a lively fleet accuses nobody. A day that is not over
    /// is taken to be like the last one that is. `usual` is the share of homes that is away at
    /// such a time of the year, and `own` what the silent home itself added to the
    /// expected lives: its own silence is no excuse for it.
    pub fn away_factor(&self, day: LocalDay, usual: f64, own: f64) -> f64 {
        let Some(first) = self.first else { return 1.0 };
        let Ok(at) = usize::try_from(day.since(first)) else {
            return 1.0;
        };
        let today = self.days[at.min(self.days.len() - 1)];
        let expected = (today.expected - own).max(0.0);
        // Homes that have failed and nobody knows of yet are missing every day.
        let always = (self.all.expected - self.all.alive).max(0.0) / self.all.expected.max(1.0);
        let usual = usual.max(always);
        // What chance alone may do is no sign.
        let missing = (expected - today.alive - today.variance.sqrt()).max(0.0);
        let share = (missing + DAY_DOUBT * usual) / (expected + DAY_DOUBT);
        ((share + FLOOR) / (usual + FLOOR)).clamp(1.0, MOST)
    }
}
