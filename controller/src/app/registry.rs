//! Every device of the programme, in memory: who may connect, and its newest state.
//!
//! The store comes first: a change is committed, then shown here. So what the
//! doors read is always durable.

use std::collections::BTreeMap;
use std::sync::{Arc, RwLock};

use declic_common::DeviceId;
use tokio::sync::watch;

use crate::store::record::{decode, encode};
use crate::store::records::{Device, Latest, Placements};
use crate::store::{Batch, Key, Pre, Space, Store, StoreError, keys, walk};

/// How many keys are read at once.
const PAGE: usize = 1_000;

#[derive(Debug, Default)]
pub struct Registry {
    devices: RwLock<BTreeMap<DeviceId, Arc<Entry>>>,
    /// Counts what was shown here, for whoever looks at it.
    changes: watch::Sender<u64>,
}

/// One device as it is stored.
#[derive(Debug, Clone)]
pub struct Entry {
    pub device: Device,
    pub latest: Arc<Latest>,
    pub placements: Arc<Placements>,
}

impl Registry {
    /// Reads every device from the store. Blocks.
    pub fn load(store: &dyn Store) -> Result<Self, StoreError> {
        let mut devices = BTreeMap::new();
        for_each(store, keys::of_kind(keys::core::DEVICE), |_, value| {
            let device: Device = decode(value)?;
            let entry = Entry {
                device,
                latest: Arc::default(),
                placements: Arc::default(),
            };
            devices.insert(entry.device.id, entry);
            Ok(())
        })?;
        for entry in devices.values_mut() {
            if let Some(value) = store.get(Space::Core, &keys::latest(entry.device.id))? {
                entry.latest = Arc::new(decode(&value)?);
            }
            if let Some(value) = store.get(Space::Core, &keys::placement(entry.device.id))? {
                entry.placements = Arc::new(decode(&value)?);
            }
        }
        let devices = devices.into_iter().map(|(id, entry)| (id, Arc::new(entry)));
        Ok(Registry {
            devices: RwLock::new(devices.collect()),
            changes: watch::Sender::default(),
        })
    }

    /// Wakes up whenever a device has something new.
    pub fn changes(&self) -> watch::Receiver<u64> {
        self.changes.subscribe()
    }

    pub fn get(&self, id: DeviceId) -> Option<Arc<Entry>> {
        self.devices
            .read()
            .expect("no panic holds it")
            .get(&id)
            .cloned()
    }

    /// All devices, by name.
    pub fn all(&self) -> Vec<Arc<Entry>> {
        self.devices
            .read()
            .expect("no panic holds it")
            .values()
            .cloned()
            .collect()
    }

    pub fn len(&self) -> usize {
        self.devices.read().expect("no panic holds it").len()
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Shows a device whose record has been committed.
    pub fn put_device(&self, device: Device) {
        let mut devices = self.devices.write().expect("no panic holds it");
        let (latest, placements) = match devices.get(&device.id) {
            Some(entry) => (Arc::clone(&entry.latest), Arc::clone(&entry.placements)),
            None => (Arc::default(), Arc::default()),
        };
        let entry = Entry {
            device,
            latest,
            placements,
        };
        devices.insert(entry.device.id, Arc::new(entry));
        drop(devices);
        self.changes.send_modify(|n| *n += 1);
    }

    /// Shows where a device is, once that has been committed.
    pub fn put_placements(&self, id: DeviceId, placements: Arc<Placements>) {
        self.change(id, |entry| entry.placements = placements);
    }

    /// Shows the newest state of a device, once it has been committed.
    pub fn put_latest(&self, id: DeviceId, latest: Arc<Latest>) {
        self.change(id, |entry| entry.latest = latest);
    }

    fn change(&self, id: DeviceId, change: impl FnOnce(&mut Entry)) {
        let mut devices = self.devices.write().expect("no panic holds it");
        if let Some(entry) = devices.get_mut(&id) {
            change(Arc::make_mut(entry));
        }
        drop(devices);
        self.changes.send_modify(|n| *n += 1);
    }
}

/// Adds to a batch the change of a device's record, refused if somebody else
/// changed it meanwhile.
pub fn change_device(batch: &mut Batch, before: &Device, after: &Device) {
    let key = keys::device(before.id);
    batch.equals(Space::Core, key.clone(), encode(before));
    batch.put(Space::Core, key, encode(after));
}

/// Adds to a batch the change of where a device is, refused if somebody else changed
/// it meanwhile.
pub fn change_placements(batch: &mut Batch, id: DeviceId, before: &Placements, after: &Placements) {
    let key = keys::placement(id);
    match before.periods.is_empty() {
        true => batch.absent(Space::Core, key.clone()),
        false => batch.equals(Space::Core, key.clone(), encode(before)),
    };
    batch.put(Space::Core, key, encode(after));
}

/// Adds to a batch a device that must not exist yet.
pub fn add_device(batch: &mut Batch, device: &Device) {
    let key = keys::device(device.id);
    batch.pre.push(Pre::Absent(Space::Core, key.clone()));
    batch.put(Space::Core, key, encode(device));
}

/// Reads all keys between two of [`Space::Core`], page by page. Blocks.
pub fn for_each(
    store: &dyn Store,
    (from, to): (Key, Key),
    each: impl FnMut(&[u8], &[u8]) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    walk(store, Space::Core, (from, Some(to)), PAGE, each)
}
