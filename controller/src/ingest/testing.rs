//! What the tests of both doors stand on: a real controller, a certificate
//! authority whose certificates may be wrong, devices, and patience.

use std::path::Path;
use std::sync::{Arc, Condvar, Mutex};
use std::time::{Duration, Instant};

use declic_common::DeviceId;
use declic_common::settings::{Address, Settings};
use declic_common::topic::Leaf;
use jiff::Timestamp;
use rcgen::{
    CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    SerialNumber,
};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::version::TLS13;
use rustls::{ClientConfig, RootCertStore, ServerConfig};
use tempfile::TempDir;

use crate::app::App;
use crate::app::registry::add_device;
use crate::config::{Listening, Programme};
use crate::domain::rules::thresholds::Thresholds;
use crate::pki::Pki;
use crate::store::records::{Certificate, Device};
use crate::store::sled::{Options, SledStore};
use crate::store::{Batch, Commit, Key, Range, Space, Store, StoreError, StoreState, Value};

const PATIENCE: Duration = Duration::from_secs(20);
const DAY_MS: i64 = 86_400_000;

/// What the store does with a batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Gate {
    Open,
    /// Batches wait until the gate opens.
    Held,
    /// Batches are refused: the disk is full.
    Full,
}

/// The real store behind a gate.
#[derive(Debug)]
pub(crate) struct Gated {
    store: SledStore,
    gate: Mutex<Gate>,
    moved: Condvar,
}

impl Gated {
    pub(crate) fn set(&self, gate: Gate) {
        *self.gate.lock().unwrap() = gate;
        self.moved.notify_all();
    }
}

impl Store for Gated {
    fn commit(&self, batch: Batch) -> Commit {
        let gate = self.gate.lock().unwrap();
        let gate = self.moved.wait_while(gate, |gate| *gate == Gate::Held);
        if *gate.unwrap() == Gate::Full {
            let (answer, commit) = Commit::pair();
            answer.send(Err(StoreError::Full)).unwrap();
            return commit;
        }
        self.store.commit(batch)
    }

    fn get(&self, space: Space, key: &[u8]) -> Result<Option<Value>, StoreError> {
        self.store.get(space, key)
    }

    fn range(&self, range: &Range) -> Result<Vec<(Key, Value)>, StoreError> {
        self.store.range(range)
    }

    fn backup(&self, into: &Path) -> Result<(), StoreError> {
        self.store.backup(into)
    }

    fn state(&self) -> StoreState {
        self.store.state()
    }

    fn free_bytes(&self) -> Option<u64> {
        self.store.free_bytes()
    }

    fn close(&self) {
        self.store.close()
    }
}

/// A certificate and its key, DER.
pub(crate) struct Badge {
    pub chain: Vec<CertificateDer<'static>>,
    pub key: PrivateKeyDer<'static>,
    /// Hexadecimal.
    pub serial: String,
}

/// A certificate authority of a test.
pub(crate) struct Authority {
    issuer: Issuer<'static, KeyPair>,
    der: CertificateDer<'static>,
}

impl Authority {
    pub(crate) fn new(name: &str) -> Self {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::default();
        params.distinguished_name = named(name);
        params.is_ca = IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
        params.key_usages = vec![
            rcgen::KeyUsagePurpose::KeyCertSign,
            rcgen::KeyUsagePurpose::CrlSign,
        ];
        let certificate = params.self_signed(&key).unwrap();
        Authority {
            der: certificate.der().clone(),
            issuer: Issuer::new(params, key),
        }
    }

    /// A certificate under `name` that ends `seconds` from now.
    pub(crate) fn issue(&self, name: &str, serial: u64, seconds: i64) -> Badge {
        // Of full length, so that its bytes are the same everywhere.
        let serial = SerialNumber::from(0x4000_0000_0000_0000 | serial);
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
        params.distinguished_name = named(name);
        params.extended_key_usages = vec![
            ExtendedKeyUsagePurpose::ClientAuth,
            ExtendedKeyUsagePurpose::ServerAuth,
        ];
        params.serial_number = Some(serial.clone());
        params.not_before = rcgen::date_time_ymd(1975, 1, 1);
        let end = u64::try_from(Timestamp::now().as_second() + seconds).unwrap();
        params.not_after = rcgen::date_time_ymd(1970, 1, 1) + Duration::from_secs(end);
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        Badge {
            chain: vec![certificate.der().clone()],
            key: PrivateKeyDer::try_from(key.serialize_der()).unwrap(),
            serial: data_encoding::HEXLOWER.encode(serial.as_ref()),
        }
    }

