//! What one start of a machine did, in its own time: from what it said and when it
//! was heard.
//!
//! Reports prove that the agent ran for the interval before them, and what the network
//! reached then. The journal says when that changed, when the machine slept and when
//! the agent stopped; where the two disagree, a part of the journal is missing, and
//! the report is believed.

use declic_common::timeline::Activity;

use super::facts::{Facts, Run, reach_default_ms};
use super::strip::Strip;
use super::told::{Told, What};
use super::{Interval, rank};

/// An agent that speaks within this time of the start was started with the machine.
const SETTLING_MS: i64 = 5 * 60_000;
/// A rung that failed and came back between two reports failed for less than this.
const BLIP_MS: i64 = 30 * 60_000;
/// What is on its way when a goodbye is said may be dated a little after it.
const FAREWELL_MS: i64 = 60_000;

/// One boot, told in ms since its start.
#[derive(Clone, Debug)]
pub(super) struct Lived {
    /// The first and the last sign of it.
    pub(super) first: i64,
    pub(super) last: i64,
    pub(super) parts: Vec<Interval>,
    /// What it did after the last sign.
    pub(super) after: Activity,
    /// What it did before the first sign.
    pub(super) before: Activity,
    pub(super) reach_ms: i64,
    /// Pauses asked for: when, and until when.
    pub(super) pauses: Vec<(i64, Option<i64>)>,
}

/// Works out one boot; `None` if nothing is known of it.
pub(super) fn live(facts: &Facts) -> Option<Lived> {
    let told: Vec<Told> = facts.told.iter().copied().collect();
    let last_told = told.last().map(at);
    let last_run = facts.runs.iter().map(|run| run.to).max();
    let last = last_told.max(last_run)?;
    let reach = facts.runs.iter().map(|run| run.reach_ms).max();
    let reach_ms = signed(reach.unwrap_or_else(reach_default_ms));
    let mut work = Work {
        facts,
        told,
        last,
        reach_ms,
        strip: Strip::new(0, last),
    };
    work.cover();
    work.rungs();
    work.contradict();
    let late_start = work.starts();
    work.pauses_of_the_agent();
    let told_first = work.told.first().map(at);
    let run_first = facts.runs.iter().map(|run| run.from.max(0)).min();
    let first = match (late_start, told_first, run_first) {
        (Some(start), ..) => start,
        (None, Some(told), Some(run)) => told.min(run),
        (None, told, run) => told.or(run).unwrap_or(last),
    };
    let parts = work.strip.intervals();
    let begins = parts.iter().find(|part| part.activity != Activity::Unknown);
    let before = match begins.map(|part| part.activity) {
        _ if first > SETTLING_MS => Activity::Stopped,
        // The network was no better before it was tried.
        Some(rung) if rank(rung) >= rank(Activity::LinkDown) => rung,
        _ => Activity::On,
    };
    Some(Lived {
        first,
        last,
        after: work.after(),
        before,
        reach_ms,
        pauses: work.pauses(),
        parts,
    })
}

fn at(told: &Told) -> i64 {
    signed(told.at)
}

fn signed(ms: u64) -> i64 {
    i64::try_from(ms).unwrap_or(i64::MAX)
}

struct Work<'a> {
    facts: &'a Facts,
    told: Vec<Told>,
    last: i64,
    reach_ms: i64,
    strip: Strip,
}

