//! A programme that is frozen: from its records and its PCs to a dataset that anybody opens.

mod bench;
mod files;
mod means;
mod training;

use declic_common::InstallId;
use declic_common::envelope::{Envelope, Number, UpBody};
use declic_evaluation::dataset::archive::{self, Opened};
use declic_evaluation::dataset::check::contradictions;
use declic_evaluation::disclosure::{Audience, publish};
use declic_evaluation::indicators::{Answer, Ground, of};
use declic_evaluation::vocabulary::{ConsentLevel, Exit, Minority, Wave};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde_json::{Value, json};

use super::programme::add;
use super::world::{World, device, send};
use crate::app::recorder::Heard;

const AT: &str = "/api/v1/programmes/essai";
const DAY: i64 = 86_400_000;

/// Two hours on, on the day that began at `zero`, heard a day later.
async fn evening(world: &World, boot: u32, zero: i64, consent: &str) {
    for n in 0..=8_i64 {
        let uptime = n * 900_000;
        let report = json!({"interval_s": 900, "consent": consent});
        let now = zero + DAY;
        let heard = Heard::Message(Envelope {
            number: Number {
                install: InstallId::from_bits(4),
                boot,
                seq: n as u64 + 1,
            },
            first_seq: 1,
            age_ms: Some((now - zero - uptime) as u64),
            age_estimated: false,
            observed_at: 0,
            uptime_ms: uptime as u64,
            body: UpBody::Report(serde_json::from_value(report).unwrap()),
        });
        world.record(1, now, heard).await;
    }
}

/// A demonstration with two homes that came in and one that did not; one of them lived.
async fn lived() -> World {
    let world = World::start().await;
    let now = Timestamp::now();
    let today = now.to_zoned(TimeZone::get("Europe/Paris").unwrap()).date();
    let begins = today.saturating_sub(jiff::Span::new().days(10));
    let programme = json!({
        "code": "essai", "name": "Essai", "carrier": "Ville", "demonstration": true,
        "begins_on": begins, "target_homes": 2, "approached": [{"quarter": "Nord", "households": 9}],
        "funders": [{"name": "Ville", "cap_cents": 500_000}],
        "partners": [{"name": "Centre social", "letter_on": begins}],
    });
    add(&world, "/api/v1/programmes", programme).await;
    let put = async |nouns: &str, record: Value| {
        add(&world, &format!("{AT}/{nouns}"), record).await;
    };
    put(
        "sites",
        json!({"code": "nord", "name": "Nord", "seats": 10}),
    )
    .await;
    for (code, state) in [("A-0001", "selected"), ("A-0002", "waiting_list")] {
        let asked = json!({
            "code": code, "site": "nord", "received_on": begins, "state": state,
            "near_workshop": true, "digitally_excluded": true, "volunteer": true,
        });
        put("applications", asked).await;
    }
    for (code, application) in [("NORD-01", Some("A-0001")), ("NORD-02", None)] {
        let home = json!({
            "code": code, "site": "nord", "kind": "alone", "application": application,
            "charter_on": begins,
        });
        put("households", home).await;
    }
    put(
        "persons",
        json!({"code": "P-0001", "household": "NORD-01", "first_name": "Secret", "age": "moins_de_douze"}),
    )
    .await;
    put(
        "surveys",
        json!({
            "code": "S-0001", "household": "NORD-01", "moment": "start", "answered_on": begins,
            "frequency": "never", "no_home_line": true, "information_1": 1,
        }),
    )
    .await;
    put(
        "costs",
        json!({"code": "E-0001", "item": "staff", "amount_cents": 12_300, "paid_on": begins, "funder": "Ville"}),
    )
    .await;
    let handover = now.as_millisecond() - 8 * DAY;
    world
        .enrol_at(1, Some("BDX-001"), Some("nord"), handover)
        .await;
    world
        .enrol_at(2, Some("BDX-002"), Some("nord"), handover)
        .await;
    world.place_at(1, "NORD-01", handover).await;
    world.place_at(2, "NORD-02", handover).await;
    for n in 1..=5 {
        evening(&world, n, handover + i64::from(n) * DAY, "usage").await;
    }
    world
}

async fn frozen(world: &World) -> (Vec<u8>, Opened) {
    let answer = world.request("GET", &format!("{AT}/evaluation/dataset"));
    let answer = answer.send().await.unwrap();
    assert_eq!(answer.status(), 200, "{}", answer.text().await.unwrap());
    let bytes = answer.bytes().await.unwrap().to_vec();
    let opened = archive::read(bytes.as_slice(), None).unwrap();
    assert_eq!(opened.faults, []);
    (bytes, opened)
}

/// What an indicator answers of the period of a dataset.
fn answer(opened: &Opened, code: &str) -> Answer {
    let period = opened.manifest.about.period;
    of(code)
        .unwrap()
        .answer(&Ground::new(&opened.dataset, period))
}

/// The rows can be true together, and what is published of them is safe.
fn agree(opened: &Opened) {
    assert_eq!(contradictions(&opened.dataset), []);
    let period = opened.manifest.about.period;
    publish(&opened.dataset, period, Audience::Inside, true).unwrap();
}

