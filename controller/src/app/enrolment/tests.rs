use declic_common::settings::Settings;
use futures_util::future::join_all;
use rcgen::{CertificateParams, KeyPair};

use super::*;
use crate::app::audit::verify;
use crate::app::certificate::{RenewError, Stranger, renew, revoked};
use crate::app::hub::Kick;
use crate::app::registry::Registry;
use crate::app::retire::{retire, revoke};
use crate::app::testing;

const NOW: i64 = 1_790_000_000_000;
const DAY: i64 = 86_400_000;

fn csr(key: &KeyPair) -> String {
    let params = CertificateParams::new(vec![]).unwrap();
    params.serialize_request(key).unwrap().pem().unwrap()
}

fn key() -> KeyPair {
    KeyPair::generate().unwrap()
}

async fn code(app: &Arc<App>, new: NewEnrolment) -> (api::Enrolment, Token) {
    let made = create(app, new, "cli", NOW).await.unwrap();
    let code: EnrolCode = made.code.as_ref().unwrap().parse().unwrap();
    (made, code.token)
}

async fn device(app: &Arc<App>) -> Enrolled {
    let (_, token) = code(app, NewEnrolment::default()).await;
    enrol(app, token, &csr(&key()), NOW).await.unwrap()
}

fn peer(enrolled: &Enrolled) -> Peer {
    let der = CertificateDer::from_pem_slice(enrolled.certificate_pem.as_bytes()).unwrap();
    Peer::read(&der).unwrap()
}

async fn whats(app: &App) -> Vec<String> {
    let mut entries = audit::list(app, None, 100).await.unwrap();
    entries.reverse();
    entries.into_iter().map(|entry| entry.what).collect()
}

#[tokio::test]
async fn a_code_makes_a_device_with_the_labels_of_its_code() {
    let dir = tempfile::tempdir().unwrap();
    let app = testing::app(dir.path(), 8443);
    let (made, token) = code(
        &app,
        NewEnrolment {
            asset: Some("BDX-001".to_owned()),
            site: Some("aubiers".to_owned()),
            ..NewEnrolment::default()
        },
    )
    .await;
    assert_eq!(made.state, EnrolmentState::Open);
    let enrolled = enrol(&app, token, &csr(&key()), NOW + 1).await.unwrap();
    assert_eq!(enrolled.settings, Settings::default());
    assert_eq!(enrolled.address, app.programme.address);
    let known = recognise(&app.registry, &peer(&enrolled)).unwrap();
    assert_eq!(known.device.asset.as_deref(), Some("BDX-001"));
    assert_eq!(known.device.enrolled_at, NOW + 1);
    let listed = list(&app, NOW).await.unwrap();
    assert_eq!(listed[0].state, EnrolmentState::Used);
    assert_eq!(listed[0].device, Some(enrolled.device));
    assert_eq!(listed[0].code, None);
    assert_eq!(whats(&app).await, ["enrolment.create", "device.enrol"]);
    assert_eq!(verify(&app, None).await.unwrap().entries, 2);
    // And so it is after a restart.
    let again = Registry::load(app.store.as_ref()).unwrap();
    assert!(recognise(&again, &peer(&enrolled)).is_ok());
}

#[tokio::test]
async fn the_token_is_nowhere_in_the_store() {
    let dir = tempfile::tempdir().unwrap();
    let app = testing::app(dir.path(), 8443);
    let (_, token) = code(&app, NewEnrolment::default()).await;
    for space in [Space::Core, Space::Audit] {
        let rows = app.store.range(&crate::store::Range {
            space,
            from: vec![],
            to: None,
            descending: false,
            limit: 100,
        });
        for (key, value) in rows.unwrap() {
            let holds = |bytes: &[u8]| bytes.windows(16).any(|window| window == token);
            assert!(!holds(&key) && !holds(&value));
        }
    }
}

