//! *Ateliers*: what is to be entered, what comes next, which posts are down, whom to call, and a
//! quick form for help outside sessions.

mod follow;
mod form;
pub(super) mod group;
pub(super) mod paper;
mod quick;
mod seats;
pub(super) mod session;
mod typed;

use std::collections::{BTreeMap, BTreeSet};

use askama::Template;
use axum::extract::State;
use declic_common::programme::vocabulary::SessionState;
use declic_common::programme::{Attendance, Cycle, Group, Session, Site};

use self::follow::{Missing, missing};
use self::quick::Quick;
use self::seats::Seats;
use super::plate::{CYCLE, SESSION, Tab, WORKSHOP, tabs};
use super::{by, now_ms, read};
use crate::app::programme;
use crate::http::access::Pass;
use crate::http::extract::Path;
use crate::http::pages::answer::{Page, page};
use crate::http::pages::view::View;
use crate::http::router::Desk;

/// Sessions of one list.
const SHOWN: usize = 8;

#[derive(Debug, Template)]
#[template(path = "workshop.html")]
struct Workshop {
    v: View,
    tabs: Vec<Tab>,
    /// Figure and what it counts.
    sums: Vec<(String, String)>,
    /// Over, and nobody entered who came.
    to_enter: Vec<Line>,
    next: Vec<Line>,
    last: Vec<Line>,
    /// Name of each site, and its posts.
    sites: Vec<(String, Seats)>,
    /// Sites whose number of posts nobody wrote.
    without_posts: Vec<(String, String)>,
    missing: Vec<Missing>,
    cycles: Vec<Course>,
    quick: Option<Quick>,
    list: String,
    add_session: Option<String>,
    add_cycle: Option<String>,
    import: Option<String>,
    any: bool,
}

/// A session in a list.
#[derive(Debug)]
struct Line {
    address: String,
    code: String,
    when: String,
    /// Its cycle and its group, as people call them.
    what: String,
    came: String,
    tone: &'static str,
}

/// A cycle, and how far it has come.
#[derive(Debug)]
struct Course {
    address: String,
    name: String,
    told: String,
}

/// The colour of a session.
pub(super) fn tone(state: &str) -> &'static str {
    match SessionState::from_word(state) {
        Some(SessionState::Held) => "good",
        Some(SessionState::Cancelled) => "gone",
        _ => "calm",
    }
}

pub(super) async fn show(
    State(desk): State<Desk>,
    view: View,
    pass: Pass,
    Path(programme): Path<String>,
) -> Page {
    let title = view.say("Ateliers", "Workshops");
    let v = view.titled(title, WORKSHOP);
    let mut sessions: Vec<Session> = read(&desk, &pass, &programme).await?;
    sessions.sort_by_key(|session| (session.on, session.start.clone()));
    let came: Vec<Attendance> = read(&desk, &pass, &programme).await?;
    let cycles: Vec<Cycle> = read(&desk, &pass, &programme).await?;
    let groups: Vec<Group> = read(&desk, &pass, &programme).await?;
    let all_sites: Vec<Site> = read(&desk, &pass, &programme).await?;
    let mut sites = Vec::new();
    let mut without_posts = Vec::new();
    for site in &all_sites {
        let map = programme::seats(&desk.app, &programme, &site.code, &by(&pass), now_ms()).await?;
        match map.seats.is_empty() && map.unnumbered.is_empty() {
            true => {
                let way = format!("/programmes/{programme}/sites/{}", site.code);
                without_posts.push((site.name.clone(), v.url(way)));
            }
            false => sites.push((site.name.clone(), Seats::of(&map, &v))),
        }
    }
    let keeps = v.may(SESSION.keep);
    let today = v.today();
    let count = |session: &Session| {
        came.iter()
            .filter(|one| one.session == session.code)
            .count()
    };
    let names = Names::of(&cycles, &groups);
    let line = |session: &Session| line(session, count(session), &names, &programme, &v);
    let of = |state| move |session: &&Session| session.state() == state;
    let planned = sessions.iter().filter(of(SessionState::Planned));
    let (over, ahead): (Vec<&Session>, Vec<&Session>) =
        planned.partition(|session| session.on.is_some_and(|on| on < today));
    let held = sessions.iter().rev().filter(of(SessionState::Held));
    let way = |below: &str| v.url(format!("/programmes/{programme}{below}"));
    page(&Workshop {
        tabs: tabs(&v, &programme, WORKSHOP, ""),
        sums: sums(&sessions, &came, &v),
        to_enter: over.into_iter().map(line).collect(),
        next: ahead.into_iter().take(SHOWN).map(line).collect(),
        last: held.take(SHOWN).map(line).collect(),
        missing: missing(&desk, &pass, &programme, &v).await?,
        cycles: cycles
            .iter()
            .map(|cycle| course(cycle, &sessions, &programme, &v))
            .collect(),
        quick: match keeps && !all_sites.is_empty() {
            true => Some(Quick::of(&desk, &pass, &programme, &all_sites, &v).await?),
            false => None,
        },
        list: v.url(SESSION.path(&programme)),
        add_session: keeps.then(|| way("/ajouter/seances")),
        add_cycle: keeps.then(|| way("/ajouter/cycles")),
        import: keeps.then(|| way("/importer/seances")),
        any: !sessions.is_empty() || !cycles.is_empty(),
        sites,
        without_posts,
        v,
    })
}

