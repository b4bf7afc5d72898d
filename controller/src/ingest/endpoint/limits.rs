//! Decides how much a stranger, a house or a device may ask of the endpoint.
//!
//! Before its certificate is known, a connection costs us a handshake, so its
//! address is counted; a whole building may share one, so the bounds are wide.
//! Once the device is known, it alone answers for what it does.

use std::collections::HashMap;
use std::hash::Hash;
use std::net::IpAddr;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use declic_common::DeviceId;
use declic_common::limits::PACKET_BYTES;

/// Addresses that are remembered; past this, those without a handshake under way
/// are forgotten, which gives them a full bucket again.
const ADDRESSES_MAX: usize = 4_096;

/// The bounds of one endpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Largest packet taken from a device, in bytes.
    pub packet_bytes: u32,
    /// Messages of one connection that may wait to be durable; then reading stops.
    pub inflight: u16,
    /// Connections that may be between TCP and CONNACK, in all.
    pub handshakes: usize,
    /// The same, for one address.
    pub handshakes_per_address: usize,
    /// Connections of one address: at most this many at once, and then this many a second.
    pub per_address: Rate,
    /// Connections of one device.
    pub per_device: Rate,
    /// For the TLS handshake.
    pub tls_timeout: Duration,
    /// From the TLS handshake to a whole CONNECT.
    pub connect_timeout: Duration,
    /// A device that takes nothing of what we write for this long is gone.
    pub write_timeout: Duration,
    /// Longest silence, whatever keep-alive a device asks for, none included.
    pub silence_max: Duration,
    /// How long a connection is held, unread, after a message could not be stored.
    pub hold: Duration,
    /// For the last acknowledgements when the controller stops.
    pub stop_within: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            packet_bytes: PACKET_BYTES as u32,
            inflight: 64,
            handshakes: 512,
            handshakes_per_address: 128,
            per_address: Rate {
                burst: 200,
                per_second: 50,
            },
            per_device: Rate {
                burst: 10,
                per_second: 1,
            },
            tls_timeout: Duration::from_secs(10),
            connect_timeout: Duration::from_secs(10),
            write_timeout: Duration::from_secs(20),
            silence_max: Duration::from_secs(600),
            hold: Duration::from_secs(5),
            stop_within: Duration::from_secs(10),
        }
    }
}

/// A token bucket's size and how fast it fills.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    pub burst: u32,
    pub per_second: u32,
}

/// What a connection must pass before it costs anything.
#[derive(Debug)]
pub(super) struct Admission {
    limits: Limits,
    counts: Mutex<Counts>,
}

#[derive(Debug, Default)]
struct Counts {
    handshakes: usize,
    addresses: HashMap<Address, Calls>,
    /// Bounded by the number of enrolled devices.
    devices: HashMap<DeviceId, Bucket>,
}

#[derive(Debug, Default)]
struct Calls {
    bucket: Option<Bucket>,
    handshakes: usize,
}

/// Who is counted as one: an IPv4 address, or the /64 that one IPv6 line has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Address([u8; 8]);

impl From<IpAddr> for Address {
    fn from(address: IpAddr) -> Self {
        let mut key = [0; 8];
        match address.to_canonical() {
            IpAddr::V4(v4) => key[4..].copy_from_slice(&v4.octets()),
            IpAddr::V6(v6) => key.copy_from_slice(&v6.octets()[..8]),
        }
        Address(key)
    }
}

#[derive(Clone, Copy, Debug)]
struct Bucket {
    /// In thousandths of a connection.
    tokens: u64,
    at: Instant,
}

impl Bucket {
    /// Takes one connection out of a bucket, if there is one.
    fn take(slot: &mut Option<Bucket>, rate: Rate, now: Instant) -> bool {
        let full = u64::from(rate.burst) * 1000;
        let tokens = match *slot {
            None => full,
            Some(bucket) => {
                let ms = now.saturating_duration_since(bucket.at).as_millis();
                let filled = u64::try_from(ms)
                    .unwrap_or(u64::MAX)
                    .saturating_mul(u64::from(rate.per_second));
                bucket.tokens.saturating_add(filled).min(full)
            }
        };
        let left = tokens.checked_sub(1000);
        *slot = Some(Bucket {
            tokens: left.unwrap_or(tokens),
            at: now,
        });
        left.is_some()
    }
}

/// A handshake under way; dropping it makes room for another.
#[derive(Debug)]
pub(super) struct Handshake {
    admission: Arc<Admission>,
    address: Address,
}

impl Drop for Handshake {
    fn drop(&mut self) {
        let mut counts = self.admission.counts();
        counts.handshakes -= 1;
        if let Some(calls) = counts.addresses.get_mut(&self.address) {
            calls.handshakes -= 1;
        }
    }
}

