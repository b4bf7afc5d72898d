//! The work of a coordinator: from a table of applications to a PC in a home.

use declic_tests::process::printed;
use serde_json::Value;

use super::office::Office;

/// 140 applications, as a spreadsheet in France writes them; every twelfth line but one is bad.
fn table() -> String {
    let mut csv = "code;site;received_on;near_workshop;digitally_excluded;volunteer\n".to_owned();
    for n in 1..=140 {
        let bad = n % 12 == 5;
        let day = if bad { "31/02/2010" } else { "01/04/2010" };
        csv.push_str(&format!("A-{n:04};aubiers;{day};oui;oui;oui\n"));
    }
    csv
}

#[test]
fn a_coordinator_imports_applications_selects_a_hundred_and_deploys_a_pc() {
    let office = Office::open();
    let programme = [
        "programme",
        "set",
        "clic-2010",
        "name=Clic et Déclic",
        "legal_controller=Ville",
        "legal_contact=dpo@example.org",
        "legal_notice=1",
        "legal_assessed_on=2010-03-15",
    ];
    printed(&office.controller.declic(&programme));
    let site = ["site", "set", "aubiers", "name=Les Aubiers"];
    printed(&office.controller.declic(&site));
    // No PC goes to a real home before it was received, erased and tried.
    for line in [
        "pc set BDX-001 received_on=2010-04-01",
        "wipe set new pc=BDX-001 on=2010-04-02 method=random tool=nwipe by=jb result=done",
        "trial set new pc=BDX-001 on=2010-04-03 passed=oui grade=b ready_on=2010-04-03",
    ] {
        let words: Vec<&str> = line.split(' ').collect();
        printed(&office.controller.declic(&words));
    }
    let browser = office.browser();
    browser.resize(1280, 900);
    office.sign_in(&browser, "coord");
    browser.sees("Aujourd’hui");

    browser.click("nav a[href$='/candidatures']");
    browser.sees("Aucun foyer n’a encore demandé à participer");
    browser.click("a[href$='/importer/candidatures']");
    let paste = serde_json::to_string(&table()).unwrap();
    browser.run(&format!("document.getElementById('csv').value = {paste}"));
    browser.click("button[value=verifier]");
    browser.sees("140 lignes lues");
    let lines = browser.texts("section.conflict tbody td.n");
    assert_eq!(lines.len(), 12, "{lines:?}");
    assert_eq!(lines[0], "6", "the line of the file, the first one being 1");
    browser.click("button[value=bonnes]");
    browser.sees("Le tableau est importé");

    let chosen = "/programmes/clic-2010/candidatures?near_workshop=true&volunteer=true";
    browser.go(&office.url(chosen));
    browser.sees("128");
    browser.click("[data-all]");
    browser.click("button[value=selected]");
    browser.sees("La décision est notée");
    let list = office
        .controller
        .json(&["application", "list", "state=selected"]);
    assert_eq!(list.as_array().map(Vec::len), Some(100));

    browser.click("tbody tr:first-child th a");
    browser.sees("Ouvrir son foyer");
    browser.click("a[href*='/ajouter/foyers']");
    browser.sees("Jamais un nom");
    browser.write("#f-code", "AUB-001");
    browser.click(".sheetform button");
    browser.sees("C’est ajouté");
    browser.click("form[action$='/remise'] button");
    browser.sees("Le PC est remis à ce foyer");
    let devices = office.controller.json(&["device", "list"]);
    let at_home = |device: &&Value| device["placement"]["household"] == "AUB-001";
    assert_eq!(
        devices.as_array().unwrap().iter().filter(at_home).count(),
        1
    );
    // The trial of the table was answered with its bad lines, which a browser notes.
    let mut complaints = browser.complaints();
    complaints.retain(|said| !said.contains("422"));
    assert!(complaints.is_empty(), "{complaints:?}");
}
