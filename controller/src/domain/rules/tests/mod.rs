//! The rules, played over days of readings.

mod disks;
mod order;
mod readings;
mod silence;

use declic_common::api::Presence;
use declic_common::report::HealthReport;
use declic_common::ticket::{Cause, Origin, TicketId};
use serde_json::{Value, json};

use super::action::{Action, decide};
use super::baseline::Baseline;
use super::thresholds::Thresholds;
use super::watch::Watch;
use super::*;
use crate::domain::ticket::{self, Opening, Ticket};

pub(super) const NOW: i64 = 1_790_000_000_000;

/// One device, one cause, and what has become of it.
pub(super) struct Play {
    pub(super) cause: Cause,
    pub(super) now: i64,
    pub(super) listening_since: i64,
    pub(super) clocks_agree: bool,
    pub(super) report: Option<HealthReport>,
    pub(super) reported_at: i64,
    pub(super) clock_off_ms: i64,
    pub(super) estimated: bool,
    pub(super) presence: Presence,
    pub(super) network_fell: bool,
    pub(super) placement: Option<Placement>,
    pub(super) baseline: Baseline,
    pub(super) certificate_ends_at: i64,
    pub(super) thresholds: Thresholds,
    pub(super) watch: Option<Watch>,
    pub(super) ticket: Option<Ticket>,
    pub(super) silenced: bool,
}

impl Play {
    pub(super) fn of(cause: Cause) -> Self {
        Play {
            cause,
            now: NOW,
            listening_since: NOW - DAY_MS,
            clocks_agree: true,
            report: None,
            reported_at: NOW,
            clock_off_ms: 0,
            estimated: false,
            presence: Presence::On,
            network_fell: true,
            placement: None,
            baseline: Baseline::default(),
            certificate_ends_at: NOW + 1000 * DAY_MS,
            thresholds: Thresholds::default(),
            watch: None,
            ticket: None,
            silenced: false,
        }
    }

    /// A look of the controller, as its job takes one. Returns what was done.
    pub(super) fn look(&mut self) -> Action {
        let rule = RULES.iter().find(|rule| rule.cause == self.cause).unwrap();
        let told = self.report.as_ref().map(|report| Told {
            at: self.reported_at,
            observed_at: self.reported_at + self.clock_off_ms,
            estimated: self.estimated,
            report,
        });
        if let Some((slow, _)) = told.as_ref().and_then(Told::slow) {
            self.baseline
                .absorb(slow.smart.as_deref().unwrap_or_default());
        }
        let view = View {
            now: self.now,
            listening_since: self.listening_since,
            clocks_agree: self.clocks_agree,
            told,
            baseline: &self.baseline,
            presence: self.presence,
            network_fell: self.network_fell,
            placement: self.placement.as_ref(),
            certificate_ends_at: self.certificate_ends_at,
            version: "0.2.0",
        };
        let settled_at = self.ticket.as_ref().and_then(|ticket| ticket.solved_at);
        let open = self.ticket.as_ref().is_some_and(Ticket::is_open);
        let (watch, verdict) = rule.judge(&view, &self.thresholds, self.watch, settled_at, open);
        self.watch = watch;
        let tickets = &self.thresholds.tickets;
        let action = decide(
            verdict,
            self.ticket.as_ref(),
            self.silenced,
            tickets,
            self.now,
        );
        match &action {
            Action::Open(evidence) => {
                let opening = Opening {
                    id: TicketId(1001 + self.ticket.as_ref().map_or(0, |t| t.id.0 - 1000)),
                    device: declic_common::DeviceId::from_bits(1),
                    household: None,
                    cause: self.cause,
                    origin: Origin::Rule,
                    category: ticket::category(self.cause),
                    priority: (rule.hysteresis)(&self.thresholds).priority,
                    evidence: Some(evidence.clone()),
                };
                self.ticket = Some(Ticket::open(opening, self.now));
            }
            Action::Reopen(_) => self.change(&declic_common::ticket::Change::Returned),
            Action::Close => self.change(&declic_common::ticket::Change::Gone),
            Action::Nothing => {}
        }
        action
    }

    pub(super) fn change(&mut self, change: &declic_common::ticket::Change) {
        let ticket = self.ticket.take().unwrap();
        self.ticket = Some(ticket.apply(change, "rule", self.now).unwrap());
    }

    /// A report arrives `later_ms` later, and is looked at.
    pub(super) fn hear(&mut self, later_ms: i64, report: Value) -> Action {
        self.now += later_ms;
        self.reported_at = self.now;
        let mut report: HealthReport = serde_json::from_value(report).unwrap();
        if let Some(slow) = &mut report.slow {
            slow.slow_at = Some(self.now + self.clock_off_ms);
        }
        self.report = Some(report);
        self.look()
    }

    /// The same report `times` times, `every_ms` apart; what was done at each.
    pub(super) fn hear_often(
        &mut self,
        times: usize,
        every_ms: i64,
        report: &Value,
    ) -> Vec<Action> {
        (0..times)
            .map(|_| self.hear(every_ms, report.clone()))
            .collect()
    }

    /// Looks every `every_ms` for `times` times; whether a ticket was opened.
    pub(super) fn wait(&mut self, times: usize, every_ms: i64) -> bool {
        let mut opened = false;
        for _ in 0..times {
            self.now += every_ms;
            opened |= matches!(self.look(), Action::Open(_) | Action::Reopen(_));
        }
        opened
    }
}

pub(super) fn disk(free: u64, total: u64) -> Value {
    json!({"disks": [{"class": "system", "free_bytes": free, "total_bytes": total}]})
}

pub(super) fn opened(actions: &[Action]) -> usize {
    actions
        .iter()
        .filter(|action| matches!(action, Action::Open(_) | Action::Reopen(_)))
        .count()
}
