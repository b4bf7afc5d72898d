//! *Un foyer*: its people, its line, its PC, what it answered; and what it may ask for.

pub(super) mod acts;

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use declic_common::DeviceId;
use declic_common::api::Place;
use declic_common::programme::body::Shown;
use declic_common::programme::vocabulary::Moment;
use declic_common::programme::{Household, Line, Noun, Person, Survey};
use serde_json::Value;

use super::applications::{ShownContact, contacts_of};
use super::households::day;
use super::one::{Fact, Unread, facts};
use super::plate::{HOUSEHOLD, HOUSEHOLDS, SURVEY, Tab, tabs};
use super::{all, by, by_without_seals, naming, now_ms, text};
use crate::app::device::{self, DeviceQuery, is_within};
use crate::app::programme;
use crate::app::ticket::view::{self, TicketQuery};
use crate::clock;
use crate::domain::rights::Permission;
use crate::http::access::Pass;
use crate::http::extract::Path;
use crate::http::pages::answer::{Page, page_with};
use crate::http::pages::tone;
use crate::http::pages::view::View;
use crate::http::problem::Failure;
use crate::http::router::Desk;

#[derive(Debug, Template)]
#[template(path = "household.html")]
struct One {
    v: View,
    tabs: Vec<Tab>,
    code: String,
    path: String,
    list: String,
    facts: Vec<Fact>,
    unread: Unread,
    left: Option<String>,
    persons: Vec<Someone>,
    add_person: String,
    lines: Vec<LineShown>,
    add_line: String,
    surveys: Vec<Asked>,
    sees_devices: bool,
    devices: Vec<Device>,
    /// PCs that can be handed over.
    spares: Vec<(DeviceId, String)>,
    has_device: bool,
    steers: bool,
    tickets: Vec<Ticket>,
    contacts: Option<Vec<ShownContact>>,
    may_see_contacts: bool,
    add_contact: String,
    keeps: bool,
    enters: bool,
    wrong: Option<String>,
}

#[derive(Debug)]
struct Someone {
    code: String,
    address: String,
    name: Option<String>,
    words: String,
    /// A minor without a parent's word.
    barred: bool,
}

#[derive(Debug)]
struct LineShown {
    address: String,
    code: String,
    call: Option<String>,
    since: Option<String>,
    ended: Option<String>,
}

/// A survey, or that it is missing.
#[derive(Debug)]
struct Asked {
    moment: String,
    /// Address and words of each answer.
    answers: Vec<(String, String)>,
    enter: String,
    print: String,
}

#[derive(Debug)]
struct Device {
    id: DeviceId,
    name: String,
    from: String,
    to: Option<String>,
    consent: &'static str,
}

#[derive(Debug)]
struct Ticket {
    id: String,
    cause: String,
    state: &'static str,
    tone: &'static str,
    when: String,
}

/// What came of a form that was not taken.
#[derive(Default)]
struct Told {
    wrong: Option<String>,
    contacts: Option<Vec<ShownContact>>,
}

pub(super) async fn show(
    State(desk): State<Desk>,
    view: View,
    pass: Pass,
    Path(at): Path<(String, String)>,
) -> Page {
    draw(&desk, view, &pass, &at, Told::default()).await
}

/// The same page with the contacts, which the audit tells.
pub(super) async fn contacts(
    State(desk): State<Desk>,
    view: View,
    pass: Pass,
    Path(at): Path<(String, String)>,
) -> Page {
    let shown = contacts_of(&desk, &pass, &at.0, ("household", &at.1), &view).await?;
    let told = Told {
        contacts: Some(shown),
        ..Told::default()
    };
    draw(&desk, view, &pass, &at, told).await
}

