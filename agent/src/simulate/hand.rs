//! A simulated PC whose time is moved by hand: weeks of a home in a moment.
//!
//! It is the real agent with its reporter, journal and spool. Nothing waits and nothing is
//! connected: each step gives what would have travelled, and whoever carries it brings
//! the receipts back.

use std::collections::HashSet;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use declic_common::envelope::Number;
use declic_common::status::{State as Word, WILL};
use declic_common::topic::Leaf;

use super::{Home, World};
use crate::agent::Agent;
use crate::identity::Identity;
use crate::run::Options;
use crate::uplink::News;

/// How long before the plug is pulled the agent last looked at the clock, in ms.
const LAST_LOOK_MS: i64 = 30_000;

/// What a PC sends, as it travels.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sent {
    /// Device clock, which is right here; ms UTC.
    pub at: i64,
    pub leaf: Leaf,
    pub payload: Vec<u8>,
}

impl Sent {
    /// What is said for a PC whose session ended without a word.
    fn will(at: i64) -> Self {
        Sent {
            at,
            leaf: Leaf::Status,
            payload: WILL.to_vec(),
        }
    }
}

/// One PC. Whoever moves it gives each step its moment, ms UTC, none before the last.
#[allow(missing_debug_implementations)] // it holds a machine
pub struct Pc {
    state_dir: PathBuf,
    seed: u64,
    interval: Duration,
    world: Arc<World>,
    now_ms: Arc<AtomicI64>,
    starts: u64,
    /// While the machine runs or sleeps.
    agent: Option<Agent>,
    next_report_at: i64,
    asleep_since: Option<i64>,
    /// The line is up: what the agent says reaches somebody.
    heard: bool,
    /// Sent already, and still without a receipt.
    sent: HashSet<Number>,
    receipts: Vec<Vec<u8>>,
}

impl Pc {
    /// The PC of this seed, enrolled in `state_dir` and switched off.
    pub fn new(state_dir: PathBuf, seed: u64, interval: Duration, world: Arc<World>) -> Self {
        Pc {
            state_dir,
            seed,
            interval,
            world,
            now_ms: Arc::default(),
            starts: 0,
            agent: None,
            next_report_at: 0,
            asleep_since: None,
            heard: true,
            sent: HashSet::new(),
            receipts: Vec::new(),
        }
    }

    /// A receipt that came back. It counts from the next step on.
    pub fn take_receipt(&mut self, payload: Vec<u8>) {
        self.receipts.push(payload);
    }

    /// Somebody switches it on.
    pub fn switch_on(&mut self, at: i64) -> anyhow::Result<Vec<Sent>> {
        self.now_ms.store(at, Ordering::Relaxed);
        // It holds its folder until it is gone.
        self.agent = None;
        let options = Options {
            state_dir: self.state_dir.clone(),
            interval: Some(self.interval),
            speed: 1,
            socket: false,
            synced: false,
        };
        self.starts += 1;
        let home = Home::new(self.seed, self.starts)
            .by_hand(Arc::clone(&self.now_ms))
            .in_world(Arc::clone(&self.world));
        let identity = Identity::load(&self.state_dir)?;
        self.agent = Some(Agent::begin(&options, identity, Box::new(home))?);
        self.asleep_since = None;
        self.next_report_at = at + 5_000;
        self.climb();
        Ok(self.leaving(at, Some(Word::On)))
    }

    /// Time goes by while the machine runs: what it says until `at`, in order.
    pub fn live_until(&mut self, at: i64) -> Vec<Sent> {
        let mut sent = Vec::new();
        if self.agent.is_none() || self.asleep_since.is_some() {
            return sent;
        }
        while self.next_report_at < at {
            let now = self.next_report_at;
            self.now_ms.store(now, Ordering::Relaxed);
            self.next_report_at += i64::try_from(self.interval.as_millis()).unwrap_or(i64::MAX);
            if let Some(agent) = &mut self.agent {
                agent.sample();
                if let Some(job) = agent.slow_job() {
                    agent.take_slow(Some(job()));
                }
                agent.report();
            }
            sent.extend(self.leaving(now, None));
        }
        sent
    }

    /// The network ends at this rung (see [`World::reach`]), or nowhere any more.
    pub fn reach(&mut self, at: i64, broken: Option<usize>) -> Vec<Sent> {
        self.now_ms.store(at, Ordering::Relaxed);
        self.world.reach(broken);
        let was_heard = std::mem::replace(&mut self.heard, broken.is_none());
        if self.agent.is_none() || self.asleep_since.is_some() {
            return Vec::new();
        }
        self.climb();
        match (was_heard, self.heard) {
            (true, false) => vec![Sent::will(at)],
            (false, true) => self.leaving(at, Some(Word::On)),
            _ => self.leaving(at, None),
        }
    }

    /// The lid is closed.
    pub fn sleep(&mut self, at: i64) -> Vec<Sent> {
        self.now_ms.store(at, Ordering::Relaxed);
        if let Some(agent) = &mut self.agent {
            agent.about_to_sleep();
        }
        let sent = self.leaving(at, Some(Word::Asleep));
        self.asleep_since = Some(at);
        sent
    }

    /// The lid is opened.
    pub fn wake(&mut self, at: i64) -> Vec<Sent> {
        self.now_ms.store(at, Ordering::Relaxed);
        if let Some(since) = self.asleep_since.take() {
            self.world.sleep(at.abs_diff(since));
        }
        if let Some(agent) = &mut self.agent {
            agent.sample();
        }
        self.climb();
        self.next_report_at = at;
        self.leaving(at, Some(Word::On))
    }

