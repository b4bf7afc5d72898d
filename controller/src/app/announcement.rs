//! Moving house: the next address of the controller, announced before it moves.
//!
//! There is one announcement for all devices. It stays after the move: a device
//! keeps the address of its enrolment, and only the announcement leads it on. So a
//! withdrawn move announces the present address, never nothing.

use std::sync::{Arc, RwLock};

use declic_common::limits::TIME_MAX_MS;
use declic_common::settings::{Address, BadSettings};
use serde::{Deserialize, Serialize};

use super::App;
use super::audit::{self, Note};
use super::command;
use crate::pki::{PkiError, names};
use crate::store::record::{decode, encode};
use crate::store::records::Meta;
use crate::store::{Space, Store, StoreError, keys};

const KEY: &str = "announcement";

/// What devices were told of the controller's address.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Announcement {
    /// Where the controller will be; after the move, where it is.
    pub next: Address,
    /// Hosts at which it has been: devices that have not heard look there still.
    pub hosts: Vec<String>,
    /// Controller clock, ms UTC.
    pub since: i64,
}

/// The newest announcement, as it is stored.
#[derive(Debug, Default)]
pub struct Announced(RwLock<Option<Announcement>>);

/// Devices that are still with us, and those that were here since the announcement.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Reach {
    pub devices: u64,
    pub heard: u64,
}

#[derive(Debug, thiserror::Error)]
pub enum AnnounceError {
    #[error(transparent)]
    Bad(#[from] BadSettings),
    #[error("the controller is at this address already; announce the one to which it will move")]
    Here,
    #[error(transparent)]
    Pki(#[from] PkiError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Announced {
    /// Reads it from the store. Blocks.
    pub fn load(store: &dyn Store) -> Result<Self, StoreError> {
        let Some(value) = store.get(Space::Core, &keys::meta(KEY))? else {
            return Ok(Announced::default());
        };
        let text = decode::<Meta>(&value)?.text.unwrap_or_default();
        let announcement = serde_json::from_str(&text)
            .map_err(|_| StoreError::Corrupt("the announced address".to_owned()))?;
        Ok(Announced(RwLock::new(Some(announcement))))
    }

    pub fn get(&self) -> Option<Announcement> {
        self.0.read().expect("no panic holds it").clone()
    }

    fn put(&self, announcement: Announcement) {
        *self.0.write().expect("no panic holds it") = Some(announcement);
    }
}

/// The move that is to come; `None` once the controller is there.
pub fn coming(app: &App) -> Option<Announcement> {
    let announcement = app.announced.get()?;
    (announcement.next != app.programme.address).then_some(announcement)
}

/// How many devices can know of an announcement made at `since`.
pub fn reach(app: &App, since: i64) -> Reach {
    let mut reach = Reach::default();
    for entry in app.registry.all() {
        if entry.device.retired_at.is_some() || entry.device.revoked_at.is_some() {
            continue;
        }
        reach.devices += 1;
        // Whoever was connected since then was sent its settings.
        reach.heard += u64::from(entry.latest.last_seen.is_some_and(|at| at > since));
    }
    reach
}

/// Makes the certificate of the open doors valid wherever devices may look for us.
pub fn certify(app: &App) -> Result<(), PkiError> {
    match app.announced.get() {
        Some(announcement) => app.pki.answer_to(&all_names(app, &announcement)),
        None => Ok(()),
    }
}

/// Announces the next address: to connected devices at once, to the others when
/// they connect. The certificate is valid there before any device is told.
pub async fn announce(
    app: &Arc<App>,
    next: Address,
    who: &str,
    now_ms: i64,
) -> Result<(), AnnounceError> {
    if !next.is_bounded() {
        return Err(BadSettings::Address.into());
    }
    if next == app.programme.address {
        return Err(AnnounceError::Here);
    }
    say(app, next, "settings.move", who, now_ms).await
}

/// Takes back a move that has not happened. Harmless when none was announced.
pub async fn withdraw(app: &Arc<App>, who: &str, now_ms: i64) -> Result<(), AnnounceError> {
    if coming(app).is_none() {
        return Ok(());
    }
    let here = app.programme.address.clone();
    say(app, here, "settings.stay", who, now_ms).await
}

async fn say(
    app: &Arc<App>,
    next: Address,
    what: &'static str,
    who: &str,
    now_ms: i64,
) -> Result<(), AnnounceError> {
    let who = who.to_owned();
    let announcement = audit::with(app, now_ms, move |app, change| {
        let mut hosts = app
            .announced
            .get()
            .map_or(Vec::new(), |before| before.hosts);
        let here = &app.programme.address.host;
        if !hosts.contains(here) {
            hosts.push(here.clone());
        }
        let announcement = Announcement {
            next: next.clone(),
            hosts,
            since: now_ms.clamp(0, TIME_MAX_MS),
        };
        // Before anything is written: a host that no certificate can name is refused.
        app.pki.answer_to(&all_names(app, &announcement))?;
        change.note(Note {
            who: &who,
            what,
            subject: "programme",
            detail: Some(format!(
                "{} {} {}",
                next.host, next.mqtt_port, next.enrol_port
            )),
        });
        let json =
            serde_json::to_string(&announcement).expect("our own types always have a JSON form");
        let meta = Meta {
            number: announcement.since.unsigned_abs(),
            text: Some(json),
        };
        change
            .batch
            .put(Space::Core, keys::meta(KEY), encode(&meta));
        Ok::<_, AnnounceError>(announcement)
    })
    .await?;
    app.announced.put(announcement);
    for entry in app.registry.all() {
        if app.hub.is_connected(entry.device.id) {
            command::deliver_settings(app, entry.device.id);
        }
    }
    Ok(())
}

/// Present, next and earlier hosts, each once.
fn all_names(app: &App, announcement: &Announcement) -> Vec<String> {
    let hosts = [&app.programme.address.host, &announcement.next.host];
    let mut all = Vec::new();
    for host in hosts.into_iter().chain(&announcement.hosts) {
        for name in names(host) {
            if !all.contains(&name) {
                all.push(name);
            }
        }
    }
    all
}

#[cfg(test)]
mod tests;
