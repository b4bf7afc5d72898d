//! *Un ticket*: what happened, what speaks for it, and all that can be done about it.

mod act;

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use declic_common::DeviceId;
use declic_common::ticket::body::{TicketDetail, TicketEvent};
use declic_common::ticket::{
    Barrier, Category, Change, Documents, Priority, Repair, TicketId, TicketState, WaitsFor,
};

use self::act::Act;
use super::answer::{Page, go_to, own_path, page_with};
use super::form::Form;
use super::said::PARAMETER;
use super::tone;
use super::view::View;
use crate::app::account;
use crate::app::device::{self, DeviceQuery};
use crate::app::ticket::view::detail_within;
use crate::app::ticket::{self, TicketError};
use crate::clock;
use crate::domain::rights::Permission;
use crate::domain::ticket::Refused;
use crate::http::access::Pass;
use crate::http::api::tickets::check_spare;
use crate::http::extract::Path;
use crate::http::problem::Failure;
use crate::http::router::Desk;

/// A word of a list and its name.
type Choice = (&'static str, String);

#[derive(Debug, Template)]
#[template(path = "ticket.html")]
struct TicketPage {
    v: View,
    id: TicketId,
    version: u64,
    device: DeviceId,
    name: String,
    household: Option<String>,
    site: Option<String>,
    cause: String,
    state: String,
    state_word: TicketState,
    /// Solved or closed.
    done: bool,
    state_tone: &'static str,
    priority: String,
    priority_tone: &'static str,
    category: &'static str,
    origin: &'static str,
    assignee: Option<String>,
    is_mine: bool,
    opened: String,
    facts: Option<String>,
    step: &'static str,
    bring: Vec<String>,
    told: String,
    minutes: Option<String>,
    waits: Option<String>,
    visit: Option<String>,
    documents: Option<&'static str>,
    swapped: bool,
    repair: Option<String>,
    /// How often it came back.
    returns: Option<String>,
    events: Vec<Event>,
    lists: Lists,
    conflict: Option<Conflict>,
    refused: Option<String>,
    /// What was typed, to be sent again.
    typed: Act,
}

/// What the forms choose from.
#[derive(Debug, Default)]
struct Lists {
    team: Vec<String>,
    spares: Vec<(DeviceId, String)>,
    priorities: Vec<Choice>,
    categories: Vec<Choice>,
    waits: Vec<Choice>,
    repairs: Vec<Choice>,
    barriers: Vec<Choice>,
    documents: Vec<Choice>,
}

#[derive(Debug)]
struct Event {
    what: String,
    words: Option<String>,
    who: String,
    when: String,
    machine: String,
    /// It happened after the version that somebody had seen.
    new: bool,
}

/// Somebody else changed the ticket first: both sides, side by side.
#[derive(Debug)]
struct Conflict {
    /// What this person wanted.
    wanted: String,
    words: Option<String>,
    fields: Vec<(&'static str, String)>,
}

pub(super) async fn show(
    State(desk): State<Desk>,
    view: View,
    pass: Pass,
    Path(id): Path<TicketId>,
) -> Page {
    let detail = detail_within(&desk.app, &pass.reach, id, clock::now()).await?;
    let told = Told::default();
    draw(&desk, view, &pass, &detail, told).await
}

/// What came of a change that was not made.
#[derive(Default)]
struct Told {
    /// The version that was seen, where it is not the newest.
    seen: Option<u64>,
    refused: Option<String>,
    typed: Act,
}

/// Changes the ticket; where it cannot, the page says why and nothing that was typed is lost.
pub(super) async fn change(
    State(desk): State<Desk>,
    view: View,
    pass: Pass,
    Path(id): Path<TicketId>,
    Form(act): Form<Act>,
) -> Page {
    let now = clock::now();
    let before = detail_within(&desk.app, &pass.reach, id, now).await?;
    let made = match act.change(&view) {
        Ok(made) => made,
        Err(text) => {
            let told = Told {
                refused: Some(text.to_owned()),
                typed: act,
                seen: None,
            };
            return draw(&desk, view, &pass, &before, told).await;
        }
    };
    if let Change::Swap { with } = &made {
        check_spare(&desk.app, &pass.reach, *with)?;
    }
    let done = ticket::change(
        &desk.app,
        id,
        act.version,
        made,
        pass.who(),
        now.as_millisecond(),
    );
    let told = match done.await {
        Ok(()) => return Ok(back(&view, id, &act)),
        Err(TicketError::Refused(Refused::Stale { .. })) => Told {
            seen: Some(act.version),
            refused: None,
            typed: act,
        },
        Err(TicketError::Store(error)) => return Err(error.into()),
        Err(error) => Told {
            refused: Some(act::refusal(&error, &view)),
            typed: act,
            seen: None,
        },
    };
    let detail = detail_within(&desk.app, &pass.reach, id, now).await?;
    draw(&desk, view, &pass, &detail, told).await
}

fn back(view: &View, id: TicketId, act: &Act) -> Response {
    let said = act.said().word();
    match act.retour.as_deref().and_then(own_path) {
        // From a list: back to it, at the same place.
        Some(path) => {
            let path = path.split('#').next().unwrap_or(path);
            let sign = if path.contains('?') { '&' } else { '?' };
            go_to(&view.url(format!("{path}{sign}{PARAMETER}={said}")))
        }
        None => go_to(&view.url(format!("/tickets/{id}?{PARAMETER}={said}"))),
    }
}

async fn draw(desk: &Desk, view: View, pass: &Pass, detail: &TicketDetail, told: Told) -> Page {
    let lists = match view.may_steer() {
        true => lists(desk, &view, pass, detail).await?,
        false => Lists::default(),
    };
    let summary = &detail.summary;
    let v = view
        .titled(summary.ticket.to_string(), "/tickets")
        .following("sans_postes=true");
    let status = match (&told.seen, &told.refused) {
        (Some(_), _) => StatusCode::CONFLICT,
        (None, Some(_)) => StatusCode::UNPROCESSABLE_ENTITY,
        (None, None) => StatusCode::OK,
    };
    let presence = presence(desk, summary.device);
    let seen = told.seen.unwrap_or(u64::MAX);
    let conflict = told.seen.map(|_| Conflict {
        wanted: told.typed.wanted(&v),
        words: told.typed.words(),
        fields: told.typed.fields(),
    });
    let template = TicketPage {
        id: summary.ticket,
        version: summary.version,
        device: summary.device,
        name: v.name(summary.asset.as_deref(), summary.device),
        household: summary.household.clone(),
        site: summary.site.clone(),
        cause: v.capital(v.cause(summary.cause)),
        state: v.capital(v.ticket_state(summary.state)),
        state_word: summary.state,
        done: matches!(summary.state, TicketState::Solved | TicketState::Closed),
        state_tone: tone::ticket(summary.state),
        priority: v.capital(v.priority(summary.priority)),
        priority_tone: tone::priority(summary.priority),
        category: v.category(summary.category),
        origin: v.origin(summary.origin),
        is_mine: summary.assignee.is_some() && summary.assignee.as_deref() == v.account(),
        assignee: summary.assignee.clone(),
        opened: v.since(Some(summary.opened_at)),
        facts: detail.evidence.as_ref().and_then(|e| v.facts(&e.facts)),
        step: v.next_step(summary.cause, presence),
        bring: v.things(&detail.bring, &detail.parts),
        told: v.say(
            detail.for_household.fr.clone(),
            detail.for_household.en.clone(),
        ),
        minutes: (detail.minutes > 0).then(|| v.span(u64::from(detail.minutes) * 60_000)),
        waits: summary.waits_for.map(|what| match summary.wait_until {
            Some(day) => v.say(
                format!("{}, jusqu’au {}", v.waits_for(what), v.long_day(day)),
                format!("{}, until {}", v.waits_for(what), v.long_day(day)),
            ),
            None => v.waits_for(what).to_owned(),
        }),
        visit: summary.visit_on.map(|day| v.long_day(day)),
        documents: detail.documents.map(|choice| v.documents(choice)),
        swapped: detail.swapped_with.is_some(),
        repair: detail.repair.map(|repair| match detail.barrier {
            Some(barrier) => format!("{}, {}", v.repair(repair), v.barrier(barrier)),
            None => v.repair(repair).to_owned(),
        }),
        returns: (summary.returns > 0).then(|| {
            let n = summary.returns as usize;
            v.count(n, ["retour", "retours"], ["return", "returns"])
        }),
        events: detail
            .events
            .iter()
            .rev()
            .map(|e| event(desk, e, seen, &v))
            .collect(),
        lists,
        conflict,
        refused: told.refused,
        typed: told.typed,
        v,
    };
    page_with(status, &template)
}

fn presence(desk: &Desk, device: DeviceId) -> declic_common::api::Presence {
    let judge = crate::app::presence::Judge::at(&desk.app, clock::now().as_millisecond());
    let entry = desk.app.registry.get(device);
    entry.map_or(declic_common::api::Presence::Retired, |entry| {
        judge.of(&entry).presence
    })
}

fn event(desk: &Desk, event: &TicketEvent, seen: u64, v: &View) -> Event {
    let mut change = event.change.clone();
    let words = change.take_text().filter(|text| !text.is_empty());
    let mut what = v.capital(v.change(&change));
    if let Change::Swap { with } = &change {
        let asset = desk.app.registry.get(*with);
        let asset = asset.and_then(|entry| entry.device.asset.clone());
        // By its asset tag, as everywhere.
        what = what.replace(&with.to_string(), &v.name(asset.as_deref(), *with));
    }
    Event {
        what,
        words,
        who: v.actor(&event.who),
        when: v.when(event.at),
        machine: v.machine(event.at),
        new: event.version > seen,
    }
}

async fn lists(
    desk: &Desk,
    v: &View,
    pass: &Pass,
    detail: &TicketDetail,
) -> Result<Lists, Failure> {
    let site = detail.summary.site.clone();
    let team = account::able(&desk.app, Permission::SteerDevices, site).await?;
    let spare = DeviceQuery {
        reach: pass.reach.clone(),
        spare: true,
        limit: 200,
        ..DeviceQuery::default()
    };
    let spares = device::list(&desk.app, &spare, clock::now())?.items;
    let spares = spares.into_iter().filter(|spare| !spare.revoked);
    Ok(Lists {
        team,
        spares: spares
            .map(|spare| (spare.device, v.name(spare.asset.as_deref(), spare.device)))
            .collect(),
        priorities: choices(Priority::ALL, |p| (p.as_str(), v.priority(*p)), v),
        categories: choices(Category::ALL, |c| (c.as_str(), v.category(*c)), v),
        waits: choices(WaitsFor::ALL, |w| (w.as_str(), v.waits_for(*w)), v),
        repairs: choices(Repair::ALL, |r| (r.as_str(), v.repair(*r)), v),
        barriers: choices(Barrier::ALL, |b| (b.as_str(), v.barrier(*b)), v),
        documents: choices(Documents::ALL, |d| (d.as_str(), v.documents(*d)), v),
    })
}

fn choices<T>(
    all: &[T],
    named: impl Fn(&T) -> (&'static str, &'static str),
    v: &View,
) -> Vec<Choice> {
    let named = all.iter().map(named);
    named.map(|(word, name)| (word, v.capital(name))).collect()
}
