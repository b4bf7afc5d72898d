//! The agent's own code against the real door, over real TLS.

mod joining;
mod renewal;
mod strangers;
mod web;

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
