//! Pages together are the whole list, whatever the order and the size.

use std::collections::BTreeSet;

use declic_common::DeviceId;
use declic_common::api::DeviceSort;
use jiff::Timestamp;
use proptest::prelude::*;

use super::world::{World, device};
use crate::app::App;
use crate::app::device::{DeviceQuery, list};
use crate::app::recorder::Heard;

fn walk(app: &App, query: &DeviceQuery, mut between: impl FnMut()) -> Vec<DeviceId> {
    let mut query = query.clone();
    let mut found = Vec::new();
    loop {
        let page = list(app, &query, Timestamp::UNIX_EPOCH).unwrap();
        assert!(page.items.len() <= query.limit);
        found.extend(page.items.iter().map(|item| item.device));
        match page.next {
            Some(next) => query.cursor = Some(next),
            None => return found,
        }
        between();
    }
}

/// Devices with few assets and times, so that many sort keys are equal.
async fn fill(world: &World, homes: &[(u64, Option<u8>, Option<u8>)]) {
    for (n, asset, seen) in homes {
        let asset = asset.map(|a| format!("BDX-{a}"));
        world.enrol(*n, asset.as_deref(), None).await;
        if let Some(seen) = seen {
            let at = i64::from(*seen) * 1_000;
            let recording = world.app.recorder.record(device(*n), at, Heard::Seen).await;
            recording.done().await.unwrap();
        }
    }
}

fn on_a_runtime<T>(story: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap()
        .block_on(story)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn all_pages_are_the_sorted_list(
        homes in prop::collection::btree_map(any::<u16>(), (prop::option::of(0u8..4), prop::option::of(0u8..4)), 0..40),
        limit in 1usize..9,
        descending: bool,
        sort in prop::sample::select(DeviceSort::ALL),
    ) {
        let homes: Vec<_> = homes.into_iter().map(|(n, (asset, seen))| (u64::from(n), asset, seen)).collect();
        on_a_runtime(async {
            let world = World::start().await;
            fill(&world, &homes).await;
            let query = DeviceQuery { sort, descending, limit, ..DeviceQuery::default() };
            let found = walk(&world.app, &query, || {});

            let mut expected = homes.clone();
            expected.sort_by_key(|(n, asset, seen)| match sort {
                // Without an asset comes last, never seen comes first.
                DeviceSort::Asset => (asset.map_or(9, u64::from), *n),
                DeviceSort::Device => (0, *n),
                DeviceSort::LastSeen => (seen.map_or(0, |s| u64::from(s) + 1), *n),
            });
            if descending { expected.reverse(); }
            let expected: Vec<_> = expected.into_iter().map(|(n, ..)| device(n)).collect();
            prop_assert_eq!(found, expected);
            Ok(())
        })?;
    }
}

#[tokio::test]
async fn devices_that_appear_between_two_pages_neither_repeat_nor_hide_others() {
    let world = World::start().await;
    let homes: Vec<_> = (0..20)
        .map(|n| (n * 10, Some((n % 3) as u8), None))
        .collect();
    fill(&world, &homes).await;
    let query = DeviceQuery {
        limit: 3,
        ..DeviceQuery::default()
    };
    let mut newcomer = 1;
    let found = walk(&world.app, &query, || {
        let template = world.app.registry.get(device(0)).unwrap();
        let mut record = template.device.clone();
        record.id = device(newcomer);
        world.app.registry.put_device(record);
        newcomer += 10;
    });
    let unique: BTreeSet<_> = found.iter().copied().collect();
    assert_eq!(unique.len(), found.len(), "a device came twice");
    assert!(homes.iter().all(|(n, ..)| unique.contains(&device(*n))));
}

#[tokio::test]
async fn a_cursor_of_another_order_is_refused() {
    let world = World::start().await;
    fill(&world, &[(1, None, None), (2, None, None)]).await;
    let query = DeviceQuery {
        limit: 1,
        ..DeviceQuery::default()
    };
    let page = list(&world.app, &query, Timestamp::UNIX_EPOCH).unwrap();
    let other = DeviceQuery {
        descending: true,
        cursor: page.next,
        ..query
    };
    assert!(list(&world.app, &other, Timestamp::UNIX_EPOCH).is_err());
}
