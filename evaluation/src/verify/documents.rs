//! The documents that can be verified: figures as JSON or CSV, and the reports.

use declic_common::Lang;

use super::VerifyError;
use crate::dataset::archive::Opened;
use crate::disclosure::{Audience, Line, Publication};
use crate::export::{Figures, text};
use crate::report::{Kind, report};

/// A document as it was read.
#[derive(Debug)]
pub enum Document {
    Json(Publication),
    Csv(Publication),
    Report {
        kind: Kind,
        lang: Lang,
        figures: Publication,
    },
}

impl Document {
    pub fn publication(&self) -> &Publication {
        match self {
            Document::Json(figures) | Document::Csv(figures) => figures,
            Document::Report { figures, .. } => figures,
        }
    }

    /// The document as it must read.
    pub(super) fn rewrite(
        &self,
        figures: &Publication,
        opened: &Opened,
    ) -> Result<String, VerifyError> {
        let mut bytes = Vec::new();
        match self {
            Document::Json(_) => text::publication(figures, &mut bytes)?,
            Document::Csv(_) => text::csv(&Figures(figures), &mut bytes)?,
            Document::Report { kind, lang, .. } => {
                bytes =
                    report(*kind, figures, &opened.dataset, &opened.manifest, *lang).into_bytes();
            }
        }
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }
}

/// Where a report holds its figures for programs.
const FIGURES: &str = "<script type=\"application/json\" id=\"figures\">";

/// The figures inside of a report.
pub fn figures_of(html: &str) -> Option<&str> {
    let (_, rest) = html.split_once(FIGURES)?;
    Some(rest.split_once("</script>")?.0)
}

pub(super) fn read(text: &str) -> Result<Document, VerifyError> {
    let json = |text: &str| serde_json::from_str(text).map_err(VerifyError::Unreadable);
    if text.starts_with('{') {
        return Ok(Document::Json(json(text)?));
    }
    if text.starts_with("number,code,part,") {
        return csv(text);
    }
    let figures = figures_of(text).ok_or(VerifyError::Unknown)?;
    let lang = if text.contains("<html lang=\"en\"") {
        Lang::En
    } else {
        Lang::Fr
    };
    let kinds = [Kind::Full, Kind::Public];
    let kind = kinds.into_iter().find(|kind| text.contains(&kind.mark()));
    let kind = kind.ok_or(VerifyError::Unknown)?;
    Ok(Document::Report {
        kind,
        lang,
        figures: json(figures)?,
    })
}

fn csv(text: &str) -> Result<Document, VerifyError> {
    let mut lines = Vec::new();
    let mut k = Audience::Inside.k();
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    for record in reader.records() {
        let record = record?;
        let cell = |at: usize| record.get(at).unwrap_or_default().to_owned();
        let number = |at: usize| cell(at).parse().ok();
        k = cell(12).parse().unwrap_or(k);
        lines.push(Line {
            number: cell(0).parse().ok(),
            code: cell(1),
            part: cell(2),
            site: cell(3),
            dimension: cell(4),
            category: cell(5),
            value: number(6),
            unit: cell(7),
            numerator: number(8),
            denominator: number(9),
            missing: number(10),
            suppressed: cell(11),
        });
    }
    let audience = if k == Audience::Public.k() {
        Audience::Public
    } else {
        Audience::Inside
    };
    let period = crate::calendar::Period::new(jiff::civil::Date::ZERO, jiff::civil::Date::ZERO);
    let (cells, shown, programme) = (0, 0, String::new());
    Ok(Document::Csv(Publication {
        programme,
        period,
        audience,
        k,
        cells,
        shown,
        lines,
    }))
}
