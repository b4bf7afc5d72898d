//! Who may use which route: the whole table, tried request by request.

mod pages;
mod records;
mod table;
mod work;
mod workshop;

use std::collections::BTreeSet;

use declic_common::api::Place;
use declic_common::people::Role;
use jiff::Timestamp;
use reqwest::RequestBuilder;
use serde_json::{Value, json};

use self::pages::PAGES;
use self::table::{BESIDE, TABLE};
use super::world::{World, device, send};

struct Row {
    method: &'static str,
    path: &'static str,
    /// One per role, in the order of `Role::ALL`, then whoever has not come in.
    passes: Vec<bool>,
}

fn rows() -> Vec<Row> {
    let lines = [TABLE, PAGES].map(|table| table.trim().lines().skip(1));
    lines
        .into_iter()
        .flatten()
        .chain(workshop::TABLE.trim().lines())
        .chain(records::TABLE.trim().lines())
        .chain(work::TABLE.trim().lines())
        .map(|line| {
            let mut words = line.split_whitespace();
            let (method, path) = (words.next().unwrap(), words.next().unwrap());
            let passes: Vec<bool> = words.map(|word| word == "y").collect();
            assert_eq!(passes.len(), Role::ALL.len() + 1, "{line}");
            Row {
                method,
                path,
                passes,
            }
        })
        .collect()
}

/// A request of another machine, as the proxy of this one passes it on.
fn from_afar(request: RequestBuilder) -> RequestBuilder {
    request
        .header("x-forwarded-for", "203.0.113.9")
        .header("x-forwarded-proto", "https")
        // As a browser says of a form of our own pages.
        .header("sec-fetch-site", "same-origin")
}

fn fill(path: &str, id: &str) -> String {
    path.replace("{id}", id)
        .replace("{name}", "nobody")
        .replace("{slug}", "conflict")
        .replace("{programme}", "nowhere")
        .replace("{code}", "nobody")
        .replace("{pass}", "none")
        .replace("{lang}", "fr")
        // What is followed without an end is refused for this once.
        .replace("/flux", "/flux?poste=none")
}

#[tokio::test]
async fn each_route_lets_pass_the_roles_of_the_table_and_no_other() {
    let world = World::with_devices().await;
    let mut tokens = Vec::new();
    for role in Role::ALL {
        tokens.push(Some(world.token_of(role.as_str(), &[role.as_str()]).await));
    }
    tokens.push(None);
    for row in rows() {
        let path = fill(row.path, &device(1).to_string());
        for (n, (token, passes)) in tokens.iter().zip(&row.passes).enumerate() {
            let mut request = from_afar(world.stranger(row.method, &path));
            if let Some(token) = token {
                request = request.bearer_auth(token);
            }
            if row.method != "GET" {
                request = request.json(&json!({}));
            }
            let answer = send(request).await;
            let who = Role::ALL.get(n).map_or("nobody", |role| role.as_str());
            let told = format!("{who}: {} {path}: {answer:?}", row.method);
            match (passes, token) {
                (true, _) => assert!(![401, 403].contains(&answer.status.as_u16()), "{told}"),
                (false, Some(_)) => assert_eq!(answer.problem(), "forbidden", "{told}"),
                (false, None) => {
                    assert_eq!(answer.problem(), "sign-in", "{told}");
                    assert!(answer.headers.contains_key("www-authenticate"), "{told}");
                }
            }
        }
    }
}

#[tokio::test]
async fn no_route_is_without_a_rule_and_the_document_tells_it() {
    let document: Value = serde_json::from_str(&crate::http::document()).unwrap();
    let mut documented: BTreeSet<String> = BESIDE.iter().map(|route| (*route).to_owned()).collect();
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            let route = format!("{} {path}", method.to_uppercase());
            let access = operation["x-access"].as_str();
            let access = access.unwrap_or_else(|| panic!("{route} has no rule"));
            let row = rows()
                .into_iter()
                .find(|row| format!("{} {}", row.method, row.path) == route);
            let row = row.unwrap_or_else(|| panic!("{route} is not in the table"));
            assert_eq!(access == "open", row.passes[Role::ALL.len()], "{route}");
            let nothing_asked = operation["security"] == json!([{}]);
            assert_eq!(access == "open", nothing_asked, "{route}");
            documented.insert(route);
        }
    }
    documented.extend(crate::http::pages::routes().listed().iter().cloned());
    let tried: BTreeSet<String> = rows()
        .iter()
        .map(|row| format!("{} {}", row.method, row.path))
        .collect();
    assert_eq!(tried, documented);
}

