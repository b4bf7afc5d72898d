//! Which records somebody's roles reach: those of their programmes, and those of their sites.

use std::collections::{BTreeMap, BTreeSet};

use declic_common::people::Grant;
use declic_common::programme::{Noun, Sheet, Site, sheet as sheet_of};
use serde_json::{Map, Value as Json};

use super::row::{self, text};
use super::{By, Eyes};
use crate::domain::rights::Reach;
use crate::store::{Store, StoreError};

/// The sites of every programme that some grants name: a role in a programme holds on each of
/// its sites, those that are added later too. Blocks.
pub fn sites_of(
    store: &dyn Store,
    grants: &[Grant],
) -> Result<BTreeMap<String, BTreeSet<String>>, StoreError> {
    let mut sites = BTreeMap::new();
    for programme in grants.iter().filter_map(|grant| grant.programme.as_ref()) {
        let rows = row::all(store, Site::SHEET, programme)?;
        sites.insert(
            programme.clone(),
            rows.into_iter().map(|row| row.code).collect(),
        );
    }
    Ok(sites)
}

/// Whether a programme itself may be seen: as a whole, or because a site of it is theirs.
/// Blocks.
pub(super) fn sees_programme(
    store: &dyn Store,
    reach: &Reach,
    programme: &str,
) -> Result<bool, StoreError> {
    if reach.admits_programme(programme) {
        return Ok(true);
    }
    let sites = row::all(store, Site::SHEET, programme)?;
    Ok(sites.iter().any(|site| reach.admits(Some(&site.code))))
}

/// Whether a record is within reach. What belongs to no site is its whole programme's. Blocks.
pub(super) fn admits(
    store: &dyn Store,
    reach: &Reach,
    (sheet, programme): (&'static Sheet, &str),
    body: &Map<String, Json>,
) -> Result<bool, StoreError> {
    if reach.admits_programme(programme) {
        return Ok(true);
    }
    let site = site(store, sheet, programme, body)?;
    Ok(site.is_some_and(|site| reach.admits(Some(&site))))
}

/// What somebody may read of a record that says this. Blocks.
pub(super) fn eyes(
    store: &dyn Store,
    by: &By,
    whose: (&'static Sheet, &str),
    body: &Map<String, Json>,
) -> Result<Eyes, StoreError> {
    let there = |reach: &Option<Reach>| match reach {
        Some(reach) => admits(store, reach, whose, body),
        None => Ok(false),
    };
    Ok(Eyes {
        contacts: there(&by.sight.contacts)?,
        first_names: there(&by.sight.first_names)?,
    })
}

/// The site of a record: its own, or that of the household or whatever it names. Blocks.
pub(super) fn site(
    store: &dyn Store,
    sheet: &'static Sheet,
    programme: &str,
    body: &Map<String, Json>,
) -> Result<Option<String>, StoreError> {
    for via in sheet.via {
        let Some(code) = text(body, via) else {
            continue;
        };
        if *via == "site" || sheet.word == Site::SHEET.word {
            return Ok(Some(code.to_owned()));
        }
        let named = sheet.references().find(|(field, _)| field.name == *via);
        let Some(named) = named.and_then(|(_, noun)| sheet_of(noun)) else {
            continue;
        };
        // Nouns are named by those that come after them, so that this ends.
        return match row::load(store, named, programme, code)? {
            Some(row) => site(store, named, programme, &row.body),
            None => Ok(None),
        };
    }
    Ok(None)
}
