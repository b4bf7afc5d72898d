//! The workshop: what its records must be beside each other, the map of its seats, and the sheet
//! that people sign.

use std::collections::BTreeMap;
use std::sync::Arc;

use declic_common::api::Place;
use declic_common::programme::vocabulary::SessionState;
use declic_common::programme::workshop::{
    Seat, SeatMap, SeatPc, SeatState, SessionSheet, SheetLine,
};
use declic_common::programme::{
    Attendance, BadField, Cycle, Group, Member, Noun, Person, Programme, Session, Sheet, Site,
};
use declic_common::ticket::TicketState;
use jiff::civil::Date;
use serde_json::{Map, Value as Json};

use super::register::{blocking, existing, seen};
use super::row::{self, Row, text};
use super::{By, Eyes, RegisterError, reach};
use crate::app::App;
use crate::app::registry::Entry;
use crate::app::ticket::stored;
use crate::domain::ticket::Ticket;
use crate::store::{Store, StoreError};

/// A PC of the workshop that was silent for so long is not counted on, in ms. Between sessions
/// it is off, over holidays too.
const SILENT_MS: i64 = 14 * 86_400_000;
/// Lines of a sheet where no seats are offered.
const LINES: usize = 10;

/// What only one record of the workshop may say.
pub(super) fn said_once(sheet: &Sheet, body: &Map<String, Json>) -> Vec<(&'static str, String)> {
    let part = |field| text(body, field).map(str::to_owned);
    let number = |field| body.get(field).and_then(Json::as_i64);
    let all = |parts: &[Option<String>]| -> Option<String> {
        let parts: Option<Vec<_>> = parts.iter().cloned().collect();
        parts.map(|parts| parts.join(" "))
    };
    let mut said = Vec::new();
    match sheet.word {
        "attendance" => {
            let session = part("session");
            let seat = number("seat").map(|seat| format!("seat {seat}"));
            said.extend(all(&[session.clone(), part("person")]).map(|once| ("person", once)));
            said.extend(all(&[session, seat]).map(|once| ("seat", once)));
        }
        "member" => {
            said.extend(all(&[part("group"), part("person")]).map(|once| ("person", once)));
        }
        _ => {}
    }
    said
}

/// What is wrong with a record of the workshop beside those that it names. Blocks.
pub(super) fn judge(
    store: &dyn Store,
    sheet: &'static Sheet,
    programme: &str,
    body: &Map<String, Json>,
) -> Result<Vec<BadField>, StoreError> {
    match sheet.word {
        "session" => session(store, programme, body),
        "attendance" => attendance(store, programme, body),
        _ => Ok(Vec::new()),
    }
}

fn named<N: Noun>(
    store: &dyn Store,
    programme: &str,
    body: &Map<String, Json>,
    field: &str,
) -> Result<Option<N>, StoreError> {
    let Some(code) = text(body, field) else {
        return Ok(None);
    };
    Ok(row::load(store, N::SHEET, programme, code)?.and_then(|row| row.read()))
}

fn session(
    store: &dyn Store,
    programme: &str,
    body: &Map<String, Json>,
) -> Result<Vec<BadField>, StoreError> {
    let mut bad = Vec::new();
    let cycle: Option<Cycle> = named(store, programme, body, "cycle")?;
    if cycle.is_some_and(|cycle| Some(cycle.site.as_str()) != text(body, "site")) {
        bad.push(BadField::new(
            "cycle",
            "est d’un autre site que la séance",
            "is of another site than the session",
        ));
    }
    let group: Option<Group> = named(store, programme, body, "group")?;
    if group.is_some_and(|group| Some(group.cycle.as_str()) != text(body, "cycle")) {
        bad.push(BadField::new(
            "group",
            "est d’un autre cycle",
            "is of another cycle",
        ));
    }
    Ok(bad)
}

fn attendance(
    store: &dyn Store,
    programme: &str,
    body: &Map<String, Json>,
) -> Result<Vec<BadField>, StoreError> {
    let mut bad = Vec::new();
    let Some(session) = named::<Session>(store, programme, body, "session")? else {
        return Ok(bad);
    };
    if session.state() == SessionState::Cancelled {
        bad.push(BadField::new(
            "session",
            "est annulée ; dire d’abord qu’elle a eu lieu (state=held)",
            "was cancelled; say first that it was held (state=held)",
        ));
    }
    let seat = body.get("seat").and_then(Json::as_i64);
    if let (Some(seat), Some(seats)) = (seat, session.seats)
        && seat > i64::from(seats)
    {
        bad.push(BadField::new(
            "seat",
            format!("n’existe pas : la séance offre {seats} places"),
            format!("is not there: the session offers {seats} seats"),
        ));
    }
    if let Some(person) = named::<Person>(store, programme, body, "person")?
        && !may_come(&person, session.on)
    {
        bad.push(BadField::new(
            "person",
            "est mineure, et aucun parent ne l’a autorisée avant ce jour : noter l’autorisation sur sa \
             fiche (authorised_on)",
            "is a minor, and no parent said yes before that day: note it on their record \
             (authorised_on)",
        ));
    }
    Ok(bad)
}

