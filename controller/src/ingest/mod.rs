//! The MQTT door: what devices send, from our own endpoint or from a broker.

pub mod broker;
pub mod endpoint;
mod pending;
#[cfg(test)]
pub(crate) mod testing;

use std::sync::Arc;

use declic_common::DeviceId;
use declic_common::envelope::{Envelope, EnvelopeError};
use declic_common::status::Status;
use declic_common::topic::Leaf;

use crate::app::App;
use crate::app::recorder::{Heard, Recording};

/// Takes one message of a device whose identity and topic were checked, waiting
/// only for room in the recorder's queue. The message may be acknowledged when
/// its recording is done, or at once if there is none: it is of no use to anybody.
pub async fn receive(
    app: &Arc<App>,
    device: DeviceId,
    leaf: Leaf,
    payload: &[u8],
    received_at: i64,
) -> Option<Recording> {
    let heard = match leaf {
        Leaf::Up(kind) => match Envelope::parse(kind, payload) {
            Ok(envelope) => Heard::Message(envelope),
            Err(EnvelopeError::Refused { number, reason }) => {
                tracing::warn!(%device, %kind, %reason, "refused a message");
                Heard::Refused(number, reason)
            }
            Err(EnvelopeError::Unnumbered(_)) => {
                // The parser's own text might quote the message: it is not logged.
                tracing::warn!(%device, %kind, bytes = payload.len(), "unreadable message");
                app.counters.unreadable.add(1);
                return None;
            }
        },
        Leaf::Status => match Status::parse(payload) {
            Some(status) => Heard::Status(status),
            None => {
                tracing::warn!(%device, bytes = payload.len(), "unreadable status");
                app.counters.unreadable.add(1);
                return None;
            }
        },
        Leaf::Receipt | Leaf::Command | Leaf::Settings => return None,
    };
    Some(app.recorder.record(device, received_at, heard).await)
}
