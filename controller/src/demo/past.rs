//! The past of a demonstration: weeks of messages through the real recorder, what people did,
//! and the jobs at midnights, while the clock is moved by hand.

use std::collections::VecDeque;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use anyhow::{Context, bail};
use declic_agent::simulate::{Pc, Sent, World};
use declic_common::DeviceId;
use declic_common::api::{NewPlacement, Place};
use declic_common::topic::Leaf;
use tokio::task::spawn_blocking;

use super::enrolling::SITE;
use super::household::{Household, Present};
use super::records;
use super::repairs::{self, Step, Tickets};
use super::script::{Act, Moment};
use crate::app::{App, placement};
use crate::clock;
use crate::domain::rhythm::Calendar;
use crate::ingest::receive;
use crate::jobs::Jobs;

/// Between two reports of the past: enough to tell a home's hours, and a week does not take
/// long to write.
const INTERVAL: Duration = Duration::from_secs(2 * 3_600);

/// Before the present, jobs come round at each midnight; before that once a week, in ms.
const JUDGED_DAILY_MS: i64 = 10 * 86_400_000;

/// A PC that lives through its past.
struct Resident {
    device: DeviceId,
    pc: Pc,
    world: Arc<World>,
    acts: VecDeque<Moment>,
}

/// What the resident of this place among them sent.
type Message = (usize, Sent);

/// What is still to be written, and what was opened so far.
pub(super) struct Past<'a> {
    homes: &'a mut [Household],
    /// From when to when, ms UTC.
    span: (i64, i64),
    repairs: VecDeque<Step>,
    tickets: Tickets,
}

impl<'a> Past<'a> {
    pub(super) async fn of(
        app: &Arc<App>,
        homes: &'a mut [Household],
        present: Present,
        (from, to): (i64, i64),
    ) -> anyhow::Result<Self> {
        repairs::accounts(app, from).await?;
        Ok(Past {
            repairs: repairs::all(homes, present, to).into(),
            homes,
            span: (from, to),
            tickets: Tickets::default(),
        })
    }

    /// Writes what happened in these homes. The clock stands at the end of it then.
    pub(super) async fn write(mut self, app: &Arc<App>) -> anyhow::Result<()> {
        let (from, to) = self.span;
        let calendar = Calendar::paris();
        let mut jobs = Jobs::begin(app, from);
        let mut residents: Vec<Resident> = self.homes.iter_mut().map(Resident::of).collect();
        let mut day = calendar.day_of(from);
        let mut begins = from;
        while begins < to {
            day = day.plus(1);
            let ends = calendar.start_of(day).min(to);
            self.hand_over(app, (begins, ends)).await?;
            let (lived, sent) = spawn_blocking(move || live_until(residents, ends))
                .await
                .context("the past was interrupted")??;
            residents = lived;
            record(app, &mut residents, sent).await?;
            self.leave(app, (begins, ends)).await?;
            while let Some(step) = self.repairs.pop_front_if(|step| step.at < ends) {
                clock::stand(step.at);
                self.tickets.take(app, self.homes, step).await?;
            }
            clock::stand(ends);
            // Of what is long past nothing is left to be decided but what a week needs.
            if day.weekday() == 0 || to - ends < JUDGED_DAILY_MS {
                let passed = Duration::from_millis(ends.abs_diff(from));
                jobs.round(app, ends, passed).await;
            }
            begins = ends;
        }
        Ok(())
    }

    async fn hand_over(&self, app: &Arc<App>, (begins, ends): (i64, i64)) -> anyhow::Result<()> {
        for home in self.homes.iter() {
            if (begins..ends).contains(&home.handover) {
                let household = Some(home.code.clone());
                put(app, home.device, Place::Home, household, home.handover).await?;
            }
        }
        Ok(())
    }

    /// Those who leave give their PC back.
    async fn leave(&self, app: &Arc<App>, (begins, ends): (i64, i64)) -> anyhow::Result<()> {
        for home in self.homes.iter() {
            if let Some((at, left)) = home.leaves
                && (begins..ends).contains(&at)
            {
                put(app, home.device, Place::Bench, None, at).await?;
                records::leave(app, &home.code, left, at).await?;
            }
        }
        Ok(())
    }
}

