//! What the past of real records makes of a silence.

use std::path::Path;
use std::sync::Arc;

use declic_common::InstallId;
use declic_common::absence::NewAbsence;
use declic_common::api::{NewPlacement, Place, Presence};
use declic_common::envelope::{Envelope, Number, UpBody};
use declic_common::status::{State, Status};
use declic_common::ticket::{Cause, TicketState};
use jiff::civil::{Date, date};
use serde_json::json;
use tempfile::TempDir;

use super::*;
use crate::app::recorder::Heard;
use crate::app::registry::add_device;
use crate::app::rules::{self, Moment};
use crate::app::ticket::stored;
use crate::app::{absence, placement, rhythm, testing};
use crate::domain::days::{Day, paris};
use crate::domain::rights::Reach;
use crate::store::Batch;
use crate::store::records::{Certificate, Device};

const HOUR: i64 = 3_600_000;
const DAY: i64 = 24 * HOUR;
const EVENING: DeviceId = DeviceId::from_bits(1);
const WEEKEND: DeviceId = DeviceId::from_bits(2);
/// The handover, and the last day of which anything is told: a Sunday far from the holidays.
const FIRST: Date = date(2026, 4, 20);
const LAST: Date = date(2026, 6, 14);

/// Two homes that lived for eight weeks: one is there every evening, one at weekends. Both
/// have said goodbye on the evening of the last Sunday.
struct Quarter {
    app: Arc<App>,
    dir: TempDir,
}

fn at(day: Date, hour: i64) -> i64 {
    Day::of_date(day).begins(&paris()) + hour * HOUR
}

impl Quarter {
    async fn open() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let app = open(dir.path());
        let quarter = Quarter { app, dir };
        for device in [EVENING, WEEKEND] {
            quarter.hand_over(device).await;
        }
        let (first, last) = (Day::of_date(FIRST), Day::of_date(LAST));
        for (n, day) in (first.0..=last.0).map(|n| Day(n).date()).enumerate() {
            quarter.live_a_day(EVENING, n as u32 + 1, day, true).await;
            if day.weekday().to_monday_zero_offset() >= 5 {
                quarter.live_a_day(WEEKEND, n as u32 + 1, day, true).await;
            }
        }
        quarter
    }

    async fn hand_over(&self, id: DeviceId) {
        let from = at(FIRST, 0);
        let device = Device {
            id,
            asset: None,
            site: Some("aubiers".to_owned()),
            enrolled_at: from,
            certificate: Certificate {
                serial: id.to_string(),
                issued_at: from,
                expires_at: from * 2,
            },
            revoked_at: None,
            retired_at: None,
            settings: None,
            previous_serial: None,
        };
        let mut batch = Batch::default();
        add_device(&mut batch, &device);
        self.app.store.commit(batch).await.unwrap();
        self.app.registry.put_device(device);
        let home = NewPlacement {
            place: Place::Home,
            household: Some(format!("F-{}", id.to_bits())),
            site: Some("aubiers".to_owned()),
            seat: None,
        };
        placement::put(&self.app, id, home, "test", from)
            .await
            .unwrap();
    }

    /// On from six to eight in the evening; with a goodbye, if it says one.
    async fn live_a_day(&self, device: DeviceId, boot: u32, day: Date, goodbye: bool) {
        let zero = at(day, 18);
        for n in 0..=8_i64 {
            let uptime_ms = n * HOUR / 4;
            let report = json!({"interval_s": 900, "consent": "usage"});
            let envelope = Envelope {
                number: Number {
                    install: InstallId::from_bits(3),
                    boot,
                    seq: n as u64 + 1,
                },
                first_seq: 1,
                age_ms: Some(0),
                age_estimated: false,
                observed_at: zero + uptime_ms,
                uptime_ms: uptime_ms as u64,
                body: UpBody::Report(serde_json::from_value(report).unwrap()),
            };
            self.hear(device, zero + uptime_ms, Heard::Message(envelope))
                .await;
        }
        let state = if goodbye { State::Off } else { State::Lost };
        let goodbye = goodbye.then_some(boot);
        let status = Status {
            state,
            install: goodbye.map(|_| InstallId::from_bits(3)),
            boot: goodbye,
            uptime_ms: goodbye.map(|_| 2 * HOUR as u64),
        };
        self.hear(device, zero + 2 * HOUR + 1_000, Heard::Status(status))
            .await;
    }

    async fn hear(&self, device: DeviceId, at: i64, heard: Heard) {
        let recording = self.app.recorder.record(device, at, heard).await;
        recording.done().await.unwrap();
    }

    async fn judge(&self, device: DeviceId, now: i64) -> Judgement {
        rhythm::round(&self.app, now).await.unwrap();
        let entry = self.app.registry.get(device).unwrap();
        Judge::at(&self.app, now).of(&entry)
    }

    /// When somebody should call, as it is told on the Monday after.
    async fn overdue_at(&self, device: DeviceId) -> i64 {
        let monday = at(LAST, 24 + 12);
        let judgement = self.judge(device, monday).await;
        assert_eq!(judgement.presence, Presence::Quiet, "{judgement:?}");
        judgement.overdue_at.expect("a silence is overdue one day")
    }
}

