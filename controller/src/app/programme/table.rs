//! Records as CSV: what an export writes, an import reads back.

use declic_common::programme::body::Shown;
use declic_common::programme::{BadField, Field, Sheet, cell};
use serde_json::{Map, Value as Json};

/// A line of a table, with its place in the file.
#[derive(Clone, Debug)]
pub(super) struct Line {
    /// The first line of a file is 1.
    pub(super) number: u64,
    /// By field; or why the line cannot be read at all.
    pub(super) cells: Result<Map<String, Json>, BadField>,
}

/// The columns of a file that are fields, and its lines; or what is wrong with the file itself.
pub(super) type Table = (Vec<&'static Field>, Vec<Line>);

/// Faults of the first line.
pub(super) type BadHead = Vec<BadField>;

/// Records as CSV. Columns that hold something hidden from the reader are left out, so that
/// the file can be imported again without emptying them.
pub fn export(sheet: &'static Sheet, shown: &[Shown]) -> String {
    let hidden = |field: &&Field| {
        !shown
            .iter()
            .any(|shown| shown.hidden.iter().any(|name| name == field.name))
    };
    let fields: Vec<_> = sheet.fields.iter().filter(hidden).collect();
    let mut writer = csv::Writer::from_writer(Vec::new());
    let head: Vec<_> = fields.iter().map(|field| field.name.to_owned()).collect();
    let rows = shown.iter().map(|shown| {
        let cell = |field: &&Field| {
            let value = shown.record.get(field.name);
            guarded(value.map(cell::write).unwrap_or_default())
        };
        fields.iter().map(cell).collect()
    });
    for row in std::iter::once(head).chain(rows) {
        writer
            .write_record(row)
            .expect("writing to memory does not fail");
    }
    let bytes = writer
        .into_inner()
        .expect("writing to memory does not fail");
    String::from_utf8(bytes).expect("made of text")
}

/// A spreadsheet would run a text that begins like a formula.
fn guarded(text: String) -> String {
    match text.starts_with(['=', '+', '-', '@']) {
        true => format!("'{text}"),
        false => text,
    }
}

fn unguarded(text: &str) -> &str {
    match text.strip_prefix('\'') {
        Some(rest) if rest.starts_with(['=', '+', '-', '@']) => rest,
        _ => text,
    }
}

/// Reads a file; a column that is no field makes the whole of it unreadable, because what it
/// holds would be lost.
pub(super) fn read(sheet: &'static Sheet, text: &str) -> Result<Table, BadHead> {
    // A spreadsheet marks UTF-8 so.
    let text = text.trim_start_matches('\u{feff}');
    // The reader counts a line too few where two characters end one.
    let text = &text.replace("\r\n", "\n");
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(delimiter(text))
        .flexible(true)
        .from_reader(text.as_bytes());
    let head = match reader.headers() {
        Ok(head) if head.iter().any(|name| !name.trim().is_empty()) => head.clone(),
        _ => {
            let empty = BadField::new(
                "",
                "le fichier est vide ; sa première ligne nomme les champs",
                "the file is empty; its first line names the fields",
            );
            return Err(vec![empty]);
        }
    };
    let mut fields: Vec<&'static Field> = Vec::new();
    let mut bad = Vec::new();
    for name in head.iter().map(str::trim) {
        match sheet.field(&name.to_lowercase()) {
            Some(field) if fields.iter().any(|found| found.name == field.name) => {
                let twice = BadField::new(
                    name,
                    "est deux fois dans la première ligne",
                    "is twice in the first line",
                );
                bad.push(twice);
            }
            Some(field) => fields.push(field),
            None => bad.push(sheet.unknown(name)),
        }
    }
    let mut lines = Vec::new();
    for record in reader.records() {
        let record = match record {
            Ok(record) => record,
            Err(error) => {
                let line = error.position().map_or(1, csv::Position::line);
                let unreadable = BadField::new(
                    "",
                    "ne se lit pas : enregistrer le fichier en CSV UTF-8",
                    "cannot be read: save the file as CSV in UTF-8",
                );
                lines.push(Line {
                    number: line,
                    cells: Err(unreadable),
                });
                continue;
            }
        };
        let number = record.position().map_or(0, csv::Position::line);
        if record.iter().all(|cell| cell.trim().is_empty()) {
            continue;
        }
        if record.len() != head.len() {
            let (found, wanted) = (record.len(), head.len());
            let uneven = BadField::new(
                "",
                format!("a {found} cellules au lieu de {wanted}"),
                format!("has {found} cells instead of {wanted}"),
            );
            lines.push(Line {
                number,
                cells: Err(uneven),
            });
            continue;
        }
        let cells = fields
            .iter()
            .zip(record.iter())
            .map(|(field, text)| (field.name.to_owned(), cell::read(field, unguarded(text))))
            .collect();
        lines.push(Line {
            number,
            cells: Ok(cells),
        });
    }
    match bad.is_empty() {
        true => Ok((fields, lines)),
        false => Err(bad),
    }
}

/// A spreadsheet in France parts cells by semicolons.
fn delimiter(text: &str) -> u8 {
    let head = text.lines().next().unwrap_or_default();
    match head.matches(';').count() > head.matches(',').count() {
        true => b';',
        false => b',',
    }
}