fn paris_day(ms: i64) -> Date {
    let moment = Timestamp::from_millisecond(ms).unwrap();
    moment
        .to_zoned(TimeZone::get("Europe/Paris").unwrap())
        .date()
}

#[tokio::test]
async fn a_frozen_programme_is_whole_agrees_with_itself_and_names_nobody() {
    let world = lived().await;
    let (bytes, opened) = frozen(&world).await;
    let data = &opened.dataset;
    assert_eq!(contradictions(data), []);
    let text = String::from_utf8_lossy(&bytes);
    for secret in [
        "NORD-01",
        "Secret",
        "BDX-001",
        "P-0001",
        &device(1).to_string(),
    ] {
        assert!(!text.contains(secret), "{secret} is in the dataset");
    }

    let counts = (
        data.households.len(),
        data.persons.len(),
        data.surveys.len(),
    );
    assert_eq!(counts, (3, 1, 1));
    assert_eq!(data.persons[0].minority, Some(Minority::Under12));
    assert_eq!(data.surveys[0].wave, Wave::Start);
    assert_eq!(data.costs[0].amount_cents, 12_300);
    assert_eq!(data.funders[0].paid_cents, 12_300);
    let lived = data.persons[0].household;
    let home = data.households.iter().find(|row| row.household == lived);
    assert_eq!(home.unwrap().home_line_before, Some(false));

    let days: Vec<_> = data
        .device_days
        .iter()
        .filter(|row| row.household == lived)
        .collect();
    assert!((8..=10).contains(&days.len()), "{}", days.len());
    let active = days.iter().filter(|row| row.connected == Some(true));
    assert!(active.clone().count() >= 5);
    let minutes: u32 = active.filter_map(|row| row.on_minutes).map(u32::from).sum();
    // Five times two hours, each report speaking for the interval before it.
    assert!((600..=690).contains(&minutes), "{minutes}");
    assert!(
        data.consents
            .iter()
            .any(|row| row.level == ConsentLevel::Usage)
    );
    let silent = data.device_days.iter().filter(|row| row.household != lived);
    assert!(silent.clone().count() > 0);
    assert!(
        silent.clone().all(|row| row.on_minutes.is_none()),
        "no consent, no minutes"
    );

    let period = opened.manifest.about.period;
    let figures = publish(data, period, Audience::Inside, true).unwrap();
    let told = figures.of("households_approached").next().unwrap();
    assert_eq!(told.value, Some(9.0));
}

#[tokio::test]
async fn start_and_end_of_one_programme_pair_and_the_audit_tells_each_freezing() {
    let world = lived().await;
    let (_, first) = frozen(&world).await;
    let (_, second) = frozen(&world).await;
    assert_eq!(first.dataset.households, second.dataset.households);
    assert_eq!(first.signature.public_key, second.signature.public_key);
    assert_eq!(
        first.manifest.about.evaluation,
        second.manifest.about.evaluation
    );
    let audit = world.get("/api/v1/audit?limit=5").await.json();
    let entries = audit["items"].as_array().unwrap();
    let freezings = entries
        .iter()
        .filter(|row| row["what"] == "evaluation.freeze");
    assert_eq!(freezings.count(), 2, "{audit}");
}

#[tokio::test]
async fn a_pc_that_took_the_place_of_another_is_told_as_exchanged() {
    let world = lived().await;
    let path = |n| format!("/api/v1/devices/{}/placements", device(n));
    world.enrol(3, Some("BDX-003"), Some("nord")).await;
    let stock = world.post(&path(1), json!({"place": "stock"})).await;
    assert_eq!(stock.status, 201, "{}", stock.text);
    let home = json!({"place": "home", "household": "NORD-01"});
    let placed = world.post(&path(3), home).await;
    assert_eq!(placed.status, 201, "{}", placed.text);
    let (_, opened) = frozen(&world).await;
    assert_eq!(contradictions(&opened.dataset), []);
    let exits: Vec<_> = opened
        .dataset
        .placements
        .iter()
        .filter_map(|row| row.exit)
        .collect();
    assert_eq!(exits, [Exit::Swapped]);
}

#[tokio::test]
async fn what_cannot_be_frozen_says_what_to_do() {
    let world = lived().await;
    let at = |at: &str| format!("{AT}/evaluation/dataset?at={at}");
    for (asked, problem, word) in [
        ("end", "refused", "ends_on"),
        ("2001-01-01", "refused", "began"),
        ("yesterday", "bad-request", "start"),
    ] {
        let answer = world.get(&at(asked)).await;
        assert_eq!(answer.problem(), problem, "{}", answer.text);
        assert!(answer.text.contains(word), "{}", answer.text);
    }
    let elsewhere = world.token_of("elsewhere", &["evaluator:@other"]).await;
    let path = format!("{AT}/evaluation/dataset");
    let request = world.stranger("GET", &path).bearer_auth(elsewhere);
    assert_ne!(send(request).await.status, 200);
}
