//! The agent itself: every event changes it, and says what to do next.
//!
//! It owns life, spool, journal, state and machine; nobody else writes them. It
//! does no waiting: `run` waits, and calls it.

mod household;
mod letters;
mod orders;
mod outbox;
mod quiet;

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use declic_common::UpKind;
use declic_common::command::{CommandId, OutcomeResult};
use declic_common::limits::INTERVAL_MIN_S;
use declic_common::report::{Ladder, Slow};
use declic_common::settings::Address;
use declic_common::status::State as Word;
use declic_common::topic::Leaf;

use self::household::Tries;
use crate::enrol::{self, EnrolError};
use crate::errands::Renewal;
use crate::identity::Identity;
use crate::journal::Watch;
use crate::life::{End, Life};
use crate::meter::{Meter, Share};
use crate::probe::{Climb, Clocks, Probe, SlowJob, Targets};
use crate::reporter::{Circumstances, Reporter};
use crate::run::{Options, last_word};
use crate::sender::Sender;
use crate::spool::disk::Disk;
use crate::spool::{self, Limits, Spool};
use crate::state::State;
use crate::uplink::{News, Outlet};

/// During a diagnosis: no settings may ask for reports more often either.
const DIAGNOSIS_INTERVAL: Duration = Duration::from_secs(INTERVAL_MIN_S as u64);
const SAMPLE: Duration = Duration::from_secs(30);
const DIAGNOSIS_SAMPLE: Duration = Duration::from_secs(5);
/// How often the disk is told that the machine still runs.
const ALIVE_EVERY_MS: u64 = 60_000;
/// A retirement does not wait longer than this for receipts.
const RETIRE_WITHIN_MS: u64 = 24 * 3_600_000;
/// Between two attempts to renew a certificate.
const RENEW_EVERY_MS: u64 = 3_600_000;
/// A new inventory is sent after this long even if nothing changed.
const INVENTORY_EVERY_MS: i64 = 30 * 86_400_000;

/// What the caller is to do after an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    Nothing,
    ReportNow,
    /// Report as soon as the slow readings have been made anew.
    Refresh,
    /// The interval changed: the next report may be due sooner.
    Reschedule,
    /// The network changed: report, and do not wait to connect.
    Hurry,
    /// Ask for the next certificate.
    Renew,
    /// The uplink ended: begin another.
    Redial,
}

/// One agent. Times inside are ms since boot, unless said otherwise.
#[allow(missing_debug_implementations)] // it holds a machine
pub struct Agent {
    identity: Identity,
    interval: Option<Duration>,
    probe: Box<dyn Probe>,
    life: Life,
    spool: Spool,
    watch: Watch,
    state: State,
    reporter: Reporter,
    sender: Sender,
    outlet: Option<Outlet>,
    ladder: Option<Ladder>,
    last_receipt: Option<i64>,
    alive_at: u64,
    /// The last sample.
    sampled_at: u64,
    renew_tried_at: Option<u64>,
    /// The commands that wait for the renewal under way.
    renewals: Vec<CommandId>,
    /// The commands that wait for the next report.
    refreshes: Vec<CommandId>,
    /// Since when this PC is to forget the programme: it does once nothing waits.
    retiring: Option<u64>,
    calls: Tries,
    charters: Tries,
    /// Where this agent is one of many that are counted.
    share: Option<Share>,
}

impl Agent {
    /// Begins a life: opens what is on disk and journals what happened before.
    pub fn begin(
        options: &Options,
        identity: Identity,
        mut probe: Box<dyn Probe>,
    ) -> anyhow::Result<Self> {
        let now = probe.clocks();
        let disk = |dir: &Path| match options.synced {
            true => Disk::at(dir),
            false => Disk::unsynced(dir),
        };
        let (mut life, found) = Life::begin_on(disk(&options.state_dir), &now)?;
        let spool = disk(&options.state_dir.join(spool::DIR));
        let spool = Spool::open_on(spool, Limits::default(), &mut life);
        let watch = Watch::begin(life.boot(), &now);
        let state = State::open(&options.state_dir, &identity.settings);
        let mut agent = Agent {
            identity,
            interval: options.interval,
            probe,
            spool,
            watch,
            state,
            reporter: Reporter::default(),
            sender: Sender::default(),
            outlet: None,
            ladder: None,
            last_receipt: None,
            alive_at: now.uptime_ms,
            sampled_at: now.uptime_ms,
            renew_tried_at: None,
            renewals: Vec::new(),
            refreshes: Vec::new(),
            retiring: None,
            calls: Tries::default(),
            charters: Tries::default(),
            share: None,
            life,
        };
        agent.journal(&found);
        let consent = agent.state.consent();
        let told = agent.watch.consent(&now, consent);
        agent.journal(told.as_slice());
        agent.inventory(&now, false);
        // A retirement that the last life could not finish.
        agent.retiring = agent.state.retirement().map(|_| now.uptime_ms);
        Ok(agent)
    }

