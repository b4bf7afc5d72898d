//! *Questionnaires*: who answered at the start and at the end, and who is missing.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::State;
use declic_common::programme::vocabulary::Moment;
use declic_common::programme::{Household, Survey};

use super::household::outcome;
use super::input::Choice;
use super::list::ROWS;
use super::plate::{SURVEY, SURVEYS, Tab, tabs};
use super::{Asked, read};
use crate::http::access::Pass;
use crate::http::extract::{Path, Query};
use crate::http::pages::answer::{Page, page};
use crate::http::pages::view::View;
use crate::http::router::Desk;

#[derive(Debug, Template)]
#[template(path = "surveys.html")]
struct Surveys {
    v: View,
    tabs: Vec<Tab>,
    path: String,
    rows: Vec<Row>,
    counts: Vec<(String, String)>,
    missing: Vec<Choice>,
    q: String,
    print: String,
    csv: String,
    import: Option<String>,
    next: Option<String>,
    filtered: bool,
    any: bool,
}

#[derive(Debug)]
struct Row {
    code: String,
    address: String,
    /// At the start, and at the end.
    moments: Vec<Cell>,
}

#[derive(Debug)]
struct Cell {
    /// Name of the moment, for whoever hears the page.
    moment: &'static str,
    /// Address and words of each answer.
    answers: Vec<(String, String)>,
    enter: Option<String>,
    print: String,
}

pub(super) async fn show(
    State(desk): State<Desk>,
    view: View,
    pass: Pass,
    Path(programme): Path<String>,
    Query(asked): Query<Asked>,
) -> Page {
    let title = view.say("Questionnaires", "Surveys");
    let v = view.titled(title, SURVEYS);
    let path = SURVEY.path(&programme);
    let households: Vec<Household> = read(&desk, &pass, &programme).await?;
    let surveys: Vec<Survey> = read(&desk, &pass, &programme).await?;
    let mut by_home: BTreeMap<(&str, Moment), Vec<&Survey>> = BTreeMap::new();
    for survey in &surveys {
        if let Some(moment) = survey.moment {
            by_home
                .entry((&survey.household, moment))
                .or_default()
                .push(survey);
        }
    }
    let answered = |home: &Household, moment: Moment| {
        let theirs = by_home.get(&(home.code.as_str(), moment));
        theirs.is_some_and(|all| all.iter().any(|survey| survey.no_answer.is_none()))
    };
    let known =
        |home: &Household, moment: Moment| by_home.contains_key(&(home.code.as_str(), moment));
    let wanted = asked.get("manque").and_then(|word| Moment::from_word(word));
    let q = asked
        .get("q")
        .map(|q| q.trim().to_lowercase())
        .unwrap_or_default();
    let mut found: Vec<&Household> = households
        .iter()
        .filter(|home| home.code.to_lowercase().contains(&q))
        // Who left before the end is not missing there.
        .filter(|home| wanted.is_none_or(|moment| !known(home, moment) && home.left_on.is_none()))
        .collect();
    if let Some(after) = asked.get("suite") {
        found.retain(|home| home.code.as_str() > after.as_str());
    }
    let more = found.len() > ROWS;
    found.truncate(ROWS);
    let parameters = |suite: Option<&str>| {
        let mut address = form_urlencoded::Serializer::new(String::new());
        for (name, value) in [("q", asked.get("q")), ("manque", asked.get("manque"))] {
            if let Some(value) = value.filter(|value| !value.is_empty()) {
                address.append_pair(name, value);
            }
        }
        if let Some(suite) = suite {
            address.append_pair("suite", suite);
        }
        address.finish()
    };
    let next = found
        .last()
        .filter(|_| more)
        .map(|last| v.url(format!("{path}?{}", parameters(Some(&last.code)))));
    let enters = v.may(SURVEY.keep);
    let row = |home: &&Household| Row {
        address: v.url(format!("/programmes/{programme}/foyers/{}", home.code)),
        moments: Moment::ALL
            .iter()
            .map(|moment| {
                let query = format!("household={}&moment={moment}", home.code);
                let add =
                    format!("/programmes/{programme}/ajouter/questionnaires?{query}&retour={path}");
                let theirs = by_home.get(&(home.code.as_str(), *moment));
                Cell {
                    moment: v.record_word(moment.as_str()),
                    answers: theirs
                        .into_iter()
                        .flatten()
                        .map(|survey| {
                            (
                                v.url(format!("{path}/{}", survey.code)),
                                outcome(survey, &v),
                            )
                        })
                        .collect(),
                    enter: enters.then(|| v.url(add)),
                    print: v.url(format!("/programmes/{programme}/feuille?{query}")),
                }
            })
            .collect(),
        code: home.code.clone(),
    };
    let count = |moment: Moment| {
        households
            .iter()
            .filter(|home| answered(home, moment))
            .count()
    };
    let both = households
        .iter()
        .filter(|home| answered(home, Moment::Start) && answered(home, Moment::End));
    let of = v.number(households.len() as i128);
    let told = |n: usize, name: &str| {
        (
            v.say(format!("{n} sur {of}"), format!("{n} of {of}")),
            name.to_owned(),
        )
    };
    let counts = vec![
        told(
            count(Moment::Start),
            v.say("ont répondu au début", "answered at the start"),
        ),
        told(
            count(Moment::End),
            v.say("ont répondu à la fin", "answered at the end"),
        ),
        told(
            both.count(),
            v.say(
                "aux deux : on peut les comparer",
                "at both: these can be compared",
            ),
        ),
    ];
    let choice = |word: &str, name: &str| Choice {
        chosen: asked.get("manque").map_or("", String::as_str) == word,
        word: word.to_owned(),
        name: name.to_owned(),
    };
    page(&Surveys {
        tabs: tabs(&v, &programme, SURVEYS, SURVEY.slug),
        rows: found.iter().map(row).collect(),
        missing: vec![
            choice("", v.say("Tous les foyers", "All households")),
            choice("start", v.say("Il manque au début", "Missing at the start")),
            choice("end", v.say("Il manque à la fin", "Missing at the end")),
        ],
        counts,
        q: asked.get("q").cloned().unwrap_or_default(),
        print: v.url(format!("/programmes/{programme}/feuille")),
        csv: v.url(format!("{path}.csv")),
        import: enters.then(|| v.url(format!("/programmes/{programme}/importer/questionnaires"))),
        filtered: !parameters(None).is_empty(),
        any: !households.is_empty(),
        path: v.url(&path),
        next,
        v,
    })
}
