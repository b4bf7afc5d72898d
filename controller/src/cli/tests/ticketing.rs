//! A technician's day, typed against a real controller.

use declic_common::report::HealthReport;
use declic_common::six_words::{Diagnosis, SixWords};
use serde_json::{Value, json};

use super::asking::on;
use crate::cli::exit::Exit;
use crate::http::tests::world::World;

async fn shown(world: &World, line: &str) -> Value {
    let said = on(world, &format!("{line} --format json")).await.unwrap();
    serde_json::from_str(&said.out).unwrap()
}

/// A ticket of BDX-001 about its noise.
async fn with_ticket() -> World {
    let world = World::with_devices().await;
    let said = on(&world, "declic ticket open BDX-001 Bruit --phone")
        .await
        .unwrap();
    assert_eq!(said.out, "T-1001\n", "the number stands alone");
    world
}

#[tokio::test]
async fn a_day_goes_from_the_list_to_the_solution() {
    let world = with_ticket().await;
    for line in [
        "deploy BDX-001 --household AUB-017",
        "return BDX-002 --to stock",
    ] {
        on(&world, &format!("declic device {line}")).await.unwrap();
    }
    let today = on(&world, "declic today").await.unwrap().out;
    assert!(
        today.contains("BDX-001") && today.contains("T-1001"),
        "{today}"
    );
    for (line, said) in [
        (
            "assign T-1001 ana",
            "T-1001: assigned, with ana (version 3)",
        ),
        ("start T-1001", "in progress"),
        ("comment T-1001 Ventilateur", "version 5"),
        ("wait T-1001 --for part --until 2099-12-01", "waiting"),
        ("part 1001 Ventilateur", "version 7"),
        ("visit T-1001 2099-12-02", "version 8"),
        ("visited T-1001 40", "version 9"),
        ("spend T-1001 5", "version 10"),
        ("priority T-1001 high", "version 11"),
        ("category T-1001 hardware", "version 12"),
        ("documents T-1001 copied", "version 13"),
        ("swap T-1001 BDX-002", "version 14"),
        (
            "solve T-1001 --repair repairable --barrier lack_of_equipment",
            "solved",
        ),
        ("close T-1001", "closed"),
        ("reopen T-1001", "assigned, with ana"),
    ] {
        let done = on(&world, &format!("declic ticket {line}")).await.unwrap();
        assert!(done.aside.contains(said), "{line}: {}", done.aside);
    }
    let ticket = shown(&world, "declic ticket show T-1001").await;
    assert_eq!(ticket["minutes"], 45);
    assert_eq!(ticket["priority"], "high");
    assert_eq!(ticket["events"].as_array().unwrap().len(), 17);
    let screen = on(&world, "declic ticket show T-1001").await.unwrap().out;
    for part in [
        "comment: Ventilateur",
        "45 min",
        "copied to the household",
        "exchanged for",
    ] {
        assert!(screen.contains(part), "{part}: {screen}");
    }
    let spare = shown(&world, "declic device show BDX-002").await;
    assert_eq!(spare["placement"]["household"], "AUB-017");
    let spares = shown(&world, "declic device list --spare").await;
    assert_eq!(spares[0]["asset"], "BDX-001", "{spares}");
}

