//! Every key of the store: one kind byte, then big-endian parts, so that keys
//! sort as people count. The space is added by the engine.

use declic_common::command::CommandId;
use declic_common::envelope::Number;
use declic_common::ticket::{Cause, TicketId};
use declic_common::{DeviceId, InstallId};

use super::Key;

mod programme;

pub use self::programme::*;

/// Kind bytes of [`super::Space::Core`]. Never reused.
pub mod core {
    pub const META: u8 = 1;
    pub const DEVICE: u8 = 2;
    pub const ENROLMENT: u8 = 3;
    pub const LATEST: u8 = 4;
    pub const MARK: u8 = 5;
    pub const INVENTORY: u8 = 6;
    pub const JOURNAL: u8 = 7;
    pub const HELP: u8 = 8;
    pub const COMMAND: u8 = 9;
    pub const REVOKED: u8 = 10;
    pub const ACCOUNT: u8 = 24;
    pub const API_TOKEN: u8 = 25;
    pub const LOGIN: u8 = 26;
    pub const REGISTER: u8 = 27;
    pub const ERASED: u8 = 28;
    pub const NOTICE: u8 = 32;
    pub const FACTS: u8 = 11;
    pub const LIFE: u8 = 12;
    pub const PLACEMENT: u8 = 13;
    pub const DAY: u8 = 14;
    pub const FOLDED: u8 = 15;
    pub const TICKET: u8 = 16;
    pub const TICKET_EVENT: u8 = 17;
    pub const TICKET_TEXT: u8 = 18;
    pub const CAUSE_TICKET: u8 = 19;
    pub const WATCHES: u8 = 20;
    pub const BASELINE: u8 = 21;
    pub const SILENCE: u8 = 22;
    pub const ABSENCE: u8 = 23;
}

/// Kind bytes of [`super::Space::Health`].
pub mod health {
    pub const REPORT: u8 = 1;
}

/// Kind bytes of [`super::Space::Chunk`].
pub mod chunk {
    pub const REPORTS: u8 = 1;
    pub const HOURS: u8 = 2;
    pub const ROLLUP: u8 = 3;
    pub const MINUTES: u8 = 4;
}

/// Kind bytes of [`super::Space::Audit`].
pub mod audit {
    pub const ENTRY: u8 = 1;
    pub const HEAD: u8 = 2;
}

struct Builder(Vec<u8>);

impl Builder {
    fn kind(kind: u8) -> Self {
        Builder(vec![kind])
    }

    fn device(mut self, device: DeviceId) -> Self {
        self.0.extend(device.to_bits().to_be_bytes());
        self
    }

    fn install(mut self, install: InstallId) -> Self {
        self.0.extend(install.to_bits().to_be_bytes());
        self
    }

    /// Times before 1970 sort first.
    fn time(mut self, ms: i64) -> Self {
        self.0.extend(((ms as u64) ^ (1 << 63)).to_be_bytes());
        self
    }

    fn u32(mut self, n: u32) -> Self {
        self.0.extend(n.to_be_bytes());
        self
    }

    fn u64(mut self, n: u64) -> Self {
        self.0.extend(n.to_be_bytes());
        self
    }

    fn bytes(mut self, bytes: &[u8]) -> Self {
        self.0.extend(bytes);
        self
    }
}

/// Facts about the store itself, by name.
pub fn meta(name: &str) -> Key {
    Builder::kind(core::META).bytes(name.as_bytes()).0
}

pub fn device(device: DeviceId) -> Key {
    Builder::kind(core::DEVICE).device(device).0
}

/// By the SHA-256 of the token: the token itself is never stored.
pub fn enrolment(token_hash: &[u8; 32]) -> Key {
    Builder::kind(core::ENROLMENT).bytes(token_hash).0
}

/// A certificate that is no longer accepted, by its serial number in hexadecimal.
pub fn revoked(serial: &str) -> Key {
    Builder::kind(core::REVOKED).bytes(serial.as_bytes()).0
}

/// The serial number inside a key made by [`revoked`].
pub fn serial_of(key: &[u8]) -> Option<&str> {
    std::str::from_utf8(key.get(1..)?).ok()
}

pub fn account(name: &str) -> Key {
    Builder::kind(core::ACCOUNT).bytes(name.as_bytes()).0
}

/// By the SHA-256 of the token: the token itself is never stored.
pub fn api_token(hash: &[u8; 32]) -> Key {
    Builder::kind(core::API_TOKEN).bytes(hash).0
}

/// By the SHA-256 of what the cookie holds.
pub fn login(hash: &[u8; 32]) -> Key {
    Builder::kind(core::LOGIN).bytes(hash).0
}

/// What waits to be told, the oldest first.
pub fn notice(created_at: i64, id: u64) -> Key {
    Builder::kind(core::NOTICE).time(created_at).u64(id).0
}

pub fn latest(device: DeviceId) -> Key {
    Builder::kind(core::LATEST).device(device).0
}

/// Which numbers of one boot are stored.
pub fn mark(device: DeviceId, install: InstallId, boot: u32) -> Key {
    Builder::kind(core::MARK)
        .device(device)
        .install(install)
        .u32(boot)
        .0
}

