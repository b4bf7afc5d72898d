//! The audit: who changed what, whether it is as it was written, and what was purged.

use askama::Template;
use axum::extract::State;
use serde::Deserialize;

use super::{Tab, tabs, titled};
use crate::app::audit::{self, AuditFault};
use crate::app::device::time;
use crate::http::extract::Query;
use crate::http::pages::answer::{Page, page};
use crate::http::pages::view::View;
use crate::http::router::Desk;
use crate::store::records::AuditEntry;

const PATH: &str = "/administration/journal";
/// Entries of one page.
const ROWS: usize = 60;
/// Entries that are looked through for purges: they are few among many.
const LOOKED: usize = 20_000;

#[derive(Debug, Deserialize)]
pub(in crate::http::pages) struct Asked {
    /// `purges` alone.
    quoi: Option<String>,
    /// Entries before this one.
    avant: Option<u64>,
    /// Prove the whole chain.
    verifier: Option<String>,
}

#[derive(Debug, Template)]
#[template(path = "admin_audit.html")]
struct Audit {
    v: View,
    tabs: Vec<Tab>,
    rows: Vec<Row>,
    next: Option<String>,
    purges: bool,
    check: Option<Check>,
}

#[derive(Debug)]
struct Check {
    whole: bool,
    told: String,
    head: Option<String>,
}

#[derive(Debug)]
struct Row {
    n: u64,
    at: String,
    who: String,
    what: String,
    subject: String,
    detail: String,
}

pub(in crate::http::pages) async fn show(
    State(desk): State<Desk>,
    view: View,
    Query(asked): Query<Asked>,
) -> Page {
    let title = view.say("Journal des changements", "Audit");
    let v = titled(view, title);
    let purges = asked.quoi.as_deref() == Some("purges");
    let wanted = match purges {
        true => LOOKED,
        false => ROWS,
    };
    let mut entries = audit::list(&desk.app, asked.avant, wanted).await?;
    if purges {
        entries.retain(|entry| entry.what.ends_with(".purge"));
        entries.truncate(ROWS);
    }
    let last = entries.last().map(|entry| entry.n).filter(|n| *n > 1);
    let next = last.filter(|_| entries.len() == ROWS).map(|n| {
        let only = if purges { "quoi=purges&" } else { "" };
        v.url(format!("{PATH}?{only}avant={n}"))
    });
    let check = match asked.verifier {
        Some(_) => Some(check(&desk, &v).await?),
        None => None,
    };
    page(&Audit {
        rows: entries
            .into_iter()
            .map(|entry| row(&desk, entry, &v))
            .collect(),
        tabs: tabs(&v, PATH),
        next,
        purges,
        check,
        v,
    })
}

async fn check(desk: &Desk, v: &View) -> Result<Check, crate::http::problem::Failure> {
    Ok(match audit::verify(&desk.app, None).await {
        Ok(whole) => {
            let n = v.number(whole.entries);
            Check {
                whole: true,
                told: v.say(
                    format!("Le journal est entier : {n} entrées, chacune liée à la précédente."),
                    format!("The audit is whole: {n} entries, each bound to the one before."),
                ),
                head: Some(whole.head),
            }
        }
        Err(AuditFault::Store(error)) => return Err(error.into()),
        Err(fault) => Check {
            whole: false,
            told: v.say(
                format!("Le journal n’est plus ce qui a été écrit : {fault}."),
                format!("The audit is not as it was written: {fault}."),
            ),
            head: None,
        },
    })
}

fn row(desk: &Desk, entry: AuditEntry, v: &View) -> Row {
    // A PC is called by its asset tag, wherever it has one.
    let device = entry.subject.parse().ok();
    let known = device.and_then(|id| desk.app.registry.get(id));
    let asset = known.and_then(|known| known.device.asset.clone());
    Row {
        n: entry.n,
        at: v.moment(time(entry.at)),
        who: v.actor(&entry.who),
        what: v.deed(&entry.what),
        subject: asset.unwrap_or(entry.subject),
        detail: entry.detail.unwrap_or_default(),
    }
}
