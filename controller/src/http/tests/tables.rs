//! Records as tables: 140 applications, twelve of them wrong.

use serde_json::{Value, json};

use super::programme::{AT, add, programme};
use super::world::{Answer, World, send};

/// Line of the file of an application: the first one names the fields.
fn line(n: usize) -> usize {
    n + 2
}

const HEAD: &str = "code;site;quarter;received_on;state;reason;near_workshop;digitally_excluded;volunteer;persons;children;note";

/// An application as somebody in Bordeaux types it.
fn good(n: usize) -> String {
    let day = n % 28 + 1;
    let state = if n.is_multiple_of(3) {
        "selected"
    } else {
        "received"
    };
    format!(
        "A-{n:04};aubiers;Les Aubiers;{day:02}/02/2010;{state};;oui;Oui;x;4;2;\"dit « bientôt » ; à rappeler\""
    )
}

/// What is wrong with a line, and the column that it is wrong in.
fn bad() -> Vec<(usize, String, &'static str)> {
    let line = |n: usize, text: &str, column| (n, text.replace("{}", &format!("A-{n:04}")), column);
    vec![
        line(3, "{};nowhere;;01/02/2010;received;;;;;;;", "site"),
        line(14, "{};;;01/02/2010;received;;;;;;;", "site"),
        line(25, "{};aubiers;;31/02/2010;received;;;;;;;", "received_on"),
        line(36, "{};aubiers;;;received;;;;;;;", "received_on"),
        line(47, "{};aubiers;;01/02/2010;accepted;;;;;;;", "state"),
        line(58, "{};aubiers;;01/02/2010;declined;;;;;;;", "reason"),
        line(69, "{};aubiers;;01/02/2010;received;moved;;;;;;", "reason"),
        line(
            80,
            "{};aubiers;;01/02/2010;selected;;oui;oui;;;;",
            "volunteer",
        ),
        line(
            91,
            "{};aubiers;;01/02/2010;received;;peut-être;;;;;",
            "near_workshop",
        ),
        line(
            102,
            "{};aubiers;;01/02/2010;received;;;;;quatre;;",
            "persons",
        ),
        line(113, "{};aubiers;;01/02/2010;received;;;;;2;3;", "children"),
        (
            124,
            "A-0007;aubiers;;01/02/2010;received;;;;;;;".to_owned(),
            "code",
        ),
    ]
}

fn file() -> String {
    let mut lines: Vec<String> = (0..140).map(good).collect();
    for (n, text, _) in bad() {
        lines[n] = text;
    }
    format!("\u{feff}{HEAD}\r\n{}\r\n", lines.join("\r\n"))
}

async fn import(world: &World, csv: &str, how: Value) -> Answer {
    let mut body = how;
    body["csv"] = csv.into();
    let answer = world.post(&format!("{AT}/import/applications"), body).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer
}

async fn count(world: &World) -> usize {
    let list = world
        .get(&format!("{AT}/applications?limit=500"))
        .await
        .json();
    list["items"].as_array().unwrap().len()
}

#[tokio::test]
async fn a_trial_names_each_bad_line_and_column_and_keeps_nothing() {
    let world = programme().await;
    let told = import(&world, &file(), json!({"dry_run": true}))
        .await
        .json();
    let expected: Vec<Value> = bad()
        .iter()
        .map(|(n, _, column)| json!([line(*n), [column]]))
        .collect();
    let found: Vec<Value> = told["bad"]
        .as_array()
        .unwrap()
        .iter()
        .map(|bad| {
            let columns = bad["columns"].as_array().unwrap();
            let names: Vec<_> = columns.iter().map(|column| &column["field"]).collect();
            json!([bad["line"], names])
        })
        .collect();
    assert_eq!(found, expected);
    assert_eq!((&told["lines"], &told["added"]), (&json!(140), &json!(128)));
    assert_eq!(told["done"], false);
    assert_eq!(count(&world).await, 0);
    let keys = world.dir.path().join("household-keys");
    assert!(!keys.exists(), "a trial makes no key");
}

