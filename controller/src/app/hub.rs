//! Who is connected now, and the way down to each device.
//!
//! A session is attached by a door. The newest session of a device is the only
//! one: attaching kicks the one before, whose will is then ignored.

use std::collections::HashMap;
use std::sync::Mutex;

use declic_common::DeviceId;
use declic_common::topic::Leaf;
use tokio::sync::{mpsc, oneshot};

/// Messages that may wait for one device; more are dropped, because everything
/// that goes down is sent again on the next connection or receipt.
const DOWN_QUEUE: usize = 64;

/// A message on its way down.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Down {
    pub leaf: Leaf,
    pub payload: Vec<u8>,
}

/// Why a session must end at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kick {
    /// The same device connected again.
    Superseded,
    Revoked,
    /// The controller stops.
    Stopping,
}

/// The door's end of a session.
#[derive(Debug)]
pub struct Session {
    /// Tells this session from earlier and later ones of the same device.
    pub generation: u64,
    pub down: mpsc::Receiver<Down>,
    pub kick: oneshot::Receiver<Kick>,
}

#[derive(Debug)]
struct Live {
    generation: u64,
    since_ms: i64,
    /// `None` for a device that is known to be there only because a broker said so.
    door: Option<Door>,
}

/// The hub's end of a session.
#[derive(Debug)]
struct Door {
    down: mpsc::Sender<Down>,
    kick: Option<oneshot::Sender<Kick>>,
}

impl Live {
    fn kick(&mut self, why: Kick) {
        if let Some(kick) = self.door.as_mut().and_then(|door| door.kick.take()) {
            let _ = kick.send(why);
        }
    }
}

#[derive(Debug, Default)]
struct Inner {
    live: HashMap<DeviceId, Live>,
    last_generation: u64,
    /// With an external broker, everything goes down through it.
    bridge: Option<mpsc::Sender<(DeviceId, Down)>>,
}

#[derive(Debug, Default)]
pub struct Hub(Mutex<Inner>);

impl Hub {
    fn inner(&self) -> std::sync::MutexGuard<'_, Inner> {
        self.0.lock().expect("no panic holds it")
    }

    /// Begins a session and ends the one before it.
    pub fn attach(&self, device: DeviceId, now_ms: i64) -> Session {
        let (down, down_rx) = mpsc::channel(DOWN_QUEUE);
        let (kick, kick_rx) = oneshot::channel();
        let mut inner = self.inner();
        inner.last_generation += 1;
        let generation = inner.last_generation;
        let live = Live {
            generation,
            since_ms: now_ms,
            door: Some(Door {
                down,
                kick: Some(kick),
            }),
        };
        if let Some(mut before) = inner.live.insert(device, live) {
            before.kick(Kick::Superseded);
        }
        Session {
            generation,
            down: down_rx,
            kick: kick_rx,
        }
    }

    /// Ends a session; false if a newer one has taken its place.
    pub fn detach(&self, device: DeviceId, generation: u64) -> bool {
        let mut inner = self.inner();
        let current = inner
            .live
            .get(&device)
            .is_some_and(|live| live.generation == generation);
        if current {
            inner.live.remove(&device);
        }
        current
    }

    /// Sends down to a connected device; false if it is not there or does not keep up.
    pub fn send(&self, device: DeviceId, down: Down) -> bool {
        let inner = self.inner();
        if let Some(bridge) = &inner.bridge {
            // A broker keeps nothing for a device that is away: a command waits here.
            if down.leaf == Leaf::Command && !inner.live.contains_key(&device) {
                return false;
            }
            return bridge.try_send((device, down)).is_ok();
        }
        inner
            .live
            .get(&device)
            .and_then(|live| live.door.as_ref())
            .is_some_and(|door| door.down.try_send(down).is_ok())
    }

    /// Ends the session of a device, if there is one. On a broker there is none to
    /// end: the device is no longer shown, and the broker has its own list.
    pub fn kick(&self, device: DeviceId, why: Kick) {
        let mut inner = self.inner();
        if let Some(live) = inner.live.get_mut(&device) {
            live.kick(why);
            if live.door.is_none() {
                inner.live.remove(&device);
            }
        }
    }

    /// Ends every session.
    pub fn kick_all(&self, why: Kick) {
        for live in self.inner().live.values_mut() {
            live.kick(why);
        }
    }

    /// Shows a device that speaks through a broker; true if it was not shown before.
    pub fn appear(&self, device: DeviceId, now_ms: i64) -> bool {
        let mut inner = self.inner();
        let is_new = !inner.live.contains_key(&device);
        if is_new {
            inner.last_generation += 1;
            let live = Live {
                generation: inner.last_generation,
                since_ms: now_ms,
                door: None,
            };
            inner.live.insert(device, live);
        }
        is_new
    }

    /// A device that spoke through a broker is gone.
    pub fn disappear(&self, device: DeviceId) {
        let mut inner = self.inner();
        if inner
            .live
            .get(&device)
            .is_some_and(|live| live.door.is_none())
        {
            inner.live.remove(&device);
        }
    }

    /// Nothing is known any more of the devices behind a broker.
    pub fn disappear_all(&self) {
        self.inner().live.retain(|_, live| live.door.is_some());
    }

    pub fn is_connected(&self, device: DeviceId) -> bool {
        self.inner().live.contains_key(&device)
    }

    /// Since when the device is connected, controller clock, ms UTC.
    pub fn connected_since(&self, device: DeviceId) -> Option<i64> {
        self.inner().live.get(&device).map(|live| live.since_ms)
    }

    pub fn connected(&self) -> usize {
        self.inner().live.len()
    }

    /// From now on everything goes down through a broker.
    pub fn bridge(&self, sender: mpsc::Sender<(DeviceId, Down)>) {
        self.inner().bridge = Some(sender);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_session_ends_the_first_and_keeps_its_place() {
        let hub = Hub::default();
        let device = DeviceId::from_bits(1);
        let mut first = hub.attach(device, 1);
        let second = hub.attach(device, 2);
        assert_eq!(first.kick.try_recv(), Ok(Kick::Superseded));
        assert!(
            !hub.detach(device, first.generation),
            "its will must be ignored"
        );
        assert!(hub.is_connected(device));
        assert!(hub.detach(device, second.generation));
        assert!(!hub.is_connected(device));
    }

    #[test]
    fn a_device_behind_a_broker_is_shown_until_it_is_gone() {
        let hub = Hub::default();
        let [a, b] = [DeviceId::from_bits(1), DeviceId::from_bits(2)];
        assert!(hub.appear(a, 5));
        assert!(!hub.appear(a, 9), "it is still there");
        assert_eq!(hub.connected_since(a), Some(5));
        hub.appear(b, 6);
        hub.disappear(a);
        assert!(!hub.is_connected(a) && hub.is_connected(b));
        hub.kick(b, Kick::Revoked);
        assert_eq!(hub.connected(), 0);
    }

    #[test]
    fn a_device_that_does_not_read_costs_no_memory() {
        let hub = Hub::default();
        let device = DeviceId::from_bits(1);
        let _session = hub.attach(device, 1);
        let down = Down {
            leaf: Leaf::Receipt,
            payload: vec![0; 100],
        };
        let taken = (0..1_000)
            .filter(|_| hub.send(device, down.clone()))
            .count();
        assert_eq!(taken, DOWN_QUEUE);
    }
}
