//! *Un poste*: all that helps somebody who is about to call or to leave.

mod calendar;
mod measures;
mod standing;

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use declic_common::DeviceId;
use declic_common::api::{CommandInfo, CommandState, DeviceDetail, PlacementInfo, Presence};
use declic_common::command::Action;
use declic_common::problem::ProblemKind;
use declic_common::ticket::body::{NewTicket, TicketSummary};
use declic_common::ticket::{Cause, Origin, Priority};
use serde::Deserialize;

use self::calendar::Calendar;
use self::measures::Smart;
use self::standing::Standing;
use super::answer::{Page, go_to, page};
use super::chart::Chart;
use super::form::{Form, filled};
use super::programme::fleet::life::Life;
use super::said::{PARAMETER, Said};
use super::tone;
use super::view::View;
use crate::app::device::{self, QueryError};
use crate::app::ticket::view::{self, TicketQuery};
use crate::app::{command as commands, placement, programme, ticket};
use crate::clock;
use crate::domain::rights::Permission;
use crate::domain::ticket::household::for_household;
use crate::http::access::Pass;
use crate::http::api::commands::info;
use crate::http::extract::Path;
use crate::http::problem::Failure;
use crate::http::router::Desk;
use crate::words::readings::{Line, machine, moments, readings};

/// Commands and tickets that are shown; the others are in their own lists.
const SHOWN: usize = 12;

#[derive(Debug, Template)]
#[template(path = "device.html")]
struct DevicePage {
    v: View,
    id: DeviceId,
    name: String,
    standing: Standing,
    /// Whom to call about its line, and in whose name.
    line: Option<String>,
    /// Its line is down, as far as anybody knows.
    cut: bool,
    calendar: Calendar,
    charts: Vec<Chart>,
    smart: Vec<Smart>,
    report: Vec<Line>,
    machine: Vec<Line>,
    tickets: Vec<Ticket>,
    commands: Vec<Sent>,
    path: Vec<Step>,
    /// Its life, where a programme keeps it and this person sees the programme.
    life: Option<Life>,
    /// What the household reads: of open tickets, and of messages.
    told: Vec<String>,
    consent: &'static str,
    usage: bool,
    gone: bool,
}

#[derive(Debug)]
struct Ticket {
    id: String,
    cause: String,
    state: &'static str,
    tone: &'static str,
    assignee: Option<String>,
    since: String,
}

#[derive(Debug)]
struct Sent {
    what: String,
    state: &'static str,
    when: String,
    waits: bool,
}

/// A place where the PC was.
#[derive(Debug)]
struct Step {
    place: String,
    from: String,
    to: Option<String>,
}

pub(super) async fn show(
    State(desk): State<Desk>,
    view: View,
    pass: Pass,
    Path(id): Path<DeviceId>,
) -> Page {
    let now = clock::now();
    let app = &desk.app;
    let detail = device::detail(app, id, now).await?;
    let query = TicketQuery {
        reach: pass.reach.clone(),
        device: Some(id),
        all: true,
        limit: Some(100),
        ..TicketQuery::default()
    };
    let mut tickets = view::list(app, &query, now).await?.items;
    tickets.sort_by_key(|ticket| {
        (
            ticket.closed_at.is_some(),
            std::cmp::Reverse(ticket.opened_at),
        )
    });
    let sent = commands::list(app, id).await?;
    let sent = sent
        .iter()
        .filter_map(|row| info(row, now.as_millisecond()));
    let sent: Vec<CommandInfo> = sent.take(SHOWN).collect();
    let places = placement::list(app, id).ok_or(QueryError::UnknownDevice)?;
    let placement = detail.summary.placement.as_ref();
    let household = placement.and_then(|placement| placement.household.clone());
    let hotlines = view.lines(app).await?;
    let hotline = household.as_ref().and_then(|code| hotlines.get(code));
    let name = view.name(detail.summary.asset.as_deref(), id);
    let v = view
        .titled(&name, "/postes")
        .following(format!("poste={id}"));
    let calendar = Calendar::of(app, &detail.summary, now, &v).await?;
    let charts = measures::charts(app, &detail, now, &v).await?;
    let smart = measures::smart(app, &detail, &v).await?;
    let life = life(&desk, detail.summary.asset.as_deref(), &v).await?;
    page(&DevicePage {
        id,
        life,
        standing: Standing::of(&detail, &v),
        line: hotline.and_then(|line| v.hotline(line)),
        // A line that is down is what a visit would be for.
        cut: detail.summary.presence == Presence::Unreachable
            || tickets
                .iter()
                .any(|ticket| ticket.cause == Cause::InternetDown && ticket.closed_at.is_none()),
        calendar,
        charts,
        smart,
        report: report(&detail, &v),
        machine: detail
            .inventory
            .as_ref()
            .map_or_else(Vec::new, |fitted| machine(fitted, &v)),
        told: told(&tickets, &v),
        tickets: tickets.iter().take(SHOWN).map(|t| shown(t, &v)).collect(),
        commands: sent.iter().map(|command| line(command, &v)).collect(),
        path: places.iter().rev().map(|place| step(place, &v)).collect(),
        consent: v.consent(detail.summary.consent),
        usage: detail.summary.consent == Some(declic_common::report::Consent::Usage),
        gone: detail.summary.revoked,
        name,
        v,
    })
}

