//! Counts what strangers do, within bounds of its own.

use std::collections::HashMap;
use std::hash::Hash;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// Names that one limiter remembers.
const NAMES_MAX: usize = 8_192;

/// At most so many events of one name in a window of time.
#[derive(Debug)]
pub(super) struct Limiter<K> {
    max: u32,
    window: Duration,
    counts: Mutex<HashMap<K, (Instant, u32)>>,
}

impl<K: Eq + Hash + Clone> Limiter<K> {
    pub(super) fn new(max: u32, window: Duration) -> Self {
        Limiter {
            max,
            window,
            counts: Mutex::default(),
        }
    }

    /// Whether this name has had all that it may have for now.
    pub(super) fn is_full(&self, name: &K, now: Instant) -> bool {
        let counts = self.counts.lock().expect("no panic holds it");
        counts
            .get(name)
            .is_some_and(|(since, n)| *n >= self.max && now.duration_since(*since) < self.window)
    }

    /// How long this name must wait until it has room again; `None` if it has.
    pub(super) fn wait(&self, name: &K, now: Instant) -> Option<Duration> {
        let counts = self.counts.lock().expect("no panic holds it");
        let (since, n) = counts.get(name)?;
        let left = self.window.checked_sub(now.duration_since(*since))?;
        (*n >= self.max && !left.is_zero()).then_some(left)
    }

    /// Takes an event back.
    pub(super) fn refund(&self, name: &K) {
        let mut counts = self.counts.lock().expect("no panic holds it");
        if let Some((_, n)) = counts.get_mut(name) {
            *n = n.saturating_sub(1);
        }
    }

    /// Counts an event; false if there was no room for it.
    pub(super) fn count(&self, name: &K, now: Instant) -> bool {
        let mut counts = self.counts.lock().expect("no panic holds it");
        if counts.len() >= NAMES_MAX && !counts.contains_key(name) {
            counts.retain(|_, (since, _)| now.duration_since(*since) < self.window);
            if counts.len() >= NAMES_MAX {
                // Better to let one more try than to shut everybody out.
                return true;
            }
        }
        let (since, n) = counts.entry(name.clone()).or_insert((now, 0));
        if now.duration_since(*since) >= self.window {
            (*since, *n) = (now, 0);
        }
        let room = *n < self.max;
        *n += u32::from(room);
        room
    }
}

/// Who is inside now, in all and from each address.
#[derive(Debug)]
pub(super) struct Visits {
    max: usize,
    max_per_address: usize,
    inside: Mutex<HashMap<IpAddr, usize>>,
}

/// One visitor inside; leaves when dropped.
#[derive(Debug)]
pub(super) struct Visit {
    visits: Arc<Visits>,
    address: IpAddr,
}

impl Visits {
    pub(super) fn new(max: usize, max_per_address: usize) -> Arc<Self> {
        Arc::new(Visits {
            max,
            max_per_address,
            inside: Mutex::default(),
        })
    }

    /// Lets a visitor in, if there is room.
    pub(super) fn enter(self: &Arc<Self>, address: IpAddr) -> Option<Visit> {
        let mut inside = self.inside.lock().expect("no panic holds it");
        if inside.values().sum::<usize>() >= self.max {
            return None;
        }
        let here = inside.entry(address).or_default();
        if *here >= self.max_per_address {
            return None;
        }
        *here += 1;
        Some(Visit {
            visits: Arc::clone(self),
            address,
        })
    }
}

impl Drop for Visit {
    fn drop(&mut self) {
        let mut inside = self.visits.inside.lock().expect("no panic holds it");
        if let Some(here) = inside.get_mut(&self.address) {
            *here -= 1;
            if *here == 0 {
                inside.remove(&self.address);
            }
        }
    }
}

/// What counts as one address: of IPv6, the network that a subscriber is given.
pub(super) fn subscriber(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(ip) => {
            let [a, b, c, d, ..] = ip.segments();
            Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0).into()
        }
        v4 => v4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_that_fails_too_often_waits_for_the_next_window() {
        let limiter = Limiter::new(2, Duration::from_secs(10));
        let start = Instant::now();
        let at = |s| start + Duration::from_secs(s);
        assert!(limiter.count(&"a", at(0)) && !limiter.is_full(&"a", at(0)));
        assert!(limiter.count(&"a", at(1)));
        assert!(limiter.is_full(&"a", at(9)) && !limiter.count(&"a", at(9)));
        assert!(
            !limiter.is_full(&"b", at(9)),
            "others are not its prisoners"
        );
        assert!(!limiter.is_full(&"a", at(10)) && limiter.count(&"a", at(10)));
    }

    #[test]
    fn who_must_wait_is_told_how_long_and_a_refund_makes_room() {
        let limiter = Limiter::new(1, Duration::from_secs(10));
        let start = Instant::now();
        let at = |s| start + Duration::from_secs(s);
        assert_eq!(limiter.wait(&"a", at(0)), None);
        assert!(limiter.count(&"a", at(0)));
        assert_eq!(limiter.wait(&"a", at(4)), Some(Duration::from_secs(6)));
        assert_eq!(limiter.wait(&"a", at(10)), None);
        limiter.refund(&"a");
        assert_eq!(limiter.wait(&"a", at(4)), None);
        assert!(limiter.count(&"a", at(4)));
    }

    #[test]
    fn a_flood_of_addresses_takes_a_bounded_room() {
        let limiter = Limiter::new(1, Duration::from_secs(10));
        let start = Instant::now();
        for name in 0..NAMES_MAX * 2 {
            limiter.count(&name, start);
        }
        assert_eq!(limiter.counts.lock().unwrap().len(), NAMES_MAX);
        let later = start + Duration::from_secs(11);
        limiter.count(&(NAMES_MAX * 3), later);
        assert_eq!(limiter.counts.lock().unwrap().len(), 1);
    }

    #[test]
    fn one_address_cannot_take_all_places() {
        let visits = Visits::new(3, 2);
        let [a, b, c] = [1, 2, 3].map(|n| IpAddr::from([192, 0, 2, n]));
        let first = visits.enter(a).unwrap();
        let _second = visits.enter(a).unwrap();
        assert!(visits.enter(a).is_none());
        let third = visits.enter(b).unwrap();
        assert!(visits.enter(c).is_none(), "the house is full");
        drop((first, third));
        assert!(visits.enter(c).is_some());
        assert_eq!(visits.inside.lock().unwrap().len(), 1);
    }

    #[test]
    fn a_subscriber_is_one_address_or_one_network() {
        let of = |text: &str| subscriber(text.parse().unwrap()).to_string();
        assert_eq!(of("192.0.2.7"), "192.0.2.7");
        assert_eq!(of("::ffff:192.0.2.7"), "192.0.2.7");
        assert_eq!(of("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::");
    }
}
