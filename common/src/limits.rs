//! The constants of protocol v1: sizes, times and ports that both sides keep.

/// Largest MQTT packet, in bytes.
pub const PACKET_BYTES: usize = 64 * 1024;
/// Largest report, journal, help or outcome message, in bytes.
pub const REPORT_BYTES: usize = 8 * 1024;
/// Largest inventory message, in bytes.
pub const INVENTORY_BYTES: usize = 48 * 1024;
/// Largest message that the controller sends down, in bytes.
pub const DOWN_BYTES: usize = 16 * 1024;

/// Shortest interval between reports that settings may ask for, in seconds.
pub const INTERVAL_MIN_S: u32 = 300;
/// Longest interval between reports that settings may ask for, in seconds.
pub const INTERVAL_MAX_S: u32 = 86_400;
/// Interval between reports when nothing else is said, in seconds.
pub const INTERVAL_DEFAULT_S: u32 = 900;
/// Interval between slow readings (disk health, updates …), in seconds.
pub const SLOW_INTERVAL_S: u32 = 3_600;
/// MQTT keep-alive of the agent, in seconds.
pub const KEEP_ALIVE_S: u16 = 60;
/// A message without a receipt is sent again after this long, in seconds.
pub const RESEND_AFTER_S: u64 = 60;

/// MQTT over TLS.
pub const MQTT_PORT: u16 = 8883;
/// Enrolment and renewal over TLS.
pub const ENROL_PORT: u16 = 8443;
/// The controller's HTTP API, on loopback.
pub const HTTP_PORT: u16 = 8080;

/// A spool never grows past this, in bytes.
pub const SPOOL_BYTES: u64 = 64 * 1024 * 1024;
/// What has waited longer than this is dropped, in days.
pub const SPOOL_DAYS: u32 = 90;
/// Raw history kept by the controller, in days.
pub const HISTORY_DAYS: u32 = 90;

/// Largest integer that every JSON reader keeps exactly (2^53 - 1, RFC 8259 section 6).
pub const JSON_INT_MAX: u64 = (1 << 53) - 1;
/// Free text written by a person, in characters.
pub const TEXT_CHARS: usize = 2_000;
/// Device-clock times and controller times, in ms UTC: up to the year 9999.
pub const TIME_MAX_MS: i64 = 253_402_300_799_999;
