//! A record as it lies in the store: fields with their names, sealed ones apart.

use declic_common::programme::{Noun, SHEETS, Sheet};
use serde_json::{Map, Value as Json};

use crate::app::registry::for_each;
use crate::store::record::{decode, encode};
use crate::store::records::programme::{RegisterRow, SealedField};
use crate::store::{Key, Space, Store, StoreError, Value, keys};

/// A record of any noun.
#[derive(Clone, Debug)]
pub struct Row {
    pub sheet: &'static Sheet,
    pub programme: String,
    pub code: String,
    pub version: u64,
    pub changed_at: i64,
    /// All fields but the sealed ones.
    pub body: Map<String, Json>,
    pub sealed: Vec<SealedField>,
    /// As it was read, for the precondition of a change.
    pub(super) value: Value,
}

impl Row {
    /// A field in words; sealed ones are not here.
    pub fn text(&self, field: &str) -> Option<&str> {
        text(&self.body, field)
    }

    /// The record as its own type, without what is sealed; `None` if another version wrote
    /// what this one cannot read.
    pub fn read<N: Noun>(&self) -> Option<N> {
        serde_json::from_value(Json::Object(self.body.clone())).ok()
    }
}

/// A field that holds a text.
pub(super) fn text<'a>(body: &'a Map<String, Json>, field: &str) -> Option<&'a str> {
    body.get(field)?.as_str()
}

/// A record by its code. Blocks.
pub fn load(
    store: &dyn Store,
    sheet: &'static Sheet,
    programme: &str,
    code: &str,
) -> Result<Option<Row>, StoreError> {
    let value = store.get(Space::Core, &keys::register(sheet.number, programme, code))?;
    value
        .map(|value| read(sheet, programme, code, value))
        .transpose()
}

/// All records of a noun in a programme, by code. Blocks.
pub fn all(
    store: &dyn Store,
    sheet: &'static Sheet,
    programme: &str,
) -> Result<Vec<Row>, StoreError> {
    rows(store, sheet, keys::register_of(sheet.number, programme))
}

/// Every programme. Blocks.
pub fn programmes(store: &dyn Store) -> Result<Vec<Row>, StoreError> {
    // The first sheet is that of programmes.
    let sheet = SHEETS[0];
    rows(store, sheet, keys::register_all(sheet.number))
}

/// A record whose code means one thing in all programmes. Blocks.
pub(super) fn find_alone(
    store: &dyn Store,
    sheet: &'static Sheet,
    code: &str,
) -> Result<Option<Row>, StoreError> {
    for programme in programmes(store)? {
        let found = load(store, sheet, &programme.code, code)?;
        if found.is_some() {
            return Ok(found);
        }
    }
    Ok(None)
}

fn rows(
    store: &dyn Store,
    sheet: &'static Sheet,
    range: (Key, Key),
) -> Result<Vec<Row>, StoreError> {
    let mut rows = Vec::new();
    for_each(store, range, |key, value| {
        let (programme, code) =
            keys::register_parts(key).ok_or_else(|| damaged("key of a programme's record"))?;
        rows.push(read(sheet, programme, code, value.to_vec())?);
        Ok(())
    })?;
    Ok(rows)
}

fn read(
    sheet: &'static Sheet,
    programme: &str,
    code: &str,
    value: Value,
) -> Result<Row, StoreError> {
    let row: RegisterRow = decode(&value)?;
    let body = serde_json::from_str(&row.body).map_err(|_| damaged("a programme's record"))?;
    Ok(Row {
        sheet,
        programme: programme.to_owned(),
        code: code.to_owned(),
        version: row.version,
        changed_at: row.changed_at,
        body,
        sealed: row.sealed,
        value,
    })
}

/// The value of a record.
pub(super) fn write(
    version: u64,
    changed_at: i64,
    body: &Map<String, Json>,
    sealed: Vec<SealedField>,
) -> Value {
    encode(&RegisterRow {
        version,
        changed_at,
        body: serde_json::to_string(body).expect("a JSON object has a text"),
        sealed,
    })
}

fn damaged(what: &str) -> StoreError {
    StoreError::Corrupt(what.to_owned())
}
