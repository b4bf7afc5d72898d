//! Makes messages durable, in groups, in the order in which they arrive.
//!
//! One thread decides and writes: report, newest state, numbers and everything
//! else that a group of messages changes go into one batch (or few, of large ones),
//! so that one flush serves all that waited. Only then are the callers told, receipts sent and the
//! registry updated. It alone writes the records `Latest`, `Mark`, `Inventory`,
//! the health, journal and facts rows, and the outcome of commands.

mod group;
mod noted;
mod tracked;
mod wave;

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::thread;

use declic_common::DeviceId;
use declic_common::envelope::{Envelope, Number, UpBody};
use declic_common::receipt::RefusalReason;
use declic_common::status::Status;
use tokio::sync::{mpsc, oneshot};

use super::counters::Counters;
use super::hub::Hub;
use super::programme::Keyring;
use super::registry::Registry;
use crate::store::{Store, StoreError};

use self::group::Tracker;

/// Messages that may wait for the recorder; a full queue slows the doors down.
const QUEUE: usize = 4_096;
/// Messages of one group: all of one device share its state and its receipt, so the more the
/// cheaper; whoever comes first waits for the last.
const GROUP: usize = 1_024;

/// Something heard from a device.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(clippy::large_enum_variant)] // moved once, from a door to the recorder
pub enum Heard {
    Message(Envelope<UpBody>),
    /// A numbered message that can never be taken.
    Refused(Number, RefusalReason),
    Status(Status),
    /// The session began or ended; nothing else was said.
    Seen,
}

/// Why a message was not made durable. The device keeps it and sends it again.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RecordError {
    #[error("the device is not enrolled here")]
    UnknownDevice,
    #[error("the numbers of this device are too scattered; it will send the message again")]
    TooScattered,
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("the recorder has stopped")]
    Stopped,
}

type Done = oneshot::Sender<Result<(), RecordError>>;

#[derive(Debug)]
#[allow(clippy::large_enum_variant)] // nearly all of them are records
enum Job {
    Record {
        device: DeviceId,
        received_at: i64,
        heard: Heard,
        done: Done,
    },
    /// Resolves when everything queued before it is settled.
    Fence(Done),
    /// Minimises a part of what is known of a device.
    Minimise {
        device: DeviceId,
        now: i64,
        done: oneshot::Sender<Result<Minimised, RecordError>>,
    },
    /// Seals a part of the old reports of a device.
    Seal {
        device: DeviceId,
        minutes: bool,
        now: i64,
        done: oneshot::Sender<Result<Sealed, RecordError>>,
    },
}

/// What a part of minimising came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Minimised {
    pub changed: bool,
    pub more: bool,
}

/// What a part of sealing came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sealed {
    pub reports: usize,
    pub more: bool,
}

/// The way to the recorder's thread. Dropping every clone stops it, once it has
/// finished what it was given. A panic ends it too: what waited is then refused,
/// and nothing brings it back but a new process.
#[derive(Clone, Debug)]
pub struct Recorder {
    queue: mpsc::Sender<Job>,
}

/// A message on its way to the disk.
#[derive(Debug)]
pub struct Recording(oneshot::Receiver<Result<(), RecordError>>);

impl Recording {
    /// Resolves when the message is durable, or will not be.
    pub async fn done(self) -> Result<(), RecordError> {
        self.await
    }
}

/// The same as [`Recording::done`], for a door that keeps many of them in order.
impl Future for Recording {
    type Output = Result<(), RecordError>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        Pin::new(&mut self.0)
            .poll(cx)
            .map(|answer| answer.unwrap_or(Err(RecordError::Stopped)))
    }
}

impl Recorder {
    /// Starts the recorder's thread.
    pub fn start(
        store: Arc<dyn Store>,
        registry: Arc<Registry>,
        keys: Arc<Keyring>,
        hub: Arc<Hub>,
        counters: Arc<Counters>,
    ) -> Self {
        let (queue, jobs) = mpsc::channel(QUEUE);
        let tracker = Tracker::new(store, registry, keys, hub, counters);
        thread::Builder::new()
            .name("recorder".to_owned())
            .spawn(move || run(jobs, tracker))
            .expect("the system can start a thread");
        Recorder { queue }
    }

    /// Queues something heard at `received_at` (controller clock, ms UTC). Waits
    /// only for room in the queue; messages of one caller keep their order.
    pub async fn record(&self, device: DeviceId, received_at: i64, heard: Heard) -> Recording {
        let (done, recording) = oneshot::channel();
        let job = Job::Record {
            device,
            received_at,
            heard,
            done,
        };
        // A stopped recorder drops the job, and with it `done`: the caller is told.
        let _ = self.queue.send(job).await;
        Recording(recording)
    }

    /// Whether the thread is gone; then every message is refused at once. It never
    /// ends by itself while somebody can ask.
    pub fn is_dead(&self) -> bool {
        self.queue.is_closed()
    }

    /// Resolves when the thread is gone.
    pub async fn died(&self) {
        self.queue.closed().await;
    }

    /// Minimises a part of what is known of a device; here, because the recorder alone
    /// writes those rows.
    pub async fn minimise(&self, device: DeviceId, now: i64) -> Result<Minimised, RecordError> {
        let (done, answer) = oneshot::channel();
        let job = Job::Minimise { device, now, done };
        let _ = self.queue.send(job).await;
        answer.await.unwrap_or(Err(RecordError::Stopped))
    }

    /// Seals a part of the old reports of a device, and puts the minutes of its days right
    /// when asked to; here for the same reason.
    pub async fn seal(
        &self,
        device: DeviceId,
        minutes: bool,
        now: i64,
    ) -> Result<Sealed, RecordError> {
        let (done, answer) = oneshot::channel();
        let job = Job::Seal {
            device,
            minutes,
            now,
            done,
        };
        let _ = self.queue.send(job).await;
        answer.await.unwrap_or(Err(RecordError::Stopped))
    }

    /// Resolves when everything that was queued before is settled.
    pub async fn settled(&self) {
        let (done, fence) = oneshot::channel();
        let _ = self.queue.send(Job::Fence(done)).await;
        let _ = fence.await;
    }
}

fn run(mut jobs: mpsc::Receiver<Job>, mut tracker: Tracker) {
    let mut group = Vec::with_capacity(GROUP);
    while jobs.blocking_recv_many(&mut group, GROUP) > 0 {
        tracker.settle(group.drain(..));
    }
}

#[cfg(test)]
mod tests;