impl Admission {
    pub(super) fn new(limits: Limits) -> Arc<Self> {
        Arc::new(Admission {
            limits,
            counts: Mutex::default(),
        })
    }

    fn counts(&self) -> std::sync::MutexGuard<'_, Counts> {
        self.counts.lock().expect("no panic holds it")
    }

    /// Lets a stranger begin a handshake, or not.
    pub(super) fn admit(self: &Arc<Self>, address: IpAddr, now: Instant) -> Option<Handshake> {
        let address = Address::from(address);
        let limits = &self.limits;
        let mut counts = self.counts();
        if counts.handshakes >= limits.handshakes {
            return None;
        }
        if counts.addresses.len() >= ADDRESSES_MAX {
            counts.addresses.retain(|_, calls| calls.handshakes > 0);
        }
        let calls = counts.addresses.entry(address).or_default();
        if calls.handshakes >= limits.handshakes_per_address
            || !Bucket::take(&mut calls.bucket, limits.per_address, now)
        {
            return None;
        }
        calls.handshakes += 1;
        counts.handshakes += 1;
        Some(Handshake {
            admission: Arc::clone(self),
            address,
        })
    }

    /// Lets a device that showed its certificate connect, or not.
    pub(super) fn admit_device(&self, device: DeviceId, now: Instant) -> bool {
        let mut counts = self.counts();
        let mut slot = counts.devices.get(&device).copied();
        let admitted = Bucket::take(&mut slot, self.limits.per_device, now);
        counts.devices.extend(slot.map(|bucket| (device, bucket)));
        admitted
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn admission(limits: Limits) -> Arc<Admission> {
        Admission::new(limits)
    }

    #[test]
    fn a_house_may_come_back_all_at_once_and_a_flood_may_not() {
        let admission = admission(Limits::default());
        let house = IpAddr::from([192, 0, 2, 1]);
        let start = Instant::now();
        let taken = (0..1_000)
            .filter(|_| admission.admit(house, start).is_some())
            .count();
        assert_eq!(taken, 200);
        let later = start + Duration::from_secs(1);
        let taken = (0..1_000)
            .filter(|_| admission.admit(house, later).is_some())
            .count();
        assert_eq!(taken, 50);
        let other = IpAddr::from([192, 0, 2, 2]);
        assert!(admission.admit(other, later).is_some());
    }

    #[test]
    fn handshakes_under_way_are_bounded_for_one_and_for_all() {
        let admission = admission(Limits {
            handshakes: 3,
            handshakes_per_address: 2,
            ..Limits::default()
        });
        let now = Instant::now();
        let [a, b] = [IpAddr::from([192, 0, 2, 1]), IpAddr::from([192, 0, 2, 2])];
        let first = admission.admit(a, now).unwrap();
        let _second = admission.admit(a, now).unwrap();
        assert!(admission.admit(a, now).is_none());
        let _third = admission.admit(b, now).unwrap();
        assert!(admission.admit(b, now).is_none());
        drop(first);
        assert!(admission.admit(b, now).is_some());
    }

    #[test]
    fn a_line_with_many_ipv6_addresses_is_one_line() {
        let admission = admission(Limits {
            handshakes_per_address: 1,
            ..Limits::default()
        });
        let now = Instant::now();
        let _held = admission
            .admit("2001:db8:1:2::1".parse().unwrap(), now)
            .unwrap();
        assert!(
            admission
                .admit("2001:db8:1:2:ffff::9".parse().unwrap(), now)
                .is_none()
        );
        assert!(
            admission
                .admit("2001:db8:1:3::1".parse().unwrap(), now)
                .is_some()
        );
    }

    #[test]
    fn many_addresses_cost_bounded_memory() {
        let admission = admission(Limits::default());
        let now = Instant::now();
        for i in 0..20_000u32 {
            drop(admission.admit(IpAddr::from(i.to_be_bytes()), now));
        }
        assert!(admission.counts().addresses.len() <= ADDRESSES_MAX);
        assert_eq!(admission.counts().handshakes, 0);
    }

    #[test]
    fn a_device_that_comes_back_every_instant_is_turned_away() {
        let admission = admission(Limits::default());
        let device = DeviceId::from_bits(1);
        let start = Instant::now();
        let taken = (0..100).filter(|_| admission.admit_device(device, start));
        assert_eq!(taken.count(), 10);
        assert!(admission.admit_device(device, start + Duration::from_secs(1)));
        assert!(!admission.admit_device(device, start + Duration::from_secs(1)));
    }
}
