//! The households of a demonstration that have lived already: who they are, and what will
//! happen to them.

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
use super::records::{Days, Left, left};
use super::script::Script;
use crate::app::App;
use crate::app::device::time;
use crate::domain::rhythm::{Calendar, LocalDay};
use crate::rhythm::home::Consent as Agreed;
use crate::rhythm::world;

/// Which quarter it is: the same households at each demonstration.
const SEED: u64 = 33_300;
/// How long they live on, in days; nobody looks for longer.
const FUTURE_DAYS: i32 = 366;
/// Where it is written what fails, for whoever checks that it is found.
const FATES: &str = "homes/fates.json";

/// How the homes live once the clock runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Present {
    /// As fast as we do; the first home is this machine.
    AtOurSpeed,
    Fast,
}

/// One household and its PC.
#[derive(Debug)]
pub(super) struct Household {
    /// Its place among those of the demonstration, from 0.
    pub(super) number: usize,
    pub(super) device: DeviceId,
    /// Pseudonymous code.
    pub(super) code: String,
    pub(super) state_dir: PathBuf,
    /// What tells its PC from others.
    pub(super) seed: u64,
    /// When the PC was handed over, ms UTC.
    pub(super) handover: i64,
    /// When it leaves within its past, ms UTC, and why.
    pub(super) leaves: Option<(i64, Left)>,
    /// What happens to the PC before the clock runs, and then.
    pub(super) past: Script,
    pub(super) live: Script,
    pub(super) world: Arc<World>,
    pub(super) line: Line,
}

/// Enrols the homes, lays their lines, and decides what will happen from one moment on, ms UTC;
/// their live part begins at another one. Gives the simulated homes, and the folder of this
/// machine where it is one of them.
pub(super) async fn settle_in(
    app: &Arc<App>,
    place: &Path,
    devices: usize,
    present: Present,
    (from, begins_at): (i64, i64),
) -> anyhow::Result<(Vec<Household>, Option<PathBuf>)> {
    let controller: SocketAddr = app.programme.listening.mqtt.parse()?;
    let state_dirs = enrolling::enrol(app, place, devices).await?;
    let count = u32::try_from(devices)?;
    let calendar = Calendar::paris();
    let (first, today) = (calendar.day_of(from), calendar.day_of(begins_at));
    let lives = world::where_all_is_well(SEED, count, first, today.since(first) + FUTURE_DAYS);
    let mut scripts: Vec<_> = lives
        .iter()
        .map(|home| Script::of(&home.intervals))
        .collect();
    let days = Days {
        first: first.date(),
        today: today.date(),
    };
    let gone: Vec<Option<Left>> = (0..devices).map(|n| left(n, days)).collect();
    let leaves_at = |left: &Left| calendar.hour_start(LocalDay::of_date(left.on), 10);
    for (script, gone) in scripts.iter_mut().zip(&gone) {
        if let Some(left) = gone {
            script.end(leaves_at(left));
        }
    }
    let is_ours = |n| n == 0 && present == Present::AtOurSpeed;
    if is_ours(0)
        && let Some(script) = scripts.first_mut()
    {
        *script = Script::default();
    }
    let fates = fate::decide(&mut scripts, present, begins_at);
    write_fates(place, &fates)?;
    let (mut households, mut ours) = (Vec::new(), None);
    for (n, state_dir) in state_dirs.into_iter().enumerate() {
        if is_ours(n) {
            ours = Some(state_dir);
            continue;
        }
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
            number: n,
            device: identity.device,
            code: code(n),
            state_dir,
            seed: n as u64 + 1,
            handover: lives[n].handover,
            leaves: gone[n].map(|left| (leaves_at(&left), left)),
            past,
            live,
            world: Arc::default(),
            line,
        });
    }
    Ok((households, ours))
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
