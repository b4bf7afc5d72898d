//! Freezes what is known of a programme into a dataset: pseudonymous rows, signed, from which
//! anybody works out every figure again.
//!
//! This is the only door between the records and the crate `declic-evaluation`: what an
//! indicator means is said there, what a row is made of is said here.

mod bench;
mod days;
pub mod figures;
mod homes;
pub mod leave;
mod lived;
mod machines;
mod means;
mod training;
mod words;

use std::collections::BTreeMap;
use std::sync::Arc;

use declic_common::programme::{Noun, Programme};
use declic_evaluation::calendar::{Period, day_of};
use declic_evaluation::dataset::manifest::{About, Manifest};
use declic_evaluation::dataset::pseudonym::{EvaluationKey, SCHEME};
use declic_evaluation::dataset::seal::{SigningKey, hex};
use declic_evaluation::dataset::{Dataset, archive};
use declic_evaluation::disclosure::{Audience, Unsafe};
use declic_evaluation::export::ExportError;
use jiff::Timestamp;
use jiff::civil::Date;
use ring::digest::{SHA256, digest};

use super::App;
use super::audit::{self, Note};
use super::programme::{By, Keyring, load};
use super::registry::Entry;
use super::ticket::stored;
use crate::domain::rights::Reach;
use crate::domain::ticket::Ticket;
use crate::pki::{PkiError, evaluation};
use crate::store::{Store, StoreError, read};

/// Up to when a programme is evaluated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum At {
    /// As it stands today, to be paired later.
    Start,
    /// The whole of it, once it is over.
    End,
    /// Up to this day, not included.
    Day(Date),
}

#[derive(Debug, thiserror::Error)]
#[error("say start, end, or a day such as 2026-06-30")]
pub struct BadAt;

impl std::str::FromStr for At {
    type Err = BadAt;

    fn from_str(text: &str) -> Result<Self, BadAt> {
        match text {
            "start" => Ok(At::Start),
            "end" => Ok(At::End),
            day => day.parse().map(At::Day).map_err(|_| BadAt),
        }
    }
}

impl At {
    fn word(self) -> &'static str {
        match self {
            At::Start => "start",
            At::End => "end",
            At::Day(_) => "date",
        }
    }
}

