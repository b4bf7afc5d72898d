//! *Aujourd’hui*: who needs somebody, why, what to do first and what to bring; and the
//! round of the day as a sheet to print.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::State;
use declic_common::DeviceId;
use declic_common::api::Presence;
use declic_common::programme::Line;
use declic_common::ticket::body::{Reason, TodayLine};
use declic_common::ticket::{Cause, Priority, TicketState};
use serde::Deserialize;

use super::answer::{Page, page};
use super::form::filled;
use super::tone;
use super::view::View;
use crate::app::device::sites;
use crate::app::programme::{self, Whereabouts};
use crate::app::today::{self, TodayQuery};
use crate::clock;
use crate::domain::rights::Permission;
use crate::http::access::Pass;
use crate::http::extract::Query;
use crate::http::router::Desk;

#[derive(Clone, Debug, Default, Deserialize)]
pub(super) struct Asked {
    site: Option<String>,
    /// `moi`: what is mine, and what nobody has.
    qui: Option<String>,
}

#[derive(Debug, Template)]
#[template(path = "today.html")]
struct Today {
    v: View,
    sites: Vec<String>,
    site: String,
    mine: bool,
    homes: Vec<Home>,
    urgent: usize,
    visits: usize,
    free: usize,
    print: String,
}

#[derive(Debug, Template)]
#[template(path = "round.html")]
struct Round {
    v: View,
    stops: Vec<Stop>,
    bring: Vec<(String, usize)>,
}

/// A building of the round, in the order in which it is walked.
#[derive(Debug)]
struct Stop {
    name: String,
    address: Option<String>,
    /// Staircases in their order, each with its homes, worst first.
    staircases: Vec<(Option<String>, Vec<Home>)>,
}

/// A home that needs somebody.
#[derive(Debug)]
struct Home {
    device: DeviceId,
    name: String,
    household: Option<String>,
    site: Option<String>,
    presence: &'static str,
    presence_tone: &'static str,
    seen: String,
    priority: String,
    priority_tone: &'static str,
    visit: Option<String>,
    reasons: Vec<Why>,
    step: &'static str,
    /// Whom to call, where it is the line.
    line: Option<String>,
    bring: Vec<String>,
}

/// A ticket of a home, in words.
#[derive(Debug)]
struct Why {
    ticket: String,
    version: u64,
    cause: String,
    facts: Option<String>,
    state: &'static str,
    assignee: Option<String>,
    since: String,
    free: bool,
}

pub(super) async fn show(
    State(desk): State<Desk>,
    view: View,
    pass: Pass,
    Query(asked): Query<Asked>,
) -> Page {
    let found = lines(&desk, &view, &pass, &asked).await?;
    let hotlines = view.lines(&desk.app).await?;
    let mine = asked.qui.as_deref() == Some("moi");
    let site = filled(asked.site).unwrap_or_default();
    let title = view.say("Aujourd’hui", "Today");
    let v = view.titled(title, "/aujourdhui").following("");
    let print = match v.here.split_once('?') {
        Some((_, query)) => v.url(format!("/aujourdhui/tournee?{query}")),
        None => v.url("/aujourdhui/tournee"),
    };
    let today = v.today();
    let is = |line: &&TodayLine, test: fn(&Reason) -> bool| line.reasons.iter().any(test);
    page(&Today {
        urgent: found
            .iter()
            .filter(|l| l.priority == Priority::Urgent)
            .count(),
        visits: found.iter().filter(|l| l.visit_on == Some(today)).count(),
        free: found
            .iter()
            .filter(|l| is(l, |r| r.assignee.is_none()))
            .count(),
        homes: found.iter().map(|line| home(line, &hotlines, &v)).collect(),
        sites: sites(&desk.app, &pass.reach),
        site,
        mine,
        print,
        v,
    })
}

