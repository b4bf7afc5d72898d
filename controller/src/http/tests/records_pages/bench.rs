//! The life of a PC on pages: received, erased, tried, handed over; what is refused, and why.

use reqwest::StatusCode;
use serde_json::json;

use super::super::lives::sign;
use super::super::programme::{AT, add, programme};
use super::super::world::{World, device};
use super::{PAGES, Person, location};

const PC: &str = "/programmes/clic-2010/pc/BDX-001";

async fn household(world: &World) {
    let home = json!({"code": "AUB-017", "site": "aubiers", "charter_on": "2026-10-01"});
    add(world, &format!("{AT}/households"), home).await;
}

#[tokio::test]
async fn a_pc_goes_from_its_lot_to_a_home_on_pages_alone() {
    let world = programme().await;
    sign(&world).await;
    household(&world).await;
    let tech = Person::of(&world, "technician").await;
    let empty = tech.get(&world, &format!("{PAGES}/pc")).await;
    assert!(
        empty.text.contains("Aucun PC n’est encore reçu"),
        "{}",
        empty.text
    );
    let lot = [
        ("donor", "Mairie"),
        ("intake", "donation"),
        ("received_on", "2026-10-01"),
        ("site", "aubiers"),
    ];
    let made = tech
        .post(&world, &format!("{PAGES}/ajouter/lots"), &lot)
        .await;
    assert_eq!(
        location(&made),
        "/declic/programmes/clic-2010/lots/D-0001?dit=ajoute"
    );
    let page = tech.get(&world, &format!("{PAGES}/lots/D-0001")).await;
    assert!(page.text.contains("ajouter/pc?lot=D-0001"), "{}", page.text);

    let pc = [
        ("code", "BDX-001"),
        ("lot", "D-0001"),
        ("received_on", "2026-10-01"),
        ("site", "aubiers"),
        ("spare", ""),
    ];
    let made = tech.post(&world, &format!("{PAGES}/ajouter/pc"), &pc).await;
    assert_eq!(location(&made), format!("/declic{PC}?dit=ajoute"));
    let page = tech.get(&world, PC).await.text;
    for words in [
        "Reçu",
        "ajouter/effacements?pc=BDX-001",
        "rien ne prouve que le PC a été effacé depuis son arrivée",
        "Faire un code d’inscription à ce numéro",
    ] {
        assert!(page.contains(words), "{words}: {page}");
    }
    assert!(
        !page.contains("`declic"),
        "nobody is told to type a command: {page}"
    );

    // Who is at the bench is filled in, and the way back leads to the PC.
    let form = tech
        .get(
            &world,
            &format!("{PAGES}/ajouter/effacements?pc=BDX-001&retour={PC}"),
        )
        .await;
    assert!(
        form.text
            .contains("name=\"by\" maxlength=\"60\" value=\"technician\""),
        "{}",
        form.text
    );
    let wipe = [
        ("pc", "BDX-001"),
        ("on", "2026-10-02"),
        ("method", "random"),
        ("tool", "nwipe 0.38"),
        ("by", "technician"),
        ("result", "done"),
        ("retour", PC),
    ];
    let noted = tech
        .post(&world, &format!("{PAGES}/ajouter/effacements"), &wipe)
        .await;
    assert_eq!(location(&noted), format!("/declic{PC}?dit=ajoute"));
    let trial = [
        ("pc", "BDX-001"),
        ("on", "2026-10-02"),
        ("passed", "true"),
        ("retour", PC),
    ];
    location(
        &tech
            .post(&world, &format!("{PAGES}/ajouter/essais"), &trial)
            .await,
    );
    let page = tech.get(&world, PC).await.text;
    assert!(
        page.contains("essais/B-0001/changer"),
        "its grade is given on its trial: {page}"
    );
    let grade = [
        ("code", "B-0001"),
        ("version", "1"),
        ("pc", "BDX-001"),
        ("on", "2026-10-02"),
        ("passed", "true"),
        ("grade", "b"),
        ("ready_on", "2026-10-03"),
        ("retour", PC),
    ];
    location(
        &tech
            .post(&world, &format!("{PAGES}/essais/B-0001/changer"), &grade)
            .await,
    );
    let list = tech
        .get(&world, &format!("{PAGES}/pc?state=ready"))
        .await
        .text;
    assert!(list.contains("BDX-001</a>"), "{list}");
    let none = tech
        .get(&world, &format!("{PAGES}/pc?state=lost"))
        .await
        .text;
    assert!(none.contains("Aucun PC ne correspond"), "{none}");

    world.enrol(1, Some("BDX-001"), Some("aubiers")).await;
    let id = device(1).to_string();
    let over = [("poste", id.as_str())];
    location(
        &tech
            .post(&world, &format!("{PAGES}/foyers/AUB-017/remise"), &over)
            .await,
    );
    let page = tech.get(&world, PC).await.text;
    for words in [
        "Remis",
        "foyer AUB-017",
        "n’est pas signée des deux côtés",
        "Feuille de retour",
    ] {
        assert!(page.contains(words), "{words}: {page}");
    }
    let life = tech.get(&world, &format!("/postes/{id}")).await.text;
    for words in ["Sa vie", "Remis à un foyer", "Reprendre"] {
        assert!(life.contains(words), "{words}: {life}");
    }
    world.stop().await;
}

