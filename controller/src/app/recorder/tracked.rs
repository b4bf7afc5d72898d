//! What the recorder knows of one device, and how a message changes it.

use std::collections::HashMap;

use declic_common::command::Outcome;
use declic_common::envelope::{Envelope, Number, UpBody};
use declic_common::journal::Journal;
use declic_common::receipt::Refused;
use declic_common::status::{State, Status};
use declic_common::{DeviceId, InstallId};

use crate::app::programme::letter::Written;
use crate::app::{command, evidence};
use crate::domain::dating::Dated;
use crate::domain::numbering::Numbers;
use crate::domain::pause;
use crate::domain::timeline::{Facts, Run};
use crate::store::record::{decode, encode};
use crate::store::records::{HealthRow, HelpRow, Inventory, JournalRow, Latest, Mark};
use crate::store::{Batch, Space, Store, StoreError, keys};

/// How a message came, and whether its moment may be kept.
#[derive(Clone, Copy, Debug)]
pub(super) struct Arrival {
    pub(super) received_at: i64,
    pub(super) dated: Dated,
    /// Of a day that keeps one state: nothing finer is written.
    pub(super) folded: bool,
}

/// One device, as it will be once the wave is written.
pub(super) struct Tracked {
    pub(super) enrolled_at: i64,
    pub(super) latest: Latest,
    /// Most recently used last.
    pub(super) boots: Vec<Boot>,
    /// Dated time of the stored inventory, once it was looked up.
    pub(super) inventory_at: Option<i64>,
    /// In the wave under way.
    pub(super) touched: bool,
    /// What its state came to when it was last read or written, keys included.
    pub(super) state_bytes: usize,
    /// Facts of the wave under way, as they will be: by install, boot and slice.
    pub(super) facts: HashMap<(InstallId, u32, u32), Facts>,
}

pub(super) struct Boot {
    pub(super) install: InstallId,
    pub(super) boot: u32,
    pub(super) numbers: Numbers,
    /// When it began, controller clock.
    pub(super) zero: Option<i64>,
    /// The same, out of guessed ages.
    pub(super) guess: Option<i64>,
    /// The newest reports that follow each other without a gap.
    pub(super) run: Option<Run>,
    /// In the wave under way: to be receipted.
    pub(super) touched: bool,
    /// In the wave under way: to be written.
    pub(super) changed: bool,
    pub(super) refused: Vec<Refused>,
}

impl Tracked {
    pub(super) fn new(enrolled_at: i64, latest: Latest) -> Self {
        Tracked {
            enrolled_at,
            state_bytes: encode(&latest).len(),
            latest,
            boots: Vec::new(),
            inventory_at: None,
            touched: false,
            facts: HashMap::new(),
        }
    }

    /// The numbers of the boot of a message, read from the store at first.
    pub(super) fn boot(
        &mut self,
        store: &dyn Store,
        id: DeviceId,
        number: Number,
    ) -> Result<&mut Boot, StoreError> {
        let same = |boot: &Boot| boot.install == number.install && boot.boot == number.boot;
        let found = match self.boots.iter().rposition(same) {
            Some(at) => self.boots.remove(at),
            None => Boot::load(store, id, number)?,
        };
        self.boots.push(found);
        Ok(self.boots.last_mut().expect("just pushed"))
    }

    /// Takes in a new message; `words` are those of a call for help.
    pub(super) fn take(
        &mut self,
        batch: &mut Batch,
        store: &dyn Store,
        id: DeviceId,
        arrival: Arrival,
        envelope: &Envelope<UpBody>,
        words: Written,
    ) -> Result<(), StoreError> {
        let Arrival {
            received_at,
            dated,
            folded,
        } = arrival;
        let number = envelope.number;
        match &envelope.body {
            UpBody::Report(report) => {
                let row = HealthRow {
                    received_at,
                    observed_at: envelope.observed_at,
                    uptime_ms: envelope.uptime_ms,
                    estimated: dated.estimated,
                    report: report.clone(),
                };
                if !folded {
                    let key = keys::health(id, dated.at, number);
                    batch.put(Space::Health, key, encode(&row));
                }
                self.show(row, dated, number, received_at);
            }
            UpBody::Journal(_) if folded => {}
            UpBody::Journal(journal) => {
                self.hear_pause(journal, dated, envelope);
                let row = JournalRow {
                    received_at,
                    estimated: dated.estimated,
                    uptime_ms: envelope.uptime_ms,
                    install: number.install,
                    boot: number.boot,
                    events: journal.events.clone().unwrap_or_default(),
                };
                batch.put(
                    Space::Core,
                    keys::journal(id, dated.at, number),
                    encode(&row),
                );
            }
            UpBody::Inventory(inventory) => {
                if self.inventory_is_newer(store, id, dated.at, received_at)? {
                    let row = Inventory {
                        received_at,
                        inventory: inventory.clone(),
                        dated_at: dated.at,
                    };
                    batch.put(Space::Core, keys::inventory(id), encode(&row));
                    self.inventory_at = Some(dated.at);
                }
            }
            UpBody::Help(_) => {
                let row = HelpRow {
                    received_at,
                    estimated: dated.estimated,
                    text: words.text,
                    sealed: words.sealed,
                    ticket: None,
                };
                batch.put(Space::Core, keys::help(id, dated.at, number), encode(&row));
            }
            UpBody::Outcome(outcome) => take_outcome(batch, store, id, received_at, outcome)?,
        }
        Ok(())
    }