#[tokio::test]
async fn six_words_over_the_phone_become_a_ticket_with_what_is_wrong() {
    let world = World::with_devices().await;
    let report: HealthReport = serde_json::from_value(json!({
        "disks": [{"class": "system", "free_bytes": 1_500_000_000}],
        "ladder": {"link": true, "gateway": false}
    }))
    .unwrap();
    let words = SixWords::of(&Diagnosis::of(&report, None, None, false)).to_string();
    let said = on(
        &world,
        &format!("declic decode --open --device BDX-001 {words}"),
    )
    .await
    .unwrap();
    assert_eq!(said.out, "T-1001\n", "the number stands alone");
    assert!(
        said.aside.contains("the box does not answer"),
        "{}",
        said.aside
    );
    let ticket = shown(&world, "declic ticket show T-1001").await;
    assert_eq!(
        (&ticket["origin"], &ticket["category"]),
        (&json!("phone"), &json!("network"))
    );
    let facts: Vec<_> = ticket["evidence"]["facts"]
        .as_array()
        .unwrap()
        .iter()
        .map(|fact| {
            (
                fact["name"].as_str().unwrap(),
                fact["value"].as_i64().unwrap(),
            )
        })
        .collect();
    let expected = [
        ("ladder_gateway", 0),
        ("disk_system_free_bytes", 2_000_000_000),
    ];
    assert_eq!(facts, expected);
    assert!(
        ticket["events"][1]["text"]
            .as_str()
            .unwrap()
            .contains(&words)
    );
    let screen = on(&world, "declic today").await.unwrap().out;
    assert!(
        screen.contains("the box does not answer, free (system) under 2.0 GB"),
        "{screen}"
    );

    let unknown = format!("declic decode --format json --open --device BDX-404 {words}");
    let refused = on(&world, &unknown).await.unwrap_err();
    assert_eq!(refused.exit, Exit::NotFound);
    let again = shown(
        &world,
        &format!("declic decode --open --device BDX-001 {words}"),
    )
    .await;
    assert_eq!(
        (&again["ticket"], &again["faults"][0]),
        (&json!("T-1002"), &json!("gateway"))
    );
}

#[tokio::test]
async fn lists_speak_every_format() {
    let world = with_ticket().await;
    for line in [
        "declic ticket list",
        "declic ticket list --all --state new --cause reported --device BDX-001",
    ] {
        assert_eq!(shown(&world, line).await.as_array().unwrap().len(), 1);
        let csv = on(&world, &format!("{line} --format csv")).await.unwrap();
        assert!(csv.out.starts_with("ticket,version,device,"), "{}", csv.out);
        assert_eq!(csv.out.lines().count(), 2);
        assert!(on(&world, line).await.unwrap().out.contains("T-1001"));
    }
    assert_eq!(
        shown(&world, "declic ticket list --site grand-parc").await,
        Value::Array(vec![])
    );
    let today = on(&world, "declic today --format csv").await.unwrap().out;
    assert!(today.contains("T-1001:reported"), "{today}");
    assert_eq!(
        shown(&world, "declic today").await[0]["reasons"][0]["ticket"],
        "T-1001"
    );
    let nobody = on(&world, "declic today --site grand-parc").await.unwrap();
    assert_eq!(nobody.out, "");
    assert!(nobody.aside.contains("nobody needs you"));
}

#[tokio::test]
async fn a_change_on_what_is_no_longer_so_is_a_conflict_that_says_how_it_is() {
    let world = with_ticket().await;
    on(&world, "declic ticket assign T-1001 ana --seen 2")
        .await
        .unwrap();
    let refused = on(&world, "declic ticket assign T-1001 luc --seen 2")
        .await
        .unwrap_err();
    assert_eq!(refused.exit, Exit::Conflict);
    assert!(
        refused.text.contains("version 3, assigned, with ana"),
        "{refused}"
    );
    for (line, exit) in [
        ("declic ticket show T-7", Exit::NotFound),
        ("declic ticket swap T-1001 BDX-002", Exit::Refused),
        ("declic ticket swap T-1001 BDX-404", Exit::NotFound),
        ("declic ticket assign T-1001 Ana", Exit::Refused),
        ("declic ticket reopen T-1001", Exit::Conflict),
        (
            "declic ticket silence --site nowhere --hours 2",
            Exit::Refused,
        ),
    ] {
        let failure = on(&world, line).await.unwrap_err();
        assert_eq!(failure.exit, exit, "{line}: {failure}");
    }
}

#[tokio::test]
async fn a_site_is_silenced_and_heard_again() {
    let world = World::with_devices().await;
    let said = on(
        &world,
        "declic ticket silence --site aubiers --cause overdue --hours 48",
    );
    assert!(said.await.unwrap().aside.contains("no ticket will open"));
    let list = on(&world, "declic ticket silences").await.unwrap().out;
    assert!(
        list.contains("aubiers") && list.contains("overdue"),
        "{list}"
    );
    let said = on(
        &world,
        "declic ticket silence --site aubiers --cause overdue --hours 0",
    );
    assert!(said.await.unwrap().aside.contains("again"));
    assert_eq!(
        shown(&world, "declic ticket silences").await,
        Value::Array(vec![])
    );
}
