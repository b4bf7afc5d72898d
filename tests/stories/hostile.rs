//! Strangers, forgers and broken clients: refused, and nobody else is slowed.

mod certificates;
mod forged;
mod noise;
mod revoked;

use std::time::{Duration, Instant};

use declic_tests::controller::http_ok;
use declic_tests::device::stored;
use declic_tests::{Controller, Device, Door};

/// For an honest device, whatever the others do.
const SOON: Duration = Duration::from_secs(10);

struct Town {
    controller: Controller,
    alice: Device,
    mallory: Device,
}

async fn town(door: Door) -> Town {
    let controller = tokio::task::spawn_blocking(move || Controller::start_behind(door))
        .await
        .unwrap();
    let alice = Device::enrol(&controller, "BDX-001").await.unwrap();
    let mallory = Device::enrol(&controller, "BDX-002").await.unwrap();
    Town {
        controller,
        alice,
        mallory,
    }
}

impl Town {
    /// Everybody else is served as if nothing had happened.
    async fn goes_on(&self, seq: u64) {
        let began = Instant::now();
        let mut session = self.alice.connect().await.unwrap();
        session.report(1, seq, 1).await.unwrap();
        assert!(
            began.elapsed() < SOON,
            "an honest device waited {:?}",
            began.elapsed()
        );
        assert!(http_ok(&format!(
            "http://127.0.0.1:{}/healthz",
            self.controller.http_port
        )));
    }

    fn has_nothing_of(&self, victim: &Device) {
        assert!(stored(&self.controller, victim.id).unwrap().is_empty());
    }
}
