//! What the register tells of PCs, in the indicators: answers worked out on paper.

use declic_common::envelope::UpBody;
use jiff::Timestamp;
use jiff::civil::Date;
use serde_json::{Value, json};

use super::super::programme::add;
use super::super::world::World;
use super::{AT, DAY, agree, answer, frozen, paris_day};

/// A demonstration with one site, two households, and a lot of four PCs of which one never came.
async fn received(now: i64) -> World {
    let world = World::start().await;
    let ago = |days: i64| paris_day(now - days * DAY);
    let programme =
        json!({"code": "essai", "name": "Essai", "demonstration": true, "begins_on": ago(40)});
    add(&world, "/api/v1/programmes", programme).await;
    let put = async |nouns: &str, record: Value| {
        add(&world, &format!("{AT}/{nouns}"), record).await;
    };
    put("sites", json!({"code": "nord", "name": "Nord"})).await;
    for code in ["NORD-01", "NORD-02"] {
        put("households", json!({"code": code, "site": "nord"})).await;
    }
    let lot = json!({"code": "D-0001", "donor": "Ville", "intake": "donation", "received_on": ago(30), "pcs": 4});
    put("lots", lot).await;
    let pc = |code: &str| json!({"code": code, "lot": "D-0001", "received_on": ago(30), "kind": "desktop"});
    let mut first = pc("BDX-001");
    first["mass_g"] = json!(7_000);
    first["made_in"] = json!(ago(20).year() - 10);
    put("pcs", first).await;
    put("pcs", pc("BDX-002")).await;
    let mut broken = pc("BDX-009");
    broken["rejected_on"] = json!(ago(30));
    broken["rejected_for"] = json!("broken");
    put("pcs", broken).await;
    put(
        "wipes",
        json!({"pc": "BDX-001", "on": ago(29), "method": "random", "tool": "nwipe 0.38", "by": "jb", "result": "done"}),
    )
    .await;
    put(
        "trials",
        json!({"pc": "BDX-001", "on": ago(28), "passed": true, "grade": "b", "power_on_hours": 18_250,
               "disk_warning": "right", "ready_on": ago(28)}),
    )
    .await;
    world
}

/// Both PCs are handed over twenty days ago; of the second only the household signed.
async fn handed_over() -> World {
    let now = Timestamp::now().as_millisecond();
    let world = received(now).await;
    let ago = |days: i64| paris_day(now - days * DAY);
    for (n, pc, home) in [(1, "BDX-001", "NORD-01"), (2, "BDX-002", "NORD-02")] {
        let then = now - 20 * DAY;
        world.enrol_at(n, Some(pc), Some("nord"), then).await;
        world.place_at(n, home, then).await;
        let mut paper = json!({"pc": pc, "household": home, "hands": "handover", "on": ago(20),
            "household_signed_on": ago(20)});
        match n {
            1 => paper["programme_signed_on"] = json!(ago(19)),
            _ => paper["grade"] = json!("a"),
        }
        add(&world, &format!("{AT}/handovers"), paper).await;
    }
    world
}

/// A year has twelve months, counted from the middle of the year in which it was made.
fn age_of(handover: Date) -> f64 {
    f64::from(120 + i32::from(handover.month()) - 1 - 6) / 12.0
}

#[tokio::test]
async fn proofs_signatures_grades_and_ages_come_from_the_register() {
    let world = handed_over().await;
    let now = Timestamp::now().as_millisecond();
    // The second says itself how old its disk is, the first as the bench found.
    let smart = json!({"interval_s": 900, "slow": {"smart": [
        {"disk": "0123abcd", "kind": "ata", "passed": true, "power_on_hours": 41_000}]}});
    let report = UpBody::Report(serde_json::from_value(smart).unwrap());
    world.hear(2, now - 19 * DAY, 1, report).await;

    let (_, opened) = frozen(&world).await;
    agree(&opened);
    let told = |code: &str, part: &str, category: &str| {
        let figure = answer(&opened, code).figure(part, category).cloned();
        let figure = figure.unwrap_or_else(|| panic!("{code} {part} {category}"));
        (
            figure.value,
            figure.missing.map_or(0.0, |count| count.value),
        )
    };
    assert_eq!(told("device_yield", "value", ""), (Some(2.0 / 3.0), 1.0));
    assert_eq!(told("erasure_proof_rate", "value", ""), (Some(0.5), 0.0));
    assert_eq!(told("handover_signed_rate", "value", ""), (Some(0.5), 0.0));
    assert_eq!(told("grade_at_handover", "value", "a"), (Some(1.0), 0.0));
    assert_eq!(told("grade_at_handover", "value", "b"), (Some(1.0), 0.0));
    let age = age_of(paris_day(now - 20 * DAY));
    assert_eq!(told("device_age", "age_median", ""), (Some(age), 1.0));
    let hours = (18_250.0 + 41_000.0) / 2.0;
    assert_eq!(
        told("device_age", "power_on_median", ""),
        (Some(hours), 0.0)
    );
    assert_eq!(told("intake_to_home", "median", ""), (Some(10.0), 0.0));
    assert_eq!(told("mass_reused", "value", ""), (Some(7.0), 1.0));
    assert_eq!(told("disk_warnings", "value", "true"), (Some(1.0), 0.0));
}