pub(super) async fn round(
    State(desk): State<Desk>,
    view: View,
    pass: Pass,
    Query(asked): Query<Asked>,
) -> Page {
    let found = lines(&desk, &view, &pass, &asked).await?;
    let hotlines = view.lines(&desk.app).await?;
    let title = view.say("La tournée du jour", "The round of the day");
    let v = view.titled(title, "/aujourdhui");
    let places = view_places(&desk, &v).await?;
    let mut things: BTreeMap<String, usize> = BTreeMap::new();
    let mut stops: BTreeMap<Place, BTreeMap<Option<String>, Vec<Home>>> = BTreeMap::new();
    for line in &found {
        let home = home(line, &hotlines, &v);
        for thing in &home.bring {
            *things.entry(thing.clone()).or_default() += 1;
        }
        let place = home.household.as_ref().and_then(|code| places.get(code));
        let staircase = place.and_then(|place| place.staircase.clone());
        let stop = stops.entry(Place::of(&home, place)).or_default();
        stop.entry(staircase).or_default().push(home);
    }
    page(&Round {
        stops: stops
            .into_iter()
            .map(|(place, staircases)| Stop {
                name: place.told(&v),
                address: place.address,
                staircases: staircases.into_iter().collect(),
            })
            .collect(),
        bring: things.into_iter().collect(),
        v,
    })
}

/// Where a stop of the round is. It sorts: site by site, building by building, and what nobody
/// wrote a building for at the end of its site.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Place {
    site: String,
    unknown: bool,
    building: String,
    name: String,
    address: Option<String>,
}

impl Place {
    fn of(home: &Home, place: Option<&Whereabouts>) -> Self {
        Place {
            site: home.site.clone().unwrap_or_default(),
            unknown: place.is_none(),
            building: place
                .map(|place| place.building.clone())
                .unwrap_or_default(),
            name: place.map(|place| place.name.clone()).unwrap_or_default(),
            address: place.and_then(|place| place.address.clone()),
        }
    }

    fn told(&self, v: &View) -> String {
        match (self.unknown, self.site.is_empty()) {
            (false, _) => self.name.clone(),
            (true, false) => {
                let site = &self.site;
                v.say(
                    format!("{site}, bâtiment non écrit"),
                    format!("{site}, building not written"),
                )
            }
            (true, true) => v.say("Sans site", "Without a site").to_owned(),
        }
    }
}

/// Where homes are, for who may see the records of their programme.
async fn view_places(
    desk: &Desk,
    v: &View,
) -> Result<BTreeMap<String, Whereabouts>, crate::http::problem::Failure> {
    match v.by(Permission::SeeProgramme) {
        Some(by) => Ok(programme::places(&desk.app, &by).await?),
        None => Ok(BTreeMap::new()),
    }
}

async fn lines(
    desk: &Desk,
    view: &View,
    pass: &Pass,
    asked: &Asked,
) -> Result<Vec<TodayLine>, crate::http::problem::Failure> {
    let mine = asked.qui.as_deref() == Some("moi");
    let query = TodayQuery {
        reach: pass.reach.clone(),
        site: filled(asked.site.clone()),
        assignee: view.account().filter(|_| mine).map(str::to_owned),
    };
    let (today, now) = (view.today(), clock::now());
    Ok(today::list(&desk.app, &query, today, now).await?)
}

fn home(line: &TodayLine, hotlines: &BTreeMap<String, Line>, v: &View) -> Home {
    let cut = line.presence == Presence::Unreachable
        || line
            .reasons
            .iter()
            .any(|reason| reason.cause == Cause::InternetDown);
    let hotline = line.household.as_ref().and_then(|code| hotlines.get(code));
    let worst = line.reasons.first();
    let step = worst.map_or("", |reason| v.next_step(reason.cause, line.presence));
    Home {
        device: line.device,
        name: v.name(line.asset.as_deref(), line.device),
        household: line.household.clone(),
        site: line.site.clone(),
        presence: v.presence(line.presence),
        presence_tone: tone::presence(line.presence),
        seen: line.last_seen.map_or_else(String::new, |at| v.ago(at)),
        priority: v.capital(v.priority(line.priority)),
        priority_tone: tone::priority(line.priority),
        visit: line.visit_on.map(|day| v.long_day(day)),
        reasons: line.reasons.iter().map(|reason| why(reason, v)).collect(),
        step,
        line: hotline.filter(|_| cut).and_then(|line| v.hotline(line)),
        bring: v.things(&line.bring, &line.parts),
    }
}

fn why(reason: &Reason, v: &View) -> Why {
    let facts = reason.evidence.as_ref().and_then(|e| v.facts(&e.facts));
    Why {
        ticket: reason.ticket.to_string(),
        version: reason.version,
        cause: v.capital(v.cause(reason.cause)),
        facts,
        state: v.ticket_state(reason.state),
        assignee: reason.assignee.clone(),
        since: v.ago(reason.opened_at),
        free: reason.state == TicketState::New && v.account().is_some() && v.may_steer(),
    }
}
