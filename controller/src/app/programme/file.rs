//! Everything that is kept of a household, for whoever asks what is known of them.

use std::sync::Arc;

use declic_common::programme::Household;
use declic_common::programme::Noun;
use declic_common::programme::body::{HouseholdDevice, HouseholdFile, HouseholdRecord, Told};
use jiff::Timestamp;

use super::erase::gather;
use super::register::{blocking, existing, reaches, seen};
use super::{By, Eyes, RegisterError, row};
use crate::app::App;
use crate::app::audit::{self, Note};
use crate::app::device::time;
use crate::app::placement;
use crate::app::registry::Entry;
use crate::app::ticket::{stored, view};
use crate::store::record::decode;
use crate::store::records::AuditEntry;
use crate::store::{Space, Store, StoreError, keys, walk};

/// Entries of the audit read at once.
const PAGE: usize = 1_000;

/// Everything of a household, opened; making it is told in the audit first.
pub async fn file(
    app: &Arc<App>,
    programme: &str,
    code: &str,
    by: &By,
    now: Timestamp,
) -> Result<HouseholdFile, RegisterError> {
    let asked = (programme.to_owned(), code.to_owned());
    let (by_whom, subject) = (by.clone(), format!("{programme}/{code}"));
    let (programme, code) = asked.clone();
    audit::with(app, now.as_millisecond(), move |app, change| {
        let store = app.store.as_ref();
        seen(store, &programme, &by_whom)?;
        let row = existing(store, Household::SHEET, &programme, &code, &by_whom)?;
        reaches(store, Household::SHEET, &programme, &row.body, &by_whom)?;
        change.note(Note {
            who: &by_whom.who,
            what: "household.file",
            subject: &subject,
            detail: None,
        });
        Ok::<_, RegisterError>(())
    })
    .await?;
    let (programme, code) = asked;
    let reader = Arc::clone(app);
    let (mut file, tickets) = blocking(move || {
        let store = reader.store.as_ref();
        let row = row::load(store, Household::SHEET, &programme, &code)?;
        let row = row.ok_or(StoreError::Conflict)?;
        // Whoever may answer such a request sees all of it: that is what it is for.
        let eyes = Eyes {
            contacts: true,
            first_names: true,
        };
        let rows = gather(store, &row)?;
        let mut records = Vec::new();
        for row in &rows {
            records.push(HouseholdRecord {
                noun: row.sheet.word.to_owned(),
                kept: row.shown(&reader.keys, eyes)?,
            });
        }
        let subjects: Vec<_> = rows
            .iter()
            .map(|row| format!("{programme}/{}", row.code))
            .collect();
        let entries = reader.registry.all();
        let file = HouseholdFile {
            household: code.clone(),
            made_at: time(now.as_millisecond()),
            records,
            devices: entries
                .iter()
                .filter_map(|entry| device(entry, &code))
                .collect(),
            tickets: Vec::new(),
            audit: told(store, &programme, &subjects)?,
        };
        let tickets = stored::all(store)?.into_iter();
        let theirs = tickets.filter(|ticket| ticket.household.as_deref() == Some(&code));
        Ok((file, theirs.map(|ticket| ticket.id).collect::<Vec<_>>()))
    })
    .await?;
    for id in tickets {
        // One that is gone meanwhile is no reason to refuse the others.
        if let Ok(detail) = view::detail(app, id, now).await {
            file.tickets.push(detail);
        }
    }
    Ok(file)
}

/// A PC that is or was with a household, as far as it was with it.
fn device(entry: &Entry, code: &str) -> Option<HouseholdDevice> {
    let periods = entry.placements.periods.iter();
    let theirs: Vec<_> = periods
        .filter(|period| period.household.as_deref() == Some(code))
        .map(placement::info)
        .collect();
    let report = entry.report().filter(|_| entry.household() == Some(code));
    (!theirs.is_empty()).then(|| HouseholdDevice {
        device: entry.device.id,
        asset: entry.device.asset.clone(),
        placements: theirs,
        consent: report.and_then(|row| row.report.consent),
        last_report: report.map(|row| row.report.clone()),
    })
}

/// Entries of the audit about these subjects, oldest first: who saw and changed what.
fn told(store: &dyn Store, programme: &str, subjects: &[String]) -> Result<Vec<Told>, StoreError> {
    let mut found = Vec::new();
    let range = (keys::audit_entry(0), Some(keys::audit_head()));
    walk(store, Space::Audit, range, PAGE, |_, value| {
        let entry: AuditEntry = decode(value)?;
        // Several contacts that were shown at once are one entry, with all their codes.
        let codes = entry.detail.iter().flat_map(|detail| detail.split(' '));
        let mut codes = codes.filter(|_| entry.subject == programme);
        let about = subjects.contains(&entry.subject)
            || codes.any(|code| subjects.contains(&format!("{programme}/{code}")));
        if about {
            found.push(Told {
                at: time(entry.at),
                who: entry.who,
                what: entry.what,
                detail: entry.detail,
            });
        }
        Ok(())
    })?;
    Ok(found)
}

/// The PCs that are or were with a household.
pub async fn devices(
    app: &Arc<App>,
    programme: &str,
    code: &str,
    by: &By,
) -> Result<Vec<HouseholdDevice>, RegisterError> {
    let (app, programme) = (Arc::clone(app), programme.to_owned());
    let (code, by) = (code.to_owned(), by.clone());
    blocking(move || {
        let store = app.store.as_ref();
        seen(store, &programme, &by)?;
        existing(store, Household::SHEET, &programme, &code, &by)?;
        let entries = app.registry.all();
        Ok(entries
            .iter()
            .filter_map(|entry| device(entry, &code))
            .collect())
    })
    .await
}
