//! A small real controller for tests: its own store, its own authority.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use declic_common::settings::{Address, Settings};
use jiff::Timestamp;

use super::App;
use crate::config::{Listening, Programme};
use crate::domain::rules::thresholds::Thresholds;
use crate::pki::Pki;
use crate::store::sled::{Options, SledStore};
use crate::store::{Batch, Commit, Key, Range, Space, Store, StoreError, StoreState, Value};

/// A controller whose data is in `dir`, reached on loopback at `enrol_port`.
pub(crate) fn app(dir: &Path, enrol_port: u16) -> Arc<App> {
    let address = Address {
        host: "127.0.0.1".to_owned(),
        mqtt_port: 8883,
        enrol_port,
    };
    app_at(dir, address, pki(dir))
}

/// The authority of `dir`, for loopback.
pub(crate) fn pki(dir: &Path) -> Pki {
    let names = ["127.0.0.1".to_owned(), "localhost".to_owned()];
    Pki::open(dir, &names, true).unwrap()
}

/// [`app`], with an address and an authority of its own.
pub(crate) fn app_at(dir: &Path, address: Address, pki: Pki) -> Arc<App> {
    let store = SledStore::open(&dir.join("store"), Options::default()).unwrap();
    app_on(Arc::new(store), dir, address, pki)
}

/// [`app_at`], on a store that is already open.
pub(crate) fn app_on(store: Arc<dyn Store>, dir: &Path, address: Address, pki: Pki) -> Arc<App> {
    let programme = Programme {
        address,
        settings: Settings::default(),
        rules: Thresholds::default(),
        retention: Default::default(),
        household_keys_copy: None,
        listening: Listening::default(),
        call_after_days: None,
        demo: false,
        data_dir: dir.to_owned(),
    };
    App::start(store, Arc::new(pki), programme, Timestamp::now()).unwrap()
}

/// A real store in which a fault of ours may wait: once it is armed, whoever next
/// commits panics, as on a broken invariant.
#[derive(Debug)]
pub(crate) struct FaultyStore {
    pub(crate) inner: Arc<SledStore>,
    pub(crate) armed: AtomicBool,
}

impl Store for FaultyStore {
    fn commit(&self, batch: Batch) -> Commit {
        assert!(
            !self.armed.swap(false, Ordering::SeqCst),
            "the fault of this test"
        );
        self.inner.commit(batch)
    }

    fn get(&self, space: Space, key: &[u8]) -> Result<Option<Value>, StoreError> {
        self.inner.get(space, key)
    }

    fn range(&self, range: &Range) -> Result<Vec<(Key, Value)>, StoreError> {
        self.inner.range(range)
    }

    fn backup(&self, into: &Path) -> Result<(), StoreError> {
        self.inner.backup(into)
    }

    fn state(&self) -> StoreState {
        self.inner.state()
    }

    fn free_bytes(&self) -> Option<u64> {
        self.inner.free_bytes()
    }

    fn close(&self) {
        self.inner.close();
    }
}
