mod large;

use std::sync::Arc;

use declic_common::command::{Action, Outcome, OutcomeResult};
use declic_common::envelope::{Envelope, Help, Number, UpBody};
use declic_common::inventory::Inventory;
use declic_common::journal::{Event, EventKind, Journal};
use declic_common::receipt::{Receipt, RefusalReason};
use declic_common::report::{Cpu, HealthReport, Slow};
use declic_common::status::{State, Status};
use declic_common::topic::Leaf;
use declic_common::{DeviceId, InstallId};
use tempfile::TempDir;

use super::{Heard, RecordError};
use crate::app::hub::Session;
use crate::app::registry::add_device;
use crate::app::{App, command, evidence, testing};
use crate::domain::timeline::{Boot, What};
use crate::store::records::{Certificate, Device, HealthRow, Latest};
use crate::store::{Batch, Range, Space, keys, record};

const ENROLLED: i64 = 1_790_000_000_000;
const NOW: i64 = ENROLLED + 86_400_000;
const DEVICE: u64 = 7;

/// A controller with one device, connected.
struct House {
    app: Arc<App>,
    device: DeviceId,
    session: Session,
    _dir: TempDir,
}

impl House {
    async fn open() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let app = testing::app(dir.path(), 1);
        let id = DeviceId::from_bits(DEVICE);
        let device = Device {
            id,
            asset: None,
            site: None,
            enrolled_at: ENROLLED,
            certificate: Certificate {
                serial: "01".to_owned(),
                issued_at: ENROLLED,
                expires_at: ENROLLED * 2,
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
        let session = app.hub.attach(id, NOW);
        House {
            app,
            device: id,
            session,
            _dir: dir,
        }
    }

    async fn hear(&self, heard: Heard) -> Result<(), RecordError> {
        let recording = self.app.recorder.record(self.device, NOW, heard).await;
        recording.done().await
    }

    async fn say(&self, seq: u64, first_seq: u64, age_ms: u64, body: UpBody) {
        self.hear(Heard::Message(message(seq, first_seq, age_ms, body)))
            .await
            .unwrap();
    }

    fn receipt(&mut self) -> Receipt {
        let down = self.session.down.try_recv().expect("a receipt");
        assert_eq!(down.leaf, Leaf::Receipt);
        Receipt::parse(&down.payload).unwrap()
    }

    fn latest(&self) -> Arc<Latest> {
        Arc::clone(&self.app.registry.get(self.device).unwrap().latest)
    }

    /// Dated times of the stored reports.
    fn stored(&self) -> Vec<i64> {
        let (from, to) = keys::of_device(keys::health::REPORT, self.device);
        let range = Range {
            space: Space::Health,
            from,
            to: Some(to),
            descending: false,
            limit: 1_000,
        };
        let rows = self.app.store.range(&range).unwrap();
        rows.iter()
            .map(|(key, value)| {
                record::decode::<HealthRow>(value).unwrap();
                keys::time_of(key).unwrap()
            })
            .collect()
    }
}

impl House {
    /// Everything that is known for the timeline, as a start of the controller reads it.
    fn boots(&self) -> Vec<Boot> {
        evidence::boots(self.app.store.as_ref(), self.device).unwrap()
    }

