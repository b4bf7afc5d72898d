//! Backups: which there are, and making one now.

use askama::Template;
use axum::extract::State;
use declic_common::problem::ProblemKind;

use super::{Tab, tabs, titled};
use crate::app::backup;
use crate::clock;
use crate::http::access::Pass;
use crate::http::pages::answer::{Page, go_to, page};
use crate::http::pages::said::{PARAMETER, Said};
use crate::http::pages::view::View;
use crate::http::problem::Failure;
use crate::http::router::Desk;

const PATH: &str = "/administration/sauvegardes";

#[derive(Debug, Template)]
#[template(path = "admin_backups.html")]
struct Backups {
    v: View,
    tabs: Vec<Tab>,
    rows: Vec<(String, String, String)>,
    made: bool,
    making: Option<String>,
    failed: Option<String>,
}

pub(in crate::http::pages) async fn show(State(desk): State<Desk>, view: View) -> Page {
    let title = view.say("Sauvegardes", "Backups");
    let v = titled(view, title).following("sans_postes=true");
    let found = backup::list(&desk.app).await.map_err(|error| {
        tracing::error!(%error, "failed to look for backups");
        Failure::new(
            ProblemKind::Internal,
            "the folder of the backups cannot be read",
        )
    })?;
    let rows = found
        .items
        .into_iter()
        .map(|made| (v.since(Some(made.made_at)), v.disk(made.bytes), made.name));
    page(&Backups {
        rows: rows.collect(),
        tabs: tabs(&v, PATH),
        made: found.folder.is_some(),
        making: found.making_since.map(|at| v.ago(at)),
        failed: found.failed,
        v,
    })
}

pub(in crate::http::pages) async fn create(
    State(desk): State<Desk>,
    view: View,
    pass: Pass,
) -> Page {
    backup::start(&desk.app, pass.who(), clock::now())?;
    let said = Said::BackingUp.word();
    Ok(go_to(&view.url(format!("{PATH}?{PARAMETER}={said}"))))
}
