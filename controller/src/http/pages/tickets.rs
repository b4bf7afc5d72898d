//! *Tickets*: the queue, worst first.

use askama::Template;
use axum::extract::State;
use declic_common::DeviceId;
use declic_common::ticket::body::TicketSummary;
use declic_common::ticket::{Cause, TicketState};
use serde::Deserialize;

use super::answer::{Page, page};
use super::form::filled;
use super::tone;
use super::view::View;
use crate::app::device::sites;
use crate::app::ticket::view::{self, TicketQuery};
use crate::clock;
use crate::http::access::Pass;
use crate::http::extract::Query;
use crate::http::router::Desk;

/// Rows of one page.
const ROWS: usize = 50;

/// The filters, as the address has them. An empty one is none.
#[derive(Clone, Debug, Default, Deserialize)]
pub(super) struct Asked {
    etat: Option<String>,
    cause: Option<String>,
    site: Option<String>,
    /// `moi`: mine alone.
    qui: Option<String>,
    poste: Option<DeviceId>,
    /// Closed ones too.
    tous: Option<String>,
    suite: Option<String>,
}

impl Asked {
    fn is_any(&self) -> bool {
        let texts = [&self.etat, &self.cause, &self.site, &self.qui, &self.tous];
        self.poste.is_some() || texts.into_iter().flatten().any(|text| !text.is_empty())
    }

    fn mine(&self) -> bool {
        self.qui.as_deref() == Some("moi")
    }

    fn all(&self) -> bool {
        self.tous.as_deref() == Some("oui")
    }

    fn parameters(&self) -> form_urlencoded::Serializer<'static, String> {
        let mut text = form_urlencoded::Serializer::new(String::new());
        let named = [
            ("etat", self.etat.clone()),
            ("cause", self.cause.clone()),
            ("site", self.site.clone()),
            ("qui", self.qui.clone()),
            ("poste", self.poste.map(|id| id.to_string())),
            ("tous", self.tous.clone()),
        ];
        for (name, value) in named {
            if let Some(value) = filled(value) {
                text.append_pair(name, &value);
            }
        }
        text
    }
}

/// A choice of a list: word, name, and whether it is chosen.
type Choice = (&'static str, String, bool);

#[derive(Debug, Template)]
#[template(path = "tickets.html")]
struct Tickets {
    v: View,
    asked: Asked,
    states: Vec<Choice>,
    causes: Vec<Choice>,
    sites: Vec<String>,
    site: String,
    rows: Vec<Row>,
    next: Option<String>,
}

#[derive(Debug)]
struct Row {
    id: String,
    version: u64,
    device: DeviceId,
    name: String,
    household: Option<String>,
    site: Option<String>,
    cause: String,
    priority: String,
    priority_tone: &'static str,
    state: String,
    state_tone: &'static str,
    assignee: Option<String>,
    since: String,
    next: Option<String>,
    free: bool,
}

pub(super) async fn show(
    State(desk): State<Desk>,
    view: View,
    pass: Pass,
    Query(asked): Query<Asked>,
) -> Page {
    let state = asked.etat.as_deref().and_then(TicketState::from_word);
    let cause = asked.cause.as_deref().and_then(Cause::from_word);
    let query = TicketQuery {
        reach: pass.reach.clone(),
        state,
        cause,
        device: asked.poste,
        site: filled(asked.site.clone()),
        assignee: view.account().filter(|_| asked.mine()).map(str::to_owned),
        all: asked.all(),
        limit: Some(ROWS),
        cursor: filled(asked.suite.clone()),
    };
    let found = view::list(&desk.app, &query, clock::now()).await?;
    let v = view
        .titled("Tickets", "/tickets")
        .following("sans_postes=true");
    let next = found.next.map(|cursor| {
        let parameters = asked.parameters().append_pair("suite", &cursor).finish();
        v.url(format!("/tickets?{parameters}"))
    });
    let states = TicketState::ALL.iter();
    let causes = Cause::ALL.iter();
    page(&Tickets {
        states: states
            .map(|s| (s.as_str(), v.capital(v.ticket_state(*s)), state == Some(*s)))
            .collect(),
        causes: causes
            .map(|c| (c.as_str(), v.capital(v.cause(*c)), cause == Some(*c)))
            .collect(),
        sites: sites(&desk.app, &pass.reach),
        site: filled(asked.site.clone()).unwrap_or_default(),
        rows: found.items.iter().map(|ticket| row(ticket, &v)).collect(),
        next,
        asked,
        v,
    })
}

fn row(ticket: &TicketSummary, v: &View) -> Row {
    let next = match (ticket.visit_on, ticket.wait_until, ticket.waits_for) {
        (Some(day), _, _) => Some(v.say(
            format!("visite le {}", v.date(day)),
            format!("visit on {}", v.date(day)),
        )),
        (None, until, Some(what)) => {
            let what = v.waits_for(what);
            Some(match until {
                Some(day) => v.say(
                    format!("{what}, jusqu’au {}", v.date(day)),
                    format!("{what}, until {}", v.date(day)),
                ),
                None => what.to_owned(),
            })
        }
        _ => None,
    };
    Row {
        id: ticket.ticket.to_string(),
        version: ticket.version,
        device: ticket.device,
        name: v.name(ticket.asset.as_deref(), ticket.device),
        household: ticket.household.clone(),
        site: ticket.site.clone(),
        cause: v.capital(v.cause(ticket.cause)),
        priority: v.capital(v.priority(ticket.priority)),
        priority_tone: tone::priority(ticket.priority),
        state: v.capital(v.ticket_state(ticket.state)),
        state_tone: tone::ticket(ticket.state),
        assignee: ticket.assignee.clone(),
        since: v.ago(ticket.opened_at),
        next,
        free: ticket.state == TicketState::New && v.account().is_some() && v.may_steer(),
    }
}
