//! The agent's own code against the real door, over real TLS.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::sync::OnceLock;

use declic_agent::enrol as agent;
use declic_agent::enrol::Ground;
use declic_agent::identity::{Identity, IdentityError};
use declic_common::api::NewEnrolment;
use declic_common::code::{BadCode, EnrolCode};
use declic_common::settings::Address;
use rcgen::{CertificateParams, KeyPair, date_time_ymd};
use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};
use rustls::time_provider::TimeProvider;
use rustls::{ClientConfig, RootCertStore};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio_rustls::{TlsAcceptor, TlsConnector};

use super::*;
use crate::app::{retire, testing};
use crate::pki::{DEVICE_LIFE_MS, Pki};

const DAY: i64 = 86_400_000;

/// A controller with its enrolment door open.
struct House {
    app: Arc<App>,
    dir: tempfile::TempDir,
    port: u16,
    stop: oneshot::Sender<()>,
    served: JoinHandle<std::io::Result<()>>,
}

impl House {
    async fn open() -> Self {
        Self::open_at("127.0.0.1", |_| {}).await
    }

    async fn open_at(host: &str, prepare: impl FnOnce(&mut Pki)) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let listener = TcpListener::bind((host, 0)).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let mut pki = testing::pki(dir.path());
        prepare(&mut pki);
        let address = Address {
            host: host.to_owned(),
            mqtt_port: 8883,
            enrol_port: port,
        };
        let app = testing::app_at(dir.path(), address, pki);
        let tls = app.pki.enrol_server_config().unwrap();
        let (stop, stopped) = oneshot::channel();
        let shutdown = async {
            let _ = stopped.await;
        };
        let served = tokio::spawn(run(listener, tls, Arc::clone(&app), shutdown));
        House {
            app,
            dir,
            port,
            stop,
            served,
        }
    }

    async fn code(&self, new: NewEnrolment) -> String {
        let made = enrolment::create(&self.app, new, "cli", now()).await;
        made.unwrap().code.unwrap()
    }

    async fn enrol(&self, state: &Path) -> Identity {
        let code = self.code(NewEnrolment::default()).await;
        agent::enrol(&code, state, false).await.unwrap()
    }

    /// Sends bytes as a stranger would, and reads the whole answer.
    async fn raw(&self, request: &str) -> String {
        let mut roots = RootCertStore::empty();
        roots.add(ca(&self.app.pki)).unwrap();
        let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_protocol_versions(&[&rustls::version::TLS13])
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
        let tcp = TcpStream::connect(("127.0.0.1", self.port)).await.unwrap();
        tcp.set_nodelay(true).unwrap();
        let host = ServerName::try_from("127.0.0.1").unwrap();
        let mut tls = TlsConnector::from(Arc::new(config))
            .connect(host, tcp)
            .await
            .unwrap();
        // The door may answer, and close, before it has read everything.
        let _ = tls.write_all(request.as_bytes()).await;
        let mut answer = Vec::new();
        let _ = tls.read_to_end(&mut answer).await;
        String::from_utf8(answer).unwrap()
    }

    async fn post(&self, path: &str, body: &str) -> String {
        self.raw(&format!(
            "POST {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        ))
        .await
    }
}

#[derive(Debug)]
struct Clock(i64);

impl TimeProvider for Clock {
    fn current_time(&self) -> Option<UnixTime> {
        let since = Duration::from_secs(self.0.unsigned_abs());
        Some(UnixTime::since_unix_epoch(since))
    }
}

/// The first of January 2005: what a PC with a dead battery believes.
const YEAR_2005_S: i64 = 1_104_537_600;

fn in_2005() -> Ground {
    Ground {
        clock: Arc::new(Clock(YEAR_2005_S)),
        ..Ground::default()
    }
}

fn now() -> i64 {
    jiff::Timestamp::now().as_millisecond()
}

fn ca(pki: &Pki) -> CertificateDer<'static> {
    CertificateDer::from_pem_slice(pki.ca_pem().as_bytes()).unwrap()
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

fn kind(error: agent::EnrolError) -> String {
    match error {
        agent::EnrolError::Refused { kind, .. } => kind,
        other => panic!("{other:?}"),
    }
}

/// A server that shows this chain and says nothing; gives its port.
async fn shows(chain: Vec<CertificateDer<'static>>, key: PrivateKeyDer<'static>) -> u16 {
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_protocol_versions(&[&rustls::version::TLS13])
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        let acceptor = TlsAcceptor::from(Arc::new(config));
        while let Ok((tcp, _)) = listener.accept().await {
            let _ = acceptor.accept(tcp).await;
        }
    });
    port
}

/// The one address that a PC knows after its enrolment.
fn here(identity: &Identity) -> &[Address] {
    std::slice::from_ref(&identity.address)
}

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