#[tokio::test]
async fn whoever_works_on_one_site_finds_nothing_of_another() {
    let world = World::with_devices().await;
    let token = world.token_of("tech", &["technician:aubiers"]).await;
    let as_tech = |method: &str, path: &str| world.stranger(method, path).bearer_auth(&token);
    let list = send(as_tech("GET", "/api/v1/devices")).await.json();
    let found: Vec<_> = list["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|d| &d["device"])
        .collect();
    assert_eq!(found, [&json!(device(1).to_string())]);
    let there = send(as_tech("GET", "/api/v1/devices?site=grand-parc")).await;
    assert_eq!(there.json()["items"], json!([]));

    // One elsewhere, one without a site, and one that is not there: no difference.
    for row in rows()
        .iter()
        .filter(|row| row.path.contains("/devices/{id}") || row.path.contains("/postes/{id}"))
    {
        let mut answers = BTreeSet::new();
        for n in [2, 3, 99] {
            let request = as_tech(row.method, &fill(row.path, &device(n).to_string()));
            let answer = send(request.json(&json!({}))).await;
            assert_eq!(
                answer.problem(),
                "unknown-device",
                "{} {}",
                row.method,
                row.path
            );
            answers.insert(answer.text);
        }
        assert_eq!(answers.len(), 1, "{answers:?}");
    }
    assert_eq!(
        world
            .get(&format!("/api/v1/devices/{}", device(2)))
            .await
            .status,
        200
    );
    let own = send(as_tech("GET", &format!("/api/v1/devices/{}", device(1)))).await;
    assert_eq!(own.status, 200);
    // The audit and the accounts are of the whole programme.
    let chief = world.token_of("chief", &["admin:aubiers"]).await;
    for path in ["/api/v1/audit", "/api/v1/accounts"] {
        let refused = send(world.stranger("GET", path).bearer_auth(&chief)).await;
        assert_eq!(refused.problem(), "forbidden", "{path}");
        assert!(refused.text.contains("whole programme"), "{}", refused.text);
    }
}

#[tokio::test]
async fn codes_are_made_seen_and_cancelled_within_ones_sites() {
    let world = World::with_devices().await;
    let token = world.token_of("tech", &["technician:aubiers"]).await;
    let as_tech = |method: &str, path: &str| world.stranger(method, path).bearer_auth(&token);
    let make = |body: Value| send(as_tech("POST", "/api/v1/enrolments").json(&body));
    assert_eq!(make(json!({"site": "aubiers"})).await.status, 201);
    for body in [json!({}), json!({"site": "bacalan"})] {
        let refused = make(body).await;
        assert_eq!(refused.problem(), "forbidden");
        assert!(refused.text.contains("aubiers"), "{}", refused.text);
    }
    for n in [2, 3] {
        let rebind = json!({"site": "aubiers", "rebind": device(n).to_string()});
        assert_eq!(make(rebind).await.problem(), "unknown-device");
    }
    let rebind = json!({"rebind": device(1).to_string()});
    assert_eq!(make(rebind).await.status, 201);
    let elsewhere = world
        .post("/api/v1/enrolments", json!({"site": "bacalan"}))
        .await;
    let id = elsewhere.json()["id"].as_str().unwrap().to_owned();
    let cancel = send(as_tech("DELETE", &format!("/api/v1/enrolments/{id}"))).await;
    assert_eq!(cancel.problem(), "unknown-enrolment");
    let seen = send(as_tech("GET", "/api/v1/enrolments")).await.json();
    assert!(!seen.to_string().contains(&id), "{seen}");
    let all = world.get("/api/v1/enrolments").await.json();
    let state = all["items"]
        .as_array()
        .unwrap()
        .iter()
        .find(|code| code["id"] == id.as_str());
    assert_eq!(state.unwrap()["state"], "open");
}

#[tokio::test]
async fn tickets_silences_and_the_day_are_those_of_ones_sites() {
    let world = World::with_devices().await;
    let token = world.token_of("tech", &["technician:aubiers"]).await;
    let as_tech = |method: &str, path: &str| world.stranger(method, path).bearer_auth(&token);
    let text = |n: u64| json!({"device": device(n).to_string(), "text": "Plus de son"});
    for n in [1, 2, 3] {
        let made = world.post("/api/v1/tickets", text(n)).await;
        assert_eq!(made.status, 201, "{}", made.text);
    }
    for path in ["/api/v1/tickets", "/api/v1/today"] {
        let list = send(as_tech("GET", path)).await.json();
        let items = list["items"].as_array().unwrap();
        let devices: Vec<_> = items.iter().map(|item| &item["device"]).collect();
        assert_eq!(devices, [&json!(device(1).to_string())], "{path}");
    }

    // Elsewhere, without a site, or not there: no difference.
    let comment = json!({"version": 2, "change": "comment", "text": "Vu"});
    let mut answers = BTreeSet::new();
    for id in ["T-1002", "T-1003", "T-9999"] {
        let path = format!("/api/v1/tickets/{id}");
        let seen = send(as_tech("GET", &path)).await;
        let changed = send(as_tech("POST", &format!("{path}/changes")).json(&comment)).await;
        for answer in [seen, changed] {
            assert_eq!(answer.problem(), "unknown-ticket", "{id}");
            answers.insert(answer.text);
        }
    }
    assert_eq!(answers.len(), 1, "{answers:?}");
    let own = "/api/v1/tickets/T-1001";
    assert_eq!(send(as_tech("GET", own)).await.status, 200);
    let changes = format!("{own}/changes");
    for n in [2, 3, 99] {
        let swap = json!({"version": 2, "change": "swap", "with": device(n).to_string()});
        let swapped = send(as_tech("POST", &changes).json(&swap)).await;
        assert_eq!(swapped.problem(), "unknown-device");
        let opened = send(as_tech("POST", "/api/v1/tickets").json(&text(n))).await;
        assert_eq!(opened.problem(), "unknown-device");
    }
    let said = send(as_tech("POST", &changes).json(&comment)).await;
    assert_eq!(said.status, 200, "{}", said.text);

    let silence = |site: &str| json!({"site": site, "hours": 2});
    for site in ["aubiers", "grand-parc"] {
        let set = world.post("/api/v1/silences", silence(site)).await;
        assert_eq!(set.status, 200, "{}", set.text);
    }
    let list = send(as_tech("GET", "/api/v1/silences")).await.json();
    let items = list["items"].as_array().unwrap();
    assert_eq!(items.len(), 1, "{list}");
    assert_eq!(items[0]["site"], "aubiers");
    let set = |site: &str| send(as_tech("POST", "/api/v1/silences").json(&silence(site)));
    assert_eq!(set("aubiers").await.status, 200);
    let (elsewhere, nowhere) = (set("grand-parc").await, set("nowhere").await);
    assert_eq!(elsewhere.text, nowhere.text);
    assert!(!elsewhere.status.is_success());
    let other = json!({"device": device(2).to_string(), "hours": 2});
    let other = send(as_tech("POST", "/api/v1/silences").json(&other)).await;
    assert_eq!(other.problem(), "unknown-device");
}

#[tokio::test]
async fn a_spare_of_no_site_or_of_the_stock_may_be_taken_and_no_other_one() {
    let world = World::with_devices().await;
    let now = Timestamp::now().as_millisecond();
    for n in [4, 5] {
        world.enrol(n, None, Some("grand-parc")).await;
    }
    world.place_at(1, "AUB-017", now).await;
    world.keep_at(2, Place::Bench, now).await;
    world.keep_at(3, Place::Bench, now).await;
    world.keep_at(4, Place::Stock, now).await;
    let token = world.token_of("tech", &["technician:aubiers"]).await;
    let as_tech = |method: &str, path: &str| world.stranger(method, path).bearer_auth(&token);
    let list = send(as_tech("GET", "/api/v1/devices?spare=true"))
        .await
        .json();
    let items = list["items"].as_array().unwrap().iter();
    let spares: Vec<_> = items.map(|item| item["device"].clone()).collect();
    assert_eq!(spares, [3, 4].map(|n| json!(device(n).to_string())));

    let body = json!({"device": device(1).to_string(), "text": "Il ne démarre plus"});
    send(as_tech("POST", "/api/v1/tickets").json(&body)).await;
    let change = |body: Value| send(as_tech("POST", "/api/v1/tickets/T-1001/changes").json(&body));
    let choice = json!({"version": 2, "change": "documents", "choice": "erased"});
    assert_eq!(change(choice).await.status, 200);
    let swap = |n: u64| json!({"version": 3, "change": "swap", "with": device(n).to_string()});
    // On the bench of others, of others and nowhere, and not there: no difference.
    let mut answers = BTreeSet::new();
    for n in [2, 5, 99] {
        let refused = change(swap(n)).await;
        assert_eq!(refused.problem(), "unknown-device", "{n}");
        answers.insert(refused.text);
    }
    assert_eq!(answers.len(), 1, "{answers:?}");
    let done = change(swap(4)).await;
    assert_eq!(done.status, 200, "{}", done.text);

    // The spare is theirs now, by where it is; the other one still is.
    for n in [1, 4] {
        let path = format!("/api/v1/devices/{}", device(n));
        let seen = send(as_tech("GET", &path)).await;
        assert_eq!(seen.json()["site"], "aubiers", "{}", seen.text);
    }
}

#[tokio::test]
async fn a_device_is_within_reach_by_where_it_is_rather_than_where_it_joined() {
    let world = World::with_devices().await;
    let here = world.token_of("here", &["technician:aubiers"]).await;
    let there = world.token_of("there", &["technician:bacalan"]).await;
    let placements = format!("/api/v1/devices/{}/placements", device(1));
    let home = json!({"place": "home", "household": "BAC-001", "site": "bacalan"});
    assert_eq!(world.post(&placements, home).await.status, 201);
    let ticket = json!({"device": device(1).to_string(), "text": "Bruit", "priority": "high"});
    assert_eq!(world.post("/api/v1/tickets", ticket).await.status, 201);
    let silence = json!({"site": "bacalan", "cause": "overdue", "hours": 2});
    assert_eq!(world.post("/api/v1/silences", silence).await.status, 200);
    let of_device = format!("/api/v1/devices/{}", device(1));
    for (token, seen) in [(&here, false), (&there, true)] {
        let get = async |path: &str| send(world.stranger("GET", path).bearer_auth(token)).await;
        assert_eq!(get(&of_device).await.status == 200, seen);
        for path in [
            "/api/v1/devices",
            "/api/v1/tickets",
            "/api/v1/today",
            "/api/v1/silences",
        ] {
            let list = get(path).await.json();
            assert_eq!(list["items"].as_array().unwrap().len() == 1, seen, "{path}");
        }
    }
    let day = world.get("/api/v1/today?site=bacalan").await.json();
    assert_eq!(day["items"][0]["site"], "bacalan");
}

#[tokio::test]
async fn a_device_is_placed_within_ones_sites() {
    let world = World::with_devices().await;
    let token = world.token_of("tech", &["technician:aubiers"]).await;
    let path = format!("/api/v1/devices/{}/placements", device(1));
    let place = |site: &str| {
        let body = json!({"place": "home", "household": "AUB-017", "site": site});
        send(
            world
                .stranger("POST", &path)
                .bearer_auth(&token)
                .json(&body),
        )
    };
    let refused = place("bacalan").await;
    assert_eq!(refused.problem(), "forbidden");
    assert!(refused.text.contains("aubiers"), "{}", refused.text);
    assert_eq!(place("aubiers").await.status, 201);
}