fn open(dir: &Path) -> Arc<App> {
    testing::app(dir, 1)
}

#[tokio::test]
async fn each_home_is_judged_by_its_own_rhythm() {
    let quarter = Quarter::open().await;
    let since = at(LAST, 20);
    let evening = quarter.overdue_at(EVENING).await - since;
    let weekend = quarter.overdue_at(WEEKEND).await - since;
    assert!(evening < 15 * DAY, "{evening}");
    assert!(weekend > evening + DAY, "{weekend} and {evening}");
    let judgement = quarter.judge(EVENING, since + evening).await;
    let Reason::Unusual { days_per_week, .. } = judgement.reason else {
        panic!("{judgement:?}");
    };
    assert!(days_per_week > 6.0, "{days_per_week}");
    let judgement = quarter.judge(WEEKEND, since + evening).await;
    assert_eq!(judgement.presence, Presence::Quiet);
}

#[tokio::test]
async fn what_was_learnt_is_known_again_after_a_restart() {
    let Quarter { app, dir } = Quarter::open().await;
    let before = Quarter { app, dir };
    let told = before.overdue_at(EVENING).await;
    let Quarter { app, dir } = before;
    let state = Arc::clone(&app.store);
    drop(app);
    state.close();
    drop(state);
    let app = open(dir.path());
    let again = Quarter { app, dir };
    assert_eq!(again.overdue_at(EVENING).await, told);
}

#[tokio::test]
async fn an_overdue_home_gets_one_ticket_and_none_once_it_is_heard_of_again() {
    let quarter = Quarter::open().await;
    let overdue_at = quarter.overdue_at(EVENING).await;
    let look = async |now: i64| {
        rhythm::round(&quarter.app, now).await.unwrap();
        let moment = Moment {
            now,
            listening_since: at(FIRST, 0),
        };
        rules::round(&quarter.app, moment).await.unwrap();
        let tickets = stored::all(quarter.app.store.as_ref()).unwrap();
        let open = tickets.into_iter().filter(|ticket| ticket.is_open());
        open.map(|ticket| (ticket.device, ticket.cause))
            .collect::<Vec<_>>()
    };
    // As often as a rule counts, up to the moment and then for two days.
    let mut found = Vec::new();
    let mut hour = overdue_at - 2 * DAY;
    while hour < overdue_at {
        assert_eq!(look(hour).await, []);
        hour += HOUR;
    }
    while hour < overdue_at + 2 * DAY {
        found = look(hour).await;
        hour += HOUR;
    }
    assert_eq!(found, [(EVENING, Cause::Overdue)]);
    let back = Day::of(hour, &paris()).next().date();
    quarter.live_a_day(EVENING, 200, back, true).await;
    let mut open = found;
    for n in 0..48 {
        open = look(at(back, 19 + n)).await;
    }
    assert_eq!(open, []);
    let tickets = stored::all(quarter.app.store.as_ref()).unwrap();
    assert_eq!(tickets.len(), 1);
    assert_ne!(tickets[0].state, TicketState::New);
}