    /// It is shut down in good order.
    pub fn shut_down(&mut self, at: i64) -> Vec<Sent> {
        self.now_ms.store(at, Ordering::Relaxed);
        self.world.go_down();
        if let Some(agent) = &mut self.agent {
            agent.say_goodbye();
        }
        let sent = self.leaving(at, Some(Word::Off));
        self.agent = None;
        sent
    }

    /// The power goes, and nobody says anything but the session's end.
    pub fn pull_plug(&mut self, at: i64) -> Vec<Sent> {
        let looked_at = (at - LAST_LOOK_MS).max(self.now_ms.load(Ordering::Relaxed));
        self.now_ms.store(looked_at, Ordering::Relaxed);
        if let Some(agent) = &mut self.agent {
            agent.sample();
        }
        let mut sent = self.leaving(looked_at, None);
        if self.agent.take().is_some() && self.heard && self.asleep_since.is_none() {
            sent.push(Sent::will(at));
        }
        sent
    }

    fn climb(&mut self) {
        if let Some(agent) = &mut self.agent {
            agent.take_ladder(self.world.ladder(self.heard));
        }
    }

    /// What leaves now: nothing while the line is down.
    fn leaving(&mut self, at: i64, word: Option<Word>) -> Vec<Sent> {
        let Some(agent) = self.agent.as_mut().filter(|_| self.heard) else {
            return Vec::new();
        };
        let receipts: Vec<_> = self.receipts.drain(..).collect();
        for receipt in receipts {
            agent.hear(News::Received(Leaf::Receipt, receipt));
        }
        let waiting = agent.waiting();
        // What has a receipt need not be remembered.
        self.sent
            .retain(|sent| waiting.iter().any(|(number, ..)| number == sent));
        let mut sent: Vec<Sent> = Vec::new();
        for (number, kind, payload) in waiting {
            if self.sent.insert(number) {
                let leaf = Leaf::Up(kind);
                sent.push(Sent { at, leaf, payload });
            }
        }
        let leaf = Leaf::Status;
        sent.extend(word.map(|word| Sent {
            at,
            leaf,
            payload: agent.word(word),
        }));
        sent
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::enrol_nowhere;
    use declic_common::UpKind;

    const HOUR: i64 = 3_600_000;
    const MORNING: i64 = 1_780_000_000_000;

    fn pc(dir: &tempfile::TempDir) -> Pc {
        enrol_nowhere(dir.path());
        let hour = Duration::from_secs(3_600);
        Pc::new(dir.path().to_owned(), 3, hour, Arc::default())
    }

    fn leaves(sent: &[Sent]) -> Vec<Leaf> {
        sent.iter().map(|sent| sent.leaf).collect()
    }

    fn said(sent: &[Sent]) -> String {
        let all: Vec<_> = sent
            .iter()
            .map(|one| String::from_utf8_lossy(&one.payload))
            .collect();
        all.join("\n")
    }

    #[test]
    fn a_morning_is_told_as_the_real_agent_tells_it() {
        let dir = tempfile::tempdir().unwrap();
        let mut pc = pc(&dir);
        let on = said(&pc.switch_on(MORNING).unwrap());
        for word in ["\"boot\"", "agent_start", "\"serial\"", "\"state\":\"on\""] {
            assert!(on.contains(word), "{word} in {on}");
        }
        let lived = pc.live_until(MORNING + 2 * HOUR);
        assert_eq!(leaves(&lived), [Leaf::Up(UpKind::Report); 2]);
        assert!(said(&lived).contains("\"slow\""));
        let asleep = said(&pc.sleep(MORNING + 2 * HOUR));
        assert!(asleep.contains("suspend") && asleep.contains("\"state\":\"asleep\""));
        let woke = said(&pc.wake(MORNING + 5 * HOUR));
        assert!(woke.contains("\"slept_ms\":10800000"), "{woke}");
        let off = said(&pc.shut_down(MORNING + 6 * HOUR));
        assert!(
            off.contains("shutdown") && off.contains("\"state\":\"off\""),
            "{off}"
        );
        let next = said(&pc.switch_on(MORNING + 24 * HOUR).unwrap());
        assert!(next.contains("\"boot\":2"), "{next}");
    }

    #[test]
    fn what_was_said_while_the_line_was_down_comes_when_it_is_back() {
        let dir = tempfile::tempdir().unwrap();
        let mut pc = pc(&dir);
        pc.switch_on(MORNING).unwrap();
        let cut = pc.reach(MORNING + HOUR, Some(1));
        assert_eq!(cut, [Sent::will(MORNING + HOUR)]);
        assert_eq!(pc.live_until(MORNING + 3 * HOUR), []);
        let late = pc.reach(MORNING + 3 * HOUR, None);
        assert!(late.iter().all(|sent| sent.at == MORNING + 3 * HOUR));
        assert!(said(&late).contains("\"gateway\":false"), "{}", said(&late));
        assert!(late.len() >= 4, "{}", said(&late));
    }

    #[test]
    fn a_pulled_plug_is_found_at_the_next_start() {
        let dir = tempfile::tempdir().unwrap();
        let mut pc = pc(&dir);
        pc.switch_on(MORNING).unwrap();
        pc.live_until(MORNING + HOUR);
        assert_eq!(said(&pc.pull_plug(MORNING + HOUR)), "{\"state\":\"lost\"}");
        assert!(said(&pc.switch_on(MORNING + 2 * HOUR).unwrap()).contains("power_cut"));
    }
}
