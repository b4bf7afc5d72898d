//! Decides what travels next: what is new at once, a backlog as a steady trickle.
//!
//! A home that was cut off for a week comes back with thousands of messages and a
//! line that somebody wants to use. So the newest message goes first, the backlog
//! follows oldest first at a bounded pace, and only so many messages may be on
//! their way without a receipt.

use std::collections::HashMap;

use declic_common::envelope::Number;
use declic_common::limits::RESEND_AFTER_S;

use crate::spool::{Cursor, Held, Spool};

/// Messages on their way without a receipt, as `docs/protocol.md` asks.
const WINDOW: usize = 16;
/// Backlog messages of one burst.
const BURST: usize = 16;
/// Time between two bursts, in ms. Sixteen reports of a kilobyte a second are a
/// tenth of a slow line's upstream; a week's backlog takes less than a minute.
const BURST_EVERY_MS: u64 = 1_000;
const RESEND_MS: u64 = RESEND_AFTER_S * 1_000;
/// Without any receipt the wait doubles up to this: a broker whose controller is
/// away would otherwise pile up the same messages again and again.
const RESEND_MAX_MS: u64 = 3_600_000;

/// What is on its way in this session. Times are ms since boot.
#[derive(Debug)]
pub struct Sender {
    flying: HashMap<Number, u64>,
    /// Where the backlog has been read to.
    cursor: Option<Cursor>,
    next_burst: u64,
    resend_after_ms: u64,
}

impl Default for Sender {
    fn default() -> Self {
        Sender {
            flying: HashMap::new(),
            cursor: None,
            next_burst: 0,
            resend_after_ms: RESEND_MS,
        }
    }
}

impl Sender {
    /// A new session: whatever was on its way in the last one may be lost.
    pub fn connected(&mut self) {
        *self = Sender::default();
    }

    /// Notes a message that has just been handed to the session.
    pub fn sent(&mut self, number: Number, now: u64) {
        self.flying.insert(number, now);
    }

    /// A message that the session did not take: the backlog is read anew, so that
    /// it is not passed over.
    pub fn not_taken(&mut self) {
        self.cursor = None;
    }

    /// Forgets what has left the spool: a receipt came. `landed` is told when each
    /// of these had been sent.
    pub fn settled(&mut self, spool: &Spool, mut landed: impl FnMut(u64)) {
        self.flying.retain(|number, sent| {
            let held = spool.holds(*number);
            if !held {
                landed(*sent);
            }
            held
        });
        self.resend_after_ms = RESEND_MS;
    }

    /// When [`Sender::burst`] may have something to give; `None` while nothing waits.
    pub fn due(&self, spool: &Spool) -> Option<u64> {
        let waiting = spool.stats().waiting;
        if waiting == 0 {
            return None;
        }
        let resend = self
            .flying
            .values()
            .min()
            .map(|sent| sent + self.resend_after_ms);
        let all_fly = self.flying.len() as u64 >= waiting || self.flying.len() >= WINDOW;
        match resend {
            Some(resend) if all_fly => Some(resend.max(self.next_burst)),
            _ => Some(self.next_burst),
        }
    }

    /// The next messages of the backlog; empty until the next burst is due. The
    /// first burst of a session begins with the newest message.
    pub fn burst(&mut self, spool: &mut Spool, now: u64) -> Vec<Held> {
        if now < self.next_burst {
            return Vec::new();
        }
        self.next_burst = now + BURST_EVERY_MS;
        self.send_again(now);
        let room = WINDOW.saturating_sub(self.flying.len()).min(BURST);
        let mut burst = Vec::new();
        if self.cursor.is_none() && self.flying.is_empty() && room > 0 {
            burst.extend(spool.newest(1));
        }
        while burst.len() < room {
            let mut read = spool.oldest_after(self.cursor, room - burst.len());
            let Some(last) = read.last() else { break };
            self.cursor = last.cursor();
            read.retain(|held| {
                !self.flying.contains_key(&held.number)
                    && burst.iter().all(|b: &Held| b.number != held.number)
            });
            burst.extend(read);
        }
        burst
    }

