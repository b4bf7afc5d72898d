//! What `Store` promises, one function each.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use super::*;
use crate::store::{BATCH_BYTES_MAX, BATCH_OPS_MAX, KEY_BYTES_MAX, VALUE_BYTES_MAX};

pub(super) const CORE: Space = Space::Core;

/// Kinds of the tests' own keys; the store's own facts lie under another.
pub(super) const K: u8 = 0x70;

pub(super) fn key(n: u32) -> Key {
    let mut key = vec![K];
    key.extend(n.to_be_bytes());
    key
}

pub(crate) fn a_batch_is_written_whole_or_not_at_all(open: Open) {
    let bench = Bench::new(open);
    bench
        .write(|b| {
            b.put(CORE, key(1), vec![1])
                .put(Space::Audit, key(1), vec![2])
        })
        .unwrap();
    let refused = bench.write(|b| {
        b.put(CORE, key(1), vec![9])
            .del(Space::Audit, key(1))
            .put(Space::Health, key(3), vec![9])
            .absent(CORE, key(1))
    });
    assert_eq!(refused, Err(StoreError::Conflict));
    assert_eq!(rows(&*bench.store, CORE), [(key(1), vec![1])]);
    assert_eq!(rows(&*bench.store, Space::Audit), [(key(1), vec![2])]);
    assert_eq!(rows(&*bench.store, Space::Health), []);
}

pub(crate) fn a_precondition_guards_its_batch_alone(open: Open) {
    let bench = Bench::new(open);
    let put = |n, value: u8| {
        let mut batch = Batch::default();
        batch.put(CORE, key(n), vec![value]);
        batch
    };
    let mut guarded = [put(1, 10), put(2, 20), put(3, 30), put(4, 40), put(5, 50)];
    guarded[1].absent(CORE, key(1));
    guarded[2].equals(CORE, key(1), vec![10]);
    guarded[3].equals(CORE, key(1), vec![11]);
    guarded[4].equals(CORE, key(9), vec![]).absent(CORE, key(8));
    let answers = guarded
        .map(|batch| bench.store.commit(batch))
        .map(|c| c.wait());
    let conflict = Err(StoreError::Conflict);
    assert_eq!(
        answers,
        [Ok(()), conflict.clone(), Ok(()), conflict.clone(), conflict]
    );
    let written = [(key(1), vec![10]), (key(3), vec![30])];
    assert_eq!(rows(&*bench.store, CORE), written);
}

pub(crate) fn batches_of_one_caller_keep_their_order(open: Open) {
    let bench = Bench::new(open);
    let commits: Vec<_> = (0..300u32)
        .map(|n| {
            let mut batch = Batch::default();
            batch
                .put(CORE, key(0), n.to_be_bytes().to_vec())
                .put(CORE, key(0), (n + 1).to_be_bytes().to_vec())
                .del(CORE, key(n))
                .put(CORE, key(n + 1), vec![]);
            bench.store.commit(batch)
        })
        .collect();
    for commit in commits {
        commit.wait().unwrap();
    }
    let last = (key(0), 300u32.to_be_bytes().to_vec());
    assert_eq!(rows(&*bench.store, CORE), [last, (key(300), vec![])]);
}

pub(crate) fn a_batch_may_rely_on_the_one_before_it(open: Open) {
    let bench = Bench::new(open);
    bench.write(|b| b.put(CORE, key(0), vec![0])).unwrap();
    let commits: Vec<_> = (0..100u8)
        .map(|n| {
            let mut batch = Batch::default();
            batch
                .equals(CORE, key(0), vec![n])
                .put(CORE, key(0), vec![n + 1]);
            bench.store.commit(batch)
        })
        .collect();
    assert!(commits.into_iter().all(|commit| commit.wait() == Ok(())));
    let mut deleted = Batch::default();
    deleted.del(CORE, key(0));
    let mut made = Batch::default();
    made.absent(CORE, key(0)).put(CORE, key(0), vec![7]);
    let commits = [deleted, made.clone(), made].map(|batch| bench.store.commit(batch));
    let answers = commits.map(|commit| commit.wait());
    assert_eq!(answers, [Ok(()), Ok(()), Err(StoreError::Conflict)]);
    assert_eq!(bench.get(&key(0)), Some(vec![7]));
}

