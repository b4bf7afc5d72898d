//! When rules open tickets: the page of their defaults, as this controller has them.

use askama::Template;
use axum::extract::State;
use declic_common::ticket::Cause;

use super::{Tab, tabs, titled};
use crate::domain::rules::thresholds::DEFAULTS;
use crate::http::pages::answer::{Page, page};
use crate::http::pages::tone;
use crate::http::pages::view::View;
use crate::http::router::Desk;

const PATH: &str = "/administration/regles";

#[derive(Debug, Template)]
#[template(path = "admin_rules.html")]
struct Rules {
    v: View,
    tabs: Vec<Tab>,
    rows: Vec<Row>,
    defaults: &'static str,
    own: bool,
}

#[derive(Debug)]
struct Row {
    cause: String,
    priority: String,
    tone: &'static str,
    on: bool,
    raise: String,
    clear: String,
}

pub(in crate::http::pages) async fn show(State(desk): State<Desk>, view: View) -> Page {
    let title = view.say("Règles", "Rules");
    let v = titled(view, title);
    let rules = &desk.app.programme.rules;
    let streak = |streak: crate::domain::rules::thresholds::Streak| {
        let reports = v.count(
            streak.reports as usize,
            ["relevé", "relevés"],
            ["report", "reports"],
        );
        match streak.hours {
            0 => reports,
            hours => {
                let span = v.span(u64::from(hours) * 3_600_000);
                v.say(
                    format!("{reports}, sur {span}"),
                    format!("{reports}, over {span}"),
                )
            }
        }
    };
    let rows = Cause::of_rules().filter_map(|cause| {
        let set = rules.hysteresis(cause)?;
        Some(Row {
            cause: v.capital(v.cause(cause)),
            priority: v.capital(v.priority(set.priority)),
            tone: tone::priority(set.priority),
            on: set.enabled,
            raise: streak(set.raise),
            clear: streak(set.clear),
        })
    });
    page(&Rules {
        rows: rows.collect(),
        tabs: tabs(&v, PATH),
        defaults: DEFAULTS,
        own: *rules != Default::default(),
        v,
    })
}