async fn draw(
    desk: &Desk,
    view: View,
    pass: &Pass,
    (programme, code): &(String, String),
    told: Told,
) -> Page {
    let (programme, code) = (programme.as_str(), code.as_str());
    let sheet = Household::SHEET;
    let who = by(pass);
    let shown = programme::find(&desk.app, sheet, programme, code, &who, now_ms()).await?;
    let title = view.say(format!("Foyer {code}"), format!("Household {code}"));
    let mut v = view.titled(title, HOUSEHOLDS);
    let here = format!("/programmes/{programme}/foyers/{code}");
    // What is shown after a form was sent has no address of its own.
    if told.wrong.is_some() || told.contacts.is_some() {
        v.here.clone_from(&here);
    }
    let of_it = |sheet| {
        all(
            desk,
            sheet,
            Some(programme),
            naming("household", code),
            &who,
        )
    };
    let persons = of_it(Person::SHEET).await?;
    let lines = of_it(Line::SHEET).await?;
    let blind = by_without_seals(pass);
    let only = naming("household", code);
    let surveys = all(desk, Survey::SHEET, Some(programme), only, &blind).await?;
    let reach = v.reach(Permission::SeeDevices);
    let devices = match &reach {
        Some(_) => programme::devices(&desk.app, programme, code, &who).await?,
        None => Vec::new(),
    };
    let mut devices: Vec<Device> = devices
        .iter()
        .filter(|device| {
            reach
                .as_ref()
                .is_some_and(|reach| is_within(&desk.app, reach, device.device))
        })
        .flat_map(|device| device.placements.iter().map(move |place| (device, place)))
        .map(|(device, place)| Device {
            id: device.device,
            name: v.name(device.asset.as_deref(), device.device),
            from: v.day(place.from),
            to: place.to.map(|to| v.day(to)),
            consent: v.consent(device.consent),
        })
        .collect();
    devices.reverse();
    let has_device = devices.iter().any(|device| device.to.is_none());
    let (add, enter) = (
        |slug: &str| {
            v.url(format!(
                "/programmes/{programme}/ajouter/{slug}?household={code}&retour={here}"
            ))
        },
        |moment: Moment| {
            v.url(format!("/programmes/{programme}/ajouter/questionnaires?household={code}&moment={moment}&retour={here}"))
        },
    );
    let template = One {
        tabs: tabs(&v, programme, HOUSEHOLDS, HOUSEHOLD.slug),
        facts: facts(sheet, &shown, &["code"], programme, &v),
        unread: Unread::of(sheet, &shown, &v),
        left: day(&v, &shown, "left_on"),
        persons: persons
            .iter()
            .map(|row| someone(row, programme, &v))
            .collect(),
        add_person: add("personnes"),
        lines: lines.iter().map(|row| line(row, programme, &v)).collect(),
        add_line: add("lignes"),
        surveys: Moment::ALL
            .iter()
            .map(|moment| Asked {
                moment: v.capital(v.record_word(moment.as_str())),
                answers: surveys
                    .iter()
                    .filter(|row| text(row, "moment") == moment.as_str())
                    .map(|row| answer(row, programme, &v))
                    .collect(),
                enter: enter(*moment),
                print: v.url(format!(
                    "/programmes/{programme}/feuille?household={code}&moment={moment}"
                )),
            })
            .collect(),
        spares: spares(desk, &v)?,
        steers: v.may_steer(),
        sees_devices: reach.is_some(),
        tickets: match reach {
            Some(reach) => tickets(desk, reach, code, &v).await?,
            None => Vec::new(),
        },
        devices,
        has_device,
        contacts: told.contacts,
        may_see_contacts: v.may(Permission::SeeContacts),
        add_contact: add("coordonnees"),
        keeps: v.may(HOUSEHOLD.keep),
        enters: v.may(SURVEY.keep),
        list: v.url(HOUSEHOLD.path(programme)),
        path: v.url(&here),
        code: code.to_owned(),
        wrong: told.wrong,
        v,
    };
    let status = match template.wrong {
        Some(_) => StatusCode::UNPROCESSABLE_ENTITY,
        None => StatusCode::OK,
    };
    page_with(status, &template)
}