/// Whether somebody may be entered on a day: minors from the day of a parent's word.
fn may_come(person: &Person, on: Option<Date>) -> bool {
    let minor = person.age.and_then(|age| age.is_minor()) == Some(true);
    let in_time = match (person.authorised_on, on) {
        (Some(said), Some(on)) => said <= on,
        (said, _) => said.is_some(),
    };
    !minor || in_time
}

/// The seats of the workshop of a site, and which of them are down.
pub async fn seats(
    app: &Arc<App>,
    programme: &str,
    site: &str,
    by: &By,
    now_ms: i64,
) -> Result<SeatMap, RegisterError> {
    let (app, programme, site, by) = (
        Arc::clone(app),
        programme.to_owned(),
        site.to_owned(),
        by.clone(),
    );
    blocking(move || {
        let store = app.store.as_ref();
        seen(store, &programme, &by)?;
        let row = existing(store, Site::SHEET, &programme, &site, &by)?;
        let offered = row.read::<Site>().and_then(|site| site.seats).unwrap_or(0);
        Ok(map(&app, &site, offered, now_ms)?)
    })
    .await
}

/// Blocks.
fn map(app: &App, site: &str, offered: u32, now_ms: i64) -> Result<SeatMap, StoreError> {
    let mut placed: BTreeMap<u16, Arc<Entry>> = BTreeMap::new();
    let mut unnumbered = Vec::new();
    for entry in app.registry.all() {
        let placement = entry.placement().filter(|at| at.place == Place::Seat);
        let Some(placement) = placement.filter(|_| entry.site() == Some(site)) else {
            continue;
        };
        match placement.seat {
            Some(seat) => {
                placed.insert(seat, Arc::clone(&entry));
            }
            None => unnumbered.push(pc(&entry)),
        }
    }
    let mut tickets = stored::all(app.store.as_ref())?;
    tickets.retain(|ticket| !matches!(ticket.state, TicketState::Solved | TicketState::Closed));
    let offered = u16::try_from(offered).unwrap_or(u16::MAX);
    let last = placed.keys().next_back().copied().unwrap_or(0).max(offered);
    let state = |seat| self::seat(app, seat, placed.get(&seat), &tickets, now_ms);
    let seats: Vec<Seat> = (1..=last).map(state).collect();
    Ok(SeatMap {
        site: site.to_owned(),
        down: seats
            .iter()
            .filter(|seat| seat.state != SeatState::Good)
            .count(),
        seats,
        unnumbered,
    })
}

fn pc(entry: &Entry) -> SeatPc {
    SeatPc {
        device: entry.device.id,
        asset: entry.device.asset.clone(),
    }
}

fn seat(app: &App, seat: u16, entry: Option<&Arc<Entry>>, open: &[Ticket], now_ms: i64) -> Seat {
    let Some(entry) = entry else {
        return Seat {
            seat,
            state: SeatState::Empty,
            pc: None,
            tickets: Vec::new(),
        };
    };
    let id = entry.device.id;
    // What was open where the PC stood before is no fault of this post.
    let of_post = |ticket: &&Ticket| ticket.device == id && ticket.opened_at >= entry.seen_from();
    let tickets: Vec<_> = open.iter().filter(of_post).collect();
    let here = |at: &i64| *at >= entry.seen_from() && now_ms - at < SILENT_MS;
    let heard = app.hub.is_connected(id) || entry.latest.last_seen.is_some_and(|at| here(&at));
    Seat {
        seat,
        state: match (tickets.is_empty(), heard) {
            (false, _) => SeatState::Ticket,
            (true, false) => SeatState::Silent,
            (true, true) => SeatState::Good,
        },
        pc: Some(pc(entry)),
        tickets: tickets.iter().map(|ticket| ticket.id.to_string()).collect(),
    }
}

