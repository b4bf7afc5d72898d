//! The spool against a model that remembers everything, through every accident.

use std::collections::{BTreeMap, HashMap};

use declic_common::UpKind;
use declic_common::envelope::Help;
use declic_common::receipt::{Receipt, RefusalReason, Refused};
use proptest::prelude::*;
use proptest::sample::Index as Pick;
use tempfile::TempDir;

use super::disk::Faults;
use super::*;

const LIMITS: Limits = Limits {
    bytes: 6 * 1024,
    age_ms: 1_000_000,
    segment_bytes: 1024,
    unwritten: 4,
};

#[derive(Clone, Debug)]
enum Step {
    Append(usize),
    /// Of the boot of some message, through it, and perhaps a range above.
    Receipt(Pick, Option<(u64, u64)>),
    Refuse(Pick),
    Restart,
    /// Killed so many bytes and steps into an append.
    KillAppend(usize),
    /// Killed so many bytes and steps into a start.
    KillStart(usize),
    NewBoot,
    LoseState,
    LoseSpool,
    /// A bit of some file turns, while the agent runs or between two runs.
    Damage {
        file: Pick,
        byte: Pick,
        running: bool,
    },
    FullDisk(usize),
    ReadOnly,
    Healed,
    Alive,
    Old(u64),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let pick = any::<Pick>;
    let range = prop::option::of((0..6u64, 0..6u64));
    let step = prop_oneof![
        12 => (0..300usize).prop_map(Step::Append),
        4 => (pick(), range).prop_map(|(at, range)| Step::Receipt(at, range)),
        1 => pick().prop_map(Step::Refuse),
        2 => Just(Step::Restart),
        2 => (0..700usize).prop_map(Step::KillAppend),
        1 => (0..500usize).prop_map(Step::KillStart),
        1 => Just(Step::NewBoot),
        1 => Just(Step::LoseState),
        1 => Just(Step::LoseSpool),
        1 => (pick(), pick(), any::<bool>())
            .prop_map(|(file, byte, running)| Step::Damage { file, byte, running }),
        1 => (0..900usize).prop_map(Step::FullDisk),
        1 => Just(Step::ReadOnly),
        2 => Just(Step::Healed),
        1 => Just(Step::Alive),
        1 => (0..800_000u64).prop_map(Step::Old),
    ];
    prop::collection::vec(step, 1..70)
}

/// A PC and all that was ever true of its messages.
struct World {
    dir: TempDir,
    faults: Faults,
    now: Clocks,
    boots: u64,
    /// `None` while it is being restarted.
    running: Option<(Life, Spool)>,
    texts: u64,
    /// Every number ever given, and for what.
    given: HashMap<Number, String>,
    /// A message whose append was killed: it may be there or not.
    in_flight: Option<String>,
    /// What must still be there, with the bytes as they were first seen.
    waiting: BTreeMap<Number, Vec<u8>>,
    /// Messages that were on disk, not settled, and are gone.
    lost: u64,
    /// Losses whose count may be gone too: two accidents at once.
    slack: u64,
    /// A file or the disk failed, so that counts may be behind.
    accident: bool,
    /// Something happened after which a count may be too high.
    exact: bool,
}

impl World {
    fn new() -> Self {
        let mut world = World {
            dir: dir(),
            faults: Faults::default(),
            now: Clocks {
                boot_id: String::new(),
                uptime_ms: 1_000,
                awake_ms: 1_000,
                wall_ms: 1_104_537_600_000,
            },
            boots: 0,
            running: None,
            texts: 0,
            given: HashMap::new(),
            in_flight: None,
            waiting: BTreeMap::new(),
            lost: 0,
            slack: 0,
            accident: false,
            exact: true,
        };
        world.next_boot();
        world.start();
        world
    }

    fn next_boot(&mut self) {
        self.boots += 1;
        self.now.boot_id = format!("{:08x}-0000-0000-0000-000000000000", self.boots);
        self.now.uptime_ms = 1_000;
    }

    fn start(&mut self) {
        assert!(self.running.is_none());
        let (mut life, _) =
            Life::begin_on(Disk::failing(self.dir.path(), &self.faults), &self.now).unwrap();
        let disk = Disk::failing(&self.dir.path().join(DIR), &self.faults);
        let spool = Spool::open_on(disk, LIMITS, &mut life);
        self.running = Some((life, spool));
    }

