//! Notices: what people should hear without looking, kept until it has left.
//!
//! A notice is written in the batch of what it tells, so that none is forgotten;
//! it is deleted once its channel has taken it. After an interruption it may
//! leave twice, under the same name: better twice than never.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use super::App;
use super::registry::for_each;
use crate::pki::random;
use crate::store::record::{decode, encode};
use crate::store::records::NoticeRow;
use crate::store::{Batch, Key, Space, StoreError, keys, read};

/// Notices tried in one round.
const ROUND: usize = 32;
/// The first wait after a failure; it doubles.
const FIRST_WAIT: SignedDuration = SignedDuration::from_mins(1);
const LONGEST_WAIT: SignedDuration = SignedDuration::from_hours(1);
/// What could not leave for so long is given up, and counted.
const GIVE_UP: SignedDuration = SignedDuration::from_hours(72);

/// What is to be told. No name, address or free text of a household stands in it:
/// mail travels through the hands of others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    pub urgent: bool,
    /// One line.
    pub subject: String,
    /// Plain text for a reader.
    pub text: String,
    /// The same for programs, in JSON.
    pub json: String,
    /// When it is of no use any more; it is then given up.
    pub ends_at: Option<Timestamp>,
}

/// A notice that waits, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waiting {
    key: Key,
    pub row: NoticeRow,
}

impl Waiting {
    /// Nobody wants to read it any more.
    pub fn has_ended(&self, now: Timestamp) -> bool {
        self.row
            .ends_at
            .is_some_and(|end| end <= now.as_millisecond())
    }
}

/// Adds a notice for one channel to the batch of what it tells.
pub fn queue(batch: &mut Batch, channel: &str, notice: &Notice, now: Timestamp) {
    let now_ms = now.as_millisecond();
    let id = u64::from_be_bytes(random());
    let row = NoticeRow {
        id,
        channel: channel.to_owned(),
        urgent: notice.urgent,
        subject: notice.subject.clone(),
        text: notice.text.clone(),
        json: notice.json.clone(),
        created_at: now_ms,
        tries: 0,
        next_try_at: now_ms,
        ends_at: notice.ends_at.map(Timestamp::as_millisecond),
    };
    batch.put(Space::Core, keys::notice(now_ms, id), encode(&row));
}

/// The notices that may leave now, the oldest first.
pub async fn due(app: &App, now: Timestamp) -> Result<Vec<Waiting>, StoreError> {
    let now_ms = now.as_millisecond();
    let all = read(&app.store, |store| {
        let mut all = Vec::new();
        for_each(store, keys::of_kind(keys::core::NOTICE), |key, value| {
            match decode(value) {
                Ok(row) => all.push(Waiting {
                    key: key.to_vec(),
                    row,
                }),
                Err(error) => tracing::error!(%error, "unreadable notice"),
            }
            Ok(())
        })?;
        Ok(all)
    })
    .await?;
    let is_due = |waiting: &Waiting| {
        // A clock that was set back must not hold a notice up for long.
        let wait = waiting.row.next_try_at - now_ms;
        !(1..=LONGEST_WAIT.as_millis() as i64).contains(&wait)
    };
    Ok(all.into_iter().filter(is_due).take(ROUND).collect())
}

/// The channel has taken it.
pub async fn left(app: &App, waiting: Waiting) -> Result<(), StoreError> {
    let mut batch = Batch::default();
    batch.del(Space::Core, waiting.key);
    app.counters.notices.add(1);
    app.store.commit(batch).await
}

/// The channel has not taken it: it waits longer, or is given up at last.
pub async fn stayed(app: &Arc<App>, waiting: Waiting, now: Timestamp) -> Result<(), StoreError> {
    let mut batch = Batch::default();
    let has_ended = waiting.has_ended(now);
    let mut row = waiting.row;
    let age = now.as_millisecond().saturating_sub(row.created_at);
    if has_ended || i128::from(age) >= GIVE_UP.as_millis() {
        app.counters.notices_given_up.add(1);
        tracing::error!(notice = row.id, channel = %row.channel, "a notice could not leave and was given up");
        batch.del(Space::Core, waiting.key);
    } else {
        row.next_try_at = now.as_millisecond() + wait_after(row.tries).as_millis() as i64;
        row.tries += 1;
        batch.put(Space::Core, waiting.key, encode(&row));
    }
    app.store.commit(batch).await
}

fn wait_after(tries: u32) -> SignedDuration {
    FIRST_WAIT
        .saturating_mul(1 << tries.min(10))
        .min(LONGEST_WAIT)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::testing;

    fn notice() -> Notice {
        Notice {
            urgent: true,
            subject: "T-1".to_owned(),
            text: "disk_failing".to_owned(),
            json: "{}".to_owned(),
            ends_at: None,
        }
    }

    async fn queued(app: &App, now: Timestamp) {
        let mut batch = Batch::default();
        queue(&mut batch, "mail", &notice(), now);
        app.store.commit(batch).await.unwrap();
    }

    #[tokio::test]
    async fn a_notice_waits_longer_after_each_failure_and_is_gone_once_it_has_left() {
        let dir = tempfile::tempdir().unwrap();
        let app = testing::app(dir.path(), 1);
        let start: Timestamp = "2026-03-01T08:00:00Z".parse().unwrap();
        queued(&app, start).await;
        let mut tries = Vec::new();
        for minute in 0..200 {
            let now = start + SignedDuration::from_mins(minute);
            for waiting in due(&app, now).await.unwrap() {
                tries.push(minute);
                stayed(&app, waiting, now).await.unwrap();
            }
        }
        assert_eq!(tries, [0, 1, 3, 7, 15, 31, 63, 123, 183]);
        let later = start + SignedDuration::from_hours(10);
        let waiting = due(&app, later).await.unwrap().remove(0);
        left(&app, waiting).await.unwrap();
        let even_later = later + SignedDuration::from_hours(10);
        assert!(due(&app, even_later).await.unwrap().is_empty());
        assert_eq!(app.counters.notices.get(), 1);
    }

    #[tokio::test]
    async fn what_cannot_leave_for_three_days_is_given_up_and_counted() {
        let dir = tempfile::tempdir().unwrap();
        let app = testing::app(dir.path(), 1);
        let start: Timestamp = "2026-03-01T08:00:00Z".parse().unwrap();
        queued(&app, start).await;
        let later = start + GIVE_UP;
        let waiting = due(&app, later).await.unwrap().remove(0);
        stayed(&app, waiting, later).await.unwrap();
        assert!(due(&app, later + GIVE_UP).await.unwrap().is_empty());
        assert_eq!(app.counters.notices_given_up.get(), 1);
    }

    #[tokio::test]
    async fn a_clock_that_was_years_ahead_holds_no_notice_up() {
        let dir = tempfile::tempdir().unwrap();
        let app = testing::app(dir.path(), 1);
        let ahead: Timestamp = "2035-03-01T08:00:00Z".parse().unwrap();
        queued(&app, ahead).await;
        let now: Timestamp = "2026-03-01T08:00:00Z".parse().unwrap();
        assert_eq!(due(&app, now).await.unwrap().len(), 1);
    }
}
