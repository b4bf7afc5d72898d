//! A demonstration has what a real programme has.

use declic_common::programme::vocabulary::{Hands, LifeState, SessionState};
use declic_common::programme::{Attendance, Cost, Session};

use super::*;
use crate::app::programme::{ListQuery, all};
use crate::app::testing;

fn days() -> Days {
    Days {
        first: jiff::civil::date(2025, 11, 1),
        today: jiff::civil::date(2026, 11, 26),
    }
}

fn code(n: usize) -> String {
    format!("F-{:03}", n + 1)
}

#[tokio::test]
async fn a_demonstration_has_a_programme_of_the_size_of_a_real_one() {
    let dir = tempfile::tempdir().unwrap();
    let app = testing::app(dir.path(), 1);
    assert!(
        write(&app, 100, code, days(), 1_790_000_000_000)
            .await
            .unwrap()
    );
    let count = |sheet| all(app.store.as_ref(), sheet, PROGRAMME).unwrap().len();
    assert_eq!(count(Application::SHEET), 140);
    assert_eq!(count(Household::SHEET), 100);
    assert_eq!(count(Building::SHEET), 8);
    assert_eq!(count(Survey::SHEET), 200);
    assert!(
        (200..330).contains(&count(Person::SHEET)),
        "{}",
        count(Person::SHEET)
    );
    let costs = all(app.store.as_ref(), Cost::SHEET, PROGRAMME).unwrap();
    let costs = costs.iter().filter_map(|row| row.read::<Cost>());
    let spent: i64 = costs
        .filter(|cost| !cost.in_kind)
        .filter_map(|cost| cost.amount_cents)
        .sum();
    assert!((7_800_000..8_100_000).contains(&spent), "{spent}");
    // Once there, it is left as people changed it.
    assert!(
        !write(&app, 100, code, days(), 1_790_000_000_001)
            .await
            .unwrap()
    );
}

#[tokio::test]
async fn no_name_of_a_demonstration_is_readable_in_its_store() {
    let dir = tempfile::tempdir().unwrap();
    let app = testing::app(dir.path(), 1);
    write(&app, 12, code, days(), 1_790_000_000_000)
        .await
        .unwrap();
    let rows = all(app.store.as_ref(), Person::SHEET, PROGRAMME).unwrap();
    assert!(rows.iter().all(|row| row.text("first_name").is_none()));
    let by = By {
        who: "cli:0".to_owned(),
        reach: Reach::Everywhere,
        sight: Sight {
            contacts: Some(Reach::Everywhere),
            first_names: Some(Reach::Everywhere),
        },
    };
    let (shown, _) = programme::list(
        &app,
        Person::SHEET,
        Some(PROGRAMME),
        ListQuery::default(),
        &by,
        1_790_000_000_001,
    )
    .await
    .unwrap();
    assert_eq!(shown[0].record["first_name"], "Prénom 001");
}

/// The afternoon of the last day of these.
const NOW: i64 = 1_795_702_400_000;

#[tokio::test]
async fn no_pc_of_a_demonstration_has_a_life_that_could_not_be() {
    let dir = tempfile::tempdir().unwrap();
    let app = testing::app(dir.path(), 1);
    write(&app, 100, code, days(), NOW).await.unwrap();
    let lives = programme::lives(&app, PROGRAMME, Default::default(), &by(), NOW)
        .await
        .unwrap();
    assert!(lives.iter().all(|pc| pc.faults == 0), "{lives:?}");
    let count = |state| lives.iter().filter(|pc| pc.state == state).count();
    // Nothing was handed over here: the PCs of homes and posts are ready, and so are the spares.
    assert_eq!(count(LifeState::Ready), 100 + 9 + 9);
    let rest = [
        (LifeState::Received, 3),
        (LifeState::Erased, 2),
        (LifeState::Tested, 1),
        (LifeState::InRepair, 1),
        (LifeState::Recycled, 4),
    ];
    for (state, number) in rest {
        assert_eq!(count(state), number, "{state}");
    }
}

#[tokio::test]
async fn the_workshop_of_a_demonstration_is_as_full_as_a_real_one_and_loses_people_too() {
    let dir = tempfile::tempdir().unwrap();
    let app = testing::app(dir.path(), 1);
    write(&app, 100, code, days(), NOW).await.unwrap();
    let rows = |sheet| all(app.store.as_ref(), sheet, PROGRAMME).unwrap();
    let sessions: Vec<Session> = rows(Session::SHEET)
        .iter()
        .filter_map(|row| row.read())
        .collect();
    let count = |state| sessions.iter().filter(|one| one.state() == state).count();
    let held = count(SessionState::Held);
    assert!((60..80).contains(&held), "{held}");
    assert!((8..13).contains(&count(SessionState::Planned)));
    let seats = rows(Attendance::SHEET).len() * 100 / (held * 10);
    assert!((55..85).contains(&seats), "{seats} % of the seats");
    let missed = programme::missed(&app, PROGRAMME, &by()).await.unwrap();
    assert!((3..10).contains(&missed.len()), "{missed:?}");
    assert!(missed.iter().all(|one| one.first_name.is_some()));
    let late = sessions
        .iter()
        .filter(|one| one.state() == SessionState::Planned && one.on < Some(days().today));
    assert_eq!(late.count(), 1, "one roll is to be entered");
}

#[tokio::test]
async fn a_small_demonstration_has_all_of_it_as_well() {
    let dir = tempfile::tempdir().unwrap();
    let app = testing::app(dir.path(), 1);
    write(&app, 1, code, days(), NOW).await.unwrap();
    let sheets = [Hands::Handover, Hands::Return].map(|hands| Handed {
        home: 0,
        on: days().first,
        hands,
    });
    sign(&app, &sheets, code, NOW).await.unwrap();
    let kept = all(app.store.as_ref(), Handover::SHEET, PROGRAMME).unwrap();
    assert_eq!(kept.len(), 2);
}