    /// Ends the agent, does something, starts it again, and looks what is left.
    fn restart(&mut self, between: impl FnOnce(&mut Self)) {
        if let Some((_, spool)) = self.running.take() {
            // What was in memory only was never promised to survive.
            for message in &spool.shelf.unwritten {
                self.waiting.remove(&message.label.number);
            }
        }
        between(self);
        self.start();
        // What was settled may be sent again: only from now on is it expected.
        let (_, spool) = self.running.as_mut().unwrap();
        let there = spool.oldest_after(None, usize::MAX);
        let counted = spool.stats().dropped + spool.stats().damaged;
        if self.accident {
            // The counts stand in the newest message: with it they may be lost.
            let missing = self.waiting.len()
                - there
                    .iter()
                    .filter(|h| self.waiting.contains_key(&h.number))
                    .count();
            self.slack = self
                .slack
                .max((self.lost + missing as u64).saturating_sub(counted));
        }
        for held in there {
            let text = text(&held);
            if self.in_flight.as_ref() == Some(&text) {
                self.in_flight = None;
                let before = self.given.insert(held.number, text.clone());
                assert!(before.is_none_or(|b| b == text), "{:?} twice", held.number);
            }
            self.waiting.entry(held.number).or_insert(held.stored);
        }
        self.in_flight = None;
    }

    fn append(&mut self, length: usize) {
        self.texts += 1;
        let text = format!("{}{}", self.texts, "x".repeat(length));
        let (life, spool) = self.running.as_mut().unwrap();
        let body = Help { text: text.clone() };
        let number = spool.append(UpKind::Help, &self.now, life, &body).unwrap();
        let held = spool.get(number).unwrap();
        assert_eq!(held.number, number);
        let before = self.given.insert(number, text);
        assert_eq!(before, None, "{number:?} was given twice");
        self.waiting.insert(number, held.stored);
    }

    fn kill_append(&mut self, moment: usize) {
        self.texts += 1;
        let text = format!("{}killed", self.texts);
        self.in_flight = Some(text.clone());
        self.faults.die_after(Some(moment));
        let (life, spool) = self.running.as_mut().unwrap();
        let body = Help { text };
        spool.append(UpKind::Help, &self.now, life, &body).unwrap();
        self.restart(|world| world.faults.die_after(None));
    }

    fn receipt(&mut self, at: Pick, range: Option<(u64, u64)>, refuse: bool) {
        let Some(number) = pick(&self.given, at) else {
            return;
        };
        let highest = self
            .given
            .keys()
            .filter(|n| (n.install, n.boot) == (number.install, number.boot))
            .map(|n| n.seq)
            .max()
            .unwrap();
        let stored = range.map(|(from, more)| (number.seq + from, number.seq + from + more));
        let receipt = Receipt {
            install: number.install,
            boot: number.boot,
            through_seq: if refuse { number.seq - 1 } else { number.seq },
            stored: stored
                .into_iter()
                .map(|(from, to)| (from.min(highest), to.min(highest)))
                .collect(),
            refused: refuse
                .then_some(Refused {
                    seq: number.seq,
                    reason: RefusalReason::BadBody,
                })
                .into_iter()
                .collect(),
            controller_time: 1_780_000_000_000,
        };
        let (life, spool) = self.running.as_mut().unwrap();
        let before = spool.stats();
        let settled = spool.settle(&receipt, life);
        let gone = self.waiting.len();
        self.waiting
            .retain(|n, _| !(receipt.covers(*n) || refuse && *n == number));
        let gone = (gone - self.waiting.len()) as u64;
        assert_eq!(settled.stored + settled.refused, gone);
        assert_eq!(spool.stats().waiting, before.waiting - gone);
        assert_eq!(spool.stats().refused, before.refused + settled.refused);
    }

    fn damage(&mut self, file: Pick, byte: Pick) {
        let mut files = vec![self.dir.path().join("life")];
        files.extend(
            std::fs::read_dir(self.dir.path().join(DIR))
                .into_iter()
                .flatten()
                .map(|entry| entry.unwrap().path()),
        );
        files.sort();
        let file = file.get(&files);
        let mut bytes = std::fs::read(file).unwrap_or_default();
        if bytes.is_empty() {
            return;
        }
        let at = byte.index(bytes.len());
        bytes[at] ^= 0x20;
        std::fs::write(file, bytes).unwrap();
        self.accident = true;
        self.exact = false;
    }

