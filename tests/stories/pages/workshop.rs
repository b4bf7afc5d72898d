//! The day of a workshop leader, by the keyboard alone; and a PC on its way from a donor to a home.

use declic_tests::browser::{ARROW_DOWN, ENTER};
use declic_tests::process::printed;
use declic_tests::wait::seconds;
use declic_tests::{Browser, eventually};
use serde_json::Value;

use super::office::Office;

/// A real programme with a workshop of ten posts, a course, and a group of ten who are awaited.
fn programme(office: &Office) {
    let mut lines = vec![
        "programme set clic-2010 name=Clic legal_controller=Ville legal_contact=dpo@example.org \
         legal_notice=1 legal_assessed_on=2026-09-15"
            .to_owned(),
        "site set aubiers name=Aubiers workshop=Atelier seats=10".to_owned(),
        "household set AUB-001 site=aubiers charter_on=2026-09-20".to_owned(),
        "cycle set debuter site=aubiers name=Débuter".to_owned(),
        "group set mardi cycle=debuter".to_owned(),
        "session set W-0001 site=aubiers cycle=debuter group=mardi on=2026-10-06 start=14:30 \
         minutes=90 kind=collectif seats=10"
            .to_owned(),
    ];
    for n in 1..=10 {
        let code = format!("P-{n:04}");
        lines.push(format!(
            "person set {code} household=AUB-001 first_name=Prénom{n} age=quarante_cinquante_neuf"
        ));
        lines.push(format!("member set new group=mardi person={code}"));
    }
    for line in lines {
        let words: Vec<&str> = line.split_whitespace().collect();
        printed(&office.controller.declic(&words));
    }
}

#[test]
fn a_leader_records_a_session_of_ten_by_the_keyboard_and_sees_the_count() {
    let office = Office::open();
    programme(&office);
    let browser = office.browser();
    browser.resize(1280, 900);
    office.sign_in(&browser, "leila");
    // What a leader is here for comes first.
    browser.sees("l’appel manque");
    assert!(browser.url().ends_with("/ateliers"), "{}", browser.url());
    browser.sees("10 postes à ne pas donner");
    does(&browser, "a[href$='/seances/W-0001#appel']");
    browser.sees("0 présent, 10 attendus");
    browser.sees("Prénom1 (P-0001)");

    // Arrows choose, Tab goes on: eight are there, the third helped throughout, two are not.
    for n in 1..=10 {
        let row = format!("p.P-{n:04}");
        browser.tab_to(&format!("input[name='{row}.venue']:checked"));
        if n == 9 || n == 10 {
            continue;
        }
        browser.press(ARROW_DOWN);
        if n == 3 {
            browser.press(ARROW_DOWN);
        }
        browser.tab_to(&format!("[id='{row}.poste']"));
        browser.press(&n.to_string());
    }
    browser.tab_to("[id='w.1.age']");
    browser.press("70");
    does(&browser, "button[value=tenue]");
    browser.sees("L’appel est noté");
    browser.sees("9 présents, 10 attendus, dont 1 sans inscription");

    let rows = office.controller.json(&["attendance", "list"]);
    let rows: Vec<&Value> = rows
        .as_array()
        .unwrap()
        .iter()
        .map(|row| &row["record"])
        .collect();
    assert_eq!(rows.len(), 9, "{rows:?}");
    let third = rows.iter().find(|row| row["person"] == "P-0003").unwrap();
    assert_eq!(third["autonomy"], "entierement_accompagne");
    assert_eq!(third["seat"], 3);
    assert!(rows.iter().any(|row| row["age"] == "soixante_dix_plus"));

    // The sheet is made for paper: nothing but itself is printed.
    browser.go(&office.url("/programmes/clic-2010/seances/W-0001/feuille"));
    browser.sees("Prénom10");
    assert_eq!(browser.texts(".signing tbody tr").len(), 11);
    let printed = browser.run(
        "const rules = [...document.styleSheets].flatMap(sheet => [...sheet.cssRules]); \
         const print = rules.filter(rule => rule.media && rule.media.mediaText === 'print'); \
         return print.some(rule => [...rule.cssRules].some(one => \
           one.selectorText && one.selectorText.includes('.top') && one.style.display === 'none'))",
    );
    assert_eq!(printed, true, "the menu stays off the paper");
    let complaints = browser.complaints();
    assert!(complaints.is_empty(), "{complaints:?}");
}