impl Work<'_> {
    /// Paints when the agent is known to have run.
    fn cover(&mut self) {
        let found = |told: &Told| matches!(told.what, What::Rung(_)).then(|| at(told));
        let found: Vec<i64> = self.told.iter().filter_map(found).collect();
        let good = |run: &&Run| run.rung == Activity::On;
        for run in self.facts.runs.iter().filter(good) {
            self.strip.paint(run.from, run.to, run.rung);
        }
        for run in self.facts.runs.iter().filter(|run| !good(run)) {
            // It speaks for the whole interval, unless the journal knows better.
            let within = |at: &&i64| run.from < **at && **at <= run.to;
            let from = found.iter().find(within).map_or(run.from, |at| *at);
            self.strip.fill(run.from, from, Activity::On);
            self.strip.paint(from, run.to, run.rung);
        }
        let mut began = i64::MIN;
        for told in &self.told {
            // Whatever it says, the agent ran for a while before, unless it began.
            match told.what {
                What::Start => began = at(told),
                What::Pause { .. } => {}
                _ => {
                    let from = began.max(at(told).saturating_sub(self.reach_ms));
                    self.strip.fill(from, at(told), Activity::On);
                }
            }
        }
    }

    /// Paints how far the network reached, as the journal tells its changes.
    fn rungs(&mut self) {
        for (from, to, rung) in self.changes() {
            self.strip.repaint(from, to, |old| match old {
                Activity::Unknown => Activity::Unknown,
                _ => rung,
            });
        }
    }

    /// The rungs of the journal: from, to and which.
    fn changes(&self) -> Vec<(i64, i64, Activity)> {
        let mut changes: Vec<(i64, Option<i64>, Activity)> = Vec::new();
        let mut open = false;
        let mut began = None;
        for told in &self.told {
            if told.what == What::Start {
                began = Some(at(told));
            }
            let rung = match told.what {
                What::Rung(rung) => Some(rung),
                What::LinkUp => match changes.last() {
                    // Otherwise the ladder says more.
                    Some((_, _, Activity::LinkDown)) if open => Some(Activity::On),
                    _ => continue,
                },
                What::Start | What::Stop | What::Shutdown | What::PowerCut => None,
                _ => continue,
            };
            if let Some((_, to, _)) = changes.last_mut().filter(|_| open) {
                *to = Some(at(told));
            }
            open = rung.is_some();
            let Some(rung) = rung else { continue };
            // What is found first was so when the agent began to look.
            let began = began.take().filter(|began| at(told) - began <= SETTLING_MS);
            changes.push((began.unwrap_or_else(|| at(told)), None, rung));
        }
        let ended = |(from, to, rung): (i64, Option<i64>, Activity)| {
            let to = match rung {
                Activity::On => to.unwrap_or(self.last),
                _ => self.until_denied(from, to, BLIP_MS),
            };
            (from, to, rung)
        };
        changes.into_iter().map(ended).collect()
    }

    /// The end of what began at `from` and lasted until `to`, or to the last sign: a
    /// good report in between, of which the journal knows nothing, ends it before.
    fn until_denied(&self, from: i64, to: Option<i64>, at_least: i64) -> i64 {
        let good = self.facts.runs.iter().filter(|run| {
            run.rung == Activity::On
                && run.to > from.saturating_add(FAREWELL_MS)
                && to.is_none_or(|to| run.to < to)
        });
        let denied = good.map(|run| run.from.max(from.saturating_add(at_least)));
        let to = to.unwrap_or(self.last);
        denied.min().map_or(to, |denied| denied.min(to))
    }

    /// Paints the failing rungs of reports where the journal thinks all was well.
    fn contradict(&mut self) {
        let changes = self.changes();
        for run in &self.facts.runs {
            let known = changes
                .iter()
                .rev()
                .find(|(from, to, _)| *from <= run.to && run.to <= *to);
            if let Some((since, _, Activity::On)) = known
                && run.rung != Activity::On
                && run.to > *since
            {
                self.strip.paint(run.from.max(*since), run.to, run.rung);
            }
        }
    }

    /// Paints that the agent did not run before it began. Gives the moment of a first
    /// start that came long after that of the machine.
    fn starts(&mut self) -> Option<i64> {
        let mut late = None;
        let starts = self.told.iter().filter(|told| told.what == What::Start);
        for start in starts.map(at).collect::<Vec<_>>() {
            let runs = &self.facts.runs;
            let through = |run: &Run| {
                run.to >= start && run.from < start.saturating_sub(signed(run.reach_ms))
            };
            if runs.iter().any(through) {
                continue;
            }
            let said = (self.told.iter().map(at))
                .filter(|said| *said < start)
                .max();
            let heard = runs.iter().map(|run| run.to).filter(|to| *to < start).max();
            match said.max(heard) {
                Some(before) => self.strip.paint(before, start, Activity::Stopped),
                None if start > SETTLING_MS => {
                    self.strip.paint(0, start, Activity::Unknown);
                    late = Some(start);
                }
                None => {}
            }
        }
        late
    }

    /// Paints when the agent was stopped and when the machine slept.
    fn pauses_of_the_agent(&mut self) {
        for (n, told) in self.told.iter().enumerate() {
            let next = self.told.get(n + 1);
            let from = at(told);
            let activity = match told.what {
                What::Stop | What::Shutdown => Activity::Stopped,
                What::Suspend => Activity::Asleep,
                What::Resume { slept_ms: Some(ms) } => {
                    let slept = from.saturating_sub(signed(ms));
                    self.strip.paint(slept, from, Activity::Asleep);
                    let before = n.checked_sub(1).and_then(|n| self.told.get(n));
                    if let Some(before) = before.filter(|told| told.what == What::Suspend) {
                        // It was awake for a moment after saying so.
                        self.strip.fill(at(before), slept, Activity::On);
                    }
                    continue;
                }
                _ => continue,
            };
            // Coming back, it says exactly how long it slept, or that it did not.
            let counted = |next: &Told| matches!(next.what, What::Resume { slept_ms: Some(_) });
            if activity == Activity::Asleep && next.is_some_and(counted) {
                continue;
            }
            let back = |next: &&Told| matches!(next.what, What::Start | What::Resume { .. });
            let to = match next.filter(back) {
                Some(next) => at(next),
                None => self.until_denied(from, next.map(at), 0),
            };
            self.strip.paint(from, to, activity);
        }
    }

    /// What follows the last sign: how the boot ended, if it is known to have ended.
    fn after(&self) -> Activity {
        let cut = |told: &Told| told.what == What::PowerCut;
        if self.told.iter().any(cut) {
            return Activity::PowerCut;
        }
        let Some(last) = self.told.last() else {
            return Activity::Unknown;
        };
        if self.last > at(last).saturating_add(FAREWELL_MS) {
            return Activity::Unknown;
        }
        match last.what {
            What::Shutdown => Activity::Off,
            What::Stop => Activity::Stopped,
            What::Suspend => Activity::Asleep,
            _ => Activity::Unknown,
        }
    }

    fn pauses(&self) -> Vec<(i64, Option<i64>)> {
        let pause = |told: &Told| match told.what {
            What::Pause { until } => Some((at(told), until.map(signed))),
            _ => None,
        };
        self.told.iter().filter_map(pause).collect()
    }
}
