//! The same tables in the forms that others read. Everything streams: no format holds more
//! than a few thousand rows at once.

pub mod codes;
pub mod cra;
pub mod mediation;
pub mod openmetrics;
pub mod package;
pub mod parquet;
#[cfg(test)]
mod tests;
pub mod text;
pub mod xlsx;

use crate::dataset::{Cell, Dataset, Field, Kind, Table};
use crate::disclosure::{Line, Publication};
use crate::indicators;

/// Why an export could not be written.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    #[error("failed to write the export (is there room, and may this folder be written?)")]
    Write(#[from] std::io::Error),
    #[error("failed to write the Parquet file of {table}")]
    Parquet {
        table: String,
        #[source]
        source: ::parquet::errors::ParquetError,
    },
    #[error(
        "failed to write the workbook (a sheet holds 1,048,575 rows; choose CSV or Parquet for more)"
    )]
    Workbook(#[from] rust_xlsxwriter::XlsxError),
}

/// Published figures as a table.
#[derive(Debug)]
pub struct Figures<'a>(pub &'a Publication);

impl Table for Figures<'_> {
    fn name(&self) -> &'static str {
        "figures"
    }
    fn about(&self) -> &'static str {
        "Published figures of the indicators"
    }
    fn key(&self) -> &'static [&'static str] {
        &[]
    }
    fn fields(&self) -> Vec<Field> {
        let field = |name, kind, required, description| Field {
            name,
            kind,
            required,
            description,
            words: Vec::new(),
        };
        vec![
            field(
                "number",
                Kind::Integer,
                false,
                "Number of the indicator, 1 to 56; annexes have none",
            ),
            field(
                "code",
                Kind::Text,
                true,
                "Code of the indicator, explained in the dictionary",
            ),
            field("part", Kind::Text, true, "Which number of the indicator"),
            field(
                "site",
                Kind::Text,
                false,
                "Site; empty for the whole programme",
            ),
            field(
                "dimension",
                Kind::Text,
                false,
                "By what it is split; empty if it is not",
            ),
            field("category", Kind::Text, false, "Which part of the split"),
            field(
                "value",
                Kind::Number,
                false,
                "The figure; empty if unknown or suppressed",
            ),
            field("unit", Kind::Text, true, "Unit of the value"),
            field("numerator", Kind::Number, false, "What was counted"),
            field(
                "denominator",
                Kind::Number,
                false,
                "What it was counted over, or the number of observations",
            ),
            field("missing", Kind::Number, false, "How much is not known"),
            field(
                "suppressed",
                Kind::Text,
                false,
                "Which of these are left out because they describe too few households",
            ),
            field(
                "k",
                Kind::Integer,
                true,
                "Smallest number of households that is shown",
            ),
        ]
    }
    fn rows(&self) -> usize {
        self.0.lines.len()
    }
    fn cells(&self, row: usize) -> Vec<Cell<'_>> {
        let line: &Line = &self.0.lines[row];
        let text = |text: &'_ str| if text.is_empty() { None } else { Some(()) };
        let number = |value: Option<f64>| value.map_or(Cell::Empty, Cell::Number);
        let some = |word| text(word).map_or(Cell::Empty, |()| Cell::Text(word));
        vec![
            line.number
                .map_or(Cell::Empty, |number| Cell::Integer(i64::from(number))),
            some(line.code.as_str()),
            some(line.part.as_str()),
            some(line.site.as_str()),
            some(line.dimension.as_str()),
            some(line.category.as_str()),
            number(line.value),
            some(line.unit.as_str()),
            number(line.numerator),
            number(line.denominator),
            number(line.missing),
            some(line.suppressed.as_str()),
            Cell::Integer(i64::from(self.0.k)),
        ]
    }
}

/// The dictionary of the indicators as a table.
#[derive(Debug)]
pub struct Dictionary;

impl Table for Dictionary {
    fn name(&self) -> &'static str {
        "indicators"
    }
    fn about(&self) -> &'static str {
        "Dictionary of the indicators"
    }
    fn key(&self) -> &'static [&'static str] {
        &["code"]
    }
    fn fields(&self) -> Vec<Field> {
        let text = |name, required, description| Field {
            name,
            kind: Kind::Text,
            required,
            description,
            words: Vec::new(),
        };
        let mut fields = vec![
            text("code", true, "Code of the indicator"),
            text("title_fr", true, "Title in French"),
            text("title_en", true, "Title in English"),
            text("definition_fr", true, "Definition in French"),
            text("definition_en", true, "Definition in English"),
            text(
                "source",
                true,
                "A agent, T technician, M workshop leader, S survey, F finance",
            ),
        ];
        let number = Field {
            kind: Kind::Integer,
            ..text("number", false, "1 to 56; annexes have none")
        };
        fields.insert(0, number);
        fields
    }
    fn rows(&self) -> usize {
        indicators::all().count()
    }
    fn cells(&self, row: usize) -> Vec<Cell<'_>> {
        let one = indicators::all().nth(row).expect("rows are counted above");
        let mut cells = vec![
            one.number
                .map_or(Cell::Empty, |number| Cell::Integer(i64::from(number))),
        ];
        let texts = [
            one.code,
            one.title.0,
            one.title.1,
            one.definition.0,
            one.definition.1,
            one.source,
        ];
        cells.extend(texts.map(Cell::Text));
        cells
    }
}

/// The tables of an export: figures, dictionary and code lists, and the rows beneath them where
/// they may go along.
pub fn tables<'a>(
    figures: &'a Figures<'a>,
    codes: &'a codes::CodeLists,
    rows: Option<&'a Dataset>,
) -> Vec<&'a dyn Table> {
    let mut tables: Vec<&dyn Table> = vec![figures, &Dictionary, codes];
    tables.extend(rows.into_iter().flat_map(Dataset::tables));
    tables
}
