//! What the household is promised: its answers count, its pause holds, and what was
//! asked of it is answered for once.

use std::sync::{Arc, Mutex};

use declic_common::socket::{AgentStatus, Answer, Ask, Letter, LetterState, RefusedAsk};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::sync::oneshot;

use super::*;
use crate::testing::{Still, enrol_nowhere};

const MINUTE: u64 = 60_000;
const DAY: u64 = 1_440 * MINUTE;
/// The controller's time when the PC has just started.
const START: i64 = 1_780_000_000_000;

/// A PC that may be restarted, with an agent on it.
struct Pc {
    dir: TempDir,
    clocks: Arc<Mutex<Clocks>>,
    agent: Option<Agent>,
}

impl Pc {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        enrol_nowhere(dir.path());
        let clocks = Clocks {
            boot_id: "0b6b2ad5-6a1f-4a54-8f5f-0d7c0f6f0001".to_owned(),
            uptime_ms: 0,
            awake_ms: 0,
            // Its battery is dead.
            wall_ms: 1_104_537_600_000,
        };
        let mut pc = Pc {
            dir,
            clocks: Arc::new(Mutex::new(clocks)),
            agent: None,
        };
        pc.restart_agent();
        pc
    }

    fn agent(&mut self) -> &mut Agent {
        self.agent.as_mut().unwrap()
    }

    fn restart_agent(&mut self) {
        self.agent = None;
        let options = Options {
            state_dir: self.dir.path().to_owned(),
            interval: None,
            speed: 1,
            socket: false,
            synced: true,
        };
        let identity = Identity::load(self.dir.path()).unwrap();
        let probe = Box::new(Still::new(&self.clocks));
        self.agent = Some(Agent::begin(&options, identity, probe).unwrap());
    }

    /// Off for so long; its own clock falls back again.
    fn restart_machine(&mut self, off_ms: u64) {
        {
            let mut clocks = self.clocks.lock().unwrap();
            let up = clocks.uptime_ms;
            clocks.boot_id = format!("0b6b2ad5-6a1f-4a54-8f5f-{:012}", up + off_ms);
            (clocks.uptime_ms, clocks.awake_ms) = (0, 0);
            clocks.wall_ms = 1_104_537_600_000;
        }
        self.restart_agent();
    }

    fn pass(&mut self, ms: u64) -> Next {
        {
            let mut clocks = self.clocks.lock().unwrap();
            clocks.uptime_ms += ms;
            clocks.awake_ms += ms;
            clocks.wall_ms += ms as i64;
        }
        self.agent().sample()
    }

    /// A receipt tells the controller's time.
    fn hears_the_time(&mut self, ms: i64) {
        let now = self.clocks.lock().unwrap().clone();
        self.agent().life.anchor(ms, &now);
    }

    fn receives(&mut self, command: &Value) -> Next {
        let payload = serde_json::to_vec(command).unwrap();
        self.agent().hear(News::Received(Leaf::Command, payload))
    }

    fn asked(&mut self, ask: Ask) -> (Answer, Next) {
        let (sender, mut answer) = oneshot::channel();
        let next = self.agent().answer((ask, sender));
        (answer.try_recv().unwrap(), next)
    }

    fn status(&mut self) -> AgentStatus {
        match self.asked(Ask::Status).0 {
            Answer::Status(status) => status,
            other => panic!("{other:?}"),
        }
    }

    fn letters(&mut self) -> Vec<Letter> {
        match self.asked(Ask::Letters).0 {
            Answer::Letters { letters } => letters,
            other => panic!("{other:?}"),
        }
    }

    /// The bodies of the messages of this kind that wait to leave, oldest first.
    fn waiting(&mut self, leaf: &str) -> Vec<Value> {
        let agent = self.agent();
        let (life, now) = (&agent.life, agent.probe.clocks());
        let held = agent.spool.oldest_after(None, 100);
        held.iter()
            .filter(|held| held.kind.as_str() == leaf)
            .map(|held| {
                let payload = agent.spool.address(held, life, &now);
                serde_json::from_slice::<Value>(&payload).unwrap()["body"].clone()
            })
            .collect()
    }

    fn outcomes(&mut self) -> Vec<(String, String)> {
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        self.waiting("outcome")
            .iter()
            .map(|body| (text(&body["command"]), text(&body["result"])))
            .collect()
    }
}

