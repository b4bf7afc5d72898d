//! *Postes*: every PC within reach, with filters that live in the address.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::IntoResponse;
use declic_common::DeviceId;
use declic_common::api::{DeviceSort, DeviceSummary, Presence};
use declic_common::problem::ProblemKind;
use serde::Deserialize;

use super::answer::{Page, page};
use super::form::filled;
use super::tone;
use super::view::View;
use crate::app::device::{self, DeviceQuery, LIMIT_MAX, sites};
use crate::app::ticket::view::{OpenTickets, by_device};
use crate::clock;
use crate::domain::rights::Permission;
use crate::http::access::Pass;
use crate::http::extract::Query;
use crate::http::problem::Failure;
use crate::http::router::Desk;

/// Rows of one page.
const ROWS: usize = 50;

/// The filters, as the address has them. An empty one is none.
#[derive(Clone, Debug, Default, Deserialize)]
pub(super) struct Asked {
    /// Part of the asset tag or of the name.
    q: Option<String>,
    presence: Option<String>,
    site: Option<String>,
    /// `voir`: with open tickets.
    sante: Option<String>,
    /// `vu`: the longest silent first; by asset tag otherwise.
    tri: Option<String>,
    suite: Option<String>,
}

impl Asked {
    fn presence(&self) -> Option<Presence> {
        Presence::from_word(self.presence.as_deref()?)
    }

    fn ill_only(&self) -> bool {
        self.sante.as_deref() == Some("voir")
    }

    fn by_silence(&self) -> bool {
        self.tri.as_deref() == Some("vu")
    }

    fn is_any(&self) -> bool {
        let texts = [&self.q, &self.presence, &self.site, &self.sante];
        texts
            .into_iter()
            .flatten()
            .any(|text| !text.trim().is_empty())
    }

    /// As parameters of an address, without the place in the list.
    fn parameters(&self) -> String {
        let mut text = form_urlencoded::Serializer::new(String::new());
        let named = [
            ("q", &self.q),
            ("presence", &self.presence),
            ("site", &self.site),
            ("sante", &self.sante),
            ("tri", &self.tri),
        ];
        for (name, value) in named {
            if let Some(value) = filled(value.clone()) {
                text.append_pair(name, &value);
            }
        }
        text.finish()
    }
}

