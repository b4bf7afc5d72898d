//! *Programme*: what was promised, and where it stands.

mod money;

use std::collections::{BTreeMap, BTreeSet};

use askama::Template;
use axum::extract::State;
use declic_common::api::Place;
use declic_common::programme::vocabulary::ApplicationState;
use declic_common::programme::{Application, Building, Cost, Household, Noun, Programme};
use serde_json::Value;

use self::money::{funders, items, landlords};
use super::plate::{COST, PROGRAMME, Tab, tabs};
use super::{by, now_ms, programmes, read, text};
use crate::app::App;
use crate::app::programme;
use crate::clock;
use crate::http::access::Pass;
use crate::http::extract::Path;
use crate::http::pages::answer::{Page, page};
use crate::http::pages::view::View;
use crate::http::router::Desk;

/// In service for so long, a home has come to month 12. In ms.
const YEAR_MS: i64 = 365 * 86_400_000;
/// Heard within this time, a home is active. In ms.
const LATELY_MS: i64 = 28 * 86_400_000;

#[derive(Debug, Template)]
#[template(path = "programme.html")]
struct Board {
    v: View,
    tabs: Vec<Tab>,
    name: String,
    demonstration: bool,
    lead: String,
    facts: Vec<(String, String)>,
    steps: Vec<Step>,
    homes: Option<String>,
    /// Fields of the legal sheet, and what is written there.
    legal: Vec<(String, Option<String>)>,
    gaps: usize,
    funders: Vec<Line>,
    items: Vec<Line>,
    /// What all of it cost, gifts apart.
    spent: String,
    gifts: Option<String>,
    has_costs: bool,
    add_cost: String,
    partners: Vec<Partner>,
    landlords: Landlords,
    others: Vec<(String, String)>,
    keeps: bool,
    change: String,
    add: String,
}

/// A step of the way from the first word to the twelfth month.
#[derive(Debug)]
struct Step {
    name: &'static str,
    number: Option<usize>,
    /// Of the step before, or of those that could be there.
    share: Option<String>,
    /// Length of its bar, of 100.
    length: usize,
    note: Option<String>,
    href: Option<String>,
}

#[derive(Debug)]
struct Line {
    name: String,
    amount: String,
    cap: Option<String>,
    left: Option<String>,
    /// More was spent than was promised.
    over: bool,
    length: usize,
}

#[derive(Debug)]
struct Partner {
    name: String,
    brings: String,
    letter: Option<String>,
}

#[derive(Debug)]
enum Landlords {
    None,
    /// Somebody could be found out.
    TooFew,
    Shown(Vec<(String, usize)>),
}

pub(super) async fn show(
    State(desk): State<Desk>,
    view: View,
    pass: Pass,
    Path(code): Path<String>,
) -> Page {
    let sheet = Programme::SHEET;
    let shown = programme::find(&desk.app, sheet, &code, &code, &by(&pass), now_ms()).await?;
    let run: Programme = serde_json::from_value(Value::Object(shown.record)).unwrap_or_default();
    let v = view.titled(run.name.clone(), PROGRAMME).following("");
    let applications: Vec<Application> = read(&desk, &pass, &code).await?;
    let households: Vec<Household> = read(&desk, &pass, &code).await?;
    let buildings: Vec<Building> = read(&desk, &pass, &code).await?;
    let costs: Vec<Cost> = read(&desk, &pass, &code).await?;
    let steps = steps(&desk.app, &run, &applications, &households, &v);
    let gaps = run.legal_gaps();
    let legal = [
        "legal_controller",
        "legal_contact",
        "legal_notice",
        "legal_assessed_on",
    ];
    let body = serde_json::to_value(&run).unwrap_or_default();
    let line = |name: &str| {
        let field = sheet
            .field(name)
            .expect("a field of the legal sheet is one of the programme");
        let words = super::told::told(field, body.get(name), &v);
        (
            super::told::label(field, &v),
            (!words.is_empty()).then_some(words),
        )
    };
    let bought: Vec<_> = costs.iter().filter(|cost| !cost.in_kind).collect();
    let sum = |costs: &[&Cost]| {
        costs
            .iter()
            .filter_map(|cost| cost.amount_cents)
            .sum::<i64>()
    };
    let given: Vec<_> = costs.iter().filter(|cost| cost.in_kind).collect();
    let others = programmes(&desk, &pass).await?;
    let others = others.iter().filter(|row| text(row, "code") != code);
    let home =
        |cents: i64, n: usize| (n > 0).then(|| v.euros(cents / i64::try_from(n).unwrap_or(1)));
    let installed = steps
        .iter()
        .find(|step| step.name == installed_name(&v))
        .and_then(|step| step.number);
    let template = Board {
        tabs: tabs(&v, &code, PROGRAMME, ""),
        lead: lead(&run, &v),
        facts: facts(&run, &v),
        homes: home(sum(&bought), installed.unwrap_or(0)),
        legal: legal.map(line).into(),
        gaps: gaps.len(),
        funders: funders(&run, &bought, &v),
        items: items(&bought, &v),
        spent: v.euros(sum(&bought)),
        gifts: (!given.is_empty()).then(|| v.euros(sum(&given))),
        has_costs: !costs.is_empty(),
        add_cost: v.url(format!("/programmes/{code}/ajouter/depenses")),
        partners: run
            .partners
            .iter()
            .map(|partner| Partner {
                name: partner.name.clone(),
                brings: partner.brings.clone().unwrap_or_default(),
                letter: partner.letter_on.map(|day| v.date(day)),
            })
            .collect(),
        landlords: landlords(&households, &buildings),
        others: others
            .map(|row| {
                let code = text(row, "code");
                (
                    v.url(format!("/programmes/{code}")),
                    format!("{} ({code})", text(row, "name")),
                )
            })
            .collect(),
        keeps: v.may(COST.keep),
        change: v.url(format!("/programmes/{code}/changer")),
        add: v.url("/programme/ajouter"),
        name: run.name.clone(),
        demonstration: run.demonstration,
        steps,
        v,
    };
    page(&template)
}