/// The life of the PC with this number, as far as its programme is seen.
async fn life(desk: &Desk, asset: Option<&str>, v: &View) -> Result<Option<Life>, Failure> {
    let (Some(asset), Some(who)) = (asset, v.by(Permission::SeeProgramme)) else {
        return Ok(None);
    };
    let now = clock::now().as_millisecond();
    let found = programme::life_of_asset(&desk.app, asset, &who, now).await?;
    Ok(found.map(|(programme, life)| Life::of(&programme, &life, v)))
}

fn report(detail: &DeviceDetail, v: &View) -> Vec<Line> {
    let Some(latest) = &detail.latest else {
        return Vec::new();
    };
    let mut lines = moments(latest, v);
    lines.extend(readings(&latest.report, v));
    lines
}

/// What the household may be told of what is open.
fn told(tickets: &[TicketSummary], v: &View) -> Vec<String> {
    let open = tickets.iter().filter(|ticket| ticket.closed_at.is_none());
    let mut causes: Vec<_> = open.map(|ticket| ticket.cause).collect();
    causes.sort_unstable();
    causes.dedup();
    let words = causes.into_iter().map(for_household);
    words.map(|told| v.say(told.fr, told.en)).collect()
}

fn shown(ticket: &TicketSummary, v: &View) -> Ticket {
    Ticket {
        id: ticket.ticket.to_string(),
        cause: v.capital(v.cause(ticket.cause)),
        state: v.ticket_state(ticket.state),
        tone: tone::ticket(ticket.state),
        assignee: ticket.assignee.clone(),
        since: v.ago(ticket.opened_at),
    }
}

fn line(command: &CommandInfo, v: &View) -> Sent {
    Sent {
        what: v.capital(v.action(command)),
        state: v.command(command.state),
        when: v.when(command.issued_at),
        waits: matches!(command.state, CommandState::Queued | CommandState::Sent),
    }
}

fn step(place: &PlacementInfo, v: &View) -> Step {
    let mut text = match &place.household {
        Some(code) => v.say(format!("Foyer {code}"), format!("Household {code}")),
        None => v.capital(v.place(place.place)),
    };
    if let Some(site) = &place.site {
        text.push_str(&format!(" ({site})"));
    }
    Step {
        place: text,
        from: v.day(place.from),
        to: place.to.map(|to| v.day(to)),
    }
}

#[derive(Debug, Deserialize)]
pub(super) struct Ask {
    /// `refresh`, `diagnose` or `message`.
    demande: String,
    minutes: Option<String>,
    texte: Option<String>,
}

/// Asks something of the PC.
pub(super) async fn command(
    State(desk): State<Desk>,
    view: View,
    pass: Pass,
    Path(id): Path<DeviceId>,
    Form(ask): Form<Ask>,
) -> Page {
    let action = match ask.demande.as_str() {
        "refresh" => Action::Refresh,
        "diagnose" => Action::Diagnose {
            minutes: ask
                .minutes
                .and_then(|text| text.trim().parse().ok())
                .unwrap_or(0),
        },
        "message" => Action::Message {
            text: filled(ask.texte).unwrap_or_default().replace("\r\n", "\n"),
        },
        _ => {
            let text = "a page asks for refresh, diagnose or message only";
            return Err(Failure::new(ProblemKind::BadRequest, text));
        }
    };
    let now = clock::now().as_millisecond();
    commands::send(&desk.app, id, action, None, pass.who(), now).await?;
    let said = match desk.app.hub.is_connected(id) {
        true => Said::Sent,
        false => Said::NotSent,
    };
    Ok(back(&view, id, said))
}

fn back(view: &View, id: DeviceId, said: Said) -> Response {
    go_to(&view.url(format!("/postes/{id}?{PARAMETER}={}#demandes", said.word())))
}

#[derive(Debug, Deserialize)]
pub(super) struct Opening {
    texte: String,
    priorite: Option<String>,
    /// On the phone with the household.
    telephone: Option<String>,
    mots: Option<String>,
}

/// Opens a ticket by hand.
pub(super) async fn open_ticket(
    State(desk): State<Desk>,
    view: View,
    pass: Pass,
    Path(id): Path<DeviceId>,
    Form(sent): Form<Opening>,
) -> Page {
    let words = filled(sent.mots);
    let by_phone = sent.telephone.is_some() || words.is_some();
    let new = NewTicket {
        device: id,
        text: sent.texte.replace("\r\n", "\n"),
        origin: by_phone.then_some(Origin::Phone),
        category: None,
        priority: sent.priorite.as_deref().and_then(Priority::from_word),
        six_words: words,
    };
    let now = clock::now().as_millisecond();
    let made = ticket::open(&desk.app, new, pass.who(), now).await?;
    Ok(go_to(&view.url(format!(
        "/tickets/{made}?{PARAMETER}={}",
        Said::Opened.word()
    ))))
}
