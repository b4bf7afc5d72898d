//! Random histories, told to a store and to a sorted map: both must say the same.

use std::collections::BTreeMap;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use super::*;
use crate::store::{Op, Pre};

const SPACES: [Space; 4] = [Space::Core, Space::Health, Space::Chunk, Space::Audit];

type Model = BTreeMap<(Space, Key), Value>;

#[derive(Clone, Debug)]
enum Step {
    /// Queued one after another, waited for together.
    Commit(Vec<Change>),
    Range(Range),
    Restart,
    Backup,
}

#[derive(Clone, Debug)]
struct Change {
    pre: Vec<(Space, Key, Expected)>,
    ops: Vec<Op>,
}

#[derive(Clone, Debug)]
enum Expected {
    Absent,
    /// What is there at that moment, or nothing.
    Same,
    Other(Value),
}

fn space() -> impl Strategy<Value = Space> {
    prop_oneof![3 => Just(Space::Core), 1 => proptest::sample::select(&SPACES[1..])]
}

/// Few enough to meet again, and of all the shapes that order can break on.
fn key() -> impl Strategy<Value = Key> {
    let byte = proptest::sample::select(&[0x00, 0x01, 0x7F, 0x80, 0xFD, 0xFE, 0xFF][..]);
    prop_oneof![
        4 => vec(byte, 0..3),
        1 => (0u8..4, 0usize..9).prop_map(|(first, run)| {
            let mut key = vec![first + 0x70];
            key.extend(std::iter::repeat_n(0xFF, run));
            key
        }),
    ]
    // The store's own facts stay out of the history.
    .prop_filter("own facts", |key| !is_own(key))
}

fn value() -> impl Strategy<Value = Value> {
    prop_oneof![
        8 => vec(any::<u8>(), 0..40),
        1 => (any::<u8>(), 4000usize..4200).prop_map(|(byte, size)| vec![byte; size]),
        1 => (any::<u8>(), 8000usize..30_000).prop_map(|(byte, size)| vec![byte; size]),
    ]
}

fn op() -> impl Strategy<Value = Op> {
    prop_oneof![
        3 => (space(), key(), value()).prop_map(|(s, k, v)| Op::Put(s, k, v)),
        1 => (space(), key()).prop_map(|(s, k)| Op::Del(s, k)),
    ]
}

fn change() -> impl Strategy<Value = Change> {
    let expected = prop_oneof![
        2 => Just(Expected::Absent),
        4 => Just(Expected::Same),
        1 => value().prop_map(Expected::Other),
    ];
    let pre = vec((space(), key(), expected), 0..3);
    (pre, vec(op(), 0..8)).prop_map(|(pre, ops)| Change { pre, ops })
}

fn step() -> impl Strategy<Value = Step> {
    let range = (
        space(),
        key(),
        proptest::option::of(key()),
        any::<bool>(),
        prop_oneof![0usize..6, Just(usize::MAX)],
    );
    prop_oneof![
        12 => vec(change(), 1..8).prop_map(Step::Commit),
        12 => range.prop_map(|(space, from, to, descending, limit)| {
            Step::Range(Range { space, from, to, descending, limit })
        }),
        1 => Just(Step::Restart),
        1 => Just(Step::Backup),
    ]
}

pub(crate) fn any_history_reads_like_a_sorted_map(open: Open) {
    let config = Config {
        cases: 24,
        max_shrink_iters: 200,
        failure_persistence: None,
        ..Config::default()
    };
    let mut runner = TestRunner::new(config);
    let held = runner.run(&vec(step(), 1..60), |steps| {
        let mut bench = Bench::new(open);
        let mut model = Model::new();
        for step in steps {
            play(&mut bench, &mut model, step);
        }
        same(&*bench.store, &model);
        Ok(())
    });
    if let Err(broken) = held {
        panic!("{broken}");
    }
}

fn play(bench: &mut Bench, model: &mut Model, step: Step) {
    match step {
        Step::Commit(changes) => {
            let mut commits = Vec::new();
            for change in changes {
                let batch = batch(model, change);
                commits.push((tell(model, &batch), bench.store.commit(batch)));
            }
            for (expected, commit) in commits {
                assert_eq!(commit.wait(), expected);
            }
        }
        Step::Range(range) => {
            let mut found = bench.store.range(&range).unwrap();
            found.retain(|(key, _)| !is_own(key));
            // A limit may have been spent on the store's own facts.
            if range.limit == usize::MAX || range.space != Space::Core {
                assert_eq!(found, expected(model, &range));
            } else {
                assert!(expected(model, &range).starts_with(&found));
            }
        }
        Step::Restart => bench.reopen(),
        Step::Backup => {
            let copy = bench.folder.path().join("copy");
            bench.store.backup(&copy).unwrap();
            let copied = (bench.open)(&copy);
            same(&*copied, model);
            copied.close();
            std::fs::remove_dir_all(&copy).unwrap();
        }
    }
}

fn batch(model: &Model, change: Change) -> Batch {
    let pre = change.pre.into_iter().map(|(space, key, expected)| {
        let there = model.get(&(space, key.clone())).cloned();
        match (expected, there) {
            (Expected::Other(value), _) => Pre::Equals(space, key, value),
            (Expected::Same, Some(value)) => Pre::Equals(space, key, value),
            (Expected::Absent, _) | (Expected::Same, None) => Pre::Absent(space, key),
        }
    });
    Batch {
        pre: pre.collect(),
        ops: change.ops,
    }
}

fn tell(model: &mut Model, batch: &Batch) -> Result<(), StoreError> {
    let holds = batch.pre.iter().all(|pre| match pre.clone() {
        Pre::Absent(space, key) => !model.contains_key(&(space, key)),
        Pre::Equals(space, key, value) => model.get(&(space, key)) == Some(&value),
    });
    if !holds {
        return Err(StoreError::Conflict);
    }
    for op in &batch.ops {
        match op.clone() {
            Op::Put(space, key, value) => model.insert((space, key), value),
            Op::Del(space, key) => model.remove(&(space, key)),
        };
    }
    Ok(())
}

fn expected(model: &Model, range: &Range) -> Vec<(Key, Value)> {
    let mut kept: Vec<_> = model
        .iter()
        .filter(|((space, key), _)| {
            *space == range.space
                && *key >= range.from
                && range.to.as_ref().is_none_or(|to| key < to)
        })
        .map(|((_, key), value)| (key.clone(), value.clone()))
        .collect();
    if range.descending {
        kept.reverse();
    }
    kept.truncate(range.limit);
    kept
}

fn same(store: &dyn Store, model: &Model) {
    for space in SPACES {
        let range = Range {
            space,
            from: vec![],
            to: None,
            descending: false,
            limit: usize::MAX,
        };
        assert_eq!(rows(store, space), expected(model, &range));
    }
    for ((space, key), value) in model {
        assert_eq!(store.get(*space, key).unwrap().as_ref(), Some(value));
    }
}
