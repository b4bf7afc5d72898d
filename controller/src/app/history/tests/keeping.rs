use super::*;
use crate::app::{audit, minimise, timeline};
use crate::domain::retention::Retention;
use crate::store::keys;

async fn live(world: &World, days: std::ops::Range<i64>, consent: &str) {
    for hour in days.start * 24..days.end * 24 {
        let at = world.began + hour * HOUR + 90_000;
        world.heard(7, at, at, hour % 500, consent).await;
    }
}

fn sealed_before(world: &World, at: i64) -> usize {
    use keys::chunk::{HOURS, MINUTES, REPORTS, ROLLUP};
    let old = |key: &Vec<u8>| keys::time_of(key).is_some_and(|first| first < at);
    let mut count = 0;
    for kind in [REPORTS, HOURS, ROLLUP] {
        count += world
            .keys(Space::Chunk, kind)
            .iter()
            .filter(|key| old(key))
            .count();
    }
    let day = Day::of(at, &paris());
    let minutes = world.keys(Space::Chunk, MINUTES);
    let old = |key: &Vec<u8>| keys::minutes_day_of(key).is_some_and(|its| its < day.0);
    count + minutes.iter().filter(|key| old(key)).count()
}

async fn minimise(world: &World, now: i64) {
    let mut rounds = minimise::Rounds::default();
    minimise::round(&world.app, &mut rounds, now).await.unwrap();
}

#[tokio::test]
async fn a_home_without_consent_keeps_nothing_sealed_beyond_fourteen_days() {
    let world = World::since("2026-10-01T22:00:00Z").await;
    world.place(7, Place::Home, world.began).await;
    live(&world, 0..30, "maintenance").await;
    let now = world.began + 30 * 24 * HOUR + 15 * HOUR;
    let cut = Day::of(now, &paris())
        .before(timeline::SEEN_DAYS)
        .begins(&paris());
    world.seal(now).await;
    assert!(sealed_before(&world, cut) > 40);
    minimise(&world, now).await;
    assert_eq!(sealed_before(&world, cut), 0);
    assert!(sealed_before(&world, now) > 30, "the last days are there");
    let folded = timeline::folded(world.app.store.as_ref(), DeviceId::from_bits(7));
    assert!(
        folded.unwrap().unwrap().reports >= 16 * 24,
        "the proof counts them"
    );
    // What comes late of these days is not kept either.
    world
        .heard(7, world.began + 50 * HOUR, now, 1, "maintenance")
        .await;
    world.seal(now + 2 * HOUR).await;
    minimise(&world, now + 2 * HOUR).await;
    assert_eq!(sealed_before(&world, cut), 0);
}

#[tokio::test]
async fn consent_keeps_sealed_days_and_its_withdrawal_ends_that() {
    let world = World::since("2026-10-01T22:00:00Z").await;
    world.place(7, Place::Home, world.began).await;
    live(&world, 0..29, "usage").await;
    let now = world.began + 30 * 24 * HOUR;
    world.seal(now).await;
    minimise(&world, now).await;
    assert!(sealed_before(&world, world.began + 10 * 24 * HOUR) > 20);
    live(&world, 29..30, "maintenance").await;
    minimise(&world, now).await;
    let cut = Day::of(now, &paris())
        .before(timeline::SEEN_DAYS)
        .begins(&paris());
    assert_eq!(sealed_before(&world, cut), 0);
}

#[tokio::test]
async fn what_was_before_a_handover_is_neither_shown_nor_summed_as_this_households() {
    let world = World::since("2026-10-01T22:00:00Z").await;
    live(&world, 0..2, "usage").await;
    // Handed over at 10:00 of the third day; it spoke on the bench that morning.
    live(&world, 2..3, "usage").await;
    let handed_over = world.began + 58 * HOUR;
    world.place(7, Place::Home, handed_over).await;
    live(&world, 3..5, "usage").await;
    let now = world.began + 7 * 24 * HOUR;
    world.seal(now).await;
    let period = world.period(7, world.began, now);
    let days = query::by_day(&world.app, period, "cpu_mean_permille", now);
    let days = days.await.unwrap();
    assert_eq!(days[0].day, "2026-10-04");
    assert_eq!((days[0].count, days[0].least), (14, Some(58)));
    assert!(
        world
            .points(7, now, 1_000)
            .await
            .iter()
            .all(|(at, _)| *at >= handed_over)
    );
}

#[tokio::test]
async fn days_keep_the_minutes_of_their_timeline_and_late_journals_put_them_right() {
    let world = World::since("2026-10-01T22:00:00Z").await;
    for n in 0..13 {
        world
            .report(7, world.began + 9 * HOUR + n * 5 * MINUTE, 10)
            .await;
    }
    let now = world.began + 48 * HOUR;
    world.seal(now).await;
    let device = DeviceId::from_bits(7);
    let minutes = || {
        let store = world.app.store.as_ref();
        let day = Day::of(world.began, &paris());
        days::minutes(store, device, day, day.next()).unwrap()[&day]
    };
    let before = minutes();
    assert!((60..75).contains(&before.active), "{before:?}");
    assert_eq!(before.connected, before.active);
    // More of the same day comes two days late.
    for n in 13..25 {
        let at = world.began + 9 * HOUR + n * 5 * MINUTE;
        world.heard(7, at, now + HOUR, 10, "usage").await;
    }
    world.seal(now + 24 * HOUR).await;
    let after = minutes();
    assert_eq!(after.active, before.active + 60, "{after:?}");
}

#[tokio::test]
async fn what_is_kept_for_long_enough_goes_and_the_audit_proves_it() {
    let world = World::since("2026-06-01T22:00:00Z").await;
    live(&world, 0..100, "usage").await;
    let now = world.began + 100 * 24 * HOUR + 13 * HOUR;
    world.seal(now).await;
    let mut rounds = purge::Rounds::default();
    let purged = purge::round(&world.app, &mut rounds, now).await.unwrap();
    // Today and the 90 local days before stay.
    assert_eq!((purged.reports, purged.days), (10 * 24, 0));
    let mut again = purge::Rounds::default();
    let again = purge::round(&world.app, &mut again, now).await.unwrap();
    assert!(again.is_nothing());
    let first = world.points(7, now, 10_000).await[0].0;
    assert_eq!(first, world.began + 10 * 24 * HOUR + 90_000);
    // The sums of those days outlive their reports.
    let period = world.period(7, world.began, now);
    let days = query::by_day(&world.app, period, "cpu_mean_permille", now);
    assert_eq!(days.await.unwrap().len(), 100);
    let entries = audit::list(&world.app, None, 10).await.unwrap();
    assert_eq!(entries.len(), 1);
    assert_eq!(
        (entries[0].who.as_str(), entries[0].what.as_str()),
        ("rule", "history.purge")
    );
    let detail = entries[0].detail.as_deref().unwrap();
    assert!(
        detail.starts_with("240 reports before 2026-06-12"),
        "{detail}"
    );
    audit::verify(&world.app, None).await.unwrap();
    let later = now + 24 * HOUR * i64::from(Retention::default().rollup_days);
    let purged = purge::round(&world.app, &mut rounds, later).await.unwrap();
    assert!(purged.days >= 99 && purged.reports > 0, "{purged:?}");
}
