//! The rhythm of a household: which silences are ordinary for it, and when a
//! silence is no longer one of them.
//!
//! Days become a [`Tally`] per home; all tallies together are what the
//! [`Programme`] is used to; a home's own tally, shrunk towards the programme, is
//! its [`Rhythm`]; and a [`Silence`] is weighed with it. `docs/rhythm.md` tells
//! the model in words and how well it does.

pub mod belief;
pub mod calendar;
pub mod caution;
pub mod day;
pub mod fleet;
pub mod replay;
pub mod silence;
pub mod tally;

pub use self::calendar::{Calendar, DayKind, LocalDay, Season};
pub use self::caution::Caution;
pub use self::day::{Day, Detail, End, Told};
pub use self::fleet::Fleet;
pub use self::silence::{Hints, Silence};
pub use self::tally::{Programme, Rhythm, Tally};
