//! Rounds of the rules on a real store.

use declic_common::api::Place;
use declic_common::ticket::body::{NewSilence, TicketSummary};
use declic_common::ticket::{Change, TicketState};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::*;
use crate::app::ticket::view::{TicketQuery, list};
use crate::app::{audit as audits, silence, ticket};
use crate::http::tests::world::{World, device};

const MINUTE: i64 = 60_000;

/// A world with a controller that has listened for a day.
struct Homes {
    world: World,
    now: i64,
    listening_since: i64,
    seq: u64,
}

impl Homes {
    async fn start(homes: u64) -> Self {
        let world = World::start().await;
        for n in 1..=homes {
            world.enrol(n, None, Some("aubiers")).await;
        }
        let now = Timestamp::now().as_millisecond();
        Homes {
            world,
            now,
            listening_since: now - 86_400_000,
            seq: 0,
        }
    }

    async fn hear(&mut self, n: u64, report: &Value) {
        self.seq += 1;
        let body = serde_json::from_value(report.clone()).unwrap();
        let body = declic_common::UpBody::Report(body);
        self.world.hear(n, self.now, self.seq, body).await;
    }

    async fn round(&self) -> usize {
        let moment = Moment {
            now: self.now,
            listening_since: self.listening_since,
        };
        round(&self.world.app, moment).await.unwrap()
    }

    /// Reports of a home, a quarter of an hour apart, with a round after each.
    async fn live(&mut self, n: u64, times: usize, report: &Value) -> usize {
        let mut changed = 0;
        for _ in 0..times {
            self.now += 15 * MINUTE;
            self.hear(n, report).await;
            changed += self.round().await;
        }
        changed
    }

    async fn tickets(&self) -> Vec<TicketSummary> {
        let query = TicketQuery {
            all: true,
            ..TicketQuery::default()
        };
        let now = Timestamp::from_millisecond(self.now).unwrap();
        list(&self.world.app, &query, now).await.unwrap().items
    }

    fn keys(&self, kind: u8) -> usize {
        let mut count = 0;
        let store = self.world.app.store.as_ref();
        crate::app::registry::for_each(store, keys::of_kind(kind), |_, _| {
            count += 1;
            Ok(())
        })
        .unwrap();
        count
    }
}

fn full() -> Value {
    json!({"disks": [{"class": "system", "free_bytes": 1_000_000_000, "total_bytes": 100_000_000_000_u64}]})
}

fn roomy() -> Value {
    json!({"disks": [{"class": "system", "free_bytes": 50_000_000_000_u64, "total_bytes": 100_000_000_000_u64}]})
}

#[tokio::test]
async fn a_full_disk_opens_one_ticket_that_closes_by_itself_and_returns() {
    let mut homes = Homes::start(1).await;
    let before = audits::verify(&homes.world.app, None).await.unwrap();
    assert_eq!(homes.live(1, 2, &full()).await, 0);
    assert_eq!(homes.live(1, 10, &full()).await, 1);
    // Rounds without a new report, as after a restart, change nothing.
    for _ in 0..5 {
        homes.now += MINUTE;
        assert_eq!(homes.round().await, 0);
    }
    let tickets = homes.tickets().await;
    assert_eq!(tickets.len(), 1);
    assert_eq!(tickets[0].cause, Cause::DiskFull);
    assert_eq!(homes.live(1, 3, &roomy()).await, 1);
    assert_eq!(homes.tickets().await[0].state, TicketState::Closed);
    assert_eq!(homes.live(1, 3, &full()).await, 1);
    let tickets = homes.tickets().await;
    assert_eq!((tickets.len(), tickets[0].returns), (1, 1));
    let after = audits::verify(&homes.world.app, None).await.unwrap();
    assert_eq!(after.entries - before.entries, 3, "opened, gone, returned");
}

#[tokio::test]
async fn a_fleet_that_is_well_leaves_nothing_in_the_store() {
    let mut homes = Homes::start(5).await;
    for n in 1..=5 {
        homes.live(n, 3, &roomy()).await;
    }
    assert_eq!(homes.keys(keys::core::WATCHES), 0);
    assert_eq!(homes.keys(keys::core::TICKET), 0);
}

#[tokio::test]
async fn what_was_counted_before_a_restart_counts_after_it() {
    let mut homes = Homes::start(1).await;
    homes.live(1, 2, &full()).await;
    let dir = homes.world.stop().await;
    let world = World::again(dir).await;
    homes.world = world;
    homes.listening_since = homes.now;
    // The last report is still the one that was counted.
    assert_eq!(homes.round().await, 0);
    assert_eq!(homes.live(1, 1, &full()).await, 1);
}

