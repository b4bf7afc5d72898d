//! The 56 indicators and three annexes: each one small function over one [`Ground`], with
//! its definition beside it.
//!
//! Conventions: periods are half-open and in local days; a ratio carries numerator,
//! denominator and what is missing; unknown is never zero; month-n rates count only homes
//! that could have come so far; percentiles are interpolated ([`stats`]).

mod answer;
mod care;
mod ground;
mod impact;
mod machines;
mod means;
mod people;
mod registry;
pub mod stats;
#[cfg(test)]
mod tests;
mod usage;
mod workshop;

pub use answer::{Answer, Count, Figure, Sum, Unit};
pub use ground::{ACTIVE_MINUTES, Active, Ground, Handover, ServiceDay};
pub use usage::HOUR_BANDS;

use declic_common::Lang;

use crate::calendar::Period;
use crate::dataset::Dataset;

/// What an indicator is about; the order of the pages and of the annex.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Chapter {
    People,
    Machines,
    Usage,
    Care,
    Workshop,
    Impact,
    Annex,
}

impl Chapter {
    pub const ALL: [Chapter; 7] = [
        Chapter::People,
        Chapter::Machines,
        Chapter::Usage,
        Chapter::Care,
        Chapter::Workshop,
        Chapter::Impact,
        Chapter::Annex,
    ];

    pub fn title(self, lang: Lang) -> &'static str {
        match self {
            Chapter::People => lang.say("Personnes touchées", "People reached"),
            Chapter::Machines => lang.say("Ordinateurs", "Computers"),
            Chapter::Usage => lang.say("Usage et connexion", "Use and connection"),
            Chapter::Care => lang.say("Maintenance", "Maintenance"),
            Chapter::Workshop => lang.say("Atelier", "Workshop"),
            Chapter::Impact => lang.say("Effets et coûts", "Effects and costs"),
            Chapter::Annex => lang.say("Annexes", "Annexes"),
        }
    }
}

/// One indicator: what it means and how it is worked out.
#[derive(Clone, Copy, Debug)]
pub struct Indicator {
    /// 1 to 56; annexes have none.
    pub number: Option<u8>,
    pub code: &'static str,
    pub chapter: Chapter,
    /// French, English.
    pub title: (&'static str, &'static str),
    /// French, English.
    pub definition: (&'static str, &'static str),
    /// Who observed it: A agent, T technician, M workshop leader, S survey, F finance.
    pub source: &'static str,
    compute: fn(&Ground) -> Answer,
}

impl Indicator {
    pub fn answer(&self, ground: &Ground) -> Answer {
        (self.compute)(ground)
    }

    pub fn title(&self, lang: Lang) -> &'static str {
        lang.say(self.title.0, self.title.1)
    }

    pub fn definition(&self, lang: Lang) -> &'static str {
        lang.say(self.definition.0, self.definition.1)
    }
}

/// All of them, by number, annexes last.
pub fn all() -> impl Iterator<Item = &'static Indicator> {
    registry::ALL.iter().copied().flatten()
}

/// The indicator with this code.
pub fn of(code: &str) -> Option<&'static Indicator> {
    all().find(|one| one.code == code)
}

/// Every answer for one period.
pub fn answers(data: &Dataset, period: Period) -> Vec<(&'static Indicator, Answer)> {
    let ground = Ground::new(data, period);
    all().map(|one| (one, one.answer(&ground))).collect()
}
