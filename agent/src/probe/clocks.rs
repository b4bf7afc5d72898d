//! The machine's clocks, read together.

use std::time::{SystemTime, UNIX_EPOCH};

use rustix::time::{ClockId, clock_gettime};

use super::files::Files;
use super::{Answers, Clocks};

/// A UUID as text.
const BOOT_ID_LEN: usize = 36;

/// Reads the clocks; what cannot be read keeps its last value, for no clock
/// ever went back to zero.
#[derive(Debug)]
pub(super) struct ClockReader {
    last: Clocks,
}

impl ClockReader {
    pub(super) fn new() -> Self {
        Self {
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
        match files.sources.answers {
            Answers::Machine => {
                self.last.uptime_ms = since_boot_ms(ClockId::Boottime);
                self.last.awake_ms = since_boot_ms(ClockId::Monotonic);
                self.last.wall_ms = wall_ms();
            }
            Answers::Files => {
                self.last.uptime_ms = uptime_ms(files).unwrap_or(self.last.uptime_ms);
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

/// A clock that began with the boot. Asked many times a report: it costs no system call.
fn since_boot_ms(clock: ClockId) -> u64 {
    let now = clock_gettime(clock);
    now.tv_sec.cast_unsigned() * 1000 + now.tv_nsec.cast_unsigned() / 1_000_000
}

fn wall_ms() -> i64 {
    let now = SystemTime::now();
    now.duration_since(UNIX_EPOCH).map_or_else(
        |before| -(before.duration().as_millis() as i64),
        |after| after.as_millis() as i64,
    )
}

/// `/proc/uptime` is CLOCK_BOOTTIME, in hundredths of a second: of a tree of files, the only one.
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
