//! Reads and removes records: one way for every noun. Whoever may not reach a record is told
//! what is told of one that is not there.

use std::collections::BTreeMap;
use std::sync::Arc;

use declic_common::programme::body::Shown;
use declic_common::programme::{Noun, Programme, Sealed, Sheet};
use serde_json::{Map, Value as Json};

use super::life;
use super::row::{self, Row, text};
use super::rules::{self, Learnt};
use super::seal::holder;
use super::{By, RegisterError, reach};
use crate::app::App;
use crate::app::audit::{self, Note};
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
    let (reader, by_whom) = (Arc::clone(app), by.clone());
    let within_programme = programme.map(str::to_owned);
    let (shown, next) = blocking(move || {
        let store = reader.store.as_ref();
        let rows = match &within_programme {
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
    if let Some(programme) = programme {
        tell_shown(app, sheet, programme, &shown, by, now_ms).await?;
    }
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
    let (place, code, by_whom) = (programme.to_owned(), code.to_owned(), by.clone());
    let shown = blocking(move || {
        let store = reader.store.as_ref();
        seen(store, &place, &by_whom)?;
        let row = existing(store, sheet, &place, &code, &by_whom)?;
        let eyes = reach::eyes(store, &by_whom, (sheet, &place), &row.body)?;
        Ok::<_, RegisterError>(row.shown(&reader.keys, eyes)?)
    })
    .await?;
    let shown = vec![shown];
    tell_shown(app, sheet, programme, &shown, by, now_ms).await?;
    Ok(shown.into_iter().next().expect("one was put in"))
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

pub(super) fn unknown(sheet: &'static Sheet, programme: &str, code: &str) -> RegisterError {
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
    programme: &str,
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
    let (who, word) = (by.who.clone(), sheet.word);
    let (subject, detail) = match &codes[..] {
        [code] => (format!("{programme}/{code}"), None),
        codes => (programme.to_owned(), Some(codes.join(" "))),
    };
    audit::with(app, now_ms, move |_, change| {
        change.note(Note {
            who: &who,
            what: &format!("{word}.show"),
            subject: &subject,
            detail: detail.clone(),
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
