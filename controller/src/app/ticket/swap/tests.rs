//! Exchanges on a real store: where both PCs are afterwards, and that a refused one
//! changes nothing.

use std::sync::Arc;

use declic_common::ticket::body::NewTicket;
use declic_common::ticket::{Change, Documents, TicketId};
use jiff::Timestamp;

use super::*;
use crate::app::ticket::{change, open};
use crate::app::{audit as audits, retire};
use crate::domain::ticket::Refused;
use crate::http::tests::world::{World, device};
use crate::store::records::Placement;

/// A household's PC with a ticket whose household has chosen, and the moment of it.
async fn chosen(world: &World) -> (TicketId, i64) {
    let now = Timestamp::now().as_millisecond();
    world.enrol(1, Some("BDX-001"), Some("aubiers")).await;
    world.enrol(2, Some("BDX-002"), None).await;
    world.place_at(1, "AUB-017", now - 1_000).await;
    let new = NewTicket {
        device: device(1),
        text: "Il ne démarre plus".to_owned(),
        origin: None,
        category: None,
        priority: None,
        six_words: None,
    };
    let id = open(&world.app, new, "ana", now).await.unwrap();
    let choice = Change::Documents {
        choice: Documents::Copied,
    };
    change(&world.app, id, 2, choice, "ana", now).await.unwrap();
    (id, now)
}

async fn swap(world: &World, id: TicketId, with: u64, now: i64) -> Result<(), TicketError> {
    let with = device(with);
    change(&world.app, id, 3, Change::Swap { with }, "ana", now).await
}

fn placed(world: &World, n: u64) -> Option<Placement> {
    world
        .app
        .registry
        .get(device(n))
        .unwrap()
        .placement()
        .cloned()
}

#[tokio::test]
async fn the_spare_goes_where_the_other_was_and_that_one_to_the_bench_in_one_batch() {
    let world = World::start().await;
    let (id, now) = chosen(&world).await;
    world.keep_at(2, Place::Stock, now - 500).await;
    let before = audits::list(&world.app, None, 500).await.unwrap().len();
    swap(&world, id, 2, now).await.unwrap();
    let at = |place, household: Option<&str>| Placement {
        place,
        household: household.map(str::to_owned),
        site: Some("aubiers".to_owned()),
        from: now,
        to: None,
        seat: None,
    };
    assert_eq!(placed(&world, 2), Some(at(Place::Home, Some("AUB-017"))));
    assert_eq!(placed(&world, 1), Some(at(Place::Bench, None)));
    let told = audits::list(&world.app, None, 500).await.unwrap();
    let told: Vec<_> = told[..told.len() - before]
        .iter()
        .map(|entry| (entry.what.as_str(), entry.at, entry.who.as_str()))
        .collect();
    let words = ["ticket.swap", "device.deploy", "device.return"];
    assert_eq!(told, words.map(|word| (word, now, "ana")));

    // What was decided survives the process.
    let world = World::again(world.stop().await).await;
    assert_eq!(placed(&world, 2), Some(at(Place::Home, Some("AUB-017"))));
    assert_eq!(placed(&world, 1), Some(at(Place::Bench, None)));
}

#[tokio::test]
async fn a_seat_of_a_workshop_is_exchanged_as_a_home_is() {
    let world = World::start().await;
    let (id, now) = chosen(&world).await;
    for place in [Place::Bench, Place::Seat] {
        world.keep_at(1, place, now).await;
    }
    world.keep_at(2, Place::Bench, now).await;
    swap(&world, id, 2, now).await.unwrap();
    let places = [1, 2].map(|n| placed(&world, n).unwrap().place);
    assert_eq!(places, [Place::Bench, Place::Seat]);
}

#[tokio::test]
async fn what_is_no_spare_is_refused_with_what_to_do_and_nothing_moves() {
    let world = World::start().await;
    let (id, now) = chosen(&world).await;
    for n in [3, 4, 5] {
        world.enrol(n, None, None).await;
    }
    world.place_at(3, "AUB-018", now).await;
    world.keep_at(4, Place::Seat, now).await;
    world.keep_at(5, Place::Stock, now).await;
    retire::retire(&world.app, device(5), "ana", now)
        .await
        .unwrap();
    let before = audits::list(&world.app, None, 500).await.unwrap().len();
    for (with, words) in [
        (2, "device return --to stock"),
        (3, "with a household"),
        (4, "a seat of a workshop"),
        (5, "retired or revoked"),
        (9, "no such device"),
    ] {
        let refused = swap(&world, id, with, now).await.unwrap_err().to_string();
        assert!(refused.contains(words), "{with}: {refused}");
        assert!(!refused.contains("AUB-018"), "{refused}");
    }
    assert_eq!(placed(&world, 1).unwrap().place, Place::Home);
    assert_eq!(
        placed(&world, 3).unwrap().household.as_deref(),
        Some("AUB-018")
    );
    let after = audits::list(&world.app, None, 500).await.unwrap().len();
    assert_eq!(after, before, "a refused exchange leaves no trace");
}

#[tokio::test]
async fn a_pc_that_nobody_has_is_not_exchanged() {
    let world = World::start().await;
    let (id, now) = chosen(&world).await;
    world.keep_at(2, Place::Stock, now).await;
    world.keep_at(1, Place::Bench, now).await;
    let refused = swap(&world, id, 2, now).await.unwrap_err().to_string();
    assert!(refused.contains("back already"), "{refused}");
    assert!(refused.contains("device deploy"), "{refused}");
    assert_eq!(placed(&world, 2).unwrap().place, Place::Stock);
}

#[tokio::test]
async fn no_exchange_comes_before_the_choice_of_the_household() {
    let world = World::start().await;
    let (_, now) = chosen(&world).await;
    world.keep_at(2, Place::Stock, now).await;
    let new = NewTicket {
        device: device(1),
        text: "Il fait du bruit".to_owned(),
        origin: None,
        category: None,
        priority: None,
        six_words: None,
    };
    let other = open(&world.app, new, "ana", now).await.unwrap();
    let app = Arc::clone(&world.app);
    let with = device(2);
    let refused = change(&app, other, 2, Change::Swap { with }, "ana", now).await;
    assert!(matches!(
        refused,
        Err(TicketError::Refused(Refused::NoChoice))
    ));
    assert_eq!(placed(&world, 2).unwrap().place, Place::Stock);
}