/// What is known of one slice of one boot.
pub fn facts(device: DeviceId, install: InstallId, boot: u32, slice: u32) -> Key {
    Builder::kind(core::FACTS)
        .device(device)
        .install(install)
        .u32(boot)
        .u32(slice)
        .0
}

/// The boot inside a key made by [`mark`] or [`facts`].
pub fn boot_of(key: &[u8]) -> Option<(InstallId, u32)> {
    let install: [u8; 8] = key.get(9..17)?.try_into().ok()?;
    let boot: [u8; 4] = key.get(17..21)?.try_into().ok()?;
    let install = InstallId::from_bits(u64::from_be_bytes(install));
    Some((install, u32::from_be_bytes(boot)))
}

/// The slice inside a key made by [`facts`].
pub fn slice_of(key: &[u8]) -> Option<u32> {
    let slice: [u8; 4] = key.get(21..25)?.try_into().ok()?;
    Some(u32::from_be_bytes(slice))
}

/// One life of the controller itself, by its start.
pub fn life(started_at: i64) -> Key {
    Builder::kind(core::LIFE).time(started_at).0
}

/// Where a device is and was.
pub fn placement(device: DeviceId) -> Key {
    Builder::kind(core::PLACEMENT).device(device).0
}

/// A folded local day of a placement that began at `from`.
pub fn day(device: DeviceId, from: i64, day: i32) -> Key {
    // Days before 1970 sort first.
    let day = (day as u32) ^ (1 << 31);
    Builder::kind(core::DAY)
        .device(device)
        .time(from)
        .u32(day)
        .0
}

/// The folded days of a placement that began at `from`: (from, to).
pub fn days_of(device: DeviceId, from: i64) -> (Key, Key) {
    of_device_between(core::DAY, device, from, from.saturating_add(1))
}

/// The local day inside a key made by [`day`].
pub fn day_of(key: &[u8]) -> Option<i32> {
    let bytes: [u8; 4] = key.get(17..21)?.try_into().ok()?;
    Some((u32::from_be_bytes(bytes) ^ (1 << 31)) as i32)
}

/// How far the days of a device were folded.
pub fn folded(device: DeviceId) -> Key {
    Builder::kind(core::FOLDED).device(device).0
}

pub fn inventory(device: DeviceId) -> Key {
    Builder::kind(core::INVENTORY).device(device).0
}

/// By device and dated time; the number tells apart what happened at once.
pub fn journal(device: DeviceId, dated_at: i64, number: Number) -> Key {
    numbered(core::JOURNAL, device, dated_at, number)
}

pub fn help(device: DeviceId, dated_at: i64, number: Number) -> Key {
    numbered(core::HELP, device, dated_at, number)
}

pub fn command(device: DeviceId, issued_at: i64, id: CommandId) -> Key {
    Builder::kind(core::COMMAND)
        .device(device)
        .time(issued_at)
        .install(id)
        .0
}

pub fn ticket(id: TicketId) -> Key {
    Builder::kind(core::TICKET).u64(id.0).0
}

/// What made this version of a ticket.
pub fn ticket_event(id: TicketId, version: u64) -> Key {
    Builder::kind(core::TICKET_EVENT).u64(id.0).u64(version).0
}

/// The words of a person in that event.
pub fn ticket_text(id: TicketId, version: u64) -> Key {
    Builder::kind(core::TICKET_TEXT).u64(id.0).u64(version).0
}

/// All events, or all texts, of a ticket: (from, to).
pub fn of_ticket(kind: u8, id: TicketId) -> (Key, Key) {
    let key = |n| Builder::kind(kind).u64(n).0;
    (key(id.0), key(id.0.saturating_add(1)))
}

/// The version inside a key made by [`ticket_event`] or [`ticket_text`].
pub fn version_of(key: &[u8]) -> Option<u64> {
    Some(u64::from_be_bytes(key.get(9..17)?.try_into().ok()?))
}

/// The newest ticket of a device and cause.
pub fn cause_ticket(device: DeviceId, cause: Cause) -> Key {
    let cause = cause.as_str().as_bytes();
    Builder::kind(core::CAUSE_TICKET)
        .device(device)
        .bytes(cause)
        .0
}

pub fn watches(device: DeviceId) -> Key {
    Builder::kind(core::WATCHES).device(device).0
}

pub fn baseline(device: DeviceId) -> Key {
    Builder::kind(core::BASELINE).device(device).0
}

/// By what is silenced: a cause or all, and 32 bytes that stand for a device or a site.
pub fn silence(cause: Option<Cause>, whom: &[u8; 32]) -> Key {
    let cause = cause.map_or("all", Cause::as_str).as_bytes();
    Builder::kind(core::SILENCE).bytes(whom).bytes(cause).0
}

pub fn absence(id: u64) -> Key {
    Builder::kind(core::ABSENCE).u64(id).0
}

/// The number inside a key made by [`absence`].
pub fn absence_of(key: &[u8]) -> Option<u64> {
    Some(u64::from_be_bytes(key.get(1..9)?.try_into().ok()?))
}

