//! The published figures as OpenMetrics, for dashboards. What is suppressed or unknown has no
//! sample.

use std::io::{self, Write};

use crate::disclosure::{Line, Publication};

type Sample = fn(&Line) -> Option<f64>;

/// Writes four families: value, numerator, denominator and missing.
pub fn openmetrics(publication: &Publication, to: impl Write) -> io::Result<()> {
    let mut to = io::BufWriter::new(to);
    let families: [(&str, &str, Sample); 4] = [
        ("declic_indicator", "Value of an indicator", |line| {
            line.value
        }),
        ("declic_indicator_numerator", "What was counted", |line| {
            line.numerator
        }),
        (
            "declic_indicator_denominator",
            "What it was counted over",
            |line| line.denominator,
        ),
        (
            "declic_indicator_missing",
            "How much is not known",
            |line| line.missing,
        ),
    ];
    for (family, help, sample) in families {
        writeln!(to, "# TYPE {family} gauge\n# HELP {family} {help}")?;
        for line in &publication.lines {
            let Some(value) = sample(line) else { continue };
            write!(
                to,
                "{family}{{programme=\"{}\"",
                escaped(&publication.programme)
            )?;
            let labels = [
                ("code", line.code.as_str()),
                ("part", &line.part),
                ("site", &line.site),
                ("dimension", &line.dimension),
                ("category", &line.category),
                ("unit", &line.unit),
            ];
            for (label, text) in labels.into_iter().filter(|(_, text)| !text.is_empty()) {
                write!(to, ",{label}=\"{}\"", escaped(text))?;
            }
            writeln!(to, "}} {value}")?;
        }
    }
    writeln!(to, "# EOF")?;
    to.flush()
}

fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\")
        .replace('"', "\\\"")
        .replace('\n', "\\n")
}