#[tokio::test]
async fn a_declared_absence_is_believed_and_forgotten_once_the_home_is_back() {
    let quarter = Quarter::open().await;
    let overdue_at = quarter.overdue_at(EVENING).await;
    let monday = at(LAST, 24 + 12);
    let last = Day::of_date(LAST).next().next();
    let new = NewAbsence {
        device: Some(EVENING),
        site: None,
        first: last.date(),
        last: Day(last.0 + 20).date(),
    };
    let made = absence::declare(&quarter.app, new.clone(), "test", monday)
        .await
        .unwrap();
    let again = absence::declare(&quarter.app, new, "test", monday)
        .await
        .unwrap();
    assert_eq!(made.id, again.id);
    let away = quarter.judge(EVENING, overdue_at + DAY).await;
    assert_eq!(away.presence, Presence::Quiet);
    assert!(matches!(away.reason, Reason::AwayUntil(_)), "{away:?}");
    let everywhere = Reach::Everywhere;
    let end = at(Day(last.0 + 21).date(), 12);
    assert_eq!(absence::list(&quarter.app, &everywhere, end - DAY).len(), 1);
    assert!(
        absence::list(&quarter.app, &everywhere, end).is_empty(),
        "it is over"
    );
    assert_eq!(absence::sweep(&quarter.app, end).await.unwrap(), 0);
    assert_ne!(
        quarter.judge(EVENING, end).await.presence,
        Presence::Overdue
    );
    let back = Day(last.0 + 21).date();
    quarter.live_a_day(EVENING, 300, back, true).await;
    let next = at(back, 24 + 1);
    assert_eq!(absence::sweep(&quarter.app, next).await.unwrap(), 1);
}

#[tokio::test]
async fn a_site_that_closes_is_believed_for_all_its_homes_and_an_unknown_one_for_none() {
    let quarter = Quarter::open().await;
    let overdue_at = quarter.overdue_at(EVENING).await;
    let now = at(LAST, 24);
    let new = |site: &str| NewAbsence {
        device: None,
        site: Some(site.to_owned()),
        first: LAST,
        last: Day(Day::of_date(LAST).0 + 30).date(),
    };
    let unknown = absence::declare(&quarter.app, new("auberges"), "test", now).await;
    assert!(matches!(unknown, Err(absence::AbsenceError::UnknownSite)));
    absence::declare(&quarter.app, new("aubiers"), "test", now)
        .await
        .unwrap();
    let away = quarter.judge(EVENING, overdue_at).await;
    assert!(matches!(away.reason, Reason::AwayUntil(_)), "{away:?}");
}

#[tokio::test]
async fn what_another_household_did_with_the_pc_is_not_held_against_the_next() {
    let quarter = Quarter::open().await;
    let monday = at(LAST, 24 + 12);
    let bench = NewPlacement {
        place: Place::Bench,
        household: None,
        site: None,
        seat: None,
    };
    placement::put(&quarter.app, EVENING, bench, "test", monday)
        .await
        .unwrap();
    let benched = quarter.judge(EVENING, monday + 100 * DAY).await;
    assert_eq!(benched.presence, Presence::Quiet);
    assert_eq!(benched.reason, Reason::NotAwaited);
    let home = NewPlacement {
        place: Place::Home,
        household: Some("F-9".to_owned()),
        site: Some("aubiers".to_owned()),
        seat: None,
    };
    placement::put(&quarter.app, EVENING, home, "test", monday + 1)
        .await
        .unwrap();
    let fresh = quarter.judge(EVENING, monday + DAY).await;
    assert_eq!(fresh.presence, Presence::NeverStarted);
    let evening = Day::of(monday, &paris()).next().next().date();
    quarter.live_a_day(EVENING, 400, evening, true).await;
    let entry = quarter.app.registry.get(EVENING).unwrap();
    let rhythm = quarter.app.rhythms.learnt().rhythm(&entry);
    assert!(rhythm.known_days < 10.0, "{}", rhythm.known_days);
}

#[tokio::test]
async fn homes_that_fall_together_are_unreachable_together() {
    let quarter = Quarter::open().await;
    let day = Day::of_date(LAST).next().date();
    for n in 10..16 {
        let device = DeviceId::from_bits(n);
        quarter.hand_over(device).await;
        quarter.live_a_day(device, 1, day, false).await;
    }
    quarter.live_a_day(EVENING, 500, day, false).await;
    let night = at(day, 23);
    for device in [EVENING, DeviceId::from_bits(12)] {
        let judgement = quarter.judge(device, night).await;
        assert_eq!(judgement.presence, Presence::Unreachable);
        assert!(
            matches!(judgement.reason, Reason::FellTogether { .. }),
            "{judgement:?}"
        );
    }
    assert_eq!(
        quarter.judge(WEEKEND, night).await.presence,
        Presence::Quiet
    );
}