fn lead(run: &Programme, v: &View) -> String {
    let mut parts = Vec::new();
    parts.extend(run.carrier.clone());
    match (run.begins_on, run.ends_on) {
        (Some(from), Some(to)) => parts.push(v.say(
            format!("du {} au {}", v.date(from), v.date(to)),
            format!("{} to {}", v.date(from), v.date(to)),
        )),
        (Some(from), None) => parts.push(v.say(
            format!("depuis le {}", v.date(from)),
            format!("since {}", v.date(from)),
        )),
        _ => {}
    }
    parts.join(" · ")
}

fn facts(run: &Programme, v: &View) -> Vec<(String, String)> {
    let body = serde_json::to_value(run).unwrap_or_default();
    let names = ["quarters", "premises", "staff_hours_per_week", "tariff"];
    let fact = |name: &str| {
        let field = Programme::SHEET.field(name)?;
        let words = super::told::told(field, body.get(name), v);
        (!words.is_empty()).then(|| (super::told::label(field, v), words))
    };
    names.into_iter().filter_map(fact).collect()
}

fn installed_name(v: &View) -> &'static str {
    v.say("équipés d’un PC", "given a PC")
}

/// From the households that were told, to those that are active after a year.
fn steps(
    app: &App,
    run: &Programme,
    applications: &[Application],
    households: &[Household],
    v: &View,
) -> Vec<Step> {
    let code = &run.code;
    let approached = run
        .households_approached()
        .and_then(|n| usize::try_from(n).ok());
    let selected = applications
        .iter()
        .filter(|one| one.state == Some(ApplicationState::Selected))
        .count();
    let signed = households
        .iter()
        .filter(|one| one.charter_on.is_some())
        .count();
    let served = served(app, households);
    let now = clock::now().as_millisecond();
    let old = served.values().filter(|home| now - home.since >= YEAR_MS);
    let (mut could, mut active) = (0, 0);
    for home in old {
        could += 1;
        active += usize::from(home.here && home.heard.is_some_and(|at| now - at <= LATELY_MS));
    }
    let most = approached
        .into_iter()
        .chain([
            applications.len(),
            selected,
            signed,
            run.target_homes.unwrap_or(0) as usize,
        ])
        .max()
        .unwrap_or(0)
        .max(1);
    let step = |name, number: Option<usize>, of: Option<usize>, href: Option<String>| Step {
        name,
        share: match (number, of) {
            (Some(n), Some(of)) if of > 0 => Some(v.unit(&(n * 100 / of).to_string(), "%")),
            _ => None,
        },
        length: number.unwrap_or(0).min(most) * 100 / most,
        number,
        note: None,
        href: href.map(|path| v.url(format!("/programmes/{code}/{path}"))),
    };
    let all = applications.len();
    let mut steps = vec![
        step(
            v.say("foyers approchés", "households approached"),
            approached,
            None,
            None,
        ),
        step(
            v.say("candidatures", "applications"),
            Some(all),
            approached,
            Some("candidatures".to_owned()),
        ),
        step(
            v.say("retenues", "selected"),
            Some(selected),
            Some(all),
            Some("candidatures?state=selected".to_owned()),
        ),
        step(
            v.say("chartes signées", "charters signed"),
            Some(signed),
            Some(selected),
            Some("foyers?charte=oui".to_owned()),
        ),
        step(
            installed_name(v),
            Some(served.len()),
            Some(signed),
            Some("foyers?pc=oui".to_owned()),
        ),
        step(
            v.say("actifs à douze mois", "active at month twelve"),
            (could > 0).then_some(active),
            Some(could),
            None,
        ),
    ];
    if let Some(last) = steps.last_mut() {
        last.note = Some(match could {
            0 => v
                .say(
                    "aucun PC n’est encore là depuis un an",
                    "no PC has been there for a year yet",
                )
                .to_owned(),
            could => v.say(
                format!(
                    "entendus ces 28 derniers jours, parmi {could} équipés depuis un an ou plus"
                ),
                format!("heard within 28 days, of {could} with a PC for a year or more"),
            ),
        });
    }
    if let Some(target) = run.target_homes {
        let with = steps.iter_mut().find(|step| step.name == installed_name(v));
        if let Some(with) = with {
            with.note = Some(v.say(format!("{target} visés"), format!("{target} wanted")));
        }
    }
    steps
}

/// A household that was given a PC.
struct Served {
    /// When the first one came, in ms UTC.
    since: i64,
    /// A PC is with it now.
    here: bool,
    heard: Option<i64>,
}

fn served(app: &App, households: &[Household]) -> BTreeMap<String, Served> {
    let codes: BTreeSet<&str> = households.iter().map(|one| one.code.as_str()).collect();
    let mut served: BTreeMap<String, Served> = BTreeMap::new();
    for entry in app.registry.all() {
        for period in entry
            .placements
            .periods
            .iter()
            .filter(|period| period.place == Place::Home)
        {
            let Some(code) = period
                .household
                .as_deref()
                .filter(|code| codes.contains(code))
            else {
                continue;
            };
            let home = served.entry(code.to_owned()).or_insert(Served {
                since: period.from,
                here: false,
                heard: None,
            });
            home.since = home.since.min(period.from);
            if period.to.is_none() {
                home.here = true;
                home.heard = home.heard.max(entry.heard_in_place());
            }
        }
    }
    served
}