    pub(crate) fn roots(&self) -> Arc<RootCertStore> {
        let mut roots = RootCertStore::empty();
        roots.add(self.der.clone()).unwrap();
        Arc::new(roots)
    }
}

fn named(name: &str) -> DistinguishedName {
    let mut distinguished = DistinguishedName::new();
    distinguished.push(DnType::CommonName, name);
    distinguished
}

/// TLS of a client that trusts `authority` and shows `badge`.
pub(crate) fn client_tls(authority: &Authority, badge: Option<&Badge>) -> Arc<ClientConfig> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_protocol_versions(&[&TLS13])
        .unwrap()
        .with_root_certificates(authority.roots());
    Arc::new(match badge {
        Some(badge) => config
            .with_client_auth_cert(badge.chain.clone(), badge.key.clone_key())
            .unwrap(),
        None => config.with_no_client_auth(),
    })
}

pub(crate) fn server_tls(authority: &Authority) -> Arc<ServerConfig> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let verifier =
        WebPkiClientVerifier::builder_with_provider(authority.roots(), Arc::clone(&provider))
            .build()
            .unwrap();
    let badge = authority.issue("controller", 1, 3_600);
    let config = ServerConfig::builder_with_provider(provider)
        .with_protocol_versions(&[&TLS13])
        .unwrap()
        .with_client_cert_verifier(verifier)
        .with_single_cert(badge.chain, badge.key)
        .unwrap();
    Arc::new(config)
}

/// A controller on a store of its own, without any door.
pub(crate) fn controller() -> (Arc<App>, Arc<Gated>, TempDir) {
    let dir = tempfile::tempdir().unwrap();
    let options = Options {
        reserve_bytes: Some(0),
    };
    let store = Arc::new(Gated {
        store: SledStore::open(&dir.path().join("store"), options).unwrap(),
        gate: Mutex::new(Gate::Open),
        moved: Condvar::new(),
    });
    let programme = Programme {
        address: Address {
            host: "localhost".to_owned(),
            mqtt_port: 8883,
            enrol_port: 8443,
        },
        settings: Settings::default(),
        rules: Thresholds::default(),
        retention: Default::default(),
        household_keys_copy: None,
        listening: Listening::default(),
        call_after_days: None,
        demo: true,
        data_dir: dir.path().to_owned(),
    };
    let pki = Pki::open(dir.path(), &["localhost".to_owned()], true).unwrap();
    let shared: Arc<dyn Store> = Arc::clone(&store) as Arc<dyn Store>;
    let app = App::start(shared, Arc::new(pki), programme, Timestamp::now()).unwrap();
    (app, store, dir)
}

/// Enrols a device with a certificate of `authority`.
pub(crate) async fn enrol(app: &App, authority: &Authority, bits: u64) -> (DeviceId, Badge) {
    let id = DeviceId::from_bits(bits);
    let badge = authority.issue(&id.to_string(), bits, 3_600);
    let now = Timestamp::now().as_millisecond();
    let device = Device {
        id,
        asset: None,
        site: None,
        enrolled_at: now - DAY_MS,
        certificate: Certificate {
            serial: badge.serial.clone(),
            issued_at: now,
            expires_at: now + DAY_MS,
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
    (id, badge)
}

/// Waits until something is true; fails if it never is.
pub(crate) async fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let end = Instant::now() + PATIENCE;
    while !holds() {
        assert!(Instant::now() < end, "never happened: {what}");
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}

/// A report with nothing in it.
pub(crate) fn report(seq: u64) -> Vec<u8> {
    format!(
        r#"{{"install":"aaaaaaaaaaah","boot":1,"seq":{seq},"first_seq":1,"observed_at":0,"uptime_ms":1,"body":{{}}}}"#
    )
    .into_bytes()
}

pub(crate) fn topic(id: DeviceId, leaf: Leaf) -> String {
    leaf.of(id).to_string()
}
