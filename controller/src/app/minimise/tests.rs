use std::collections::BTreeSet;
use std::path::Path;

use declic_common::InstallId;
use declic_common::api::NewPlacement;
use declic_common::command::{Action, Outcome, OutcomeResult};
use declic_common::envelope::{Envelope, Number, UpBody};
use declic_common::timeline::Activity;
use minicbor::data::Type;
use serde_json::{Value, json};
use tempfile::TempDir;

use super::*;
use crate::app::recorder::Heard;
use crate::app::registry::{add_device, for_each};
use crate::app::timeline::TimelineQuery;
use crate::app::{command, placement, testing};
use crate::store::records::{Certificate, DayRow, Device};
use crate::store::sled::{Options, SledStore};
use crate::store::{Range, record};

const HOUR: i64 = 3_600_000;
const DAY: i64 = 24 * HOUR;

/// A home whose story is 30 days old: each day the PC is on from nine to ten, and on
/// every fifth one the power is cut.
struct Home {
    app: Arc<App>,
    device: DeviceId,
    /// Midnight in Paris, of the day of the handover.
    began: i64,
    now: i64,
    /// Moments that persons made, and that stay.
    theirs: BTreeSet<i64>,
    /// Days on which it was not switched on, before the seventeenth.
    away: i64,
    dir: TempDir,
}

