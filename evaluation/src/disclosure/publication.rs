//! The figures as they leave the house.

use serde::{Deserialize, Serialize};

use super::attack::{Leak, check};
use super::protect::protect;
use super::system::System;
use crate::calendar::Period;
use crate::dataset::Dataset;
use crate::indicators::{Answer, Count, Figure, Indicator, answers};

/// Who reads it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Audience {
    /// Those who evaluate: k = 5.
    Inside,
    /// Everybody: k = 11.
    Public,
}

impl Audience {
    pub fn k(self) -> u32 {
        match self {
            Audience::Inside => 5,
            Audience::Public => 11,
        }
    }

    pub fn word(self) -> &'static str {
        match self {
            Audience::Inside => "inside",
            Audience::Public => "public",
        }
    }
}

/// One published number with what it rests on. Numbers have six decimals at most.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Line {
    /// 1 to 56; annexes have none.
    pub number: Option<u8>,
    pub code: String,
    pub part: String,
    /// Empty for the whole programme.
    pub site: String,
    /// By what it is split; empty if it is not.
    pub dimension: String,
    pub category: String,
    /// Absent if nothing is known, or if `suppressed` says so.
    pub value: Option<f64>,
    pub unit: String,
    pub numerator: Option<f64>,
    pub denominator: Option<f64>,
    pub missing: Option<f64>,
    /// Which of value, numerator, denominator and missing are left out because they would tell
    /// of too few households; separated by spaces.
    pub suppressed: String,
}

impl Line {
    /// What tells lines apart.
    pub fn key(&self) -> (&str, &str, &str, &str, &str) {
        (
            &self.site,
            &self.code,
            &self.part,
            &self.dimension,
            &self.category,
        )
    }

    pub fn is_suppressed(&self, field: &str) -> bool {
        self.suppressed.split(' ').any(|one| one == field)
    }
}

/// Everything that is published together.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Publication {
    pub programme: String,
    pub period: Period,
    pub audience: Audience,
    pub k: u32,
    /// Counts that could be shown, and those that are.
    pub cells: u64,
    pub shown: u64,
    pub lines: Vec<Line>,
}

impl Publication {
    /// The first line of the whole programme with this code, part and category.
    pub fn line_any(&self, code: &str, part: &str, category: &str) -> Option<&Line> {
        let fits = |line: &&Line| {
            line.site.is_empty()
                && line.code == code
                && line.part == part
                && line.category == category
        };
        self.lines.iter().find(fits)
    }

    /// The lines of an indicator for the whole programme.
    pub fn of<'a>(&'a self, code: &'a str) -> impl Iterator<Item = &'a Line> {
        self.lines
            .iter()
            .filter(move |line| line.site.is_empty() && line.code == code)
    }
}

/// What the checker found out: nothing may be published.
#[derive(Debug, thiserror::Error)]
#[error("{} counts could be worked out from what would be published, the first is {} (publish fewer tables, or leave the sites out)", .leaks.len(), .leaks[0].cell)]
pub struct Unsafe {
    pub leaks: Vec<Leak>,
}

/// Indicators that belong to a programme as a whole.
const WHOLE: [&str; 13] = [
    "households_approached",
    "take_up_rate",
    "device_yield",
    "disk_warnings",
    "repair_outcome",
    "cost",
    "participants",
    "partners",
    "premises",
    "staff_hours",
    "funding",
    "governance_acts",
    "co2e_avoided",
];

/// Every figure of a period, without what would tell of too few; checked before it is returned.
/// `sites`: also the figures of each site, where there are several.
pub fn publish(
    data: &Dataset,
    period: Period,
    audience: Audience,
    sites: bool,
) -> Result<Publication, Unsafe> {
    let mut parts: Vec<(String, Vec<(&'static Indicator, Answer)>)> = Vec::new();
    parts.push((String::new(), answers(data, period)));
    let mut codes: Vec<String> = data.sites.iter().map(|site| site.site.clone()).collect();
    codes.sort();
    if sites && codes.len() > 1 {
        for code in &codes {
            let mut of_site = answers(&data.of_site(code), period);
            of_site.retain(|(indicator, _)| !WHOLE.contains(&indicator.code));
            parts.push((code.clone(), of_site));
        }
    }
    let mut system = System::default();
    for (scope, answers) in &parts {
        for (_, answer) in answers {
            system.add(answer, scope);
        }
    }
    system.join(&codes);
    let k = audience.k();
    protect(&mut system, k);
    let leaks = check(&system, k);
    if !leaks.is_empty() {
        return Err(Unsafe { leaks });
    }
    let mut lines = Vec::new();
    for (scope, answers) in &parts {
        for (indicator, answer) in answers {
            lines.extend(
                answer
                    .figures
                    .iter()
                    .map(|one| line(indicator, one, scope, &system)),
            );
        }
    }
    let visible = |cell: &&super::system::Cell| cell.weight > 0.0;
    let cells = system.cells.iter().filter(visible).count() as u64;
    let shown = system
        .cells
        .iter()
        .filter(|cell| cell.shown == super::system::Shown::Yes)
        .count();
    let programme = data
        .programme
        .first()
        .map_or(String::new(), |row| row.programme.clone());
    Ok(Publication {
        programme,
        period,
        audience,
        k,
        cells,
        shown: shown as u64,
        lines,
    })
}

fn line(indicator: &Indicator, figure: &Figure, scope: &str, system: &System) -> Line {
    let mut suppressed = Vec::new();
    let mut show = |field: &'static str, count: &Option<Count>| {
        let count = count.as_ref()?;
        if system.shows(count, scope) {
            return Some(round(count.value));
        }
        suppressed.push(field);
        None
    };
    let numerator = show("numerator", &figure.numerator);
    let denominator = show("denominator", &figure.denominator);
    let missing = show("missing", &figure.missing);
    // A value together with all but one of its counts gives that one away; a count alone does
    // not need what it was counted over.
    let counted = figure.numerator.as_ref().map(|count| count.value) == figure.value;
    let hidden = suppressed.iter().any(|field| match *field {
        "numerator" => true,
        "denominator" => !counted,
        _ => matches!(figure.part, "low" | "high"),
    });
    let value = figure.value.filter(|_| !hidden).map(round);
    if hidden && figure.value.is_some() {
        suppressed.insert(0, "value");
    }
    Line {
        number: indicator.number,
        code: indicator.code.to_owned(),
        part: figure.part.to_owned(),
        site: scope.to_owned(),
        dimension: figure.dimension.to_owned(),
        category: figure.category.clone(),
        value,
        unit: figure.unit.word().to_owned(),
        numerator,
        denominator,
        missing,
        suppressed: suppressed.join(" "),
    }
}

/// Six decimals: enough for every figure, and the same on every machine.
fn round(value: f64) -> f64 {
    let rounded = (value * 1e6).round() / 1e6;
    // Minus zero would be written as another number.
    rounded + 0.0
}
