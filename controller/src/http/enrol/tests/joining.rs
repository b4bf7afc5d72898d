//! A PC joins with its code.

use super::*;

#[tokio::test]
async fn a_pc_enrols_and_keeps_its_identity_to_itself() {
    let house = House::open().await;
    let parent = tempfile::tempdir().unwrap();
    let state = parent.path().join("state");
    let code = house.code(NewEnrolment::default()).await;
    // As it is read from paper.
    let code = code.to_uppercase();
    let identity = agent::enrol(&code, &state, false).await.unwrap();
    assert!(house.app.registry.get(identity.device).is_some());
    assert_eq!(Identity::load(&state).unwrap(), identity);
    assert_eq!(mode(&state), 0o700);
    assert_eq!(mode(&state.join("identity.json")), 0o600);
    let files: Vec<_> = fs::read_dir(&state).unwrap().collect();
    assert_eq!(files.len(), 1, "nothing else is left: {files:?}");
    assert!(!format!("{identity:?}").contains("PRIVATE"));
    assert!(!agent::is_due(&identity, now()));
    assert!(agent::is_due(&identity, identity.renew_at));
    assert!((identity.expires_at - now() - DEVICE_LIFE_MS).abs() < 60_000);
    let again = agent::enrol(&code, &state, false).await.unwrap_err();
    assert!(matches!(again, agent::EnrolError::AlreadyEnrolled(id) if id == identity.device));
    assert!(house.stop.send(()).is_ok());
    house.served.await.unwrap().unwrap();
}

#[tokio::test]
async fn a_pc_that_believes_it_is_2005_enrols() {
    let house = House::open().await;
    let state = tempfile::tempdir().unwrap();
    let code = house.code(NewEnrolment::default()).await;
    let enrolled = agent::enrol_on(&in_2005(), &code, state.path(), false).await;
    let identity = enrolled.unwrap();
    // And it can speak to the controller from then on.
    let mut config = identity.client_config().unwrap();
    config.time_provider = Arc::new(Clock(YEAR_2005_S));
    let tcp = TcpStream::connect(("127.0.0.1", house.port)).await.unwrap();
    let host = ServerName::try_from("127.0.0.1").unwrap();
    let connector = TlsConnector::from(Arc::new(config));
    connector.connect(host, tcp).await.unwrap();
}

#[tokio::test]
async fn a_refused_code_says_why() {
    let house = House::open().await;
    let state = tempfile::tempdir().unwrap();
    let used = house.code(NewEnrolment::default()).await;
    let other = tempfile::tempdir().unwrap();
    agent::enrol(&used, other.path(), false).await.unwrap();
    let cancelled = enrolment::create(&house.app, NewEnrolment::default(), "cli", now());
    let cancelled = cancelled.await.unwrap();
    enrolment::cancel(&house.app, &cancelled.id, "cli", now())
        .await
        .unwrap();
    let early = now() - 10 * DAY;
    let expired = enrolment::create(&house.app, NewEnrolment::default(), "cli", early);
    let expired = expired.await.unwrap();
    let unknown = EnrolCode {
        token: [9; 16],
        ..used.parse().unwrap()
    };
    for (code, expected) in [
        (used.clone(), "/problems/code-used"),
        (cancelled.code.unwrap(), "/problems/code-cancelled"),
        (expired.code.unwrap(), "/problems/code-expired"),
        (unknown.to_string(), "/problems/unknown-code"),
    ] {
        let error = agent::enrol(&code, state.path(), false).await.unwrap_err();
        assert!(error.to_string().contains("ask for a new one"), "{error}");
        assert_eq!(kind(error), expected);
    }
    assert!(matches!(
        Identity::load(state.path()),
        Err(IdentityError::NotEnrolled)
    ));
}

#[tokio::test]
async fn a_mistyped_code_is_told_before_anything_is_sent() {
    let state = tempfile::tempdir().unwrap();
    let error = agent::enrol("abcdef", state.path(), false)
        .await
        .unwrap_err();
    assert!(matches!(error, agent::EnrolError::Code(BadCode::Garbled)));
    assert_eq!(fs::read_dir(state.path()).unwrap().count(), 0);
}

