//! What this process has done since it started; read by `/metrics` and `declic status`.

use std::sync::atomic::{AtomicU64, Ordering};

macro_rules! counters {
    ($( $(#[$meta:meta])* $name:ident ),* $(,)?) => {
        #[derive(Debug, Default)]
        pub struct Counters {
            $( $(#[$meta])* pub $name: Counter, )*
        }
    };
}

counters! {
    /// Reports made durable.
    reports,
    /// Other numbered messages made durable.
    messages,
    /// Numbered messages that were already stored.
    repeats,
    /// Messages refused for good.
    refused,
    /// Messages without a readable number.
    unreadable,
    /// Batches of the recorder.
    groups,
    /// Groups that the store did not take.
    failed_groups,
    /// Connections accepted on the MQTT port.
    connections,
    /// Connections closed because the peer broke a rule.
    violations,
    /// Connections turned away by a limit, before their certificate was known.
    turned_away,
    /// Messages that a broker brought from devices which are not enrolled, or revoked.
    strangers,
    /// Batches that move reports from rows to sealed history, begun …
    seals_begun,
    /// … and done, whatever came of them.
    seals_done,
    /// Reports that were sealed.
    sealed,
    /// Reports that were imported.
    imported,
    /// Notices that a channel has taken.
    notices,
    /// Notices that could not leave for days.
    notices_given_up,
}

/// A number that only grows.
#[derive(Debug, Default)]
pub struct Counter(AtomicU64);

impl Counter {
    pub fn add(&self, n: u64) {
        self.0.fetch_add(n, Ordering::SeqCst);
    }

    pub fn get(&self) -> u64 {
        self.0.load(Ordering::SeqCst)
    }
}