async fn put(
    app: &Arc<App>,
    device: DeviceId,
    place: Place,
    household: Option<String>,
    at: i64,
) -> anyhow::Result<()> {
    let placed = NewPlacement {
        place,
        household,
        site: Some(SITE.to_owned()),
        seat: None,
    };
    clock::stand(at);
    placement::put(app, device, placed, "demo", at).await?;
    Ok(())
}

/// Lets all PCs live until a moment, side by side, and gives what they sent, in order. Blocks.
fn live_until(
    mut residents: Vec<Resident>,
    until: i64,
) -> anyhow::Result<(Vec<Resident>, Vec<Message>)> {
    let threads = thread::available_parallelism().map_or(1, usize::from);
    let share = residents.len().div_ceil(threads).max(1);
    let shares = thread::scope(|scope| {
        let lives = residents.chunks_mut(share).enumerate();
        let lives = lives.map(|(n, some)| scope.spawn(move || share_lives(some, n * share, until)));
        let lives: Vec<_> = lives.collect();
        let lived = lives.into_iter().map(|life| match life.join() {
            Ok(sent) => sent,
            Err(_) => bail!("the life of a home was interrupted"),
        });
        lived.collect::<anyhow::Result<Vec<_>>>()
    })?;
    let mut sent: Vec<Message> = shares.into_iter().flatten().collect();
    // Stable: what one PC said keeps its order.
    sent.sort_by_key(|(_, one)| one.at);
    Ok((residents, sent))
}

/// The same for some of them, of which the first has place `first` among all.
fn share_lives(
    residents: &mut [Resident],
    first: usize,
    until: i64,
) -> anyhow::Result<Vec<Message>> {
    let mut sent = Vec::new();
    for (n, resident) in (first..).zip(residents) {
        let said = resident.live_until(until)?;
        sent.extend(said.into_iter().map(|one| (n, one)));
    }
    Ok(sent)
}

/// Records what was sent as the door of a device does, and brings the receipts back.
async fn record(
    app: &Arc<App>,
    residents: &mut [Resident],
    sent: Vec<Message>,
) -> anyhow::Result<()> {
    let mut sessions: Vec<_> = residents.iter().map(|_| None).collect();
    let mut recordings = Vec::new();
    for (n, one) in sent {
        let device = residents[n].device;
        sessions[n].get_or_insert_with(|| app.hub.attach(device, one.at));
        clock::stand(one.at);
        recordings.extend(receive(app, device, one.leaf, &one.payload, one.at).await);
    }
    for recording in recordings {
        recording.done().await?;
    }
    for (resident, session) in residents.iter_mut().zip(sessions) {
        let Some(mut session) = session else { continue };
        while let Ok(down) = session.down.try_recv() {
            if down.leaf == Leaf::Receipt {
                resident.pc.take_receipt(down.payload);
            }
        }
        // Nobody is connected when the day is judged.
        app.hub.detach(resident.device, session.generation);
    }
    Ok(())
}

impl Resident {
    fn of(home: &mut Household) -> Self {
        let world = Arc::clone(&home.world);
        Resident {
            device: home.device,
            pc: Pc::new(
                home.state_dir.clone(),
                home.seed,
                INTERVAL,
                Arc::clone(&world),
            ),
            world,
            acts: home.past.0.iter().copied().collect(),
        }
    }

    /// Something breaks, and nothing is said of it now.
    fn worse(&self, breaks: impl Fn(&World)) -> Vec<Sent> {
        breaks(&self.world);
        Vec::new()
    }

    fn live_until(&mut self, until: i64) -> anyhow::Result<Vec<Sent>> {
        let mut sent = Vec::new();
        while let Some(moment) = self.acts.pop_front_if(|moment| moment.at < until) {
            let at = moment.at;
            sent.extend(self.pc.live_until(at));
            sent.extend(match moment.act {
                Act::SwitchOn => self.pc.switch_on(at)?,
                Act::ShutDown => self.pc.shut_down(at),
                Act::Sleep => self.pc.sleep(at),
                Act::Wake => self.pc.wake(at),
                Act::PullPlug => self.pc.pull_plug(at),
                Act::Line(broken) => self.pc.reach(at, broken),
                Act::LoseInternet => self.worse(|world| world.reach(Some(3))),
                Act::FillDisk => self.worse(World::fill_disk),
                Act::LoseSectors => self.worse(|world| world.lose_sectors(8)),
            });
        }
        sent.extend(self.pc.live_until(until));
        Ok(sent)
    }
}
