//! What is ready before the homes live: they are enrolled, and some have a backlog.

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{Context, ensure};
use tokio::task::{JoinSet, spawn_blocking};

use super::Fleet;
use crate::enrol;
use crate::identity::{Identity, IdentityError};
use crate::simulate::{Pc, World};

/// At once: a controller takes 32 enrolments of one address.
const ENROLLING: usize = 16;
/// Folders that are filled at once; there are no more threads for it.
const FILLING: usize = 4;
/// A machine makes its first report this long after it was switched on.
const COMING_UP_MS: u128 = 5_000;
/// The rung of the ladder that fails during a backlog.
const GATEWAY: usize = 1;

/// Enrols the homes that are not yet. Says how many there were.
pub(super) async fn enrol(fleet: &Fleet) -> anyhow::Result<usize> {
    let mut newcomers = Vec::new();
    for n in 0..fleet.devices {
        match Identity::load(&fleet.folder(n)) {
            Ok(_) => {}
            Err(IdentityError::NotEnrolled) => newcomers.push(n),
            Err(error) => return Err(error.into()),
        }
    }
    let Some(last) = newcomers.last() else {
        return Ok(0);
    };
    let path = fleet.codes.as_ref().with_context(|| {
        format!(
            "{} of {} homes are not enrolled: make codes with `declic enrol new --count {}` and \
             give the file as --codes",
            newcomers.len(),
            fleet.devices,
            fleet.devices
        )
    })?;
    let text = fs::read_to_string(path)
        .with_context(|| format!("failed to read the codes in {}", path.display()))?;
    let codes: Vec<&str> = text.lines().map(str::trim).collect();
    ensure!(
        codes.len() > *last,
        "{} has {} lines, and home {} needs line {}: make more codes with `declic enrol new \
         --count`, and add them at its end",
        path.display(),
        codes.len(),
        last,
        last + 1
    );
    let mut enrolling = JoinSet::new();
    for &n in &newcomers {
        if enrolling.len() >= ENROLLING
            && let Some(done) = enrolling.join_next().await
        {
            done??;
        }
        enrolling.spawn(join(n, codes[n].to_owned(), fleet.folder(n)));
    }
    while let Some(done) = enrolling.join_next().await {
        done??;
    }
    Ok(newcomers.len())
}

async fn join(n: usize, code: String, folder: PathBuf) -> anyhow::Result<()> {
    enrol::enrol(&code, &folder, false)
        .await
        .with_context(|| format!("failed to enrol home {n} with the code of line {}", n + 1))?;
    Ok(())
}

/// Lets every home report for a while with nobody to hear it, until its power fails.
pub(super) async fn cut_off(fleet: &Fleet) -> anyhow::Result<()> {
    let mut filling = JoinSet::new();
    for n in 0..fleet.devices {
        if filling.len() >= FILLING
            && let Some(done) = filling.join_next().await
        {
            done??;
        }
        let (folder, fleet) = (fleet.folder(n), fleet.clone());
        filling.spawn(async move { spawn_blocking(move || fill(&fleet, n, folder)).await? });
    }
    while let Some(done) = filling.join_next().await {
        done??;
    }
    Ok(())
}

fn fill(fleet: &Fleet, n: usize, folder: PathBuf) -> anyhow::Result<()> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH)?.as_millis();
    let span = fleet.interval.as_millis() * u128::from(fleet.backlog) + COMING_UP_MS;
    let ends = i64::try_from(now)?;
    let began = i64::try_from(now.saturating_sub(span))?;
    let world = Arc::<World>::default();
    let mut pc = Pc::new(folder, Fleet::seed(n), fleet.interval, world);
    pc.switch_on(began)?;
    // Behind a dead box nobody hears it, and every report stays with it.
    pc.reach(began, Some(GATEWAY));
    pc.live_until(ends);
    pc.pull_plug(ends);
    Ok(())
}
