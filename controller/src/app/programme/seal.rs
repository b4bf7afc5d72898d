//! Takes what is sealed apart from a record, and puts it back for who may see it.

use declic_common::programme::body::Shown;
use declic_common::programme::{BadField, Sheet};
use serde_json::{Map, Value as Json};

use super::keyring::{Holder, KeyError, Keyring};
use super::row::{Row, text};
use super::{Eyes, RegisterError};
use crate::app::device::time;
use crate::store::records::programme::SealedField;
use crate::store::{Space, Store, StoreError, keys};

/// With whose key the fields of a record are sealed.
pub(super) fn holder(
    sheet: &Sheet,
    programme: &str,
    code: &str,
    body: &Map<String, Json>,
) -> Option<Holder> {
    match sheet.word {
        "household" => return Some(Holder::household(programme, code)),
        "application" => return Some(Holder::application(programme, code)),
        _ => {}
    }
    let household = text(body, "household").map(|code| Holder::household(programme, code));
    household.or_else(|| Some(Holder::application(programme, text(body, "application")?)))
}

/// What a sealed field is of, so that it opens nowhere else.
fn about(holder: &Holder, sheet: &Sheet, code: &str, field: &str) -> String {
    let Holder {
        programme,
        noun,
        code: whose,
    } = holder;
    let word = sheet.word;
    format!("declic 1 {programme} {noun} {whose} {word} {code} {field}")
}

/// Whether the key of a holder was destroyed on purpose. Blocks.
pub(super) fn is_erased(store: &dyn Store, holder: &Holder) -> Result<bool, StoreError> {
    let key = keys::erased(&holder.programme, holder.noun, &holder.code);
    Ok(store.get(Space::Core, &key)?.is_some())
}

impl Row {
    fn holder(&self) -> Option<Holder> {
        holder(self.sheet, &self.programme, &self.code, &self.body)
    }

    /// The value of a sealed field; `None` if nobody reads it any more. Blocks.
    fn open(&self, ring: &Keyring, sealed: &SealedField) -> Result<Option<Json>, KeyError> {
        let Some(holder) = self.holder() else {
            return Ok(None);
        };
        let Some(key) = ring.key(&holder)? else {
            return Ok(None);
        };
        let about = about(&holder, self.sheet, &self.code, &sealed.name);
        let opened = key.open(&sealed.bytes, &about);
        Ok(opened.and_then(|bytes| serde_json::from_slice(&bytes).ok()))
    }

    /// The record as somebody may see it. Blocks.
    pub fn shown(&self, ring: &Keyring, eyes: Eyes) -> Result<Shown, KeyError> {
        let mut shown = Shown {
            version: self.version,
            changed_at: time(self.changed_at),
            record: self.body.clone(),
            hidden: Vec::new(),
            lost: Vec::new(),
        };
        for sealed in &self.sealed {
            let field = self.sheet.field(&sealed.name);
            let visible = field.and_then(|field| field.sealed);
            if !visible.is_some_and(|class| eyes.see(class)) {
                shown.hidden.push(sealed.name.clone());
                continue;
            }
            match self.open(ring, sealed)? {
                Some(value) => {
                    shown.record.insert(sealed.name.clone(), value);
                }
                None => shown.lost.push(sealed.name.clone()),
            }
        }
        Ok(shown)
    }
}

/// A record taken apart: what is kept readable, what is sealed, and which fields changed.
pub(super) struct Parted {
    pub(super) body: Map<String, Json>,
    pub(super) sealed: Vec<SealedField>,
    pub(super) changed: Vec<String>,
}

/// Takes a record apart for keeping. Sealed fields that `eyes` may not see stay as they are
/// unless a new value is given. Blocks; makes the key of a household at its first use, unless
/// it is only a trial.
pub(super) fn part(
    store: &dyn Store,
    ring: &Keyring,
    (sheet, programme, code): (&'static Sheet, &str, &str),
    given: &Map<String, Json>,
    before: Option<&Row>,
    (eyes, dry): (Eyes, bool),
) -> Result<Parted, RegisterError> {
    let mut body = given.clone();
    let mut sealed = Vec::new();
    let mut changed = Vec::new();
    let whose = holder(sheet, programme, code, given);
    let moved = before.is_some_and(|row| row.holder() != whose);
    for field in sheet.sealed() {
        let class = field.sealed.expect("only sealed fields are listed");
        let new = body.remove(field.name);
        let old = before.and_then(|row| row.sealed.iter().find(|old| old.name == field.name));
        let was = match (before, old) {
            (Some(row), Some(old)) => row.open(ring, old)?,
            _ => None,
        };
        // What cannot be read now may be one day, when a lost key is found.
        let lost = old.is_some() && was.is_none();
        let kept = new.is_none() && (lost || !eyes.see(class));
        match (new.or_else(|| was.clone().filter(|_| kept && moved)), old) {
            // Neither given nor theirs to empty; or the same as before.
            (None, Some(old)) if kept && !moved => sealed.push(old.clone()),
            (Some(value), Some(old)) if was.as_ref() == Some(&value) && !moved => {
                sealed.push(old.clone());
            }
            (Some(value), old) => {
                let whose = whose.as_ref().ok_or_else(|| nobodys(field.name))?;
                if is_erased(store, whose)? {
                    return Err(gone(field.name));
                }
                let bytes = serde_json::to_vec(&value).expect("a JSON value has a text");
                let about = about(whose, sheet, code, field.name);
                sealed.push(SealedField {
                    name: field.name.to_owned(),
                    bytes: match dry {
                        true => Vec::new(),
                        false => ring.key_or_new(whose)?.seal(&bytes, &about),
                    },
                });
                if old.is_none() || was.as_ref() != Some(&value) {
                    changed.push(field.name.to_owned());
                }
            }
            (None, Some(_)) => changed.push(field.name.to_owned()),
            (None, None) => {}
        }
    }
    let empty = Map::new();
    let old = before.map_or(&empty, |row| &row.body);
    let differ = |field: &&str| old.get(*field) != body.get(*field);
    let names = sheet.fields.iter().map(|field| field.name);
    changed.extend(names.filter(differ).map(str::to_owned));
    Ok(Parted {
        body,
        sealed,
        changed,
    })
}

fn nobodys(field: &str) -> RegisterError {
    RegisterError::Bad(vec![BadField::new(
        field,
        "est gardé sous la clé d’un foyer, et aucun n’est nommé",
        "is kept under the key of a household, and none is named",
    )])
}

fn gone(field: &str) -> RegisterError {
    RegisterError::Bad(vec![BadField::new(
        field,
        "ce foyer a demandé à être effacé : son code ne reçoit plus de données personnelles",
        "this household was erased: its code takes no personal data any more",
    )])
}
