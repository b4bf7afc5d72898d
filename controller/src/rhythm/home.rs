//! A home that was lived in: its timeline, the absences that it declared, and what failed.
//! One line of JSON each, so that worlds made elsewhere can be judged.

use declic_common::timeline::Activity;
use serde::{Deserialize, Serialize};

use crate::domain::rhythm::Detail;
use crate::domain::timeline::Interval;

/// One home of a world. Times are ms UTC.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Home {
    pub home: String,
    pub consent: Consent,
    pub handover: i64,
    /// In order, without overlap; a gap is a time of which nobody knows anything.
    pub intervals: Vec<Stretch>,
    #[serde(default)]
    pub absences: Vec<Absence>,
    /// What failed for good. The rule never sees it.
    #[serde(default)]
    pub failure: Option<Failure>,
}

/// What a household agreed to: the word of the wire, or true for usage data.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", from = "WrittenConsent")]
pub enum Consent {
    Maintenance,
    Usage,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum WrittenConsent {
    Agreed(bool),
    Word(ConsentWord),
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum ConsentWord {
    Maintenance,
    Usage,
}

impl From<WrittenConsent> for Consent {
    fn from(written: WrittenConsent) -> Self {
        match written {
            WrittenConsent::Agreed(true) | WrittenConsent::Word(ConsentWord::Usage) => {
                Consent::Usage
            }
            WrittenConsent::Agreed(false) | WrittenConsent::Word(ConsentWord::Maintenance) => {
                Consent::Maintenance
            }
        }
    }
}

/// An interval of the timeline.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stretch {
    pub from: i64,
    pub to: i64,
    pub state: Activity,
}

/// Declared before it began.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Absence {
    pub from: i64,
    pub to: i64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    pub kind: FailureKind,
    pub at: i64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FailureKind {
    /// The PC no longer starts.
    Dead,
    /// The line or the box: the PC may run, but is not heard.
    Cut,
    /// Nothing is broken; nobody uses it any more.
    GaveUp,
}

/// Why a line is not a home.
#[derive(Debug, thiserror::Error)]
pub enum HomeError {
    #[error("line {line} is not a home: {why}")]
    NotAHome { line: usize, why: String },
    #[error(
        "line {line}: {what} must end after it begins and begin after the one before it ends (at {at})"
    )]
    BadOrder {
        line: usize,
        what: &'static str,
        at: i64,
    },
    #[error("line {line}: the times must be ms UTC between 1970 and 9999 (not {at})")]
    BadTime { line: usize, at: i64 },
    #[error("there is no home in it: give one JSON object per line")]
    Empty,
}

impl Home {
    pub(crate) fn detail(&self) -> Detail {
        match self.consent {
            Consent::Usage => Detail::Hours,
            Consent::Maintenance => Detail::Days,
        }
    }

    pub(crate) fn timeline(&self) -> Vec<Interval> {
        let interval = |stretch: &Stretch| Interval {
            from: stretch.from,
            to: stretch.to,
            activity: stretch.state,
        };
        self.intervals.iter().map(interval).collect()
    }
}

/// Reads a world: one home per line, blank lines skipped.
pub fn read(text: &str) -> Result<Vec<Home>, HomeError> {
    let mut homes = Vec::new();
    for (n, line) in text.lines().enumerate() {
        if line.trim().is_empty() {
            continue;
        }
        let line_no = n + 1;
        let home: Home = serde_json::from_str(line).map_err(|error| HomeError::NotAHome {
            line: line_no,
            why: error.to_string(),
        })?;
        check(&home, line_no)?;
        homes.push(home);
    }
    if homes.is_empty() {
        return Err(HomeError::Empty);
    }
    Ok(homes)
}

fn check(home: &Home, line: usize) -> Result<(), HomeError> {
    let intervals = home.intervals.iter().map(|i| (i.from, i.to));
    let absences = home.absences.iter().map(|a| (a.from, a.to));
    in_order(intervals, "an interval", line)?;
    in_order(absences, "an absence", line)?;
    let failed = home.failure.map_or(home.handover, |failure| failure.at);
    check_time(home.handover, line)?;
    check_time(failed, line)
}

fn in_order(
    spans: impl Iterator<Item = (i64, i64)>,
    what: &'static str,
    line: usize,
) -> Result<(), HomeError> {
    let mut last = i64::MIN;
    for (from, to) in spans {
        check_time(from, line)?;
        check_time(to, line)?;
        if from < last || to <= from {
            return Err(HomeError::BadOrder {
                line,
                what,
                at: from,
            });
        }
        last = to;
    }
    Ok(())
}

fn check_time(at: i64, line: usize) -> Result<(), HomeError> {
    if (0..=declic_common::limits::TIME_MAX_MS).contains(&at) {
        Ok(())
    } else {
        Err(HomeError::BadTime { line, at })
    }
}

/// Writes a world in the form that [`read`] reads.
pub fn write(homes: &[Home]) -> String {
    let line = |home| serde_json::to_string(home).expect("a home has a JSON form") + "\n";
    homes.iter().map(line).collect()
}
