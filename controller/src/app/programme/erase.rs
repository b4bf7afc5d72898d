//! Forgets the people of a household: its keys are destroyed, and what was readable goes.
//!
//! What stays is what an evaluation counts: a code that nobody can lead back to anybody, and
//! bands. The erasure is noted in the store before the keys go, so that one that was cut short
//! is finished at the next start, and a copy never brings a key back.

use std::collections::BTreeSet;
use std::sync::Arc;

use declic_common::programme::body::Erasure;
use declic_common::programme::{Application, Contact, Household, Noun, SHEETS, Sheet};
use serde_json::{Map, Value as Json};

use super::keyring::Holder;
use super::register::{blocking, existing, reaches, seen};
use super::row::{self, Row, write};
use super::seal::holder;
use super::{By, RegisterError};
use crate::app::App;
use crate::app::audit::{self, Change, Note};
use crate::app::device::time;
use crate::app::registry::for_each;
use crate::app::ticket::stored;
use crate::store::record::encode;
use crate::store::records::programme::Erased;
use crate::store::{Space, Store, StoreError, keys};

/// Fields that tell where somebody lives, more finely than an evaluation counts.
const WHERE: [&str; 2] = ["building", "staircase"];

/// At start: finishes erasures that were cut short, and makes the folders of keys alike.
/// Blocks.
pub fn put_right(app: &App) -> Result<(), RegisterError> {
    let erased = erased(app.store.as_ref())?;
    Ok(app.keys.put_right(&erased)?)
}

/// Everybody whose key was destroyed on purpose. Blocks.
fn erased(store: &dyn Store) -> Result<Vec<Holder>, StoreError> {
    let mut holders = Vec::new();
    for_each(store, keys::of_kind(keys::core::ERASED), |key, _| {
        holders.extend(keys::erased_parts(key).and_then(|(programme, noun, code)| {
            Some(match noun {
                "household" => Holder::household(programme, code),
                "application" => Holder::application(programme, code),
                _ => return None,
            })
        }));
        Ok(())
    })?;
    Ok(holders)
}

/// Every record of a household, the application that it came in by and what names either; or
/// of an application. Blocks.
pub(super) fn gather(store: &dyn Store, whose: &Row) -> Result<Vec<Row>, StoreError> {
    let programme = whose.programme.as_str();
    let mut members: BTreeSet<(&str, String)> = BTreeSet::new();
    members.insert((whose.sheet.word, whose.code.clone()));
    let application = whose.text("application");
    members.extend(application.map(|code| (Application::SHEET.word, code.to_owned())));
    let mut found = Vec::new();
    // What is named comes before what names it, so that one look at each noun finds all.
    for sheet in SHEETS {
        for row in row::all(store, sheet, programme)? {
            let itself = members.contains(&(sheet.word, row.code.clone()));
            let names = |(field, noun): (&declic_common::programme::Field, &'static str)| {
                let code = row.text(field.name);
                code.is_some_and(|code| members.contains(&(noun, code.to_owned())))
            };
            // Only what is of the household: another one that names its building is not.
            if itself || sheet.references().any(|(field, noun)| names((field, noun))) {
                members.insert((sheet.word, row.code.clone()));
                found.push(row);
            }
        }
    }
    Ok(found)
}

