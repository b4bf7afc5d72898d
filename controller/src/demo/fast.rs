//! A demonstration that shows weeks in minutes.
//!
//! First the homes live through some weeks as fast as they can, so that their rhythms are
//! known; then the clock runs, and they live before our eyes.

use std::path::Path;
use std::pin::pin;

use declic_agent::pace::Pace;
use jiff::Timestamp;

use super::live::Homes;
use super::records::{self, Days, HOMES_MAX};
use super::{DemoOptions, Stage, controller, household, past, posts, tour};
use crate::app::device::time;
use crate::clock;
use crate::domain::days::paris;
use crate::domain::rhythm::Calendar;
use crate::serve::Server;

/// The past, in weeks: what the rhythm of a home needs to be known by.
const PAST_WEEKS: u32 = 8;

pub(super) async fn run(
    options: &DemoOptions,
    place: &Path,
    stop: impl Future<Output = ()>,
    mut show: impl FnMut(Stage),
) -> anyhow::Result<()> {
    if place.join("store").exists() {
        // Its clock ran ahead of ours, and would have to be set back.
        anyhow::bail!(
            "a demonstration that runs fast begins anew each time, and {} holds an earlier one: \
             give another --data-dir, or none",
            place.display()
        );
    }
    let begins_at = options.begin.unwrap_or_else(Timestamp::now);
    let begins_at = begins_at.as_millisecond();
    let calendar = Calendar::paris();
    let first = calendar
        .day_of(begins_at)
        .plus(-7 * PAST_WEEKS.cast_signed());
    let from = calendar.start_of(first);
    let mut stop = pin!(stop);

    clock::stand(from);
    let mut server = Server::open(controller(options, place)).await?;
    show(Stage::Past { weeks: PAST_WEEKS });
    let past = async {
        let local = |ms| time(ms).to_zoned(paris()).date();
        let days = Days {
            first: local(from),
            today: local(begins_at),
        };
        records::write(&server.app, options.devices, household::code, days, from).await?;
        let mut homes =
            household::settle_in(&server.app, place, options.devices, first, begins_at).await?;
        past::write(&server.app, &mut homes, from, begins_at).await?;
        let handed: Vec<_> = homes
            .iter()
            .take(HOMES_MAX)
            .enumerate()
            .filter(|(_, home)| home.handover < begins_at)
            .map(|(n, home)| (n, local(home.handover)))
            .collect();
        records::sign(&server.app, &handed, household::code, begins_at).await?;
        homes.extend(posts::living(&server.app, place, options.devices, begins_at).await?);
        anyhow::Ok(homes)
    };
    let homes = tokio::select! {
        homes = past => homes?,
        () = &mut stop => return server.until(async {}).await,
    };

    clock::run(begins_at, options.speed);
    let homes = Homes::start(
        homes,
        Pace::begin(begins_at, options.speed),
        options.interval,
    )?;
    server.begin_jobs();
    show(tour(&server, options).await?);
    server
        .until(async {
            stop.await;
            homes.stop().await;
        })
        .await
}
