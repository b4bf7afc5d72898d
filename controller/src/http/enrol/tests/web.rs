//! What a PC makes of the certificate that the door shows, and of its own clock.

use super::*;

static PUBLIC: OnceLock<CertificateDer<'static>> = OnceLock::new();

#[tokio::test]
async fn a_door_with_a_certificate_of_the_public_web_is_known_by_the_system_s_list() {
    let web = tempfile::tempdir().unwrap();
    let web = testing::pki(web.path());
    PUBLIC.set(ca(&web)).unwrap();
    let shown = web.issue_server(&["127.0.0.1".to_owned()]).unwrap();
    let house = House::open_at("127.0.0.1", |pki| {
        pki.show_public(&shown.chain_pem, &shown.key_pem).unwrap();
    })
    .await;
    let code = house.code(NewEnrolment::default()).await;
    assert!(code.parse::<EnrolCode>().unwrap().public_certificate);
    let state = tempfile::tempdir().unwrap();
    let unlisted = Ground {
        public_roots: Vec::new,
        ..Ground::default()
    };
    let error = agent::enrol_on(&unlisted, &code, state.path(), false).await;
    let error = error.unwrap_err();
    assert!(
        matches!(error, agent::EnrolError::OtherAuthority(_)),
        "{error:?}"
    );
    let listed = Ground {
        public_roots: || PUBLIC.get().cloned().into_iter().collect(),
        ..Ground::default()
    };
    let identity = agent::enrol_on(&listed, &code, state.path(), false).await;
    let identity = identity.unwrap();
    assert!(identity.public_certificate);
    let error = agent::renew_on(&unlisted, &identity, here(&identity), state.path()).await;
    let error = error.unwrap_err();
    assert!(
        matches!(error, agent::EnrolError::OtherAuthority(_)),
        "{error:?}"
    );
    agent::renew_on(&listed, &identity, here(&identity), state.path())
        .await
        .unwrap();
}

static RECENT: OnceLock<CertificateDer<'static>> = OnceLock::new();

#[tokio::test]
async fn a_wrong_clock_is_told_where_it_matters() {
    let house = House::open().await;
    let state = tempfile::tempdir().unwrap();
    // The public web does not begin its certificates in 1975.
    let key = KeyPair::generate().unwrap();
    let mut params = CertificateParams::new(vec!["127.0.0.1".to_owned()]).unwrap();
    params.not_before = date_time_ymd(2020, 1, 1);
    let leaf = params.self_signed(&key).unwrap().der().clone();
    RECENT.set(leaf.clone()).unwrap();
    let key = PrivateKeyDer::from_pem_slice(key.serialize_pem().as_bytes()).unwrap();
    let mut code: EnrolCode = house.code(NewEnrolment::default()).await.parse().unwrap();
    code.public_certificate = true;
    code.address.enrol_port = shows(vec![leaf], key).await;
    let ground = Ground {
        public_roots: || RECENT.get().cloned().into_iter().collect(),
        ..in_2005()
    };
    let error = agent::enrol_on(&ground, &code.to_string(), state.path(), false).await;
    let error = error.unwrap_err();
    assert!(matches!(error, agent::EnrolError::Clock), "{error:?}");
}
