//! What leaves this PC: into the spool first, then into the session.

use declic_common::UpKind;
use declic_common::envelope::Number;
use declic_common::journal::Event;
use declic_common::report::Consent;
use declic_common::status::{State as Word, Status};
use declic_common::topic::Leaf;
use serde::Serialize;

use super::{Agent, INVENTORY_EVERY_MS};
use crate::journal;
use crate::probe::Clocks;
use crate::spool::Held;

impl Agent {
    /// Sends the inventory if it changed, is a month old, or is asked for.
    pub(super) fn inventory(&mut self, now: &Clocks, asked: bool) {
        if self.state.pause().is_some() {
            return;
        }
        let mut inventory = self.probe.inventory();
        inventory.agent_version = Some(env!("CARGO_PKG_VERSION").to_owned());
        let json = serde_json::to_vec(&inventory).expect("our own types always have a JSON form");
        let print = crc32c::crc32c(&json);
        let time = self.life.controller_now(now);
        if let Some(time) = time
            && let Err(error) = self.state.date_inventory(time)
        {
            tracing::warn!(%error, "failed to date the inventory");
        }
        if !asked && !self.state.inventory_is_due(print, time, INVENTORY_EVERY_MS) {
            return;
        }
        if self.put(UpKind::Inventory, now, &inventory).is_some()
            && let Err(error) = self.state.note_inventory(print, time)
        {
            tracing::warn!(%error, "failed to note the inventory: it will be sent again");
        }
    }

    pub(super) fn journal(&mut self, events: &[Event]) {
        if events.is_empty() {
            return;
        }
        let now = self.probe.clocks();
        for message in journal::messages(events) {
            self.put(UpKind::Journal, &now, &message);
        }
    }

    /// Puts a message into the spool and, in a session, on its way.
    pub(super) fn put<B: Serialize>(
        &mut self,
        kind: UpKind,
        now: &Clocks,
        body: &B,
    ) -> Option<Number> {
        match self.spool.append(kind, now, &self.life, body) {
            Ok(number) => {
                if self.outlet.is_some()
                    && let Some(held) = self.spool.get(number)
                {
                    self.send(&held, now);
                }
                Some(number)
            }
            Err(error) => {
                tracing::warn!(%error, "a message is too large and was not kept");
                None
            }
        }
    }

    pub(super) fn send(&mut self, held: &Held, now: &Clocks) {
        let Some(outlet) = &self.outlet else { return };
        let payload = self.spool.address(held, &self.life, now);
        let payload = self.without_usage(held, payload);
        if outlet.publish(Leaf::Up(held.kind), payload) {
            self.sender.sent(held.number, now.uptime_ms);
            if let Some(share) = &self.share {
                share.sent();
            }
        } else {
            self.sender.not_taken();
        }
    }

    /// Usage that was kept while the household agreed does not leave once it no
    /// longer does.
    pub(super) fn without_usage(&self, held: &Held, payload: Vec<u8>) -> Vec<u8> {
        let may_leave = self.state.consent() == Consent::Usage || held.kind != UpKind::Report;
        if may_leave || !payload.windows(8).any(|w| w == b"\"usage\":") {
            return payload;
        }
        let Ok(mut message) = serde_json::from_slice::<serde_json::Value>(&payload) else {
            return payload;
        };
        if let Some(body) = message
            .get_mut("body")
            .and_then(|body| body.as_object_mut())
        {
            body.remove("usage");
        }
        serde_json::to_vec(&message).unwrap_or(payload)
    }

    /// What waits for a receipt, oldest first, each with its number and as it would travel
    /// now: for whoever carries it without a session.
    pub(crate) fn waiting(&mut self) -> Vec<(Number, UpKind, Vec<u8>)> {
        let now = self.probe.clocks();
        let held = self.spool.oldest_after(None, usize::MAX);
        let travelling = held.iter().map(|held| {
            let payload = self.spool.address(held, &self.life, &now);
            (held.number, held.kind, self.without_usage(held, payload))
        });
        travelling.collect()
    }

    /// A status, as it travels.
    pub(crate) fn word(&mut self, state: Word) -> Vec<u8> {
        let now = self.probe.clocks();
        let status = Status {
            state,
            install: Some(self.life.install()),
            boot: Some(self.life.boot()),
            uptime_ms: Some(now.uptime_ms),
        };
        serde_json::to_vec(&status).expect("our own types always have a JSON form")
    }

    pub(super) fn say(&mut self, state: Word) {
        let payload = self.word(state);
        if let Some(outlet) = &self.outlet {
            outlet.publish(Leaf::Status, payload);
        }
    }
}