#[tokio::test]
async fn strangers_get_problem_documents_that_repeat_nothing() {
    let house = House::open().await;
    let token = "0123456789abcdef0123456789abcdef";
    let request = |csr: &str| format!(r#"{{"token":"{token}","csr_pem":"{csr}"}}"#);
    let long = request(&"x".repeat(BODY_BYTES));
    for (path, body, status, kind) in [
        ("/enrol", "", "400", "bad-request"),
        ("/enrol", "{\"token\":\"SECRET\"", "400", "bad-request"),
        (
            "/enrol",
            r#"{"token":"SECRET","csr_pem":""}"#,
            "400",
            "bad-request",
        ),
        ("/enrol", &request(""), "404", "unknown-code"),
        ("/enrol", &long, "413", "too-large"),
        ("/renew", r#"{"csr_pem":""}"#, "401", "no-certificate"),
        ("/nothing", "", "404", "not-found"),
        ("/healthz", "", "405", "method-not-allowed"),
    ] {
        let answer = house.post(path, body).await;
        let begins = format!("HTTP/1.1 {status} ");
        assert!(answer.starts_with(&begins), "{path} {body:.40}: {answer}");
        assert!(answer.contains("application/problem+json"), "{answer}");
        assert!(answer.contains(&format!("/problems/{kind}\"")), "{answer}");
        assert!(
            !answer.contains("SECRET") && !answer.contains(token),
            "{answer}"
        );
    }
    let health = "GET /healthz HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";
    assert!(house.raw(health).await.starts_with("HTTP/1.1 200 "));
    assert!(
        house
            .raw("nonsense\r\n\r\n")
            .await
            .starts_with("HTTP/1.1 400 ")
    );
}

#[tokio::test]
async fn a_key_that_is_too_old_is_refused_and_the_code_stays_good() {
    let house = House::open().await;
    let code: EnrolCode = house.code(NewEnrolment::default()).await.parse().unwrap();
    let token = data_encoding::HEXLOWER.encode(&code.token);
    for csr in [include_str!("../../pki/rsa.csr"), "garbage"] {
        let body = serde_json::json!({ "token": token, "csr_pem": csr });
        let answer = house.post("/enrol", &body.to_string()).await;
        assert!(answer.starts_with("HTTP/1.1 422 "), "{answer}");
        assert!(answer.contains("/problems/bad-csr"), "{answer}");
    }
    let state = tempfile::tempdir().unwrap();
    assert!(
        agent::enrol(&code.to_string(), state.path(), false)
            .await
            .is_ok()
    );
}

#[tokio::test]
async fn an_address_that_guesses_is_put_off() {
    let house = House::open().await;
    let body = r#"{"token":"0123456789abcdef0123456789abcdef","csr_pem":""}"#;
    for _ in 0..FAILURES {
        let answer = house.post("/enrol", body).await;
        assert!(answer.starts_with("HTTP/1.1 404 "), "{answer}");
    }
    let answer = house.post("/enrol", body).await;
    assert!(answer.starts_with("HTTP/1.1 429 "), "{answer}");
    // An answer without this header leaves a client to guess.
    let head = answer.to_lowercase();
    let seconds = head
        .lines()
        .find_map(|line| line.strip_prefix("retry-after: "));
    let seconds: u64 = seconds.expect("when to come back").parse().unwrap();
    assert!(
        (1..=FAILURES_WINDOW.as_secs()).contains(&seconds),
        "{seconds}"
    );
}

#[tokio::test]
async fn who_renews_without_a_certificate_cannot_fill_the_log() {
    let house = House::open().await;
    for _ in 0..FAILURES {
        let answer = house.post("/renew", "{}").await;
        assert!(answer.starts_with("HTTP/1.1 401 "), "{answer}");
    }
    let answer = house.post("/renew", "{}").await;
    assert!(answer.starts_with("HTTP/1.1 429 "), "{answer}");
    assert!(
        answer.to_lowercase().contains("\nretry-after: "),
        "{answer}"
    );
}

#[tokio::test]
async fn silent_connections_delay_nobody() {
    let house = House::open().await;
    let mut silent = Vec::new();
    for _ in 0..20 {
        silent.push(TcpStream::connect(("127.0.0.1", house.port)).await.unwrap());
    }
    let state = tempfile::tempdir().unwrap();
    let enrolled = tokio::time::timeout(Duration::from_secs(8), house.enrol(state.path()));
    enrolled.await.expect("well before a handshake times out");
    drop(silent);
}

#[tokio::test]
async fn codes_and_keys_are_in_no_file_of_the_controller() {
    let house = House::open().await;
    let state = tempfile::tempdir().unwrap();
    let code = house.code(NewEnrolment::default()).await;
    let token = code.parse::<EnrolCode>().unwrap().token;
    agent::enrol(&code, state.path(), false).await.unwrap();
    let identity = fs::read_to_string(state.path().join("identity.json")).unwrap();
    assert!(identity.contains("PRIVATE KEY"));
    let mut folders = vec![house.dir.path().join("store")];
    let mut files = 0;
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            files += 1;
            let bytes = fs::read(&path).unwrap();
            let holds = |needle: &[u8]| bytes.windows(needle.len()).any(|w| w == needle);
            assert!(!holds(&token) && !holds(code.as_bytes()), "{path:?}");
            assert!(!holds(b"PRIVATE KEY"), "{path:?}");
        }
    }
    assert!(files > 0);
}
