//! A store in memory, for tests of the door alone.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Mutex;

use crate::store::{
    Batch, Commit, Key, Op, Pre, Range, Space, Store, StoreError, StoreState, Value,
};

#[derive(Debug)]
pub(super) struct MemoryStore {
    rows: Mutex<BTreeMap<(Space, Key), Value>>,
    pub(super) state: Mutex<StoreState>,
}

impl Default for MemoryStore {
    fn default() -> Self {
        MemoryStore {
            rows: Mutex::default(),
            state: Mutex::new(StoreState::Ready),
        }
    }
}

impl MemoryStore {
    fn apply(&self, batch: Batch) -> Result<(), StoreError> {
        match &*self.state.lock().unwrap() {
            StoreState::Ready => {}
            StoreState::Full { .. } => return Err(StoreError::Full),
            StoreState::Poisoned(why) => return Err(StoreError::Poisoned(why.clone())),
        }
        let mut rows = self.rows.lock().unwrap();
        for pre in batch.pre {
            let holds = match pre {
                Pre::Absent(space, key) => !rows.contains_key(&(space, key)),
                Pre::Equals(space, key, value) => rows.get(&(space, key)) == Some(&value),
            };
            if !holds {
                return Err(StoreError::Conflict);
            }
        }
        for op in batch.ops {
            match op {
                Op::Put(space, key, value) => rows.insert((space, key), value),
                Op::Del(space, key) => rows.remove(&(space, key)),
            };
        }
        Ok(())
    }
}

impl Store for MemoryStore {
    fn commit(&self, batch: Batch) -> Commit {
        let (sender, commit) = Commit::pair();
        let _ = sender.send(self.apply(batch));
        commit
    }

    fn get(&self, space: Space, key: &[u8]) -> Result<Option<Value>, StoreError> {
        Ok(self
            .rows
            .lock()
            .unwrap()
            .get(&(space, key.to_vec()))
            .cloned())
    }

    fn range(&self, range: &Range) -> Result<Vec<(Key, Value)>, StoreError> {
        let rows = self.rows.lock().unwrap();
        let inside = |key: &Key| *key >= range.from && range.to.as_ref().is_none_or(|to| key < to);
        let mut found: Vec<(Key, Value)> = rows
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

    fn backup(&self, _: &Path) -> Result<(), StoreError> {
        Err(StoreError::Refused("nothing in memory is kept".to_owned()))
    }

    fn state(&self) -> StoreState {
        self.state.lock().unwrap().clone()
    }

    fn free_bytes(&self) -> Option<u64> {
        Some(64 << 30)
    }

    fn close(&self) {}
}