#[tokio::test]
async fn a_second_home_needs_a_proof_of_its_own_and_a_pc_of_no_register_is_unknown() {
    let world = handed_over().await;
    let now = Timestamp::now().as_millisecond();
    world
        .keep_at(1, declic_common::api::Place::Stock, now - 9 * DAY)
        .await;
    world.place_at(1, "NORD-02", now - 8 * DAY).await;
    world
        .enrol_at(3, Some("XYZ-003"), Some("nord"), now - 8 * DAY)
        .await;
    world.place_at(3, "NORD-01", now - 8 * DAY).await;
    let (_, opened) = frozen(&world).await;
    agree(&opened);
    // With a proof: the first handover of BDX-001. Without: BDX-002, and BDX-001 when it went on.
    let figure = answer(&opened, "erasure_proof_rate").figures.remove(0);
    assert_eq!(figure.value, Some(1.0 / 3.0));
    assert_eq!(figure.missing.unwrap().value, 1.0);
}

#[tokio::test]
async fn a_repair_counts_once_with_what_the_bench_says_of_it() {
    let world = handed_over().await;
    let now = Timestamp::now().as_millisecond();
    let ago = |days: i64| paris_day(now - days * DAY);
    let repair = json!({"pc": "BDX-002", "begun_on": ago(5), "ended_on": ago(3), "category": "hardware",
        "outcome": "fixed", "minutes": 45});
    add(&world, &format!("{AT}/repairs"), repair).await;
    let bench = json!({"pc": "BDX-001", "begun_on": ago(27), "ended_on": ago(26), "outcome": "repairable",
        "barrier": "lack_of_equipment"});
    add(&world, &format!("{AT}/repairs"), bench).await;
    let (_, opened) = frozen(&world).await;
    agree(&opened);
    let repairs = answer(&opened, "repair_outcome");
    assert_eq!(repairs.value("repairs", ""), Some(2.0));
    assert_eq!(repairs.value("value", "Fixed"), Some(1.0));
    assert_eq!(repairs.value("value", "Repairable"), Some(1.0));
    assert_eq!(repairs.value("value", "Lack of equipment"), Some(1.0));
    let rows = &opened.dataset.repairs;
    let at_home = rows.iter().filter(|row| row.household.is_some());
    let minutes: Vec<_> = at_home.map(|row| row.worked_minutes).collect();
    assert_eq!(
        minutes,
        [Some(45)],
        "at the bench there is no household yet"
    );
}

#[tokio::test]
async fn a_pc_that_is_lost_has_left_its_home_on_that_day() {
    let world = handed_over().await;
    let now = Timestamp::now().as_millisecond();
    let pc = format!("{AT}/pcs/BDX-001");
    let kept = world.get(&pc).await.json();
    let mut record = kept["record"].clone();
    let lost = paris_day(now - 4 * DAY);
    record["lost_on"] = json!(lost);
    let change = json!({"version": kept["version"], "record": record});
    let changed = super::super::world::send(world.request("PUT", &pc).json(&change)).await;
    assert_eq!(changed.status, 200, "{}", changed.text);
    let (_, opened) = frozen(&world).await;
    agree(&opened);
    let gone: Vec<_> = opened
        .dataset
        .placements
        .iter()
        .filter_map(|row| Some((row.exit?, row.to?)))
        .collect();
    assert_eq!(gone, [(declic_evaluation::vocabulary::Exit::Lost, lost)]);
}