fn id(n: u64) -> CommandId {
    CommandId::from_bits(n)
}

fn message(n: u64) -> Value {
    json!({"id": id(n), "issued_at": START, "expires_at": START + 7 * DAY as i64,
           "command": "message", "text": "Rendez-vous jeudi à 14 h."})
}

fn diagnose(n: u64) -> Value {
    json!({"id": id(n), "issued_at": START, "expires_at": START + 7 * DAY as i64,
           "command": "diagnose", "minutes": 20})
}

fn result(n: u64, word: &str) -> (String, String) {
    (id(n).to_string(), word.to_owned())
}

#[test]
fn a_message_is_answered_for_once_when_somebody_has_read_it() {
    let mut pc = Pc::new();
    pc.receives(&message(1));
    pc.receives(&message(1));
    assert_eq!((pc.status().unread, pc.outcomes()), (1, vec![]));
    pc.restart_agent();
    pc.receives(&message(1));
    assert_eq!(pc.letters().len(), 1, "shown once, restart or not");
    assert_eq!(pc.asked(Ask::Read { letter: id(1) }).0, Answer::Done);
    let reason = RefusedAsk::Answered;
    let again = pc.asked(Ask::Read { letter: id(1) }).0;
    assert_eq!(again, Answer::Refused { reason });
    pc.receives(&message(1));
    assert_eq!(pc.outcomes(), [result(1, "done")]);
    assert_eq!(
        (pc.status().unread, pc.letters().len()),
        (0, 1),
        "still there to read"
    );
}

#[test]
fn a_message_that_nobody_read_in_time_is_answered_for_as_expired() {
    let mut pc = Pc::new();
    pc.receives(&message(1));
    pc.hears_the_time(START);
    pc.pass(7 * DAY - 1);
    assert_eq!(pc.outcomes(), []);
    pc.pass(1);
    assert_eq!(pc.outcomes(), [result(1, "expired")]);
    assert_eq!(pc.letters()[0].state, LetterState::Expired);
}

#[test]
fn a_diagnosis_measures_more_closely_only_with_a_yes_and_for_its_minutes() {
    let mut pc = Pc::new();
    let ordinary = (pc.agent().interval(), pc.agent().sample_every());
    pc.receives(&diagnose(1));
    pc.pass(MINUTE);
    assert_eq!((pc.agent().interval(), pc.agent().sample_every()), ordinary);
    let yes = pc.asked(Ask::Diagnose {
        letter: id(1),
        accept: true,
    });
    assert_eq!(yes, (Answer::Done, Next::Refresh));
    assert_eq!(pc.agent().interval(), Duration::from_secs(300));
    assert!(pc.agent().sample_every() < ordinary.1);
    pc.agent().report();
    assert_eq!(pc.waiting("report")[0]["interval_s"], 300);
    pc.pass(20 * MINUTE - 1);
    assert_eq!(pc.outcomes(), []);
    assert_eq!(pc.pass(1), Next::ReportNow);
    assert_eq!(pc.outcomes(), [result(1, "done")]);
    assert_eq!((pc.agent().interval(), pc.agent().sample_every()), ordinary);
}

#[test]
fn a_diagnosis_that_the_household_refuses_is_declined() {
    let mut pc = Pc::new();
    pc.receives(&diagnose(1));
    let no = Ask::Diagnose {
        letter: id(1),
        accept: false,
    };
    assert_eq!(pc.asked(no).0, Answer::Done);
    assert_eq!(pc.outcomes(), [result(1, "declined")]);
}

#[test]
fn a_diagnosis_cut_short_by_a_shutdown_has_failed() {
    let mut pc = Pc::new();
    pc.receives(&diagnose(1));
    pc.asked(Ask::Diagnose {
        letter: id(1),
        accept: true,
    });
    pc.restart_agent();
    assert_eq!(
        pc.agent().interval(),
        Duration::from_secs(300),
        "the agent alone"
    );
    pc.restart_machine(MINUTE);
    pc.pass(1);
    assert_eq!(pc.outcomes(), [result(1, "failed")]);
}

