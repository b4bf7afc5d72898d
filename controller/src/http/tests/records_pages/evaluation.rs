//! The pages of an evaluation, for a programme of two households: too few to be told.

use declic_evaluation::dataset::archive;
use jiff::Timestamp;
use serde_json::json;

use super::super::programme::add;
use super::super::world::World;
use super::Person;

const PAGES: &str = "/programmes/essai/evaluation";

async fn village() -> World {
    let world = World::start().await;
    let now = Timestamp::now();
    let begins = now - jiff::SignedDuration::from_hours(24 * 40);
    let begins = begins.strftime("%F").to_string();
    let programme = json!({"code": "essai", "name": "Essai", "demonstration": true, "begins_on": begins,
        "approached": [{"quarter": "Nord", "households": 40}]});
    add(&world, "/api/v1/programmes", programme).await;
    let at = "/api/v1/programmes/essai";
    add(
        &world,
        &format!("{at}/sites"),
        json!({"code": "nord", "name": "Nord"}),
    )
    .await;
    for code in ["NORD-01", "NORD-02"] {
        let home = json!({"code": code, "site": "nord", "kind": "alone", "charter_on": begins});
        add(&world, &format!("{at}/households"), home).await;
    }
    let survey = json!({"household": "NORD-01", "moment": "start", "answered_on": begins, "frequency": "never"});
    add(&world, &format!("{at}/surveys"), survey).await;
    world
}

#[tokio::test]
async fn an_evaluator_reads_definitions_and_what_is_missing_and_no_figure_of_two_households() {
    let world = village().await;
    let person = Person::of(&world, "evaluator").await;
    let entrance = person.get(&world, "/evaluation").await;
    assert_eq!(
        super::location(&entrance),
        "/declic/programmes/essai/evaluation"
    );
    let page = person.get(&world, PAGES).await;
    for words in ["Foyers informés", "Définition", "masqué", "Taux d’adhésion"] {
        assert!(page.text.contains(words), "{words}: {}", page.text);
    }
    // Forty were told; that two signed is two households' business.
    let card = |code: &str| {
        let from = page.text.find(&format!("id=\"{code}\"")).unwrap();
        page.text[from..]
            .split("</section>")
            .next()
            .unwrap()
            .to_owned()
    };
    assert!(card("households_approached").contains("<strong>40</strong>"));
    let signed = card("households_enrolled");
    assert!(
        signed.contains("masqué") && !signed.contains("<strong>2"),
        "{signed}"
    );
    let missing = person.get(&world, &format!("{PAGES}/manques")).await;
    for words in [
        "2 foyers",
        "sans questionnaire de fin",
        "questionnaires?manque=end",
        "1 foyer",
    ] {
        assert!(missing.text.contains(words), "{words}: {}", missing.text);
    }
    let compare = person.get(&world, &format!("{PAGES}/comparaison")).await;
    assert!(compare.text.contains("Avant et après"), "{}", compare.text);
    let quarter = person
        .get(&world, &format!("{PAGES}?chapitre=effets&trimestre=2001-1"))
        .await;
    assert!(quarter.text.contains("Effets et coûts"), "{}", quarter.text);
}

#[tokio::test]
async fn each_file_is_downloaded_and_told_in_the_audit_and_nobody_else_gets_one() {
    let world = village().await;
    let person = Person::of(&world, "evaluator").await;
    let publish = person.get(&world, &format!("{PAGES}/publier")).await;
    let links: Vec<String> = publish
        .text
        .split("href=\"/declic")
        .skip(1)
        .filter_map(|rest| rest.split('"').next())
        .filter(|address| address.contains("/fichiers/"))
        .map(|address| address.replace("&#38;", "&").replace("&amp;", "&"))
        .collect();
    assert_eq!(links.len(), 18, "{links:?}");
    for link in &links {
        let request = world.stranger("GET", link).bearer_auth(&person.token);
        let answer = request.send().await.unwrap();
        assert_eq!(answer.status(), 200, "{link}");
        let name = answer.headers()["content-disposition"]
            .to_str()
            .unwrap()
            .to_owned();
        let public = link.contains("public=oui");
        assert_eq!(name.contains("public-"), public, "{name}");
        let bytes = answer.bytes().await.unwrap();
        assert!(!bytes.is_empty(), "{link}");
        for secret in ["NORD-01", "NORD-02"] {
            let there = bytes
                .windows(secret.len())
                .any(|part| part == secret.as_bytes());
            assert!(!there, "{secret} is in {link}");
        }
        let rows = bytes.windows(14).any(|part| part == b"households.csv");
        let packs = link.contains("package.tar");
        assert_eq!(rows, packs && !public, "{link}");
    }
    let audit = world.get("/api/v1/audit?limit=100").await.json();
    let told = audit["items"].as_array().unwrap().iter();
    let told = told.filter(|row| row["what"] == "evaluation.export");
    assert_eq!(told.count(), links.len());

    let animator = Person::of(&world, "animator").await;
    for link in links.iter().take(1).chain([&format!("{PAGES}/publier")]) {
        let answer = animator.get(&world, link).await;
        assert_eq!(answer.status, 403, "{link}");
    }
    let rows = person
        .get(
            &world,
            &format!("{PAGES}/fichiers/activities.csv?public=oui"),
        )
        .await;
    assert_eq!(
        rows.status, 404,
        "what is made of rows has no public version"
    );
}

#[tokio::test]
async fn a_form_freezes_a_dataset_that_verifies_and_says_what_to_do_where_it_cannot() {
    let world = village().await;
    let person = Person::of(&world, "coordinator").await;
    let send = async |fields: &str| {
        let request = world
            .stranger("POST", &format!("{PAGES}/figer"))
            .bearer_auth(&person.token);
        let kind = "application/x-www-form-urlencoded";
        let request = request.header("content-type", kind).body(fields.to_owned());
        request.send().await.unwrap()
    };
    let answer = send("quand=debut&quoi=jeu").await;
    assert_eq!(answer.status(), 200);
    let bytes = answer.bytes().await.unwrap();
    let opened = archive::read(bytes.as_ref(), None).unwrap();
    assert_eq!(opened.faults, []);
    assert_eq!(opened.manifest.about.at, "start");

    let folder = send("quand=jour&jour=&quoi=dossier")
        .await
        .bytes()
        .await
        .unwrap();
    let mut archive = tar::Archive::new(folder.as_ref());
    let names: Vec<String> = archive
        .entries()
        .unwrap()
        .map(|entry| entry.unwrap().path().unwrap().display().to_string())
        .collect();
    for name in [
        "dataset.tar",
        "report-fr.html",
        "public-en.html",
        "package/datapackage.json",
    ] {
        let name = format!("essai/{name}");
        assert!(names.contains(&name), "{name}: {names:?}");
    }
    let early = send("quand=fin&quoi=jeu").await;
    assert_eq!(early.status(), 422);
    let text = early.text().await.unwrap();
    assert!(text.contains("ends_on"), "{text}");
}