    /// What has no receipt after a while travels again: the backlog is read anew.
    fn send_again(&mut self, now: u64) {
        let after = self.resend_after_ms;
        let late = |sent: &u64| now.saturating_sub(*sent) >= after;
        if self.flying.values().any(late) {
            self.flying.retain(|_, sent| !late(sent));
            self.cursor = None;
            self.resend_after_ms = (after * 2).min(RESEND_MAX_MS);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::life::Life;
    use crate::probe::Clocks;
    use crate::spool::Limits;
    use declic_common::UpKind;
    use declic_common::envelope::Help;
    use declic_common::receipt::Receipt;

    fn clocks(uptime_ms: u64) -> Clocks {
        Clocks {
            boot_id: "a".to_owned(),
            uptime_ms,
            awake_ms: uptime_ms,
            wall_ms: 1_700_000_000_000 + uptime_ms as i64,
        }
    }

    struct Home {
        spool: Spool,
        life: Life,
        sender: Sender,
        _dir: tempfile::TempDir,
    }

    fn home(messages: u64) -> Home {
        let dir = tempfile::tempdir().unwrap();
        let (mut life, _) = Life::begin(dir.path(), &clocks(1)).unwrap();
        let mut spool = Spool::open(dir.path(), Limits::default(), &mut life);
        for _ in 0..messages {
            let help = Help {
                text: String::new(),
            };
            spool
                .append(UpKind::Help, &clocks(2), &life, &help)
                .unwrap();
        }
        Home {
            spool,
            life,
            sender: Sender::default(),
            _dir: dir,
        }
    }

    impl Home {
        fn burst(&mut self, now: u64) -> Vec<u64> {
            let burst = self.sender.burst(&mut self.spool, now);
            for held in &burst {
                self.sender.sent(held.number, now);
            }
            burst.iter().map(|held| held.number.seq).collect()
        }

        fn receipt(&mut self, through_seq: u64) {
            let receipt = Receipt {
                install: self.life.install(),
                boot: self.life.boot(),
                through_seq,
                stored: Vec::new(),
                refused: Vec::new(),
                controller_time: 0,
            };
            self.spool.settle(&receipt, &mut self.life);
            self.sender.settled(&self.spool, |_| {});
        }
    }

    #[test]
    fn the_newest_goes_first_and_the_backlog_follows_in_order() {
        let mut home = home(100);
        let mut expected = vec![100];
        expected.extend(1..16);
        assert_eq!(home.burst(0), expected);
        assert_eq!(home.burst(999), [] as [u64; 0], "no flood");
        assert_eq!(home.burst(1_000), [] as [u64; 0], "the window is full");
        home.receipt(10);
        assert_eq!(home.burst(2_000), (16..26).collect::<Vec<_>>());
    }

    #[test]
    fn a_weeks_backlog_is_gone_in_a_few_minutes_and_never_faster_than_the_pace() {
        let mut home = home(2_016);
        let mut now = 0;
        let mut seen = 0;
        while home.spool.stats().waiting > 0 {
            let burst = home.burst(now);
            assert!(burst.len() <= BURST);
            seen = burst
                .iter()
                .copied()
                .filter(|s| *s < 2_016)
                .max()
                .unwrap_or(seen);
            home.receipt(if seen == 2_015 { 2_016 } else { seen });
            now += BURST_EVERY_MS;
        }
        assert!(now < 180_000, "{now} ms");
    }

    #[test]
    fn what_has_no_receipt_after_a_minute_travels_again() {
        let mut home = home(3);
        assert_eq!(home.burst(0).len(), 3);
        assert_eq!(home.burst(59_000).len(), 0);
        assert_eq!(home.burst(60_000).len(), 3);
        home.receipt(3);
        assert_eq!(home.burst(130_000).len(), 0);
    }

    #[test]
    fn while_no_receipt_comes_the_wait_doubles_and_a_receipt_ends_it() {
        let mut home = home(3);
        let mut times = Vec::new();
        for now in (0..4 * 3_600_000).step_by(1_000) {
            if !home.burst(now).is_empty() {
                times.push(now / 60_000);
            }
        }
        assert_eq!(times, [0, 1, 3, 7, 15, 31, 63, 123, 183]);
        home.receipt(1);
        assert_eq!(home.burst(4 * 3_600_000 + 60_000).len(), 2);
    }

    #[test]
    fn an_agent_with_nothing_to_send_is_not_woken() {
        let mut home = home(2);
        assert_eq!(home.sender.due(&home.spool), Some(0));
        home.burst(5_000);
        assert_eq!(
            home.sender.due(&home.spool),
            Some(65_000),
            "only to send again"
        );
        home.receipt(2);
        assert_eq!(home.sender.due(&home.spool), None);
    }

    #[test]
    fn what_a_session_did_not_take_is_not_passed_over() {
        let mut home = home(3);
        let offered = home.sender.burst(&mut home.spool, 0);
        assert_eq!(offered.len(), 3);
        home.sender.not_taken();
        assert_eq!(home.burst(1_000).len(), 3);
    }

    #[test]
    fn a_new_session_begins_again() {
        let mut home = home(3);
        assert_eq!(home.burst(0).len(), 3);
        home.sender.connected();
        assert_eq!(home.burst(10).len(), 3);
    }
}
