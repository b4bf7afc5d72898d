//! A round of the rules: reads how every device is, counts, and puts its tickets right.
//!
//! A round that is interrupted, or run twice, leaves the same as one that was not:
//! what was counted and what was opened are in one batch.

use std::collections::BTreeSet;
use std::sync::Arc;

use declic_common::DeviceId;
use declic_common::ticket::{Cause, Change, Origin};

use super::audit;
use super::presence::Judge;
use super::registry::Entry;
use super::silence::Silences;
use super::ticket::{TicketError, stored};
use super::{App, baseline, placement};
use crate::domain::dating;
use crate::domain::presence::Reason;
use crate::domain::rules::action::{self, Action};
use crate::domain::rules::baseline::Baseline;
use crate::domain::rules::watch::Watch;
use crate::domain::rules::{Evidence, RULES, Rule, Told, Verdict, View};
use crate::domain::ticket::{self, Opening, Ticket};
use crate::store::record::{decode, encode};
use crate::store::records::tickets as record;
use crate::store::{Space, Store, StoreError, keys, read};

/// Devices whose changes go into one batch.
const TOGETHER: usize = 32;
/// A report not older than this tells whether clocks agree, in ms.
const RECENT_MS: i64 = 86_400_000;
/// With fewer clocks than this nobody can say who is wrong.
const CLOCKS_MIN: usize = 3;

/// When a round is, as far as rules must know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment {
    /// ms UTC, controller clock.
    pub now: i64,
    /// Since when the controller listens, its clock steady.
    pub listening_since: i64,
}

/// What is the same for all devices of a round.
struct Round<'a> {
    silences: Silences,
    clocks_agree: bool,
    judge: Judge<'a>,
    moment: Moment,
}

