//! The homes of a demonstration join over TLS, as real ones do.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context;
use declic_agent::{enrol as agent_enrol, identity::Identity};
use declic_common::api::NewEnrolment;
use tokio::task::JoinSet;

use crate::app::{App, enrolment};
use crate::clock;

/// Enrolments at once.
const ENROLLING: usize = 8;
/// The quarter of the demonstration.
pub(super) const SITE: &str = "les-aubiers";

/// Asset tag of the `n`th home.
pub(super) fn asset(n: usize) -> String {
    format!("BDX-{:03}", n + 1)
}

/// Enrols homes that are not enrolled yet, each with a code of its own. Gives the folder of
/// each agent.
pub(super) async fn enrol(
    app: &Arc<App>,
    place: &Path,
    devices: usize,
) -> anyhow::Result<Vec<PathBuf>> {
    let mut enrolling = JoinSet::new();
    let mut homes = Vec::new();
    for n in 0..devices {
        let state_dir = place.join(format!("homes/{n:03}"));
        homes.push(state_dir.clone());
        if enrolling.len() >= ENROLLING
            && let Some(done) = enrolling.join_next().await
        {
            done??;
        }
        let app = Arc::clone(app);
        enrolling.spawn(async move { enrol_as(&app, asset(n), &state_dir).await });
    }
    while let Some(done) = enrolling.join_next().await {
        done??;
    }
    Ok(homes)
}

/// Enrols one PC of the quarter under this number, unless it is enrolled.
pub(super) async fn enrol_as(
    app: &Arc<App>,
    asset: String,
    state_dir: &Path,
) -> anyhow::Result<()> {
    if Identity::load(state_dir).is_ok() {
        return Ok(());
    }
    let ask = NewEnrolment {
        asset: Some(asset),
        site: Some(SITE.to_owned()),
        ..NewEnrolment::default()
    };
    let made = enrolment::create(app, ask, "demo", clock::now().as_millisecond()).await?;
    let code = made.code.context("a new enrolment carries its code")?;
    agent_enrol::enrol(&code, state_dir, false).await?;
    Ok(())
}
