//! A demonstration whose homes have lived already.
//!
//! First they live through some weeks as fast as they can, so that their rhythms and their
//! troubles are known; then the clock runs, at our speed or faster, and they live before our
//! eyes. At our speed this machine is one of them, and has just been handed over.

use std::path::{Path, PathBuf};
use std::pin::pin;
use std::sync::Arc;

use declic_agent::pace::Pace;
use declic_common::programme::vocabulary::Hands;
use jiff::Timestamp;

use super::household::{Household, Present};
use super::live::Homes;
use super::past::Past;
use super::records::{self, Days, HOMES_MAX, Handed};
use super::{DemoOptions, Stage, controller, household, now, posts, tour};
use crate::app::App;
use crate::app::device::time;
use crate::clock;
use crate::domain::days::paris;
use crate::domain::rhythm::Calendar;
use crate::serve::Server;

pub(super) async fn run(
    options: &DemoOptions,
    place: &Path,
    stop: impl Future<Output = ()>,
    mut show: impl FnMut(Stage),
) -> anyhow::Result<()> {
    let present = match options.speed {
        0 | 1 => Present::AtOurSpeed,
        _ => Present::Fast,
    };
    let begins_at = options.begin.unwrap_or_else(Timestamp::now);
    let begins_at = begins_at.as_millisecond();
    let calendar = Calendar::paris();
    let first = calendar
        .day_of(begins_at)
        .plus(-7 * options.weeks.cast_signed());
    let from = calendar.start_of(first);
    let mut stop = pin!(stop);

    clock::stand(from);
    let mut server = Server::open(controller(options, place)).await?;
    show(Stage::Past {
        weeks: options.weeks,
    });
    let written = past(
        &server.app,
        place,
        options.devices,
        present,
        from,
        begins_at,
    );
    let (homes, ours) = tokio::select! {
        written = written => written?,
        () = &mut stop => return server.until(async {}).await,
    };

    let pace = match present {
        Present::AtOurSpeed => {
            clock::follow();
            Pace::begin(Timestamp::now().as_millisecond(), 1)
        }
        Present::Fast => {
            clock::run(begins_at, options.speed);
            Pace::begin(begins_at, options.speed)
        }
    };
    let homes = Homes::start(homes, pace, options.interval)?;
    let ours = now::Homes::start(ours.into_iter().collect(), options.interval)?;
    server.begin_jobs();
    show(tour(&server, options).await?);
    server
        .until(async {
            stop.await;
            homes.stop().await;
            ours.stop().await;
        })
        .await
}

/// Writes what happened between two moments, ms UTC. Gives the homes that live on, and the folder
/// of this machine where it is one of them.
async fn past(
    app: &Arc<App>,
    place: &Path,
    devices: usize,
    present: Present,
    from: i64,
    to: i64,
) -> anyhow::Result<(Vec<Household>, Option<PathBuf>)> {
    let local = |ms| time(ms).to_zoned(paris()).date();
    let days = Days {
        first: local(from),
        today: local(to),
    };
    records::write(app, devices, household::code, days, from).await?;
    let (mut homes, ours) = household::settle_in(app, place, devices, present, (from, to)).await?;
    Past::of(app, &mut homes, present, (from, to))
        .await?
        .write(app)
        .await?;
    let recorded = homes.iter().filter(|home| home.number < HOMES_MAX);
    let sheets = recorded.flat_map(|home| {
        let out = (home.handover, Hands::Handover);
        let back = home.leaves.map(|(at, _)| (at, Hands::Return));
        let sheets = [Some(out), back].into_iter().flatten();
        sheets.map(|(at, hands)| (at, home.number, hands))
    });
    let mut sheets: Vec<_> = sheets.filter(|(at, ..)| *at < to).collect();
    if let Some(ours) = &ours {
        now::hand_over(app, 0, ours, to).await?;
        sheets.push((to, 0, Hands::Handover));
    }
    sheets.sort_unstable_by_key(|(at, home, _)| (*at, *home));
    let handed: Vec<_> = sheets
        .into_iter()
        .map(|(at, home, hands)| Handed {
            home,
            on: local(at),
            hands,
        })
        .collect();
    records::sign(app, &handed, household::code, to).await?;
    // Those who left are at home no more.
    homes.retain(|home| home.leaves.is_none());
    homes.extend(posts::living(app, place, devices, to).await?);
    Ok((homes, ours))
}
