//! *Évaluation*: the indicators, what is missing in them, what may be published, and the files
//! that leave.

mod chapters;
mod compare;
mod files;
mod gaps;
mod publish;

use std::sync::Arc;

use declic_evaluation::calendar::Period;
use declic_evaluation::disclosure::Line;
use declic_evaluation::report::words;
use jiff::Timestamp;
use jiff::civil::{Date, date};

use super::Asked;
use super::by;
use super::plate::Tab;
use crate::app::evaluation::figures::{Figures, figures};
use crate::clock;
use crate::domain::rights::Permission::Evaluate;
use crate::http::access::Access::Needs;
use crate::http::access::{Pages, Pass};
use crate::http::pages::view::View;
use crate::http::problem::Failure;
use crate::http::router::Desk;

pub(super) const EVALUATION: &str = "/evaluation";

/// The pages of an evaluation, each with its rule.
pub(super) fn routes(pages: Pages) -> Pages {
    let at = "/programmes/{programme}/evaluation";
    pages
        .get(Needs(Evaluate), at, chapters::show)
        .get(Needs(Evaluate), &format!("{at}/comparaison"), compare::show)
        .get(Needs(Evaluate), &format!("{at}/manques"), gaps::show)
        .get(Needs(Evaluate), &format!("{at}/publier"), publish::show)
        .get(
            Needs(Evaluate),
            &format!("{at}/fichiers/{{name}}"),
            files::download,
        )
        .post(Needs(Evaluate), &format!("{at}/figer"), files::freeze)
}

fn path(programme: &str, page: &str) -> String {
    match page {
        "" => format!("/programmes/{programme}/evaluation"),
        page => format!("/programmes/{programme}/evaluation/{page}"),
    }
}

fn tabs(v: &View, programme: &str, here: &str) -> Vec<Tab> {
    let pages = [
        ("", v.say("Indicateurs", "Indicators")),
        ("comparaison", v.say("Début et fin", "Start and end")),
        ("manques", v.say("Ce qui manque", "What is missing")),
        ("publier", v.say("Publier et figer", "Publish and freeze")),
    ];
    let tab = |(page, name)| (path(programme, page), name, page == here);
    pages.map(tab).into()
}

/// The figures of the whole programme, or of one of its quarters.
async fn read(
    desk: &Desk,
    pass: &Pass,
    programme: &str,
    quarter: Option<Quarter>,
) -> Result<Arc<Figures>, Failure> {
    let part = quarter.map(Quarter::period);
    Ok(figures(&desk.app, programme, part, &by(pass), clock::now()).await?)
}

/// Of when the figures are, and of what.
fn basis(v: &View, found: &Figures) -> String {
    let period = found.inside.period;
    let last = period.to.yesterday().unwrap_or(period.to);
    let (from, to, at) = (v.date(period.from), v.date(last), v.hour(found.read_at));
    v.say(
        format!("Du {from} au {to}, comme c’était connu à {at}."),
        format!("From {from} to {to}, as it was known at {at}."),
    )
}

/// Three months of the calendar. Periods that anybody may choose freely could be subtracted
/// from each other, until what is left is one household.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Quarter {
    year: i16,
    /// 1 to 4.
    n: i8,
}

impl Quarter {
    /// As an address writes it, such as `2026-2`.
    fn from_word(word: &str) -> Option<Self> {
        let (year, n) = word.split_once('-')?;
        let (year, n) = (year.parse().ok()?, n.parse().ok()?);
        let fits = (2000..=2100).contains(&year) && (1..=4).contains(&n);
        fits.then_some(Quarter { year, n })
    }

    fn of(day: Date) -> Self {
        Quarter {
            year: day.year(),
            n: (day.month() - 1) / 3 + 1,
        }
    }

    fn next(self) -> Self {
        match self.n {
            4 => Quarter {
                year: self.year + 1,
                n: 1,
            },
            n => Quarter { n: n + 1, ..self },
        }
    }

    fn period(self) -> Period {
        let begins = |one: Quarter| date(one.year, one.n * 3 - 2, 1);
        Period::new(begins(self), begins(self.next()))
    }

    fn word(self) -> String {
        format!("{}-{}", self.year, self.n)
    }

    /// Those that a period touches, first to last.
    fn within(period: Period) -> Vec<Self> {
        let last = Quarter::of(period.to.yesterday().unwrap_or(period.to));
        let mut all = vec![Quarter::of(period.from)];
        while let Some(one) = all.last().filter(|one| **one != last && all.len() < 40) {
            all.push(one.next());
        }
        all
    }
}

/// The quarter that an address asks for, if it is one.
fn asked_quarter(asked: &Asked) -> Option<Quarter> {
    asked
        .get("trimestre")
        .and_then(|word| Quarter::from_word(word))
}

/// A figure, as a table shows it.
#[derive(Debug)]
struct Shown {
    label: String,
    value: String,
    /// It would tell of too few households.
    hidden: bool,
    unknown: bool,
    basis: String,
    missing: String,
}

fn shown(line: &Line, v: &View) -> Shown {
    let lang = v.lang();
    Shown {
        label: v.capital(words::label(line, lang)),
        value: words::value(line, lang),
        hidden: line.is_suppressed("value"),
        unknown: words::is_unknown(line),
        basis: words::basis(line, lang),
        missing: words::missing(line, lang),
    }
}

/// Several figures under one name.
#[derive(Clone, Copy, Debug)]
struct Table<'a> {
    name: &'static str,
    lines: &'a [Shown],
}

impl Table<'_> {
    /// One of them was counted over something.
    fn has_basis(&self) -> bool {
        self.lines.iter().any(|line| !line.basis.is_empty())
    }

    fn has_missing(&self) -> bool {
        self.lines.iter().any(|line| !line.missing.is_empty())
    }
}

/// A moment as machines read it, for `<time>`.
fn stamp(v: &View, at: Timestamp) -> String {
    v.machine(at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_period_is_cut_into_the_quarters_of_the_calendar() {
        let period = Period::new(date(2026, 11, 20), date(2027, 4, 1));
        let words: Vec<String> = Quarter::within(period)
            .into_iter()
            .map(Quarter::word)
            .collect();
        assert_eq!(words, ["2026-4", "2027-1"]);
        let last = Quarter::from_word("2026-4").unwrap().period();
        assert_eq!((last.from, last.to), (date(2026, 10, 1), date(2027, 1, 1)));
        for word in ["2026", "2026-5", "2026-0", "99999-1", "a-b"] {
            assert_eq!(Quarter::from_word(word), None, "{word}");
        }
    }
}
