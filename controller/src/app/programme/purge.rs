//! Forgets the people of a programme that is over: contacts, first names and what was written go,
//! then the keys that sealed them. Codes, bands, dates and answers by numbers stay: the evaluation
//! counts them.
//!
//! An erasure is of one household that asked; this comes round by itself, for all of them. Nothing
//! is noted but the audit: what is left to do is seen in the store and in the folder of keys, so
//! that a round that was cut short is finished by the next one.

use std::collections::BTreeSet;
use std::sync::Arc;

use declic_common::programme::{Application, Contact, Household, Noun, Programme, SHEETS};
use jiff::ToSpan;
use jiff::civil::Date;

use super::RegisterError;
use super::keyring::Holder;
use super::register::blocking;
use super::row::{self, Row, write};
use crate::app::App;
use crate::app::audit::{self, Change, Note};
use crate::app::registry::for_each;
use crate::app::ticket::stored;
use crate::domain::days::{Day, paris};
use crate::store::{Space, Store, StoreError, keys};

/// Days after the last one of a programme: the second survey is asked, PCs come back, and an
/// extension that was forgotten is written down. As long as the words of a closed ticket are kept.
const DAYS: i32 = 90;
/// Records that one batch changes, and one entry of the audit tells.
const ROWS: usize = 500;

/// What a round removed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Purged {
    pub contacts: usize,
    /// Fields that were emptied.
    pub fields: usize,
    pub keys: usize,
}

impl Purged {
    pub fn is_nothing(&self) -> bool {
        *self == Purged::default()
    }
}

/// Purges every programme that has been over for long enough. Twice is harmless.
pub async fn purge(app: &Arc<App>, now_ms: i64) -> Result<Purged, RegisterError> {
    let mut all = Purged::default();
    let reader = Arc::clone(app);
    let over = blocking(move || over(reader.store.as_ref(), now_ms)).await?;
    for programme in over {
        loop {
            let code = programme.clone();
            let batch = audit::with(app, now_ms, move |app, change| {
                some(app, change, &code, now_ms)
            });
            let purged = batch.await?;
            if purged.is_nothing() {
                break;
            }
            all.contacts += purged.contacts;
            all.fields += purged.fields;
        }
        let app = Arc::clone(app);
        all.keys += blocking(move || destroy(&app, &programme)).await?;
    }
    Ok(all)
}

/// Codes of the programmes that are over. One without an end goes on. Blocks.
fn over(store: &dyn Store, now_ms: i64) -> Result<Vec<String>, RegisterError> {
    let today = Day::of(now_ms, &paris()).date();
    let rows = row::programmes(store)?;
    let is_over = |row: &&Row| {
        let ends_on = row.read::<Programme>().and_then(|whole| whole.ends_on);
        ends_on.is_some_and(|last| is_due(last, today))
    };
    Ok(rows
        .iter()
        .filter(is_over)
        .map(|row| row.code.clone())
        .collect())
}

fn is_due(last: Date, today: Date) -> bool {
    last.saturating_add(DAYS.days()) < today
}

/// One batch and its entry. Blocks.
fn some(
    app: &App,
    change: &mut Change,
    programme: &str,
    now_ms: i64,
) -> Result<Purged, RegisterError> {
    let mut purged = Purged::default();
    let mut left = ROWS;
    for sheet in SHEETS
        .iter()
        .copied()
        .filter(|sheet| sheet.sealed().next().is_some())
    {
        for row in row::all(app.store.as_ref(), sheet, programme)? {
            if left == 0 {
                break;
            }
            left -= usize::from(forget(change, &row, &mut purged, now_ms));
        }
    }
    if !purged.is_nothing() {
        change.note(Note {
            who: "rule",
            what: "programme.purge",
            subject: programme,
            detail: Some(format!(
                "{} contacts, {} fields, {DAYS} days after its end",
                purged.contacts, purged.fields
            )),
        });
    }
    Ok(purged)
}

/// Whether something went.
fn forget(change: &mut Change, row: &Row, purged: &mut Purged, now_ms: i64) -> bool {
    let key = keys::register(row.sheet.number, &row.programme, &row.code);
    if row.sheet.word == Contact::SHEET.word {
        change
            .batch
            .equals(Space::Core, key.clone(), row.value.clone());
        change.batch.del(Space::Core, key);
        purged.contacts += 1;
        return true;
    }
    if row.sealed.is_empty() {
        return false;
    }
    purged.fields += row.sealed.len();
    change
        .batch
        .equals(Space::Core, key.clone(), row.value.clone());
    let value = write(row.version + 1, now_ms, &row.body, Vec::new());
    change.batch.put(Space::Core, key, value);
    true
}

/// Destroys the keys that seal nothing any more. The words of a ticket go in their own time, and a
/// PC that is still with its household may call for help: until then their key stays. Blocks.
fn destroy(app: &App, programme: &str) -> Result<usize, RegisterError> {
    let store = app.store.as_ref();
    let households = row::all(store, Household::SHEET, programme)?;
    let applications = row::all(store, Application::SHEET, programme)?;
    let mut in_use = with_words(store)?;
    let entries = app.registry.all();
    let at_home = entries
        .iter()
        .filter(|entry| entry.device.retired_at.is_none());
    in_use.extend(at_home.filter_map(|entry| entry.household().map(str::to_owned)));
    let households = households
        .iter()
        .filter(|row| !in_use.contains(&row.code))
        .map(|row| Holder::household(programme, &row.code));
    let applications = applications
        .iter()
        .map(|row| Holder::application(programme, &row.code));
    let mut destroyed = 0;
    for holder in households.chain(applications) {
        if app.keys.key(&holder)?.is_some() {
            app.keys.destroy(&holder)?;
            destroyed += 1;
        }
    }
    Ok(destroyed)
}

/// Households of which something that was written is kept. Blocks.
fn with_words(store: &dyn Store) -> Result<BTreeSet<String>, StoreError> {
    let mut households = BTreeSet::new();
    for ticket in stored::all(store)? {
        let Some(household) = ticket.household.clone() else {
            continue;
        };
        let range = keys::of_ticket(keys::core::TICKET_TEXT, ticket.id);
        for_each(store, range, |_, _| {
            households.insert(household.clone());
            Ok(())
        })?;
    }
    Ok(households)
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn people_are_forgotten_from_the_day_after_the_last_of_ninety() {
        let last = date(2026, 3, 31);
        assert!(!is_due(last, last));
        assert!(!is_due(last, date(2026, 6, 29)));
        assert!(is_due(last, date(2026, 6, 30)));
    }
}
