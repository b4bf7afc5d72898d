use super::*;
use crate::store::keys;
use crate::store::record::decode;
use crate::store::records::history::ChunkRow;

/// Reports every 20 minutes with holes, of so many days.
async fn days(world: &World, days: i64) -> Vec<(i64, i64)> {
    let mut made = Vec::new();
    for n in 0..days * 72 {
        // At night it is off, and one day it is away.
        if (n % 72) < 20 || n / 72 == 2 {
            continue;
        }
        let at = world.began + n * 20 * MINUTE + n * 17;
        world.report(7, at, n % 900).await;
        made.push((at, n % 900));
    }
    made
}

fn parts(world: &World) -> Vec<ChunkRow> {
    let store = world.app.store.as_ref();
    let keys = world.keys(Space::Chunk, keys::chunk::REPORTS);
    let part = |key: &Vec<u8>| decode(&store.get(Space::Chunk, key).unwrap().unwrap()).unwrap();
    keys.iter().map(part).collect()
}

#[tokio::test]
async fn days_older_than_36_hours_are_one_chunk_each_and_read_as_before() {
    let world = World::since("2026-11-01T23:00:00Z").await;
    let made = days(&world, 6).await;
    let now = world.began + 6 * 24 * HOUR;
    assert_eq!(world.points(7, now, 10_000).await, made);
    let sealed = world.seal(now).await;
    // Four whole days, one of them without a report; the fifth began 24 hours ago.
    assert_eq!(sealed, 4 * 52);
    assert_eq!(parts(&world).len(), 4);
    assert_eq!(
        world.keys(Space::Health, keys::health::REPORT).len(),
        made.len() - sealed
    );
    for limit in [1, 7, 52, 10_000] {
        assert_eq!(world.points(7, now, limit).await, made, "{limit}");
    }
    assert_eq!(world.seal(now).await, 0, "twice is once");
    assert_eq!(world.app.counters.sealed.get(), 208);
}

#[tokio::test]
async fn a_report_that_comes_late_takes_its_place_in_the_sealed_day() {
    let world = World::since("2026-11-01T23:00:00Z").await;
    let mut made = days(&world, 4).await;
    let now = world.began + 5 * 24 * HOUR;
    world.seal(now).await;
    // Before the first one, in between, after the last one, and on a day of its own.
    for at in [5 * HOUR, 30 * HOUR + 1, 47 * HOUR + 59 * MINUTE, 60 * HOUR] {
        let at = world.began + at;
        world.heard(7, at, now, 999, "usage").await;
        made.push((at, 999));
    }
    made.sort_unstable();
    assert_eq!(world.points(7, now, 50).await, made);
    assert_eq!(world.seal(now).await, 4);
    assert_eq!(world.points(7, now, 50).await, made);
    let parts = parts(&world);
    assert_eq!(parts.len(), 4, "one chunk a day");
    assert!(world.keys(Space::Health, keys::health::REPORT).is_empty());
    for kind in [keys::chunk::HOURS, keys::chunk::ROLLUP] {
        let firsts: Vec<_> = world
            .keys(Space::Chunk, kind)
            .iter()
            .map(|k| keys::time_of(k))
            .collect();
        let parts: Vec<_> = parts.iter().map(|part| Some(part.first)).collect();
        assert_eq!(firsts, parts, "no sums of before are left");
    }
}

#[tokio::test]
async fn days_of_23_and_25_hours_are_whole() {
    for (began, hours) in [("2026-03-28T23:00:00Z", 23), ("2026-10-24T22:00:00Z", 25)] {
        let world = World::since(began).await;
        for hour in 0..72 {
            world.report(7, world.began + hour * HOUR, hour).await;
        }
        let now = world.began + 120 * HOUR;
        world.seal(now).await;
        let rows: Vec<u32> = parts(&world).iter().map(|part| part.rows).collect();
        assert_eq!(rows[..2], [hours, 24], "{began}");
        let days = query::by_day(
            &world.app,
            world.period(7, world.began, now),
            "cpu_mean_permille",
            now,
        );
        let days = days.await.unwrap();
        assert_eq!(days[0].count, u64::from(hours));
        assert_eq!(days[0].greatest, Some(i64::from(hours) - 1));
    }
}