    /// From now on this meter counts what the agent does.
    pub fn counted_by(&mut self, meter: Arc<Meter>) {
        self.share = Some(Share::of(meter));
    }

    pub fn identity(&self) -> &Identity {
        &self.identity
    }

    /// Ends the present session, before another one is begun.
    pub fn hang_up(&mut self) {
        if let Some(outlet) = self.outlet.take() {
            outlet.disconnect();
        }
        self.share.as_mut().into_iter().for_each(Share::lost);
    }

    /// Where the controller is, and where it said that it will be.
    pub fn addresses(&self) -> Vec<Address> {
        let next = self.state.settings().next_address.clone();
        std::iter::once(self.identity.address.clone())
            .chain(next)
            .collect()
    }

    pub fn is_connected(&self) -> bool {
        self.outlet.is_some()
    }

    pub fn interval(&self) -> Duration {
        let settings = Duration::from_secs(self.state.settings().interval_s.into());
        let asked = self.interval.unwrap_or(settings);
        if self.state.inbox().is_diagnosing() {
            asked.min(DIAGNOSIS_INTERVAL)
        } else {
            asked
        }
    }

    /// How often to look at clocks, links and loads between two reports: often enough
    /// to see a spike and a pulled cable, seldom enough to cost nothing.
    pub fn sample_every(&self) -> Duration {
        let longest = if self.state.inbox().is_diagnosing() {
            DIAGNOSIS_SAMPLE
        } else {
            SAMPLE
        };
        (self.interval() / 4).clamp(Duration::from_millis(250), longest)
    }

    /// How long until the backlog may go on.
    pub fn until_burst(&mut self) -> Option<Duration> {
        self.outlet.as_ref()?;
        let due = self.sender.due(&self.spool)?;
        let now = self.probe.clocks().uptime_ms;
        Some(Duration::from_millis(due.saturating_sub(now)))
    }

    /// The retirement that the programme asked for is complete: everything that
    /// waited has a receipt, or has had a fair time to get one.
    pub fn is_retired(&mut self) -> bool {
        let Some(since) = self.retiring else {
            return false;
        };
        let now = self.probe.clocks().uptime_ms;
        self.spool.stats().waiting == 0 || now.saturating_sub(since) >= RETIRE_WITHIN_MS
    }

    /// Looks at clocks and links between two reports.
    pub fn sample(&mut self) -> Next {
        let link_changed = self.probe.sample();
        let now = self.probe.clocks();
        self.sampled_at = now.uptime_ms;
        let events = self.watch.look(&now);
        // Back from sleep, or the clock was set: tell it now.
        let woke = !events.is_empty();
        self.journal(&events);
        if now.uptime_ms.saturating_sub(self.alive_at) >= ALIVE_EVERY_MS {
            self.alive_at = now.uptime_ms;
            self.life.alive(&now);
            self.spool.write_again(&self.life);
        }
        let ended = self.end_what_is_over(&now);
        if link_changed || woke {
            return Next::Hurry;
        }
        if self.should_renew(&now) {
            return Next::Renew;
        }
        ended
    }

    /// A climb of the ladder, to be waited for; it tries nothing while a session is up.
    pub fn climb(&mut self) -> Climb {
        let targets = Targets {
            controller: Some((
                self.identity.address.host.clone(),
                self.identity.address.mqtt_port,
            )),
            internet: self.state.settings().probe_hosts.clone(),
            connected: self.outlet.is_some(),
        };
        self.probe.climb(targets)
    }

    /// Takes what a climb found.
    pub fn take_ladder(&mut self, ladder: Ladder) {
        let now = self.probe.clocks();
        let mut events = Vec::new();
        if let Some(up) = ladder.link {
            events.extend(self.watch.link(&now, up));
        }
        events.extend(self.watch.ladder(&now, &ladder));
        self.ladder = Some(ladder);
        self.journal(&events);
    }

    /// Makes the report of this interval.
    pub fn report(&mut self) -> Next {
        if self.retiring.is_some() {
            return Next::Nothing;
        }
        if self.state.pause().is_some() {
            return self.report_nothing();
        }
        let now = self.probe.clocks();
        let about = self.circumstances();
        let report = self.reporter.report(self.probe.as_mut(), &about);
        self.put(UpKind::Report, &now, &report);
        for command in std::mem::take(&mut self.refreshes) {
            self.outcome(command, OutcomeResult::Done);
        }
        Next::Nothing
    }

    /// What a report says besides the machine's readings.
    fn circumstances(&self) -> Circumstances {
        let interval_s = u32::try_from(self.interval().as_secs()).unwrap_or(u32::MAX);
        Circumstances {
            interval_s: interval_s.max(1),
            consent: self.state.consent(),
            ladder: self.ladder.clone(),
            stats: self.spool.stats(),
        }
    }