/// Erases a household that has no PC any more, or an application that no household came in by.
/// Twice is harmless.
pub async fn erase(
    app: &Arc<App>,
    sheet: &'static Sheet,
    programme: &str,
    code: &str,
    by: &By,
    now_ms: i64,
) -> Result<Erasure, RegisterError> {
    let (programme, code, by) = (programme.to_owned(), code.to_owned(), by.clone());
    let (erasure, holders) = audit::with(app, now_ms, move |app, change| {
        let store = app.store.as_ref();
        seen(store, &programme, &by)?;
        let row = existing(store, sheet, &programme, &code, &by)?;
        reaches(store, sheet, &programme, &row.body, &by)?;
        check_no_device(app, &code)?;
        let rows = gather(store, &row)?;
        check_is_whole(sheet, &code, &rows)?;
        let mut holders = Vec::new();
        holders.extend(holder(sheet, &programme, &code, &row.body));
        let application = row.text("application");
        holders.extend(application.map(|code| Holder::application(&programme, code)));
        let mut erasure = Erasure {
            code: code.clone(),
            at: time(now_ms),
            records: 0,
            contacts: 0,
            fields: 0,
            texts: match sheet.word == Household::SHEET.word {
                true => forget_texts(app, change, &code)?,
                false => 0,
            },
        };
        for row in &rows {
            forget(change, row, &mut erasure, now_ms);
        }
        for holder in &holders {
            let key = keys::erased(&holder.programme, holder.noun, &holder.code);
            let row = Erased { at: now_ms };
            change.batch.put(Space::Core, key, encode(&row));
        }
        change.note(Note {
            who: &by.who,
            what: &format!("{}.erase", sheet.word),
            subject: &format!("{programme}/{code}"),
            detail: Some(format!(
                "{} keys, {} records, {} contacts, {} fields, {} texts",
                holders.len(),
                erasure.records,
                erasure.contacts,
                erasure.fields,
                erasure.texts
            )),
        });
        Ok::<_, RegisterError>((erasure, holders))
    })
    .await?;
    let app = Arc::clone(app);
    blocking(move || {
        for holder in &holders {
            app.keys.destroy(holder)?;
        }
        Ok(())
    })
    .await?;
    Ok(erasure)
}

/// A household takes its application along; the other way round it would be left half known.
fn check_is_whole(sheet: &Sheet, code: &str, rows: &[Row]) -> Result<(), RegisterError> {
    let household = Household::SHEET.word;
    let came_in = rows.iter().find(|row| row.sheet.word == household);
    match came_in.filter(|_| sheet.word != household) {
        None => Ok(()),
        Some(row) => Err(RegisterError::Named {
            word: Application::SHEET.word,
            code: code.to_owned(),
            by: format!("household {}, which is to be erased instead", row.code),
        }),
    }
}

/// A PC at home goes on reporting: what it says would be of somebody who is forgotten.
fn check_no_device(app: &App, code: &str) -> Result<(), RegisterError> {
    let entries = app.registry.all();
    let with_them = entries.iter().find(|entry| entry.household() == Some(code));
    match with_them {
        None => Ok(()),
        Some(entry) => Err(RegisterError::Named {
            word: "household",
            code: code.to_owned(),
            by: format!(
                "PC {} that is still with it (`declic device return`)",
                entry.device.id
            ),
        }),
    }
}

/// Takes what identifies people out of a record, or the record itself where nothing else is
/// in it.
fn forget(change: &mut Change, row: &Row, erasure: &mut Erasure, now_ms: i64) {
    let key = keys::register(row.sheet.number, &row.programme, &row.code);
    let batch = &mut change.batch;
    if row.sheet.word == Contact::SHEET.word {
        batch.equals(Space::Core, key.clone(), row.value.clone());
        batch.del(Space::Core, key);
        erasure.contacts += 1;
        return;
    }
    let body = without_place(row.sheet, &row.body);
    if row.sealed.is_empty() && body == row.body {
        return;
    }
    erasure.records += 1;
    erasure.fields += row.sealed.len() + row.body.len() - body.len();
    batch.equals(Space::Core, key.clone(), row.value.clone());
    let value = write(row.version + 1, now_ms, &body, Vec::new());
    batch.put(Space::Core, key, value);
}

fn without_place(sheet: &Sheet, body: &Map<String, Json>) -> Map<String, Json> {
    let mut body = body.clone();
    if sheet.word == Household::SHEET.word {
        for field in WHERE {
            body.remove(field);
        }
    }
    body
}

/// Removes what was written in the tickets of a household, and its calls for help. Blocks.
fn forget_texts(app: &App, change: &mut Change, code: &str) -> Result<usize, StoreError> {
    let store = app.store.as_ref();
    let mut texts = 0;
    for ticket in stored::all(store)? {
        if ticket.household.as_deref() != Some(code) {
            continue;
        }
        let range = keys::of_ticket(keys::core::TICKET_TEXT, ticket.id);
        for_each(store, range, |key, _| {
            change.batch.del(Space::Core, key.to_vec());
            texts += 1;
            Ok(())
        })?;
    }
    Ok(texts)
}
