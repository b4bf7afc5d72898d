//! Letting go of what a receipt covers.

use declic_common::receipt::Receipt;
use tracing::warn;

use super::Spool;
use super::index::Place;
use super::shelf::{RECENT, Stored};
use crate::life::Life;

/// What a receipt settled here.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Settled {
    pub stored: u64,
    pub refused: u64,
}

impl Spool {
    /// Lets go of what a receipt covers.
    ///
    /// A receipt for numbers that were never given tells that the agent's state
    /// was put back to an earlier day: numbering begins anew.
    pub fn settle(&mut self, receipt: &Receipt, life: &mut Life) -> Settled {
        let stored = receipt.stored.iter().map(|(_, last)| *last);
        let highest = stored.fold(receipt.through_seq, u64::max);
        if (receipt.install, receipt.boot) == (life.install(), life.boot())
            && highest >= self.next_seq
        {
            warn!("the controller knows numbers that this agent never gave");
            life.renew();
            self.next_seq = 1;
        }
        let mut settled = Settled::default();
        let mut in_memory = false;
        let shelf = &mut self.shelf;
        for refused in &receipt.refused {
            let seqs = refused.seq..=refused.seq;
            settled.refused +=
                shelf
                    .index
                    .take(receipt.install, receipt.boot, &seqs, |_, entry| {
                        in_memory |= entry.place == Place::MEMORY;
                    });
        }
        let through = (0, receipt.through_seq);
        for &(first, last) in [through].iter().chain(&receipt.stored) {
            let recent = &mut shelf.recent;
            settled.stored += shelf.index.take(
                receipt.install,
                receipt.boot,
                &(first..=last),
                |label, entry| {
                    in_memory |= entry.place == Place::MEMORY;
                    if recent.len() == RECENT {
                        recent.pop_front();
                    }
                    recent.push_back(Stored {
                        label,
                        place: entry.place,
                        length: entry.length,
                    });
                },
            );
        }
        if in_memory {
            let index = &shelf.index;
            shelf
                .unwritten
                .retain(|u| index.get(u.label.number).is_some());
        }
        self.refused += settled.refused;
        self.uncounted |= settled.refused > 0;
        self.sweep();
        settled
    }
}
