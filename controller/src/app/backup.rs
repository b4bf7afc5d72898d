//! Backups of this controller: when they are made, one at a time, and which ones stay.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock};

use declic_common::backup::{Backup, Backups};
use jiff::Timestamp;

use super::App;
use super::audit::{self, Note};
use crate::backup::{self, BackupError, Listed};
use crate::domain::days::{Day, paris};
use crate::domain::rotation::{Keep, may_go};
use crate::store::StoreError;

/// Local hour from which the backup of a day is made, when homes sleep.
const HOUR: i64 = 3;
const HOUR_MS: i64 = 3_600_000;
/// A process that has just started has PCs that come back to listen to.
const SETTLED_MS: i64 = 10 * 60_000;
/// After a failure the next try waits, so that a full disk is not busied for nothing.
const AGAIN_MS: i64 = HOUR_MS;

/// Where backups go, and how the work on them stands.
#[derive(Debug, Default)]
pub struct Desk {
    folder: OnceLock<PathBuf>,
    work: Mutex<Work>,
}

#[derive(Clone, Debug, Default)]
struct Work {
    making_since: Option<Timestamp>,
    /// When the newest one that there is was made, as far as anybody looked.
    newest: Option<Timestamp>,
    /// The name of the last one that this process made.
    last_made: Option<String>,
    /// When the last try failed, and why.
    failed: Option<(Timestamp, String)>,
}

#[derive(Debug, thiserror::Error)]
pub enum StartError {
    #[error("this controller makes no backups; start it with --backups DIR")]
    Off,
    #[error("a backup is being made already")]
    Making,
}

impl Desk {
    /// Says where backups go. Asked once, before the doors open; none are made otherwise.
    pub fn open(&self, folder: PathBuf) {
        let _ = self.folder.set(folder);
    }

    fn work(&self) -> std::sync::MutexGuard<'_, Work> {
        self.work.lock().expect("no panic holds it")
    }

    /// Takes the one place at the work.
    fn begin(&self, now: Timestamp) -> Result<&Path, StartError> {
        let folder = self.folder.get().ok_or(StartError::Off)?;
        let mut work = self.work();
        match work.making_since {
            Some(_) => Err(StartError::Making),
            None => {
                work.making_since = Some(now);
                Ok(folder)
            }
        }
    }

    /// When the newest backup was made, and why the last try failed if it did.
    pub fn last(&self) -> (Option<Timestamp>, Option<String>) {
        let work = self.work();
        let failed = work.failed.as_ref().map(|(_, why)| why.clone());
        (work.newest, failed)
    }

    /// Looks at what is there. Blocks.
    pub fn look(&self) -> std::io::Result<()> {
        if let Some(folder) = self.folder.get() {
            let newest = backup::list(folder)?.first().map(|made| made.made_at);
            self.work().newest = newest;
        }
        Ok(())
    }

    fn end(&self, now: Timestamp, failed: Option<String>) {
        let mut work = self.work();
        work.making_since = None;
        work.failed = failed.map(|why| (now, why));
    }
}

/// Begins a backup and does not wait for it: ask [`list`] how it goes.
pub fn start(app: &Arc<App>, who: &str, now: Timestamp) -> Result<(), StartError> {
    let folder = app.backups.begin(now)?.to_owned();
    let (app, who) = (Arc::clone(app), who.to_owned());
    tokio::spawn(async move { make(&app, folder, &who, now).await });
    Ok(())
}

/// Begins the backup of this local day, if it is due.
pub async fn round(app: &Arc<App>, now: Timestamp) {
    let Some(folder) = app.backups.folder.get().cloned() else {
        return;
    };
    let zone = paris();
    let today = Day::of(now.as_millisecond(), &zone);
    let lived = now.as_millisecond() - app.started_at.as_millisecond();
    if now.as_millisecond() < today.begins(&zone) + HOUR * HOUR_MS || lived < SETTLED_MS {
        return;
    }
    let failed = app.backups.work().failed.clone();
    if failed.is_some_and(|(at, _)| now.as_millisecond() - at.as_millisecond() < AGAIN_MS) {
        return;
    }
    match look(folder).await {
        Ok(made) => {
            let newest = made.first().map(|made| made.made_at.as_millisecond());
            if newest.is_none_or(|at| Day::of(at, &zone) < today) {
                // One that somebody else has just begun is as good.
                let _ = start(app, "job", now);
            }
        }
        Err(error) => {
            tracing::error!(%error, "failed to list the backups");
            app.backups.end(now, Some(error.to_string()));
        }
    }
}

async fn make(app: &Arc<App>, folder: PathBuf, who: &str, now: Timestamp) {
    let working = Arc::clone(app);
    let made = tokio::task::spawn_blocking(move || {
        let store = working.store.as_ref();
        let made = backup::create(store, &working.programme.data_dir, &folder, now)?;
        // Only once the new one is sound.
        rotate(&folder)?;
        Ok::<_, BackupError>(made)
    })
    .await;
    let made = made.unwrap_or(Err(BackupError::Store(StoreError::Closed)));
    match made {
        Ok(made) => {
            tracing::info!(name = made.name, bytes = made.bytes, "made a backup");
            note(app, who, &made, now).await;
            let mut work = app.backups.work();
            work.newest = Some(made.made_at);
            work.last_made = Some(made.name);
            drop(work);
            app.backups.end(now, None);
        }
        Err(error) => {
            tracing::error!(%error, "failed to make a backup");
            app.backups.end(now, Some(error.to_string()));
        }
    }
}

/// A backup holds the key of the authority: who had one made stays known.
async fn note(app: &Arc<App>, who: &str, made: &Listed, now: Timestamp) {
    let (who, name) = (who.to_owned(), made.name.clone());
    let noted = audit::with(app, now.as_millisecond(), move |_, change| {
        change.note(Note {
            who: &who,
            what: "backup.create",
            subject: &name,
            detail: None,
        });
        Ok::<_, StoreError>(())
    });
    if let Err(error) = noted.await {
        tracing::warn!(%error, "failed to note a backup in the audit");
    }
}

/// Removes the backups that need not stay. Blocks.
fn rotate(folder: &Path) -> Result<(), BackupError> {
    let zone = paris();
    let failed = |what: &str| {
        let what = format!("failed to remove old backups ({what})");
        move |source| BackupError::Io { what, source }
    };
    let made = backup::list(folder).map_err(failed("list"))?;
    let days: Vec<Day> = made
        .iter()
        .map(|made| Day::of(made.made_at.as_millisecond(), &zone))
        .collect();
    for at in may_go(&days, Keep::default()) {
        let name = &made[at].name;
        std::fs::remove_file(folder.join(name)).map_err(failed(name))?;
    }
    Ok(())
}

async fn look(folder: PathBuf) -> std::io::Result<Vec<Listed>> {
    tokio::task::spawn_blocking(move || backup::list(&folder))
        .await
        .unwrap_or_else(|error| Err(std::io::Error::other(error)))
}

/// The backups that there are, and how the work goes.
pub async fn list(app: &App) -> std::io::Result<Backups> {
    let Some(folder) = app.backups.folder.get() else {
        return Ok(Backups::default());
    };
    let items = look(folder.clone()).await?.into_iter().map(|made| Backup {
        name: made.name,
        made_at: made.made_at,
        bytes: made.bytes,
    });
    let work = app.backups.work().clone();
    Ok(Backups {
        items: items.collect(),
        folder: Some(folder.display().to_string()),
        making_since: work.making_since,
        last_made: work.last_made,
        failed: work.failed.map(|(_, why)| why),
    })
}
