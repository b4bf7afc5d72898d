//! Adds and changes records: judged under the turn of the audit, written with its entry, so
//! that what a record names is still there when it is durable. The entry tells which fields
//! changed, never what they hold.

use std::sync::Arc;

use declic_common::programme::body::Shown;
use declic_common::programme::vocabulary::ApplicationState;
use declic_common::programme::{Application, BadField, Noun, Programme, Sheet};
use serde_json::{Map, Value as Json};

use super::life;
use super::register::{reaches, seen, unknown, within};
use super::row::{self, Row, text, write};
use super::rules::{self, Learnt};
use super::seal::part;
use super::{By, Eyes, RegisterError, reach};
use crate::app::App;
use crate::app::audit::{self, Change, Note};
use crate::store::{Space, keys};

/// Adds a record; its code is the next number where none is given and the noun has numbers.
pub async fn create(
    app: &Arc<App>,
    sheet: &'static Sheet,
    programme: Option<&str>,
    given: Json,
    by: &By,
    now_ms: i64,
) -> Result<Shown, RegisterError> {
    let record = sheet.admit(given).map_err(RegisterError::Bad)?;
    // A programme is in itself.
    let own = text(&record, "code").map(str::to_owned);
    let programme = programme.map(str::to_owned).or(own).unwrap_or_default();
    let by = by.clone();
    audit::with(app, now_ms, move |app, change| {
        let mut learnt = Learnt::default();
        let put = Put {
            sheet,
            programme: &programme,
            record: record.clone(),
            seen: None,
            dry: false,
        };
        let done = put.decide(app, change, &by, &mut learnt, now_ms)?;
        done.note(change, &by);
        Ok(done.row.shown(&app.keys, done.eyes)?)
    })
    .await
}

/// Replaces a record that was seen at a version.
pub async fn change(
    app: &Arc<App>,
    sheet: &'static Sheet,
    (programme, code): (&str, &str),
    seen: u64,
    given: Json,
    by: &By,
    now_ms: i64,
) -> Result<Shown, RegisterError> {
    let mut record = sheet.admit(given).map_err(RegisterError::Bad)?;
    match text(&record, "code") {
        None => {
            record.insert("code".to_owned(), code.into());
        }
        Some(given) if given != code => {
            return Err(RegisterError::Bad(vec![BadField::new(
                "code",
                "ne change pas : ce qui le nomme ne le trouverait plus",
                "does not change: what names it would no longer find it",
            )]));
        }
        Some(_) => {}
    }
    let (programme, by) = (programme.to_owned(), by.clone());
    audit::with(app, now_ms, move |app, change| {
        let put = Put {
            sheet,
            programme: &programme,
            record: record.clone(),
            seen: Some(seen),
            dry: false,
        };
        let done = put.decide(app, change, &by, &mut Learnt::default(), now_ms)?;
        done.note(change, &by);
        Ok(done.row.shown(&app.keys, done.eyes)?)
    })
    .await
}

/// A record that somebody wants kept.
pub(super) struct Put<'a> {
    pub(super) sheet: &'static Sheet,
    pub(super) programme: &'a str,
    /// As the sheet admitted it.
    pub(super) record: Map<String, Json>,
    /// The version that was seen; a new record without it.
    pub(super) seen: Option<u64>,
    /// Only judged: nothing is added to the batch, and nothing is sealed.
    pub(super) dry: bool,
}

/// What came of it.
pub(super) struct Done {
    pub(super) row: Row,
    /// Fields that are otherwise than before.
    pub(super) changed: Vec<String>,
    /// What whoever changed it may read of it.
    pub(super) eyes: Eyes,
}

impl Done {
    pub(super) fn is_new(&self) -> bool {
        self.row.version == 1
    }

    /// Tells it in the audit, unless nothing changed.
    fn note(&self, change: &mut Change, by: &By) {
        if self.changed.is_empty() {
            return;
        }
        let verb = match self.is_new() {
            true => "create",
            false => "change",
        };
        change.note(Note {
            who: &by.who,
            what: &format!("{}.{verb}", self.row.sheet.word),
            subject: &format!("{}/{}", self.row.programme, self.row.code),
            detail: Some(self.changed.join(" ")),
        });
    }
}

impl Put<'_> {
    /// Judges the record and adds it to the batch; nothing is added if it is refused. Blocks.
    pub(super) fn decide(
        mut self,
        app: &App,
        change: &mut Change,
        by: &By,
        learnt: &mut Learnt,
        now_ms: i64,
    ) -> Result<Done, RegisterError> {
        let store = app.store.as_ref();
        let (sheet, programme) = (self.sheet, self.programme);
        if sheet.word != Programme::SHEET.word {
            seen(store, programme, by)?;
        }
        if !self.record.contains_key("code") {
            let code = learnt.next_code(store, sheet, programme)?;
            self.record.insert("code".to_owned(), code.into());
        }
        if sheet.word == Application::SHEET.word && !self.record.contains_key("state") {
            let received = ApplicationState::Received.as_str();
            self.record.insert("state".to_owned(), received.into());
        }
        let code = text(&self.record, "code").unwrap_or_default().to_owned();
        let before = row::load(store, sheet, programme, &code)?;
        let before = match (before, self.seen) {
            (None, None) => None,
            (Some(row), Some(seen)) if row.version == seen => Some(row),
            (Some(row), Some(seen)) => {
                return Err(RegisterError::Stale {
                    word: sheet.word,
                    code,
                    seen,
                    now: row.version,
                });
            }
            (Some(_), None) => {
                return Err(RegisterError::Taken {
                    word: sheet.word,
                    code,
                });
            }
            (None, Some(_)) => return Err(unknown(sheet, programme, &code)),
        };
        if let Some(before) = &before {
            if !within(store, before, by)? {
                return Err(unknown(sheet, programme, &code));
            }
            reaches(store, sheet, programme, &before.body, by)?;
        }
        reaches(store, sheet, programme, &self.record, by)?;
        let mut bad = (sheet.judge)(&self.record, before.as_ref().map(|row| &row.body));
        bad.extend(rules::judge(
            store,
            (sheet, programme, &code),
            &self.record,
            learnt,
        )?);
        bad.extend(life::judge(
            app,
            (sheet, programme, &code),
            Some(&self.record),
            learnt,
        )?);
        if !bad.is_empty() {
            return Err(RegisterError::Bad(bad));
        }
        let eyes = reach::eyes(store, by, (sheet, programme), &self.record)?;
        let parted = part(
            store,
            &app.keys,
            (sheet, programme, &code),
            &self.record,
            before.as_ref(),
            (eyes, self.dry),
        )?;
        learnt.note(sheet, &code, &parted.body);
        if let Some(before) = before.as_ref().filter(|_| parted.changed.is_empty()) {
            return Ok(Done {
                row: before.clone(),
                changed: Vec::new(),
                eyes,
            });
        }
        let version = before.as_ref().map_or(1, |row| row.version + 1);
        let key = keys::register(sheet.number, programme, &code);
        let value = write(version, now_ms, &parted.body, parted.sealed.clone());
        if !self.dry {
            match &before {
                Some(row) => change
                    .batch
                    .equals(Space::Core, key.clone(), row.value.clone()),
                None => change.batch.absent(Space::Core, key.clone()),
            };
            change.batch.put(Space::Core, key, value.clone());
        }
        Ok(Done {
            changed: parted.changed,
            eyes,
            row: Row {
                sheet,
                programme: programme.to_owned(),
                code,
                version,
                changed_at: now_ms,
                body: parted.body,
                sealed: parted.sealed,
                value,
            },
        })
    }
}
