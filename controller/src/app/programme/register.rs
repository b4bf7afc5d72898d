//! Reads and changes records: one way for every noun.
//!
//! A change is judged under the turn of the audit and written with its entry, so that what it
//! names is still there when it is durable. The entry tells which fields changed, never what
//! they hold.

use std::collections::BTreeMap;
use std::sync::Arc;

use declic_common::programme::body::Shown;
use declic_common::programme::{BadField, Noun, Programme, Sealed, Sheet};
use serde_json::{Map, Value as Json};

use super::life;
use super::row::{self, Row, text, write};
use super::rules::{self, Learnt};
use super::seal::{holder, part};
use super::{By, Eyes, RegisterError, reach};
use crate::app::App;
use crate::app::audit::{self, Change, Note};
use crate::app::device::{LIMIT_DEFAULT, LIMIT_MAX};
use crate::store::{Space, Store, StoreError, keys};

/// Which records of a noun.
#[derive(Clone, Debug, Default)]
pub struct ListQuery {
    /// Fields that must hold exactly this; none of them sealed.
    pub only: BTreeMap<String, String>,
    pub limit: Option<usize>,
    /// The code of the last record of the page before.
    pub cursor: Option<String>,
}

/// A page of records, and the cursor of the next one.
pub type Listed = (Vec<Shown>, Option<String>);

/// Records by code, those within reach. Contacts that it shows are told in the audit first.
pub async fn list(
    app: &Arc<App>,
    sheet: &'static Sheet,
    programme: Option<&str>,
    query: ListQuery,
    by: &By,
    now_ms: i64,
) -> Result<Listed, RegisterError> {
    let limit = query.limit.unwrap_or(LIMIT_DEFAULT);
    if !(1..=LIMIT_MAX).contains(&limit) {
        let text = format!("limit must be 1 to {LIMIT_MAX}");
        return Err(RegisterError::BadQuery(text));
    }
    check_filters(sheet, &query)?;
    let (reader, programme, by_whom) = (Arc::clone(app), programme.map(str::to_owned), by.clone());
    let (shown, next) = blocking(move || {
        let store = reader.store.as_ref();
        let rows = match &programme {
            Some(programme) => {
                seen(store, programme, &by_whom)?;
                row::all(store, sheet, programme)?
            }
            None => row::programmes(store)?,
        };
        let after = query.cursor.as_deref().unwrap_or_default();
        let mut shown = Vec::new();
        let mut next = None;
        for row in rows.iter().filter(|row| row.code.as_str() > after) {
            if !matches(row, &query) || !within(store, row, &by_whom)? {
                continue;
            }
            if shown.len() == limit {
                next = shown.last().map(|(code, _): &(String, _)| code.clone());
                break;
            }
            let eyes = reach::eyes(store, &by_whom, (sheet, &row.programme), &row.body)?;
            shown.push((row.code.clone(), row.shown(&reader.keys, eyes)?));
        }
        Ok::<_, RegisterError>((shown, next))
    })
    .await?;
    let shown: Vec<Shown> = shown.into_iter().map(|(_, shown)| shown).collect();
    tell_shown(app, sheet, &shown, by, now_ms).await?;
    Ok((shown, next))
}

/// One record.
pub async fn find(
    app: &Arc<App>,
    sheet: &'static Sheet,
    programme: &str,
    code: &str,
    by: &By,
    now_ms: i64,
) -> Result<Shown, RegisterError> {
    let reader = Arc::clone(app);
    let (programme, code, by_whom) = (programme.to_owned(), code.to_owned(), by.clone());
    let shown = blocking(move || {
        let store = reader.store.as_ref();
        seen(store, &programme, &by_whom)?;
        let row = existing(store, sheet, &programme, &code, &by_whom)?;
        let eyes = reach::eyes(store, &by_whom, (sheet, &programme), &row.body)?;
        Ok::<_, RegisterError>(row.shown(&reader.keys, eyes)?)
    })
    .await?;
    let shown = vec![shown];
    tell_shown(app, sheet, &shown, by, now_ms).await?;
    Ok(shown.into_iter().next().expect("one was put in"))
}

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