#[tokio::test]
async fn the_baseline_is_what_disks_said_first_and_begins_again_at_an_exchange() {
    let smart = |pending: u64| {
        json!({"slow": {"slow_at": Timestamp::now().as_millisecond(),
            "smart": [{"disk": "0123abcd", "passed": true, "pending": pending}]}})
    };
    let mut homes = Homes::start(2).await;
    homes.world.place_at(1, "AUB-017", homes.now).await;
    homes.world.keep_at(2, Place::Stock, homes.now).await;
    homes.live(1, 1, &smart(12)).await;
    let app = Arc::clone(&homes.world.app);
    let known = || baseline::load(app.store.as_ref(), device(1)).unwrap();
    assert_eq!(known().disks[0].pending, Some(12));
    homes.live(1, 1, &smart(13)).await;
    assert_eq!(known().disks[0].pending, Some(12), "it does not follow");

    let now = homes.now;
    let new = declic_common::ticket::body::NewTicket {
        device: device(1),
        text: "Bruit".to_owned(),
        origin: None,
        category: None,
        priority: None,
        six_words: None,
    };
    let id = ticket::open(&app, new, "ana", now).await.unwrap();
    for (seen, made) in [
        (
            2,
            Change::Documents {
                choice: declic_common::ticket::Documents::Copied,
            },
        ),
        (3, Change::Swap { with: device(2) }),
    ] {
        ticket::change(&app, id, seen, made, "ana", now)
            .await
            .unwrap();
    }
    assert_eq!(known(), Baseline::default());
}

#[tokio::test]
async fn a_silenced_site_gets_no_ticket_and_a_misspelt_one_is_told() {
    let mut homes = Homes::start(1).await;
    let app = Arc::clone(&homes.world.app);
    let site = |site: &str, hours| NewSilence {
        device: None,
        site: Some(site.to_owned()),
        cause: None,
        hours,
    };
    let refused = silence::set(&app, site("aubier", 24), "ana", homes.now).await;
    assert!(matches!(refused, Err(silence::SilenceError::UnknownSite)));
    silence::set(&app, site("aubiers", 24), "ana", homes.now)
        .await
        .unwrap();
    assert_eq!(homes.live(1, 5, &full()).await, 0);
    silence::set(&app, site("aubiers", 0), "ana", homes.now)
        .await
        .unwrap();
    assert_eq!(homes.round().await, 1);
}

#[tokio::test]
async fn a_pc_that_leaves_takes_its_tickets_along() {
    let mut homes = Homes::start(1).await;
    homes.live(1, 3, &full()).await;
    crate::app::retire::revoke(&homes.world.app, device(1), "ana", homes.now)
        .await
        .unwrap();
    assert_eq!(homes.round().await, 1);
    assert_eq!(homes.tickets().await[0].state, TicketState::Closed);
    assert_eq!(homes.keys(keys::core::WATCHES), 0);
}

#[tokio::test]
async fn a_controller_whose_clock_is_wrong_blames_no_pc() {
    // Five PCs report a minute after the controller's clock went five days ahead.
    let mut homes = Homes::start(5).await;
    for ahead in [0, 5 * 86_400_000] {
        let mut changed = 0;
        for _ in 0..8 {
            homes.now += 30 * MINUTE;
            for n in 1..=5 {
                homes.seq += 1;
                let report =
                    declic_common::UpBody::Report(serde_json::from_value(roomy()).unwrap());
                let at = homes.now + ahead;
                // `World::hear` dates it at `at`; the PC's own clock stayed right.
                homes
                    .world
                    .hear_at(n, at, homes.now, homes.seq, report)
                    .await;
            }
            let moment = Moment {
                now: homes.now + ahead,
                listening_since: homes.listening_since,
            };
            changed += round(&homes.world.app, moment).await.unwrap();
        }
        assert_eq!(changed, 0, "{ahead}");
    }
    // One of five that is wrong is wrong.
    for _ in 0..8 {
        homes.now += 30 * MINUTE;
        for n in 1..=5 {
            homes.seq += 1;
            let report = declic_common::UpBody::Report(serde_json::from_value(roomy()).unwrap());
            let at = homes.now + 6 * 86_400_000;
            let own = if n == 1 { 1_104_537_600_000 } else { at };
            homes.world.hear_at(n, at, own, homes.seq, report).await;
        }
        let moment = Moment {
            now: homes.now + 6 * 86_400_000,
            listening_since: homes.listening_since,
        };
        round(&homes.world.app, moment).await.unwrap();
    }
    let tickets = homes.tickets().await;
    assert_eq!(tickets.len(), 1);
    assert_eq!(
        (tickets[0].cause, tickets[0].device),
        (Cause::ClockWrong, device(1))
    );
}

#[tokio::test]
async fn a_damaged_record_of_one_home_leaves_the_others_judged() {
    let mut homes = Homes::start(2).await;
    homes.live(1, 2, &full()).await;
    homes.live(2, 2, &full()).await;
    let mut batch = crate::store::Batch::default();
    batch.put(
        Space::Core,
        keys::watches(device(1)),
        vec![24, 1, 0, 0, 0, 0, 0],
    );
    homes.world.app.store.commit(batch).await.unwrap();
    assert_eq!(homes.live(2, 1, &full()).await, 1);
    assert_eq!(homes.tickets().await[0].device, device(2));
}