#[derive(Debug, Template)]
#[template(path = "devices.html")]
struct Devices {
    v: View,
    asked: Asked,
    sites: Vec<String>,
    site: String,
    q: String,
    presences: Vec<(&'static str, String, bool)>,
    rows: Vec<Row>,
    /// How many are in each state, all filters apart.
    counts: Vec<(String, &'static str, usize, String)>,
    next: Option<String>,
    csv: String,
    may_enrol: bool,
}

#[derive(Debug)]
struct Row {
    device: DeviceId,
    name: String,
    household: Option<String>,
    place: &'static str,
    site: Option<String>,
    presence: String,
    presence_tone: &'static str,
    why: String,
    seen: Option<(String, String)>,
    health: String,
    health_tone: &'static str,
    tickets: usize,
}

pub(super) async fn show(
    State(desk): State<Desk>,
    view: View,
    pass: Pass,
    Query(asked): Query<Asked>,
) -> Page {
    let open = by_device(&desk.app, &pass.reach).await?;
    let found = find(&desk, &pass, &asked, &open, ROWS)?;
    let title = view.say("Postes", "PCs");
    let v = view.titled(title, "/postes").following("");
    let parameters = asked.parameters();
    let next = found.next.map(|cursor| {
        let mut text = form_urlencoded::Serializer::new(parameters.clone());
        v.url(format!(
            "/postes?{}",
            text.append_pair("suite", &cursor).finish()
        ))
    });
    let wanted = asked.presence();
    let presences = Presence::ALL.iter().map(|presence| {
        let name = v.capital(v.presence(*presence));
        (presence.as_str(), name, wanted == Some(*presence))
    });
    page(&Devices {
        rows: found.items.iter().map(|d| row(d, &open, &v)).collect(),
        counts: counts(&desk, &pass, &v)?,
        presences: presences.collect(),
        sites: sites(&desk.app, &pass.reach),
        site: filled(asked.site.clone()).unwrap_or_default(),
        q: filled(asked.q.clone()).unwrap_or_default(),
        next,
        csv: v.url(format!("/postes.csv?{parameters}")),
        may_enrol: v.may(Permission::Enrol),
        asked,
        v,
    })
}

fn find(
    desk: &Desk,
    pass: &Pass,
    asked: &Asked,
    open: &BTreeMap<DeviceId, OpenTickets>,
    limit: usize,
) -> Result<declic_common::api::Page<DeviceSummary>, Failure> {
    let query = DeviceQuery {
        reach: pass.reach.clone(),
        presence: asked.presence(),
        site: filled(asked.site.clone()),
        text: filled(asked.q.clone()),
        among: asked.ill_only().then(|| open.keys().copied().collect()),
        sort: match asked.by_silence() {
            true => DeviceSort::LastSeen,
            false => DeviceSort::Asset,
        },
        limit,
        cursor: filled(asked.suite.clone()),
        ..DeviceQuery::default()
    };
    Ok(device::list(&desk.app, &query, clock::now())?)
}

/// How many PCs are in each state: the first line that anybody reads.
fn counts(
    desk: &Desk,
    pass: &Pass,
    v: &View,
) -> Result<Vec<(String, &'static str, usize, String)>, Failure> {
    let mut numbers: BTreeMap<Presence, usize> = BTreeMap::new();
    let mut query = DeviceQuery {
        reach: pass.reach.clone(),
        limit: LIMIT_MAX,
        ..DeviceQuery::default()
    };
    loop {
        let found = device::list(&desk.app, &query, clock::now())?;
        for device in &found.items {
            *numbers.entry(device.presence).or_default() += 1;
        }
        match found.next {
            Some(next) => query.cursor = Some(next),
            None => break,
        }
    }
    let count = |(presence, n): (Presence, usize)| {
        let address = v.url(format!("/postes?presence={presence}"));
        (
            v.presence(presence).to_owned(),
            tone::presence(presence),
            n,
            address,
        )
    };
    Ok(numbers.into_iter().map(count).collect())
}

fn row(device: &DeviceSummary, open: &BTreeMap<DeviceId, OpenTickets>, v: &View) -> Row {
    let ill = open.get(&device.device);
    let (health, health_tone) = match (ill, device.reported_at) {
        (Some(ill), _) => (v.capital(v.cause(ill.cause)), tone::priority(ill.priority)),
        (None, Some(_)) => (v.say("Rien à signaler", "Nothing wrong").to_owned(), "good"),
        (None, None) => (v.say("Aucun relevé", "No report yet").to_owned(), "gone"),
    };
    let placement = device.placement.as_ref();
    Row {
        device: device.device,
        name: v.name(device.asset.as_deref(), device.device),
        household: placement.and_then(|placement| placement.household.clone()),
        place: placement.map_or("–", |placement| v.place(placement.place)),
        site: device.site.clone(),
        presence: v.standing(device),
        presence_tone: tone::presence(device.presence),
        why: v.capital(v.reason(&device.reason)),
        seen: device.last_seen.map(|at| (v.machine(at), v.ago(at))),
        health,
        health_tone,
        tickets: ill.map_or(0, |ill| ill.count),
    }
}

/// All rows of the list as it is filtered, for a spreadsheet.
pub(super) async fn csv(
    State(desk): State<Desk>,
    view: View,
    pass: Pass,
    Query(mut asked): Query<Asked>,
) -> Page {
    let open = by_device(&desk.app, &pass.reach).await?;
    // French spreadsheets take a comma for the sign of decimals.
    let delimiter = view.say(b';', b',');
    let mut lines = csv::WriterBuilder::new()
        .delimiter(delimiter)
        .from_writer(Vec::new());
    let wrong = |_| Failure::new(ProblemKind::Internal, "the list cannot be written as CSV");
    let head = view.say(
        [
            "poste",
            "foyer",
            "site",
            "présence",
            "pourquoi",
            "vu",
            "santé",
            "tickets",
        ],
        [
            "pc",
            "household",
            "site",
            "presence",
            "why",
            "seen",
            "health",
            "tickets",
        ],
    );
    lines.write_record(head).map_err(wrong)?;
    asked.suite = None;
    loop {
        let found = find(&desk, &pass, &asked, &open, LIMIT_MAX)?;
        for device in &found.items {
            let row = row(device, &open, &view);
            let seen = device
                .last_seen
                .map_or_else(String::new, |at| view.moment(at));
            let cells = [
                row.name,
                row.household.unwrap_or_default(),
                row.site.unwrap_or_default(),
                row.presence,
                row.why,
                seen,
                row.health,
                row.tickets.to_string(),
            ];
            lines.write_record(cells.map(plain)).map_err(wrong)?;
        }
        match found.next {
            Some(next) => asked.suite = Some(next),
            None => break,
        }
    }
    let bytes = lines
        .into_inner()
        .map_err(|error| Failure::new(ProblemKind::Internal, error.error().to_string()))?;
    // The mark by which spreadsheets know UTF-8.
    let body = ["\u{feff}".as_bytes(), &bytes].concat();
    let headers = [
        (
            header::CONTENT_TYPE,
            HeaderValue::from_static("text/csv; charset=utf-8"),
        ),
        (
            header::CONTENT_DISPOSITION,
            HeaderValue::from_static(view.say(
                "attachment; filename=\"postes.csv\"",
                "attachment; filename=\"pcs.csv\"",
            )),
        ),
    ];
    Ok((headers, body).into_response())
}

/// A cell that a spreadsheet does not take for a formula.
fn plain(cell: String) -> String {
    match cell.starts_with(['=', '+', '-', '@', '\t']) {
        true => format!("'{cell}"),
        false => cell,
    }
}