    fn step(&mut self, step: Step) {
        match step {
            Step::Append(length) => self.append(length),
            Step::Receipt(at, range) => self.receipt(at, range, false),
            Step::Refuse(at) => self.receipt(at, None, true),
            Step::Restart => self.restart(|_| ()),
            Step::KillAppend(moment) => self.kill_append(moment),
            Step::KillStart(moment) => {
                self.restart(|world| {
                    world.faults.die_after(Some(moment));
                    world.start();
                    world.running = None;
                    world.faults.die_after(None);
                });
            }
            Step::NewBoot => self.restart(Self::next_boot),
            Step::LoseState => self.restart(|world| {
                let _ = std::fs::remove_file(world.dir.path().join("life"));
            }),
            Step::LoseSpool => self.restart(|world| {
                let _ = std::fs::remove_dir_all(world.dir.path().join(DIR));
                world.waiting.clear();
                world.slack += world.lost;
                world.exact = false;
            }),
            Step::Damage {
                file,
                byte,
                running: true,
            } => self.damage(file, byte),
            Step::Damage { file, byte, .. } => self.restart(|world| world.damage(file, byte)),
            Step::FullDisk(room) => {
                self.accident = true;
                self.exact = false;
                self.faults.full_after(Some(room));
            }
            Step::ReadOnly => {
                self.accident = true;
                self.exact = false;
                self.faults.read_only(true);
            }
            Step::Healed => {
                self.faults.full_after(None);
                self.faults.read_only(false);
                let (life, spool) = self.running.as_mut().unwrap();
                spool.write_again(life);
            }
            Step::Alive => {
                let (life, _) = self.running.as_mut().unwrap();
                life.alive(&self.now);
            }
            Step::Old(ms) => self.now.uptime_ms += ms,
        }
        self.now.uptime_ms += 1_000;
    }

    fn check(&mut self) {
        let (_, spool) = self.running.as_mut().unwrap();
        let all = spool.oldest_after(None, usize::MAX);
        let stats = spool.stats();
        assert_eq!(stats.waiting, all.len() as u64);
        assert!(spool.shelf.unwritten.len() <= LIMITS.unwritten);
        assert!(stats.bytes <= LIMITS.bytes, "{stats:?}");
        let mut first: HashMap<(InstallId, u32), u64> = HashMap::new();
        let mut last: HashMap<(InstallId, u32), u64> = HashMap::new();
        for held in &all {
            let boot = (held.number.install, held.number.boot);
            first.entry(boot).or_insert(held.number.seq);
            let before = last.insert(boot, held.number.seq).unwrap_or(0);
            assert!(before < held.number.seq, "out of order");
            assert_eq!(spool.first_seq(held.number), first[&boot]);
            assert_eq!(self.given.get(&held.number), Some(&text(held)));
            assert_eq!(self.waiting.get(&held.number), Some(&held.stored));
        }
        // What is gone must have been counted.
        let there: std::collections::HashSet<Number> = all.iter().map(|h| h.number).collect();
        let before = self.waiting.len();
        self.waiting.retain(|number, _| there.contains(number));
        self.lost += (before - self.waiting.len()) as u64;
        let counted = stats.dropped + stats.damaged;
        assert!(
            counted + self.slack >= self.lost,
            "{stats:?}, lost {}",
            self.lost
        );
        if self.exact {
            assert_eq!(counted, self.lost, "{stats:?}");
        }
    }
}

/// In memory where there is such a place: thousands of syncs.
fn dir() -> TempDir {
    tempfile::tempdir_in("/dev/shm").unwrap_or_else(|_| TempDir::new().unwrap())
}

fn text(held: &Held) -> String {
    let json: serde_json::Value = serde_json::from_slice(&held.stored).unwrap();
    json["body"]["text"].as_str().unwrap().to_owned()
}

fn pick(given: &HashMap<Number, String>, at: Pick) -> Option<Number> {
    let mut all: Vec<Number> = given.keys().copied().collect();
    // Installations are random: by age, so that a failure can be shrunk.
    all.sort_by_key(|number| {
        given[number]
            .trim_end_matches(char::is_alphabetic)
            .parse::<u64>()
            .ok()
    });
    (!all.is_empty()).then(|| *at.get(&all))
}

proptest! {
    #![proptest_config(ProptestConfig { max_shrink_iters: 4_000, ..ProptestConfig::with_cases(400) })]

    #[test]
    fn nothing_is_lost_uncounted_and_no_number_is_given_twice(steps in steps()) {
        let mut world = World::new();
        for step in steps {
            world.step(step);
            world.check();
        }
    }
}
