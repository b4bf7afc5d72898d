//! The list of revoked certificates that a broker reads, kept in a file.
//!
//! Our own endpoint asks the registry; a broker knows only this list. A device on
//! it that is still connected is not heard in any case: its messages are dropped.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use tokio::task::spawn_blocking;
use tokio::time::{MissedTickBehavior, interval};

use crate::app::App;
use crate::app::certificate;
use crate::clock;

/// How soon a revocation is in the list.
const PERIOD: Duration = Duration::from_secs(10);
/// A list that has ended shuts every device out (OpenSSL takes no ended list), so
/// it must outlive any time for which the controller may be away. Nothing is
/// gained by a shorter life: the file is replaced at each revocation.
pub(super) const LIFE_MS: i64 = 10 * 366 * 86_400_000;

/// Where the list is.
pub fn place(data_dir: &Path) -> PathBuf {
    data_dir.join("broker").join("revoked.pem")
}

/// Keeps the list up to date for as long as it runs.
pub(super) async fn keep(app: Arc<App>) {
    let mut written = None;
    let mut ticks = interval(PERIOD);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        if let Err(error) = refresh(&app, &mut written).await {
            tracing::warn!(
                error = format!("{error:#}"),
                "failed to write the list of revoked certificates; trying again"
            );
        }
    }
}

type Serials = Vec<(String, i64)>;

/// Writes the list if it is another one than before; the first time in any case.
pub(super) async fn refresh(app: &App, written: &mut Option<Serials>) -> anyhow::Result<()> {
    let now = clock::now().as_millisecond();
    let serials = certificate::revoked(app, now).await?;
    if written.as_ref() == Some(&serials) {
        return Ok(());
    }
    let list = app.pki.crl(&serials, now, now + LIFE_MS)?;
    let path = place(&app.programme.data_dir);
    let shown = path.display().to_string();
    spawn_blocking(move || replace(&path, list.as_bytes()))
        .await
        .context("writing was interrupted")?
        .with_context(|| format!("failed to write {shown}"))?;
    *written = Some(serials);
    Ok(())
}

/// Replaces a file at once: a reader finds the old list or the new one, whole.
fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder)?;
    let fresh = path.with_extension("new");
    let mut file = File::create(&fresh)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::rename(&fresh, path)?;
    File::open(folder)?.sync_all()
}