#[tokio::test]
async fn a_code_works_once() {
    let dir = tempfile::tempdir().unwrap();
    let app = testing::app(dir.path(), 8443);
    let (_, token) = code(&app, NewEnrolment::default()).await;
    enrol(&app, token, &csr(&key()), NOW).await.unwrap();
    let again = enrol(&app, token, &csr(&key()), NOW).await;
    assert!(matches!(again, Err(EnrolError::Used)));
    assert_eq!(app.registry.len(), 1);
}

#[tokio::test]
async fn of_two_pcs_with_one_code_one_gets_in() {
    let dir = tempfile::tempdir().unwrap();
    let app = testing::app(dir.path(), 8443);
    let (_, token) = code(&app, NewEnrolment::default()).await;
    let requests: Vec<String> = (0..8).map(|_| csr(&key())).collect();
    let answers = join_all(requests.iter().map(|csr| enrol(&app, token, csr, NOW))).await;
    let refused = |answer: &Result<_, _>| matches!(answer, Err(EnrolError::Used));
    assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 1);
    assert_eq!(answers.iter().filter(|answer| refused(answer)).count(), 7);
    assert_eq!(app.registry.len(), 1);
}

#[tokio::test]
async fn a_lost_answer_is_given_again_to_the_same_key_for_an_hour() {
    let dir = tempfile::tempdir().unwrap();
    let app = testing::app(dir.path(), 8443);
    let (_, token) = code(&app, NewEnrolment::default()).await;
    let key = key();
    let first = enrol(&app, token, &csr(&key), NOW).await.unwrap();
    let again = enrol(&app, token, &csr(&key), NOW + RETRY_MS)
        .await
        .unwrap();
    assert_eq!(again.certificate_pem, first.certificate_pem);
    assert_eq!(
        (again.device, again.renew_at),
        (first.device, first.renew_at)
    );
    let late = enrol(&app, token, &csr(&key), NOW + RETRY_MS + 1).await;
    assert!(matches!(late, Err(EnrolError::Used)));
    assert_eq!(whats(&app).await.len(), 2, "a repeat changes nothing");
    revoke(&app, first.device, "cli", NOW).await.unwrap();
    let shut = enrol(&app, token, &csr(&key), NOW).await;
    assert!(matches!(shut, Err(EnrolError::Used)));
}

#[tokio::test]
async fn codes_that_ended_were_cancelled_or_never_were_are_told_apart() {
    let dir = tempfile::tempdir().unwrap();
    let app = testing::app(dir.path(), 8443);
    let csr = csr(&key());
    let (made, token) = code(&app, NewEnrolment::default()).await;
    let end = NOW + 168 * 3_600_000;
    assert_eq!(made.expires_at.as_millisecond(), end);
    let late = enrol(&app, token, &csr, end + 1).await;
    assert!(matches!(late, Err(EnrolError::Expired)));
    assert_eq!(
        list(&app, end + 1).await.unwrap()[0].state,
        EnrolmentState::Expired
    );
    for _ in 0..2 {
        let cancelled = cancel(&app, &made.id, "cli", NOW).await.unwrap();
        assert_eq!(cancelled.state, EnrolmentState::Cancelled);
    }
    let cancelled = enrol(&app, token, &csr, NOW).await;
    assert!(matches!(cancelled, Err(EnrolError::Cancelled)));
    let unknown = enrol(&app, [7; 16], &csr, NOW).await;
    assert!(matches!(unknown, Err(EnrolError::UnknownCode)));
    let absent = cancel(&app, "e-aaaaaaaaaaaa", "cli", NOW).await;
    assert!(matches!(absent, Err(CancelError::Unknown)));
    assert_eq!(whats(&app).await, ["enrolment.create", "enrolment.cancel"]);
}

#[tokio::test]
async fn a_used_code_cannot_be_cancelled() {
    let dir = tempfile::tempdir().unwrap();
    let app = testing::app(dir.path(), 8443);
    let (made, token) = code(&app, NewEnrolment::default()).await;
    enrol(&app, token, &csr(&key()), NOW).await.unwrap();
    let cancelled = cancel(&app, &made.id, "cli", NOW).await;
    assert!(matches!(cancelled, Err(CancelError::Used)));
}