/// By device and dated time.
pub fn health(device: DeviceId, dated_at: i64, number: Number) -> Key {
    numbered(health::REPORT, device, dated_at, number)
}

/// Sealed reports of one kind of [`chunk`], by device and dated time of the first.
pub fn sealed(kind: u8, device: DeviceId, first: i64) -> Key {
    Builder::kind(kind).device(device).time(first).0
}

/// Minutes of one local day of a device.
pub fn minutes(device: DeviceId, day: i32) -> Key {
    // Days before 1970 sort first.
    let day = (day as u32) ^ (1 << 31);
    Builder::kind(chunk::MINUTES).device(device).u32(day).0
}

/// The local day inside a key made by [`minutes`].
pub fn minutes_day_of(key: &[u8]) -> Option<i32> {
    let bytes: [u8; 4] = key.get(9..13)?.try_into().ok()?;
    Some((u32::from_be_bytes(bytes) ^ (1 << 31)) as i32)
}

fn numbered(kind: u8, device: DeviceId, dated_at: i64, number: Number) -> Key {
    Builder::kind(kind)
        .device(device)
        .time(dated_at)
        .install(number.install)
        .u32(number.boot)
        .u64(number.seq)
        .0
}

/// The `n`th entry of the audit, from 1.
pub fn audit_entry(n: u64) -> Key {
    Builder::kind(audit::ENTRY).u64(n).0
}

pub fn audit_head() -> Key {
    Builder::kind(audit::HEAD).0
}

/// All keys that begin with this device, of one kind: (from, to).
pub fn of_device(kind: u8, device: DeviceId) -> (Key, Key) {
    let from = Builder::kind(kind).device(device).0;
    let to = Builder::kind(kind).u64(device.to_bits() + 1).0;
    (from, to)
}

/// The keys of one kind and device between two dated times: (from, to).
pub fn of_device_between(kind: u8, device: DeviceId, from: i64, to: i64) -> (Key, Key) {
    (
        Builder::kind(kind).device(device).time(from).0,
        Builder::kind(kind).device(device).time(to).0,
    )
}

/// All keys of one kind: (from, to).
pub fn of_kind(kind: u8) -> (Key, Key) {
    (vec![kind], vec![kind + 1])
}

/// The device inside a key that begins with one.
pub fn device_of(key: &[u8]) -> Option<DeviceId> {
    let bytes: [u8; 8] = key.get(1..9)?.try_into().ok()?;
    Some(DeviceId::from_bits(u64::from_be_bytes(bytes)))
}

/// The dated time inside a key made by [`health()`], [`journal`], [`help`] or [`command`].
pub fn time_of(key: &[u8]) -> Option<i64> {
    let bytes: [u8; 8] = key.get(9..17)?.try_into().ok()?;
    Some((u64::from_be_bytes(bytes) ^ (1 << 63)) as i64)
}

/// The number inside a key made by [`health()`], [`journal`] or [`help`].
pub fn number_of(key: &[u8]) -> Option<Number> {
    let install: [u8; 8] = key.get(17..25)?.try_into().ok()?;
    let boot: [u8; 4] = key.get(25..29)?.try_into().ok()?;
    let seq: [u8; 8] = key.get(29..37)?.try_into().ok()?;
    Some(Number {
        install: InstallId::from_bits(u64::from_be_bytes(install)),
        boot: u32::from_be_bytes(boot),
        seq: u64::from_be_bytes(seq),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_key_was_made_of_is_read_back() {
        let (device, install) = (DeviceId::from_bits(1), InstallId::from_bits(9));
        for key in [mark(device, install, 7), facts(device, install, 7, 3)] {
            assert_eq!(boot_of(&key), Some((install, 7)));
        }
        for n in [-1, 0, 20_782] {
            let key = day(device, 5, n);
            assert_eq!((day_of(&key), time_of(&key)), (Some(n), Some(5)));
            let (from, to) = days_of(device, 5);
            assert!((from..to).contains(&key));
        }
        assert!(day(device, 5, -1) < day(device, 5, 0));
        assert_eq!(minutes_day_of(&minutes(device, -3)), Some(-3));
        let number = Number {
            install,
            boot: 4,
            seq: 77,
        };
        assert_eq!(number_of(&health(device, -5, number)), Some(number));
    }

    #[test]
    fn keys_sort_by_device_then_time_then_number() {
        let number = |seq| Number {
            install: InstallId::from_bits(9),
            boot: 1,
            seq,
        };
        let a = DeviceId::from_bits(1);
        let b = DeviceId::from_bits(2);
        let sorted = [
            health(a, -5, number(9)),
            health(a, 0, number(3)),
            health(a, 1, number(1)),
            health(a, 1, number(256)),
            health(b, -9, number(1)),
        ];
        assert!(sorted.is_sorted());
        assert_eq!(time_of(&sorted[0]), Some(-5));
        let (from, to) = of_device(super::health::REPORT, a);
        assert!(sorted[..4].iter().all(|k| (&from..&to).contains(&k)));
        assert!(!(&from..&to).contains(&&sorted[4]));
    }
}
