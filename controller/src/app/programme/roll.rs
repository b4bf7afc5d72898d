//! Who came to a session, entered all at once: in a few keystrokes at its end, or from the sheet
//! on the day after.

use std::sync::Arc;

use declic_common::programme::vocabulary::SessionState;
use declic_common::programme::workshop::{NewRoll, Present, SessionSheet};
use declic_common::programme::{Attendance, BadField, Noun, Session};
use serde_json::Value as Json;

use super::put::Put;
use super::register::{existing, reaches, seen};
use super::row::Row;
use super::rules::Learnt;
use super::workshop::{came, sheet, version};
use super::{By, RegisterError};
use crate::app::App;
use crate::app::audit::{self, Note};
use crate::store::{Space, keys};

/// People in one session, at most.
const PRESENT_MAX: usize = 500;

/// Takes the roll: what was entered of the session before is replaced. All of it or nothing.
/// Gives the sheet as it is then.
pub async fn roll(
    app: &Arc<App>,
    programme: &str,
    session: &str,
    new: NewRoll,
    by: &By,
    now_ms: i64,
) -> Result<SessionSheet, RegisterError> {
    if new.present.len() > PRESENT_MAX {
        let text = format!("a session has at most {PRESENT_MAX} people; enter several sessions");
        return Err(RegisterError::BadQuery(text));
    }
    let state = new.state.unwrap_or(SessionState::Held);
    if state != SessionState::Held && !new.present.is_empty() {
        return Err(RegisterError::Bad(vec![BadField::new(
            "state",
            "des personnes sont venues : la séance a eu lieu (held), ou la liste est vide",
            "people came: the session was held, or the roll is empty",
        )]));
    }
    let asked = (programme.to_owned(), session.to_owned(), by.clone());
    audit::with(app, now_ms, move |app, change| {
        let (programme, code, by) = &asked;
        let store = app.store.as_ref();
        seen(store, programme, by)?;
        let row = existing(store, Session::SHEET, programme, code, by)?;
        reaches(store, Session::SHEET, programme, &row.body, by)?;
        let mut before = came(store, programme, code)?;
        let now = version(&row, &before);
        if let Some(seen) = new.version.filter(|seen| *seen != now) {
            return Err(RegisterError::Stale {
                word: Session::SHEET.word,
                code: code.clone(),
                seen: seen.into(),
                now: now.into(),
            });
        }
        let mut record = row.body.clone();
        record.insert("state".to_owned(), state.as_str().into());
        let held = Put {
            sheet: Session::SHEET,
            programme,
            record,
            seen: Some(row.version),
            dry: false,
        };
        held.decide(app, change, by, &mut Learnt::default(), now_ms)?;

        let sheet = Attendance::SHEET;
        let mut learnt = Learnt::default();
        let codes: Vec<_> = before.iter().map(|row| row.code.clone()).collect();
        learnt.say_anew(store, sheet, programme, &codes)?;
        let mut bad = Vec::new();
        for (n, present) in new.present.iter().enumerate() {
            // The same person keeps their record; of those who walked in nobody knows.
            let kept = take_same(&mut before, present);
            let record = match sheet.admit(record_of(present, code, kept.as_ref())) {
                Ok(record) => record,
                Err(faults) => {
                    bad.extend(at_place(n, faults));
                    continue;
                }
            };
            let put = Put {
                sheet,
                programme,
                record,
                seen: kept.as_ref().map(|row| row.version),
                dry: false,
            };
            match put.decide(app, change, by, &mut learnt, now_ms) {
                Ok(_) => {}
                Err(RegisterError::Bad(faults)) => bad.extend(at_place(n, faults)),
                Err(error) => return Err(error),
            }
        }
        if !bad.is_empty() {
            return Err(RegisterError::Bad(bad));
        }
        for gone in &before {
            let key = keys::register(sheet.number, programme, &gone.code);
            let value = gone.value.clone();
            change.batch.equals(Space::Core, key.clone(), value);
            change.batch.del(Space::Core, key);
        }
        change.note(Note {
            who: &by.who,
            what: "session.roll",
            subject: &format!("{programme}/{code}"),
            detail: Some(format!("{} present", new.present.len())),
        });
        Ok::<_, RegisterError>(())
    })
    .await?;
    sheet(app, programme, session, by, now_ms).await
}

/// The record of the same person, out of those that were there.
fn take_same(before: &mut Vec<Row>, present: &Present) -> Option<Row> {
    let person = present.person.as_deref()?;
    let place = before
        .iter()
        .position(|row| row.text("person") == Some(person))?;
    Some(before.remove(place))
}

fn record_of(present: &Present, session: &str, kept: Option<&Row>) -> Json {
    let mut record = serde_json::to_value(present).expect("it came from JSON");
    record["session"] = session.into();
    if let Some(row) = kept {
        record["code"] = row.code.as_str().into();
    }
    record
}

/// Faults of the `n`th one, counted from 1 as people do.
fn at_place(n: usize, faults: Vec<BadField>) -> impl Iterator<Item = BadField> {
    faults.into_iter().map(move |bad| BadField {
        field: format!("present {} {}", n + 1, bad.field),
        ..bad
    })
}
