//! Sessions that chance has damaged: the endpoint answers the next one as ever.

use declic_common::envelope::UpKind;
use declic_common::status::WILL;
use declic_common::topic::Leaf;

use super::raw::{DISCONNECT, PING, Raw, RawWill, connect, publish, subscribe};
use super::site::Site;
use crate::ingest::endpoint::{Limits, Rate};
use crate::ingest::testing::{report, topic};

const SESSIONS: u64 = 400;

/// A small generator (Marsaglia, "Xorshift RNGs", 2003): the same chance each time.
struct Chance(u64);

impl Chance {
    fn next(&mut self, below: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % below as u64) as usize
    }
}

fn damage(bytes: &mut Vec<u8>, chance: &mut Chance) {
    for _ in 0..=chance.next(4) {
        let at = chance.next(bytes.len());
        match chance.next(5) {
            0 => bytes[at] ^= 1 << chance.next(8),
            1 => bytes[at] = chance.next(256) as u8,
            2 => bytes.truncate(at.max(1)),
            3 => bytes.insert(at, chance.next(256) as u8),
            _ => {
                let end = (at + chance.next(16)).min(bytes.len());
                let piece = bytes[at..end].to_vec();
                bytes.splice(at..at, piece);
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn damaged_sessions_harm_nobody() {
    let wide = Rate {
        burst: 1_000_000,
        per_second: 1_000_000,
    };
    let site = Site::with(Limits {
        per_address: wide,
        per_device: wide,
        ..Limits::default()
    })
    .await;
    let (id, badge) = site.enrol(1).await;
    let status = topic(id, Leaf::Status);
    let mut chance = Chance(0x005e_ed0f_dec1_1c00);
    for n in 0..SESSIONS {
        let will = RawWill {
            topic: &status,
            payload: WILL,
            qos: 1,
            retain: false,
        };
        let mut hello = connect(&id.to_string(), 60, Some(will));
        if n % 2 == 1 {
            hello = as_version_5(&hello);
        }
        let mut rest = subscribe(1, &[(&topic(id, Leaf::Command), 1)]);
        let up = Leaf::Up(UpKind::ALL[chance.next(UpKind::ALL.len())]);
        rest.extend(publish(&topic(id, up), &report(n + 1), Some(2)));
        rest.extend(publish(&status, b"{\"state\":\"on\"}", Some(3)));
        rest.extend([0x40, 2, 0, 1]);
        rest.extend(PING);
        // A damaged CONNECT hides the rest, so most sessions begin well.
        let intact = chance.next(4) > 0;
        let mut bytes = match intact {
            true => rest,
            false => [hello.clone(), rest].concat(),
        };
        damage(&mut bytes, &mut chance);
        if intact {
            bytes.splice(0..0, hello);
        }
        bytes.extend(DISCONNECT);
        let mut raw = Raw::open(&site, Some(&badge)).await.unwrap();
        raw.send(&bytes).await;
        // Read what comes, for as long as it comes quickly, then leave.
        while raw.packet_within(5).await.is_some() {}
    }
    let mut raw = Raw::session(&site, id, &badge).await;
    raw.send(&publish(&status, b"{\"state\":\"on\"}", Some(9)))
        .await;
    assert_eq!(raw.packet().await, Some((0x40, vec![0, 9])));
    assert!(site.app.counters.violations.get() > SESSIONS / 4);
    assert_eq!(site.app.counters.connections.get(), SESSIONS + 1);
}

/// The same CONNECT in the words of version 5: two empty lists of properties more.
fn as_version_5(hello: &[u8]) -> Vec<u8> {
    let mut body = hello[2..].to_vec();
    body[6] = 5;
    body.insert(10, 0);
    let id_end = 11 + 2 + usize::from(body[12]);
    body.insert(id_end, 0);
    super::raw::packet(0x10, body)
}
