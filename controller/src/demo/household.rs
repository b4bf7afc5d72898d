//! The households of a fast demonstration: who they are, and what will happen to them.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context;
use declic_agent::identity::Identity;
use declic_agent::simulate::World;
use declic_agent::state::State;
use declic_common::DeviceId;
use declic_common::report::Consent;
use serde_json::json;

use super::enrolling::{self, SITE, asset};
use super::fate::{self, Fate};
use super::line::Line;
use super::script::Script;
use crate::app::App;
use crate::app::device::time;
use crate::domain::rhythm::LocalDay;
use crate::rhythm::home::Consent as Agreed;
use crate::rhythm::world;

/// Which quarter it is: the same households at each demonstration.
const SEED: u64 = 33_300;
/// How long they live on, in days; nobody looks for longer.
const FUTURE_DAYS: i32 = 366;
/// Where it is written what fails, for whoever checks that it is found.
const FATES: &str = "homes/fates.json";

/// One household and its PC.
#[derive(Debug)]
pub(super) struct Household {
    pub(super) device: DeviceId,
    /// Pseudonymous code.
    pub(super) code: String,
    pub(super) state_dir: PathBuf,
    /// What tells its PC from others.
    pub(super) seed: u64,
    /// When the PC was handed over, ms UTC.
    pub(super) handover: i64,
    /// What happens to the PC before the clock runs, and then.
    pub(super) past: Script,
    pub(super) live: Script,
    pub(super) world: Arc<World>,
    pub(super) line: Line,
}

/// Enrols the homes, lays their lines, and decides what will happen from `first` on. Their live
/// part begins at `begins_at`, ms UTC.
pub(super) async fn settle_in(
    app: &Arc<App>,
    place: &Path,
    devices: usize,
    first: LocalDay,
    begins_at: i64,
) -> anyhow::Result<Vec<Household>> {
    let controller: SocketAddr = app.programme.listening.mqtt.parse()?;
    let state_dirs = enrolling::enrol(app, place, devices).await?;
    let count = u32::try_from(devices)?;
    let past_days = crate::domain::rhythm::Calendar::paris()
        .day_of(begins_at)
        .since(first);
    let lives = world::where_all_is_well(SEED, count, first, past_days + FUTURE_DAYS);
    let mut scripts: Vec<_> = lives
        .iter()
        .map(|home| Script::of(&home.intervals))
        .collect();
    let fates = fate::decide(&mut scripts, begins_at);
    write_fates(place, &fates)?;
    let mut households = Vec::new();
    for (n, state_dir) in state_dirs.into_iter().enumerate() {
        let line = Line::lay(controller)
            .await
            .context("failed to lay a line")?;
        let mut identity = Identity::load(&state_dir)?;
        identity.address.mqtt_port = line.port;
        identity.save(&state_dir)?;
        if lives[n].consent == Agreed::Usage {
            // As if the code of the charter had been typed in.
            State::open(&state_dir, &identity.settings)
                .set_consent(Consent::Usage)
                .context("failed to keep a household's consent")?;
        }
        let (past, live) = scripts[n].split(begins_at);
        households.push(Household {
            device: identity.device,
            code: code(n),
            state_dir,
            seed: n as u64 + 1,
            handover: lives[n].handover,
            past,
            live,
            world: Arc::default(),
            line,
        });
    }
    Ok(households)
}

/// The code of the `n`th household.
pub(super) fn code(n: usize) -> String {
    format!("F-{:03}", n + 1)
}

fn write_fates(place: &Path, fates: &[Option<Fate>]) -> anyhow::Result<()> {
    let named = fates.iter().enumerate().filter_map(|(n, fate)| {
        let fate = (*fate)?;
        Some(json!({
            "asset": asset(n),
            "site": SITE,
            "household": code(n),
            "cause": fate.cause,
            "at": time(fate.at),
        }))
    });
    let path = place.join(FATES);
    let text = serde_json::to_string_pretty(&named.collect::<Vec<_>>())?;
    std::fs::write(&path, text).with_context(|| format!("failed to write {}", path.display()))
}
