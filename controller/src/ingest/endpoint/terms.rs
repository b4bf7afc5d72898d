//! What a session has agreed on at its beginning.

use std::time::Duration;

use declic_common::DeviceId;
use declic_common::status::Status;

use super::limits::Limits;
use super::packets::{Connect, Version};

/// Messages down that may be unacknowledged at once.
const UNACKNOWLEDGED_MAX: usize = 32;

#[derive(Debug)]
pub(super) struct Terms {
    pub device: DeviceId,
    pub version: Version,
    pub will: Option<Status>,
    /// Told to version 5 when it is not what was asked.
    pub server_keep_alive: Option<u16>,
    /// The device may be silent for this long.
    pub silence: Duration,
    /// Messages down that may be unacknowledged at once.
    pub receive_maximum: usize,
    /// Largest packet that the device takes, in bytes.
    pub packet_max: u32,
}

impl Terms {
    pub(super) fn new(
        connect: &Connect,
        device: DeviceId,
        will: Option<Status>,
        limits: &Limits,
    ) -> Self {
        // A session without a keep-alive, or with one of hours, would be shown as
        // connected long after its line was cut. Version 5 is told what we keep;
        // a 3.1.1 device that is silent for longer simply has to connect again.
        let longest = limits.silence_max * 2 / 3;
        let asked = Duration::from_secs(connect.keep_alive.into());
        let kept = match asked {
            Duration::ZERO => longest,
            asked => asked.min(longest),
        };
        Terms {
            device,
            version: connect.version,
            will,
            server_keep_alive: (kept != asked)
                .then(|| u16::try_from(kept.as_secs()).unwrap_or(u16::MAX).max(1)),
            silence: kept * 3 / 2,
            receive_maximum: usize::from(connect.receive_maximum).min(UNACKNOWLEDGED_MAX),
            packet_max: connect.packet_max,
        }
    }
}
