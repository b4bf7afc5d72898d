//! A workshop leader works at a terminal: the sheet, the roll, the posts; and what was taken is
//! there after the controller was killed.

use declic_tests::process::printed;
use declic_tests::{Agent, Controller};

fn refused(controller: &Controller, line: &str, code: i32) -> String {
    let words: Vec<&str> = line.split(' ').collect();
    let answer = controller.declic(&words);
    let said = String::from_utf8_lossy(&answer.stderr).into_owned();
    assert_eq!(answer.status.code(), Some(code), "{line}: {said}");
    said
}

#[test]
fn a_session_is_planned_printed_and_its_roll_outlives_the_controller() {
    let mut controller = Controller::start();
    let said = |controller: &Controller, line: &str| {
        let words: Vec<&str> = line.split(' ').collect();
        printed(&controller.declic(&words))
    };
    for line in [
        "programme set clic-2010 name=Clic",
        "site set aubiers name=Aubiers seats=3",
        "household set AUB-017 site=aubiers",
        "person set new household=AUB-017 first_name=Aminatou age=vingt_cinq_trente_neuf",
        "person set new household=AUB-017 first_name=Bilal age=douze_dix_huit",
        "cycle set debuter site=aubiers name=Débuter",
        "group set mardi cycle=debuter",
        "member set new group=mardi person=P-0001",
        "member set new group=mardi person=P-0002",
        "session set new site=aubiers cycle=debuter group=mardi on=2026-10-06 start=14:30 minutes=90 \
         kind=collectif seats=3",
    ] {
        let line = line.split_whitespace().collect::<Vec<_>>().join(" ");
        said(&controller, &line);
    }

    // One post has a PC that is on, the others have none.
    let code = controller.code("AT-1");
    let mut agent = Agent::enrolled(code.trim());
    agent.run("2s");
    said(
        &controller,
        "device return AT-1 --to seat --site aubiers --seat 1",
    );
    declic_tests::eventually("a post that is heard", declic_tests::wait::PATIENCE, || {
        let map = controller.json(&["session", "seats", "aubiers"]);
        (map["seats"][0]["state"] == "good" && map["down"] == 2).then_some(())
    });
    let sheet = said(&controller, "session sheet W-0001");
    for words in ["Aminatou", "Bilal", "2, 3"] {
        assert!(sheet.contains(words), "{words}: {sheet}");
    }

    // A minor without a parent's word is not entered, and neither is anybody else then.
    let told = refused(&controller, "session roll W-0001 P-0001@1 P-0002@2", 6);
    assert!(told.contains("present 2"), "{told}");
    let none = controller.json(&["attendance", "list"]);
    assert_eq!(none.as_array().map(Vec::len), Some(0));
    said(&controller, "person set P-0002 authorised_on=2026-10-01");
    let taken = printed(&controller.declic(&[
        "session",
        "roll",
        "W-0001",
        "P-0001@1",
        "P-0002@2",
        "+soixante_dix_plus@3",
    ]));
    controller.kill();
    controller.run();
    let kept = controller.json(&["attendance", "list"]);
    let seats: Vec<_> = kept
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row["record"]["seat"].clone())
        .collect();
    assert_eq!(seats, [1, 2, 3], "{taken}");
    let session = controller.json(&["session", "show", "W-0001"]);
    assert_eq!(session["record"]["state"], "held", "{session}");
}