/// Removes a record that nothing names, entered by mistake. Who must be forgotten is erased.
pub async fn remove(
    app: &Arc<App>,
    sheet: &'static Sheet,
    programme: &str,
    code: &str,
    by: &By,
    now_ms: i64,
) -> Result<(), RegisterError> {
    let (programme, code, by) = (programme.to_owned(), code.to_owned(), by.clone());
    let own_key = audit::with(app, now_ms, move |app, change| {
        let store = app.store.as_ref();
        seen(store, &programme, &by)?;
        let row = existing(store, sheet, &programme, &code, &by)?;
        reaches(store, sheet, &programme, &row.body, &by)?;
        let named = |by: String| RegisterError::Named {
            word: sheet.word,
            code: code.clone(),
            by,
        };
        if let Some(by) = rules::named_by(store, sheet, &programme, &code)? {
            return Err(named(by));
        }
        if rules::has_devices(app, sheet, &code) {
            return Err(named("a PC that is or was with it".to_owned()));
        }
        let gone = life::judge(
            app,
            (sheet, &programme, &code),
            None,
            &mut Learnt::default(),
        )?;
        if !gone.is_empty() {
            return Err(RegisterError::Bad(gone));
        }
        let key = keys::register(sheet.number, &programme, &code);
        change
            .batch
            .equals(Space::Core, key.clone(), row.value.clone());
        change.batch.del(Space::Core, key);
        change.note(Note {
            who: &by.who,
            what: &format!("{}.remove", sheet.word),
            subject: &format!("{programme}/{code}"),
            detail: None,
        });
        // Only of its own: others may still be sealed with another one's.
        let own = matches!(sheet.word, "household" | "application");
        Ok::<_, RegisterError>(
            own.then(|| holder(sheet, &programme, &code, &row.body))
                .flatten(),
        )
    })
    .await?;
    if let Some(holder) = own_key {
        let app = Arc::clone(app);
        blocking(move || app.keys.destroy(&holder).map_err(RegisterError::from)).await?;
    }
    Ok(())
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

/// The programme must be there, and somebody of it must ask.
pub(super) fn seen(store: &dyn Store, programme: &str, by: &By) -> Result<(), RegisterError> {
    let there = row::load(store, Programme::SHEET, programme, programme)?.is_some();
    if there && reach::sees_programme(store, &by.reach, programme)? {
        return Ok(());
    }
    Err(RegisterError::UnknownProgramme(programme.to_owned()))
}

pub(super) fn existing(
    store: &dyn Store,
    sheet: &'static Sheet,
    programme: &str,
    code: &str,
    by: &By,
) -> Result<Row, RegisterError> {
    let row = row::load(store, sheet, programme, code)?;
    match row {
        Some(row) if within(store, &row, by)? => Ok(row),
        _ => Err(unknown(sheet, programme, code)),
    }
}

pub(super) fn within(store: &dyn Store, row: &Row, by: &By) -> Result<bool, StoreError> {
    match row.sheet.word == Programme::SHEET.word {
        true => reach::sees_programme(store, &by.reach, &row.code),
        false => reach::admits(store, &by.reach, (row.sheet, &row.programme), &row.body),
    }
}

/// Whether somebody may change a record that says this.
pub(super) fn reaches(
    store: &dyn Store,
    sheet: &'static Sheet,
    programme: &str,
    body: &Map<String, Json>,
    by: &By,
) -> Result<(), RegisterError> {
    match reach::admits(store, &by.reach, (sheet, programme), body)? {
        true => Ok(()),
        false => Err(RegisterError::OutOfReach { word: sheet.word }),
    }
}

fn unknown(sheet: &'static Sheet, programme: &str, code: &str) -> RegisterError {
    RegisterError::Unknown {
        word: sheet.word,
        programme: programme.to_owned(),
        code: code.to_owned(),
    }
}

fn check_filters(sheet: &'static Sheet, query: &ListQuery) -> Result<(), RegisterError> {
    for name in query.only.keys() {
        let field = sheet.field(name);
        if field.is_none_or(|field| field.sealed.is_some()) {
            let open = sheet.fields.iter().filter(|field| field.sealed.is_none());
            let names: Vec<_> = open.map(|field| field.name).collect();
            let names = names.join(", ");
            let word = sheet.word;
            return Err(RegisterError::BadQuery(format!(
                "a {word} is not found by {name}; it is by {names}"
            )));
        }
    }
    Ok(())
}

fn matches(row: &Row, query: &ListQuery) -> bool {
    query.only.iter().all(|(name, wanted)| {
        let found = row
            .body
            .get(name)
            .map(declic_common::programme::cell::write);
        found.unwrap_or_default() == *wanted
    })
}

/// Tells in the audit whose contacts are about to be shown; without that entry, they are not.
pub(super) async fn tell_shown(
    app: &Arc<App>,
    sheet: &'static Sheet,
    shown: &[Shown],
    by: &By,
    now_ms: i64,
) -> Result<(), RegisterError> {
    let contacts: Vec<_> = sheet
        .sealed()
        .filter(|field| field.sealed == Some(Sealed::Contact))
        .map(|field| field.name)
        .collect();
    let has_some = |shown: &&Shown| {
        contacts
            .iter()
            .any(|field| shown.record.contains_key(*field))
    };
    let codes: Vec<_> = shown
        .iter()
        .filter(has_some)
        .filter_map(|shown| text(&shown.record, "household").or(text(&shown.record, "application")))
        .map(str::to_owned)
        .collect();
    if codes.is_empty() {
        return Ok(());
    }
    let (who, word, count) = (by.who.clone(), sheet.word, codes.len());
    audit::with(app, now_ms, move |_, change| {
        change.note(Note {
            who: &who,
            what: &format!("{word}.show"),
            subject: match count {
                1 => &codes[0],
                _ => "several",
            },
            detail: (count > 1).then(|| codes.join(" ")),
        });
        Ok::<_, StoreError>(())
    })
    .await?;
    Ok(())
}

/// Runs what reads the store or the keys where blocking is allowed.
pub(super) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, RegisterError> + Send + 'static,
) -> Result<T, RegisterError> {
    tokio::task::spawn_blocking(work)
        .await
        .unwrap_or(Err(RegisterError::Store(StoreError::Closed)))
}