/// What a device's tickets need, and what was counted.
struct Plan {
    device: DeviceId,
    /// It has an open ticket for a disk that fails.
    disk_warns: bool,
    baseline: Option<Baseline>,
    before: Vec<record::CauseWatch>,
    after: Vec<record::CauseWatch>,
    actions: Vec<(&'static Rule, Action)>,
}

/// Runs every rule on every device, once. Returns how many tickets were opened,
/// opened again or closed.
pub async fn round(app: &Arc<App>, moment: Moment) -> Result<usize, TicketError> {
    let looking = Arc::clone(app);
    let busy: Vec<DeviceId> = read(&app.store, move |store| {
        let round = Round {
            silences: Silences::load(store, moment.now)?,
            clocks_agree: clocks_agree(&looking.registry.all(), moment.now),
            judge: Judge::at(&looking, moment.now),
            moment,
        };
        let mut warned = BTreeSet::new();
        let mut busy = Vec::new();
        for entry in looking.registry.all() {
            let plan = plan(&looking, &entry, &round);
            if plan.as_ref().is_ok_and(|plan| plan.disk_warns) {
                warned.insert(entry.device.id);
            }
            match plan {
                Ok(plan) if plan.is_empty() => {}
                Ok(plan) => busy.push(plan.device),
                // One damaged record must not hold up the other homes.
                Err(StoreError::Corrupt(error)) => {
                    let device = entry.device.id;
                    tracing::error!(%device, %error, "failed to judge a device");
                }
                Err(error) => return Err(error),
            }
        }
        looking.rhythms.put_warned(warned);
        Ok(busy)
    })
    .await?;
    let mut done = 0;
    for together in busy.chunks(TOGETHER) {
        let together = together.to_vec();
        done += audit::with(app, moment.now, move |app, change| {
            act(app, change, &together, moment)
        })
        .await?;
    }
    Ok(done)
}

/// Plans again, now that nobody else changes tickets, and adds it all to the batch.
fn act(
    app: &App,
    change: &mut audit::Change,
    devices: &[DeviceId],
    moment: Moment,
) -> Result<usize, TicketError> {
    let round = Round {
        silences: Silences::load(app.store.as_ref(), moment.now)?,
        clocks_agree: clocks_agree(&app.registry.all(), moment.now),
        judge: Judge::at(app, moment.now),
        moment,
    };
    let mut next_id = stored::next_id(app.store.as_ref())?;
    let mut done = 0;
    for device in devices {
        let Some(entry) = app.registry.get(*device) else {
            continue;
        };
        let plan = plan(app, &entry, &round)?;
        for (rule, action) in &plan.actions {
            let opening = |evidence: &Evidence| Opening {
                id: next_id,
                device: *device,
                household: placement::household(app, *device),
                cause: rule.cause,
                origin: Origin::Rule,
                category: ticket::category(rule.cause),
                priority: (rule.hysteresis)(&app.programme.rules).priority,
                evidence: Some(evidence.clone()),
            };
            match action {
                Action::Open(evidence) => {
                    let ticket = Ticket::open(opening(evidence), moment.now);
                    stored::add(app, change, &ticket, "rule");
                    stored::point(app.store.as_ref(), change, &ticket)?;
                    next_id.0 += 1;
                }
                Action::Reopen(evidence) => {
                    renew(app, change, *device, rule.cause, Some(evidence), moment.now)?;
                }
                Action::Close => renew(app, change, *device, rule.cause, None, moment.now)?,
                Action::Nothing => continue,
            }
            done += 1;
        }
        keep(app, change, plan)?;
    }
    Ok(done)
}

/// Opens the last ticket of a cause again with this evidence, or closes it.
fn renew(
    app: &App,
    change: &mut audit::Change,
    device: DeviceId,
    cause: Cause,
    evidence: Option<&Evidence>,
    now: i64,
) -> Result<(), TicketError> {
    let Some(before) = stored::newest(app.store.as_ref(), device, cause)? else {
        return Ok(());
    };
    let made = match evidence {
        Some(_) => Change::Returned,
        None => Change::Gone,
    };
    let mut after = before.ticket.apply(&made, "rule", now)?;
    if let Some(evidence) = evidence {
        after.evidence = Some(evidence.clone());
    }
    stored::update(change, &before, &after, &made, "rule");
    Ok(())
}

/// Adds what was counted, and a baseline that has grown.
fn keep(app: &App, change: &mut audit::Change, plan: Plan) -> Result<(), StoreError> {
    if plan.before != plan.after {
        let key = keys::watches(plan.device);
        match app.store.get(Space::Core, &key)? {
            Some(value) => change.batch.equals(Space::Core, key.clone(), value),
            None => change.batch.absent(Space::Core, key.clone()),
        };
        match plan.after.is_empty() {
            true => change.batch.del(Space::Core, key),
            false => {
                let watches = plan.after;
                let row = record::Watches { watches };
                change.batch.put(Space::Core, key, encode(&row))
            }
        };
    }
    if let Some(grown) = plan.baseline {
        baseline::keep(&mut change.batch, plan.device, &grown);
    }
    Ok(())
}

impl Plan {
    fn is_empty(&self) -> bool {
        self.baseline.is_none()
            && self.before == self.after
            && self
                .actions
                .iter()
                .all(|(_, action)| *action == Action::Nothing)
    }
}

/// Judges a device by every rule. Blocks.
fn plan(app: &App, entry: &Entry, round: &Round<'_>) -> Result<Plan, StoreError> {
    let store = app.store.as_ref();
    let id = entry.device.id;
    let report = entry.latest.report.as_ref();
    let mut baseline = baseline::load(store, id)?;
    let grown = baseline::follow(&mut baseline, report.map(|row| &row.report));
    let placement = placement::of(app, id);
    let told = report.and_then(|row| {
        Some(Told {
            at: entry.latest.reported_at?,
            observed_at: row.observed_at,
            estimated: row.estimated,
            report: &row.report,
        })
    });
    let moment = round.moment;
    let judgement = round.judge.of(entry);
    let view = View {
        now: moment.now,
        listening_since: moment.listening_since,
        clocks_agree: round.clocks_agree,
        told,
        baseline: &baseline,
        presence: judgement.presence,
        network_fell: matches!(
            judgement.reason,
            Reason::LineFailed { .. } | Reason::FellTogether { .. }
        ),
        placement: placement.as_ref(),
        certificate_ends_at: entry.device.certificate.expires_at,
        version: env!("CARGO_PKG_VERSION"),
    };
    let left = entry.device.retired_at.is_some() || entry.device.revoked_at.is_some();
    let before = watches(store, id)?;
    let mut after = Vec::new();
    let mut actions = Vec::new();
    let thresholds = &app.programme.rules;
    let tickets = stored::newest_of_device(store, id)?;
    for rule in RULES {
        let newest = tickets.iter().find(|ticket| ticket.cause == rule.cause);
        let watch = before.iter().find(|watch| watch.cause == rule.cause);
        let (watch, verdict) = match left {
            // A PC that has left the programme needs nothing any more.
            true => (None, Verdict::Clear),
            false => rule.judge(
                &view,
                thresholds,
                watch.map(counted),
                newest.and_then(|ticket| ticket.solved_at),
                newest.is_some_and(Ticket::is_open),
            ),
        };
        after.extend(watch.map(|watch| kept(rule.cause, watch)));
        let silenced = round.silences.covers(id, entry.site(), rule.cause);
        let wanted = &thresholds.tickets;
        let action = action::decide(verdict, newest, silenced, wanted, moment.now);
        actions.push((rule, action));
    }
    let warns = |ticket: &Ticket| ticket.cause == Cause::DiskFailing && ticket.is_open();
    Ok(Plan {
        device: id,
        disk_warns: tickets.iter().any(warns),
        baseline: grown.then_some(baseline),
        before,
        after,
        actions,
    })
}

/// Whether the clocks of most PCs that reported of late agree with ours. When they do
/// not, ours is wrong, or was when they reported.
fn clocks_agree(entries: &[Arc<Entry>], now: i64) -> bool {
    let mut offsets: Vec<i64> = entries
        .iter()
        .filter_map(|entry| {
            let row = entry.latest.report.as_ref().filter(|row| !row.estimated)?;
            let at = entry.latest.reported_at?;
            let recent = now.saturating_sub(at).saturating_abs() <= RECENT_MS;
            recent.then(|| dating::clock_offset(row.observed_at, at))
        })
        .collect();
    if offsets.len() < CLOCKS_MIN {
        return true;
    }
    offsets.sort_unstable();
    !dating::clock_is_wrong(offsets[offsets.len() / 2])
}

fn watches(store: &dyn Store, id: DeviceId) -> Result<Vec<record::CauseWatch>, StoreError> {
    let value = store.get(Space::Core, &keys::watches(id))?;
    let row: Option<record::Watches> = value.as_deref().map(decode).transpose()?;
    Ok(row.map(|row| row.watches).unwrap_or_default())
}

fn counted(row: &record::CauseWatch) -> Watch {
    Watch {
        bad: row.bad,
        since: row.since,
        last: row.last,
        count: row.count,
        covered_ms: row.covered_ms,
    }
}

fn kept(cause: Cause, watch: Watch) -> record::CauseWatch {
    record::CauseWatch {
        cause,
        bad: watch.bad,
        since: watch.since,
        last: watch.last,
        count: watch.count,
        covered_ms: watch.covered_ms,
    }
}

#[cfg(test)]
mod tests;
