//! What a record must be beside the others: what it names must be there, and be of the same
//! household, site or programme; and some things are said once only.

use std::collections::HashMap;

use declic_common::programme::Noun;
use declic_common::programme::{
    BadField, Building, Household, Person, Programme, Sheet, sheet as sheet_of,
};
use serde_json::{Map, Value as Json};

use super::life::Bench;
use super::row::{self, text};
use super::workshop;
use crate::store::{Store, StoreError};

/// What was learnt of a noun in one change, so that an import does not read it all at each line.
#[derive(Debug, Default)]
pub(super) struct Learnt {
    /// What may be said once only, and by which record it is said.
    said: Option<HashMap<String, String>>,
    /// The highest number that was given.
    last: Option<u64>,
    /// What is known of the lives of PCs.
    bench: Option<Bench>,
}

impl Learnt {
    /// The next number of a noun whose records are numbered. Blocks the first time.
    pub(super) fn next_code(
        &mut self,
        store: &dyn Store,
        sheet: &'static Sheet,
        programme: &str,
    ) -> Result<String, StoreError> {
        let last = match self.last {
            Some(last) => last,
            None => {
                let rows = row::all(store, sheet, programme)?;
                let numbers = rows.iter().filter_map(|row| {
                    let digits = row.code.strip_prefix(sheet.prefix)?.strip_prefix('-')?;
                    digits.parse::<u64>().ok()
                });
                numbers.max().unwrap_or(0)
            }
        };
        self.last = Some(last + 1);
        Ok(format!("{}-{:04}", sheet.prefix, last + 1))
    }

    /// What is known of the lives of PCs. Blocks the first time.
    pub(super) fn bench(
        &mut self,
        store: &dyn Store,
        programme: &str,
    ) -> Result<&Bench, StoreError> {
        if self.bench.is_none() {
            self.bench = Some(Bench::load(store, programme)?);
        }
        Ok(self.bench.as_ref().expect("it was just read"))
    }

    /// Forgets what these records say once: they are about to be said anew. Blocks.
    pub(super) fn say_anew(
        &mut self,
        store: &dyn Store,
        sheet: &'static Sheet,
        programme: &str,
        codes: &[String],
    ) -> Result<(), StoreError> {
        let said = self.said(store, sheet, programme)?;
        said.retain(|_, by| !codes.contains(by));
        Ok(())
    }

    fn said(
        &mut self,
        store: &dyn Store,
        sheet: &'static Sheet,
        programme: &str,
    ) -> Result<&mut HashMap<String, String>, StoreError> {
        if self.said.is_none() {
            let mut said = HashMap::new();
            for row in row::all(store, sheet, programme)? {
                for (_, once) in said_once(sheet, &row.body) {
                    said.insert(once, row.code.clone());
                }
            }
            self.said = Some(said);
        }
        Ok(self.said.as_mut().expect("it was just read"))
    }

    /// Which record says this already. Blocks the first time.
    fn said_by(
        &mut self,
        store: &dyn Store,
        sheet: &'static Sheet,
        programme: &str,
        once: &str,
    ) -> Result<Option<String>, StoreError> {
        Ok(self.said(store, sheet, programme)?.get(once).cloned())
    }

    /// Notes what a record of the same change says.
    pub(super) fn note(&mut self, sheet: &'static Sheet, code: &str, body: &Map<String, Json>) {
        if let Some(said) = &mut self.said {
            said.retain(|_, by| by != code);
            for (_, once) in said_once(sheet, body) {
                said.insert(once, code.to_owned());
            }
        }
        if let Some(bench) = &mut self.bench {
            bench.note(sheet, code, body);
        }
    }
}

/// What only one record may say, and the field that says it.
fn said_once(sheet: &Sheet, body: &Map<String, Json>) -> Vec<(&'static str, String)> {
    let part = |field| text(body, field).unwrap_or_default();
    match sheet.word {
        "household" => {
            let application = text(body, "application");
            let once = application.map(|code| ("application", code.to_owned()));
            once.into_iter().collect()
        }
        "survey" => {
            let parts = [part("household"), part("person"), part("moment")];
            vec![("moment", parts.join(" "))]
        }
        "handover" => {
            let parts = ["pc", "household", "hands", "on"].map(part);
            vec![("on", parts.join(" "))]
        }
        _ => workshop::said_once(sheet, body),
    }
}