#[test]
fn nothing_is_measured_for_anybody_during_a_pause() {
    let mut pc = Pc::new();
    let refresh =
        json!({"id": id(1), "issued_at": START, "expires_at": START + 1000, "command": "refresh"});
    pc.receives(&refresh);
    assert_eq!(pc.asked(Ask::Pause { for_s: Some(3_600) }).0, Answer::Done);
    assert_eq!(
        pc.outcomes(),
        [result(1, "declined")],
        "asked for just before"
    );
    let inventories = pc.waiting("inventory").len();
    for _ in 0..3 {
        pc.pass(15 * MINUTE);
        pc.agent().report();
    }
    let refresh =
        json!({"id": id(2), "issued_at": START, "expires_at": START + 1000, "command": "refresh"});
    pc.receives(&refresh);
    pc.receives(&diagnose(3));
    let reason = RefusedAsk::Paused;
    let yes = Ask::Diagnose {
        letter: id(3),
        accept: true,
    };
    assert_eq!(pc.asked(yes).0, Answer::Refused { reason });
    assert_eq!(
        pc.outcomes(),
        [result(1, "declined"), result(2, "declined")]
    );
    assert!(pc.waiting("report").is_empty());
    assert_eq!(pc.waiting("inventory").len(), inventories);
    // The household is heard all the same.
    assert_eq!(
        pc.asked(Ask::Help {
            text: String::new()
        })
        .0,
        Answer::Done
    );
    assert_eq!(pc.waiting("help").len(), 1);
}

#[test]
fn a_pause_survives_restarts_and_ends_by_itself_on_a_pc_that_thinks_it_is_2005() {
    let mut pc = Pc::new();
    pc.hears_the_time(START);
    pc.asked(Ask::Pause {
        for_s: Some(2 * 86_400),
    });
    pc.restart_machine(DAY);
    pc.hears_the_time(START + DAY as i64);
    pc.pass(DAY - 1);
    assert!(pc.status().paused_until.is_some());
    assert_eq!(pc.pass(1), Next::ReportNow);
    assert_eq!(pc.status().paused_until, None);
    let pauses: Vec<Value> = pc
        .waiting("journal")
        .iter()
        .flat_map(|body| body["events"].as_array().unwrap().clone())
        .filter(|event| event["kind"] == "pause")
        .collect();
    assert_eq!(pauses.len(), 2, "{pauses:?}");
    let at = |event: &Value| event["at"].as_i64().unwrap();
    assert_eq!(
        pauses[0]["until"].as_i64().unwrap() - at(&pauses[0]),
        2 * DAY as i64
    );
    assert!(pauses[1].get("until").is_none(), "its end");
}

#[test]
fn the_six_words_say_what_the_agent_knows_and_that_it_is_paused() {
    let mut pc = Pc::new();
    let job = pc.agent().slow_job().unwrap();
    pc.agent().take_slow(Some(job()));
    pc.agent().report();
    pc.asked(Ask::Pause { for_s: Some(60) });
    let Answer::Code { words } = pc.asked(Ask::Code).0 else {
        panic!("no words")
    };
    let said = declic_common::six_words::SixWords::read(&words).unwrap();
    let diagnosis = said.diagnosis().unwrap();
    assert_eq!(diagnosis.agent.to_string(), env!("CARGO_PKG_VERSION"));
    assert!(diagnosis.paused && diagnosis.memory_available.is_some());
    assert!(
        diagnosis.updates.is_some(),
        "slow readings that a report took along"
    );
}

#[test]
fn a_pause_is_as_long_as_it_may_be() {
    let mut pc = Pc::new();
    let reason = RefusedAsk::BadLength;
    for for_s in [0, 90 * 86_400 + 1, u64::MAX] {
        let answer = pc.asked(Ask::Pause { for_s: Some(for_s) }).0;
        assert_eq!(answer, Answer::Refused { reason });
    }
    assert_eq!(
        pc.asked(Ask::Pause { for_s: None }),
        (Answer::Done, Next::Nothing)
    );
}
