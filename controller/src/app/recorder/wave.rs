//! The part of a group that goes into one batch, so that the store takes it however large the
//! messages are.

use declic_common::DeviceId;

use super::Done;
use crate::store::{BATCH_BYTES_MAX, BATCH_OPS_MAX, Batch, Op};

/// Bytes and operations after which a part of a group is written: whatever one more message
/// brings, the batch stays below what the store takes.
const WAVE_BYTES: usize = BATCH_BYTES_MAX / 2;
const WAVE_OPS: usize = BATCH_OPS_MAX / 2;

/// What the facts of one stretch of a boot may come to.
pub(super) const FACTS_BYTES: usize = 512;
/// Rows of a state: the newest report, and marks of the boots that are heard.
pub(super) const STATE_OPS: usize = 4;

/// The part of a group that is written in one batch.
#[derive(Default)]
pub(super) struct Wave {
    pub(super) batch: Batch,
    /// Devices whose state it changes.
    pub(super) touched: Vec<DeviceId>,
    pub(super) waiting: Vec<Done>,
    pub(super) tally: Tally,
    /// When the newest of its messages came; controller clock.
    pub(super) received_at: i64,
    /// What its rows, and the states of its devices, come to, about.
    pub(super) bytes: usize,
    pub(super) ops: usize,
}

impl Wave {
    pub(super) fn is_full(&self) -> bool {
        self.bytes >= WAVE_BYTES || self.ops >= WAVE_OPS
    }
}

pub(super) fn bytes_of(op: &Op) -> usize {
    match op {
        Op::Put(_, key, value) => key.len() + value.len(),
        Op::Del(_, key) => key.len(),
    }
}

/// What a wave came to, for the counters.
#[derive(Default)]
pub(super) struct Tally {
    pub(super) reports: u64,
    pub(super) messages: u64,
    pub(super) repeats: u64,
    pub(super) refused: u64,
}