    /// Rows of one kind.
    fn rows(&self, kind: u8) -> usize {
        let (from, to) = keys::of_device(kind, self.device);
        let range = Range {
            space: Space::Core,
            from,
            to: Some(to),
            descending: false,
            limit: 1_000,
        };
        self.app.store.range(&range).unwrap().len()
    }
}

/// A message made at `uptime_ms` of a boot, and heard `late_ms` afterwards.
fn of_boot(boot: u32, seq: u64, uptime_ms: u64, late_ms: u64, body: UpBody) -> Envelope<UpBody> {
    let mut made = message(seq, 1, late_ms, body);
    made.number.boot = boot;
    made.uptime_ms = uptime_ms;
    made
}

fn journal(events: serde_json::Value) -> UpBody {
    UpBody::Journal(serde_json::from_value(serde_json::json!({ "events": events })).unwrap())
}

#[tokio::test]
async fn a_report_that_prolongs_a_run_costs_no_row_and_a_restart_knows_it() {
    let house = House::open().await;
    for seq in 1..=9 {
        let made = of_boot(1, seq, seq * 900_000, (9 - seq) * 900_000, report(1));
        house.hear(Heard::Message(made)).await.unwrap();
    }
    assert_eq!(house.rows(keys::core::FACTS), 0);
    let boots = house.boots();
    let run = boots[0].facts.runs[0];
    assert_eq!((run.from, run.to), (900_000 - 990_000, 8_100_000));
    assert_eq!(boots[0].zero, Some(NOW - 8_100_000));
    // After a gap there are two, and both are kept.
    let made = of_boot(1, 10, 20_000_000, 0, report(1));
    house.hear(Heard::Message(made)).await.unwrap();
    assert_eq!(house.boots()[0].facts.runs.len(), 2);
    assert_eq!(house.rows(keys::core::FACTS), 1);
}

#[tokio::test]
async fn the_same_is_known_in_whatever_order_messages_come() {
    let ladder = serde_json::json!({"link": true, "gateway": false});
    let first = journal(serde_json::json!([
        {"kind": "boot", "boot": 1, "uptime_ms": 0},
        {"kind": "agent_start", "boot": 1, "uptime_ms": 30_000},
        {"kind": "ladder", "boot": 1, "uptime_ms": 60_000, "ladder": ladder},
    ]));
    let second = journal(serde_json::json!([
        {"kind": "power_cut", "boot": 1, "uptime_ms": 2_000_000, "alive_ms": 2_000_000},
        {"kind": "agent_start", "boot": 2, "uptime_ms": 31_000},
    ]));
    let messages = [
        of_boot(1, 1, 30_000, 9_000_000, first),
        of_boot(1, 2, 60_000, 8_970_000, report(1)),
        of_boot(1, 3, 960_000, 8_070_000, report(1)),
        of_boot(2, 1, 31_000, 1_000_000, second),
        of_boot(2, 2, 60_000, 971_000, report(1)),
    ];
    let mut seen = None;
    for order in [[0, 1, 2, 3, 4], [4, 3, 2, 1, 0], [3, 0, 4, 2, 1]] {
        let house = House::open().await;
        for n in order.into_iter().chain(order) {
            let heard = Heard::Message(messages[n].clone());
            house.hear(heard).await.unwrap();
        }
        let boots: Vec<_> = house
            .boots()
            .into_iter()
            .map(|boot| (boot.boot, boot.zero, boot.facts))
            .collect();
        assert_eq!(boots.len(), 2);
        assert_eq!(boots[0].2.told.len(), 3, "{boots:?}");
        assert_eq!(*seen.get_or_insert(boots.clone()), boots, "{order:?}");
    }
}

#[tokio::test]
async fn a_goodbye_is_kept_in_its_own_boot() {
    let house = House::open().await;
    let status = Status {
        state: State::Off,
        install: Some(InstallId::from_bits(3)),
        boot: Some(1),
        uptime_ms: Some(60_000),
    };
    house.hear(Heard::Status(status)).await.unwrap();
    let boots = house.boots();
    assert_eq!(boots[0].zero, Some(NOW - 60_000));
    let told = boots[0].facts.told.first().unwrap();
    assert_eq!((told.at, told.what), (60_000, What::Shutdown));
}

fn message(seq: u64, first_seq: u64, age_ms: u64, body: UpBody) -> Envelope<UpBody> {
    Envelope {
        number: Number {
            install: InstallId::from_bits(3),
            boot: 1,
            seq,
        },
        first_seq,
        age_ms: Some(age_ms),
        age_estimated: false,
        observed_at: NOW,
        uptime_ms: 1_000 * seq,
        body,
    }
}

fn report(load: u32) -> UpBody {
    UpBody::Report(HealthReport {
        cpu: Some(Cpu {
            load1_centi: Some(load),
            ..Cpu::default()
        }),
        ..HealthReport::default()
    })
}

#[tokio::test]
async fn a_repeat_is_receipted_again_and_stored_once() {
    let mut house = House::open().await;
    house.say(1, 1, 0, report(1)).await;
    assert_eq!(house.receipt().through_seq, 1);
    house.say(1, 1, 5_000, report(1)).await;
    assert_eq!(house.receipt().through_seq, 1);
    assert_eq!(house.stored(), [NOW]);
    assert_eq!(
        (house.latest().reports, house.app.counters.repeats.get()),
        (1, 1)
    );
}

#[tokio::test]
async fn a_late_report_is_dated_when_it_was_made_and_does_not_become_the_newest() {
    let mut house = House::open().await;
    house.say(9, 1, 0, report(9)).await;
    let receipt = house.receipt();
    assert_eq!((receipt.through_seq, receipt.stored), (0, vec![(9, 9)]));
    house.say(1, 1, 3_600_000, report(1)).await;
    assert_eq!(house.stored(), [NOW - 3_600_000, NOW]);
    let latest = house.latest();
    assert_eq!((latest.seq, latest.reported_at), (Some(9), Some(NOW)));
    assert_eq!((latest.reports, latest.messages, latest.lost), (2, 2, 0));
}

#[tokio::test]
async fn a_controller_whose_clock_was_ahead_shows_new_reports_again() {
    let house = House::open().await;
    let years = 9 * 365 * 86_400_000;
    let ahead = Heard::Message(message(1, 1, 0, report(1)));
    let recording = house
        .app
        .recorder
        .record(house.device, NOW + years, ahead)
        .await;
    recording.done().await.unwrap();
    house.say(2, 1, 0, report(2)).await;
    let latest = house.latest();
    assert_eq!((latest.seq, latest.reported_at), (Some(2), Some(NOW)));
    assert_eq!(latest.last_seen, Some(NOW));
}

#[tokio::test]
async fn what_a_device_let_go_is_counted_as_lost() {
    let house = House::open().await;
    house.say(1, 1, 0, report(1)).await;
    house.say(10, 8, 0, report(2)).await;
    assert_eq!(house.latest().lost, 6);
}

#[tokio::test]
async fn slow_readings_that_are_left_out_stay_as_they_were() {
    let house = House::open().await;
    let slow = Slow {
        reboot_required: Some(true),
        ..Slow::default()
    };
    let with_slow = UpBody::Report(HealthReport {
        slow: Some(slow.clone()),
        ..HealthReport::default()
    });
    house.say(1, 1, 2_000, with_slow).await;
    house.say(2, 1, 0, report(5)).await;
    let latest = house.latest();
    let newest = &latest.report.as_ref().unwrap().report;
    assert_eq!(newest.slow, Some(slow));
    assert_eq!(newest.cpu.as_ref().unwrap().load1_centi, Some(5));
}

#[tokio::test]
async fn an_older_inventory_never_replaces_a_newer_one() {
    let house = House::open().await;
    let made_of = |model: &str| {
        UpBody::Inventory(Inventory {
            model: Some(model.to_owned()),
            ..Inventory::default()
        })
    };
    house.say(2, 1, 0, made_of("new")).await;
    house.say(1, 1, 9_000_000, made_of("old")).await;
    let value = house
        .app
        .store
        .get(Space::Core, &keys::inventory(house.device));
    let row: crate::store::records::Inventory = record::decode(&value.unwrap().unwrap()).unwrap();
    assert_eq!(row.inventory.model.as_deref(), Some("new"));
}

#[tokio::test]
async fn a_refused_message_is_named_in_the_receipt_and_the_rest_goes_on() {
    let mut house = House::open().await;
    let number = message(4, 4, 0, report(0)).number;
    house
        .hear(Heard::Refused(number, RefusalReason::BadBody))
        .await
        .unwrap();
    let receipt = house.receipt();
    assert_eq!((receipt.refused[0].seq, receipt.through_seq), (4, 0));
    house.say(5, 4, 0, report(5)).await;
    let receipt = house.receipt();
    assert!(receipt.refused.is_empty() && receipt.through_seq == 5);
    let latest = house.latest();
    // 1 to 3 are lost; 4 is refused, which is another thing.
    assert_eq!((latest.refused, latest.lost), (1, 3));
}

#[tokio::test]
async fn an_outcome_ends_its_command_and_a_second_one_changes_nothing() {
    let house = House::open().await;
    let row = command::send(&house.app, house.device, Action::Refresh, None, "test", NOW)
        .await
        .unwrap();
    for (seq, result) in [(1, OutcomeResult::Done), (2, OutcomeResult::Failed)] {
        let command = row.id;
        house
            .say(seq, 1, 0, UpBody::Outcome(Outcome { command, result }))
            .await;
    }
    let commands = command::list(&house.app, house.device).await.unwrap();
    assert_eq!(commands[0].result.as_deref(), Some("done"));
    assert!(commands[0].sent_at.is_some());
}

#[tokio::test]
async fn a_device_that_is_unknown_or_revoked_leaves_nothing() {
    let house = House::open().await;
    let stranger = DeviceId::from_bits(99);
    let heard = Heard::Message(message(1, 1, 0, report(1)));
    let recording = house
        .app
        .recorder
        .record(stranger, NOW, heard.clone())
        .await;
    assert_eq!(recording.done().await, Err(RecordError::UnknownDevice));
    let mut device = house.app.registry.get(house.device).unwrap().device.clone();
    device.revoked_at = Some(NOW);
    house.app.registry.put_device(device);
    assert_eq!(house.hear(heard).await, Err(RecordError::UnknownDevice));
    assert!(house.stored().is_empty());
}

#[tokio::test]
async fn a_closed_store_acknowledges_nothing_and_forgets_what_it_decided() {
    let mut house = House::open().await;
    house.say(1, 1, 0, report(1)).await;
    house.receipt();
    house.app.store.close();
    let heard = Heard::Message(message(2, 1, 0, report(2)));
    assert!(matches!(
        house.hear(heard).await,
        Err(RecordError::Store(_))
    ));
    assert!(house.session.down.try_recv().is_err(), "no receipt");
    assert_eq!(house.latest().reports, 1);
}

#[tokio::test]
async fn help_and_last_words_are_kept() {
    let house = House::open().await;
    let help = Help {
        text: "L’écran reste noir".to_owned(),
    };
    house.say(1, 1, 0, UpBody::Help(help)).await;
    let status = Status {
        state: State::Off,
        install: None,
        boot: None,
        uptime_ms: None,
    };
    house.hear(Heard::Status(status)).await.unwrap();
    let latest = house.latest();
    assert_eq!(latest.last_state.as_deref(), Some("off"));
    assert_eq!(latest.messages, 1);
    let (from, to) = keys::of_device(keys::core::HELP, house.device);
    let range = Range {
        space: Space::Core,
        from,
        to: Some(to),
        descending: false,
        limit: 10,
    };
    assert_eq!(house.app.store.range(&range).unwrap().len(), 1);
}

#[tokio::test]
async fn the_pause_that_was_asked_for_last_counts_in_whatever_order_journals_come() {
    let house = House::open().await;
    let pause = |until: Option<i64>| {
        let event = Event {
            kind: Some(EventKind::Pause),
            at: Some(1_000),
            until,
            ..Event::default()
        };
        UpBody::Journal(Journal {
            events: Some(vec![event]),
        })
    };
    house.say(2, 1, 0, pause(Some(3_601_000))).await;
    assert_eq!(house.latest().paused_until, Some(NOW + 3_600_000));
    // It was ended, and asked for again a minute later: the end comes late.
    house.say(1, 1, 60_000, pause(None)).await;
    assert_eq!(house.latest().paused_until, Some(NOW + 3_600_000));
    house.say(3, 1, 0, pause(None)).await;
    assert_eq!(house.latest().paused_until, None);
}
