//! One group of messages: decided in memory, written in one batch, then told.

use std::collections::HashMap;
use std::sync::Arc;

use declic_common::command::Outcome;
use declic_common::envelope::{Envelope, Number, UpBody};
use declic_common::receipt::{Receipt, Refused};
use declic_common::status::Status;
use declic_common::topic::Leaf;
use declic_common::{DeviceId, InstallId};

use super::{Heard, Job, RecordError};
use crate::app::command;
use crate::app::counters::Counters;
use crate::app::hub::{Down, Hub};
use crate::app::registry::Registry;
use crate::domain::dating::{self, Dated, Said};
use crate::domain::numbering::{Admission, Numbers};
use crate::store::record::{decode, encode};
use crate::store::records::{HealthRow, HelpRow, Inventory, JournalRow, Latest, Mark};
use crate::store::{Batch, Space, Store, StoreError, keys};

/// Boots of one device whose numbers are kept in memory; older ones are read again.
const BOOTS_IN_MEMORY: usize = 8;

/// What the recorder knows of every device it has heard.
pub(super) struct Tracker {
    store: Arc<dyn Store>,
    registry: Arc<Registry>,
    hub: Arc<Hub>,
    counters: Arc<Counters>,
    devices: HashMap<DeviceId, Tracked>,
}

/// One device, as it will be once the group is written.
struct Tracked {
    enrolled_at: i64,
    latest: Latest,
    /// Most recently used last.
    boots: Vec<Boot>,
    /// Dated time of the stored inventory, once it was looked up.
    inventory_at: Option<i64>,
    /// In the group under way.
    touched: bool,
}

struct Boot {
    install: InstallId,
    boot: u32,
    numbers: Numbers,
    /// When it began, controller clock.
    zero: Option<i64>,
    /// In the group under way: to be written and receipted.
    touched: bool,
    refused: Vec<Refused>,
}

/// What a group came to, for the counters.
#[derive(Default)]
struct Tally {
    reports: u64,
    messages: u64,
    repeats: u64,
    refused: u64,
}

impl Tracker {
    pub(super) fn new(
        store: Arc<dyn Store>,
        registry: Arc<Registry>,
        hub: Arc<Hub>,
        counters: Arc<Counters>,
    ) -> Self {
        Tracker {
            store,
            registry,
            hub,
            counters,
            devices: HashMap::new(),
        }
    }

    /// Makes a group of messages durable and tells everybody.
    pub(super) fn settle(&mut self, group: impl Iterator<Item = Job>) {
        let mut batch = Batch::default();
        let mut waiting = Vec::new();
        let mut touched = Vec::new();
        let mut tally = Tally::default();
        let mut received_at = i64::MIN;
        for job in group {
            let (decided, done) = match job {
                Job::Fence(done) => (Ok(()), done),
                Job::Record {
                    device,
                    received_at: at,
                    heard,
                    done,
                } => {
                    received_at = received_at.max(at);
                    let decided =
                        self.decide(&mut batch, &mut touched, &mut tally, device, at, &heard);
                    (decided, done)
                }
            };
            match decided {
                Ok(()) => waiting.push(done),
                Err(error) => {
                    let _ = done.send(Err(error));
                }
            }
        }
        for id in &touched {
            self.save(&mut batch, *id);
        }
        let written = match batch.ops.is_empty() {
            true => Ok(()),
            false => self.store.commit(batch).wait(),
        };
        match written {
            Ok(()) => {
                self.counters.groups.add(1);
                self.counters.reports.add(tally.reports);
                self.counters.messages.add(tally.messages);
                self.counters.repeats.add(tally.repeats);
                self.counters.refused.add(tally.refused);
                for id in &touched {
                    self.publish(*id, received_at);
                }
                for caller in waiting {
                    let _ = caller.send(Ok(()));
                }
            }
            Err(error) => {
                self.counters.failed_groups.add(1);
                tracing::warn!(%error, messages = waiting.len(), "failed to store a group");
                // What was decided in memory did not happen: forget it.
                for id in &touched {
                    self.devices.remove(id);
                }
                for caller in waiting {
                    let _ = caller.send(Err(error.clone().into()));
                }
            }
        }
    }

