//! A day at the bench and one in the workshop, typed against a real controller.

use serde_json::Value;

use super::asking::on;
use crate::cli::exit::Exit;
use crate::http::tests::world::World;

/// A real programme in Les Aubiers, with a household.
async fn world() -> World {
    let world = World::with_devices().await;
    for line in [
        "programme set clic name=Clic legal_controller=Ville legal_contact=dpo legal_notice=1 legal_assessed_on=2010-01-15",
        "site set aubiers name=Aubiers seats=2",
        "household set AUB-017 site=aubiers",
    ] {
        on(&world, &format!("declic {line}")).await.unwrap();
    }
    world
}

#[tokio::test]
async fn a_pc_goes_over_the_bench_to_a_home() {
    let world = world().await;
    let lot = "declic lot set new donor=Mairie intake=donation received_on=2010-05-01";
    assert_eq!(on(&world, lot).await.unwrap().out, "D-0001\n");
    let receive = "declic device receive BDX-001 --on 2010-05-01 --lot D-0001 --site aubiers --field tenure=loan";
    on(&world, receive).await.unwrap();
    let deploy = "declic device deploy BDX-001 --household AUB-017";
    let refused = on(&world, deploy).await.unwrap_err();
    assert_eq!(refused.exit, Exit::Refused);
    assert!(
        refused.text.contains("declic device erase"),
        "{}",
        refused.text
    );
    let early = on(&world, "declic device grade BDX-001 b")
        .await
        .unwrap_err();
    assert_eq!(early.exit, Exit::NotFound);

    let report = world.dir.path().join("nwipe.pdf");
    std::fs::write(&report, "abc").unwrap();
    let report = report.display();
    for line in [
        format!(
            "erase BDX-001 --on 2010-05-02 --method random --tool nwipe-0.38 --by jb --file {report}"
        ),
        "test BDX-001 --on 2010-05-03 --by jb --field power_on_hours=18250".to_owned(),
        "grade BDX-001 B --on 2010-05-04".to_owned(),
    ] {
        on(&world, &format!("declic device {line}")).await.unwrap();
    }
    let wipe = on(&world, "declic wipe show X-0001 --format json")
        .await
        .unwrap();
    let wipe: Value = serde_json::from_str(&wipe.out).unwrap();
    // SHA-256 of "abc", as FIPS 180 gives it.
    let hash = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    assert_eq!(wipe["record"]["file_sha256"], hash);
    assert_eq!(wipe["record"]["file"], "nwipe.pdf");
    on(&world, deploy).await.unwrap();

    let life = on(&world, "declic device life BDX-001").await.unwrap().out;
    for told in [
        "deployed",
        "AUB-017",
        "wipe X-0001",
        "not signed by both sides",
    ] {
        assert!(life.contains(told), "{told}: {life}");
    }
    let list = on(&world, "declic device life --state deployed")
        .await
        .unwrap()
        .out;
    assert!(list.contains("BDX-001"), "{list}");
    let label = world.dir.path().join("label.svg");
    let write = format!("declic device life BDX-001 --label {}", label.display());
    on(&world, &write).await.unwrap();
    assert!(std::fs::read_to_string(label).unwrap().contains("<svg"));
}

#[tokio::test]
async fn a_session_is_printed_and_its_roll_is_typed() {
    let world = world().await;
    for line in [
        "device return BDX-001 --to seat --site aubiers --seat 1",
        "person set new household=AUB-017 age=vingt_cinq_trente_neuf first_name=Amina",
        "cycle set debuter site=aubiers name=Débuter themes=email|sante",
        "group set mardi cycle=debuter",
        "member set new group=mardi person=P-0001",
        "session set new site=aubiers cycle=debuter group=mardi on=2010-10-06 minutes=90 kind=collectif seats=2",
    ] {
        on(&world, &format!("declic {line}")).await.unwrap();
    }
    let sheet = on(&world, "declic session sheet W-0001").await.unwrap().out;
    for told in ["P-0001", "Amina", "Seats not to be given: 1, 2"] {
        assert!(sheet.contains(told), "{told}: {sheet}");
    }
    let roll = "declic session roll W-0001 P-0001@1 +soixante_dix_plus";
    assert_eq!(
        on(&world, roll).await.unwrap().aside,
        "2 entered as present\n"
    );
    let came = on(&world, "declic attendance list session=W-0001")
        .await
        .unwrap()
        .out;
    assert!(
        came.contains("V-0002") && came.contains("70 and over"),
        "{came}"
    );
    let seats = on(&world, "declic session seats aubiers")
        .await
        .unwrap()
        .out;
    assert!(
        seats.contains("BDX-001") && seats.contains("no PC"),
        "{seats}"
    );
    let cycle = on(&world, "declic cycle show debuter").await.unwrap().out;
    assert!(cycle.contains("mail, health"), "{cycle}");
}
