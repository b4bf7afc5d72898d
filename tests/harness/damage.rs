//! What disks do to files, done to copies of them, and a table of what came of it.

use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::io;
use std::path::Path;

use crate::Dice;

/// How many damaged copies of each store are tried.
pub const VARIANTS: &str = "DECLIC_VARIANTS";

/// As many as were asked for by `cargo xtask damage`; `few` in a run of the tests.
pub fn variants(few: u64) -> u64 {
    let asked = std::env::var(VARIANTS).ok();
    asked.and_then(|n| n.parse().ok()).unwrap_or(few)
}

/// One kind of damage.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Harm {
    Cut,
    BitsFlipped,
    Garbage,
    /// A block stands where another one belongs.
    Misplaced,
    Zeros,
    Missing,
}

impl Harm {
    const ALL: [Harm; 6] = [
        Harm::Cut,
        Harm::BitsFlipped,
        Harm::Garbage,
        Harm::Misplaced,
        Harm::Zeros,
        Harm::Missing,
    ];

    /// Whole files go missing less often than the rest.
    pub fn any(dice: &mut Dice) -> Self {
        match dice.below(16) {
            0 => Harm::Missing,
            _ => Harm::ALL[dice.index(5)],
        }
    }

    pub fn word(self) -> &'static str {
        match self {
            Harm::Cut => "cut short",
            Harm::BitsFlipped => "bits flipped",
            Harm::Garbage => "garbage",
            Harm::Misplaced => "block misplaced",
            Harm::Zeros => "zeros",
            Harm::Missing => "file missing",
        }
    }

    /// Does it to a file that is not empty.
    pub fn to(self, file: &Path, dice: &mut Dice) -> io::Result<()> {
        if self == Harm::Missing {
            return fs::remove_file(file);
        }
        let mut bytes = fs::read(file)?;
        let length = bytes.len();
        let start = dice.index(length);
        let end = (start + 1 + dice.index(4096)).min(length);
        match self {
            Harm::Cut => bytes.truncate(start),
            Harm::BitsFlipped => {
                for _ in 0..=dice.below(8) {
                    bytes[dice.index(length)] ^= 1 << dice.below(8);
                }
            }
            Harm::Garbage => bytes[start..end].fill_with(|| dice.below(256) as u8),
            Harm::Zeros => bytes[start..end].fill(0),
            Harm::Misplaced | Harm::Missing => {
                let from = dice.index(length);
                let length = (end - start).min(length - from);
                let to = start.min(bytes.len() - length);
                bytes.copy_within(from..from + length, to);
            }
        }
        fs::write(file, bytes)
    }
}

/// How often each damage had each outcome.
#[derive(Clone, Debug, Default)]
pub struct Table(BTreeMap<(Harm, &'static str), u32>);

impl Table {
    pub fn count(&mut self, harm: Harm, outcome: &'static str) {
        *self.0.entry((harm, outcome)).or_default() += 1;
    }

    /// How often this was the outcome.
    pub fn all(&self, outcome: &str) -> u32 {
        let with = self.0.iter().filter(|((_, found), _)| *found == outcome);
        with.map(|(_, n)| n).sum()
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut outcomes: Vec<_> = self.0.keys().map(|(_, outcome)| *outcome).collect();
        outcomes.sort_unstable();
        outcomes.dedup();
        write!(f, "| {:15} |", "damage")?;
        for outcome in &outcomes {
            write!(f, " {outcome} |")?;
        }
        writeln!(f)?;
        for harm in Harm::ALL {
            write!(f, "| {:15} |", harm.word())?;
            for outcome in &outcomes {
                let n = self.0.get(&(harm, *outcome)).unwrap_or(&0);
                write!(f, " {n:>width$} |", width = outcome.len())?;
            }
            writeln!(f)?;
        }
        write!(f, "| {:15} |", "all")?;
        for outcome in &outcomes {
            let n = self.all(outcome);
            write!(f, " {n:>width$} |", width = outcome.len())?;
        }
        writeln!(f)
    }
}
