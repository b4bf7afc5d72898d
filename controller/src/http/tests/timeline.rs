//! Timelines and placements, as people see them.

use declic_common::InstallId;
use declic_common::envelope::{Envelope, Number, UpBody};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::world::{World, device};
use crate::app::recorder::Heard;
use crate::domain::days::{Day, paris};

const HOUR: i64 = 3_600_000;

fn path(rest: &str) -> String {
    format!("/api/v1/devices/{}{rest}", device(1))
}

/// A message of a boot that began at `zero`, made at `uptime_ms` and heard now.
fn made(boot: u32, seq: u64, zero: i64, uptime_ms: i64, now: i64, body: UpBody) -> Heard {
    Heard::Message(Envelope {
        number: Number {
            install: InstallId::from_bits(4),
            boot,
            seq,
        },
        first_seq: 1,
        age_ms: Some((now - zero - uptime_ms) as u64),
        age_estimated: false,
        observed_at: 0,
        uptime_ms: uptime_ms as u64,
        body,
    })
}

fn report(consent: &str) -> UpBody {
    let report = json!({"interval_s": 900, "consent": consent});
    UpBody::Report(serde_json::from_value(report).unwrap())
}

fn journal(events: Value) -> UpBody {
    UpBody::Journal(serde_json::from_value(json!({ "events": events })).unwrap())
}

/// Two hours on, thirty-five days ago; then off, until one hour ago.
async fn lived(world: &World, now: i64, consent: &str) {
    let first = now - 35 * 24 * HOUR;
    let second = now - HOUR;
    for n in 0..=8 {
        let uptime = n * HOUR / 4;
        let heard = made(1, n as u64 + 1, first, uptime, now, report(consent));
        world.record(1, now, heard).await;
    }
    let goodbye = journal(json!([
        {"kind": "agent_start", "boot": 1, "uptime_ms": 0},
        {"kind": "agent_stop", "boot": 1, "uptime_ms": 2 * HOUR},
        {"kind": "shutdown", "boot": 1, "uptime_ms": 2 * HOUR},
    ]));
    world
        .record(1, now, made(1, 20, first, 2 * HOUR, now, goodbye))
        .await;
    for n in 0..=4 {
        let uptime = n * HOUR / 4;
        let heard = made(2, n as u64 + 1, second, uptime, now, report(consent));
        world.record(1, now, heard).await;
    }
}

async fn world(now: i64) -> World {
    let world = World::start().await;
    world
        .enrol_at(1, Some("BDX-001"), Some("aubiers"), now - 40 * 24 * HOUR)
        .await;
    world
}

fn activities(page: &Value) -> Vec<&str> {
    let items = page["items"].as_array().unwrap();
    items
        .iter()
        .map(|item| item["activity"].as_str().unwrap())
        .collect()
}

