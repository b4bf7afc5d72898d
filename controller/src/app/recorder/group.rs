//! One group of messages: decided in memory, written in as few batches as the store takes, then
//! told.

use std::collections::HashMap;
use std::sync::Arc;

use declic_common::DeviceId;
use declic_common::envelope::UpBody;
use declic_common::receipt::{Receipt, Refused};
use declic_common::topic::Leaf;

use super::tracked::{Arrival, Tracked};
use super::wave::{FACTS_BYTES, STATE_OPS, Wave, bytes_of};
use super::{Heard, Job, Minimised, RecordError, Sealed};
use crate::app::counters::Counters;
use crate::app::history::seal;
use crate::app::hub::{Down, Hub};
use crate::app::programme::Keyring;
use crate::app::programme::letter::{self, Written};
use crate::app::registry::{Entry, Registry};
use crate::app::{evidence, minimise};
use crate::domain::dating::{self, Said};
use crate::domain::numbering::Admission;
use crate::store::record::encode;
use crate::store::records::Latest;
use crate::store::{Batch, Space, Store, keys};

/// Boots of one device whose numbers are kept in memory; older ones are read again.
const BOOTS_IN_MEMORY: usize = 8;

/// What the recorder knows of every device it has heard.
pub(super) struct Tracker {
    store: Arc<dyn Store>,
    registry: Arc<Registry>,
    keys: Arc<Keyring>,
    hub: Arc<Hub>,
    counters: Arc<Counters>,
    devices: HashMap<DeviceId, Tracked>,
}

impl Tracker {
    pub(super) fn new(
        store: Arc<dyn Store>,
        registry: Arc<Registry>,
        keys: Arc<Keyring>,
        hub: Arc<Hub>,
        counters: Arc<Counters>,
    ) -> Self {
        Tracker {
            store,
            registry,
            keys,
            hub,
            counters,
            devices: HashMap::new(),
        }
    }

    /// Makes a group of messages durable and tells everybody.
    pub(super) fn settle(&mut self, group: impl Iterator<Item = Job>) {
        let mut wave = Wave::default();
        let mut minimising = Vec::new();
        let mut sealing = Vec::new();
        for job in group {
            let (decided, done) = match job {
                Job::Fence(done) => (Ok(()), done),
                Job::Minimise { device, now, done } => {
                    minimising.push((device, now, done));
                    continue;
                }
                Job::Seal {
                    device,
                    minutes,
                    now,
                    done,
                } => {
                    sealing.push((device, minutes, now, done));
                    continue;
                }
                Job::Record {
                    device,
                    received_at,
                    heard,
                    done,
                } => (self.decide(&mut wave, device, received_at, &heard), done),
            };
            match decided {
                Ok(()) => wave.waiting.push(done),
                Err(error) => {
                    let _ = done.send(Err(error));
                }
            }
            if wave.is_full() {
                self.write(std::mem::take(&mut wave));
            }
        }
        self.write(wave);
        // Last: it reads what the group has written.
        for (device, now, done) in minimising {
            let _ = done.send(self.minimise(device, now));
        }
        for (device, minutes, now, done) in sealing {
            let _ = done.send(self.seal(device, minutes, now));
        }
    }

