//! Declared absences: a home says that it will be away, or a site that it is closed, and its
//! silence alarms nobody. An empty home is nobody's business: it is forgotten the day after.

use std::collections::BTreeMap;
use std::sync::{Arc, RwLock};

use declic_common::absence::{Absence, NewAbsence};
use ring::digest;

use super::App;
use super::audit::{self, Note};
use super::device::{is_within, time};
use super::registry::{Entry, for_each};
use crate::domain::absence::{BadSpan, Span};
use crate::domain::days::{Day, paris};
use crate::domain::rights::Reach;
use crate::store::record::decode;
use crate::store::records::tickets as record;
use crate::store::{Store, StoreError, keys};

/// Absences that may be declared at once.
const MOST: usize = 10_000;

#[derive(Debug, thiserror::Error)]
pub enum AbsenceError {
    #[error("no such device")]
    UnknownDevice,
    #[error("no device belongs to this site")]
    UnknownSite,
    #[error("name a device or a site, not both and not neither")]
    WhoseAbsence,
    #[error("no such absence, or it is over")]
    Unknown,
    #[error("{MOST} absences are declared already; remove some")]
    TooMany,
    #[error(transparent)]
    Bad(#[from] BadSpan),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Every absence that is kept, as it is stored.
#[derive(Debug, Default)]
pub struct Absences(RwLock<BTreeMap<u64, record::Absence>>);

impl Absences {
    /// Reads them from the store. Blocks.
    pub fn load(store: &dyn Store) -> Result<Self, StoreError> {
        let mut rows = BTreeMap::new();
        for_each(store, keys::of_kind(keys::core::ABSENCE), |key, value| {
            let id =
                keys::absence_of(key).ok_or_else(|| StoreError::Corrupt("absence key".into()))?;
            rows.insert(id, decode(value)?);
            Ok(())
        })?;
        Ok(Absences(RwLock::new(rows)))
    }

    /// When the home of a device was or will be away, `[from, to)` in ms UTC, in order.
    pub fn of(&self, entry: &Entry) -> Vec<(i64, i64)> {
        let zone = paris();
        let rows = self.0.read().expect("no panic holds it");
        let mut spans: Vec<_> = rows
            .values()
            .filter(|row| concerns(row, entry))
            .map(|row| span(row).moments(&zone))
            .collect();
        spans.sort_unstable();
        spans
    }

    /// Shows an absence that has been committed, or that it is gone.
    pub(super) fn show(&self, id: u64, row: Option<record::Absence>) {
        let mut rows = self.0.write().expect("no panic holds it");
        match row {
            Some(row) => rows.insert(id, row),
            None => rows.remove(&id),
        };
    }

    fn get(&self, id: u64) -> Option<record::Absence> {
        self.0.read().expect("no panic holds it").get(&id).cloned()
    }

    fn all(&self) -> Vec<(u64, record::Absence)> {
        let rows = self.0.read().expect("no panic holds it");
        rows.iter().map(|(id, row)| (*id, row.clone())).collect()
    }
}

fn concerns(row: &record::Absence, entry: &Entry) -> bool {
    match row.device {
        Some(device) => device == entry.device.id,
        None => row.site.is_some() && row.site.as_deref() == entry.site(),
    }
}

fn span(row: &record::Absence) -> Span {
    Span {
        first: Day(row.first),
        last: Day(row.last),
    }
}

/// Declares an absence. The same one twice is one.
pub async fn declare(
    app: &Arc<App>,
    new: NewAbsence,
    who: &str,
    now_ms: i64,
) -> Result<Absence, AbsenceError> {
    let span = Span::declared(new.first, new.last, Day::of(now_ms, &paris()))?;
    check(app, &new)?;
    let id = id_of(&new);
    let row = record::Absence {
        device: new.device,
        site: new.site,
        first: span.first.0,
        last: span.last.0,
        who: who.to_owned(),
        declared_at: now_ms,
    };
    let answer = shown(id, &row);
    audit::with(app, now_ms, move |app, change| {
        if app.absences.0.read().expect("no panic holds it").len() >= MOST {
            return Err(AbsenceError::TooMany);
        }
        change.put_absence(id, Some(row.clone()));
        // Not the days: the audit is kept for years, an absence until the day after.
        note(change, &row, &row.who, "absence.declare");
        Ok(())
    })
    .await?;
    Ok(answer)
}

/// Takes an absence back.
pub async fn remove(
    app: &Arc<App>,
    reach: &Reach,
    id: &str,
    who: &str,
    now_ms: i64,
) -> Result<(), AbsenceError> {
    let today = Day::of(now_ms, &paris());
    let id = u64::from_str_radix(id, 16).map_err(|_| AbsenceError::Unknown)?;
    let (reach, who) = (reach.clone(), who.to_owned());
    audit::with(app, now_ms, move |app, change| {
        let row = app.absences.get(id).filter(|row| !span(row).is_over(today));
        let row = row.filter(|row| is_seen(app, &reach, row));
        let row = row.ok_or(AbsenceError::Unknown)?;
        change.put_absence(id, None);
        note(change, &row, &who, "absence.remove");
        Ok(())
    })
    .await
}

/// What is to come or goes on within reach, the next to begin first.
pub fn list(app: &App, reach: &Reach, now_ms: i64) -> Vec<Absence> {
    let today = Day::of(now_ms, &paris());
    let mut rows = app.absences.all();
    rows.retain(|(_, row)| !span(row).is_over(today) && is_seen(app, reach, row));
    rows.sort_by_key(|(id, row)| (row.first, row.last, *id));
    rows.iter().map(|(id, row)| shown(*id, row)).collect()
}

/// Forgets what is over, and explains no silence any more.
pub async fn sweep(app: &Arc<App>, now_ms: i64) -> Result<usize, StoreError> {
    let zone = paris();
    let today = Day::of(now_ms, &zone);
    let heard = |row: &record::Absence| {
        let entry = app.registry.get(row.device?)?;
        Some(Day::of(entry.latest.last_seen?, &zone))
    };
    let mut over = app.absences.all();
    over.retain(|(_, row)| span(row).may_go(today, heard(row)));
    if over.is_empty() {
        return Ok(0);
    }
    audit::with(app, now_ms, move |_, change| {
        for (id, _) in &over {
            change.put_absence(*id, None);
        }
        Ok(over.len())
    })
    .await
}

fn is_seen(app: &App, reach: &Reach, row: &record::Absence) -> bool {
    match row.device {
        Some(device) => is_within(app, reach, device),
        None => reach.admits(row.site.as_deref()),
    }
}

fn check(app: &App, new: &NewAbsence) -> Result<(), AbsenceError> {
    match (&new.device, &new.site) {
        (Some(device), None) => match app.registry.get(*device) {
            Some(_) => Ok(()),
            None => Err(AbsenceError::UnknownDevice),
        },
        (None, Some(site)) => {
            let entries = app.registry.all();
            match entries.iter().any(|entry| entry.site() == Some(site)) {
                true => Ok(()),
                false => Err(AbsenceError::UnknownSite),
            }
        }
        _ => Err(AbsenceError::WhoseAbsence),
    }
}

fn note(change: &mut audit::Change, row: &record::Absence, who: &str, what: &str) {
    let subject = match (row.device, &row.site) {
        (Some(device), _) => device.to_string(),
        (None, site) => site.clone().unwrap_or_default(),
    };
    change.note(Note {
        who,
        what,
        subject: &subject,
        detail: None,
    });
}

/// The same absence has the same name.
fn id_of(new: &NewAbsence) -> u64 {
    let whom = match (&new.device, &new.site) {
        (Some(device), _) => format!("device {device}"),
        (None, site) => format!("site {}", site.as_deref().unwrap_or_default()),
    };
    let text = format!("{whom} {} {}", new.first, new.last);
    let hash = digest::digest(&digest::SHA256, text.as_bytes());
    let first = hash.as_ref().first_chunk().expect("SHA-256 has 32 bytes");
    u64::from_be_bytes(*first)
}

fn shown(id: u64, row: &record::Absence) -> Absence {
    Absence {
        id: format!("{id:016x}"),
        device: row.device,
        site: row.site.clone(),
        first: Day(row.first).date(),
        last: Day(row.last).date(),
        who: row.who.clone(),
        declared_at: time(row.declared_at),
    }
}
