//! The PCs of a programme from the day that they came in: in stock, on the bench, in homes, gone.

pub(super) mod labels;
pub(in crate::http::pages) mod life;
pub(super) mod one;
pub(super) mod paper;

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::State;
use declic_common::programme::Pc;
use declic_common::programme::life::PcSummary;
use declic_common::programme::vocabulary::LifeState;

use self::life::tone;
use super::input::Choice;
use super::list::ROWS;
use super::plate::{FLEET, HOUSEHOLD, LOT, PC, Tab, tabs};
use super::{Asked, by, now_ms, read};
use crate::app::programme::{self, LivesQuery};
use crate::http::access::Pass;
use crate::http::extract::{Path, Query};
use crate::http::pages::answer::{Page, page};
use crate::http::pages::view::View;
use crate::http::router::Desk;

#[derive(Debug, Template)]
#[template(path = "fleet.html")]
struct Fleet {
    v: View,
    tabs: Vec<Tab>,
    path: String,
    rows: Vec<Row>,
    /// How many are in each state: name, tone, number, address.
    counts: Vec<(String, &'static str, usize, String)>,
    states: Vec<Choice>,
    sites: Vec<Choice>,
    lots: Vec<Choice>,
    spare: bool,
    q: String,
    found: String,
    next: Option<String>,
    csv: String,
    labels: String,
    add: Option<String>,
    add_lot: Option<String>,
    import: Option<String>,
    filtered: bool,
    any: bool,
}

#[derive(Debug)]
struct Row {
    pc: String,
    address: String,
    state: String,
    tone: &'static str,
    since: String,
    model: String,
    lot: Option<(String, String)>,
    household: Option<(String, String)>,
    site: String,
    spare: bool,
    faults: usize,
}

pub(super) async fn show(
    State(desk): State<Desk>,
    view: View,
    pass: Pass,
    Path(programme): Path<String>,
    Query(asked): Query<Asked>,
) -> Page {
    let title = view.say("PC du programme", "PCs of the programme");
    let v = view.titled(title, FLEET);
    let who = by(&pass);
    let all =
        programme::lives(&desk.app, &programme, LivesQuery::default(), &who, now_ms()).await?;
    let records: Vec<Pc> = read(&desk, &pass, &programme).await?;
    let records: BTreeMap<&str, &Pc> = records.iter().map(|pc| (pc.code.as_str(), pc)).collect();
    let path = PC.path(&programme);
    let mut found: Vec<&PcSummary> = all
        .iter()
        .filter(|pc| fits(pc, records.get(pc.pc.as_str()).copied(), &asked))
        .collect();
    let number = found.len();
    if let Some(after) = asked.get("suite") {
        found.retain(|pc| pc.pc.as_str() > after.as_str());
    }
    let more = found.len() > ROWS;
    found.truncate(ROWS);
    let query = parameters(&asked);
    let next = found.last().filter(|_| more).map(|last| {
        let mut address = form_urlencoded::Serializer::new(query.clone());
        let query = address.append_pair("suite", &last.pc).finish();
        v.url(format!("{path}?{query}"))
    });
    let keeps = v.may(PC.keep);
    let row = |pc: &&PcSummary| row(pc, records.get(pc.pc.as_str()).copied(), &programme, &v);
    let way = |below: &str| v.url(format!("/programmes/{programme}{below}"));
    page(&Fleet {
        tabs: tabs(&v, &programme, FLEET, PC.slug),
        rows: found.iter().map(row).collect(),
        counts: counts(&all, &v.url(&path), &v),
        states: states(&asked, &v),
        sites: kept(
            all.iter().filter_map(|pc| pc.site.as_deref()),
            "site",
            &asked,
            &v,
        ),
        lots: kept(
            records.values().filter_map(|pc| pc.lot.as_deref()),
            "lot",
            &asked,
            &v,
        ),
        spare: asked.get("spare").is_some_and(|spare| spare == "true"),
        q: asked.get("q").cloned().unwrap_or_default(),
        found: v.number(number as i128),
        csv: v.url(format!("{path}.csv")),
        labels: way(&format!("/etiquettes?{query}")),
        add: keeps.then(|| way("/ajouter/pc")),
        add_lot: keeps.then(|| way("/ajouter/lots")),
        import: keeps.then(|| way("/importer/pc")),
        filtered: !query.is_empty(),
        any: !all.is_empty(),
        path: v.url(&path),
        next,
        v,
    })
}

/// What the list is filtered by, beside the place in it.
const FILTERS: [&str; 5] = ["state", "site", "lot", "spare", "q"];

/// Whether a PC is asked for.
fn fits(pc: &PcSummary, record: Option<&Pc>, asked: &Asked) -> bool {
    let wanted = |name: &str| asked.get(name).filter(|wanted| !wanted.is_empty());
    let is = |name: &str, kept: Option<&str>| wanted(name).is_none_or(|w| kept == Some(w));
    let lot = record.and_then(|record| record.lot.as_deref());
    let q = asked
        .get("q")
        .map(|q| q.trim().to_lowercase())
        .unwrap_or_default();
    is("state", Some(pc.state.as_str()))
        && is("site", pc.site.as_deref())
        && is("lot", lot)
        && (wanted("spare").is_none_or(|wanted| wanted != "true") || pc.spare)
        && pc.pc.to_lowercase().contains(&q)
}

fn parameters(asked: &Asked) -> String {
    let mut address = form_urlencoded::Serializer::new(String::new());
    for name in FILTERS {
        if let Some(value) = asked.get(name).filter(|value| !value.trim().is_empty()) {
            address.append_pair(name, value);
        }
    }
    address.finish()
}

/// How many PCs are in each state that there is, in the order of a life.
fn counts(all: &[PcSummary], path: &str, v: &View) -> Vec<(String, &'static str, usize, String)> {
    let count = |state: LifeState| all.iter().filter(|pc| pc.state == state).count();
    let states = LifeState::ALL.iter().copied();
    let told = states.map(|state| {
        let address = format!("{path}?state={state}");
        (
            v.capital(v.life_state(state)),
            tone(state),
            count(state),
            address,
        )
    });
    told.filter(|(_, _, number, _)| *number > 0).collect()
}

fn states(asked: &Asked, v: &View) -> Vec<Choice> {
    let chosen = asked.get("state").map_or("", String::as_str);
    let all = (String::new(), v.say("Tous", "All").to_owned());
    let states = LifeState::ALL.iter();
    let states = states.map(|state| (state.to_string(), v.capital(v.life_state(*state))));
    let choices = std::iter::once(all).chain(states);
    choices
        .map(|(word, name)| Choice {
            chosen: word == chosen,
            word,
            name,
        })
        .collect()
}

/// What stands in the records, each once.
fn kept<'a>(
    texts: impl Iterator<Item = &'a str>,
    name: &str,
    asked: &Asked,
    v: &View,
) -> Vec<Choice> {
    let chosen = asked.get(name).map_or("", String::as_str);
    let mut texts: Vec<&str> = texts.collect();
    texts.sort_unstable();
    texts.dedup();
    let all = ("", v.say("Tous", "All"));
    let texts = texts.into_iter().map(|text| (text, text));
    let choices = std::iter::once(all).chain(texts);
    choices
        .map(|(word, name)| Choice {
            chosen: word == chosen,
            word: word.to_owned(),
            name: name.to_owned(),
        })
        .collect()
}

