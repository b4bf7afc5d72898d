//! What the controller sends down: receipts, settings, commands.

use declic_common::UpKind;
use declic_common::command::{Action, BadCommand, Command, CommandId, Outcome, OutcomeResult};
use declic_common::envelope::Number;
use declic_common::receipt::Receipt;
use declic_common::settings::Settings;

use super::letters::says;
use super::{Agent, Next};

impl Agent {
    pub(super) fn take_receipt(&mut self, payload: &[u8]) -> Next {
        let Ok(receipt) = Receipt::parse(payload) else {
            tracing::warn!("unreadable receipt");
            return Next::Nothing;
        };
        let now = self.probe.clocks();
        self.life.anchor(receipt.controller_time, &now);
        self.last_receipt = Some(receipt.controller_time);
        let settled = self.spool.settle(&receipt, &mut self.life);
        if settled.refused > 0 {
            tracing::warn!(
                messages = settled.refused,
                "the controller refused messages"
            );
        }
        let share = &mut self.share;
        self.sender.settled(&self.spool, |sent| {
            if let Some(share) = share {
                share.landed(now.uptime_ms.saturating_sub(sent));
            }
        });
        if let Some(share) = share {
            share.acknowledged(settled.stored, self.spool.stats().waiting);
        }
        Next::Nothing
    }

    pub(super) fn take_settings(&mut self, payload: &[u8]) -> Next {
        match Settings::parse(payload) {
            Ok(settings) => {
                let moves = settings.next_address != self.state.settings().next_address;
                if let Err(error) = self.state.set_settings(settings) {
                    tracing::warn!(%error, "failed to keep the settings");
                }
                if moves {
                    // The next session knows both addresses.
                    return Next::Redial;
                }
                return Next::Reschedule;
            }
            Err(error) => tracing::warn!(%error, "settings that cannot be followed"),
        }
        Next::Nothing
    }

    pub(super) fn take_command(&mut self, payload: &[u8]) -> Next {
        let command = match Command::parse(payload) {
            Ok(command) => command,
            Err(BadCommand::Unknown(id)) => {
                if !self.state.has_run(id) {
                    self.note(id, false);
                    self.outcome(id, OutcomeResult::Unknown);
                }
                return Next::Nothing;
            }
            Err(BadCommand::Unreadable) => {
                tracing::warn!("unreadable command");
                return Next::Nothing;
            }
        };
        if self.state.has_run(command.id) {
            return Next::Nothing;
        }
        let now = self.probe.clocks();
        let time = self.life.controller_now(&now);
        let expired = time.unwrap_or(command.issued_at) >= command.expires_at
            && command.action != Action::Retire;
        let noted = match &command.action {
            action if !expired && says(action).is_some() => self.put_letter(&command, &now, time),
            action => self.note(command.id, *action == Action::Retire),
        };
        if !noted {
            return Next::Nothing;
        }
        if expired {
            self.outcome(command.id, OutcomeResult::Expired);
            return Next::Nothing;
        }
        match command.action {
            // The household wants nothing measured now.
            Action::Refresh if self.state.pause().is_some() => {
                self.outcome(command.id, OutcomeResult::Declined);
                Next::Nothing
            }
            Action::Refresh => {
                self.reporter.refresh();
                self.inventory(&now, true);
                self.refreshes.push(command.id);
                Next::Refresh
            }
            Action::RenewCertificate => {
                self.renewals.push(command.id);
                Next::Renew
            }
            Action::Retire => {
                self.retiring = Some(now.uptime_ms);
                self.outcome(command.id, OutcomeResult::Done);
                Next::Nothing
            }
            // Noted with its letter: the household answers.
            Action::Diagnose { .. } | Action::Message { .. } => Next::Nothing,
        }
    }

    /// Notes a command before it runs; one that cannot be noted does not run, and
    /// the controller sends it again at the next session.
    fn note(&mut self, command: CommandId, retires: bool) -> bool {
        let noted = match retires {
            true => self.state.note_retirement(command),
            false => self.state.note_run(command),
        };
        if let Err(error) = &noted {
            tracing::warn!(%error, "failed to note a command: it does not run");
        }
        noted.is_ok()
    }

    pub(super) fn outcome(&mut self, command: CommandId, result: OutcomeResult) -> Option<Number> {
        let now = self.probe.clocks();
        self.put(UpKind::Outcome, &now, &Outcome { command, result })
    }
}