#[tokio::test]
async fn a_bad_request_does_not_use_the_code_up() {
    let dir = tempfile::tempdir().unwrap();
    let app = testing::app(dir.path(), 8443);
    let (_, token) = code(&app, NewEnrolment::default()).await;
    let bad = enrol(&app, token, "garbage", NOW).await;
    assert!(matches!(bad, Err(EnrolError::Csr(BadCsr::Unreadable))));
    assert!(enrol(&app, token, &csr(&key()), NOW).await.is_ok());
}

#[tokio::test]
async fn labels_and_lives_out_of_bounds_are_refused() {
    let dir = tempfile::tempdir().unwrap();
    let app = testing::app(dir.path(), 8443);
    let long = "x".repeat(LABEL_CHARS + 1);
    for asset in ["", " BDX", "two\nlines", "\u{7f}", &long] {
        let new = NewEnrolment {
            asset: Some(asset.to_owned()),
            ..NewEnrolment::default()
        };
        let made = create(&app, new, "cli", NOW).await;
        assert!(matches!(made, Err(CreateError::BadLabel)), "{asset:?}");
    }
    for hours in [0, MAX_HOURS + 1, u32::MAX] {
        let new = NewEnrolment {
            hours: Some(hours),
            ..NewEnrolment::default()
        };
        let made = create(&app, new, "cli", NOW).await;
        assert!(matches!(made, Err(CreateError::BadHours)), "{hours}");
    }
    assert!(whats(&app).await.is_empty());
}

#[tokio::test]
async fn a_renewal_keeps_the_certificate_in_use_until_the_next_one() {
    let dir = tempfile::tempdir().unwrap();
    let app = testing::app(dir.path(), 8443);
    let first = device(&app).await;
    let second = renew(&app, &peer(&first), &csr(&key()), NOW).await.unwrap();
    assert_eq!(second.device, first.device);
    for known in [&first, &second] {
        assert!(recognise(&app.registry, &peer(known)).is_ok());
    }
    // The answer was lost: the device asks again with what it has.
    let third = renew(&app, &peer(&first), &csr(&key()), NOW).await.unwrap();
    assert!(recognise(&app.registry, &peer(&first)).is_ok());
    let lost = recognise(&app.registry, &peer(&second)).unwrap_err();
    assert_eq!(lost, Stranger::Replaced);
    let fourth = renew(&app, &peer(&third), &csr(&key()), NOW).await.unwrap();
    let out = recognise(&app.registry, &peer(&first)).unwrap_err();
    assert_eq!(out, Stranger::Replaced);
    assert!(recognise(&app.registry, &peer(&fourth)).is_ok());
    let mut listed: Vec<String> = revoked(&app, NOW)
        .await
        .unwrap()
        .into_iter()
        .map(|r| r.0)
        .collect();
    let mut expected = vec![peer(&first).serial, peer(&second).serial];
    listed.sort();
    expected.sort();
    assert_eq!(listed, expected);
    assert!(revoked(&app, NOW + 10_000 * DAY).await.unwrap().is_empty());
}

#[tokio::test]
async fn an_ended_certificate_renews_for_ninety_days() {
    let dir = tempfile::tempdir().unwrap();
    let app = testing::app(dir.path(), 8443);
    let enrolled = device(&app).await;
    let last = enrolled.expires_at + 90 * DAY;
    let late = renew(&app, &peer(&enrolled), &csr(&key()), last + 1).await;
    assert!(matches!(late, Err(RenewError::TooLate)));
    assert!(
        renew(&app, &peer(&enrolled), &csr(&key()), last)
            .await
            .is_ok()
    );
}

