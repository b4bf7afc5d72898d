//! Devices that report as fast as they may, and remember what the controller said is stored.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use declic_common::UpKind;
use declic_common::envelope::Number;
use rumqttc::{Event, QoS};

use crate::Device;
use crate::device::received;

/// Lets the work go on for exactly this long before the next blow.
pub fn work_for(moment: Duration) {
    let until = Instant::now() + moment;
    while let Some(left) = until.checked_duration_since(Instant::now()) {
        thread::park_timeout(left);
    }
}

/// What one device knows of its own reports.
#[derive(Clone, Debug, Default)]
pub struct Ledger {
    /// Highest number given.
    pub sent: u64,
    /// Covered by a receipt.
    pub receipted: BTreeSet<u64>,
    /// Everything up to here is.
    pub through: u64,
}

impl Ledger {
    fn give(&mut self) -> u64 {
        self.sent += 1;
        self.sent
    }

    /// Numbers that no receipt has covered, lowest first.
    fn missing(&mut self) -> impl DoubleEndedIterator<Item = u64> {
        while self.receipted.contains(&(self.through + 1)) {
            self.through += 1;
        }
        let receipted = &self.receipted;
        (self.through + 1..=self.sent).filter(move |seq| !receipted.contains(seq))
    }
}

/// Sends reports for ever, 16 at a time, reconnecting after each blow; notes what
/// the controller said is stored.
pub async fn load(device: Device, ledger: Arc<Mutex<Ledger>>) {
    loop {
        let _ = session(&device, &ledger).await;
        tokio::time::sleep(Duration::from_millis(30)).await;
    }
}

async fn session(device: &Device, ledger: &Mutex<Ledger>) -> anyhow::Result<()> {
    let mut session = device.connect().await?;
    // What was not receipted is sent again first, as an agent does.
    let mut queue: Vec<u64> = ledger.lock().expect("no panic").missing().rev().collect();
    let mut flying = BTreeSet::new();
    loop {
        while flying.len() < 16 {
            let (seq, first) = {
                let mut ledger = ledger.lock().expect("no panic");
                let seq = queue.pop().unwrap_or_else(|| ledger.give());
                let first = ledger.missing().next().unwrap_or(seq).min(seq);
                (seq, first)
            };
            let payload = device.report(1, seq, first);
            let topic = device.topic(UpKind::Report);
            session
                .client
                .try_publish(topic, QoS::AtLeastOnce, false, payload)?;
            flying.insert(seq);
        }
        // A receipt may be lost with the controller: then everything is sent again.
        let event = tokio::time::timeout(Duration::from_secs(3), session.events.poll()).await??;
        if let Event::Incoming(packet) = event
            && let Some(receipt) = received(&packet)
        {
            let mut ledger = ledger.lock().expect("no panic");
            let covers = |seq: &u64| {
                receipt.covers(Number {
                    install: device.install,
                    boot: 1,
                    seq: *seq,
                })
            };
            flying.retain(|seq| !covers(seq));
            let new: Vec<u64> = ledger.missing().filter(covers).collect();
            ledger.receipted.extend(new);
        }
    }
}
