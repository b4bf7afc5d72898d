//! What rules keep quiet about: a device or a site, one cause or all, for a while.

use std::sync::Arc;

use declic_common::DeviceId;
use declic_common::ticket::Cause;
use declic_common::ticket::body::{NewSilence, Silence};
use ring::digest;

use super::App;
use super::audit::{self, Note};
use super::device::{is_within, time};
use super::registry::for_each;
use crate::domain::rights::Reach;
use crate::store::record::{decode, encode};
use crate::store::records::tickets as record;
use crate::store::{Key, Space, Store, StoreError, keys, read};

/// Longest silence, in hours: a year.
const HOURS_MAX: u32 = 8_760;
const HOUR_MS: i64 = 3_600_000;
/// Longest name of a site that is looked for, in characters.
const SITE_CHARS: usize = 64;

#[derive(Debug, thiserror::Error)]
pub enum SilenceError {
    #[error("no such device")]
    UnknownDevice,
    #[error("name a device or a site, not both and not neither")]
    WhoseSilence,
    #[error("no device belongs to this site")]
    UnknownSite,
    #[error("only what rules find can be silenced; a call for help cannot")]
    NotOfRules,
    #[error("a silence lasts at most {HOURS_MAX} hours; 0 ends it")]
    BadHours,
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What is silenced at one moment.
#[derive(Debug, Default)]
pub struct Silences(Vec<record::Silence>);

impl Silences {
    /// Blocks.
    pub fn load(store: &dyn Store, now: i64) -> Result<Self, StoreError> {
        let mut rows = Vec::new();
        for_each(store, keys::of_kind(keys::core::SILENCE), |_, value| {
            let row: record::Silence = decode(value)?;
            if row.until > now {
                rows.push(row);
            }
            Ok(())
        })?;
        Ok(Silences(rows))
    }

    pub fn covers(&self, device: DeviceId, site: Option<&str>, cause: Cause) -> bool {
        self.0.iter().any(|row| {
            let whose = match row.device {
                Some(named) => named == device,
                None => row.site.is_some() && row.site.as_deref() == site,
            };
            whose && row.cause.is_none_or(|named| named == cause)
        })
    }
}

/// Begins a silence, or changes the one that there is; 0 hours end it.
pub async fn set(
    app: &Arc<App>,
    new: NewSilence,
    who: &str,
    now: i64,
) -> Result<Silence, SilenceError> {
    check(app, &new)?;
    let key = key(&new);
    let row = record::Silence {
        device: new.device,
        site: new.site,
        cause: new.cause,
        until: now + i64::from(new.hours) * HOUR_MS,
        who: who.to_owned(),
        since: now,
    };
    let answer = show(&row);
    audit::with(app, now, move |_, change| {
        match new.hours {
            0 => change.batch.del(Space::Core, key.clone()),
            _ => change.batch.put(Space::Core, key.clone(), encode(&row)),
        };
        let subject = match (row.device, &row.site) {
            (Some(device), _) => device.to_string(),
            (None, site) => site.clone().unwrap_or_default(),
        };
        let cause = row.cause.map_or("all", Cause::as_str);
        change.note(Note {
            who: &row.who,
            what: "ticket.silence",
            subject: &subject,
            detail: Some(format!("{cause}, {} h", new.hours)),
        });
        Ok::<_, SilenceError>(())
    })
    .await?;
    Ok(answer)
}

/// What is silenced now within reach, the next to end first.
pub async fn list(app: &App, reach: &Reach, now: i64) -> Result<Vec<Silence>, StoreError> {
    let mut rows = read(&app.store, move |store| Silences::load(store, now))
        .await?
        .0;
    rows.retain(|row| match row.device {
        Some(device) => is_within(app, reach, device),
        None => reach.admits(row.site.as_deref()),
    });
    rows.sort_by_key(|row| row.until);
    Ok(rows.iter().map(show).collect())
}

fn check(app: &App, new: &NewSilence) -> Result<(), SilenceError> {
    if new.hours > HOURS_MAX {
        return Err(SilenceError::BadHours);
    }
    if matches!(new.cause, Some(Cause::Help | Cause::Reported)) {
        return Err(SilenceError::NotOfRules);
    }
    match (&new.device, &new.site) {
        (Some(device), None) => match app.registry.get(*device) {
            Some(_) => Ok(()),
            None => Err(SilenceError::UnknownDevice),
        },
        (None, Some(site)) => {
            let short = site.chars().count() <= SITE_CHARS;
            let entries = app.registry.all();
            let mut sites = entries.iter().map(|entry| entry.site());
            // A misspelt site would silence nobody, and nobody would notice.
            match short && sites.any(|known| known == Some(site.as_str())) {
                true => Ok(()),
                false => Err(SilenceError::UnknownSite),
            }
        }
        _ => Err(SilenceError::WhoseSilence),
    }
}

/// Keys have a bounded length; sites of any alphabet fit through their hash.
fn key(new: &NewSilence) -> Key {
    let whom = match (&new.device, &new.site) {
        (Some(device), _) => format!("device {device}"),
        (None, site) => format!("site {}", site.as_deref().unwrap_or_default()),
    };
    let hash = digest::digest(&digest::SHA256, whom.as_bytes());
    let hash = hash.as_ref().try_into().expect("SHA-256 has 32 bytes");
    keys::silence(new.cause, hash)
}

fn show(row: &record::Silence) -> Silence {
    Silence {
        device: row.device,
        site: row.site.clone(),
        cause: row.cause,
        until: time(row.until),
        who: row.who.clone(),
        since: time(row.since),
    }
}
