//! The code lists: every word that stands in a column, in French and English.

use crate::dataset::{Cell, Dataset, Field, Kind, Table};

/// Table, column, word, French, English.
#[derive(Debug)]
pub struct CodeLists(Vec<[&'static str; 5]>);

impl Default for CodeLists {
    fn default() -> Self {
        let mut rows = Vec::new();
        for table in Dataset::default().tables() {
            for field in table.fields() {
                let words = field.words.iter();
                rows.extend(
                    words.map(|(word, fr, en)| [table.name(), field.name, *word, *fr, *en]),
                );
            }
        }
        CodeLists(rows)
    }
}

impl Table for CodeLists {
    fn name(&self) -> &'static str {
        "code_lists"
    }
    fn about(&self) -> &'static str {
        "Words that stand in columns"
    }
    fn key(&self) -> &'static [&'static str] {
        &["table", "column", "word"]
    }
    fn fields(&self) -> Vec<Field> {
        let columns = [
            ("table", "Table"),
            ("column", "Column"),
            ("word", "Word as it stands there"),
            ("fr", "What it means, in French"),
            ("en", "What it means, in English"),
        ];
        let field = |(name, description)| Field {
            name,
            kind: Kind::Text,
            required: true,
            description,
            words: Vec::new(),
        };
        columns.into_iter().map(field).collect()
    }
    fn rows(&self) -> usize {
        self.0.len()
    }
    fn cells(&self, row: usize) -> Vec<Cell<'_>> {
        self.0[row].iter().map(|text| Cell::Text(text)).collect()
    }
}