#[tokio::test]
async fn a_day_with_very_many_reports_is_cut_in_parts_and_still_read_whole() {
    let world = World::since("2026-11-01T23:00:00Z").await;
    let mut made = Vec::new();
    let mut waiting = Vec::new();
    for n in 0..3_000 {
        let at = world.began + n * 20_000;
        made.push((at, n % 800));
        waiting.push(world.report(7, at, n % 800));
    }
    futures_util::future::join_all(waiting).await;
    let now = world.began + 48 * HOUR;
    assert_eq!(world.seal(now).await, 3_000);
    assert_eq!(parts(&world).len(), 3);
    assert_eq!(world.points(7, now, 777).await, made);
    // A late one goes into the part that it belongs to, and leaves the others alone.
    let untouched: BTreeSet<_> = parts(&world).iter().map(|part| part.rows).collect();
    let late = world.began + 30_000;
    world.heard(7, late, now, 5, "usage").await;
    world.seal(now).await;
    made.push((late, 5));
    made.sort_unstable();
    assert_eq!(world.points(7, now, 10_000).await, made);
    let after: BTreeSet<_> = parts(&world).iter().map(|part| part.rows).collect();
    assert!(untouched.intersection(&after).count() >= 1);
    let buckets = query::buckets(
        &world.app,
        world.period(7, world.began, now),
        "cpu_mean_permille",
        10,
        now,
    );
    let count: u64 = buckets
        .await
        .unwrap()
        .iter()
        .map(|bucket| bucket.count)
        .sum();
    assert_eq!(count, 3_001);
}

#[tokio::test]
async fn what_is_sealed_while_somebody_reads_is_neither_missed_nor_read_twice() {
    let world = World::since("2026-11-01T23:00:00Z").await;
    let made = days(&world, 5).await;
    let now = world.began + 5 * 24 * HOUR;
    let period = |from| world.period(7, from, now);
    let first = query::points(
        &world.app,
        period(world.began),
        "cpu_mean_permille",
        60,
        None,
        now,
    );
    let first = first.await.unwrap();
    world.seal(now).await;
    let rest = query::points(
        &world.app,
        period(world.began),
        "cpu_mean_permille",
        10_000,
        first.next,
        now,
    );
    let rest = rest.await.unwrap();
    let all = first.items.into_iter().chain(rest.items);
    let all: Vec<_> = all.map(|p| (p.at.as_millisecond(), p.value)).collect();
    assert_eq!(all, made);
}

#[tokio::test]
async fn two_writers_that_make_the_same_day_at_once_lose_nothing() {
    let world = World::since("2026-11-01T23:00:00Z").await;
    let zone = paris();
    let store = world.app.store.as_ref();
    let entry = world.entry(7);
    let day = Day::of(world.began, &zone);
    let row = |n: i64, install: u64| crate::store::chunk::Row {
        id: crate::store::chunk::RowId {
            at: world.began + n * MINUTE,
            install,
            boot: 1,
            seq: n as u64,
        },
        estimated: false,
        values: vec![(16, 1, n)],
    };
    let add = |rows| {
        let mut batch = Batch::default();
        let device = entry.device.id;
        parts::add(store, device, day, i64::MIN, &zone, rows, &mut batch).unwrap();
        batch
    };
    // Both have looked, and found nothing; their first reports differ.
    let one = add((0..40).map(|n| row(n * 2, 1)).collect());
    let other = add((1..40).map(|n| row(n * 2 + 1, 2)).collect());
    world.app.store.commit(one).await.unwrap();
    world.app.store.commit(other.clone()).await.unwrap();
    let now = world.began + 24 * HOUR;
    assert_eq!(world.points(7, now, 10).await.len(), 79);
    // A third one finds them overlapping and makes one of them again.
    world.app.store.commit(add(vec![row(70, 3)])).await.unwrap();
    assert_eq!(parts(&world).len(), 1);
    assert_eq!(world.points(7, now, 10).await.len(), 80);
    // Whoever decided before is refused.
    assert!(world.app.store.commit(other).await.is_ok() || parts(&world).len() == 1);
}

#[tokio::test]
async fn a_damaged_report_stays_where_it_is_and_stops_nobody() {
    let world = World::since("2026-11-01T23:00:00Z").await;
    let made = days(&world, 2).await;
    let rows = world.keys(Space::Health, keys::health::REPORT);
    let mut batch = Batch::default();
    batch.put(Space::Health, rows[3].clone(), vec![9, 1, 0, 0, 0, 0]);
    world.app.store.commit(batch).await.unwrap();
    let now = world.began + 96 * HOUR;
    assert_eq!(world.seal(now).await, made.len() - 1);
    assert_eq!(world.keys(Space::Health, keys::health::REPORT).len(), 1);
}
