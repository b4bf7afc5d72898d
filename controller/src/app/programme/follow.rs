//! Who stays away from the sessions of their group: a leader calls them before they are lost.

use std::collections::BTreeMap;
use std::sync::Arc;

use declic_common::programme::vocabulary::SessionState;
use declic_common::programme::{Attendance, Group, Member, Noun, Person, Session};
use jiff::civil::Date;

use super::register::{blocking, seen, within};
use super::row::{self, Row, text};
use super::{By, RegisterError, reach};
use crate::app::App;
use crate::store::Store;

/// So many sessions of their group in a row, and somebody calls.
const IN_A_ROW: usize = 2;

/// Somebody of a group who missed its last sessions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Missed {
    pub person: String,
    /// `None` for whoever may not see it where the group meets.
    pub first_name: Option<String>,
    pub household: String,
    pub group: String,
    pub cycle: String,
    /// The sessions that they missed since, oldest first: two or more.
    pub days: Vec<Date>,
    /// `None` if they never came to this group.
    pub last_came: Option<Date>,
}

/// The people of all groups within reach who missed the last two sessions that were held, those
/// who stay away longest first. Who came to the last one is followed by nobody.
pub async fn missed(
    app: &Arc<App>,
    programme: &str,
    by: &By,
) -> Result<Vec<Missed>, RegisterError> {
    let (app, programme, by) = (Arc::clone(app), programme.to_owned(), by.clone());
    blocking(move || {
        let store = app.store.as_ref();
        seen(store, &programme, &by)?;
        let held = held_by_group(store, &programme)?;
        let came = who_came(store, &programme)?;
        let mut found = Vec::new();
        for row in row::all(store, Group::SHEET, &programme)? {
            let (Some(sessions), true) = (held.get(&row.code), within(store, &row, &by)?) else {
                continue;
            };
            let eyes = reach::eyes(store, &by, (Group::SHEET, &programme), &row.body)?;
            let group: Group = row.read().unwrap_or_default();
            for member in members(store, &programme, &group.code)? {
                let Some((days, last_came)) = stays_away(&member, sessions, &came) else {
                    continue;
                };
                let person = row::load(store, Person::SHEET, &programme, &member.person)?;
                let shown = person.map(|person| person.shown(&app.keys, eyes));
                let shown = shown.transpose()?.map(|shown| shown.record);
                let field = |name| {
                    let shown = shown.as_ref();
                    shown.and_then(|record| text(record, name).map(str::to_owned))
                };
                found.push(Missed {
                    first_name: field("first_name"),
                    household: field("household").unwrap_or_default(),
                    person: member.person,
                    group: group.code.clone(),
                    cycle: group.cycle.clone(),
                    days,
                    last_came,
                });
            }
        }
        found.sort_by_key(|one| (std::cmp::Reverse(one.days.len()), one.person.clone()));
        Ok(found)
    })
    .await
}

/// Sessions of a group that were held: day and code, oldest first.
type Held = Vec<(Date, String)>;

fn held_by_group(
    store: &dyn Store,
    programme: &str,
) -> Result<BTreeMap<String, Held>, RegisterError> {
    let mut held: BTreeMap<String, Held> = BTreeMap::new();
    for row in row::all(store, Session::SHEET, programme)? {
        let session: Session = row.read().unwrap_or_default();
        let (SessionState::Held, Some(group), Some(on)) =
            (session.state(), session.group, session.on)
        else {
            continue;
        };
        held.entry(group).or_default().push((on, session.code));
    }
    held.values_mut().for_each(|sessions| sessions.sort());
    Ok(held)
}

/// Who was entered, session by session.
fn who_came(
    store: &dyn Store,
    programme: &str,
) -> Result<BTreeMap<String, Vec<String>>, RegisterError> {
    let mut came: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for row in row::all(store, Attendance::SHEET, programme)? {
        if let (Some(session), Some(person)) = (row.text("session"), row.text("person")) {
            let people = came.entry(session.to_owned()).or_default();
            people.push(person.to_owned());
        }
    }
    Ok(came)
}

fn members(store: &dyn Store, programme: &str, group: &str) -> Result<Vec<Member>, RegisterError> {
    let rows = row::all(store, Member::SHEET, programme)?;
    let own = rows.iter().filter(|row| row.text("group") == Some(group));
    Ok(own.filter_map(Row::read).collect())
}

/// The days that a member missed since they came last, if these are enough to call them.
fn stays_away(
    member: &Member,
    sessions: &[(Date, String)],
    came: &BTreeMap<String, Vec<String>>,
) -> Option<(Vec<Date>, Option<Date>)> {
    // Who left is no longer awaited.
    let (last, _) = sessions.last()?;
    if !member.is_there(*last) {
        return None;
    }
    let was_there = |code: &str| {
        came.get(code)
            .is_some_and(|people| people.contains(&member.person))
    };
    let mut days = Vec::new();
    let mut last_came = None;
    for (on, code) in sessions.iter().rev().filter(|(on, _)| member.is_there(*on)) {
        if was_there(code) {
            last_came = Some(*on);
            break;
        }
        days.push(*on);
    }
    days.reverse();
    (days.len() >= IN_A_ROW).then_some((days, last_came))
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn held() -> Held {
        (1..=4)
            .map(|n| (date(2026, 10, n), format!("W-000{n}")))
            .collect()
    }

    fn came(sessions: &[&str]) -> BTreeMap<String, Vec<String>> {
        let with = |code: &&str| ((*code).to_owned(), vec!["P-0001".to_owned()]);
        sessions.iter().map(with).collect()
    }

    fn member() -> Member {
        Member {
            person: "P-0001".to_owned(),
            ..Member::default()
        }
    }

    #[test]
    fn who_missed_the_last_two_sessions_is_called_and_who_missed_one_is_not() {
        let twice = stays_away(&member(), &held(), &came(&["W-0001", "W-0002"]));
        let days = vec![date(2026, 10, 3), date(2026, 10, 4)];
        assert_eq!(twice, Some((days, Some(date(2026, 10, 2)))));
        let once = came(&["W-0001", "W-0003"]);
        assert_eq!(stays_away(&member(), &held(), &once), None);
    }

    #[test]
    fn who_came_back_is_called_by_nobody() {
        assert_eq!(stays_away(&member(), &held(), &came(&["W-0004"])), None);
    }

    #[test]
    fn nobody_is_missed_before_they_joined_or_after_they_left() {
        let late = Member {
            joined_on: Some(date(2026, 10, 4)),
            ..member()
        };
        assert_eq!(stays_away(&late, &held(), &came(&[])), None);
        let gone = Member {
            left_on: Some(date(2026, 10, 4)),
            ..member()
        };
        assert_eq!(stays_away(&gone, &held(), &came(&[])), None);
    }

    #[test]
    fn who_never_came_is_called_as_well() {
        let never = stays_away(&member(), &held(), &came(&[]));
        assert_eq!(
            never.map(|(days, last)| (days.len(), last)),
            Some((4, None))
        );
    }
}