    /// Slow readings to be run where blocking is allowed, if they were due at the last sample
    /// or have been asked for since: asking is cheap.
    pub fn slow_job(&mut self) -> Option<SlowJob> {
        self.reporter.slow_job(self.probe.as_mut(), self.sampled_at)
    }

    pub fn take_slow(&mut self, slow: Option<Slow>) {
        let now = self.probe.clocks();
        if let Some(slow) = slow {
            self.reporter.take_slow(slow, &now);
        }
        self.inventory(&now, false);
    }

    /// Takes what the uplink tells.
    pub fn hear(&mut self, news: News) -> Next {
        match news {
            News::Connected(outlet) => {
                self.outlet = Some(outlet);
                self.share.as_mut().into_iter().for_each(Share::connected);
                self.sender.connected();
                self.say(Word::On);
                self.burst()
            }
            News::Lost => {
                self.outlet = None;
                self.share.as_mut().into_iter().for_each(Share::lost);
                // Which rung broke is worth knowing at once.
                Next::ReportNow
            }
            // The clock of this PC may say 2005, and then only the controller knows.
            News::CertificateEnded => {
                let now = self.probe.clocks();
                match self.may_renew(&now) {
                    true => Next::Renew,
                    false => Next::Nothing,
                }
            }
            News::Received(Leaf::Receipt, payload) => self.take_receipt(&payload),
            News::Received(Leaf::Command, payload) => self.take_command(&payload),
            News::Received(Leaf::Settings, payload) => self.take_settings(&payload),
            News::Received(Leaf::Up(_) | Leaf::Status, _) => Next::Nothing,
        }
    }

    /// Sends the next part of the backlog.
    pub fn burst(&mut self) -> Next {
        let now = self.probe.clocks();
        for held in self.sender.burst(&mut self.spool, now.uptime_ms) {
            self.send(&held, &now);
        }
        Next::Nothing
    }

    /// The machine said that it is about to sleep.
    pub fn about_to_sleep(&mut self) -> Next {
        let now = self.probe.clocks();
        let events = self.watch.about_to_sleep(&now);
        self.journal(&events);
        self.life.alive(&now);
        self.say(Word::Asleep);
        Next::Nothing
    }

    /// Ends this life in good order; says whether a session has words to send.
    pub fn say_goodbye(&mut self) -> bool {
        let now = self.probe.clocks();
        let going_down = self.probe.going_down();
        let events = self.watch.ending(&now, going_down);
        self.journal(&events);
        self.life.end(
            &now,
            if going_down {
                End::Shutdown
            } else {
                End::Stopped
            },
        );
        self.say(last_word(going_down));
        self.outlet.as_ref().is_some_and(Outlet::disconnect)
    }

    /// Forgets this programme: nothing of it stays on the disk.
    pub fn erase(self, state_dir: &Path) -> anyhow::Result<()> {
        drop(self);
        // First what makes this PC a part of the programme.
        Identity::erase(state_dir)?;
        for entry in fs::read_dir(state_dir)? {
            let path = entry?.path();
            if path.is_dir() {
                fs::remove_dir_all(&path)?;
            } else {
                fs::remove_file(&path)?;
            }
        }
        Ok(())
    }

    /// The next certificate, to be waited for.
    pub fn renew(&mut self, state_dir: &Path) -> Renewal {
        let now = self.probe.clocks();
        self.renew_tried_at = Some(now.uptime_ms);
        let (identity, addresses) = (self.identity.clone(), self.addresses());
        let state_dir = state_dir.to_owned();
        Box::pin(async move { enrol::renew(&identity, &addresses, &state_dir).await })
    }

    /// Takes the end of a renewal. Whatever asked for one meanwhile is answered too.
    pub fn take_renewal(&mut self, renewed: Result<Identity, EnrolError>) -> Next {
        let (result, next) = match renewed {
            Ok(identity) => {
                self.identity = identity;
                (OutcomeResult::Done, Next::Redial)
            }
            Err(error) => {
                tracing::warn!(%error, "failed to renew the certificate");
                (OutcomeResult::Failed, Next::Nothing)
            }
        };
        for command in std::mem::take(&mut self.renewals) {
            self.outcome(command, result);
        }
        next
    }

    fn should_renew(&self, now: &Clocks) -> bool {
        // Until the controller has spoken, the device clock is all there is. If it
        // is wrong, a needless request is refused or renews too early: no harm.
        let time = self.life.controller_now(now).unwrap_or(now.wall_ms);
        self.may_renew(now) && enrol::is_due(&self.identity, time)
    }

    /// The last attempt to renew is long enough ago.
    fn may_renew(&self, now: &Clocks) -> bool {
        self.renew_tried_at
            .is_none_or(|at| now.uptime_ms.saturating_sub(at) >= RENEW_EVERY_MS)
    }
}

#[cfg(test)]
mod tests;
