//! Counts what strangers do, within bounds of its own.

use std::collections::HashMap;
use std::hash::Hash;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// Names that one limiter remembers.
const NAMES_MAX: usize = 8_192;

/// How long a name that had too much must wait before its next try.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Wait(pub(super) Duration);

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

    /// Refuses a name that has had all that it may have for now.
    pub(super) fn check(&self, name: &K, now: Instant) -> Result<(), Wait> {
        let counts = self.counts.lock().expect("no panic holds it");
        match counts.get(name) {
            Some((since, n)) if *n >= self.max => self.until_next(*since, now),
            _ => Ok(()),
        }
    }

    /// Takes an event back.
    pub(super) fn refund(&self, name: &K) {
        let mut counts = self.counts.lock().expect("no panic holds it");
        if let Some((_, n)) = counts.get_mut(name) {
            *n = n.saturating_sub(1);
        }
    }

    /// The window that began at `since` is over, or how long it goes on.
    fn until_next(&self, since: Instant, now: Instant) -> Result<(), Wait> {
        match self.window.checked_sub(now.duration_since(since)) {
            None | Some(Duration::ZERO) => Ok(()),
            Some(left) => Err(Wait(left)),
        }
    }

    /// Counts an event, unless there is no room for it.
    pub(super) fn count(&self, name: &K, now: Instant) -> Result<(), Wait> {
        let mut counts = self.counts.lock().expect("no panic holds it");
        if counts.len() >= NAMES_MAX && !counts.contains_key(name) {
            counts.retain(|_, (since, _)| now.duration_since(*since) < self.window);
            if counts.len() >= NAMES_MAX {
                // Better to let one more try than to shut everybody out.
                return Ok(());
            }
        }
        let (since, n) = counts.entry(name.clone()).or_insert((now, 0));
        if now.duration_since(*since) >= self.window {
            (*since, *n) = (now, 0);
        }
        if *n >= self.max {
            return self.until_next(*since, now);
        }
        *n += 1;
        Ok(())
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
        assert_eq!(limiter.count(&"a", at(0)), Ok(()));
        assert_eq!(limiter.check(&"a", at(0)), Ok(()));
        assert_eq!(limiter.count(&"a", at(1)), Ok(()));
        let a_second = Err(Wait(Duration::from_secs(1)));
        assert_eq!(limiter.check(&"a", at(9)), a_second);
        assert_eq!(limiter.count(&"a", at(9)), a_second);
        assert_eq!(limiter.check(&"b", at(9)), Ok(()), "not its prisoner");
        assert_eq!(limiter.check(&"a", at(10)), Ok(()));
        assert_eq!(limiter.count(&"a", at(10)), Ok(()));
    }

    #[test]
    fn a_refund_makes_room() {
        let limiter = Limiter::new(1, Duration::from_secs(10));
        let start = Instant::now();
        let at = |s| start + Duration::from_secs(s);
        assert_eq!(limiter.count(&"a", at(0)), Ok(()));
        let six_seconds = Err(Wait(Duration::from_secs(6)));
        assert_eq!(limiter.check(&"a", at(4)), six_seconds);
        limiter.refund(&"a");
        assert_eq!(limiter.check(&"a", at(4)), Ok(()));
        assert_eq!(limiter.count(&"a", at(4)), Ok(()));
    }

    #[test]
    fn a_flood_of_addresses_takes_a_bounded_room() {
        let limiter = Limiter::new(1, Duration::from_secs(10));
        let start = Instant::now();
        for name in 0..NAMES_MAX * 2 {
            limiter.count(&name, start).unwrap();
        }
        assert_eq!(limiter.counts.lock().unwrap().len(), NAMES_MAX);
        let later = start + Duration::from_secs(11);
        limiter.count(&(NAMES_MAX * 3), later).unwrap();
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
