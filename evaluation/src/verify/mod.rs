//! Whether what was published is what the dataset says: every figure is worked out again, and
//! each difference named; then the whole document is written again, and compared byte by byte.

mod documents;
#[cfg(test)]
mod tests;

use crate::dataset::archive::Opened;
use crate::disclosure::{Line, Publication, Unsafe, publish};

pub use documents::{Document, figures_of};

/// A figure or a byte that is not what the dataset gives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Difference {
    /// A field of a figure.
    Figure {
        figure: String,
        field: &'static str,
        published: String,
        recomputed: String,
    },
    /// A figure that the dataset does not give.
    Unfounded { figure: String },
    /// A figure that the dataset gives and the document lacks.
    Left { figure: String },
    /// All figures are right, but a line of the document is not as it was written.
    Text {
        line: usize,
        published: String,
        rewritten: String,
    },
}

impl std::fmt::Display for Difference {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Difference::Figure {
                figure,
                field,
                published,
                recomputed,
            } => {
                write!(
                    f,
                    "{figure}: {field} is published as {published}, the dataset gives {recomputed}"
                )
            }
            Difference::Unfounded { figure } => {
                write!(f, "{figure}: nothing in the dataset gives it")
            }
            Difference::Left { figure } => write!(f, "{figure}: left out of the document"),
            Difference::Text {
                line,
                published,
                rewritten,
            } => {
                write!(
                    f,
                    "line {line} reads {published:?}, was written as {rewritten:?}"
                )
            }
        }
    }
}

/// Why a document cannot be verified at all.
#[derive(Debug, thiserror::Error)]
pub enum VerifyError {
    #[error("the document is none that Déclic writes (give figures.json, figures.csv or a report)")]
    Unknown,
    #[error("the figures in the document cannot be read (take an untouched copy)")]
    Unreadable(#[source] serde_json::Error),
    #[error("a line of the document cannot be read (take an untouched copy)")]
    Csv(#[from] csv::Error),
    #[error("the figures of the dataset cannot be published")]
    Unsafe(#[from] Unsafe),
    #[error("failed to write the document again for the comparison")]
    Write(#[from] std::io::Error),
}

/// Works out again what `document` says and names all that differs; nothing if it is all true.
/// Whether the dataset itself is what was signed is in [`Opened::faults`].
pub fn verify(opened: &Opened, document: &[u8]) -> Result<Vec<Difference>, VerifyError> {
    let text = String::from_utf8_lossy(document);
    let document = documents::read(&text)?;
    let period = opened.manifest.about.period;
    let found = document.publication();
    let sites = found.lines.iter().any(|line| !line.site.is_empty());
    let again = publish(&opened.dataset, period, found.audience, sites)?;
    let mut differences = compare(&found.lines, &again.lines);
    if differences.is_empty() {
        let rewritten = document.rewrite(&again, opened)?;
        differences.extend(first_line(&text, &rewritten));
    }
    Ok(differences)
}

fn compare(published: &[Line], again: &[Line]) -> Vec<Difference> {
    let name = |line: &Line| {
        let (site, code, part, dimension, category) = line.key();
        let parts = [site, code, part, dimension, category];
        let parts: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
        parts.join(" / ")
    };
    let known: std::collections::HashMap<_, &Line> =
        again.iter().map(|line| (line.key(), line)).collect();
    let told: std::collections::HashSet<_> = published.iter().map(Line::key).collect();
    let mut differences = Vec::new();
    for line in published {
        let Some(right) = known.get(&line.key()) else {
            differences.push(Difference::Unfounded { figure: name(line) });
            continue;
        };
        let number = |value: Option<f64>| value.map_or("nothing".to_owned(), |one| one.to_string());
        for (field, is, should) in [
            ("value", number(line.value), number(right.value)),
            ("numerator", number(line.numerator), number(right.numerator)),
            (
                "denominator",
                number(line.denominator),
                number(right.denominator),
            ),
            ("missing", number(line.missing), number(right.missing)),
            ("unit", line.unit.clone(), right.unit.clone()),
            (
                "suppressed",
                line.suppressed.clone(),
                right.suppressed.clone(),
            ),
        ] {
            if is != should {
                let (published, recomputed) = (is, should);
                let figure = name(line);
                differences.push(Difference::Figure {
                    figure,
                    field,
                    published,
                    recomputed,
                });
            }
        }
    }
    let left = again.iter().filter(|line| !told.contains(&line.key()));
    differences.extend(left.map(|line| Difference::Left { figure: name(line) }));
    differences
}

fn first_line(published: &str, rewritten: &str) -> Option<Difference> {
    if published == rewritten {
        return None;
    }
    let (mut is, mut should) = (published.split('\n'), rewritten.split('\n'));
    let mut line = 1;
    loop {
        let (a, b) = (is.next(), should.next());
        if a != b || a.is_none() {
            let cut = |text: Option<&str>| text.unwrap_or("").chars().take(120).collect();
            return Some(Difference::Text {
                line,
                published: cut(a),
                rewritten: cut(b),
            });
        }
        line += 1;
    }
}

/// Whether two datasets belong to one evaluation, so that their households can be paired.
pub fn pairs(start: &Opened, end: &Opened) -> bool {
    let (start, end) = (&start.manifest.about, &end.manifest.about);
    start.programme == end.programme
        && start.evaluation == end.evaluation
        && start.pseudonyms == end.pseudonyms
}

/// The same figures as another publication has, for whoever holds both.
pub fn same_figures(one: &Publication, other: &Publication) -> bool {
    compare(&one.lines, &other.lines).is_empty()
}