/// What people call cycles and groups.
struct Names<'a> {
    cycles: BTreeMap<&'a str, &'a str>,
    groups: BTreeMap<&'a str, &'a str>,
}

impl<'a> Names<'a> {
    fn of(cycles: &'a [Cycle], groups: &'a [Group]) -> Self {
        let named = |group: &'a Group| (group.code.as_str(), group.name.as_deref());
        Names {
            cycles: cycles
                .iter()
                .map(|cycle| (cycle.code.as_str(), cycle.name.as_str()))
                .collect(),
            groups: groups
                .iter()
                .map(named)
                .map(|(code, name)| (code, name.unwrap_or(code)))
                .collect(),
        }
    }

    /// Empty for a session in no cycle.
    fn of_session(&self, session: &Session) -> String {
        let cycle = session.cycle.as_deref();
        let group = session.group.as_deref();
        let cycle = cycle.map(|code| self.cycles.get(code).copied().unwrap_or(code));
        let group = group.map(|code| self.groups.get(code).copied().unwrap_or(code));
        let parts: Vec<_> = cycle.into_iter().chain(group).collect();
        parts.join(", ")
    }
}

fn line(session: &Session, came: usize, names: &Names<'_>, programme: &str, v: &View) -> Line {
    let day = session.on.map(|on| v.capital(v.long_day(on)));
    let when = day.into_iter().chain(session.start.clone());
    let kind = session.kind.map(|kind| v.record_word(kind.as_str()));
    let what = names.of_session(session);
    let state = session.state();
    Line {
        address: v.url(format!("{}/{}", SESSION.path(programme), session.code)),
        code: session.code.clone(),
        when: when.collect::<Vec<_>>().join(", "),
        what: match what.is_empty() {
            true => v.capital(kind.unwrap_or_default()),
            false => what,
        },
        came: match state {
            SessionState::Held => v.count(came, ["présent", "présents"], ["present", "present"]),
            _ => String::new(),
        },
        tone: tone(state.as_str()),
    }
}

fn course(cycle: &Cycle, sessions: &[Session], programme: &str, v: &View) -> Course {
    let of_it = |state| {
        let own = sessions
            .iter()
            .filter(|session| session.cycle.as_ref() == Some(&cycle.code));
        own.filter(|session| session.state() == state).count()
    };
    let (held, planned) = (of_it(SessionState::Held), of_it(SessionState::Planned));
    let held = v.count(
        held,
        ["séance tenue", "séances tenues"],
        ["session held", "sessions held"],
    );
    Course {
        address: v.url(format!("{}/{}", CYCLE.path(programme), cycle.code)),
        name: cycle.name.clone(),
        told: v.say(
            format!("{held}, {planned} à venir ou à saisir"),
            format!("{held}, {planned} to come or to be entered"),
        ),
    }
}

/// Sessions held, people, hours of people, and seats that were filled.
fn sums(sessions: &[Session], came: &[Attendance], v: &View) -> Vec<(String, String)> {
    let held: BTreeMap<&str, &Session> = sessions
        .iter()
        .filter(|session| session.state() == SessionState::Held)
        .map(|session| (session.code.as_str(), session))
        .collect();
    let there = came
        .iter()
        .filter_map(|one| Some((one, *held.get(one.session.as_str())?)));
    let (mut minutes, mut filled) = (0_u64, 0_u64);
    let mut people = BTreeSet::new();
    for (one, session) in there {
        minutes += u64::from(one.minutes.or(session.minutes).unwrap_or(0));
        filled += u64::from(session.seats.is_some());
        people.extend(one.person.as_deref());
    }
    let offered: u64 = held
        .values()
        .filter_map(|session| session.seats)
        .map(u64::from)
        .sum();
    let mut sums = vec![
        (
            v.number(held.len() as i128),
            v.say("séances tenues", "sessions held").to_owned(),
        ),
        (
            v.number(people.len() as i128),
            v.say(
                "personnes inscrites venues",
                "people of households who came",
            )
            .to_owned(),
        ),
        (
            v.number(minutes / 60),
            v.say("heures de formation reçues", "hours of training received")
                .to_owned(),
        ),
    ];
    if let Some(share) = (filled * 100).checked_div(offered) {
        let of = v.say(
            format!("des {offered} places offertes"),
            format!("of {offered} seats offered"),
        );
        sums.push((v.unit(&share.to_string(), "%"), of));
    }
    sums
}
