//! A technician's day, typed against a real controller.

use serde_json::Value;

use super::asking::on;
use crate::cli::exit::Exit;
use crate::http::tests::world::World;

async fn json(world: &World, line: &str) -> Value {
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
    let ticket = json(&world, "declic ticket show T-1001").await;
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
    let spare = json(&world, "declic device show BDX-002").await;
    assert_eq!(spare["placement"]["household"], "AUB-017");
    let spares = json(&world, "declic device list --spare").await;
    assert_eq!(spares[0]["asset"], "BDX-001", "{spares}");
}

#[tokio::test]
async fn lists_speak_every_format() {
    let world = with_ticket().await;
    for line in [
        "declic ticket list",
        "declic ticket list --all --state new --cause reported --device BDX-001",
    ] {
        assert_eq!(json(&world, line).await.as_array().unwrap().len(), 1);
        let csv = on(&world, &format!("{line} --format csv")).await.unwrap();
        assert!(csv.out.starts_with("ticket,version,device,"), "{}", csv.out);
        assert_eq!(csv.out.lines().count(), 2);
        assert!(on(&world, line).await.unwrap().out.contains("T-1001"));
    }
    assert_eq!(
        json(&world, "declic ticket list --site grand-parc").await,
        Value::Array(vec![])
    );
    let today = on(&world, "declic today --format csv").await.unwrap().out;
    assert!(today.contains("T-1001:reported"), "{today}");
    assert_eq!(
        json(&world, "declic today").await[0]["reasons"][0]["ticket"],
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
        json(&world, "declic ticket silences").await,
        Value::Array(vec![])
    );
}
