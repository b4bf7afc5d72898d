//! Groups that are larger than a batch of the store.

use tokio::sync::oneshot;

use super::super::Job;
use super::super::group::Tracker;
use super::*;

#[tokio::test]
async fn a_group_of_more_than_the_store_takes_at_once_is_stored_whole() {
    let house = House::open().await;
    let app = &house.app;
    let mut tracker = Tracker::new(
        Arc::clone(&app.store),
        Arc::clone(&app.registry),
        Arc::clone(&app.keys),
        Arc::clone(&app.hub),
        Arc::clone(&app.counters),
    );
    // A journal as long as the protocol lets it be.
    let events = |seq: u64| {
        let event = |n: u64| serde_json::json!({"kind": "clock_jump", "boot": 1, "uptime_ms": seq * 1_000 + n, "at": NOW, "by_ms": n});
        journal((0..64).map(event).collect())
    };
    let (mut jobs, mut answers) = (Vec::new(), Vec::new());
    for seq in 1..=1_000 {
        let (done, answer) = oneshot::channel();
        jobs.push(Job::Record {
            device: house.device,
            received_at: NOW,
            heard: Heard::Message(message(seq, 1, 0, events(seq))),
            done,
        });
        answers.push(answer);
    }
    tokio::task::spawn_blocking(move || tracker.settle(jobs.into_iter()))
        .await
        .unwrap();
    for answer in answers {
        assert_eq!(answer.await.unwrap(), Ok(()));
    }
    assert_eq!(house.rows(keys::core::JOURNAL), 1_000);
}