    /// Writes a wave, then tells everybody.
    fn write(&mut self, wave: Wave) {
        let Wave {
            mut batch,
            touched,
            waiting,
            tally,
            received_at,
            ..
        } = wave;
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

    fn seal(&mut self, id: DeviceId, minutes: bool, now: i64) -> Result<Sealed, RecordError> {
        let entry = self.registry.get(id).ok_or(RecordError::UnknownDevice)?;
        let plan = seal::plan(self.store.as_ref(), &entry, minutes, now)?;
        if !plan.batch.ops.is_empty() {
            // Whoever sums rows and sealed days looks again if this happened meanwhile.
            self.counters.seals_begun.add(1);
            let written = self.store.commit(plan.batch).wait();
            self.counters.seals_done.add(1);
            written?;
            self.counters.sealed.add(plan.reports as u64);
        }
        let (reports, more) = (plan.reports, plan.more);
        Ok(Sealed { reports, more })
    }

    fn minimise(&mut self, id: DeviceId, now: i64) -> Result<Minimised, RecordError> {
        let entry = self.registry.get(id).ok_or(RecordError::UnknownDevice)?;
        let plan = minimise::plan(self.store.as_ref(), &entry, now)?;
        let changed = !plan.batch.ops.is_empty();
        if changed {
            self.store.commit(plan.batch).wait()?;
            // Its rows are not what is remembered of them any more.
            self.devices.remove(&id);
            if let Some(latest) = plan.latest {
                self.registry.put_latest(id, Arc::new(latest));
            }
        }
        let more = plan.more;
        Ok(Minimised { changed, more })
    }

    /// Takes one message into a wave, and counts what it adds to it.
    fn decide(
        &mut self,
        wave: &mut Wave,
        id: DeviceId,
        received_at: i64,
        heard: &Heard,
    ) -> Result<(), RecordError> {
        let (ops, touched, facts) = (wave.batch.ops.len(), wave.touched.len(), self.facts(id));
        // Even of a message that is refused: what it left in memory is written.
        let decided = self.take(wave, id, received_at, heard);
        let rows = &wave.batch.ops[ops..];
        let bytes: usize = rows.iter().map(bytes_of).sum();
        let facts = self.facts(id).saturating_sub(facts);
        wave.ops += rows.len() + facts;
        wave.bytes += bytes + facts * FACTS_BYTES;
        if wave.touched.len() > touched {
            let state = self.devices.get(&id).map_or(0, |one| one.state_bytes);
            // The newest report is in the state as well.
            wave.bytes += state.max(bytes);
            wave.ops += STATE_OPS;
        }
        decided
    }

    /// Facts of a device that wait to be written.
    fn facts(&self, id: DeviceId) -> usize {
        self.devices
            .get(&id)
            .map_or(0, |tracked| tracked.facts.len())
    }

    fn take(
        &mut self,
        wave: &mut Wave,
        id: DeviceId,
        received_at: i64,
        heard: &Heard,
    ) -> Result<(), RecordError> {
        wave.received_at = wave.received_at.max(received_at);
        let (store, registry) = (Arc::clone(&self.store), Arc::clone(&self.registry));
        let ring = Arc::clone(&self.keys);
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
                        let arrival = Arrival {
                            received_at,
                            dated,
                            folded: minimise::is_folded(&registry, id, dated.at, received_at),
                        };
                        let words = match &envelope.body {
                            UpBody::Help(help) => letter::write(
                                store.as_ref(),
                                &ring,
                                registry.get(id).as_deref().and_then(Entry::household),
                                letter::CALL,
                                &help.text,
                            ),
                            _ => Written::default(),
                        };
                        tracked.take(
                            &mut wave.batch,
                            store.as_ref(),
                            id,
                            arrival,
                            envelope,
                            words,
                        )?;
                        tracked.note(store.as_ref(), id, dated, envelope)?;
                        tracked.latest.messages += 1;
                        match envelope.body {
                            UpBody::Report(_) => wave.tally.reports += 1,
                            _ => wave.tally.messages += 1,
                        }
                    }
                    Admission::Repeat => wave.tally.repeats += 1,
                    Admission::TooScattered => return Err(RecordError::TooScattered),
                }
                let boot = tracked.boot(store.as_ref(), id, envelope.number)?;
                let lost = numbers.lost - boot.numbers.lost;
                boot.numbers = numbers;
                boot.zero = zero;
                boot.touched = true;
                boot.changed = true;
                tracked.latest.lost += lost;
            }
            Heard::Refused(number, reason) => {
                let boot = tracked.boot(store.as_ref(), id, *number)?;
                boot.touched = true;
                boot.changed = true;
                boot.refused.push(Refused {
                    seq: number.seq,
                    reason: *reason,
                });
                // Settled: it must not be counted as lost as well.
                if boot.numbers.admit(number.seq, 1) == Admission::New {
                    tracked.latest.refused += 1;
                    wave.tally.refused += 1;
                }
            }
            Heard::Status(status) => {
                tracked.hear_status(status, received_at);
                tracked.note_status(store.as_ref(), id, received_at, status)?;
            }
            Heard::Seen => {}
        }
        // Not the greatest: the controller's clock may have been ahead for a while.
        tracked.latest.last_seen = Some(received_at);
        if !std::mem::replace(&mut tracked.touched, true) {
            wave.touched.push(id);
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
        let enrolled_at = entry.device.enrolled_at;
        Ok(self
            .devices
            .entry(id)
            .or_insert_with(|| Tracked::new(enrolled_at, Latest::clone(&entry.latest))))
    }

    /// Adds the changed state of a device to the batch.
    fn save(&mut self, batch: &mut Batch, id: DeviceId) {
        let Some(tracked) = self.devices.get_mut(&id) else {
            return;
        };
        let rows = batch.ops.len();
        batch.put(Space::Core, keys::latest(id), encode(&tracked.latest));
        for boot in tracked.boots.iter().filter(|boot| boot.changed) {
            let key = keys::mark(id, boot.install, boot.boot);
            batch.put(Space::Core, key, encode(&boot.mark()));
        }
        for ((install, boot, slice), facts) in &tracked.facts {
            let key = keys::facts(id, *install, *boot, *slice);
            batch.put(Space::Core, key, encode(&evidence::row(facts)));
        }
        tracked.state_bytes = batch.ops[rows..].iter().map(bytes_of).sum();
    }

    /// Shows and receipts what is now durable.
    fn publish(&mut self, id: DeviceId, controller_time: i64) {
        let Some(tracked) = self.devices.get_mut(&id) else {
            return;
        };
        tracked.touched = false;
        tracked.facts.clear();
        tracked
            .boots
            .iter_mut()
            .for_each(|boot| boot.changed = false);
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
