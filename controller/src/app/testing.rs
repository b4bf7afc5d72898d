//! A small real controller for tests: a store in memory, its own authority.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex};

use declic_common::settings::{Address, Settings};
use jiff::Timestamp;

use super::App;
use crate::config::{Listening, Programme};
use crate::pki::Pki;
use crate::store::{
    Batch, Commit, Key, Op, Pre, Range, Space, Store, StoreError, StoreState, Value,
};

/// Keeps the trait's promises, except that nothing outlives the process.
#[derive(Debug, Default)]
pub(crate) struct MemoryStore(Mutex<BTreeMap<(Space, Key), Value>>);

impl Store for MemoryStore {
    fn commit(&self, batch: Batch) -> Commit {
        let (done, commit) = Commit::pair();
        let mut rows = self.0.lock().unwrap();
        let holds = batch.pre.iter().all(|pre| match pre {
            Pre::Absent(space, key) => !rows.contains_key(&(*space, key.clone())),
            Pre::Equals(space, key, value) => rows.get(&(*space, key.clone())) == Some(value),
        });
        if !holds {
            let _ = done.send(Err(StoreError::Conflict));
            return commit;
        }
        for op in batch.ops {
            match op {
                Op::Put(space, key, value) => rows.insert((space, key), value),
                Op::Del(space, key) => rows.remove(&(space, key)),
            };
        }
        let _ = done.send(Ok(()));
        commit
    }

    fn get(&self, space: Space, key: &[u8]) -> Result<Option<Value>, StoreError> {
        let rows = self.0.lock().unwrap();
        Ok(rows.get(&(space, key.to_vec())).cloned())
    }

    fn range(&self, range: &Range) -> Result<Vec<(Key, Value)>, StoreError> {
        let rows = self.0.lock().unwrap();
        let inside = |key: &Key| *key >= range.from && range.to.as_ref().is_none_or(|to| key < to);
        let mut found: Vec<_> = rows
            .iter()
            .filter(|((space, key), _)| *space == range.space && inside(key))
            .map(|((_, key), value)| (key.clone(), value.clone()))
            .collect();
        if range.descending {
            found.reverse();
        }
        found.truncate(range.limit);
        Ok(found)
    }

    fn backup(&self, _into: &Path) -> Result<(), StoreError> {
        Err(StoreError::Refused("kept in memory".to_owned()))
    }

    fn state(&self) -> StoreState {
        StoreState::Ready
    }

    fn free_bytes(&self) -> Option<u64> {
        None
    }

    fn close(&self) {}
}

/// A controller whose data is in `dir`, reached on loopback at `enrol_port`.
pub(crate) fn app(dir: &Path, enrol_port: u16) -> Arc<App> {
    let names = ["127.0.0.1".to_owned(), "localhost".to_owned()];
    let pki = Pki::open(dir, &names, true).unwrap();
    let programme = Programme {
        address: Address {
            host: "127.0.0.1".to_owned(),
            mqtt_port: 8883,
            enrol_port,
        },
        settings: Settings::default(),
        listening: Listening::default(),
        demo: false,
        data_dir: dir.to_owned(),
    };
    let store = Arc::new(MemoryStore::default());
    App::start(store, Arc::new(pki), programme, Timestamp::now()).unwrap()
}