#[tokio::test]
async fn another_authority_in_between_gets_nothing() {
    let (house, thief) = (House::open().await, House::open().await);
    let state = tempfile::tempdir().unwrap();
    let code: EnrolCode = house.code(NewEnrolment::default()).await.parse().unwrap();
    let through = |port| {
        let mut code = code.clone();
        code.address.enrol_port = port;
        code.to_string()
    };
    // A thief with an authority of its own; and one that shows ours beside a leaf
    // that we never signed.
    let key = KeyPair::generate().unwrap();
    let params = CertificateParams::new(vec!["127.0.0.1".to_owned()]).unwrap();
    let leaf = params.self_signed(&key).unwrap().der().clone();
    let key = PrivateKeyDer::from_pem_slice(key.serialize_pem().as_bytes()).unwrap();
    let liar = shows(vec![leaf, ca(&house.app.pki)], key).await;
    for port in [thief.port, liar] {
        let error = agent::enrol(&through(port), state.path(), false).await;
        let error = error.unwrap_err();
        assert!(
            matches!(error, agent::EnrolError::OtherAuthority(_)),
            "{error:?}"
        );
    }
    // The code was not given away.
    let direct = agent::enrol(&code.to_string(), state.path(), false).await;
    assert!(direct.is_ok());
}

#[tokio::test]
async fn a_controller_under_another_name_is_told() {
    let house = House::open_at("127.0.0.2", |_| {}).await;
    let state = tempfile::tempdir().unwrap();
    let code = house.code(NewEnrolment::default()).await;
    let error = agent::enrol(&code, state.path(), false).await.unwrap_err();
    assert!(matches!(error, agent::EnrolError::WrongName(name) if name == "127.0.0.2"));
}

#[tokio::test]
async fn a_controller_that_is_away_can_be_tried_again() {
    let house = House::open().await;
    let state = tempfile::tempdir().unwrap();
    let code: EnrolCode = house.code(NewEnrolment::default()).await.parse().unwrap();
    let away = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let mut elsewhere = code.clone();
    elsewhere.address.enrol_port = away.local_addr().unwrap().port();
    drop(away);
    let error = agent::enrol(&elsewhere.to_string(), state.path(), false).await;
    let error = error.unwrap_err();
    assert!(
        matches!(error, agent::EnrolError::Unreachable(..)),
        "{error:?}"
    );
    let pending = state.path().join("pending.key");
    assert_eq!(mode(&pending), 0o600);
    agent::enrol(&code.to_string(), state.path(), false)
        .await
        .unwrap();
    assert!(!pending.exists());
}

#[tokio::test]
async fn an_answer_lost_on_its_way_is_given_again() {
    let house = House::open().await;
    let state = tempfile::tempdir().unwrap();
    let code = house.code(NewEnrolment::default()).await;
    // The attempt that was cut: its key is on disk, the controller has committed.
    let key = KeyPair::generate().unwrap();
    fs::write(state.path().join("pending.key"), key.serialize_pem()).unwrap();
    let csr = CertificateParams::new(vec![]).unwrap();
    let csr = csr.serialize_request(&key).unwrap().pem().unwrap();
    let token = code.parse::<EnrolCode>().unwrap().token;
    let lost = enrolment::enrol(&house.app, token, &csr, now())
        .await
        .unwrap();
    let identity = agent::enrol(&code, state.path(), false).await.unwrap();
    assert_eq!(identity.device, lost.device);
    assert_eq!(house.app.registry.len(), 1);
}

#[tokio::test]
async fn of_two_pcs_that_use_one_code_at_once_one_is_refused() {
    let house = House::open().await;
    let code = house.code(NewEnrolment::default()).await;
    let (one, two) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (first, second) = tokio::join!(
        agent::enrol(&code, one.path(), false),
        agent::enrol(&code, two.path(), false)
    );
    let refused = match (first, second) {
        (Ok(_), Err(refused)) | (Err(refused), Ok(_)) => refused,
        both => panic!("{both:?}"),
    };
    assert_eq!(kind(refused), "/problems/code-used");
}

#[tokio::test]
async fn a_bound_code_replaces_the_identity_of_the_same_device() {
    let house = House::open().await;
    let state = tempfile::tempdir().unwrap();
    let first = house.enrol(state.path()).await;
    let code = house
        .code(NewEnrolment {
            rebind: Some(first.device),
            ..NewEnrolment::default()
        })
        .await;
    let kept = agent::enrol(&code, state.path(), false).await.unwrap_err();
    assert!(kept.to_string().contains("--replace"), "{kept}");
    let second = agent::enrol(&code, state.path(), true).await.unwrap();
    assert_eq!(second.device, first.device);
    let old = agent::renew(&first, here(&first), state.path())
        .await
        .unwrap_err();
    assert_eq!(kind(old), "/problems/certificate-replaced");
    assert_eq!(Identity::load(state.path()).unwrap(), second);
}
