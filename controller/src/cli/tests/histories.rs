//! History from the command line: side by side, by day, of the fleet, out and in again.

use serde_json::Value;

use super::asking::on;
use crate::cli::exit::Exit;
use crate::http::tests::world::World;

#[tokio::test]
async fn a_history_is_shown_side_by_side_for_a_chart_and_by_day() {
    let world = World::with_devices().await;
    let history = "declic device history BDX-001 cpu_mean_permille";
    let two = format!("{history} load1_centi --format csv");
    let two = on(&world, &two).await.unwrap().out;
    assert!(
        two.starts_with("at,cpu_mean_permille,load1_centi\n"),
        "{two}"
    );
    assert!(two.lines().nth(1).unwrap().ends_with(",120,42"), "{two}");
    let table = on(&world, &format!("{history} link_signal_dbm"))
        .await
        .unwrap()
        .out;
    assert!(
        table.contains("link_signal_dbm") && table.contains("61 dBm"),
        "{table}"
    );
    let chart = on(&world, &format!("{history} --points 1 --format json"))
        .await
        .unwrap()
        .out;
    let chart: Value = serde_json::from_str(&chart).unwrap();
    assert_eq!(chart[0]["count"], 3);
    let days = on(&world, &format!("{history} --by-day --format csv"))
        .await
        .unwrap()
        .out;
    assert!(
        days.starts_with("day,least,greatest,mean,count,active_minutes"),
        "{days}"
    );
    assert!(days.contains(",120,120,120.0,"), "{days}");
    let both = on(&world, &format!("{history} load1_centi --by-day")).await;
    assert_eq!(both.unwrap_err().exit, Exit::Usage);
}

#[tokio::test]
async fn the_fleet_is_shown_by_hour_and_as_it_is_now() {
    let world = World::with_devices().await;
    let hours = "declic fleet history cpu_mean_permille --by hour --days 1 --format csv";
    let hours = on(&world, hours).await.unwrap().out;
    assert!(
        hours.starts_with("at,mean,lowest,highest,devices,count\n"),
        "{hours}"
    );
    assert!(hours.contains(",120.0,120.0,120.0,1,"), "{hours}");
    let days = on(&world, "declic fleet history cpu_mean_permille")
        .await
        .unwrap()
        .out;
    assert!(days.contains("1/3"), "one of three has spoken: {days}");
    let latest = on(&world, "declic fleet latest cpu_mean_permille load1_centi")
        .await
        .unwrap()
        .out;
    assert!(
        latest.contains("BDX-002") && latest.contains("12"),
        "{latest}"
    );
}

#[tokio::test]
async fn what_was_exported_is_imported_into_another_controller() {
    let world = World::with_devices().await;
    let dir = tempfile::tempdir().unwrap();
    for end in ["jsonl", "csv"] {
        let file = dir.path().join(format!("all.{end}"));
        let file = file.to_str().unwrap();
        let export = format!("declic export history --days 60 --format {end} --output {file}");
        on(&world, &export).await.unwrap();
        let lines = std::fs::read_to_string(file).unwrap().lines().count();
        assert_eq!(lines, if end == "csv" { 5 } else { 4 });

        let other = World::with_devices().await;
        let import = format!("declic import history {file}");
        let said = on(&other, &import).await.unwrap();
        assert!(
            said.out.starts_with("4 good reports, 0 bad lines"),
            "{}",
            said.out
        );
        let points = "declic device history BDX-001 load1_centi --format csv";
        // Three of its own, and as many that were brought.
        assert_eq!(on(&other, points).await.unwrap().out.lines().count(), 7);
        on(&other, &import).await.unwrap();
        assert_eq!(on(&other, points).await.unwrap().out.lines().count(), 7);
        let audit = on(&other, "declic audit list").await.unwrap().out;
        assert!(audit.contains("history.import"), "{audit}");
    }
}

#[tokio::test]
async fn one_bad_line_stops_an_import_and_is_told_by_its_number() {
    let world = World::with_devices().await;
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("all.csv");
    let now = jiff::Timestamp::now().as_second() - 3_600;
    let at = |s: i64| jiff::Timestamp::from_second(now + s).unwrap();
    let text = format!(
        "device,at,load1_centi\nBDX-001,{},4\nBDX-777,{},4\nBDX-001,{},four\nBDX-001,{},5\n",
        at(0),
        at(1),
        at(2),
        at(3)
    );
    std::fs::write(&file, text).unwrap();
    let import = format!("declic import history {}", file.display());
    let points = "declic device history BDX-001 load1_centi --format csv";
    for extra in ["", " --dry-run"] {
        let said = on(&world, &format!("{import}{extra}")).await.unwrap();
        assert!(said.no, "{said:?}");
        let told = "line 3: no device is called \"BDX-777\"\n\
                    line 4: load1_centi: \"four\" is no whole number\n2 good reports, 2 bad";
        assert!(said.out.starts_with(told), "{}", said.out);
        assert_eq!(on(&world, points).await.unwrap().out.lines().count(), 4);
    }
    let said = on(&world, &format!("{import} --skip-bad")).await.unwrap();
    assert!(!said.no);
    assert_eq!(on(&world, points).await.unwrap().out.lines().count(), 6);
    let missing = on(&world, "declic import history /nowhere.csv").await;
    assert_eq!(missing.unwrap_err().exit, Exit::Failed);
}