pub(crate) fn values_of_any_size_come_back_whole(open: Open) {
    let mut bench = Bench::new(open);
    let sizes = [
        0,
        1,
        22,
        23,
        4095,
        4096,
        4097,
        8192,
        12_289,
        40_000,
        VALUE_BYTES_MAX,
    ];
    let value = |size: usize| (0..size).map(|n| (n * 7 + size) as u8).collect::<Vec<_>>();
    for (n, size) in sizes.into_iter().enumerate() {
        bench
            .write(|b| b.put(Space::Chunk, key(n as u32), value(size)))
            .unwrap();
    }
    for reopened in [false, true] {
        let found = rows(&*bench.store, Space::Chunk);
        assert_eq!(found.len(), sizes.len());
        for ((found_key, found), size) in found.into_iter().zip(sizes) {
            assert!(found == value(size), "{size} reopened: {reopened}");
            let same = bench.store.get(Space::Chunk, &found_key).unwrap();
            assert!(same == Some(found));
        }
        bench.reopen();
    }
    // A precondition compares all of a large value.
    let mut other = value(40_000);
    other[39_999] ^= 1;
    let n = key(9);
    let unlike = bench.write(|b| b.equals(Space::Chunk, n.clone(), other));
    assert_eq!(unlike, Err(StoreError::Conflict));
    let alike = bench.write(|b| b.equals(Space::Chunk, n.clone(), value(40_000)));
    assert_eq!(alike, Ok(()));
}

pub(crate) fn a_large_value_leaves_nothing_behind(open: Open) {
    let mut bench = Bench::new(open);
    // Each change alone, then all in one batch, before and after reopening.
    for together in [false, true] {
        for reopened in [false, true] {
            let sizes = [60_000, 9_000, 3, 50_000];
            let puts = sizes.map(|size| Some(vec![size as u8; size]));
            let mut changes: Vec<_> = puts.into_iter().chain([None]).collect();
            if reopened {
                let first = changes.remove(0).unwrap();
                bench.write(|b| b.put(CORE, key(1), first)).unwrap();
                bench.reopen();
            }
            let mut batch = Batch::default();
            for change in changes {
                match change.clone() {
                    Some(value) => batch.put(CORE, key(1), value),
                    None => batch.del(CORE, key(1)),
                };
                if !together {
                    bench
                        .store
                        .commit(std::mem::take(&mut batch))
                        .wait()
                        .unwrap();
                    assert!(bench.get(&key(1)) == change);
                }
            }
            bench.store.commit(batch).wait().unwrap();
            assert_eq!(rows(&*bench.store, CORE), []);
            // If a part were left, a smaller value would be given more than its own.
            bench
                .write(|b| b.put(CORE, key(1), vec![5; 5_000]))
                .unwrap();
            assert_eq!(bench.get(&key(1)), Some(vec![5; 5_000]));
            bench.write(|b| b.del(CORE, key(1))).unwrap();
        }
    }
}

pub(crate) fn what_is_too_large_is_refused_and_nothing_is_written(open: Open) {
    let bench = Bench::new(open);
    let refused = |change: &dyn Fn(&mut Batch) -> &mut Batch| {
        let answer = bench.write(|b| {
            b.put(CORE, key(1), vec![1]);
            change(b)
        });
        assert!(matches!(answer, Err(StoreError::Refused(_))), "{answer:?}");
    };
    refused(&|b| b.put(CORE, key(2), vec![0; VALUE_BYTES_MAX + 1]));
    refused(&|b| b.put(CORE, vec![K; KEY_BYTES_MAX + 1], vec![]));
    refused(&|b| b.del(CORE, vec![K; KEY_BYTES_MAX + 1]));
    refused(&|b| b.absent(CORE, vec![K; KEY_BYTES_MAX + 1]));
    refused(&|b| {
        for n in 0..BATCH_OPS_MAX as u32 {
            b.del(CORE, key(n));
        }
        b
    });
    refused(&|b| {
        for n in 0..=(BATCH_BYTES_MAX / VALUE_BYTES_MAX) as u32 {
            b.put(CORE, key(n), vec![0; VALUE_BYTES_MAX]);
        }
        b
    });
    assert_eq!(rows(&*bench.store, CORE), []);
    // The greatest of each is taken.
    let longest = vec![0xFF; KEY_BYTES_MAX];
    bench
        .write(|b| {
            for n in 0..BATCH_OPS_MAX as u32 - 1 {
                b.put(CORE, key(n), vec![1]);
            }
            b.put(CORE, longest.clone(), vec![2; VALUE_BYTES_MAX])
        })
        .unwrap();
    assert_eq!(rows(&*bench.store, CORE).len(), BATCH_OPS_MAX);
    assert_eq!(bench.get(&longest), Some(vec![2; VALUE_BYTES_MAX]));
}

pub(crate) fn what_was_acknowledged_is_there_after_reopening(open: Open) {
    let mut bench = Bench::new(open);
    for round in 0..4u32 {
        for n in 0..40 {
            let n = round * 40 + n;
            bench
                .write(|b| b.absent(CORE, key(n)).put(CORE, key(n), key(n)))
                .unwrap();
        }
        bench.reopen();
        let all: Vec<_> = (0..(round + 1) * 40).map(|n| (key(n), key(n))).collect();
        assert_eq!(rows(&*bench.store, CORE), all);
    }
}