/// A session to be printed: its group, whoever else came, and lines for those who walk in.
///
/// Whoever may see first names where the session is sees those of its people, wherever these
/// live: they are the ones to be greeted.
pub async fn sheet(
    app: &Arc<App>,
    programme: &str,
    code: &str,
    by: &By,
    now_ms: i64,
) -> Result<SessionSheet, RegisterError> {
    let (app, programme, code, by) = (
        Arc::clone(app),
        programme.to_owned(),
        code.to_owned(),
        by.clone(),
    );
    blocking(move || {
        let store = app.store.as_ref();
        seen(store, &programme, &by)?;
        let row = existing(store, Session::SHEET, &programme, &code, &by)?;
        let eyes = reach::eyes(store, &by, (Session::SHEET, &programme), &row.body)?;
        let session: Session = row.read().unwrap_or_default();
        let site: Option<Site> = named(store, &programme, &row.body, "site")?;
        let site = site.unwrap_or_default();
        let cycle: Option<Cycle> = named(store, &programme, &row.body, "cycle")?;
        let whole = row::load(store, Programme::SHEET, &programme, &programme)?;
        let whole = whole.and_then(|row| row.read::<Programme>());
        let came = came(store, &programme, &code)?;
        let version = version(&row, &came);
        let mut lines = lines(&app, &programme, &session, &came, eyes)?;
        let offered = session.seats.map_or(LINES, |seats| seats as usize);
        let blank = offered.saturating_sub(lines.len());
        lines.extend(std::iter::repeat_with(SheetLine::default).take(blank));
        let seats = map(&app, &session.site, site.seats.unwrap_or(0), now_ms)?.seats;
        let down = seats.iter().filter(|seat| seat.state != SeatState::Good);
        Ok(SessionSheet {
            programme_name: whole.map(|whole| whole.name).unwrap_or_default(),
            site_name: site.name,
            workshop: site.workshop,
            cycle_name: cycle.map(|cycle| cycle.name),
            seats_down: down.map(|seat| seat.seat).collect(),
            session,
            lines,
            version,
        })
    })
    .await
}

/// Who came to a session, as it is kept. Blocks.
pub(super) fn came(
    store: &dyn Store,
    programme: &str,
    session: &str,
) -> Result<Vec<Row>, StoreError> {
    let mut came = row::all(store, Attendance::SHEET, programme)?;
    came.retain(|row| row.text("session") == Some(session));
    Ok(came)
}

/// What tells one state of a session and of its roll from another.
pub(super) fn version(session: &Row, came: &[Row]) -> u32 {
    let rows = std::iter::once(session).chain(came);
    let text: String = rows
        .map(|row| format!("{} {} {}\n", row.code, row.version, row.changed_at))
        .collect();
    // Within what every client of the API takes for a whole number.
    crc32c::crc32c(text.as_bytes()) >> 1
}

/// The people of a session, those of its group first. Blocks.
fn lines(
    app: &App,
    programme: &str,
    session: &Session,
    came: &[Row],
    eyes: Eyes,
) -> Result<Vec<SheetLine>, RegisterError> {
    let store = app.store.as_ref();
    let mut came: Vec<Attendance> = came.iter().filter_map(Row::read).collect();
    let mut lines = Vec::new();
    let members = row::all(store, Member::SHEET, programme)?;
    let of_group = members
        .iter()
        .filter(|row| session.group.is_some() && row.text("group") == session.group.as_deref())
        .filter_map(Row::read::<Member>)
        .filter(|member| session.on.is_none_or(|on| member.is_there(on)));
    for member in of_group {
        let place = came
            .iter()
            .position(|came| came.person.as_ref() == Some(&member.person));
        let entered = place.map(|place| came.remove(place));
        lines.push(line(
            app,
            programme,
            session,
            &member.person,
            entered,
            eyes,
        )?);
    }
    for other in came {
        lines.push(match other.person.clone() {
            Some(person) => line(app, programme, session, &person, Some(other), eyes)?,
            None => SheetLine {
                attendance: Some(other.code),
                seat: other.seat,
                age: other.age,
                ..SheetLine::default()
            },
        });
    }
    Ok(lines)
}

/// Blocks.
fn line(
    app: &App,
    programme: &str,
    session: &Session,
    person: &str,
    entered: Option<Attendance>,
    eyes: Eyes,
) -> Result<SheetLine, RegisterError> {
    let row = row::load(app.store.as_ref(), Person::SHEET, programme, person)?;
    let known = row.as_ref().and_then(Row::read::<Person>);
    let shown = row.map(|row| row.shown(&app.keys, eyes)).transpose()?;
    let first_name = shown.and_then(|shown| text(&shown.record, "first_name").map(str::to_owned));
    Ok(SheetLine {
        needs_authorisation: known.is_some_and(|person| !may_come(&person, session.on)),
        person: Some(person.to_owned()),
        first_name,
        seat: entered.as_ref().and_then(|entered| entered.seat),
        attendance: entered.map(|entered| entered.code),
        age: None,
    })
}
