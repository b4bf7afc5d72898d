//! Rows about the workshop: sessions that took place, who came, and help outside of them.

use std::collections::{BTreeMap, BTreeSet};

use declic_common::programme::vocabulary::{SessionKind as Kind, SessionState};
use declic_common::programme::{Assistance, Attendance, Cycle, Person, Session, Site};
use declic_evaluation::dataset::{self as rows, Dataset};
use declic_evaluation::vocabulary::SessionKind;
use jiff::civil::Date;

use super::words::same;
use super::{Homes, Source};
use crate::store::StoreError;

/// Seats of a group where neither its session nor its site says how many: those of the call.
const SEATS: u32 = 10;

/// Adds the sessions, attendance and assistance up to the end of the period. Those before its
/// beginning are among them: whoever came then is not new.
pub(super) fn gather(
    source: &Source<'_>,
    homes: &Homes,
    data: &mut Dataset,
) -> Result<(), StoreError> {
    let persons: BTreeMap<String, String> = source
        .all::<Person>()?
        .into_iter()
        .map(|person| (person.code, person.household))
        .collect();
    let home_of = |person: &Option<String>| {
        let household = persons.get(person.as_ref()?)?;
        homes.get(household).map(|home| home.key)
    };
    let mut came: BTreeMap<String, Vec<Attendance>> = BTreeMap::new();
    for attendance in source.all::<Attendance>()? {
        let there = came.entry(attendance.session.clone()).or_default();
        there.push(attendance);
    }
    let cycles: Vec<Cycle> = source.all()?;
    let sites: Vec<Site> = source.all()?;
    for session in source.all::<Session>()? {
        let here = came.remove(&session.code).unwrap_or_default();
        let Some((day, kind)) = took_place(source, &session, &here) else {
            continue;
        };
        let key = source.key.pseudonym('s', &session.code);
        let cycle = session
            .cycle
            .as_ref()
            .and_then(|code| cycles.iter().find(|cycle| cycle.code == *code));
        let length_minutes = session.minutes.unwrap_or(0);
        data.sessions.push(rows::Session {
            session: key,
            site: session.site.clone(),
            cycle: cycle.map(|cycle| source.key.pseudonym('c', &cycle.code)),
            day,
            kind,
            place: session.place.and_then(|place| same(place.as_str())),
            level: session
                .level
                .or(cycle.and_then(|cycle| cycle.level))
                .and_then(|level| same(level.as_str())),
            length_minutes,
            seats: seats(&session, &sites),
        });
        let own = (!session.themes.is_empty()).then_some(&session.themes);
        let themes = own.or(cycle.map(|cycle| &cycle.themes)).into_iter();
        let themes: BTreeSet<_> = themes
            .flatten()
            .filter_map(|theme| same(theme.as_str()))
            .collect();
        data.session_themes
            .extend(themes.into_iter().map(|theme| rows::SessionTheme {
                session: key,
                theme,
            }));
        let mut there = BTreeSet::new();
        for one in here {
            let participant = match &one.person {
                Some(code) => source.key.pseudonym('p', code),
                None => source.key.pseudonym('v', &one.code),
            };
            if there.insert(participant) {
                data.attendance.push(rows::Attendance {
                    session: key,
                    participant,
                    household: home_of(&one.person),
                    attended_minutes: one.minutes.or(session.minutes),
                    autonomy: one.autonomy.and_then(|how| same(how.as_str())),
                });
            }
        }
    }
    for help in source.all::<Assistance>()? {
        let Some(day) = help.on.filter(|day| *day < source.period.to) else {
            continue;
        };
        let key = source.key.pseudonym('q', &help.code);
        data.assistance.push(rows::Assistance {
            assistance: key,
            site: help.site,
            day,
            household: home_of(&help.person),
            place: help.place.and_then(|place| same(place.as_str())),
            given_minutes: help.minutes,
            autonomy: help.autonomy.and_then(|how| same(how.as_str())),
            equipment: help
                .equipment
                .iter()
                .min()
                .and_then(|one| same(one.as_str())),
        });
        let themes: BTreeSet<_> = help
            .themes
            .iter()
            .filter_map(|theme| same(theme.as_str()))
            .collect();
        data.assistance_themes
            .extend(themes.into_iter().map(|theme| rows::AssistanceTheme {
                assistance: key,
                theme,
            }));
    }
    Ok(())
}

/// Its day and kind, if it took place by the end of the period: somebody said so, or came.
fn took_place(
    source: &Source<'_>,
    session: &Session,
    here: &[Attendance],
) -> Option<(Date, SessionKind)> {
    let held = match session.state() {
        SessionState::Held => true,
        SessionState::Planned => !here.is_empty(),
        SessionState::Cancelled => false,
    };
    let day = session.on.filter(|day| held && *day < source.period.to)?;
    Some((day, same(session.kind?.as_str())?))
}

fn seats(session: &Session, sites: &[Site]) -> u32 {
    let site = sites.iter().find(|site| site.code == session.site);
    session.seats.unwrap_or_else(|| match session.kind {
        Some(Kind::Individual) => 1,
        _ => site.and_then(|site| site.seats).unwrap_or(SEATS),
    })
}
