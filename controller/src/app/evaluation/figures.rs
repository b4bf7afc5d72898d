//! The figures of a programme, as pages show them.
//!
//! Reading a year of homes and hiding what is too small takes long, so figures are remembered.
//! They are shown again as long as nobody changed anything, the day is the same, and what
//! homes reported meanwhile is less than a report's interval old; the page says when they were
//! read.

use std::sync::Arc;

use declic_evaluation::calendar::{Period, day_of};
use declic_evaluation::dataset::Dataset;
use declic_evaluation::disclosure::{Audience, Publication, publish};
use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use tokio::sync::Mutex;

use super::{At, FreezeError, reading, seen};
use crate::app::App;
use crate::app::programme::By;
use crate::store::read;

/// Homes report every quarter of an hour: figures that are younger lack no report that was due.
const OLDEST: SignedDuration = SignedDuration::from_mins(15);
/// Programmes and periods that are remembered.
const KEPT: usize = 8;

/// The figures of a programme, at the moment at which they were read.
#[derive(Debug)]
pub struct Figures {
    pub read_at: Timestamp,
    /// The whole of what can be evaluated.
    pub whole: Period,
    /// Codes and names of the sites, by code.
    pub sites: Vec<(String, String)>,
    /// For those who evaluate, of the part that was asked for, with the sites.
    pub inside: Publication,
    /// For everybody: of the whole alone, so that nobody subtracts one period from another.
    pub public: Option<Publication>,
}

/// What figures rest on; other figures have another one.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Basis {
    programme: String,
    part: Option<Period>,
    /// Changes of records, placements, tickets and everything else that the audit tells.
    changes: u64,
    messages: u64,
    day: Date,
}

/// Figures that were read. One is read at a time.
#[derive(Debug, Default)]
pub struct Remembered {
    kept: Mutex<Vec<(Basis, Arc<Figures>)>>,
}

/// The figures of a programme: of the whole of it, or of a part of its period.
pub async fn figures(
    app: &Arc<App>,
    code: &str,
    part: Option<Period>,
    by: &By,
    now: Timestamp,
) -> Result<Arc<Figures>, FreezeError> {
    let (asked, reach) = (code.to_owned(), by.reach.clone());
    let programme = read(&app.store, move |store| Ok(seen(store, &asked, &reach))).await??;
    let today = day_of(now);
    let mut kept = app.evaluations.kept.lock().await;
    let basis = Basis {
        programme: code.to_owned(),
        part,
        changes: *app.audit.changes().borrow(),
        messages: app.counters.reports.get() + app.counters.messages.get(),
        day: today,
    };
    let fits = |(known, figures): &&(Basis, Arc<Figures>)| {
        let young = now.duration_since(figures.read_at) < OLDEST;
        let same = Basis {
            messages: basis.messages,
            ..known.clone()
        };
        same == basis && (young || known.messages == basis.messages)
    };
    if let Some((_, figures)) = kept.iter().find(fits) {
        return Ok(Arc::clone(figures));
    }
    let at = match programme.ends_on.is_some_and(|last| last < today) {
        true => At::End,
        false => At::Day(Date::MAX),
    };
    let figures = reading(app, code, at, by, now, move |rows| {
        let whole = rows.about.period;
        let part_of_it = part.map(|part| part.and(whole));
        let period = part_of_it.filter(|part| !part.is_empty()).unwrap_or(whole);
        let public = match part {
            None => Some(publish(&rows.dataset, whole, Audience::Public, false)?),
            Some(_) => None,
        };
        Ok(Figures {
            read_at: now,
            whole,
            sites: sites(&rows.dataset),
            inside: publish(&rows.dataset, period, Audience::Inside, true)?,
            public,
        })
    })
    .await?;
    let figures = Arc::new(figures);
    kept.retain(|(known, _)| known.programme != basis.programme || known.part != basis.part);
    kept.truncate(KEPT - 1);
    kept.insert(0, (basis, Arc::clone(&figures)));
    Ok(figures)
}

fn sites(data: &Dataset) -> Vec<(String, String)> {
    let sites = data.sites.iter();
    let mut sites: Vec<_> = sites
        .map(|site| {
            let name = site.quarter.clone().unwrap_or_else(|| site.name.clone());
            (site.site.clone(), name)
        })
        .collect();
    sites.sort();
    sites
}
