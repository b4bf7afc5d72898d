//! What the technician wrote to the household, or asks of it, until somebody answers.
//!
//! A letter is a `message` to be read or a `diagnose` to be agreed to. It stays in the
//! inbox from the moment its command is noted, so that nothing is shown twice as new
//! and nothing is forgotten by a restart.

use declic_common::command::CommandId;
use declic_common::socket::{Letter, LetterState, Says};
use serde::{Deserialize, Serialize};

use crate::probe::Clocks;

/// Letters that may wait for somebody; the controller sends no more at once.
const OPEN: usize = 32;
/// Answered letters that may still be read again.
const ANSWERED: usize = 10;
const MINUTE_MS: u64 = 60_000;

/// All letters, oldest first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Inbox(Vec<Kept>);

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Kept {
    #[serde(flatten)]
    letter: Letter,
    /// Nobody is shown it as new after this (controller clock, ms UTC).
    expires_at: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    running: Option<Running>,
}

/// A diagnosis that the household agreed to, in the start of the machine in which it did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Running {
    boot_id: String,
    until_uptime_ms: u64,
}

/// Why a letter cannot be answered so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotAnswered {
    /// No letter of that kind waits under this name.
    Gone,
    /// Another diagnosis runs.
    Busy,
}

/// How a letter ended without anybody's answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    Expired,
    /// A diagnosis ran for as long as it was to.
    Done,
    /// The PC went down in the middle of it.
    CutShort,
}

impl Inbox {
    pub fn letters(&self) -> impl Iterator<Item = &Letter> {
        self.0.iter().map(|kept| &kept.letter)
    }

    /// Letters that nobody has answered yet.
    pub fn unread(&self) -> usize {
        self.0.iter().filter(|kept| kept.is_open()).count()
    }

    pub fn is_full(&self) -> bool {
        self.unread() >= OPEN
    }

    /// Takes a new letter in.
    pub fn put(&mut self, id: CommandId, says: Says, received_at: i64, expires_at: i64) {
        self.0.push(Kept {
            letter: Letter {
                id,
                received_at,
                says,
                state: LetterState::New,
            },
            expires_at,
            running: None,
        });
    }

    /// Somebody has seen a message.
    pub fn read(&mut self, id: CommandId) -> Result<(), NotAnswered> {
        let is_message = |says: &Says| matches!(says, Says::Message { .. });
        self.open(id, is_message)?.letter.state = LetterState::Read;
        self.tidy();
        Ok(())
    }

    /// Somebody said no to a diagnosis.
    pub fn decline(&mut self, id: CommandId) -> Result<(), NotAnswered> {
        let is_diagnosis = |says: &Says| matches!(says, Says::Diagnose { .. });
        self.open(id, is_diagnosis)?.letter.state = LetterState::Declined;
        self.tidy();
        Ok(())
    }

    /// Somebody said yes to a diagnosis: it runs from now on.
    pub fn accept(&mut self, id: CommandId, now: &Clocks) -> Result<(), NotAnswered> {
        if self.0.iter().any(|kept| kept.running.is_some()) {
            return Err(NotAnswered::Busy);
        }
        let is_diagnosis = |says: &Says| matches!(says, Says::Diagnose { .. });
        let kept = self.open(id, is_diagnosis)?;
        let Says::Diagnose { minutes } = kept.letter.says else {
            return Err(NotAnswered::Gone);
        };
        let ms = u64::from(minutes) * MINUTE_MS;
        kept.letter.state = LetterState::Accepted;
        kept.running = Some(Running {
            boot_id: now.boot_id.clone(),
            until_uptime_ms: now.uptime_ms.saturating_add(ms),
        });
        Ok(())
    }

    /// Whether a diagnosis runs.
    pub fn is_diagnosing(&self) -> bool {
        self.0.iter().any(|kept| kept.running.is_some())
    }

    /// Ends what has come to its end by itself, and names it. `time` is the
    /// controller's, ms UTC, if it is known.
    pub fn end(&mut self, now: &Clocks, time: Option<i64>) -> Vec<(CommandId, Ended)> {
        let mut ended = Vec::new();
        for kept in &mut self.0 {
            let Some((how, state)) = kept.end(now, time) else {
                continue;
            };
            kept.running = None;
            kept.letter.state = state;
            ended.push((kept.letter.id, how));
        }
        self.tidy();
        ended
    }

    fn open(&mut self, id: CommandId, of: fn(&Says) -> bool) -> Result<&mut Kept, NotAnswered> {
        self.0
            .iter_mut()
            .find(|kept| kept.letter.id == id && kept.is_open() && of(&kept.letter.says))
            .ok_or(NotAnswered::Gone)
    }

