//! The posts of the workshop of a demonstration: ten numbers, nine PCs, and one of these that
//! nobody switches on. So the map of the seats has two that are down.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context;
use declic_agent::identity::Identity;
use declic_common::api::{NewPlacement, Place};
use jiff::ToSpan;
use jiff::civil::Weekday;

use super::enrolling::{self, SITE};
use super::household::Household;
use super::line::Line;
use super::script::{Act, Moment, Script};
use crate::app::App;
use crate::app::device::time;
use crate::app::placement::{self, PlaceError};
use crate::domain::days::paris;

/// Posts that have a PC; nobody brought one to the seventh.
const POSTS: [u16; 9] = [1, 2, 3, 4, 5, 6, 8, 9, 10];
/// Its PC is there and stays off.
const MUTE: u16 = 4;
/// Fewer homes have no workshop: a demonstration of a dozen shows homes alone.
const HOMES_LEAST: usize = 20;
/// Days for which the posts are switched on and off.
const DAYS: i32 = 366;

/// The posts that have a PC, in a demonstration of so many homes.
pub(super) fn numbers(homes: usize) -> Vec<u16> {
    match homes >= HOMES_LEAST {
        true => POSTS.to_vec(),
        false => Vec::new(),
    }
}

/// Asset tag of the PC of a post.
pub(super) fn asset(post: u16) -> String {
    format!("AT-{post:02}")
}

/// Enrols the PCs of the posts and puts each at its own. Gives the folders of those that are
/// switched on.
pub(super) async fn settle(
    app: &Arc<App>,
    place: &Path,
    homes: usize,
    now_ms: i64,
) -> anyhow::Result<Vec<PathBuf>> {
    let mut switched_on = Vec::new();
    for post in numbers(homes) {
        let folder = place.join(format!("posts/{post:02}"));
        enrolling::enrol_as(app, asset(post), &folder).await?;
        let device = Identity::load(&folder)?.device;
        let seat = NewPlacement {
            place: Place::Seat,
            household: None,
            site: Some(SITE.to_owned()),
            seat: Some(post),
        };
        match placement::put(app, device, seat, "demo", now_ms).await {
            // In a folder of a demonstration of before.
            Ok(_) | Err(PlaceError::Refused(_)) => {}
            Err(error) => return Err(error).context("failed to put a PC at its post"),
        }
        if post != MUTE {
            switched_on.push(folder);
        }
    }
    Ok(switched_on)
}

/// The same PCs as they live beside homes that have lived already: on at once, off in the evening, and on again each morning of the
/// week. They live from `begins_at` on, ms UTC.
pub(super) async fn living(
    app: &Arc<App>,
    place: &Path,
    homes: usize,
    begins_at: i64,
) -> anyhow::Result<Vec<Household>> {
    let controller = app.programme.listening.mqtt.parse()?;
    let folders = settle(app, place, homes, begins_at).await?;
    let mut living = Vec::new();
    for (n, state_dir) in folders.into_iter().enumerate() {
        let line = Line::lay(controller)
            .await
            .context("failed to lay a line")?;
        let mut identity = Identity::load(&state_dir)?;
        identity.address.mqtt_port = line.port;
        identity.save(&state_dir)?;
        living.push(Household {
            number: homes + n,
            device: identity.device,
            code: format!("post {}", n + 1),
            state_dir,
            seed: (homes + n) as u64 + 1,
            handover: begins_at,
            leaves: None,
            past: Script::default(),
            live: opened(begins_at),
            world: Arc::default(),
            line,
        });
    }
    Ok(living)
}

/// The hours of the workshop.
fn opened(begins_at: i64) -> Script {
    let now = time(begins_at).to_zoned(paris());
    let mut acts = Script(vec![Moment {
        at: begins_at,
        act: Act::SwitchOn,
    }]);
    let is_open = |day: jiff::civil::Date| day.weekday() != Weekday::Sunday;
    for n in 0..DAYS {
        let day = now.date().saturating_add(n.days());
        let mut add = |hour, act| {
            let moment = day.at(hour, 0, 0, 0).to_zoned(paris());
            let at = moment.map(|moment| moment.timestamp().as_millisecond());
            // One that is on already is not switched on again.
            let turns = acts.0.last().is_some_and(|last| last.act != act);
            if let Some(at) = at.ok().filter(|at| *at > begins_at && turns) {
                acts.0.push(Moment { at, act });
            }
        };
        if n > 0 && is_open(day) {
            add(9, Act::SwitchOn);
        }
        if n == 0 || is_open(day) {
            add(18, Act::ShutDown);
        }
    }
    acts
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> i64 {
        text.parse::<jiff::Timestamp>().unwrap().as_millisecond()
    }

    #[test]
    fn a_post_is_on_while_the_workshop_is_open() {
        // A Friday morning in winter.
        let acts = opened(at("2026-11-20T07:00:00Z")).0;
        let told: Vec<_> = acts
            .iter()
            .take(4)
            .map(|moment| (moment.at, moment.act))
            .collect();
        assert_eq!(
            told,
            [
                (at("2026-11-20T07:00:00Z"), Act::SwitchOn),
                (at("2026-11-20T17:00:00Z"), Act::ShutDown),
                (at("2026-11-21T08:00:00Z"), Act::SwitchOn),
                (at("2026-11-21T17:00:00Z"), Act::ShutDown),
            ]
        );
        assert_eq!(acts[4].at, at("2026-11-23T08:00:00Z"), "not on a Sunday");
    }

    #[test]
    fn a_demonstration_that_begins_late_leaves_its_posts_on_until_the_next_evening() {
        let acts = opened(at("2026-11-20T20:00:00Z")).0;
        assert_eq!(acts[0].act, Act::SwitchOn);
        let evening = (at("2026-11-21T17:00:00Z"), Act::ShutDown);
        assert_eq!((acts[1].at, acts[1].act), evening);
    }
}