impl Home {
    async fn open() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let app = testing::app(dir.path(), 1);
        let id = DeviceId::from_bits(7);
        let zone = paris();
        let now = "2026-11-25T16:00:00Z".parse::<jiff::Timestamp>().unwrap();
        let now = now.as_millisecond();
        let began = Day::of(now, &zone).before(30).begins(&zone);
        let device = Device {
            id,
            asset: None,
            site: None,
            enrolled_at: began,
            certificate: Certificate {
                serial: "01".to_owned(),
                issued_at: began,
                expires_at: began * 2,
            },
            revoked_at: None,
            retired_at: None,
            settings: None,
            previous_serial: None,
        };
        let mut batch = Batch::default();
        add_device(&mut batch, &device);
        app.store.commit(batch).await.unwrap();
        app.registry.put_device(device);
        Home {
            app,
            device: id,
            began,
            now,
            theirs: BTreeSet::from([began]),
            away: 0,
            dir,
        }
    }

    async fn hand_over(&self) {
        let new = NewPlacement {
            place: Place::Home,
            household: Some("AUB-017".to_owned()),
            site: None,
            seat: None,
        };
        placement::put(&self.app, self.device, new, "test", self.began)
            .await
            .unwrap();
    }

    /// When the boot of a day began.
    fn zero(&self, day: i64) -> i64 {
        self.began + day * DAY + 9 * HOUR + day * 1_234
    }

    /// The number of the boot of a day.
    fn boot(&self, day: i64) -> i64 {
        match day < 17 {
            true => day + 1,
            false => day + 1 - self.away,
        }
    }

    /// A message of the boot of a day, made at `uptime_ms` and heard at `at`.
    async fn say(&self, day: i64, seq: u64, uptime_ms: i64, at: i64, body: UpBody) {
        let envelope = Envelope {
            number: Number {
                install: InstallId::from_bits(3),
                boot: self.boot(day) as u32,
                seq,
            },
            first_seq: 1,
            age_ms: Some((at - self.zero(day) - uptime_ms) as u64),
            age_estimated: false,
            observed_at: self.zero(day) + uptime_ms,
            uptime_ms: uptime_ms as u64,
            body,
        };
        let heard = Heard::Message(envelope);
        let recording = self.app.recorder.record(self.device, at, heard).await;
        recording.done().await.unwrap();
    }

    async fn live_a_day(&self, day: i64, consent: &str) {
        let zero = self.zero(day);
        for n in 0..=4 {
            let uptime = n * HOUR / 4;
            let report = json!({"interval_s": 900, "consent": consent});
            let body = UpBody::Report(serde_json::from_value(report).unwrap());
            self.say(day, n as u64 + 1, uptime, zero + uptime, body)
                .await;
        }
        let boot = self.boot(day);
        let mut events = vec![
            json!({"kind": "boot", "boot": boot, "uptime_ms": 0, "at": zero}),
            json!({"kind": "agent_start", "boot": boot, "uptime_ms": 1_000, "at": zero + 1_000}),
        ];
        if day > 0 && (day - 1) % 5 == 0 {
            events.insert(
                0,
                json!({"kind": "power_cut", "boot": boot - 1, "uptime_ms": HOUR, "alive_ms": HOUR,
                                    "at": self.zero(day - 1) + HOUR}),
            );
        }
        self.say(day, 6, 1_000, zero + 1_000, journal(&events))
            .await;
        if day % 5 != 0 {
            let end =
                json!({"kind": "shutdown", "boot": boot, "uptime_ms": HOUR, "at": zero + HOUR});
            self.say(day, 7, HOUR, zero + HOUR, journal(&[end])).await;
        }
    }

    async fn live(&mut self, days: std::ops::Range<i64>, consent: &str) {
        for day in days {
            self.live_a_day(day, consent).await;
        }
    }

    async fn minimise(&self) -> bool {
        let mut changed = false;
        loop {
            let done = self
                .app
                .recorder
                .minimise(self.device, self.now)
                .await
                .unwrap();
            changed |= done.changed;
            if !done.more {
                return changed;
            }
        }
    }

    fn cut(&self) -> i64 {
        let zone = paris();
        Day::of(self.now, &zone).before(SEEN_DAYS).begins(&zone)
    }

    /// Days before today and their state.
    fn days(&self) -> Vec<(i32, Activity)> {
        let zone = paris();
        let today = Day::of(self.now, &zone);
        let mut days = Vec::new();
        let range = keys::of_device(keys::core::DAY, self.device);
        for_each(self.app.store.as_ref(), range, |key, value| {
            let row: DayRow = record::decode(value)?;
            days.push((today.0 - keys::day_of(key).unwrap(), row.activity));
            Ok(())
        })
        .unwrap();
        days
    }

    async fn timeline(&self) -> Value {
        let query = TimelineQuery {
            device: self.device,
            from: None,
            to: self.now,
        };
        let page = timeline::intervals(&self.app, &query, 1_000, None, self.now);
        serde_json::to_value(page.await.unwrap()).unwrap()
    }

    /// Moments of days that must be folded, wherever a row holds one: kind and moment.
    fn moments(&self, store: &dyn Store) -> Vec<(u8, i64)> {
        let zone = paris();
        let (from, to) = (self.began + 1, self.cut());
        let told = |ms: i64| {
            (from..to).contains(&ms)
                && Day::of(ms, &zone).begins(&zone) != ms
                && !self.theirs.contains(&ms)
        };
        let mut found = Vec::new();
        for space in [Space::Core, Space::Health, Space::Chunk] {
            let rows = store.range(&Range {
                space,
                from: Vec::new(),
                to: None,
                descending: false,
                limit: 100_000,
            });
            for (key, value) in rows.unwrap() {
                // A command's key says when a person asked.
                let command = space == Space::Core && key[0] == keys::core::COMMAND;
                let time = keys::time_of(&key).filter(|_| !command);
                let numbers = numbers(&value[2..value.len() - 4]);
                let all = time.into_iter().chain(numbers);
                found.extend(all.filter(|ms| told(*ms)).map(|ms| (value[0], ms)));
            }
        }
        found
    }

    fn reopen(&self, at: &Path) -> SledStore {
        SledStore::open(at, Options::default()).unwrap()
    }
}

fn journal(events: &[Value]) -> UpBody {
    UpBody::Journal(serde_json::from_value(json!({ "events": events })).unwrap())
}

/// Every whole number of a record.
fn numbers(cbor: &[u8]) -> Vec<i64> {
    let mut found = Vec::new();
    walk(&mut minicbor::Decoder::new(cbor), &mut found);
    found
}

