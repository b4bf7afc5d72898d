//! What the recorder notes of every message for the timeline: when a boot began, when
//! it was heard, and what it said of itself.

use std::collections::hash_map::Entry;

use declic_common::DeviceId;
use declic_common::envelope::{Envelope, Number, UpBody};
use declic_common::status::Status;

use super::tracked::{Boot, Tracked};
use crate::app::evidence;
use crate::domain::dating::Dated;
use crate::domain::timeline::{Run, Told, lowest_failing, of_event, of_status, slice_of};
use crate::store::{Store, StoreError};

impl Tracked {
    /// Notes a new message.
    pub(super) fn note(
        &mut self,
        store: &dyn Store,
        id: DeviceId,
        dated: Dated,
        envelope: &Envelope<UpBody>,
    ) -> Result<(), StoreError> {
        let number = envelope.number;
        let boot = self.boot(store, id, number)?;
        if envelope.age_ms.is_none() || envelope.age_estimated {
            let zero = dated.at.saturating_sub_unsigned(envelope.uptime_ms);
            boot.guess = earliest(boot.guess, zero);
        }
        match &envelope.body {
            UpBody::Report(report) => {
                let ladder = report.ladder.clone().unwrap_or_default();
                let rung = lowest_failing(&ladder);
                let run = Run::of_report(envelope.uptime_ms, report.interval_s, rung);
                if let Some(ended) = boot.follow(run) {
                    self.note_run(store, id, number, ended)?;
                }
            }
            UpBody::Journal(journal) => {
                for event in journal.events.iter().flatten() {
                    // A device cannot tell of starts that are still to come.
                    if let Some((boot, told)) = of_event(event)
                        && boot <= number.boot
                    {
                        self.note_told(store, id, Number { boot, ..number }, told)?;
                    }
                }
            }
            UpBody::Inventory(_) | UpBody::Help(_) | UpBody::Outcome(_) => {}
        }
        Ok(())
    }

    /// Notes a goodbye, and when its boot began.
    pub(super) fn note_status(
        &mut self,
        store: &dyn Store,
        id: DeviceId,
        received_at: i64,
        status: &Status,
    ) -> Result<(), StoreError> {
        let (Some(install), Some(boot), Some(uptime_ms)) =
            (status.install, status.boot, status.uptime_ms)
        else {
            return Ok(());
        };
        if boot == 0 {
            return Ok(());
        }
        let seq = 0;
        let number = Number { install, boot, seq };
        let known = self.boot(store, id, number)?;
        known.zero = earliest(known.zero, received_at.saturating_sub_unsigned(uptime_ms));
        known.changed = true;
        match of_status(status) {
            Some(told) => self.note_told(store, id, number, told),
            None => Ok(()),
        }
    }

    fn note_run(
        &mut self,
        store: &dyn Store,
        id: DeviceId,
        number: Number,
        run: Run,
    ) -> Result<(), StoreError> {
        let key = (number.install, number.boot, run.slice());
        let facts = match self.facts.entry(key) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(place) => place.insert(evidence::facts(store, id, number, key.2)?),
        };
        facts.add_run(run);
        Ok(())
    }

    fn note_told(
        &mut self,
        store: &dyn Store,
        id: DeviceId,
        number: Number,
        told: Told,
    ) -> Result<(), StoreError> {
        let key = (number.install, number.boot, slice_of(told.at));
        if let Some(facts) = self.facts.get_mut(&key) {
            facts.add_told(told);
            return Ok(());
        }
        let mut facts = evidence::facts(store, id, number, key.2)?;
        // What is known already costs no row.
        if facts.add_told(told) {
            self.facts.insert(key, facts);
        }
        Ok(())
    }
}

impl Boot {
    /// Takes a report into the newest run; gives back the run that it ended.
    fn follow(&mut self, report: Run) -> Option<Run> {
        if let Some(run) = &mut self.run
            && run.join(&report)
        {
            return None;
        }
        self.run.replace(report)
    }
}

fn earliest(known: Option<i64>, zero: i64) -> Option<i64> {
    Some(known.map_or(zero, |known| known.min(zero)))
}
