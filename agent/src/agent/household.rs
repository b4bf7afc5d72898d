//! What the people of this PC ask, over the local socket.

use std::collections::VecDeque;

use declic_common::UpKind;
use declic_common::envelope::Help;
use declic_common::limits::TEXT_CHARS;
use declic_common::report::Consent;
use declic_common::six_words::{Diagnosis, SixWords};
use declic_common::socket::{AgentStatus, Answer, Ask, RefusedAsk, Shown, ShownMessage};
use declic_common::topic::Leaf;

use super::{Agent, Next};
use crate::charter;
use crate::socket::Question;
use crate::spool::Held;

/// Messages that `show` gives from each end of the queue.
const SHOWN: usize = 10;
/// Calls for help, and tries of a charter's code, within [`PATIENCE_MS`].
const TRIES: usize = 10;
const PATIENCE_MS: u64 = 600_000;

/// When something was last tried, so that it is not tried without end.
#[derive(Debug, Default)]
pub(super) struct Tries(VecDeque<u64>);

impl Tries {
    /// Whether one more is allowed now; notes it if so.
    fn allow(&mut self, now: u64) -> bool {
        self.0.retain(|at| now.saturating_sub(*at) < PATIENCE_MS);
        let allowed = self.0.len() < TRIES;
        if allowed {
            self.0.push_back(now);
        }
        allowed
    }
}

impl Agent {
    /// Answers somebody of this PC.
    pub fn answer(&mut self, (ask, answer): Question) -> Next {
        let (said, next) = match ask {
            Ask::Status => (Answer::Status(self.status()), Next::Nothing),
            Ask::Show => (Answer::Show(self.show()), Next::Nothing),
            Ask::Consent { level, charter } => self.change_consent(level, charter.as_deref()),
            Ask::Help { text } => (self.call_for_help(text), Next::Nothing),
            Ask::Code => (self.code(), Next::Nothing),
            Ask::Pause { for_s } => self.change_pause(for_s),
            Ask::Letters => (self.letters(), Next::Nothing),
            Ask::Read { letter } => (self.letter_was_read(letter), Next::Nothing),
            Ask::Diagnose { letter, accept } => self.answer_diagnosis(letter, accept),
        };
        // Whoever asked may have gone; what was decided stands.
        let _ = answer.send(said);
        next
    }

    fn change_consent(&mut self, level: Consent, code: Option<&str>) -> (Answer, Next) {
        let refuse = |reason| (Answer::Refused { reason }, Next::Nothing);
        let now = self.probe.clocks();
        if level == Consent::Usage && self.state.consent() != Consent::Usage {
            let Some(check) = &self.state.settings().charter else {
                return refuse(RefusedAsk::CharterUnknown);
            };
            let Some(code) = code else {
                return refuse(RefusedAsk::CharterNeeded);
            };
            if !self.charters.allow(now.uptime_ms) {
                return refuse(RefusedAsk::TooMany);
            }
            if !charter::matches(code, check) {
                return refuse(RefusedAsk::CharterWrong);
            }
        }
        let kept = self.state.set_consent(level);
        let events = self.watch.consent(&now, self.state.consent());
        self.journal(events.as_slice());
        match kept {
            Ok(()) => (Answer::Done, Next::ReportNow),
            Err(error) => {
                tracing::warn!(%error, "failed to keep the household's choice");
                refuse(RefusedAsk::NotKept)
            }
        }
    }

    fn call_for_help(&mut self, text: String) -> Answer {
        let now = self.probe.clocks();
        if text.chars().count() > TEXT_CHARS {
            return Answer::Refused {
                reason: RefusedAsk::TooLong,
            };
        }
        if !self.calls.allow(now.uptime_ms) {
            return Answer::Refused {
                reason: RefusedAsk::TooMany,
            };
        }
        match self.put(UpKind::Help, &now, &Help { text }) {
            Some(_) => Answer::Done,
            None => Answer::Refused {
                reason: RefusedAsk::TooLong,
            },
        }
    }

    fn code(&mut self) -> Answer {
        let now = self.probe.clocks();
        let about = self.circumstances();
        let report = self.reporter.preview(self.probe.as_mut(), &about);
        let time = self.life.controller_now(&now);
        let silence = self.last_receipt.zip(time).map(|(at, time)| time - at);
        let silence_s = silence.map(|ms| u64::try_from(ms / 1000).unwrap_or(0));
        let paused = self.state.pause().is_some();
        let slow = self.reporter.known_slow();
        let diagnosis = Diagnosis::of(&report, slow, silence_s, paused);
        Answer::Code {
            words: SixWords::of(&diagnosis).words().map(str::to_owned).into(),
        }
    }

    fn status(&mut self) -> AgentStatus {
        let now = self.probe.clocks();
        let time = self.life.controller_now(&now);
        let stats = self.spool.stats();
        AgentStatus {
            device: self.identity.device,
            version: env!("CARGO_PKG_VERSION").to_owned(),
            controller: self.identity.address.host.clone(),
            connected: self.outlet.is_some(),
            last_receipt: self.last_receipt,
            waiting: stats.waiting,
            dropped: stats.dropped,
            refused: stats.refused,
            damaged: stats.damaged,
            disk_full: stats.disk_full,
            consent: self.state.consent(),
            paused_until: self.state.pause().map(|pause| pause.ends_at(&now, time)),
            unread: self.state.inbox().unread(),
            interval_s: u32::try_from(self.interval().as_secs()).unwrap_or(u32::MAX),
            ladder: self.ladder.clone(),
            certificate_expires_at: self.identity.expires_at,
        }
    }

    fn show(&mut self) -> Shown {
        let now = self.probe.clocks();
        let waiting_total = self.spool.stats().waiting;
        let mut waiting = self.spool.oldest_after(None, SHOWN);
        if waiting_total > SHOWN as u64 {
            let rest = usize::try_from(waiting_total).unwrap_or(SHOWN) - SHOWN;
            let mut newest = self.spool.newest(rest.min(SHOWN));
            newest.reverse();
            waiting.extend(newest);
        }
        let waiting: Vec<ShownMessage> = waiting
            .iter()
            .map(|held| {
                let payload = self.spool.address(held, &self.life, &now);
                let payload = self.without_usage(held, payload);
                self.shown(held, &payload)
            })
            .collect();
        let sent = self.spool.last_settled(2 * SHOWN);
        let sent = sent
            .iter()
            .map(|held| self.shown(held, &held.stored))
            .collect();
        let about = self.circumstances();
        let next = self.reporter.preview(self.probe.as_mut(), &about);
        Shown {
            sent,
            waiting,
            waiting_total,
            next: serde_json::to_value(next).unwrap_or_default(),
        }
    }

    fn shown(&self, held: &Held, payload: &[u8]) -> ShownMessage {
        ShownMessage {
            topic: Leaf::Up(held.kind).of(self.identity.device).to_string(),
            payload: serde_json::from_slice(payload).unwrap_or_default(),
        }
    }
}