fn walk(cbor: &mut minicbor::Decoder<'_>, found: &mut Vec<i64>) {
    match cbor.datatype().unwrap() {
        Type::Array => (0..cbor.array().unwrap().unwrap()).for_each(|_| walk(cbor, found)),
        Type::Map => (0..2 * cbor.map().unwrap().unwrap()).for_each(|_| walk(cbor, found)),
        Type::U8 | Type::U16 | Type::U32 | Type::U64 => {
            found.extend(i64::try_from(cbor.u64().unwrap()));
        }
        Type::I8 | Type::I16 | Type::I32 | Type::I64 => found.push(cbor.i64().unwrap()),
        _ => cbor.skip().unwrap(),
    }
}

#[tokio::test]
async fn no_moment_of_an_old_day_is_left_in_any_row_nor_in_a_backup() {
    let mut home = Home::open().await;
    home.hand_over().await;
    home.live(0..30, "maintenance").await;
    // What came of a command tells when the PC was on.
    let asked_at = home.zero(3);
    home.theirs.insert(asked_at);
    home.theirs.insert(asked_at + 168 * HOUR);
    let row = command::send(
        &home.app,
        home.device,
        Action::Refresh,
        None,
        "test",
        asked_at,
    );
    let row = row.await.unwrap();
    let outcome = Outcome {
        command: row.id,
        result: OutcomeResult::Done,
    };
    let at = asked_at + 2_345;
    home.say(3, 9, at - home.zero(3), at, UpBody::Outcome(outcome))
        .await;
    let inventory = UpBody::Inventory(Default::default());
    home.say(4, 9, 5_000, home.zero(4) + 5_000, inventory).await;
    // The last day tells of a power cut of three weeks ago.
    let cut = json!({"kind": "power_cut", "boot": 6, "uptime_ms": HOUR, "alive_ms": HOUR, "at": home.zero(5) + HOUR});
    home.say(29, 9, 2_000, home.zero(29) + 2_000, journal(&[cut]))
        .await;
    let kinds: BTreeSet<u8> = (home.moments(home.app.store.as_ref()).iter())
        .map(|(kind, _)| *kind)
        .collect();
    assert!(kinds.len() >= 5, "rows that must change: {kinds:?}");

    assert!(home.minimise().await);
    assert_eq!(home.moments(home.app.store.as_ref()), []);
    assert!(!home.minimise().await, "twice is once");
    let backup = home.dir.path().join("backup");
    home.app.store.backup(&backup).unwrap();
    assert_eq!(home.moments(&home.reopen(&backup)), []);
    let folded = timeline::folded(home.app.store.as_ref(), home.device)
        .unwrap()
        .unwrap();
    assert!(
        folded.reports > 70 && folded.journals > 25,
        "the proof: {folded:?}"
    );
}

#[tokio::test]
async fn each_old_day_keeps_its_most_alive_state_and_the_others_stay_as_they_were() {
    let mut home = Home::open().await;
    home.hand_over().await;
    home.live(0..10, "maintenance").await;
    home.away = 7;
    home.live(17..30, "maintenance").await;
    let before = home.timeline().await;
    home.minimise().await;
    assert_eq!(home.timeline().await, before);
    let days = home.days();
    assert_eq!(days.len(), 16);
    assert!(days.iter().all(|(ago, _)| *ago > SEEN_DAYS));
    let state = |ago| days.iter().find(|(day, _)| *day == ago).unwrap().1;
    assert_eq!((state(30), state(21)), (Activity::On, Activity::On));
    assert_eq!((state(20), state(15)), (Activity::Off, Activity::Off));
}

