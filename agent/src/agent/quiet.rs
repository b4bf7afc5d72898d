//! The household's pause: no report and no inventory until it ends. Help, answers and
//! the journal of starts and stops still leave.

use declic_common::command::OutcomeResult;
use declic_common::socket::{Answer, RefusedAsk};

use super::{Agent, Next};
use crate::pause::{LONGEST_S, Pause};
use crate::probe::Clocks;

impl Agent {
    /// Begins a pause of so many seconds, or ends the one there is.
    pub(super) fn change_pause(&mut self, for_s: Option<u64>) -> (Answer, Next) {
        let refuse = |reason| (Answer::Refused { reason }, Next::Nothing);
        let now = self.probe.clocks();
        let Some(for_s) = for_s else {
            return (Answer::Done, self.end_pause(&now));
        };
        if !(1..=LONGEST_S).contains(&for_s) {
            return refuse(RefusedAsk::BadLength);
        }
        let time = self.life.controller_now(&now);
        let pause = Pause::begin(for_s, &now, time);
        let until = pause.ends_at(&now, time);
        if let Err(error) = self.state.set_pause(Some(pause)) {
            tracing::warn!(%error, "failed to keep a pause");
            return refuse(RefusedAsk::NotKept);
        }
        let event = self.watch.pause(&now, Some(until));
        self.journal(&[event]);
        (Answer::Done, self.report_nothing())
    }

    /// Ends what has come to its end by itself.
    pub(super) fn end_what_is_over(&mut self, now: &Clocks) -> Next {
        let letters = self.end_letters(now);
        let time = self.life.controller_now(now);
        let Some(mut pause) = self.state.pause().cloned() else {
            return letters;
        };
        if pause.remaining_ms(now, time) == 0 {
            return self.end_pause(now);
        }
        if pause.date(now, time)
            && let Err(error) = self.state.set_pause(Some(pause))
        {
            tracing::warn!(%error, "failed to date a pause");
        }
        letters
    }

    /// In place of a report during a pause: whoever asked for one is told.
    pub(super) fn report_nothing(&mut self) -> Next {
        for command in std::mem::take(&mut self.refreshes) {
            self.outcome(command, OutcomeResult::Declined);
        }
        Next::Nothing
    }

    fn end_pause(&mut self, now: &Clocks) -> Next {
        if self.state.pause().is_none() {
            return Next::Nothing;
        }
        if let Err(error) = self.state.set_pause(None) {
            // Told later rather than twice.
            tracing::warn!(%error, "failed to end a pause: trying again");
            return Next::Nothing;
        }
        let event = self.watch.pause(now, None);
        self.journal(&[event]);
        self.inventory(now, false);
        Next::ReportNow
    }
}
