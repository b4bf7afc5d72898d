//! Sealed history. The first three belong together: they lie under the same key, and are
//! written and deleted in one batch.

use minicbor::{Decode, Encode};

use crate::store::record::Record;

records!(
    ChunkRow = 50 v 1,
    HoursRow = 51 v 1,
    RollupRow = 52 v 1,
    MinutesRow = 53 v 1,
);

/// Reports of one device and local day; several, where a day has very many.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct ChunkRow {
    #[n(0)]
    pub rows: u32,
    /// Dated times of the first and the last one.
    #[n(1)]
    pub first: i64,
    #[n(2)]
    pub last: i64,
    /// As `store/chunk` writes them.
    #[cbor(n(3), with = "minicbor::bytes")]
    pub columns: Vec<u8>,
}

/// The same reports, summed by the hour.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct HoursRow {
    /// When the first hour begins.
    #[n(0)]
    pub first: i64,
    /// As `store/chunk/hours` writes them.
    #[cbor(n(1), with = "minicbor::bytes")]
    pub sums: Vec<u8>,
}

/// The same reports, summed by the day; it outlives the two others.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct RollupRow {
    /// Local day, counted from 1970.
    #[n(0)]
    pub day: i32,
    /// By number of the metric, ascending.
    #[n(1)]
    pub metrics: Vec<MetricSum>,
}

/// What one metric came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct MetricSum {
    #[n(0)]
    pub metric: u16,
    #[n(1)]
    pub count: u32,
    #[n(2)]
    pub least: i64,
    /// From the least to the greatest.
    #[n(3)]
    pub span: u64,
    /// The sum of what each value has above the least.
    #[n(4)]
    pub above: u64,
}

/// Minutes of one local day, as the timeline tells them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct MinutesRow {
    /// The agent ran, whatever the network did.
    #[n(0)]
    pub active: u32,
    /// It ran, and the internet was in reach.
    #[n(1)]
    pub connected: u32,
    /// It is known what the device did; the rest of the day is missing, not zero.
    #[n(2)]
    pub known: u32,
}

impl MetricSum {
    /// Sums values; `None` where there are none.
    pub fn of(metric: u16, values: impl Iterator<Item = i64>) -> Option<Self> {
        let one = |least| MetricSum {
            metric,
            count: 1,
            least,
            span: 0,
            above: 0,
        };
        values.map(one).reduce(|mut sum, one| {
            sum.join(&one);
            sum
        })
    }

    pub fn mean(&self) -> f64 {
        self.least as f64 + self.above as f64 / f64::from(self.count.max(1))
    }

    pub fn greatest(&self) -> i64 {
        self.least.saturating_add_unsigned(self.span)
    }

    /// Takes in another part of the same day.
    pub fn join(&mut self, other: &MetricSum) {
        let least = self.least.min(other.least);
        let raised = |one: &MetricSum| {
            let by = one.least.abs_diff(least);
            one.above
                .saturating_add(by.saturating_mul(one.count.into()))
        };
        *self = MetricSum {
            metric: self.metric,
            count: self.count.saturating_add(other.count),
            least,
            span: self.greatest().max(other.greatest()).abs_diff(least),
            above: raised(self).saturating_add(raised(other)),
        };
    }
}
