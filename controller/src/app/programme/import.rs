//! Takes a table of records: all of them or none, or those that are good.

use std::collections::BTreeMap;
use std::sync::Arc;

use declic_common::programme::body::{BadRow, ImportedTable, NewImport};
use declic_common::programme::sheet::is_code;
use declic_common::programme::{BadField, Field, Sheet};
use serde_json::{Map, Value as Json};

use super::put::Put;
use super::register::seen;
use super::row::{self, Row, text};
use super::rules::Learnt;
use super::table::{self, Line};
use super::{By, RegisterError, reach};
use crate::app::App;
use crate::app::audit::{self, Change, Note};

/// Lines of one import: they are one batch of the store, and one answer to read.
const LINES_MAX: usize = 1_000;

/// Takes a table. A line whose code is there changes that record, and leaves fields alone that
/// are no column; any other adds one. A dry run tells the same and keeps nothing.
pub async fn import(
    app: &Arc<App>,
    sheet: &'static Sheet,
    programme: &str,
    asked: NewImport,
    by: &By,
    now_ms: i64,
) -> Result<ImportedTable, RegisterError> {
    let (columns, lines) = match table::read(sheet, &asked.csv) {
        Ok(table) => table,
        Err(columns) => {
            return Ok(ImportedTable {
                bad: vec![BadRow { line: 1, columns }],
                ..ImportedTable::default()
            });
        }
    };
    if lines.len() > LINES_MAX {
        let text = format!("an import has at most {LINES_MAX} lines; cut the file in parts");
        return Err(RegisterError::BadQuery(text));
    }
    let (programme, by) = (programme.to_owned(), by.clone());
    audit::with(app, now_ms, move |app, change| {
        let mut decide = |dry| {
            let whole = Whole {
                sheet,
                programme: &programme,
                columns: &columns,
                by: &by,
                now_ms,
                dry,
            };
            whole.decide(app, change, &lines)
        };
        // Judged first without sealing anything, which would make keys for lines that are
        // not taken.
        let outcome = decide(true)?;
        let taken = outcome.added + outcome.changed;
        let refused = !outcome.bad.is_empty() && !asked.skip_bad;
        if asked.dry_run || refused || taken == 0 {
            return Ok(outcome);
        }
        let outcome = decide(false)?;
        change.note(Note {
            who: &by.who,
            what: &format!("{}.import", sheet.word),
            subject: &programme,
            detail: Some(format!(
                "{} added, {} changed",
                outcome.added, outcome.changed
            )),
        });
        Ok(ImportedTable {
            done: true,
            ..outcome
        })
    })
    .await
}

/// An import under way.
struct Whole<'a> {
    sheet: &'static Sheet,
    programme: &'a str,
    columns: &'a [&'static Field],
    by: &'a By,
    now_ms: i64,
    /// Nothing is added to the batch, and nothing is sealed.
    dry: bool,
}

/// What the lines before this one said.
#[derive(Default)]
struct Before {
    learnt: Learnt,
    /// On which line each code was.
    codes: BTreeMap<String, u64>,
}

enum Taken {
    Added,
    Changed,
    Same,
}

impl Whole<'_> {
    fn decide(
        &self,
        app: &App,
        change: &mut Change,
        lines: &[Line],
    ) -> Result<ImportedTable, RegisterError> {
        seen(app.store.as_ref(), self.programme, self.by)?;
        let mut outcome = ImportedTable {
            lines: lines.len(),
            ..ImportedTable::default()
        };
        let mut before = Before::default();
        for line in lines {
            match self.take(app, change, line, &mut before)? {
                Ok(Taken::Added) => outcome.added += 1,
                Ok(Taken::Changed) => outcome.changed += 1,
                Ok(Taken::Same) => outcome.same += 1,
                Err(columns) => outcome.bad.push(BadRow {
                    line: line.number,
                    columns,
                }),
            }
        }
        Ok(outcome)
    }

    /// One line; its faults are no error of the import.
    fn take(
        &self,
        app: &App,
        change: &mut Change,
        line: &Line,
        before: &mut Before,
    ) -> Result<Result<Taken, Vec<BadField>>, RegisterError> {
        let cells = match &line.cells {
            Ok(cells) => cells.clone(),
            Err(bad) => return Ok(Err(vec![bad.clone()])),
        };
        let kept = match text(&cells, "code") {
            Some(code) if is_code(code) => {
                row::load(app.store.as_ref(), self.sheet, self.programme, code)?
            }
            _ => None,
        };
        let given = match &kept {
            Some(row) => self.over(app, row, cells)?,
            None => cells,
        };
        let record = match self.sheet.admit(Json::Object(given)) {
            Ok(record) => record,
            Err(bad) => return Ok(Err(bad)),
        };
        if let Some(code) = text(&record, "code") {
            if let Some(other) = before.codes.get(code) {
                let twice = BadField::new(
                    "code",
                    format!("est déjà à la ligne {other}"),
                    format!("is on line {other} already"),
                );
                return Ok(Err(vec![twice]));
            }
            before.codes.insert(code.to_owned(), line.number);
        }
        let put = Put {
            sheet: self.sheet,
            programme: self.programme,
            record,
            seen: kept.as_ref().map(|row| row.version),
            dry: self.dry,
        };
        match put.decide(app, change, self.by, &mut before.learnt, self.now_ms) {
            Ok(done) if done.changed.is_empty() => Ok(Ok(Taken::Same)),
            Ok(done) if done.is_new() => Ok(Ok(Taken::Added)),
            Ok(_) => Ok(Ok(Taken::Changed)),
            Err(RegisterError::Bad(bad)) => Ok(Err(bad)),
            Err(error @ (RegisterError::OutOfReach { .. } | RegisterError::Unknown { .. })) => {
                let text = error.to_string();
                Ok(Err(vec![BadField::new("", text.clone(), text)]))
            }
            Err(error) => Err(error),
        }
    }

    /// What is kept, with the columns of the file over it.
    fn over(
        &self,
        app: &App,
        row: &Row,
        cells: Map<String, Json>,
    ) -> Result<Map<String, Json>, RegisterError> {
        let store = app.store.as_ref();
        let eyes = reach::eyes(store, self.by, (self.sheet, self.programme), &row.body)?;
        let mut record = row.shown(&app.keys, eyes)?.record;
        for column in self.columns {
            let cell = cells.get(column.name).cloned().unwrap_or(Json::Null);
            record.insert(column.name.to_owned(), cell);
        }
        Ok(record)
    }
}