#[test]
fn two_leaders_who_record_one_session_both_see_what_the_other_entered() {
    let office = Office::open();
    programme(&office);
    let browser = office.browser();
    office.sign_in(&browser, "leila");
    browser.go(&office.url("/programmes/clic-2010/seances/W-0001"));
    browser.sees("0 présent, 10 attendus");
    printed(
        &office
            .controller
            .declic(&["session", "roll", "W-0001", "P-0001@1"]),
    );
    browser.click("input[name='p.P-0002.venue'][value=oui]");
    browser.click("button[value=tenue]");
    browser.sees("Quelqu’un d’autre a noté cette séance entre-temps");
    let rows = browser.texts(".conflict tbody tr");
    assert_eq!(rows.len(), 2, "{rows:?}");
    let chosen = browser
        .run("return document.querySelector(\"input[name='p.P-0002.venue']:checked\").value");
    assert_eq!(chosen, "oui", "what was entered is still there");
    browser.click("button[value=tenue]");
    browser.sees("1 présent, 10 attendus");
}

#[test]
fn a_pc_goes_from_received_to_handed_over_on_the_pages_of_the_bench() {
    let office = Office::open();
    programme(&office);
    let browser = office.browser();
    browser.resize(1280, 900);
    office.sign_in(&browser, "amina");
    browser.click("nav a[href$='/parc']");
    browser.sees("Aucun PC n’est encore reçu");
    browser.click("a[href$='/ajouter/pc']");
    browser.write("#f-code", "BDX-001");
    browser.click(".sheetform button");
    browser.sees("Sa vie");
    browser.sees("Ce qui ne se peut pas");

    browser.click("a[href*='/ajouter/effacements']");
    browser.run("document.getElementById('f-method').value = 'random'");
    browser.run("document.getElementById('f-result').value = 'done'");
    browser.write("#f-tool", "nwipe 0.38");
    browser.click(".sheetform button");
    browser.sees("C’est ajouté");
    browser.click("a[href*='/ajouter/essais']");
    browser.run("document.getElementById('f-passed').value = 'true'");
    browser.run("document.getElementById('f-grade').value = 'b'");
    browser
        .run("document.getElementById('f-ready_on').value = document.getElementById('f-on').value");
    browser.click(".sheetform button");
    stands(&browser, "Prêt");

    browser.go(&office.url("/programmes/clic-2010/foyers/AUB-001"));
    browser.run(
        "const list = document.getElementById('poste'); \
         list.value = [...list.options].find(option => option.text === 'BDX-001').value",
    );
    browser.click("form[action$='/remise'] button");
    browser.sees("Le PC est remis à ce foyer");
    browser.go(&office.url("/programmes/clic-2010/pc/BDX-001"));
    browser.sees("n’est pas signée des deux côtés");
    browser.click("a[href*='/feuille?sens=handover']");
    browser.sees("Signé des deux côtés");
    browser.sees("AUB-001");

    browser.go(&office.url("/programmes/clic-2010/pc/BDX-001"));
    browser.click("a[href*='/ajouter/remises']");
    browser.run("document.getElementById('f-household').value = 'AUB-001'");
    for field in ["household_signed_on", "programme_signed_on"] {
        browser.run(&format!(
            "document.getElementById('f-{field}').value = document.getElementById('f-on').value"
        ));
    }
    browser.click(".sheetform button");
    browser.sees("signée des deux côtés");
    let life = office.controller.json(&["device", "life", "BDX-001"]);
    assert_eq!(life["faults"], serde_json::json!([]), "{life}");
    assert_eq!(life["summary"]["household"], "AUB-001");
    let complaints = browser.complaints();
    assert!(complaints.is_empty(), "{complaints:?}");
}

/// Does what is on the page, by the keyboard.
fn does(browser: &Browser, css: &str) {
    browser.tab_to(css);
    browser.press(ENTER);
}

/// Waits until the PC is in this state.
fn stands(browser: &Browser, state: &str) {
    eventually(&format!("a PC that is « {state} »"), seconds(20), || {
        let pills = browser.texts("main .pill");
        pills.iter().any(|pill| pill == state).then_some(())
    });
}
