use declic_common::api::{HistoryLine, ImportHistory, Imported};

use super::export::{Export, Form};
use super::*;
use crate::app::audit;
use crate::domain::rights::Reach;
use crate::store::keys;

fn line(device: &str, at: i64, values: &[(&'static str, i64)]) -> HistoryLine {
    HistoryLine {
        device: device.to_owned(),
        asset: None,
        at: jiff::Timestamp::from_millisecond(at).unwrap(),
        estimated: false,
        values: values
            .iter()
            .map(|(name, value)| ((*name).into(), *value))
            .collect(),
    }
}

async fn import(world: &World, dry_run: bool, lines: Vec<HistoryLine>, now: i64) -> Imported {
    let asked = ImportHistory { dry_run, lines };
    import::lines(&world.app, asked, "cli:0", now)
        .await
        .unwrap()
}

async fn export(world: &World, form: Form, to: i64) -> String {
    let export = Export {
        reach: Reach::Everywhere,
        site: None,
        metrics: None,
        from: world.began,
        to,
        form,
        head: true,
    };
    let mut pieces = export::start(&world.app, export, to).unwrap();
    let mut all = Vec::new();
    while let Some(piece) = pieces.recv().await {
        all.extend(piece.unwrap());
    }
    String::from_utf8(all).unwrap()
}

#[tokio::test]
async fn what_is_exported_is_imported_as_it_was_and_twice_is_once() {
    let world = World::since("2026-11-01T23:00:00Z").await;
    for n in 0..200 {
        world.report(7, world.began + n * 30 * MINUTE, n).await;
    }
    let now = world.began + 5 * 24 * HOUR;
    world.seal(now).await;
    let text = export(&world, Form::JsonLines, now).await;
    let lines: Vec<HistoryLine> = text
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(lines.len(), 200);
    assert_eq!(lines[0].asset.as_deref(), Some("BDX-007"));
    let csv = export(&world, Form::Csv, now).await;
    assert_eq!(csv.lines().count(), 201);
    assert!(csv.starts_with("device,asset,at,estimated,cpu_mean_permille,"));

    let other = World::since("2026-11-01T23:00:00Z").await;
    for _ in 0..2 {
        let answer = import(&other, false, lines.clone(), now).await;
        assert_eq!((answer.taken, answer.bad.len()), (200, 0));
    }
    assert_eq!(export(&other, Form::JsonLines, now).await, text);
    assert!(
        other.keys(Space::Health, keys::health::REPORT).is_empty(),
        "no row in between"
    );
    let entries = audit::list(&other.app, None, 10).await.unwrap();
    assert_eq!(entries[0].what, "history.import");
    assert_eq!(
        entries[0].detail.as_deref(),
        Some("200 reports of 1 devices")
    );
}

#[tokio::test]
async fn an_import_joins_what_is_there_sealed_or_not() {
    let world = World::since("2026-11-01T23:00:00Z").await;
    for n in 0..96 {
        world.report(7, world.began + n * HOUR, n).await;
    }
    let now = world.began + 96 * HOUR;
    world.seal(now).await;
    let lines = (0..96).map(|n| {
        line(
            "bdx-007",
            world.began + n * HOUR + 5,
            &[("cpu_mean_permille", 900)],
        )
    });
    assert_eq!(import(&world, false, lines.collect(), now).await.taken, 96);
    let points = world.points(7, now, 33).await;
    assert_eq!(points.len(), 192);
    assert!(points.is_sorted());
    world.seal(now + 72 * HOUR).await;
    assert_eq!(world.points(7, now, 1_000).await, points);
}

#[tokio::test]
async fn lines_that_cannot_be_taken_are_told_and_a_dry_run_takes_none() {
    let world = World::since("2026-11-01T23:00:00Z").await;
    let now = world.began + 50 * HOUR;
    let cpu = [("cpu_mean_permille", 1)];
    let at = world.began + HOUR;
    let lines = vec![
        line("BDX-007", at, &cpu),
        line("BDX-008", at, &cpu),
        line("d-aaaaaaaaaaaa", at, &cpu),
        line("BDX-007", now + 1, &cpu),
        line("BDX-007", world.began - 1, &cpu),
        line("BDX-007", at, &[("aura", 1)]),
        line("BDX-007", at, &[("cpu_mean_permille", -1)]),
        line("BDX-007", at, &[]),
    ];
    let dry = import(&world, true, lines.clone(), now).await;
    assert_eq!(dry.taken, 1);
    let told: Vec<u64> = dry.bad.iter().map(|bad| bad.line).collect();
    assert_eq!(told, [1, 2, 3, 4, 5, 6, 7]);
    assert!(dry.bad[4].why.contains("aura"), "{:?}", dry.bad);
    assert!(world.points(7, now, 10).await.is_empty());
    assert_eq!(import(&world, false, lines, now).await, dry);
    assert_eq!(world.points(7, now, 10).await, [(at, 1)]);
    let later = now + 100 * 24 * HOUR;
    let old = import(&world, true, vec![line("BDX-007", at, &cpu)], later).await;
    assert!(old.bad[0].why.contains("history-days"), "{:?}", old.bad);
}

#[tokio::test]
async fn an_import_keeps_nothing_of_a_home_that_did_not_agree() {
    let world = World::since("2026-10-01T22:00:00Z").await;
    world.place(7, Place::Home, world.began).await;
    let now = world.began + 40 * 24 * HOUR;
    world.heard(7, now - HOUR, now, 1, "maintenance").await;
    let cpu = [("cpu_mean_permille", 1)];
    let lines = vec![
        line("BDX-007", world.began + HOUR, &cpu),
        line("BDX-007", now - 48 * HOUR, &cpu),
    ];
    let answer = import(&world, false, lines, now).await;
    assert_eq!((answer.taken, answer.folded), (1, 1));
    assert_eq!(world.keys(Space::Chunk, keys::chunk::REPORTS).len(), 1);
}
