//! What goes down to one device: only what it asked for, and no more at once than
//! it takes.

use std::collections::VecDeque;

use declic_common::topic::Leaf;

use super::replies::{self, Grant};
use super::terms::Terms;
use crate::app::hub::Down;

/// Messages that may wait until the device acknowledges earlier ones; more are
/// sent again on the next connection.
const HELD_MAX: usize = 64;

#[derive(Debug, Default)]
pub(super) struct Downs {
    receipt: Option<Grant>,
    command: Option<Grant>,
    settings: Option<Grant>,
    /// Packet identifiers.
    unacknowledged: Vec<u16>,
    last_id: u16,
    held: VecDeque<Down>,
}

impl Downs {
    fn slot(&mut self, leaf: Leaf) -> Option<&mut Option<Grant>> {
        match leaf {
            Leaf::Receipt => Some(&mut self.receipt),
            Leaf::Command => Some(&mut self.command),
            Leaf::Settings => Some(&mut self.settings),
            Leaf::Up(_) | Leaf::Status => None,
        }
    }

    pub(super) fn subscribe(&mut self, leaf: Leaf, grant: Grant) {
        if let Some(slot) = self.slot(leaf) {
            *slot = Some(grant);
        }
    }

    /// Whether there was something to unsubscribe from.
    pub(super) fn unsubscribe(&mut self, leaf: Leaf) -> bool {
        self.slot(leaf).is_some_and(|slot| slot.take().is_some())
    }

    /// The device has taken a message: there is room for those that wait.
    pub(super) fn acknowledged(&mut self, id: u16, terms: &Terms, out: &mut Vec<u8>) {
        self.unacknowledged.retain(|sent| *sent != id);
        while self.unacknowledged.len() < terms.receive_maximum
            && let Some(down) = self.held.pop_front()
        {
            self.send(down, terms, out);
        }
    }

    /// Writes a message, if the device has asked for its kind.
    ///
    /// Receipts go at QoS 0: one is lost only with its connection, after which the
    /// device sends again anyhow, and a PUBACK would cost more than the receipt.
    pub(super) fn send(&mut self, down: Down, terms: &Terms, out: &mut Vec<u8>) {
        let Some(grant) = self.slot(down.leaf).and_then(|slot| *slot) else {
            return;
        };
        let numbered = grant == Grant::Qos1 && down.leaf != Leaf::Receipt;
        if numbered && self.unacknowledged.len() >= terms.receive_maximum {
            if self.held.len() < HELD_MAX {
                self.held.push_back(down);
            }
            return;
        }
        let id = numbered.then(|| self.free_id());
        let topic = down.leaf.of(terms.device);
        if replies::publish(
            out,
            terms.version,
            terms.packet_max,
            topic,
            &down.payload,
            id,
        ) {
            self.unacknowledged.extend(id);
        } else {
            tracing::debug!(device = %terms.device, "a message down is larger than the device takes");
        }
    }

    fn free_id(&mut self) -> u16 {
        loop {
            self.last_id = self.last_id.checked_add(1).unwrap_or(1);
            if !self.unacknowledged.contains(&self.last_id) {
                return self.last_id;
            }
        }
    }
}
