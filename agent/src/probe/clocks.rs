//! The machine's clocks, read together.

use std::time::{Instant, SystemTime, UNIX_EPOCH};

use super::files::Files;
use super::{Answers, Clocks};

/// A UUID as text.
const BOOT_ID_LEN: usize = 36;

/// Reads the clocks; what cannot be read keeps its last value, for no clock
/// ever went back to zero.
#[derive(Debug)]
pub(super) struct ClockReader {
    started: Instant,
    /// Uptime when this reader began.
    started_uptime_ms: Option<u64>,
    last: Clocks,
}

impl ClockReader {
    pub(super) fn new() -> Self {
        Self {
            started: Instant::now(),
            started_uptime_ms: None,
            last: Clocks {
                boot_id: String::new(),
                uptime_ms: 0,
                awake_ms: 0,
                wall_ms: 0,
            },
        }
    }

    pub(super) fn read(&mut self, files: &mut Files) -> Clocks {
        // A process lives in one boot; only a test changes it meanwhile.
        let known = self.last.boot_id.len() == BOOT_ID_LEN;
        let may_change = files.sources.answers == Answers::Files;
        if (may_change || !known)
            && let Some(id) = files.word("proc/sys/kernel/random/boot_id")
            && id.len() == BOOT_ID_LEN
        {
            self.last.boot_id.clear();
            self.last.boot_id.push_str(id);
        }
        if let Some(ms) = uptime_ms(files) {
            self.last.uptime_ms = ms;
        }
        match files.sources.answers {
            Answers::Machine => {
                // `Instant` is CLOCK_MONOTONIC but hides its origin, so sleep from
                // before this process began is not left out: differences are exact,
                // the origin is the uptime at which we started.
                let origin = *self
                    .started_uptime_ms
                    .get_or_insert(self.last.uptime_ms.saturating_sub(elapsed_ms(self.started)));
                self.last.awake_ms = origin + elapsed_ms(self.started);
                self.last.wall_ms = wall_ms();
            }
            Answers::Files => {
                let (awake, wall) = ("answers/awake_ms", "answers/wall_ms");
                self.last.awake_ms = files.number(awake).unwrap_or(self.last.awake_ms);
                self.last.wall_ms = files.number(wall).unwrap_or(self.last.wall_ms);
            }
        }
        self.last.clone()
    }
}

/// The device clock alone, ms UTC.
pub(super) fn device_ms(files: &mut Files) -> Option<i64> {
    match files.sources.answers {
        Answers::Machine => Some(wall_ms()),
        Answers::Files => files.number("answers/wall_ms"),
    }
}

fn elapsed_ms(since: Instant) -> u64 {
    since.elapsed().as_millis() as u64
}

fn wall_ms() -> i64 {
    let now = SystemTime::now();
    now.duration_since(UNIX_EPOCH).map_or_else(
        |before| -(before.duration().as_millis() as i64),
        |after| after.as_millis() as i64,
    )
}

/// `/proc/uptime` is CLOCK_BOOTTIME, in hundredths of a second.
fn uptime_ms(files: &mut Files) -> Option<u64> {
    let first = files.word("proc/uptime")?.split(' ').next()?;
    let (seconds, hundredths) = first.split_once('.')?;
    if hundredths.len() != 2 {
        return None;
    }
    let seconds: u64 = seconds.parse().ok()?;
    let hundredths: u64 = hundredths.parse().ok()?;
    seconds.checked_mul(1000)?.checked_add(hundredths * 10)
}
