//! *Foyers*: who is in the programme, where, with which PC, and how it is.

use std::collections::BTreeMap;
use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use declic_common::DeviceId;
use declic_common::programme::body::Shown;
use declic_common::programme::{Household, Noun};
use declic_common::report::Consent;

use super::list::{self, Filter, ROWS};
use super::plate::{HOUSEHOLD, HOUSEHOLDS, Tab, tabs};
use super::{Asked, all, by_without_seals, names, text};
use crate::app::App;
use crate::app::device::is_within;
use crate::app::presence::Judge;
use crate::app::registry::Entry;
use crate::clock;
use crate::domain::rights::{Permission, Reach};
use crate::http::access::Pass;
use crate::http::extract::{Path, Query};
use crate::http::pages::answer::{Page, page};
use crate::http::pages::tone;
use crate::http::pages::view::View;
use crate::http::router::Desk;

#[derive(Debug, Template)]
#[template(path = "households.html")]
struct Households {
    v: View,
    tabs: Vec<Tab>,
    path: String,
    rows: Vec<Row>,
    filters: Vec<Filter>,
    q: String,
    /// Name, tone, number, address.
    counts: Vec<(String, &'static str, usize, String)>,
    sees_devices: bool,
    found: String,
    next: Option<String>,
    csv: String,
    add: Option<String>,
    import: Option<String>,
    filtered: bool,
    empty: &'static str,
}

#[derive(Debug)]
struct Row {
    code: String,
    address: String,
    site: String,
    /// Building and staircase.
    building: String,
    kind: String,
    charter: String,
    left: Option<String>,
    device: Option<Device>,
}

/// The PC of a household, as its list tells it.
#[derive(Clone, Debug)]
pub(super) struct Device {
    pub(super) id: DeviceId,
    pub(super) name: String,
    pub(super) presence: &'static str,
    pub(super) tone: &'static str,
    pub(super) consent: &'static str,
}

/// The PCs at home, by household, those that somebody may see.
pub(super) fn devices(app: &App, reach: Option<&Reach>, v: &View) -> BTreeMap<String, Device> {
    let Some(reach) = reach else {
        return BTreeMap::new();
    };
    let judge = Judge::at(app, clock::now().as_millisecond());
    let entries = app.registry.all();
    let entries = entries
        .iter()
        .filter(|entry| is_within(app, reach, entry.device.id));
    let of_home = |entry: &Arc<Entry>| {
        let code = entry.household()?.to_owned();
        let presence = judge.of(entry).presence;
        let consent = entry.report().and_then(|row| row.report.consent);
        let device = Device {
            id: entry.device.id,
            name: v.name(entry.device.asset.as_deref(), entry.device.id),
            presence: v.presence(presence),
            tone: tone::presence(presence),
            consent: match consent {
                Some(Consent::Usage) => v.say("usage", "usage"),
                Some(Consent::Maintenance) => v.say("entretien", "maintenance"),
                _ => "–",
            },
        };
        Some((code, device))
    };
    entries.filter_map(of_home).collect()
}

/// What is asked of a list beside its fields: whether there is a charter, and a PC.
fn fits(row: &Shown, device: Option<&Device>, asked: &Asked) -> bool {
    let is = |name: &str, yes: bool| match asked.get(name).map(String::as_str) {
        Some("oui") => yes,
        Some("non") => !yes,
        _ => true,
    };
    list::fits(&HOUSEHOLD, row, asked)
        && is("charte", !text(row, "charter_on").is_empty())
        && is("pc", device.is_some())
        && is("parti", !text(row, "left_on").is_empty())
}

pub(super) async fn show(
    State(desk): State<Desk>,
    view: View,
    pass: Pass,
    Path(programme): Path<String>,
    Query(asked): Query<Asked>,
) -> Page {
    let title = HOUSEHOLD.name(&view);
    let v = view.titled(title, HOUSEHOLDS).following("");
    let path = HOUSEHOLD.path(&programme);
    let who = by_without_seals(&pass);
    let everything = all(
        &desk,
        Household::SHEET,
        Some(&programme),
        Asked::new(),
        &who,
    )
    .await?;
    let buildings: BTreeMap<_, _> = names(&desk, &pass, &programme, "building")
        .await?
        .into_iter()
        .collect();
    let reach = v.reach(Permission::SeeDevices);
    let devices = devices(&desk.app, reach.as_ref(), &v);
    let of = |row: &Shown| devices.get(text(row, "code"));
    let mut found: Vec<_> = everything
        .iter()
        .filter(|row| fits(row, of(row), &asked))
        .collect();
    let number = found.len();
    if let Some(after) = asked.get("suite") {
        found.retain(|row| text(row, "code") > after.as_str());
    }
    let more = found.len() > ROWS;
    found.truncate(ROWS);
    let mut parameters = form_urlencoded::Serializer::new(list::parameters(&HOUSEHOLD, &asked));
    for name in ["charte", "pc", "parti"] {
        if let Some(value) = asked.get(name).filter(|value| !value.is_empty()) {
            parameters.append_pair(name, value);
        }
    }
    let parameters = parameters.finish();
    let next = found.last().filter(|_| more).map(|last| {
        let mut address = form_urlencoded::Serializer::new(parameters.clone());
        let query = address.append_pair("suite", text(last, "code")).finish();
        v.url(format!("{path}?{query}"))
    });
    let row = |row: &&Shown| {
        let code = text(row, "code").to_owned();
        let building = text(row, "building");
        let building = buildings.get(building).map_or(building, String::as_str);
        Row {
            address: v.url(format!("{path}/{code}")),
            site: text(row, "site").to_owned(),
            building: match (building, text(row, "staircase")) {
                ("", _) => "–".to_owned(),
                (building, "") => building.to_owned(),
                (building, staircase) => format!("{building}, {staircase}"),
            },
            kind: match text(row, "kind") {
                "" => "–".to_owned(),
                word => v.record_word(word).to_owned(),
            },
            charter: day(&v, row, "charter_on").unwrap_or_else(|| "–".to_owned()),
            left: day(&v, row, "left_on"),
            device: devices.get(&code).cloned(),
            code,
        }
    };
    let rows = found.iter().map(row).collect();
    let keeps = v.may(HOUSEHOLD.keep);
    page(&Households {
        tabs: tabs(&v, &programme, HOUSEHOLDS, HOUSEHOLD.slug),
        filters: list::filters(&HOUSEHOLD, &everything, &asked, &v),
        counts: counts(&everything, &devices, reach.is_some(), &path, &v),
        sees_devices: reach.is_some(),
        found: v.number(number as i128),
        q: asked.get("q").cloned().unwrap_or_default(),
        csv: v.url(format!(
            "{path}.csv?{}",
            list::parameters(&HOUSEHOLD, &asked)
        )),
        add: keeps.then(|| v.url(format!("/programmes/{programme}/ajouter/foyers"))),
        import: keeps.then(|| v.url(format!("/programmes/{programme}/importer/foyers"))),
        filtered: !parameters.is_empty(),
        empty: v.say(HOUSEHOLD.empty.0, HOUSEHOLD.empty.1),
        path: v.url(path),
        rows,
        next,
        v,
    })
}

/// The day of a field, in words.
pub(super) fn day(v: &View, row: &Shown, field: &str) -> Option<String> {
    let day = text(row, field).parse().ok()?;
    Some(v.date(day))
}

fn counts(
    rows: &[Shown],
    devices: &BTreeMap<String, Device>,
    sees_devices: bool,
    path: &str,
    v: &View,
) -> Vec<(String, &'static str, usize, String)> {
    let here: Vec<_> = rows
        .iter()
        .filter(|row| text(row, "left_on").is_empty())
        .collect();
    let count = |fits: &dyn Fn(&Shown) -> bool| here.iter().filter(|row| fits(row)).count();
    let line = |fr: [&str; 2], en: [&str; 2], tone, n: usize, query: &str| {
        let name = v.say(
            if n < 2 { fr[0] } else { fr[1] },
            if n == 1 { en[0] } else { en[1] },
        );
        (
            name.to_owned(),
            tone,
            n,
            v.url(format!("{path}?parti=non{query}")),
        )
    };
    let signed = count(&|row| !text(row, "charter_on").is_empty());
    let with = count(&|row| devices.contains_key(text(row, "code")));
    let mut all = vec![
        line(
            ["foyer", "foyers"],
            ["household", "households"],
            "",
            here.len(),
            "",
        ),
        line(
            ["charte signée", "chartes signées"],
            ["charter signed", "charters signed"],
            "",
            signed,
            "&charte=oui",
        ),
    ];
    if sees_devices {
        all.push(line(
            ["avec un PC", "avec un PC"],
            ["with a PC", "with a PC"],
            "good",
            with,
            "&pc=oui",
        ));
        let without = here.len() - with;
        let tone = if without > 0 { "warn" } else { "" };
        all.push(line(
            ["sans PC", "sans PC"],
            ["without a PC", "without a PC"],
            tone,
            without,
            "&pc=non",
        ));
    }
    all
}