    /// Keeps the newest report as the state of the device.
    fn show(&mut self, mut row: HealthRow, dated: Dated, number: Number, received_at: i64) {
        let latest = &mut self.latest;
        latest.reports += 1;
        if is_newer(latest.reported_at, dated.at, received_at) {
            return;
        }
        if row.report.slow.is_none()
            && let Some(before) = &mut latest.report
        {
            // Left out means unchanged.
            row.report.slow = before.report.slow.take();
        }
        latest.report = Some(row);
        latest.reported_at = Some(dated.at);
        latest.boot = Some(number.boot);
        latest.seq = Some(number.seq);
    }

    /// Journals come in any order: the pause that was asked for last counts.
    fn hear_pause(&mut self, journal: &Journal, dated: Dated, envelope: &Envelope<UpBody>) {
        let Some(told) = pause::told(journal, envelope.number.boot, dated.at, envelope.uptime_ms)
        else {
            return;
        };
        let latest = &mut self.latest;
        if latest.pause_told_at.is_none_or(|before| before <= told.at) {
            latest.pause_told_at = Some(told.at);
            latest.paused_until = told.until;
        }
    }

    pub(super) fn hear_status(&mut self, status: &Status, received_at: i64) {
        // A PC that sleeps falls silent: its will is the end of the session, and no news.
        let sleeps = self.latest.last_state.as_deref() == Some(State::Asleep.as_str());
        if sleeps && status.state == State::Lost {
            return;
        }
        self.latest.last_state = Some(status.state.as_str().to_owned());
        self.latest.last_state_at = Some(received_at);
    }

    fn inventory_is_newer(
        &mut self,
        store: &dyn Store,
        id: DeviceId,
        dated_at: i64,
        received_at: i64,
    ) -> Result<bool, StoreError> {
        if self.inventory_at.is_none()
            && let Some(value) = store.get(Space::Core, &keys::inventory(id))?
        {
            // A damaged one is worth less than any new one.
            self.inventory_at = decode::<Inventory>(&value).ok().map(|row| row.dated_at);
        }
        Ok(!is_newer(self.inventory_at, dated_at, received_at))
    }
}

impl Boot {
    fn load(store: &dyn Store, id: DeviceId, number: Number) -> Result<Self, StoreError> {
        let key = keys::mark(id, number.install, number.boot);
        let mark = match store.get(Space::Core, &key)? {
            Some(value) => decode(&value)?,
            None => Mark::default(),
        };
        Ok(Boot {
            install: number.install,
            boot: number.boot,
            numbers: Numbers {
                through: mark.through,
                stored: mark.stored,
                lost: mark.lost,
            },
            zero: mark.zero,
            guess: mark.guess,
            run: mark.run.map(evidence::run),
            touched: false,
            changed: false,
            refused: Vec::new(),
        })
    }

    pub(super) fn mark(&self) -> Mark {
        Mark {
            through: self.numbers.through,
            stored: self.numbers.stored.clone(),
            lost: self.numbers.lost,
            zero: self.zero,
            guess: self.guess,
            run: self.run.map(evidence::run_row),
        }
    }
}

/// Whether what is shown is newer than something dated `at`. What is dated after
/// now was written while the controller's clock was ahead, and counts as older.
fn is_newer(shown_at: Option<i64>, at: i64, now: i64) -> bool {
    shown_at.is_some_and(|shown| shown > at && shown <= now)
}

/// Ends the command that an outcome names; an outcome of no known command is kept
/// by nobody and still receipted.
fn take_outcome(
    batch: &mut Batch,
    store: &dyn Store,
    id: DeviceId,
    received_at: i64,
    outcome: &Outcome,
) -> Result<(), StoreError> {
    let Some((key, mut row)) = command::find(store, id, outcome.command)? else {
        tracing::warn!(device = %id, command = %outcome.command, "outcome of an unknown command");
        return Ok(());
    };
    if row.ended_at.is_none() {
        row.sent_at = row.sent_at.or(Some(received_at));
        row.ended_at = Some(received_at);
        row.result = Some(outcome.result.as_str().to_owned());
        batch.put(Space::Core, key, encode(&row));
    }
    Ok(())
}