    /// Forgets the oldest of what was answered.
    fn tidy(&mut self) {
        let answered = self.0.iter().filter(|kept| kept.is_over()).count();
        let mut surplus = answered.saturating_sub(ANSWERED);
        self.0.retain(|kept| {
            let goes = surplus > 0 && kept.is_over();
            surplus -= usize::from(goes);
            !goes
        });
    }
}

impl Kept {
    fn is_open(&self) -> bool {
        self.letter.state == LetterState::New
    }

    fn is_over(&self) -> bool {
        !self.is_open() && self.running.is_none()
    }

    fn end(&self, now: &Clocks, time: Option<i64>) -> Option<(Ended, LetterState)> {
        match &self.running {
            Some(running) if running.boot_id != now.boot_id => {
                Some((Ended::CutShort, LetterState::CutShort))
            }
            Some(running) if now.uptime_ms >= running.until_uptime_ms => {
                Some((Ended::Done, LetterState::Done))
            }
            Some(_) => None,
            None if self.is_open() && time.is_some_and(|time| time >= self.expires_at) => {
                Some((Ended::Expired, LetterState::Expired))
            }
            None => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn clocks(boot_id: &str, uptime_min: u64) -> Clocks {
        Clocks {
            boot_id: boot_id.to_owned(),
            uptime_ms: uptime_min * MINUTE_MS,
            awake_ms: uptime_min * MINUTE_MS,
            wall_ms: 0,
        }
    }

    fn id(n: u64) -> CommandId {
        CommandId::from_bits(n)
    }

    fn diagnose() -> Says {
        Says::Diagnose { minutes: 10 }
    }

    fn message() -> Says {
        Says::Message {
            text: "Bonjour".to_owned(),
        }
    }

    #[test]
    fn a_diagnosis_runs_for_its_minutes_and_no_longer() {
        let mut inbox = Inbox::default();
        inbox.put(id(1), diagnose(), 0, 1_000);
        inbox.put(id(2), diagnose(), 0, 1_000);
        inbox.accept(id(1), &clocks("a", 5)).unwrap();
        assert_eq!(inbox.accept(id(2), &clocks("a", 6)), Err(NotAnswered::Busy));
        assert_eq!(inbox.end(&clocks("a", 14), None), []);
        assert!(inbox.is_diagnosing());
        // Its end as a command does not cut it short: it was begun in time.
        assert_eq!(
            inbox.end(&clocks("a", 15), Some(5_000)),
            [(id(1), Ended::Done), (id(2), Ended::Expired)]
        );
        assert!(!inbox.is_diagnosing());
        assert_eq!(
            inbox.accept(id(1), &clocks("a", 16)),
            Err(NotAnswered::Gone),
            "once"
        );
    }

    #[test]
    fn a_diagnosis_does_not_go_on_after_a_restart_of_the_pc() {
        let mut inbox = Inbox::default();
        inbox.put(id(1), diagnose(), 0, 1_000);
        inbox.accept(id(1), &clocks("a", 5)).unwrap();
        assert_eq!(inbox.end(&clocks("b", 1), None), [(id(1), Ended::CutShort)]);
    }

    #[test]
    fn a_letter_waits_for_somebody_until_its_end_and_not_while_time_is_unknown() {
        let mut inbox = Inbox::default();
        inbox.put(id(1), message(), 0, 1_000);
        assert_eq!(inbox.end(&clocks("a", 1), None), []);
        assert_eq!(inbox.end(&clocks("a", 1), Some(999)), []);
        assert_eq!(
            inbox.end(&clocks("a", 1), Some(1_000)),
            [(id(1), Ended::Expired)]
        );
        assert_eq!(inbox.read(id(1)), Err(NotAnswered::Gone));
    }

    #[test]
    fn what_was_answered_is_kept_for_a_while_and_what_was_not_is_never_pushed_out() {
        let mut inbox = Inbox::default();
        for n in 0..OPEN as u64 {
            assert!(!inbox.is_full());
            inbox.put(id(n), message(), 0, 1_000);
        }
        assert!(inbox.is_full());
        for n in 1..OPEN as u64 {
            inbox.read(id(n)).unwrap();
        }
        let kept: Vec<u64> = inbox.letters().map(|letter| letter.id.to_bits()).collect();
        assert_eq!(kept.len(), 1 + ANSWERED);
        assert_eq!((kept[0], inbox.unread()), (0, 1));
    }

    #[test]
    fn a_message_is_not_agreed_to_and_a_diagnosis_is_not_read() {
        let mut inbox = Inbox::default();
        inbox.put(id(1), message(), 0, 1_000);
        inbox.put(id(2), diagnose(), 0, 1_000);
        assert_eq!(inbox.accept(id(1), &clocks("a", 1)), Err(NotAnswered::Gone));
        assert_eq!(inbox.read(id(2)), Err(NotAnswered::Gone));
        assert_eq!(inbox.unread(), 2);
    }
}