#[tokio::test]
async fn a_revoked_device_neither_renews_nor_stays() {
    let dir = tempfile::tempdir().unwrap();
    let app = testing::app(dir.path(), 8443);
    let enrolled = device(&app).await;
    let mut session = app.hub.attach(enrolled.device, NOW);
    for _ in 0..2 {
        revoke(&app, enrolled.device, "cli", NOW).await.unwrap();
    }
    assert_eq!(session.kick.try_recv(), Ok(Kick::Revoked));
    let renewed = renew(&app, &peer(&enrolled), &csr(&key()), NOW).await;
    assert!(matches!(
        renewed,
        Err(RenewError::Stranger(Stranger::Revoked))
    ));
    let listed = revoked(&app, NOW).await.unwrap();
    assert_eq!(listed, [(peer(&enrolled).serial, NOW)]);
    let told = whats(&app).await;
    assert_eq!(
        told.iter().filter(|what| *what == "device.revoke").count(),
        1
    );
}

#[tokio::test]
async fn a_stranger_with_our_certificate_is_still_a_stranger() {
    let dir = tempfile::tempdir().unwrap();
    let app = testing::app(dir.path(), 8443);
    let mut unknown = peer(&device(&app).await);
    unknown.device = DeviceId::from_bits(1);
    let found = recognise(&app.registry, &unknown).unwrap_err();
    assert_eq!(found, Stranger::Unknown);
}

#[tokio::test]
async fn a_bound_code_gives_the_same_device_a_new_certificate() {
    let dir = tempfile::tempdir().unwrap();
    let app = testing::app(dir.path(), 8443);
    let first = device(&app).await;
    let second = renew(&app, &peer(&first), &csr(&key()), NOW).await.unwrap();
    let mut session = app.hub.attach(first.device, NOW);
    let bound = || NewEnrolment {
        rebind: Some(first.device),
        site: Some("grand-parc".to_owned()),
        ..NewEnrolment::default()
    };
    let (_, token) = code(&app, bound()).await;
    assert!(
        recognise(&app.registry, &peer(&second)).is_ok(),
        "until it is used"
    );
    let third = enrol(&app, token, &csr(&key()), NOW).await.unwrap();
    assert_eq!(third.device, first.device);
    assert_eq!(app.registry.len(), 1);
    assert_eq!(session.kick.try_recv(), Ok(Kick::Revoked));
    for old in [&first, &second] {
        let out = recognise(&app.registry, &peer(old)).unwrap_err();
        assert_eq!(out, Stranger::Replaced);
    }
    let entry = recognise(&app.registry, &peer(&third)).unwrap();
    assert_eq!(entry.device.site.as_deref(), Some("grand-parc"));
    // A PC that was shut out and found again comes back the same way.
    revoke(&app, first.device, "cli", NOW).await.unwrap();
    let (_, token) = code(&app, bound()).await;
    let back = enrol(&app, token, &csr(&key()), NOW).await.unwrap();
    assert!(recognise(&app.registry, &peer(&back)).is_ok());
    assert_eq!(
        verify(&app, None).await.unwrap().entries,
        whats(&app).await.len() as u64
    );
}

#[tokio::test]
async fn a_code_binds_to_no_unknown_or_retired_device() {
    let dir = tempfile::tempdir().unwrap();
    let app = testing::app(dir.path(), 8443);
    let enrolled = device(&app).await;
    let bound = |device| NewEnrolment {
        rebind: Some(device),
        ..NewEnrolment::default()
    };
    let unknown = create(&app, bound(DeviceId::from_bits(1)), "cli", NOW).await;
    assert!(matches!(unknown, Err(CreateError::UnknownDevice(_))));
    let (_, token) = code(&app, bound(enrolled.device)).await;
    retire(&app, enrolled.device, "cli", NOW).await.unwrap();
    let made = create(&app, bound(enrolled.device), "cli", NOW).await;
    assert!(matches!(made, Err(CreateError::Retired(_))));
    let used = enrol(&app, token, &csr(&key()), NOW).await;
    assert!(matches!(used, Err(EnrolError::Retired)));
}
