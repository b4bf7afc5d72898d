//! One test suite for every backend, written against the trait.
//!
//! `suite!(open)` in the tests of a backend runs all of it; `open` takes a folder
//! and gives the store that lives there, new or not.

mod model;
mod promises;
mod ranges;

use std::path::Path;
use std::sync::Arc;

use super::{Batch, Key, Range, Space, Store, StoreError, Value};

/// Opens the store of a folder.
pub(crate) type Open = fn(&Path) -> Arc<dyn Store>;

pub(crate) use model::any_history_reads_like_a_sorted_map;
pub(crate) use promises::*;
pub(crate) use ranges::*;

/// Runs every promise of `Store` against a backend.
macro_rules! suite {
    ($open:expr) => {
        $crate::store::suite::suite!($open;
            a_batch_is_written_whole_or_not_at_all,
            a_precondition_guards_its_batch_alone,
            batches_of_one_caller_keep_their_order,
            a_batch_may_rely_on_the_one_before_it,
            a_range_is_cut_and_turned_as_asked,
            a_range_stays_in_its_space,
            keys_of_any_bytes_are_walked_both_ways,
            a_range_never_shows_half_of_a_batch,
            values_of_any_size_come_back_whole,
            a_large_value_leaves_nothing_behind,
            what_is_too_large_is_refused_and_nothing_is_written,
            what_was_acknowledged_is_there_after_reopening,
            a_closed_store_says_so,
            committers_at_once_lose_nothing,
            a_dropped_commit_still_happens,
            a_backup_holds_the_same_and_stands_alone,
            a_backup_never_replaces_anything,
            any_history_reads_like_a_sorted_map,
        );
    };
    ($open:expr; $($promise:ident),* $(,)?) => {$(
        #[test]
        fn $promise() {
            $crate::store::suite::$promise($open);
        }
    )*};
}
pub(crate) use suite;

/// A store in a folder of its own.
struct Bench {
    open: Open,
    folder: tempfile::TempDir,
    store: Arc<dyn Store>,
}

impl Bench {
    fn new(open: Open) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = open(&folder.path().join("store"));
        Self {
            open,
            folder,
            store,
        }
    }

    fn reopen(&mut self) {
        self.store.close();
        self.store = (self.open)(&self.folder.path().join("store"));
    }

    fn write(&self, change: impl FnOnce(&mut Batch) -> &mut Batch) -> Result<(), StoreError> {
        let mut batch = Batch::default();
        change(&mut batch);
        self.store.commit(batch).wait()
    }

    fn get(&self, key: &[u8]) -> Option<Value> {
        self.store.get(Space::Core, key).unwrap()
    }
}

/// All rows that a test wrote in a space: not what the backend says of itself.
fn rows(store: &dyn Store, space: Space) -> Vec<(Key, Value)> {
    let mut rows = range(store, space, &[], None, false, usize::MAX);
    rows.retain(|(key, _)| !(space == Space::Core && is_own(key)));
    rows
}

/// Facts of the store itself.
fn is_own(key: &[u8]) -> bool {
    key.first() == Some(&super::keys::core::META)
}

fn range(
    store: &dyn Store,
    space: Space,
    from: &[u8],
    to: Option<&[u8]>,
    descending: bool,
    limit: usize,
) -> Vec<(Key, Value)> {
    let range = Range {
        space,
        from: from.to_vec(),
        to: to.map(<[u8]>::to_vec),
        descending,
        limit,
    };
    store.range(&range).unwrap()
}
