//! What `Store` promises of reading in order.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use super::promises::{CORE, K, key};
use super::*;

pub(crate) fn a_range_is_cut_and_turned_as_asked(open: Open) {
    let bench = Bench::new(open);
    let put: Vec<Key> = (0..50).map(|n| key(n * 2)).collect();
    bench
        .write(|b| {
            for key in &put {
                b.put(CORE, key.clone(), key.clone());
            }
            b
        })
        .unwrap();
    let edges = [0, 1, 2, 33, 34, 98, 99, 100].map(key);
    for from in &edges {
        for to in edges.iter().map(Some).chain([None]) {
            let kept = put
                .iter()
                .filter(|k| *k >= from && to.is_none_or(|to| *k < to));
            let kept: Vec<_> = kept.map(|k| (k.clone(), k.clone())).collect();
            let to = to.map(Vec::as_slice);
            for limit in [0, 1, 7, usize::MAX] {
                let up = range(&*bench.store, CORE, from, to, false, limit);
                assert_eq!(up, kept[..kept.len().min(limit)], "{from:?} {to:?} {limit}");
                let down = range(&*bench.store, CORE, from, to, true, limit);
                let turned: Vec<_> = kept.iter().rev().take(limit).cloned().collect();
                assert_eq!(down, turned, "{from:?} {to:?} {limit}");
            }
        }
    }
}

pub(crate) fn a_range_stays_in_its_space(open: Open) {
    let bench = Bench::new(open);
    let spaces = [Space::Health, Space::Chunk, Space::Audit];
    bench
        .write(|b| {
            for space in spaces {
                for key in [vec![], vec![0], vec![0xFF], vec![0xFF; 9]] {
                    b.put(space, key, vec![space as u8]);
                }
            }
            b
        })
        .unwrap();
    for space in spaces {
        for descending in [false, true] {
            let found = range(&*bench.store, space, &[], None, descending, 100);
            assert_eq!(found.len(), 4);
            assert!(found.iter().all(|(_, value)| *value == [space as u8]));
            assert_eq!(
                range(&*bench.store, space, &[0xFF; 10], None, descending, 9),
                []
            );
        }
    }
    assert_eq!(rows(&*bench.store, CORE), []);
}

pub(crate) fn keys_of_any_bytes_are_walked_both_ways(open: Open) {
    let bench = Bench::new(open);
    let mut keys = Vec::new();
    for first in [0x70, 0x71, 0xFD, 0xFE, 0xFF] {
        for run in [0x00, 0xFE, 0xFF] {
            for length in 0..12 {
                for last in [None, Some(0), Some(1), Some(0xFE), Some(0xFF)] {
                    let mut key = vec![first];
                    key.extend(std::iter::repeat_n(run, length));
                    key.extend(last);
                    keys.push(key);
                }
            }
        }
    }
    keys.sort();
    keys.dedup();
    bench
        .write(|b| {
            for key in &keys {
                b.put(CORE, key.clone(), vec![]);
            }
            b
        })
        .unwrap();
    let only_keys = |rows: Vec<(Key, Value)>| rows.into_iter().map(|(k, _)| k).collect::<Vec<_>>();
    let up = only_keys(range(&*bench.store, CORE, &[K], None, false, usize::MAX));
    assert_eq!(up, keys);
    let mut down = only_keys(range(&*bench.store, CORE, &[K], None, true, usize::MAX));
    down.reverse();
    assert_eq!(down, keys);
    for (before, key) in keys.iter().zip(&keys[1..]) {
        let found = range(&*bench.store, CORE, &[K], Some(key), true, 1);
        assert_eq!(only_keys(found), std::slice::from_ref(before));
    }
}

pub(crate) fn a_range_never_shows_half_of_a_batch(open: Open) {
    let bench = Bench::new(open);
    let put_all = |value: u8| {
        let mut batch = Batch::default();
        for n in 0..200 {
            batch.put(CORE, key(n), vec![value]);
        }
        bench.store.commit(batch)
    };
    put_all(0).wait().unwrap();
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        let reader = scope.spawn(|| {
            let mut seen = std::collections::BTreeSet::new();
            while !done.load(Ordering::Relaxed) {
                let rows = range(&*bench.store, CORE, &[K], None, false, usize::MAX);
                assert_eq!(rows.len(), 200);
                assert!(rows.iter().all(|(_, value)| *value == rows[0].1));
                seen.insert(rows[0].1.clone());
            }
            seen
        });
        for value in 1..100 {
            put_all(value).wait().unwrap();
        }
        done.store(true, Ordering::Relaxed);
        assert!(reader.join().unwrap().len() > 1, "the reader saw no change");
    });
}