    fn decide(
        &mut self,
        batch: &mut Batch,
        touched: &mut Vec<DeviceId>,
        tally: &mut Tally,
        id: DeviceId,
        received_at: i64,
        heard: &Heard,
    ) -> Result<(), RecordError> {
        let store = Arc::clone(&self.store);
        let tracked = self.tracked(id)?;
        match heard {
            Heard::Message(envelope) => {
                let known = tracked.boot(store.as_ref(), id, envelope.number)?;
                // Decided on a copy: a message that cannot be taken was never here.
                let mut numbers = known.numbers.clone();
                let mut zero = known.zero;
                match numbers.admit(envelope.number.seq, envelope.first_seq) {
                    Admission::New => {
                        let said = Said {
                            age_ms: envelope.age_ms,
                            age_estimated: envelope.age_estimated,
                            uptime_ms: envelope.uptime_ms,
                        };
                        let dated = dating::date(received_at, said, tracked.enrolled_at, &mut zero);
                        tracked.take(batch, store.as_ref(), id, received_at, dated, envelope)?;
                        tracked.latest.messages += 1;
                        match envelope.body {
                            UpBody::Report(_) => tally.reports += 1,
                            _ => tally.messages += 1,
                        }
                    }
                    Admission::Repeat => tally.repeats += 1,
                    Admission::TooScattered => return Err(RecordError::TooScattered),
                }
                let boot = tracked.boot(store.as_ref(), id, envelope.number)?;
                let lost = numbers.lost - boot.numbers.lost;
                boot.numbers = numbers;
                boot.zero = zero;
                boot.touched = true;
                tracked.latest.lost += lost;
            }
            Heard::Refused(number, reason) => {
                let boot = tracked.boot(store.as_ref(), id, *number)?;
                boot.touched = true;
                boot.refused.push(Refused {
                    seq: number.seq,
                    reason: *reason,
                });
                // Settled: it must not be counted as lost as well.
                if boot.numbers.admit(number.seq, 1) == Admission::New {
                    tracked.latest.refused += 1;
                    tally.refused += 1;
                }
            }
            Heard::Status(status) => tracked.hear_status(status, received_at),
            Heard::Seen => {}
        }
        // Not the greatest: the controller's clock may have been ahead for a while.
        tracked.latest.last_seen = Some(received_at);
        if !std::mem::replace(&mut tracked.touched, true) {
            touched.push(id);
        }
        Ok(())
    }

    /// The device as the recorder knows it, read from the registry at first.
    fn tracked(&mut self, id: DeviceId) -> Result<&mut Tracked, RecordError> {
        // Looked up each time: a device may be revoked, and may not be cached before it exists.
        let entry = self.registry.get(id).ok_or(RecordError::UnknownDevice)?;
        if entry.device.revoked_at.is_some() {
            return Err(RecordError::UnknownDevice);
        }
        Ok(self.devices.entry(id).or_insert_with(|| Tracked {
            enrolled_at: entry.device.enrolled_at,
            latest: Latest::clone(&entry.latest),
            boots: Vec::new(),
            inventory_at: None,
            touched: false,
        }))
    }

    /// Adds the changed state of a device to the batch.
    fn save(&mut self, batch: &mut Batch, id: DeviceId) {
        let Some(tracked) = self.devices.get_mut(&id) else {
            return;
        };
        batch.put(Space::Core, keys::latest(id), encode(&tracked.latest));
        for boot in tracked.boots.iter().filter(|boot| boot.touched) {
            let mark = Mark {
                through: boot.numbers.through,
                stored: boot.numbers.stored.clone(),
                lost: boot.numbers.lost,
                zero: boot.zero,
            };
            batch.put(
                Space::Core,
                keys::mark(id, boot.install, boot.boot),
                encode(&mark),
            );
        }
    }

    /// Shows and receipts what is now durable.
    fn publish(&mut self, id: DeviceId, controller_time: i64) {
        let Some(tracked) = self.devices.get_mut(&id) else {
            return;
        };
        tracked.touched = false;
        self.registry
            .put_latest(id, Arc::new(tracked.latest.clone()));
        for boot in tracked.boots.iter_mut().filter(|boot| boot.touched) {
            boot.touched = false;
            let receipt = Receipt {
                install: boot.install,
                boot: boot.boot,
                through_seq: boot.numbers.through,
                stored: boot.numbers.stored.clone(),
                refused: std::mem::take(&mut boot.refused),
                controller_time,
            };
            let payload =
                serde_json::to_vec(&receipt).expect("our own types always have a JSON form");
            // An absent device will send again, and be answered then.
            self.hub.send(
                id,
                Down {
                    leaf: Leaf::Receipt,
                    payload,
                },
            );
        }
        let excess = tracked.boots.len().saturating_sub(BOOTS_IN_MEMORY);
        tracked.boots.drain(..excess);
    }
}

impl Tracked {
    /// The numbers of the boot of a message, read from the store at first.
    fn boot(
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

    /// Takes in a new message.
    fn take(
        &mut self,
        batch: &mut Batch,
        store: &dyn Store,
        id: DeviceId,
        received_at: i64,
        dated: Dated,
        envelope: &Envelope<UpBody>,
    ) -> Result<(), StoreError> {
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
                batch.put(
                    Space::Health,
                    keys::health(id, dated.at, number),
                    encode(&row),
                );
                self.show(row, dated, number, received_at);
            }
            UpBody::Journal(journal) => {
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
            UpBody::Help(help) => {
                let row = HelpRow {
                    received_at,
                    estimated: dated.estimated,
                    text: help.text.clone(),
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

    fn hear_status(&mut self, status: &Status, received_at: i64) {
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
        let (numbers, zero) = match store.get(Space::Core, &key)? {
            Some(value) => {
                let mark: Mark = decode(&value)?;
                let numbers = Numbers {
                    through: mark.through,
                    stored: mark.stored,
                    lost: mark.lost,
                };
                (numbers, mark.zero)
            }
            None => (Numbers::default(), None),
        };
        Ok(Boot {
            install: number.install,
            boot: number.boot,
            numbers,
            zero,
            touched: false,
            refused: Vec::new(),
        })
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