#[tokio::test]
async fn no_home_gets_a_pc_without_a_proof_and_the_page_says_so() {
    let world = programme().await;
    sign(&world).await;
    household(&world).await;
    world.enrol(1, Some("BDX-001"), Some("aubiers")).await;
    let tech = Person::of(&world, "technician").await;
    let (path, id) = (
        format!("{PAGES}/foyers/AUB-017/remise"),
        device(1).to_string(),
    );
    let over = [("poste", id.as_str())];
    let unknown = tech.post(&world, &path, &over).await;
    assert!(
        unknown.text.contains("recevez-le d’abord"),
        "{}",
        unknown.text
    );
    let pc = json!({"code": "BDX-001", "received_on": "2026-10-01", "site": "aubiers"});
    add(&world, &format!("{AT}/pcs"), pc).await;
    let refused = tech.post(&world, &path, &over).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    let told = "BDX-001 ne va pas à ce foyer";
    assert!(refused.text.contains(told), "{}", refused.text);
    assert!(!refused.text.contains("`declic"), "{}", refused.text);
    world.stop().await;
}

#[tokio::test]
async fn sheets_and_labels_are_printed_for_who_sees_the_programme() {
    let world = programme().await;
    household(&world).await;
    for code in ["BDX-001", "BDX-002"] {
        let pc = json!({"code": code, "received_on": "2026-10-01", "site": "aubiers", "owner": "Ville", "tenure": "loan"});
        add(&world, &format!("{AT}/pcs"), pc).await;
    }
    let paper = json!({"pc": "BDX-001", "household": "AUB-017", "hands": "return", "on": "2026-10-20",
        "documents": "copied", "household_signed_on": "2026-10-20"});
    add(&world, &format!("{AT}/handovers"), paper).await;
    let evaluator = Person::of(&world, "evaluator").await;
    let page = evaluator.get(&world, PC).await.text;
    assert!(
        page.contains("À signer") || page.contains("à signer"),
        "{page}"
    );
    assert!(
        !page.contains("ajouter/effacements"),
        "an evaluator notes nothing: {page}"
    );
    let sheet = evaluator
        .get(&world, &format!("{PC}/feuille?sens=return&foyer=AUB-017"))
        .await
        .text;
    for words in [
        "Feuille de retour",
        "AUB-017",
        "Ville",
        "<span class=\"tick\">×</span>Copiés",
        "20/10/2026",
    ] {
        assert!(sheet.contains(words), "{words}: {sheet}");
    }
    let forged = evaluator
        .get(&world, &format!("{PC}/feuille?foyer=Mme%20Martin"))
        .await
        .text;
    assert!(
        !forged.contains("Mme Martin"),
        "an address writes nothing on our paper"
    );
    let labels = evaluator
        .get(&world, &format!("{PAGES}/etiquettes"))
        .await
        .text;
    assert_eq!(labels.matches("class=\"qr\"").count(), 2, "{labels}");
    let one = evaluator
        .get(&world, &format!("{PAGES}/etiquettes?pc=BDX-002"))
        .await
        .text;
    assert_eq!(one.matches("class=\"qr\"").count(), 1, "{one}");
    world.stop().await;
}
