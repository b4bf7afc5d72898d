//! The controller's own life: when it ran, so that its absences are never blamed on a
//! home. A kill -9 or a power cut is found at the next start.

use std::sync::atomic::{AtomicI64, Ordering};

use super::App;
use super::registry::for_each;
use crate::domain::timeline::Absence;
use crate::store::record::{decode, encode};
use crate::store::records::Life;
use crate::store::{Batch, Space, Store, StoreError, keys};

/// How often it is noted that the controller runs, in ms.
const ALIVE_EVERY_MS: i64 = 60_000;

/// When it was last noted that this process runs.
#[derive(Debug, Default)]
pub struct Pulse(AtomicI64);

/// Notes that this process runs, if that was not noted within a minute.
pub async fn alive(app: &App, now_ms: i64) -> Result<(), StoreError> {
    let noted = app.pulse.0.load(Ordering::Relaxed);
    // A clock that was set back is noted at once.
    if (noted..noted.saturating_add(ALIVE_EVERY_MS)).contains(&now_ms) {
        return Ok(());
    }
    note(app, now_ms, false).await
}

/// Notes that this process stops in good order.
pub async fn stopped(app: &App, now_ms: i64) -> Result<(), StoreError> {
    note(app, now_ms, true).await
}

async fn note(app: &App, now_ms: i64, stopped: bool) -> Result<(), StoreError> {
    let started_at = app.started_at.as_millisecond();
    let life = Life {
        started_at,
        alive_at: now_ms,
        stopped,
    };
    let mut batch = Batch::default();
    batch.put(Space::Core, keys::life(started_at), encode(&life));
    app.store.commit(batch).await?;
    app.pulse.0.store(now_ms, Ordering::Relaxed);
    Ok(())
}

/// When the controller did not run. Blocks.
pub fn absences(store: &dyn Store) -> Result<Vec<Absence>, StoreError> {
    let mut absences = Vec::new();
    let mut alive_at: Option<i64> = None;
    for_each(store, keys::of_kind(keys::core::LIFE), |_, value| {
        let life: Life = decode(value)?;
        if let Some(from) = alive_at.filter(|from| *from < life.started_at) {
            absences.push(Absence {
                from,
                to: life.started_at,
            });
        }
        alive_at = alive_at.max(Some(life.alive_at));
        Ok(())
    })?;
    Ok(absences)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::testing;

    #[tokio::test]
    async fn the_time_between_two_lives_is_an_absence_whether_the_first_ended_well_or_not() {
        let dir = tempfile::tempdir().unwrap();
        let app = testing::app(dir.path(), 1);
        let first = app.started_at.as_millisecond();
        alive(&app, first).await.unwrap();
        alive(&app, first + 30_000).await.unwrap();
        let row = app.store.get(Space::Core, &keys::life(first)).unwrap();
        let row: Life = decode(&row.unwrap()).unwrap();
        assert_eq!(row.alive_at, first, "once a minute is enough");
        alive(&app, first + 61_000).await.unwrap();
        assert!(absences(app.store.as_ref()).unwrap().is_empty());
        for (started_at, alive_at) in [
            (first + 90_000, first + 95_000),
            (first + 95_000, first + 99_000),
        ] {
            let life = Life {
                started_at,
                alive_at,
                stopped: true,
            };
            let mut batch = Batch::default();
            batch.put(Space::Core, keys::life(started_at), encode(&life));
            app.store.commit(batch).await.unwrap();
        }
        let expected = Absence {
            from: first + 61_000,
            to: first + 90_000,
        };
        assert_eq!(absences(app.store.as_ref()).unwrap(), [expected]);
    }
}