fn someone(row: &Shown, programme: &str, v: &View) -> Someone {
    let words = ["age", "gender", "status"].map(|field| v.record_word(text(row, field)));
    let words: Vec<_> = words.into_iter().filter(|word| !word.is_empty()).collect();
    let person: Person =
        serde_json::from_value(Value::Object(row.record.clone())).unwrap_or_default();
    Someone {
        code: person.code.clone(),
        address: v.url(format!("/programmes/{programme}/personnes/{}", person.code)),
        barred: !person.may_attend(),
        name: person.first_name,
        words: words.join(", "),
    }
}

fn line(row: &Shown, programme: &str, v: &View) -> LineShown {
    let line: Line = serde_json::from_value(Value::Object(row.record.clone())).unwrap_or_default();
    LineShown {
        address: v.url(format!("/programmes/{programme}/lignes/{}", line.code)),
        call: v.hotline(&line),
        since: line.activated_on.map(|day| v.date(day)),
        ended: line.ended_on.map(|day| v.date(day)),
        code: line.code,
    }
}

/// Who answered, and what it comes to.
fn answer(row: &Shown, programme: &str, v: &View) -> (String, String) {
    let survey: Survey =
        serde_json::from_value(Value::Object(row.record.clone())).unwrap_or_default();
    let who = match &survey.person {
        Some(person) => v.say(format!("personne {person}"), format!("person {person}")),
        None => v.say("le foyer", "the household").to_owned(),
    };
    let address = v.url(format!(
        "/programmes/{programme}/questionnaires/{}",
        survey.code
    ));
    (address, v.pair(v.capital(who), outcome(&survey, v)))
}

/// What a survey comes to, in a few words.
pub(super) fn outcome(survey: &Survey, v: &View) -> String {
    if let Some(why) = survey.no_answer {
        let why = v.record_word(why.as_str());
        return v.say(
            format!("sans réponse ({why})"),
            format!("no answer ({why})"),
        );
    }
    match survey.skill_score() {
        Some(score) => v.say(format!("{score} sur 40"), format!("{score} of 40")),
        None => v
            .say("répondu, échelle incomplète", "answered, scale incomplete")
            .to_owned(),
    }
}

/// PCs in stock or on the bench, for who may hand them over.
fn spares(desk: &Desk, v: &View) -> Result<Vec<(DeviceId, String)>, Failure> {
    let Some(reach) = v.reach(Permission::SteerDevices) else {
        return Ok(Vec::new());
    };
    let judged = crate::app::device::LIMIT_MAX;
    let query = DeviceQuery {
        reach,
        limit: judged,
        ..DeviceQuery::default()
    };
    let found = device::list(&desk.app, &query, clock::now())?.items;
    let free = found.into_iter().filter(|device| {
        let place = device.placement.as_ref().map(|placement| placement.place);
        !device.revoked && !matches!(place, Some(Place::Home | Place::Seat))
    });
    Ok(free
        .map(|device| {
            (
                device.device,
                v.name(device.asset.as_deref(), device.device),
            )
        })
        .collect())
}

async fn tickets(
    desk: &Desk,
    reach: crate::domain::rights::Reach,
    code: &str,
    v: &View,
) -> Result<Vec<Ticket>, Failure> {
    let mut query = TicketQuery {
        reach,
        all: true,
        limit: Some(device::LIMIT_MAX),
        ..TicketQuery::default()
    };
    let mut theirs = Vec::new();
    loop {
        let found = view::list(&desk.app, &query, clock::now()).await?;
        theirs.extend(
            found
                .items
                .into_iter()
                .filter(|ticket| ticket.household.as_deref() == Some(code)),
        );
        match found.next {
            Some(next) => query.cursor = Some(next),
            None => break,
        }
    }
    theirs.sort_by_key(|ticket| {
        (
            ticket.closed_at.is_some(),
            std::cmp::Reverse(ticket.opened_at),
        )
    });
    let shown = theirs.iter().map(|ticket| Ticket {
        id: ticket.ticket.to_string(),
        cause: v.capital(v.cause(ticket.cause)),
        state: v.ticket_state(ticket.state),
        tone: tone::ticket(ticket.state),
        when: v.ago(ticket.opened_at),
    });
    Ok(shown.collect())
}