/// Everything that is wrong with a record beside the others. Blocks.
pub(super) fn judge(
    store: &dyn Store,
    (sheet, programme, code): (&'static Sheet, &str, &str),
    body: &Map<String, Json>,
    learnt: &mut Learnt,
) -> Result<Vec<BadField>, StoreError> {
    let mut bad = Vec::new();
    for (field, noun) in sheet.references() {
        let Some(named) = text(body, field.name) else {
            continue;
        };
        let of = sheet_of(noun).expect("the tests of the sheets see to it");
        if row::load(store, of, programme, named)?.is_none() {
            bad.push(BadField::new(
                field.name,
                format!("{named} est inconnu dans ce programme ; l’ajouter d’abord ({noun})"),
                format!("no {noun} {named} is known in this programme; add it first"),
            ));
        }
    }
    if sheet.alone
        && sheet.word != Programme::SHEET.word
        && let Some(other) = row::find_alone(store, sheet, code)?
        && other.programme != programme
    {
        let other = &other.programme;
        bad.push(BadField::new(
            "code",
            format!("est déjà pris dans le programme {other} ; en choisir un autre"),
            format!("is taken in programme {other}; choose another one"),
        ));
    }
    for (field, once) in said_once(sheet, body) {
        if let Some(by) = learnt.said_by(store, sheet, programme, &once)?
            && by != code
        {
            bad.push(BadField::new(
                field,
                format!("est déjà dit par {by} ; changer celui-là"),
                format!("is said by {by} already; change that one"),
            ));
        }
    }
    bad.extend(of_one_piece(store, sheet, programme, body)?);
    bad.extend(workshop::judge(store, sheet, programme, body)?);
    Ok(bad)
}

/// Whether what a record names belongs together.
fn of_one_piece(
    store: &dyn Store,
    sheet: &'static Sheet,
    programme: &str,
    body: &Map<String, Json>,
) -> Result<Option<BadField>, StoreError> {
    let same = |of: &'static Sheet, field: &str, shared: &str| -> Result<bool, StoreError> {
        let Some(code) = text(body, field) else {
            return Ok(true);
        };
        let named = row::load(store, of, programme, code)?;
        Ok(named.is_none_or(|named| named.text(shared) == text(body, shared)))
    };
    Ok(match sheet.word {
        "household" if !same(Building::SHEET, "building", "site")? => Some(BadField::new(
            "building",
            "est d’un autre site que le foyer",
            "is of another site than the household",
        )),
        "survey" if !same(Person::SHEET, "person", "household")? => Some(BadField::new(
            "person",
            "est d’un autre foyer",
            "is of another household",
        )),
        "cost" => match text(body, "funder") {
            Some(funder) if !funds(store, programme, funder)? => Some(BadField::new(
                "funder",
                "n’est pas un financeur du programme ; l’y ajouter, ou corriger le nom",
                "is no funder of the programme; add it there, or correct the name",
            )),
            _ => None,
        },
        _ => None,
    })
}

fn funds(store: &dyn Store, programme: &str, funder: &str) -> Result<bool, StoreError> {
    let row = row::load(store, Programme::SHEET, programme, programme)?;
    let programme = row.and_then(|row| row.read::<Programme>());
    Ok(programme.is_some_and(|programme| {
        let mut funders = programme.funders.iter();
        funders.any(|found| found.name == funder)
    }))
}

/// The first record of the same programme that names this one, in words. Blocks.
pub(super) fn named_by(
    store: &dyn Store,
    sheet: &'static Sheet,
    programme: &str,
    code: &str,
) -> Result<Option<String>, StoreError> {
    for other in declic_common::programme::SHEETS {
        let names: Vec<_> = match sheet.word == Programme::SHEET.word {
            // Whatever is in a programme names it.
            true if other.word != sheet.word => vec!["code"],
            true => continue,
            false => other
                .references()
                .filter(|(_, noun)| *noun == sheet.word)
                .map(|(field, _)| field.name)
                .collect(),
        };
        if names.is_empty() {
            continue;
        }
        for row in row::all(store, other, programme)? {
            let whole = sheet.word == Programme::SHEET.word;
            if whole || names.iter().any(|field| row.text(field) == Some(code)) {
                return Ok(Some(format!("{} {}", other.word, row.code)));
            }
        }
    }
    Ok(None)
}

/// Whether a PC is or was with this household.
pub(super) fn has_devices(app: &crate::app::App, sheet: &Sheet, code: &str) -> bool {
    sheet.word == Household::SHEET.word
        && app.registry.all().iter().any(|entry| {
            let mut periods = entry.placements.periods.iter();
            periods.any(|period| period.household.as_deref() == Some(code))
        })
}