#[tokio::test]
async fn a_timeline_is_whole_and_comes_in_pages() {
    let now = Timestamp::now().as_millisecond();
    let world = world(now).await;
    lived(&world, now, "maintenance").await;
    let from = Timestamp::from_millisecond(now - 36 * 24 * HOUR).unwrap();
    let whole = world
        .get(&path(&format!("/timeline?from={from}")))
        .await
        .json();
    assert_eq!(activities(&whole), ["unknown", "on", "off", "on"]);
    let items = whole["items"].as_array().unwrap();
    assert!(
        items
            .windows(2)
            .all(|pair| pair[0]["to"] == pair[1]["from"])
    );
    assert_eq!(items[0]["from"], from.to_string());

    let to = items.last().unwrap()["to"].as_str().unwrap();
    let mut found = Vec::new();
    let mut cursor = String::new();
    loop {
        let query = format!("/timeline?from={from}&to={to}&limit=1{cursor}");
        let page = world.get(&path(&query)).await.json();
        found.extend(page["items"].as_array().unwrap().clone());
        match page["next"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    assert_eq!(&found, items);
    let bad = world.get(&path("/timeline?cursor=AAAA")).await;
    assert_eq!(bad.problem(), "bad-cursor");
    let backwards = world
        .get(&path(&format!("/timeline?from={to}&to={from}")))
        .await;
    assert_eq!(backwards.problem(), "bad-request");
}

#[tokio::test]
async fn the_minutes_of_a_whole_day_are_all_there() {
    let now = Timestamp::now().as_millisecond();
    let world = world(now).await;
    lived(&world, now, "maintenance").await;
    let days = world.get(&path("/timeline/days")).await.json();
    let days = days["items"].as_array().unwrap();
    assert_eq!(days.len(), 15);
    let zone = paris();
    let first = Day::of(now, &zone).before(14);
    assert_eq!(days[0]["day"], first.date().to_string());
    for (n, day) in days[..14].iter().enumerate() {
        let minutes = day["minutes"].as_object().unwrap();
        let sum: u64 = minutes.values().map(|n| n.as_u64().unwrap()).sum();
        let begins = first.before(-(n as i32));
        let length = begins.next().begins(&zone) - begins.begins(&zone);
        assert_eq!(sum as i64, length / 60_000, "{day}");
    }
    let on = days
        .iter()
        .map(|day| day["minutes"]["on"].as_u64().unwrap());
    assert!(on.sum::<u64>().abs_diff(60) <= 1);
}

#[tokio::test]
async fn a_home_shows_fourteen_days_and_more_only_with_consent() {
    let now = Timestamp::now().as_millisecond();
    let from = Timestamp::from_millisecond(now - 30 * 24 * HOUR).unwrap();
    let query = path(&format!("/timeline?from={from}"));
    for (consent, problem) in [("maintenance", Some("refused")), ("usage", None)] {
        let world = world(now).await;
        world.place_at(1, "AUB-017", now - 39 * 24 * HOUR).await;
        lived(&world, now, consent).await;
        let answer = world.get(&query).await;
        let days = world
            .get(&path(&format!("/timeline/days?from={from}")))
            .await;
        match problem {
            Some(problem) => {
                assert_eq!(
                    (answer.problem(), days.problem()),
                    (problem.into(), problem.into())
                );
                let detail = answer.json()["detail"].as_str().unwrap().to_owned();
                assert!(detail.contains("14 days"), "{detail}");
                let seen = world.get(&path("/timeline")).await.json();
                assert_eq!(activities(&seen), ["off", "on"]);
            }
            None => assert_eq!(activities(&answer.json()), ["off", "on"]),
        }
    }
}

#[tokio::test]
async fn a_household_sees_nothing_of_the_one_before() {
    let now = Timestamp::now().as_millisecond();
    let world = world(now).await;
    let placements = path("/placements");
    let home = |code: &str| json!({"place": "home", "household": code, "site": "aubiers"});
    assert_eq!(world.post(&placements, home("AUB-017")).await.status, 201);
    lived(&world, now, "usage").await;
    let other = world.post(&placements, home("AUB-018")).await;
    assert_eq!(other.problem(), "conflict");
    let bench = json!({"place": "bench"});
    assert_eq!(world.post(&placements, bench.clone()).await.status, 201);
    assert_eq!(world.post(&placements, bench).await.problem(), "conflict");
    let handed_over = world.post(&placements, home("AUB-018")).await;
    assert_eq!(handed_over.status, 201);

    let detail = world.get(&path("")).await.json();
    assert_eq!(detail["placement"]["household"], "AUB-018");
    assert_eq!(detail["presence"], "never_started", "{detail}");
    assert_eq!(
        (&detail["latest"], &detail["consent"]),
        (&Value::Null, &Value::Null)
    );
    let since: Timestamp = handed_over.json()["from"]
        .as_str()
        .unwrap()
        .parse()
        .unwrap();
    let seen = world.get(&path("/timeline")).await.json();
    for part in seen["items"].as_array().unwrap() {
        let from: Timestamp = part["from"].as_str().unwrap().parse().unwrap();
        assert!(from >= since, "{part}");
    }
    let from = Timestamp::from_millisecond(now - 2 * HOUR).unwrap();
    let history = format!("/history?metric=agent_waiting&from={from}");
    assert_eq!(world.get(&path(&history)).await.json()["items"], json!([]));
    let listed = world.get(&placements).await.json();
    assert_eq!(listed["items"].as_array().unwrap().len(), 3);
    assert_eq!(listed["items"][1]["place"], "bench");
    let audit = world.get("/api/v1/audit").await.json();
    assert_eq!(audit["items"][0]["what"], "device.deploy");
}

#[tokio::test]
async fn a_placement_that_makes_no_sense_is_refused() {
    let world = World::with_devices().await;
    for (body, kind) in [
        (json!({"place": "home"}), "refused"),
        (
            json!({"place": "home", "household": "Mme Martin"}),
            "refused",
        ),
        (json!({"place": "bench", "household": "AUB-017"}), "refused"),
        (json!({"place": "stock", "site": "two\nlines"}), "refused"),
        (json!({"place": "moon"}), "bad-request"),
    ] {
        let refused = world.post(&path("/placements"), body.clone()).await;
        assert_eq!(refused.problem(), kind, "{body}");
    }
    let nobody = format!("/api/v1/devices/{}/placements", device(99));
    let answer = world.post(&nobody, json!({"place": "bench"})).await;
    assert_eq!(answer.problem(), "unknown-device");
    assert_eq!(world.get(&nobody).await.problem(), "unknown-device");
}

#[tokio::test]
async fn a_device_on_the_bench_is_not_waited_for_and_one_at_home_is() {
    let world = World::with_devices().await;
    let presence = async |n: u64, body: Value| {
        let path = format!("/api/v1/devices/{}", device(n));
        world.post(&format!("{path}/placements"), body).await;
        world.get(&path).await.json()["presence"].clone()
    };
    assert_eq!(presence(3, json!({"place": "bench"})).await, "quiet");
    let home = json!({"place": "home", "household": "AUB-017"});
    // Heard on the bench is not heard at home.
    assert_eq!(presence(2, home).await, "never_started");
}
