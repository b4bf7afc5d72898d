//! Pages that follow what changes: one stream of server-sent events for each page that is
//! looked at. It says that something changed, never what: the page then asks for itself
//! again, and the rules of access are those of any other time.

use std::convert::Infallible;
use std::net::Ipv4Addr;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::http::request::Parts;
use axum::response::IntoResponse;
use axum::response::sse::{Event, KeepAlive, Sse};
use declic_common::DeviceId;
use declic_common::problem::ProblemKind;
use futures_util::stream::unfold;
use serde::Deserialize;
use tokio::sync::watch;
use tokio::time::sleep;

use crate::app::registry::Entry;
use crate::http::answer::Answer;
use crate::http::extract::Query;
use crate::http::identity::recognise;
use crate::http::limits::{Visit, Visits};
use crate::http::origin::Origin;
use crate::http::problem::Failure;
use crate::http::router::Desk;

/// Pages that follow at the same time, in all and from one address, which an office may
/// share; the others are brought up to date by hand.
const AT_ONCE: usize = 256;
const OF_ADDRESS: usize = 64;
/// What changes within this time is told together: a page is never asked for more often.
const TOGETHER: Duration = Duration::from_secs(4);
/// How often it is checked that whoever looks may still do so, where nothing changes.
const CHECK: Duration = Duration::from_secs(20);

/// Whoever follows what changes.
#[derive(Debug)]
pub(in crate::http) struct Onlookers {
    places: Arc<Visits>,
    leaving: watch::Sender<bool>,
}

impl Default for Onlookers {
    fn default() -> Self {
        Onlookers {
            places: Visits::new(AT_ONCE, OF_ADDRESS),
            leaving: watch::Sender::new(false),
        }
    }
}

impl Onlookers {
    /// Ends every stream: the controller stops.
    pub(in crate::http) fn send_away(&self) {
        self.leaving.send_replace(true);
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct What {
    /// Only what this device does; any device when absent.
    poste: Option<DeviceId>,
    /// No device at all: only what people and rules change.
    #[serde(default)]
    sans_postes: bool,
}

pub(super) async fn follow(
    State(desk): State<Desk>,
    Query(what): Query<What>,
    parts: Parts,
) -> Answer<impl IntoResponse> {
    let address = Origin::of(&parts.extensions).address;
    let address = address.unwrap_or(Ipv4Addr::LOCALHOST.into());
    let place = desk.onlookers.places.enter(address);
    let place = place.ok_or_else(|| {
        Failure::new(
            ProblemKind::TooMany,
            "too many pages follow what changes; this one is brought up to date by opening it again",
        )
    })?;
    let onlooker = Onlooker {
        devices: desk.app.registry.changes(),
        changes: desk.app.audit.changes(),
        leaving: desk.onlookers.leaving.subscribe(),
        seen: what.poste.and_then(|device| desk.app.registry.get(device)),
        what,
        desk,
        parts,
        ended: false,
        _place: place,
    };
    let events = unfold(onlooker, Onlooker::next);
    let stream = Sse::new(events).keep_alive(KeepAlive::default());
    // A proxy that collects what it passes on would tell of a change when it is old.
    Ok(([("x-accel-buffering", "no")], stream))
}

struct Onlooker {
    desk: Desk,
    what: What,
    /// The request, to recognise whoever sent it again.
    parts: Parts,
    devices: watch::Receiver<u64>,
    changes: watch::Receiver<u64>,
    leaving: watch::Receiver<bool>,
    /// The device that is looked at, as it was told last.
    seen: Option<Arc<Entry>>,
    ended: bool,
    _place: Visit,
}

enum Woken {
    Device,
    Change,
    Nothing,
    Leave,
}

impl Onlooker {
    async fn next(mut self) -> Option<(Result<Event, Infallible>, Self)> {
        if self.ended {
            return None;
        }
        loop {
            let woken = self.wait().await;
            let moved = match woken {
                Woken::Leave => return None,
                Woken::Change => true,
                Woken::Device => self.is_other_device(),
                Woken::Nothing => false,
            };
            if recognise(&self.desk, &self.parts).await.is_err() {
                self.ended = true;
                return Some((Ok(Event::default().event("ended").data("-")), self));
            }
            if !moved {
                continue;
            }
            tokio::select! {
                () = sleep(TOGETHER) => {}
                _ = self.leaving.wait_for(|leave| *leave) => return None,
            }
            self.devices.mark_unchanged();
            self.changes.mark_unchanged();
            return Some((Ok(Event::default().event("moved").data("-")), self));
        }
    }

    async fn wait(&mut self) -> Woken {
        tokio::select! {
            _ = self.leaving.wait_for(|leave| *leave) => Woken::Leave,
            _ = self.changes.changed() => Woken::Change,
            _ = self.devices.changed(), if !self.what.sans_postes => Woken::Device,
            () = sleep(CHECK) => Woken::Nothing,
        }
    }

    /// Whether what changed is what this page shows.
    fn is_other_device(&mut self) -> bool {
        let Some(device) = self.what.poste else {
            return true;
        };
        let now = self.desk.app.registry.get(device);
        let same = match (&self.seen, &now) {
            (Some(seen), Some(now)) => Arc::ptr_eq(seen, now),
            (seen, now) => seen.is_none() && now.is_none(),
        };
        self.seen = now;
        !same
    }
}
