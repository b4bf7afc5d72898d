use declic_common::InstallId;
use declic_common::command::Outcome;
use declic_common::envelope::{Envelope, Number, UpBody};
use declic_common::settings::{Settings, charter_text};
use declic_common::topic::Leaf;
use rcgen::{CertificateParams, KeyPair};

use super::*;
use crate::app::hub::Kick;
use crate::app::recorder::Heard;
use crate::app::settings::{self, SettingsError};
use crate::app::{enrolment, testing};

const NOW: i64 = 1_790_000_000_000;

async fn device(app: &Arc<App>) -> DeviceId {
    let made = enrolment::create(app, Default::default(), "cli", NOW)
        .await
        .unwrap();
    let code: declic_common::code::EnrolCode = made.code.unwrap().parse().unwrap();
    let params = CertificateParams::new(vec![]).unwrap();
    let csr = params
        .serialize_request(&KeyPair::generate().unwrap())
        .unwrap();
    let enrolled = enrolment::enrol(app, code.token, &csr.pem().unwrap(), NOW).await;
    enrolled.unwrap().device
}

/// The device answers a command.
async fn answer(app: &App, device: DeviceId, command: CommandId, result: OutcomeResult, at: i64) {
    let envelope = Envelope {
        number: Number {
            install: InstallId::from_bits(1),
            boot: 1,
            seq: 1,
        },
        first_seq: 1,
        observed_at: at,
        uptime_ms: 1,
        age_ms: Some(0),
        age_estimated: false,
        body: UpBody::Outcome(Outcome { command, result }),
    };
    let recording = app
        .recorder
        .record(device, at, Heard::Message(envelope))
        .await;
    recording.done().await.unwrap();
}

#[tokio::test]
async fn a_retired_device_is_asked_to_leave_and_shut_out_once_it_has() {
    let dir = tempfile::tempdir().unwrap();
    let app = testing::app(dir.path(), 8443);
    let id = device(&app).await;
    let mut session = app.hub.attach(id, NOW);
    let row = retire(&app, id, "cli", NOW).await.unwrap();
    assert_eq!(session.down.try_recv().unwrap().leaf, Leaf::Command);
    assert_eq!(app.registry.get(id).unwrap().device.retired_at, Some(NOW));
    let twice = retire(&app, id, "cli", NOW).await;
    assert!(matches!(twice, Err(RetireError::Already)));
    assert_eq!(
        finish(&app, NOW + FAREWELL_MS).await.unwrap(),
        0,
        "it has not answered"
    );

    answer(&app, id, row.id, OutcomeResult::Done, NOW + 5).await;
    assert_eq!(session.down.try_recv().unwrap().leaf, Leaf::Receipt);
    assert_eq!(
        finish(&app, NOW + 5).await.unwrap(),
        0,
        "its receipt is on the way"
    );
    assert!(session.kick.try_recv().is_err());
    assert_eq!(finish(&app, NOW + 5 + FAREWELL_MS).await.unwrap(), 1);
    assert_eq!(session.kick.try_recv(), Ok(Kick::Revoked));
    assert!(app.registry.get(id).unwrap().device.revoked_at.is_some());
    assert_eq!(finish(&app, NOW + 5 + FAREWELL_MS).await.unwrap(), 0);
}

#[tokio::test]
async fn a_retired_device_that_failed_to_leave_waits_for_a_technician() {
    let dir = tempfile::tempdir().unwrap();
    let app = testing::app(dir.path(), 8443);
    let id = device(&app).await;
    let row = retire(&app, id, "cli", NOW).await.unwrap();
    answer(&app, id, row.id, OutcomeResult::Failed, NOW).await;
    assert_eq!(finish(&app, row.expires_at + 1).await.unwrap(), 0);
}

#[tokio::test]
async fn a_retired_device_that_never_came_back_is_shut_out_in_the_end() {
    let dir = tempfile::tempdir().unwrap();
    let app = testing::app(dir.path(), 8443);
    let id = device(&app).await;
    let row = retire(&app, id, "cli", NOW).await.unwrap();
    assert_eq!(finish(&app, row.expires_at).await.unwrap(), 0);
    assert_eq!(finish(&app, row.expires_at + 1).await.unwrap(), 1);
}

#[tokio::test]
async fn nobody_retires_or_revokes_an_unknown_device() {
    let dir = tempfile::tempdir().unwrap();
    let app = testing::app(dir.path(), 8443);
    let unknown = DeviceId::from_bits(1);
    let retired = retire(&app, unknown, "cli", NOW).await;
    assert!(matches!(retired, Err(RetireError::UnknownDevice)));
    let revoked = revoke(&app, unknown, "cli", NOW).await;
    assert!(matches!(revoked, Err(RetireError::UnknownDevice)));
    let id = device(&app).await;
    revoke(&app, id, "cli", NOW).await.unwrap();
    let retired = retire(&app, id, "cli", NOW).await;
    assert!(matches!(retired, Err(RetireError::Revoked)));
}

#[tokio::test]
async fn a_charter_reaches_the_device_without_its_code() {
    let dir = tempfile::tempdir().unwrap();
    let app = testing::app(dir.path(), 8443);
    let id = device(&app).await;
    let mut session = app.hub.attach(id, NOW);
    let code = settings::charter(&app, id, "cli", NOW).await.unwrap();
    let down = session.down.try_recv().unwrap();
    assert_eq!(down.leaf, Leaf::Settings);
    let sent = Settings::parse(&down.payload).unwrap();
    let check = sent.charter.clone().unwrap();
    let text = format!("{}{}", check.salt, charter_text(&code.to_lowercase()));
    let hash = ring::digest::digest(&ring::digest::SHA256, text.as_bytes());
    assert_eq!(check.sha256, data_encoding::HEXLOWER.encode(hash.as_ref()));
    assert!(!String::from_utf8(down.payload).unwrap().contains(&code));

    // Other settings change; neither the charter nor a forged one comes with them.
    let next = Settings {
        interval_s: 600,
        charter: None,
        ..Settings::default()
    };
    settings::set(&app, id, next, "cli", NOW).await.unwrap();
    let sent = Settings::parse(&session.down.try_recv().unwrap().payload).unwrap();
    assert_eq!((sent.interval_s, sent.charter), (600, Some(check)));
}

#[tokio::test]
async fn settings_out_of_bounds_change_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let app = testing::app(dir.path(), 8443);
    let id = device(&app).await;
    let fast = Settings {
        interval_s: 10,
        ..Settings::default()
    };
    let set = settings::set(&app, id, fast.clone(), "cli", NOW).await;
    assert!(matches!(set, Err(SettingsError::Bad(_))));
    let unknown = DeviceId::from_bits(1);
    let set = settings::set(&app, unknown, Settings::default(), "cli", NOW).await;
    assert!(matches!(set, Err(SettingsError::UnknownDevice)));
    assert_eq!(app.registry.get(id).unwrap().device.settings, None);
}
