//! A device asks for a new certificate.

use super::*;

#[tokio::test]
async fn a_renewal_replaces_key_and_certificate() {
    let house = House::open().await;
    let state = tempfile::tempdir().unwrap();
    let first = house.enrol(state.path()).await;
    let second = agent::renew(&first, here(&first), state.path())
        .await
        .unwrap();
    assert_eq!(second.device, first.device);
    assert_ne!(second, first);
    assert_eq!(Identity::load(state.path()).unwrap(), second);
    assert_eq!(mode(&state.path().join("identity.json")), 0o600);
    // The identity of before a power cut still gets in.
    agent::renew(&first, here(&first), state.path())
        .await
        .unwrap();
}

#[tokio::test]
async fn a_device_cannot_fill_the_audit_with_renewals() {
    let house = House::open().await;
    let state = tempfile::tempdir().unwrap();
    let mut identity = house.enrol(state.path()).await;
    for _ in 0..RENEWALS {
        identity = agent::renew(&identity, here(&identity), state.path())
            .await
            .unwrap();
    }
    let error = agent::renew(&identity, here(&identity), state.path())
        .await
        .unwrap_err();
    assert_eq!(kind(error), "/problems/too-many");
}

#[tokio::test]
async fn a_revoked_device_does_not_renew() {
    let house = House::open().await;
    let state = tempfile::tempdir().unwrap();
    let identity = house.enrol(state.path()).await;
    retire::revoke(&house.app, identity.device, "cli", now())
        .await
        .unwrap();
    let error = agent::renew(&identity, here(&identity), state.path())
        .await
        .unwrap_err();
    assert_eq!(kind(error), "/problems/device-revoked");
}

#[tokio::test]
async fn an_ended_certificate_renews_for_ninety_days_and_no_longer() {
    let house = House::open().await;
    for (days, renews) in [(10, true), (100, false)] {
        let then = now() - DEVICE_LIFE_MS - days * DAY;
        let made = enrolment::create(&house.app, NewEnrolment::default(), "cli", then);
        let code: EnrolCode = made.await.unwrap().code.unwrap().parse().unwrap();
        let key = KeyPair::generate().unwrap();
        let csr = CertificateParams::new(vec![]).unwrap();
        let csr = csr.serialize_request(&key).unwrap().pem().unwrap();
        let enrolled = enrolment::enrol(&house.app, code.token, &csr, then);
        let enrolled = enrolled.await.unwrap();
        let state = tempfile::tempdir().unwrap();
        // What a PC finds that was off for three years.
        let mut kept = serde_json::to_value(&enrolled).unwrap();
        kept["key_pem"] = key.serialize_pem().into();
        let file = state.path().join("identity.json");
        fs::write(&file, kept.to_string()).unwrap();
        let identity = Identity::load(state.path()).unwrap();
        match agent::renew(&identity, here(&identity), state.path()).await {
            Ok(next) => assert!(renews && next.expires_at > now(), "{days}"),
            Err(agent::EnrolError::Ended) => assert!(!renews, "{days}"),
            other => panic!("{days}: {other:?}"),
        }
    }
}
