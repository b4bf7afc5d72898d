use std::collections::{BTreeSet, HashMap};
use std::sync::Mutex;

use declic_common::api::{NewPlacement, Place};
use declic_common::envelope::{Envelope, UpBody};
use declic_common::{DeviceId, InstallId};
use serde_json::json;
use tempfile::TempDir;

use super::query::Period;
use super::*;
use crate::app::recorder::Heard;
use crate::app::registry::{Entry, add_device};
use crate::app::{placement, testing};
use crate::domain::days::{Day, paris};
use crate::store::records::{Certificate, Device};
use crate::store::{Batch, Range, Space};

mod bulk;
mod keeping;
mod reading;
mod sealing;

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;

fn ms(text: &str) -> i64 {
    text.parse::<jiff::Timestamp>().unwrap().as_millisecond()
}

/// A controller with a few devices whose reports are made by hand.
struct World {
    app: Arc<App>,
    /// Midnight in Paris, of the day on which everything begins.
    began: i64,
    /// The number of the next message of each device.
    seqs: Mutex<HashMap<u64, u64>>,
    _dir: TempDir,
}

impl World {
    async fn since(began: &str) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let app = testing::app(dir.path(), 1);
        let began = ms(began);
        let world = World {
            app,
            began,
            seqs: Mutex::default(),
            _dir: dir,
        };
        world.enrol(7).await;
        world
    }

    async fn enrol(&self, n: u64) {
        let device = Device {
            id: DeviceId::from_bits(n),
            asset: Some(format!("BDX-{n:03}")),
            site: Some(if n < 100 { "aubiers" } else { "bacalan" }.to_owned()),
            enrolled_at: self.began,
            certificate: Certificate {
                serial: format!("{n:02x}"),
                issued_at: self.began,
                expires_at: self.began * 2,
            },
            revoked_at: None,
            retired_at: None,
            settings: None,
            previous_serial: None,
        };
        let mut batch = Batch::default();
        add_device(&mut batch, &device);
        self.app.store.commit(batch).await.unwrap();
        self.app.registry.put_device(device);
    }

    async fn place(&self, n: u64, place: Place, at: i64) {
        let household = (place == Place::Home).then(|| format!("AUB-{at}"));
        let new = NewPlacement {
            place,
            household,
            site: None,
            seat: None,
        };
        let device = DeviceId::from_bits(n);
        placement::put(&self.app, device, new, "test", at)
            .await
            .unwrap();
    }

    /// A report made at a moment and heard then.
    async fn report(&self, n: u64, at: i64, cpu: i64) {
        self.heard(n, at, at, cpu, "usage").await;
    }

    async fn heard(&self, n: u64, at: i64, heard_at: i64, cpu: i64, consent: &str) {
        let seq = {
            let mut seqs = self.seqs.lock().unwrap();
            let seq = seqs.entry(n).or_default();
            *seq += 1;
            *seq
        };
        let body = json!({"interval_s": 300, "consent": consent,
            "cpu": {"mean_permille": cpu, "load1_centi": cpu * 2},
            "memory": {"total_bytes": 4_000_000_000_i64}});
        let envelope = Envelope {
            number: Number {
                install: InstallId::from_bits(3),
                boot: 1,
                seq,
            },
            first_seq: 1,
            age_ms: Some((heard_at - at) as u64),
            age_estimated: false,
            observed_at: at,
            uptime_ms: (at - self.began) as u64,
            body: UpBody::Report(serde_json::from_value(body).unwrap()),
        };
        let heard = Heard::Message(envelope);
        let device = DeviceId::from_bits(n);
        let recording = self.app.recorder.record(device, heard_at, heard).await;
        recording.done().await.unwrap();
    }

    async fn seal(&self, now: i64) -> usize {
        seal::round(&self.app, &mut seal::Rounds::default(), now)
            .await
            .unwrap()
    }

    fn entry(&self, n: u64) -> Arc<Entry> {
        self.app.registry.get(DeviceId::from_bits(n)).unwrap()
    }

    fn period(&self, n: u64, from: i64, to: i64) -> Period {
        Period {
            device: DeviceId::from_bits(n),
            from,
            to,
        }
    }

    /// All points of a metric, a page of `limit` at a time.
    async fn points(&self, n: u64, to: i64, limit: usize) -> Vec<(i64, i64)> {
        let mut all = Vec::new();
        let mut cursor = None;
        loop {
            let period = self.period(n, self.began, to);
            let page = query::points(&self.app, period, "cpu_mean_permille", limit, cursor, to);
            let page = page.await.unwrap();
            assert!(page.items.len() <= limit);
            all.extend(page.items.iter().map(|p| (p.at.as_millisecond(), p.value)));
            match page.next {
                Some(next) => cursor = Some(next),
                None => return all,
            }
        }
    }

    /// Keys of a space and kind.
    fn keys(&self, space: Space, kind: u8) -> Vec<Vec<u8>> {
        let rows = self.app.store.range(&Range {
            space,
            from: vec![kind],
            to: Some(vec![kind + 1]),
            descending: false,
            limit: 100_000,
        });
        rows.unwrap().into_iter().map(|(key, _)| key).collect()
    }
}