fn row(pc: &PcSummary, record: Option<&Pc>, programme: &str, v: &View) -> Row {
    let named = |path: String, code: &String| (v.url(format!("{path}/{code}")), code.clone());
    let model = record.map(|record| {
        let parts = [record.vendor.as_deref(), record.model.as_deref()];
        let parts: Vec<_> = parts.into_iter().flatten().collect();
        parts.join(" ")
    });
    let lot = record.and_then(|record| record.lot.as_ref());
    Row {
        address: v.url(format!("{}/{}", PC.path(programme), pc.pc)),
        state: v.capital(v.life_state(pc.state)),
        tone: tone(pc.state),
        since: v.date(pc.since),
        model: model.unwrap_or_default(),
        lot: lot.map(|lot| named(LOT.path(programme), lot)),
        household: pc
            .household
            .as_ref()
            .map(|code| named(HOUSEHOLD.path(programme), code)),
        site: pc.site.clone().unwrap_or_else(|| "–".to_owned()),
        spare: pc.spare,
        faults: pc.faults,
        pc: pc.pc.clone(),
    }
}

/// What a refusal says, without the command of a terminal that does it.
pub(in crate::http::pages) fn plainly(text: &str) -> String {
    let mut rest = text;
    let mut plain = String::new();
    while let Some((before, after)) = rest.split_once(" (`declic ") {
        let Some((_, after)) = after.split_once("`)") else {
            break;
        };
        plain.push_str(before);
        rest = after;
    }
    plain.push_str(rest);
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_in_a_browser_is_told_to_type_a_command() {
        let told = "l’effacer, et noter la preuve (`declic device erase`) ; puis l’essayer (`declic device test`)";
        assert_eq!(
            plainly(told),
            "l’effacer, et noter la preuve ; puis l’essayer"
        );
        assert_eq!(plainly("est à un autre (foyer)"), "est à un autre (foyer)");
    }
}
