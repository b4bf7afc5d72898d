use super::fleet::{By, FleetQuery};
use super::*;
use crate::app::device::QueryError;
use crate::domain::rights::Reach;

/// Three devices, each with a level of its own, every 15 minutes for four days.
async fn fleet() -> World {
    let world = World::since("2026-11-01T23:00:00Z").await;
    world.enrol(8).await;
    world.enrol(109).await;
    for n in 0..4 * 96 {
        let at = world.began + n * 15 * MINUTE;
        for (device, level) in [(7, 100), (8, 200), (109, 600)] {
            world.report(device, at, level + n % 4).await;
        }
    }
    world
}

fn query(world: &World, by: By, site: Option<&str>, to: i64) -> FleetQuery {
    FleetQuery {
        reach: Reach::Everywhere,
        site: site.map(str::to_owned),
        metric: "cpu_mean_permille".to_owned(),
        from: world.began,
        to,
        by,
    }
}

#[tokio::test]
async fn the_fleet_by_hour_and_by_day_is_the_same_before_and_after_sealing() {
    let world = fleet().await;
    let now = world.began + 4 * 24 * HOUR;
    let mut answers = Vec::new();
    for _ in 0..2 {
        let hourly = fleet::history(&world.app, query(&world, By::Hour, None, now), now);
        let daily = fleet::history(&world.app, query(&world, By::Day, None, now), now);
        let (hourly, daily) = (hourly.await.unwrap(), daily.await.unwrap());
        assert_eq!((hourly.items.len(), daily.items.len()), (96, 4));
        let hour = &hourly.items[5];
        assert_eq!((hour.devices, hour.count), (3, 12));
        assert_eq!(
            (hour.mean, hour.lowest, hour.highest),
            (301.5, 101.5, 601.5)
        );
        assert_eq!(daily.items[1].at.as_millisecond(), world.began + 24 * HOUR);
        assert_eq!((daily.items[1].mean, daily.items[1].count), (301.5, 288));
        answers.push((hourly, daily));
        world.seal(now).await;
    }
    assert_eq!(answers[0], answers[1]);
}

#[tokio::test]
async fn a_site_and_a_reach_see_their_own_devices_only() {
    let world = fleet().await;
    let now = world.began + 4 * 24 * HOUR;
    world.seal(now).await;
    let bacalan = query(&world, By::Day, Some("bacalan"), now);
    let found = fleet::history(&world.app, bacalan, now).await.unwrap();
    assert_eq!((found.devices, found.items[0].mean), (1, 601.5));
    let reach = Reach::of_sites(["aubiers".to_owned()]);
    let own = FleetQuery {
        reach: reach.clone(),
        ..query(&world, By::Hour, None, now)
    };
    let found = fleet::history(&world.app, own, now).await.unwrap();
    assert_eq!((found.devices, found.items[0].highest), (2, 201.5));
    let latest = fleet::latest(&world.app, &reach, None, Some("cpu_mean_permille")).unwrap();
    let values: Vec<_> = latest
        .iter()
        .map(|one| one.values["cpu_mean_permille"])
        .collect();
    assert_eq!(values, [103, 203]);
    let all = fleet::latest(&world.app, &Reach::Everywhere, None, None).unwrap();
    assert_eq!((all.len(), all[0].values.len()), (3, 5));
}

#[tokio::test]
async fn several_metrics_stand_side_by_side_across_the_seam() {
    let world = fleet().await;
    let now = world.began + 4 * 24 * HOUR;
    world.seal(now).await;
    let names = "load1_centi,cpu_mean_permille,battery_percent";
    let mut cursor = None;
    let mut rows = Vec::new();
    loop {
        let period = world.period(7, world.began, now);
        let page = query::rows(&world.app, period, names, 100, cursor, now)
            .await
            .unwrap();
        rows.extend(page.items);
        match page.next {
            Some(next) => cursor = Some(next),
            None => break,
        }
    }
    assert_eq!(rows.len(), 4 * 96);
    for (n, row) in rows.iter().enumerate() {
        let cpu = 100 + n as i64 % 4;
        assert_eq!(row.values, [Some(cpu * 2), Some(cpu), None]);
    }
}

#[tokio::test]
async fn a_chart_keeps_the_extremes_of_both_sides_of_the_seam() {
    let world = fleet().await;
    let now = world.began + 4 * 24 * HOUR;
    let (old, new) = (world.began + 30 * HOUR + 1, now - 2 * HOUR + 1);
    world.heard(7, old, now, 999, "usage").await;
    world.heard(7, new, now, 1, "usage").await;
    world.seal(now).await;
    let period = world.period(7, world.began, now);
    let buckets = query::buckets(&world.app, period, "cpu_mean_permille", 8, now);
    let buckets = buckets.await.unwrap();
    assert_eq!(buckets.len(), 8);
    let greatest = buckets.iter().max_by_key(|bucket| bucket.greatest).unwrap();
    let least = buckets.iter().min_by_key(|bucket| bucket.least).unwrap();
    assert_eq!(
        (greatest.greatest, greatest.greatest_at.as_millisecond()),
        (999, old)
    );
    assert_eq!((least.least, least.least_at.as_millisecond()), (1, new));
}

#[tokio::test]
async fn a_question_that_cannot_be_meant_is_refused() {
    let world = World::since("2026-11-01T23:00:00Z").await;
    let now = world.began + 24 * HOUR;
    let period = || world.period(7, world.began, now);
    let points = |metric: &'static str, cursor: Option<String>| {
        query::points(&world.app, period(), metric, 10, cursor, now)
    };
    let unknown = points("aura", None).await;
    assert!(matches!(unknown, Err(QueryError::UnknownMetric { .. })));
    let cursor = points("load1_centi", Some("AAAA".to_owned())).await;
    assert!(matches!(cursor, Err(QueryError::BadCursor)));
    let many = vec!["load1_centi"; 65].join(",");
    let many = query::rows(&world.app, period(), &many, 10, None, now).await;
    assert!(matches!(many, Err(QueryError::TooManyMetrics)));
    let long = FleetQuery {
        from: 0,
        ..query(&world, By::Hour, None, now)
    };
    let long = fleet::history(&world.app, long, now).await;
    assert!(matches!(long, Err(QueryError::TooLong)));
}
