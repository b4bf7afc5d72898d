//! Waiting for what must happen, and no longer than it may take.

use std::thread;
use std::time::{Duration, Instant};

/// How long a story waits for what no promise gives a time to. A machine whose
/// cores are busy with other work is slow, not wrong, and a story that holds never
/// waits this long; it also outlasts a device's 60 s before it sends again.
pub const PATIENCE: Duration = seconds(120);
/// How often a condition is looked at.
const LOOK: Duration = Duration::from_millis(50);

/// Looks until `seen` gives a value; panics with `what` after `within`.
#[track_caller]
pub fn eventually<T>(what: &str, within: Duration, mut seen: impl FnMut() -> Option<T>) -> T {
    let began = Instant::now();
    loop {
        if let Some(value) = seen() {
            return value;
        }
        assert!(
            began.elapsed() < within,
            "{what}: not seen within {} s",
            within.as_secs_f32()
        );
        thread::sleep(LOOK);
    }
}

/// Seconds, as the stories write them.
pub const fn seconds(n: u64) -> Duration {
    Duration::from_secs(n)
}