#[derive(Debug, thiserror::Error)]
pub enum FreezeError {
    #[error("no programme is called {0}")]
    Unknown(String),
    #[error("an evaluation has no file {0}; docs/evaluation.md names those that there are")]
    NoFile(String),
    #[error("the programme has no {0} yet: declic programme set CODE {0}=…")]
    NoDate(&'static str),
    #[error("the programme goes on until {0}; give a day up to today instead of `end`")]
    NotOver(Date),
    #[error("nothing lies between {0}, when the programme began, and {1}")]
    Nothing(Date, Date),
    #[error("failed to write the dataset")]
    Write(#[from] std::io::Error),
    #[error(transparent)]
    Export(#[from] ExportError),
    #[error(transparent)]
    Unsafe(#[from] Unsafe),
    #[error(transparent)]
    Keys(#[from] PkiError),
    #[error(transparent)]
    Seed(#[from] declic_evaluation::dataset::seal::KeyError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Everything that rows are made of.
struct Source<'a> {
    store: &'a dyn Store,
    programme: Programme,
    period: Period,
    /// Now, ms UTC.
    now: i64,
    entries: Vec<Arc<Entry>>,
    tickets: Vec<Ticket>,
    ring: Arc<Keyring>,
    key: EvaluationKey,
}

/// A signed dataset of a programme. Freezing is told in the audit.
pub async fn freeze(
    app: &Arc<App>,
    code: &str,
    at: At,
    by: &By,
    now: Timestamp,
) -> Result<Vec<u8>, FreezeError> {
    let bytes = reading(app, code, at, by, now, |rows| {
        let mut bytes = Vec::new();
        rows.seal(&mut bytes)?;
        Ok(bytes)
    })
    .await?;
    let hash = hex(digest(&SHA256, &bytes).as_ref());
    let detail = format!("{} sha256 {hash}", at.word());
    tell(app, "evaluation.freeze", code, detail, by, now).await?;
    Ok(bytes)
}

/// The rows of a programme, as they were read just now.
struct Rows {
    dataset: Dataset,
    about: About,
    signing: SigningKey,
}

impl Rows {
    /// Writes them as a signed dataset.
    fn seal(&mut self, to: &mut impl std::io::Write) -> std::io::Result<Manifest> {
        let about = self.about.clone();
        archive::write(&mut self.dataset, about, &self.signing, to, &mut |_| {})
    }
}

/// Reads a programme and makes something of its rows, beside everything else that goes on.
async fn reading<T: Send + 'static>(
    app: &Arc<App>,
    code: &str,
    at: At,
    by: &By,
    now: Timestamp,
    make: impl FnOnce(&mut Rows) -> Result<T, FreezeError> + Send + 'static,
) -> Result<T, FreezeError> {
    let (app, code, reach) = (Arc::clone(app), code.to_owned(), by.reach.clone());
    let store = Arc::clone(&app.store);
    read(&store, move |store| {
        let asked = Asked {
            code: &code,
            reach: &reach,
            at,
            now,
        };
        Ok(rows(store, &app, &asked).and_then(|mut rows| make(&mut rows)))
    })
    .await?
}

/// Tells in the audit what left the house.
async fn tell(
    app: &Arc<App>,
    what: &'static str,
    code: &str,
    detail: String,
    by: &By,
    now: Timestamp,
) -> Result<(), StoreError> {
    let (who, subject) = (by.who.clone(), code.to_owned());
    audit::with(app, now.as_millisecond(), move |_, change| {
        change.note(Note {
            who: &who,
            what,
            subject: &subject,
            detail: Some(detail.clone()),
        });
        Ok::<_, StoreError>(())
    })
    .await
}

/// What is to be read, and for whom.
struct Asked<'a> {
    code: &'a str,
    reach: &'a Reach,
    at: At,
    now: Timestamp,
}

fn rows(store: &dyn Store, app: &App, asked: &Asked<'_>) -> Result<Rows, FreezeError> {
    let &Asked {
        code,
        reach,
        at,
        now,
    } = asked;
    let programme = seen(store, code, reach)?;
    let today = day_of(now);
    let period = period(&programme, at, today)?;
    let secrets = evaluation::secrets(&app.programme.data_dir, code)?;
    let key = EvaluationKey::new(&secrets.pseudonyms);
    let about = About {
        programme: code.to_owned(),
        period,
        at: at.word().to_owned(),
        frozen_on: today,
        software: concat!("declic ", env!("CARGO_PKG_VERSION")).to_owned(),
        k_inside: Audience::Inside.k(),
        k_public: Audience::Public.k(),
        pseudonyms: SCHEME.to_owned(),
        evaluation: key.pseudonym('e', code).as_str().to_owned(),
    };
    let source = Source {
        store,
        programme,
        period,
        now: now.as_millisecond(),
        entries: app.registry.all(),
        tickets: stored::all(store)?,
        ring: Arc::clone(&app.keys),
        key,
    };
    Ok(Rows {
        dataset: gather(&source)?,
        about,
        signing: SigningKey::from_seed(&secrets.signing)?,
    })
}

/// The programme, if whoever asks may evaluate it.
fn seen(store: &dyn Store, code: &str, reach: &Reach) -> Result<Programme, FreezeError> {
    let unknown = || FreezeError::Unknown(code.to_owned());
    let row = load(store, Programme::SHEET, code, code)?.ok_or_else(unknown)?;
    if !reach.admits_programme(code) {
        return Err(unknown());
    }
    row.read().ok_or_else(unknown)
}

fn period(programme: &Programme, at: At, today: Date) -> Result<Period, FreezeError> {
    let begins = programme
        .begins_on
        .ok_or(FreezeError::NoDate("begins_on"))?;
    let tomorrow = today.tomorrow().unwrap_or(today);
    let to = match at {
        At::Start => tomorrow,
        At::End => {
            let last = programme.ends_on.ok_or(FreezeError::NoDate("ends_on"))?;
            if last >= today {
                return Err(FreezeError::NotOver(last));
            }
            last.tomorrow().unwrap_or(last)
        }
        At::Day(day) => day.min(tomorrow),
    };
    match begins < to {
        true => Ok(Period::new(begins, to)),
        false => Err(FreezeError::Nothing(begins, to)),
    }
}

/// All rows of a programme. Blocks.
fn gather(source: &Source<'_>) -> Result<Dataset, StoreError> {
    let mut data = Dataset::default();
    means::gather(source, &mut data)?;
    let homes = homes::gather(source, &mut data)?;
    machines::gather(source, &homes, &mut data)?;
    training::gather(source, &homes, &mut data)?;
    means::governance(source, &homes, &mut data)?;
    Ok(data)
}

/// The households of the programme, by code: what rows of machines need of them.
type Homes = BTreeMap<String, Home>;

/// A household, as rows of machines see it.
struct Home {
    key: declic_evaluation::dataset::Key,
    left_on: Option<Date>,
}

impl Source<'_> {
    fn all<N: Noun>(&self) -> Result<Vec<N>, StoreError> {
        let rows = super::programme::all(self.store, N::SHEET, &self.programme.code)?;
        Ok(rows
            .iter()
            .filter_map(super::programme::Row::read)
            .collect())
    }
}
