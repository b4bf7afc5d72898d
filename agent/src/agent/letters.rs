//! What the technician writes to the household and asks of it: kept until somebody
//! answers, then answered for.

use declic_common::command::{Action, Command, CommandId, OutcomeResult};
use declic_common::socket::{Answer, RefusedAsk, Says};

use super::{Agent, Next};
use crate::inbox::{Ended, Inbox, NotAnswered};
use crate::probe::Clocks;

/// What a command says to the household; `None` for one that is not for it.
pub(super) fn says(action: &Action) -> Option<Says> {
    match action {
        Action::Message { text } => Some(Says::Message { text: text.clone() }),
        Action::Diagnose { minutes } => Some(Says::Diagnose { minutes: *minutes }),
        Action::Refresh | Action::RenewCertificate | Action::Retire => None,
    }
}

impl Agent {
    /// Notes a command and its letter together. One that cannot be kept now has not
    /// been taken: the controller sends it again at the next session.
    pub(super) fn put_letter(
        &mut self,
        command: &Command,
        now: &Clocks,
        time: Option<i64>,
    ) -> bool {
        let Some(says) = says(&command.action) else {
            return false;
        };
        if self.state.inbox().is_full() {
            tracing::warn!("the inbox is full: the letter stays with the controller");
            return false;
        }
        let received_at = time.unwrap_or(now.wall_ms);
        let noted = self
            .state
            .note_letter(command.id, says, received_at, command.expires_at);
        if let Err(error) = &noted {
            tracing::warn!(%error, "failed to keep a letter: it stays with the controller");
        }
        noted.is_ok()
    }

    pub(super) fn letters(&self) -> Answer {
        Answer::Letters {
            letters: self.state.inbox().letters().cloned().collect(),
        }
    }

    pub(super) fn letter_was_read(&mut self, letter: CommandId) -> Answer {
        let mut inbox = self.state.inbox().clone();
        match inbox.read(letter) {
            Ok(()) => self.close(inbox, letter, OutcomeResult::Done),
            Err(reason) => refusal(reason),
        }
    }

    pub(super) fn answer_diagnosis(&mut self, letter: CommandId, accept: bool) -> (Answer, Next) {
        let now = self.probe.clocks();
        let mut inbox = self.state.inbox().clone();
        if !accept {
            let answer = match inbox.decline(letter) {
                Ok(()) => self.close(inbox, letter, OutcomeResult::Declined),
                Err(reason) => refusal(reason),
            };
            return (answer, Next::Nothing);
        }
        if self.state.pause().is_some() {
            let reason = RefusedAsk::Paused;
            return (Answer::Refused { reason }, Next::Nothing);
        }
        match inbox.accept(letter, &now) {
            Ok(()) => {
                self.state.keep_inbox(inbox);
                // It begins with all that can be read, disks and updates too.
                self.reporter.refresh();
                (Answer::Done, Next::Refresh)
            }
            Err(reason) => (refusal(reason), Next::Nothing),
        }
    }

    /// Answers for the letters whose time is over.
    pub(super) fn end_letters(&mut self, now: &Clocks) -> Next {
        let time = self.life.controller_now(now);
        let mut inbox = self.state.inbox().clone();
        let ended = inbox.end(now, time);
        let mut next = Next::Nothing;
        for (letter, how) in ended {
            let result = match how {
                Ended::Expired => OutcomeResult::Expired,
                Ended::CutShort => OutcomeResult::Failed,
                Ended::Done => {
                    // The last look, with everything that was seen since the one before.
                    next = Next::ReportNow;
                    OutcomeResult::Done
                }
            };
            self.outcome(letter, result);
        }
        self.state.keep_inbox(inbox);
        next
    }

    /// Answers for a letter, then keeps that it was answered: a power cut between the
    /// two tells the controller twice, and never not at all.
    fn close(&mut self, inbox: Inbox, letter: CommandId, result: OutcomeResult) -> Answer {
        self.outcome(letter, result);
        self.state.keep_inbox(inbox);
        Answer::Done
    }
}

fn refusal(reason: NotAnswered) -> Answer {
    Answer::Refused {
        reason: match reason {
            NotAnswered::Gone => RefusedAsk::Answered,
            NotAnswered::Busy => RefusedAsk::Busy,
        },
    }
}