pub(crate) fn a_closed_store_says_so(open: Open) {
    let bench = Bench::new(open);
    let queued: Vec<_> = (0..50)
        .map(|n| {
            let mut batch = Batch::default();
            batch.put(CORE, key(n), vec![]);
            bench.store.commit(batch)
        })
        .collect();
    bench.store.close();
    // What was queued is done, and not dropped.
    assert!(queued.into_iter().all(|commit| commit.wait() == Ok(())));
    assert_eq!(
        bench.write(|b| b.del(CORE, key(1))),
        Err(StoreError::Closed)
    );
    assert_eq!(bench.store.get(CORE, &key(1)), Err(StoreError::Closed));
    let all = Range {
        space: CORE,
        from: vec![],
        to: None,
        descending: false,
        limit: 1,
    };
    assert_eq!(bench.store.range(&all), Err(StoreError::Closed));
    let copy = bench.folder.path().join("copy");
    assert_eq!(bench.store.backup(&copy), Err(StoreError::Closed));
    assert!(!copy.exists());
    bench.store.close();
    let again = (bench.open)(&bench.folder.path().join("store"));
    assert_eq!(rows(&*again, CORE).len(), 50);
}

pub(crate) fn committers_at_once_lose_nothing(open: Open) {
    const THREADS: u32 = 8;
    const EACH: u32 = 25;
    let bench = Bench::new(open);
    let counter = |n: u32| n.to_be_bytes().to_vec();
    bench.write(|b| b.put(CORE, key(0), counter(0))).unwrap();
    thread::scope(|scope| {
        for thread in 0..THREADS {
            let bench = &bench;
            scope.spawn(move || {
                for n in 0..EACH {
                    let row = key(1 + thread * EACH + n);
                    // One shared counter, raised by whoever comes first.
                    loop {
                        let seen = bench.get(&key(0)).unwrap();
                        let next = u32::from_be_bytes(seen[..].try_into().unwrap()) + 1;
                        let raised = bench.write(|b| {
                            b.equals(CORE, key(0), seen)
                                .put(CORE, key(0), counter(next))
                                .put(CORE, row.clone(), counter(next))
                        });
                        match raised {
                            Ok(()) => break,
                            Err(error) => assert_eq!(error, StoreError::Conflict),
                        }
                    }
                }
            });
        }
    });
    assert_eq!(bench.get(&key(0)), Some(counter(THREADS * EACH)));
    let mut given: Vec<_> = rows(&*bench.store, CORE)
        .into_iter()
        .skip(1)
        .map(|(_, v)| v)
        .collect();
    given.sort();
    assert_eq!(given, (1..=THREADS * EACH).map(counter).collect::<Vec<_>>());
}

pub(crate) fn a_dropped_commit_still_happens(open: Open) {
    let bench = Bench::new(open);
    let mut batch = Batch::default();
    batch.put(CORE, key(1), vec![1]);
    drop(bench.store.commit(batch));
    // Behind it in the queue.
    bench.write(|b| b.put(CORE, key(2), vec![2])).unwrap();
    assert_eq!(bench.get(&key(1)), Some(vec![1]));
}

pub(crate) fn a_backup_holds_the_same_and_stands_alone(open: Open) {
    let bench = Bench::new(open);
    for n in 0..60 {
        bench
            .write(|b| {
                b.put(CORE, key(n), vec![n as u8; n as usize * 200]).put(
                    Space::Audit,
                    vec![0xFF; n as usize],
                    vec![1],
                )
            })
            .unwrap();
    }
    // Taken while others write: rows of one batch are all there or none is.
    let copy = bench.folder.path().join("copy");
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| {
            let mut n = 0;
            while !done.load(Ordering::Relaxed) {
                n += 1;
                let put = bench.write(|b| {
                    b.put(Space::Health, key(n), vec![])
                        .put(Space::Chunk, key(n), vec![])
                });
                put.unwrap();
            }
        });
        let written = bench.store.backup(&copy);
        done.store(true, Ordering::Relaxed);
        written.unwrap();
    });
    let copied = (bench.open)(&copy);
    assert_eq!(rows(&*copied, CORE), rows(&*bench.store, CORE));
    assert_eq!(
        rows(&*copied, Space::Audit),
        rows(&*bench.store, Space::Audit)
    );
    let pairs = rows(&*copied, Space::Health);
    assert_eq!(pairs, rows(&*copied, Space::Chunk));
    assert!(rows(&*bench.store, Space::Health).starts_with(&pairs));
    // Both live on, apart.
    let mut batch = Batch::default();
    batch.del(CORE, key(3));
    copied.commit(batch).wait().unwrap();
    assert_eq!(bench.get(&key(3)), Some(vec![3; 600]));
}

pub(crate) fn a_backup_never_replaces_anything(open: Open) {
    let bench = Bench::new(open);
    let there = bench.folder.path().join("there");
    std::fs::create_dir(&there).unwrap();
    let answer = bench.store.backup(&there);
    assert!(matches!(answer, Err(StoreError::Backup(_))), "{answer:?}");
    assert_eq!(std::fs::read_dir(&there).unwrap().count(), 0);
    let nowhere = bench.store.backup(&there.join("x\0y"));
    assert!(matches!(nowhere, Err(StoreError::Backup(_))), "{nowhere:?}");
}
