//! What a programme changed: frozen by a controller, published, and worked out again by somebody
//! who has no controller at all.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use declic_tests::process::{printed, program};
use declic_tests::wait::seconds;
use declic_tests::{Agent, Controller, eventually};

/// The program alone: no data directory, no controller.
fn alone(args: &[&str]) -> Output {
    let mut command = Command::new(program("declic"));
    command.args(args).env("LANG", "en_GB.UTF-8");
    command.output().unwrap()
}

fn verified(dataset: &Path, report: &Path) -> (bool, String) {
    let answer = alone(&["verify", text(dataset), text(report)]);
    let said = [answer.stdout, answer.stderr].concat();
    (
        answer.status.success(),
        String::from_utf8_lossy(&said).into_owned(),
    )
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// Changes one byte in the middle of a file.
fn flip(from: &Path, to: &Path) {
    let mut bytes = fs::read(from).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(to, bytes).unwrap();
}

#[test]
fn a_frozen_programme_is_published_and_anybody_finds_one_changed_figure_or_byte() {
    let mut controller = Controller::start();
    let set = |args: &[&str]| printed(&controller.declic(args));
    set(&[
        "programme",
        "set",
        "essai",
        "name=Essai",
        "demonstration=oui",
        "begins_on=2026-01-05",
        "target_homes=2",
    ]);
    set(&["site", "set", "nord", "name=Nord", "seats=10"]);
    for n in 1..=7 {
        let code = format!("NORD-{n:02}");
        set(&[
            "household",
            "set",
            &code,
            "site=nord",
            "kind=alone",
            "charter_on=2026-01-06",
        ]);
        set(&[
            "person",
            "set",
            "new",
            &format!("household={code}"),
            "age=vingt_cinq_trente_neuf",
        ]);
    }
    let mut agent = Agent::enrolled(&controller.code("BDX-001"));
    set(&["device", "deploy", "BDX-001", "--household", "NORD-01"]);
    agent.run("1s");
    eventually("a report from the home", seconds(60), || {
        let device = controller.device("BDX-001")?;
        (device["reports"].as_u64()? > 2).then_some(())
    });
    let place = tempfile::tempdir().unwrap();
    let at = |name: &str| place.path().join(name);
    let id = controller.device("BDX-001").unwrap()["device"].clone();
    let told = at("glpi").join(format!("{}.json", id.as_str().unwrap()));
    // The inventory comes with the first minutes of an agent.
    eventually("what the PC is made of, for GLPI", seconds(60), || {
        set(&["export", "glpi", "--output", text(&at("glpi"))]);
        told.exists().then_some(())
    });
    agent.stop();
    let told: serde_json::Value = serde_json::from_slice(&fs::read(told).unwrap()).unwrap();
    assert_eq!(told["content"]["hardware"]["name"], "BDX-001", "{told}");
    for section in ["users", "softwares", "processes", "local_users"] {
        assert!(told["content"].get(section).is_none(), "{told}");
    }

    let (dataset, report) = (at("dataset.tar"), at("report.html"));
    set(&["evaluation", "freeze", "--output", text(&dataset)]);
    printed(&controller.declic(&["audit", "verify"]));
    controller.stop();

    // From here on there is only the dataset.
    let given = ["--dataset", text(&dataset), "--output"];
    printed(&alone(
        &[&["evaluation", "report"][..], &given, &[text(&report)]].concat(),
    ));
    let package = at("package");
    printed(&alone(
        &[&["export", "package"][..], &given, &[text(&package)]].concat(),
    ));
    for (form, name) in [
        ("xlsx", "e.xlsx"),
        ("json", "figures.json"),
        ("parquet", "parquet"),
    ] {
        let path = at(name);
        printed(&alone(
            &[&["export", form][..], &given, &[text(&path)]].concat(),
        ));
    }
    for file in [
        "datapackage.json",
        "figures.csv",
        "indicators.csv",
        "households.csv",
    ] {
        assert!(package.join(file).exists(), "{file}");
    }
    let whole = fs::read(&dataset).unwrap();
    for secret in ["NORD-01", "BDX-001"] {
        let there = whole
            .windows(secret.len())
            .any(|part| part == secret.as_bytes());
        assert!(!there, "{secret} is in the dataset");
    }

    for published in [&report, &at("figures.json"), &package.join("figures.csv")] {
        let (right, said) = verified(&dataset, published);
        assert!(right, "{}: {said}", published.display());
    }
    let changed = at("changed.json");
    let figures = fs::read_to_string(at("figures.json")).unwrap();
    let told = "\"value\":7";
    let told = match figures.contains(told) {
        true => told,
        false => "\"value\": 7",
    };
    assert!(figures.contains(told), "seven households: {figures}");
    fs::write(&changed, figures.replacen(told, &told.replace('7', "8"), 1)).unwrap();
    let (right, said) = verified(&dataset, &changed);
    assert!(
        !right && said.contains("value") && said.contains('8'),
        "{said}"
    );

    let damaged = at("damaged.tar");
    flip(&dataset, &damaged);
    let (right, said) = verified(&damaged, &report);
    assert!(!right && !said.trim().is_empty(), "{said}");
}