#[tokio::test]
async fn a_journal_that_comes_late_changes_the_day_and_is_not_kept() {
    let mut home = Home::open().await;
    home.hand_over().await;
    home.live(0..5, "maintenance").await;
    home.live(17..30, "maintenance").await;
    home.minimise().await;
    let late = [
        json!({"kind": "agent_start", "boot": 8, "uptime_ms": 1_000}),
        json!({"kind": "ladder", "boot": 8, "uptime_ms": 2_000, "ladder": {"link": false}}),
        json!({"kind": "shutdown", "boot": 8, "uptime_ms": 600_000}),
    ];
    let before = home.days();
    home.say(7, 1, 600_000, home.now, journal(&late)).await;
    assert!(home.minimise().await);
    assert_eq!(home.moments(home.app.store.as_ref()), []);
    let changed: Vec<_> = home
        .days()
        .into_iter()
        .filter(|day| !before.contains(day))
        .map(|(ago, activity)| (30 - ago, activity))
        .collect();
    assert_eq!(changed[0], (7, Activity::LinkDown), "{changed:?}");
    // What it was unknown to have done is off since then, and nothing is less alive.
    assert!(
        changed[1..]
            .iter()
            .all(|(_, activity)| *activity == Activity::Off),
        "{changed:?}"
    );
}

#[tokio::test]
async fn consent_keeps_the_moments_and_its_withdrawal_ends_that() {
    let mut home = Home::open().await;
    home.hand_over().await;
    home.live(0..29, "usage").await;
    assert!(!home.minimise().await);
    assert!(!home.moments(home.app.store.as_ref()).is_empty());
    home.live(29..30, "maintenance").await;
    assert!(home.minimise().await);
    assert_eq!(home.moments(home.app.store.as_ref()), []);
    assert_eq!(home.days().len(), 16);
}

#[tokio::test]
async fn a_device_that_was_in_no_home_is_left_as_it_is() {
    let mut home = Home::open().await;
    home.live(0..30, "maintenance").await;
    assert!(!home.minimise().await);
    // Once it was handed over, what it did in the home is folded wherever it goes next.
    home.hand_over().await;
    let bench = NewPlacement {
        place: Place::Bench,
        household: None,
        site: None,
        seat: None,
    };
    let back_at = home.began + 20 * DAY;
    placement::put(&home.app, home.device, bench, "test", back_at)
        .await
        .unwrap();
    assert!(home.minimise().await);
    assert_eq!(home.moments(home.app.store.as_ref()), []);
}

#[tokio::test]
async fn a_pc_that_is_silent_since_weeks_keeps_the_day_of_its_last_word() {
    let mut home = Home::open().await;
    home.hand_over().await;
    home.live(0..3, "maintenance").await;
    home.minimise().await;
    assert_eq!(home.moments(home.app.store.as_ref()), []);
    let latest = &home.app.registry.get(home.device).unwrap().latest;
    let zone = paris();
    let day = Day::of(home.began, &zone).before(-2);
    assert_eq!(latest.last_seen, Some(day.begins(&zone)));
    assert!(!home.minimise().await);
}

#[tokio::test]
async fn the_job_looks_at_a_device_again_when_it_was_heard_or_a_day_has_passed() {
    let mut home = Home::open().await;
    home.hand_over().await;
    home.live(0..30, "maintenance").await;
    let mut rounds = Rounds::default();
    assert_eq!(round(&home.app, &mut rounds, home.now).await.unwrap(), 1);
    assert_eq!(
        round(&home.app, &mut rounds, home.now + 30_000)
            .await
            .unwrap(),
        0
    );
    assert_eq!(
        round(&home.app, &mut rounds, home.now + DAY).await.unwrap(),
        1
    );
    let late = [json!({"kind": "agent_start", "boot": 1, "uptime_ms": 5_000_000})];
    home.now += DAY + 60_000;
    home.say(0, 20, 5_000_000, home.now, journal(&late)).await;
    assert_eq!(
        round(&home.app, &mut rounds, home.now).await.unwrap(),
        0,
        "not at every message"
    );
    assert_eq!(
        round(&home.app, &mut rounds, home.now + LATE_MS)
            .await
            .unwrap(),
        1
    );
}