#[tokio::test]
async fn an_import_takes_all_lines_or_none_or_the_good_ones_as_asked() {
    let world = programme().await;
    let none = import(&world, &file(), json!({})).await.json();
    assert_eq!((&none["done"], count(&world).await), (&json!(false), 0));
    let good = import(&world, &file(), json!({"skip_bad": true}))
        .await
        .json();
    assert_eq!((&good["done"], &good["added"]), (&json!(true), &json!(128)));
    assert_eq!(count(&world).await, 128);
    // The same file once more changes nothing.
    let again = import(&world, &file(), json!({"skip_bad": true}))
        .await
        .json();
    assert_eq!(again["same"], 128, "{again}");
    assert_eq!(again["done"], false);

    let audit = world.get("/api/v1/audit").await.json();
    assert_eq!(audit["items"][0]["what"], "application.import");
    assert_eq!(audit["items"][0]["detail"], "128 added, 0 changed");
}

#[tokio::test]
async fn what_an_export_writes_an_import_takes_back() {
    let world = programme().await;
    import(&world, &file(), json!({"skip_bad": true})).await;
    let export = async |path: String| world.get(&path).await;
    let csv = export(format!("{AT}/export/applications")).await;
    assert!(
        csv.headers["content-type"]
            .to_str()
            .unwrap()
            .starts_with("text/csv")
    );
    assert_eq!(csv.text.lines().count(), 129);
    assert!(csv.text.contains("à rappeler"), "{}", &csv.text[..400]);
    let again = import(&world, &csv.text, json!({})).await.json();
    assert_eq!((&again["same"], &again["bad"]), (&json!(128), &json!([])));
    let some = export(format!("{AT}/export/applications?state=selected")).await;
    assert!(
        some.text
            .lines()
            .skip(1)
            .all(|line| line.contains("selected"))
    );

    // What somebody may not see is no column, and is left alone.
    let token = world.token_of("eva", &["evaluator"]).await;
    let path = format!("{AT}/export/applications");
    let seen = send(world.stranger("GET", &path).bearer_auth(&token)).await;
    assert!(!seen.text.contains("note") && !seen.text.contains("rappeler"));
    let back = import(&world, &seen.text, json!({})).await.json();
    assert_eq!(back["same"], 128, "{back}");

    // A text that a spreadsheet would run is written so that it does not.
    let contact = json!({"application": "A-0001", "phone": "+33 5 56 00 00 17"});
    add(&world, &format!("{AT}/contacts"), contact).await;
    let csv = export(format!("{AT}/export/contacts")).await;
    assert!(csv.text.contains("'+33 5 56"), "{}", csv.text);
    let body = json!({"csv": csv.text});
    let back = world
        .post(&format!("{AT}/import/contacts"), body)
        .await
        .json();
    assert_eq!((&back["same"], &back["bad"]), (&json!(1), &json!([])));
}

#[tokio::test]
async fn a_file_that_is_not_ours_says_what_it_should_be() {
    let world = programme().await;
    let told = import(&world, "code,colour\nA-0001,red\n", json!({}))
        .await
        .json();
    assert_eq!(told["bad"][0]["line"], 1);
    assert_eq!(told["bad"][0]["columns"][0]["field"], "colour");
    let told = import(&world, "", json!({})).await.json();
    assert!(
        told["bad"][0]["columns"][0]["en"]
            .as_str()
            .unwrap()
            .contains("empty")
    );
    let uneven =
        "code,site,received_on,state\nA-0001,aubiers\nA-0002,aubiers,2010-02-01,received\n";
    let told = import(&world, uneven, json!({"skip_bad": true}))
        .await
        .json();
    assert_eq!(
        (&told["added"], &told["bad"][0]["line"]),
        (&json!(1), &json!(2))
    );
}
