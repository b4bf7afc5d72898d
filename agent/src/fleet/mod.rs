//! Many homes in one process, to find out how large a machine a programme needs.
//!
//! Each is the real agent, with its reporter, spool and uplink, over a simulated
//! machine and in a folder of its own. No controller can tell it from a real one.

mod folders;
mod lives;
mod open_files;
pub mod program;
mod told;

use std::path::PathBuf;
use std::time::Duration;

use clap::ValueEnum;

/// What the homes do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Profile {
    /// Switched on one after the other, as fast as a controller lets in those of one
    /// address; then each reports at its interval.
    Steady,
    /// The power of a whole quarter comes back: all at once, each with a backlog.
    Return,
}

/// A fleet and where it lives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fleet {
    pub devices: usize,
    /// Holds a folder for each home.
    pub place: PathBuf,
    /// Enrolment codes, one a line; line *n* is for home *n*. Only a home that is not
    /// enrolled yet needs its line.
    pub codes: Option<PathBuf>,
    pub interval: Duration,
    pub profile: Profile,
    /// Reports that each home made while it was cut off, with [`Profile::Return`].
    pub backlog: u32,
    /// When to stop; otherwise when asked to, or when a quarter is back.
    pub lasts: Option<Duration>,
    /// Between two lines of figures.
    pub every: Duration,
}

impl Fleet {
    fn folder(&self, n: usize) -> PathBuf {
        self.place.join(format!("{n:05}"))
    }

    /// What tells the machine of one home from others.
    fn seed(n: usize) -> u64 {
        n as u64 + 1
    }
}
